//! `ashkar list`: the list on paper, its versions, and the owner's way to publish one.

use anyhow::Context;
use ashkar_election::{Language, ListDecision, ListVersion, Store, Zone};
use ashkar_print::{Decision, Issue, PublishedList, published_list};

use serde_json::json;

use crate::camera::say;
use crate::cli::{List, ListPdf, Output, PaperLanguage, PublishList};
use crate::{output, store};

pub(crate) async fn run(command: List) -> anyhow::Result<()> {
    match command {
        List::Pdf(options) => pdf(&options).await,
        List::Publish(options) => publish(&options).await,
        List::Versions { output } => versions(&output).await,
    }
}

async fn publish(options: &PublishList) -> anyhow::Result<()> {
    let store = store::open(&options.output.data.data).await?;
    let newest = store.list().await?.0.map(|version| version.number);
    let number = options.list_version.or(newest);
    let number = number.context("there is no list yet; `ashkar stations import FILE` makes one")?;
    let decision = options.decision.clone().zip(options.decided_on);
    let decision = decision.map(|(number, date)| ListDecision { number, date });
    let version = store.publish_as_owner(number, decision.as_ref(), &store::actor()).await?;
    say(&options.output, &json!(version), &format!("Version {number} of the list is public."))?;
    Ok(())
}

async fn versions(output: &Output) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let zone = store.election().await?.map_or_else(Zone::baku, |election| election.time_zone);
    let versions = store.list_versions().await?;
    let lines: Vec<String> = versions.iter().rev().map(|version| line(version, &zone)).collect();
    let text = if lines.is_empty() { "There is no list yet.".to_owned() } else { lines.join("\n") };
    say(output, &json!(versions), &text)?;
    Ok(())
}

fn line(version: &ListVersion, zone: &Zone) -> String {
    let contents = format!("version {}: {} stations, ", version.number, version.stations);
    let Some(publication) = &version.publication else { return contents + "a draft" };
    let (date, minute) = zone.local(publication.at);
    let by = if publication.by_owner {
        format!("by the owner, {}", publication.approved_by)
    } else {
        format!("by {} and {}", publication.proposed_by, publication.approved_by)
    };
    let decision = publication.decision.as_ref();
    let decision = decision.map(|one| format!(", decision {} of {}", one.number, one.date));
    format!("{contents}published {date} {minute} {by}{}", decision.unwrap_or_default())
}

/// Writes the document. The time of the version, or of its publication, is the time of making: the same version is the same file.
async fn pdf(options: &ListPdf) -> anyhow::Result<()> {
    let store = store::open(&options.data.data).await?;
    let snapshot = store.snapshot().await?;
    let number = options.list_version.or_else(|| snapshot.version.as_ref().map(|version| version.number));
    let number = number.context("there is no list yet; `ashkar stations import FILE` makes one")?;
    let (version, list) = store.list_version(number).await?;
    let election =
        snapshot.election.context("there is no election yet; `ashkar election set FILE` describes it")?;
    let decision = options.decision.as_deref().zip(options.decision_date);
    let bytes = published_list(&PublishedList {
        issue: Issue {
            language: language(options.language),
            election: &election,
            made: version.published_at().unwrap_or(version.at),
        },
        version: Some(&version),
        list: &list,
        decision: decision.map(|(number, date)| Decision { number, date }),
        approved_by: options.approved_by.as_deref(),
        without_camera: None,
    })?;
    let shown = options.out.display();
    std::fs::write(&options.out, &bytes).with_context(|| format!("{shown}: cannot be written"))?;
    output::line(format_args!(
        "{shown}: version {number}, {} stations, {} bytes",
        version.stations,
        bytes.len()
    ))?;
    Ok(())
}

const fn language(language: PaperLanguage) -> Language {
    match language {
        PaperLanguage::Az => Language::Az,
        PaperLanguage::En => Language::En,
        PaperLanguage::Ru => Language::Ru,
    }
}

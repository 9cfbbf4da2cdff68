//! `ashkar list`: the list on paper.

use anyhow::Context;
use ashkar_election::{Language, Store};
use ashkar_print::{Decision, Issue, PublishedList, published_list};

use crate::cli::{List, ListPdf, PaperLanguage};
use crate::{output, store};

pub(crate) async fn run(command: List) -> anyhow::Result<()> {
    match command {
        List::Pdf(options) => pdf(&options).await,
    }
}

/// Writes the document. The time of the version is the time of making: the same version is the same file.
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
        issue: Issue { language: language(options.language), election: &election, made: version.at },
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

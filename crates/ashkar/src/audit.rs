//! `ashkar audit`: the record of every change.

use std::process::ExitCode;

use ashkar_election::{AuditFault, Store};
use serde_json::json;

use crate::camera::say;
use crate::cli::{Audit, Output};
use crate::{output, store};

/// Entries read at once.
const PAGE: u32 = 500;
/// The trail is not what was recorded.
const FAULTY: u8 = 1;

pub(crate) async fn run(command: Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Check(output) => check(&output).await,
        Audit::Export(output) => export(&output).await,
    }
}

async fn check(output: &Output) -> anyhow::Result<ExitCode> {
    let check = store::open(&output.data.data).await?.check_audit().await?;
    let entries = format!("{} entries are as they were recorded", check.good);
    let text = match (&check.fault, &check.head) {
        (None, None) => "The audit trail is empty.".to_owned(),
        (None, Some(head)) => format!(
            "{entries}.\nThe last hash is {head}.\nKept elsewhere, it proves later that nothing before it was changed."
        ),
        (Some(fault), _) => format!("{entries}; then {}.", told(fault)),
    };
    say(output, &json!(check), &text)?;
    Ok(check.fault.map_or(ExitCode::SUCCESS, |_| ExitCode::from(FAULTY)))
}

fn told(fault: &AuditFault) -> String {
    match fault {
        AuditFault::Changed { id } => format!("entry {id} was changed, or put elsewhere"),
        AuditFault::Unchained { id } => format!("entry {id} has no hash: it was put in past this program"),
        AuditFault::Missing { id } => format!("entry {id} is missing"),
    }
}

async fn export(output: &Output) -> anyhow::Result<ExitCode> {
    let store = store::open(&output.data.data).await?;
    let mut after = 0;
    loop {
        let page = store.audit(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(ExitCode::SUCCESS) };
        after = last.id;
        for entry in &page {
            output::line(json!(entry))?;
        }
    }
}

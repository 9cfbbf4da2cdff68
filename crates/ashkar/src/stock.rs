//! `ashkar stock`: devices, and who has them.

use ashkar_election::{Fact, Holder, ProgrammeStore, Refusal, StockItem, Store, Zone};

use crate::camera::say;
use crate::cli::{Output, Stock, StockCommand};
use crate::programme::record;
use crate::store;

pub(crate) async fn run(command: Stock) -> anyhow::Result<()> {
    match command {
        Stock::List(output) => list(&output).await,
        Stock::Add { item: StockCommand { output, serial, note }, kind } => {
            let said = format!("{serial} is in stock.");
            record(&output, Fact::StockAdded { serial, kind, note }, &said).await
        }
        Stock::HandOver { item: StockCommand { output, serial, note }, to, from } => {
            let said = format!("{to} has {serial} now.");
            record(&output, Fact::HandedOver { serial, from, to, note }, &said).await
        }
        Stock::Return { item, from } => take_back(item, from).await,
        Stock::Wipe(StockCommand { output, serial, note }) => {
            let said = format!("{serial} holds nothing any more.");
            record(&output, Fact::Wiped { serial, note }, &said).await
        }
        Stock::Spare { output, serial, station } => {
            let said = match station {
                Some(station) => format!("{serial} is the spare of {station}."),
                None => format!("{serial} is nobody's spare."),
            };
            record(&output, Fact::Spare { serial, station }, &said).await
        }
    }
}

async fn take_back(item: StockCommand, from: Option<Holder>) -> anyhow::Result<()> {
    let StockCommand { output, serial, note } = item;
    let store = store::open(&output.data.data).await?;
    let programme = store.programme().await?;
    let known = programme.stock().get(&serial).ok_or_else(|| Refusal::NoDevice(serial.clone()))?;
    let from = from.unwrap_or_else(|| known.holder.clone());
    let wiped = if known.wiped { "" } else { " It was not wiped yet: `ashkar stock wipe` records that." };
    let said = format!("{serial} is back in stock, from {from}.{wiped}");
    record(&output, Fact::Returned { serial, from, note }, &said).await
}

async fn list(output: &Output) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let programme = store.programme().await?;
    let zone = store.election().await?.map_or_else(Zone::baku, |election| election.time_zone);
    let items: Vec<&StockItem> = programme.stock().values().collect();
    let lines: Vec<String> = items.iter().map(|item| line(item, &zone)).collect();
    let text = if lines.is_empty() { "No device is entered yet.".to_owned() } else { lines.join("\n") };
    say(output, &serde_json::to_value(&items)?, &text)?;
    Ok(())
}

fn line(item: &StockItem, zone: &Zone) -> String {
    let (date, minute) = zone.local(item.since);
    let spare = item.spare_for.map_or_else(String::new, |station| format!("  spare of {station}"));
    let wiped = if item.wiped { "" } else { "  not wiped" };
    let StockItem { serial, kind, holder, .. } = item;
    format!("{:<20} {kind:<16} {holder} since {date} {minute}{spare}{wiped}", serial.to_string())
}

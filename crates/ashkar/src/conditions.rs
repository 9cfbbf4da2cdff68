//! `ashkar camera conditions`: what the devices at the stations measured, as they said it.

use std::path::Path;

use anyhow::Context;
use ashkar_election::{DeviceReport, Store, StoreError, Zone};
use ashkar_terms::CameraId;
use ashkar_uplink::{CameraWork, CheckItem, Conditions, Reference, SignOff};
use serde_json::json;

use crate::camera::say;
use crate::cli::Output;
use crate::{findings, store};

/// Reports of one camera that are listed.
const OF_CAMERA_MAX: u32 = 200;
/// Reports of all devices that are listed.
const OF_ALL_MAX: u32 = 100_000;

/// `still`: the file into which the reference still of the newest sign-off is written.
pub(crate) async fn run(
    output: &Output,
    camera: Option<CameraId>,
    still: Option<&Path>,
) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let snapshot = store.snapshot().await?;
    if let Some(camera) = camera {
        snapshot.camera(camera).ok_or(StoreError::NoCamera(camera))?;
    }
    let zone = snapshot.election.clone().map_or_else(Zone::baku, |election| election.time_zone);
    let kept = store.reports(camera, if camera.is_some() { OF_CAMERA_MAX } else { OF_ALL_MAX }).await?;
    // Checked again: whatever wrote the database, what is shown keeps the protocol's limits.
    let reports: Vec<(DeviceReport, Conditions)> = kept
        .into_iter()
        .filter_map(|kept| Conditions::from_json(kept.report.as_bytes()).ok().map(|report| (kept, report)))
        .collect();
    let mut kept_still = None;
    if let Some(camera) = camera
        && let Some((kept, reference)) =
            reports.iter().find_map(|(kept, report)| reference(kept, report, camera))
        && let Some(jpeg) = store.still(&kept.device, camera, &reference.sha256).await?
    {
        kept_still = Some(jpeg);
    }
    if let Some(path) = still {
        let jpeg = kept_still.as_ref().context("the centre has no reference still of this camera")?;
        std::fs::write(path, jpeg).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let json: Vec<_> = reports.iter().map(|(kept, report)| object(kept, report)).collect();
    let text = match camera {
        Some(camera) => of_camera(&reports, camera, &zone, kept_still.is_some()),
        None => of_all(&reports, &zone),
    };
    say(output, &json!({ "measured_by": "device", "reports": json }), &text)?;
    Ok(())
}

fn object(kept: &DeviceReport, report: &Conditions) -> serde_json::Value {
    json!({ "device": kept.device, "received_at": kept.received_at, "report": report })
}

/// The newest in full, and one line for each before it.
fn of_camera(
    reports: &[(DeviceReport, Conditions)],
    camera: CameraId,
    zone: &Zone,
    has_still: bool,
) -> String {
    let Some((newest, report)) = reports.first() else {
        return format!("No device has sent a report about {camera} yet.");
    };
    let mut lines = vec![
        format!("{} {}", head(newest, report, zone), newest.device),
        "Measured by the device itself; the centre has not checked it.".to_owned(),
    ];
    lines.extend(report.findings.iter().map(findings::lines));
    if let Some((kept, sign_off)) =
        reports.iter().find_map(|(kept, report)| Some((kept, report.sign_off.as_ref()?)))
    {
        lines.push(signed(kept, sign_off, zone));
        let own = sign_off.cameras.iter().filter(|work| work.camera == camera);
        lines.extend(own.map(|work| proofs(work, zone, has_still)));
    }
    lines.extend(reports.iter().skip(1).map(|(kept, report)| line(kept, report, zone)));
    lines.join("\n")
}

/// One line for each device and occasion.
fn of_all(reports: &[(DeviceReport, Conditions)], zone: &Zone) -> String {
    if reports.is_empty() {
        return "No device has sent a report yet.".to_owned();
    }
    let mut lines = vec!["Measured by the devices themselves; the centre has not checked it.".to_owned()];
    lines.extend(reports.iter().map(|(kept, report)| {
        let cameras: Vec<String> = kept.cameras.iter().map(ToString::to_string).collect();
        format!("{:<12} {}", cameras.join(" "), line(kept, report, zone))
    }));
    lines.join("\n")
}

fn line(kept: &DeviceReport, report: &Conditions, zone: &Zone) -> String {
    format!("{} {}", head(kept, report, zone), findings::summary(&report.findings))
}

/// When it came, by the centre's clock; and when it says that it was measured, if that is another minute.
fn head(kept: &DeviceReport, report: &Conditions, zone: &Zone) -> String {
    let shown = |at| {
        let (date, minute) = zone.local(at);
        format!("{date} {minute}")
    };
    let (came, measured) = (shown(kept.received_at), shown(report.at_us));
    let measured = if came == measured { String::new() } else { format!(" (measured {measured})") };
    format!("{came}{measured} {}", report.occasion.name())
}

fn signed(kept: &DeviceReport, sign_off: &SignOff, zone: &Zone) -> String {
    let (date, minute) = zone.local(kept.received_at);
    let open = if sign_off.open == 0 { String::new() } else { format!(", {} things open", sign_off.open) };
    let remark = if sign_off.remark.is_empty() { String::new() } else { format!(": {}", sign_off.remark) };
    let mut text = format!("signed       {date} {minute} {}, {}{open}{remark}", sign_off.name, sign_off.role);
    for work in &sign_off.cameras {
        let not = work.checks.iter().filter(|check| !check.holds);
        for check in not {
            text.push_str(&format!(
                "\n             {} {}: NO {}",
                work.camera,
                item(check.item),
                check.remark
            ));
        }
    }
    text
}

/// What was proved of a camera's picture, and what was not.
fn proofs(work: &CameraWork, zone: &Zone, has_still: bool) -> String {
    let shown = |at| {
        let (date, minute) = zone.local(at);
        format!("{date} {minute}")
    };
    let card = match &work.legibility {
        None => "no card was read".to_owned(),
        Some(card) => {
            let smallest = match card.smallest {
                Some(tenths) => format!(", down to letters of {}.{} mm", tenths / 10, tenths % 10),
                None => String::new(),
            };
            let whence = if card.from_centre {
                "that came back from the centre"
            } else {
                "of the station's own recording"
            };
            let (read, rows, at) = (card.read, card.rows, shown(card.picture_at_us));
            format!(
                "card: a person typed {read} of {rows} rows rightly{smallest}, with the picture {whence}, {at}"
            )
        }
    };
    let still = match &work.reference {
        None => "no reference still".to_owned(),
        Some(Reference { at_us, sha256, bytes }) => {
            let kept = if has_still { "kept here" } else { "not here" };
            format!("reference still of {}: {bytes} bytes, {kept}, SHA-256 {sha256}", shown(*at_us))
        }
    };
    format!("{:<12} {} {card}\n{:<12} {} {still}", "", work.camera, "", work.camera)
}

/// The reference still that a sign-off names.
fn reference<'a>(
    kept: &'a DeviceReport,
    report: &'a Conditions,
    camera: CameraId,
) -> Option<(&'a DeviceReport, &'a Reference)> {
    let work = report.sign_off.as_ref()?.cameras.iter().find(|work| work.camera == camera)?;
    Some((kept, work.reference.as_ref()?))
}

const fn item(item: CheckItem) -> &'static str {
    match item {
        CheckItem::BoothUnseen => "no booth is seen",
        CheckItem::ListUnreadable => "the voters' list cannot be read",
        CheckItem::Box => "the ballot box is seen",
        CheckItem::IssuingTable => "the issuing table is seen",
        CheckItem::CountingTable => "the counting table is seen",
        CheckItem::ProtocolTable => "the protocol's table is seen",
        CheckItem::OtherCameras => "the building's own cameras are off",
    }
}

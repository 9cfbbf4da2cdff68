//! `ashkar camera conditions`: what the devices at the stations measured, as they said it.

use ashkar_election::{DeviceReport, Store, StoreError, Zone};
use ashkar_terms::CameraId;
use ashkar_uplink::{CheckItem, Conditions, SignOff};
use serde_json::json;

use crate::camera::say;
use crate::cli::Output;
use crate::{findings, store};

/// Reports of one camera that are listed.
const OF_CAMERA_MAX: u32 = 200;
/// Reports of all devices that are listed.
const OF_ALL_MAX: u32 = 100_000;

pub(crate) async fn run(output: &Output, camera: Option<CameraId>) -> anyhow::Result<()> {
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
    let json: Vec<_> = reports.iter().map(|(kept, report)| object(kept, report)).collect();
    let text = match camera {
        Some(camera) => of_camera(&reports, camera, &zone),
        None => of_all(&reports, &zone),
    };
    say(output, &json!({ "measured_by": "device", "reports": json }), &text)?;
    Ok(())
}

fn object(kept: &DeviceReport, report: &Conditions) -> serde_json::Value {
    json!({ "device": kept.device, "received_at": kept.received_at, "report": report })
}

/// The newest in full, and one line for each before it.
fn of_camera(reports: &[(DeviceReport, Conditions)], camera: CameraId, zone: &Zone) -> String {
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

//! `ashkar agent cameras`: what there is in the station's network, and what the settings' cameras were told.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ashkar_agent::{CameraClock, Config, Item, Outcome, Profile, SeenCamera, cameras, set_camera};
use ashkar_terms::{CameraId, Clock, SystemClock};
use serde_json::{Value, json};

use crate::output;

/// Exit code if something is not as the settings want it.
const NOT_SET: u8 = 1;

pub(crate) async fn list(config: &Config, wait: Duration, json: bool) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let (seen, failed) = cameras(config, &clock, wait).await;
    if let Some(error) = &failed {
        output::note(format_args!("ashkar: the station's network cannot be searched: {error} (station)"));
    }
    if json {
        output::line(format_args!("{:#}", Value::from_iter(seen.iter().map(object))))?;
        return Ok(());
    }
    if seen.is_empty() {
        output::line(
            "no IP camera has answered, and the settings name none. Is it on, and in this network?",
        )?;
    }
    for camera in &seen {
        output::line(text(camera))?;
    }
    Ok(())
}

fn object(seen: &SeenCamera) -> Value {
    let profile = |profile: &Profile| {
        json!({
            "name": profile.name, "encoding": profile.encoding, "coding_profile": profile.coding_profile,
            "size": profile.size, "uri": profile.uri, "note": coding(profile),
        })
    };
    let clock = |clock: &CameraClock| json!({ "ahead_ms": clock.ahead_ms, "margin_ms": clock.margin_ms, "ntp": clock.is_ntp, "zone": clock.zone });
    json!({
        "camera": seen.camera, "address": seen.address, "found": seen.is_found, "name": seen.name, "model": seen.model,
        "maker": seen.information.maker, "type": seen.information.model, "firmware": seen.information.firmware,
        "clock": seen.clock.as_ref().map(clock),
        "profiles": seen.profiles.iter().map(profile).collect::<Vec<_>>(),
        "texts": seen.can.and_then(|can| can.texts), "masks": seen.can.and_then(|can| can.masks),
        "blame": seen.trouble.as_ref().map(|(blame, _)| blame.name()),
        "reason": seen.trouble.as_ref().map(|(_, reason)| reason),
    })
}

fn text(seen: &SeenCamera) -> String {
    let id = seen.camera.map_or_else(|| "-".to_owned(), |camera| camera.to_string());
    let information = &seen.information;
    let names = [&seen.name, &seen.model, &information.maker, &information.model, &information.firmware];
    let mut names: Vec<&str> =
        names.into_iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.dedup();
    let mut lines = vec![format!("{id:<12} {}  {}", seen.address, names.join(" ")).trim_end().to_owned()];
    let mut more = |text: String| lines.push(format!("{:<12} {text}", ""));
    if let Some(told) = &seen.clock {
        more(clock(told));
    }
    for profile in &seen.profiles {
        more(stream(profile));
    }
    if let Some(can) = seen.can {
        let most = |what: &str, most: Option<u32>| match most {
            Some(0) | None => format!("no {what}"),
            Some(most) => format!("{most} {what}"),
        };
        more(format!("can be set: time, {}, {}", most("texts", can.texts), most("masks", can.masks)));
    }
    match (&seen.trouble, seen.camera) {
        (Some((blame, reason)), _) => more(format!("{reason} ({})", blame.name())),
        (None, None) => {
            more("not in the settings: no password, so nothing but its clock is asked".to_owned());
        }
        (None, Some(_)) => {}
    }
    lines.join("\n")
}

fn clock(told: &CameraClock) -> String {
    let CameraClock { ahead_ms, margin_ms, is_ntp, zone } = told;
    let seconds = ahead_ms.unsigned_abs() / 1000;
    let offset = match ahead_ms.abs() <= *margin_ms {
        true => "right, as far as it tells".to_owned(),
        false if *ahead_ms < 0 => format!("{seconds} s BEHIND this computer"),
        false => format!("{seconds} s AHEAD of this computer"),
    };
    let zone = if zone.is_empty() { "none told" } else { zone.as_str() };
    format!("clock {offset}{}, zone {zone}", if *is_ntp { ", from the network" } else { "" })
}

fn stream(profile: &Profile) -> String {
    let size = profile.size.map(|(width, height)| format!("{width}x{height}")).unwrap_or_default();
    let Profile { name, encoding, coding_profile, uri, .. } = profile;
    let uri = uri.as_deref().unwrap_or("no address told");
    let parts = [name.as_str(), encoding, coding_profile, &size, uri];
    let mut text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some(note) = coding(profile) {
        text.push_str(&format!("\n{:<12}   {note}", ""));
    }
    text
}

/// What is to be said of how a stream is coded, by what the camera says.
fn coding(profile: &Profile) -> Option<&'static str> {
    match (profile.encoding.as_str(), profile.coding_profile.as_str()) {
        ("H264", "Baseline") | ("", _) => None,
        ("H264", _) => Some("may have B-frames: switch them off in the camera"),
        _ => Some("not H.264: not every browser shows it"),
    }
}

pub(crate) async fn set(config: &Config, camera: CameraId, json: bool) -> anyhow::Result<ExitCode> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let set = set_camera(config, &clock, camera).await?;
    if !set.is_clock_kept {
        output::note(
            "ashkar: nothing is known to keep this computer's clock, by which the camera's is set (station)",
        );
    }
    if json {
        let items = set.items.iter().map(|item| {
            let (result, said, blame) = parts(&item.outcome);
            json!({ "item": item.what, "result": result, "said": said, "blame": blame })
        });
        let object =
            json!({ "camera": camera, "clock_kept": set.is_clock_kept, "items": Value::from_iter(items) });
        output::line(format_args!("{object:#}"))?;
    } else {
        for Item { what, outcome } in &set.items {
            let (result, said, blame) = parts(outcome);
            let blame = blame.map_or_else(String::new, |blame| format!(" ({blame})"));
            let result = result.replace('-', " ");
            let result = if result == "done" { result } else { result.to_uppercase() };
            output::line(format_args!("{result:<13} {what:<8} {said}{blame}"))?;
        }
    }
    let is_all = set.items.iter().all(|item| matches!(item.outcome, Outcome::Done(_)));
    Ok(if is_all { ExitCode::SUCCESS } else { ExitCode::from(NOT_SET) })
}

/// The result's name, what the camera said, and whose fault it is.
fn parts(outcome: &Outcome) -> (&'static str, &str, Option<&'static str>) {
    match outcome {
        Outcome::Done(said) => ("done", said, None),
        Outcome::NotPossible(said) => ("not-possible", said, Some("camera")),
        Outcome::Refused(said, blame) => ("refused", said, Some(blame.name())),
    }
}

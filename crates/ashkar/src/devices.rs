//! `ashkar camera enrol`, `devices` and `revoke`: the devices at the stations that send cameras.

use std::io::IsTerminal;

use anyhow::Context;
use ashkar_election::{Device, Election, Store, StoreError, Zone};
use ashkar_terms::{CameraId, UtcMicros};
use ashkar_uplink::{EnrolmentCode, IssuedCode};
use serde_json::json;

use crate::camera::say;
use crate::cli::{Enrol, Output};
use crate::output::Unwritten;
use crate::{output, qr, store};

const HOUR_US: i64 = 3_600_000_000;

/// Issues a code that is good only if it could be shown.
pub(crate) async fn enrol(options: &Enrol) -> anyhow::Result<()> {
    let camera = options.camera;
    let store = store::open(&options.output.data.data).await?;
    let zone = zone(store.election().await?);
    let by = store::actor();
    let code = EnrolmentCode::generate()?;
    let issued = IssuedCode { hash: code.hash(), expires: by.at.plus(i64::from(options.hours) * HOUR_US) };
    let invitation = Invitation::new(options, &code, &issued, &zone);
    // What cannot be drawn is told before a former code becomes void.
    let text = invitation.text()?;
    let show = || match options.output.json {
        true => output::line_for_good(format_args!("{:#}", invitation.json())),
        false => output::line_for_good(text),
    };
    let shown = store.issue_enrolment_shown(camera, issued.hash.0, issued.expires, &by, show).await;
    in_force(shown)
}

/// A code that nobody could read is not issued: the previous state stays.
fn in_force(shown: Result<Result<(), Unwritten>, StoreError>) -> anyhow::Result<()> {
    shown?.context("no new code was issued, because it could not be shown; a former one stays good")
}

/// What the technician needs to enrol a device.
struct Invitation<'a> {
    camera: CameraId,
    code: String,
    expires: UtcMicros,
    /// The same in the election's zone.
    expires_local: String,
    centre: Option<&'a str>,
    /// What the QR code holds; nothing without the centre's address.
    uri: Option<String>,
    draws_qr: bool,
}

impl<'a> Invitation<'a> {
    fn new(options: &'a Enrol, code: &EnrolmentCode, issued: &IssuedCode, zone: &Zone) -> Self {
        Self {
            camera: options.camera,
            code: code.reveal().to_string(),
            expires: issued.expires,
            expires_local: format!("{} ({})", local(zone, issued.expires), zone.name()),
            centre: options.centre.as_deref(),
            uri: options.centre.as_deref().map(|centre| code.link(centre)),
            draws_qr: !options.output.json && (options.qr || std::io::stdout().is_terminal()),
        }
    }

    /// The command for the device.
    fn command(&self) -> String {
        format!("ashkar agent enrol {} --centre {}", self.code, self.centre.unwrap_or("URL"))
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "camera": self.camera,
            "code": self.code,
            "expires_at": self.expires,
            "centre": self.centre,
            "command": self.command(),
            "uri": self.uri,
        })
    }

    fn text(&self) -> anyhow::Result<String> {
        let picture = match self.uri.as_ref().filter(|_| self.draws_qr) {
            Some(uri) => format!("\n{}\n", qr::draw(uri, std::io::stdout().is_terminal())?),
            None => String::new(),
        };
        let Self { camera, code, expires_local, .. } = self;
        let command = self.command();
        let url = match self.centre {
            Some(_) => "",
            None => {
                "URL is the address by which devices reach the centre; give it with --centre for a QR code.\n"
            }
        };
        Ok(format!(
            "camera         {camera}\ncode           {code}\non the device  {command}\ngood until     {expires_local}, for one device\n\
             {picture}\n{url}The code is shown only now. Keep it secret."
        ))
    }
}

pub(crate) async fn list(output: &Output, camera: Option<CameraId>) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let snapshot = store.snapshot().await?;
    let devices = match camera {
        Some(camera) => {
            snapshot.camera(camera).ok_or(StoreError::NoCamera(camera))?;
            snapshot.devices_of(camera)
        }
        None => &snapshot.devices,
    };
    let zone = zone(snapshot.election.clone());
    say(output, &serde_json::to_value(devices)?, &table(devices, &zone))?;
    Ok(())
}

fn table(devices: &[Device], zone: &Zone) -> String {
    if devices.is_empty() {
        return "No device is enrolled yet.".to_owned();
    }
    let line = |device: &Device| {
        let revoked =
            device.revoked_at.map_or_else(String::new, |at| format!("  (revoked {})", local(zone, at)));
        let Device { camera, id, name, enrolled_at, .. } = device;
        let line =
            format!("{:<12} {id}  since {}  {name}{revoked}", camera.to_string(), local(zone, *enrolled_at));
        line.trim_end().to_owned()
    };
    devices.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) async fn revoke(output: &Output, camera: CameraId, device: &str) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    store.revoke_device(camera, device, &store::actor()).await?;
    let json = json!({ "camera": camera, "device": device, "revoked": true });
    say(output, &json, &format!("{device} is refused for {camera} from now on; what it sent stays."))?;
    Ok(())
}

/// The zone of the current election.
fn zone(election: Option<Election>) -> Zone {
    election.map_or_else(Zone::baku, |election| election.time_zone)
}

/// Date and minute in `zone`.
fn local(zone: &Zone, at: UtcMicros) -> String {
    let (date, minute) = zone.local(at);
    format!("{date} {minute}")
}

//! `ashkar camera`.

use anyhow::Context;
use ashkar_election::{NewCamera, PullUrl, StationId, Store, StoreError, StreamKey};
use ashkar_terms::CameraId;
use serde_json::json;

use crate::cli::{Camera, Output};
use crate::output::Unwritten;
use crate::{conditions, devices, output, store, views};

pub(crate) async fn run(command: Camera) -> anyhow::Result<()> {
    match command {
        Camera::Add { output, camera, pull, sub_of, approved, push_host } => {
            let pull: Option<PullUrl> = pull.map(|url| url.parse()).transpose()?;
            let new = NewCamera { id: camera, pull, sub_of, unlisted: false, approved };
            add(&output, new, &push_host).await
        }
        Camera::List(output) => list(&output).await,
        Camera::Approve(options) => views::approve(&options).await,
        Camera::Hide(options) => views::hide(&options).await,
        Camera::Views(output) => views::list(&output).await,
        Camera::Key { output, camera, push_host } => {
            let store = store::open(&output.data.data).await?;
            let show = |key: &StreamKey| show_key(&output, key, &push_host, &[]);
            let shown = store.replace_key_shown(camera, &store::actor(), show).await;
            in_force(shown, "the old key stays as it is")
        }
        Camera::Remove { output, camera } => remove(&output, camera).await,
        Camera::Enrol(options) => devices::enrol(&options).await,
        Camera::Devices { output, camera } => devices::list(&output, camera).await,
        Camera::Conditions { output, camera, still } => {
            conditions::run(&output, camera, still.as_deref()).await
        }
        Camera::Revoke { output, camera, device } => devices::revoke(&output, camera, &device).await,
    }
}

/// Adds `new`, whether its station is on the list or not.
async fn add(output: &Output, mut new: NewCamera, push_host: &str) -> anyhow::Result<()> {
    let camera = new.id;
    let store = store::open_or_make(&output.data.data).await?;
    store::ensure_election(&store).await?;
    let (_, list) = store.list().await?;
    new.unlisted = list.station(StationId::from(camera)).is_none();
    if new.unlisted && new.sub_of.is_none() {
        output::note(format_args!(
            "note: station {} is not on the list; its page exists, but nobody finds it by search.",
            StationId::from(camera)
        ));
    }
    let mut above = Vec::new();
    if let Some(main) = new.sub_of {
        above.push(format!(
            "{camera} is a sub-stream of {main}: it is recorded and shown, and counts as no camera."
        ));
    }
    if new.pull.is_some() {
        above.push(format!(
            "{camera} is fetched by the centre; it may also be published to, with the key below."
        ));
    }
    let snapshot = store.snapshot().await?;
    let station = StationId::from(camera);
    if list.station(station).is_some() && snapshot.published_list().station(station).is_none() {
        above.push(format!("{camera} is not public before the list that has its station is published."));
    }
    let is_public = new.approved || !snapshot.approvals_of(camera).is_empty();
    if new.sub_of.is_none() && !is_public {
        above.push(format!("{camera} is not public before its view is approved, at the desk."));
    }
    let show = |key: &StreamKey| show_key(output, key, push_host, &above);
    in_force(store.add_camera_shown(&new, &store::actor(), show).await, "the camera was not added")
}

/// A key that nobody could read does not take effect: the previous state stays.
fn in_force(shown: Result<Result<(), Unwritten>, StoreError>, otherwise: &str) -> anyhow::Result<()> {
    shown?.with_context(|| format!("no new key is in force, because it could not be shown; {otherwise}"))
}

fn show_key(output: &Output, key: &StreamKey, push_host: &str, above: &[String]) -> Result<(), Unwritten> {
    let camera = key.camera();
    let stream_key = key.reveal();
    let push_url = format!("rtmp://{push_host}/ingest/{stream_key}");
    if output.json {
        let json = json!({ "camera": camera, "stream_key": stream_key, "push_url": push_url });
        return output::line_for_good(format_args!("{json:#}"));
    }
    let above: String = above.iter().map(|line| format!("{line}\n")).collect();
    output::line_for_good(format_args!(
        "{above}camera      {camera}\nstream key  {stream_key}\npush to     {push_url}\n\nThe key is shown only now. Keep it secret."
    ))
}

async fn remove(output: &Output, camera: CameraId) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let sub = store.snapshot().await?.sub_stream_of(camera).map(|sub| sub.id);
    store.set_enabled(camera, false, &store::actor()).await?;
    let with_it = sub.map_or_else(String::new, |sub| format!(", and {sub} with it"));
    say(
        output,
        &json!({ "camera": camera, "enabled": false }),
        &format!("{camera} is switched off{with_it}; its recordings stay."),
    )?;
    Ok(())
}

async fn list(output: &Output) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let cameras = store.cameras().await?;
    let devices = store.devices().await?;
    let has_device = |camera: CameraId| {
        devices.iter().any(|device| device.camera == camera && device.revoked_at.is_none())
    };
    let text: Vec<String> = cameras
        .iter()
        .map(|camera| {
            let how = match (&camera.pull, &camera.key) {
                (Some(pull), _) => format!("pulled from {pull}"),
                (None, Some(_)) => "publishes".to_owned(),
                (None, None) if has_device(camera.id) => "sent by a device".to_owned(),
                (None, None) => "no key yet".to_owned(),
            };
            let of = camera.sub_of.map_or_else(String::new, |main| format!("  (sub-stream of {main})"));
            let off = if camera.enabled { "" } else { "  (off)" };
            format!("{:<12} {how}{of}{off}", camera.id.to_string())
        })
        .collect();
    say(output, &serde_json::to_value(&cameras)?, &text.join("\n"))?;
    Ok(())
}

/// Prints `json` or `text`, depending on `output`.
pub(crate) fn say(output: &Output, json: &serde_json::Value, text: &str) -> Result<(), Unwritten> {
    if output.json { output::line(format_args!("{json:#}")) } else { output::line(text) }
}

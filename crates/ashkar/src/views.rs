//! `ashkar camera approve`, `hide` and `views`: the secrecy gate on the command line. Showing a hidden camera again
//! takes two persons, so it is not here.

use ashkar_election::{Hidden, HiddenWhy, Snapshot, Store, ViewStore};
use ashkar_terms::{CameraId, UtcMicros};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::camera::say;
use crate::cli::{Approve, Hide, Output, WhichCameras};
use crate::store;

pub(crate) async fn approve(options: &Approve) -> anyhow::Result<()> {
    let store = store::open(&options.output.data.data).await?;
    let cameras: Vec<CameraId> = match options.camera {
        WhichCameras::One(camera) => vec![camera],
        WhichCameras::All => store.snapshot().await?.cameras.iter().map(|camera| camera.id).collect(),
    };
    store.approve_all_as_owner(&cameras, &store::actor()).await?;
    let snapshot = store.snapshot().await?;
    let is_draft = |id: &&CameraId| snapshot.camera(**id).is_some_and(|camera| snapshot.is_draft(camera));
    let drafts: Vec<CameraId> = cameras.iter().filter(is_draft).copied().collect();
    let text = match (cameras.as_slice(), drafts.len()) {
        ([camera], 0) => format!("{camera} is public, at all times."),
        (cameras, 0) => format!("{} cameras are public, at all times.", cameras.len()),
        ([camera], _) => {
            format!("{camera} is approved. It is public once the list that has it is published.")
        }
        (cameras, drafts) => format!(
            "{} cameras are approved; {drafts} of them are public once the list that has them is published.",
            cameras.len()
        ),
    };
    say(&options.output, &json!({ "approved": cameras, "drafts": drafts }), &text)?;
    Ok(())
}

pub(crate) async fn hide(options: &Hide) -> anyhow::Result<()> {
    let store = store::open(&options.output.data.data).await?;
    let by = store::actor();
    let from = options.from.map_or(by.at, |from| UtcMicros(from.as_microsecond()));
    let id = store.hide(options.camera, from, options.reason, &options.why, &by).await?;
    let json =
        json!({ "camera": options.camera, "hiding": id, "from": time(from), "reason": options.reason });
    let text = format!(
        "{} is hidden from {} on, and its recording goes on. Two persons show it again, at the desk.",
        options.camera,
        time(from)
    );
    say(&options.output, &json, &text)?;
    Ok(())
}

pub(crate) async fn list(output: &Output) -> anyhow::Result<()> {
    let snapshot = store::open(&output.data.data).await?.snapshot().await?;
    let now = store::now();
    let views: Vec<(CameraId, &str, Value, String)> =
        snapshot.cameras.iter().map(|camera| view(&snapshot, camera.id, now)).collect();
    let json: Vec<&Value> = views.iter().map(|(_, _, json, _)| json).collect();
    let text: Vec<String> = views
        .iter()
        .map(|(camera, public, _, why)| format!("{:<12} {public}{why}", camera.to_string()))
        .collect();
    say(output, &json!(json), &text.join("\n"))?;
    Ok(())
}

/// A camera's view: whether it is public, as JSON, and what else there is to say.
fn view(snapshot: &Snapshot, camera: CameraId, now: UtcMicros) -> (CameraId, &'static str, Value, String) {
    let (approvals, hidings) = (snapshot.approvals_of(camera), snapshot.hidings_of(camera));
    let hidden = Hidden::of(approvals, hidings, &[]).at(now);
    let is_draft = snapshot.camera(camera).is_some_and(|camera| snapshot.is_draft(camera));
    let public = match hidden {
        None if is_draft => "unpublished",
        None => "public",
        Some((time, _)) if time.why == HiddenWhy::Unapproved => "unapproved",
        Some(_) => "hidden",
    };
    let open = hidings.iter().rfind(|hiding| hiding.to.is_none());
    let why = match (open, approvals.last()) {
        (Some(hiding), _) => {
            format!(" from {} on: {}, {}", time(hiding.from), hiding.reason.name(), hiding.text)
        }
        (None, Some(approval)) if approval.owner => {
            format!(", approved by its owner, {}", approval.approved_by)
        }
        (None, Some(approval)) => {
            format!(", approved by {} and {}", approval.proposed_by, approval.approved_by)
        }
        (None, None) => String::new(),
    };
    let json = json!({ "camera": camera, "public": public, "approvals": approvals, "hidings": hidings });
    (camera, public, json, why)
}

fn time(at: UtcMicros) -> String {
    Timestamp::from_microsecond(at.0).map_or_else(|_| at.0.to_string(), |at| format!("{at:.0}"))
}

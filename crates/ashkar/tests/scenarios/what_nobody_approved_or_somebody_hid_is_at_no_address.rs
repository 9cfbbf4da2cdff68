//! The secrecy gate (I7), by every address of the table from which the site is built: a camera is public after two
//! persons approved its view, and not a moment before; hidden at once, through a cache in front too, and in rewind; and
//! recorded all the while.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

pub mod public_side;

use std::path::Path;
use std::time::{Duration, Instant};

use ashkar_election::{
    Actor, Checks, NewApproval, NewViewStill, SqliteStore, ViewPhase, ViewStore, ViewZone, ZoneKind,
};
use ashkar_terms::{CameraId, Clock, Span, SystemClock, UtcMicros};
use serde_json::Value;

use crate::cache::Nginx;
use crate::common::{Centre, Publish, add_camera, ashkar, eventually, recordings};
use public_side::{Seen, ask_all, seen, statuses};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const SUB: CameraId = CameraId::new(7, 12, 101);
/// Always public: what is asked of the others can be had.
const CONTROL: CameraId = CameraId::new(7, 13, 1);
const SOON: Duration = Duration::from_secs(40);
/// A change by another process is noticed within a second, and in force in another.
const AT_THE_CENTRE: Duration = Duration::from_secs(2);
/// What the requests by which this is measured may take on a busy machine.
const BUSY: Duration = Duration::from_secs(3);
/// For so long a cache may keep what it has.
const IN_CACHES: Duration = Duration::from_secs(10);
/// How far back the hiding is set.
const SET_BACK_US: i64 = 6_000_000;

fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

fn with_store<T>(data: &Path, work: impl AsyncFnOnce(&SqliteStore) -> T) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = SqliteStore::open(data).await.unwrap();
        let done = work(&store).await;
        store.close().await;
        done
    })
}

fn key_of(data: &Path, arguments: &[&str]) -> String {
    let data = data.display().to_string();
    let printed = ashkar(&[&["camera", "add"], arguments, &["--json", "--data", &data]].concat());
    let answer: Value = serde_json::from_str(&printed).unwrap();
    answer["stream_key"].as_str().unwrap().to_owned()
}

#[test]
fn what_nobody_approved_or_somebody_hid_is_at_no_address() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let control_key = add_camera(&data, &CONTROL.to_string());
    let key = key_of(&data, &["7/12/1"]);
    let sub_key = key_of(&data, &["7/12/101", "--sub-of", "7/12/1"]);
    let centre = Centre::start(&data);
    let began = now();
    let _publishers = [control_key, key, sub_key].map(|key| centre.publish(&key, &Publish::default()));
    let nginx = Nginx::start(&centre, &dir.path().join("nginx"));

    let control = eventually("the control camera is on air", SOON, || seen(&centre, CONTROL, 4));
    assert!(statuses(&centre.http, &control).iter().all(|status| [200, 404].contains(status)));
    nothing_is_given_before_the_approval(&centre, &control);
    let approved_at = approve(&centre, &control);
    let public = eventually("it is public", SOON, || seen(&centre, CAMERA, 4));
    let public_sub = eventually("and so is its sub-stream", SOON, || seen(&centre, SUB, 4));
    what_two_persons_approved_is_public(&centre, [&public, &public_sub], began, approved_at);
    let [hidden_from, hidden_sub] = hide(&centre, &nginx, &public);
    assert!(hidden_sub == hidden_from);
    let shown_at = show_again(&centre);
    let again = eventually("it is public again", SOON, || seen(&centre, CAMERA, 3));
    let hidden = Span { from: hidden_from, to: shown_at };
    what_was_hidden_stays_hidden(&centre, &again, hidden);
    // Everything that the public does not see was recorded.
    drop(nginx);
    centre.stop();
    let archive = recordings::open(&data);
    let media = recordings::media(&archive, CAMERA);
    let withheld = [Span { from: began.plus(6_000_000), to: approved_at }, hidden];
    for span in withheld {
        assert!(span.micros() > 1_000_000, "{span:?}");
        assert_eq!(recordings::covered_us(&media, span), span.micros(), "{span:?} of {media:?}");
    }
}

/// The camera sends, and is recorded: its state says so, and no address gives it, whatever is asked for.
fn nothing_is_given_before_the_approval(centre: &Centre, control: &Seen) {
    let shown = eventually("it is told as hidden", SOON, || {
        let station = centre.json("/api/v1/stations/7/12");
        (station["state"] == "hidden").then(|| station["cameras"][0].clone())
    });
    assert_eq!((&shown["state"], &shown["hidden"]), (&"hidden".into(), &"unapproved".into()), "{shown}");
    assert_eq!(shown["hidden_since"], Value::Null, "it always was");
    for camera in [CAMERA, SUB] {
        // With the names and times of a camera that sends the same at the same time.
        let wanted = Seen { camera, ..control.clone() };
        for (address, status, body) in ask_all(&centre.http, &wanted) {
            assert_eq!(status, 403, "{address}");
            assert!(String::from_utf8_lossy(&body).contains("not yet approved"), "{address}");
        }
        let timeline = centre.json(&format!("/api/v1/cameras/{camera}/timeline"));
        let recorded: Vec<_> =
            timeline.as_array().unwrap().iter().filter(|entry| entry["state"] != "due").collect();
        assert!(recorded.iter().any(|entry| entry["hidden"] == "unapproved"), "{timeline}");
        assert!(recorded.iter().all(|entry| entry["state"] != "live"), "{timeline}");
    }
    let view = centre.json(&format!("/api/v1/cameras/{CAMERA}/view"));
    assert_eq!(
        (&view["hidden"], view["approved"].as_array().unwrap().len()),
        (&"unapproved".into(), 0),
        "{view}"
    );
    let listed = ashkar(&["camera", "views", "--data", &centre.data.display().to_string()]);
    assert!(listed.contains("7/12/1       unapproved") && listed.contains("7/13/1       public"), "{listed}");
}

/// Approves the view by a still; returns when.
fn approve(centre: &Centre, control: &Seen) -> UtcMicros {
    let jpeg = centre.get(&format!("/still/{CONTROL}.jpg"));
    with_store(&centre.data, async |store| {
        let taken_at = control.at;
        let still = NewViewStill { camera: CAMERA, taken_at, jpeg: &jpeg, width: 320, height: 180 };
        let still = store.keep_view_still(&still, &Actor::new("desk:aysel", now())).await.unwrap();
        let approval = NewApproval {
            camera: CAMERA,
            phase: ViewPhase::Voting,
            still,
            zones: vec![ViewZone { kind: ZoneKind::Box, x: 1, y: 2, w: 3, h: 4 }],
            checks: Checks { no_booth: true, ..Checks::default() },
            proposed_by: "desk:aysel".to_owned(),
        };
        let by = Actor::new("desk:rauf", now());
        store.approve_view(&approval, &by).await.unwrap();
        by.at
    })
}

fn what_two_persons_approved_is_public(
    centre: &Centre,
    public: [&Seen; 2],
    began: UtcMicros,
    approved_at: UtcMicros,
) {
    for seen in public {
        assert!(seen.from >= approved_at, "the time before the approval is not listed: {seen:?}");
        for (address, status, _) in ask_all(&centre.http, seen) {
            let expected = if address.contains("/count.jpg") { 404 } else { 200 };
            assert_eq!(status, expected, "{address}");
        }
        // In rewind: what was recorded before is as if it were not.
        // A list goes to the end of a second, which must not reach beyond the approval.
        let to = approved_at.plus(-1_000_000);
        let before = Seen { from: began, at: approved_at.plus(-3_000_000), to, ..seen.before(3) };
        for (address, status, _) in ask_all(&centre.http, &before) {
            let is_of_then = address.contains(".m4s") || address.contains("?at=");
            assert!(status == 403 || !is_of_then, "{address}: {status}");
            assert!([403, 404].contains(&status) || !address.contains("/dvr/"), "{address}: {status}");
        }
    }
    let view = centre.json(&format!("/api/v1/cameras/{CAMERA}/view"));
    assert_eq!(view["hidden"], Value::Null);
    let approved = &view["approved"][0];
    assert_eq!(
        (&approved["phase"], &approved["zones"][0]["kind"]),
        (&"voting".into(), &"box".into()),
        "{view}"
    );
    assert_eq!(centre.get(approved["still"].as_str().unwrap())[..2], [0xff, 0xd8]);
}

/// Hides the camera from some seconds ago on, while caches have it and somebody waits for its next part; returns from
/// when on, for the camera and as its sub-stream tells it.
fn hide(centre: &Centre, nginx: &Nginx, public: &Seen) -> [UtcMicros; 2] {
    // What is on air now, and what will stay public.
    let newest = eventually("there is more than was set back", SOON, || {
        seen(centre, CAMERA, 7).filter(|seen| seen.from.plus(SET_BACK_US + 14_000_000) < now())
    });
    let edge = newest.newest();
    assert!(statuses(&nginx.url, &edge).iter().all(|status| [200, 404].contains(status)));
    let waiting = std::thread::spawn({
        let (http, address) = (centre.http.clone(), format!("/live/{CAMERA}/index.m3u8"));
        move || public_side::follow(&http, &address)
    });
    let from = now().plus(-SET_BACK_US);
    let written = jiff::Timestamp::from_microsecond(from.0).unwrap().to_string();
    let data = centre.data.display().to_string();
    let why = ["--reason", "secrecy", "--why", "the booth is in the picture", "--from", &written];
    ashkar(&[&["camera", "hide", "7/12/1"], &why[..], &["--data", &data]].concat());
    let since = Instant::now();

    let gone = |base: &str| {
        eventually("it is gone", Duration::from_secs(30), || {
            statuses(base, &edge).iter().all(|status| *status == 403).then(|| since.elapsed())
        })
    };
    let (at_the_centre, in_the_cache) = (gone(&centre.http), gone(&nginx.url));
    eprintln!("hidden: gone at the centre after {at_the_centre:?}, in the cache after {in_the_cache:?}");
    assert!(at_the_centre <= AT_THE_CENTRE + BUSY, "{at_the_centre:?}");
    assert!(in_the_cache <= AT_THE_CENTRE + IN_CACHES + BUSY, "{in_the_cache:?}");
    assert_eq!(waiting.join().unwrap(), 403, "whoever waits is refused too");
    for (address, status, body) in ask_all(&centre.http, &Seen { camera: SUB, ..edge.clone() }) {
        assert!(status != 200 || address.contains("/init-"), "{address}: {}", body.len());
    }
    // What was public before stays so, in rewind.
    let rewind = Seen { to: from.plus(-1_000_000), ..public.clone() };
    for (address, status, _) in ask_all(&centre.http, &rewind) {
        let is_of_then = address.contains(".m4s") || address.contains("/dvr/") || address.contains("?at=");
        assert!(status == 200 || !is_of_then, "{address}: {status}");
    }
    [told_hidden(centre, CAMERA), told_hidden(centre, SUB)]
}

/// Since when the API tells a camera as hidden, by its timeline; it says why, and that recording goes on.
fn told_hidden(centre: &Centre, camera: CameraId) -> UtcMicros {
    let shown = centre.json("/api/v1/stations/7/12")["cameras"][0].clone();
    assert_eq!((&shown["state"], &shown["hidden"]), (&"hidden".into(), &"secrecy".into()), "{shown}");
    let timeline = centre.json(&format!("/api/v1/cameras/{camera}/timeline"));
    let hidden: Vec<_> =
        timeline.as_array().unwrap().iter().filter(|entry| entry["hidden"] == "secrecy").collect();
    assert_eq!(hidden.len(), 1, "{timeline}");
    public_side::time(hidden[0]["from"].as_str().unwrap())
}

fn show_again(centre: &Centre) -> UtcMicros {
    with_store(&centre.data, async |store| {
        let by = Actor::new("desk:aysel", now());
        assert!(store.show_again(CAMERA, "desk:aysel", &by).await.is_err(), "not by one person");
        store.show_again(CAMERA, "desk:rauf", &by).await.unwrap();
        by.at
    })
}

fn what_was_hidden_stays_hidden(centre: &Centre, again: &Seen, hidden: Span) {
    assert!(again.from >= hidden.to, "what was hidden is not listed with what is live: {again:?}");
    for (address, status, _) in ask_all(&centre.http, again) {
        assert!([200, 404].contains(&status), "{address}: {status}");
    }
    let middle = UtcMicros(i64::midpoint(hidden.from.0, hidden.to.0));
    let then = Seen { from: hidden.from, at: middle, to: hidden.to, ..again.before(2) };
    for (address, status, _) in ask_all(&centre.http, &then) {
        let is_of_then = address.contains(".m4s") || address.contains("?at=");
        assert!(status == 403 || !is_of_then, "{address}: {status}");
    }
    // A list over all of it has the time before and after, and no piece of the time between.
    let wide = Seen { from: hidden.from.plus(-8_000_000), to: again.to, ..again.clone() };
    let list = public_side::pieces(centre, &wide);
    assert!(!list.is_empty());
    // The list rounds times.
    let touches = |span: &&Span| span.from.plus(5000) < hidden.to && hidden.from.plus(5000) < span.to;
    assert!(
        list.iter().any(|span| span.to <= hidden.from.plus(5000))
            && list.iter().any(|span| span.from.plus(5000) >= hidden.to),
        "{list:?}"
    );
    assert_eq!(list.iter().filter(touches).count(), 0, "{list:?}, hidden {hidden:?}");
    let timeline = centre.json(&format!("/api/v1/cameras/{CAMERA}/timeline"));
    let states: Vec<_> = timeline
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| ["live", "hidden"].contains(&entry["state"].as_str().unwrap()))
        .map(|entry| entry["hidden"].as_str().unwrap_or("live"))
        .collect();
    assert_eq!(states, ["unapproved", "live", "secrecy", "live"], "{timeline}");
}

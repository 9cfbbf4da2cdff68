//! The secrecy gate in the store: who approves, hides and shows, what is refused, and what stays for good (I7).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{STATIONS, by, import, store_with_list};
use ashkar_election::{
    Actor, Checks, Hidden, HiddenWhy, HidingReason, NewApproval, NewCamera, NewViewStill, SqliteStore,
    StillHash, Store, StoreError, ViewError, ViewPhase, ViewStore, ViewZone, ZoneKind,
};
use ashkar_terms::CameraId;
use sqlx::Connection;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const OTHER: CameraId = CameraId::new(7, 13, 1);
const JPEG: &[u8] = b"\xff\xd8 a hall \xff\xd9";

fn later(name: &str, seconds: i64) -> Actor {
    Actor { at: by("").at.plus(seconds * 1_000_000), ..by(name) }
}

fn still(camera: CameraId, jpeg: &[u8]) -> NewViewStill<'_> {
    NewViewStill { camera, taken_at: by("").at, jpeg, width: 1920, height: 1080 }
}

fn approval(still: StillHash) -> NewApproval {
    NewApproval {
        camera: CAMERA,
        phase: ViewPhase::Voting,
        still,
        zones: vec![ViewZone { kind: ZoneKind::Box, x: 100, y: 200, w: 300, h: 400 }],
        checks: Checks { no_booth: true, box_visible: true, ..Checks::default() },
        proposed_by: "desk:aysel".to_owned(),
    }
}

async fn hidden(store: &SqliteStore, camera: CameraId, at: i64) -> Option<HiddenWhy> {
    let snapshot = store.snapshot().await.unwrap();
    let hidden = Hidden::of(snapshot.approvals_of(camera), snapshot.hidings_of(camera), &[]);
    hidden.at(later("", at).at).map(|(time, _)| time.why)
}

#[tokio::test]
async fn nobody_approves_alone_and_nothing_without_its_still() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let sha256 = store.keep_view_still(&still(CAMERA, JPEG), &by("desk:aysel")).await.unwrap();
    assert_eq!(store.keep_view_still(&still(CAMERA, JPEG), &later("x", 9)).await.unwrap(), sha256);
    let kept = store.view_still(sha256).await.unwrap().unwrap();
    assert_eq!(
        (kept.jpeg.as_slice(), kept.camera, kept.taken_at, kept.width),
        (JPEG, CAMERA, by("").at, 1920)
    );
    assert_eq!(store.view_still(StillHash([7; 32])).await.unwrap(), None);

    let of_other = store.keep_view_still(&still(OTHER, b"other"), &by("desk:aysel")).await.unwrap();
    let (token, second) = (store.change_token().await.unwrap(), by("desk:rauf"));
    let good = approval(sha256);
    let zone = ViewZone { w: 901, ..good.zones[0] };
    for (what, wrong, who) in [
        ("the same person", good.clone(), by("desk:aysel")),
        ("a still of another camera", NewApproval { still: of_other, ..good.clone() }, second.clone()),
        (
            "a still that nobody took",
            NewApproval { still: StillHash([7; 32]), ..good.clone() },
            second.clone(),
        ),
        ("a booth", NewApproval { checks: Checks::default(), ..good.clone() }, second.clone()),
        ("a zone beyond the picture", NewApproval { zones: vec![zone], ..good.clone() }, second.clone()),
        ("no such camera", NewApproval { camera: CameraId::new(99, 1, 1), ..good.clone() }, second.clone()),
    ] {
        let refused = store.approve_view(&wrong, &who).await;
        assert!(refused.is_err(), "{what}");
        assert_eq!(store.change_token().await.unwrap(), token, "{what}");
    }
    assert_eq!(hidden(&store, CAMERA, 100).await, Some(HiddenWhy::Unapproved));

    store.approve_view(&good, &later("desk:rauf", 50)).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let [approved] = snapshot.approvals_of(CAMERA) else { panic!("{:?}", snapshot.approvals) };
    assert_eq!((approved.still, &approved.zones, approved.checks), (Some(sha256), &good.zones, good.checks));
    assert_eq!((approved.proposed_by.as_str(), approved.approved_by.as_str()), ("desk:aysel", "desk:rauf"));
    assert_eq!(
        hidden(&store, CAMERA, 49).await,
        Some(HiddenWhy::Unapproved),
        "nobody approved the time before"
    );
    assert_eq!(hidden(&store, CAMERA, 50).await, None);
    assert_eq!(hidden(&store, OTHER, 50).await, Some(HiddenWhy::Unapproved));
    let last = store.audit(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(
        (last.what.as_str(), last.subject.as_str(), last.by.as_str()),
        ("view.approve", "7/12/1", "desk:rauf")
    );
    assert_eq!(last.after.unwrap()["still"], sha256.to_string());
}

#[tokio::test]
async fn one_person_hides_and_two_show_again_and_the_past_stays_hidden() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.approve_as_owner(CAMERA, &by("cli:root")).await.unwrap();
    store.approve_as_owner(CAMERA, &by("cli:root")).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().approvals_of(CAMERA).len(), 1, "once is enough");
    assert_eq!(hidden(&store, CAMERA, -1_000_000).await, None, "the owner's approval covers all time");
    let refused = store.show_again(CAMERA, "desk:aysel", &later("desk:rauf", 1)).await;
    assert!(matches!(refused, Err(StoreError::NotHidden(CAMERA))));

    let (secrecy, person) = (HidingReason::Secrecy, HidingReason::Person);
    let from = |seconds| later("", seconds).at;
    let ahead = store.hide(CAMERA, from(11), secrecy, "", &later("desk:aysel", 10)).await;
    assert!(matches!(ahead, Err(StoreError::HiddenLater)));
    let long = store.hide(CAMERA, from(5), secrecy, &"x".repeat(501), &later("desk:aysel", 10)).await;
    assert!(matches!(long, Err(StoreError::View(ViewError::LongText(500)))));
    let first = store.hide(CAMERA, from(5), person, "a child", &later("desk:aysel", 10)).await.unwrap();
    let again = store.hide(CAMERA, from(5), secrecy, "", &later("desk:rauf", 11)).await;
    assert!(matches!(again, Err(StoreError::AlreadyHidden(CAMERA))));
    let earlier = store.hide(CAMERA, from(2), secrecy, "the booth", &later("desk:rauf", 12)).await.unwrap();
    assert!(earlier > first);
    assert_eq!(hidden(&store, CAMERA, 1).await, None);
    assert_eq!(hidden(&store, CAMERA, 9_999_999).await, Some(HiddenWhy::Secrecy));

    let alone = store.show_again(CAMERA, "desk:rauf", &later("desk:rauf", 20)).await;
    assert!(matches!(alone, Err(StoreError::SamePerson)));
    store.show_again(CAMERA, "desk:rauf", &later("desk:aysel", 20)).await.unwrap();
    let told = [1, 2, 4, 5, 19, 20].map(|at| hidden(&store, CAMERA, at));
    let mut whys = Vec::new();
    for why in told {
        whys.push(why.await);
    }
    let hidden_by_secrecy = Some(HiddenWhy::Secrecy);
    assert_eq!(
        whys,
        [None, hidden_by_secrecy, hidden_by_secrecy, hidden_by_secrecy, hidden_by_secrecy, None]
    );
    let snapshot = store.snapshot().await.unwrap();
    let hiding = &snapshot.hidings_of(CAMERA)[0];
    assert_eq!(
        (hiding.text.as_str(), hiding.by.as_str(), hiding.to),
        ("a child", "desk:aysel", Some(from(20)))
    );
    assert_eq!(hiding.shown_by, Some(["desk:rauf".to_owned(), "desk:aysel".to_owned()]));
    let what: Vec<String> =
        store.audit(0, 100).await.unwrap().into_iter().skip(3).map(|entry| entry.what).collect();
    assert_eq!(what, ["view.owner", "view.hide", "view.hide", "view.show"]);
}

/// Also not by whoever has the file: as far as SQLite keeps its own triggers.
#[tokio::test]
async fn what_was_approved_and_hidden_is_not_rewritten() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.keep_view_still(&still(CAMERA, JPEG), &by("x")).await.unwrap();
    store.approve_as_owner(CAMERA, &by("x")).await.unwrap();
    store.hide(CAMERA, by("").at, HidingReason::Other, "", &by("x")).await.unwrap();
    let path = format!("sqlite:{}", dir.path().join("election.db").display());
    let mut file = sqlx::SqliteConnection::connect(&path).await.unwrap();
    for statement in [
        "DELETE FROM view_still",
        "UPDATE view_still SET taken_at_us = 0",
        "DELETE FROM view_approval",
        "UPDATE view_approval SET at_us = 0",
        "DELETE FROM hiding",
        "UPDATE hiding SET from_us = from_us + 1",
        "UPDATE hiding SET to_us = from_us, show_proposed_by = 'a', shown_by = 'a'",
        "UPDATE hiding SET to_us = from_us",
    ] {
        assert!(sqlx::query(statement).execute(&mut file).await.is_err(), "{statement}");
    }
    store.show_again(CAMERA, "a", &by("b")).await.unwrap();
    for statement in ["UPDATE hiding SET to_us = from_us", "UPDATE hiding SET to_us = NULL, shown_by = NULL"]
    {
        assert!(sqlx::query(statement).execute(&mut file).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_sub_stream_follows_its_camera() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let sub = CameraId::new(7, 12, 101);
    let new = |id, sub_of, approved| NewCamera { id, pull: None, unlisted: false, sub_of, approved };
    let refused = store.add_camera(&new(sub, Some(CAMERA), true), &by("x")).await;
    assert!(matches!(refused, Err(StoreError::FollowsCamera { .. })));
    assert!(store.snapshot().await.unwrap().camera(sub).is_none(), "it was not added either");
    store.add_camera(&new(sub, Some(CAMERA), false), &by("x")).await.unwrap();
    assert_eq!(hidden(&store, sub, 0).await, Some(HiddenWhy::Unapproved));
    store.add_camera(&new(CAMERA, None, true), &by("x")).await.unwrap();
    assert_eq!(hidden(&store, sub, 0).await, None);
    let refused = store.hide(sub, by("").at, HidingReason::Other, "", &by("x")).await;
    assert!(matches!(refused, Err(StoreError::FollowsCamera { main: CAMERA, .. })));
    store.hide(CAMERA, by("").at, HidingReason::Other, "", &by("x")).await.unwrap();
    assert_eq!(hidden(&store, sub, 0).await, Some(HiddenWhy::Other));
}

#[tokio::test]
async fn stills_are_kept_within_bounds() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let long = vec![0; (1 << 20) + 1];
    let refused = store.keep_view_still(&still(CAMERA, &long), &by("x")).await;
    assert!(matches!(refused, Err(StoreError::LongStill(_))));
    store.keep_view_still(&still(CAMERA, &long[1..]), &by("x")).await.unwrap();
    for number in 1..200_u32 {
        store.keep_view_still(&still(CAMERA, &number.to_be_bytes()), &by("x")).await.unwrap();
    }
    let refused = store.keep_view_still(&still(CAMERA, b"one more"), &by("x")).await;
    assert!(matches!(refused, Err(StoreError::ManyStills(CAMERA))));
    store.keep_view_still(&still(CAMERA, &1_u32.to_be_bytes()), &by("x")).await.unwrap();
    store.keep_view_still(&still(OTHER, b"one more"), &by("x")).await.unwrap();
}

/// A new list, and a camera that it brings, change nothing about who approved what.
#[tokio::test]
async fn cameras_of_a_list_begin_unapproved_and_an_approval_outlives_a_list() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    assert!(store.snapshot().await.unwrap().approvals.is_empty());
    store.approve_as_owner(CAMERA, &by("x")).await.unwrap();
    import(&store, &STATIONS.replace("991,1", "992,2")).await;
    assert_eq!(hidden(&store, CAMERA, 0).await, None);
    assert_eq!(hidden(&store, CameraId::new(7, 12, 2), 0).await, Some(HiddenWhy::Unapproved));
    // Another election begins without any approval.
    let other = ashkar_election::Election::of_date("2025-02-07".parse().unwrap());
    store.put_election(&other, &by("x")).await.unwrap();
    import(&store, crate::common::CONSTITUENCIES).await;
    import(&store, STATIONS).await;
    assert_eq!(hidden(&store, CAMERA, 0).await, Some(HiddenWhy::Unapproved));
}

//! A camera whose clock is years wrong is asked, set, and told of only as it tells itself.

use std::sync::Arc;

use ashkar_onvif::{Address, CallError, Camera, Credentials, Item, Outcome, Wanted, Zone};
use ashkar_terms::{Blame, Clock, SystemClock};

use crate::simulated::{Behaviour, PASSWORD, Simulated, USER};

pub(crate) fn credentials() -> Option<Credentials> {
    Some(Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() })
}

pub(crate) async fn open(camera: &Simulated) -> Result<Camera, CallError> {
    let address = Address::parse(&camera.url()).unwrap();
    Camera::open(address, credentials(), Arc::new(SystemClock::new())).await
}

fn wanted() -> Wanted {
    Wanted {
        mark: "7/12/1".to_owned(),
        text: "7/12/1  Məntəqə <12> & \"dam\"".to_owned(),
        zone: Zone::of("Asia/Baku", SystemClock::new().now().wall).unwrap(),
        masks: vec![vec![(0.0, 0.6), (0.3, 0.6), (0.15, 1.0)]],
    }
}

fn of<'a>(items: &'a [Item], what: &str) -> &'a Outcome {
    &items.iter().find(|item| item.what == what).unwrap_or_else(|| panic!("{what} in {items:?}")).outcome
}

#[tokio::test]
async fn a_camera_is_signed_for_by_its_own_clock() {
    let simulated = Simulated::new(Behaviour::Good);
    let mut camera = open(&simulated).await.unwrap();
    let seven_years = 7 * 365 * 86_400_000;
    let clock = camera.clock().clone();
    assert!((clock.ahead_ms - seven_years).abs() <= clock.margin_ms + 100, "{clock:?}");
    assert_eq!((clock.is_ntp, clock.zone.as_str()), (false, "CST-8:00:00"));
    let information = camera.information().await.unwrap();
    assert_eq!((information.maker.as_str(), information.model.as_str()), ("Simulated", "S1"));
    camera.find_services().await.unwrap();
    let profiles = camera.profiles().await.unwrap();
    let profile = &profiles[0];
    assert_eq!((profile.encoding.as_str(), profile.coding_profile.as_str()), ("H264", "High"));
    assert_eq!(profile.size, Some((1920, 1080)));
    let uri = profile.uri.clone().unwrap();
    assert!(
        uri.starts_with("rtsp://127.0.0.1:554/s?") && !uri.contains("w0rd") && !uri.contains(USER),
        "{uri}"
    );
    let can = camera.can(&profiles).await;
    assert_eq!((can.texts, can.masks), (Some(2), Some(4)));
    let heard = simulated.state.lock().unwrap().heard.clone();
    assert!(!heard.contains("w0rd") && !heard.contains(PASSWORD), "the password is never sent");
    // One that was never asked for its time would be refused.
    simulated.state.lock().unwrap().ahead_s = -40 * 365 * 86_400;
    assert!(matches!(camera.information().await, Err(CallError::NotAuthorised)));
}

#[tokio::test]
async fn what_was_set_is_what_the_camera_says_afterwards() {
    let simulated = Simulated::new(Behaviour::Good);
    let items = open(&simulated).await.unwrap().set(&wanted()).await;
    assert!(items.iter().all(|item| matches!(item.outcome, Outcome::Done(_))), "{items:?}");
    assert_eq!(of(&items, "zone"), &Outcome::Done("UTC-4".to_owned()));
    {
        let state = simulated.state.lock().unwrap();
        assert!(state.ahead_s.abs() <= 1 && state.zone == "UTC-4");
        assert_eq!(state.texts, ["Camera 01", "7/12/1  Məntəqə <12> & \"dam\""]);
        assert_eq!(state.masks.len(), 1);
        assert!(state.masks[0].contains("x=\"-1.0000\" y=\"-0.2000\""), "{}", state.masks[0]);
    }
    // Once more changes nothing; another name takes the place of the former one.
    let writes = |calls: &[String]| {
        calls.iter().filter(|call| call.starts_with("Set") || call.starts_with("Create")).count()
    };
    let before = writes(&simulated.calls());
    open(&simulated).await.unwrap().set(&wanted()).await;
    assert_eq!(writes(&simulated.calls()), before);
    let other = Wanted { text: "7/12/1  other".to_owned(), masks: Vec::new(), ..wanted() };
    let items = open(&simulated).await.unwrap().set(&other).await;
    assert_eq!(of(&items, "name"), &Outcome::Done("7/12/1 other".to_owned()));
    assert_eq!(simulated.state.lock().unwrap().texts, ["Camera 01", "7/12/1  other"]);
}

#[tokio::test]
async fn a_camera_without_room_or_polygons_covers_more_and_shows_one_text() {
    let simulated = Simulated::new(Behaviour::HttpDigest);
    {
        let mut state = simulated.state.lock().unwrap();
        (state.texts_most, state.rectangles_alone) = (1, true);
        (state.is_ntp, state.ahead_s) = (true, 0);
    }
    let items = open(&simulated).await.unwrap().set(&wanted()).await;
    assert_eq!(of(&items, "mask 1"), &Outcome::Done("covered by the rectangle around it (Color)".to_owned()));
    assert!(
        matches!(of(&items, "time"), Outcome::Done(said) if said.ends_with("kept by the network's time")),
        "{items:?}"
    );
    let state = simulated.state.lock().unwrap();
    assert_eq!(state.texts, [wanted().text]);
    assert_eq!(state.masks[0].matches("Point").count(), 4);
    assert!(state.is_ntp && state.zone == "UTC-4", "a right time from the network stays there");
}

#[tokio::test]
async fn what_a_camera_cannot_and_what_it_only_says_is_told_apart() {
    let simulated = Simulated::new(Behaviour::Bare);
    let items = open(&simulated).await.unwrap().set(&wanted()).await;
    assert!(matches!(of(&items, "time"), Outcome::Done(_)));
    for what in ["name", "mask 1"] {
        assert!(matches!(of(&items, what), Outcome::NotPossible(_)), "{items:?}");
    }
    let simulated = Simulated::new(Behaviour::Lies);
    let items = open(&simulated).await.unwrap().set(&wanted()).await;
    for what in ["time", "zone", "name", "mask 1"] {
        assert!(matches!(of(&items, what), Outcome::Refused(_, Blame::Camera)), "{what}: {items:?}");
    }
    assert_eq!(of(&items, "zone"), &Outcome::Refused("CST-8:00:00".to_owned(), Blame::Camera));
}

#[tokio::test]
async fn an_old_camera_is_set_as_far_as_it_goes() {
    let simulated = Simulated::new(Behaviour::Old);
    let items = open(&simulated).await.unwrap().set(&wanted()).await;
    for what in ["time", "zone", "name"] {
        assert!(matches!(of(&items, what), Outcome::Done(_)), "{items:?}");
    }
    assert!(
        matches!(of(&items, "mask 1"), Outcome::NotPossible(said) if said.contains("masks")),
        "{items:?}"
    );
    assert!(simulated.calls().contains(&"GetCapabilities".to_owned()));
}

//! Cameras that refuse, babble, never end, are slow, or send whoever asks elsewhere: each is told as what it is, in time.

use std::time::{Duration, Instant};

use ashkar_onvif::CallError;
use ashkar_terms::Blame;

use crate::a_camera_is_set_and_tells_it::open;
use crate::simulated::{Behaviour, PASSWORD, Simulated};

#[tokio::test]
async fn a_refusal_is_the_settings_and_the_rest_is_the_cameras() {
    let refuses = Simulated::new(Behaviour::Refuses);
    let camera = open(&refuses).await.unwrap();
    let error = camera.information().await.unwrap_err();
    assert!(matches!(error, CallError::NotAuthorised) && error.blame() == Blame::Operator);
    let begun = Instant::now();
    let opened = async |behaviour| open(&Simulated::new(behaviour)).await.map(|_| ()).unwrap_err();
    let (basic, rubbish, endless, elsewhere, slow, silent) = tokio::join!(
        opened(Behaviour::Basic),
        opened(Behaviour::Rubbish),
        opened(Behaviour::Endless),
        opened(Behaviour::Elsewhere),
        opened(Behaviour::Slow),
        opened(Behaviour::Silent),
    );
    assert!(matches!(basic, CallError::Basic), "{basic}");
    assert!(matches!(rubbish, CallError::NotHttp), "{rubbish}");
    assert!(matches!(endless, CallError::Long(_)), "{endless}");
    assert!(matches!(elsewhere, CallError::Status(302)), "nobody follows it: {elsewhere}");
    assert!(matches!(slow, CallError::Slow(_)) && matches!(silent, CallError::Slow(_)), "{slow}, {silent}");
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    for error in [basic, rubbish, endless, elsewhere, slow, silent] {
        assert_eq!(error.blame(), Blame::Camera);
        assert!(!format!("{error} {error:?}").contains(PASSWORD));
    }
}

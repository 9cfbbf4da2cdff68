//! IP cameras for whoever sets a station up: what there is in its network, and what the settings' cameras are told.
//!
//! A camera of the settings is asked with its password; any other for its clock alone.

use std::sync::Arc;
use std::time::Duration;

use ashkar_kernel_clock::state;
use ashkar_onvif::{
    Address, CallError, Camera, CameraClock, Can, Credentials, Found, Information, Item, Profile, Search,
    Wanted, Zone,
};
use ashkar_terms::{Blame, CameraId, Clock, ClockState};
use futures_util::StreamExt;
use futures_util::stream::iter;
use tokio::time::timeout;

use crate::config::{CameraConfig, Config, Onvif, Source};

/// How long all questions to one camera may take.
const CAMERA_WITHIN: Duration = Duration::from_secs(30);
/// Cameras that are asked at once.
const AT_ONCE: usize = 8;

/// What is known of a camera.
#[derive(Debug, Clone)]
pub struct SeenCamera {
    /// Which of the settings' cameras it is, if it is one.
    pub camera: Option<CameraId>,
    /// Where it is asked.
    pub address: String,
    /// It has answered the search.
    pub is_found: bool,
    /// What it calls itself in the search: name and model.
    pub name: String,
    /// The same.
    pub model: String,
    /// What it is.
    pub information: Information,
    /// Its clock.
    pub clock: Option<CameraClock>,
    /// Its streams.
    pub profiles: Vec<Profile>,
    /// What can be set.
    pub can: Option<Can>,
    /// What failed first, and whose fault it is.
    pub trouble: Option<(Blame, String)>,
}

/// Why a camera is not set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// It is no IP camera of the settings.
    #[error("{0} is no camera with an rtsp:// source in the settings (operator)")]
    NoCamera(CameraId),
    /// This computer does not know the settings' zone.
    #[error("this computer does not know the zone of the settings (station)")]
    Zone,
    /// It does not tell its time.
    #[error("{} ({})", .0, .0.blame().name())]
    Closed(#[from] CallError),
    /// It takes too long.
    #[error("the camera has not answered everything within {} s (camera)", CAMERA_WITHIN.as_secs())]
    Slow,
}

/// What became of a camera's settings.
#[derive(Debug, Clone)]
pub struct CameraSet {
    /// Thing by thing.
    pub items: Vec<Item>,
    /// The kernel says that this computer's clock, by which the camera's was set, is kept right.
    pub is_clock_kept: bool,
}

/// Searches for `wait`, and asks what was found and what the settings name.
pub async fn cameras(
    config: &Config,
    clock: &Arc<dyn Clock>,
    wait: Duration,
) -> (Vec<SeenCamera>, Option<std::io::Error>) {
    let (found, failed) = match wait.is_zero() {
        true => (Vec::new(), None),
        false => match search(wait).await {
            Ok(found) => (found, None),
            Err(error) => (Vec::new(), Some(error)),
        },
    };
    let asked = merged(config, found).into_iter().map(|(own, found)| look(own, found, Arc::clone(clock)));
    (iter(asked).buffered(AT_ONCE).collect().await, failed)
}

async fn search(wait: Duration) -> std::io::Result<Vec<Found>> {
    Search::everywhere(wait)?.run().await
}

type Own<'a> = (&'a CameraConfig, &'a Onvif);

/// The settings' cameras first, each with what the search says of its address; then the others.
fn merged(config: &Config, found: Vec<Found>) -> Vec<(Option<Own<'_>>, Option<Found>)> {
    let own: Vec<Own<'_>> =
        config.cameras.iter().filter_map(|camera| Some((camera, camera.onvif.as_ref()?))).collect();
    let is_at = |onvif: &Onvif, found: &Found| {
        onvif.address == found.address
            || (onvif.address.ip().is_some() && onvif.address.ip() == found.address.ip())
    };
    let mut all: Vec<(Option<Own<'_>>, Option<Found>)> =
        own.iter().map(|own| (Some(*own), found.iter().find(|found| is_at(own.1, found)).cloned())).collect();
    let others = found.into_iter().filter(|found| !own.iter().any(|own| is_at(own.1, found)));
    all.extend(others.map(|found| (None, Some(found))));
    all
}

async fn look(own: Option<Own<'_>>, found: Option<Found>, clock: Arc<dyn Clock>) -> SeenCamera {
    let address = match (&own, &found) {
        (Some((_, onvif)), _) => Some(onvif.address.clone()),
        (None, found) => found.as_ref().map(|found| found.address.clone()),
    };
    let said = |of: fn(&Found) -> &String| found.as_ref().map(of).cloned().unwrap_or_default();
    let mut seen = SeenCamera {
        camera: own.map(|(camera, _)| camera.id),
        address: address.as_ref().map(Address::to_string).unwrap_or_default(),
        is_found: found.is_some(),
        name: said(|found| &found.name),
        model: said(|found| &found.model),
        information: Information::default(),
        clock: None,
        profiles: Vec::new(),
        can: None,
        trouble: None,
    };
    let Some(address) = address else { return seen };
    let credentials = own.and_then(|(camera, _)| credentials(camera));
    let asked = timeout(CAMERA_WITHIN, ask(&mut seen, address, credentials, clock)).await;
    seen.trouble = match asked {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some((error.blame(), error.to_string())),
        Err(_) => Some((Blame::Camera, SetError::Slow.to_string())),
    };
    seen
}

async fn ask(
    seen: &mut SeenCamera,
    address: Address,
    credentials: Option<Credentials>,
    clock: Arc<dyn Clock>,
) -> Result<(), CallError> {
    let mut camera = Camera::open(address, credentials, clock).await?;
    seen.clock = Some(camera.clock().clone());
    if seen.camera.is_none() {
        return Ok(());
    }
    seen.information = camera.information().await?;
    camera.find_services().await?;
    seen.profiles = camera.profiles().await?;
    seen.can = Some(camera.can(&seen.profiles).await);
    Ok(())
}

/// Those of the camera's stream.
fn credentials(camera: &CameraConfig) -> Option<Credentials> {
    let Source::Rtsp(source) = &camera.source else { return None };
    let own = source.credentials()?;
    Some(Credentials { user: own.user.clone(), password: own.password.clone() })
}

/// Sets name, time, zone and masks of one camera of the settings.
///
/// # Errors
/// [`SetError`]: nothing was set then, or, if it is slow, nobody knows what.
pub async fn set_camera(
    config: &Config,
    clock: &Arc<dyn Clock>,
    id: CameraId,
) -> Result<CameraSet, SetError> {
    let camera = config.camera(id).ok_or(SetError::NoCamera(id))?;
    let onvif = camera.onvif.as_ref().ok_or(SetError::NoCamera(id))?;
    let zone = Zone::of(&config.zone, clock.now().wall).map_err(|_| SetError::Zone)?;
    let masks = onvif.masks.iter().map(|polygon| polygon.0.clone()).collect();
    // With what follows it: 7/12/1 is no beginning of 7/12/11.
    let mark = if onvif.name == id.to_string() { id.to_string() } else { format!("{id} ") };
    let wanted = Wanted { mark, text: onvif.name.clone(), zone, masks };
    let is_clock_kept = state() == ClockState::Synchronised;
    let set = timeout(CAMERA_WITHIN, async {
        let address = onvif.address.clone();
        let mut camera = Camera::open(address, credentials(camera), Arc::clone(clock)).await?;
        Ok::<_, CallError>(camera.set(&wanted).await)
    });
    let items = set.await.map_err(|_| SetError::Slow)??;
    Ok(CameraSet { items, is_clock_kept })
}

/// By how much the clock of a camera is ahead of this computer's, and what is not known of that, milliseconds; asked
/// without name and password.
pub(crate) async fn clock_of(camera: &CameraConfig, clock: Arc<dyn Clock>) -> Option<(i64, i64)> {
    let address = camera.onvif.as_ref()?.address.clone();
    let told = Camera::open(address, None, clock).await.ok()?;
    Some((told.clock().ahead_ms, told.clock().margin_ms))
}

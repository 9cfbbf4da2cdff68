//! One camera: its clock, what it is, what it streams, and what it can be told to show.

use std::sync::Arc;

use ashkar_terms::Clock;
use url::Url;

use crate::address::Address;
use crate::call::{Caller, Credentials, Service};
use crate::error::CallError;
use crate::text::{escaped, line};
use crate::time::{self, Told};
use crate::xml::Node;

/// Profiles of a camera that are told; more are left out.
const PROFILES_MAX: usize = 16;
/// Longest token of a camera, bytes.
const TOKEN_BYTES_MAX: usize = 128;

/// A camera that has told its time.
pub struct Camera {
    pub(crate) caller: Caller,
    pub(crate) device: Address,
    media: Option<Address>,
    media2: Option<Address>,
    clock: CameraClock,
}

/// A camera's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraClock {
    /// By how much it is ahead of this computer's, milliseconds; cameras tell whole seconds.
    pub ahead_ms: i64,
    /// Half the time that the question took, and the second that is not told, milliseconds.
    pub margin_ms: i64,
    /// It says that it gets its time from the network.
    pub is_ntp: bool,
    /// As it writes it; empty if it says none.
    pub zone: String,
}

/// What a camera says that it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Information {
    /// Its maker.
    pub maker: String,
    /// Its model.
    pub model: String,
    /// Version of its program.
    pub firmware: String,
}

/// A stream that a camera offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Such as H264; empty if it says none.
    pub encoding: String,
    /// Such as Main: anything but Baseline may hold pictures that are shown in another order than they come (B-frames).
    pub coding_profile: String,
    /// Width and height, pixels, if it says them.
    pub size: Option<(u32, u32)>,
    /// Its address, without name and password.
    pub uri: Option<String>,
    /// The picture's source, to which texts and masks belong.
    pub(crate) source: String,
}

/// What a camera offers to be set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Can {
    /// Texts in the picture, at most so many; nothing if none, or it does not say.
    pub texts: Option<u32>,
    /// Masks, at most so many.
    pub masks: Option<u32>,
}

impl Camera {
    /// Asks the camera at `device` for its time, and signs by that from then on.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn open(
        device: Address,
        credentials: Option<Credentials>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CallError> {
        let caller = Caller { clock, credentials, ahead_us: 0 };
        let none = CameraClock { ahead_ms: 0, margin_ms: 0, is_ntp: false, zone: String::new() };
        let mut camera = Self { caller, device, media: None, media2: None, clock: none };
        camera.ask_time().await?;
        Ok(camera)
    }

    /// Its clock, as it was when it was last asked.
    pub const fn clock(&self) -> &CameraClock {
        &self.clock
    }

    /// Asks for its time again: after it was set, signatures need another one.
    pub(crate) async fn ask_time(&mut self) -> Result<Told, CallError> {
        let clock = &self.caller.clock;
        let sent = clock.now();
        let answer = self.caller.call_unsigned(&self.device, Service::Device, "GetSystemDateAndTime").await?;
        let received = clock.now();
        let told = time::read(&answer)?;
        let took_us = i64::try_from(received.mono_us.saturating_sub(sent.mono_us)).unwrap_or(i64::MAX);
        // It was told in the middle of the exchange, and up to a second late.
        let middle = sent.wall.0.saturating_add(took_us / 2);
        self.caller.ahead_us = told.utc.0.saturating_add(500_000).saturating_sub(middle);
        self.clock = CameraClock {
            ahead_ms: self.caller.ahead_us / 1000,
            margin_ms: 500 + took_us / 2000,
            is_ntp: told.is_ntp,
            zone: told.zone.clone(),
        };
        Ok(told)
    }

    /// Maker, model and version.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn information(&self) -> Result<Information, CallError> {
        let told = self.caller.call(&self.device, Service::Device, "GetDeviceInformation", "").await?;
        Ok(Information {
            maker: line(told.text_at(&["Manufacturer"])),
            model: line(told.text_at(&["Model"])),
            firmware: line(told.text_at(&["FirmwareVersion"])),
        })
    }

    /// Looks for its services; before anything of pictures is asked.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn find_services(&mut self) -> Result<(), CallError> {
        let inner = "<tds:IncludeCapability>false</tds:IncludeCapability>";
        match self.caller.call(&self.device, Service::Device, "GetServices", inner).await {
            Ok(told) => {
                let of = |service: Service| {
                    let mut found = told
                        .all("Service")
                        .filter(|node| node.text_at(&["Namespace"]) == service.namespace());
                    found.find_map(|node| self.device.of_service(node.text_at(&["XAddr"])).ok())
                };
                (self.media, self.media2) = (of(Service::Media), of(Service::Media2));
                Ok(())
            }
            Err(CallError::NotAuthorised) => Err(CallError::NotAuthorised),
            // Older than that call.
            Err(_) => {
                let inner = "<tds:Category>All</tds:Category>";
                let told = self.caller.call(&self.device, Service::Device, "GetCapabilities", inner).await?;
                let media = told.text_at(&["Capabilities", "Media", "XAddr"]);
                self.media = self.device.of_service(media).ok();
                Ok(())
            }
        }
    }

    /// Its streams; [`find_services`](Self::find_services) comes first.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn profiles(&self) -> Result<Vec<Profile>, CallError> {
        let told = self.media("GetProfiles", "").await?;
        let mut profiles = Vec::new();
        for node in told.all("Profiles").take(PROFILES_MAX) {
            let uri = match token(node) {
                Some(token) => self.stream(token).await?,
                None => None,
            };
            profiles.push(Profile { uri, ..profile(node) });
        }
        Ok(profiles)
    }

    async fn stream(&self, profile: &str) -> Result<Option<String>, CallError> {
        let inner = format!(
            "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport>\
             </trt:StreamSetup><trt:ProfileToken>{}</trt:ProfileToken>",
            escaped(profile)
        );
        match self.media("GetStreamUri", &inner).await {
            Ok(told) => Ok(shown(told.text_at(&["MediaUri", "Uri"]), self.caller.credentials.as_ref())),
            // Some profiles are not streamed.
            Err(CallError::Fault(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What can be set; [`find_services`](Self::find_services) comes first.
    pub async fn can(&self, profiles: &[Profile]) -> Can {
        let Some(source) = profiles.iter().map(|profile| &profile.source).find(|source| !source.is_empty())
        else {
            return Can::default();
        };
        Can {
            texts: self.text_options(source).await.ok().map(|options| options.most),
            masks: self.mask_options(source).await.ok().map(|options| options.most),
        }
    }

    /// A call of the first media service: profiles, streams, texts.
    pub(crate) async fn media(&self, name: &str, inner: &str) -> Result<Node, CallError> {
        let address = self.media.as_ref().ok_or(CallError::NotOffered("the service of streams and texts"))?;
        self.caller.call(address, Service::Media, name, inner).await
    }

    /// A call of the second one: masks.
    pub(crate) async fn media2(&self, name: &str, inner: &str) -> Result<Node, CallError> {
        let address = self.media2.as_ref().ok_or(CallError::NotOffered("the service of masks"))?;
        self.caller.call(address, Service::Media2, name, inner).await
    }
}

pub(crate) fn profile(node: &Node) -> Profile {
    let encoder = ["VideoEncoderConfiguration"];
    let at = |rest: &[&str]| node.text_at(&[&encoder[..], rest].concat());
    let number = |name: &str| node.number_at::<u32>(&[encoder[0], "Resolution", name]);
    let source = node.child("VideoSourceConfiguration").and_then(token).unwrap_or_default();
    Profile {
        name: line(node.text_at(&["Name"])),
        encoding: line(at(&["Encoding"])),
        coding_profile: line(at(&["H264", "H264Profile"])),
        size: number("Width").zip(number("Height")),
        uri: None,
        source: source.to_owned(),
    }
}

/// The token of a camera's thing; nothing if it has none that can be said back.
pub(crate) fn token(node: &Node) -> Option<&str> {
    let token = node.attribute("token")?;
    let is_token = (1..=TOKEN_BYTES_MAX).contains(&token.len()) && !token.chars().any(char::is_control);
    is_token.then_some(token)
}

/// An address of a stream without anything secret: no name, no password, and no query that could hold one.
fn shown(uri: &str, credentials: Option<&Credentials>) -> Option<String> {
    let mut url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "rtsp" | "rtsps"))?;
    url.host()?;
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let is_secret = |query: &str| {
        let query = query.to_ascii_lowercase();
        ["pass", "pwd", "user", "auth", "token", "key"].iter().any(|word| query.contains(word))
    };
    if url.query().is_some_and(is_secret) {
        url.set_query(Some("…"));
    }
    let mut text = line(url.as_str());
    for secret in credentials.iter().map(|own| own.password.as_str()).filter(|own| !own.is_empty()) {
        text = text.replace(secret, "…");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let own = Credentials { user: "admin".to_owned(), password: "s3cret".to_owned() };
        let shown = |uri| shown(uri, Some(&own));
        assert_eq!(shown("rtsp://a:b@10.0.0.5/x?channel=1"), Some("rtsp://10.0.0.5/x?channel=1".to_owned()));
        assert_eq!(
            shown("rtsp://10.0.0.5/user=admin_password=s3cret_1"),
            Some("rtsp://10.0.0.5/user=admin_password=…_1".to_owned())
        );
        assert!(!shown("rtsp://10.0.0.5/x?Password=other").unwrap().contains("other"));
        assert_eq!(shown("http://10.0.0.5/x"), None);
        assert_eq!(shown("no"), None);
    }
}

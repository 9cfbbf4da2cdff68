//! What a camera is to show is set, one thing after another, and told only as the camera itself tells it afterwards.

use ashkar_terms::UtcMicros;

use crate::camera::Camera;
use crate::error::CallError;
use crate::mask::{Corners, Mask, MaskOptions};
use crate::overlay::is_same;
use crate::text::line;
use crate::time::{self, Zone};

/// A clock that differs less is right, milliseconds: cameras tell whole seconds.
const CLOCK_MS: i64 = 2000;

/// What is to be set.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// How the text begins, by which it is known again: the camera's number.
    pub mark: String,
    /// The text in the picture.
    pub text: String,
    /// The zone of the clock in the picture.
    pub zone: Zone,
    /// What is to be covered: corners, across and down, in fractions of the picture.
    pub masks: Vec<Vec<(f64, f64)>>,
}

/// What became of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which: `time`, `zone`, `name`, `mask 1`.
    pub what: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The camera says that it is so; what it said.
    Done(String),
    /// The camera offers no such thing; what it said.
    NotPossible(String),
    /// The camera refuses, or afterwards says something else; what it said, and whose fault it is.
    Refused(String, ashkar_terms::Blame),
}

impl Outcome {
    fn of(error: &CallError) -> Self {
        let said = error.to_string();
        if error.is_not_offered() { Self::NotPossible(said) } else { Self::Refused(said, error.blame()) }
    }

    fn otherwise(said: String) -> Self {
        Self::Refused(said, ashkar_terms::Blame::Camera)
    }
}

impl Camera {
    /// Sets time and zone first, since signatures depend on that clock; then text and masks.
    pub async fn set(&mut self, wanted: &Wanted) -> Vec<Item> {
        let mut items = self.set_time(&wanted.zone).await;
        let source = match self.find_services().await {
            Ok(()) => self.source().await,
            Err(error) => Err(error),
        };
        let item = |what: &str, outcome| Item { what: what.to_owned(), outcome };
        match &source {
            Ok(source) => {
                items.push(item("name", self.set_text(source, wanted).await));
                items.extend(self.set_masks(source, &wanted.masks).await);
            }
            Err(error) => {
                items.push(item("name", Outcome::of(error)));
                let names = (1..=wanted.masks.len()).map(|number| format!("mask {number}"));
                items.extend(names.map(|name| item(&name, Outcome::of(error))));
            }
        }
        items
    }

    /// The picture's source of the first stream.
    async fn source(&self) -> Result<String, CallError> {
        let told = self.media("GetProfiles", "").await?;
        let mut sources = told
            .all("Profiles")
            .filter_map(|node| crate::camera::token(node.child("VideoSourceConfiguration")?));
        sources.next().map(str::to_owned).ok_or(CallError::NotOffered("a source of pictures"))
    }

    async fn set_time(&mut self, zone: &Zone) -> Vec<Item> {
        let set = self.time_is_set(zone).await;
        let (time, zone) = match set {
            Ok(outcomes) => outcomes,
            Err(error) => (Outcome::of(&error), Outcome::of(&error)),
        };
        let named = [("time", time), ("zone", zone)];
        named.map(|(what, outcome)| Item { what: what.to_owned(), outcome }).into()
    }

    async fn time_is_set(&mut self, zone: &Zone) -> Result<(Outcome, Outcome), CallError> {
        let is_right = |ahead_ms: i64| ahead_ms.abs() <= CLOCK_MS;
        let is_zone = |told: &str| time::ahead_s(told) == Some(zone.ahead_s);
        let before = self.clock().clone();
        if !is_right(before.ahead_ms) || !is_zone(&before.zone) {
            // A time from the network that is right stays with the network.
            let by_ntp = before.is_ntp && is_right(before.ahead_ms);
            let now: UtcMicros = self.caller.clock.now().wall;
            let inner = time::written(now, by_ntp, &zone.text);
            let device = self.device.clone();
            self.caller.call(&device, crate::call::Service::Device, "SetSystemDateAndTime", &inner).await?;
            self.ask_time().await?;
        }
        let after = self.clock();
        let kept = if after.is_ntp { ", kept by the network's time" } else { "" };
        let ahead = format!("{} ms ahead of this computer's{kept}", after.ahead_ms);
        let time = if is_right(after.ahead_ms) { Outcome::Done(ahead) } else { Outcome::otherwise(ahead) };
        let told = if after.zone.is_empty() { "none told".to_owned() } else { after.zone.clone() };
        let changes =
            if zone.changes { "; the zone's offset changes within a year: set it again then" } else { "" };
        let zone = match is_zone(&after.zone) {
            true => Outcome::Done(format!("{told}{changes}")),
            false => Outcome::otherwise(told),
        };
        Ok((time, zone))
    }

    async fn set_text(&self, source: &str, wanted: &Wanted) -> Outcome {
        match self.show(source, &wanted.mark, &wanted.text).await {
            Err(error) => Outcome::of(&error),
            Ok(shown) if shown.iter().any(|text| is_same(text, &wanted.text)) => {
                Outcome::Done(line(&wanted.text))
            }
            Ok(shown) => {
                let texts: Vec<String> =
                    shown.iter().take(4).map(|text| format!("\"{}\"", line(text))).collect();
                Outcome::otherwise(format!("it shows another text: {}", texts.join(", ")))
            }
        }
    }

    async fn set_masks(&self, source: &str, wanted: &[Corners]) -> Vec<Item> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let options = self.mask_options(source).await;
        let mut items = Vec::with_capacity(wanted.len());
        for (number, corners) in (1..).zip(wanted) {
            let outcome = match &options {
                Err(error) => Outcome::of(error),
                Ok(options) => {
                    let (fitted, is_larger) = options.fitted(corners);
                    match self.mask_is_there(source, options, &fitted).await {
                        Err(error) => Outcome::of(&error),
                        Ok(None) => Outcome::otherwise("afterwards it has no such mask at work".to_owned()),
                        Ok(Some(kind)) if is_larger => {
                            Outcome::Done(format!("covered by the rectangle around it ({kind})"))
                        }
                        Ok(Some(kind)) => Outcome::Done(format!("covered ({kind})")),
                    }
                }
            };
            items.push(Item { what: format!("mask {number}"), outcome });
        }
        items
    }

    /// The kind of the mask that covers it, once there is one.
    async fn mask_is_there(
        &self,
        source: &str,
        options: &MaskOptions,
        corners: &Corners,
    ) -> Result<Option<String>, CallError> {
        let kind =
            |masks: Vec<Mask>| masks.into_iter().find(|mask| mask.covers(corners)).map(|mask| mask.kind);
        if let Some(kind) = kind(self.masks(source).await?) {
            return Ok(Some(kind));
        }
        self.add_mask(source, options, corners).await?;
        Ok(kind(self.masks(source).await?))
    }
}

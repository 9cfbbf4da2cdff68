//! Parameter sets of one connection, from the protocol or from the stream. They change only at keyframes.

use bytes::Bytes;

use crate::VideoConfig;
use crate::assembly::Framing;
use crate::codec::annex_b::starts_with_start_code;
use crate::codec::slice::SliceRules;
use crate::codec::{ConfigError, VideoCodec, VideoParameters, with_in_band};

/// The parameters of a connection: those in use, and those waiting for the next keyframe.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    active: Option<VideoParameters>,
    incoming: Option<VideoParameters>,
    /// The latest from the protocol, for access units that bring their own parameter sets.
    announced: Option<VideoCodec>,
    /// The last refusal, so that a camera that repeats itself is reported only once.
    refusal: Option<ConfigError>,
}

impl Parameters {
    /// The codec of the next access unit.
    pub(super) fn codec(&self) -> VideoCodec {
        let known = self.incoming.as_ref().or(self.active.as_ref()).map(|parameters| parameters.codec);
        known.or(self.announced).unwrap_or(VideoCodec::H264)
    }

    /// What is needed to parse the next slice headers.
    pub(super) fn slices(&self) -> Option<SliceRules> {
        self.incoming.as_ref().or(self.active.as_ref())?.slices
    }

    /// Adds parameters from the protocol. `Err` if they are unusable and were not refused before; the valid ones stay.
    /// If only the numbers of the sets differ, they are returned in a row: they belong before the next picture, and no
    /// new parameters are needed.
    pub(super) fn offer(&mut self, config: &VideoConfig) -> Result<Option<Bytes>, ConfigError> {
        self.announced = Some(config.codec);
        if starts_with_start_code(&config.record) {
            let row = Framing::default().row(config.codec, config.record.clone());
            return row.map_or(Ok(()), |row| self.offer_in_band(&row)).map(|()| None);
        }
        match VideoParameters::parse(config) {
            Ok(parameters) => {
                self.refusal = None;
                let base = self.incoming.as_ref().or(self.active.as_ref());
                let renumbered = base.and_then(|base| base.renumbered(&parameters));
                if renumbered.is_none() {
                    self.incoming = Some(parameters);
                }
                Ok(renumbered)
            }
            Err(error) => self.refuse(error).map(|()| None),
        }
    }

    /// Adds the parameter sets of an access unit.
    pub(super) fn offer_in_band(&mut self, access_unit: &[u8]) -> Result<(), ConfigError> {
        let base = self.incoming.as_ref().or(self.active.as_ref());
        match with_in_band(base, self.codec(), access_unit) {
            Ok(None) => Ok(()),
            Ok(Some(parameters)) => {
                self.refusal = None;
                self.incoming = Some(parameters);
                Ok(())
            }
            Err(error) => self.refuse(error),
        }
    }

    /// Whether there are parameters to decode with, or will be at the next keyframe.
    pub(super) const fn known(&self) -> bool {
        self.incoming.is_some() || self.active.is_some()
    }

    /// At a keyframe: waiting parameters come into use. True if there were any.
    pub(super) fn activate(&mut self) -> bool {
        let waited = self.incoming.is_some();
        self.active = self.incoming.take().or_else(|| self.active.take());
        waited
    }

    /// The parameters in use.
    pub(super) const fn active(&self) -> Option<&VideoParameters> {
        self.active.as_ref()
    }

    fn refuse(&mut self, error: ConfigError) -> Result<(), ConfigError> {
        if self.refusal.as_ref() == Some(&error) {
            return Ok(());
        }
        self.refusal = Some(error.clone());
        Err(error)
    }
}

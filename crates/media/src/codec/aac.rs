//! AAC: `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1) and the properties of its frames.

use bytes::Bytes;

use super::ConfigError;
use super::bits::BitReader;
use super::error::check_length;
use crate::AudioConfig;

const ASC: &str = "AudioSpecificConfig";

/// Longest AudioSpecificConfig accepted, in bytes.
const MAX_ASC_BYTES: usize = 64;

/// Samples per frame and channel; cameras do not send the 960 of digital radio.
pub const SAMPLES_PER_FRAME: u32 = 1024;
/// Largest frame, in bytes: 6144 bits for each of eight channels (ISO/IEC 14496-3, 4.5.3).
pub const MAX_FRAME_BYTES: usize = 8 * 6144 / 8;

/// Sampling frequencies by index (table 1.18).
const SAMPLE_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// AAC parameters that were parsed and validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioParameters {
    /// The AudioSpecificConfig as received.
    pub record: Bytes,
    /// Audio object type: 2 is AAC-LC, 5 and 29 are AAC-LC with the HE-AAC extensions.
    pub object_type: u8,
    /// Sampling rate of the core coder, Hz.
    pub sample_rate: u32,
    /// Channels, 1 to 8.
    pub channels: u8,
    /// RFC 6381, such as `mp4a.40.2`.
    pub codecs: String,
}

impl AudioParameters {
    /// Parses an AudioSpecificConfig of AAC (object types 1 to 5 and 29).
    ///
    /// # Errors
    /// [`ConfigError`] if it is damaged, of another codec, or has a program configuration instead of a channel count.
    pub fn parse(config: &AudioConfig) -> Result<Self, ConfigError> {
        check_length(ASC, config.record.len(), MAX_ASC_BYTES)?;
        let mut bits = BitReader::plain(&config.record);
        let object_type = object_type(&mut bits)?;
        let sample_rate = sample_rate(&mut bits)?;
        let channels = channels(&mut bits)?;
        let codecs = format!("mp4a.40.{object_type}");
        Ok(Self { record: config.record.clone(), object_type, sample_rate, channels, codecs })
    }

    /// Length of one frame of [`SAMPLES_PER_FRAME`], in ticks with a fraction.
    pub(crate) fn frame_ticks(&self) -> f64 {
        f64::from(SAMPLES_PER_FRAME) * 90_000.0 / f64::from(self.sample_rate.max(1))
    }
}

fn object_type(bits: &mut BitReader<'_>) -> Result<u8, ConfigError> {
    let mut value = bits.bits(5).ok_or(ConfigError::Truncated { what: ASC })?;
    if value == 31 {
        value = 32 + bits.bits(6).ok_or(ConfigError::Truncated { what: ASC })?;
    }
    match value {
        1..=5 | 29 => Ok(u8::try_from(value).unwrap_or(2)),
        _ => Err(ConfigError::Field { field: "audioObjectType", value: value.into() }),
    }
}

fn sample_rate(bits: &mut BitReader<'_>) -> Result<u32, ConfigError> {
    let truncated = || ConfigError::Truncated { what: ASC };
    let index = bits.bits(4).ok_or_else(truncated)?;
    if index == 15 {
        let rate = bits.bits(24).ok_or_else(truncated)?;
        let sound = (7_350..=96_000).contains(&rate);
        return sound
            .then_some(rate)
            .ok_or_else(|| ConfigError::Field { field: "samplingFrequency", value: rate.into() });
    }
    let known = usize::try_from(index).ok().and_then(|index| SAMPLE_RATES.get(index)).copied();
    known.ok_or_else(|| ConfigError::Field { field: "samplingFrequencyIndex", value: index.into() })
}

fn channels(bits: &mut BitReader<'_>) -> Result<u8, ConfigError> {
    match bits.bits(4).ok_or(ConfigError::Truncated { what: ASC })? {
        count @ 1..=6 => Ok(u8::try_from(count).unwrap_or(1)),
        7 => Ok(8),
        other => Err(ConfigError::Field { field: "channelConfiguration", value: other.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &'static [u8]) -> Result<AudioParameters, ConfigError> {
        AudioParameters::parse(&AudioConfig { record: Bytes::from_static(bytes) })
    }

    #[test]
    fn reads_what_encoders_send() {
        let stereo = parse(&[0x12, 0x10]).unwrap();
        assert_eq!((stereo.object_type, stereo.sample_rate, stereo.channels), (2, 44_100, 2));
        assert_eq!(stereo.codecs, "mp4a.40.2");
        let mono = parse(&[0x15, 0x88]).unwrap();
        assert_eq!((mono.sample_rate, mono.channels), (8_000, 1));
    }

    #[test]
    fn refuses_what_it_cannot_pass_through() {
        assert_eq!(parse(&[]), Err(ConfigError::Truncated { what: ASC }));
        assert_eq!(parse(&[0x12]), Err(ConfigError::Truncated { what: ASC }));
        assert!(matches!(
            parse(&[0x12, 0x00]),
            Err(ConfigError::Field { field: "channelConfiguration", .. })
        ));
        assert!(matches!(
            parse(&[0x16, 0x90]),
            Err(ConfigError::Field { field: "samplingFrequencyIndex", .. })
        ));
        assert!(matches!(
            parse(&[0xf9, 0x50, 0x40]),
            Err(ConfigError::Field { field: "audioObjectType", .. })
        ));
    }
}

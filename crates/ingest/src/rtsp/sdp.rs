//! The part of a session description (RFC 8866) that says what a camera sends and where to ask for it.
//!
//! Cameras write odd descriptions: `fmtp` without parameters, attributes before any media, streams that are not RTP,
//! text in place of a payload type, trailing blanks. Whatever cannot be read is skipped; an unusable media description
//! is left out, and the others stand. If a leniency is for some vendor, the file of `testdata/rtsp` that shows it is
//! named.

use ashkar_media::VideoCodec;
use ashkar_media::codec::MAX_PARAMETER_SET_BYTES;
use ashkar_media::codec::annex_b::split_at_start_codes;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

/// Maximum number of media descriptions that are considered. Real cameras have up to four.
pub const MAX_MEDIA: usize = 16;

const MAX_PARAMETER_SETS: usize = 16;
/// Maximum number of formats of one media description that are considered.
const MAX_FORMATS: usize = 8;
/// The first payload type without a fixed meaning (RFC 3551, 6): `bosch_payload_type_35`.
const FIRST_DYNAMIC: u8 = 35;
const VIDEO_CLOCK_HZ: u32 = 90_000;

/// Cameras leave out the padding, or leave bits set after the last byte.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a camera offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// The session's `a=control`, if it names another address than the one requested.
    pub control: Option<String>,
    /// Its streams, in order, at most [`MAX_MEDIA`].
    pub media: Vec<Media>,
}

/// One stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// `a=control`.
    pub control: Option<String>,
    /// RTP payload type: the first that is supported, else the first.
    pub payload_type: u8,
    /// What it carries.
    pub format: Format,
    /// Further formats that may come instead, by payload type: others of the list, and the same type as the other codec
    /// if the description has that codec's parameters.
    pub alternatives: Vec<(u8, Format)>,
}

impl Media {
    /// Payload types of video that may come.
    pub(super) fn payload_types(&self) -> impl Iterator<Item = u8> {
        let others = self.alternatives.iter().map(|(payload_type, _)| *payload_type);
        let others = others.filter(|other| *other != self.payload_type);
        std::iter::once(self.payload_type).chain(others)
    }

    /// Whether it is supported video.
    pub(super) const fn is_video(&self) -> bool {
        matches!(self.format, Format::H264 { .. } | Format::H265 { .. })
    }

    /// The format of a payload type.
    pub(super) fn format_of(&self, payload_type: u8) -> Option<&Format> {
        if payload_type == self.payload_type {
            return Some(&self.format);
        }
        self.alternatives.iter().find(|(other, _)| *other == payload_type).map(|(_, format)| format)
    }

    /// The content of a payload type, if it turns out to be `codec`: with the parameter sets that the description has.
    pub(super) fn format_as(&self, payload_type: u8, codec: VideoCodec) -> Format {
        let listed =
            self.alternatives.iter().filter(|(other, _)| *other == payload_type).map(|(_, format)| format);
        let mut listed = listed.chain([&self.format]);
        match codec {
            VideoCodec::H264 => listed.find(|format| matches!(format, Format::H264 { .. })).cloned(),
            VideoCodec::H265 => listed.find(|format| matches!(format, Format::H265 { .. })).cloned(),
        }
        .unwrap_or(match codec {
            VideoCodec::H264 => Format::H264 { parameter_sets: Vec::new() },
            VideoCodec::H265 => Format::H265 { parameter_sets: Vec::new(), with_don: false },
        })
    }
}

/// What a stream carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// H.264 as in RFC 6184.
    H264 {
        /// SPS and PPS of `sprop-parameter-sets`; may be empty.
        parameter_sets: Vec<Bytes>,
    },
    /// H.265 as in RFC 7798.
    H265 {
        /// VPS, SPS and PPS of the `sprop-` parameters; may be empty.
        parameter_sets: Vec<Bytes>,
        /// Whether each payload carries a decoding order number (`sprop-max-don-diff` above 0).
        with_don: bool,
    },
    /// AAC as in RFC 3640.
    Aac(AacFormat),
    /// Sound that cannot be passed through.
    OtherSound {
        /// Lower-case encoding name, such as `pcma`.
        codec: String,
    },
    /// Video that cannot be passed through.
    OtherVideo {
        /// Lower-case encoding name, such as `jpeg`.
        codec: String,
    },
    /// Neither: ONVIF metadata, text.
    Other,
}

/// AAC as in RFC 3640, 3.3.5 and 3.3.6 (AAC-lbr and AAC-hbr).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AacFormat {
    /// `AudioSpecificConfig`.
    pub config: Bytes,
    /// Ticks per second of its RTP timestamps.
    pub clock_hz: u32,
    /// Bits of the size in each AU header, at most 16.
    pub size_bits: u8,
    /// Bits of the index or index delta in each AU header, at most 16; both must be equal.
    pub index_bits: u8,
}

/// The body of the response to DESCRIBE is not a session description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Not one line has the form of RFC 8866.
    #[error("the camera's description of its streams is empty or not SDP")]
    NotSdp,
}

impl Description {
    /// Reads a session description of at most [`super::message::MAX_BODY_BYTES`].
    ///
    /// # Errors
    /// [`SdpError::NotSdp`] if no line has the form `x=…`.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        let text = String::from_utf8_lossy(body);
        let mut raw: Vec<RawMedia<'_>> = Vec::new();
        let mut control = None;
        let mut lines = 0_u32;
        for line in text.split(['\r', '\n']).map(str::trim) {
            let Some((kind, value)) = line.split_once('=').filter(|(kind, _)| kind.len() == 1) else {
                continue;
            };
            lines += 1;
            if kind == "m" {
                if raw.len() == MAX_MEDIA {
                    break;
                }
                raw.push(RawMedia::new(value));
            }
            match (kind, raw.last_mut()) {
                ("a", Some(media)) => media.attribute(value),
                ("a", None) => {
                    control = control.or_else(|| value.strip_prefix("control:").map(|c| c.trim().to_owned()));
                }
                _ => {}
            }
        }
        if lines == 0 {
            return Err(SdpError::NotSdp);
        }
        Ok(Self { control, media: raw.iter().filter_map(RawMedia::finish).collect() })
    }
}

/// The lines of one media description, not yet interpreted.
struct RawMedia<'a> {
    media: &'a str,
    protocol: &'a str,
    formats: Vec<&'a str>,
    control: Option<&'a str>,
    rtpmaps: Vec<(&'a str, &'a str)>,
    fmtps: Vec<(&'a str, &'a str)>,
}

/// One format of a media description.
struct RawFormat<'a> {
    media: &'a str,
    rtpmap: Option<&'a str>,
    fmtp: Option<&'a str>,
}

impl<'a> RawMedia<'a> {
    /// `m=video 0 RTP/AVP 96 97`.
    fn new(line: &'a str) -> Self {
        let mut words = line.split_ascii_whitespace();
        let (media, _port) = (words.next().unwrap_or(""), words.next());
        let protocol = words.next().unwrap_or("");
        let formats = words.take(MAX_FORMATS).collect();
        Self { media, protocol, formats, control: None, rtpmaps: Vec::new(), fmtps: Vec::new() }
    }

    fn attribute(&mut self, line: &'a str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let value = value.trim();
        let lines = match name {
            "control" => {
                self.control = Some(value);
                return;
            }
            "rtpmap" => &mut self.rtpmaps,
            "fmtp" => &mut self.fmtps,
            _ => return,
        };
        // The last one of a format counts.
        if let Some((format, rest)) = value.split_once([' ', '\t']) {
            lines.retain(|(known, _)| *known != format);
            if lines.len() < MAX_FORMATS {
                lines.push((format, rest.trim()));
            }
        }
    }

    fn finish(&self) -> Option<Media> {
        if !self.protocol.split('/').any(|word| word.eq_ignore_ascii_case("RTP")) {
            return None;
        }
        // If the list and its attributes name different types, either may come.
        let named =
            self.rtpmaps.iter().map(|(format, _)| *format).filter(|format| !self.formats.contains(format));
        let numbers =
            self.formats.iter().copied().chain(named).filter_map(|word| Some((word, number(word)?)));
        let mut formats: Vec<(u8, Format)> = Vec::new();
        for (word, payload_type) in numbers {
            let raw = self.raw_format(word);
            formats.push((payload_type, raw.understand(payload_type)));
            formats.extend(raw.other_codec(&formats).map(|other| (payload_type, other)));
        }
        let taken = |(_, format): &(u8, Format)| format.is_taken();
        let best = formats.iter().position(taken).unwrap_or(0);
        if best >= formats.len() {
            return None;
        }
        let (payload_type, format) = formats.remove(best);
        formats.retain(taken);
        let control = self.control.map(str::to_owned);
        Some(Media { control, payload_type, format, alternatives: formats })
    }

    /// Lines of a format. If a video has only one format, a line for a type that is not in the list is meant for it. In
    /// other streams, the stray line is ignored (`tplink_text_as_payload_type`).
    fn raw_format(&self, word: &str) -> RawFormat<'a> {
        let of = |lines: &[(&'a str, &'a str)]| {
            let own = lines.iter().find(|(format, _)| *format == word);
            let stray = lines.first().filter(|(format, _)| {
                self.media == "video"
                    && lines.len() == 1
                    && self.formats.len() == 1
                    && !self.formats.contains(format)
            });
            own.or(stray).map(|(_, value)| *value)
        };
        RawFormat { media: self.media, rtpmap: of(&self.rtpmaps), fmtp: of(&self.fmtps) }
    }
}

fn number(word: &str) -> Option<u8> {
    word.parse().ok().filter(|number| *number < 128)
}

impl Format {
    /// Whether it is passed through.
    const fn is_taken(&self) -> bool {
        matches!(self, Self::H264 { .. } | Self::H265 { .. } | Self::Aac(_))
    }
}

impl<'a> RawFormat<'a> {
    fn understand(&self, payload_type: u8) -> Format {
        let mut words = self.rtpmap.unwrap_or("").split('/');
        let declared = words.next().unwrap_or("").trim().to_ascii_lowercase();
        let clock_hz = words.next().and_then(|hz| hz.trim().parse().ok()).unwrap_or(VIDEO_CLOCK_HZ);
        let codec = if declared.is_empty() { static_codec(payload_type).to_owned() } else { declared };
        match (self.media, codec.as_str()) {
            ("video", "h264" | "h.264" | "avc" | "avc1") => self.h264(),
            ("video", "h265" | "h.265" | "hevc" | "hvc1") => self.h265(),
            // A dynamic type without a name: the packets will show what it is.
            ("video", "unknown") if payload_type >= FIRST_DYNAMIC => self.h264(),
            ("video", _) => Format::OtherVideo { codec: super::message::printable(&codec) },
            ("audio", "mpeg4-generic") => {
                self.aac(clock_hz).map_or(Format::OtherSound { codec }, Format::Aac)
            }
            ("audio", _) => Format::OtherSound { codec: super::message::printable(&codec) },
            _ => Format::Other,
        }
    }

    fn h264(&self) -> Format {
        Format::H264 { parameter_sets: self.parameter_sets(&["sprop-parameter-sets"]) }
    }

    fn h265(&self) -> Format {
        Format::H265 {
            parameter_sets: self.parameter_sets(&["sprop-vps", "sprop-sps", "sprop-pps"]),
            with_don: self.number("sprop-max-don-diff").is_some_and(|difference| difference > 0),
        }
    }

    /// The other codec, if a description that names one has parameter sets of the other.
    fn other_codec(&self, named: &[(u8, Format)]) -> Option<Format> {
        let other = match named.last()? {
            (_, Format::H264 { .. }) => self.h265(),
            (_, Format::H265 { .. }) => self.h264(),
            _ => return None,
        };
        let (Format::H264 { parameter_sets } | Format::H265 { parameter_sets, .. }) = &other else {
            return None;
        };
        (!parameter_sets.is_empty()).then_some(other)
    }

    fn aac(&self, clock_hz: u32) -> Option<AacFormat> {
        let config = decode_hex(self.parameter("config")?)?;
        let bits = |name| self.number(name).and_then(|bits| u8::try_from(bits).ok());
        let (size_bits, index_bits) = (bits("sizelength")?, bits("indexlength").unwrap_or(0));
        let delta_bits = bits("indexdeltalength").unwrap_or(index_bits);
        // Interleaving and the other header fields of RFC 3640 are not used with AAC-hbr and AAC-lbr.
        let usable = (1..=16).contains(&size_bits) && index_bits <= 16 && delta_bits == index_bits;
        let plain = ["ctsdeltalength", "dtsdeltalength", "streamstateindication", "auxiliarydatasizelength"];
        let plain = plain.iter().all(|name| self.number(name).unwrap_or(0) == 0);
        let clock = (8_000..=192_000).contains(&clock_hz);
        (usable && plain && clock && config.len() >= 2).then_some(AacFormat {
            config,
            clock_hz,
            size_bits,
            index_bits,
        })
    }

    fn parameter_sets(&self, names: &[&str]) -> Vec<Bytes> {
        let values = names.iter().filter_map(|name| self.parameter(name));
        let coded = values.flat_map(|value| value.split(',')).take(MAX_PARAMETER_SETS);
        let decoded = coded.filter_map(|text| FORGIVING.decode(text.trim()).ok());
        // Some cameras put start codes before or after a set (`gwsecurity_start_code_behind_a_set`).
        let decoded = decoded
            .flat_map(|bytes| split_at_start_codes(&bytes).map(Bytes::copy_from_slice).collect::<Vec<_>>());
        decoded.filter(|set| !set.is_empty() && set.len() <= MAX_PARAMETER_SET_BYTES).collect()
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.parameter(name)?.parse().ok()
    }

    fn parameter(&self, wanted: &str) -> Option<&'a str> {
        let pairs = self.fmtp?.split(';').filter_map(|pair| pair.trim().split_once('='));
        // Names come in any case (`vivotek_aac_in_mixed_case`).
        pairs
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
            .next()
    }
}

fn decode_hex(text: &str) -> Option<Bytes> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() <= 128)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect())
}

/// Names of the static payload types of RFC 3551 that cameras use.
const fn static_codec(payload_type: u8) -> &'static str {
    match payload_type {
        0 => "pcmu",
        4 => "g723",
        8 => "pcma",
        9 => "g722",
        10 | 11 => "l16",
        14 => "mpa",
        26 => "jpeg",
        32 => "mpv",
        33 => "mp2t",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn formats(text: &str) -> Vec<Format> {
        Description::parse(text.as_bytes()).unwrap().media.into_iter().map(|media| media.format).collect()
    }

    #[test]
    fn an_ordinary_camera_with_h264_and_aac() {
        let text = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=Media\r\na=control:rtsp://10.0.0.1/ch1/\r\nt=0 0\r\n\
            m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n\
            a=fmtp:96 packetization-mode=1; profile-level-id=4D401F;sprop-parameter-sets=Z01AHw==,aO48gA==\r\n\
            m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/2\r\na=control:trackID=2\r\n\
            a=fmtp:97 streamtype=5;mode=AAC-hbr;config=1190;SizeLength=13;IndexLength=3;IndexDeltaLength=3;\r\n";
        let description = Description::parse(text.as_bytes()).unwrap();
        assert_eq!(description.control.as_deref(), Some("rtsp://10.0.0.1/ch1/"));
        assert_eq!(description.media[0].control.as_deref(), Some("trackID=1"));
        let sets = vec![
            Bytes::from_static(&[0x67, 0x4d, 0x40, 0x1f]),
            Bytes::from_static(&[0x68, 0xee, 0x3c, 0x80]),
        ];
        assert_eq!(description.media[0].format, Format::H264 { parameter_sets: sets });
        let aac = AacFormat {
            config: Bytes::from_static(&[0x11, 0x90]),
            clock_hz: 48_000,
            size_bits: 13,
            index_bits: 3,
        };
        assert_eq!(description.media[1].format, Format::Aac(aac));
    }

    #[test]
    fn oddities_cost_only_themselves() {
        let text = "m=video 0 RTP/AVP 96 \na=rtpmap:96 H264/90000 \na=fmtp:96\n\
            m=application/MP2T 0 RTP/AVP smart/1/90000\na=rtpmap:smart x\n\
            m=audio 0 RTP/AVP 8\n\
            m=application 0 RTP/AVP 107\na=rtpmap:107 vnd.onvif.metadata/90000\n\
            m=audio 0 RTP/AVP 98\na=rtpmap:98 MPEG4-GENERIC/16000\na=fmtp:98 mode=AAC-hbr;config=zz\n\
            m=video 0 udp 33\nm=\na=control:nothing\n";
        let pcma = Format::OtherSound { codec: "pcma".into() };
        let broken = Format::OtherSound { codec: "mpeg4-generic".into() };
        assert_eq!(formats(text), [Format::H264 { parameter_sets: vec![] }, pcma, Format::Other, broken]);
    }

    #[test]
    fn parameter_sets_in_odd_base64() {
        let text = "m=video 0 TCP/RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets=AAAAAWdNQB8,!!, aO48gB\n";
        let sets = vec![
            Bytes::from_static(&[0x67, 0x4d, 0x40, 0x1f]),
            Bytes::from_static(&[0x68, 0xee, 0x3c, 0x80]),
        ];
        assert_eq!(formats(text), [Format::H264 { parameter_sets: sets }]);
    }

    #[test]
    fn h265_with_decoding_order_numbers() {
        let text =
            "m=video 0 RTP/AVP 99\na=rtpmap:99 H265/90000\na=fmtp:99 sprop-max-don-diff=1;sprop-vps=QAE=\n";
        let vps = vec![Bytes::from_static(&[0x40, 0x01])];
        assert_eq!(formats(text), [Format::H265 { parameter_sets: vps, with_don: true }]);
    }

    #[test]
    fn lines_that_a_strict_reader_refuses_cost_nothing() {
        let video = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
        let before: [&[u8]; 8] = [
            b"",
            b"v=0\r\no=- 1 1\r\n",
            b"v=0\r\ns=\xff\xfe\r\n",
            b"v=0\r\nb=AS\r\nc=IN\r\nt=now-\r\n",
            b"v=0\r\nthis is no line\r\n",
            b"v=0\r\n\r\n  t=0 0\r\n",
            b"s=first\r\nv=0\r\n",
            b"v=0\r\nm=\r\n",
        ];
        for before in before {
            let text = [before, video.as_bytes(), b"\0"].concat();
            let media = Description::parse(&text).unwrap().media;
            assert!(matches!(media[..], [Media { format: Format::H264 { .. }, .. }]), "{before:?}");
        }
    }

    #[test]
    fn what_is_no_description_is_said_to_be_none() {
        assert_eq!(Description::parse(b""), Err(SdpError::NotSdp));
        assert_eq!(Description::parse(b"<html>404</html>"), Err(SdpError::NotSdp));
        assert_eq!(Description::parse(b"v=0\r\n").unwrap().media, []);
    }

    #[test]
    fn the_number_of_streams_is_capped() {
        assert_eq!(formats(&"m=audio 0 RTP/AVP 0\n".repeat(1000)).len(), MAX_MEDIA);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "([mav]=[a-z0-9:/;=, ]{0,40}\r?\n){0,30}") {
            let _ = Description::parse(text.as_bytes());
        }
    }
}

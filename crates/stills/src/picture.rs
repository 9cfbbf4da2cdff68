//! Decodes one keyframe, makes it small, and writes it as a JPEG.

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor};
use openh264::decoder::{DecodedYUV, Decoder};
use openh264::formats::YUVSource;
use thiserror::Error;

use crate::keyframe::{KeyframeError, annex_b};

/// Widest still, pixels. Wider pictures are averaged down by a whole factor before they are encoded.
pub const MAX_WIDTH: usize = 640;
/// JPEG quality: the number plate of a station stays readable.
const QUALITY: u8 = 72;

/// Why there is no still.
#[derive(Debug, Error)]
pub enum StillError {
    /// The keyframe cannot be found.
    #[error(transparent)]
    Keyframe(#[from] KeyframeError),
    /// The decoder refused it.
    #[error("the picture cannot be decoded: {0}")]
    Decode(String),
    /// The encoder refused it.
    #[error("the still cannot be written: {0}")]
    Encode(#[from] jpeg_encoder::EncodingError),
}

/// The first picture of `part` as a JPEG. `init` is the init segment that the part needs; H.264 only.
///
/// # Errors
/// Where the bytes are not an independent H.264 part, or cannot be decoded.
pub fn still(init: &[u8], part: &[u8]) -> Result<Vec<u8>, StillError> {
    let stream = annex_b(init, part)?;
    let refused = |error: openh264::Error| StillError::Decode(error.to_string());
    let mut decoder = Decoder::new().map_err(refused)?;
    if let Some(picture) = decoder.decode(&stream).map_err(refused)? {
        return jpeg(&picture);
    }
    let late = decoder.flush_remaining().map_err(refused)?;
    late.first().map_or_else(|| Err(StillError::Decode("no picture came out".to_owned())), jpeg)
}

fn jpeg(picture: &DecodedYUV<'_>) -> Result<Vec<u8>, StillError> {
    let small = Small::new(picture)?;
    let mut bytes = Vec::with_capacity(48 * 1024);
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode_image(small)?;
    Ok(bytes)
}

/// The three planes at the size of the still, chroma at half of it, full range.
struct Small {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
}

impl Small {
    fn new(picture: &DecodedYUV<'_>) -> Result<Self, StillError> {
        let (full_width, full_height) = picture.dimensions();
        let factor = full_width.div_ceil(MAX_WIDTH).max(1);
        let (width, height) = (full_width / factor, full_height / factor);
        if width < 2 || height < 2 || height > usize::from(u16::MAX) {
            return Err(StillError::Decode(format!("{full_width}x{full_height} is no picture")));
        }
        let (y, u, v) = picture.strides();
        let luma = Plane { bytes: picture.y(), stride: y, low: 16, span: 219, zero: 0 };
        let blue = Plane { bytes: picture.u(), stride: u, low: 128, span: 224, zero: 128 };
        let red = Plane { bytes: picture.v(), stride: v, low: 128, span: 224, zero: 128 };
        Ok(Self {
            width,
            height,
            luma: luma.shrink((width, height), factor),
            chroma: [blue, red].map(|plane| plane.shrink((width / 2, height / 2), factor)),
        })
    }
}

/// One plane of a decoded picture, studio range.
struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    low: i32,
    span: i32,
    zero: i32,
}

impl Plane<'_> {
    /// Averages `factor` × `factor` samples into one of `width` × `height`.
    fn shrink(&self, (width, height): (usize, usize), factor: usize) -> Vec<u8> {
        let shown = self.shown(factor * factor);
        let mut small = Vec::with_capacity(width * height);
        let mut sums = vec![0_u32; width];
        for lines in self.bytes.chunks(self.stride.max(1) * factor).take(height) {
            sums.fill(0);
            lines.chunks(self.stride.max(1)).for_each(|line| add(line, factor, &mut sums));
            small.extend(sums.iter().map(|&sum| shown.get(sum as usize).copied().unwrap_or_default()));
        }
        small
    }

    /// What each sum of `count` samples is shown as: studio range (ITU-R BT.601) becomes the full range that JFIF wants.
    fn shown(&self, count: usize) -> Vec<u8> {
        let full_range = |value: i32| ((value - self.low) * 255 / self.span + self.zero).clamp(0, 255) as u8;
        (0..=255 * count).map(|sum| full_range((sum / count) as i32)).collect()
    }
}

/// Adds each `factor` samples of `line` to their sum.
fn add(line: &[u8], factor: usize, sums: &mut [u32]) {
    match factor {
        1 => add_chunks::<1>(line, sums),
        2 => add_chunks::<2>(line, sums),
        3 => add_chunks::<3>(line, sums),
        _ => sums.iter_mut().zip(line.chunks_exact(factor)).for_each(|(sum, samples)| add_to(sum, samples)),
    }
}

/// The same, for compilers: a fixed number is added many at a time.
fn add_chunks<const N: usize>(line: &[u8], sums: &mut [u32]) {
    sums.iter_mut().zip(line.as_chunks::<N>().0).for_each(|(sum, samples)| add_to(sum, samples));
}

fn add_to(sum: &mut u32, samples: &[u8]) {
    // A check of each addition would cost more than the addition; 2^24 samples are more than a picture has.
    *sum = samples.iter().fold(*sum, |sum, &sample| sum.wrapping_add(u32::from(sample)));
}

impl ImageBuffer for Small {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width as u16
    }

    fn height(&self) -> u16 {
        self.height as u16
    }

    /// The encoder takes every second sample of every second row of chroma, so each of ours is given four times.
    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let [luma, chroma @ .., _] = buffers;
        luma.extend_from_slice(row_of(&self.luma, usize::from(y), self.width));
        let half = (self.width / 2, self.height / 2);
        let half_row = (usize::from(y) / 2).min(half.1 - 1);
        for (plane, buffer) in self.chroma.iter().zip(chroma) {
            let samples = row_of(plane, half_row, half.0);
            buffer.extend(samples.iter().flat_map(|&sample| [sample; 2]));
            // An odd width has one column more.
            buffer.resize(luma.len(), samples.last().copied().unwrap_or(128));
        }
    }
}

fn row_of(plane: &[u8], row: usize, width: usize) -> &[u8] {
    plane.get(row * width..(row + 1) * width).unwrap_or_default()
}

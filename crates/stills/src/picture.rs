//! Decodes one keyframe, scales it down, and writes it as a JPEG.

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor};
use openh264::decoder::{DecodedYUV, Decoder};
use openh264::formats::YUVSource;
use thiserror::Error;

use crate::keyframe::{KeyframeError, annex_b};

/// Widest still for the public, pixels. Wider pictures are averaged down by a whole factor before they are encoded.
pub const MAX_WIDTH: usize = 640;
/// Widest still for those who judge what a camera shows: high definition, as it is.
pub const FULL_WIDTH: usize = 1920;
/// Maximum width and height in samples of a block whose sum fits into sixteen bits.
const MAX_FACTOR: usize = 16;
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

/// The first picture of `part` as a JPEG at most [`MAX_WIDTH`] wide. `init` is the init segment that the part needs;
/// H.264 only.
///
/// # Errors
/// If the bytes are not an independent H.264 part, or cannot be decoded.
pub fn still(init: &[u8], part: &[u8]) -> Result<Vec<u8>, StillError> {
    still_within(init, part, MAX_WIDTH)
}

/// The same, at most `widest` pixels wide.
pub(crate) fn still_within(init: &[u8], part: &[u8], widest: usize) -> Result<Vec<u8>, StillError> {
    let stream = annex_b(init, part, widest)?;
    let refused = |error: openh264::Error| StillError::Decode(error.to_string());
    let mut decoder = Decoder::new().map_err(refused)?;
    if let Some(picture) = decoder.decode(&stream).map_err(refused)? {
        return jpeg(&picture, widest);
    }
    let late = decoder.flush_remaining().map_err(refused)?;
    late.first().map_or_else(
        || Err(StillError::Decode("no picture came out".to_owned())),
        |picture| jpeg(picture, widest),
    )
}

fn jpeg(picture: &DecodedYUV<'_>, widest: usize) -> Result<Vec<u8>, StillError> {
    let small = Small::new(picture, widest)?;
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
    fn new(picture: &DecodedYUV<'_>, widest: usize) -> Result<Self, StillError> {
        let (full_width, full_height) = picture.dimensions();
        let factor = full_width.div_ceil(widest).max(1);
        let (width, height) = (full_width / factor, full_height / factor);
        if width < 2 || height < 2 || height > usize::from(u16::MAX) || factor > MAX_FACTOR {
            return Err(StillError::Decode(format!("{full_width}x{full_height} is no picture")));
        }
        let (y, u, v) = picture.strides();
        let [luma, blue, red] = [(picture.y(), y), (picture.u(), u), (picture.v(), v)];
        let half = (width / 2, height / 2);
        Ok(Self {
            width,
            height,
            luma: shrink(luma, (width, height), factor, Shown::new(LUMA, factor * factor)),
            chroma: [blue, red].map(|plane| shrink(plane, half, factor, Shown::new(CHROMA, factor * factor))),
        })
    }
}

/// Averages `factor` × `factor` samples of a plane (its bytes and its stride) into one of `width` × `height`. Columns
/// come first: whole lines are added many samples at a time, and only their sums are added one by one. [`MAX_FACTOR`]
/// keeps sums within their type.
fn shrink(
    (bytes, stride): (&[u8], usize),
    (width, height): (usize, usize),
    factor: usize,
    shown: Shown,
) -> Vec<u8> {
    let stride = stride.max(1);
    let mut small = Vec::with_capacity(width * height);
    let mut columns = vec![0_u16; width * factor];
    for lines in bytes.chunks(stride * factor).take(height) {
        columns.fill(0);
        for line in lines.chunks(stride) {
            columns
                .iter_mut()
                .zip(line)
                .for_each(|(sum, &sample)| *sum = sum.wrapping_add(u16::from(sample)));
        }
        match factor {
            1 => extend::<1>(&mut small, &columns, shown),
            2 => extend::<2>(&mut small, &columns, shown),
            3 => extend::<3>(&mut small, &columns, shown),
            _ => small.extend(columns.chunks_exact(factor).map(|sums| shown.full_range(total(sums)))),
        }
    }
    small
}

/// Each `N` columns as one sample; a constant `N` lets the compiler add many at a time.
fn extend<const N: usize>(small: &mut Vec<u8>, columns: &[u16], shown: Shown) {
    small.extend(columns.as_chunks::<N>().0.iter().map(|sums| shown.full_range(total(sums))));
}

fn total(sums: &[u16]) -> u16 {
    sums.iter().fold(0, |total, &sum| total.wrapping_add(sum))
}

/// Studio range (ITU-R BT.601): the sample shown as 0, and the number of its steps that correspond to the full range of
/// 255.
type Range = (f32, f32);
const LUMA: Range = (16.0, 219.0);
/// 128 stays 128.
const CHROMA: Range = (128.0 - 128.0 * 224.0 / 255.0, 224.0);

/// Maps a sum of samples to the full range that JFIF requires. Sixteen bits and no branch: a compiler vectorises it to
/// eight at a time.
#[derive(Clone, Copy)]
struct Shown {
    /// The sum that maps to 0.
    low: u16,
    /// Steps of the full range per step of the sum: whole ones, and 65536ths.
    whole: u16,
    part: u16,
}

impl Shown {
    fn new((low, span): Range, count: usize) -> Self {
        let count = count as f32;
        let steps = (255.0 * 65536.0 / (span * count)).round() as u32;
        // Less by half a step, so that the truncation below rounds.
        let low = (low - span / 510.0) * count;
        Self { low: low.round() as u16, whole: (steps >> 16) as u16, part: (steps & 0xffff) as u16 }
    }

    fn full_range(self, sum: u16) -> u8 {
        let above = sum.saturating_sub(self.low);
        let parts = (u32::from(above) * u32::from(self.part)) >> 16;
        above.wrapping_mul(self.whole).wrapping_add(parts as u16).min(255) as u8
    }
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

    /// The encoder takes every second sample of every second row of chroma, so each sample is repeated four times.
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

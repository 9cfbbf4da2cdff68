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

/// The three planes at the size of the still, full range.
struct Small {
    width: usize,
    height: usize,
    planes: [Vec<u8>; 3],
}

impl Small {
    fn new(picture: &DecodedYUV<'_>) -> Result<Self, StillError> {
        let (width, height) = picture.dimensions();
        let factor = width.div_ceil(MAX_WIDTH).max(1);
        let size = (width / factor, height / factor);
        if size.0 < 2 || size.1 < 2 || size.1 > usize::from(u16::MAX) {
            return Err(StillError::Decode(format!("{width}x{height} is no picture")));
        }
        let (y, u, v) = picture.strides();
        let luma = Plane { bytes: picture.y(), stride: y, subsampling: 1, low: 16, span: 219, zero: 0 };
        let blue = Plane { bytes: picture.u(), stride: u, subsampling: 2, low: 128, span: 224, zero: 128 };
        let red = Plane { bytes: picture.v(), stride: v, subsampling: 2, low: 128, span: 224, zero: 128 };
        Ok(Self {
            width: size.0,
            height: size.1,
            planes: [luma, blue, red].map(|plane| plane.shrink(size, factor)),
        })
    }
}

/// One plane of a decoded picture: studio range, perhaps subsampled.
struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    subsampling: usize,
    low: i32,
    span: i32,
    zero: i32,
}

impl Plane<'_> {
    /// Averages `factor` × `factor` pixels (of the full-size picture) into one.
    fn shrink(&self, (width, height): (usize, usize), factor: usize) -> Vec<u8> {
        let mut small = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                small.push(self.full_range(self.average(row, column, factor)));
            }
        }
        small
    }

    fn average(&self, row: usize, column: usize, factor: usize) -> i32 {
        let (mut sum, mut count) = (0i32, 0i32);
        let step = self.subsampling.min(factor);
        for y in (row * factor..(row + 1) * factor).step_by(step) {
            let line = (y / self.subsampling) * self.stride;
            for x in (column * factor..(column + 1) * factor).step_by(step) {
                if let Some(value) = self.bytes.get(line + x / self.subsampling) {
                    sum += i32::from(*value);
                    count += 1;
                }
            }
        }
        sum / count.max(1)
    }

    /// Studio range (ITU-R BT.601) to the full range that JFIF wants.
    fn full_range(&self, value: i32) -> u8 {
        ((value - self.low) * 255 / self.span + self.zero).clamp(0, 255) as u8
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

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let start = usize::from(y) * self.width;
        for (plane, buffer) in self.planes.iter().zip(buffers.iter_mut()) {
            buffer.extend_from_slice(plane.get(start..start + self.width).unwrap_or_default());
        }
    }
}

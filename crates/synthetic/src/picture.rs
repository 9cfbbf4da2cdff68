//! Drawn pictures in the form that the encoder takes.

use openh264::formats::YUVSource;
use tiny_skia::Pixmap;

/// A picture in planes, chroma at half size, ITU-R BT.709 in limited range. Width and height are even.
#[derive(Debug, Clone)]
pub(crate) struct I420 {
    width: usize,
    height: usize,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

/// Weights of red, green and blue in 1/65536, and the offset, for each plane.
const Y: [i32; 3] = [11_966, 40_254, 4_064];
const U: [i32; 3] = [-6_596, -22_189, 28_784];
const V: [i32; 3] = [28_784, -26_145, -2_639];
const Y_OFFSET: i32 = 16 << 16 | 1 << 15;
const C_OFFSET: i32 = (128 << 16 | 1 << 15) * 4;

impl I420 {
    pub(crate) fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let chroma = vec![128; width / 2 * (height / 2)];
        Self { width, height, y: vec![16; width * height], u: chroma.clone(), v: chroma }
    }

    /// Converts `canvas`, which is opaque and of the same size.
    pub(crate) fn fill_from(&mut self, canvas: &Pixmap) {
        let lines = canvas.data().chunks_exact(self.width * 8);
        let luma = self.y.chunks_exact_mut(self.width * 2);
        let chroma = self.u.chunks_exact_mut(self.width / 2).zip(self.v.chunks_exact_mut(self.width / 2));
        for ((lines, luma), (u, v)) in lines.zip(luma).zip(chroma) {
            for (pixel, luma) in lines.as_chunks::<4>().0.iter().zip(luma) {
                *luma = ((weigh(Y, pixel) + Y_OFFSET) >> 16) as u8;
            }
            let (upper, lower) = lines.split_at(self.width * 4);
            let squares = upper.as_chunks::<8>().0.iter().zip(lower.as_chunks::<8>().0);
            for (((upper, lower), u), v) in squares.zip(u).zip(v) {
                let sum: [i32; 3] = std::array::from_fn(|c| {
                    i32::from(upper[c])
                        + i32::from(upper[c + 4])
                        + i32::from(lower[c])
                        + i32::from(lower[c + 4])
                });
                *u = ((sum[0] * U[0] + sum[1] * U[1] + sum[2] * U[2] + C_OFFSET) >> 18) as u8;
                *v = ((sum[0] * V[0] + sum[1] * V[1] + sum[2] * V[2] + C_OFFSET) >> 18) as u8;
            }
        }
    }
}

fn weigh(weights: [i32; 3], pixel: &[u8; 4]) -> i32 {
    i32::from(pixel[0]) * weights[0] + i32::from(pixel[1]) * weights[1] + i32::from(pixel[2]) * weights[2]
}

impl YUVSource for I420 {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.y
    }

    fn u(&self) -> &[u8] {
        &self.u
    }

    fn v(&self) -> &[u8] {
        &self.v
    }
}

#[cfg(test)]
mod tests {
    use tiny_skia::Color;

    use super::*;

    #[test]
    fn black_white_and_red_are_where_the_standard_puts_them() {
        for (rgb, yuv) in
            [([0, 0, 0], [16, 128, 128]), ([255, 255, 255], [235, 128, 128]), ([255, 0, 0], [63, 102, 240])]
        {
            let mut canvas = Pixmap::new(4, 2).unwrap();
            canvas.fill(Color::from_rgba8(rgb[0], rgb[1], rgb[2], 255));
            let mut picture = I420::new(4, 2);
            picture.fill_from(&canvas);
            assert_eq!([picture.y[5], picture.u[1], picture.v[0]], yuv);
        }
    }
}

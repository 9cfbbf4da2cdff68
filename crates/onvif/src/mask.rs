//! Masks in a camera's picture (ONVIF Media2 5.11). Coordinates there go from -1 to 1, upwards.

use std::fmt::Write as _;

use crate::camera::Camera;
use crate::error::CallError;
use crate::text::{escaped, line};
use crate::xml::Node;

/// Masks of a camera that are read, and corners of one.
const MASKS_MAX: usize = 64;
const CORNERS_MAX: usize = 128;
/// By how much a corner that is read back may lie inside of where it was put: cameras round. Of a side, which is 2.
const ROUNDING: f64 = 0.02;

/// Corners: across and down, in fractions of the picture.
pub(crate) type Corners = Vec<(f64, f64)>;

/// What a camera allows.
pub(crate) struct MaskOptions {
    pub(crate) most: u32,
    corners: usize,
    rectangles_alone: bool,
    kind: &'static str,
}

/// A mask that a camera says it has, and whether it is at work.
pub(crate) struct Mask {
    corners: Corners,
    is_enabled: bool,
    /// Such as Color; a blurred or pixelated one hides less.
    pub(crate) kind: String,
}

impl MaskOptions {
    /// What is put for a polygon: itself, or the rectangle around it where the camera knows nothing else. It covers more
    /// then, never less.
    pub(crate) fn fitted(&self, corners: &Corners) -> (Corners, bool) {
        if !self.rectangles_alone && corners.len() <= self.corners {
            return (corners.clone(), false);
        }
        let around = around(corners);
        let is_same = corners.len() == 4 && corners.iter().all(|corner| around.contains(corner));
        (around, !is_same)
    }
}

impl Mask {
    /// Whether it covers `wanted`: it is at work, and has the same corners, but for rounding; rectangles may be larger.
    pub(crate) fn covers(&self, wanted: &Corners) -> bool {
        let near = |(across, down): (f64, f64), (x, y): (f64, f64)| {
            (across - x).abs() <= ROUNDING && (down - y).abs() <= ROUNDING
        };
        let has = |corner: &(f64, f64)| self.corners.iter().any(|own| near(*own, *corner));
        let is_same = self.corners.len() == wanted.len() && wanted.iter().all(has);
        let is_rectangle = self.corners.len() == 4 && around(&self.corners).iter().all(has);
        let contains = || {
            let (own, other) = (around(&self.corners), around(wanted));
            match (own.first().zip(own.get(2)), other.first().zip(other.get(2))) {
                (Some((from, to)), Some((first, last))) => {
                    from.0 <= first.0 + ROUNDING
                        && from.1 <= first.1 + ROUNDING
                        && to.0 >= last.0 - ROUNDING
                        && to.1 >= last.1 - ROUNDING
                }
                _ => false,
            }
        };
        self.is_enabled && (is_same || (is_rectangle && contains()))
    }
}

/// The rectangle around `corners`, from its upper left corner clockwise.
fn around(corners: &Corners) -> Corners {
    let fold = |of: fn(&(f64, f64)) -> f64, with: fn(f64, f64) -> f64| corners.iter().map(of).reduce(with);
    let (left, right) = (fold(|c| c.0, f64::min), fold(|c| c.0, f64::max));
    let (top, bottom) = (fold(|c| c.1, f64::min), fold(|c| c.1, f64::max));
    match (left, right, top, bottom) {
        (Some(left), Some(right), Some(top), Some(bottom)) => {
            vec![(left, top), (right, top), (right, bottom), (left, bottom)]
        }
        _ => Vec::new(),
    }
}

impl Camera {
    pub(crate) async fn mask_options(&self, source: &str) -> Result<MaskOptions, CallError> {
        let inner = format!("<tr2:ConfigurationToken>{}</tr2:ConfigurationToken>", escaped(source));
        let told = self.media2("GetMaskOptions", &inner).await?;
        let options = told.child("Options").ok_or(CallError::NotUnderstood("it has no options of masks"))?;
        let kinds: Vec<&str> = options.all("Types").map(Node::text).collect();
        let kind = ["Color", "Blurred", "Pixelated"].into_iter().find(|kind| kinds.contains(kind));
        Ok(MaskOptions {
            most: options.number_at(&["MaxMasks"]).unwrap_or(0),
            corners: options.number_at(&["MaxPoints"]).unwrap_or(4).min(CORNERS_MAX),
            rectangles_alone: matches!(options.attribute("RectangleOnly"), Some("true" | "1")),
            kind: kind.unwrap_or("Color"),
        })
    }

    /// The masks of a source.
    pub(crate) async fn masks(&self, source: &str) -> Result<Vec<Mask>, CallError> {
        let inner = format!("<tr2:ConfigurationToken>{}</tr2:ConfigurationToken>", escaped(source));
        let told = self.media2("GetMasks", &inner).await?;
        let its = told.all("Masks").filter(|node| node.text_at(&["ConfigurationToken"]) == source);
        Ok(its.take(MASKS_MAX).map(mask).collect())
    }

    pub(crate) async fn add_mask(
        &self,
        source: &str,
        options: &MaskOptions,
        corners: &Corners,
    ) -> Result<(), CallError> {
        let mut points = String::new();
        for (across, down) in corners {
            let _ =
                write!(points, "<tt:Point x=\"{:.4}\" y=\"{:.4}\"/>", across * 2.0 - 1.0, 1.0 - down * 2.0);
        }
        let color = match options.kind {
            "Color" => {
                "<tr2:Color X=\"0\" Y=\"128\" Z=\"128\" Colorspace=\"http://www.onvif.org/ver10/colorspace/YCbCr\"/>"
            }
            _ => "",
        };
        let inner = format!(
            "<tr2:Mask token=\"\"><tr2:ConfigurationToken>{}</tr2:ConfigurationToken><tr2:Polygon>{points}</tr2:Polygon>\
             <tr2:Type>{}</tr2:Type>{color}<tr2:Enabled>true</tr2:Enabled></tr2:Mask>",
            escaped(source),
            options.kind
        );
        self.media2("CreateMask", &inner).await.map(|_| ())
    }
}

pub(crate) fn mask(node: &Node) -> Mask {
    let points = node.child("Polygon").into_iter().flat_map(|polygon| polygon.all("Point"));
    let number = |point: &Node, name: &str| point.attribute(name)?.parse::<f64>().ok();
    let corners = points.take(CORNERS_MAX).filter_map(|point| {
        let (x, y) = (number(point, "x")?, number(point, "y")?);
        Some(((x + 1.0) / 2.0, (1.0 - y) / 2.0))
    });
    let is_enabled = matches!(node.text_at(&["Enabled"]), "true" | "1");
    Mask { corners: corners.collect(), is_enabled, kind: line(node.text_at(&["Type"])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(corners: usize, rectangles_alone: bool) -> MaskOptions {
        MaskOptions { most: 4, corners, rectangles_alone, kind: "Color" }
    }

    #[test]
    fn a_mask_may_cover_more_and_never_less() {
        let triangle = vec![(0.0, 0.5), (0.4, 0.5), (0.2, 1.0)];
        let rectangle = vec![(0.0, 0.5), (0.4, 0.5), (0.4, 1.0), (0.0, 1.0)];
        assert_eq!(options(8, false).fitted(&triangle), (triangle.clone(), false));
        assert_eq!(options(8, true).fitted(&triangle), (rectangle.clone(), true));
        assert_eq!(options(2, false).fitted(&triangle).0, rectangle);
        assert_eq!(options(4, true).fitted(&rectangle), (rectangle.clone(), false));
        let has = |corners: &Corners, is_enabled| Mask {
            corners: corners.clone(),
            is_enabled,
            kind: String::new(),
        };
        assert!(has(&rectangle, true).covers(&triangle) && has(&triangle, true).covers(&triangle));
        assert!(!has(&rectangle, false).covers(&triangle), "it is not at work");
        assert!(!has(&triangle, true).covers(&rectangle), "less");
        let smaller = vec![(0.1, 0.5), (0.4, 0.5), (0.4, 1.0), (0.1, 1.0)];
        assert!(!has(&smaller, true).covers(&rectangle));
        let rounded = vec![(0.01, 0.5), (0.4, 0.51), (0.4, 1.0), (0.0, 1.0)];
        assert!(has(&rounded, true).covers(&rectangle));
        assert!(
            !has(&Vec::new(), true).covers(&triangle)
                && !has(&vec![(f64::NAN, 0.0); 4], true).covers(&rectangle)
        );
    }

    #[test]
    fn coordinates_go_there_and_back() {
        let text = "<m><ConfigurationToken>v</ConfigurationToken><Polygon><Point x=\"-1\" y=\"1\"/><Point x=\"1\" y=\"-1\"/><Point x=\"a\"/></Polygon><Enabled>true</Enabled></m>";
        assert_eq!(mask(&Node::parse(text.as_bytes()).unwrap()).corners, [(0.0, 0.0), (1.0, 1.0)]);
    }
}

//! Entry points of the fuzz targets. Not part of the library's API.

pub use crate::http::flow_control::{FlowControl, TooManyFrames};

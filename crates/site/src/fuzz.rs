//! What the fuzz targets call. Not part of the library's promise.

pub use crate::http::flow_control::{FlowControl, TooManyFrames};

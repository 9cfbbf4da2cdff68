//! Each file is one rule; each test lists every place that breaks it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

mod clocks;
mod dependencies;
mod files;
mod logs;
mod paths;
mod project;
mod public_items;
mod rooms;
mod words;

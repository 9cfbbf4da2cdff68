//! Azerbaijani text: folding for search, collation for order.

mod collate;
mod fold;

pub use collate::{collate, collation_key};
pub use fold::fold;

//! Azerbaijani text: folding for search, collation for order; and characters that are invisible or turn text.

mod collate;
mod fold;
mod formula;
mod visible;

pub use collate::collate;
pub use fold::fold;
pub(crate) use formula::{begins_formula, guarded, unguarded};
pub(crate) use visible::is_invisible;

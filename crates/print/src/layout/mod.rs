//! Setting: from texts and tables to places on pages.
//!
//! In: texts of a document, in order. Out: pages as lists of marks, with what each belongs to. What must never happen: a
//! mark outside its page, a row on two pages, a text that is cut off.

pub(crate) mod composer;
pub(crate) mod lines;
pub(crate) mod page;
pub(crate) mod pdf;
pub(crate) mod table;
pub(crate) mod tags;

pub(crate) use composer::{Composer, Frame};
pub(crate) use lines::{Align, Style};
pub(crate) use table::{Cell, Column, Table};

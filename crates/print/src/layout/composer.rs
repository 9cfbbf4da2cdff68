//! The composer: sets one thing below another, and begins pages.

use std::num::NonZeroU16;

use ashkar_election::Language;
use krilla::tagging::{Tag, TagKind};

use super::lines::{Align, Style, broken};
use super::page::{EDGE, HEIGHT, MEASURE, Mark, Owner, SIDE, begin};
use super::tags::{NodeId, Tags};
use crate::error::PrintError;
use crate::fonts::{Face, Shaped, Shaper};
use crate::text::printable;

/// What is the same on all pages.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The language of the document.
    pub(crate) language: Language,
    /// The document's title.
    pub(crate) title: String,
    /// At the top of each page but the first; empty for none.
    pub(crate) head: String,
    /// At the bottom left of each page.
    pub(crate) foot: String,
    /// In a box at the top of each page.
    pub(crate) sample: Option<String>,
}

/// An entry of the document's outline.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// The level of its heading: 1 is the document's title, 2 are its parts.
    pub(crate) level: u16,
    /// Its text.
    pub(crate) title: String,
    /// The page on which it begins, from 0.
    pub(crate) page: usize,
    /// Where on it.
    pub(crate) y: f32,
}

/// A text in lines, not yet on a page.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// How it is set.
    pub(crate) style: Style,
    /// Its lines.
    pub(crate) lines: Vec<Shaped>,
}

impl Placed {
    /// Its height, points.
    pub(crate) fn height(&self) -> f32 {
        self.lines.len() as f32 * self.style.leading
    }
}

/// A document being set.
pub(crate) struct Composer {
    pub(crate) frame: Frame,
    pub(crate) pages: Vec<Vec<Mark>>,
    pub(crate) sections: Vec<Section>,
    pub(crate) tags: Tags,
    /// Where the next thing begins.
    pub(crate) y: f32,
    shaper: Shaper,
    head: Placed,
    foot: Placed,
    sample: Option<Placed>,
}

/// Between the furniture of a page and its text.
const APART: f32 = 10.0;

impl Composer {
    /// An empty document with its first page.
    ///
    /// # Errors
    /// If what is on each page is too long.
    pub(crate) fn new(frame: Frame) -> Result<Self, PrintError> {
        let small = Style::new(Face::Italic, 8.5).quiet();
        let bold = Style::new(Face::Bold, 10.5).aligned(Align::Centre);
        let empty = Placed { style: small, lines: Vec::new() };
        let mut composer = Self {
            pages: Vec::new(),
            sections: Vec::new(),
            tags: Tags::default(),
            y: 0.0,
            shaper: Shaper::default(),
            head: empty.clone(),
            foot: empty,
            sample: None,
            frame,
        };
        let Frame { head, foot, sample, .. } = composer.frame.clone();
        if !head.is_empty() {
            composer.head = composer.set(small, &head, MEASURE, "the head of a page")?;
        }
        composer.foot = composer.set(small, &foot, MEASURE * 0.8, "the foot of a page")?;
        if let Some(sample) = sample {
            composer.sample = Some(composer.set(bold, &sample, MEASURE - 12.0, "the sample's mark")?);
        }
        composer.begin_page();
        Ok(composer)
    }

    /// Breaks `text` into lines.
    ///
    /// # Errors
    /// [`PrintError::TooLong`], naming `what`.
    pub(crate) fn set(
        &mut self,
        style: Style,
        text: &str,
        width: f32,
        what: &'static str,
    ) -> Result<Placed, PrintError> {
        let text = printable(style.face, text, what)?;
        Ok(Placed { style, lines: broken(&mut self.shaper, style, &text, width)? })
    }

    /// Where the text of a page ends.
    pub(crate) fn bottom(&self) -> f32 {
        HEIGHT - EDGE - self.foot.height() - APART
    }

    /// What is left of the page.
    pub(crate) fn left(&self) -> f32 {
        self.bottom() - self.y
    }

    /// Begins the next page, with its furniture.
    pub(crate) fn begin_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = EDGE;
        if let Some(sample) = self.sample.clone() {
            let height = sample.height() + 6.0;
            self.mark(Mark::Frame { x: SIDE, y: self.y, width: MEASURE, height, weight: 1.2 });
            self.place(&sample, SIDE, self.y + 2.5, MEASURE, Owner::Furniture);
            self.y += height + APART;
        }
        if self.pages.len() > 1 && !self.head.lines.is_empty() {
            let head = self.head.clone();
            self.place(&head, SIDE, self.y, MEASURE, Owner::Furniture);
            self.y += head.height() + 3.0;
            self.rule(0.4);
            self.y += APART;
        }
        let foot = self.foot.clone();
        self.place(&foot, SIDE, HEIGHT - EDGE - foot.height(), MEASURE, Owner::Furniture);
    }

    /// Begins a page if less than `height` is left of this one.
    ///
    /// # Errors
    /// [`PrintError::TooHigh`], naming `what`, if it is higher than a page.
    pub(crate) fn need(&mut self, height: f32, what: &'static str) -> Result<bool, PrintError> {
        if height <= self.left() {
            return Ok(false);
        }
        self.begin_page();
        if height <= self.left() { Ok(true) } else { Err(PrintError::TooHigh { what }) }
    }

    /// Leaves room.
    pub(crate) const fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// A rule over the whole width, here.
    pub(crate) fn rule(&mut self, weight: f32) {
        self.mark(Mark::Rule { x: SIDE, y: self.y, width: MEASURE, weight });
    }

    /// Puts a mark on the page.
    pub(crate) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Puts lines into a column from `x`, `y` on.
    pub(crate) fn place(&mut self, text: &Placed, x: f32, y: f32, width: f32, owner: Owner) {
        let style = text.style;
        let mut y = y + style.ascent();
        for (at, line) in text.lines.iter().enumerate() {
            // An empty cell is still a cell for those who hear the table.
            if !line.glyphs.is_empty() || (at == 0 && owner != Owner::Furniture) {
                let x = begin(style.align, x, width, line.width * style.size);
                self.mark(Mark::Text { x, y, style, line: line.clone(), owner });
            }
            y += style.leading;
        }
    }

    /// A paragraph over the whole width.
    ///
    /// # Errors
    /// [`PrintError::TooLong`], naming `what`.
    pub(crate) fn paragraph(
        &mut self,
        style: Style,
        text: &str,
        what: &'static str,
    ) -> Result<(), PrintError> {
        let node = self.tags.add(None, Tag::P);
        self.block(style, text, what, node)
    }

    /// Lines that belong to `node`, over the whole width, on one page.
    ///
    /// # Errors
    /// [`PrintError::TooLong`], naming `what`.
    pub(crate) fn block(
        &mut self,
        style: Style,
        text: &str,
        what: &'static str,
        node: NodeId,
    ) -> Result<(), PrintError> {
        let set = self.set(style, text, MEASURE, what)?;
        self.need(set.height(), what)?;
        self.place(&set, SIDE, self.y, MEASURE, Owner::Node(node));
        self.y += set.height();
        Ok(())
    }

    /// A heading, with an entry in the outline; `below` is kept on its page.
    ///
    /// # Errors
    /// [`PrintError::TooLong`].
    pub(crate) fn heading(
        &mut self,
        level: u16,
        style: Style,
        text: &str,
        below: f32,
    ) -> Result<usize, PrintError> {
        let set = self.set(style, text, MEASURE, "a heading")?;
        self.need(set.height() + below, "a heading")?;
        let node = self.heading_node(level, text)?;
        let section = self.open_section(level, text)?;
        self.place(&set, SIDE, self.y, MEASURE, Owner::Node(node));
        self.y += set.height();
        Ok(section)
    }

    /// An entry of the outline, which begins here.
    pub(crate) fn open_section(&mut self, level: u16, text: &str) -> Result<usize, PrintError> {
        let title = printable(Face::Regular, text, "a heading")?;
        let page = self.pages.len().saturating_sub(1);
        self.sections.push(Section { level, title, page, y: self.y });
        Ok(self.sections.len() - 1)
    }

    /// A heading's node.
    pub(crate) fn heading_node(&mut self, level: u16, text: &str) -> Result<NodeId, PrintError> {
        let title = printable(Face::Regular, text, "a heading")?;
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        Ok(self.tags.add(None, TagKind::from(Tag::Hn(level, Some(title)))))
    }
}

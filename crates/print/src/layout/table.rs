//! Tables: rows that stay whole, and a head that is repeated on each page.

use krilla::tagging::{TableHeaderScope, Tag, TagKind};

use super::composer::{Composer, Placed};
use super::lines::Style;
use super::page::{MEASURE, Mark, Owner, SIDE};
use super::tags::NodeId;
use crate::error::PrintError;
use crate::fonts::Face;

/// Between columns.
const GUTTER: f32 = 8.0;
/// Above and below the text of a row.
const PADDING: f32 = 2.6;

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its head; a table in which all are empty has none.
    pub(crate) title: String,
    /// Its part of the width.
    pub(crate) share: f32,
    /// How its cells are set.
    pub(crate) style: Style,
    /// Whether its cells name their rows.
    pub(crate) names_row: bool,
}

/// A cell.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// Text.
    Text(String),
    /// The page on which a section begins; its number is known at the end.
    PageOf(usize),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// Above its head on the first page: text and level.
    pub(crate) heading: Option<(String, u16, Style)>,
    /// In place of the heading on the pages that follow; also kept with the head.
    pub(crate) continued: Option<String>,
    /// Its rows; each has a cell for each column.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// What a cell is, for errors.
    pub(crate) what: &'static str,
}

/// A set cell.
enum Set {
    Text(Placed),
    PageOf(usize, Style),
}

impl Set {
    fn height(&self) -> f32 {
        match self {
            Self::Text(text) => text.height(),
            Self::PageOf(_, style) => style.leading,
        }
    }

    fn ascent(&self) -> f32 {
        match self {
            Self::Text(text) => text.style.ascent(),
            Self::PageOf(_, style) => style.ascent(),
        }
    }
}

/// From the top of a row to its first baseline, which all cells share: that of the largest text.
fn baseline(row: &[Set]) -> f32 {
    row.iter().map(Set::ascent).fold(0.0, f32::max)
}

/// The places of the columns: `x` and width.
fn places(columns: &[Column]) -> Vec<(f32, f32)> {
    let shares: f32 = columns.iter().map(|column| column.share).sum();
    let free = MEASURE - GUTTER * columns.len().saturating_sub(1) as f32;
    let mut x = SIDE;
    let place = |column: &Column| {
        let width = free * column.share / shares;
        let at = (x, width);
        x += width + GUTTER;
        at
    };
    columns.iter().map(place).collect()
}

impl Composer {
    /// A table.
    ///
    /// # Errors
    /// [`PrintError::TooLong`]; [`PrintError::TooHigh`] if a row is higher than a page.
    pub(crate) fn table(&mut self, table: &Table) -> Result<(), PrintError> {
        let places = places(&table.columns);
        let head = self.head_of(table, &places)?;
        let head_height = head.iter().map(Placed::height).fold(0.0, f32::max) + 2.0 * PADDING;
        let mut nodes: Option<(NodeId, NodeId)> = None;
        for row in &table.rows {
            let (row, height) = self.row_of(table, &places, row)?;
            if nodes.is_none() {
                let above = self.open(table, head_height + height)?;
                let node = self.tags.add(None, TagKind::from(Tag::Table));
                let head_node = above.then(|| self.tags.add(Some(node), TagKind::from(Tag::THead)));
                self.draw_head(table, &head, &places, head_height, head_node);
                nodes = Some((node, self.tags.add(Some(node), TagKind::from(Tag::TBody))));
            } else if height > self.left() {
                self.begin_page();
                self.open_again(table)?;
                self.draw_head(table, &head, &places, head_height, None);
                if height > self.left() {
                    return Err(PrintError::TooHigh { what: table.what });
                }
            }
            if let Some((_, body)) = nodes {
                self.draw_row(table, row, &places, height, body);
            }
        }
        Ok(())
    }

    /// The heading; says whether the table has a head.
    fn open(&mut self, table: &Table, below: f32) -> Result<bool, PrintError> {
        match &table.heading {
            Some((text, level, style)) => {
                self.heading(*level, *style, text, below + 3.0)?;
                self.space(3.0);
            }
            None => {
                self.need(below, table.what)?;
            }
        }
        Ok(table.columns.iter().any(|column| !column.title.is_empty()))
    }

    fn open_again(&mut self, table: &Table) -> Result<(), PrintError> {
        if let (Some(text), Some((_, _, style))) = (&table.continued, &table.heading) {
            let set = self.set(*style, text, MEASURE, "a heading")?;
            self.place(&set, SIDE, self.y, MEASURE, Owner::Furniture);
            self.space(set.height() + 3.0);
        }
        Ok(())
    }

    fn head_of(&mut self, table: &Table, places: &[(f32, f32)]) -> Result<Vec<Placed>, PrintError> {
        if table.columns.iter().all(|column| column.title.is_empty()) {
            return Ok(Vec::new());
        }
        let set = |(column, (_, width)): (&Column, &(f32, f32))| {
            let style = Style::new(Face::Italic, 8.5).aligned(column.style.align).quiet();
            self.set(style, &column.title, *width, "the head of a column")
        };
        table.columns.iter().zip(places).map(set).collect()
    }

    fn draw_head(
        &mut self,
        table: &Table,
        head: &[Placed],
        places: &[(f32, f32)],
        height: f32,
        node: Option<NodeId>,
    ) {
        if head.is_empty() {
            return;
        }
        let row = node.map(|node| self.tags.add(Some(node), TagKind::from(Tag::TR)));
        let bottom = self.y + height - PADDING;
        for ((text, (x, width)), column) in head.iter().zip(places).zip(&table.columns) {
            let node = row
                .filter(|_| !column.title.is_empty())
                .map(|row| self.tags.add(Some(row), TagKind::from(Tag::TH(TableHeaderScope::Column))));
            let owner = node.map_or(Owner::Furniture, Owner::Node);
            self.place(text, *x, bottom - text.height(), *width, owner);
        }
        self.space(height);
        self.rule(0.8);
        self.space(1.0);
    }

    fn row_of(
        &mut self,
        table: &Table,
        places: &[(f32, f32)],
        row: &[Cell],
    ) -> Result<(Vec<Set>, f32), PrintError> {
        let mut cells = Vec::with_capacity(row.len());
        for ((cell, column), (_, width)) in row.iter().zip(&table.columns).zip(places) {
            cells.push(match cell {
                Cell::Text(text) => Set::Text(self.set(column.style, text, *width, table.what)?),
                Cell::PageOf(section) => Set::PageOf(*section, column.style),
            });
        }
        let baseline = baseline(&cells);
        let below = |cell: &Set| baseline - cell.ascent() + cell.height();
        let height = cells.iter().map(below).fold(0.0, f32::max) + 2.0 * PADDING;
        Ok((cells, height))
    }

    fn draw_row(&mut self, table: &Table, row: Vec<Set>, places: &[(f32, f32)], height: f32, body: NodeId) {
        let node = self.tags.add(Some(body), TagKind::from(Tag::TR));
        let top = self.y + PADDING;
        let baseline = baseline(&row);
        for ((cell, (x, width)), column) in row.into_iter().zip(places).zip(&table.columns) {
            let kind = if column.names_row {
                TagKind::from(Tag::TH(TableHeaderScope::Row))
            } else {
                TagKind::from(Tag::TD)
            };
            let owner = Owner::Node(self.tags.add(Some(node), kind));
            match cell {
                Set::Text(text) => {
                    self.place(&text, *x, top + baseline - text.style.ascent(), *width, owner);
                }
                Set::PageOf(section, style) => {
                    let y = top + baseline;
                    self.mark(Mark::PageOf { section, x: x + width, y, style, owner });
                }
            }
        }
        self.space(height);
        self.rule(0.25);
    }
}

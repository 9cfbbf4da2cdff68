//! Writing: from pages of marks to the bytes of a PDF, by the rules of PDF/A-2a and PDF/UA-1.
//!
//! In: a composed document and the time at which it is said to be made. Out: bytes; the same in, the same out. What must
//! never happen: a time of this machine's clock in it, a glyph that shows that there is none.

use ashkar_election::Language;
use ashkar_terms::UtcMicros;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use krilla::color::luma;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};
use krilla::{Document, SerializeSettings};

use super::composer::{Composer, Section};
use super::lines::{Align, Style};
use super::page::{EDGE, HEIGHT, MEASURE, Mark, Owner, SIDE, WIDTH, begin};
use super::tags::Tags;
use crate::error::PrintError;
use crate::fonts::{self, Face, Shaped, Shaper};
use crate::words::Words;

/// Grey of what is less important; 7:1 on white.
const QUIET: u8 = 0x55;
/// Grey of the rules between rows.
const HAIRLINE: u8 = 0xa0;
/// Thinner rules are grey.
const HAIRLINE_BELOW: f32 = 0.3;

impl Composer {
    /// The finished document, said to be made at `made`.
    ///
    /// # Errors
    /// [`PrintError::Format`], [`PrintError::Font`].
    pub(crate) fn finish(mut self, made: UtcMicros) -> Result<Vec<u8>, PrintError> {
        self.number_pages()?;
        let Self { frame, pages, sections, mut tags, .. } = self;
        let mut document = Document::new_with(settings()?);
        document.set_metadata(metadata(&frame.title, frame.language, made)?);
        let mut shaper = Shaper::default();
        for marks in pages {
            let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| broken("the size of a page"))?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            for mark in marks {
                Pen { surface: &mut surface, tags: &mut tags, shaper: &mut shaper, sections: &sections }
                    .draw(mark)?;
            }
            surface.finish();
            page.finish();
        }
        document.set_outline(outline(&frame.title, &sections));
        document.set_tag_tree(tags.into_tree(frame.language.tag()));
        document.finish().map_err(|error| broken(format!("{error:?}")))
    }

    /// `page 3 of 52` at the bottom right of each page.
    fn number_pages(&mut self) -> Result<(), PrintError> {
        let words = Words::of(self.frame.language);
        let count = self.pages.len();
        let style = Style::new(Face::Italic, 8.5).quiet().aligned(Align::Right);
        for at in 0..count {
            let text = (words.page_of)(at + 1, count);
            let set = self.set(style, &text, MEASURE, "the number of a page")?;
            let mut lines = set.lines;
            if let (Some(line), Some(page)) = (lines.pop(), self.pages.get_mut(at)) {
                let x = begin(Align::Right, SIDE, MEASURE, line.width * style.size);
                let y = HEIGHT - EDGE - style.leading + style.ascent();
                page.push(Mark::Text { x, y, style, line, owner: Owner::Furniture });
            }
        }
        Ok(())
    }
}

fn broken(what: impl Into<String>) -> PrintError {
    PrintError::Format(what.into())
}

fn settings() -> Result<SerializeSettings, PrintError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| broken(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

fn metadata(title: &str, language: Language, made: UtcMicros) -> Result<Metadata, PrintError> {
    let made = Timestamp::from_microsecond(made.0).map_err(|error| broken(error.to_string()))?;
    let made = TimeZone::UTC.to_datetime(made);
    let part = |value: i8| value.unsigned_abs();
    let date = DateTime::new(made.year().unsigned_abs())
        .month(part(made.month()))
        .day(part(made.day()))
        .hour(part(made.hour()))
        .minute(part(made.minute()))
        .second(part(made.second()))
        .utc_offset_hour(0);
    Ok(Metadata::new()
        .title(title.to_owned())
        .language(language.tag().to_owned())
        .creator("Aşkar".to_owned())
        .producer("Aşkar".to_owned())
        .creation_date(date))
}

/// The sections as an outline: one level below another where the document has it so.
fn outline(title: &str, sections: &[Section]) -> Outline {
    let mut outline = Outline::new();
    let node = |section: &Section| {
        let at = XyzDestination::new(section.page, Point::from_xy(SIDE, section.y));
        OutlineNode::new(section.title.clone(), at)
    };
    let mut open: Option<OutlineNode> = None;
    for section in sections {
        match (section.level, &mut open) {
            (3.., Some(parent)) => parent.push_child(node(section)),
            _ => {
                if let Some(done) = open.replace(node(section)) {
                    outline.push_child(done);
                }
            }
        }
    }
    let whole = || OutlineNode::new(title.to_owned(), XyzDestination::new(0, Point::from_xy(SIDE, EDGE)));
    outline.push_child(open.unwrap_or_else(whole));
    outline
}

/// Draws marks on one page.
struct Pen<'a, 'page> {
    surface: &'a mut Surface<'page>,
    tags: &'a mut Tags,
    shaper: &'a mut Shaper,
    sections: &'a [Section],
}

impl Pen<'_, '_> {
    fn draw(&mut self, mark: Mark) -> Result<(), PrintError> {
        match mark {
            Mark::Text { x, y, style, line, owner } => self.text(x, y, style, &line, owner)?,
            Mark::PageOf { section, x, y, style, owner } => {
                let page = self.sections.get(section).map_or(0, |section| section.page + 1);
                let line = self.shaper.shape(style.face, &page.to_string())?.clone();
                self.text(x - line.width * style.size, y, style, &line, owner)?;
            }
            Mark::Rule { x, y, width, weight } => self.lines(&[(x, y, x + width, y)], weight),
            Mark::Frame { x, y, width, height, weight } => {
                let (right, bottom) = (x + width, y + height);
                let sides = [
                    (x, y, right, y),
                    (right, y, right, bottom),
                    (right, bottom, x, bottom),
                    (x, bottom, x, y),
                ];
                self.lines(&sides, weight);
            }
            Mark::Code { x, y, size, rows, owner } => self.code(x, y, size, &rows, owner),
        }
        Ok(())
    }

    fn text(&mut self, x: f32, y: f32, style: Style, line: &Shaped, owner: Owner) -> Result<(), PrintError> {
        self.begin(owner, ContentTag::Span(SpanTag::empty()));
        if !line.glyphs.is_empty() {
            self.ink(if style.is_quiet { QUIET } else { 0 });
            let font = fonts::font(style.face)?;
            let at = Point::from_xy(x, y);
            self.surface.draw_glyphs(at, &line.glyphs, font, &line.text, style.size, false);
        }
        self.surface.end_tagged();
        Ok(())
    }

    fn ink(&mut self, grey: u8) {
        let fill = Fill { paint: luma::Color::new(grey).into(), ..Fill::default() };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill));
    }

    fn begin(&mut self, owner: Owner, tag: ContentTag<'_>) {
        match owner {
            Owner::Node(node) => {
                let content = self.surface.start_tagged(tag);
                self.tags.drawn(node, content);
            }
            Owner::Furniture => self.begin_furniture(ArtifactType::PaginationOther),
        }
    }

    fn begin_furniture(&mut self, kind: ArtifactType) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
    }

    fn lines(&mut self, lines: &[(f32, f32, f32, f32)], weight: f32) {
        let mut path = PathBuilder::new();
        for &(x, y, to_x, to_y) in lines {
            path.move_to(x, y);
            path.line_to(to_x, to_y);
        }
        if let Some(path) = path.finish() {
            self.begin_furniture(ArtifactType::Layout);
            let ink = luma::Color::new(if weight < HAIRLINE_BELOW { HAIRLINE } else { 0 });
            let stroke = Stroke { paint: ink.into(), width: weight, ..Stroke::default() };
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(stroke));
            self.surface.draw_path(&path);
            self.surface.end_tagged();
        }
    }

    /// Runs of dark modules are one rectangle each.
    fn code(&mut self, x: f32, y: f32, size: f32, rows: &[Vec<bool>], owner: Owner) {
        let module = size / rows.len().max(1) as f32;
        let mut path = PathBuilder::new();
        for (row, modules) in rows.iter().enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|one, other| one == other) {
                let (left, top) = (x + column as f32 * module, y + row as f32 * module);
                let rect = Rect::from_xywh(left, top, run.len() as f32 * module, module);
                if let (Some(true), Some(rect)) = (run.first(), rect) {
                    path.push_rect(rect);
                }
                column += run.len();
            }
        }
        if let Some(path) = path.finish() {
            self.begin(owner, ContentTag::Other);
            self.surface.set_stroke(None);
            let fill = Fill { paint: luma::Color::new(0).into(), rule: FillRule::NonZero, ..Fill::default() };
            self.surface.set_fill(Some(fill));
            self.surface.draw_path(&path);
            self.surface.end_tagged();
        }
    }
}

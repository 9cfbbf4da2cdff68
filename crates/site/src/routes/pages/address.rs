//! The addresses of the pages: a language, then a page. The pages' own router has the same rules
//! (`web/src/lib/route.ts`).

use ashkar_election::{Language, StationId};

/// A parsed address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    /// Azerbaijani if no other language is named.
    pub(super) language: Language,
    /// The address of the page in Azerbaijani.
    pub(super) path: &'a str,
    pub(super) page: Page,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// A page without parameters: its document's name.
    Named(&'static str),
    Constituency(u16),
    Station(StationId),
    Unknown,
}

const NAMED: [(&str, &str); 7] = [
    ("/", "home"),
    ("/list", "list"),
    ("/status", "status"),
    ("/completeness", "completeness"),
    ("/watch", "watch"),
    ("/count", "count"),
    ("/about", "about"),
];

impl<'a> Address<'a> {
    pub(super) fn read(path: &'a str) -> Self {
        let (language, rest) = split(path);
        let path = rest.strip_suffix('/').filter(|path| !matches!(*path, "" | "/")).unwrap_or(rest);
        Self { language, path, page: page(path) }
    }
}

fn page(path: &str) -> Page {
    if let Some((_, name)) = NAMED.iter().find(|(known, _)| *known == path) {
        return Page::Named(name);
    }
    let station = path.strip_prefix("/stations/").and_then(|rest| rest.split_once('/'));
    if let Some((constituency, station)) = station {
        return match (number(constituency), number(station)) {
            (Some(constituency), Some(station)) => Page::Station(StationId::new(constituency, station)),
            _ => Page::Unknown,
        };
    }
    path.strip_prefix("/constituencies/").and_then(number).map_or(Page::Unknown, Page::Constituency)
}

/// A number from 1, in its canonical form.
fn number(digits: &str) -> Option<u16> {
    let number = crate::routes::media::number(digits)?;
    u16::try_from(number).ok().filter(|number| *number > 0)
}

/// The language that is written as `tag`.
pub(super) fn language(tag: &str) -> Option<Language> {
    Language::ALL.into_iter().find(|language| language.tag() == tag)
}

/// `/en/list` as English and `/list`.
pub(super) fn split(path: &str) -> (Language, &str) {
    for language in [Language::En, Language::Ru] {
        let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(language.tag()));
        match rest {
            Some("") => return (language, "/"),
            Some(rest) if rest.starts_with('/') => return (language, rest),
            _ => {}
        }
    }
    (Language::Az, path)
}

/// The address of a page in a language; `path` is its address in Azerbaijani.
pub(super) fn in_language(language: Language, path: &str) -> String {
    match language {
        Language::Az => path.to_owned(),
        other => format!("/{}{path}", other.tag()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_in_languages() {
        for (path, language, rest, page) in [
            ("/", Language::Az, "/", Page::Named("home")),
            ("/en", Language::En, "/", Page::Named("home")),
            ("/en/", Language::En, "/", Page::Named("home")),
            ("/ru/list/", Language::Ru, "/list", Page::Named("list")),
            ("/watch", Language::Az, "/watch", Page::Named("watch")),
            ("/stations/7/12", Language::Az, "/stations/7/12", Page::Station(StationId::new(7, 12))),
            ("/en/constituencies/119", Language::En, "/constituencies/119", Page::Constituency(119)),
        ] {
            assert_eq!(Address::read(path), Address { language, path: rest, page });
            assert_eq!(split(&in_language(language, rest)), (language, rest));
        }
    }

    #[test]
    fn what_is_no_page() {
        for path in [
            "/stations",
            "/stations/7",
            "/stations/0/1",
            "/stations/07/1",
            "/stations/7/12/1",
            "/stations/7/99999",
            "/wp-login.php",
            "/constituencies/x",
            "/english",
            "/az",
            "//",
            "",
        ] {
            assert_eq!(Address::read(path).page, Page::Unknown, "{path}");
        }
    }
}

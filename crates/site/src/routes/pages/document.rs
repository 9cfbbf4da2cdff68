//! The document of a page: rendered when the pages were built, with what only the server knows filled in.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use ashkar_centre::{Centre, Registry};
use ashkar_election::{Constituency, Language, Station};
use ashkar_terms::UtcMicros;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderName, Uri, header};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::Dist;
use super::address::{Address, Page};
use crate::routes::times;

/// Title and description of a kind of page, in one language.
#[derive(Debug, Clone, Deserialize)]
struct Head {
    title: String,
    description: String,
}

/// By language and kind of page, read once. Empty if the pages were not built.
static HEADS: LazyLock<Vec<(Language, HashMap<String, Head>)>> = LazyLock::new(|| {
    let read = |language| serde_json::from_str(&file(language, "heads.json")?).ok();
    Language::ALL.into_iter().filter_map(|language| Some((language, read(language)?))).collect()
});

/// Names between braces in a document, and the values that replace them.
type Values<'a> = Vec<(&'static str, String)>;

/// The scheme by which a proxy was asked, as proxies report it.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Stills are addressed by whole minutes, so that caches share them.
const MINUTE_US: i64 = 60_000_000;

/// The document for `address`, and whether there is such a page. `None` if the pages were not built.
pub(super) fn make(
    centre: &Centre,
    address: &Address<'_>,
    uri: &Uri,
    origin: &str,
) -> Option<(String, bool)> {
    let registry = centre.registry();
    let language = address.language;
    let found = match address.page {
        Page::Named(name) => Some((name, Vec::new())),
        Page::Station(id) => registry
            .station(id)
            .and_then(|station| Some(("station", of_station(centre, &registry, station, language, uri)?))),
        Page::Constituency(number) => registry
            .stations()
            .any(|station| station.id.constituency == number)
            .then(|| of_constituency(&registry, number, language))
            .flatten()
            .map(|values| ("constituency", values)),
        Page::Unknown => None,
    };
    let exists = found.is_some();
    let (name, mut values) = found.unwrap_or(("unknown", Vec::new()));
    let told = |is_so| if is_so { "yes" } else { "no" }.to_owned();
    values.push(("sample", told(registry.election.sample)));
    values.push(("rehearsal", told(registry.election.rehearsal.is_some())));
    values.push(("origin", origin.to_owned()));
    values.push(("path", address.path.to_owned()));
    Some((filled(&file(language, &format!("{name}.html"))?, &values, escaped), exists))
}

/// `12:07`, and of an election of several days `2024-02-07 12:07`.
fn shown_moment(written: &str, is_of_several_days: bool) -> String {
    let part = if is_of_several_days { 0..16 } else { 11..16 };
    written.get(part).unwrap_or_default().replace('T', " ")
}

fn of_station(
    centre: &Centre,
    registry: &Registry,
    station: &Station,
    language: Language,
    uri: &Uri,
) -> Option<Values<'static>> {
    let zone = || crate::routes::api::zone(centre);
    let sharing = Sharing::read(uri, zone);
    let at = sharing.at.filter(|_| centre.rewind_is_public());
    let constituency = constituency_of(registry, station.id.constituency);
    let is_of_several_days = !registry.election.plan.nights.is_empty();
    let moment = at.map(|at| shown_moment(&times::write(at, &zone()), is_of_several_days));
    let mut values = vec![
        ("id", station.id.to_string()),
        ("constituency", station.id.constituency.to_string()),
        ("station", station.id.station.to_string()),
        ("venue", station.venue.clone()),
        ("address", station.address.clone()),
        ("name", constituency.station_title(station.id.station, language)),
        ("still", still(station, sharing.camera, at)),
        ("time", moment.unwrap_or_default()),
    ];
    add_head(&mut values, language, if at.is_some() { "moment" } else { "station" })?;
    Some(values)
}

fn still(station: &Station, camera: u8, at: Option<UtcMicros>) -> String {
    let moment = at.map(|at| {
        let minute = UtcMicros(at.0.div_euclid(MINUTE_US) * MINUTE_US);
        times::write(minute, &TimeZone::UTC).replace("+00:00", "Z").replace(':', "%3A")
    });
    let query = moment.map(|moment| format!("?at={moment}")).unwrap_or_default();
    format!("/still/{}/{camera}.jpg{query}", station.id)
}

fn of_constituency(registry: &Registry, number: u16, language: Language) -> Option<Values<'static>> {
    let mut values = vec![
        ("constituency", number.to_string()),
        ("name", constituency_of(registry, number).title(language)),
    ];
    add_head(&mut values, language, "constituency")?;
    Some(values)
}

fn constituency_of(registry: &Registry, number: u16) -> Constituency {
    let named = registry.snapshot.published_list().constituency(number).cloned();
    named.unwrap_or_else(|| Constituency::unnamed(number))
}

/// Title and description, whose own braces are filled first.
fn add_head(values: &mut Values<'static>, language: Language, kind: &str) -> Option<()> {
    let (_, heads) = HEADS.iter().find(|(of, _)| *of == language)?;
    let head = heads.get(kind)?;
    let title = filled(&head.title, values, str::to_owned);
    let description = filled(&head.description, values, str::to_owned);
    values.push(("title", title));
    values.push(("description", description));
    Some(())
}

fn file(language: Language, name: &str) -> Option<String> {
    let file = Dist::get(&format!("shells/{}/{name}", language.tag()))?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// `text` with each `{name}` of `values` replaced, once and from left to right: inserted text is not scanned again.
fn filled(text: &str, values: &[(&'static str, String)], written: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 512);
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let value = values.iter().find(|(name, _)| {
            from.get(1..).is_some_and(|inner| inner.starts_with(name) && inner[name.len()..].starts_with('}'))
        });
        if let Some((name, value)) = value {
            out.push_str(&written(value));
            rest = &from[name.len() + 2..];
        } else {
            out.push('{');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}

/// Escapes text for use between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What the link of a station page points to, as far as the document shows it.
struct Sharing {
    at: Option<UtcMicros>,
    camera: u8,
}

impl Sharing {
    /// `zone` is only called where a moment is asked for.
    fn read(uri: &Uri, zone: impl Fn() -> TimeZone) -> Self {
        let pairs =
            Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default();
        let value = |name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        Self {
            at: value("t").and_then(|text| times::read_in_link(text, &zone())),
            camera: value("camera")
                .and_then(|text| text.parse().ok())
                .filter(|camera| *camera > 0)
                .unwrap_or(1),
        }
    }
}

/// The origin by which this request came, for links that must be absolute; empty if its `Host` is not a plain name.
/// `tls`: it came by TLS, or a proxy in front says that it did.
pub(super) fn origin_of(request: &HeaderMap, tls: bool) -> Arc<str> {
    let value = |name| request.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = value(header::HOST);
    let scheme = if tls || value(FORWARDED_PROTO) == "https" { "https" } else { "http" };
    let plain = !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'));
    if plain { format!("{scheme}://{host}").into() } else { Arc::from("") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_of_several_days_has_its_date() {
        let written = "2024-02-07T12:07:40+04:00";
        assert_eq!(shown_moment(written, false), "12:07");
        assert_eq!(shown_moment(written, true), "2024-02-07 12:07");
        assert_eq!(shown_moment("", true), "");
    }

    #[test]
    fn what_is_put_in_is_escaped_and_not_read_again() {
        let values = vec![("venue", "<b>{id}</b> & \"{venue}\"".to_owned()), ("id", "7/12".to_owned())];
        assert_eq!(
            filled("<h1>{venue}</h1>{id}{unknown}{", &values, escaped),
            "<h1>&lt;b&gt;{id}&lt;/b&gt; &amp; &quot;{venue}&quot;</h1>7/12{unknown}{"
        );
    }

    #[test]
    fn a_moment_and_a_camera_are_read_and_rubbish_is_not() {
        let zone = || TimeZone::fixed(jiff::tz::offset(4));
        let read = |query: &str| Sharing::read(&format!("/stations/7/12?{query}").parse().unwrap(), zone);
        let sharing = read("t=2024-02-07T12:07:40%2B04:00&camera=2&lang=en");
        assert_eq!((sharing.at, sharing.camera), (times::read("t", "2024-02-07T12:07:40+04:00").ok(), 2));
        assert_eq!(read("t=2024-02-07%2012:07:40").at, sharing.at, "without a zone it is the election's");
        let rubbish = read("t=%FF&camera=-1&t=tomorrow&&=&camera=0");
        assert_eq!((rubbish.at, rubbish.camera), (None, 1));
    }

    #[test]
    fn a_host_that_is_no_name_is_not_repeated() {
        let mut request = HeaderMap::new();
        request.insert(header::HOST, "election.example:8080".parse().unwrap());
        assert_eq!(&*origin_of(&request, false), "http://election.example:8080");
        assert_eq!(&*origin_of(&request, true), "https://election.example:8080");
        request.insert(FORWARDED_PROTO, "https".parse().unwrap());
        assert_eq!(&*origin_of(&request, false), "https://election.example:8080");
        request.insert(header::HOST, "evil\"><script>".parse().unwrap());
        assert_eq!(&*origin_of(&request, false), "");
    }
}

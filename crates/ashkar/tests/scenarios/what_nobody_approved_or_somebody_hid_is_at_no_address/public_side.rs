//! A camera as somebody sees it who knows all addresses of the public side.

use std::time::{Duration, Instant};

use ashkar_site::routes::table::{PUBLIC, Shows, Sought};
use ashkar_terms::{CameraId, Span, UtcMicros};

use crate::common::{Centre, fetch};

/// What a live playlist showed: enough to ask for everything again.
#[derive(Debug, Clone)]
pub struct Seen {
    pub camera: CameraId,
    /// The archive that its addresses name.
    pub archive: String,
    /// Init segment, segments, and parts, by their names.
    pub media: Vec<String>,
    pub from: UtcMicros,
    /// A moment of it.
    pub at: UtcMicros,
    pub to: UtcMicros,
}

pub fn time(text: &str) -> UtcMicros {
    UtcMicros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

fn written(at: UtcMicros) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap().to_string()
}

/// What the live playlist of `camera` lists, once it has so many segments.
pub fn seen(centre: &Centre, camera: CameraId, segments: usize) -> Option<Seen> {
    let (status, _, body) = fetch(&format!("{}/live/{camera}/index.m3u8", centre.http), &[]);
    let text = String::from_utf8(body).unwrap();
    let spans = spans(&text);
    let (from, to) = (spans.first()?.from, spans.last()?.to);
    let is_enough = status == 200 && spans.len() >= segments;
    let quoted =
        |line: &str| line.split("URI=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let address = |line: &str| {
        if line.starts_with("/media/") { Some(line.to_owned()) } else { quoted(line) }
    };
    let of_media: Vec<String> =
        text.lines().filter(|line| !line.contains("PRELOAD-HINT")).filter_map(address).collect();
    let archive = of_media.first()?.split('/').nth(2)?.to_owned();
    let media = of_media.iter().filter_map(|address| address.rsplit('/').next()).map(str::to_owned).collect();
    let at = UtcMicros(i64::midpoint(from.0, to.0));
    is_enough.then_some(Seen { camera, archive, media, from, at, to })
}

impl Seen {
    /// With the segments before those that were seen instead of them.
    pub fn before(&self, count: u64) -> Self {
        let first = self
            .media
            .iter()
            .filter_map(|name| name.strip_suffix(".m4s")?.parse::<u64>().ok())
            .min()
            .unwrap();
        let media =
            (first - count..first).flat_map(|number| [format!("{number}.m4s"), format!("{number}.0.m4s")]);
        Self { media: media.collect(), ..self.clone() }
    }

    /// The newest two segments and their parts alone, and their time.
    pub fn newest(&self) -> Self {
        let number = |name: &String| name.split('.').next().and_then(|number| number.parse::<u64>().ok());
        let last = self.media.iter().filter_map(number).max().unwrap();
        let media = self.media.iter().filter(|name| number(name).is_some_and(|number| number + 1 >= last));
        let at = self.to.plus(-1_000_000);
        Self { media: media.cloned().collect(), from: self.to.plus(-2_000_000), at, ..self.clone() }
    }
}

/// Asks for everything that shows the camera, by every address of the table: address, status, body.
pub fn ask_all(base: &str, seen: &Seen) -> Vec<(String, u16, Vec<u8>)> {
    let times = [seen.from, seen.at, seen.to].map(written);
    let sought = Sought {
        camera: seen.camera,
        archive: &seen.archive,
        media: &seen.media,
        times: [&times[0], &times[1], &times[2]],
    };
    let mut answers = Vec::new();
    for route in PUBLIC {
        let Shows::Camera(addresses) = route.shows else { continue };
        for address in addresses(&sought) {
            let (status, _, body) = fetch(&format!("{base}{address}"), &[]);
            answers.push((address, status, body));
        }
    }
    answers
}

/// The statuses alone.
pub fn statuses(base: &str, seen: &Seen) -> Vec<u16> {
    ask_all(base, seen).into_iter().map(|(_, status, _)| status).collect()
}

/// Follows a live playlist as a player does, waiting for each next part and fetching it; returns with what it got when
/// it was refused.
pub fn follow(http: &str, playlist: &str) -> u16 {
    let start = Instant::now();
    let mut wanted = playlist.to_owned();
    loop {
        assert!(start.elapsed() < Duration::from_secs(60), "it is never refused");
        let (status, _, body) = fetch(&format!("{http}{wanted}"), &[]);
        if status != 200 {
            return status;
        }
        let text = String::from_utf8(body).unwrap();
        let hint = text.lines().find(|line| line.contains("PRELOAD-HINT")).unwrap();
        let part = hint.split("URI=\"").nth(1).unwrap().split('"').next().unwrap();
        let (status, _, _) = fetch(&format!("{http}{part}"), &[]);
        if status != 200 {
            return status;
        }
        let name = part.rsplit('/').next().unwrap();
        let (segment, part) = name.strip_suffix(".m4s").unwrap().split_once('.').unwrap();
        let next = part.parse::<u32>().unwrap() + 1;
        wanted = format!("{playlist}?_HLS_msn={segment}&_HLS_part={next}");
    }
}

/// The times of the pieces that the list of a span has.
pub fn pieces(centre: &Centre, seen: &Seen) -> Vec<Span> {
    let (from, to) = (written(seen.from), written(seen.to));
    spans(&centre.text(&format!("/dvr/{}/index.m3u8?from={from}&to={to}", seen.camera)))
}

/// The times of the segments of a playlist.
fn spans(text: &str) -> Vec<Span> {
    let (mut at, mut duration, mut found) = (None, 0, Vec::new());
    for line in text.lines() {
        if let Some(date) = line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:") {
            at = Some(time(date));
        } else if let Some(length) = line.strip_prefix("#EXTINF:") {
            let seconds: f64 = length.trim_end_matches(',').split(',').next().unwrap().parse().unwrap();
            duration = (seconds * 1e6) as i64;
        } else if let Some(from) = at.filter(|_| line.starts_with("/media/") || line.ends_with(".m4s")) {
            let to = from.plus(duration);
            found.push(Span { from, to });
            at = Some(to);
        }
    }
    found
}

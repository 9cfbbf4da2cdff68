//! `ashkar live check`: follows a live playlist like a low-latency player, and judges what it gets.

use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use ashkar_live::Query;
use ashkar_live::check::{Observation, PlaylistChecker, Severity};

use crate::cli::Live;
use crate::output;

/// Exit code if a rule is broken.
const BROKEN: u8 = 1;
/// Longest response that is read, bytes.
const MAX_BODY_BYTES: u64 = 64 << 20;
/// Longest wait for a response: a server may hold a blocking request for three target durations.
const TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) async fn run(command: Live) -> anyhow::Result<ExitCode> {
    let Live::Check { url, seconds } = command;
    tokio::task::spawn_blocking(move || check(&url, Duration::from_secs(seconds))).await?
}

fn check(url: &str, limit: Duration) -> anyhow::Result<ExitCode> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).build().into();
    let origin =
        origin_of(url).context("an address like http://host:port/live/7/12/1/index.m3u8 is wanted")?;
    let mut checker = PlaylistChecker::new();
    let (mut broken, mut advised, mut seen) = (0, 0, 0);
    let mut judge = |violations: Vec<ashkar_live::check::Violation>| -> Result<(), output::Unwritten> {
        for violation in violations {
            output::line(&violation)?;
            if violation.severity() == Severity::Must { broken += 1 } else { advised += 1 }
        }
        Ok(())
    };
    let start = Instant::now();
    let mut query = Query::default();
    let mut fetched = std::collections::HashSet::new();
    while start.elapsed() < limit {
        let asked = query.canonical();
        let address = if asked.is_empty() { url.to_owned() } else { format!("{url}?{asked}") };
        let text = String::from_utf8(get(&agent, &address)?).context("a playlist is UTF-8")?;
        let at_ms = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
        judge(checker.check(&Observation { at_ms, query, text: &text }))?;
        seen += 1;
        for uri in new_media(&text) {
            if fetched.insert(uri.clone()) {
                let bytes = get(&agent, &format!("{origin}{uri}"))?;
                judge(checker.check_media(&uri, &bytes))?;
            }
        }
        // Every other request is for a delta update, so that both forms are judged.
        query = Query {
            skip: seen % 2 == 1,
            ..next(&text).context("the playlist names no part that comes next")?
        };
    }
    output::line(format_args!(
        "{seen} playlists and {} media files judged: {broken} rules broken, {advised} advices not taken",
        fetched.len()
    ))?;
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn origin_of(url: &str) -> Option<&str> {
    let host = url.strip_prefix("http://")?;
    let end = host.find('/')?;
    url.get(..url.len() - host.len() + end)
}

fn get(agent: &ureq::Agent, address: &str) -> anyhow::Result<Vec<u8>> {
    let mut response = agent.get(address).call().with_context(|| address.to_owned())?;
    let mut body = Vec::new();
    response
        .body_mut()
        .as_reader()
        .take(MAX_BODY_BYTES)
        .read_to_end(&mut body)
        .with_context(|| address.to_owned())?;
    Ok(body)
}

/// Parts and init segments at the end of the playlist: what a player at the live edge fetches.
fn new_media(text: &str) -> Vec<String> {
    let quoted = |line: &str| Some(line.split_once("URI=\"")?.1.split_once('"')?.0.to_owned());
    let maps = text.lines().filter(|line| line.starts_with("#EXT-X-MAP:")).filter_map(quoted);
    let parts: Vec<_> =
        text.lines().filter(|line| line.starts_with("#EXT-X-PART:")).filter_map(quoted).collect();
    let newest = parts.len().saturating_sub(3);
    maps.chain(parts.into_iter().skip(newest)).collect()
}

/// The part after the last one that the playlist lists.
fn next(text: &str) -> Option<Query> {
    let number = |prefix: &str| text.lines().find_map(|line| line.strip_prefix(prefix));
    let first: u64 = number("#EXT-X-MEDIA-SEQUENCE:")?.trim().parse().ok()?;
    let skipped: u64 = number("#EXT-X-SKIP:SKIPPED-SEGMENTS=")
        .and_then(|rest| rest.split(',').next()?.parse().ok())
        .unwrap_or(0);
    let listed = text.lines().filter(|line| line.starts_with("#EXTINF:")).count() as u64;
    let tail = text.rfind("#EXTINF:").map_or(text, |at| text.get(at..).unwrap_or_default());
    let parts = tail.lines().filter(|line| line.starts_with("#EXT-X-PART:")).count();
    Some(Query { msn: Some(first + skipped + listed), part: u32::try_from(parts).ok(), skip: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_follows_the_last_part() {
        let text = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXT-X-PART:DURATION=0.5,URI=\"/a\"\n\
                    #EXTINF:2,\n/s\n#EXT-X-PART:DURATION=0.5,URI=\"/b\"\n#EXT-X-PART:DURATION=0.5,URI=\"/c\"\n";
        assert_eq!(next(text), Some(Query { msn: Some(14), part: Some(2), skip: false }));
        assert_eq!(new_media(text), ["/a", "/b", "/c"]);
        assert_eq!(origin_of("http://h:1/live/x"), Some("http://h:1"));
        assert_eq!(origin_of("ftp://h/"), None);
    }
}

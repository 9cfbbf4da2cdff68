//! The rules for a single playlist.

use std::collections::HashSet;

use super::parse::{Media, Part, Segment};
use super::rule::Rule;
use super::value::MAX_SECONDS;
use super::violation::Report;

/// Rounding difference allowed between two durations that were written from the same value, microseconds.
const ROUNDING_US: i64 = 20;
/// Difference allowed between dates, which have milliseconds, and durations, microseconds.
const DATE_DRIFT_US: i64 = 20_000;
/// Overlap of dates allowed by the draft, microseconds.
const DATE_OVERLAP_US: i64 = 1_000_000;

pub(super) fn check(media: &Media, report: &mut Report) {
    check_version(media, report);
    // Without a target duration there is nothing to compare with.
    if media.target.is_some() {
        check_control(media, report);
        check_segments(media, report);
        check_parts(media, report);
    }
    check_dates(media, report);
    check_addresses(media, report);
    check_hints(media, report);
    check_skip(media, report);
}

fn check_version(media: &Media, report: &mut Report) {
    let (needed, line) = media.needs;
    let version = media.version.unwrap_or(1);
    report.push_if(version < needed, Rule::Version, line, || format!("{version}, needed is {needed}"));
    report.push_if(media.target.is_none(), Rule::TargetMissing, 0, String::new);
}

fn check_control(media: &Media, report: &mut Report) {
    let target_us = target_us(media);
    let control = media.control.clone().unwrap_or_default();
    if let Some(part_target) = media.part_target_us {
        let hold_back = control.part_hold_back_us.unwrap_or(0);
        let text = || format!("{hold_back} us with a part target of {part_target} us");
        report.push_if(hold_back < 2 * part_target, Rule::PartHoldBack, control.line, text);
        report.push_if(hold_back < 3 * part_target, Rule::PartHoldBackAdvised, control.line, text);
    }
    let too_little =
        |value: Option<i64>, times: i64| value.is_some_and(|us| us < target_us.saturating_mul(times));
    report.push_if(too_little(control.hold_back_us, 3), Rule::HoldBack, control.line, String::new);
    report.push_if(too_little(control.skip_until_us, 6), Rule::SkipUntil, control.line, String::new);
}

fn check_segments(media: &Media, report: &mut Report) {
    let target_us = target_us(media);
    for segment in &media.segments {
        let rounded = (segment.duration_us + 500_000) / 1_000_000 * 1_000_000;
        let text = || format!("{} us", segment.duration_us);
        report.push_if(rounded > target_us, Rule::SegmentTooLong, segment.line, text);
    }
    // Behind a skip, the current map may be among what is skipped.
    for segment in media.segments.iter().chain(growing(media)).filter(|_| media.skipped.is_none()) {
        let is_media =
            !segment.gap && (is_mp4(&segment.uri) || segment.parts.iter().any(|part| is_mp4(&part.uri)));
        report.push_if(is_media && segment.map.is_none(), Rule::MapMissing, segment.line, || {
            segment.uri.clone()
        });
    }
}

fn check_parts(media: &Media, report: &mut Report) {
    let target = target_us(media);
    let mut to_end_us = media.duration_us().saturating_add(part_sum(&media.growing));
    for segment in media.segments.iter().chain(growing(media)) {
        let starts_us = to_end_us;
        to_end_us = to_end_us.saturating_sub(segment.duration_us.max(part_sum(segment)));
        let Some(first) = segment.parts.first() else { continue };
        check_part_ages(segment, starts_us, 3 * target, report);
        let gap_without = segment.gap && segment.parts.iter().any(|part| !part.gap);
        report.push_if(gap_without, Rule::GapParts, first.line, || first.uri.clone());
        check_part_lengths(media, segment, report);
    }
}

/// Each part begins within `limit_us` of the end; the segment begins `to_end_us` before it.
fn check_part_ages(segment: &Segment, mut to_end_us: i64, limit_us: i64, report: &mut Report) {
    // If the first parts have left, those that stay are the segment's last.
    if !segment.uri.is_empty() {
        to_end_us = to_end_us.saturating_sub(segment.duration_us).saturating_add(part_sum(segment));
    }
    for part in &segment.parts {
        let too_old = to_end_us > limit_us;
        report
            .push_if(too_old, Rule::PartsTooOld, part.line, || format!("begins {to_end_us} us from the end"));
        to_end_us = to_end_us.saturating_sub(part.duration_us);
    }
}

fn check_part_lengths(media: &Media, segment: &Segment, report: &mut Report) {
    let first_line = segment.parts.first().map_or(0, |part| part.line);
    let Some(target_us) = media.part_target_us else {
        return report.push(Rule::PartInf, first_line, "");
    };
    let complete = !segment.uri.is_empty();
    for (index, part) in segment.parts.iter().enumerate() {
        let text = || format!("{} us with a part target of {target_us} us", part.duration_us);
        report.push_if(part.duration_us > target_us, Rule::PartTooLong, part.line, text);
        let is_last = index + 1 == segment.parts.len();
        let before_gap = segment.parts.get(index + 1).is_some_and(|next| next.gap);
        // The last part of a growing segment may turn out to be its final one.
        let excepted = part.independent || part.gap || before_gap || is_last;
        let short = part.duration_us * 100 < target_us * 85;
        report.push_if(short && !excepted, Rule::PartTooShort, part.line, text);
    }
    let rounding = ROUNDING_US * (segment.parts.len() as i64 + 1);
    let differs = part_sum(segment).saturating_sub(segment.duration_us).abs() > rounding;
    let text = || format!("{} us of {} us", part_sum(segment), segment.duration_us);
    report.push_if(complete && differs, Rule::PartSum, first_line, text);
}

fn check_dates(media: &Media, report: &mut Report) {
    let mut expected: Option<i64> = None;
    let dated = media.segments.iter().any(|segment| segment.date_us.is_some());
    for segment in media.segments.iter().chain(growing(media)) {
        let lacks = dated && segment.discontinuity && segment.date_us.is_none();
        report.push_if(lacks, Rule::DateMissing, segment.line, || segment.uri.clone());
        if let (Some(date), Some(expected)) = (segment.date_us, expected) {
            let late_us = date.saturating_sub(expected);
            let text = || format!("{late_us} us after the end of the segment before it");
            report.push_if(late_us <= -DATE_OVERLAP_US, Rule::DateAmbiguous, segment.line, text);
            let drifts = late_us.abs() > DATE_DRIFT_US && !segment.discontinuity;
            report.push_if(drifts, Rule::DateDrift, segment.line, text);
        }
        expected = segment.date_us.or(expected).map(|date| date.saturating_add(segment.duration_us));
    }
}

fn check_addresses(media: &Media, report: &mut Report) {
    let mut seen = HashSet::new();
    let all = media.segments.iter().chain(std::iter::once(&media.growing));
    for segment in all {
        let parts = segment.parts.iter().map(|part| (part.line, part.uri.as_str()));
        for (line, uri) in parts.chain(std::iter::once((segment.line, segment.uri.as_str()))) {
            report.push_if(!uri.is_empty() && !seen.insert(uri), Rule::UriRepeated, line, || uri.to_owned());
        }
    }
    for (line, uri) in &media.hints {
        report.push_if(seen.contains(uri.as_str()), Rule::HintListed, *line, || uri.clone());
    }
}

fn check_hints(media: &Media, report: &mut Report) {
    let line = media.hints.last().map_or(0, |(line, _)| *line);
    report.push_if(media.hints.len() > 1, Rule::HintRepeated, line, || media.hints.len().to_string());
    report.push_if(media.ended && !media.hints.is_empty(), Rule::HintAtEnd, line, String::new);
}

fn check_skip(media: &Media, report: &mut Report) {
    let Some((line, count)) = media.skipped else { return };
    let until = media.control.as_ref().and_then(|control| control.skip_until_us);
    let Some(until_us) = until.filter(|_| !media.ended && count > 0) else {
        return report.push(Rule::SkipUnoffered, line, count.to_string());
    };
    let kept = media.duration_us();
    let text = || format!("{kept} us are left of {until_us} us");
    report.push_if(kept.saturating_add(ROUNDING_US) < until_us, Rule::SkipTooMuch, line, text);
}

/// The growing segment, if it has any contents.
pub(super) fn growing(media: &Media) -> Option<&Segment> {
    Some(&media.growing).filter(|segment| !segment.parts.is_empty())
}

pub(super) fn part_sum(segment: &Segment) -> i64 {
    segment.parts.iter().map(|part: &Part| part.duration_us).fold(0, i64::saturating_add)
}

pub(super) fn target_us(media: &Media) -> i64 {
    i64::try_from(media.target.unwrap_or(0)).unwrap_or(i64::MAX).min(MAX_SECONDS) * 1_000_000
}

fn is_mp4(uri: &str) -> bool {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    [".m4s", ".mp4", ".cmfv", ".m4v", ".m4a"].iter().any(|ending| path.ends_with(ending))
}

//! The rules for a playlist given the one before it.

use super::parse::{Kind, Media, Segment};
use super::rule::Rule;
use super::single::target_us;
use super::violation::Report;
use crate::query::Query;

/// Fills in what a delta update skips, from the playlist before it. Skipped entries that are not known stay skipped.
pub(super) fn merge(before: Option<&Media>, mut now: Media, report: &mut Report) -> Media {
    let Some((line, count)) = now.skipped else { return now };
    let known = before.and_then(|before| {
        let offset = usize::try_from(now.first_number().checked_sub(before.first_number())?).ok()?;
        let end = offset.checked_add(usize::try_from(count).ok()?)?;
        if before.skipped.is_some() { None } else { before.segments.get(offset..end) }
    });
    let Some(known) = known else {
        report.push(Rule::SkipUnknown, line, count.to_string());
        return now;
    };
    let map = known.last().and_then(|segment| segment.map.clone());
    for segment in now.segments.iter_mut().chain(std::iter::once(&mut now.growing)) {
        segment.map = segment.map.take().or_else(|| map.clone());
    }
    let mut segments = known.to_vec();
    for segment in &mut segments {
        segment.parts.clear();
    }
    segments.append(&mut now.segments);
    Media { segments, skipped: None, ..now }
}

pub(super) fn check(before: &Media, now: &Media, report: &mut Report) {
    check_constants(before, now, report);
    if now.first_number() < before.first_number() || now.next_number() < before.next_number() {
        let text = format!("{} to {}", before.first_number(), now.first_number());
        return report.push(Rule::SequenceBackwards, 0, text);
    }
    check_removal(before, now, report);
    for (number, new) in numbered(now) {
        if let Some(old) = segment(before, number) {
            check_segment(number, old, new, report);
        }
    }
    check_growing(before, now, report);
    check_hint(before, now, report);
}

fn check_constants(before: &Media, now: &Media, report: &mut Report) {
    report.push_if(before.target != now.target, Rule::TargetChanged, 0, || format!("{:?}", now.target));
    let part_target = before.part_target_us != now.part_target_us;
    report.push_if(part_target, Rule::PartTargetChanged, 0, || format!("{:?} us", now.part_target_us));
    let ends_as_vod = before.kind == Some(Kind::Event) && now.kind == Some(Kind::Vod) && now.ended;
    let kind = before.kind != now.kind && !ends_as_vod;
    report.push_if(kind, Rule::TypeChanged, 0, || format!("{:?}", now.kind));
    let changed = before.ended && (!now.ended || before.next_number() != now.next_number());
    report.push_if(changed, Rule::ChangedAfterEnd, 0, String::new);
}

fn check_removal(before: &Media, now: &Media, report: &mut Report) {
    let removed = now.first_number() - before.first_number();
    if removed == 0 {
        let differs = before.discontinuity_sequence != now.discontinuity_sequence;
        return report
            .push_if(differs, Rule::DiscontinuityNumber, 0, || format!("{:?}", now.discontinuity_sequence));
    }
    report.push_if(now.kind.is_some(), Rule::TypeAndLive, 0, || format!("{removed} removed"));
    let short = !now.ended && now.skipped.is_none() && now.duration_us() < 3 * target_us(now);
    report.push_if(short, Rule::WindowTooShort, 0, || format!("{} us left", now.duration_us()));
    // What appeared and left between two requests cannot be counted.
    if now.first_number() <= before.next_number() && before.skipped.is_none() {
        let gone = before.segments.iter().take(usize::try_from(removed).unwrap_or(usize::MAX));
        let counted = gone.filter(|segment| segment.discontinuity).count() as u64;
        let expected = before.discontinuity_sequence.unwrap_or(0).saturating_add(counted);
        let found = now.discontinuity_sequence.unwrap_or(0);
        let text = || format!("{found}, but {expected} have left");
        report.push_if(found != expected, Rule::DiscontinuityNumber, 0, text);
    } else {
        let back = now.discontinuity_sequence < before.discontinuity_sequence;
        report.push_if(back, Rule::DiscontinuityNumber, 0, || format!("{:?}", now.discontinuity_sequence));
    }
}

/// The segments that are not skipped, with their numbers.
fn numbered(media: &Media) -> impl Iterator<Item = (u64, &Segment)> {
    let first = media.next_number().saturating_sub(media.segments.len() as u64);
    (first..=u64::MAX).zip(&media.segments)
}

fn segment(media: &Media, number: u64) -> Option<&Segment> {
    let skipped = media.skipped.map_or(0, |(_, count)| count);
    let first = media.first_number().saturating_add(skipped);
    media.segments.get(usize::try_from(number.checked_sub(first)?).ok()?)
}

fn check_segment(number: u64, old: &Segment, new: &Segment, report: &mut Report) {
    let same = old.uri == new.uri
        && old.duration_us == new.duration_us
        && old.gap == new.gap
        && old.discontinuity == new.discontinuity
        && old.date_us == new.date_us
        && old.map == new.map;
    report.push_if(!same, Rule::SegmentChanged, new.line, || format!("{number}: {} {}", old.uri, new.uri));
    // The parts of a complete segment stay or leave, from the first on.
    let stayed = old.parts.len().checked_sub(new.parts.len()).and_then(|left| old.parts.get(left..));
    let same_parts = stayed.is_some_and(|stayed| equal_parts(stayed, &new.parts));
    report.push_if(!same_parts, Rule::PartChanged, new.line, || number.to_string());
}

fn check_growing(before: &Media, now: &Media, report: &mut Report) {
    let number = before.next_number();
    let new = if number == now.next_number() { Some(&now.growing) } else { segment(now, number) };
    let Some(new) = new else { return };
    let old = &before.growing;
    let kept = new.parts.get(..old.parts.len()).is_some_and(|kept| equal_parts(kept, &old.parts));
    // Parts may have left again if the segment is no longer at the edge.
    let left = new.parts.is_empty() && number < now.next_number();
    report.push_if(!kept && !left, Rule::PartChanged, new.line, || number.to_string());
    let begun = !old.parts.is_empty();
    let same = old.date_us == new.date_us && old.discontinuity == new.discontinuity && old.map == new.map;
    report.push_if(begun && !same, Rule::SegmentChanged, new.line, || number.to_string());
}

fn equal_parts(old: &[super::parse::Part], new: &[super::parse::Part]) -> bool {
    let key = |part: &super::parse::Part| (part.uri.clone(), part.duration_us, part.independent, part.gap);
    old.iter().map(key).eq(new.iter().map(key))
}

/// The first new part must be the one that was hinted at, unless a gap came instead.
fn check_hint(before: &Media, now: &Media, report: &mut Report) {
    let Some((_, hinted)) = before.hints.first() else { return };
    let number = before.next_number();
    let of_growing = |media: &Media| -> Option<Segment> {
        let same = number == media.next_number();
        if same { Some(media.growing.clone()) } else { segment(media, number).cloned() }
    };
    let Some(new) = of_growing(now).filter(|new| !new.gap) else { return };
    let next_in_segment = new.parts.get(before.growing.parts.len());
    let next_after = || segment(now, number.saturating_add(1)).unwrap_or(&now.growing).parts.first();
    let complete = number < now.next_number();
    let next = if complete { next_in_segment.or_else(next_after) } else { next_in_segment };
    // A segment whose parts have left again says nothing about the hint.
    let known = !(complete && new.parts.is_empty());
    if let Some(part) = next.filter(|_| known) {
        report.push_if(part.uri != *hinted, Rule::HintBroken, part.line, || hinted.clone());
    }
}

/// Whether the response contains what the query requested.
pub(super) fn check_answer(query: &Query, raw: &Media, now: &Media, report: &mut Report) {
    if now.ended {
        return;
    }
    if let Some(msn) = query.msn {
        let next = now.next_number();
        let growing = now.growing.parts.len();
        let contains = match query.part {
            // Without a part, some players mean the first.
            None => msn < next || (msn == next && growing > 0),
            Some(part) if msn == next => (part as usize) < growing,
            Some(part) => {
                let beyond = segment(now, msn)
                    .is_some_and(|segment| !segment.parts.is_empty() && part as usize >= segment.parts.len());
                msn < next && !(beyond && msn + 1 == next && growing == 0)
            }
        };
        report.push_if(!contains, Rule::BlockedTooEarly, 0, || format!("{query:?}, next is {next}"));
    }
    report.push_if(raw.skipped.is_some() && !query.skip, Rule::SkipUnasked, 0, String::new);
    let until = raw.control.as_ref().and_then(|control| control.skip_until_us);
    if let Some(until_us) = until.filter(|_| query.skip && raw.skipped.is_none()) {
        let first = raw.segments.first().map_or(0, |segment| segment.duration_us);
        let skippable = raw.duration_us().saturating_sub(first) > until_us;
        report.push_if(skippable, Rule::SkipRefused, 0, || format!("{} us", raw.duration_us()));
    }
}

//! The technical conditions of a station in plain words: what was found, and what to do. For `ashkar agent doctor` and
//! `ashkar camera conditions`.

use ashkar_terms::Blame;
use ashkar_uplink::{Finding, Note, Subject, Verdict};

/// One finding, as lines for a terminal.
pub(crate) fn lines(finding: &Finding) -> String {
    let camera = finding.camera.map_or_else(String::new, |camera| format!("{camera} "));
    let blame = finding.blame().map_or_else(String::new, |blame| format!(" ({})", blame.name()));
    let what = format!("{camera}{}", name(finding.subject));
    let mut text = format!("{:<12} {what:<22} {}{blame}", verdict(finding.verdict), said(finding));
    if let Some(help) = help(finding) {
        text.push_str(&format!("\n{:<12} {help}", ""));
    }
    text
}

/// The verdict in words; no colour says it.
pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Unmeasured => "not measured",
        Verdict::Weak => "DOUBTFUL",
        Verdict::Bad => "NOT ENOUGH",
    }
}

const fn name(subject: Subject) -> &'static str {
    match subject {
        Subject::Centre => "centre",
        Subject::LineDelay => "line: delay",
        Subject::LineLoss => "line: sent again",
        Subject::LineUp => "line: up",
        Subject::LineDown => "line: down",
        Subject::LineBreaks => "line: breaks",
        Subject::DiskSpeed => "disk: speed",
        Subject::DiskSync => "disk: delay",
        Subject::DiskRoom => "disk: room",
        Subject::Temperature => "temperature",
        Subject::Power => "power",
        Subject::Memory => "memory",
        Subject::Processor => "processor",
        Subject::ClockService => "time service",
        Subject::ClockOffset => "clock",
        Subject::Picture => "picture",
        Subject::Resolution => "height",
        Subject::FrameRate => "pictures a second",
        Subject::Keyframes => "keyframes",
        Subject::BitRate => "rate",
        Subject::Codec => "coding",
        Subject::Sound => "sound",
        Subject::CameraClock => "camera's clock",
    }
}

/// The value, what it is held against, and what the numbers do not say.
fn said(finding: &Finding) -> String {
    let value = finding.value.map(|value| value_of(finding.subject, value));
    let limit = finding.limit.filter(|_| finding.verdict != Verdict::Good);
    let limit = limit.map(|limit| format!(", good is {}", value_of(finding.subject, limit)));
    let note = finding.note.map(note);
    match (value, note) {
        (Some(value), Some(note)) => format!("{value}{}: {note}", limit.unwrap_or_default()),
        (Some(value), None) => format!("{value}{}", limit.unwrap_or_default()),
        (None, Some(note)) => note.to_owned(),
        (None, None) => match (finding.subject, finding.verdict) {
            (Subject::Centre, Verdict::Good) => "it takes this device's recordings",
            (Subject::ClockService, Verdict::Good) => "it keeps the clock",
            (Subject::ClockService, _) => "nothing keeps the clock",
            (Subject::Picture, Verdict::Good) => "it comes and is recorded",
            _ => "",
        }
        .to_owned(),
    }
}

fn value_of(subject: Subject, value: i64) -> String {
    match subject {
        Subject::LineDelay | Subject::DiskSync | Subject::Keyframes => format!("{value} ms"),
        Subject::LineLoss => format!("{}.{} %", value / 10, value.unsigned_abs() % 10),
        Subject::LineUp | Subject::LineDown | Subject::DiskSpeed | Subject::BitRate => rate(value),
        Subject::LineBreaks => format!("{value} s of the last hour"),
        Subject::DiskRoom => format!("{value} hours"),
        Subject::Temperature => format!("{value} °C"),
        Subject::Power => format!("battery {value} %"),
        Subject::Memory => format!("{value} MB free"),
        Subject::Processor => format!("{value} % used"),
        Subject::ClockOffset if value < 0 => format!("{} ms behind the centre", value.unsigned_abs()),
        Subject::ClockOffset => format!("{value} ms ahead of the centre"),
        Subject::CameraClock if value < 0 => format!("{} ms behind this computer", value.unsigned_abs()),
        Subject::CameraClock => format!("{value} ms ahead of this computer"),
        Subject::Resolution => format!("{value} pixels"),
        Subject::FrameRate => format!("{}.{}", value / 1000, value.unsigned_abs() % 1000 / 100),
        Subject::Sound if value == 0 => "none".to_owned(),
        Subject::Sound => "recorded".to_owned(),
        _ => value.to_string(),
    }
}

fn rate(kbit: i64) -> String {
    if kbit.unsigned_abs() < 10_000 {
        format!("{}.{} Mbit/s", kbit / 1000, kbit.unsigned_abs() % 1000 / 100)
    } else {
        format!("{} Mbit/s", kbit / 1000)
    }
}

const fn note(note: Note) -> &'static str {
    match note {
        Note::NotTold => "this system does not tell",
        Note::NoCentre => "the settings name no centre",
        Note::NoLine => "the centre is not reached",
        Note::NotEnrolled => "the centre does not know this device, or refuses it",
        Note::Busy => "there was no room for a measurement: what waits goes first",
        Note::NoAgent => "no agent records here at the moment",
        Note::NoPictures => "no pictures come",
        Note::MainsAndBattery => "mains, and a battery",
        Note::MainsAlone => "mains alone",
        Note::OnBattery => "it runs on its battery",
        Note::DiskFails => "the disk refuses",
        Note::KeyFails => "the centre does not take this device's signature, or its key cannot be read",
        Note::CentreFails => "the centre does not answer as it must",
        Note::TooLittle => "too little was seen to tell",
        Note::H264 => "H.264",
        Note::H264Reordered => "H.264 with B-frames",
        Note::H265 => "H.265",
    }
}

/// What to do, unless it is good.
fn help(finding: &Finding) -> Option<&'static str> {
    if finding.verdict == Verdict::Good {
        return None;
    }
    Some(match (finding.note, finding.subject) {
        (Some(Note::NoCentre), _) => {
            "Write the centre's address into agent.toml: centres = [\"https://...\"]."
        }
        (Some(Note::NoLine), _) => "Check cable, modem and the centre's address; it is recorded meanwhile.",
        (Some(Note::NotEnrolled), _) => {
            "Ask the commission for a code: ashkar agent enrol CODE --centre URL."
        }
        (Some(Note::KeyFails), _) => "Set the clock right; run this as the agent's user; or enrol anew.",
        (Some(Note::CentreFails), _) => {
            "Tell the operators of the centre. Is the address the one for agents?"
        }
        (Some(Note::Busy), _) => "Try again when nothing waits to be sent.",
        (Some(Note::NoAgent), _) => "Start the agent: ashkar agent run --config agent.toml.",
        (Some(Note::NotTold), Subject::Power) => {
            "See to it that the computer is on a reserve supply, and look at its plug."
        }
        (Some(Note::NotTold | Note::TooLittle), _) => return None,
        (_, Subject::Centre) => "Tell the operators of the centre.",
        (_, Subject::LineDelay) => "Use a cable instead of radio, and let nothing else use the line.",
        (_, Subject::LineLoss) => "Change cable or socket; move the modem's aerial.",
        (_, Subject::LineUp) => "Let nothing else use the line; lower `bitrate`; or ask for a better line.",
        (_, Subject::LineDown) => "Let nothing else use the line.",
        (_, Subject::LineBreaks) => {
            "Look at plugs, modem and its power. Nothing is lost: it is recorded here."
        }
        (_, Subject::DiskSpeed | Subject::DiskSync) => "Use another disk: a solid-state one, no memory card.",
        (_, Subject::DiskRoom) => "Make room, or use a larger disk. Recordings that were not sent must stay.",
        (_, Subject::Temperature) => "Move the computer out of sun and cupboard; clean its fan.",
        (Some(Note::OnBattery), Subject::Power) => "Plug the mains in now.",
        (_, Subject::Power) => "Put the computer and the modem on a reserve supply.",
        (_, Subject::Memory | Subject::Processor) => "End other programs; lower width, height or frame_rate.",
        (_, Subject::ClockService) => {
            "Install a time service (apt install chrony), and see that it reaches its servers."
        }
        (_, Subject::ClockOffset) => "Set the clock: chronyc makestep. Recordings are dated by it.",
        (_, Subject::Picture) => "See `ashkar agent run`: it says what is wrong with the camera.",
        (_, Subject::Resolution) => "Choose 1280 x 720 or more in the camera's settings.",
        (_, Subject::FrameRate) => "Choose 15 pictures a second or more; a dark room makes cameras slow.",
        (_, Subject::Keyframes) => "Choose a keyframe every two seconds in the camera's settings.",
        (_, Subject::BitRate) => "Choose 1 to 4 Mbit/s in the camera's settings.",
        (_, Subject::CameraClock) => "Set it: ashkar agent cameras set; its clock stands in its picture.",
        (Some(Note::H264Reordered), Subject::Codec) => {
            "Switch B-frames off in the camera (or choose Baseline): pictures come later with them."
        }
        (_, Subject::Codec) => "Choose H.264 in the camera's settings: not every browser shows H.265.",
        (_, Subject::Sound) => "Switch the camera's sound on, or write sound = false into agent.toml.",
    })
}

/// Whose fault the worst is, for one line about a whole station.
pub(crate) fn summary(findings: &[Finding]) -> String {
    let of = |wanted: Verdict| findings.iter().filter(move |finding| finding.verdict == wanted);
    let named = |wanted: Verdict| {
        let mut names: Vec<String> = of(wanted)
            .map(|finding| {
                let blame = finding.blame().map_or("", Blame::name);
                format!("{} ({blame})", name(finding.subject))
            })
            .collect();
        names.dedup();
        names.join(", ")
    };
    match (of(Verdict::Bad).count(), of(Verdict::Weak).count()) {
        (0, 0) => "good, as far as it was measured".to_owned(),
        (0, _) => format!("doubtful: {}", named(Verdict::Weak)),
        _ => format!("NOT ENOUGH: {}", named(Verdict::Bad)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(subject: Subject, verdict: Verdict, value: Option<i64>, note: Option<Note>) -> Finding {
        Finding { subject, camera: None, verdict, value, limit: value.map(|_| 3000), note }
    }

    #[test]
    fn what_is_not_good_says_what_to_do_and_whose_fault_it_is() {
        for subject in Subject::ALL {
            for verdict in [Verdict::Weak, Verdict::Bad] {
                let finding = finding(subject, verdict, Some(1), None);
                assert!(help(&finding).is_some_and(|help| help.ends_with('.')), "{subject:?}");
                assert!(lines(&finding).contains(finding.blame().unwrap().name()), "{subject:?}");
            }
            assert_eq!(help(&finding(subject, Verdict::Good, Some(1), None)), None);
        }
        let text = lines(&finding(Subject::LineUp, Verdict::Bad, Some(812), None));
        assert_eq!(
            text,
            "NOT ENOUGH   line: up               0.8 Mbit/s, good is 3.0 Mbit/s (line)\n             \
             Let nothing else use the line; lower `bitrate`; or ask for a better line."
        );
        let text = lines(&finding(Subject::Centre, Verdict::Bad, None, Some(Note::NotEnrolled)));
        assert!(text.contains("does not know this device") && text.contains("(operator)"), "{text}");
    }
}

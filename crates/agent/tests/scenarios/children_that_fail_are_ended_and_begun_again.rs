//! Real children that are killed, fall silent, write rubbish, ignore signals or cannot be started: each is noticed, named
//! with whose fault it is, ended with everything that it started, and begun again; and none disturbs the camera beside it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ashkar_media::{FactKind, Output};
use ashkar_terms::{Blame, Cause};

use crate::support::{Scene, camera, says, status_of, until};

/// A command line of a camera: pictures for ever, or for some seconds.
fn pictures(length: &str) -> String {
    format!(
        "ffmpeg -nostdin -v error -re -f lavfi -i testsrc=size=160x120:rate=25 {length} -c:v libx264 \
         -preset ultrafast -tune zerolatency -g 25 -f flv -"
    )
}

fn command(line: &str) -> String {
    format!("source = \"command: {line}\"")
}

/// The number of the camera's child, as the agent has noted it.
fn child_of(scene: &Scene, number: u8) -> Option<i32> {
    let note = std::fs::read_to_string(scene.path(&format!("data/run/7-12-{number}/child"))).ok()?;
    note.split(' ').next()?.parse().ok()
}

fn lives(process: i32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

fn kill(process: i32, signal: &str) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
}

/// Waits for a process that a child wrote the number of.
async fn written(path: &Path) -> i32 {
    let began = Instant::now();
    loop {
        if let Some(number) = std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()) {
            return number;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{} is not written", path.display());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn is_gone(process: i32) {
    let began = Instant::now();
    while lives(process) {
        assert!(began.elapsed() < Duration::from_secs(20), "{process} lives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_failure_is_noticed_and_named() {
    let scene = Scene::new();
    let shown = |name: &str| scene.path(name).display().to_string();
    // Ignores the request to end, and has started another process that does so, too.
    let silent = format!("trap '' TERM; sleep 600 & echo $! > {}; wait; sleep 600", shown("grandchild"));
    let cameras = [
        command(&pictures("")),
        command(&silent),
        command("echo rubbish; sleep 600"),
        command(&format!("{}; sleep 600", pictures("-t 1"))),
        command("echo 'rtsp://operator:s3cret@camera: refused' >&2; exit 3"),
        "source = \"file:missing.mp4\"".to_owned(),
        "source = \"v4l2:/dev/video99\"".to_owned(),
    ];
    let cameras: Vec<&str> = cameras.iter().map(String::as_str).collect();
    let agent = scene.start(scene.config("", &cameras)).await;

    let rubbish = until(&agent, 3, says("what it writes cannot be read: this is no FLV stream")).await;
    assert_eq!(rubbish.blame, Some(Blame::Operator));
    let refused = until(&agent, 5, says("it ended, exit status: 3: ")).await;
    assert_eq!(refused.reason.unwrap(), "it ended, exit status: 3: rtsp://…@camera: refused");
    let missing = until(&agent, 6, says("missing.mp4: No such file or directory")).await;
    assert_eq!((missing.blame, missing.recording), (Some(Blame::Camera), false));
    until(&agent, 7, says("/dev/video99: No such file or directory")).await;

    // Killed by somebody: it is begun again, and the recording goes on with the hole declared.
    until(&agent, 1, |status| status.recording && status.pictures > 10).await;
    let first = child_of(&scene, 1).unwrap();
    kill(first, "-KILL");
    until(&agent, 1, says("signal: 9")).await;
    let pictures = status_of(&agent, 1).pictures;
    until(&agent, 1, |status| status.recording && status.pictures > pictures + 10).await;
    assert_ne!(child_of(&scene, 1), Some(first));

    // It lives and says nothing.
    let grandchild = written(&scene.path("grandchild")).await;
    let never = until(&agent, 2, says("it has given nothing within 6 s of its start")).await;
    assert_eq!(never.blame, Some(Blame::Camera));
    is_gone(grandchild).await;
    let then = until(&agent, 4, says("it lives and has given nothing for 2 s")).await;
    assert_eq!((then.blame, then.recording), (Some(Blame::Camera), false));
    assert!(then.pictures >= 24, "{then:?}");

    let last = child_of(&scene, 1).unwrap();
    let began = Instant::now();
    agent.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    is_gone(last).await;
    let outputs = scene.handed_on.of(camera(1));
    let hole = outputs.iter().find_map(|output| match output {
        Output::Gap(gap) if gap.to.is_some() => Some((gap.cause, gap.next_segment)),
        _ => None,
    });
    let (cause, next) = hole.expect("the hole is declared");
    assert_eq!(cause, Cause::Source);
    assert!(outputs.iter().any(|output| matches!(output, Output::Part(part) if part.segment == next)));
    let reasons: Vec<&str> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Fact(fact) => match &fact.kind {
                FactKind::Disconnected { reason, .. } => Some(reason.as_str()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert!(reasons[0].starts_with("it ended, signal: 9"), "{reasons:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn an_agent_that_was_held_up_itself_does_not_call_its_child_silent() {
    let scene = Scene::new();
    let agent = scene.start(scene.config("", &[&command(&pictures(""))])).await;
    let before = until(&agent, 1, |status| status.recording && status.pictures > 10).await;
    let child = child_of(&scene, 1);
    // On the only thread that there is: longer than a silence may last.
    std::thread::sleep(Duration::from_millis(2500));
    let after = until(&agent, 1, |status| status.pictures > before.pictures + 50).await;
    assert!(after.recording);
    assert_eq!(child_of(&scene, 1), child);
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_not_there_is_the_operators_fault() {
    let scene = Scene::new();
    let config = scene.config("ffmpeg = \"./no-such-program\"", &["source = \"file:clip.mp4\""]);
    let agent = scene.start(config).await;
    let status = until(&agent, 1, says("no-such-program cannot be started: No such file")).await;
    assert_eq!((status.blame, status.cause), (Some(Blame::Operator), Some(Cause::NeverConnected)));
    agent.stop().await;
}

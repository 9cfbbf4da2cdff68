//! How ffmpeg is called. What it reads beside its source stands in a directory of its own, in which it is started, under
//! names of ours: so no text and no path of a configuration ever stands in a filter, where it would need escaping.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::mask_image;
use crate::config::{Config, Picture, Source};

/// Seconds from keyframe to keyframe.
const KEYFRAME_SECONDS: u32 = 2;
/// Bits a second of sound.
const SOUND: &str = "64k";
/// Date, time and offset from UTC, as ffmpeg expands them for each picture.
const CLOCK: &str = "%{localtime:%Y-%m-%d %H\\:%M\\:%S %z}";

const CLOCK_FILE: &str = "clock.txt";
const NAME_FILE: &str = "name.txt";
const MASK_FILE: &str = "mask.pam";
const FONT_FILE: &str = "font";

/// A program and what it is given.
#[derive(Debug)]
pub(super) struct CommandLine {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// The zone of its clock.
    pub(super) zone: String,
}

impl CommandLine {
    /// The command line for `source`, with its files written into `directory`; nothing for a source without a child.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn prepare(
        config: &Config,
        source: &Source,
        directory: &Path,
    ) -> std::io::Result<Option<Self>> {
        let zone = config.zone.clone();
        let (input, picture, sound) = match source {
            Source::Rtsp(_) | Source::Rtmp | Source::Fed => return Ok(None),
            Source::Command(line) => {
                let arguments = vec!["-c".into(), line.into()];
                return Ok(Some(Self { program: "/bin/sh".into(), arguments, zone }));
            }
            Source::V4l2(webcam, picture) => (webcam_input(webcam, picture), picture, false),
            Source::File(path, picture) => (file_input(path), picture, config.sound),
        };
        write_files(config, picture, directory)?;
        let mut arguments: Vec<OsString> =
            ["-nostdin", "-hide_banner", "-loglevel", "warning"].map(OsString::from).into();
        arguments.extend(input);
        if !picture.masks.is_empty() {
            arguments.extend(["-f", "image2", "-i", MASK_FILE].map(OsString::from));
        }
        arguments.extend(["-filter_complex", &filters(config, picture)].map(OsString::from));
        arguments.extend(output(picture, sound).into_iter().map(OsString::from));
        Ok(Some(Self { program: config.ffmpeg.clone(), arguments, zone }))
    }
}

fn webcam_input(webcam: &crate::config::V4l2, picture: &Picture) -> Vec<OsString> {
    let size = format!("{}x{}", picture.width, picture.height);
    let rate = picture.frame_rate.to_string();
    let options =
        ["-f", "v4l2", "-input_format", &webcam.input_format, "-framerate", &rate, "-video_size", &size];
    options.map(OsString::from).into_iter().chain(["-i".into(), webcam.device.clone().into()]).collect()
}

/// With the protocol, so that no name is taken for one.
fn file_input(path: &Path) -> Vec<OsString> {
    let mut address = OsString::from("file:");
    // The child is started in another directory.
    address.push(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    ["-re", "-stream_loop", "-1", "-i"].map(OsString::from).into_iter().chain([address]).collect()
}

fn write_files(config: &Config, picture: &Picture, directory: &Path) -> std::io::Result<()> {
    std::fs::write(directory.join(CLOCK_FILE), CLOCK)?;
    std::fs::write(directory.join(NAME_FILE), &picture.name)?;
    if !picture.masks.is_empty() {
        let image = mask_image::pam(picture.width, picture.height, &picture.masks);
        std::fs::write(directory.join(MASK_FILE), image)?;
    }
    let font = directory.join(FONT_FILE);
    match std::fs::remove_file(&font) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match &config.font {
        Some(own) => std::os::unix::fs::symlink(std::path::absolute(own)?, font),
        None => Ok(()),
    }
}

/// The graph: fitted into the size with bars, covered, and only then written on.
fn filters(config: &Config, picture: &Picture) -> String {
    let Picture { width, height, .. } = picture;
    let mut graph = format!(
        "[0:v]scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,\
         pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1"
    );
    if !picture.masks.is_empty() {
        // Before the image's own time `overlay` would let pictures pass uncovered, so that time is an hour ago.
        graph.push_str("[seen];[1:v]setpts=PTS-3600/TB[mask];[seen][mask]overlay=eof_action=repeat");
    }
    let font = if config.font.is_some() { format!("fontfile={FONT_FILE}:") } else { String::new() };
    let size = (height / 24).max(8);
    let margin = size / 2;
    let text = |file: &str, expansion: &str, line: u32| {
        let y = margin + line * (size * 3 / 2);
        format!(
            ",drawtext={font}textfile={file}:expansion={expansion}:x={margin}:y={y}:fontsize={size}:\
             fontcolor=white:box=1:boxcolor=black@0.6:boxborderw={}",
            size / 6
        )
    };
    if picture.clock {
        graph.push_str(&text(CLOCK_FILE, "normal", 0));
    }
    graph.push_str(&text(NAME_FILE, "none", u32::from(picture.clock)));
    graph.push_str(",format=yuv420p[out]");
    graph
}

/// Pictures as they come (`vfr`): none is doubled to hold a rate, and none is dropped.
fn output(picture: &Picture, sound: bool) -> Vec<String> {
    let keyframes = (picture.frame_rate * KEYFRAME_SECONDS).to_string();
    let by_time = format!("expr:gte(t,n_forced*{KEYFRAME_SECONDS})");
    let rate = picture.bitrate.to_string();
    let mut arguments = vec!["-map", "[out]"];
    if sound {
        arguments.extend(["-map", "0:a:0?", "-c:a", "aac", "-b:a", SOUND, "-ar", "48000", "-ac", "1"]);
    } else {
        arguments.push("-an");
    }
    arguments.extend(["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency"]);
    arguments.extend(["-profile:v", "high", "-bf", "0", "-g", &keyframes, "-sc_threshold", "0"]);
    arguments.extend(["-force_key_frames", &by_time, "-fps_mode", "vfr"]);
    arguments.extend(["-b:v", &rate, "-maxrate", &rate, "-bufsize", &rate]);
    arguments.extend(["-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"]);
    arguments.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> (CommandLine, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let config = Config::parse(text, Path::new("/etc/ashkar/agent.toml")).unwrap();
        let source = &config.cameras[0].source;
        let line = CommandLine::prepare(&config, source, directory.path()).unwrap().unwrap();
        (line, directory)
    }

    fn said(line: &CommandLine) -> String {
        line.arguments.iter().map(|argument| argument.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_webcam_is_asked_for_its_format_before_its_name() {
        let (line, directory) = prepared(
            "time_zone = \"Asia/Baku\"\nstation = \"%{x}:'a',[b]\"\n[[camera]]\nid = \"7/12/1\"\n\
             source = \"v4l2:/dev/video2\"\ninput_format = \"yuyv422\"\nwidth = 640\nheight = 480\nframe_rate = 15\n\
             bitrate = 800000",
        );
        let said = said(&line);
        for part in [
            "-f v4l2 -input_format yuyv422 -framerate 15 -video_size 640x480 -i /dev/video2 -filter_complex",
            "-bf 0 -g 30 ",
            "-b:v 800000 -maxrate 800000 -bufsize 800000 ",
            "-f flv pipe:1",
        ] {
            assert!(said.contains(part), "{part} is not in {said}");
        }
        assert!(said.contains(" -an ") && !said.contains("mask") && !said.contains("fontfile"), "{said}");
        assert!(!said.contains("%{x}"), "no text of the settings stands in a filter: {said}");
        let name = std::fs::read_to_string(directory.path().join(NAME_FILE)).unwrap();
        assert_eq!(name, "7/12/1  %{x}:'a',[b]");
        assert_eq!(line.zone, "Asia/Baku");
    }

    #[test]
    fn a_font_and_a_mask_have_names_of_ours() {
        let (line, directory) = prepared(
            "time_zone = \"Asia/Baku\"\nfont = \"/fonts/a:b.ttf\"\n[[camera]]\nid = \"7/12/1\"\n\
             source = \"file:/clips/-a.mp4\"\nmasks = [[[0, 0], [1, 0], [1, 1]]]",
        );
        let said = said(&line);
        assert!(said.contains("-re -stream_loop -1 -i file:/clips/-a.mp4 -f image2 -i mask.pam "), "{said}");
        assert!(
            said.contains("[1:v]setpts=PTS-3600/TB[mask];[seen][mask]overlay=")
                && said.contains("drawtext=fontfile=font:textfile="),
            "{said}"
        );
        let linked = std::fs::read_link(directory.path().join(FONT_FILE)).unwrap();
        assert_eq!(linked, Path::new("/fonts/a:b.ttf"));
    }

    #[test]
    fn a_command_line_is_the_shells() {
        let (line, _directory) = prepared(
            "time_zone = \"Asia/Baku\"\n[[camera]]\nid = \"7/12/1\"\nsource = \"command: a | b --c 'd e'\"",
        );
        assert_eq!((line.program.to_str(), said(&line)), (Some("/bin/sh"), "-c a | b --c 'd e'".to_owned()));
    }
}

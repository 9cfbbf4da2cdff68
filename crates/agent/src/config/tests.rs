use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

const REFERENCE: &str = include_str!("../../../../docs/reference/agent-settings.md");

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/ashkar/agent.toml"))
}

fn says(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

fn camera(rest: &str) -> String {
    format!("time_zone = \"Asia/Baku\"\n[[camera]]\nid = \"7/12/1\"\n{rest}\n")
}

#[test]
fn the_example_of_the_reference_is_read() {
    let example = REFERENCE.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    // Its file with a password is not there.
    let without = example.lines().filter(|line| !line.starts_with("password_file")).collect::<Vec<_>>();
    let config = parse(&without.join("\n")).unwrap();
    assert_eq!(config.cameras.len(), 5);
    assert_eq!(config.centres.len(), 2);
    let kinds: Vec<String> = config.cameras.iter().map(|camera| camera.source.shown()).collect();
    assert_eq!(
        kinds,
        [
            "rtsp://10.0.0.5:554/stream1",
            "rtmp",
            "v4l2 /dev/video0",
            "file /var/lib/ashkar/rehearsal.mp4",
            "command"
        ]
    );
}

#[test]
fn the_reference_names_every_key() {
    let unknown = says("zone = 1");
    let of_camera = says(&camera("colour = 1"));
    for text in [unknown, of_camera] {
        let keys: Vec<&str> = text.split("expected one of ").nth(1).unwrap().split(", ").collect();
        assert!(keys.len() > 8, "{text}");
        for key in keys {
            assert!(REFERENCE.contains(&format!("| {key} |")), "{key} is not in the reference");
        }
    }
}

#[test]
fn the_technicians_page_is_for_this_computer_unless_the_settings_say_more() {
    let listen = |more: &str| {
        let text = format!("{}\n{more}", camera("source = \"rtmp\""));
        Config::parse(&text, Path::new("/etc/ashkar/agent.toml")).map(|config| config.technician.unwrap())
    };
    assert!(listen("").unwrap().ip().is_loopback());
    assert_eq!(listen("[technician]\nlisten = \"0.0.0.0:80\"").unwrap().to_string(), "0.0.0.0:80");
    assert!(listen("[technician]\nport = 1").is_err());
}

#[test]
fn mistakes_name_their_line_and_key() {
    let unknown = says("time_zone = \"Asia/Baku\"\n\nstaton = \"x\"\n");
    assert!(
        unknown.starts_with("/etc/ashkar/agent.toml, line 3: unknown field `staton`, expected"),
        "{unknown}"
    );
    for (text, error) in [
        (camera("source = \"rtmp\"\nwidth = 640"), "line 5: width: only for what the agent encodes itself"),
        (camera("source = \"file:x.mp4\"\nwidth = 641"), "line 5: width: an even number"),
        (camera("source = \"file:x.mp4\"\nbitrate = 1"), "line 5: bitrate: from 100000 to 20000000"),
        (
            camera("source = \"file:x.mp4\"\nmasks = [[[0.1, 0.2]]]"),
            "line 5: masks: 1 corners; a polygon has 3 to 64",
        ),
        (
            camera("source = \"file:x.mp4\"\nmasks = [[[0, 0], [0, 2], [1, 1]]]"),
            "line 5: masks: corners are fractions",
        ),
        (camera("source = \"file:x.mp4\"\nname = \"a\\nb\""), "line 5: name: one line without control"),
        (camera("source = \"file:x.mp4\"\ninput_format = \"mjpeg\""), "line 5: input_format: only a webcam"),
        (
            camera("source = \"v4l2:/dev/video0\"\ninput_format = \"a b\""),
            "line 5: input_format: a name such as",
        ),
        (camera("source = \"rtmp\"\npassword_file = \"x\""), "line 5: password_file: only an rtsp:// source"),
        (camera("source = \"http://10.0.0.5/\""), "line 4: source: not a source; write"),
        (camera("source = \"v4l2:\""), "line 4: source: not a source; write"),
        (camera("source = \"rtsps://10.0.0.5/\""), "line 4: source: rtsps is not supported"),
        (
            camera("source = \"rtmp\"\n[[camera]]\nid = \"7/12/1\"\nsource = \"rtmp\""),
            "line 6: id: camera 7/12/1 stands here twice",
        ),
        (camera("source = 5"), "line 4: invalid type"),
        ("time_zone = \"Asia/Baku\"\n".to_owned(), "line 1: camera: there is none"),
        ("time_zone = \"Mars/Baku\"\n".to_owned(), "line 1: time_zone: \"Mars/Baku\" is no time zone"),
        (
            "\ncentres = [\"http://in.example\"]\ntime_zone = \"UTC\"".to_owned(),
            "line 2: centres: a centre is reached over https",
        ),
        ("disk_reserve_bytes = 1\ntime_zone = \"UTC\"".to_owned(), "line 1: disk_reserve_bytes: at least"),
        (
            "disk_keep_free_bytes = 1073741824\ntime_zone = \"UTC\"".to_owned(),
            "line 1: disk_keep_free_bytes: at least 1207959552 bytes",
        ),
        ("[[camera]]\nid = \"7/0/1\"\nsource = \"rtmp\"\n".to_owned(), "line 1: missing field `time_zone`"),
    ] {
        let found = says(&text);
        assert!(found.starts_with(&format!("/etc/ashkar/agent.toml, {error}")), "{found}\n  not {error}");
    }
}

#[test]
fn no_password_is_ever_shown() {
    let text = camera("source = \"rtsp://operator:s3cret@10.0.0.5/stream\"");
    let config = parse(&text).unwrap();
    assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
    for wrong in [
        text.replace("rtsp://", "rtps://"),
        text.clone() + "colour = 1\n",
        text.replace("10.0.0.5", ""),
        text.clone() + "password_file = \"/dev/null\"\n",
        text.replace("source = ", "source "),
        text.replace("\"rtsp", "5 \"rtsp"),
        camera("source = \"command: curl -u operator:s3cret\"\nclock = true"),
    ] {
        let found = says(&wrong);
        assert!(!found.contains("s3cret"), "{found}");
    }
    let command = parse(&camera("source = \"command: curl -u operator:s3cret\"")).unwrap();
    assert!(!format!("{command:?}").contains("s3cret"));
}

#[test]
fn a_password_may_stand_in_a_file_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    std::fs::write(&file, "p@ss:100%41\nsecond line\n").unwrap();
    let set_mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    set_mode(0o600);
    let settings = dir.path().join("agent.toml");
    let text = camera("source = \"rtsp://operator@10.0.0.5/stream\"\npassword_file = \"password\"");
    let config = Config::parse(&text, &settings).unwrap();
    let Source::Rtsp(source) = &config.cameras[0].source else { panic!("{config:?}") };
    let credentials = source.credentials().unwrap();
    assert_eq!((&*credentials.user, &*credentials.password), ("operator", "p@ss:100%41"));
    set_mode(0o644);
    let open = Config::parse(&text, &settings).unwrap_err().to_string();
    assert!(open.contains("everybody on this machine can read it"), "{open}");
    set_mode(0o600);
    let twice = text.replace("operator@", "operator:other@");
    let twice = Config::parse(&twice, &settings).unwrap_err().to_string();
    assert!(twice.contains("line 5: password_file: the source then names a user and no password"), "{twice}");
}

#[test]
fn what_is_drawn_names_the_camera() {
    let text = format!("station = \"Məntəqə 12\"\n{}", camera("source = \"file:clip.mp4\""));
    let config = parse(&text).unwrap();
    let Source::File(path, picture) = &config.cameras[0].source else { panic!("{config:?}") };
    assert_eq!(path, Path::new("/etc/ashkar/clip.mp4"));
    assert_eq!((&*picture.name, picture.clock, picture.width), ("7/12/1  Məntəqə 12", true, 1280));
    assert_eq!(config.data, Path::new("/etc/ashkar/ashkar-agent-data"));
    assert_eq!(config.ffmpeg, Path::new("ffmpeg"), "a bare name is looked for where programs are");
}

#[test]
fn an_ip_camera_is_asked_at_its_own_host() {
    let of =
        |more: &str| parse(&camera(&format!("source = \"rtsp://operator:s3cret@10.0.0.5/stream\"\n{more}")));
    let onvif = of("").unwrap().cameras[0].onvif.clone().unwrap();
    assert_eq!(
        (onvif.address.to_string().as_str(), onvif.name.as_str()),
        ("http://10.0.0.5/onvif/device_service", "7/12/1")
    );
    let masks = "masks = [[[0, 0], [1, 0], [1, 1]]]";
    let config =
        of(&format!("[camera.onvif]\naddress = \"http://10.0.0.6:8000/x\"\nname = \"Zal\"\n{masks}"))
            .unwrap();
    let onvif = config.cameras[0].onvif.clone().unwrap();
    assert_eq!((onvif.address.to_string().as_str(), onvif.masks.len()), ("http://10.0.0.6:8000/x", 1));
    assert_eq!(onvif.name, "7/12/1  Zal");
    for (more, error) in [
        (
            "[camera.onvif]\naddress = \"https://10.0.0.5/\"",
            "line 6: address: cameras are asked over http only",
        ),
        ("[camera.onvif]\naddress = \"http://a:s3cret@10.0.0.5/\"", "line 6: address: name and password"),
        ("[camera.onvif]\nmasks = [[[0, 0]]]", "line 6: masks: 1 corners"),
        ("[camera.onvif]\npassword = \"s3cret\"", "line 6: unknown field `password`"),
        (masks, "line 5: masks: only for what the agent encodes itself"),
    ] {
        let found = of(more).unwrap_err().to_string();
        assert!(found.starts_with(&format!("/etc/ashkar/agent.toml, {error}")), "{found}");
        assert!(!found.contains("s3cret"));
    }
    let found = says(&camera("source = \"rtmp\"\n[camera.onvif]\nname = \"x\""));
    assert!(found.contains("onvif: only an rtsp:// source is an IP camera"), "{found}");
}

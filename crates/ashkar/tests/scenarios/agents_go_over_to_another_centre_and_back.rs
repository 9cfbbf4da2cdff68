//! A station knows two centres, each behind a proxy: the first forces HTTP/1.1, the second speaks HTTP/2. The first goes away: the
//! station is live at the second, which also gets all that was recorded before. With `TEST_LONG` the first one comes back, is used
//! again when it has answered for a while, and has everything in the end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ashkar_terms::CameraId;
use serde_json::Value;

use crate::common::recordings::{at_centre, open, recorded};
use crate::common::station::{
    CAMERA, TIMELINE, enrol, put_election, settings_for, start_agent, start_centre, state_now, stop_agent,
    wait_for_live,
};
use crate::common::{Centre, Running, add_camera, eventually, is_long, self_signed};

const SOON: Duration = Duration::from_secs(40);
/// The preferred centre is asked every 30 s, three times.
const RETURNS_WITHIN: Duration = Duration::from_secs(150);

/// One centre, and nginx in front of its door for agents.
struct Site {
    data: PathBuf,
    centre: Centre,
    settings: PathBuf,
    port: u16,
    certificate: PathBuf,
}

impl Site {
    fn open(dir: &Path, name: &str, is_http_2: bool) -> Self {
        let place = dir.join(name);
        let data = place.join("data");
        std::fs::create_dir_all(&data).unwrap();
        put_election(&data);
        add_camera(&data, "7/12/1");
        let (centre, door) = start_centre(&data);
        let (certificate, key) = (place.join("proxy.pem"), place.join("proxy.key"));
        self_signed("127.0.0.1", &certificate, &key);
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (d, http_2) = (place.display(), if is_http_2 { " http2" } else { "" });
        let text = format!(
            "daemon off;\nmaster_process off;\npid {d}/proxy.pid;\nerror_log {d}/proxy.log;\nevents {{}}\nhttp {{\n\
             access_log off;\nclient_max_body_size 16m;\nproxy_http_version 1.1;\nproxy_set_header Connection \"\";\n\
             upstream door {{ server {door}; keepalive 8; }}\n\
             server {{\nlisten 127.0.0.1:{port} ssl{http_2};\nssl_certificate {d}/proxy.pem;\n\
             ssl_certificate_key {d}/proxy.key;\nlocation / {{ proxy_pass http://door; }}\n}}\n}}\n"
        );
        let settings = place.join("proxy.conf");
        std::fs::write(&settings, text).unwrap();
        Self { data, centre, settings, port, certificate }
    }

    fn proxy(&self) -> Running {
        let place = self.settings.parent().unwrap();
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&self.settings).arg("-p").arg(place).stdin(Stdio::null());
        Running(nginx.spawn().expect("nginx is needed for this test"))
    }

    fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }
}

/// The centre lacks nothing that the station recorded of `camera`.
fn has_all(agent: &Path, centre: &Path, camera: CameraId) {
    let (recorded, there) = (recorded(&open(agent), camera), at_centre(&open(centre), camera));
    let lacks = recorded.iter().filter(|part| !there.contains(*part)).count();
    assert!(recorded.len() > 10 && lacks == 0, "{lacks} of {} parts are not at {centre:?}", recorded.len());
}

#[test]
fn agents_go_over_to_another_centre_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] =
        [("first", false), ("second", true)].map(|(name, is_http_2)| Site::open(dir.path(), name, is_http_2));
    let (proxy, _other) = (first.proxy(), second.proxy());
    let trusted = dir.path().join("trusted.pem");
    let certificates = [&first, &second].map(|site| std::fs::read_to_string(&site.certificate).unwrap());
    std::fs::write(&trusted, certificates.concat()).unwrap();
    let both = format!("{}\", \"{}", first.url(), second.url());
    let settings = settings_for(dir.path(), &both, "ca = \"trusted.pem\"\n");
    let (kept, log) = (dir.path().join("agent"), dir.path().join("agent.log"));
    let config = settings.to_str().unwrap();
    for site in [&first, &second] {
        let address = ("127.0.0.1", site.port);
        eventually("the proxy is up", SOON, || std::net::TcpStream::connect(address).ok());
        enrol(&site.data, &site.url(), config);
    }

    let agent = start_agent(&settings, &log);
    wait_for_live(&first.centre);
    drop(proxy);
    eventually("it is live at the other centre", SOON, || {
        (state_now(&second.centre)["state"] == "live").then_some(())
    });
    let told = std::fs::read_to_string(&log).unwrap();
    assert_eq!(told.matches("another centre is used").count(), 1, "{told}");

    let proxy = is_long().then(|| {
        let proxy = first.proxy();
        eventually("the preferred centre is used again", RETURNS_WITHIN, || {
            std::fs::read_to_string(&log)
                .unwrap()
                .contains("the preferred centre is used again")
                .then_some(())
        });
        wait_for_live(&first.centre);
        proxy
    });
    let used = if proxy.is_some() { &first } else { &second };
    eventually("nothing waits", SOON, || {
        let told = used.centre.json(TIMELINE);
        let state = |entry: &Value| {
            let is_here = entry["arriving"] != true;
            if is_here { entry["state"].as_str().unwrap().to_owned() } else { "arriving".to_owned() }
        };
        let mut states: Vec<String> = told.as_array().unwrap().iter().map(state).collect();
        let began = states.iter().position(|state| state != "missing" && state != "due")?;
        states.drain(..began);
        let is_there = states.iter().all(|state| ["live", "late", "due"].contains(&state.as_str()));
        (is_there && states.iter().any(|state| state == "late")).then_some(())
    });
    stop_agent(agent);
    let data = used.data.clone();
    let Site { centre, .. } = if proxy.is_some() { first } else { second };
    centre.stop();
    has_all(&kept, &data, CAMERA);
}

//! nginx with the configuration of `deploy/nginx/`: three hundred viewers of one camera cost the centre what one does,
//! and they see every part.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{ASHKAR, Centre, Publish, Running, add_camera, eventually, fetch, header};
use serde_json::Value;

const CAMERA: &str = "7/12/1";
/// What the centre may see of any number of viewers of one camera.
const REQUESTS_PER_SECOND: f64 = 10.0;

#[test]
fn a_cache_in_front_asks_once_for_all() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, CAMERA);
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    let (_nginx, cache) = nginx(&centre, &dir.path().join("nginx"));
    eventually("four segments", Duration::from_secs(40), || {
        let (status, _, body) = fetch(&format!("{cache}/live/{CAMERA}/index.m3u8"), &[]);
        (status == 200 && String::from_utf8_lossy(&body).matches("#EXTINF").count() >= 4).then_some(())
    });

    three_hundred_cost_what_one_does(&centre, &cache);
    browsers_share_two_variants(&centre, &cache);
    what_is_not_public_is_not_there(&cache);
    pages_outlive_the_centre(centre, &cache);
}

fn three_hundred_cost_what_one_does(centre: &Centre, cache: &str) {
    let (before, since) = (requests(centre), Instant::now());
    let output = Command::new(ASHKAR)
        .args([
            "simulate",
            "viewers",
            "--json",
            "--count",
            "300",
            "--seconds",
            "15",
            "--ramp",
            "2",
            "--url",
            cache,
        ])
        .args(["--cameras", CAMERA])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let rate = (requests(centre) - before) / since.elapsed().as_secs_f64();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["errors_total"], &told["stalls"]), (&0.into(), &0.into()), "{told:#}");
    assert_eq!(told["playing"], 300, "{told:#}");
    assert!(told["part"]["answered"].as_u64().unwrap() > 300 * 2 * 10, "{told:#}");
    assert!(rate <= REQUESTS_PER_SECOND, "{rate:.1} requests a second at the centre");
    assert!(rate > 1.0, "a cache that never asks shows nothing: {rate:.1}");
}

/// However browsers write that they take gzip, it is the same answer; and those who do not get theirs.
fn browsers_share_two_variants(centre: &Centre, cache: &str) {
    let url = format!("{cache}/list/stations.json");
    let before = requests(centre);
    for accepted in ["gzip, deflate, br, zstd", "gzip", "br, GZIP;q=0.5", "deflate,gzip ;q=1.0"] {
        let (status, headers, _) = fetch(&url, &[("accept-encoding", accepted)]);
        assert_eq!((status, header(&headers, "content-type")), (200, Some("application/json")), "{accepted}");
    }
    for accepted in ["identity", "gzip;q=0", "br"] {
        let (_, headers, _) = fetch(&url, &[("accept-encoding", accepted)]);
        assert_eq!(header(&headers, "content-encoding"), None, "{accepted}");
    }
    let asked = requests(centre) - before;
    assert!(asked <= 4.0, "two variants, each asked for once and perhaps once more: {asked}");
}

fn what_is_not_public_is_not_there(cache: &str) {
    for path in ["/metrics", "/readyz"] {
        assert_eq!(fetch(&format!("{cache}{path}"), &[]).0, 404, "{path}");
    }
    let mut stream = TcpStream::connect(cache.strip_prefix("http://").unwrap()).unwrap();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

/// The centre dies: what was shown a moment ago is still there, live says that it is not.
fn pages_outlive_the_centre(centre: Centre, cache: &str) {
    let page = fetch(&format!("{cache}/"), &[]);
    assert_eq!(page.0, 200);
    let playlist = centre.text(&format!("/live/{CAMERA}/index.m3u8"));
    let segment = playlist.lines().find(|line| line.ends_with(".m4s") && !line.starts_with('#')).unwrap();
    let media = fetch(&format!("{cache}{segment}"), &[]);
    centre.kill();
    // Longer than pages may be kept.
    std::thread::sleep(Duration::from_secs(3));
    for (path, before) in [("/", page), (segment, media)] {
        let (status, _, body) = fetch(&format!("{cache}{path}"), &[]);
        assert!(status == 200 && body == before.2, "{path} is gone with the centre: {status}");
    }
    assert_eq!(fetch(&format!("{cache}/live/{CAMERA}/index.m3u8"), &[]).0, 502);
}

/// Everything that the centre answered, but for the metrics themselves.
fn requests(centre: &Centre) -> f64 {
    let metrics = centre.text("/metrics");
    let counts = metrics
        .lines()
        .filter(|line| line.starts_with("ashkar_http_request_seconds_count") && !line.contains("/metrics"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// nginx with our configuration, changed in those three places that differ from place to place.
fn nginx(centre: &Centre, dir: &Path) -> (Running, String) {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nginx");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::create_dir_all(dir).unwrap();
    std::fs::copy(ours.join("ashkar-cache.conf"), dir.join("ashkar-cache.conf")).unwrap();
    let mut site = std::fs::read_to_string(ours.join("ashkar.conf")).unwrap();
    let d = dir.display();
    for (here, there) in [
        ("server 127.0.0.1:8080;", format!("server {};", centre.http.strip_prefix("http://").unwrap())),
        ("listen 80;", format!("listen 127.0.0.1:{port};")),
        ("/var/cache/nginx/ashkar", format!("{d}/cache")),
    ] {
        assert_eq!(site.matches(here).count(), 1, "{here}");
        site = site.replace(here, &there);
    }
    std::fs::write(dir.join("ashkar.conf"), site).unwrap();
    let main = format!(
        "daemon off; master_process off; pid {d}/nginx.pid; error_log {d}/nginx.err;
events {{ worker_connections 2048; }}
http {{ client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f; uwsgi_temp_path {d}/u; scgi_temp_path {d}/s;
  include {d}/ashkar.conf; }}"
    );
    std::fs::write(dir.join("nginx.conf"), main).unwrap();
    let child = Command::new("nginx")
        .args(["-c", &dir.join("nginx.conf").display().to_string()])
        .spawn()
        .expect("nginx is installed");
    let cache = format!("http://127.0.0.1:{port}");
    eventually("nginx is up", Duration::from_secs(10), || TcpStream::connect(("127.0.0.1", port)).ok());
    (Running(child), cache)
}

//! nginx with the configuration of `deploy/nginx/`: three hundred viewers of one camera cost the centre as much as one,
//! and they see every part.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cache::Nginx;
use crate::common::{ASHKAR, Centre, Publish, Running, add_camera, eventually, fetch, header};
use serde_json::Value;

const CAMERA: &str = "7/12/1";
/// Requests that the centre may get from any number of viewers of one camera: two parts a second and their playlists,
/// and as many again for newcomers.
const REQUESTS_PER_SECOND: f64 = 10.0;

#[test]
fn a_cache_in_front_asks_once_for_all() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, CAMERA);
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    let nginx = Nginx::start(&centre, &dir.path().join("nginx"));
    let cache = nginx.url.clone();
    eventually("four segments", Duration::from_secs(40), || {
        let (status, _, body) = fetch(&format!("{cache}/live/{CAMERA}/index.m3u8"), &[]);
        (status == 200 && String::from_utf8_lossy(&body).matches("#EXTINF").count() >= 4).then_some(())
    });

    three_hundred_cost_what_one_does(&centre, &nginx);
    who_leaves_takes_no_answer_along(&centre, &nginx, &nginx.url, 1);
    // Over HTTP/2 nginx discards the response if the client that asked has left: the next one that waits asks again,
    // for all others.
    who_leaves_takes_no_answer_along(&centre, &nginx, &nginx.tls, 2);
    over_tls_it_is_the_same(&nginx, &addresses(&centre));
    browsers_share_two_variants(&centre, &cache);
    what_means_nothing_changes_nothing(&centre, &cache);
    however_a_player_asks_it_is_one_entry(&centre, &nginx);
    a_page_elsewhere_may_ask_for_all_that_is_public(&centre, &cache);
    what_is_not_public_is_not_there(&cache);
    what_is_taken_away_is_gone_within_seconds(&centre, &cache);
    pages_outlive_the_centre(centre, &cache);
}

/// Even when they all leave at once, while each of them waits for the next part.
fn three_hundred_cost_what_one_does(centre: &Centre, nginx: &Nginx) {
    let (before, since, mark) = (requests(centre), Instant::now(), nginx.mark());
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
            &nginx.url,
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

    // Immutable resources. A plain playlist is kept for a second, and those who come while it is being refreshed ask
    // too.
    let mut asked = nginx.asked_since(mark);
    asked.remove(&format!("/live/{CAMERA}/index.m3u8"));
    let twice: Vec<_> = asked.iter().filter(|(_, times)| **times > 1).collect();
    // A busy machine delays the centre for the 40 ms that nginx waits for a pending request, or a viewer for 4 s.
    assert!(twice.len() <= asked.len() / 10, "of {} these were asked for again: {twice:?}", asked.len());
    for kind in ["_HLS_part=", ".m4s", ".mp4"] {
        assert!(asked.keys().any(|what| what.contains(kind)), "{kind}: {asked:?}");
    }
}

/// Several wait for a part, and the one for whom the cache asked leaves: the others get the response to that request,
/// or to one more, `at_most` in all.
fn who_leaves_takes_no_answer_along(centre: &Centre, nginx: &Nginx, base: &str, at_most: u32) {
    let path = format!("/live/{CAMERA}/index.m3u8");
    // If the machine is so busy that the part arrives before anyone leaves, there is nothing to see.
    let left_in_time = (0..5).any(|_| {
        let (number, part) = edge(&centre.text(&path));
        let wanted = format!("{base}{path}?_HLS_msn={number}&_HLS_part={}", part + 3);
        let mark = nginx.mark();
        let ask = || nginx.curl(&["--output", "/dev/null"], &wanted).spawn().unwrap();
        let first = Running(ask());
        std::thread::sleep(Duration::from_millis(100));
        let others = [(); 8].map(|()| ask());
        std::thread::sleep(Duration::from_millis(100));
        let in_time = edge(&centre.text(&path)) < (number, part + 2);
        drop(first);
        for other in others {
            let output = other.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(told.trim().ends_with(" 200"), "{wanted}: {told}");
        }
        let asked: u32 = nginx.asked_since(mark).values().sum();
        assert!(asked >= 1, "the cache had it before it was there");
        assert!(asked <= at_most || !in_time, "{asked} questions for nine who want the same: {base}");
        in_time
    });
    assert!(left_in_time, "the machine is too busy to leave in time");
}

/// With the lines for TLS: what exists is served over HTTP/1.1 and HTTP/2, one cached response serves both, and what is
/// not public is not served.
fn over_tls_it_is_the_same(nginx: &Nginx, addresses: &[String; 3]) {
    let others = ["/list/stations.json".to_owned(), "/api/v1/election".to_owned()];
    for path in addresses.iter().chain(&others) {
        let mark = nginx.mark();
        let (_, _, plain) = fetch(&format!("{}{path}", nginx.url), &[]);
        for (protocol, version) in [("--http2", "2 200"), ("--http1.1", "1.1 200")] {
            let (told, body) = nginx.get(&[protocol, "--tlsv1.3"], &format!("{}{path}", nginx.tls));
            assert_eq!(told, version, "{path}");
            assert!(body == plain, "{path}: {} bytes and {}", body.len(), plain.len());
        }
        let asked = nginx.asked_since(mark);
        assert!(asked.len() <= 1, "another entry over TLS: {asked:?}");
        assert!(asked.values().sum::<u32>() <= 1 || !path.starts_with("/media/"), "it was there: {asked:?}");
    }
    // A page names its own address, whoever requested it before.
    for (base, other) in [(&nginx.url, "https://"), (&nginx.tls, "http://"), (&nginx.url, "https://")] {
        let (told, page) = nginx.get(&["--compressed"], &format!("{base}/en/"));
        let (page, scheme) = (String::from_utf8_lossy(&page).into_owned(), base.split("127").next().unwrap());
        assert!(told.ends_with(" 200") && page.contains(&format!("{scheme}127.0.0.1/en/")), "{told} {page}");
        assert!(!page.contains(&format!("{other}127.0.0.1")), "{base}: {page}");
    }
    let asks = ["--head", "--request", "OPTIONS", "--header", "Origin: https://portal.example"];
    let (told, head) = nginx.get(&asks, &format!("{}/live/{CAMERA}/index.m3u8", nginx.tls));
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    assert!(told == "2 204" && head.contains("access-control-allow-origin: *"), "{told}: {head}");
    for path in ["/metrics", "/readyz"] {
        assert_eq!(nginx.get(&[], &format!("{}{path}", nginx.tls)).0, "2 404", "{path}");
    }
}

/// The next segment and part.
fn edge(playlist: &str) -> (u64, usize) {
    let first = playlist.split("MEDIA-SEQUENCE:").nth(1).unwrap().lines().next().unwrap();
    let parts = playlist.rsplit("#EXTINF").next().unwrap().matches("#EXT-X-PART:").count();
    (first.parse::<u64>().unwrap() + playlist.matches("#EXTINF").count() as u64, parts)
}

/// However browsers write that they accept gzip, the response is the same; and those that do not accept it get theirs.
fn browsers_share_two_variants(centre: &Centre, cache: &str) {
    let url = format!("{cache}/list/stations.json");
    let before = requests_of(centre, "/list/");
    for accepted in ["gzip, deflate, br, zstd", "gzip", "br, GZIP;q=0.5", "deflate,gzip ;q=1.0"] {
        let (status, headers, _) = fetch(&url, &[("accept-encoding", accepted)]);
        assert_eq!((status, header(&headers, "content-type")), (200, Some("application/json")), "{accepted}");
    }
    for accepted in ["identity", "gzip;q=0", "br"] {
        let (_, headers, _) = fetch(&url, &[("accept-encoding", accepted)]);
        assert_eq!(header(&headers, "content-encoding"), None, "{accepted}");
    }
    let asked = requests_of(centre, "/list/") - before;
    assert!(asked <= 4.0, "two variants, each asked for once and perhaps once more: {asked}");
}

/// A segment from the live playlist, a span and a still of the past.
fn addresses(centre: &Centre) -> [String; 3] {
    let playlist = centre.text(&format!("/live/{CAMERA}/index.m3u8"));
    let segment = playlist.lines().find(|line| line.ends_with(".m4s") && !line.starts_with('#')).unwrap();
    let date = playlist.lines().find_map(|line| line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:")).unwrap();
    let from: jiff::Timestamp = date.parse().unwrap();
    let second = |seconds: i64| jiff::Timestamp::from_second(from.as_second() + seconds).unwrap();
    [
        segment.to_owned(),
        format!("/dvr/{CAMERA}/index.m3u8?from={}&to={}", second(-10), second(2)),
        format!("/still/{CAMERA}.jpg?at={}", second(2)),
    ]
}

/// Unknown parameters: the same bytes, and no request of their own to the centre.
fn what_means_nothing_changes_nothing(centre: &Centre, cache: &str) {
    let others = ["/list/stations.json".to_owned(), "/api/v1/stations?q=7".to_owned(), "/".to_owned()];
    let paths = || addresses(centre).into_iter().chain(others.clone());
    for path in paths() {
        let mark = if path.contains('?') { '&' } else { '?' };
        let plain = fetch(&format!("{}{path}", centre.http), &[]);
        let odd = fetch(&format!("{}{path}{mark}x=1&utm=%FF&x=2", centre.http), &[]);
        assert_eq!((plain.0, odd.0), (200, 200), "{path}");
        assert!(plain.2 == odd.2 || path.starts_with("/api"), "{path}");
    }
    for path in ["/list/changes?from=1&from=1", "/api/v1/stations?q=a&x=1&q=b"] {
        for base in [centre.http.as_str(), cache] {
            let (status, _, body) = fetch(&format!("{base}{path}"), &[]);
            let told = String::from_utf8_lossy(&body).into_owned();
            assert!(status == 400 && told.contains("duplicate field"), "{base}{path}: {status} {told}");
        }
    }
    let segment = addresses(centre)[0].clone();
    fetch(&format!("{cache}{segment}"), &[]);
    let before = requests_of(centre, "/list/");
    for number in 0..50 {
        assert_eq!(fetch(&format!("{cache}{segment}?x={number}"), &[]).0, 200);
        assert_eq!(fetch(&format!("{cache}/list/stations.json?x={number}"), &[]).0, 200);
    }
    let asked = requests_of(centre, "/list/") - before;
    assert!(asked <= 20.0, "{asked} requests for what was there");
}

/// Switched off: by its addresses too, and through the cache within the ten seconds for which a cache may keep it.
fn what_is_taken_away_is_gone_within_seconds(centre: &Centre, cache: &str) {
    let paths = addresses(centre);
    for path in &paths {
        let (status, headers, _) = fetch(&format!("{cache}{path}"), &[]);
        assert_eq!((status, header(&headers, "etag").is_some()), (200, true), "{path}");
        let kept = header(&headers, "cache-control").unwrap();
        assert!(!kept.contains("immutable"), "{path}: {kept}");
        let etag = header(&headers, "etag").unwrap();
        let again = fetch(&format!("{}{path}", centre.http), &[("if-none-match", etag)]);
        assert_eq!((again.0, again.2.len()), (304, 0), "{path}");
    }
    the_past_is_closed_and_live_stays(centre, &paths[0]);
    crate::common::ashkar(&["camera", "remove", CAMERA, "--data", &centre.data.display().to_string()]);
    let live = format!("/live/{CAMERA}/index.m3u8");
    for base in [centre.http.as_str(), cache] {
        for path in paths.iter().chain([&live]) {
            // The store is polled each second, the cache keeps it ten seconds, and the machine is busy.
            let gone = eventually("it is gone", Duration::from_secs(20), || {
                let (status, headers, _) = fetch(&format!("{base}{path}"), &[]);
                (status != 200).then_some((status, headers))
            });
            assert_eq!(gone.0, 410, "{base}{path}");
            assert_eq!(header(&gone.1, "cache-control"), Some("public, max-age=1"), "{base}{path}");
        }
    }
}

/// The commission closes the past while the day lasts.
fn the_past_is_closed_and_live_stays(centre: &Centre, live_segment: &str) {
    let hour_ago = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() - 3600).unwrap();
    let past = [
        format!(
            "/dvr/{CAMERA}/index.m3u8?from={hour_ago}&to={}",
            hour_ago + jiff::SignedDuration::from_mins(59)
        ),
        format!("/still/{CAMERA}.jpg?at={hour_ago}"),
    ];
    let file = centre.data.join("election.toml");
    let data = centre.data.display().to_string();
    let election = crate::common::ashkar(&["election", "show", "--data", &data]);
    assert_eq!(election.matches("rewind_on_day = true").count(), 1, "{election}");
    std::fs::write(&file, election.replace("rewind_on_day = true", "rewind_on_day = false")).unwrap();
    crate::common::ashkar(&["election", "set", &file.display().to_string(), "--data", &data]);
    eventually("the past is closed", Duration::from_secs(20), || {
        past.iter().all(|path| centre.request(path, &[]).0 == 403).then_some(())
    });
    assert_eq!(centre.request(live_segment, &[]).0, 200, "it is in the live window");
    assert_eq!(centre.request(&format!("/live/{CAMERA}/index.m3u8"), &[]).0, 200);
}

/// The directives in any order, with other parameters beside them: answered as they are, by the centre and by the
/// cache, which asks for them once.
fn however_a_player_asks_it_is_one_entry(centre: &Centre, nginx: &Nginx) {
    let path = format!("/live/{CAMERA}/index.m3u8");
    let text = centre.text(&path);
    let first = text.split("MEDIA-SEQUENCE:").nth(1).unwrap().lines().next().unwrap();
    let listed = first.parse::<u64>().unwrap() + 1;
    let ways = [
        format!("_HLS_msn={listed}&_HLS_part=0&_HLS_skip=YES"),
        format!("_HLS_skip=YES&_HLS_msn={listed}&_HLS_part=0"),
        format!("_HLS_part=0&CMCD=sid%3D%221%22&_HLS_skip=v2&_HLS_msn=0{listed}"),
        format!("_HLS_skip=YES&_hls_nonsense&_HLS_part=00&_HLS_msn={listed}&t=2"),
    ];
    for way in &ways {
        assert_eq!(fetch(&format!("{}{path}?{way}", centre.http), &[]).0, 200, "{way}");
    }
    let mark = nginx.mark();
    for way in &ways {
        let (status, _, body) = fetch(&format!("{}{path}?{way}", nginx.url), &[]);
        assert!(status == 200 && body.starts_with(b"#EXTM3U"), "{way}: {status}");
    }
    let asked = nginx.asked_since(mark);
    assert_eq!(asked.len(), 1, "one entry: {asked:?}");
    assert!(
        asked.values().sum::<u32>() <= 2,
        "asked for once, and once more where a second passed: {asked:?}"
    );
}

/// A player that sends a header of its own makes its browser send a preflight first.
fn a_page_elsewhere_may_ask_for_all_that_is_public(centre: &Centre, cache: &str) {
    let playlist = format!("/live/{CAMERA}/index.m3u8");
    let text = centre.text(&playlist);
    let media = text.lines().rfind(|line| line.starts_with("/media/")).unwrap();
    let still = format!("/still/{CAMERA}.jpg");
    let dvr = format!("/dvr/{CAMERA}/index.m3u8?from=a&to=b");
    for base in [centre.http.as_str(), cache] {
        for path in [&playlist, media, &still, &dvr, "/api/v1/election", "/list/stations.csv"] {
            let answer = preflight(base, path);
            assert!(answer.starts_with("http/1.1 204 "), "{base}{path}: {answer}");
            for line in [
                "access-control-allow-origin: *",
                "access-control-allow-methods: get, head",
                "access-control-allow-headers: *",
                "access-control-max-age: 86400",
            ] {
                assert!(answer.lines().any(|other| other == line), "{base}{path}: {line} is not in {answer}");
            }
            assert!(!answer.contains("content-length"), "RFC 9110, 8.6: {answer}");
        }
        assert!(preflight(base, "/en/").starts_with("http/1.1 405 "), "pages are for people");
        let reports = preflight(base, &format!("/api/v1/cameras/{CAMERA}/reports"));
        assert!(reports.starts_with("http/1.1 405 ") && !reports.contains("access-control"), "{reports}");
        let (_, headers, _) = fetch(&format!("{base}{playlist}"), &[("origin", "https://portal.example")]);
        assert_eq!(header(&headers, "access-control-expose-headers"), Some("date, age, picture-time"));
    }
}

/// The head of the response to a preflight, in lower case.
fn preflight(base: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "OPTIONS {path} HTTP/1.1\r\nHost: h\r\nOrigin: https://portal.example\r\nAccess-Control-Request-Method: GET\r\n\
         Access-Control-Request-Headers: cmcd-session\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase()
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

/// The centre dies: what was shown a moment ago is still there, and live reports that it is not.
fn pages_outlive_the_centre(centre: Centre, cache: &str) {
    let page = fetch(&format!("{cache}/"), &[]);
    assert_eq!(page.0, 200);
    centre.kill();
    // Longer than pages may be kept.
    std::thread::sleep(Duration::from_secs(3));
    let (status, _, body) = fetch(&format!("{cache}/"), &[]);
    assert!(status == 200 && body == page.2, "the page is gone with the centre: {status}");
    assert_eq!(fetch(&format!("{cache}/live/{CAMERA}/index.m3u8"), &[]).0, 502);
}

/// All requests that the centre answered, except for the metrics themselves.
fn requests(centre: &Centre) -> f64 {
    requests_of(centre, "")
}

/// Those of one route: players that have just left may still be answered.
fn requests_of(centre: &Centre, route: &str) -> f64 {
    // The metrics are a second old at most.
    std::thread::sleep(Duration::from_millis(1100));
    let metrics = centre.text("/metrics");
    let counts = metrics.lines().filter(|line| {
        line.starts_with("ashkar_http_request_seconds_count")
            && !line.contains("/metrics")
            && line.contains(route)
    });
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

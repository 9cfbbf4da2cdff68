//! The technician's page of a real agent with a real centre: what it shows and proves is true, and no other site can act
//! through the browser of this computer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::station::{enrol, settings_for};
use crate::common::{ASHKAR, Centre, Running, add_camera, ashkar, eventually};

const SOON: Duration = Duration::from_secs(30);

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// A request with exactly these headers, over a connection of its own.
fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end =
        answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{path}: no answer"));
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

/// An agent that is enrolled, and the address of its page.
fn agent(dir: &Path, data: &str, url: &str) -> (Running, String) {
    let settings = settings_for(dir, url, "");
    let config = settings.to_str().unwrap();
    enrol(Path::new(data), url, config);
    let mut child = Command::new(ASHKAR)
        .args(["agent", "run", "--config", config])
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(dir.join("agent.log")).unwrap())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ready = lines.into_iter().find(|line| line.starts_with("ready")).unwrap();
    let (_, address) = ready.split_once("technician http://").unwrap();
    assert!(!address.contains(' '), "no code is needed here, and none is shown: {ready}");
    (Running(child), address.to_owned())
}

/// The rows of a card's page, as a person reads them.
fn rows_of(page: &str) -> Vec<String> {
    let texts = page.split("</text>").filter_map(|text| text.rsplit_once('>').map(|(_, text)| text));
    let is_row = |text: &&str| text.len() == 4 && text.bytes().all(|letter| letter.is_ascii_alphanumeric());
    let rows: Vec<String> = texts.filter(is_row).map(str::to_owned).collect();
    assert_eq!(rows.len(), 8, "{page}");
    rows
}

fn strangers_are_refused(address: &str, proof: &str) {
    let host = ("Host", address);
    for (headers, status) in [
        (vec![("Host", "evil.example")], 421),
        (vec![], 421),
        (vec![host, ("Sec-Fetch-Site", "cross-site")], 403),
        (vec![host, ("Origin", "http://evil.example")], 403),
    ] {
        for path in ["/", "/api/state", "/preview/7/12/1"] {
            let answer = ask(address, "GET", path, &headers, b"");
            assert_eq!(answer.status, status, "{path} {headers:?}");
            assert!(answer.body.len() < 100);
        }
    }
    for path in ["/api/measure", "/api/test", "/api/sign", "/api/card", "/api/read", "/api/reference"] {
        for (headers, status) in [
            (vec![host], 403),
            (vec![host, ("ashkar-proof", "x")], 403),
            (vec![host, ("ashkar-proof", proof), ("Origin", "null")], 403),
            (vec![("Host", "localhost.evil.example"), ("ashkar-proof", proof)], 421),
        ] {
            assert_eq!(ask(address, "POST", path, &headers, b"{}").status, status, "{path} {headers:?}");
        }
    }
    assert_eq!(ask(address, "PUT", "/api/sign", &[host, ("ashkar-proof", proof)], b"{}").status, 405);
    assert_eq!(ask(address, "POST", "/api/login", &[host], b"{}").status, 403, "a form cannot send it");
    let long = vec![b' '; 70_000];
    assert_eq!(ask(address, "POST", "/api/sign", &[host, ("ashkar-proof", proof)], &long).status, 413);
    for path in ["/etc/passwd", "/../agent.toml", "/preview/7/12/2", "/returned/x", "/api/login"] {
        assert_eq!(ask(address, "GET", path, &[host], b"").status, 404, "{path}");
    }
    let page = ask(address, "GET", "/", &[host], b"");
    for header in
        ["default-src 'none'", "frame-ancestors 'none'", "cross-origin-resource-policy: same-origin"]
    {
        assert!(page.head.contains(header), "{}", page.head);
    }
    assert!(!page.head.contains("access-control"));
}

#[test]
fn the_technicians_page_is_this_stations_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("centre");
    add_camera(&data, "7/12/1");
    let centre = Centre::start_with(
        &data,
        &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0"],
    );
    let data = data.to_str().unwrap();
    let url = format!("http://{}", centre.agents.clone().unwrap());
    let (_agent, address) = agent(dir.path(), data, &url);
    let host = ("Host", &*address);
    let state = || ask(&address, "GET", "/api/state", &[host], b"").json();
    let proof = state()["proof"].as_str().unwrap().to_owned();
    let act = |path: &str, body: Value| {
        let headers = [host, ("ashkar-proof", &*proof), ("Content-Type", "application/json")];
        ask(&address, "POST", path, &headers, body.to_string().as_bytes())
    };
    strangers_are_refused(&address, &proof);

    // The preview is the stream from a keyframe on, and then what follows.
    let first = eventually("pictures come", SOON, || {
        let answer = ask(&address, "GET", "/preview/7/12/1", &[host], b"");
        (answer.status == 200).then_some(answer)
    });
    assert_eq!(&first.body[4..8], b"ftyp");
    assert!(first.head.contains("ashkar-codecs: avc1."));
    let last = first.head.split("ashkar-last: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    eventually("the next piece comes", SOON, || {
        let answer = ask(&address, "GET", &format!("/preview/7/12/1?after={last}"), &[host], b"");
        (answer.body.len() > 8 && !answer.head.contains("ashkar-codecs")).then_some(())
    });

    // Nothing is signed before something is measured.
    let signature = |remark: &str| {
        let checks =
            json!([{"item": "box", "holds": true}, {"item": "booth-unseen", "holds": false, "remark": "x"}]);
        json!({"name": "Aynur Quliyeva", "role": "texnik", "remark": remark, "cameras": [{"camera": "7/12/1", "checks": checks}]})
    };
    assert_eq!(act("/api/sign", signature("x")).status, 409);
    eventually("it is sent live", SOON, || (state()["cameras"][0]["sent"]["state"] == "live").then_some(()));
    assert_eq!(act("/api/measure", json!({})).status, 202);
    let measured = eventually("it is measured", SOON, || {
        let state = state();
        (!state["measured_at_us"].is_null()).then_some(state)
    });
    assert!(measured["findings"].as_array().unwrap().len() > 15, "{measured}");

    // The still of the view, made of the recording.
    assert_eq!(ask(&address, "GET", "/reference/7/12/1", &[host], b"").status, 404);
    assert_eq!(act("/api/reference", json!({"camera": "7/12/2"})).status, 400);
    assert_eq!(act("/api/reference", json!({"camera": "7/12/1"})).status, 201);
    let still = ask(&address, "GET", "/reference/7/12/1", &[host], b"");
    assert_eq!((still.status, &still.body[..2]), (200, &[0xff, 0xd8][..]));
    let reference = state()["cameras"][0]["reference"].clone();
    assert_eq!(reference["bytes"], still.body.len());

    // A card cannot be read in a picture that was there before it.
    let read = |rows: Value| act("/api/read", json!({"camera": "7/12/1", "rows": rows}));
    assert_eq!(read(json!([])).json()["code"], "no-card");
    assert_eq!(act("/api/card", json!({"camera": "7/12/1"})).status, 201);
    let page = ask(&address, "GET", "/card/7/12/1", &[host], b"");
    assert_eq!(page.status, 200);
    let card = rows_of(&String::from_utf8(page.body).unwrap());
    assert_eq!(read(json!(card)).json()["code"], "no-card-picture");
    assert!(!state().to_string().contains(&card[0]), "the page does not know what it says");

    // There and back: the very bytes, from the centre's recording.
    assert_eq!(act("/api/test", json!({"camera": "7/12/1"})).status, 202);
    let test = eventually("the part came back", SOON, || {
        let test = state()["cameras"][0]["test"].clone();
        (test["proof"] != "running").then_some(test)
    });
    assert_eq!(test["proof"], "proved", "{test}");
    let returned = ask(&address, "GET", "/returned/7/12/1", &[host], b"");
    assert_eq!((returned.status, &returned.body[4..8]), (200, &b"ftyp"[..]));

    // What was typed is held against the card, once.
    let picture = state()["cameras"][0]["picture"].clone();
    assert_eq!(picture["from_centre"], true, "{picture}");
    let shown = ask(&address, "GET", "/picture/7/12/1", &[host], b"");
    assert_eq!(shown.body, returned.body);
    let typed = json!([card[0].to_lowercase(), card[1], card[2], "????", card[4]]);
    assert_eq!(read(typed).status, 201);
    let legibility = state()["cameras"][0]["read"].clone();
    assert_eq!((&legibility["read"], &legibility["smallest"]), (&json!(3), &json!(200)), "{legibility}");
    assert_eq!((&legibility["from_centre"], &legibility["sha256"]), (&json!(true), &test["sha256"]));
    assert_eq!(read(json!(card)).json()["code"], "no-card", "nobody tries until it fits");
    assert_eq!(ask(&address, "GET", "/card/7/12/1", &[host], b"").status, 404);

    // What is open is counted here; without a word about it nothing is signed.
    assert_eq!(act("/api/sign", signature("")).status, 400);
    assert_eq!(act("/api/sign", signature("a\u{202e}b")).status, 400);
    assert_eq!(act("/api/sign", signature("sütun")).status, 201);
    let shown = eventually("the centre has it", SOON, || {
        let shown = ashkar(&["camera", "conditions", "7/12/1", "--data", data]);
        shown.contains("signed").then_some(shown)
    });
    assert!(shown.contains("Aynur Quliyeva, texnik") && shown.contains(": sütun"), "{shown}");
    assert!(shown.contains("7/12/1 no booth is seen: NO x"), "{shown}");
    let digest = reference["sha256"].as_str().unwrap();
    let line = format!("{} bytes, kept here, SHA-256 {digest}", still.body.len());
    assert!(shown.contains(&line), "{shown}");
    assert!(shown.contains("typed 3 of 8 rows rightly, down to letters of 20.0 mm, with the picture that came back from the centre"), "{shown}");
    let file = dir.path().join("still.jpg");
    ashkar(&["camera", "conditions", "7/12/1", "--still", file.to_str().unwrap(), "--data", data]);
    assert_eq!(std::fs::read(&file).unwrap(), still.body);
    eventually("nothing waits", SOON, || (state()["unsent"] == 0).then_some(()));

    // A page of a centre that is gone tests nothing true.
    centre.kill();
    assert_eq!(act("/api/sign", signature("again")).status, 201, "kept without the centre");
    assert_eq!(state()["unsent"], 1);
    let waits = dir.path().join("agent/reports").join(format!("{digest}.jpg"));
    assert_eq!(std::fs::read(waits).unwrap(), still.body, "the still waits with the signature");
}

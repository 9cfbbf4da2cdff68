//! The papers of a station, from the desk, as others read them: poppler, qpdf and zbar. The codes on a sheet work, and those
//! of a former one do not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::path::Path;

use ashkar_election::{Actor, EntryId, NewDevice, Role, SqliteStore, Store, StoreError};
use ashkar_terms::{CameraId, Clock, SystemClock};
use ashkar_uplink::EnrolmentCode;
use serde_json::{Value, json};

use crate::common::desk::{Answer, Person, new_key};
use crate::common::{Centre, ashkar, header, tool};

const DEVICES_REACH: &str = "https://centre.example:8443";
const PHONES: &str = "Dairənin operatoru: 012 555 01 16; Yanğın: 101";
const DEVICE: &str = "0123456789abcdef";

fn centre(dir: &Path) -> Centre {
    let data = dir.join("data");
    for (name, text) in [
        ("constituencies.csv", "number,name_az,name_status\n7,Səbail,confirmed\n8,Binəqədi,confirmed\n"),
        (
            "stations.csv",
            "constituency,station,venue,address,voters,cameras\n7,12,Məktəb 34,Nizami küç. 5,991,2\n\
             7,13,Klub,,800,1\n8,1,Klub,,800,1\n",
        ),
    ] {
        let file = dir.join(name);
        std::fs::write(&file, text).unwrap();
        ashkar(&["stations", "import", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    }
    let listen = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"];
    Centre::start_with(
        &data,
        &[&listen[..], &["--agent-url", DEVICES_REACH, "--desk-phones", PHONES]].concat(),
    )
}

/// A PDF that qpdf finds well formed.
struct Paper {
    directory: tempfile::TempDir,
    pages: usize,
}

impl Paper {
    #[track_caller]
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(header(&answer.headers, "content-type"), Some("application/pdf"));
        assert_eq!(header(&answer.headers, "cache-control"), Some("no-store"));
        let saved = header(&answer.headers, "content-disposition").unwrap();
        assert!(saved.starts_with("attachment; filename=\"") && saved.ends_with(".pdf\""), "{saved}");
        assert!(header(&answer.headers, "content-security-policy").unwrap().contains("default-src 'none'"));
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("paper.pdf");
        std::fs::write(&file, &answer.body).unwrap();
        tool("qpdf", &["--check", file.to_str().unwrap()]);
        let pages = tool("qpdf", &["--show-npages", file.to_str().unwrap()]).trim().parse().unwrap();
        Self { directory, pages }
    }

    fn file(&self) -> String {
        self.directory.path().join("paper.pdf").display().to_string()
    }

    /// The text, with single spaces.
    fn text(&self) -> String {
        let text = tool("pdftotext", &["-layout", &self.file(), "-"]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What zbar reads in the picture of a page.
    fn codes(&self, page: usize) -> Vec<String> {
        let picture = self.directory.path().join(format!("page-{page}"));
        let (page, picture) = (page.to_string(), picture.display().to_string());
        tool(
            "pdftoppm",
            &["-r", "150", "-png", "-singlefile", "-f", &page, "-l", &page, &self.file(), &picture],
        );
        let read = tool("zbarimg", &["--quiet", "--raw", "--nodbus", &format!("{picture}.png")]);
        read.lines().map(str::to_owned).collect()
    }

    /// The codes of enrolment of a page, and the secret of its self-test.
    fn secrets(&self, page: usize) -> (Vec<String>, String) {
        let codes = self.codes(page);
        let (enrolments, tests): (Vec<_>, Vec<_>) =
            codes.iter().partition(|code| code.starts_with("ashkar:"));
        let prefix = format!("ashkar:enrol?centre={DEVICES_REACH}&code=");
        let mut enrolments: Vec<String> =
            enrolments.into_iter().map(|code| code.strip_prefix(&prefix).unwrap().to_owned()).collect();
        enrolments.sort();
        assert_eq!(tests.len(), 1, "{codes:?}");
        (enrolments, tests[0].split_once("/desk/self-test#").unwrap().1.to_owned())
    }
}

/// What the centre does when a device shows `code`.
fn use_code(data: &Path, code: &str, device: &str) -> Result<Vec<CameraId>, StoreError> {
    let hash = code.parse::<EnrolmentCode>().unwrap().hash().0;
    let device = NewDevice { id: device.to_owned(), public_key: [7; 32], name: "Qutu".to_owned() };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = SqliteStore::open(data).await.unwrap();
        let used =
            store.enrol_device(hash, &device, &Actor::new("device", SystemClock::new().now().wall)).await;
        store.close().await;
        used
    })
}

/// Whether the link of the chair opens the test.
fn opens(chair: &Person, token: &str) -> bool {
    match chair.post("/self-test/look", &json!({ "token": token })).status {
        200 => true,
        422 => false,
        other => panic!("{other}"),
    }
}

#[test]
fn the_codes_of_the_newest_sheet_work_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let centre = centre(dir.path());
    let person = |name: &str, role| Person::signed_in(&centre.data, &centre.http, name, role);
    let (operator, chair) = (person("orxan", Role::Operator), Person::nobody(&centre.http));
    let planned = operator.get("/stations/7/12").ok();
    assert_eq!(planned["sheet"], json!({ "codes": ["7/12/1", "7/12/2"], "telephones": 2 }));
    assert_eq!((&planned["venue"], &planned["address"]), (&json!("Məktəb 34"), &json!("Nizami küç. 5")));
    let technician = person("tural", Role::Technician);
    let asked = json!({ "lang": "az", "days": 10 });
    assert_eq!(technician.post("/stations/7/12/sheet", &asked).refused(403), "/problems/not-your-role");
    for days in [0, 31] {
        operator.post("/stations/7/12/sheet", &json!({ "lang": "az", "days": days })).refused(400);
    }

    // The same request again is told as done, and gives no other secrets.
    let key = new_key();
    let body = asked.to_string();
    let send = || operator.send("POST", "/stations/7/12/sheet", Some(&body), &[("idempotency-key", &key)]);
    let first = Paper::of(&send());
    assert_eq!(send().refused(409), "/problems/already-done");
    let (codes, token) = first.secrets(1);
    assert_eq!((first.pages, codes.len()), (1, 2));
    assert!(opens(&chair, &token));
    let text = first.text();
    for part in
        ["7/12", "Məktəb 34", "Nizami küç. 5", "012 555 01 16", "Yanğın", "7/12/1", "7/12/2", &token[..20]]
    {
        assert!(text.contains(part), "{part} in {text}");
    }

    // A new one makes the former one void.
    let second = Paper::of(&operator.post("/stations/7/12/sheet", &json!({ "lang": "ru" })));
    let (new_codes, new_token) = second.secrets(1);
    assert!(!opens(&chair, &token) && opens(&chair, &new_token));
    for code in &codes {
        assert!(matches!(use_code(&centre.data, code, DEVICE), Err(StoreError::CodeReplaced(_))));
    }
    assert_eq!(use_code(&centre.data, &new_codes[0], DEVICE).unwrap().len(), 1);
    assert_eq!(use_code(&centre.data, &new_codes[1], DEVICE).unwrap().len(), 2, "one device sends both");

    // A camera that has a device gets no code; the whole constituency is one PDF.
    let all = Paper::of(&operator.post("/constituencies/7/sheets", &json!({ "lang": "en", "days": 30 })));
    assert_eq!(all.pages, 2);
    let ((none, of_12), (one, of_13)) = (all.secrets(1), all.secrets(2));
    assert_eq!((none.len(), one.len()), (0, 1));
    assert!(opens(&chair, &of_12) && opens(&chair, &of_13) && !opens(&chair, &new_token));
    assert_eq!(use_code(&centre.data, &one[0], "fedcba9876543210").unwrap(), [CameraId::new(7, 13, 1)]);
    assert_eq!(
        operator.post("/constituencies/9/sheets", &json!({ "lang": "en" })).refused(404),
        "/problems/not-found"
    );

    // Everything is in the trail, and no secret.
    let trail = person("aysel", Role::Auditor).get("/audit?limit=200").ok().to_string();
    for what in ["camera.enrol", "programme.link", "desk:orxan"] {
        assert!(trail.contains(what), "{what}");
    }
    for secret in [&token, &new_token, &codes[0], &new_codes[1]] {
        assert!(!trail.contains(secret.as_str()));
        assert!(!crate::common::log_of(&centre.data).contains(secret.as_str()));
    }
}

fn record(person: &Person, fact: &Value) {
    let id = EntryId::generate().unwrap().to_string();
    person.post("/stations/7/12/records", &json!({ "id": id, "found_at": null, "fact": fact })).ok();
}

#[test]
fn the_act_says_what_was_found_when_it_was_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let centre = centre(dir.path());
    let person = |name: &str, role| Person::signed_in(&centre.data, &centre.http, name, role);
    let (operator, technician) = (person("orxan", Role::Operator), person("tural", Role::Technician));
    let act = |lang: &str| technician.get(&format!("/stations/7/12/acceptance.pdf?lang={lang}"));
    let refused = act("az");
    assert!(refused.json()["detail"].as_str().unwrap().contains("no acceptance in force"));
    assert_eq!(refused.refused(422), "/problems/refused");
    let finding = |item: &str, met: &str, note: &str, measured: Value| {
        let fact = json!({ "what": "finding", "station": "7/12", "item": item, "met": met, "note": note,
            "measured": measured, "evidence": [] });
        record(&technician, &fact);
    };
    finding("power", "yes", "Yeni rozetka", Value::Null);
    finding("line", "yes", "", json!({ "up_mbit_s": 4.2 }));
    finding("mount", "no", "Vint çatışmır", Value::Null);
    let moved = |fact: Value| {
        let id = EntryId::generate().unwrap().to_string();
        operator.post("/stock", &json!({ "id": id, "fact": fact })).ok()
    };
    for (serial, to) in [("CAM-0001", "station:7/12"), ("CAM-0002", "station:7/13")] {
        moved(json!({ "what": "stock-added", "serial": serial, "kind": "IP kamera", "note": "" }));
        moved(json!({ "what": "handed-over", "serial": serial, "from": "stock", "to": to, "note": "" }));
    }
    let accept = json!({ "what": "acceptance", "station": "7/12", "chair": "Aygün Məlikova",
        "technician": "Orxan Səfərov", "words": "Vint sabah gələcək." });
    record(&operator, &accept);
    // What is found later belongs to no act that was signed before.
    finding("power", "no", "Rozetka yandı", Value::Null);
    let paper = Paper::of(&act("az"));
    let text = paper.text();
    let said = [
        "CAM-0001",
        "Yeni rozetka",
        "up_mbit_s: 4.2",
        "Vint çatışmır",
        "Aygün Məlikova",
        "Orxan Səfərov",
        "Vint sabah gələcək.",
        "Avadanlıq qeydlərlə qəbul edilir.",
        "uyğun deyil",
        "yoxlanılmayıb",
    ];
    for part in said {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("CAM-0002") && !text.contains("Rozetka yandı"), "{text}");
    for (lang, part) in
        [("en", "The equipment is accepted with remarks."), ("ru", "Оборудование принято с замечаниями.")]
    {
        assert!(Paper::of(&act(lang)).text().contains(part), "{lang}");
    }
    assert_eq!(act("fr").status, 400);
    record(&operator, &json!({ "what": "acceptance-withdrawn", "station": "7/12", "words": "Səhv" }));
    assert_eq!(act("az").refused(422), "/problems/refused");
}

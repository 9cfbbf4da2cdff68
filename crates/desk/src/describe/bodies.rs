//! JSON Schemas of what the routes take. They are as narrow as the reader of the body: what fits is read, and refused, if
//! at all, for what it says.

use ashkar_election::{Item, Met, NoCameraReason, Role, Stage};
use serde_json::{Map, Value, json};

use crate::routes::dates::STATIONS_MAX;

fn text(bytes_max: usize) -> Value {
    json!({ "type": "string", "maxLength": bytes_max })
}

fn one_of(names: &[&str]) -> Value {
    json!({ "enum": names })
}

fn boolean() -> Value {
    json!({ "type": "boolean" })
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

fn integer(from: u64, to: u64) -> Value {
    json!({ "type": "integer", "minimum": from, "maximum": to })
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn list(items: Value, most: u32) -> Value {
    json!({ "type": "array", "items": items, "maxItems": most })
}

/// Exactly these fields; those whose names end with `?` may be missing.
fn object(fields: &[(&str, Value)]) -> Value {
    let name = |field: &str| field.trim_end_matches('?').to_owned();
    let required: Vec<_> =
        fields.iter().map(|(field, _)| *field).filter(|field| !field.ends_with('?')).collect();
    let properties: Map<_, _> = fields.iter().map(|(field, schema)| (name(field), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// The same, and more fields do no harm.
fn open_object(fields: &[(&str, Value)]) -> Value {
    let mut schema = object(fields);
    schema["additionalProperties"] = json!(true);
    schema
}

/// A number as addresses have it: no sign, no leading zero.
const NUMBER: &str = "[1-9][0-9]{0,3}";

fn station_id() -> Value {
    pattern(&format!("^{NUMBER}/{NUMBER}$"))
}

fn camera_id() -> Value {
    pattern(&format!("^{NUMBER}/{NUMBER}/[1-9][0-9]?$"))
}

fn person_name() -> Value {
    pattern("^[a-z][a-z0-9._-]{1,31}$")
}

fn sha256() -> Value {
    pattern("^[0-9a-f]{64}$")
}

fn uuid() -> Value {
    pattern("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
}

fn time() -> Value {
    pattern("^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")
}

fn date() -> Value {
    pattern("^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")
}

fn language_name() -> Value {
    one_of(&["az", "en", "ru"])
}

fn role() -> Value {
    one_of(&Role::ALL.map(Role::name))
}

fn constituencies() -> Value {
    or_null(list(integer(0, 65535), 1000))
}

pub(super) fn nothing() -> Value {
    json!({ "type": "object" })
}

pub(super) fn login() -> Value {
    object(&[("name", text(100)), ("password", text(200))])
}

pub(super) fn second_factor() -> Value {
    json!({ "oneOf": [
        object(&[("totp", text(20))]),
        object(&[("recovery", text(40))]),
        object(&[("passkey", json!({}))]),
    ] })
}

pub(super) fn token() -> Value {
    object(&[("token", text(100))])
}

pub(super) fn accept_invitation() -> Value {
    object(&[("token", text(100)), ("password", text(200))])
}

pub(super) fn language() -> Value {
    object(&[("language", language_name())])
}

pub(super) fn change_password() -> Value {
    object(&[("old", text(200)), ("new", text(200))])
}

pub(super) fn code() -> Value {
    object(&[("code", text(20))])
}

pub(super) fn confirm_passkey() -> Value {
    object(&[("name", text(100)), ("credential", json!({}))])
}

pub(super) fn invite() -> Value {
    object(&[
        ("name", text(40)),
        ("display_name", text(200)),
        ("role", role()),
        ("constituencies?", constituencies()),
        ("language", language_name()),
    ])
}

pub(super) fn change_person() -> Value {
    object(&[
        ("display_name?", or_null(text(200))),
        ("role?", or_null(role())),
        ("constituencies?", constituencies()),
        ("disabled?", or_null(boolean())),
        ("why", text(1000)),
    ])
}

pub(super) fn why() -> Value {
    object(&[("why", text(1000))])
}

pub(super) fn maybe_why() -> Value {
    object(&[("why?", or_null(text(1000)))])
}

pub(super) fn hide() -> Value {
    object(&[
        ("reason", one_of(&["secrecy", "person", "other"])),
        ("text", text(500)),
        ("from?", or_null(time())),
    ])
}

pub(super) fn proposal() -> Value {
    let kind = |name: &str, payload: Value| {
        object(&[("kind", json!({ "const": name })), ("payload", payload), ("why?", text(1000))])
    };
    let camera = || object(&[("camera", camera_id())]);
    json!({ "oneOf": [
        kind("view.approve", approval()),
        kind("view.show", camera()),
        kind("station.close", object(&[("station", station_id()), ("at", time())])),
        kind("list.publish", object(&[
            ("version", integer(0, 4_000_000)),
            ("decision_number", text(100)),
            ("decision_date", date()),
        ])),
        kind("policy.change", object(&[("election", election())])),
        kind("election.use", object(&[("key", election_key())])),
        kind("person.recover", object(&[("name", person_name())])),
    ] })
}

fn approval() -> Value {
    let kinds = ["box", "mobile_box", "issuing_table", "counting_table", "protocol_table"];
    let edge = || integer(0, 65535);
    let zone =
        object(&[("kind", one_of(&kinds)), ("x", edge()), ("y", edge()), ("w", edge()), ("h", edge())]);
    let checks = ["no_booth", "box_visible", "tables_visible", "counting_visible", "lit"];
    object(&[
        ("camera", camera_id()),
        ("phase", one_of(&["voting", "count"])),
        ("still", sha256()),
        ("zones", list(zone, 20)),
        ("checks", object(&checks.map(|name| (name, boolean())))),
    ])
}

fn minute() -> Value {
    pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$")
}

fn election_key() -> Value {
    pattern("^[a-z0-9-]{1,64}$")
}

fn election() -> Value {
    let names = object(&["az", "en", "ru"].map(|name| (name, text(200))));
    let plan = object(&[
        ("on_air", minute()),
        ("empty_boxes", minute()),
        ("voting_from", minute()),
        ("voting_to", minute()),
        ("turnout", list(minute(), 24)),
        ("nights?", list(object(&[("from", minute()), ("to", minute())]), 7)),
    ]);
    let policy = object(&[
        ("sound", boolean()),
        ("rewind_on_day", boolean()),
        ("archive_public_after", boolean()),
        ("retention_years", integer(0, 255)),
    ]);
    object(&[
        ("key", election_key()),
        ("names", names),
        ("date", date()),
        ("time_zone", one_of(&["Asia/Baku", "Europe/London", "UTC"])),
        ("plan", plan),
        ("policy", policy),
        ("sample", boolean()),
        ("rehearsal?", or_null(object(&[("of", election_key()), ("until", minute())]))),
    ])
}

pub(super) fn rehearsal() -> Value {
    let planned = object(&[("date", date()), ("on_air?", or_null(minute())), ("until?", or_null(minute()))]);
    object(&[("rehearsal", planned), ("why?", or_null(text(1000)))])
}

/// A record of the programme, with one of `facts`.
fn record(facts: &[Value]) -> Value {
    object(&[
        ("id", uuid()),
        ("found_at?", or_null(time())),
        ("of?", or_null(person_name())),
        ("fact", json!({ "oneOf": facts })),
    ])
}

fn fact(what: &str, fields: &[(&str, Value)]) -> Value {
    let mut schema = open_object(fields);
    schema["properties"]["what"] = json!({ "const": what });
    if let Some(required) = schema["required"].as_array_mut() {
        required.push(json!("what"));
    }
    schema
}

fn note() -> Value {
    text(1000)
}

/// A stage's date for many stations.
pub(super) fn dates() -> Value {
    let stages = Stage::ALL.map(Stage::name);
    let mut stations = list(station_id(), STATIONS_MAX);
    stations["minItems"] = json!(1);
    object(&[
        ("id", uuid()),
        ("stage", one_of(&stages)),
        ("responsible?", text(200)),
        ("due?", or_null(date())),
        ("stations", stations),
    ])
}

pub(super) fn decision() -> Value {
    let stages = Stage::ALL.map(Stage::name);
    let reasons = NoCameraReason::ALL.map(NoCameraReason::name);
    let of_each = open_object(&[("constituency", integer(0, 65535)), ("stations", integer(0, 100_000))]);
    record(&[
        fact(
            "due",
            &[
                ("station", station_id()),
                ("stage", one_of(&stages)),
                ("responsible", text(200)),
                ("due?", or_null(date())),
            ],
        ),
        fact(
            "without-camera",
            &[("station", station_id()), ("reason?", or_null(one_of(&reasons))), ("words", note())],
        ),
        fact(
            "numbers",
            &[
                ("stations", integer(0, 100_000)),
                ("constituencies", integer(0, 65535)),
                ("of_each", list(of_each, 200)),
            ],
        ),
        fact("decision", &[("number", text(100)), ("date", date()), ("list_version", integer(0, 4_000_000))]),
        fact("report-closed", &[("camera", camera_id()), ("report", uuid()), ("words", note())]),
    ])
}

pub(super) fn finding() -> Value {
    let items = Item::ALL.map(Item::name);
    record(&[
        fact(
            "finding",
            &[
                ("station", station_id()),
                ("item", one_of(&items)),
                ("met", one_of(&Met::ALL.map(Met::name))),
                ("note", note()),
                ("measured?", json!({})),
                ("evidence", list(sha256(), 12)),
            ],
        ),
        fact(
            "acceptance",
            &[("station", station_id()), ("chair", text(200)), ("technician", text(200)), ("words", note())],
        ),
        fact("acceptance-withdrawn", &[("station", station_id()), ("words", note())]),
        fact("rehearsal", &[("station", station_id()), ("passed", boolean()), ("words", note())]),
    ])
}

fn serial() -> Value {
    pattern("^[A-Za-z0-9-]{1,64}$")
}

fn holder() -> Value {
    pattern(&format!("^(stock|station:{NUMBER}/{NUMBER}|person:[A-Za-z]{{1,40}})$"))
}

pub(super) fn movement() -> Value {
    record(&[
        fact("stock-added", &[("serial", serial()), ("kind", text(100)), ("note", note())]),
        fact("handed-over", &[("serial", serial()), ("from", holder()), ("to", holder()), ("note", note())]),
        fact("returned", &[("serial", serial()), ("from", holder()), ("note", note())]),
        fact("wiped", &[("serial", serial()), ("note", note())]),
        fact("spare", &[("serial", serial()), ("station?", or_null(station_id()))]),
    ])
}

pub(super) fn sheets() -> Value {
    object(&[("lang", language_name()), ("days?", or_null(integer(0, 255)))])
}

pub(super) fn chairs_picture() -> Value {
    object(&[("token", text(100)), ("camera", camera_id())])
}

pub(super) fn self_test() -> Value {
    let answers = ["room", "box_and_tables", "no_booth"].map(|name| (name, boolean()));
    let mut fields = vec![("token", text(100)), ("id", uuid())];
    fields.extend(answers);
    object(&fields)
}

//! What each route is for, what it takes, and what kind of answer it gives.

use axum::http::Method;
use serde_json::{Value, json};

use super::bodies as body;

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Json,
    Jpeg,
    JsonLines,
    Pdf,
    /// The list as CSV or PDF, by the name that is asked for.
    ListFile,
}

/// One route.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    /// JSON Schema of the body; `null` without one.
    pub(super) body: fn() -> Value,
    /// The parameters of the query.
    pub(super) query: fn() -> Vec<Value>,
    pub(super) answer: Answer,
}

/// The operation of a route.
pub(super) fn of(method: &Method, path: &str) -> Option<&'static Operation> {
    all().iter().find(|one| one.method == method.as_str() && one.path == path)
}

pub(super) fn all() -> &'static [Operation] {
    &OPERATIONS
}

const fn get(path: &'static str, summary: &'static str) -> Operation {
    let body = || Value::Null;
    Operation { method: "GET", path, summary, body, query: Vec::new, answer: Answer::Json }
}

const fn change(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: fn() -> Value,
) -> Operation {
    Operation { method, path, summary, body, query: Vec::new, answer: Answer::Json }
}

const fn post(path: &'static str, summary: &'static str, body: fn() -> Value) -> Operation {
    change("POST", path, summary, body)
}

impl Operation {
    const fn answering(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    const fn asking(mut self, query: fn() -> Vec<Value>) -> Self {
        self.query = query;
        self
    }
}

fn parameter(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema })
}

fn which_proposals() -> Vec<Value> {
    vec![parameter("state", &json!({ "enum": ["open", "all"] }))]
}

fn in_language(name: &str) -> Vec<Value> {
    vec![parameter(name, &json!({ "enum": ["az", "en", "ru"] }))]
}

fn looked_at() -> Vec<Value> {
    let required =
        |name: &str| json!({ "name": name, "in": "query", "required": true, "schema": { "type": "string" } });
    vec![required("base"), required("name")]
}

fn which_entries() -> Vec<Value> {
    let text = json!({ "type": "string" });
    let number = |from: i64, to: i64| json!({ "type": "integer", "minimum": from, "maximum": to });
    let texts = ["q", "by", "what", "subject"].map(|name| parameter(name, &text));
    let numbers =
        [parameter("before", &number(i64::MIN, i64::MAX)), parameter("limit", &number(0, u32::MAX.into()))];
    numbers.into_iter().chain(texts).collect()
}

static OPERATIONS: [Operation; 61] = [
    post("/login", "Begins to sign in", body::login),
    post("/login/second", "Proves the second factor", body::second_factor),
    post("/login/passkey", "Asks for the options of a passkey", body::nothing),
    post("/logout", "Ends the session", body::nothing),
    post("/invitation/look", "Shows an invitation", body::token),
    post("/invitation", "Accepts an invitation", body::accept_invitation),
    get("/me", "The person who is signed in"),
    change("PATCH", "/me", "Changes the language", body::language),
    get("/me/sessions", "One's own sessions"),
    change("DELETE", "/me/sessions/{id}", "Ends one of them", body::nothing),
    post("/me/password", "Changes the password", body::change_password),
    post("/me/totp", "Begins one-time passwords", body::nothing),
    post("/me/totp/confirm", "Confirms them", body::code),
    post("/me/passkeys", "Begins a passkey", body::nothing),
    post("/me/passkeys/confirm", "Confirms it", body::confirm_passkey),
    change("DELETE", "/me/passkeys/{id}", "Removes a passkey", body::nothing),
    post("/me/recovery-codes", "New recovery codes", body::nothing),
    get("/people", "All people of the desk"),
    post("/people", "Invites somebody", body::invite),
    change("PATCH", "/people/{name}", "Changes a person", body::change_person),
    post("/people/{name}/invitation", "Invites somebody again", body::why),
    get("/proposals", "What waits for a second person, or all").asking(which_proposals),
    post("/proposals", "Proposes something", body::proposal),
    get("/proposals/{id}", "One proposal"),
    post("/proposals/{id}/approve", "Approves it: it is done", body::maybe_why),
    post("/proposals/{id}/refuse", "Refuses it", body::maybe_why),
    post("/proposals/{id}/withdraw", "Withdraws it", body::maybe_why),
    get("/views", "The cameras, and what of them is public"),
    get("/views/{constituency}/{station}/{camera}", "One camera, with approvals and hidings"),
    get("/views/{constituency}/{station}/{camera}/now.jpg", "The present picture").answering(Answer::Jpeg),
    post("/views/{constituency}/{station}/{camera}/still", "Takes a reference still", body::nothing),
    post("/views/{constituency}/{station}/{camera}/hide", "Hides a camera at once", body::hide),
    get("/views/stills/{file}", "A reference still").answering(Answer::Jpeg),
    get("/programme", "The board of the installation"),
    post("/programme", "Records a decision", body::decision),
    post("/programme/dates", "Sets a stage's date and responsible person for many stations", body::dates),
    get("/stations/{constituency}/{station}", "A station with its records"),
    post("/stations/{constituency}/{station}/records", "Records what was found or done", body::finding),
    post("/stations/{constituency}/{station}/photos", "Keeps a photo", no_body),
    get("/stations/{constituency}/{station}/photos/{file}", "A photo").answering(Answer::Jpeg),
    post("/stations/{constituency}/{station}/link", "A new link for the chair", body::nothing),
    get("/reports", "What citizens report of cameras, and nobody has closed"),
    get("/list", "The versions of the list, published and drafts"),
    get("/list/{version}/changes", "What a version changes against the one published before it"),
    get("/list/files/{file}", "A version as a file")
        .answering(Answer::ListFile)
        .asking(|| in_language("language")),
    post("/list/look", "Shows what a list would change, or what is wrong with it", no_body),
    post("/list/import", "Makes it the newest version, as a draft", no_body).asking(looked_at),
    get("/stations/{constituency}/{station}/acceptance.pdf", "The act of acceptance")
        .answering(Answer::Pdf)
        .asking(|| in_language("lang")),
    post(
        "/stations/{constituency}/{station}/sheet",
        "Prints a station's sheet, with new secrets",
        body::sheets,
    )
    .answering(Answer::Pdf),
    post("/constituencies/{constituency}/sheets", "Prints the sheets of a constituency", body::sheets)
        .answering(Answer::Pdf),
    get("/stock", "The devices, and who has them"),
    post("/stock", "Records a movement of a device", body::movement),
    post("/self-test/look", "The station of a chair's link", body::token),
    post("/self-test/picture", "A picture of that station", body::chairs_picture).answering(Answer::Jpeg),
    post("/self-test", "The chair's answers", body::self_test),
    get("/audit", "Searches the audit trail").asking(which_entries),
    get("/audit.ndjson", "The whole audit trail").answering(Answer::JsonLines),
    get("/election", "The election with plan and policy"),
    get("/elections", "The vote and its rehearsals, and which of them is current"),
    post("/elections/rehearsals", "Plans a rehearsal", body::rehearsal),
    get("/overview", "What waits, in numbers"),
];

fn no_body() -> Value {
    Value::Null
}

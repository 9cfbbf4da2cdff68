//! The description of the desk's API in OpenAPI 3.1, built from the table of routes: what a route is for and what it
//! takes stands in [`operations`], and a test finds routes without that, and that without a route.

mod bodies;
mod operations;

use ashkar_election::{Permission, Role};
use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::table::{Content, Declared, Rule};

use operations::{Answer, Operation};

/// The description as JSON text.
///
/// # Errors
/// None in practice: it is built from this program's own values.
pub fn document() -> Result<String, serde_json::Error> {
    let mut paths: Map<String, Value> = Map::new();
    for route in crate::declared() {
        let operation = operations::of(&route.method, short(&route.path));
        let at = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        at[route.method.as_str().to_lowercase()] = described(&route, operation);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aşkar, the commission's desk",
            "description": "For the desk's own pages: what the commission, its operators and technicians do and see.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "schemas": { "Problem": problem() },
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::cookie::NAME }
            },
        },
    });
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}

/// The path without the API's address.
fn short(path: &str) -> &str {
    path.strip_prefix(crate::table::API).unwrap_or(path)
}

fn described(route: &Declared, operation: Option<&Operation>) -> Value {
    let changes = route.method != Method::GET;
    let mut parameters: Vec<Value> = path_parameters(&route.path);
    parameters.extend(operation.map(|operation| (operation.query)()).unwrap_or_default());
    if changes {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "A new one for each act.",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9-]{16,64}$" },
        }));
    }
    let mut described = json!({
        "operationId": operation_id(route),
        "summary": operation.map_or("", |operation| operation.summary),
        "description": rule_in_words(route.rule),
        "parameters": parameters,
        "responses": responses(operation.map_or(Answer::Json, |operation| operation.answer)),
    });
    if route.rule != Rule::Anyone {
        described["security"] = json!([{ "session": [] }]);
    }
    if changes {
        described["requestBody"] = request_body(route.content, operation);
    }
    described
}

fn request_body(content: Content, operation: Option<&Operation>) -> Value {
    let (kind, schema) = match content {
        Content::Json => ("application/json", operation.map_or(Value::Null, |operation| (operation.body)())),
        Content::Jpeg => ("image/jpeg", json!({})),
        Content::Csv => ("text/csv", json!({})),
    };
    json!({ "required": true, "content": { kind: { "schema": schema } } })
}

/// Such as `post_views_still`.
fn operation_id(route: &Declared) -> String {
    let words = short(&route.path).split(['/', '.', '-']).filter(|word| !word.is_empty());
    let words = words.map(|word| word.trim_matches(['{', '}']).to_owned());
    std::iter::once(route.method.as_str().to_lowercase()).chain(words).collect::<Vec<_>>().join("_")
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let schema = match name {
                "constituency" | "station" => json!({ "type": "integer", "minimum": 0, "maximum": 65535 }),
                "camera" => json!({ "type": "integer", "minimum": 0, "maximum": 255 }),
                "id" | "version" => json!({ "type": "integer", "format": "int64" }),
                _ => json!({ "type": "string", "minLength": 1 }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

fn rule_in_words(rule: Rule) -> String {
    match rule {
        Rule::Anyone => "Anybody.".to_owned(),
        Rule::Begun => "Whoever knew the password, however far they have come.".to_owned(),
        Rule::Awaited => "Whoever is awaited with a second factor.".to_owned(),
        Rule::Enrolling => "Whoever is signed in, or must set up a second factor before that.".to_owned(),
        Rule::SignedIn => "Whoever is signed in.".to_owned(),
        Rule::May(permission) => format!("By role: {}.", roles(permission)),
        Rule::MayThere(permission) => {
            format!("By role, in a constituency that they look after: {}.", roles(permission))
        }
    }
}

fn roles(permission: Permission) -> String {
    let such = Role::ALL.into_iter().filter(|role| role.may(permission));
    such.map(Role::name).collect::<Vec<_>>().join(", ")
}

/// What a refusal may be: the statuses of `docs/reference/desk.md`.
const REFUSALS: [&str; 11] = ["400", "401", "403", "404", "405", "409", "413", "422", "429", "500", "503"];

fn responses(answer: Answer) -> Value {
    let ok = match answer {
        Answer::Json => json!({ "application/json": { "schema": { "type": ["object", "array"] } } }),
        Answer::Jpeg => json!({ "image/jpeg": {} }),
        Answer::JsonLines => json!({ "application/x-ndjson": {} }),
        Answer::Pdf => json!({ "application/pdf": {} }),
        Answer::ListFile => json!({ "text/csv": {}, "application/pdf": {} }),
    };
    let mut all = json!({ "200": { "description": "Done, or what was asked for.", "content": ok } });
    for status in REFUSALS {
        all[status] = json!({
            "description": "Refused; the body says why and what to do.",
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
    }
    all
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "pattern": "^/problems/" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let routes: BTreeSet<_> = crate::declared()
            .iter()
            .map(|one| (one.method.to_string(), short(&one.path).to_owned()))
            .collect();
        let described: BTreeSet<_> =
            operations::all().iter().map(|one| (one.method.to_owned(), one.path.to_owned())).collect();
        assert_eq!(routes, described);
        assert_eq!(operations::all().len(), described.len(), "something is described twice");
    }

    #[test]
    fn what_takes_json_says_which() {
        for route in crate::declared() {
            let operation = operations::of(&route.method, short(&route.path)).unwrap();
            let takes = (operation.body)();
            let needs = route.method != Method::GET && route.content == Content::Json;
            assert_eq!(takes.is_object(), needs, "{} {}", route.method, route.path);
        }
    }

    /// After an intended change: `ashkar openapi --desk > docs/reference/openapi-desk.json`.
    #[test]
    fn the_committed_description_is_this_one() {
        let committed = include_str!("../../../../docs/reference/openapi-desk.json");
        let is = document().unwrap() == committed;
        assert!(is, "docs/reference/openapi-desk.json is not what the API is");
    }
}

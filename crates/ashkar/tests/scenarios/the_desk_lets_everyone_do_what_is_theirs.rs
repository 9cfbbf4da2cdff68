//! Every route of the desk, from the table that the router is built from, tried as every role and as nobody: nobody gets
//! past a rule, and nobody is kept from what is theirs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_desk::{Content, Declared, Rule, declared};
use ashkar_election::{Role, SignInStage};
use serde_json::json;

use crate::common::desk::{Answer, Person, new_key, profile};
use crate::common::{Centre, add_camera};

/// Whether somebody was let through to the handler: whatever it answered then.
fn is_let_in(answer: &Answer) -> bool {
    !matches!(
        answer.problem().as_str(),
        "/problems/signed-out" | "/problems/not-your-role" | "/problems/foreign"
    )
}

/// The route's address, with values: `constituency` is 7.
fn address(route: &Declared) -> String {
    let values = [
        ("{constituency}", "7"),
        ("{station}", "12"),
        ("{camera}", "1"),
        ("{id}", "999999"),
        ("{name}", "nobody-there"),
        ("{file}", "none.jpg"),
        ("{version}", "999999"),
    ];
    let path = values.iter().fold(route.path.clone(), |path, (name, value)| path.replace(name, value));
    assert!(!path.contains('{'), "{path}: give the new parameter a value here");
    path.strip_prefix("/desk/api/v1").unwrap().to_owned()
}

fn ask(person: &Person, route: &Declared) -> Answer {
    let body = (route.method != "GET").then_some("{}");
    let mut more = vec![("idempotency-key", new_key())];
    match route.content {
        Content::Json => {}
        Content::Jpeg => more.push(("content-type", "image/jpeg".to_owned())),
        Content::Csv => more.push(("content-type", "text/csv".to_owned())),
    }
    let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
    person.send(route.method.as_str(), &address(route), body, &more)
}

/// Who there is: a person, the role, how far they are, whether they look after constituency 7.
type Who = (Person, Role, Option<SignInStage>, bool);

fn everyone(centre: &Centre) -> Vec<Who> {
    let at = |name: &str, role, stage, numbers: Option<&[u16]>| {
        Person::at(&centre.data, &centre.http, name, profile(role, numbers), stage)
    };
    let mut all: Vec<Who> = Vec::new();
    for role in Role::ALL {
        all.push((at(role.name(), role, SignInStage::Full, None), role, Some(SignInStage::Full), true));
        for stage in [SignInStage::Second, SignInStage::Enrol] {
            let name = format!("{role}-{}", stage.name());
            all.push((at(&name, role, stage, None), role, Some(stage), true));
        }
    }
    for role in [Role::Operator, Role::Technician] {
        let there = format!("{role}-of-7");
        all.push((at(&there, role, SignInStage::Full, Some(&[7, 9])), role, Some(SignInStage::Full), true));
        let elsewhere = format!("{role}-of-8");
        all.push((at(&elsewhere, role, SignInStage::Full, Some(&[8])), role, Some(SignInStage::Full), false));
    }
    all.push((Person::nobody(&centre.http), Role::Administrator, None, false));
    all
}

/// What the rule says, written down once more and by cases.
fn may(rule: Rule, role: Role, stage: Option<SignInStage>, is_there: bool) -> bool {
    match (rule, stage) {
        (Rule::Anyone, _) => true,
        (_, None) => false,
        (Rule::Begun, Some(_)) => true,
        (Rule::Awaited, Some(stage)) => stage == SignInStage::Second,
        (Rule::Enrolling, Some(stage)) => stage != SignInStage::Second,
        (_, Some(SignInStage::Second | SignInStage::Enrol)) => false,
        (Rule::SignedIn, Some(SignInStage::Full)) => true,
        (Rule::May(permission), Some(SignInStage::Full)) => role.may(permission),
        (Rule::MayThere(permission), Some(SignInStage::Full)) => role.may(permission) && is_there,
    }
}

#[test]
fn every_route_as_everyone_and_as_nobody() {
    let dir = tempfile::tempdir().unwrap();
    add_camera(dir.path(), "7/12/1");
    let centre = Centre::start(dir.path());
    let routes = declared();
    assert!(routes.len() > 30, "{}", routes.len());
    for (person, role, stage, is_there) in everyone(&centre) {
        for route in &routes {
            let answer = ask(&person, route);
            let expected = may(route.rule, role, stage, is_there);
            let Declared { method, path, rule, .. } = route;
            assert_eq!(
                is_let_in(&answer),
                expected,
                "{} at {method} {path} ({rule:?}): {answer:?}",
                person.name
            );
            assert!(!matches!(answer.status, 500 | 502), "{method} {path}: {answer:?}");
            let stored = answer.headers.iter().find(|(name, _)| name == "cache-control");
            assert_eq!(stored.map(|(_, value)| value.as_str()), Some("no-store"), "{method} {path}");
            if path.ends_with("/logout") && expected {
                break;
            }
        }
    }
}

#[test]
fn no_other_method_no_foreign_page_and_no_change_without_a_key() {
    let dir = tempfile::tempdir().unwrap();
    add_camera(dir.path(), "7/12/1");
    let centre = Centre::start(dir.path());
    let routes = declared();
    let person = Person::signed_in(dir.path(), &centre.http, "kamran", Role::Commission);
    for route in &routes {
        let path = address(route);
        let known: Vec<&str> = routes
            .iter()
            .filter(|other| other.path == route.path)
            .map(|other| other.method.as_str())
            .collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
            .iter()
            .filter(|method| !known.contains(method))
        {
            let answer = person.send(method, &path, Some("{}"), &[("idempotency-key", &new_key())]);
            assert_eq!(answer.status, 405, "{method} {path}");
        }
        if route.method == "GET" {
            continue;
        }
        let key = new_key();
        let method = route.method.as_str();
        for site in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let answer = person.send(method, &path, Some("{}"), &[site, ("idempotency-key", &key)]);
            assert_eq!(answer.problem(), "/problems/foreign", "{method} {path} {site:?}");
        }
        for (body, more) in [
            (Some("{}"), &[][..]),
            (Some("{}"), &[("idempotency-key", "short")]),
            (None, &[("idempotency-key", &*key), ("content-type", "text/plain")]),
        ] {
            let answer = person.send(method, &path, body, more);
            assert!(matches!(answer.status, 400 | 401 | 403), "{method} {path}: {answer:?}");
        }
    }
    let me = person.get("/me").ok();
    assert_eq!(me["name"], "kamran", "none of that signed anybody out");
}

#[test]
fn a_repeated_request_is_done_once_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    add_camera(dir.path(), "7/12/1");
    let centre = Centre::start(dir.path());
    let person = Person::signed_in(dir.path(), &centre.http, "orxan", Role::Operator);
    let key = new_key();
    let hide = json!({ "reason": "secrecy", "text": "Kabinə görünür" }).to_string();
    let send =
        |body: &str| person.send("POST", "/views/7/12/1/hide", Some(body), &[("idempotency-key", &key)]);
    send(&hide).ok();
    assert_eq!(send(&hide).refused(409), "/problems/already-done");
    let other = json!({ "reason": "other", "text": "Kabinə görünür" }).to_string();
    assert_eq!(send(&other).refused(422), "/problems/refused");
    let view = person.get("/views/7/12/1").ok();
    assert_eq!(view["hidings"].as_array().unwrap().len(), 1, "{view}");
}

//! `ashkar user`: people of the desk.

use std::collections::BTreeSet;

use anyhow::Context;
use ashkar_credentials::token::Token;
use ashkar_election::{Language, NewInvitation, PeopleStore, Person, Profile, Role};
use serde_json::{Value, json};

use crate::camera::say;
use crate::cli::{Output, User, UserAdd};
use crate::{output, store};

const HOUR_US: i64 = 3_600_000_000;

pub(crate) async fn run(command: User) -> anyhow::Result<()> {
    match command {
        User::Add(options) => add(&options).await,
        User::List(output) => list(&output).await,
    }
}

/// Makes an account whose invitation could be shown.
async fn add(options: &UserAdd) -> anyhow::Result<()> {
    let store = store::open_or_make(&options.output.data.data).await?;
    let by = store::actor();
    let token = Token::generate()?;
    let expires_at = by.at.plus(i64::from(options.hours) * HOUR_US);
    let numbers: BTreeSet<u16> = options.constituencies.iter().copied().collect();
    let name = &options.name;
    let profile = Profile {
        display_name: options.display_name.clone().unwrap_or_else(|| name.to_string()),
        role: options.role,
        constituencies: (!numbers.is_empty()).then_some(numbers),
        language: Language::Az,
    };
    let link = format!("{}/desk/invitation#{}", options.desk_url, *token.reveal());
    let show = || {
        if options.output.json {
            let answer =
                json!({ "name": name, "role": profile.role, "link": link, "expires_at": expires_at });
            output::line_for_good(format_args!("{answer:#}"))
        } else {
            output::line_for_good(format_args!(
                "name   {name}\nrole   {}\nlink   {link}\n\nThe link is shown only now; whoever has it enters the account. It is good for {} hours.",
                profile.role, options.hours
            ))
        }
    };
    let invitation = NewInvitation { token_hash: token.hash().0, expires_at };
    let shown = store.invite_shown(name, &profile, &invitation, &by, show).await;
    shown?.context("no account was made, because its link could not be shown")
}

async fn list(output: &Output) -> anyhow::Result<()> {
    let people = store::open(&output.data.data).await?.people().await?;
    let json: Vec<Value> = people.iter().map(view).collect();
    Ok(say(output, &json!(json), &table(&people))?)
}

fn view(person: &Person) -> Value {
    json!({
        "name": person.name,
        "display_name": person.profile.display_name,
        "role": person.profile.role,
        "constituencies": person.profile.constituencies,
        "disabled": person.disabled,
        "second_factor": person.second_factor,
        "invited_until": person.invited_until,
        "last_seen": person.last_seen,
    })
}

fn table(people: &[Person]) -> String {
    if people.is_empty() {
        return "There is no account yet: `ashkar user add NAME --role administrator` makes the first."
            .to_owned();
    }
    let line = |person: &Person| {
        let Person { name, profile, .. } = person;
        let state = match (person.disabled, person.has_password, person.second_factor) {
            (true, ..) => "disabled",
            (false, false, _) => "invited",
            (false, true, false) if profile.role.needs_second_factor() => "without a second factor yet",
            (false, true, _) => "",
        };
        let role: Role = profile.role;
        format!("{:<20} {:<14} {}  {state}", name.to_string(), role.name(), profile.display_name)
            .trim_end()
            .to_owned()
    };
    people.iter().map(line).collect::<Vec<_>>().join("\n")
}

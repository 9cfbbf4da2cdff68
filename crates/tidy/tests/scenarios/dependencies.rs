//! What the project is built of: licences, crates that must not come in, where crates come from. The rules are those of
//! `deny.toml`, which `scripts/advisories.sh` reads too.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::project::{hold, root};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Every package of the lock file that is used on Linux, with all features.
fn packages() -> Vec<Value> {
    let asked = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .output()
        .unwrap();
    assert!(asked.status.success(), "cargo tells the packages: {}", String::from_utf8_lossy(&asked.stderr));
    let metadata: Value = serde_json::from_slice(&asked.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().clone();
    assert!(packages.len() > 200, "these are all: {}", packages.len());
    packages
}

fn rules() -> toml::Table {
    std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

fn names(list: &toml::Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Whether licences among `allowed` suffice for `expression`, by the rules of SPDX; `/` is an old way to write *or*.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let mode = ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT };
    let parsed = Expression::parse_mode(expression, mode);
    parsed.is_ok_and(|parsed| parsed.evaluate(|one| allowed.contains(&one.to_string())))
}

#[test]
fn every_licence_is_one_that_is_allowed() {
    let rules = rules();
    let licences = &rules["licenses"];
    let broken =
        packages().into_iter().filter(|package| package["source"].is_string()).filter_map(|package| {
            let mut allowed = names(&licences["allow"]);
            let exceptions = licences["exceptions"].as_array().unwrap();
            let exception = exceptions.iter().find(|one| one["crate"].as_str() == Some(name(&package)));
            allowed.extend(exception.map(|one| names(&one["allow"])).unwrap_or_default());
            let licence = package["license"].as_str().unwrap_or("none in its Cargo.toml");
            (!is_allowed(licence, &allowed)).then(|| format!("{}: {licence}", name(&package)))
        });
    hold("licences are those that deny.toml allows", broken);
}

#[test]
fn crates_come_from_the_registry_and_none_of_those_that_are_banned() {
    let rules = rules();
    let banned = rules["bans"]["deny"].as_array().unwrap();
    let banned: BTreeSet<&str> = banned.iter().map(|one| one["crate"].as_str().unwrap()).collect();
    let packages = packages();
    let is_ours = |package: &&Value| {
        package["manifest_path"]
            .as_str()
            .unwrap()
            .starts_with(&*root().canonicalize().unwrap().to_string_lossy())
    };
    let foreign = packages.iter().filter(|package| {
        package["source"].as_str().map_or_else(|| !is_ours(package), |source| source != REGISTRY)
    });
    hold(
        "crates come from crates.io",
        foreign.map(|package| format!("{}: {}", name(package), package["source"])),
    );
    let came = packages.iter().filter(|package| banned.contains(name(package)));
    hold("no crate that deny.toml bans", came.map(|package| name(package).to_owned()));
}

#[test]
fn versions_of_dependencies_are_named() {
    let open = packages().into_iter().filter(|package| package["source"].is_null()).flat_map(|package| {
        let dependencies = package["dependencies"].as_array().unwrap().clone();
        let any = dependencies.into_iter().filter(|one| one["req"] == "*" && one["path"].is_null());
        any.map(|one| format!("{}: {}", name(&package), one["name"])).collect::<Vec<_>>()
    });
    hold("no dependency on any version", open);
}

#[test]
fn licences_are_read_as_spdx_means_them() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "ISC"].map(str::to_owned).into();
    for good in
        ["MIT", "GPL-3.0-only OR MIT", "Unlicense/MIT", "MIT AND ISC", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "Apache-2.0", "", "my own", "none in its Cargo.toml"]
    {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}

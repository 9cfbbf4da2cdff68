//! The reference of metrics, generated from a centre with a live camera: `docs/reference/metrics.md`. A logged warning
//! is counted there by blame.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, eventually};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/metrics.md");
const HEAD: &str = "# Metrics\n\n\
    Generated from what a centre with a live camera shows at `/metrics` (OpenMetrics text); a test compares it. To regenerate it: \
    `WRITE_REFERENCES=1 cargo nextest run -p ashkar reference`.\n\n\
    Counters have `_total` after their names, histograms `_bucket`, `_sum` and `_count`.\n\n\
    | name | kind | labels | what |\n|---|---|---|---|\n";

/// A metric's description, and the labels of its samples.
#[derive(Default)]
struct Metric {
    kind: String,
    help: String,
    labels: BTreeSet<String>,
}

fn metrics_of(text: &str) -> BTreeMap<String, Metric> {
    let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            current = name.to_owned();
            metrics.entry(current.clone()).or_default().help = help.trim_end_matches('.').to_owned();
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' '))
        {
            metrics.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if let Some((labels, _)) = line.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')) {
            let labels = labels
                .split("\",")
                .filter_map(|label| label.split_once('='))
                .map(|(name, _)| name.to_owned());
            metrics.entry(current.clone()).or_default().labels.extend(labels.filter(|name| name != "le"));
        }
    }
    metrics
}

#[test]
fn the_reference_of_metrics_is_true() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    let mut wrong = centre.publish("7-12-1.aaaaaaaaaaaaaaaaaaaaaaaaaa", &Publish::default());
    let limit = Duration::from_secs(60);
    eventually("the wrong key is refused", limit, || wrong.0.try_wait().unwrap());
    let text = eventually("the camera is live, and the refusal is counted", limit, || {
        let text = centre.text("/metrics");
        let is_live = text.lines().any(|line| {
            line == "ashkar_camera_live{camera=\"7/12/1\"} 1.0"
                || line == "ashkar_camera_live{camera=\"7/12/1\"} 1"
        });
        let refused = text.lines().any(|line| {
            line.strip_prefix("ashkar_log_events_total{level=\"warn\",blame=\"station\"} ")
                .is_some_and(|count| count != "0" && count != "0.0")
        });
        (is_live && refused).then_some(text)
    });
    assert!(!text.contains("blame=\"unknown\"} 1"), "no warning and no error of nobody's fault:\n{text}");
    let mut reference = HEAD.to_owned();
    for (name, Metric { kind, help, labels }) in metrics_of(&text) {
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(reference, "| `{name}` | {kind} | {} | {help} |", labels.join(", "));
    }
    if std::env::var_os("WRITE_REFERENCES").is_some() {
        std::fs::write(FILE, &reference).unwrap();
    }
    let there = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(there == reference, "{FILE} is not what a centre shows; see its second line");
}

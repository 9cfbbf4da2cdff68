//! This computer, as its system tells of it in files. Whatever is not there or makes no sense is not told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ashkar_uplink::Note;
use tokio::time::sleep;

use super::judge::{Power, Reading};
use crate::uplink::read_limited;

/// The largest file of the system that is read, bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// Entries of one of its directories that are looked at.
const ENTRIES_MAX: usize = 64;
/// Time over which the processors' load is measured.
const LOAD_OVER: Duration = Duration::from_millis(500);
/// A sensor that tells something else is broken, degrees Celsius.
const SENSIBLE_CELSIUS: std::ops::RangeInclusive<i64> = -30..=125;

/// Where the system's files are.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    root: PathBuf,
}

/// The counters of TCP since the start of the system, of all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TcpCounters {
    pub(crate) sent: u64,
    pub(crate) sent_again: u64,
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        Self::at("/")
    }

    fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = read_limited(&self.root.join(path), FILE_BYTES_MAX).ok()?;
        String::from_utf8(bytes).ok()
    }

    fn number(&self, path: impl AsRef<Path>) -> Option<i64> {
        self.read(path)?.trim().parse().ok()
    }

    fn entries(&self, directory: &str) -> Vec<PathBuf> {
        let listed = std::fs::read_dir(self.root.join(directory)).into_iter().flatten();
        let mut found: Vec<_> = listed.flatten().take(ENTRIES_MAX).map(|entry| entry.path()).collect();
        found.sort_unstable();
        found
    }

    /// The hottest sensor, degrees Celsius.
    pub(crate) fn celsius(&self) -> Reading {
        let zones = self.entries("sys/class/thermal").into_iter();
        let told = zones.filter_map(|zone| self.number(zone.join("temp"))).map(|milli| milli / 1000);
        told.filter(|celsius| SENSIBLE_CELSIUS.contains(celsius)).max().ok_or(Note::NotTold)
    }

    /// What feeds it.
    pub(crate) fn power(&self) -> Power {
        let mut power = Power { mains: None, battery: None };
        for supply in self.entries("sys/class/power_supply") {
            let text = |name| self.read(supply.join(name)).unwrap_or_default().trim().to_owned();
            if text("scope") == "Device" {
                // The battery of a mouse.
                continue;
            }
            match text("type").as_str() {
                "Battery" | "UPS" => {
                    let percent =
                        self.number(supply.join("capacity")).filter(|percent| (0..=100).contains(percent));
                    // Several are as good as the weakest.
                    power.battery = power.battery.map_or(percent, |other| Some(percent?.min(other)));
                    match text("status").as_str() {
                        "Discharging" => power.mains = power.mains.or(Some(false)),
                        "Charging" | "Full" | "Not charging" => power.mains = Some(true),
                        _ => {}
                    }
                }
                "Mains" | "USB" | "Wireless" => match self.number(supply.join("online")) {
                    Some(0) => power.mains = power.mains.or(Some(false)),
                    Some(_) => power.mains = Some(true),
                    None => {}
                },
                _ => {}
            }
        }
        power
    }

    /// Memory that programs can still have, megabytes.
    pub(crate) fn memory_mb(&self) -> Reading {
        let told = self.read("proc/meminfo").and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
            line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()
        });
        told.map(|kb| kb / 1024).ok_or(Note::NotTold)
    }

    /// Share of the processors' time that is used, percent, over half a second.
    pub(crate) async fn processor_percent(&self) -> Reading {
        let before = self.processor().ok_or(Note::NotTold)?;
        sleep(LOAD_OVER).await;
        let after = self.processor().ok_or(Note::NotTold)?;
        used_percent(before, after).ok_or(Note::NotTold)
    }

    /// Time that was used, and all, in the system's unit.
    fn processor(&self) -> Option<(u64, u64)> {
        let text = self.read("proc/stat")?;
        let times: Vec<u64> = text
            .lines()
            .next()?
            .strip_prefix("cpu ")?
            .split_whitespace()
            .map_while(|n| n.parse().ok())
            .collect();
        // Time of guests is counted in the others already.
        let all: u64 = times.iter().take(8).sum();
        let idle = times.get(3)? + times.get(4)?;
        Some((all.checked_sub(idle)?, all))
    }

    /// What was sent over TCP.
    pub(crate) fn tcp(&self) -> Option<TcpCounters> {
        let text = self.read("proc/net/snmp")?;
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("Tcp:"));
        let (names, values) = (lines.next()?, lines.next()?);
        let value = |wanted: &str| {
            let at = names.split_whitespace().position(|name| name == wanted)?;
            values.split_whitespace().nth(at)?.parse().ok()
        };
        Some(TcpCounters { sent: value("OutSegs")?, sent_again: value("RetransSegs")? })
    }
}

fn used_percent(before: (u64, u64), after: (u64, u64)) -> Option<i64> {
    let (used, all) = (after.0.checked_sub(before.0)?, after.1.checked_sub(before.1)?);
    if all == 0 {
        return None;
    }
    i64::try_from(used.saturating_mul(100) / all).ok()
}

/// Fewer segments than this tell nothing of a line.
const SEGMENTS_MIN: u64 = 200;

/// The share that was sent again, thousandths.
pub(crate) fn loss_permille(before: Option<TcpCounters>, after: Option<TcpCounters>) -> Reading {
    let (before, after) = before.zip(after).ok_or(Note::NotTold)?;
    let sent = after.sent.checked_sub(before.sent).ok_or(Note::NotTold)?;
    let again = after.sent_again.checked_sub(before.sent_again).ok_or(Note::NotTold)?;
    if sent < SEGMENTS_MIN {
        return Err(Note::TooLittle);
    }
    i64::try_from(again.saturating_mul(1000) / sent).map_err(|_| Note::NotTold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)]) -> (Machine, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        (Machine::at(directory.path()), directory)
    }

    #[tokio::test]
    async fn what_is_not_told_is_not_invented() {
        let (empty, _directory) = machine(&[]);
        assert_eq!((empty.celsius(), empty.memory_mb()), (Err(Note::NotTold), Err(Note::NotTold)));
        assert_eq!(empty.processor_percent().await, Err(Note::NotTold));
        assert_eq!((empty.power(), empty.tcp()), (Power { mains: None, battery: None }, None));
        let (broken, _directory) = machine(&[
            ("sys/class/thermal/thermal_zone0/temp", "-274000\n"),
            ("sys/class/thermal/thermal_zone1/temp", "hot"),
            ("sys/class/power_supply/BAT0/type", "Battery\n"),
            ("sys/class/power_supply/BAT0/capacity", "900\n"),
            ("proc/meminfo", "MemAvailable: many kB\n"),
            ("proc/net/snmp", "Tcp: OutSegs\nTcp:\n"),
            ("proc/stat", "cpu 1\n"),
        ]);
        assert_eq!((broken.celsius(), broken.memory_mb()), (Err(Note::NotTold), Err(Note::NotTold)));
        assert_eq!((broken.power().battery, broken.tcp(), broken.processor()), (None, None, None));
    }

    #[test]
    fn sensors_and_supplies_are_read() {
        let (laptop, _directory) = machine(&[
            ("sys/class/thermal/thermal_zone0/temp", "48000\n"),
            ("sys/class/thermal/thermal_zone1/temp", "61500\n"),
            ("sys/class/power_supply/AC/type", "Mains\n"),
            ("sys/class/power_supply/AC/online", "1\n"),
            ("sys/class/power_supply/BAT0/type", "Battery\n"),
            ("sys/class/power_supply/BAT0/capacity", "80\n"),
            ("sys/class/power_supply/mouse/type", "Battery\n"),
            ("sys/class/power_supply/mouse/scope", "Device\n"),
            ("sys/class/power_supply/mouse/capacity", "5\n"),
            ("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:  2048000 kB\n"),
            ("proc/net/snmp", "Ip: a\nIp: 1\nTcp: InSegs OutSegs RetransSegs\nTcp: 1 5000 25\n"),
            ("proc/stat", "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1\n"),
        ]);
        assert_eq!(laptop.celsius(), Ok(61));
        assert_eq!(laptop.power(), Power { mains: Some(true), battery: Some(80) });
        assert_eq!(laptop.memory_mb(), Ok(2000));
        assert_eq!(laptop.tcp(), Some(TcpCounters { sent: 5000, sent_again: 25 }));
        assert_eq!(laptop.processor(), Some((200, 1000)));
        std::fs::write(laptop.root.join("sys/class/power_supply/AC/online"), "0\n").unwrap();
        std::fs::write(laptop.root.join("sys/class/power_supply/BAT0/status"), "Discharging\n").unwrap();
        assert_eq!(laptop.power(), Power { mains: Some(false), battery: Some(80) });
    }

    #[test]
    fn counters_that_go_back_tell_nothing() {
        let counters = |sent, sent_again| Some(TcpCounters { sent, sent_again });
        assert_eq!(loss_permille(counters(1000, 10), counters(2000, 25)), Ok(15));
        assert_eq!(loss_permille(counters(2000, 10), counters(1000, 25)), Err(Note::NotTold));
        assert_eq!(loss_permille(counters(0, 0), counters(199, 9)), Err(Note::TooLittle));
        assert_eq!(loss_permille(None, counters(9, 9)), Err(Note::NotTold));
        assert_eq!(used_percent((5, 10), (5, 10)), None);
        assert_eq!(used_percent((0, 0), (1, 4)), Some(25));
    }
}

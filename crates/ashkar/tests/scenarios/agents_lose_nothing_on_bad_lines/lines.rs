//! Stations on hosts of their own (network namespaces), each at the end of a line.

use std::io::{BufRead, BufReader, Write};
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use crate::common::{Running, tool};

/// A line's condition, in both directions.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// Bits a second; 0 is cut.
    pub rate: u64,
    /// There and back.
    pub delay_ms: u32,
    /// Of a thousand packets.
    pub loss: u32,
}

pub const GOOD: Condition = Condition { rate: 50_000_000, delay_ms: 8, loss: 0 };
pub const MOBILE: Condition = Condition { rate: 6_000_000, delay_ms: 90, loss: 10 };
pub const TERRIBLE: Condition = Condition { rate: 900_000, delay_ms: 350, loss: 40 };
/// Less than a camera gives.
pub const NARROW: Condition = Condition { rate: 60_000, delay_ms: 60, loss: 0 };
pub const CUT: Condition = Condition { rate: 0, delay_ms: 0, loss: 0 };

/// All lines, and the namespaces at their ends.
pub struct Lines {
    carrier: Running,
    prefix: String,
    octet: u32,
    count: usize,
}

impl Lines {
    /// Makes `count` stations whose lines are good.
    pub fn make(count: usize, seed: u64) -> Self {
        let pid = std::process::id();
        let prefix = format!("ash{}l", pid % 100_000);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agents/lines.py");
        let mut child = Command::new("/usr/bin/python3")
            .args([script, &prefix, &count.to_string(), &seed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is needed for this test");
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n", "TUN devices can be made (as root)");
        let mut lines = Self { carrier: Running(child), prefix, octet: 64 + pid % 128, count };
        tool("ip", &["address", "add", &format!("{}/32", lines.centre()), "dev", "lo"]);
        for station in 0..count {
            lines.lay(station);
            lines.set(station, GOOD);
        }
        lines
    }

    /// The centre's address, which all stations can reach.
    pub fn centre(&self) -> Ipv4Addr {
        Ipv4Addr::from(0x0a00_0001 | self.octet << 16)
    }

    /// The namespace of a station.
    pub fn host(&self, station: usize) -> String {
        format!("{}{station}", self.prefix)
    }

    /// Changes a line.
    pub fn set(&mut self, station: usize, to: Condition) {
        let input = self.carrier.0.stdin.as_mut().unwrap();
        writeln!(input, "{station} {} {} {}", to.rate, to.delay_ms, to.loss).unwrap();
    }

    fn lay(&self, station: usize) {
        let host = self.host(station);
        let (here, there) = (format!("{host}a"), format!("{host}b"));
        let place = (station as u32 + 1) << 8 | self.octet << 16 | 0x0a00_0000;
        let (near, far) = (Ipv4Addr::from(place | 1).to_string(), Ipv4Addr::from(place | 2).to_string());
        tool("ip", &["netns", "add", &host]);
        tool("ip", &["link", "set", &there, "netns", &host]);
        tool("ip", &["address", "add", &near, "peer", &far, "dev", &here]);
        tool("ip", &["link", "set", &here, "up"]);
        tool("ip", &["-n", &host, "link", "set", "lo", "up"]);
        tool("ip", &["-n", &host, "address", "add", &far, "peer", &near, "dev", &there]);
        tool("ip", &["-n", &host, "link", "set", &there, "up"]);
        tool("ip", &["-n", &host, "route", "add", "default", "via", &near]);
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        for station in 0..self.count {
            let host = self.host(station);
            let inside = Command::new("ip").args(["netns", "pids", &host]).output();
            let inside = inside.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
            for process in inside.unwrap_or_default().split_whitespace() {
                let _ = Command::new("kill").args(["-9", process]).status();
            }
            let _ = Command::new("ip").args(["netns", "del", &host]).status();
        }
        let address = format!("{}/32", self.centre());
        let _ = Command::new("ip").args(["address", "del", &address, "dev", "lo"]).status();
    }
}

//! The station's disk with the real programs: its power is cut while the line is down, and chosen calls of the agent
//! fail. The agent records on, and in the end the centre has what was recorded, and nothing that the station's disk lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use crate::common::disk::{Cut, Disk};
use crate::common::recordings::{at_centre, open, recorded};
use crate::common::station::{
    CAMERA, Wire, durable, enrol, put_election, settings_for, start_agent, start_centre, stop_agent,
    wait_for_live,
};
use crate::common::tracer::Tracer;
use crate::common::{Centre, Running, add_camera, ashkar, eventually};

const LATER: Duration = Duration::from_secs(60);
/// What is recorded without a line before the power is cut.
const WITHOUT_LINE: Duration = Duration::from_secs(3);
/// Calls that fail: syncs and writes of the archive, names of files that are written beside it, room for a journal.
const FAULTS: [&str; 4] = [
    "fdatasync:error=EIO:when=2",
    "pwritev:error=EIO:when=3",
    "fsync:error=EIO:when=1",
    "fallocate:error=ENOSPC:when=1",
];

/// A station whose directory may lie on a disk of its own, and its centre.
struct OnAir {
    centre: Centre,
    wire: Wire,
    settings: PathBuf,
    dir: tempfile::TempDir,
}

impl OnAir {
    fn start(disk: Option<&Disk>) -> (Self, Running) {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("centre");
        if let Some(disk) = disk {
            std::os::unix::fs::symlink(disk.path(), dir.path().join("agent")).unwrap();
        }
        put_election(&data);
        add_camera(&data, "7/12/1");
        let (centre, agents) = start_centre(&data);
        let wire = Wire::to(agents);
        let url = format!("http://{}", wire.address);
        let settings = settings_for(dir.path(), &url, "journal_bytes = 131072\n");
        enrol(&data, &url, settings.to_str().unwrap());
        let on_air = Self { centre, wire, settings, dir };
        let agent = on_air.start_agent();
        wait_for_live(&on_air.centre);
        (on_air, agent)
    }

    fn start_agent(&self) -> Running {
        start_agent(&self.settings, &self.log())
    }

    fn station(&self) -> PathBuf {
        self.dir.path().join("agent")
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("agent.log")
    }

    fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap()
    }

    /// Until so many more segments are noted as durable at the centre.
    fn until_durable(&self, more: u64) {
        let enough = durable(&self.station()) + more;
        eventually("segments are durable at the centre", LATER, || {
            (durable(&self.station()) >= enough).then_some(())
        });
    }

    /// Ends everything: the centre has exactly what was recorded.
    fn end(self, agent: Running) {
        self.until_durable(2);
        stop_agent(agent);
        let log = self.log_text();
        let Self { centre, dir, .. } = self;
        let data = centre.data.clone();
        centre.stop();
        let kept = dir.path().join("agent");
        for data in [&data, &kept] {
            let told = ashkar(&["archive", "check", "--data", data.to_str().unwrap()]);
            assert!(told.contains("all is well"), "{}: {told}", data.display());
        }
        let (here, there) = (parts(&kept), at_centre(&open(&data), CAMERA));
        let lacks = here.difference(&there).count();
        // Its last segments may have been on their way when the agent was stopped.
        assert!(lacks <= 20, "the centre lacks {lacks} of {} parts\n{log}", here.len());
        let more = there.difference(&here).count();
        assert_eq!(more, 0, "of {} parts at the centre, the station's disk lost {more}\n{log}", there.len());
        assert!(here.len() > 20, "{} parts\n{log}", here.len());
    }
}

fn parts(data: &Path) -> HashSet<Bytes> {
    recorded(&open(data), CAMERA).into_iter().collect()
}

#[test]
fn its_power_is_cut() {
    let mut disk = Disk::ext4(256);
    let (on_air, mut agent) = OnAir::start(Some(&disk));
    for cut in [Cut::JournalLost, Cut::JournalWritten] {
        on_air.until_durable(2);
        on_air.wire.cut();
        std::thread::sleep(WITHOUT_LINE);
        disk.cut(cut);
        agent.0.kill().unwrap();
        agent.0.wait().unwrap();
        disk.remount();
        on_air.wire.mend();
        agent = on_air.start_agent();
        wait_for_live(&on_air.centre);
    }
    on_air.end(agent);
}

#[test]
fn its_calls_fail() {
    let (on_air, agent) = OnAir::start(None);
    for fault in FAULTS {
        let trace = on_air.dir.path().join("trace");
        let tracer = Tracer::attach(agent.0.id(), fault, &trace);
        eventually(&format!("{fault} is met"), LATER, || {
            std::fs::read_to_string(&trace).is_ok_and(|calls| calls.contains("INJECTED")).then_some(())
        });
        drop(tracer);
        on_air.until_durable(3);
    }
    on_air.end(agent);
}

//! Metrics for `/metrics`: plain numbers with names, without a metrics library in this room.

use crate::Centre;

/// Rows of one metric: labels and value.
pub type Rows = Vec<(Vec<(&'static str, String)>, f64)>;

/// Name, help, whether it is a counter, rows.
pub type Figure = (&'static str, &'static str, bool, Rows);

impl Centre {
    /// Counters of the RTMP port.
    pub fn ingest_figures(&self) -> Vec<Figure> {
        let Some(metrics) = self.rtmp.lock().as_ref().map(|server| server.metrics()) else {
            return Vec::new();
        };
        let one = |value: u64| vec![(Vec::new(), value as f64)];
        let refused = [
            ("wrong_key", metrics.refused_wrong_key),
            ("already_live", metrics.refused_already_live),
            ("other", metrics.refused_other),
            ("too_many", metrics.refused_connections),
            ("made_room", metrics.made_room),
        ];
        vec![
            ("rtmp_connections", "Open RTMP connections", false, one(metrics.connections)),
            ("rtmp_publishing", "RTMP connections that publish", false, one(metrics.publishing)),
            ("rtmp_accepted", "RTMP connections accepted", true, one(metrics.accepted)),
            ("rtmp_refused", "Publishers and connections refused", true, labelled("reason", refused)),
            (
                "rtmp_protocol_errors",
                "Connections that broke the protocol",
                true,
                one(metrics.protocol_errors),
            ),
            ("rtmp_timeouts", "Connections that fell silent", true, one(metrics.timeouts)),
            ("rtmp_panics", "Panics that ended one connection", true, one(metrics.panics)),
            ("rtmp_bytes", "Bytes read over RTMP", true, one(metrics.bytes)),
            ("rtmp_reads", "Reads of RTMP that brought something", true, one(metrics.reads)),
        ]
    }
}

fn labelled<const N: usize>(label: &'static str, values: [(&str, u64); N]) -> Rows {
    values.into_iter().map(|(name, value)| (vec![(label, name.to_owned())], value as f64)).collect()
}

impl Centre {
    /// Measurements of the archive.
    pub fn archive_figures(&self) -> Vec<Figure> {
        use ashkar_archive::DiskState;
        let status = self.archive.status();
        let one = |value: f64| vec![(Vec::new(), value)];
        let states = [DiskState::Ok, DiskState::NearlyFull, DiskState::Full, DiskState::Failing]
            .map(|state| (state.name(), u64::from(status.state == state)));
        vec![
            ("archive_state", "1 for the state that the disk is in", false, labelled("state", states)),
            (
                "archive_durable_delay_seconds",
                "From a part's last arrival until it is durable, last minutes",
                false,
                quantiles(&status.durable_delay),
            ),
            ("archive_sync_seconds", "How long syncs take, last minutes", false, quantiles(&status.sync)),
            ("archive_syncs", "Syncs done", true, one(status.sync.count as f64)),
            ("archive_errors", "Writes and syncs that failed", true, one(status.errors as f64)),
            (
                "archive_damaged_ranges",
                "Places where the start found a journal damaged; the log names them",
                false,
                one(f64::from(status.damaged_ranges)),
            ),
            (
                "archive_unreadable_bytes",
                "Bytes of journals that the disk did not give at the start",
                false,
                one(status.unreadable_bytes as f64),
            ),
            ("archive_bytes", "Bytes that became durable", true, one(status.bytes as f64)),
            ("archive_refused", "Parts that were not taken", true, one(status.refused as f64)),
            (
                "archive_queue_bytes",
                "Bytes in memory that are not durable",
                false,
                one(status.queue_bytes as f64),
            ),
            (
                "archive_oldest_unsynced_seconds",
                "How long the oldest bytes that are not durable have waited",
                false,
                one(status.oldest_unsynced_ms as f64 / 1e3),
            ),
            (
                "clock_synchronised",
                "1 while the kernel says that the wall clock is disciplined",
                false,
                one(f64::from(self.archive.clock_state() == ashkar_terms::ClockState::Synchronised)),
            ),
            ("archive_disk_free_bytes", "Room on the disk", false, one(status.space.free as f64)),
            ("archive_disk_bytes", "Size of the disk", false, one(status.space.total as f64)),
        ]
    }
}

fn quantiles(times: &ashkar_archive::Times) -> Rows {
    let seconds = |us: u64| us as f64 / 1e6;
    [("0.5", times.p50_us), ("0.95", times.p95_us), ("0.99", times.p99_us), ("1", times.max_us)]
        .into_iter()
        .map(|(quantile, us)| (vec![("quantile", quantile.to_owned())], seconds(us)))
        .collect()
}

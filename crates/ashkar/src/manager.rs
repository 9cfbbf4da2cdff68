//! Messages to the service manager: that the centre is on air, and that it is alive. See `sd_notify(3)`.
//!
//! A side channel: without a manager, or if it does not listen, nothing happens.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// A connection to the service manager.
#[derive(Debug)]
pub(crate) struct Manager {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// How often it expects a sign that the process is alive.
    pub(crate) beat: Option<Duration>,
}

impl Manager {
    /// The manager that the environment names, if any.
    pub(crate) fn of_environment() -> Self {
        let beat = watchdog(
            std::env::var("WATCHDOG_USEC").ok().as_deref(),
            std::env::var("WATCHDOG_PID").ok().as_deref(),
            std::process::id(),
        );
        Self { socket: socket(), beat }
    }

    /// Sends `state`, such as `READY=1`. Never waits.
    pub(crate) fn tell(&self, state: &str) {
        if let Some((socket, address)) = &self.socket {
            let _ = socket.send_to_addr(state.as_bytes(), address);
        }
    }
}

fn socket() -> Option<(UnixDatagram, SocketAddr)> {
    let name = std::env::var_os("NOTIFY_SOCKET")?;
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name).ok()?,
        None => SocketAddr::from_pathname(&name).ok()?,
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    Some((socket, address))
}

/// Three beats within the manager's time-out, so that a late one does no harm.
fn watchdog(usec: Option<&str>, pid: Option<&str>, own: u32) -> Option<Duration> {
    let timeout: u64 = usec?.parse().ok().filter(|usec| *usec > 0)?;
    let is_meant = pid.is_none_or(|pid| pid.parse() == Ok(own));
    is_meant.then(|| Duration::from_micros(timeout / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_three_times_within_the_managers_timeout_if_it_is_meant() {
        assert_eq!(watchdog(Some("30000000"), Some("7"), 7), Some(Duration::from_secs(10)));
        assert_eq!(watchdog(Some("30000000"), None, 7), Some(Duration::from_secs(10)));
        for (usec, pid) in [(Some("30000000"), Some("8")), (Some("0"), None), (Some("x"), None), (None, None)]
        {
            assert_eq!(watchdog(usec, pid, 7), None);
        }
    }
}

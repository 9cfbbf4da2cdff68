//! How often a client may try something that costs, such as a signature or a code.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ashkar_site::http::client::Client;

const MINUTE: Duration = Duration::from_secs(60);

/// Attempts in the current minute, of each client and of all.
pub(crate) struct Rates {
    per_client: u32,
    of_all: u32,
    minute: Mutex<Minute>,
}

struct Minute {
    began: Instant,
    of_all: u32,
    /// No more entries than attempts that are allowed in a minute.
    clients: HashMap<Client, u32>,
}

impl Rates {
    pub(crate) fn new(per_client: u32, of_all: u32) -> Self {
        let minute = Minute { began: Instant::now(), of_all: 0, clients: HashMap::new() };
        Self { per_client, of_all, minute: Mutex::new(minute) }
    }

    /// Counts an attempt; false if there were too many in this minute.
    pub(crate) fn allow(&self, client: Client) -> bool {
        self.allow_at(client, Instant::now())
    }

    fn allow_at(&self, client: Client, now: Instant) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now.saturating_duration_since(minute.began) >= MINUTE {
            *minute = Minute { began: now, of_all: 0, clients: HashMap::new() };
        }
        if minute.of_all >= self.of_all {
            return false;
        }
        let of_client = minute.clients.entry(client).or_default();
        if *of_client >= self.per_client {
            return false;
        }
        *of_client += 1;
        minute.of_all += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn each_client_and_all_together_have_so_many_a_minute() {
        let rates = Rates::new(2, 5);
        let client = |last| Client::from(IpAddr::from([10, 0, 0, last]));
        let began = Instant::now();
        let allowed = |last, after| rates.allow_at(client(last), began + Duration::from_secs(after));
        assert_eq!(
            [1, 1, 1, 2, 2, 3, 4].map(|last| allowed(last, 1)),
            [true, true, false, true, true, true, false]
        );
        assert!(allowed(1, 62), "another minute");
    }
}

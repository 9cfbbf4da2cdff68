//! Limits on what citizens send: how soon the next report may be made. In: the client, the camera, the time. Out: whether it
//! is let through, or how long to wait.
//!
//! What must never happen: memory that grows with the number of senders. Only what was let through is remembered, for ten
//! minutes, and the limit over all bounds that.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ashkar_terms::CameraId;
use parking_lot::Mutex;

use crate::http::client::Client;

const MINUTE: Duration = Duration::from_secs(60);
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// So many in so much time.
type Limit = (usize, Duration);

/// Of one client. A carrier puts many people behind one address.
const OF_CLIENT: Limit = (10, TEN_MINUTES);
/// Of one client about one camera.
const OF_CLIENT_AND_CAMERA: Limit = (4, TEN_MINUTES);
/// About one camera.
const OF_CAMERA: Limit = (10, MINUTE);
/// Of all.
const OF_ALL: Limit = (60, MINUTE);

/// Something that was let through.
#[derive(Debug, Clone, Copy)]
struct Sent {
    at: Instant,
    client: Client,
    camera: CameraId,
}

/// What was let through in the last ten minutes, oldest first.
#[derive(Debug, Default)]
pub(super) struct Flood(Mutex<VecDeque<Sent>>);

impl Flood {
    /// Lets a report of `client` about `camera` through, or says how long to wait. What waits does not count.
    pub(super) fn admit(&self, client: Client, camera: CameraId, now: Instant) -> Result<(), Duration> {
        let mut sent = self.0.lock();
        while sent.front().is_some_and(|one| now.saturating_duration_since(one.at) >= TEN_MINUTES) {
            sent.pop_front();
        }
        let waits = [
            wait(&sent, now, OF_CLIENT_AND_CAMERA, |one| one.client == client && one.camera == camera),
            wait(&sent, now, OF_CLIENT, |one| one.client == client),
            wait(&sent, now, OF_CAMERA, |one| one.camera == camera),
            wait(&sent, now, OF_ALL, |_| true),
        ];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(wait);
        }
        sent.push_back(Sent { at: now, client, camera });
        Ok(())
    }
}

/// How long until fewer than the limit allows are within its time; nothing if that is so now.
fn wait(
    sent: &VecDeque<Sent>,
    now: Instant,
    (many, time): Limit,
    counts: impl Fn(&Sent) -> bool,
) -> Option<Duration> {
    let age = |one: &Sent| now.saturating_duration_since(one.at);
    let recent = sent.iter().rev().take_while(|one| age(one) < time);
    let in_the_way = recent.filter(|one| counts(one)).nth(many - 1)?;
    Some(time.saturating_sub(age(in_the_way)))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;

    fn client(number: u8) -> Client {
        IpAddr::from([192, 0, 2, number]).into()
    }

    const CAMERA: CameraId = CameraId::new(7, 12, 1);

    #[test]
    fn one_sender_keeps_no_other_from_being_heard() {
        let (flood, now) = (Flood::default(), Instant::now());
        for _ in 0..4 {
            flood.admit(client(1), CAMERA, now).unwrap();
        }
        assert_eq!(flood.admit(client(1), CAMERA, now), Err(TEN_MINUTES));
        let others =
            (1..40).filter(|n| flood.admit(client(1), CameraId::new(7, 13, *n), now).is_ok()).count();
        assert_eq!(others, 6, "ten of one client");
        flood.admit(client(2), CAMERA, now).unwrap();
        assert!(flood.admit(client(1), CAMERA, now + Duration::from_secs(599)).is_err());
        flood.admit(client(1), CAMERA, now + TEN_MINUTES).unwrap();
    }

    #[test]
    fn what_one_may_choose_of_a_network_is_one_sender() {
        let (flood, now) = (Flood::default(), Instant::now());
        let of = |last: u16| -> Client { IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, last]).into() };
        let let_through = (0..50).filter(|last| flood.admit(of(*last), CAMERA, now).is_ok()).count();
        assert_eq!(let_through, 4);
    }

    #[test]
    fn many_senders_wait_a_minute_at_most() {
        let (flood, now) = (Flood::default(), Instant::now());
        let first = (0..200).filter(|n| flood.admit(client(*n), CAMERA, now).is_ok()).count();
        assert_eq!(first, 10, "about one camera");
        let elsewhere =
            (0..200).filter(|n| flood.admit(client(*n), CameraId::new(8, 1, *n), now).is_ok()).count();
        assert_eq!(elsewhere, 50, "of all");
        assert_eq!(flood.admit(client(250), CAMERA, now), Err(MINUTE));
        flood.admit(client(250), CAMERA, now + MINUTE).unwrap();
    }

    proptest! {
        /// Whoever asks about whatever and whenever: no limit is passed, and what is remembered stays bounded. Whoever
        /// waits as long as was said is let through, if nobody else came.
        #[test]
        fn no_limit_is_passed(asked in prop::collection::vec((0..12_u8, 0..3_u8, 0..20_u64), 0..400)) {
            let (flood, mut now) = (Flood::default(), Instant::now());
            let mut through: Vec<Sent> = Vec::new();
            for (sender, number, later) in asked {
                now += Duration::from_secs(later);
                let (client, camera) = (client(sender), CameraId::new(7, 12, number + 1));
                match flood.admit(client, camera, now) {
                    Ok(()) => through.push(Sent { at: now, client, camera }),
                    Err(wait) => {
                        let copy = Flood(Mutex::new(flood.0.lock().clone()));
                        prop_assert!(wait > Duration::ZERO && wait <= TEN_MINUTES);
                        prop_assert!(copy.admit(client, camera, now + wait).is_ok());
                    }
                }
                let count = |(many, time): Limit, counts: &dyn Fn(&Sent) -> bool| {
                    through.iter().filter(|one| now - one.at < time && counts(one)).count() <= many
                };
                prop_assert!(count(OF_CLIENT, &|one| one.client == client));
                prop_assert!(count(OF_CLIENT_AND_CAMERA, &|one| one.client == client && one.camera == camera));
                prop_assert!(count(OF_CAMERA, &|one| one.camera == camera));
                prop_assert!(count(OF_ALL, &|_| true));
                prop_assert!(flood.0.lock().len() <= 600);
            }
        }
    }
}

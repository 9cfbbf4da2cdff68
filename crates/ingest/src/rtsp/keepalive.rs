//! Which request keeps a session alive: cameras count different ones, and some close the connection on one of them.
//! What one session finds out, the next one begins with.

/// A request that may keep a session alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keepalive {
    /// GET_PARAMETER without a body.
    GetParameter,
    /// OPTIONS.
    Options,
    /// SET_PARAMETER without a body.
    SetParameter,
    /// No request: receiver reports must suffice.
    Nothing,
}

/// What a session found out about its camera, for the next one. It holds no password and no answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quirks {
    /// Challenges of a camera that closes the connection after its 401.
    pub(super) challenges: Vec<String>,
    /// Digest is offered and refused, Basic is accepted.
    pub(super) basic: bool,
    /// Keepalives on which the camera closed, or that it did not count.
    pub(super) avoided: Vec<Keepalive>,
    /// The keepalive with which several of the camera's time limits have passed.
    pub(super) proven: Option<Keepalive>,
    /// How often to send one if the camera keeps sessions for less time than it says, seconds.
    pub(super) every_s: Option<u64>,
}

impl Quirks {
    /// Whether the connection ended after a 401, and the next one is to answer it at once.
    pub fn closed_behind_401(&self) -> bool {
        !self.challenges.is_empty()
    }
}

const ORDER: [Keepalive; 3] = [Keepalive::GetParameter, Keepalive::Options, Keepalive::SetParameter];
const SECOND_US: u64 = 1_000_000;
/// The shortest time between two keepalives, seconds.
const MIN_EVERY_S: u64 = 2;
/// Sessions shorter than this say nothing about the camera's time limit, seconds.
const MIN_TELLING_S: u64 = 8;

impl Keepalive {
    pub(super) const fn method(self) -> Option<&'static str> {
        match self {
            Self::GetParameter => Some("GET_PARAMETER"),
            Self::Options => Some("OPTIONS"),
            Self::SetParameter => Some("SET_PARAMETER"),
            Self::Nothing => None,
        }
    }
}

/// Keeps one session alive.
#[derive(Debug)]
pub(super) struct KeepaliveScheduler {
    quirks: Quirks,
    get_parameter: bool,
    refused: Vec<Keepalive>,
    using: Keepalive,
    began_us: Option<u64>,
    sent: u32,
}

impl KeepaliveScheduler {
    pub(super) fn new(quirks: Quirks) -> Self {
        Self {
            quirks,
            get_parameter: false,
            refused: Vec::new(),
            using: Keepalive::Options,
            began_us: None,
            sent: 0,
        }
    }

    /// Takes note of the methods that the camera announces.
    pub(super) fn announced(&mut self, methods: &str) {
        self.get_parameter = methods.split(',').any(|method| method.trim() == "GET_PARAMETER");
        self.using = self.choose();
    }

    pub(super) fn begin(&mut self, now_us: u64) {
        self.began_us = Some(now_us);
    }

    /// Announced methods come first; those that the camera did not like are left out.
    fn choose(&self) -> Keepalive {
        let first = if self.get_parameter { [0, 1, 2] } else { [1, 0, 2] };
        let order = first.into_iter().filter_map(|place| ORDER.get(place).copied());
        let proven = self.quirks.proven.filter(|proven| !self.refused.contains(proven));
        let mut left = order.filter(|one| !self.quirks.avoided.contains(one) && !self.refused.contains(one));
        // If all were refused, a refused one is still a sign of life.
        let refused = self.refused.iter().copied().find(|one| !self.quirks.avoided.contains(one));
        proven.or_else(|| left.next()).or(refused).unwrap_or(Keepalive::Nothing)
    }

    /// How long to wait after the last request if the camera keeps the session for `timeout_s`.
    pub(super) fn every_us(&self, timeout_s: u64) -> u64 {
        let half = (timeout_s * SECOND_US / 2).max(MIN_EVERY_S * SECOND_US);
        self.quirks.every_s.map_or(half, |seconds| half.min(seconds * SECOND_US))
    }

    /// The next keepalive to send.
    pub(super) fn next(&mut self) -> Option<&'static str> {
        let method = self.using.method()?;
        self.sent = self.sent.saturating_add(1);
        Some(method)
    }

    /// The camera refused one; true if another is to be tried at once.
    pub(super) fn refused(&mut self) -> bool {
        if self.refused.contains(&self.using) {
            return false;
        }
        self.refused.push(self.using);
        self.using = self.choose();
        self.using != Keepalive::Nothing && !self.refused.contains(&self.using)
    }

    /// The quirks that it began with.
    pub(super) const fn quirks_before(&self) -> &Quirks {
        &self.quirks
    }

    /// What the session learned, if the camera ended it. `open`: a keepalive was not answered yet.
    pub(super) fn quirks(&self, open: bool, timeout_s: u64, now_us: u64) -> Quirks {
        let mut quirks = self.quirks.clone();
        let Some(began_us) = self.began_us else { return quirks };
        let played_s = now_us.saturating_sub(began_us) / SECOND_US;
        let limit_s = timeout_s.max(1);
        if self.sent > 0 && played_s > limit_s * 5 / 2 {
            quirks.proven = Some(self.using);
        }
        if quirks.proven == Some(self.using) {
            return quirks;
        }
        let in_time = (limit_s * 7 / 10..=limit_s * 11 / 5 + 3).contains(&played_s);
        let used = self.sent > 0 || self.using == Keepalive::Nothing;
        if used && (open || in_time) {
            quirks.avoid(self.using);
        } else if self.sent == 0 && (MIN_TELLING_S..limit_s).contains(&played_s) {
            quirks.every_s = Some((played_s / 3).max(MIN_EVERY_S));
        }
        quirks
    }
}

impl Quirks {
    /// If nothing is left, not even silence, all are tried anew.
    fn avoid(&mut self, keepalive: Keepalive) {
        if keepalive == Keepalive::Nothing {
            self.avoided.clear();
        } else if !self.avoided.contains(&keepalive) {
            self.avoided.push(keepalive);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper(quirks: Quirks) -> KeepaliveScheduler {
        let mut keeper = KeepaliveScheduler::new(quirks);
        keeper.announced("OPTIONS, GET_PARAMETER");
        keeper.begin(0);
        keeper
    }

    #[test]
    fn one_at_which_the_camera_closes_is_not_sent_again() {
        let mut quirks = Quirks::default();
        for expected in [Some("GET_PARAMETER"), Some("OPTIONS"), Some("SET_PARAMETER"), None] {
            let mut keeper = keeper(quirks);
            assert_eq!(keeper.next(), expected);
            quirks = keeper.quirks(true, 60, 5 * SECOND_US);
        }
    }

    #[test]
    fn one_that_is_not_counted_gives_way_and_one_that_is_stays() {
        let mut first = keeper(Quirks::default());
        first.next();
        let mut second = keeper(first.quirks(false, 15, 16 * SECOND_US));
        assert_eq!(second.next(), Some("OPTIONS"));
        let proven = second.quirks(false, 15, 60 * SECOND_US);
        let mut third = keeper(proven);
        assert_eq!(third.next(), Some("OPTIONS"));
        assert_eq!(keeper(third.quirks(true, 15, 5 * SECOND_US)).next(), Some("OPTIONS"), "an accident");
    }

    #[test]
    fn all_refused_is_no_reason_to_stop() {
        let mut keeper = keeper(Quirks::default());
        assert!(keeper.refused() && keeper.refused());
        assert_eq!(keeper.next(), Some("SET_PARAMETER"));
        assert!(!keeper.refused());
        assert!(keeper.next().is_some());
        assert!(!keeper.refused());
    }

    #[test]
    fn a_limit_shorter_than_the_camera_says_is_learned() {
        let quirks = keeper(Quirks::default()).quirks(false, 60, 21 * SECOND_US);
        assert_eq!(keeper(quirks).every_us(60), 7 * SECOND_US);
        assert_eq!(keeper(Quirks::default()).every_us(60), 30 * SECOND_US);
        assert_eq!(keeper(Quirks::default()).every_us(1), 2 * SECOND_US);
    }
}

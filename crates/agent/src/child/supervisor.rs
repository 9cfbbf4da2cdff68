//! When a child is started, watched, ended and started again. Pure: events and times in, actions out.

use std::time::Duration;

use ashkar_terms::Blame;

/// Time limits of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// From its start to its first byte: devices and encoders need some seconds.
    pub grace: Duration,
    /// From one byte to the next.
    pub silence: Duration,
    /// From the request to end to the kill.
    pub kill_after: Duration,
    /// Pause before it is started again, the first time; it doubles with each failure.
    pub backoff_first: Duration,
    /// The longest pause.
    pub backoff_longest: Duration,
    /// Running this long, with bytes, begins the pauses anew.
    pub good_after: Duration,
}

impl Default for ChildLimits {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(15),
            silence: Duration::from_secs(10),
            kill_after: Duration::from_secs(3),
            backoff_first: Duration::from_secs(1),
            backoff_longest: Duration::from_secs(30),
            good_after: Duration::from_secs(60),
        }
    }
}

/// What the shell is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Start the child, and report [`Supervisor::started`] or [`Supervisor::not_started`].
    Start,
    /// Ask it and its group to end.
    Terminate,
    /// Kill it and its group.
    Kill,
    /// It is stopped for good.
    Finish,
}

/// Why it does not run, or did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Whose fault it is.
    pub(crate) blame: Blame,
    /// In words, without secrets.
    pub(crate) reason: String,
}

impl Fault {
    pub(crate) fn new(blame: Blame, reason: impl Into<String>) -> Self {
        Self { blame, reason: reason.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be started at this time.
    Waiting {
        until_us: u64,
    },
    /// The shell was told to start it.
    Starting,
    Running {
        since_us: u64,
        last_byte_us: Option<u64>,
    },
    /// Asked to end; killed at this time, and again if that does not help: a driver may hold it in the kernel.
    Ending {
        kill_at_us: u64,
    },
    Finished,
}

/// The supervisor of one child. Times are microseconds of the monotonic clock, and never go back.
#[derive(Debug)]
pub(super) struct Supervisor {
    limits: ChildLimits,
    state: State,
    stopping: bool,
    failures: u32,
    /// Why the present run is being ended.
    ending_for: Option<Fault>,
    /// Why the last run ended.
    last_fault: Option<Fault>,
    /// An action that is due whatever the time.
    pending: Option<Action>,
}

impl Supervisor {
    /// A child that is to be started at once.
    pub(super) fn new(limits: ChildLimits, now_us: u64) -> Self {
        Self {
            limits,
            state: State::Waiting { until_us: now_us },
            stopping: false,
            failures: 0,
            ending_for: None,
            last_fault: None,
            pending: None,
        }
    }

    /// The action that is due at `now_us`; to be asked until there is none.
    pub(super) fn next_action(&mut self, now_us: u64) -> Option<Action> {
        if let Some(action) = self.pending.take() {
            return Some(action);
        }
        match self.state {
            State::Waiting { .. } if self.stopping => {
                self.state = State::Finished;
                Some(Action::Finish)
            }
            State::Waiting { until_us } if until_us <= now_us => {
                self.state = State::Starting;
                Some(Action::Start)
            }
            State::Running { .. } if self.due_us().is_some_and(|due| due <= now_us) => {
                let fault = self.silence();
                self.end(fault, now_us);
                self.pending.take()
            }
            State::Ending { kill_at_us } if kill_at_us <= now_us => {
                self.state = State::Ending { kill_at_us: now_us + micros(self.limits.kill_after) };
                Some(Action::Kill)
            }
            _ => None,
        }
    }

    /// When the next action may be due, if nothing happens before.
    pub(super) fn due_us(&self) -> Option<u64> {
        match self.state {
            State::Waiting { until_us } => Some(until_us),
            State::Running { since_us, last_byte_us: None } => Some(since_us + micros(self.limits.grace)),
            State::Running { last_byte_us: Some(last), .. } => Some(last + micros(self.limits.silence)),
            State::Ending { kill_at_us } => Some(kill_at_us),
            State::Starting | State::Finished => None,
        }
    }

    /// It runs.
    pub(super) fn started(&mut self, now_us: u64) {
        self.state = State::Running { since_us: now_us, last_byte_us: None };
        if self.stopping {
            self.end(stopped(), now_us);
        }
    }

    /// It could not be started.
    pub(super) fn not_started(&mut self, fault: Fault, now_us: u64) {
        self.last_fault = Some(fault);
        self.wait(now_us);
    }

    /// Bytes came.
    pub(super) fn bytes(&mut self, now_us: u64) {
        if let State::Running { last_byte_us, .. } = &mut self.state {
            *last_byte_us = Some(now_us);
        }
    }

    /// What it writes cannot be used.
    pub(super) fn unreadable(&mut self, fault: Fault, now_us: u64) {
        if matches!(self.state, State::Running { .. }) {
            self.end(fault, now_us);
        }
    }

    /// It has ended, for this reason unless it was asked to; the reason that counts is returned.
    pub(super) fn exited(&mut self, fault: Fault, now_us: u64) -> Fault {
        self.note_good_run(now_us);
        let fault = self.ending_for.take().unwrap_or(fault);
        self.pending = None;
        self.last_fault = Some(fault.clone());
        self.wait(now_us);
        fault
    }

    /// It is to end, and not to be started again.
    pub(super) fn stop(&mut self, now_us: u64) {
        self.stopping = true;
        if matches!(self.state, State::Running { .. }) {
            self.end(stopped(), now_us);
        }
    }

    /// Why it does not give pictures now: nothing while bytes come.
    pub(super) fn fault(&self) -> Option<&Fault> {
        match self.state {
            State::Running { last_byte_us: Some(_), .. } => None,
            _ => self.ending_for.as_ref().or(self.last_fault.as_ref()),
        }
    }

    fn silence(&self) -> Fault {
        let reason = match self.state {
            State::Running { last_byte_us: None, .. } => {
                format!("it has given nothing within {} s of its start", self.limits.grace.as_secs_f32())
            }
            _ => format!("it lives and has given nothing for {} s", self.limits.silence.as_secs_f32()),
        };
        Fault::new(Blame::Camera, reason)
    }

    fn end(&mut self, fault: Fault, now_us: u64) {
        self.note_good_run(now_us);
        self.ending_for = Some(fault);
        self.pending = Some(Action::Terminate);
        self.state = State::Ending { kill_at_us: now_us + micros(self.limits.kill_after) };
    }

    fn note_good_run(&mut self, now_us: u64) {
        if let State::Running { since_us, last_byte_us: Some(_) } = self.state
            && now_us.saturating_sub(since_us) >= micros(self.limits.good_after)
        {
            self.failures = 0;
        }
    }

    fn wait(&mut self, now_us: u64) {
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let pause = self.limits.backoff_first.saturating_mul(1 << doublings).min(self.limits.backoff_longest);
        self.state = State::Waiting { until_us: now_us + micros(pause) };
    }
}

fn stopped() -> Fault {
    Fault::new(Blame::Operator, "the agent stops")
}

fn micros(duration: Duration) -> u64 {
    // Limits are seconds; the clock counts from the process's start.
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: u64 = 1_000_000;

    fn fault(reason: &str) -> Fault {
        Fault::new(Blame::Camera, reason)
    }

    fn running() -> Supervisor {
        let mut child = Supervisor::new(ChildLimits::default(), 0);
        assert_eq!(child.next_action(0), Some(Action::Start));
        assert_eq!((child.next_action(0), child.due_us()), (None, None));
        child.started(0);
        child
    }

    #[test]
    fn a_child_that_fails_is_started_again_after_longer_and_longer_pauses() {
        let mut child = Supervisor::new(ChildLimits::default(), 0);
        let mut now = 0;
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            assert_eq!(child.next_action(now), Some(Action::Start));
            child.not_started(fault("no such program"), now);
            assert_eq!(child.fault().unwrap().reason, "no such program");
            assert_eq!(child.next_action(now + pause * S - 1), None);
            assert_eq!(child.due_us(), Some(now + pause * S));
            now += pause * S;
        }
    }

    #[test]
    fn a_good_run_begins_the_pauses_anew() {
        for (run, pause) in [(59, 2), (60, 1)] {
            let mut child = running();
            child.exited(fault("once"), 0);
            assert_eq!(child.next_action(S), Some(Action::Start));
            child.started(S);
            child.bytes(2 * S);
            let now = S + run * S;
            child.bytes(now);
            assert_eq!(child.exited(fault("twice"), now).reason, "twice");
            assert_eq!(child.due_us(), Some(now + pause * S), "after {run} s");
        }
    }

    #[test]
    fn a_cold_start_has_a_grace_and_a_silence_has_none() {
        let mut child = running();
        assert_eq!(child.next_action(15 * S - 1), None);
        child.bytes(15 * S - 1);
        assert_eq!(child.next_action(25 * S - 2), None);
        assert_eq!(child.next_action(25 * S - 1), Some(Action::Terminate));
        assert_eq!(child.fault().unwrap().reason, "it lives and has given nothing for 10 s");
        assert_eq!(child.next_action(28 * S - 2), None);
        assert_eq!(child.next_action(28 * S - 1), Some(Action::Kill));
        // Even a kill may not help at once: the kernel may hold it.
        assert_eq!(child.next_action(31 * S - 1), Some(Action::Kill));
        let reason = child.exited(fault("signal 9"), 32 * S).reason;
        assert_eq!(reason, "it lives and has given nothing for 10 s", "not the signal that we sent");
        assert_eq!(child.due_us(), Some(33 * S));

        let mut child = running();
        assert_eq!(child.next_action(15 * S), Some(Action::Terminate));
        assert_eq!(child.fault().unwrap().reason, "it has given nothing within 15 s of its start");
    }

    #[test]
    fn a_stop_ends_it_whatever_it_does() {
        let mut child = running();
        child.stop(S);
        assert_eq!(child.next_action(S), Some(Action::Terminate));
        assert_eq!(child.next_action(4 * S), Some(Action::Kill));
        child.exited(fault("signal 9"), 5 * S);
        assert_eq!(child.next_action(5 * S), Some(Action::Finish));
        assert_eq!((child.next_action(99 * S), child.due_us()), (None, None));

        let mut waiting = Supervisor::new(ChildLimits::default(), 0);
        waiting.stop(0);
        assert_eq!(waiting.next_action(0), Some(Action::Finish));

        let mut starting = Supervisor::new(ChildLimits::default(), 0);
        assert_eq!(starting.next_action(0), Some(Action::Start));
        starting.stop(0);
        starting.started(1);
        assert_eq!(starting.next_action(1), Some(Action::Terminate));
    }

    #[test]
    fn rubbish_ends_it_with_its_reason() {
        let mut child = running();
        child.bytes(S);
        child.unreadable(fault("this is no FLV stream"), S);
        assert_eq!(child.next_action(S), Some(Action::Terminate));
        // It ended by itself before it was asked to.
        assert_eq!(child.exited(fault("exit status 0"), S).reason, "this is no FLV stream");
        assert_eq!(child.next_action(S), None, "nobody is left to be asked");
    }

    proptest! {
        /// Whatever happens, the shell is never told to start a second child, and always has something to wait for.
        #[test]
        fn one_child_at_a_time(events in prop::collection::vec((0_u8..6, 0_u64..20 * S), 0..60)) {
            let mut child = Supervisor::new(ChildLimits::default(), 0);
            let (mut now, mut lives, mut asked, mut finished) = (0, false, false, false);
            for (event, later) in events {
                now += later;
                match event {
                    0 if lives => child.bytes(now),
                    1 if lives => child.unreadable(fault("rubbish"), now),
                    2 if lives => { child.exited(fault("ended"), now); lives = false; }
                    3 if later > 19 * S => child.stop(now),
                    4 if asked => { child.started(now); asked = false; lives = true; }
                    5 if asked => { child.not_started(fault("no"), now); asked = false; }
                    _ => {}
                }
                while let Some(action) = child.next_action(now) {
                    match action {
                        Action::Start => { prop_assert!(!lives && !asked && !finished); asked = true; }
                        Action::Terminate | Action::Kill => prop_assert!(lives),
                        Action::Finish => { prop_assert!(!lives && !finished); finished = true; }
                    }
                }
                prop_assert!(asked || finished || child.due_us().is_some_and(|due| due > now));
            }
        }
    }
}

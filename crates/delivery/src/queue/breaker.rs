//! The circuit breaker: a receiver that keeps failing is left alone for a while.

use std::time::Duration;

use tokio::time::Instant;

/// When a receiver is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// After how many failures in a row.
    pub failures: u32,
    /// For how long at first; twice as long after each probe that fails too.
    pub pause: Duration,
    /// For how long at most.
    pub longest: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        let (pause, longest) = (Duration::from_secs(30), Duration::from_secs(300));
        BreakerSettings { failures: 5, pause, longest }
    }
}

/// What an attempt told about its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers, be it that it refuses this message.
    Well,
    /// It cannot be reached, or is overloaded.
    Ill,
    /// It does not want to be called any more.
    Gone,
    /// Nothing: the attempt was not made, or failed on this side.
    Unclear,
}

/// Allows one attempt, and names the state in which it was allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass {
    epoch: u64,
}

/// Whether an attempt may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    Now,
    At(Instant),
    /// Not before something happens.
    Later,
}

/// A change of state, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Opened(Duration),
    Closed,
    Disabled,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum State {
    Closed { failures: u32 },
    Open { until: Instant, pause: Duration },
    Probing { pause: Duration },
    Disabled,
}

#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: State,
    /// Counts changes of state: what an attempt tells that began before the last one is old news.
    epoch: u64,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Breaker {
        Breaker { settings, state: State::Closed { failures: 0 }, epoch: 0 }
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn ready(&self, now: Instant) -> Ready {
        match self.state {
            State::Closed { .. } => Ready::Now,
            State::Open { until, .. } if until <= now => Ready::Now,
            State::Open { until, .. } => Ready::At(until),
            State::Probing { .. } | State::Disabled => Ready::Later,
        }
    }

    /// An attempt begins; to be called only when ready. In an open breaker it is the probe.
    pub(crate) fn begin(&mut self) -> Pass {
        if let State::Open { pause, .. } = self.state {
            self.enter(State::Probing { pause });
        }
        Pass { epoch: self.epoch }
    }

    /// An attempt is over.
    pub(crate) fn end(&mut self, pass: Pass, health: Health, now: Instant) -> Option<Change> {
        let is_old = pass.epoch != self.epoch;
        if health == Health::Gone {
            // It was called again since: by an operator, or because it was well. That is newer.
            if is_old && matches!(self.state, State::Closed { .. }) {
                return None;
            }
            let known = matches!(self.state, State::Disabled);
            self.enter(State::Disabled);
            return (!known).then_some(Change::Disabled);
        }
        if is_old {
            return None;
        }
        match (self.state, health) {
            (State::Closed { .. }, Health::Well) => {
                self.state = State::Closed { failures: 0 };
                None
            }
            (State::Closed { failures }, Health::Ill) => {
                let failures = failures.saturating_add(1);
                self.state = State::Closed { failures };
                let open = failures >= self.settings.failures.max(1);
                open.then(|| self.open(self.settings.pause, now))
            }
            (State::Probing { .. }, Health::Well) => {
                self.enter(State::Closed { failures: 0 });
                Some(Change::Closed)
            }
            (State::Probing { pause }, Health::Ill) => {
                Some(self.open((pause * 2).min(self.settings.longest), now))
            }
            (State::Probing { pause }, Health::Unclear) => {
                self.enter(State::Open { until: now, pause });
                None
            }
            _ => None,
        }
    }

    /// An operator says that the receiver is to be called again.
    pub(crate) fn enable(&mut self) {
        self.enter(State::Closed { failures: 0 });
    }

    /// The receiver said before that it does not want to be called.
    pub(crate) fn disable(&mut self) {
        self.enter(State::Disabled);
    }

    /// Whether there is anything to remember of the receiver but that it is gone, which whoever is told of it does.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self.state, State::Closed { failures: 0 } | State::Disabled)
    }

    fn open(&mut self, pause: Duration, now: Instant) -> Change {
        self.enter(State::Open { until: now + pause, pause });
        Change::Opened(pause)
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.epoch += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> Breaker {
        Breaker::new(BreakerSettings { failures: 3, pause: 10 * SECOND, longest: 35 * SECOND })
    }

    fn attempt(breaker: &mut Breaker, health: Health, now: Instant) -> Option<Change> {
        assert_eq!(breaker.ready(now), Ready::Now);
        let pass = breaker.begin();
        breaker.end(pass, health, now)
    }

    fn fail(breaker: &mut Breaker, times: u32, now: Instant) {
        for _ in 0..times {
            attempt(breaker, Health::Ill, now);
        }
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_does_not() {
        let (mut breaker, now) = (breaker(), Instant::now());
        for health in [Health::Ill, Health::Ill, Health::Well, Health::Ill, Health::Ill] {
            assert_eq!(attempt(&mut breaker, health, now), None);
        }
        assert_eq!(attempt(&mut breaker, Health::Unclear, now), None);
        assert_eq!(attempt(&mut breaker, Health::Ill, now), Some(Change::Opened(10 * SECOND)));
        assert_eq!(breaker.ready(now), Ready::At(now + 10 * SECOND));
    }

    #[test]
    fn one_probe_at_a_time_and_each_that_fails_doubles_the_pause_up_to_the_longest() {
        let (mut breaker, mut now) = (breaker(), Instant::now());
        fail(&mut breaker, 3, now);
        for seconds in [10, 20, 35] {
            let Ready::At(at) = breaker.ready(now) else { panic!("open") };
            assert_eq!(at - now, seconds * SECOND);
            now = at;
            let pass = breaker.begin();
            assert_eq!(breaker.ready(now), Ready::Later);
            breaker.end(pass, Health::Ill, now);
        }
        now += 35 * SECOND;
        assert_eq!(attempt(&mut breaker, Health::Well, now), Some(Change::Closed));
        assert_eq!(breaker.ready(now), Ready::Now);
    }

    #[test]
    fn a_probe_that_was_not_made_leaves_room_for_another() {
        let (mut breaker, mut now) = (breaker(), Instant::now());
        fail(&mut breaker, 3, now);
        now += 10 * SECOND;
        assert_eq!(attempt(&mut breaker, Health::Unclear, now), None);
        assert_eq!(attempt(&mut breaker, Health::Well, now), Some(Change::Closed));
    }

    #[test]
    fn attempts_from_before_it_opened_change_nothing() {
        let (mut breaker, now) = (breaker(), Instant::now());
        let passes: Vec<Pass> = (0..6).map(|_| breaker.begin()).collect();
        let changes: Vec<_> =
            passes.iter().map(|pass| breaker.end(*pass, Health::Ill, now)).collect();
        assert_eq!(changes.iter().flatten().count(), 1);
        let late = passes[0];
        assert_eq!(breaker.end(late, Health::Well, now), None);
        assert_eq!(breaker.ready(now), Ready::At(now + 10 * SECOND));
    }

    #[test]
    fn a_receiver_that_is_gone_is_called_again_only_when_someone_says_so() {
        let (mut breaker, now) = (breaker(), Instant::now());
        assert_eq!(attempt(&mut breaker, Health::Gone, now), Some(Change::Disabled));
        assert_eq!(breaker.ready(now + 1_000_000 * SECOND), Ready::Later);
        breaker.enable();
        assert_eq!(breaker.ready(now), Ready::Now);
    }

    #[test]
    fn a_word_that_it_is_gone_from_before_it_was_enabled_is_old() {
        let (mut breaker, now) = (breaker(), Instant::now());
        let late = breaker.begin();
        attempt(&mut breaker, Health::Gone, now);
        breaker.enable();
        assert_eq!(breaker.end(late, Health::Gone, now), None);
        assert_eq!(breaker.ready(now), Ready::Now);
        assert_eq!(attempt(&mut breaker, Health::Gone, now), Some(Change::Disabled));
    }
}

//! How many environments traffic needs.

use crate::platform::ScalingFacts;

use super::{Source, whole};

/// What arrives at a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
    /// Requests, messages or records per second, on average.
    pub per_second: f64,
    /// Seconds that one invocation runs, on average.
    pub duration_s: f64,
    /// How many of those one invocation takes: 1 for requests, the batch for queues and streams.
    pub batch: f64,
}

/// How many environments that takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// Invocations per second.
    pub invocations_per_second: f64,
    /// Environments that run at a time, on average: rate times duration (Little's law).
    pub busy: f64,
    /// Environments that the platform asks for to admit the rate at all.
    pub by_request_rate: f64,
    /// The larger of both, whole.
    pub environments: u32,
}

impl Need {
    /// What `traffic` needs. A figure that is not a positive number counts as nothing.
    #[must_use]
    pub fn of(traffic: Traffic, facts: &ScalingFacts) -> Self {
        let positive = |value: f64| if value.is_finite() && value > 0.0 { value } else { 0.0 };
        let invocations = positive(traffic.per_second) / positive(traffic.batch).max(1.0);
        let busy = invocations * positive(traffic.duration_s);
        let admitted = facts.growth.requests_per_environment;
        let by_request_rate = if admitted > 0.0 { invocations / admitted } else { 0.0 };
        Self {
            invocations_per_second: invocations,
            busy,
            by_request_rate,
            environments: whole(busy.max(by_request_rate)),
        }
    }

    /// Whether the request rate, not the running time, decides.
    #[must_use]
    pub fn is_bound_by_rate(&self) -> bool {
        self.by_request_rate > self.busy
    }
}

/// Seconds until a function that has `from` environments may have `to`; growth is refilled continuously and does not
/// add up, so the first step is at hand at once.
#[must_use]
pub fn seconds_to_grow(from: u32, to: u32, facts: &ScalingFacts) -> f64 {
    let step = facts.growth.environments;
    let beyond = to.saturating_sub(from).saturating_sub(step);
    if beyond == 0 || step == 0 { 0.0 } else { f64::from(beyond) * facts.growth.seconds / f64::from(step) }
}

/// How the pollers of queues begin and grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Batches at once when polling begins.
    pub start: u32,
    /// How many more each minute.
    pub per_minute: u32,
}

impl Polling {
    /// That of all queues among some sources; `None` where there is none.
    #[must_use]
    pub fn of(sources: &[Source], facts: &ScalingFacts) -> Option<Self> {
        let one = |source: &Source| match source {
            Source::Queue { pollers: Some([least, _]), .. } => {
                let start = least.saturating_mul(facts.pollers.invocations);
                Some(Self { start, per_minute: facts.pollers.per_minute })
            }
            Source::Queue { .. } => Some(Self { start: facts.queue.start, per_minute: facts.queue.per_minute }),
            _ => None,
        };
        sources.iter().filter_map(one).reduce(|all, one| Self {
            start: all.start.saturating_add(one.start),
            per_minute: all.per_minute.saturating_add(one.per_minute),
        })
    }

    /// Seconds until they ask for `to` batches at once.
    #[must_use]
    pub fn seconds_to(self, to: u32) -> f64 {
        let beyond = to.saturating_sub(self.start);
        if self.per_minute == 0 { 0.0 } else { f64::from(beyond) * 60.0 / f64::from(self.per_minute) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    fn need(per_second: f64, duration_s: f64) -> Need {
        Need::of(Traffic { per_second, duration_s, batch: 1.0 }, Platform::AwsLambda.scaling())
    }

    #[test]
    fn rate_times_duration() {
        // The guide's own examples: 100 requests per second of 500 ms, and of 1 s.
        assert_eq!(need(100.0, 0.5).environments, 50);
        assert_eq!(need(100.0, 1.0).environments, 100);
        assert!(!need(100.0, 0.5).is_bound_by_rate());
    }

    #[test]
    fn ten_requests_per_second_and_environment() {
        assert_eq!(need(6000.0, 0.02).environments, 600);
        assert_eq!(need(9000.0, 0.02).environments, 900);
        assert!(need(200.0, 0.05).is_bound_by_rate());
    }

    #[test]
    fn a_batch_is_one_invocation() {
        let traffic = Traffic { per_second: 500.0, duration_s: 2.0, batch: 10.0 };
        assert_eq!(Need::of(traffic, Platform::AwsLambda.scaling()).environments, 100);
    }

    #[test]
    fn nonsense_needs_nothing() {
        assert_eq!(need(f64::NAN, 1.0).environments, 0);
        assert_eq!(need(-5.0, 1.0).environments, 0);
    }

    #[test]
    fn growth_is_a_thousand_at_once_and_a_hundred_a_second_after_that() {
        let facts = Platform::AwsLambda.scaling();
        assert_eq!(seconds_to_grow(0, 1000, facts), 0.0);
        // From the guide: 3,000 environments take 20 s.
        assert_eq!(seconds_to_grow(0, 3000, facts), 20.0);
        let queue = |pollers| Source::Queue { maximum: None, fifo: false, pollers };
        let polling = |sources: &[Source]| Polling::of(sources, facts);
        assert_eq!(polling(&[queue(None)]).map(|polling| polling.seconds_to(305)), Some(60.0));
        assert_eq!(polling(&[queue(Some([2, 200]))]), Some(Polling { start: 20, per_minute: 1000 }));
        assert_eq!(polling(&[queue(None), queue(None)]), Some(Polling { start: 10, per_minute: 600 }));
        assert_eq!(polling(&[Source::Requests]), None);
    }
}

//! How many environments a function may have: reservations, the account, and what its sources ask for.

use std::collections::BTreeMap;

use crate::platform::{Platform, ScalingFacts};

/// What an account may run at once in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Environments of all functions together.
    pub limit: u32,
    /// What must stay unreserved.
    pub floor: u32,
    /// Whether the user said the limit; otherwise it is the usual one.
    pub stated: bool,
    /// What others reserve in it.
    pub taken: u64,
}

/// Accounts by stage: production often has one of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Where nothing is said of a stage.
    pub usual: Account,
    /// By stage.
    pub stages: BTreeMap<String, Account>,
}

impl Accounts {
    /// The account of a stage.
    #[must_use]
    pub fn of(&self, stage: Option<&str>) -> Account {
        stage.and_then(|stage| self.stages.get(stage)).copied().unwrap_or(self.usual)
    }
}

impl Default for Account {
    fn default() -> Self {
        Self::new(None, None, Platform::default().scaling())
    }
}

impl Account {
    /// The limit and floor that the user states, and the usual ones for what is not said. An account whose limit is
    /// smaller than the usual floor can reserve nothing.
    #[must_use]
    pub fn new(limit: Option<u32>, floor: Option<u32>, facts: &ScalingFacts) -> Self {
        let total = limit.unwrap_or(facts.account.concurrency);
        Self {
            limit: total,
            floor: floor.unwrap_or(facts.account.unreserved_floor).min(total),
            stated: limit.is_some(),
            taken: 0,
        }
    }

    /// The most that functions may reserve together.
    #[must_use]
    pub fn reservable(self) -> u32 {
        self.limit - self.floor
    }

    /// What functions without a reservation share.
    #[must_use]
    pub fn unreserved(self, reserved: u64) -> u32 {
        let taken = reserved.saturating_add(self.taken);
        u32::try_from(u64::from(self.limit).saturating_sub(taken)).unwrap_or_default()
    }
}

/// Something that invokes a function, by how it is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Somebody waits for the answer; refused when there is no environment.
    Requests,
    /// Events that the platform keeps and tries again.
    Events,
    /// A schedule.
    Schedule,
    /// A queue.
    Queue {
        /// The mapping's `MaximumConcurrency`.
        maximum: Option<u32>,
        /// First in, first out: at most one batch per message group.
        fifo: bool,
        /// Reserved pollers, fewest and most.
        pollers: Option<[u32; 2]>,
    },
    /// A stream.
    Stream {
        /// Shards, where they are known.
        shards: Option<u32>,
        /// Batches at once of each shard.
        factor: u32,
    },
    /// A message broker that delivers a fixed number of batches at once.
    Broker(u32),
}

impl Source {
    /// Whether an invocation takes several records.
    #[must_use]
    pub fn comes_in_batches(&self) -> bool {
        matches!(self, Self::Queue { .. } | Self::Stream { .. } | Self::Broker(_))
    }

    /// Batches at once; `None` where nothing but the function's own limits holds.
    #[must_use]
    pub fn most(self, facts: &ScalingFacts) -> Option<u32> {
        match self {
            Self::Requests | Self::Events | Self::Schedule => None,
            Self::Queue { pollers: Some([_, most]), .. } => Some(most.saturating_mul(facts.pollers.invocations)),
            Self::Queue { maximum, .. } => Some(maximum.unwrap_or(facts.queue.most)),
            Self::Stream { shards, factor } => shards.map(|shards| shards.saturating_mul(factor.max(1))),
            Self::Broker(most) => Some(most),
        }
    }
}

/// What sets the number that a function may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Its own reservation.
    Reserved,
    /// What the account leaves unreserved.
    Account,
    /// What its sources ask for at once.
    Sources,
}

/// How many environments a function may have at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Environments.
    pub environments: u32,
    /// Why not more.
    pub bound: Bound,
}

/// How many environments a function may have: its reservation, or what is left unreserved, and no more than its
/// sources ask for where all of them are limited.
#[must_use]
pub fn allowed(reserved: Option<u32>, unreserved: u32, sources: &[Source], facts: &ScalingFacts) -> Allowed {
    let (environments, bound) = match reserved {
        Some(reserved) => (reserved, Bound::Reserved),
        None => (unreserved, Bound::Account),
    };
    let most: Option<u32> =
        sources.iter().map(|source| source.most(facts)).try_fold(0_u32, |sum, most| Some(sum.saturating_add(most?)));
    match most.filter(|most| !sources.is_empty() && *most < environments) {
        Some(most) => Allowed { environments: most, bound: Bound::Sources },
        None => Allowed { environments, bound },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reserved_is_shared() {
        let facts = Platform::AwsLambda.scaling();
        let account = Account::new(None, None, facts);
        assert_eq!((account.reservable(), account.unreserved(230 + 117)), (900, 653));
        assert_eq!(account.unreserved(5000), 0);
        assert_eq!(Account { taken: 400, ..account }.unreserved(200), 400);
    }

    #[test]
    fn a_new_account_can_reserve_nothing() {
        let account = Account::new(Some(10), None, Platform::AwsLambda.scaling());
        assert_eq!((account.floor, account.reservable()), (10, 0));
    }

    #[test]
    fn shards_times_factor() {
        let facts = Platform::AwsLambda.scaling();
        let stream = Source::Stream { shards: Some(12), factor: 4 };
        let found = allowed(None, 653, &[stream], facts);
        assert_eq!(found, Allowed { environments: 48, bound: Bound::Sources });
        // A source without a limit of its own takes what there is.
        assert_eq!(allowed(None, 653, &[stream, Source::Requests], facts).environments, 653);
        assert_eq!(allowed(Some(20), 653, &[stream], facts).bound, Bound::Reserved);
        assert_eq!(allowed(None, 653, &[Source::Stream { shards: None, factor: 1 }], facts).environments, 653);
    }

    #[test]
    fn queues_take_what_their_mappings_say() {
        let facts = Platform::AwsLambda.scaling();
        let queue = |maximum| Source::Queue { maximum, fifo: false, pollers: None };
        assert_eq!(allowed(None, 1000, &[queue(Some(8)), queue(Some(8))], facts).environments, 16);
        assert_eq!(allowed(None, 3000, &[queue(None)], facts).environments, 1250);
        let reserved = Source::Queue { maximum: None, fifo: false, pollers: Some([2, 4]) };
        assert_eq!(allowed(None, 3000, &[reserved], facts).environments, 40);
    }
}

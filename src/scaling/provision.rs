//! How many environments to keep warm, and what that costs.

use super::{Need, whole};
use crate::platform::{Architecture, ScalingFacts};

/// How many environments to keep warm for what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provisioning {
    /// For traffic that stays: what is needed and the advised buffer.
    pub fixed: u32,
    /// For a policy that tracks the advised utilisation: what it settles at.
    pub tracked: u32,
}

impl Provisioning {
    /// For what traffic needs.
    #[must_use]
    pub fn of(need: &Need, facts: &ScalingFacts) -> Self {
        let needed = need.busy.max(need.by_request_rate);
        let target = facts.provisioned.target;
        Self {
            fixed: whole(needed * (1.0 + facts.provisioned.buffer)),
            tracked: if target > 0.0 { whole(needed / target) } else { 0 },
        }
    }
}

/// What warm environments and cold starts cost in an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Costs {
    /// GB-seconds of environments that are kept warm.
    pub warm_gb_seconds: f64,
    /// GB-seconds of Init at cold starts.
    pub init_gb_seconds: f64,
    /// Money for being kept warm; what runs there is cheaper than on demand, which is taken off.
    pub warm_usd: f64,
    /// Money for Init at cold starts.
    pub init_usd: f64,
}

/// What a function's hour is made of.
#[derive(Clone, Copy, Debug)]
pub struct Hour {
    /// Memory, MB.
    pub memory_mb: f64,
    /// Instruction set.
    pub architecture: Architecture,
    /// Environments that are kept warm.
    pub provisioned: f64,
    /// Of those, how many run at a time.
    pub busy: f64,
    /// Cold starts.
    pub cold_starts: f64,
    /// Seconds of Init.
    pub init_s: f64,
}

impl Costs {
    /// The costs of an hour.
    #[must_use]
    pub fn of(hour: &Hour, facts: &ScalingFacts) -> Self {
        let rates = facts.price.rates(hour.architecture);
        let gb = hour.memory_mb / 1024.0;
        let warm = hour.provisioned * gb * 3600.0;
        let run = hour.busy.min(hour.provisioned) * gb * 3600.0;
        let init = hour.cold_starts * hour.init_s * gb;
        Self {
            warm_gb_seconds: warm,
            init_gb_seconds: init,
            warm_usd: warm * rates.provisioned - run * (rates.duration - rates.provisioned_duration),
            init_usd: init * rates.duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;
    use crate::scaling::Traffic;

    #[test]
    fn a_tenth_more_or_seven_tenths_used() {
        let facts = Platform::AwsLambda.scaling();
        let need = Need::of(Traffic { per_second: 200.0, duration_s: 0.5, batch: 1.0 }, facts);
        assert_eq!(Provisioning::of(&need, facts), Provisioning { fixed: 110, tracked: 143 });
    }

    #[test]
    fn the_price_of_the_published_example() {
        // AWS pricing page: 1,000 environments of 1 GB kept warm for two hours cost 30.00 dollars.
        let hour = Hour {
            memory_mb: 1024.0,
            architecture: Architecture::X86_64,
            provisioned: 1000.0,
            busy: 0.0,
            cold_starts: 0.0,
            init_s: 0.0,
        };
        let costs = Costs::of(&hour, Platform::AwsLambda.scaling());
        assert!((2.0 * costs.warm_usd - 30.0).abs() < 0.01);
        assert_eq!(costs.warm_gb_seconds, 3_600_000.0);
    }

    #[test]
    fn init_is_billed_like_running() {
        let hour = Hour {
            memory_mb: 512.0,
            architecture: Architecture::Arm64,
            provisioned: 0.0,
            busy: 0.0,
            cold_starts: 1000.0,
            init_s: 2.0,
        };
        let costs = Costs::of(&hour, Platform::AwsLambda.scaling());
        assert_eq!(costs.init_gb_seconds, 1000.0);
        assert!((costs.init_usd - 0.013_333_4).abs() < 1e-9);
    }
}

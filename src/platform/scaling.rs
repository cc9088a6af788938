//! How many environments of a platform run at once, how fast their number grows, what they cost, and when
//! runtimes end; each with the date of its source.

use serde::Deserialize;

use super::{Architecture, Platform};
use crate::knowledge;

/// Concurrency, growth and prices of a platform. Seconds, decimal MB and dollars unless said otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalingFacts {
    /// The date of the sources.
    pub as_of: String,
    /// What an account may run at once.
    pub account: AccountFacts,
    /// How fast a function may grow.
    pub growth: GrowthFacts,
    /// How long environments live.
    pub environment: EnvironmentFacts,
    /// Queues.
    pub queue: QueueFacts,
    /// What settings of event sources may be at most.
    pub mapping: MappingFacts,
    /// What settings of asynchronous invocations may be.
    pub asynchronous: AsynchronousFacts,
    /// Pollers that a mapping reserves.
    pub pollers: PollerFacts,
    /// Streams.
    pub stream: StreamFacts,
    /// Message brokers.
    pub broker: BrokerFacts,
    /// What stands before a function and gives up first.
    pub gateway: GatewayFacts,
    /// Memory and time.
    pub memory: MemoryFacts,
    /// Environments that are kept warm.
    pub provisioned: ProvisionedFacts,
    /// Environments that serve several requests at once.
    pub managed: ManagedFacts,
    /// Runtimes with snapshots.
    pub snapshots: Since,
    /// Runtimes on a capacity provider.
    pub managed_runtimes: Since,
    /// Prices.
    pub price: PriceFacts,
}

/// What an account may run at once.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFacts {
    /// Environments in a region unless raised.
    pub concurrency: u32,
    /// What new accounts get.
    pub new_accounts: Vec<u32>,
    /// What must stay unreserved.
    pub unreserved_floor: u32,
}

/// How fast a function may grow.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthFacts {
    /// New environments.
    pub environments: u32,
    /// In this time.
    pub seconds: f64,
    /// Requests per second that each unit of concurrency admits.
    pub requests_per_environment: f64,
}

/// How long environments live.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentFacts {
    /// Idle time after which an environment is gone.
    pub idle_seconds: f64,
    /// How long a synchronous request waits for a free environment.
    pub synchronous_wait_seconds: f64,
}

/// How queues are polled.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueFacts {
    /// Seconds that a message is kept where nothing is said.
    pub retention_seconds: u32,
    /// Batches at once when polling begins.
    pub start: u32,
    /// How many more each minute.
    pub per_minute: u32,
    /// The most at once without a setting.
    pub most: u32,
    /// Least setting of a mapping.
    pub mapping_least: u32,
    /// Largest setting of a mapping.
    pub mapping_most: u32,
    /// Largest batch of a first-in-first-out queue.
    pub fifo_batch: u32,
    /// Largest batch without a batching window.
    pub batch_without_window: u32,
    /// Visibility timeout of a queue that sets none.
    pub visibility_seconds: f64,
    /// Advised visibility as a multiple of the function's timeout.
    pub visibility_factor: f64,
    /// Advised deliveries before a message is set aside.
    pub deliveries: u32,
}

/// What settings of event sources may be at most.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingFacts {
    /// Records in a batch.
    pub batch_most: u32,
    /// Seconds of a batching window.
    pub window_most: u32,
    /// Seconds of a tumbling window.
    pub tumbling_most: u32,
    /// Retries of a stream's records.
    pub retries_most: i64,
    /// Least and largest age of a stream's records, seconds.
    pub record_age: [i64; 2],
}

/// What settings of asynchronous invocations may be.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsynchronousFacts {
    /// Retries.
    pub retries_most: u32,
    /// Least and largest age of an event, seconds.
    pub event_age: [u32; 2],
}

/// Pollers that a mapping reserves.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollerFacts {
    /// Least and largest minimum for queues.
    pub queue_minimum: [u32; 2],
    /// Least and largest minimum for Kafka.
    pub broker_minimum: [u32; 2],
    /// A queue's minimum where nothing is said.
    pub queue_least: u32,
    /// A queue's maximum where nothing is said.
    pub queue_most: u32,
    /// Largest maximum of any source.
    pub largest: u32,
    /// Invocations at once by one poller of a queue.
    pub invocations: u32,
    /// Invocations at once that the pollers of a queue may add each minute.
    pub per_minute: u32,
}

/// How streams are read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamFacts {
    /// Hours that a record is kept where nothing is said.
    pub retention_hours: u32,
    /// Most batches at once of one shard.
    pub factor_most: u32,
}

/// Batches at once from message brokers, which no setting changes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerFacts {
    /// ActiveMQ.
    pub activemq: u32,
    /// RabbitMQ.
    pub rabbitmq: u32,
}

/// What stands before a function and gives up first.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayFacts {
    /// REST and WebSocket APIs.
    pub seconds: f64,
    /// HTTP APIs.
    pub http_seconds: f64,
}

/// Memory and time.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryFacts {
    /// Least memory.
    pub least_mb: u32,
    /// Memory where nothing is set.
    pub default_mb: u32,
    /// Least memory of a function on a capacity provider.
    pub managed_least_mb: u32,
    /// Timeout where nothing is set.
    pub default_timeout_seconds: f64,
    /// Longest timeout.
    pub most_timeout_seconds: f64,
    /// Longest timeout on a capacity provider, for what nobody waits for.
    pub managed_most_timeout_seconds: f64,
    /// `/tmp` where nothing is set, and the most under snapshots.
    pub ephemeral_mb: u32,
}

/// Environments that are kept warm.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvisionedFacts {
    /// Utilisation that a tracking policy should aim at.
    pub target: f64,
    /// Least target that is taken.
    pub target_least: f64,
    /// Largest target that makes sense.
    pub target_most: f64,
    /// Share to add to what is needed.
    pub buffer: f64,
    /// Least time limit of Init there.
    pub init_seconds: f64,
}

/// Environments that serve several requests at once: how many per vCPU.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedFacts {
    /// Processes of Python.
    pub python: u32,
    /// Requests of Node.
    pub node: u32,
    /// Tasks of .NET.
    pub dotnet: u32,
    /// Memory that comes with a vCPU, GB.
    pub memory_gb_per_vcpu: f64,
}

/// From which version on the runtimes of a language can do something.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    since: std::collections::BTreeMap<String, (u16, u16)>,
    never: Vec<String>,
}

impl Since {
    /// Whether a runtime can; `None` for runtimes of which the table says nothing.
    #[must_use]
    pub fn supports(&self, id: &str) -> Option<bool> {
        let (name, version) = id.split_at(id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len()));
        if self.never.iter().any(|never| never == name) {
            return Some(false);
        }
        let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u16>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        self.since.get(name).map(|since| version >= *since)
    }

    /// The runtimes that can, for messages.
    #[must_use]
    pub fn told(&self) -> String {
        let names = self.since.iter().map(|(name, (major, minor))| match minor {
            0 => format!("{name}{major}"),
            _ => format!("{name}{major}.{minor}"),
        });
        format!("it takes {} and later", names.collect::<Vec<_>>().join(", "))
    }
}

/// Prices of a region.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFacts {
    /// Region.
    pub region: String,
    /// Currency.
    pub currency: String,
    /// A request.
    pub request: f64,
    x86_64: Rates,
    arm64: Rates,
}

/// Prices of a GB-second.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Running on demand, Init included.
    pub duration: f64,
    /// Being kept warm.
    pub provisioned: f64,
    /// Running in an environment that is kept warm.
    pub provisioned_duration: f64,
}

impl PriceFacts {
    /// The prices of a GB-second on an instruction set.
    #[must_use]
    pub fn rates(&self, architecture: Architecture) -> Rates {
        match architecture {
            Architecture::X86_64 => self.x86_64,
            Architecture::Arm64 => self.arm64,
        }
    }
}

/// When a managed runtime ends. Dates as `YYYY-MM-DD`, which compare as texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeEnd {
    id: String,
    /// No more patches from this day.
    pub deprecated: String,
    /// No new functions from this day.
    pub create: Option<String>,
    /// No updates from this day.
    pub update: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    as_of: String,
    runtime: Vec<RuntimeEnd>,
}

knowledge::table! {
    static AWS_LAMBDA: ScalingFacts = "platform/aws-lambda-scaling.toml", tested by the_table_of_scaling_reads;
}
knowledge::table! {
    static ENDS: Ends = "platform/aws-lambda-runtimes.toml", tested by the_table_of_runtime_ends_reads;
}

impl Platform {
    /// Concurrency, growth and prices.
    #[must_use]
    pub fn scaling(self) -> &'static ScalingFacts {
        match self {
            Self::AwsLambda => &AWS_LAMBDA,
        }
    }

    /// When a runtime ends; `None` where the table does not know it.
    #[must_use]
    pub fn runtime_end(self, id: &str) -> Option<&'static RuntimeEnd> {
        ENDS.runtime.iter().find(|end| end.id == id)
    }

    /// The identifiers of all runtimes that it has or had, as far as the table goes.
    pub fn runtimes(self) -> impl Iterator<Item = &'static str> {
        ENDS.runtime.iter().map(|end| end.id.as_str())
    }

    /// The date of the table of runtime ends.
    #[must_use]
    pub fn runtime_ends_as_of(self) -> &'static str {
        &ENDS.as_of
    }
}

/// Days from one `YYYY-MM-DD` to another, by the proleptic Gregorian calendar; `None` for texts that are no dates.
#[must_use]
pub fn days_between(from: &str, to: &str) -> Option<i64> {
    Some(day_number(to)? - day_number(from)?)
}

/// Days since 0000-03-01, after which leap days are at the end of each year.
fn day_number(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_has_its_limits() {
        assert_eq!(AWS_LAMBDA.account.concurrency, 1000);
        assert!(ENDS.runtime.len() > 40);
    }

    #[test]
    fn dates_of_the_table_are_dates() {
        for end in &ENDS.runtime {
            let dates = [Some(&end.deprecated), end.create.as_ref(), end.update.as_ref()];
            assert!(dates.into_iter().flatten().all(|date| day_number(date).is_some()), "{}", end.id);
        }
    }

    #[test]
    fn runtimes_are_judged_by_their_version_and_unknown_ones_not_at_all() {
        let facts = Platform::AwsLambda.scaling();
        let snapshots = |id: &str| facts.snapshots.supports(id);
        assert_eq!(
            (snapshots("python3.12"), snapshots("python3.9"), snapshots("java8.al2")),
            (Some(true), Some(false), Some(false))
        );
        assert_eq!((snapshots("nodejs24.x"), snapshots("swift6")), (Some(false), None));
        assert_eq!(facts.managed_runtimes.supports("provided.al2023"), Some(true));
        assert_eq!(facts.managed_runtimes.supports("provided.al2"), Some(false));
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(days_between("2028-02-28", "2028-03-01"), Some(2));
        assert_eq!(days_between("2026-11-23", "2027-04-30"), Some(158));
        assert_eq!(days_between("2026-11-23", "soon"), None);
    }
}

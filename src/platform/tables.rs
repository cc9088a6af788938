use std::sync::LazyLock;

use serde::Deserialize;

use super::{Architecture, Platform, Runtime};

/// A platform's hard limits and the figures around Init. Bytes, milliseconds, decimal MB.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Unpacked package with its layers.
    pub unzipped_bytes: u64,
    /// Zip of a direct upload.
    pub zipped_bytes: u64,
    /// Layers of one function.
    pub layers: usize,
    /// Environment variables, names and values together.
    pub environment_bytes: usize,
    /// Time limit of the Init phase.
    pub init_ms: f64,
    /// Time before Init that even a tiny package takes.
    pub download_floor_ms: f64,
    /// Download time per MB of zip, low end.
    pub download_low_ms_per_mb: f64,
    /// Download time per MB of zip, high end.
    pub download_high_ms_per_mb: f64,
    /// Memory size at which the handler gets one full vCPU.
    pub full_cpu_memory_mb: f64,
}

/// Published facts about one managed runtime.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeFacts {
    id: String,
    init_ms: BaseInit,
    /// Version of the base image's C library, such as `2.34`.
    pub glibc: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseInit {
    x86_64: f64,
    arm64: f64,
}

impl RuntimeFacts {
    /// Init Duration of a hello-world function in milliseconds.
    #[must_use]
    pub fn base_init_ms(&self, architecture: Architecture) -> f64 {
        match architecture {
            Architecture::X86_64 => self.init_ms.x86_64,
            Architecture::Arm64 => self.init_ms.arm64,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    limits: Limits,
    runtime: Vec<RuntimeFacts>,
}

static AWS_LAMBDA: LazyLock<Table> = LazyLock::new(|| toml::from_str(AWS_LAMBDA_TEXT).unwrap_or_default());
const AWS_LAMBDA_TEXT: &str = include_str!("../../rules/knowledge/platform/aws-lambda.toml");

fn table(platform: Platform) -> &'static Table {
    match platform {
        Platform::AwsLambda => &AWS_LAMBDA,
    }
}

pub(super) fn limits(platform: Platform) -> &'static Limits {
    &table(platform).limits
}

pub(super) fn runtime_facts(platform: Platform, wanted: &Runtime) -> &'static RuntimeFacts {
    static UNKNOWN: LazyLock<RuntimeFacts> = LazyLock::new(RuntimeFacts::default);
    let distance = |facts: &RuntimeFacts| {
        let known = facts.id.parse::<Runtime>().ok().filter(|known| known.language() == wanted.language())?;
        let number = |(major, minor): (u16, u16)| i64::from(major) * 1000 + i64::from(minor);
        Some((facts.id != wanted.id(), (number(known.version()) - number(wanted.version())).abs()))
    };
    let known = table(platform).runtime.iter().filter_map(|facts| Some((distance(facts)?, facts)));
    known.min_by_key(|(distance, _)| *distance).map_or(&UNKNOWN, |(_, facts)| facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_table_reads() {
        let table: Result<Table, _> = toml::from_str(AWS_LAMBDA_TEXT);
        assert_eq!(table.map(|table| table.limits.layers), Ok(5));
    }

    #[test]
    fn an_unknown_version_takes_the_nearest_known_one() {
        let facts =
            |id: &str| id.parse::<Runtime>().map(|r| r.facts(Platform::AwsLambda).base_init_ms(Architecture::X86_64));
        assert_eq!(facts("python3.12"), Ok(85.0));
        assert_eq!(facts("python3.15"), Ok(112.0));
        assert_eq!(facts("nodejs20.x"), Ok(143.0));
    }
}

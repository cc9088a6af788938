use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Architecture, Language, Platform, Runtime};
use crate::{knowledge, text};

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

/// The SDK that a managed runtime brings along.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sdk {
    language: Language,
    /// First major version of the language's runtimes that has it.
    since: u16,
    packages: Vec<String>,
    entry: String,
    /// Parts of it by name or pattern, the first that fits counting, with the share of `first_ms` that loading them
    /// alone takes.
    #[serde(default)]
    shares: Vec<(String, f64)>,
    /// Loading the first module that is an entry, milliseconds on the platform.
    pub first_ms: f64,
    /// Loading each further one, milliseconds on the platform.
    pub next_ms: f64,
}

impl Sdk {
    /// Whether the runtime answers an import of this package, where the function does not bring it.
    #[must_use]
    pub fn has(&self, package: &str) -> bool {
        self.packages.iter().any(|pattern| text::matches(pattern, package))
    }

    /// The share of [`Self::first_ms`] that loading a part of it takes where nothing else of it is loaded; `None` for
    /// what is none of its parts.
    #[must_use]
    pub fn share(&self, module: &str) -> Option<f64> {
        self.shares.iter().find(|(part, _)| text::matches(part, module)).map(|(_, share)| *share)
    }

    /// Whether a module is one whose published time stands for all that it loads.
    #[must_use]
    pub fn is_entry(&self, module: &str) -> bool {
        text::matches(&self.entry, module)
    }
}

/// How a function reaches the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Packaging {
    /// A zip archive, or a folder that becomes one.
    Zip,
    /// Layers alone.
    Layer,
    /// A container image.
    Image,
}

/// How many times longer work takes on a platform than on the machine on which the cost model was fitted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    platform: Platform,
    language: Language,
    packages: Vec<Packaging>,
    /// For code that is compiled at the cold start.
    pub source: f64,
    /// For code that is compiled already.
    pub bytecode: f64,
    /// What published figures for the same work lie between, times the factor.
    pub spread: [f64; 2],
    /// Where the factor is from.
    pub evidence: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Factors {
    factor: Vec<Factor>,
}

/// What the images of all managed runtimes hold.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseImage {
    libraries: Vec<String>,
    lacks: BTreeMap<String, Vec<String>>,
    loaders: Loaders,
    scripts: Scripts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Loaders {
    x86_64: Vec<String>,
    arm64: Vec<String>,
}

/// What runs scripts in the images without a language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripts {
    /// Interpreters that are there, by path.
    pub interpreters: Vec<String>,
    /// Programs that are not there, as patterns over names.
    pub no_programs: Vec<String>,
    /// Folders that layers fill and in which `env` looks for programs.
    pub path: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    base_image: BaseImage,
    limits: Limits,
    sdk: Vec<Sdk>,
    runtime: Vec<RuntimeFacts>,
}

knowledge::table! {
    static AWS_LAMBDA: Table = "platform/aws-lambda.toml", tested by the_table_of_lambda_reads;
    static FACTORS: Factors = "platform/factors.toml", tested by the_factors_read;
}

pub(super) fn factor(platform: Platform, language: Language, packaging: Packaging) -> Option<&'static Factor> {
    let fits = |factor: &&Factor| {
        factor.platform == platform && factor.language == language && factor.packages.contains(&packaging)
    };
    FACTORS.factor.iter().find(fits)
}

fn table(platform: Platform) -> &'static Table {
    match platform {
        Platform::AwsLambda => &AWS_LAMBDA,
    }
}

pub(super) fn limits(platform: Platform) -> &'static Limits {
    &table(platform).limits
}

pub(super) fn has_library(platform: Platform, glibc: &str, library: &str) -> bool {
    let image = &table(platform).base_image;
    let covers = |patterns: &[String]| patterns.iter().any(|pattern| text::matches(pattern, library));
    covers(&image.libraries) && !image.lacks.get(glibc).is_some_and(|lacks| covers(lacks))
}

pub(super) fn may_have_library(platform: Platform, glibc: &str, start: &str) -> bool {
    let image = &table(platform).base_image;
    // What is lacking is so by version: another may be there.
    let may_be = |pattern: &String| match pattern.split_once('*') {
        Some((head, _)) => head.starts_with(start) || start.starts_with(head),
        None => pattern.starts_with(start) && !image.lacks.get(glibc).is_some_and(|lacks| lacks.contains(pattern)),
    };
    image.libraries.iter().any(may_be)
}

pub(super) fn has_loader(platform: Platform, architecture: Architecture, path: &str) -> bool {
    let loaders = &table(platform).base_image.loaders;
    let known = match architecture {
        Architecture::X86_64 => &loaders.x86_64,
        Architecture::Arm64 => &loaders.arm64,
    };
    known.iter().any(|known| known == path)
}

pub(super) fn scripts(platform: Platform) -> &'static Scripts {
    &table(platform).base_image.scripts
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

pub(super) fn sdk(platform: Platform, runtime: &Runtime) -> Option<&'static Sdk> {
    let (language, (major, _)) = (runtime.language(), runtime.version());
    table(platform).sdk.iter().find(|sdk| sdk.language == language && major >= sdk.since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_has_its_limits() {
        assert_eq!(AWS_LAMBDA.limits.layers, 5);
    }

    #[test]
    fn every_analysed_language_has_a_factor_for_every_packaging() {
        for language in [Language::Python, Language::Node, Language::Native] {
            for packaging in [Packaging::Zip, Packaging::Layer, Packaging::Image] {
                let factor = factor(Platform::AwsLambda, language, packaging);
                assert!(factor.is_some_and(|f| f.source > 0.0 && f.bytecode > 0.0 && f.spread[0] < f.spread[1]));
            }
        }
    }

    #[test]
    fn runtimes_bring_their_sdk() {
        let has = |id: &str, package: &str| {
            let runtime = id.parse::<Runtime>().unwrap();
            runtime.sdk(Platform::AwsLambda).is_some_and(|sdk| sdk.has(package))
        };
        assert!(has("python3.12", "botocore") && !has("python3.12", "requests"));
        assert!(has("nodejs20.x", "@aws-sdk/client-s3") && !has("nodejs16.x", "@aws-sdk/client-s3"));
        assert!(!has("provided.al2023", "boto3"));
    }

    #[test]
    fn images_have_the_libraries_of_their_system() {
        let has = |glibc: &str, library: &str| has_library(Platform::AwsLambda, glibc, library);
        assert!(has("2.34", "libssl.so.3") && !has("2.34", "libssl.so.1.1") && has("2.26", "libssl.so.1.1"));
        assert!(has("2.34", "libc.so.6") && !has("2.34", "libGL.so.1"));
        let may = |start: &str| may_have_library(Platform::AwsLambda, "2.34", start);
        assert!(may("libc.so") && may("libssl.so") && may("libncursesw.so") && may("libz.so"));
        assert!(!may("libmagic.so") && !may("libcairo.so") && !may("libzbar.so"));
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

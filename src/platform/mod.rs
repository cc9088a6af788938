//! What each platform's runtimes bring and cost. The only place that knows AWS Lambda by name;
//! everything else asks for a [`Runtime`] and its facts.
//!
//! The facts are data: `rules/knowledge/platform/aws-lambda.toml`, with the source of each figure.

mod scaling;
pub mod sdk;
mod tables;
pub mod variables;

use std::fmt;
use std::str::FromStr;

pub use scaling::{RuntimeEnd, ScalingFacts, days_between};
pub use tables::{Factor, Limits, Packaging, RuntimeFacts, Scripts, Sdk};

/// A serverless platform.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub enum Platform {
    /// AWS Lambda.
    #[default]
    #[serde(rename = "aws-lambda")]
    AwsLambda,
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwsLambda => "Lambda",
        })
    }
}

impl Platform {
    /// The platform's hard limits.
    #[must_use]
    pub fn limits(self) -> &'static Limits {
        tables::limits(self)
    }

    /// How many times longer code of a language takes here than on the machine of the cost model.
    #[must_use]
    pub fn factor(self, language: Language, packaging: Packaging) -> Option<&'static Factor> {
        tables::factor(self, language, packaging)
    }

    /// Whether the images of the managed runtimes hold a shared library, by the version of their C library.
    #[must_use]
    pub fn has_library(self, glibc: &str, library: &str) -> bool {
        tables::has_library(self, glibc, library)
    }

    /// Whether the images may hold a library whose name begins so, `libmagic.so` of any version.
    #[must_use]
    pub fn may_have_library(self, glibc: &str, start: &str) -> bool {
        tables::may_have_library(self, glibc, start)
    }

    /// Whether an image holds a dynamic loader, by its path.
    #[must_use]
    pub fn has_loader(self, architecture: Architecture, path: &str) -> bool {
        tables::has_loader(self, architecture, path)
    }

    /// What runs scripts in the images without a language.
    #[must_use]
    pub fn scripts(self) -> &'static Scripts {
        tables::scripts(self)
    }
}

/// Instruction set that a function runs on.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub enum Architecture {
    /// 64-bit x86.
    #[default]
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit ARM.
    #[serde(rename = "arm64")]
    Arm64,
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}

impl FromStr for Architecture {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "x86_64" | "amd64" | "x86-64" => Ok(Self::X86_64),
            "arm64" | "aarch64" => Ok(Self::Arm64),
            _ => Err(format!("unknown architecture `{text}`; use x86_64 or arm64")),
        }
    }
}

/// The language that a runtime loads functions in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// CPython.
    Python,
    /// Node.js.
    Node,
    /// An executable named `bootstrap` (Rust, Go, C++, ...).
    Native,
    /// A runtime that is recognised but not analysed (Java, .NET, Ruby, Python 2, old releases of Node.js).
    Other,
}

/// A managed runtime by its identifier on the platform, such as `python3.12`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Runtime {
    id: String,
    language: Language,
    version: (u16, u16),
}

impl Runtime {
    /// The runtime that a person names, who may have slipped: one of those that the platform has or had.
    ///
    /// # Errors
    /// When it is none, with the nearest or the newest ones of its language.
    pub fn named(text: &str) -> Result<Self, String> {
        let runtime: Self = text.parse()?;
        let platform = Platform::AwsLambda;
        if platform.runtimes().any(|id| id == runtime.id) {
            return Ok(runtime);
        }
        let language = |id: &str| id.parse::<Self>().is_ok_and(|known| known.language == runtime.language);
        let known: Vec<&str> = platform.runtimes().filter(|id| language(id)).collect();
        Err(format!(
            "unknown runtime `{text}`; as of {} these are known: {}",
            platform.runtime_ends_as_of(),
            known.join(", ")
        ))
    }

    /// The identifier as the platform writes it, such as `nodejs22.x`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The language it runs.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Major and minor version of the language; `(22, 0)` for `nodejs22.x`, `(0, 0)` where the
    /// identifier has none.
    #[must_use]
    pub fn version(&self) -> (u16, u16) {
        self.version
    }

    /// The executable that a runtime without a language of its own starts; `None` for the others, and for the old
    /// Go runtime, where the handler names it.
    #[must_use]
    pub fn executable(&self) -> Option<&'static str> {
        (self.language == Language::Native && self.id.starts_with("provided")).then_some("bootstrap")
    }

    /// Published facts about this runtime on `platform`; those of the nearest known version of
    /// the same language where this one is not in the table.
    #[must_use]
    pub fn facts(&self, platform: Platform) -> &'static RuntimeFacts {
        tables::runtime_facts(platform, self)
    }

    /// The SDK that the platform's runtime brings along.
    #[must_use]
    pub fn sdk(&self, platform: Platform) -> Option<&'static Sdk> {
        tables::sdk(platform, self)
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

impl FromStr for Runtime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (name, version) = text.split_at(digits);
        let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u16>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let language = match name {
            "python" if version.0 == 3 => Language::Python,
            "nodejs" if version.0 >= 12 => Language::Node,
            "provided" | "provided.al" | "go" => Language::Native,
            "java" | "ruby" | "dotnet" | "dotnetcore" => Language::Other,
            // Older than what is simulated, and functions may still run on it.
            "python" | "nodejs" if Platform::AwsLambda.runtimes().any(|id| id == text) => Language::Other,
            _ => {
                return Err(format!(
                    "unknown runtime `{text}`; use one such as python3.12, nodejs22.x or provided.al2023"
                ));
            }
        };
        let id = if language == Language::Node { format!("nodejs{}.x", version.0) } else { text.to_owned() };
        Ok(Self { id, language, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_are_read_as_the_platform_writes_them() {
        let read = |text: &str| text.parse::<Runtime>().map(|r| (r.id().to_owned(), r.language(), r.version()));
        assert_eq!(read("python3.12"), Ok(("python3.12".into(), Language::Python, (3, 12))));
        assert_eq!(read("nodejs22"), Ok(("nodejs22.x".into(), Language::Node, (22, 0))));
        assert_eq!(read("provided.al2023"), Ok(("provided.al2023".into(), Language::Native, (2023, 0))));
        assert_eq!(read("python2.7"), Ok(("python2.7".into(), Language::Other, (2, 7))));
        assert_eq!(read("nodejs6.10"), Ok(("nodejs6.10".into(), Language::Other, (6, 10))));
        assert!(read("nodejs7").is_err());
        assert!(read("python9").is_err());
        assert!(read("").is_err());
    }

    #[test]
    fn a_runtime_that_a_person_names_is_one_that_there_is() {
        assert_eq!(Runtime::named("nodejs22").map(|runtime| runtime.id().to_owned()), Ok("nodejs22.x".to_owned()));
        assert!(Runtime::named("provided.al2023").is_ok() && Runtime::named("java21").is_ok());
        let why = Runtime::named("python3.99").unwrap_err();
        assert!(why.starts_with("unknown runtime `python3.99`") && why.contains("python3.13, python3.14"), "{why}");
        assert!(Runtime::named("nodejs99.x").unwrap_err().contains("nodejs24.x"));
    }
}

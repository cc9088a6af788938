//! Cargo manifests and lock files, read by ourselves: `defrost check` never starts cargo on what
//! it is pointed at (design section 9).

mod asks;
mod dependency;
pub mod edit;
pub mod lock;
mod read;
pub mod registry;
mod relock;
mod targets;
pub mod workspace;

use rustc_hash::FxHashMap;

use crate::span::Span;

pub use asks::Asks;
pub use relock::relocked;
pub use targets::{Target, TargetKind, targets};

/// Crates that talk to the runtime API of a platform.
const RUNTIMES: [&str; 6] =
    ["lambda_runtime", "lambda_http", "lambda-web", "lambda_extension", "lambda-runtime", "axum-aws-lambda"];

/// One `Cargo.toml`.
#[derive(Clone, Debug, Default)]
pub struct CargoManifest {
    /// Path of the file, relative to the workspace root.
    pub path: String,
    /// The folder it is in; `""` for the root.
    pub folder: String,
    /// The text.
    pub text: std::sync::Arc<str>,
    /// `[package]`.
    pub package: Option<Package>,
    /// `[workspace]`.
    pub workspace: Option<Workspace>,
    /// All dependency tables, target-specific ones included, in file order.
    pub dependencies: Vec<Dependency>,
    /// `[features]`.
    pub features: Vec<Feature>,
    /// `[lib]`.
    pub lib: Option<DeclaredTarget>,
    /// `[[bin]]`, `[[test]]`, `[[example]]`, `[[bench]]`.
    pub declared: Vec<(TargetKind, DeclaredTarget)>,
    /// `[profile.*]`.
    pub profiles: Vec<Profile>,
    /// Crates that `[package.metadata.cargo-machete]`, `cargo-shear` or `defrost` say to ignore.
    pub ignored: Vec<String>,
}

/// `[package]`.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Where the name is.
    pub span: Option<Span>,
    /// Version, when it is written here.
    pub version: Option<String>,
    /// Edition, when it is written here.
    pub edition: Option<String>,
    /// `build = false` or another path.
    pub build: BuildScript,
    /// `autobins`, `autotests`, `autoexamples`, `autobenches` that are off.
    pub auto_off: Vec<TargetKind>,
    /// `resolver`, when it is written here.
    pub resolver: Option<String>,
    /// `package.workspace`.
    pub workspace: Option<String>,
    /// `[package.metadata.lambda]` is there, as cargo-lambda reads it.
    pub lambda_metadata: bool,
    /// Megabytes of `[package.metadata.lambda.deploy]`, and of single binaries by name.
    pub memory: Memory,
}

/// How much memory functions are deployed with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Of all functions.
    pub all: Option<u32>,
    /// Of one binary.
    pub of_binary: Vec<(String, u32)>,
}

impl Memory {
    /// Megabytes of a binary.
    #[must_use]
    pub fn of(&self, binary: &str) -> Option<u32> {
        let own = self.of_binary.iter().find(|(name, _)| name == binary).map(|(_, memory)| *memory);
        own.or(self.all)
    }
}

/// `package.build`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BuildScript {
    /// `build.rs` when it exists.
    #[default]
    Auto,
    /// `build = false`.
    Off,
    /// A path.
    Path(String),
}

/// `[workspace]`.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Member patterns.
    pub members: Vec<String>,
    /// Excluded paths.
    pub exclude: Vec<String>,
    /// `[workspace.dependencies]`.
    pub dependencies: Vec<Dependency>,
    /// `resolver`.
    pub resolver: Option<String>,
    /// `[workspace.package]`'s edition, which members may inherit.
    pub edition: Option<String>,
}

/// Which table declares a dependency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// `[dependencies]`.
    #[default]
    Normal,
    /// `[dev-dependencies]`.
    Dev,
    /// `[build-dependencies]`.
    Build,
}

/// One declared dependency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependency {
    /// The key in the table.
    pub key: String,
    /// `package = "..."`, or the key.
    pub package: String,
    /// Whether `package` renames it.
    pub renamed: bool,
    /// Which table.
    pub kind: DependencyKind,
    /// The `cfg` or triple of a `[target.*]` table.
    pub target: Option<String>,
    /// Only with a feature.
    pub optional: bool,
    /// Default features are on.
    pub default_features: bool,
    /// Listed features and where.
    pub features: Vec<(String, Span)>,
    /// Version requirement.
    pub requirement: Option<String>,
    /// Path, relative to the workspace root.
    pub path: Option<String>,
    /// From a git repository.
    pub git: bool,
    /// `workspace = true`.
    pub inherited: bool,
    /// The key.
    pub span: Span,
    /// The whole entry, from the start of its first line to behind its last line break.
    pub entry_span: Span,
}

/// One entry of `[features]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feature {
    /// Name.
    pub name: String,
    /// What it enables.
    pub enables: Vec<String>,
    /// The key.
    pub span: Span,
}

/// A target section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredTarget {
    /// `name`.
    pub name: Option<String>,
    /// `path`.
    pub path: Option<String>,
    /// `proc-macro = true`.
    pub proc_macro: bool,
    /// `doctest = false`.
    pub doctest_off: bool,
    /// The section.
    pub span: Option<Span>,
}

/// `[profile.NAME]`, and `[profile.NAME.package.*]` when it sets something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// `release`, `dev` or another.
    pub name: String,
    /// The section's header.
    pub span: Option<Span>,
    /// Its keys as written (strings without quotes), with the place of the whole value.
    pub settings: Vec<(String, String, Span)>,
}

impl Profile {
    /// A setting's value and place.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<(&str, Span)> {
        self.settings.iter().find(|(name, ..)| name == key).map(|(_, value, span)| (value.as_str(), *span))
    }
}

/// Something wrong with one file; the rest is analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// Where in it.
    pub span: Option<Span>,
    /// What.
    pub message: String,
}

impl CargoManifest {
    /// Reads a manifest. What cannot be understood is left out and listed.
    #[must_use]
    pub fn parse(path: &str, text: std::sync::Arc<str>) -> (Self, Vec<Problem>) {
        read::manifest(path, text)
    }

    /// The package's name, or the folder's for a manifest without package.
    #[must_use]
    pub fn name(&self) -> &str {
        self.package.as_ref().map_or(&self.folder, |package| &package.name)
    }

    /// The name under which other crates know this one's library.
    #[must_use]
    pub fn lib_name(&self) -> String {
        let declared = self.lib.as_ref().and_then(|lib| lib.name.clone());
        declared.unwrap_or_else(|| crate_name(self.name()))
    }

    /// Whether its library is a procedural macro.
    #[must_use]
    pub fn is_proc_macro(&self) -> bool {
        self.lib.as_ref().is_some_and(|lib| lib.proc_macro)
    }

    /// Whether an executable of the package may be a function: it depends on a crate that talks to
    /// the runtime API, or says so to cargo-lambda.
    #[must_use]
    pub fn may_be_function(&self) -> bool {
        self.runtimes().next().is_some() || self.package.as_ref().is_some_and(|package| package.lambda_metadata)
    }

    /// The dependencies that talk to the runtime API.
    pub fn runtimes(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().filter(|entry| RUNTIMES.contains(&entry.package.as_str()))
    }

    /// All features that `names` switch on within this crate, themselves included; implicit
    /// features of optional dependencies count.
    #[must_use]
    pub fn feature_closure<'a>(
        &'a self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> std::collections::BTreeSet<&'a str> {
        let features: FxHashMap<&str, &Feature> =
            self.features.iter().map(|feature| (feature.name.as_str(), feature)).collect();
        let mut todo: Vec<&str> = names.into_iter().collect();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = todo.pop() {
            if !seen.insert(name) {
                continue;
            }
            if let Some(feature) = features.get(name) {
                todo.extend(
                    feature
                        .enables
                        .iter()
                        .map(String::as_str)
                        .filter(|next| !next.contains('/') && !next.starts_with("dep:")),
                );
            }
        }
        seen
    }
}

/// A package's or key's name as an identifier.
#[must_use]
pub fn crate_name(name: &str) -> String {
    name.replace('-', "_")
}

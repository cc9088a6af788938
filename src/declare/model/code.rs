//! Where a function's or layer's code comes from and how its package is made.

use super::{Place, Setting, Why};

/// The code of a function, or the content of a layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    /// Where it comes from.
    pub source: CodeSource,
    /// Where that is written; `None` where it is left to the default.
    pub place: Option<Place>,
    /// How the package is made of it.
    pub build: Build,
}

/// Where code comes from. Paths are relative to what the template's own path is relative to, with `/`;
/// a leading `..` is possible. Nothing says that they exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CodeSource {
    /// Nothing says it and there is no default.
    #[default]
    Unset,
    /// A folder, an archive or a single file.
    Local(String),
    /// Several folders or files that are put into one package (Terraform's module and archives).
    Parts(Vec<CodePart>),
    /// Source text in the template.
    Inline {
        /// The text.
        text: String,
        /// File name that the platform gives it.
        file: String,
    },
    /// An address elsewhere (S3, a registry), as far as it is known.
    Remote(String),
    /// A container image.
    Image(Image),
    /// Not known.
    Unknown(Why),
}

/// A folder or file that is put into a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePart {
    /// Where it is.
    pub path: String,
    /// Its path in the package; where nothing says it, a folder's files lie at the root and a file under its own name.
    pub to: Option<String>,
    /// It is made of the file when it is deployed: what it says is not known.
    pub is_made: bool,
}

/// A container image as the package.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Address in a registry; unset for one that is built here.
    pub uri: Setting<String>,
    /// Folder of the build; `None` where it is not built here.
    pub context: Option<String>,
    /// The Dockerfile, joined with the context where it is relative to it.
    pub dockerfile: Option<String>,
    /// Stage to be built.
    pub target: Setting<String>,
    /// Build arguments.
    pub arguments: Vec<(String, Setting<String>)>,
    /// Overridden command (`ImageConfig.Command`): the handler.
    pub command: Vec<Setting<String>>,
    /// Overridden entry point.
    pub entry_point: Vec<Setting<String>>,
    /// Overridden working folder.
    pub working_directory: Setting<String>,
}

/// How a package is made of sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// Which tool makes it.
    pub method: BuildMethod,
    /// Where that is said.
    pub place: Option<Place>,
    /// Where the tool would put what it builds; nothing says that it is there.
    pub output: Option<String>,
    /// Settings of a bundler.
    pub bundler: Option<Bundler>,
    /// What is put in and left out, in order: the last that fits decides.
    pub patterns: Vec<Pattern>,
    /// Settings of a tool that installs Python's dependencies.
    pub python: Option<PythonPackages>,
    /// The dependency manifest, where one is named.
    pub manifest: Option<String>,
    /// Commands that run before packaging, as far as they are literal: what they bring is open.
    pub commands: Vec<String>,
    /// Content goes below this folder of the package (Terraform's `prefix_in_zip`, a layer's `python/`).
    pub prefix: Option<String>,
    /// The executable of a crate, where one is named.
    pub executable: Option<String>,
    /// A handler that a plugin puts into the package.
    pub brought: Option<BroughtHandler>,
}

/// A handler whose module a plugin puts into the package while it is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtHandler {
    /// Handlers that the module has, as functions name them.
    pub handlers: &'static [&'static str],
    /// What of the function's own it loads, written as a handler.
    pub leads_to: String,
}

/// Which tool makes the package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BuildMethod {
    /// None: what is there is shipped as it is (`aws cloudformation package`, a built asset, an archive).
    #[default]
    AsIs,
    /// The build tool installs what the manifest declares, by runtime (`sam build`).
    Manifest,
    /// esbuild, one bundle per entry point.
    Esbuild,
    /// webpack.
    Webpack,
    /// Another bundler (rolldown, rspack, Vite, Parcel, ncc).
    Bundle(String),
    /// `cargo lambda`.
    CargoLambda,
    /// The Go tool.
    Go,
    /// A makefile target.
    Makefile,
    /// The Serverless Framework's own packaging: sources and production dependencies by patterns.
    ServerlessFramework,
    /// Chalice.
    Chalice,
    /// Zappa.
    Zappa,
    /// A Dockerfile.
    Docker,
    /// Something else, by name.
    Other(String),
}

/// Settings of a bundler. What is empty or unset has the tool's default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundler {
    /// Entry points, relative to the code; empty: the handler's module.
    pub entry_points: Vec<String>,
    /// The folder whose layout bundles keep.
    pub outbase: Setting<String>,
    /// Other endings for what it writes, `.js=.mjs`.
    pub out_extension: Vec<String>,
    /// Modules that stay outside of the bundle.
    pub external: Vec<String>,
    /// Modules that stay outside and are installed beside the bundle.
    pub installed: Vec<String>,
    /// `esm` or `cjs`.
    pub format: Setting<String>,
    /// Minified.
    pub minify: Setting<bool>,
    /// Source map.
    pub source_map: Setting<bool>,
    /// Target, such as `node20`.
    pub target: Setting<String>,
    /// Package fields in order of preference.
    pub main_fields: Vec<String>,
    /// Package export conditions.
    pub conditions: Vec<String>,
    /// Its settings are in a file or function that is not read.
    pub is_open: Option<Why>,
}

/// One pattern of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The glob, relative to the code.
    pub glob: String,
    /// Leaves out what it matches (written with a leading `!`).
    pub excludes: bool,
    /// Where it is written.
    pub place: Place,
}

/// How Python's dependencies get into the package.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PythonPackages {
    /// They are packed into `.requirements.zip` inside the package.
    pub zip: Setting<bool>,
    /// Tests and bytecode are left out.
    pub slim: Setting<bool>,
    /// They form a layer.
    pub layer: Setting<bool>,
    /// Packages that are left out.
    pub no_deploy: Vec<String>,
    /// Requirements file.
    pub file: Setting<String>,
    /// Folder inside the package that they are put into; the package's root where it is unset.
    pub vendor: Setting<String>,
}

//! Node's module resolution over an artifact: `oxc_resolver` with our own file system.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use oxc_resolver::{
    FileMetadata, FileSystem, ResolveError, ResolveOptions, ResolverGeneric, TsconfigDiscovery, TsconfigOptions,
    TsconfigReferences,
};
use serde::Deserialize;

use super::limits::LIMITS;
use super::versions;
use crate::artifact::{Artifact, EntryId, LAYER_ROOT};
use crate::knowledge;
use crate::manifest::node::package_of_request;
use crate::package::package_json::{is_object, manifest_of};
use crate::platform::Sdk;

/// Where the function's own files are on Lambda.
pub(super) const TASK_ROOT: &str = "/var/task";

/// Which loader asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Loader {
    /// `require`.
    Require,
    /// `import`.
    Import,
}

/// What a request leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A file of the package or of a layer.
    File(EntryId),
    /// A module that Node brings (`fs`, `node:test`).
    Builtin,
    /// A package that the Lambda runtime brings (the SDK).
    Provided,
    /// Nothing.
    Missing,
}

/// The artifact as a file system for the resolver.
#[derive(Default)]
pub(super) struct Files {
    artifact: Option<Arc<Artifact>>,
    unbuilt: Option<Arc<Unbuilt>>,
    /// The compiler's settings are read without what packages bring to them.
    alone: bool,
}

impl Files {
    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let artifact = self.artifact.as_deref().ok_or_else(missing)?;
        let id = path.to_str().and_then(|path| entry_at(artifact, path)).ok_or_else(missing)?;
        if path.ends_with("package.json") && !is_object(artifact, id) {
            // A broken one costs its own settings, not every request beside it.
            return Ok(b"{}".to_vec());
        }
        let bytes = artifact.read(id).map_err(|error| io::Error::other(error.message))?;
        let bytes = (*bytes).as_ref();
        let is_settings =
            self.alone && path.file_name().is_some_and(|name| name.to_string_lossy().contains("tsconfig"));
        let own = is_settings.then(|| own_settings(&crate::text::lossy(bytes))).flatten();
        Ok(own.map_or_else(|| bytes.to_vec(), String::into_bytes))
    }
}

/// Where a build will put what lies in a folder of sources.
pub(super) struct Unbuilt {
    /// The folder that is not there yet.
    output: String,
    sources: String,
}

impl Unbuilt {
    /// The path of the source that a path in the output is made from, its extension left open.
    fn source_path(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(&self.output)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", self.sources))
    }

    fn entry(&self, artifact: &Artifact, path: &str) -> Option<EntryId> {
        let path = self.source_path(path)?;
        let (stem, extension) = path.rsplit_once('.')?;
        let written: &[&str] = match extension {
            "js" => &["ts", "tsx", "js"],
            "mjs" => &["mts", "mjs"],
            "cjs" => &["cts", "cjs"],
            other => &[other],
        };
        written.iter().find_map(|extension| entry_at(artifact, &format!("{stem}.{extension}")))
    }
}

impl FileSystem for Files {
    fn new() -> Self {
        Self::default()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.bytes(path)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.bytes(path)?).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let (Some(artifact), Some(path)) = (self.artifact.as_deref(), path.to_str()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let unbuilt = self.unbuilt.as_deref();
        if entry_at(artifact, path).is_some() || unbuilt.is_some_and(|unbuilt| unbuilt.entry(artifact, path).is_some())
        {
            return Ok(FileMetadata::new(true, false, false));
        }
        let source = unbuilt.and_then(|unbuilt| unbuilt.source_path(path));
        if is_folder(artifact, path) || source.is_some_and(|source| is_folder(artifact, &source)) {
            return Ok(FileMetadata::new(false, true, false));
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Err(ResolveError::NotFound(path.to_string_lossy().into_owned()))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_path_buf())
    }
}

/// The entry at an absolute path of the running function.
pub(super) fn entry_at(artifact: &Artifact, path: &str) -> Option<EntryId> {
    match path.strip_prefix("/var/task/") {
        Some(inside) => artifact.find(inside),
        None if path.starts_with(LAYER_ROOT) => artifact.find(path),
        None => None,
    }
}

/// Whether a folder is at an absolute path of the running function.
pub(super) fn is_folder(artifact: &Artifact, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    match path.strip_prefix("/var/task") {
        Some("") => true,
        Some(inside) => inside.strip_prefix('/').is_some_and(|path| artifact.is_folder(path)),
        None => path.starts_with("/opt") && artifact.is_folder(path),
    }
}

/// Names of what is in a folder.
pub(super) fn children(artifact: &Artifact, path: &str) -> Vec<String> {
    let path = path.trim_end_matches('/');
    let inside = path.strip_prefix("/var/task").map_or(path, |rest| rest.trim_start_matches('/'));
    artifact.children(inside).iter().map(|child| child.name.to_string()).collect()
}

/// The absolute path of an entry in the running function.
pub(super) fn absolute(artifact: &Artifact, id: EntryId) -> String {
    let path = &artifact.entry(id).path;
    if path.starts_with('/') { path.to_string() } else { format!("{TASK_ROOT}/{path}") }
}

/// The folder part of an absolute path.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Resolves requests as Node does on Lambda.
pub(super) struct Resolver {
    artifact: Arc<Artifact>,
    require: ResolverGeneric<Files>,
    import: ResolverGeneric<Files>,
    sdk: Option<&'static Sdk>,
    node: u32,
    source_tree: bool,
    unbuilt: Option<Arc<Unbuilt>>,
    /// Members of a workspace of which nothing is installed yet, by name and folder.
    siblings: Option<OnceLock<Vec<(String, String)>>>,
}

/// The first release whose runtime lets `import` find what layers bring.
pub(super) const IMPORTS_FROM_LAYERS: u32 = 18;

impl Resolver {
    pub(super) fn new(artifact: &Arc<Artifact>, node: u32, source_tree: bool, sdk: Option<&'static Sdk>) -> Self {
        let mut options = ResolveOptions {
            modules: vec!["node_modules".to_owned()],
            symlinks: false,
            node_path: false,
            builtin_modules: false,
            condition_names: conditions(Loader::Require, node),
            extensions: [".js", ".json", ".node"].map(str::to_owned).to_vec(),
            ..ResolveOptions::default()
        };
        let alone = source_tree && as_bundlers_do(artifact, &mut options);
        let layers = [format!("/opt/nodejs/node{node}/node_modules"), "/opt/nodejs/node_modules".to_owned()];
        let layers = layers.into_iter().filter(|path| is_folder(artifact, path));
        let mut import = options.clone();
        import.condition_names = conditions(Loader::Import, node);
        import.fully_specified = !source_tree;
        if node >= IMPORTS_FROM_LAYERS {
            import.modules.extend(layers.clone());
        }
        // `NODE_PATH` of the runtime names the layers' folders and the function's own.
        options.modules.extend(layers);
        if !source_tree {
            options.modules.push(TASK_ROOT.to_owned());
        }
        let unbuilt = if source_tree { unbuilt(artifact).map(Arc::new) } else { None };
        let files = || Files { artifact: Some(Arc::clone(artifact)), unbuilt: unbuilt.clone(), alone };
        let require = ResolverGeneric::new_with_file_system(files(), options);
        let import = require.clone_with_options(import);
        let installed = !source_tree && artifact.is_folder("node_modules");
        let siblings = (!installed).then(OnceLock::new);
        Self { artifact: Arc::clone(artifact), require, import, sdk, node, source_tree, unbuilt, siblings }
    }

    /// Resolves `request` from a file in `folder` (absolute).
    pub(super) fn resolve(&self, folder: &str, request: &str, loader: Loader) -> Resolved {
        if request.len() > LIMITS.request || request.contains('\0') || request.is_empty() {
            return Resolved::Missing;
        }
        if loader == Loader::Import && request.starts_with("data:") {
            return Resolved::Provided;
        }
        let decoded;
        let mut request = request.strip_prefix("file://").unwrap_or(request);
        if loader == Loader::Import && request.contains('%') && request.starts_with(['.', '/']) {
            // Specifiers of files are URLs.
            decoded = percent_decoded(request);
            request = &decoded;
        }
        if let Some(name) = request.strip_prefix("node:") {
            let there = versions::of(versions::Kind::Module, name).is_some_and(|releases| releases.have(self.node));
            return if there { Resolved::Builtin } else { Resolved::Missing };
        }
        if is_builtin(request) {
            return Resolved::Builtin;
        }
        let find = |folder: &str, request: &str| {
            let found = self.resolver(loader).resolve(folder, request).ok()?;
            self.entry(found.path().to_str()?)
        };
        let found = find(folder, request).or_else(|| {
            let (folder, inside) = self.sibling(request)?;
            // By its own `exports` first, as it may import itself.
            find(folder, request).or_else(|| find(folder, &format!("{folder}{inside}")))
        });
        match found {
            // Node knows a module by its real path, and looks from there for what it asks for.
            Some(entry) => Resolved::File(self.artifact.link_target(entry).unwrap_or(entry)),
            None if self.sdk.is_some_and(|sdk| sdk.has(request)) => Resolved::Provided,
            None => Resolved::Missing,
        }
    }

    fn resolver(&self, loader: Loader) -> &ResolverGeneric<Files> {
        match loader {
            Loader::Require => &self.require,
            Loader::Import => &self.import,
        }
    }

    fn entry(&self, path: &str) -> Option<EntryId> {
        let unbuilt = || self.unbuilt.as_ref()?.entry(&self.artifact, path);
        entry_at(&self.artifact, path).or_else(unbuilt)
    }

    /// The error with which the resolver refuses a request.
    pub(super) fn refusal(&self, folder: &str, request: &str, loader: Loader) -> Option<ResolveError> {
        self.resolver(loader).resolve(folder, request).err()
    }

    /// Node's major version.
    pub(super) fn node(&self) -> u32 {
        self.node
    }

    /// Whether sources are to be compiled first.
    pub(super) fn source_tree(&self) -> bool {
        self.source_tree
    }

    /// The folder of the workspace's member that a request names, and what it asks for inside.
    fn sibling<'r>(&self, request: &'r str) -> Option<(&str, &'r str)> {
        let siblings = self.siblings.as_ref()?.get_or_init(|| siblings(&self.artifact));
        let name = package_of_request(request)?;
        let (_, folder) = siblings.iter().find(|(sibling, _)| sibling == name)?;
        Some((folder, request.get(name.len()..)?))
    }
}

/// What the compiler's settings say about a folder that it has not made yet.
fn unbuilt(artifact: &Artifact) -> Option<Unbuilt> {
    let text = tsconfig_text(artifact)?;
    let own = folder(&absolute(artifact, tsconfig(artifact)?)).to_owned();
    let folder = |key: &str| {
        let value = tsconfig_value(&text, key)?;
        let value = value.trim_start_matches("./").trim_end_matches('/');
        (!value.is_empty() && !value.contains("..")).then(|| format!("{own}/{value}"))
    };
    let output = folder("outDir").filter(|output| !is_folder(artifact, output))?;
    let sources = folder("rootDir").unwrap_or_else(|| {
        let usual = format!("{own}/src");
        if is_folder(artifact, &usual) { usual } else { own.clone() }
    });
    Some(Unbuilt { output, sources })
}

/// The file with the compiler's settings of a tree: the outermost one, where there is only one so far out.
fn tsconfig(artifact: &Artifact) -> Option<EntryId> {
    const NAME: &str = "tsconfig.json";
    let is_one = |path: &str| {
        path.strip_suffix(NAME).is_some_and(|folder| folder.ends_with('/')) && !path.contains("node_modules/")
    };
    artifact.find(NAME).or_else(|| {
        let own = artifact.entries().filter(|(_, entry)| is_one(&entry.path));
        let mut own: Vec<(usize, EntryId)> = own.map(|(id, entry)| (entry.path.split('/').count(), id)).collect();
        own.sort_unstable_by_key(|(depth, id)| (*depth, id.0));
        match own.as_slice() {
            [(first, _), (second, _), ..] if first == second => None,
            [(_, id), ..] => Some(*id),
            [] => None,
        }
    })
}

/// The compiler's settings of a tree. Comments make them no JSON.
pub(super) fn tsconfig_text(artifact: &Artifact) -> Option<String> {
    let bytes = tsconfig(artifact).and_then(|id| artifact.read(id).ok())?;
    let mut text = crate::text::lossy((*bytes).as_ref()).into_owned();
    // What `tsc --init` writes lists every option, most of them as comments.
    let _ = json_strip_comments::strip(&mut text);
    Some(text)
}

/// The text behind a key, whose name occurs once in such settings.
fn tsconfig_value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("\"{key}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Names and folders of the packages below the root that are not installed ones.
fn siblings(artifact: &Artifact) -> Vec<(String, String)> {
    let manifests = artifact.entries().filter(|(_, entry)| {
        entry.path.ends_with("/package.json") && !entry.path.contains("node_modules/") && !entry.path.starts_with('/')
    });
    let named = manifests.take(LIMITS.siblings).filter_map(|(id, entry)| {
        let manifest = manifest_of(artifact, id)?;
        Some((manifest.name.as_str()?.to_owned(), format!("{TASK_ROOT}/{}", folder(&entry.path))))
    });
    named.collect()
}

fn conditions(loader: Loader, node: u32) -> Vec<String> {
    let first = match loader {
        Loader::Require => "require",
        Loader::Import => "import",
    };
    let mut names = vec![first, "node", "default"];
    // Lambda's nodejs20.x and 22.x switch require(esm) off; from 24 on it is on.
    if node >= 24 {
        names.push("module-sync");
    }
    names.push("node-addons");
    names.into_iter().map(str::to_owned).collect()
}

/// TypeScript sources run bundled or compiled: extensions may be missing or name the output. Says whether the compiler's
/// settings are to be read without what packages bring to them.
fn as_bundlers_do(artifact: &Arc<Artifact>, options: &mut ResolveOptions) -> bool {
    options.extensions =
        [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".node"].map(str::to_owned).to_vec();
    let alias = |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|to| (*to).to_owned()).collect());
    options.extension_alias =
        vec![alias(".js", &[".ts", ".tsx", ".js"]), alias(".mjs", &[".mts", ".mjs"]), alias(".cjs", &[".cts", ".cjs"])];
    let settings = tsconfig(artifact).map(|id| absolute(artifact, id));
    let alone = settings.and_then(|file| Some((reads_settings(artifact, &file)?, file)));
    let Some((alone, file)) = alone else { return false };
    options.tsconfig = Some(TsconfigDiscovery::Manual(TsconfigOptions {
        config_file: PathBuf::from(file),
        references: TsconfigReferences::Disabled,
    }));
    alone
}

/// Whether the compiler's settings are to be read without what packages bring to them, which may not be installed here;
/// nothing where they cannot be read: with broken or circular ones the resolver would refuse every request.
fn reads_settings(artifact: &Arc<Artifact>, file: &str) -> Option<bool> {
    [false, true].into_iter().find(|alone| {
        let files = Files { artifact: Some(Arc::clone(artifact)), unbuilt: None, alone: *alone };
        let resolver = ResolverGeneric::new_with_file_system(files, ResolveOptions::default());
        resolver.resolve_tsconfig(file).is_ok()
    })
}

/// The compiler's settings of a text without those that packages bring; nothing where it extends none.
#[must_use]
pub fn own_settings(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    json_strip_comments::strip(&mut text).ok()?;
    let mut settings: serde_json::Value = serde_json::from_str(&text).ok()?;
    let is_own = |value: &serde_json::Value| value.as_str().is_some_and(|path| path.starts_with(['.', '/']));
    let extends = settings.get_mut("extends")?;
    match extends {
        serde_json::Value::Array(all) => all.retain(is_own),
        one if !is_own(one) => *one = serde_json::Value::Array(Vec::new()),
        _ => return None,
    }
    Some(settings.to_string())
}

/// What `modules.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Modules {
    /// In their order.
    modules: Vec<String>,
}

knowledge::table! {
    static MODULES: Modules = "node/modules.toml", tested by the_modules_read;
}

/// Whether Node has a module of this name, subpaths included. Such a request never reaches a package of that name;
/// `punycode/` does.
#[must_use]
pub fn is_builtin(request: &str) -> bool {
    MODULES.modules.binary_search_by(|name| name.as_str().cmp(request)).is_ok()
}

/// The names of Node's modules.
pub(super) fn builtin_names() -> impl Iterator<Item = &'static str> {
    MODULES.modules.iter().map(String::as_str)
}

/// A path with the bytes that `%20` and its kin stand for; as it is where that is no text.
fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = behind.get(if code.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

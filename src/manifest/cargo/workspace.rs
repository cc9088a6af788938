//! A workspace: its root, its members, and what they inherit.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::{CargoManifest, Dependency, Problem};
use crate::input::files::{self, DiskFiles, Files};

/// More members than this are not read.
const MAX_MEMBERS: usize = 2_000;

/// A root manifest and its members, inheritance resolved.
#[derive(Debug, Default)]
pub struct CargoWorkspace {
    /// The root manifest, if it could be read.
    pub root: CargoManifest,
    /// Packages, the root's own first when it has one, else in member order.
    pub members: Vec<CargoManifest>,
    /// Whether there is a `[workspace]` with members besides the root package.
    pub is_workspace: bool,
    /// The lock file.
    pub lock: Option<Lock>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Folders that it names as members or as dependencies and that hold no package here.
    pub missing: Vec<String>,
}

/// Finds the workspace root of a manifest, as cargo does: `package.workspace`, else the nearest
/// folder above with `[workspace]` that does not exclude it, else the manifest's own folder.
#[must_use]
pub fn find_root(manifest: &Path) -> PathBuf {
    let own = manifest.parent().unwrap_or(Path::new(".")).to_path_buf();
    let read = |folder: &Path| {
        let text = DiskFiles::new(folder).text("Cargo.toml").ok()?;
        Some(CargoManifest::parse("Cargo.toml", text).0)
    };
    let here = read(&own);
    if here.as_ref().is_some_and(|manifest| manifest.workspace.is_some()) {
        return own;
    }
    if let Some(path) = here.and_then(|manifest| manifest.package?.workspace) {
        return own.join(path);
    }
    for folder in own.ancestors().skip(1) {
        let Some(workspace) = read(folder).and_then(|manifest| manifest.workspace) else { continue };
        let relative = own.strip_prefix(folder).unwrap_or(&own).to_string_lossy().replace('\\', "/");
        let excluded =
            workspace.exclude.iter().any(|path| relative == *path || relative.starts_with(&format!("{path}/")));
        return if excluded { own } else { folder.to_path_buf() };
    }
    own
}

impl CargoWorkspace {
    /// Reads the workspace whose root manifest is `Cargo.toml` in `files`.
    #[must_use]
    pub fn read(files: &dyn Files) -> Self {
        let mut found = Self::default();
        let Some(root) = found.manifest(files, "Cargo.toml") else { return found };
        found.lock = files.text("Cargo.lock").ok().map(|text| Lock::parse(&text));
        if root.package.is_some() {
            found.members.push(root.clone());
        }
        if let Some(workspace) = root.workspace.clone() {
            let mut seen = BTreeSet::from([String::new()]);
            let mut todo: Vec<String> = workspace.members.iter().flat_map(|pattern| expand(files, pattern)).collect();
            todo.reverse();
            let is_open = |pattern: &&String| pattern.contains(['*', '?', '[']);
            let open = workspace.members.iter().filter(is_open);
            let globbed: BTreeSet<String> = open.flat_map(|pattern| expand(files, pattern)).collect();
            let from_root: Vec<String> =
                root.dependencies.iter().chain(&workspace.dependencies).filter_map(|d| d.path.clone()).collect();
            todo.splice(0..0, from_root);
            while let Some(folder) = todo.pop() {
                let outside = folder.starts_with("..") || folder.starts_with('/');
                let excluded =
                    workspace.exclude.iter().any(|path| folder == *path || folder.starts_with(&format!("{path}/")));
                if outside || excluded || found.members.len() >= MAX_MEMBERS || !seen.insert(folder.clone()) {
                    continue;
                }
                let path = files::join(&folder, "Cargo.toml");
                if !files.is_file(&path) {
                    // What a pattern with a star meets need not be a package.
                    found.missing.extend(Some(folder).filter(|folder| !globbed.contains(folder)));
                    continue;
                }
                if let Some(member) = found.manifest(files, &path) {
                    todo.extend(member.dependencies.iter().filter_map(|d| d.path.clone()));
                    found.members.push(member);
                }
            }
        }
        found.is_workspace = root.workspace.as_ref().is_some_and(|w| !w.members.is_empty()) || found.members.len() > 1;
        if let Some(workspace) = &root.workspace {
            for member in &mut found.members {
                member.ignored.extend(root.ignored.iter().cloned());
                for dependency in member.dependencies.iter_mut().filter(|d| d.inherited) {
                    if let Some(base) = workspace.dependencies.iter().find(|base| base.key == dependency.key) {
                        inherit(dependency, base);
                    }
                }
            }
        }
        found.root = root;
        found
    }

    fn manifest(&mut self, files: &dyn Files, path: &str) -> Option<CargoManifest> {
        match files.text(path) {
            Ok(text) => {
                let (manifest, problems) = CargoManifest::parse(path, text);
                let broken = manifest.package.is_none() && manifest.workspace.is_none();
                if broken && problems.is_empty() {
                    let message = "neither a package nor a workspace".to_string();
                    self.problems.push(Problem { path: path.to_string(), span: None, message });
                }
                self.problems.extend(problems);
                (!broken).then_some(manifest)
            }
            Err(error) => {
                self.problems.push(Problem { path: path.to_string(), span: None, message: error.message });
                None
            }
        }
    }

    /// Whether cargo joins the features of a crate for the machine that builds, for the target, for tests and for other
    /// platforms, as its first resolver does: by what the root says, or by its edition (Cargo's book, "Resolver
    /// versions"); a workspace without a package of its own has the first one.
    #[must_use]
    pub fn joins_all_features(&self) -> bool {
        let (package, workspace) = (self.root.package.as_ref(), self.root.workspace.as_ref());
        let said = workspace.and_then(|workspace| workspace.resolver.as_deref());
        if let Some(resolver) = said.or_else(|| package.and_then(|package| package.resolver.as_deref())) {
            return resolver == "1";
        }
        let edition = package.and_then(|package| package.edition.as_deref());
        let inherited = || workspace.filter(|_| package.is_some()).and_then(|workspace| workspace.edition.as_deref());
        matches!(edition.or_else(inherited), None | Some("2015" | "2018"))
    }

    /// Whether some member talks to the runtime API of a platform, by its dependencies or by
    /// cargo-lambda's metadata.
    #[must_use]
    pub fn may_have_functions(&self) -> bool {
        self.members.iter().any(CargoManifest::may_be_function)
    }

    /// The member with this package name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&CargoManifest> {
        self.members.iter().find(|member| member.name() == name)
    }

    /// What findings call an entry of a member's manifest.
    #[must_use]
    pub fn subject(&self, member: &CargoManifest, key: &str) -> String {
        if self.is_workspace { format!("{}/{key}", member.name()) } else { key.to_string() }
    }
}

fn inherit(dependency: &mut Dependency, base: &Dependency) {
    dependency.package.clone_from(&base.package);
    dependency.renamed = base.package != dependency.key;
    dependency.requirement.clone_from(&base.requirement);
    dependency.path.clone_from(&base.path);
    dependency.git = base.git;
    dependency.default_features = base.default_features;
    // A feature listed in the workspace table has its place in another file: point at the key.
    let at = dependency.span;
    for (feature, _) in &base.features {
        if !dependency.features.iter().any(|(name, _)| name == feature) {
            dependency.features.push((feature.clone(), at));
        }
    }
}

/// Folders that a member pattern names.
fn expand(files: &dyn Files, pattern: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        let Ok(glob) = globset::Glob::new(part) else { return Vec::new() };
        let matcher = glob.compile_matcher();
        found = found
            .into_iter()
            .flat_map(|folder| {
                if !part.contains(['*', '?', '[']) {
                    return vec![files::join(&folder, part)];
                }
                let children =
                    files.list(&folder).into_iter().filter(|child| child.is_folder && matcher.is_match(&child.name));
                children.map(|child| files::join(&folder, &child.name)).collect()
            })
            .take(MAX_MEMBERS)
            .collect();
    }
    found
}

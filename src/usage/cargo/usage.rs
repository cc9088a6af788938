//! What a package's own code names, over all its crates.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::input::files::{self, Files};
use crate::lang::rust::facts::{self, Around, FileFacts, ModuleFile};
use crate::lang::rust::template;
use crate::manifest::cargo::{CargoManifest, Problem, Target, TargetKind, crate_name, targets};

/// Names used by a package, by what compiles them.
#[derive(Clone, Debug, Default)]
pub struct PackageUse {
    /// By the library and the executables.
    pub normal: BTreeSet<String>,
    /// By tests, examples and benchmarks.
    pub test: BTreeSet<String>,
    /// By documentation examples.
    pub doc: BTreeSet<String>,
    /// By links in documentation.
    pub links: BTreeSet<String>,
    /// By the build script.
    pub build: BTreeSet<String>,
    /// Macros, derives and attributes used by the library and the executables.
    pub macros: BTreeSet<String>,
    /// Those used by anything else.
    pub other_macros: BTreeSet<String>,
    /// Paths into other crates, of all code.
    pub paths: BTreeSet<String>,
    /// Names behind a dot and last segments of paths.
    pub methods: BTreeSet<String>,
    /// Every identifier.
    pub idents: BTreeSet<String>,
    /// Crates imported with `*`.
    pub globs: BTreeSet<String>,
    /// Its crates.
    pub targets: Vec<Target>,
    /// Files that could not be read, or only as tokens.
    pub problems: Vec<Problem>,
    /// Whether some source is written by the build script.
    pub is_generated: bool,
    /// Whether any source could be read at all.
    pub has_code: bool,
}

/// Reads all code of a package.
#[must_use]
pub fn of_package(manifest: &CargoManifest, files: &dyn Files) -> PackageUse {
    let mut walk = Walk {
        found: PackageUse::default(),
        files,
        seen: BTreeSet::new(),
        generated: false,
        methods: FxHashSet::default(),
        idents: FxHashSet::default(),
    };
    let targets = targets(manifest, files);
    for target in &targets {
        walk.target(target);
    }
    if walk.generated {
        walk.templates(&manifest.folder, 0);
    }
    let mut found = walk.found;
    found.is_generated = walk.generated;
    found.methods = walk.methods.into_iter().collect();
    found.idents = walk.idents.into_iter().collect();
    // A package's own library is no dependency of its executables and tests.
    let own = crate_name(&manifest.lib_name());
    for set in [&mut found.normal, &mut found.test, &mut found.doc, &mut found.build] {
        set.remove(&own);
    }
    found.has_code = !targets.is_empty();
    found.targets = targets;
    found
}

/// Folders below a package's own that are looked through for templates.
const DEEPEST_TEMPLATE: usize = 6;

struct Walk<'a> {
    found: PackageUse,
    files: &'a dyn Files,
    seen: BTreeSet<(String, TargetClass, bool)>,
    /// Some source is written by the build script.
    generated: bool,
    methods: FxHashSet<String>,
    idents: FxHashSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TargetClass {
    Normal,
    Test,
    Build,
}

impl Walk<'_> {
    fn target(&mut self, target: &Target) {
        let class = match target.kind {
            TargetKind::Lib | TargetKind::Bin => TargetClass::Normal,
            TargetKind::Build => TargetClass::Build,
            TargetKind::Example | TargetKind::Test | TargetKind::Bench => TargetClass::Test,
        };
        let is_lib = target.kind == TargetKind::Lib;
        let root = (target.path.clone(), class == TargetClass::Test, Around::default());
        let (mut level, mut is_root) = (vec![root], true);
        // What one file declares is known when it is read; what several declare is read together.
        while !level.is_empty() {
            level.retain(|(path, test, _)| self.seen.insert((path.clone(), class, *test)));
            let read = |(path, test, around): (String, bool, Around)| {
                let text = self.files.text(&path).ok()?;
                let found = facts::read(&text, test, &around);
                Some((path, test, found))
            };
            let found: Vec<_> = std::mem::take(&mut level).into_par_iter().filter_map(read).collect();
            for (path, test, found) in found {
                self.declared(&path, test, is_root, &found, &mut level);
                self.documents(&path, is_lib, &found);
                self.add(&path, found, class, is_lib);
            }
            is_root = false;
        }
    }

    /// Files that a file declares.
    fn declared(
        &self,
        path: &str,
        test: bool,
        is_root: bool,
        found: &FileFacts,
        level: &mut Vec<(String, bool, Around)>,
    ) {
        for module in &found.modules {
            if let Some(file) = self.module_file(path, is_root, module) {
                level.push((file, test || module.test, module.around.clone()));
            }
        }
        for include in found.includes.iter().filter(|include| !include.doc) {
            let file = files::join(files::parent(path), &include.path);
            level.push((file, test || include.test, Around::default()));
        }
    }

    /// Texts that are a library's documentation.
    fn documents(&mut self, path: &str, is_lib: bool, found: &FileFacts) {
        for include in found.includes.iter().filter(|include| is_lib && include.doc) {
            if let Ok(text) = self.files.text(&files::join(files::parent(path), &include.path)) {
                self.found.doc.extend(facts::read_doc(&text));
            }
        }
    }

    /// What a build script writes comes from files that no module reaches: what they name may end
    /// up in the code.
    fn templates(&mut self, folder: &str, depth: usize) {
        for child in self.files.list(folder) {
            let path = files::join(folder, &child.name);
            let own = child.name != "target" && !child.name.starts_with('.');
            if child.is_folder {
                if own && depth < DEEPEST_TEMPLATE && !self.files.is_file(&files::join(&path, "Cargo.toml")) {
                    self.templates(&path, depth + 1);
                }
            } else if child.name.contains(".rs")
                // What the build script writes it may hold as texts.
                && !self.seen.iter().any(|(seen, class, _)| *seen == path && *class != TargetClass::Build)
                && let Ok(text) = self.files.text(&path)
            {
                self.found.normal.extend(template::named(&text));
            }
        }
    }

    fn add(&mut self, path: &str, facts: FileFacts, class: TargetClass, is_lib: bool) {
        let found = &mut self.found;
        let problem = |message| Problem { path: path.to_string(), span: None, message };
        found.problems.extend(facts.problem.map(problem));
        match class {
            TargetClass::Normal => found.normal.extend(facts.crates),
            TargetClass::Test => found.test.extend(facts.crates),
            TargetClass::Build => found.build.extend(facts.crates),
        }
        self.generated |= facts.includes_generated;
        found.test.extend(facts.test_crates);
        let macros = if class == TargetClass::Normal { &mut found.macros } else { &mut found.other_macros };
        macros.extend(facts.macros);
        found.other_macros.extend(facts.test_macros);
        if is_lib {
            found.doc.extend(facts.doc_crates);
        }
        found.links.extend(facts.doc_links);
        found.paths.extend(facts.paths);
        self.methods.extend(facts.methods);
        self.idents.extend(facts.idents);
        found.globs.extend(facts.globs);
    }

    fn module_file(&self, file: &str, is_root: bool, module: &ModuleFile) -> Option<String> {
        module_file(self.files, file, is_root, &module.path, module.file.as_deref())
    }
}

/// The file of a module declared in `file`.
#[must_use]
pub fn module_file(
    tree: &dyn Files,
    file: &str,
    is_root: bool,
    path: &[String],
    explicit: Option<&str>,
) -> Option<String> {
    let folder = files::parent(file);
    let name = file.rsplit('/').next().unwrap_or(file);
    let base = if is_root || name == "mod.rs" {
        folder.to_string()
    } else {
        files::join(folder, name.strip_suffix(".rs").unwrap_or(name))
    };
    let (last, inline) = path.split_last()?;
    if let Some(explicit) = explicit {
        let from = if inline.is_empty() { folder.to_string() } else { files::join(&base, &inline.join("/")) };
        return Some(files::join(&from, explicit)).filter(|path| tree.is_file(path));
    }
    let base = if inline.is_empty() { base } else { files::join(&base, &inline.join("/")) };
    [format!("{last}.rs"), format!("{last}/mod.rs")]
        .iter()
        .map(|path| files::join(&base, path))
        .find(|path| tree.is_file(path))
}

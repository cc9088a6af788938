//! Sources outside of a function's folder that a bundler takes in, because code names them by their paths.
//!
//! A bundler follows `../../lib/db` wherever it leads, and `@shop/db` where the compiler's settings say. Then the
//! package is made of several places: the function's folder, and those files outside of it, each where it lies below the
//! folder around all of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::aliases::Aliases;
use super::node::{LARGEST, MOST_FILES, is_source, requests, sources};
use super::{at, is_within, wall};
use crate::assemble::{Content, FunctionSpec, Installs};
use crate::input::files::{below, join, normalize, parent};
use crate::input::{self, Part, seen};
use crate::platform::Language;
use crate::run::settings::opened;

/// What a request may leave out at its end, in the order of bundlers. The resolver of the simulation works on packages
/// that are put together already; what is asked for here is asked of the disk, and noted there.
const ENDINGS: [&str; 11] =
    ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", "/package.json"];
/// The modules that a folder stands for.
const FOLDERS: [&str; 4] = ["/index.ts", "/index.tsx", "/index.js", "/index.mjs"];

/// The parts of a package, and the folder in it that the function's own has become.
type Spread = Option<(Arc<[Part]>, String)>;

/// Makes packages of all places that a bundler takes sources from.
pub(in crate::run) fn gather(specs: &mut [FunctionSpec]) {
    let mut known: BTreeMap<String, Spread> = BTreeMap::new();
    for spec in specs {
        let is_bundled = spec.installs == Installs::Bundled && spec.content == Content::Whole;
        if !is_bundled || spec.runtime.language() != Language::Node || !seen::is_dir(at(Path::new(&spec.code))) {
            continue;
        }
        let spread = known.entry(spec.code.clone()).or_insert_with(|| spread(Path::new(&spec.code)));
        if let Some((parts, own)) = spread {
            spec.leads_to = Some(join(own, spec.start()));
            spec.content = Content::Parts { parts: Arc::clone(parts), is_image: false };
        }
    }
}

/// The places that the sources of a folder are taken from, where it is not that folder alone.
fn spread(folder: &Path) -> Spread {
    let absolute = |path: &Path| std::path::absolute(at(path)).ok().map(|path| path.to_string_lossy().into_owned());
    let own = normalize(&absolute(folder)?);
    let aliases = Aliases::of(folder);
    let search = Search { own: own.clone(), wall: wall(folder), aliases, found: BTreeSet::new(), is_named: false };
    let outside = search.through(folder);
    let mut common = own.as_str();
    for file in &outside {
        while below(file, common).is_none() {
            common = parent(common);
        }
    }
    if outside.is_empty() || common.is_empty() {
        return None;
    }
    let working = std::env::current_dir().unwrap_or_default();
    let place = |file: &str| opened(&rooted(file), &working);
    let to = |path: &str| below(path, common).unwrap_or_default().to_owned();
    let own_part = Part { from: folder.to_owned(), to: to(&own), ..Part::default() };
    let files = outside.iter().map(|file| Part { from: place(file), to: to(file), ..Part::default() });
    Some((std::iter::once(own_part).chain(files).collect(), to(&own)))
}

/// Paths here are absolute, without the slash at their start.
fn rooted(path: &str) -> PathBuf {
    Path::new("/").join(path)
}

/// The search for files outside of a folder.
struct Search {
    own: String,
    wall: PathBuf,
    aliases: Option<Aliases>,
    found: BTreeSet<String>,
    /// The settings give a name that code uses to a file of the folder.
    is_named: bool,
}

impl Search {
    /// What the sources of the folder name outside of it, and what that names.
    fn through(mut self, folder: &Path) -> BTreeSet<String> {
        let mut waiting: VecDeque<String> = VecDeque::new();
        for path in sources(folder) {
            self.follow(&join(&self.own, &path), &folder.join(&path), &mut waiting);
        }
        while let Some(file) = waiting.pop_front() {
            self.follow(&file, &rooted(&file), &mut waiting);
        }
        // Whoever reads the files reads the settings with them.
        if let Some(aliases) = self.aliases.as_ref().filter(|_| self.is_named || !self.found.is_empty()) {
            let settings = aliases.files.iter().map(|file| normalize(&file.to_string_lossy()));
            self.found.extend(settings.filter(|file| below(file, &self.own).is_none()));
        }
        self.found
    }

    /// Adds what a file names outside of the folder.
    fn follow(&mut self, file: &str, place: &Path, waiting: &mut VecDeque<String>) {
        let Ok(text) = input::read_text_file(place, LARGEST) else { return };
        for request in requests(&text) {
            if self.found.len() >= MOST_FILES {
                return;
            }
            let Some(target) = self.leads_to(file, request) else { continue };
            if below(&target, &self.own).is_some() {
                self.is_named |= !request.starts_with('.');
                continue;
            }
            let goes_on = is_source(&target);
            if self.found.insert(target.clone()) && goes_on {
                waiting.push_back(target);
            }
        }
    }

    /// The file that a request of another one leads to: by its path, or by a name of the settings.
    fn leads_to(&self, file: &str, request: &str) -> Option<String> {
        let paths = if request.starts_with('.') {
            let path = join(parent(file), request);
            if below(&path, &self.own).is_some() { Vec::new() } else { vec![path] }
        } else {
            let named = self.aliases.as_ref().map_or_else(Vec::new, |aliases| aliases.paths(request));
            named.into_iter().map(|path| normalize(&path.to_string_lossy())).collect()
        };
        let is_there = |path: &String| seen::is_file(&rooted(path)) && is_within(&rooted(path), &self.wall);
        paths.iter().find_map(|path| {
            let candidates = ENDINGS.iter().chain(&FOLDERS).map(|ending| format!("{path}{ending}"));
            let compiled = path.strip_suffix(".js").map(|stem| format!("{stem}.ts"));
            candidates.chain(compiled).find(is_there)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_outside_keep_their_places_beside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        for (path, text) in [
            (
                "services/a/handler.ts",
                "import { db } from '../../lib/db';\nimport x from './own';\nimport '@shop/log';",
            ),
            ("services/a/own.ts", "export default 1;"),
            ("services/a/tsconfig.json", "{ \"extends\": \"../../tsconfig.base.json\" }"),
            ("tsconfig.base.json", "{ \"compilerOptions\": { \"paths\": { \"@shop/*\": [\"packages/*/index\"] } } }"),
            ("packages/log/index.ts", "import '@shop/none';"),
            ("lib/db.ts", "import { name } from '../config/index.js'; import own from '../services/a/own';"),
            ("config/index.ts", "export const name = 1;"),
            ("lib/unused.ts", ""),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let (parts, own) = spread(&root.join("services/a")).unwrap();
        let to: Vec<&str> = parts.iter().map(|part| part.to.as_str()).collect();
        assert_eq!(own, "services/a");
        assert_eq!(to, ["services/a", "config/index.ts", "lib/db.ts", "packages/log/index.ts", "tsconfig.base.json"]);
        assert!(spread(&root.join("config")).is_none());
    }

    #[test]
    fn settings_around_the_folder_that_name_its_files_are_taken_along() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir_all(root.join("api/lib")).unwrap();
        let settings = "{ \"compilerOptions\": { \"paths\": { \"@lib/*\": [\"api/lib/*\"] } } }";
        for (path, text) in
            [("tsconfig.json", settings), ("api/handler.ts", "import '@lib/db';"), ("api/lib/db.ts", "export {};")]
        {
            std::fs::write(root.join(path), text).unwrap();
        }
        let (parts, own) = spread(&root.join("api")).unwrap();
        let to: Vec<&str> = parts.iter().map(|part| part.to.as_str()).collect();
        assert_eq!((to, own.as_str()), (vec!["api", "tsconfig.json"], "api"));
    }

    #[test]
    fn nothing_is_taken_from_behind_the_wall() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("repository/.git")).unwrap();
        std::fs::write(root.join("secret.js"), "").unwrap();
        std::fs::write(root.join("repository/a.js"), "require('../secret');").unwrap();
        assert!(spread(&root.join("repository")).is_none());
    }
}

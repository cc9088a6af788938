//! Sources outside of a function's folder that a bundler takes in, because code names them by their paths.
//!
//! A bundler follows `../../lib/db` wherever it leads. Then the package is made of several places: the function's
//! folder, and those files outside of it, each where it lies below the folder around all of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
/// The settings that are asked for by files that extend them.
const SETTINGS: &str = "tsconfig.json";

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
    let search = Search { own: own.clone(), wall: wall(folder), found: BTreeSet::new() };
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
    found: BTreeSet<String>,
}

impl Search {
    /// What the sources of the folder name outside of it, and what that names.
    fn through(mut self, folder: &Path) -> BTreeSet<String> {
        let mut waiting: VecDeque<String> = VecDeque::new();
        for path in sources(folder) {
            self.follow(&join(&self.own, &path), &folder.join(&path), &mut waiting);
        }
        if !self.found.is_empty() {
            self.follow(&join(&self.own, SETTINGS), &folder.join(SETTINGS), &mut waiting);
        }
        while let Some(file) = waiting.pop_front() {
            self.follow(&file, &rooted(&file), &mut waiting);
        }
        self.found
    }

    /// Adds what a file names outside of the folder.
    fn follow(&mut self, file: &str, place: &Path, waiting: &mut VecDeque<String>) {
        let Ok(text) = input::read_text_file(place, LARGEST) else { return };
        let is_settings = file.ends_with(".json");
        if is_settings && !text.contains("\"extends\"") {
            return;
        }
        let named: Vec<&str> = match is_settings {
            true => text.split('"').filter(|word| word.starts_with("../") || word.starts_with("./")).collect(),
            false => requests(&text).filter(|request| request.starts_with('.')).collect(),
        };
        for request in named {
            let path = join(parent(file), request);
            if below(&path, &self.own).is_some() || self.found.len() >= MOST_FILES {
                continue;
            }
            let candidates = ENDINGS.iter().chain(&FOLDERS).map(|ending| format!("{path}{ending}"));
            let written = path.rsplit_once(".js").filter(|(_, rest)| rest.is_empty());
            let compiled = written.into_iter().map(|(stem, _)| format!("{stem}.ts"));
            let is_there = |path: &String| seen::is_file(&rooted(path)) && is_within(&rooted(path), &self.wall);
            let Some(target) = candidates.chain(compiled).find(is_there) else { continue };
            let goes_on = is_source(&target) || is_settings;
            if self.found.insert(target.clone()) && goes_on {
                waiting.push_back(target);
            }
        }
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
            ("services/a/handler.ts", "import { db } from '../../lib/db';\nimport x from './own';"),
            ("services/a/own.ts", "export default 1;"),
            ("services/a/tsconfig.json", "{ \"extends\": \"../../tsconfig.base.json\" }"),
            ("tsconfig.base.json", "{}"),
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
        assert_eq!(to, ["services/a", "config/index.ts", "lib/db.ts", "tsconfig.base.json"]);
        assert!(spread(&root.join("config")).is_none());
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

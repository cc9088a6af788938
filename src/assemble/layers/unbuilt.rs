//! Folders of layers that wait for a build: what their manifests declare and they do not hold.

use std::path::Path;
use std::sync::Arc;

use walkdir::WalkDir;

use super::shown_names;
use crate::assemble::folders::FOLDERS;
use crate::assemble::{Base, Brings, Open, Reason};
use crate::input::seen;
use crate::manifest::dependency::{Declared, Files as _, Scope};
use crate::manifest::{node, python};

/// Folders within each other that are looked into for a file that a runtime could use.
const DEEPEST: usize = 8;
/// Files that are looked at for one.
const MOST_FILES: usize = 2_000;
/// Scripts that an installation runs, which may put anything beside what is declared.
const HOOKS: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];
/// Folders of a layer that have a manifest of Python beside what it installs.
const OF_PYTHON: [&str; 2] = ["", "python"];
/// The same of Node.
const OF_NODE: [&str; 2] = ["nodejs", ""];

/// Whether a folder has nothing but what says of a layer how it is made.
pub(super) fn is_empty(path: &str) -> bool {
    let folder = Path::new(path);
    if !seen::is_dir(folder) {
        return false;
    }
    let walk = WalkDir::new(folder).max_depth(DEEPEST).into_iter().filter_entry(|entry| {
        if entry.file_type().is_dir() {
            seen::read(entry.path());
        }
        entry.depth() == 0 || !is_about(&entry.file_name().to_string_lossy())
    });
    !walk.flatten().take(MOST_FILES).any(|entry| !entry.file_type().is_dir())
}

fn is_about(name: &str) -> bool {
    let about = &FOLDERS.about_layers;
    let is_named = || about.names.iter().any(|known| known == name);
    name.starts_with('.') || is_named() || about.endings.iter().any(|ending| name.ends_with(ending))
}

/// What the manifests in the folder of a layer declare and it does not hold. `below` is the folder of the layer that
/// the content of `path` is put into.
pub(super) fn missing(name: &str, below: &str, path: &str, base: &Base) -> Option<Open> {
    let python = OF_PYTHON.iter().filter(|_| below != "nodejs").map(|folder| {
        let declared = python::declared(&base.manifests(&join(path, folder)), (3, 12));
        let roots = [path.to_owned(), join(path, "python")];
        let modules = |name: &str| python::import_names(name);
        lacking(&declared, |name| modules(name).iter().any(|module| roots.iter().any(|root| has_module(root, module))))
            .into_iter()
            .map(|name| (modules(&name).into_iter().map(Arc::from).collect(), name))
            .collect::<Vec<(Vec<Arc<str>>, Arc<str>)>>()
    });
    let node = OF_NODE.iter().filter(|_| below != "python").map(|folder| {
        let folder = join(path, folder);
        let declared = node::declared(&base.manifests(&folder), "", false);
        let installed = join(&folder, "node_modules");
        lacking(&declared, |name| seen::exists(Path::new(&join(&installed, name))))
            .into_iter()
            .map(|name| (vec![Arc::clone(&name)], name))
            .collect::<Vec<(Vec<Arc<str>>, Arc<str>)>>()
    });
    let all: Vec<(Vec<Arc<str>>, Arc<str>)> = python.chain(node).flatten().collect();
    let (modules, names): (Vec<Vec<Arc<str>>>, Vec<Arc<str>>) = all.into_iter().unzip();
    if names.is_empty() {
        return None;
    }
    let declares = format!("the layer {name} declares {}, which is not installed here", shown_names(&names));
    let hook = OF_NODE.iter().filter(|_| below != "python").find_map(|folder| hook(&join(path, folder), base));
    Some(match hook {
        Some(hook) => Open {
            reason: Reason::NotInstalled,
            detail: format!("{declares}; its `{hook}` script may bring more"),
            brings: Brings::Anything,
        },
        None => Open {
            reason: Reason::NotInstalled,
            detail: declares,
            brings: Brings::ModulesAndMore(modules.into_iter().flatten().collect()),
        },
    })
}

/// The script of a folder's manifest that an installation runs.
fn hook(folder: &str, base: &Base) -> Option<&'static str> {
    let text = base.manifests(folder).text("package.json")?;
    let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
    let scripts = manifest.get("scripts")?;
    HOOKS.into_iter().find(|hook| scripts.get(hook).is_some())
}

/// A path in a folder that opens from where the user stands.
fn join(folder: &str, path: &str) -> String {
    Path::new(folder).join(path).to_string_lossy().into_owned()
}

/// Dependencies of run time that are not there.
fn lacking(declared: &Declared, is_here: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
    let runtime = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
    runtime.map(|dependency| Arc::clone(&dependency.name)).filter(|name| !is_here(name)).collect()
}

/// Whether a folder has a module of Python, by the first part of its name.
fn has_module(root: &str, module: &str) -> bool {
    let top = module.split('.').next().unwrap_or(module);
    seen::exists(Path::new(&join(root, top))) || seen::exists(Path::new(&join(root, &format!("{top}.py"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files.iter().map(|file| file.split_once('=').unwrap_or((file, ""))) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_of_manifests_is_empty() {
        let is = |files: &[&str]| is_empty(&folder(files).path().to_string_lossy());
        assert!(is(&[".gitkeep", "requirements.txt", "python/.gitignore", "README.md", "build.sh"]));
        assert!(!is(&["python/own.py", "requirements.txt"]) && !is(&["lib/libfoo.so"]) && !is(&["data/names.csv"]));
        assert!(!is_empty("nowhere"));
    }

    #[test]
    fn what_a_manifest_beside_the_modules_declares_is_missing_until_it_is_installed() {
        let of = |files: &[&str]| {
            let folder = folder(files);
            let path = folder.path().to_string_lossy().into_owned();
            missing("deps", "", &path, &Base::new(folder.path())).map(|open| open.brings)
        };
        let more = |names: &[&str]| Some(Brings::ModulesAndMore(names.iter().map(|name| Arc::from(*name)).collect()));
        assert_eq!(of(&["requirements.txt=requests\n", "python/own.py"]), more(&["requests"]));
        assert_eq!(of(&["python/requirements.txt=PyYAML\n", "python/yaml/__init__.py"]), None);
        assert_eq!(
            of(&[
                "nodejs/package.json={\"dependencies\":{\"lodash\":\"4\",\"uuid\":\"9\"}}",
                "nodejs/node_modules/uuid/index.js"
            ]),
            more(&["lodash"])
        );
        assert_eq!(of(&["python/own.py"]), None);
        let copies = "\"dependencies\":{\"lodash\":\"4\"},\"scripts\":{\"postinstall\":\"cp -r own node_modules\"}";
        assert_eq!(of(&[&format!("nodejs/package.json={{{copies}}}")]), Some(Brings::Anything));
    }
}

//! What build tools have made already, and whether it is newer than what it was made from.

use std::path::Path;
use std::time::SystemTime;

use walkdir::WalkDir;

use super::Base;
use super::folders::FOLDERS;
use crate::declare::model::{BuildMethod, Code, CodeSource, Dialect};
use crate::input::seen;

/// Files of one folder whose times are looked at.
const MOST_FILES: usize = 20_000;
/// Manifests larger than this are not read.
const LARGEST_MANIFEST: u64 = 8 << 20;
/// Folders within each other that are looked into.
const DEEPEST: usize = 24;

/// What is there of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Built {
    /// Newer than the sources, or of the same age.
    Fresh(String),
    /// Older than some source.
    Stale(String),
    /// Nothing.
    Absent,
}

/// The built output that stands for the sources; nothing where it is not there or older.
pub(super) fn output(code: &Code, base: &Base) -> Option<String> {
    match state(code, base) {
        Built::Fresh(path) => Some(path),
        Built::Stale(_) | Built::Absent => None,
    }
}

/// What is there of a build.
pub(super) fn state(code: &Code, base: &Base) -> Built {
    let Some(output) = code.build.output.as_ref().map(|output| base.path(output)) else { return Built::Absent };
    if !seen::exists(Path::new(&output)) {
        return Built::Absent;
    }
    let CodeSource::Local(source) = &code.source else { return Built::Fresh(output) };
    let source = base.path(source);
    match newest(Path::new(&source), true).zip(newest(Path::new(&output), false)) {
        Some((sources, built)) if sources > built => Built::Stale(output),
        _ => Built::Fresh(output),
    }
}

/// The latest time of a file in a folder, or of a file.
fn newest(path: &Path, is_source: bool) -> Option<SystemTime> {
    let _ = seen::metadata(path);
    let walk = WalkDir::new(path).max_depth(DEEPEST).into_iter();
    let wanted = walk.filter_entry(|entry| {
        let is_top = entry.depth() == 0;
        let is_wanted = is_top || !is_source || !entry.file_name().to_str().is_some_and(is_made);
        if is_wanted && entry.file_type().is_dir() {
            seen::read(entry.path());
        }
        is_wanted
    });
    let files = wanted.flatten().filter(|entry| entry.file_type().is_file()).take(MOST_FILES);
    let time = |entry: walkdir::DirEntry| {
        let metadata = entry.metadata().ok()?;
        seen::found(entry.path(), &metadata);
        metadata.modified().ok()
    };
    files.filter_map(time).max()
}

/// The workspace, and the name of its executable, that would lie at a path after a build: `cargo lambda build` writes
/// `TARGET/lambda/NAME/bootstrap`, or `bootstrap.zip` in its place, and `cargo build` writes `TARGET/release/NAME`, below
/// the name of the platform where one is asked for.
pub(super) fn of_workspace(path: &str) -> Option<(String, String)> {
    let path = Path::new(path);
    let (target, name) = of_cargo_lambda(path).or_else(|| of_cargo(path))?;
    let workspace = target.parent()?;
    let workspace = if workspace.as_os_str().is_empty() { Path::new(".") } else { workspace };
    seen::is_file(&workspace.join("Cargo.toml")).then(|| (workspace.to_string_lossy().into_owned(), name.to_owned()))
}

/// The target folder and the executable of an output of `cargo lambda build`.
fn of_cargo_lambda(path: &Path) -> Option<(&Path, &str)> {
    let is_file = path.file_name().is_some_and(|name| name == "bootstrap" || name == "bootstrap.zip");
    let output = if is_file { path.parent()? } else { path };
    let lambda = output.parent().filter(|folder| folder.ends_with("lambda"))?;
    Some((lambda.parent()?, output.file_name()?.to_str()?))
}

/// The same of `cargo build`.
fn of_cargo(path: &Path) -> Option<(&Path, &str)> {
    let profile = path.parent().filter(|folder| folder.ends_with("release"))?;
    let above = profile.parent()?;
    // Only names of platforms have dashes where they lie in a folder of what is built.
    let is_platform = above.file_name()?.to_str()?.contains('-');
    let target = if is_platform { above.parent()? } else { above };
    Some((target, path.file_stem()?.to_str()?))
}

/// A folder or archive that a build of the project around it has still to make.
pub(super) struct Unbuilt {
    /// The project, whose sources stand for it.
    pub(super) sources: String,
    /// What is not there.
    output: String,
    /// How it is made.
    made: String,
}

impl Unbuilt {
    /// What is said of it.
    pub(super) fn detail(&self) -> String {
        let Self { sources, output, made } = self;
        format!(
            "its package is made of `{output}`, which {made} makes and which is not here; the sources in {sources} stand for it"
        )
    }
}

/// The project of JavaScript or TypeScript whose build would make what a path names: the nearest folder above that is
/// there, where it has a manifest and something that compiles or bundles.
pub(super) fn of_scripts(path: &str) -> Option<Unbuilt> {
    let sources = Path::new(path).ancestors().skip(1).find(|folder| seen::is_dir(super::base::at(folder)))?;
    let output = Path::new(path).strip_prefix(sources).ok()?.to_str()?.to_owned();
    if !output.split(['/', '.']).any(|part| FOLDERS.outputs.iter().any(|name| name == part)) {
        return None;
    }
    let manifest = crate::input::read_text_file(&sources.join("package.json"), LARGEST_MANIFEST).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
    let scripts = manifest.get("scripts").and_then(serde_json::Value::as_object);
    let named = ["build", "bundle", "package", "compile", "dist"];
    let script = named.iter().find(|name| scripts.is_some_and(|scripts| scripts.contains_key(**name)));
    let made = match script {
        Some(script) => format!("`npm run {script}`"),
        None if seen::is_file(&sources.join("tsconfig.json")) => "the compiler".to_owned(),
        None => return None,
    };
    let sources = super::base::at(sources).to_string_lossy().into_owned();
    Some(Unbuilt { sources, output, made })
}

/// The folder at the beginning of a path that a build has still to make, by its name.
#[must_use]
pub fn output_not_built<'p>(path: &'p str, is_there: &dyn Fn(&str) -> bool) -> Option<&'p str> {
    let (first, _) = path.trim_start_matches("./").split_once('/')?;
    (FOLDERS.outputs.iter().any(|name| name == first) && !is_there(first)).then_some(first)
}

/// Whether tools make or bring what is in a folder of this name.
fn is_made(name: &str) -> bool {
    FOLDERS.not_sources.iter().any(|made| made == name)
}

/// Whether a build makes of its sources what cannot be told from them.
pub(super) fn is_opaque(method: &BuildMethod) -> bool {
    matches!(method, BuildMethod::Makefile | BuildMethod::Docker | BuildMethod::Go | BuildMethod::Other(_))
}

/// What to do where code is not where a template says: what its tool builds from is there before it runs.
pub(super) fn missing(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Cdk | Dialect::Chalice | Dialect::Zappa => command(dialect),
        _ => "the path is another, or a build of the repository's own has still to make it",
    }
}

/// The command by which people build an application.
pub(super) fn command(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sam | Dialect::CloudFormation => "`sam build` makes it",
        Dialect::Cdk => "`cdk synth` makes it",
        Dialect::Serverless => "`serverless package` makes it",
        Dialect::Terraform | Dialect::TerraformPlan => "the build that Terraform expects makes it",
        Dialect::Chalice => "`chalice package` makes it",
        Dialect::Zappa => "`zappa package` makes it",
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;
    use crate::declare::model::Build;

    #[test]
    fn what_is_older_than_its_sources_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("src/node_modules")).unwrap();
        std::fs::create_dir_all(at("out")).unwrap();
        let write = |name: &str, seconds: u64| {
            let file = File::create(at(name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        };
        let build = Build { output: Some("out".to_owned()), ..Build::default() };
        let code = Code { source: CodeSource::Local("src".to_owned()), build, ..Code::default() };
        let base = Base::new(folder.path());
        write("src/app.py", 1_000);
        write("src/node_modules/late.js", 9_000);
        write("out/app.py", 1_000);
        assert!(matches!(state(&code, &base), Built::Fresh(_)));
        write("src/app.py", 2_000);
        assert!(matches!(state(&code, &base), Built::Stale(_)));
        assert_eq!(state(&Code::default(), &base), Built::Absent);
    }

    #[test]
    fn outputs_of_cargo_belong_to_a_workspace() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("shop")).unwrap();
        File::create(folder.path().join("shop/Cargo.toml")).unwrap();
        let of = |path: &str| {
            let (workspace, name) = of_workspace(&folder.path().join(path).to_string_lossy())?;
            Some((Path::new(&workspace).strip_prefix(folder.path()).ok()?.to_string_lossy().into_owned(), name))
        };
        let shop = |name: &str| Some(("shop".to_owned(), name.to_owned()));
        for path in ["shop/target/lambda/get", "shop/out/lambda/get/bootstrap.zip", "shop/target/release/get"] {
            assert_eq!(of(path), shop("get"), "{path}");
        }
        assert_eq!(of("shop/target/x86_64-unknown-linux-musl/release/bootstrap"), shop("bootstrap"));
        for path in ["target/lambda/get", "shop/lambda/get", "shop/dist/get", "get"] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}

//! Writes a smaller package that loads the same modules, or says why not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::args::{SlimArgs, SplitFormat};
use super::output::{self, Replacement};
use super::progress::Progress;
use super::{CLEAN, reference};
use crate::artifact::{ArtifactKind, EntryId};
use crate::engine::{Budgets, FunctionFacts};
use crate::graph::{ModuleKind, Phase};
use crate::platform::Language;
use crate::report::printable;
use crate::run::{self, Given, Inputs, Settings, UserError};
use crate::slim::{self, Bytecode, Interpreter, Level, Removal};
use crate::text;

/// What became of a package.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Slimmed {
    /// Always `defrost-slim/1`.
    schema: &'static str,
    /// How bold it was.
    level: Level,
    /// Before and after.
    before: Size,
    after: Size,
    /// What went, by path.
    removed: Vec<Gone>,
    /// Bytecode that was added, by path.
    added: Vec<String>,
}

/// A package in numbers: bytes unpacked and as an archive, files, and estimated times in milliseconds.
#[derive(Debug, Serialize, JsonSchema)]
struct Size {
    bytes: u64,
    zipped_bytes: Option<u64>,
    files: u64,
    init_ms: f64,
    download_ms: f64,
}

/// A file that went.
#[derive(Debug, Serialize, JsonSchema)]
struct Gone {
    path: String,
    kind: &'static str,
    level: Level,
    bytes: u64,
}

/// Plans, writes beside the output, compares what both load, and puts the output in its place.
pub(super) fn run(args: &SlimArgs) -> Result<u8, UserError> {
    let given = args.input.given();
    let before = analysed(&args.bundle, &given, args)?;
    let output = args.output.as_deref().filter(|_| !args.dry_run);
    if let Some(output) = output {
        refuse_same(&args.bundle, output)?;
    }
    let loaded = before.loaded();
    let removals = slim::plan(&loaded, &before.usage, args.level);
    let bytecode = match &args.bytecode {
        Some(python) => compiled(python, &before)?,
        None => Vec::new(),
    };
    // Without an output the result is written where nobody sees it: only so its numbers are known.
    let folder = tempfile::tempdir()?;
    let unseen = folder.path().join("slim.zip");
    let place = output.unwrap_or(&unseen);
    let mut beside = Replacement::of(place, ".zip")?;
    let failed = |error: &dyn std::fmt::Display| UserError(format!("{}: {error}", run::shown(place)));
    let written = slim::write(&before.artifact, &removals, &bytecode, BufWriter::new(beside.file()));
    let mut written = written.map_err(|error| failed(&error))?;
    written.flush().map_err(|error| failed(&error))?;
    drop(written);
    let after = analysed(beside.path(), &as_found(&before), args)?;
    if let Some(difference) = difference(&before, &after) {
        return Err(UserError(format!("nothing is written: without these files {difference}")));
    }
    let slimmed = slimmed(args.level, &before, &after, &removals, &bytecode);
    if output.is_some() {
        beside.take_place()?;
    }
    print(&slimmed, args)?;
    Ok(CLEAN)
}

/// The one function of a package.
fn analysed(path: &Path, given: &Given, args: &SlimArgs) -> Result<FunctionFacts, UserError> {
    let progress = Progress::start();
    let paths = [path.to_owned()];
    let settings = match path == args.bundle {
        true => run::find_settings(&paths, None, &reference::registry()?, &progress)?,
        false => Settings::default(),
    };
    let inputs = Inputs { given, settings: &settings, budgets: Budgets::default(), listener: &progress };
    let mut project = run::with_threads(args.input.jobs, || run::project(&paths, &inputs))??;
    let shown = run::shown(path);
    let (Some(facts), true) = (project.functions.pop(), project.functions.is_empty()) else {
        return Err(UserError(format!("{shown}: one function at a time; name its package, and its handler")));
    };
    let packed = matches!(facts.artifact.kind, ArtifactKind::Directory | ArtifactKind::Zip);
    let analysed = matches!(facts.spec.runtime.language(), Language::Python | Language::Node);
    if !packed || !analysed {
        return Err(UserError(format!(
            "{shown}: only zip archives and folders of Python and Node functions get smaller"
        )));
    }
    if !facts.has_closure() {
        return Err(UserError(format!(
            "{shown}: no handler is found, so what it loads is not known; name it with --handler"
        )));
    }
    Ok(facts)
}

/// The function as it was found, so that the smaller package is read the same way.
fn as_found(before: &FunctionFacts) -> Given {
    Given {
        name: None,
        handler: Some(before.spec.handler.clone()),
        runtime: Some(before.spec.runtime.clone()),
        architecture: Some(before.spec.architecture),
        memory_mb: before.spec.memory_mb,
        stage: None,
        layers: before.spec.layers.iter().map(|layer| PathBuf::from(&layer.path).into()).collect(),
        development: false,
    }
}

/// The output is neither the input nor inside it.
fn refuse_same(bundle: &Path, output: &Path) -> Result<(), UserError> {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (input, existing, folder) = (whole(bundle), whole(output), whole(folder));
    let inside = input.as_ref().zip(folder).is_some_and(|(input, folder)| folder.starts_with(input));
    if inside || (existing.is_some() && existing == input) {
        return Err(UserError(format!("{}: the input is never overwritten; name another file", run::shown(output))));
    }
    Ok(())
}

/// Bytecode of the sources that some closure loads.
fn compiled(python: &Path, facts: &FunctionFacts) -> Result<Vec<Bytecode>, UserError> {
    if facts.spec.runtime.language() != Language::Python {
        return Err(UserError("--bytecode is for Python functions".to_owned()));
    }
    let folder = tempfile::tempdir()?;
    let interpreter = Interpreter {
        program: python.to_owned(),
        folder: folder.path().to_owned(),
        version: facts.spec.runtime.version(),
    };
    let loaded = facts
        .graph
        .modules
        .iter()
        .filter(|module| module.kind == ModuleKind::Source && module.weight.compiled_bytes > 0);
    let sources: BTreeSet<EntryId> = loaded.filter_map(|module| module.entry).collect();
    let inside = sources.into_iter().filter(|id| {
        let path = &facts.artifact.entry(*id).path;
        path.ends_with(".py") && !path.starts_with(crate::artifact::LAYER_ROOT)
    });
    let sources: Vec<EntryId> = inside.collect();
    interpreter.compile(&facts.artifact, &sources).map_err(|error| UserError(format!("{}: {error}", python.display())))
}

/// What the smaller package does otherwise; nothing when it loads the same and ends the same way.
fn difference(before: &FunctionFacts, after: &FunctionFacts) -> Option<String> {
    let modules = |facts: &FunctionFacts| -> BTreeMap<String, Phase> {
        facts.graph.modules.iter().map(|module| (module.name.to_string(), module.loaded)).collect()
    };
    let (old, new) = (modules(before), modules(after));
    let changed = old.iter().find(|(name, phase)| new.get(*name) != Some(phase));
    if let Some((name, _)) = changed.or_else(|| new.iter().find(|(name, _)| !old.contains_key(*name))) {
        return Some(format!("{} would not be loaded as before", printable::line(name)));
    }
    let missing = |facts: &FunctionFacts| -> BTreeSet<String> {
        facts.graph.unresolved.iter().map(|one| format!("{} {}", one.import, one.guarded)).collect()
    };
    let (old, new) = (missing(before), missing(after));
    if let Some(name) = new.difference(&old).next() {
        return Some(format!("an import would fail: {}", printable::line(name)));
    }
    let read = |facts: &FunctionFacts| -> BTreeSet<String> {
        facts.graph.data_files.iter().map(|(id, _)| facts.artifact.entry(*id).path.to_string()).collect()
    };
    (read(before) != read(after)).then(|| "other data would be read".to_owned())
}

fn slimmed(
    level: Level,
    before: &FunctionFacts,
    after: &FunctionFacts,
    removals: &[Removal],
    bytecode: &[Bytecode],
) -> Slimmed {
    let size = |facts: &FunctionFacts| Size {
        bytes: facts.artifact.unpacked_bytes(),
        zipped_bytes: facts.artifact.archive_bytes,
        files: facts.artifact.files() as u64,
        init_ms: facts.estimate.init_ms,
        download_ms: facts.estimate.download_ms,
    };
    let gone = |removal: &Removal| Gone {
        path: before.artifact.entry(removal.entry).path.to_string(),
        kind: removal.kind,
        level: removal.level,
        bytes: before.artifact.own_bytes(removal.entry),
    };
    Slimmed {
        schema: "defrost-slim/1",
        level,
        before: size(before),
        after: size(after),
        removed: removals.iter().map(gone).collect(),
        added: bytecode.iter().map(|one| one.path.clone()).collect(),
    }
}

fn print(slimmed: &Slimmed, args: &SlimArgs) -> Result<(), UserError> {
    let mut out = output::stdout();
    if args.format == SplitFormat::Json {
        serde_json::to_writer_pretty(&mut out, slimmed)?;
        writeln!(out)?;
        return Ok(());
    }
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for gone in &slimmed.removed {
        let sum = kinds.entry(gone.kind).or_default();
        *sum = (sum.0 + gone.bytes, sum.1 + 1);
    }
    let mut kinds: Vec<(&str, (u64, u64))> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, (bytes, _))| (std::cmp::Reverse(*bytes), *kind));
    for (kind, (bytes, files)) in kinds {
        writeln!(out, "  {:>9}  {kind}, {}", text::bytes(bytes), text::plural(files, "file"))?;
    }
    for gone in slimmed.removed.iter().filter(|_| args.verbose) {
        writeln!(out, "    {}", printable::line(&gone.path))?;
    }
    if !slimmed.added.is_empty() {
        writeln!(out, "  bytecode added for {}", text::plural(slimmed.added.len() as u64, "module"))?;
    }
    let (before, after) = (&slimmed.before, &slimmed.after);
    writeln!(
        out,
        "{} to {} unzipped, {} to {}; download {} to {}, Init {} to {}",
        text::bytes(before.bytes),
        text::bytes(after.bytes),
        text::plural(before.files, "file"),
        text::count(after.files),
        text::ms(before.download_ms),
        text::ms(after.download_ms),
        text::ms(before.init_ms),
        text::ms(after.init_ms)
    )?;
    let loaded = "It loads the same modules.";
    match (&args.output, args.dry_run) {
        (Some(output), false) => writeln!(out, "wrote {}. {loaded}", run::shown(output))?,
        _ => writeln!(out, "nothing written. {loaded}")?,
    }
    Ok(())
}

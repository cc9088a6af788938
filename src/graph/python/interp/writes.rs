//! Files and folders that own code makes or changes while it loads, where the file system can only be read.

use serde::Deserialize;

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::trace::Site;
use super::*;
use crate::artifact::EntryProblemKind;
use crate::knowledge::table;

/// The folder in which functions may write.
const WRITABLE: &str = "/tmp";

/// `writes.toml`, which says what its fields mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Writes {
    write: Vec<Write>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    functions: Vec<String>,
    #[serde(default)]
    at: usize,
    #[serde(default)]
    keyword: String,
    what: What,
    mode: Option<Mode>,
    unless: Option<Parameter>,
    needs: Option<Parameter>,
    #[serde(default)]
    absolute: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    at: usize,
    keyword: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mode {
    at: usize,
    keyword: String,
    letters: String,
    otherwise: Option<String>,
}

/// What is made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    File,
    Folder,
    Folders,
    Inside,
    Entry,
    Change,
    Copy,
    Database,
    Store,
}

table! {
    static WRITES: Writes = "python/writes.toml", tested by the_writes_read;
}

/// The error that a write gets.
struct Refused {
    class: &'static str,
    message: String,
}

impl Refused {
    fn read_only(path: &str) -> Self {
        Self { class: "OSError", message: format!("[Errno 30] Read-only file system: '{path}'") }
    }

    fn no_place(path: &str) -> Self {
        Self { class: "FileNotFoundError", message: format!("[Errno 2] No such file or directory: '{path}'") }
    }

    fn is_there(path: &str) -> Self {
        Self { class: "FileExistsError", message: format!("[Errno 17] File exists: '{path}'") }
    }
}

impl Interp<'_> {
    /// Follows a change of the working directory: relative paths lead elsewhere from here on.
    pub(super) fn note_working_directory(&mut self, name: &str) {
        self.has_moved |= matches!(name, "os.chdir" | "os.fchdir" | "contextlib.chdir");
    }

    /// Ends Init where own code writes into the package's folder.
    pub(super) fn check_write(&mut self, name: &str, args: &Args) -> Run<()> {
        if name == "logging.config.dictConfig" {
            return self.check_log_settings(args);
        }
        if name == "os.open" {
            return self.check_low_open(args);
        }
        let rows = WRITES.write.iter().filter(|row| row.functions.iter().any(|function| function == name));
        for row in rows {
            if let Some(path) = self.written(row, args)
                && let Some(refused) = self.refused_write(row, args, &path)
            {
                return self.refuse_write(refused, None);
            }
        }
        Ok(())
    }

    /// `os.open`, whose flags say what for.
    fn check_low_open(&mut self, args: &Args) -> Run<()> {
        let [path, Value::Int(flags), ..] = *args.positional.as_slice() else { return Ok(()) };
        let Some(path) = self.path_of(path).filter(|_| flags & 0o3 != 0) else { return Ok(()) };
        let what = if flags & 0o100 == 0 { What::Change } else { What::File };
        match self.refused_at(what, args, &path, &path) {
            Some(refused) => self.refuse_write(refused, None),
            None => Ok(()),
        }
    }

    /// `logging.config.dictConfig`, which makes the handlers that its argument describes.
    fn check_log_settings(&mut self, args: &Args) -> Run<()> {
        let Some(settings) = args.positional.first().copied().or_else(|| self.keyword(args, "config")) else {
            return Ok(());
        };
        let Some(handlers) = self.setting(settings, "handlers") else { return Ok(()) };
        let (handlers, open) = self.dict_items(handlers);
        for (name, handler) in handlers.into_iter().filter(|_| !open) {
            let class = self.setting(handler, "class").and_then(|class| self.text_of(class));
            let row = WRITES.write.iter().find(|row| row.functions.iter().any(|it| Some(&**it) == class.as_deref()));
            let (Some(row), Value::Str(name)) = (row, name) else { continue };
            let path = self.setting(handler, &row.keyword).and_then(|path| self.path_of(path));
            let delay = self.setting(handler, "delay").unwrap_or(Value::Bool(false));
            if let (Some(path), Some(false)) = (path, self.truth(delay)?)
                && let Some(refused) = self.refused_write(row, args, &path)
            {
                let text = format!("Unable to configure handler '{}'", self.heap.text(name));
                let because = Some(refused.message);
                return self.refuse_write(Refused { class: "ValueError", message: text }, because);
            }
        }
        Ok(())
    }

    /// The value of a key of a dictionary that is written down.
    fn setting(&mut self, settings: Value, key: &str) -> Option<Value> {
        let key = self.heap.sym(key);
        match self.heap.get(settings)? {
            Object::Dict { items, open: false } => items.get(Value::Str(key)),
            _ => None,
        }
    }

    /// Raises the error of a write, where own code surely runs into it; where it may, notes that.
    fn refuse_write(&mut self, refused: Refused, because: Option<String>) -> Run<()> {
        let Refused { class, message } = refused;
        let Some(site) = self.call_sites.last().copied().filter(|site| self.module(site.0).own) else { return Ok(()) };
        let is_sure = |site: &Site| self.is_certain_here() && self.is_decided(site.0, 1);
        if !is_sure(&site) {
            if self.doubt.branches > 0 {
                self.note_maybe(site.0, class, &message);
            }
            return Ok(());
        }
        let mut fault = self.new_fault(mistakes::MISTAKE, class, format!("{class}: {message}"), Some(site));
        let why = because.map(|because| format!(" ({because})")).unwrap_or_default();
        fault.help = Some(match class {
            "FileExistsError" => "It is in the package: make it only where it is not there".to_owned(),
            _ => format!("A function can write below {WRITABLE} only: put the file there{why}"),
        });
        self.raise_fault(class, &message, fault).map(|_| ())
    }

    /// The path that a call writes to; `None` where it does not.
    fn written(&mut self, row: &Write, args: &Args) -> Option<String> {
        if args.open {
            return None;
        }
        if let Some(mode) = &row.mode {
            let given = args.positional.get(mode.at).copied().or_else(|| self.keyword(args, &mode.keyword));
            let text = match given {
                Some(given) => self.text_of(given)?.to_string(),
                None => mode.otherwise.clone()?,
            };
            if !text.contains(|letter| mode.letters.contains(letter)) {
                return None;
            }
        }
        let mut is_set = |parameter: &Parameter| {
            let given = args.positional.get(parameter.at).copied();
            let given = given.or_else(|| self.keyword(args, &parameter.keyword)).unwrap_or(Value::Bool(false));
            self.truth(given).ok().flatten()
        };
        if row.unless.as_ref().is_some_and(|parameter| is_set(parameter) != Some(false))
            || row.needs.as_ref().is_some_and(|parameter| is_set(parameter) != Some(true))
        {
            return None;
        }
        let path = args.positional.get(row.at).copied().or_else(|| self.keyword(args, &row.keyword))?;
        self.path_of(path)
    }

    fn refused_write(&mut self, row: &Write, args: &Args, path: &str) -> Option<Refused> {
        let shown = if row.absolute { normal(&absolute(path)) } else { path.to_owned() };
        self.refused_at(row.what, args, path, &shown)
    }

    /// What the system says to a write at a path; `None` where it may go well, or what it says is not known.
    fn refused_at(&mut self, what: What, args: &Args, path: &str, shown: &str) -> Option<Refused> {
        if path.contains(text::HOLE) || self.has_moved && !path.starts_with('/') {
            return None;
        }
        if what == What::Database && (path.is_empty() || path == ":memory:" || path.starts_with("file:")) {
            return None;
        }
        let inner = inside(&normal(&absolute(path))).filter(|inner| !self.leads_out(inner))?;
        let artifact = self.input.artifact;
        let around = inner.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let is_folder = inner.is_empty() || artifact.is_folder(&inner);
        let is_file = artifact.find(&inner).is_some();
        let has_place = around.is_empty() || artifact.is_folder(&around);
        // Of folders outside the package only those of layers are known.
        if !has_place && inner.starts_with('/') {
            return None;
        }
        match what {
            What::Folder | What::Folders if is_folder || is_file => {
                let allows = self.keyword(args, "exist_ok").unwrap_or(Value::Bool(false));
                let is_refused = args.positional.len() < 3 && self.truth(allows).ok().flatten() == Some(false);
                is_refused.then(|| Refused::is_there(shown))
            }
            What::Folders => Some(Refused::read_only(&self.first_missing(shown))),
            What::Inside if is_folder => Some(Refused::read_only(shown)),
            What::Inside => None,
            What::Change if is_file || is_folder => Some(Refused::read_only(shown)),
            What::Change => Some(Refused::no_place(shown)),
            What::Copy => {
                let source = args.positional.first().copied().and_then(|source| self.path_of(source))?;
                let source = inside(&normal(&absolute(&source)))?;
                let has_source = artifact.find(&source).is_some() || artifact.is_folder(&source);
                (has_source && has_place).then(|| Refused::read_only(shown))
            }
            What::Database => {
                let message = "unable to open database file".to_owned();
                (!is_file && !is_folder).then_some(Refused { class: "sqlite3.OperationalError", message })
            }
            What::Store => {
                let stem = inner.rsplit('/').next().unwrap_or(&inner);
                let has_some = artifact.children(&around).iter().any(|child| child.name.starts_with(stem));
                (has_place && !has_some).then(|| Refused::read_only(shown))
            }
            What::File if is_folder => None,
            _ if !has_place => Some(Refused::no_place(shown)),
            _ => Some(Refused::read_only(shown)),
        }
    }

    /// The first folder of a path that is not there.
    fn first_missing(&self, path: &str) -> String {
        let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([path.len()]);
        let mut starts = ends.filter_map(|end| path.get(..end));
        let is_there = |start: &str| {
            inside(&normal(&absolute(start)))
                .is_none_or(|inner| inner.is_empty() || self.input.artifact.is_folder(&inner))
        };
        starts.find(|start| !is_there(start)).unwrap_or(path).to_owned()
    }

    /// Whether a path of the package is, or lies behind, a link that leaves it: to `/tmp`, it may be.
    fn leads_out(&self, inner: &str) -> bool {
        let problems = self.input.artifact.problems.iter();
        let mut links = problems.filter(|problem| problem.kind == EntryProblemKind::BadLink);
        links.any(|link| inner.strip_prefix(&*link.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_functions() {
        assert!(WRITES.write.iter().all(|row| !row.functions.is_empty()));
    }
}

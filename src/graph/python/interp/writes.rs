//! Files and folders that own code makes while it loads, where the file system can only be read.

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::trace::Site;
use super::*;
use crate::artifact::EntryProblemKind;

/// The folder in which functions may write.
const WRITABLE: &str = "/tmp";

impl Interp<'_> {
    /// Follows a change of the working directory: relative paths lead elsewhere from here on.
    pub(super) fn note_working_directory(&mut self, name: &str) {
        self.has_moved |= matches!(name, "os.chdir" | "os.fchdir" | "contextlib.chdir");
    }

    /// Ends Init where own code writes into the package's folder.
    pub(super) fn check_write(&mut self, name: &str, args: &Args) -> Run<()> {
        let Some(path) = self.written(name, args).filter(|path| !path.contains(text::HOLE)) else { return Ok(()) };
        if self.has_moved && !path.starts_with('/') {
            return Ok(());
        }
        let full = normal(&absolute(&path));
        let Some(inner) = inside(&full) else { return Ok(()) };
        if self.leads_out(&inner) {
            return Ok(());
        }
        // Another error comes first where a folder is there already, or the one around it is not.
        let makes_folder = matches!(name, "os.mkdir" | "os.makedirs" | "pathlib.Path.mkdir");
        let is_there = inner.is_empty() || self.input.artifact.is_folder(&inner);
        let around = inner.rsplit_once('/').map_or("", |(folder, _)| folder);
        let has_place = name == "os.makedirs" || around.is_empty() || self.input.artifact.is_folder(around);
        if makes_folder && is_there || !has_place {
            return Ok(());
        }
        let site = self.call_sites.last().copied();
        let is_sure = |site: &Site| self.module(site.0).own && self.is_certain_here() && self.is_decided(site.0, 1);
        let Some(site) = site.filter(is_sure) else { return Ok(()) };
        let message = format!("[Errno 30] Read-only file system: '{path}'");
        let mut fault = self.new_fault(mistakes::MISTAKE, "OSError", format!("OSError: {message}"), Some(site));
        fault.help = Some(format!("A function can write below {WRITABLE} only: put the file there"));
        self.raise_fault("OSError", &message, fault).map(|_| ())
    }

    /// Whether a path of the package is, or lies behind, a link that leaves it: to `/tmp`, it may be.
    fn leads_out(&self, inner: &str) -> bool {
        let problems = self.input.artifact.problems.iter();
        let mut links = problems.filter(|problem| problem.kind == EntryProblemKind::BadLink);
        links.any(|link| inner.strip_prefix(&*link.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// The path of the file or folder that a call makes; `None` for calls that make none.
    fn written(&mut self, name: &str, args: &Args) -> Option<String> {
        let first = args.positional.first().copied();
        let path = match name {
            "open" | "io.open" | "codecs.open" | "gzip.open" | "pathlib.Path.open" => {
                let mode = args.positional.get(1).copied().or_else(|| self.keyword(args, "mode"))?;
                self.text_of(mode)?.contains(['w', 'a']).then_some(first?)
            }
            "os.mkdir"
            | "os.makedirs"
            | "pathlib.Path.mkdir"
            | "pathlib.Path.touch"
            | "pathlib.Path.write_text"
            | "pathlib.Path.write_bytes" => first,
            // The runtime's client has given the root logger a handler before: without `force` nothing is done.
            "logging.basicConfig" if self.keyword(args, "force") == Some(Value::Bool(true)) => {
                self.keyword(args, "filename")
            }
            "logging.FileHandler" if self.keyword(args, "delay").is_none() && args.positional.len() < 4 => first,
            _ => None,
        };
        self.path_of(path?)
    }
}

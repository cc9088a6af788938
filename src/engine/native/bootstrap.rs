//! Runtimes without a language start one executable: whether it is where it must be, and can be started.

use super::super::FunctionFacts;
use super::{Obstacle, on_machine};
use crate::artifact::{ArtifactKind, EntryId, LAYER_ROOT};
use crate::graph::native as graph_native;
use crate::lang::native::{self, Format, Refusal};
use crate::platform::{Architecture, Language};

/// The rule for what is wrong with the executable itself.
const RULE: &str = "broken-bootstrap";
/// Bytes at the start that tell what a file is, and hold the first lines of a script.
const HEAD: usize = 4096;
/// Files at the root that are looked at to find the one that was meant.
const CANDIDATES: usize = 64;
/// What helps where it was built for another system.
const BUILD: &str = "Build it for Linux, for example with `cargo lambda build --release`, with `GOOS=linux go build`, or in \
                     a container of the runtime's image";

impl FunctionFacts {
    /// What keeps the platform from starting the executable; nothing for runtimes with a language.
    pub(super) fn bootstrap_obstacle(&self) -> Option<Obstacle> {
        let name = self.spec.runtime.executable()?;
        match self.executable_entry() {
            Some(entry) => self.cannot_start(entry),
            None => self.no_bootstrap(name),
        }
    }

    /// `bootstrap`, or for the old Go runtime what the handler names; the only file where that is given alone.
    pub(super) fn executable_entry(&self) -> Option<EntryId> {
        match self.spec.runtime.executable() {
            _ if self.artifact.kind == ArtifactKind::Binary => self.artifact.entries().next().map(|(id, _)| id),
            Some(_) => self.bootstrap(),
            None => self.artifact.find(&self.spec.handler),
        }
    }

    /// Whether the platform starts an executable that is not here.
    #[must_use]
    pub fn lacks_executable(&self) -> bool {
        self.spec.runtime.language() == Language::Native && self.executable_entry().is_none()
    }

    fn no_bootstrap(&self, name: &str) -> Option<Obstacle> {
        if !(self.artifact.is_tree() || self.artifact.kind == ArtifactKind::Zip) || self.is_built_later() {
            return None;
        }
        let message = format!(
            "Runtime.InvalidEntrypoint: Couldn't find valid bootstrap(s): [/var/task/{name} {LAYER_ROOT}{name}]"
        );
        let (entry, help) = self.meant_executable(name).unzip();
        Some(Obstacle {
            help: help
                .or_else(|| Some(format!("Put the executable at the root of the package under the name `{name}`"))),
            // A layer that is not here may bring it.
            cure: Some(name.into()),
            ..Obstacle::new(RULE, entry, name, message)
        })
    }

    /// Whether a folder holds what the package is built from rather than the package.
    fn is_built_later(&self) -> bool {
        let mut entries = self.artifact.entries().map(|(_, entry)| entry);
        let is_source = |path: &str| native::is_built_from(path.rsplit('/').next().unwrap_or(path));
        entries.len() == 0 || self.artifact.is_tree() && entries.any(|entry| is_source(&entry.path))
    }

    /// The file that should have been found, and what to do with it.
    fn meant_executable(&self, name: &str) -> Option<(EntryId, String)> {
        let named = self.artifact.entries().filter(|(_, entry)| entry.path.rsplit('/').next() == Some(name));
        let deep = named.min_by_key(|(_, entry)| (entry.path.matches('/').count(), entry.path.clone()));
        if let Some((id, entry)) = deep {
            let help = format!("It is here as `{}`, too deep: only the root of the package is looked at", entry.path);
            return Some((id, help));
        }
        let files = self.artifact.children("").iter().filter_map(|child| Some((child.name.as_ref(), child.entry?)));
        let files: Vec<(&str, EntryId)> = files.filter(|(_, id)| !self.is_layers(*id)).take(CANDIDATES).collect();
        let alike = |file: &str| file.split('.').next().is_some_and(|stem| stem.eq_ignore_ascii_case(name));
        let near = files.iter().find(|(file, _)| alike(file)).copied();
        let (file, id) = near.or_else(|| files.into_iter().find(|(_, id)| self.is_program(*id)))?;
        Some((id, format!("The package has the executable `{file}`: it must be named `{name}`")))
    }

    fn is_layers(&self, id: EntryId) -> bool {
        self.artifact.entry(id).path.starts_with(LAYER_ROOT)
    }

    fn is_program(&self, id: EntryId) -> bool {
        let is_library = self.artifact.entry(id).path.contains(".so");
        let format = self.artifact.read_head(id, HEAD).map(|head| Format::of(&head));
        !is_library && matches!(format, Ok(Format::Elf | Format::MachO | Format::Windows | Format::Script))
    }

    fn cannot_start(&self, entry: EntryId) -> Option<Obstacle> {
        let file = self.artifact.entry(entry);
        let path = on_machine(&file.path);
        let failed = |why: String| Obstacle::new(RULE, Some(entry), &file.path, format!("fork/exec {path}: {why}"));
        let head = self.artifact.read_head(entry, HEAD).ok()?;
        let format = Format::of(&head);
        let wrong = match format {
            Format::Elf => self.cannot_run(entry),
            Format::Script => {
                let bad = self.bad_script(&head);
                bad.map(|(why, help)| Obstacle { help: Some(help), ..failed(why) })
            }
            Format::Text if head.starts_with(b"\xef\xbb\xbf#!") => {
                let help = "Save it as UTF-8 without a byte order mark".to_owned();
                Some(Obstacle {
                    help: Some(help),
                    ..failed("exec format error: a byte order mark stands before `#!`".to_owned())
                })
            }
            Format::Text => {
                let help = "A script begins with the line `#!/bin/sh`, or that of another interpreter".to_owned();
                let why = "exec format error: it is a text file without `#!` at its start".to_owned();
                Some(Obstacle { help: Some(help), ..failed(why) })
            }
            format => {
                let help = Some(BUILD.to_owned());
                Some(Obstacle { help, ..failed(format!("exec format error: it is {}", format.noun())) })
            }
        };
        wrong.or_else(|| self.is_closed(entry, format))
    }

    /// An executable whose mode keeps others from starting it.
    fn is_closed(&self, entry: EntryId, format: Format) -> Option<Obstacle> {
        let file = self.artifact.entry(entry);
        let needed = if format == Format::Script { 0o005 } else { 0o001 };
        let mode = file.mode.filter(|mode| mode & needed != needed && self.artifact.kind != ArtifactKind::Binary)?;
        let why = format!(
            "fork/exec {}: permission denied: its mode is {mode:04o}, and others must be able to execute it",
            on_machine(&file.path)
        );
        let help = Some(format!("Set its mode before packaging: `chmod 755 {}`", file.path));
        // Tools that package a folder may set modes of their own.
        let is_certain = file.zipped_bytes.is_some();
        Some(Obstacle { help, is_certain, ..Obstacle::new(RULE, Some(entry), &file.path, why) })
    }

    /// An ELF file whose headers or whose dynamic loader do not fit.
    fn cannot_run(&self, entry: EntryId) -> Option<Obstacle> {
        let path = &self.artifact.entry(entry).path;
        if let Some(refusal) = graph_native::header_refusal(&self.artifact, entry, self.native_host()) {
            let rule = graph_native::rule_of(refusal);
            let text = match refusal {
                Refusal::Machine => {
                    format!("{path} is not built for {}, which the function runs on", self.spec.architecture)
                }
                refusal => format!("fork/exec {}: {}", on_machine(path), refusal.text()),
            };
            let help = (refusal == Refusal::Machine).then(|| self.build_for_machine());
            return Some(Obstacle { help, ..Obstacle::new(rule, Some(entry), path, text) });
        }
        let facts = self.native_facts(entry)?;
        let loader = facts.interpreter.as_deref()?;
        let is_there = self.spec.platform.has_loader(self.spec.architecture, loader) || self.has_on_machine(loader);
        if is_there {
            return None;
        }
        let help = match loader.contains("musl") {
            true => "Link it statically, as Rust does for the target `*-unknown-linux-musl`, or build it against glibc",
            false => "Build it for the runtime's image, or link it statically",
        };
        let why = format!(
            "fork/exec {}: no such file or directory: it asks for the dynamic loader `{loader}`, which {} does not have",
            on_machine(path),
            self.spec.runtime
        );
        Some(Obstacle { help: Some(help.to_owned()), ..Obstacle::new(RULE, Some(entry), path, why) })
    }

    /// How an executable is built for the function's machine.
    fn build_for_machine(&self) -> String {
        let (cargo, go) = match self.spec.architecture {
            Architecture::Arm64 => (" --arm64", "arm64"),
            Architecture::X86_64 => ("", "amd64"),
        };
        format!(
            "Build it for {}, in Rust with `cargo lambda build --release{cargo}`, in Go with `GOOS=linux GOARCH={go} go build`, \
             or change the architecture in the template",
            self.spec.architecture
        )
    }

    /// Whether the package or a layer has a file at a path of the machine.
    fn has_on_machine(&self, path: &str) -> bool {
        self.artifact.find(path.strip_prefix("/var/task/").unwrap_or(path)).is_some()
    }

    /// Why the kernel does not run a script, and what to do.
    fn bad_script(&self, head: &[u8]) -> Option<(String, String)> {
        let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let text = String::from_utf8_lossy(line.strip_prefix(b"#!").unwrap_or(line)).into_owned();
        if let Some(text) = text.strip_suffix('\r') {
            let interpreter = text.split_whitespace().last().unwrap_or_default();
            let why = format!(
                "no such file or directory: its lines end as on Windows (CRLF), so that its interpreter is `{interpreter}\\r`"
            );
            return Some((why, "Save it with Unix line ends (LF): `sed -i 's/\\r$//' bootstrap`".to_owned()));
        }
        let mut words = text.split_whitespace();
        let Some(interpreter) = words.next() else {
            let why = "exec format error: no interpreter stands behind `#!`".to_owned();
            return Some((why, "Name one, such as `#!/bin/sh`".to_owned()));
        };
        let (asked, is_there) = match interpreter.rsplit('/').next() {
            Some("env") => {
                let program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
                (program, self.has_program(program))
            }
            Some(name) => (interpreter, self.has_interpreter(interpreter, name)),
            None => return None,
        };
        (is_there == Some(false)).then(|| {
            let why =
                format!("no such file or directory: its interpreter `{asked}` is not there on {}", self.spec.runtime);
            (why, "Bring the interpreter in the package or in a layer, or use the runtime of that language".to_owned())
        })
    }

    /// Whether an interpreter is there, by its path; `None` where that is not known.
    fn has_interpreter(&self, path: &str, name: &str) -> Option<bool> {
        let scripts = self.spec.platform.scripts();
        let of_package = path.starts_with("/var/task/") || path.starts_with(LAYER_ROOT) || !path.starts_with('/');
        if scripts.interpreters.iter().any(|known| known == path) || self.has_on_machine(path) {
            return Some(true);
        }
        let absent = scripts.no_programs.iter().any(|program| crate::text::matches(program, name));
        (of_package || absent).then_some(false)
    }

    /// Whether `env` finds a program; `None` where that is not known.
    fn has_program(&self, name: &str) -> Option<bool> {
        if name.contains('/') {
            return self.has_interpreter(name, name.rsplit('/').next().unwrap_or(name));
        }
        let scripts = self.spec.platform.scripts();
        let in_layers = scripts.path.iter().any(|folder| self.artifact.find(&format!("{folder}/{name}")).is_some());
        let known = scripts.interpreters.iter().any(|known| known.rsplit('/').next() == Some(name));
        let absent = scripts.no_programs.iter().any(|program| crate::text::matches(program, name));
        match in_layers || known {
            true => Some(true),
            false => absent.then_some(false),
        }
    }
}

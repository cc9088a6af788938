//! Files and folders that code makes or changes while it loads, where the file system can only be read: what throws at
//! once, what a callback or a promise is told, and streams, whose errors come later.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Machine;
use super::natives_node::{is_there, place};
use super::tables::fill;
use super::value::{Abrupt, At, Call, Kind, ModuleIx, Native, ObjId, R, Slot, UNKNOWN, Value};
use crate::graph::StartCause;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::resolve::{TASK_ROOT, entry_at, is_folder};
use crate::knowledge;

/// `writes.toml`, which says what its fields mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Writes {
    write: Vec<Write>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    functions: Vec<String>,
    what: What,
    call: String,
}

/// What is made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    File,
    Open,
    Folder,
    Inside,
    Entry,
    Change,
    Copy,
    Place,
}

knowledge::table! {
    static WRITES: Writes = "node/writes.toml", tested by the_writes_read;
}

/// Numbers of errors, as Node says them.
const NUMBERS: [(&str, f64); 3] = [("ENOENT", -2.0), ("EEXIST", -17.0), ("EROFS", -30.0)];
/// What streams are called that files are written with.
const WRITER: &str = "createWriteStream";
const HELP: &str = "A function can write below /tmp only: put the file there";

/// Streams whose errors nobody takes so far.
pub(super) type Streams = BTreeMap<ObjId, StartCause>;

/// The error that a write gets.
struct Refused {
    code: &'static str,
    call: String,
    shown: String,
}

impl Refused {
    fn text(&self) -> String {
        let what = match self.code {
            "EROFS" => "read-only file system",
            "EEXIST" => "file already exists",
            _ => "no such file or directory",
        };
        format!("{}: {what}, {} '{}'", self.code, self.call, self.shown)
    }
}

/// How a function tells its error.
enum Told {
    AtOnce,
    Callback(Value),
    Promise,
    Stream,
}

const STREAM: &[(&str, Native)] =
    &[("on", listen), ("once", listen), ("addListener", listen), ("prependListener", listen), ("destroy", destroy)];

/// A listener for the error of a stream takes it.
fn listen(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let takes = !matches!(c.arg(0), Value::Str(event) if &*m.str(event) != "error");
    if let (Value::Obj(id), true) = (c.this, takes) {
        let cause = m.streams.remove(&id);
        m.note_handed(c.args);
        if let (Some(_), Value::Obj(listener)) = (cause, c.arg(1))
            && m.throws_on(listener)
        {
            m.may_end(c.at.module, "the error of a stream, which its listener throws");
        }
    }
    Ok(c.this)
}

/// A stream that is destroyed at once may not have tried to open its file.
fn destroy(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    if let Value::Obj(id) = c.this {
        m.streams.remove(&id);
    }
    Ok(c.this)
}

impl Machine<'_> {
    /// What a function of `fs`, by its name, does where it would write into the package; `None` where it does not.
    pub(super) fn write_known(&mut self, name: &str, args: &[Value], at: At) -> Result<Option<Value>, Abrupt> {
        self.has_moved |= name == "process.chdir";
        let Some(function) = name.strip_prefix("fs.").or_else(|| name.strip_prefix("fs/promises.")) else {
            return Ok(None);
        };
        let function = function.strip_prefix("promises.").unwrap_or(function);
        let is_promise = function.len() + 3 != name.len();
        let stem = function.strip_suffix("Sync").unwrap_or(function);
        let (what, call) = match function {
            WRITER => (What::File, "open"),
            _ => match WRITES.write.iter().find(|row| row.functions.iter().any(|known| known == stem)) {
                Some(row) => (row.what, row.call.as_str()),
                None => return Ok(None),
            },
        };
        let Some(refused) = self.refused_write(what, call, args)? else { return Ok(None) };
        let last = args.last().copied().unwrap_or(Value::Undefined);
        let told = match () {
            () if function == WRITER => Told::Stream,
            () if is_promise => Told::Promise,
            () if stem.len() < function.len() => Told::AtOnce,
            () if self.callable(last) => Told::Callback(last),
            () => return Ok(None),
        };
        self.refuse_write(&refused, told, at)
    }

    fn refuse_write(&mut self, refused: &Refused, told: Told, at: At) -> Result<Option<Value>, Abrupt> {
        let message = refused.text();
        let error = match self.mistake("Error", &message, at) {
            Err(Abrupt::Throw(error)) => error,
            Err(other) => return Err(other),
            Ok(()) => {
                // Whether somebody takes what a promise or a callback is told is not followed where so little is sure.
                if matches!(told, Told::AtOnce | Told::Stream) {
                    self.may_refuse(&message, at);
                }
                return Ok(None);
            }
        };
        if let Value::Obj(id) = error {
            self.describe(id, refused);
        }
        match told {
            Told::AtOnce => Err(Abrupt::Throw(error)),
            Told::Promise => Ok(Some(self.reject(error))),
            Told::Callback(callback) => {
                self.tell(callback, error, at)?;
                Ok(Some(Value::Undefined))
            }
            Told::Stream => Ok(Some(self.failing_stream(error))),
        }
    }

    /// Gives an error what Node gives those of system calls.
    fn describe(&mut self, id: ObjId, refused: &Refused) {
        let number = NUMBERS.iter().find(|(code, _)| *code == refused.code).map_or(UNKNOWN, |(_, it)| Value::Num(*it));
        let texts = [("code", refused.code), ("syscall", &*refused.call), ("path", &*refused.shown)];
        for (name, text) in texts {
            let (key, text) = (self.atom(name), self.string(text));
            self.object_mut(id).props.set(key, Slot::Value(text), None);
        }
        let key = self.atom("errno");
        self.object_mut(id).props.set(key, Slot::Value(number), None);
        if let Some(cause) = self.faults.get_mut(&id) {
            cause.subject = refused.code.into();
            cause.help = Some(HELP.to_owned());
        }
    }

    /// A callback is told of an error, once what runs now is over: nothing but itself can catch what it throws.
    fn tell(&mut self, callback: Value, error: Value, at: At) -> Result<(), Abrupt> {
        let floor = self.floor();
        let tries = std::mem::replace(&mut self.tries, 1);
        let told = self.in_order(|m| {
            m.runs_early(floor);
            m.handling(error, |m| m.call_at(callback, Value::Undefined, &[error], at))
        });
        self.tries = tries;
        match told {
            Err(Abrupt::Throw(error)) => self.uncaught(error),
            Err(other) => return Err(other),
            Ok(_) => {}
        }
        Ok(())
    }

    /// A stream that reads a file which is not there.
    pub(super) fn read_nowhere(&mut self, c: &Call<'_>) -> Result<Option<Value>, Abrupt> {
        let Value::Str(text) = c.arg(0) else { return Ok(None) };
        let shown = self.str(text).to_string();
        let is_vague = self.sources.source_tree || self.gives_descriptor(c.arg(1));
        let Some(path) = place(self, c.arg(0)).filter(|path| !is_vague && !is_there(self, path)) else {
            return Ok(None);
        };
        if !path.starts_with(&format!("{TASK_ROOT}/")) || self.has_moved && !shown.starts_with('/') {
            return Ok(None);
        }
        let refused = Refused { code: "ENOENT", call: "open".to_owned(), shown };
        match self.mistake("Error", &refused.text(), c.at) {
            Err(Abrupt::Throw(error)) => {
                if let Value::Obj(id) = error
                    && let Some(cause) = self.faults.get_mut(&id)
                {
                    cause.rule = "missing-data-file";
                    cause.subject = path.trim_start_matches(TASK_ROOT).trim_start_matches('/').into();
                }
                Ok(Some(self.failing_stream(error)))
            }
            Err(other) => Err(other),
            Ok(()) => Ok(None),
        }
    }

    /// A stream that tells its error when the module has run.
    fn failing_stream(&mut self, error: Value) -> Value {
        let id = self.plain();
        fill(self, id, STREAM);
        let name = self.atom("fs.createWriteStream()");
        self.object_mut(id).name = name;
        self.object_mut(id).open = true;
        if let Value::Obj(error) = error
            && let Some(cause) = self.faults.remove(&error)
        {
            // All that is loaded is loaded by then.
            self.streams.insert(id, StartCause { after: u32::MAX, ..cause });
        }
        Value::Obj(id)
    }

    /// Notes that code which is not own gets hold of streams: it may listen to their errors.
    pub(super) fn hand_streams(&mut self, callee: Value, args: &[Value], at: At) {
        if self.streams.is_empty() {
            return;
        }
        let is_own = matches!(callee, Value::Obj(id)
            if matches!(&self.object(id).kind, Kind::Closure(closure) if self.runs_own(closure.module)));
        if is_own {
            return;
        }
        let mut given: Vec<Value> = args.to_vec();
        for arg in args {
            let Value::Obj(id) = arg else { continue };
            match &self.object(*id).kind {
                Kind::Array(items) => given.extend(items.iter().take(LIMITS.failures)),
                Kind::Plain => given.extend(self.own_values(*id)),
                _ => {}
            }
        }
        for value in given {
            let Value::Obj(id) = value else { continue };
            if let Some(cause) = self.streams.remove(&id) {
                self.may_end(at.module, &format!("`{}`", cause.message));
            }
        }
    }

    fn own_values(&self, id: ObjId) -> Vec<Value> {
        let props = &self.object(id).props;
        let keys = props.keys(true);
        let value = |key| match props.get(key) {
            Some(Slot::Value(value)) => Some(value),
            _ => None,
        };
        keys.into_iter().take(LIMITS.failures).filter_map(value).collect()
    }

    /// Notes the errors of streams that nobody has taken when the load is over: the process ends with them.
    pub(super) fn end_streams(&mut self) {
        for (_, cause) in std::mem::take(&mut self.streams) {
            self.note_cause(cause);
        }
    }

    /// Whether a function is one that throws what it is given, `(error) => { throw error; }`.
    fn throws_on(&self, function: ObjId) -> bool {
        let Kind::Closure(closure) = &self.object(function).kind else { return false };
        let program = self.loaded.get(closure.module as usize).and_then(|loaded| loaded.program.as_ref());
        let Some(program) = program else { return false };
        let Some(code) = program.functions.get(closure.function as usize) else { return false };
        program.stmts.iter().any(|stmt| {
            matches!(stmt.kind, crate::lang::javascript::ir::StmtKind::Throw(_)) && code.span.holds(stmt.span)
        })
    }

    /// Notes a write into the package that what is not known leads to.
    fn may_refuse(&mut self, message: &str, at: At) {
        if self.runs_own(at.module) {
            self.may_end(at.module, &format!("`{message}`"));
        } else if self.sure() && self.tries == 0 && self.trace.doubts.len() < LIMITS.doubts {
            let name = |m: &Self, ix: ModuleIx| {
                let loaded = m.loaded.get(ix as usize)?;
                m.trace.modules.get(loaded.id.0 as usize).map(|module| std::sync::Arc::clone(&module.name))
            };
            if let Some(library) = name(self, at.module) {
                self.trace
                    .doubts
                    .insert(format!("`{library}` may end with `{message}`: what decides that is not known"));
            }
        }
    }

    /// What the system says to a write; `None` where it may go well, or what it says is not known.
    fn refused_write(&mut self, what: What, call: &str, args: &[Value]) -> Result<Option<Refused>, Abrupt> {
        let given = |at: usize| args.get(at).copied().unwrap_or(Value::Undefined);
        if what == What::Open && !self.opens_for_writing(given(1)) {
            return Ok(None);
        }
        let target = given(usize::from(matches!(what, What::Copy | What::Place)));
        if !matches!(target, Value::Str(_) | Value::Obj(_)) || self.gives_descriptor(given(1)) {
            return Ok(None);
        }
        let Some(path) = place(self, target) else { return Ok(None) };
        let Some(text) = self.coerce_text(target) else { return Ok(None) };
        let shown = self.str(text).trim_start_matches("file://").to_owned();
        if self.has_moved && !shown.starts_with('/') {
            return Ok(None);
        }
        let recursive = self.atom("recursive");
        let is_recursive = match given(1) {
            Value::Obj(_) => self.get(given(1), recursive)?,
            _ => Value::Bool(false),
        };
        let Some(code) = self.code_of_write(what, &path, is_recursive, given(0)) else { return Ok(None) };
        let shown = if what == What::Inside { format!("{shown}XXXXXX") } else { shown };
        Ok(Some(Refused { code, call: call.to_owned(), shown }))
    }

    fn code_of_write(&mut self, what: What, path: &str, recursive: Value, source: Value) -> Option<&'static str> {
        let inner = path.strip_prefix(TASK_ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        let artifact = self.sources.artifact;
        let (around, _) = path.rsplit_once('/')?;
        let is_there_already = inner.is_empty() || is_there(self, path);
        let has_place = around == TASK_ROOT || is_folder(artifact, around);
        // What a build makes of sources lies elsewhere.
        let is_final = !self.sources.source_tree;
        Some(match what {
            What::Folder if is_there_already => match recursive {
                Value::Bool(true) => return None,
                Value::Bool(false) | Value::Undefined if is_final => "EEXIST",
                _ => return None,
            },
            What::Folder => match recursive {
                Value::Bool(true) => "ENOENT",
                Value::Bool(false) | Value::Undefined if has_place => "EROFS",
                Value::Bool(false) | Value::Undefined => "ENOENT",
                _ => return None,
            },
            What::File | What::Open if is_folder(artifact, path) => return None,
            What::Change if !is_there_already => return None,
            What::Copy if place(self, source).is_none_or(|source| entry_at(artifact, &source).is_none()) => {
                return None;
            }
            What::Copy | What::Place if is_there_already => return None,
            _ if !has_place && is_final => "ENOENT",
            _ => "EROFS",
        })
    }

    /// Whether flags of `open` ask for more than reading.
    fn opens_for_writing(&self, flags: Value) -> bool {
        matches!(flags, Value::Str(flags) if self.str(flags).contains(['w', 'a', '+']))
    }

    /// Whether options say which open file is meant.
    fn gives_descriptor(&mut self, options: Value) -> bool {
        let Value::Obj(id) = options else { return false };
        let key = self.atom("fd");
        !matches!(self.object(id).props.get(key), None | Some(Slot::Value(Value::Undefined | Value::Null)))
    }
}

//! What Node brings: `process`, `path`, `fs` on the package, `util`, `url`, `module`.

use super::Machine;
use super::paths::normal;
use super::raise::Thrown;
use super::tables::{fill, global};
use super::value::{Abrupt, At, Call, Native, ObjId, R, Slot, UNKNOWN, Value};
use super::variables::GLOBALS;
use crate::artifact::ArtifactKind;
use crate::artifact::EntryId;
use crate::graph::javascript::absence::in_other_case;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::resolve::{children, entry_at, is_folder};
use crate::graph::javascript::versions;
use crate::platform::{Language, variables};

/// What `typeof` says of a global that is not modelled.
pub(super) fn type_of_global(name: &str) -> &'static str {
    if GLOBALS.objects.contains(name) { "object" } else { "function" }
}

/// What the names of variables begin with that are set, to what is not known.
pub(super) const SET_VARIABLE: &str = "process.env.";

/// `ENOENT`, as Node says it.
const NO_ENTRY: f64 = -2.0;

const FS: &[(&str, Native)] = &[
    ("existsSync", |m, c| {
        Ok(match place(m, c.arg(0)) {
            Some(path) => Value::Bool(is_there(m, &path)),
            None => UNKNOWN,
        })
    }),
    ("accessSync", |m, c| stat(m, c)),
    ("statSync", |m, c| stat(m, c)),
    ("lstatSync", |m, c| stat(m, c)),
    ("realpathSync", |_, c| Ok(c.arg(0))),
    ("readdirSync", |m, c| {
        let Some(path) = place(m, c.arg(0)) else { return Ok(UNKNOWN) };
        m.record_named("fs.readdirSync", c);
        if !is_folder(m.sources.artifact, &path) {
            return absent(m, &path, "scandir", c.at);
        }
        if matches!(c.arg(1), Value::Obj(_)) {
            return dirents(m, &path);
        }
        let names = children(m.sources.artifact, &path);
        let names = names.iter().map(|name| m.string(name)).collect();
        Ok(m.array(names))
    }),
    ("readFileSync", |m, c| {
        m.record_named("fs.readFileSync", c);
        read_file(m, c)
    }),
    ("openSync", |m, c| {
        m.record_named("fs.openSync", c);
        let reads = match c.arg(1) {
            Value::Undefined => true,
            Value::Str(flags) => m.str(flags).starts_with('r'),
            _ => false,
        };
        if reads {
            read_file(m, c)?;
        }
        Ok(m.write_known("fs.openSync", c.args, c.at)?.unwrap_or(UNKNOWN))
    }),
    ("createReadStream", |m, c| {
        m.record_named("fs.createReadStream", c);
        if let Some(stream) = m.read_nowhere(c)? {
            return Ok(stream);
        }
        read_later(m, c)?;
        Ok(UNKNOWN)
    }),
    ("readFile", |m, c| {
        m.record_named("fs.readFile", c);
        let value = read_later(m, c)?;
        Ok(m.promise(Some(value)))
    }),
];

const UTIL: &[(&str, Native)] = &[
    ("inherits", |m, c| {
        if c.arg(0).is_primitive() || c.arg(1).is_primitive() {
            m.wrong_type("The \"ctor\" argument must be of type function", c.at)?;
        }
        let prototype = m.atom("prototype");
        let parent = m.get(c.arg(1), prototype)?;
        if let Value::Obj(id) = m.get(c.arg(0), prototype)? {
            m.object_mut(id).proto = parent;
        }
        if let Value::Obj(id) = c.arg(0) {
            m.define(id, "super_", c.arg(1));
        }
        Ok(Value::Undefined)
    }),
    ("deprecate", |_, c| Ok(c.arg(0))),
];

const OS: &[(&str, Native)] = &[
    ("platform", |m, _| Ok(m.string("linux"))),
    ("type", |m, _| Ok(m.string("Linux"))),
    ("arch", |m, _| Ok(m.string(if m.arm { "arm64" } else { "x64" }))),
    ("endianness", |m, _| Ok(m.string("LE"))),
    ("tmpdir", |m, _| Ok(m.string("/tmp"))),
];

pub(super) fn install(m: &mut Machine<'_>) {
    super::loader::install(m);
    let node = m.node;
    let later = ["navigator", "WebSocket", "Iterator", "URLPattern"];
    let has = |name: &&str| versions::of(versions::Kind::Global, name).is_none_or(|releases| releases.have(node));
    for name in GLOBALS.opaque.iter().map(String::as_str).chain(later).filter(has) {
        let name_atom = m.atom(name);
        m.opaque_globals.insert(name_atom);
        global(m, name, Value::Unknown(name_atom));
    }
    for (name, native) in super::numbers::GLOBALS {
        let function = m.native(*native, Value::Undefined);
        m.is_exact(function);
        global(m, name, function);
    }
    let url = m.native(super::urls::new_url, Value::Undefined);
    if let (Value::Obj(id), prototype @ Value::Obj(proto)) = (url, m.proto("URL")) {
        m.define(id, "prototype", prototype);
        m.define(proto, "constructor", url);
        let can_parse = m.native(super::urls::can_parse, Value::Undefined);
        m.define(id, "canParse", can_parse);
    }
    global(m, "URL", url);
    global(m, "NaN", Value::Num(f64::NAN));
    global(m, "Infinity", Value::Num(f64::INFINITY));
    let process = process(m);
    global(m, "process", process);
    let this = m.plain();
    let all: Vec<_> = m.globals.iter().map(|(key, value)| (*key, *value)).collect();
    let mut all = all;
    all.sort_by_key(|(key, _)| *key);
    for (key, value) in all {
        m.object_mut(this).props.set(key, Slot::Value(value), Some(false));
        if let Value::Obj(id) = value {
            m.global_names.entry(id).or_insert(key);
        }
    }
    m.global_object = this;
    for name in ["globalThis", "global"] {
        m.define(this, name, Value::Obj(this));
        global(m, name, Value::Obj(this));
    }
}

fn process(m: &mut Machine<'_>) -> Value {
    let process = m.plain();
    let environment = process_environment(m);
    m.has_environment(environment);
    // The environment of a deployed function may say something else.
    m.doubt_object(environment);
    m.define(process, "env", Value::Obj(environment));
    process_names(m, process);
    let argv = [m.string("/var/lang/bin/node"), m.string("/var/runtime/index.mjs")];
    let argv = m.array(argv.to_vec());
    m.define(process, "argv", argv);
    // How the runtime is started, it does not promise.
    if let Value::Obj(argv) = argv {
        m.doubt_object(argv);
    }
    m.define(process, "execArgv", UNKNOWN);
    m.define(process, "title", UNKNOWN);
    for name in ["browser", "type", "pkg", "noDeprecation", "webpackChunk", "domain", "__nwjs", "pnp"] {
        m.define(process, name, Value::Undefined);
    }
    process_methods(m, process);
    let name = m.atom("process");
    m.define(process, "@@toStringTag", Value::Str(name));
    m.object_mut(process).name = name;
    m.object_mut(process).open = true;
    Value::Obj(process)
}

/// The variables that Lambda sets, and those of the function.
fn process_environment(m: &mut Machine<'_>) -> ObjId {
    let environment = m.plain();
    let mut known: Vec<(String, String)> = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
        ("PATH", "/var/lang/bin"),
        ("_HANDLER", "index.handler"),
        ("_X_AMZN_TRACE_ID", "Root=1-0"),
    ]
    .into_iter()
    .map(|(a, b)| (a.to_owned(), b.to_owned()))
    .collect();
    let is_image = m.sources.artifact.kind == ArtifactKind::Image;
    if !is_image {
        known.push(("AWS_EXECUTION_ENV".to_owned(), format!("AWS_Lambda_nodejs{}.x", m.node)));
    }
    known.extend(m.environment.iter().map(|(a, b)| (a.clone(), b.clone())));
    for given in variables::given(Language::Node, is_image) {
        let key = m.atom(given.name);
        let value = match given.value {
            Some(value) => m.string(value),
            // It is set, to what is not known.
            None if given.is_certain => Value::Unknown(m.atom(&format!("{SET_VARIABLE}{}", given.name))),
            None => Value::Unknown(m.atom(given.name)),
        };
        m.object_mut(environment).props.set(key, Slot::Value(value), None);
    }
    for (name, value) in known {
        let key = m.atom(&name);
        let value = m.string(&value);
        m.object_mut(environment).props.set(key, Slot::Value(value), None);
    }
    environment
}

/// `process.versions.modules` of a release.
pub(super) fn abi(node: u32) -> &'static str {
    match node {
        ..=18 => "108",
        19..=20 => "115",
        21..=22 => "127",
        _ => "137",
    }
}

/// What machine and version `process` says it is.
fn process_names(m: &mut Machine<'_>, process: ObjId) {
    let (node, arm) = (m.node, m.arm);
    let texts =
        [("platform", "linux"), ("arch", if arm { "arm64" } else { "x64" }), ("execPath", "/var/lang/bin/node")];
    for (name, text) in texts {
        let text = m.string(text);
        m.define(process, name, text);
    }
    let version = m.string(&format!("v{node}.20.2"));
    m.define(process, "version", version);
    let abi = abi(node);
    let versions = m.plain();
    for (name, text) in [
        ("node", format!("{node}.20.2")),
        ("v8", "11.3.244.8".to_owned()),
        ("modules", abi.to_owned()),
        ("napi", "9".to_owned()),
        ("uv", "1.46.0".to_owned()),
        ("openssl", "3.0.15".to_owned()),
    ] {
        let text = m.string(&text);
        m.define(versions, name, text);
    }
    m.define(process, "versions", Value::Obj(versions));
}

fn process_methods(m: &mut Machine<'_>, process: ObjId) {
    let exit: Native = |m, c| {
        m.exits(c.at);
        Ok(UNKNOWN)
    };
    let methods: &[(&str, Native)] = &[
        ("cwd", |m, _| Ok(m.string("/var/task"))),
        ("emitWarning", |_, _| Ok(Value::Undefined)),
        ("exit", exit),
        ("reallyExit", exit),
        ("abort", exit),
    ];
    for (name, native) in methods {
        let function = m.native(*native, Value::Undefined);
        m.define(process, name, function);
    }
    let report = m.native(
        |m, _| {
            let (report, header) = (m.plain(), m.plain());
            let glibc = m.string("2.34");
            m.define(header, "glibcVersionRuntime", glibc);
            m.define(report, "header", Value::Obj(header));
            let shared = m.array(Vec::new());
            m.define(report, "sharedObjects", shared);
            Ok(Value::Obj(report))
        },
        Value::Undefined,
    );
    let holder = m.plain();
    m.define(holder, "getReport", report);
    m.define(process, "report", Value::Obj(holder));
}

impl Machine<'_> {
    /// The exports of a module that Node brings.
    pub(super) fn builtin(&mut self, name: &str) -> Value {
        let key = self.atom(name);
        if let Some(known) = self.builtins.get(&key) {
            return *known;
        }
        let value = self.make_builtin(name);
        self.builtins.insert(key, value);
        value
    }

    fn make_builtin(&mut self, name: &str) -> Value {
        let table = match name {
            "path" | "path/posix" => super::paths::PATH,
            "fs" => FS,
            "fs/promises" => &[],
            "util" => UTIL,
            "module" => return self.module_builtin(),
            "url" => super::urls::URL,
            "diagnostics_channel" => super::channels::CHANNELS,
            "process" => {
                let key = self.atom("process");
                return self.globals.get(&key).copied().unwrap_or(UNKNOWN);
            }
            "events" => return super::emitter::builtin(self),
            "assert" | "stream" | "assert/strict" => return Value::Unknown(self.atom(name)),
            _ => &[],
        };
        let id = self.plain();
        fill(self, id, table);
        let key = self.atom(name);
        self.object_mut(id).name = key;
        self.object_mut(id).open = true;
        match name {
            "path" | "path/posix" => {
                for (name, text) in [("sep", "/"), ("delimiter", ":")] {
                    let text = self.string(text);
                    self.define(id, name, text);
                }
                self.define(id, "posix", Value::Obj(id));
            }
            "fs" => {
                let promises = self.builtin("fs/promises");
                self.define(id, "promises", promises);
            }
            "fs/promises" => fill(self, id, &[("readFile", read_promised)]),
            "os" => {
                let text = self.string("\n");
                self.define(id, "EOL", text);
                fill(self, id, OS);
            }
            "http" => {
                let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "SEARCH"]
                    .map(|text| self.string(text));
                let methods = self.array(methods.to_vec());
                self.define(id, "METHODS", methods);
            }
            "url" => {
                let key = self.atom("URL");
                if let Some(url) = self.globals.get(&key).copied() {
                    self.define(id, "URL", url);
                }
            }
            "worker_threads" => self.define(id, "isMainThread", Value::Bool(true)),
            "cluster" => {
                self.define(id, "isMaster", Value::Bool(true));
                self.define(id, "isPrimary", Value::Bool(true));
                self.define(id, "isWorker", Value::Bool(false));
            }
            _ => {}
        }
        Value::Obj(id)
    }

    /// An error of a system call says more than its message.
    fn with_call(&mut self, thrown: Abrupt, call: &str, path: &str) -> Abrupt {
        if let Abrupt::Throw(Value::Obj(id)) = thrown {
            let texts = [("syscall", self.string(call)), ("path", self.string(path)), ("errno", Value::Num(NO_ENTRY))];
            for (name, value) in texts {
                let key = self.atom(name);
                self.object_mut(id).props.set(key, Slot::Value(value), None);
            }
        }
        thrown
    }

    fn record_named(&mut self, name: &str, c: &Call<'_>) {
        let name = self.atom(name);
        self.record_call(name, c.args, c.at);
    }
}

/// The absolute path a value names.
pub(super) fn place(m: &mut Machine<'_>, value: Value) -> Option<String> {
    let text = m.coerce_text(value)?;
    let text = m.str(text);
    let path = text.trim_start_matches("file://");
    Some(if path.starts_with('/') { normal(path) } else { normal(&format!("/var/task/{path}")) })
}

pub(super) fn is_there(m: &Machine<'_>, path: &str) -> bool {
    entry_at(m.sources.artifact, path).is_some() || is_folder(m.sources.artifact, path)
}

/// What asking for a file that is not there does: `what` is the system call that fails.
fn absent(m: &mut Machine<'_>, path: &str, what: &str, at: At) -> R {
    let ours = path.starts_with("/var/task") || path.starts_with("/opt") || !m.sources.source_tree && is_nowhere(path);
    let system = ["/usr/", "/proc/", "/etc/", "/lib"].iter().any(|root| path.starts_with(root));
    let message = format!("ENOENT: no such file or directory, {what} '{path}'");
    if ours || beside_the_package(path) {
        let shown = path.strip_prefix("/var/task/").unwrap_or(path);
        let fault = Thrown {
            rule: "missing-data-file",
            subject: shown.to_owned(),
            message: format!("Error: {message}"),
            code: Some("ENOENT"),
            help: in_other_case(m.sources.artifact, path)
                .map(|found| format!("`{found}` is there, in other letter case: that counts on Lambda")),
            cure: None,
            place: None,
        };
        if m.sources.source_tree && m.tries == 0 {
            return Ok(UNKNOWN);
        }
        return m.raise(fault, at).map_err(|thrown| m.with_call(thrown, what, path));
    }
    if m.tries > 0 && system {
        let error = Abrupt::Throw(m.error(&message, Some("ENOENT")));
        return Err(m.with_call(error, what, path));
    }
    Ok(UNKNOWN)
}

/// Folders at the root of Lambda's file system.
const ROOT: &[&str] = &[
    "bin",
    "boot",
    "dev",
    "etc",
    "home",
    "lambda-entrypoint.sh",
    "lib",
    "lib64",
    "local",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "sbin",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
];

/// Whether a path begins with a folder that is nowhere on Lambda.
fn is_nowhere(path: &str) -> bool {
    let first = path.strip_prefix('/').and_then(|path| path.split('/').next());
    first.is_some_and(|first| !first.is_empty() && !ROOT.contains(&first))
}

/// Whether a path leads out of the function's folder to where the runtime has nothing of the kind.
fn beside_the_package(path: &str) -> bool {
    let beside = path.strip_prefix("/var/").filter(|rest| !rest.contains('/'));
    beside.is_some_and(|name| name.contains('.'))
}

fn stat(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some(path) = place(m, c.arg(0)) else {
        return Ok(UNKNOWN);
    };
    if !is_there(m, &path) {
        let quiet = m.atom("throwIfNoEntry");
        if let Value::Obj(_) = c.arg(1)
            && m.get(c.arg(1), quiet)? == Value::Bool(false)
        {
            return Ok(Value::Undefined);
        }
        return absent(m, &path, "stat", c.at);
    }
    let folder = is_folder(m.sources.artifact, &path);
    Ok(kind_object(m, folder, None))
}

fn kind_object(m: &mut Machine<'_>, folder: bool, name: Option<&str>) -> Value {
    let id = m.plain();
    if let Some(name) = name {
        let name = m.string(name);
        m.define(id, "name", name);
    }
    let is_folder = m.native(|_, c| Ok(c.data), Value::Bool(folder));
    let is_file = m.native(|_, c| Ok(c.data), Value::Bool(!folder));
    m.define(id, "isDirectory", is_folder);
    m.define(id, "isFile", is_file);
    m.object_mut(id).open = true;
    Value::Obj(id)
}

fn dirents(m: &mut Machine<'_>, path: &str) -> R {
    let mut items = Vec::new();
    for name in children(m.sources.artifact, path) {
        let folder = is_folder(m.sources.artifact, &format!("{path}/{name}"));
        items.push(kind_object(m, folder, Some(&name)));
    }
    Ok(m.array(items))
}

fn read_file(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    if matches!(c.arg(0), Value::Undefined | Value::Null | Value::Bool(_)) {
        let message = "The \"path\" argument must be of type string or an instance of Buffer or URL";
        m.wrong_type(message, c.at)?;
        return Ok(UNKNOWN);
    }
    if let Value::Num(_) = c.arg(0) {
        return Ok(UNKNOWN);
    }
    let Some(path) = place(m, c.arg(0)) else {
        return Ok(UNKNOWN);
    };
    let Some(entry) = entry_at(m.sources.artifact, &path) else {
        return absent(m, &path, "open", c.at);
    };
    if m.phase == crate::graph::Phase::Init && m.trace.data_files.len() < LIMITS.data_files {
        let site = m.site(c.at);
        m.trace.data_files.push((entry, site));
    }
    Ok(content(m, entry).filter(|_| c.args.len() > 1).unwrap_or(UNKNOWN))
}

/// `fs.promises.readFile`: whoever waits for it gets the error.
fn read_promised(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    m.record_named("fs.readFile", c);
    m.tries += 1;
    let value = read_file(m, c);
    m.tries -= 1;
    match value {
        Ok(value) => Ok(m.promise(Some(value))),
        Err(Abrupt::Throw(error)) => Ok(m.reject(error)),
        Err(other) => Err(other),
    }
}

/// Reads a file of which a callback, a stream or a promise tells whether it is there.
fn read_later(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some(path) = place(m, c.arg(0)) else { return Ok(UNKNOWN) };
    if entry_at(m.sources.artifact, &path).is_some() { read_file(m, c) } else { Ok(UNKNOWN) }
}

fn content(m: &mut Machine<'_>, entry: EntryId) -> Option<Value> {
    if m.sources.artifact.entry(entry).bytes > LIMITS.data_bytes {
        return None;
    }
    let bytes = m.sources.artifact.read(entry).ok()?;
    let text = std::str::from_utf8((*bytes).as_ref()).ok()?.to_owned();
    Some(m.string(&text))
}

//! Paths and the environment: `os.path`, `pathlib`, `os.environ`.

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::*;
use crate::artifact::ArtifactKind;
use crate::platform::{Language, variables};

/// Stands for the home folder of the user as whom functions run: no package can put files there.
const HOME: &str = "/nonexistent";

/// The value of a variable that every function has, and each another: some text, and not an empty one.
pub(super) const GIVEN: &str = "os.environ.text()";

impl Interp<'_> {
    /// The value of an environment variable: `None` if unknown, `Some(None)` if not set.
    pub(super) fn environment(&mut self, name: Sym) -> Option<Option<Value>> {
        if let Some(value) = self.environment.get(name) {
            return Some(Some(value));
        }
        self.probes.variables.insert(name);
        let text = self.heap.text(name);
        if let Some(value) = self.declared.get(&*text) {
            return Some(Some(self.heap.str(value)));
        }
        let is_image = self.input.artifact.kind == ArtifactKind::Image;
        let Some(given) = variables::given(Language::Python, is_image).find(|given| given.name == &*text) else {
            // It counts as not set, and somebody may set it.
            self.doubt.read_environment(name);
            return Some(None);
        };
        if !given.is_certain {
            return None;
        }
        Some(Some(match given.value {
            Some(value) => self.heap.str(value),
            None => self.heap.external(GIVEN),
        }))
    }

    /// How often `-O` is said, by the only way that functions have.
    pub(super) fn optimization(&self) -> i64 {
        match self.declared.get("PYTHONOPTIMIZE").map(|text| text.trim()) {
            None | Some("") => 0,
            Some(text) => text.parse().ok().filter(|level| *level >= 0).unwrap_or(1),
        }
    }

    /// Whether assertions are left out.
    pub(super) fn is_optimized(&self) -> bool {
        self.optimization() > 0
    }

    /// `del os.environ[name]`.
    pub(super) fn remove_environment(&mut self, name: Sym) {
        self.environment.remove(name);
    }

    /// `os.environ[name] = value`.
    pub(super) fn set_environment(&mut self, name: Sym, value: Value) {
        let value = if self.doubt.branches > 0 { self.heap.doubt(value) } else { value };
        self.environment.set(name, value);
    }

    pub(super) fn environment_items(&mut self) -> Vec<(Value, Value)> {
        let mut items = Vec::new();
        self.probes.all_variables = true;
        let declared: Vec<String> = self.declared.keys().cloned().collect();
        let mut names: Vec<Sym> = declared.iter().map(|name| self.heap.sym(name)).collect();
        let set: Vec<Sym> = self.environment.iter().map(|(name, _)| name).collect();
        names.extend(set.into_iter().filter(|name| !declared.iter().any(|known| **known == *self.heap.text(*name))));
        for name in names {
            if let Some(Some(value)) = self.environment(name) {
                items.push((Value::Str(name), value));
            }
        }
        items
    }

    /// The text of a `pathlib` path.
    pub(super) fn path_text(&self, value: Value) -> Option<Rc<str>> {
        let Some(Object::Instance { class, payload: Value::Str(sym), .. }) = self.heap.get(value) else { return None };
        let name = self.heap.external_name(*class)?;
        name.starts_with("pathlib.").then(|| self.heap.text(*sym))
    }

    /// The path that a text or a `pathlib` path says; numbers are files that are open already.
    pub(super) fn path_of(&self, value: Value) -> Option<String> {
        match value {
            Value::Str(path) => Some(self.heap.text(path).to_string()),
            _ => self.path_text(value).map(|path| path.to_string()),
        }
    }

    pub(super) fn new_path(&mut self, text: &str) -> Value {
        let class = self.heap.external("pathlib.Path");
        let payload = self.heap.str(text);
        self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload })
    }

    /// `path / "x"`.
    pub(super) fn join_path(&mut self, a: Value, b: Value) -> Value {
        match (self.path_text(a), self.coerce_text(b)) {
            (Some(_), Some(b)) if b.starts_with('/') => self.new_path(&b),
            (Some(a), Some(b)) => self.new_path(&format!("{a}/{b}")),
            _ => Value::Unknown,
        }
    }

    /// Notes that a file of the package is opened.
    pub(super) fn note_open(&mut self, module: ModIdx, span: Span, args: &Args) {
        let Some(path) = args.positional.first().copied().and_then(|v| self.coerce_text(v)) else { return };
        if let Some(entry) = inside(&path).and_then(|p| self.input.artifact.find(&p))
            && self.phase == Phase::Init
            && !self.trace.data_files.iter().any(|(e, _, _)| *e == entry)
        {
            self.trace.data_files.push((entry, module, span));
        }
    }

    pub(super) fn call_paths(&mut self, name: &str, args: &Args) -> Option<Value> {
        let first = args.positional.first().copied();
        let text = first.and_then(|v| self.coerce_text(v));
        Some(match (name, text) {
            ("os.getenv" | "os.environ.get", _) => self.variable_or_default(first, args),
            ("os.path.join", Some(_)) => self.join_parts(&args.positional),
            ("os.path.dirname", Some(path)) => self.heap.str(path.rsplit_once('/').map_or("", |(head, _)| head)),
            ("os.path.basename", Some(path)) => self.heap.str(path.rsplit('/').next().unwrap_or_default()),
            ("os.path.abspath" | "os.path.realpath", Some(path)) => {
                let path = if path.starts_with('/') { normal(&path) } else { normal(&absolute(&path)) };
                self.heap.str(&path)
            }
            ("os.path.expandvars", Some(path)) if !path.contains('$') => self.heap.str(&path),
            ("os.path.expanduser", Some(path)) => match path.strip_prefix('~') {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => self.heap.str(&format!("{HOME}{rest}")),
                Some(_) => Value::Unknown,
                None => self.heap.str(&path),
            },
            ("os.path.normpath", Some(path)) => self.heap.str(&normal(&path)),
            ("os.path.splitext", Some(path)) => {
                let (stem, ext) = match path.rfind('.') {
                    Some(at) if at > path.rfind('/').map_or(0, |s| s + 1) => path.split_at(at),
                    _ => (path.as_str(), ""),
                };
                let parts = [stem, ext].map(|p| self.heap.str(p));
                self.heap.tuple(&parts)
            }
            ("os.path.split", Some(path)) => {
                let (head, tail) = path.rsplit_once('/').unwrap_or(("", &path));
                let parts = [head, tail].map(|p| self.heap.str(p));
                self.heap.tuple(&parts)
            }
            ("os.path.exists" | "os.path.isfile" | "os.path.isdir", Some(path)) => {
                let Some(path) = inside(&path) else {
                    // The home folder is empty; what the system has elsewhere is not known.
                    return Some(if path.starts_with(HOME) { Value::Bool(false) } else { Value::Unknown });
                };
                let (file, folder) = (self.input.artifact.find(&path).is_some(), self.input.artifact.is_folder(&path));
                Value::Bool(match name {
                    "os.path.isfile" => file,
                    "os.path.isdir" => folder,
                    _ => file || folder,
                })
            }
            ("os.listdir", Some(path)) => {
                let path = inside(&path)?;
                let names: Vec<Box<str>> = self.input.artifact.children(&path).iter().map(|c| c.name.clone()).collect();
                let names = names.iter().map(|n| self.heap.str(n)).collect();
                self.heap.list(names, false)
            }
            ("pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath", Some(path)) => self.new_path(&path),
            ("sys.intern", _) => first.unwrap_or(Value::Unknown),
            _ => return self.of_machine(name, args),
        })
    }

    /// `os.environ.get(name, default)`.
    fn variable_or_default(&mut self, name: Option<Value>, args: &Args) -> Value {
        let default = args.positional.get(1).copied().or_else(|| self.keyword(args, "default")).unwrap_or(Value::None);
        let Some(Value::Str(name)) = name else { return Value::Unknown };
        match self.environment(name) {
            Some(Some(value)) => value,
            Some(None) => default,
            None => self.heap.join(Value::Unknown, default),
        }
    }

    /// `os.path.join(parts)`.
    fn join_parts(&mut self, parts: &[Value]) -> Value {
        let mut joined = String::new();
        for part in parts {
            let Some(part) = self.coerce_text(*part) else { return Value::Unknown };
            if part.starts_with('/') || joined.is_empty() {
                joined = part;
            } else {
                if !joined.ends_with('/') {
                    joined.push('/');
                }
                joined.push_str(&part);
            }
        }
        self.heap.str(&joined)
    }
}

//! Files of the package that code reads while it loads: texts, and JSON as deep as it can matter.

use std::io::Read as _;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::*;

/// Methods of file objects and of contents that are too large to hold.
pub(super) fn is_method(class: &str, name: &str) -> bool {
    match class {
        "io.File" => matches!(name, "read" | "readlines" | "close" | "__enter__" | "__iter__"),
        "io.Content" => matches!(name, "decode" | "strip"),
        "pathlib.Path" => matches!(
            name,
            "read_text"
                | "read_bytes"
                | "open"
                | "joinpath"
                | "resolve"
                | "absolute"
                | "exists"
                | "is_file"
                | "is_dir"
                | "mkdir"
                | "touch"
                | "write_text"
                | "write_bytes"
                | "with_name"
                | "with_suffix"
                | "unlink"
                | "rmdir"
                | "chmod"
        ),
        _ => false,
    }
}

/// Functions that look for a file in a package, which they import when they are given its name.
const RESOURCES: [&str; 7] = [
    "importlib.resources.read_text",
    "importlib.resources.read_binary",
    "importlib.resources.open_text",
    "importlib.resources.open_binary",
    "importlib.resources.path",
    "importlib.resources.contents",
    "importlib.resources.is_resource",
];

impl Interp<'_> {
    /// Functions that read files; `None` for others.
    pub(super) fn call_files(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let first = args.positional.first().copied().unwrap_or(Value::Unknown);
        Ok(Some(match name {
            "open" | "io.open" | "codecs.open" | "gzip.open" | "pathlib.Path.open" => self.open(name, first, args)?,
            "io.File.__enter__" | "io.Content.decode" | "io.Content.strip" => first,
            "io.File.close" => Value::None,
            "io.File.read" if args.positional.len() > 1 => {
                self.take_content(first);
                Value::Unknown
            }
            "io.File.read" => self.take_content(first),
            "io.File.readlines" | "io.File.__iter__" => self.lines_of(first),
            "pathlib.Path.read_text" | "pathlib.Path.read_bytes" => {
                self.read_path(first, name == "pathlib.Path.read_bytes")?
            }
            "pathlib.Path.joinpath" => {
                let mut path = first;
                for part in args.positional.get(1..).unwrap_or(&[]) {
                    path = self.join_path(path, *part);
                }
                path
            }
            "pathlib.Path.with_name" | "pathlib.Path.with_suffix" => {
                let end = args.positional.get(1).and_then(|end| self.text_of(*end));
                match (self.path_text(first), end) {
                    (Some(path), Some(end)) => self.renamed_path(&path, &end, name == "pathlib.Path.with_name"),
                    _ => Value::Unknown,
                }
            }
            "pathlib.Path.exists" | "pathlib.Path.is_file" | "pathlib.Path.is_dir" => {
                let Some(path) = self.path_text(first).and_then(|path| inside(&path)) else {
                    return Ok(Some(Value::Unknown));
                };
                let (file, folder) = (self.input.artifact.find(&path).is_some(), self.input.artifact.is_folder(&path));
                Value::Bool(match name {
                    "pathlib.Path.is_file" => file,
                    "pathlib.Path.is_dir" => folder,
                    _ => file || folder,
                })
            }
            "pathlib.Path.resolve" | "pathlib.Path.absolute" => match self.path_text(first) {
                Some(path) => self.new_path(&normal(&absolute(&path))),
                None => Value::Unknown,
            },
            "json.load" | "json.loads" => {
                let content = if name == "json.load" { self.take_content(first) } else { first };
                self.read_json(content)
            }
            _ if RESOURCES.contains(&name) => {
                self.import_holder(name, first)?;
                Value::Unknown
            }
            "pkgutil.get_data" | "importlib.resources.files" => {
                self.import_holder(name, first)?;
                let Some(folder) = self.package_folder(first) else { return Ok(Some(Value::Unknown)) };
                let folder = self.new_path(&folder);
                if name == "importlib.resources.files" {
                    return Ok(Some(folder));
                }
                let path = self.join_path(folder, args.positional.get(1).copied().unwrap_or(Value::Unknown));
                let file = self.open_file(path, false);
                self.content_of(file)
            }
            _ => return Ok(None),
        }))
    }

    fn open(&mut self, name: &str, path: Value, args: &Args) -> Run<Value> {
        let file = self.open_file(path, name == "gzip.open");
        let mode = args.positional.get(1).copied().or_else(|| self.keyword(args, "mode"));
        let mode = mode.map(|mode| self.text_of(mode).unwrap_or_else(|| Rc::from("?+")));
        if file == Value::Unknown
            && let Some(path) = self.path_of(path)
        {
            return self.no_file(&path, mode.as_deref());
        }
        if mode.is_some_and(|mode| mode.contains('b')) {
            let key = self.heap.sym("<bytes>");
            self.set_attr(file, key, Value::Bool(true));
        }
        let encoding = self.keyword(args, "encoding").or(args.positional.get(3).copied()).unwrap_or(Value::None);
        let is_utf8 = encoding == Value::None
            || self.text_of(encoding).is_some_and(|name| matches!(&*name.to_lowercase(), "utf-8" | "utf8" | "utf_8"));
        if !is_utf8 {
            // What other encodings make of it is not computed.
            let key = self.heap.sym("<read>");
            self.set_attr(file, key, Value::Bool(true));
        }
        Ok(file)
    }

    fn read_path(&mut self, path: Value, as_bytes: bool) -> Run<Value> {
        let file = self.open_file(path, false);
        if file == Value::Unknown
            && let Some(path) = self.path_of(path)
        {
            return self.no_file(&path, None);
        }
        Ok(match self.content_of(file) {
            Value::Str(text) if as_bytes => Value::Bytes(text),
            content => content,
        })
    }

    /// A path whose last part, or the ending of that, is another.
    fn renamed_path(&mut self, path: &str, end: &str, whole: bool) -> Value {
        let start = path.rfind('/').map_or(0, |slash| slash + 1);
        let (around, last) = path.split_at(start);
        let stem = if whole { "" } else { last.rsplit_once('.').map_or(last, |(stem, _)| stem) };
        self.new_path(&format!("{around}{stem}{end}"))
    }

    /// Attributes of paths that are data; not known for others.
    pub(super) fn path_part(&mut self, path: Value, name: &str) -> Value {
        let Some(text) = self.path_text(path) else { return Value::Unknown };
        let last = text.rsplit('/').next().unwrap_or_default();
        match name {
            "parent" => {
                let parent = text.rsplit_once('/').map_or(".", |(head, _)| if head.is_empty() { "/" } else { head });
                self.new_path(parent)
            }
            "name" => self.heap.str(last),
            "stem" => self.heap.str(last.rsplit_once('.').map_or(last, |(stem, _)| stem)),
            "suffix" => self.heap.str(last.rfind('.').and_then(|at| last.get(at..)).unwrap_or_default()),
            _ => Value::Unknown,
        }
    }

    /// Imports the package, given by name, in which a function looks for a file.
    fn import_holder(&mut self, function: &str, package: Value) -> Run<()> {
        if function.starts_with("importlib.resources.") {
            self.load_standard(&["importlib.readers"]);
        }
        if let Some(name) = self.text_of(package) {
            let site = self.call_sites.last().copied();
            self.import(&name, site)?;
        }
        Ok(())
    }

    /// The folder of a package, given by name or as the module.
    fn package_folder(&mut self, package: Value) -> Option<String> {
        let module = match package {
            Value::Str(name) => self.sys_modules.get(name)?,
            module => module,
        };
        let Some(Object::Module(at)) = self.heap.get(module) else { return None };
        let file = self.heap.vars(self.module(*at).scope).get(known::FILE)?;
        let text = self.text_of(file)?;
        text.rsplit_once('/').map(|(folder, _)| folder.to_owned())
    }

    fn open_file(&mut self, path: Value, is_gzip: bool) -> Value {
        let Some(text) = self.coerce_text(path) else { return Value::Unknown };
        let Some(entry) = inside(&text).and_then(|path| self.input.artifact.find(&path)) else { return Value::Unknown };
        if self.phase == Phase::Init
            && !self.trace.data_files.iter().any(|(known, _, _)| *known == entry)
            && let Some((module, span)) = self.call_sites.last().copied()
        {
            self.trace.data_files.push((entry, module, span));
        }
        let class = self.heap.external("io.File");
        let payload = self.heap.str(&text);
        let mut attrs = Names::default();
        attrs.set(self.heap.sym("<gzip>"), Value::Bool(is_gzip));
        self.heap.alloc(Object::Instance { class, attrs, payload })
    }

    /// The text that `json.load(file)` gets.
    pub(super) fn loaded_text(&mut self, callee: Value, args: &Args) -> Option<Value> {
        if self.heap.external_name(callee).as_deref() != Some("json.load") || !args.keywords.is_empty() {
            return None;
        }
        let &[file] = args.positional.as_slice() else { return None };
        let key = self.heap.sym("<read>");
        match self.heap.get(file)? {
            Object::Instance { attrs, .. } if attrs.get(key).is_none() => {}
            _ => return None,
        }
        match self.content_of(file) {
            text @ Value::Str(_) => Some(text),
            _ => None,
        }
    }

    /// The lines that are left in a file object.
    pub(super) fn lines_of(&mut self, file: Value) -> Value {
        let Value::Str(text) = self.take_content(file) else { return self.heap.list(Vec::new(), true) };
        let text = self.heap.text(text);
        let lines = text.split_inclusive('\n').take(LIMITS.lines).map(|line| self.heap.str(line)).collect();
        self.heap.list(lines, text.split_inclusive('\n').nth(LIMITS.lines).is_some())
    }

    /// What a file object gives that is read to its end: once all that it holds, from then on less.
    fn take_content(&mut self, file: Value) -> Value {
        let key = self.heap.sym("<read>");
        let Value::Obj(id) = file else { return Value::Unknown };
        let Object::Instance { attrs, .. } = self.heap.object(id) else { return Value::Unknown };
        if attrs.get(key).is_some() {
            return Value::Unknown;
        }
        let content = self.content_of(file);
        if let Object::Instance { attrs, .. } = self.heap.object_mut(id) {
            attrs.set(key, Value::Bool(true));
        }
        content
    }

    /// What a file object holds: its text if that is small, else an object that stands for it.
    fn content_of(&mut self, file: Value) -> Value {
        let Some((entry, is_gzip)) = self.file_entry(file) else { return Value::Unknown };
        if !is_gzip
            && self.input.artifact.entry(entry).bytes <= LIMITS.file_bytes as u64
            && let Ok(bytes) = self.input.artifact.read(entry)
            && let Ok(text) = std::str::from_utf8((*bytes).as_ref())
        {
            let key = self.heap.sym("<bytes>");
            let is_bytes =
                matches!(self.heap.get(file), Some(Object::Instance { attrs, .. }) if attrs.get(key).is_some());
            if is_bytes {
                return Value::Bytes(self.heap.sym(text));
            }
            // Every end of a line is read as one letter.
            let text =
                if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
            return self.heap.str(&text);
        }
        let Some(Object::Instance { attrs, payload, .. }) = self.heap.get(file) else { return Value::Unknown };
        let (attrs, payload) = (attrs.clone(), *payload);
        let class = self.heap.external("io.Content");
        self.heap.alloc(Object::Instance { class, attrs, payload })
    }

    /// The file behind a file object or its content, and whether it is compressed.
    fn file_entry(&mut self, file: Value) -> Option<(EntryId, bool)> {
        let key = self.heap.sym("<gzip>");
        let Some(Object::Instance { attrs, payload, .. }) = self.heap.get(file) else { return None };
        let (is_gzip, payload) = (attrs.get(key)? == Value::Bool(true), *payload);
        let path = self.text_of(payload)?;
        Some((self.input.artifact.find(&inside(&path)?)?, is_gzip))
    }

    /// The bytes that `json.loads` gets.
    fn read_json(&mut self, content: Value) -> Value {
        if let Value::Str(text) | Value::Bytes(text) = content {
            let text = self.heap.text(text);
            return self.parse_json(text.as_bytes());
        }
        let Some((entry, is_gzip)) = self.file_entry(content) else { return Value::Unknown };
        let Ok(bytes) = self.input.artifact.read(entry) else { return Value::Unknown };
        let bytes: &[u8] = (*bytes).as_ref();
        if !is_gzip {
            return if bytes.len() as u64 <= LIMITS.json_bytes { self.parse_json(bytes) } else { Value::Unknown };
        }
        let mut unpacked = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(bytes).take(LIMITS.json_bytes + 1);
        match reader.read_to_end(&mut unpacked) {
            Ok(count) if count as u64 <= LIMITS.json_bytes => self.parse_json(&unpacked),
            _ => Value::Unknown,
        }
    }

    fn parse_json(&mut self, bytes: &[u8]) -> Value {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let levels = if bytes.len() <= LIMITS.json_small_bytes { LIMITS.json_depth_small } else { LIMITS.json_depth };
        Json { heap: &mut self.heap, levels }.deserialize(&mut reader).unwrap_or(Value::Unknown)
    }
}

/// Builds values of JSON.
struct Json<'a> {
    heap: &'a mut Heap,
    /// Levels from here on that become values.
    levels: u32,
}

impl<'de> DeserializeSeed<'de> for Json<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        if self.levels == 0 {
            return serde::Deserialize::deserialize(reader).map(|IgnoredAny| Value::Unknown);
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Json<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Unknown, Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value.to_bits()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(self.heap.str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut reader: A) -> Result<Value, A::Error> {
        let (mut items, mut open) = (Vec::new(), false);
        while let Some(item) = reader.next_element_seed(Json { heap: self.heap, levels: self.levels - 1 })? {
            if items.len() < LIMITS.json_items {
                items.push(item);
            } else {
                open = true;
            }
        }
        Ok(self.heap.list(items, open))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut reader: A) -> Result<Value, A::Error> {
        let (mut items, mut open) = (Dict::default(), false);
        while let Some(key) = reader.next_key::<std::borrow::Cow<'_, str>>()? {
            if items.len() >= LIMITS.json_items {
                open = true;
                reader.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = reader.next_value_seed(Json { heap: self.heap, levels: self.levels - 1 })?;
            items.set(self.heap.str(&key), value);
        }
        Ok(self.heap.dict(items, open))
    }
}

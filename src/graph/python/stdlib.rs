//! The standard library as a table: which modules there are in each Python version, what they
//! import and define, and what importing them costs. `rules/knowledge/python/stdlib.txt` says
//! how the table is written and how it was made.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

static TABLE: &str = include_str!("../../../rules/knowledge/python/stdlib.txt");
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(TABLE));

/// The oldest and newest minor versions that the table's letters can name.
const OLDEST: u16 = 9;
const LETTERS: &[u8] = b"9abcdef";

/// Where the records are.
#[derive(Default)]
struct Index {
    /// Lines of each module's record, the first without its name.
    records: FxHashMap<&'static str, Record>,
    headers: FxHashMap<&'static str, &'static str>,
}

#[derive(Clone, Copy, Default)]
struct Record {
    kinds: &'static str,
    imports: &'static str,
    names: &'static str,
    lazy: &'static str,
}

impl Index {
    fn of(table: &'static str) -> Self {
        let mut index = Self::default();
        let mut current = "";
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(header) = line.strip_prefix('@') {
                let (name, value) = header.split_once(' ').unwrap_or((header, ""));
                index.headers.insert(name, value);
            } else if let Some(part) = line.strip_prefix(' ') {
                let record = index.records.entry(current).or_default();
                let (key, value) = part.split_once(' ').unwrap_or((part, ""));
                match key {
                    "i" => record.imports = value,
                    "n" => record.names = value,
                    "l" => record.lazy = value,
                    _ => {}
                }
            } else {
                let (name, kinds) = line.split_once(' ').unwrap_or((line, ""));
                current = name;
                index.records.insert(name, Record { kinds, ..Record::default() });
            }
        }
        index
    }
}

/// What a standard module is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StdKind {
    /// Source, extension, builtin or frozen: it can be imported.
    Real,
    /// Another name of a module, put into `sys.modules` when that one is loaded.
    Alias,
    /// The file is there, and executing it raises `ImportError`.
    Unimportable,
}

/// One standard module in one version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StdModule {
    /// What it is made of.
    pub(super) kind: StdKind,
    /// Whether it is a package.
    pub(super) is_package: bool,
    /// Self time of its import with valid bytecode, milliseconds on the measuring machine.
    pub(super) self_ms: f64,
}

/// The standard library of one Python version.
#[derive(Clone, Debug)]
pub(super) struct Stdlib {
    letter: u8,
    preloaded: FxHashSet<&'static str>,
}

impl Stdlib {
    /// The library of a version; of the nearest one that the table has for others.
    pub(super) fn for_version((_, minor): (u16, u16)) -> Self {
        let known = INDEX.headers.get("magic").copied().unwrap_or_default();
        let newest = known.split(' ').filter_map(|item| item.bytes().next()).filter_map(position).max().unwrap_or(0);
        let wanted = usize::from(minor.saturating_sub(OLDEST)).min(newest);
        let letter = LETTERS.get(wanted).copied().unwrap_or(b'b');
        let lists = ["started", "runtime"].map(|name| INDEX.headers.get(name).copied().unwrap_or_default());
        let preloaded = lists.into_iter().flat_map(|list| items(list, letter)).collect();
        Self { letter, preloaded }
    }

    /// The module of this name, if this version has it.
    pub(super) fn module(&self, name: &str) -> Option<StdModule> {
        let record = INDEX.records.get(name)?;
        let kind = record.kinds.split(' ').find_map(|item| {
            let (letters, kind) = item.split_once('=')?;
            letters.bytes().any(|letter| letter == self.letter).then_some(kind)
        })?;
        let mut fields = kind.split(':');
        let kind = fields.next().unwrap_or_default();
        let micros = fields.nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        Some(StdModule {
            kind: match kind {
                "alias" => StdKind::Alias,
                "unimportable" => StdKind::Unimportable,
                _ => StdKind::Real,
            },
            is_package: kind.ends_with('/'),
            self_ms: micros / 1e3,
        })
    }

    /// Whether an import of this name succeeds.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.preloaded.contains(name) || self.module(name).is_some_and(|module| module.kind != StdKind::Unimportable)
    }

    /// Modules that executing this one imports, in order.
    pub(super) fn imports(&self, name: &str) -> impl Iterator<Item = &'static str> + use<> {
        items(INDEX.records.get(name).map_or("", |record| record.imports), self.letter)
    }

    /// Names that the module binds or answers, submodules left out.
    pub(super) fn names(&self, name: &str) -> impl Iterator<Item = &'static str> + use<> {
        items(INDEX.records.get(name).map_or("", |record| record.names), self.letter)
    }

    /// Whether `from module import name` finds an attribute.
    pub(super) fn has_name(&self, module: &str, name: &str) -> bool {
        self.names(module).any(|known| known == name) || self.lazy_name(module, name).is_some()
    }

    /// The module that asking a PEP 562 module for this name loads; empty when it loads none.
    pub(super) fn lazy_name(&self, module: &str, name: &str) -> Option<&'static str> {
        let lazy = items(INDEX.records.get(module).map_or("", |record| record.lazy), self.letter);
        lazy.filter_map(|item| item.split_once('>')).find(|(known, _)| *known == name).map(|(_, loads)| loads)
    }

    /// Whether the interpreter or the runtime client has loaded the module before the handler.
    pub(super) fn is_preloaded(&self, name: &str) -> bool {
        self.preloaded.contains(name)
    }
}

fn position(letter: u8) -> Option<usize> {
    LETTERS.iter().position(|known| *known == letter)
}

/// The items of a list that hold for a version: `x` always, `x/9ab` for those versions.
fn items(list: &'static str, letter: u8) -> impl Iterator<Item = &'static str> {
    list.split(' ').filter(|item| !item.is_empty()).filter_map(move |item| match item.split_once('/') {
        Some((name, letters)) => letters.bytes().any(|known| known == letter).then_some(name),
        None => Some(item),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closure(stdlib: &Stdlib, name: &str) -> Vec<&'static str> {
        let mut seen: Vec<&'static str> = Vec::new();
        let mut queue: Vec<&'static str> = stdlib.imports(name).collect();
        while let Some(next) = queue.pop() {
            if !seen.contains(&next) {
                seen.push(next);
                queue.extend(stdlib.imports(next));
            }
        }
        seen
    }

    #[test]
    fn versions_differ_as_python_does() {
        let has = |minor, name: &str| Stdlib::for_version((3, minor)).contains(name);
        assert!(has(11, "distutils") && !has(12, "distutils"));
        assert!(has(11, "imp") && !has(12, "imp"));
        assert!(has(11, "tomllib") && !has(10, "tomllib"));
        assert!(!has(12, "winreg") && !has(12, "requests"));
        let self_type = |minor| Stdlib::for_version((3, minor)).has_name("typing", "Self");
        assert!(self_type(11) && !self_type(10));
    }

    #[test]
    fn imports_close_over_the_table() {
        let stdlib = Stdlib::for_version((3, 11));
        assert!(closure(&stdlib, "urllib.request").contains(&"http.client"));
        assert_eq!(stdlib.lazy_name("concurrent.futures", "ThreadPoolExecutor"), Some("concurrent.futures.thread"));
    }

    #[test]
    fn the_runtime_client_has_loaded_json_and_not_asyncio() {
        let stdlib = Stdlib::for_version((3, 12));
        assert!(stdlib.is_preloaded("json") && stdlib.is_preloaded("logging") && !stdlib.is_preloaded("asyncio"));
        assert!(stdlib.module("asyncio").is_some_and(|module| module.is_package && module.self_ms > 0.0));
    }
}

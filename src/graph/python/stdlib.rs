//! The standard library as a table: which modules there are in each Python version, what they
//! import and define, and what importing them costs. `rules/knowledge/python/stdlib.txt` says
//! how the table is written and how it was made.

use std::cell::RefCell;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

static TABLE: &str = include_str!("../../../rules/knowledge/python/stdlib.txt");
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(TABLE));
static LISTS: LazyLock<Vec<Lists>> = LazyLock::new(|| LETTERS.iter().map(|letter| Lists::of(*letter)).collect());

/// The oldest minor version that the table knows.
pub(super) const OLDEST: u16 = 9;
/// The newest.
pub(super) const NEWEST: u16 = 14;
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
    /// A `.py` file, found by the folders of `sys.path`: a file of the function that is earlier there wins.
    Source,
    /// A shared object, found like a source file.
    Extension,
    /// Compiled into the interpreter: wins over files.
    Builtin,
    /// Bytecode compiled into the interpreter: wins over files.
    Frozen,
    /// A folder without code.
    Namespace,
    /// A name that the load of its parent puts into `sys.modules`, such as `os.path`; it costs nothing.
    Alias,
    /// The file is there, and executing it raises `ImportError`, such as `tkinter` without Tk.
    Unimportable,
    /// A name of the standard library that this version does not have, or not on Linux. Importing it raises
    /// `ModuleNotFoundError` unless the function brings such a module.
    Absent,
}

impl StdKind {
    /// How the table writes it, without the slash of packages.
    fn of(text: &str) -> Option<Self> {
        Some(match text {
            "py" => Self::Source,
            "ext" => Self::Extension,
            "builtin" => Self::Builtin,
            "frozen" => Self::Frozen,
            "namespace" => Self::Namespace,
            "alias" => Self::Alias,
            "unimportable" => Self::Unimportable,
            _ => return None,
        })
    }
}

/// One standard module in one version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StdModule {
    /// What it is made of.
    pub(super) kind: StdKind,
    /// Whether it is a package.
    pub(super) is_package: bool,
    /// Bytes of its source file or shared object; 0 for builtins and aliases.
    pub(super) bytes: u64,
    /// Self time of its import with valid bytecode, milliseconds on the measuring machine.
    pub(super) self_ms: f64,
}

impl StdModule {
    const ABSENT: Self = Self { kind: StdKind::Absent, is_package: false, bytes: 0, self_ms: 0.0 };

    /// A fact of the table: `KIND:BYTES:MICROSECONDS`.
    fn of(fact: &str) -> Option<Self> {
        let mut fields = fact.split(':');
        let kind = fields.next()?;
        let mut number = || fields.next().map_or(Some(0.0), |text| text.parse::<u32>().ok().map(f64::from));
        Some(Self {
            kind: StdKind::of(kind.trim_end_matches('/'))?,
            is_package: kind.ends_with('/'),
            bytes: number()? as u64,
            self_ms: number()? / 1e3,
        })
    }

    /// Whether importing it succeeds.
    pub(super) fn is_importable(&self) -> bool {
        !matches!(self.kind, StdKind::Unimportable | StdKind::Absent)
    }
}

/// Module names that the headers list for one version.
#[derive(Debug)]
struct Lists {
    preloaded: FxHashSet<&'static str>,
    absent: FxHashSet<&'static str>,
}

impl Lists {
    fn of(letter: u8) -> Self {
        let preloaded = ["started", "runtime"].into_iter().flat_map(|name| items(header(name), letter)).collect();
        Self { preloaded, absent: items(header("absent"), letter).collect() }
    }
}

/// The standard library of one Python version.
#[derive(Clone, Debug)]
pub(super) struct Stdlib {
    letter: u8,
    lists: &'static Lists,
    /// What the modules that were asked about bind, lazily bound names included.
    known_names: RefCell<FxHashMap<&'static str, FxHashSet<&'static str>>>,
}

impl Stdlib {
    /// The library of a version such as `(3, 12)`; of the nearest one that the table has for others.
    pub(super) fn for_version((_, minor): (u16, u16)) -> Self {
        let newest = header("magic").split(' ').filter_map(|item| item.bytes().next()).filter_map(position).max();
        let wanted = usize::from(minor.saturating_sub(OLDEST)).min(newest.unwrap_or(0));
        let at = wanted.min(LETTERS.len() - 1);
        Self { letter: LETTERS[at], lists: &LISTS[at], known_names: RefCell::default() }
    }

    /// What the library knows about a dotted name; `None` for a name that is none of its own. A name that only
    /// other versions or systems have is [`StdKind::Absent`].
    pub(super) fn module(&self, name: &str) -> Option<StdModule> {
        let Some(record) = INDEX.records.get(name) else {
            let root = name.split('.').next().unwrap_or(name);
            return self.lists.absent.contains(root).then_some(StdModule::ABSENT);
        };
        let fact = versioned(record.kinds, self.letter).and_then(StdModule::of);
        Some(fact.unwrap_or(StdModule::ABSENT))
    }

    /// Whether an import of this name succeeds.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.lists.preloaded.contains(name) || self.module(name).is_some_and(|module| module.is_importable())
    }

    /// Modules that executing this one imports, in order and each after its parents, calls at load included.
    /// What is loaded already is among them. For an alias the module that it stands for; for an unimportable
    /// module what the attempt leaves loaded.
    pub(super) fn imports(&self, name: &str) -> impl Iterator<Item = &'static str> + use<> {
        let direct = items(INDEX.records.get(name).map_or("", |record| record.imports), self.letter);
        direct.flat_map(|item| {
            let parents = item.match_indices('.').map(move |(dot, _)| &item[..dot]);
            parents.chain(std::iter::once(item))
        })
    }

    /// Names that the module binds when it is loaded, without submodules and what every module has.
    pub(super) fn names(&self, name: &str) -> impl Iterator<Item = &'static str> + use<> {
        items(self.bound(name).names, self.letter)
    }

    /// Whether `from module import name` finds an attribute without loading a submodule.
    pub(super) fn has_name(&self, module: &str, name: &str) -> bool {
        let Some((module, _)) = INDEX.records.get_key_value(module) else { return false };
        let mut known = self.known_names.borrow_mut();
        let names = known.entry(*module).or_insert_with(|| {
            let record = self.bound(module);
            let listed = [record.names, record.lazy].into_iter().flat_map(|list| items(list, self.letter));
            listed.filter_map(|item| item.split('>').next()).collect()
        });
        names.contains(name) || self.has_common_name(module, name)
    }

    /// The module that asking a PEP 562 module for this name loads; `None` when that loads none.
    pub(super) fn lazy_name(&self, module: &str, name: &str) -> Option<&'static str> {
        let lazy = items(self.bound(module).lazy, self.letter).filter_map(|item| item.split_once('>'));
        lazy.filter(|(_, loads)| !loads.is_empty()).find(|(known, _)| *known == name).map(|(_, loads)| loads)
    }

    /// Whether the interpreter or the runtime client has loaded the module before the handler.
    pub(super) fn is_preloaded(&self, name: &str) -> bool {
        self.lists.preloaded.contains(name)
    }

    /// Magic number in the first two bytes, little endian, of bytecode that this version accepts.
    pub(super) fn magic(&self) -> Option<u16> {
        versioned(header("magic"), self.letter)?.parse().ok()
    }

    /// Tag in the file names of its bytecode, such as `cpython-312`.
    pub(super) fn cache_tag(&self) -> &'static str {
        versioned(header("tag"), self.letter).unwrap_or_default()
    }

    /// The record that holds the module's names: for an alias that of the module it stands for.
    fn bound(&self, name: &str) -> Record {
        let record = INDEX.records.get(name).copied().unwrap_or_default();
        let fact = versioned(record.kinds, self.letter);
        let target = items(record.imports, self.letter).next().filter(|_| fact == Some("alias"));
        target.and_then(|target| INDEX.records.get(target).copied()).unwrap_or(record)
    }

    /// Names that modules have whatever they define.
    fn has_common_name(&self, module: &str, name: &str) -> bool {
        let Some(module) = self.module(module).filter(StdModule::is_importable) else {
            return false;
        };
        match name {
            "__name__" | "__doc__" | "__package__" | "__loader__" | "__spec__" | "__dict__" | "__class__" => true,
            "__file__" => module.kind != StdKind::Builtin,
            "__cached__" => module.kind == StdKind::Source,
            "__path__" => module.is_package,
            _ => false,
        }
    }
}

/// The last minor version before `minor` that has a module which `minor` has no more.
pub(super) fn last_with(module: &str, minor: u16) -> Option<u16> {
    (OLDEST..minor).rev().find(|older| Stdlib::for_version((3, *older)).contains(module))
}

/// The minor versions whose module binds a name, in order.
pub(super) fn versions_with_name(module: &str, name: &str) -> Vec<u16> {
    let has = |minor: &u16| {
        let library = Stdlib::for_version((3, *minor));
        // Most names that are asked for stand in no version: sets need not be made to say so.
        let bound = library.bound(module);
        (bound.names.contains(name) || bound.lazy.contains(name)) && library.has_name(module, name)
    };
    (OLDEST..=NEWEST).filter(has).collect()
}

fn header(name: &str) -> &'static str {
    INDEX.headers.get(name).copied().unwrap_or_default()
}

fn position(letter: u8) -> Option<usize> {
    LETTERS.iter().position(|known| *known == letter)
}

/// The value that a list of `VERSIONS=VALUE` gives for a version.
fn versioned(list: &'static str, letter: u8) -> Option<&'static str> {
    list.split(' ').find_map(|item| {
        let (letters, value) = item.split_once('=')?;
        letters.bytes().any(|known| known == letter).then_some(value)
    })
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

    const MINORS: std::ops::RangeInclusive<u16> = 9..=14;

    fn library(minor: u16) -> Stdlib {
        Stdlib::for_version((3, minor))
    }

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
    fn the_table_is_well_formed() {
        let is_version = |letters: &str| !letters.is_empty() && letters.bytes().all(|b| position(b).is_some());
        assert!(INDEX.records.len() > 800);
        for (name, record) in &INDEX.records {
            for item in record.kinds.split(' ') {
                let fact = item.split_once('=').filter(|(letters, _)| is_version(letters));
                assert!(fact.and_then(|(_, fact)| StdModule::of(fact)).is_some(), "{name}: bad fact `{item}`");
            }
            for item in [record.imports, record.names, record.lazy].join(" ").split_whitespace() {
                let letters = item.split_once('/').map_or("9", |(_, letters)| letters);
                assert!(is_version(letters), "{name}: bad item `{item}`");
            }
        }
        for name in ["magic", "tag", "suffixes", "builtin", "started", "runtime", "absent"] {
            assert!(!header(name).is_empty(), "no list `{name}`");
        }
    }

    #[test]
    fn every_import_is_of_a_module_of_the_same_version() {
        for minor in MINORS {
            let stdlib = library(minor);
            for name in INDEX.records.keys().filter(|name| stdlib.contains(name)) {
                for import in stdlib.imports(name) {
                    assert!(stdlib.contains(import), "3.{minor}: {name} imports {import}");
                }
            }
        }
    }

    #[test]
    fn the_closure_over_the_table_is_what_interpreters_were_seen_to_load() {
        assert_eq!(header("mismatches"), "0");
    }

    #[test]
    fn modules_come_and_go_with_versions() {
        let kind = |minor, name| library(minor).module(name).map(|module| module.kind);
        assert_eq!(kind(11, "distutils"), Some(StdKind::Source));
        assert_eq!(kind(12, "distutils"), Some(StdKind::Absent));
        assert_eq!(kind(11, "imp"), Some(StdKind::Source));
        assert_eq!(kind(12, "imp"), Some(StdKind::Absent));
        assert_eq!(kind(13, "cgi"), Some(StdKind::Absent));
        assert_eq!(kind(10, "tomllib"), Some(StdKind::Absent));
        assert_eq!(kind(11, "tomllib"), Some(StdKind::Source));
        assert_eq!(kind(13, "compression.zstd"), Some(StdKind::Absent));
        assert_eq!(kind(14, "compression.zstd"), Some(StdKind::Source));
        assert_eq!(kind(12, "winreg"), Some(StdKind::Absent));
        assert_eq!(kind(12, "idlelib.run"), Some(StdKind::Absent));
        assert_eq!(kind(12, "tkinter"), Some(StdKind::Unimportable));
        assert_eq!(kind(12, "os.path"), Some(StdKind::Alias));
        assert_eq!(kind(12, "sys"), Some(StdKind::Builtin));
        assert_eq!(kind(10, "os"), Some(StdKind::Source));
        assert_eq!(kind(11, "os"), Some(StdKind::Frozen));
        assert_eq!(kind(12, "requests"), None);
        assert_eq!(kind(12, "json.nothing"), None);
        let has = |minor, name: &str| library(minor).contains(name);
        assert!(has(11, "imp") && !has(12, "imp") && !has(12, "tkinter") && !has(12, "winreg"));
    }

    #[test]
    fn names_come_and_go_with_versions() {
        let has = |minor, module, name| library(minor).has_name(module, name);
        assert!(has(11, "typing", "Self") && !has(10, "typing", "Self"));
        assert!(has(9, "collections", "Mapping") && !has(10, "collections", "Mapping"));
        assert!(has(13, "ast", "Num") && !has(14, "ast", "Num"));
        assert!(has(14, "typing", "evaluate_forward_ref"));
        assert!(!has(12, "email", "utils"), "submodules are not names");
    }

    #[test]
    fn aliases_have_the_names_of_what_they_stand_for() {
        for minor in MINORS {
            assert!(library(minor).has_name("os.path", "join"));
            assert!(library(minor).has_name("collections.abc", "Mapping"));
        }
    }

    #[test]
    fn modules_have_what_the_import_system_gives_them() {
        let stdlib = library(12);
        assert!(stdlib.has_name("json", "__path__") && stdlib.has_name("json", "__file__"));
        assert!(!stdlib.has_name("decimal", "__path__") && !stdlib.has_name("sys", "__file__"));
        assert!(!stdlib.has_name("winreg", "__name__") && !stdlib.has_name("requests", "__name__"));
    }

    #[test]
    fn imports_close_over_the_table() {
        for minor in MINORS {
            let loaded = closure(&library(minor), "urllib.request");
            for name in ["urllib", "http", "http.client", "email", "email.parser", "socket"] {
                assert!(loaded.contains(&name), "3.{minor} lacks {name}");
            }
            assert!(!loaded.contains(&"asyncio"));
        }
    }

    #[test]
    fn lazy_names_tell_what_they_load() {
        let lazy = |minor, module, name| library(minor).lazy_name(module, name);
        assert_eq!(lazy(12, "concurrent.futures", "ThreadPoolExecutor"), Some("concurrent.futures.thread"));
        assert_eq!(lazy(12, "unittest", "IsolatedAsyncioTestCase"), Some("unittest.async_case"));
        assert_eq!(lazy(14, "typing", "ForwardRef"), Some("annotationlib"));
        assert_eq!(lazy(9, "collections", "Mapping"), None, "answered without a load");
        assert_eq!(lazy(12, "concurrent.futures", "wait"), None);
    }

    #[test]
    fn the_runtime_client_has_loaded_json_and_not_asyncio() {
        for minor in MINORS {
            let stdlib = library(minor);
            for name in ["os", "os.path", "site", "json", "json.decoder", "logging", "decimal", "re"] {
                assert!(stdlib.is_preloaded(name), "3.{minor} {name}");
            }
            assert!(!stdlib.is_preloaded("asyncio") && !stdlib.is_preloaded("urllib.request"));
        }
        assert!(!library(13).is_preloaded("dataclasses") && library(14).is_preloaded("dataclasses"));
    }

    #[test]
    fn sizes_and_times_are_plausible() {
        for minor in MINORS {
            let module = |name| library(minor).module(name).unwrap_or(StdModule::ABSENT);
            assert!((50_000..300_000).contains(&module("typing").bytes));
            assert!((0.2..20.0).contains(&module("typing").self_ms));
            assert!(module("asyncio").is_package && !module("typing").is_package);
        }
    }

    #[test]
    fn files_are_named_by_version() {
        let magic: Vec<_> = MINORS.filter_map(|minor| library(minor).magic()).collect();
        assert_eq!(magic, [3425, 3439, 3495, 3531, 3571, 3627]);
        assert_eq!(library(12).cache_tag(), "cpython-312");
    }

    #[test]
    fn unknown_versions_get_the_nearest() {
        assert_eq!(library(8).letter, b'9');
        assert_eq!(library(15).letter, b'e');
    }
}

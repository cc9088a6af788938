//! Machine code of a Rust executable by crate.
//!
//! The linker keeps the name of each object file (`tokio.8e1f-cgu.07`) in front of its local
//! symbols, so a function belongs to the crate whose object it came from; for generic functions
//! that is the crate that instantiated them. Copies private to one object that exist only once go
//! by their name instead, as `cargo bloat` does, and so does everything in the executable's own
//! objects. Nothing here needs more than the symbol table; without one there is nothing to say.

use std::collections::{BTreeMap, BTreeSet};

use goblin::elf::Elf;
use goblin::elf::sym::{STB_LOCAL, STT_FILE, STT_FUNC, STV_HIDDEN};

/// More symbols than this are not read.
const MOST_SYMBOLS: usize = 4_000_000;
/// Crates of the standard library's own build.
const STANDARD: [&str; 18] = [
    "std",
    "core",
    "alloc",
    "panic_unwind",
    "panic_abort",
    "std_detect",
    "compiler_builtins",
    "rustc_demangle",
    "addr2line",
    "gimli",
    "object",
    "hashbrown",
    "memchr",
    "miniz_oxide",
    "adler2",
    "unwind",
    "proc_macro",
    "cfg_if",
];
/// Code of which no symbol says where it is from.
pub const UNKNOWN: &str = "[Unknown]";

/// Bytes of machine code by crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrateSizes {
    /// Bytes by crate; the standard library is `std`, what has no Rust name is [`UNKNOWN`].
    pub crates: BTreeMap<String, u64>,
    /// Bytes of machine code that no symbol covers.
    pub uncovered: u64,
}

struct Function<'a> {
    address: u64,
    size: u64,
    name: &'a str,
    /// The object file, when the symbol is local to it.
    object: Option<&'a str>,
    /// Seen only in its own object.
    private: bool,
}

/// Attributes the code of an ELF executable; `None` when it has no Rust symbols.
#[must_use]
pub fn crate_sizes(bytes: &[u8]) -> Option<CrateSizes> {
    let elf = Elf::parse(bytes).ok()?;
    if elf.syms.len() > MOST_SYMBOLS {
        return None;
    }
    let functions = functions(&elf);
    let rust = functions.iter().filter(|function| is_rust(function.name)).count();
    if rust == 0 {
        return None;
    }
    let objects = Objects::new(&functions);
    let mut found = CrateSizes::default();
    for function in &functions {
        *found.crates.entry(objects.crate_of(function)).or_default() += function.size;
    }
    let text = elf.section_headers.iter().find(|section| elf.shdr_strtab.get_at(section.sh_name) == Some(".text"));
    let covered: u64 = found.crates.values().sum();
    found.uncovered = text.map_or(0, |section| section.sh_size.saturating_sub(covered));
    Some(found)
}

/// Functions by address, aliases left out.
fn functions<'a>(elf: &'a Elf<'a>) -> Vec<Function<'a>> {
    let mut found = Vec::new();
    let mut object = None;
    for symbol in elf.syms.iter() {
        let name = elf.strtab.get_at(symbol.st_name).unwrap_or_default();
        if symbol.st_type() == STT_FILE {
            object = Some(name).filter(|name| !name.is_empty());
        } else if symbol.st_type() == STT_FUNC && symbol.st_shndx != 0 && symbol.st_size > 0 {
            let local = symbol.st_bind() == STB_LOCAL;
            let private = local && symbol.st_visibility() != STV_HIDDEN;
            found.push(Function {
                address: symbol.st_value,
                size: symbol.st_size,
                name,
                object: object.filter(|_| local),
                private,
            });
        }
    }
    found.sort_by_key(|function| function.address);
    found.dedup_by_key(|function| function.address);
    // What is not local lies between the functions of its own object.
    let mut last = None;
    for function in &mut found {
        match function.object {
            Some(object) => last = Some(object),
            None => function.object = last,
        }
    }
    found
}

fn is_rust(name: &str) -> bool {
    name.starts_with("_ZN") || name.starts_with("_R")
}

/// `tokio` of `tokio.8e1f-cgu.07`.
fn object_crate(object: &str) -> Option<&str> {
    let (before, unit) = object.rsplit_once("-cgu.")?;
    let (name, hash) = before.rsplit_once('.')?;
    let plausible = unit.chars().all(|c| c.is_ascii_digit()) && hash.chars().all(|c| c.is_ascii_hexdigit());
    plausible.then_some(name)
}

struct Objects<'a> {
    /// Objects of the standard library.
    standard: BTreeSet<&'a str>,
    /// Crates with objects of their own.
    crates: BTreeSet<&'a str>,
    /// The executable's own crate.
    own: Option<String>,
    /// How often a name occurs.
    copies: BTreeMap<&'a str, usize>,
    /// The crate that shows a name to others.
    shown: BTreeMap<&'a str, &'a str>,
}

impl<'a> Objects<'a> {
    fn new(functions: &[Function<'a>]) -> Self {
        let mut manglings: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
        let mut own = None;
        for function in functions {
            *copies.entry(function.name).or_default() += 1;
            if let Some(object) = function.object {
                let entry = manglings.entry(object).or_default();
                entry.0 += usize::from(function.name.starts_with("_ZN"));
                entry.1 += usize::from(function.name.starts_with("_R"));
            }
            if own.is_none() && function.name.contains("4main") && is_rust(function.name) {
                let path = demangled(function.name);
                own = path
                    .strip_suffix("::main")
                    .filter(|head| !head.contains("::") && !head.contains('<'))
                    .map(str::to_string);
            }
        }
        // The standard library comes built, with its own mangling while the default is the old one.
        let legacy: usize = manglings.values().map(|(old, _)| old).sum();
        let new: usize = manglings.values().map(|(_, new)| new).sum();
        let standard: BTreeSet<&str> = manglings
            .iter()
            .filter(|(object, (old, v0))| {
                if legacy > new {
                    v0 > old
                } else {
                    object_crate(object).is_some_and(|name| STANDARD[..6].contains(&name))
                }
            })
            .map(|(object, _)| *object)
            .collect();
        let crates = manglings
            .keys()
            .filter(|object| !standard.contains(*object))
            .filter_map(|object| object_crate(object))
            .collect();
        let mut objects = Self { standard, crates, own, copies, shown: BTreeMap::new() };
        for function in functions.iter().filter(|function| !function.private) {
            if let Some(name) = objects.dependency(function) {
                objects.shown.entry(function.name).or_insert(name);
            }
        }
        objects
    }

    /// The crate of a function's object, unless that is the executable or the standard library.
    fn dependency(&self, function: &Function<'a>) -> Option<&'a str> {
        let object = function.object.filter(|object| !self.standard.contains(object))?;
        object_crate(object).filter(|name| self.own.as_deref() != Some(*name))
    }

    fn crate_of(&self, function: &Function<'a>) -> String {
        if !is_rust(function.name) {
            return self.of_c(function.name);
        }
        if function.object.is_some_and(|object| self.standard.contains(object)) && function.name.starts_with("_R") {
            return "std".into();
        }
        if let Some(name) = self.shown.get(function.name) {
            return (*name).to_string();
        }
        let copied = self.copies.get(function.name).is_some_and(|copies| *copies > 1);
        match self.dependency(function) {
            Some(name) if !function.private || copied => name.to_string(),
            _ => self.by_name(function.name),
        }
    }

    fn by_name(&self, name: &str) -> String {
        let path = demangled(name);
        let named = match path.split_once(" as ") {
            Some((of, for_trait)) => Some(head(of)).filter(|name| !name.is_empty()).or_else(|| Some(head(for_trait))),
            None => Some(head(&path)),
        };
        let name = named.unwrap_or_default();
        if name.is_empty() {
            return UNKNOWN.into();
        }
        if STANDARD.contains(&name.as_str()) && !self.crates.contains(name.as_str()) { "std".into() } else { name }
    }

    /// C code that a crate brings carries a versioned prefix, `ring_core_0_17_14_`, so that two
    /// versions can be linked.
    fn of_c(&self, name: &str) -> String {
        let Some(base) = versioned_prefix(name) else { return UNKNOWN.into() };
        let sys = format!("{base}_sys");
        if self.crates.contains(base) {
            return base.to_string();
        }
        let longest =
            self.crates.iter().filter(|known| base.starts_with(&format!("{known}_"))).max_by_key(|known| known.len());
        match longest {
            Some(known) if !self.crates.contains(sys.as_str()) => (*known).to_string(),
            _ => sys,
        }
    }
}

/// `aws_lc` of `aws_lc_0_38_0_SHA256_Init`.
fn versioned_prefix(name: &str) -> Option<&str> {
    let bytes = name.as_bytes();
    let digit = bytes.windows(2).position(|pair| pair[0] == b'_' && pair[1].is_ascii_digit())?;
    let parts: Vec<&str> = name.get(digit + 1..)?.splitn(4, '_').collect();
    let version =
        parts.len() == 4 && parts[..3].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    version.then(|| &name[..digit]).filter(|base| !base.is_empty())
}

fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// The crate that a demangled path begins with.
fn head(path: &str) -> String {
    if !path.contains("::") {
        return String::new();
    }
    let first = path.split("::").next().unwrap_or_default();
    if !first.starts_with('<') {
        return first.to_string();
    }
    let inner = first.trim_start_matches('<').trim_start_matches('&');
    inner.split_whitespace().last().unwrap_or_default().trim_start_matches(['(', '[', '*', '&']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_prefixes() {
        assert_eq!(head("<alloc::vec::Vec<T> as core::fmt::Debug>::fmt"), "alloc");
        assert_eq!(head("<&mut tokio::task::X>::f"), "tokio");
        assert_eq!(versioned_prefix("ring_core_0_17_14__x25519"), Some("ring_core"));
        assert_eq!(versioned_prefix("aws_lc_0_38_0_SHA256_Init"), Some("aws_lc"));
        assert_eq!(versioned_prefix("memcpy_2_x"), None);
        assert_eq!(object_crate("tokio.8e1f-cgu.07"), Some("tokio"));
        assert_eq!(object_crate("bcm.c"), None);
    }

    #[test]
    fn malformed_files_say_nothing() {
        assert_eq!(crate_sizes(b"\x7fELF\x02\x01\x01"), None);
        assert_eq!(crate_sizes(&[0; 64]), None);
    }
}

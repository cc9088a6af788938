//! Go executables: what the build put into them. They keep their function table even when symbols
//! are stripped, because the runtime itself needs it for stack traces.
//!
//! Formats: `debug/buildinfo` and `internal/abi/symtab.go` of the Go distribution; the table's
//! layout changed with Go 1.16, 1.18 and 1.20, and its first four bytes say which one it is.

use std::collections::BTreeMap;

use goblin::elf::Elf;
use goblin::elf::program_header::{PF_W, PT_LOAD};

use super::{File, string_at};
use crate::lang::native::NativeFacts;

/// Go puts this at the start of its data, 16 bytes aligned; its own reader looks this far.
const MAGIC: &[u8] = b"\xff Go buildinf:";
const REACH: u64 = 64 << 10;
/// The list of modules stands between marks of this length.
const MARK: usize = 16;
/// Functions beyond this are not read; the largest known executables have a few hundred thousand.
const MOST_FUNCTIONS: u64 = 4_000_000;

/// What a Go executable says of its build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoBuild {
    /// The toolchain, such as `go1.23.1`; empty when it does not say.
    pub version: String,
    /// Modules with their versions, the main one first; replaced ones as what replaces them.
    pub modules: Vec<(String, String)>,
}

/// Machine code of a Go executable by package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoSizes {
    /// Bytes by import path; `main` for the main package.
    pub packages: BTreeMap<String, u64>,
    /// What it says of its build.
    pub build: GoBuild,
}

/// Attributes the code of a Go executable; `None` when it is none or its function table cannot be
/// read.
#[must_use]
pub fn go_sizes(bytes: &[u8]) -> Option<GoSizes> {
    let header = Elf::parse_header(bytes).ok()?;
    let (container, endian) = (header.container().ok()?, header.endianness().ok()?);
    // Lambda's machines are little-endian with 64-bit pointers.
    if !endian.is_little() || !container.is_big() {
        return None;
    }
    let file = File::new(bytes, header, goblin::container::Ctx::new(container, endian), &mut NativeFacts::default());
    let build = build(&file)?;
    let packages = Table::find(&file)?.packages();
    (!packages.is_empty()).then_some(GoSizes { packages, build })
}

/// The build information, wherever it stands.
pub(super) fn build(file: &File<'_>) -> Option<GoBuild> {
    let section = file.sections.iter().find(|section| file.section_name(section) == ".go.buildinfo");
    let section = section.map(|section| file.section_bytes(section));
    let writable = |segment: &&goblin::elf::ProgramHeader| segment.p_type == PT_LOAD && segment.p_flags & PF_W != 0;
    let data = file.segments.iter().find(writable);
    let data = data.map(|segment| file.part(segment.p_offset, segment.p_filesz.min(REACH)));
    let info = [section, data].into_iter().flatten().find_map(|bytes| {
        let starts = (0..bytes.len()).step_by(16);
        starts.map(|at| &bytes[at..]).find(|rest| rest.starts_with(MAGIC))
    })?;
    // Since Go 1.18 the texts stand inline; before, behind pointers, which are not followed.
    let inline = info.get(15).is_some_and(|flags| flags & 2 != 0);
    if !inline {
        return Some(GoBuild::default());
    }
    let (version, rest) = text(info.get(32..).unwrap_or_default()).unwrap_or_default();
    let (modules, _) = text(rest).unwrap_or_default();
    let modules = modules.get(MARK..modules.len().saturating_sub(MARK)).unwrap_or_default();
    Some(GoBuild { version: string_at(version, 0).unwrap_or_default(), modules: modules_of(modules) })
}

/// A text behind its length as a variable-length number, and what follows it.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut len = 0usize;
    for (at, byte) in bytes.iter().take(4).enumerate() {
        len |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return bytes.get(at + 1..)?.split_at_checked(len);
        }
    }
    None
}

/// `mod` and `dep` lines with path and version; `=>` replaces the line before.
fn modules_of(text: &[u8]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in String::from_utf8_lossy(text).lines() {
        let mut parts = line.split('\t');
        let kind = parts.next().unwrap_or_default();
        let (Some(path), version) = (parts.next(), parts.next().unwrap_or_default()) else { continue };
        match kind {
            "mod" | "dep" => found.push((path.to_owned(), version.to_owned())),
            // Symbols keep the path that the code imports: only the version is the other's.
            "=>" => found.iter_mut().last().into_iter().for_each(|last| last.1 = version.to_owned()),
            _ => {}
        }
    }
    found
}

/// Where the parts of the function table are.
struct Table<'a> {
    bytes: &'a [u8],
    /// Start of the names.
    names: u64,
    /// Start of the entries: pairs of a place in the code and of a function's record.
    entries: u64,
    functions: u64,
    /// Bytes of a number in an entry.
    width: u64,
    /// Bytes of the address that a function's record begins with.
    address: u64,
    /// What the places of records are relative to.
    records: u64,
}

impl<'a> Table<'a> {
    fn find(file: &File<'a>) -> Option<Self> {
        let named = |section: &&goblin::elf::SectionHeader| file.section_name(section).ends_with(".gopclntab");
        if let Some(section) = file.sections.iter().find(named) {
            return Self::read(file.section_bytes(section));
        }
        let segments = file.segments.iter().filter(|segment| segment.p_type == PT_LOAD);
        segments.map(|segment| file.part(segment.p_offset, segment.p_filesz)).find_map(|bytes| {
            let starts = (0..bytes.len()).step_by(16).map(|at| &bytes[at..]);
            starts
                .filter(|rest| rest.first().is_some_and(|byte| matches!(byte, 0xf0 | 0xf1 | 0xfa | 0xfb)))
                .find_map(Self::read)
        })
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let head = bytes.get(..8)?;
        let pointer = u64::from(head[7]);
        let plausible = head[4] == 0 && head[5] == 0 && matches!(head[6], 1 | 2 | 4) && pointer == 8;
        if !plausible {
            return None;
        }
        let word = |index: u64| number(bytes, 8 + index * pointer, pointer);
        let functions = word(0)?;
        let table = match u32::from_le_bytes([head[0], head[1], head[2], head[3]]) {
            // Go 1.20 and 1.18: places relative to the start of the code.
            0xffff_fff1 | 0xffff_fff0 => {
                Self { bytes, names: word(3)?, entries: word(7)?, functions, width: 4, address: 4, records: word(7)? }
            }
            // Go 1.16.
            0xffff_fffa => Self {
                bytes,
                names: word(2)?,
                entries: word(6)?,
                functions,
                width: pointer,
                address: pointer,
                records: word(6)?,
            },
            // Go 1.2.
            0xffff_fffb => {
                Self { bytes, names: 0, entries: 8 + pointer, functions, width: pointer, address: pointer, records: 0 }
            }
            _ => return None,
        };
        (functions > 0 && functions <= MOST_FUNCTIONS).then_some(table)
    }

    /// Bytes of code by package. A function ends where the next begins.
    fn packages(&self) -> BTreeMap<String, u64> {
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for at in 0..self.functions {
            let Some((package, bytes)) = self.function(at) else { break };
            if let Some(sum) = found.get_mut(package) {
                *sum = sum.saturating_add(bytes);
            } else {
                found.insert(package.to_owned(), bytes);
            }
        }
        let plain = |(name, bytes): (String, u64)| (unescaped(&name), bytes);
        found.into_iter().map(plain).collect()
    }

    fn function(&self, index: u64) -> Option<(&'a str, u64)> {
        let entry = self.entries.checked_add(index * 2 * self.width)?;
        let start = number(self.bytes, entry, self.width)?;
        let record = number(self.bytes, entry + self.width, self.width)?;
        let end = number(self.bytes, entry + 2 * self.width, self.width)?;
        let name = self.records.checked_add(record)?.checked_add(self.address)?;
        let name = self.names.checked_add(number(self.bytes, name, 4)?)?;
        let rest = self.bytes.get(usize::try_from(name).ok()?..)?;
        let rest = &rest[..rest.len().min(super::NAME_BYTES)];
        let name = rest.split(|byte| *byte == 0).next().unwrap_or_default();
        Some((package_of(std::str::from_utf8(name).unwrap_or_default()), end.saturating_sub(start)))
    }
}

/// A number of four or eight bytes.
fn number(bytes: &[u8], at: u64, width: u64) -> Option<u64> {
    let at = usize::try_from(at).ok()?;
    let found = bytes.get(at..at.checked_add(usize::try_from(width).ok()?)?)?;
    Some(found.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// The import path in a symbol such as `example.com/a/b%2ev2.(*T).M` or `type:.eq.net/http.T`;
/// `runtime` for what the toolchain adds without a package.
fn package_of(symbol: &str) -> &str {
    let generated = ["type:.eq.", "type:.hash.", "type..eq.", "type..hash."];
    let symbol = generated.iter().find_map(|start| symbol.strip_prefix(start)).unwrap_or(symbol);
    // Type arguments have paths of their own.
    let plain = symbol.split(['[', '{', '(']).next().unwrap_or_default();
    let last = plain.rfind('/').map_or(0, |at| at + 1);
    match plain[last..].find('.') {
        Some(dot) if dot > 0 && !plain.starts_with("go:") => &plain[..last + dot],
        _ => "runtime",
    }
}

/// Dots in the last part of an import path are written `%2e`.
fn unescaped(path: &str) -> String {
    let plain = |c: char| if c.is_control() { '?' } else { c };
    path.replace("%2e", ".").replace("%22", "\"").chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_name_their_package() {
        for (symbol, package) in [
            ("main.main", "main"),
            ("net/http.(*Server).Serve", "net/http"),
            ("gopkg.in/yaml%2ev3.yaml_emit", "gopkg.in/yaml%2ev3"),
            ("slices.SortFunc[go.shape.[]example.com/a.T]", "slices"),
            ("example.com/a/b.(*T[go.shape.int]).M", "example.com/a/b"),
            ("type:.eq.net/http.http2frame", "net/http"),
            ("go:buildid", "runtime"),
            ("_rt0_amd64_linux", "runtime"),
        ] {
            assert_eq!(package_of(symbol), package, "{symbol}");
        }
        assert_eq!(unescaped("gopkg.in/yaml%2ev3"), "gopkg.in/yaml.v3");
    }

    #[test]
    fn modules_are_listed_with_replacements() {
        let text =
            b"path\ta/cmd\nmod\ta\t(devel)\t\ndep\tb\tv1.2.3\th1:x\ndep\tc\tv1.0.0\n=>\t./c\t\nbuild\t-ldflags=x\n";
        let expected = [("a", "(devel)"), ("b", "v1.2.3"), ("c", "")];
        assert_eq!(modules_of(text), expected.map(|(path, version)| (path.to_owned(), version.to_owned())));
    }

    /// A table as Go 1.20 writes it, for functions given by name and size.
    fn table(functions: &[(&str, u32)]) -> Vec<u8> {
        let names_at = 8 + 8 * 8;
        let mut names = Vec::new();
        let mut entries = Vec::new();
        let mut records = Vec::new();
        let record_at = 8 * functions.len() + 4;
        let mut code = 0u32;
        for (name, size) in functions {
            entries.extend(code.to_le_bytes());
            entries.extend(((record_at + records.len()) as u32).to_le_bytes());
            records.extend(code.to_le_bytes());
            records.extend((names.len() as u32).to_le_bytes());
            names.extend(name.bytes().chain([0]));
            code += size;
        }
        entries.extend(code.to_le_bytes());
        let mut bytes = vec![0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8];
        let entries_at = names_at + names.len();
        for word in [functions.len(), 0, 0, names_at, 0, 0, 0, entries_at] {
            bytes.extend((word as u64).to_le_bytes());
        }
        bytes.extend([names, entries, records].concat());
        bytes
    }

    #[test]
    fn code_is_summed_by_package() {
        let bytes = table(&[("main.main", 16), ("net/http.Get", 32), ("net/http.(*C).Do", 64)]);
        let found = Table::read(&bytes).map(|table| table.packages()).unwrap_or_default();
        assert_eq!(found, BTreeMap::from([("main".to_owned(), 16), ("net/http".to_owned(), 96)]));
    }

    #[test]
    fn cut_and_lying_tables_say_less() {
        let bytes = table(&[("main.main", 16), ("net/http.Get", 32)]);
        for len in 0..bytes.len() {
            let found = Table::read(&bytes[..len]).map(|table| table.packages()).unwrap_or_default();
            assert!(found.len() <= 2);
        }
        let mut lying = bytes;
        lying[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(Table::read(&lying).is_none());
        lying[8..16].copy_from_slice(&4_000_000u64.to_le_bytes());
        lying[8 + 56..8 + 64].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(Table::read(&lying).is_some_and(|table| table.packages().is_empty()));
        assert_eq!(go_sizes(&[0; 64]), None);
    }

    #[test]
    fn lengths_are_variable() {
        assert_eq!(text(&[2, b'a', b'b', b'c']), Some((&b"ab"[..], &b"c"[..])));
        let long = [vec![0x80, 1], vec![7; 128]].concat();
        assert_eq!(text(&long).map(|(text, _)| text.len()), Some(128));
        assert_eq!(text(&[9, 1]), None);
    }
}

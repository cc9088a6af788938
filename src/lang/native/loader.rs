//! What dynamic loaders refuse before any code of a file runs, told from the start of the file.

use std::collections::BTreeMap;

use goblin::container::Container;
use goblin::elf::Elf;
use goblin::elf::program_header::{PT_LOAD, ProgramHeader};
use serde::Deserialize;

use super::elf::{ctx_of, is_elf, machine};
use super::facts::{Machine, NativeFacts};
use crate::knowledge;

/// Bytes of a page, which segments must be aligned to. Graviton's kernels on the platform have pages of this size too.
const PAGE: u64 = 4096;
/// Where a Windows executable says where its header is.
const PE_AT: usize = 60;

/// What a file is that something wants to load or run, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An ELF file, as Linux wants it.
    Elf,
    /// For macOS.
    MachO,
    /// For Windows.
    Windows,
    /// Text that begins with `#!`.
    Script,
    /// What stands in for a large file in a checkout without Git LFS.
    LfsPointer,
    /// Other text.
    Text,
    /// An archive.
    Archive,
    /// Nothing at all.
    Empty,
    /// Something else.
    Other,
}

impl Format {
    /// Tells a file by its first bytes; a few hundred are enough.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        const MACH_O: [&[u8]; 5] = [
            b"\xcf\xfa\xed\xfe",
            b"\xce\xfa\xed\xfe",
            b"\xfe\xed\xfa\xcf",
            b"\xfe\xed\xfa\xce",
            // Several architectures in one file; a Java class begins alike and has a higher number behind it.
            b"\xca\xfe\xba\xbe\0\0\0",
        ];
        const ARCHIVES: [&[u8]; 5] = [b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"!<arch>"];
        let starts = |magics: &[&[u8]]| magics.iter().any(|magic| head.starts_with(magic));
        if is_elf(head) {
            return Self::Elf;
        }
        if starts(&MACH_O) && head.get(7).is_none_or(|count| *count < 40) {
            return Self::MachO;
        }
        if head.starts_with(b"MZ") && is_windows(head) {
            return Self::Windows;
        }
        if head.starts_with(b"#!") {
            return Self::Script;
        }
        if head.starts_with(b"version https://git-lfs") {
            return Self::LfsPointer;
        }
        if starts(&ARCHIVES) {
            return Self::Archive;
        }
        match head {
            [] => Self::Empty,
            text if !text.contains(&0) && is_text(text) => Self::Text,
            _ => Self::Other,
        }
    }

    /// What it is, for people.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Elf => "an ELF file",
            Self::MachO => "a macOS file (Mach-O)",
            Self::Windows => "a Windows file (PE)",
            Self::Script => "a script",
            Self::LfsPointer => "a Git LFS pointer in place of the file",
            Self::Text => "a text file",
            Self::Archive => "an archive",
            Self::Empty => "an empty file",
            Self::Other => "no ELF file",
        }
    }
}

/// Whether the header of a Windows executable stands where it must; one that lies behind the start cannot be seen.
fn is_windows(head: &[u8]) -> bool {
    let at = head.get(PE_AT..PE_AT + 4).and_then(|at| at.try_into().ok()).map(u32::from_le_bytes);
    let Some(at) = at.and_then(|at| usize::try_from(at).ok()) else { return false };
    head.get(at..).is_none_or(|header| header.is_empty() || header.starts_with(b"PE\0\0"))
}

fn is_text(head: &[u8]) -> bool {
    let cut_off = |error: std::str::Utf8Error| error.error_len().is_none();
    std::str::from_utf8(head).map_or_else(cut_off, |_| true)
}

/// What the headers of an ELF file say to a loader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadHeader {
    /// Instruction set.
    pub machine: Machine,
    /// 32 or 64.
    pub bits: u8,
    /// What makes loaders refuse it; nothing is said where the table of its segments was not seen.
    pub damage: Option<Damage>,
}

/// Why a loader refuses an ELF file of the right machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// The header itself is cut off or contradicts itself.
    Header,
    /// The file ends before its segments do.
    Truncated,
    /// A segment's address and its place in the file do not fit the alignment that it states.
    Misaligned,
}

impl Damage {
    /// What is wrong, for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Header => "its ELF header is damaged",
            Self::Truncated => "the file ends before its segments do",
            Self::Misaligned => "its segments are not aligned to pages any more",
        }
    }
}

/// Where the table of segments is in an ELF file, and how long: `patchelf` puts it behind everything else. `None` for
/// other files, and where the header says nothing sensible.
#[must_use]
pub fn segment_table(head: &[u8]) -> Option<(u64, u64)> {
    if !is_elf(head) {
        return None;
    }
    let header = Elf::parse_header(head).ok()?;
    Some((header.e_phoff, u64::from(header.e_phnum) * u64::from(header.e_phentsize)))
}

/// Reads the headers of an ELF file of `bytes` bytes, of which the start is given and, where that could be had, its
/// table of segments. `None` for other files.
///
/// glibc refuses a segment whose alignment is no multiple of a page, and one whose address and offset differ by no
/// multiple of its alignment (`elf/dl-load.c` up to 2.34, "ELF load command address/offset not properly aligned").
#[must_use]
pub fn load_header(head: &[u8], table: Option<&[u8]>, bytes: u64) -> Option<LoadHeader> {
    if !is_elf(head) {
        return None;
    }
    let mut found = LoadHeader { machine: Machine::default(), bits: 0, damage: Some(Damage::Header) };
    let Ok(header) = Elf::parse_header(head) else { return Some(found) };
    found.machine = machine(header.e_machine);
    let Some(ctx) = ctx_of(&header) else { return Some(found) };
    found.bits = if ctx.container == Container::Big { 64 } else { 32 };
    found.damage = None;
    let (start, length) = segment_table(head)?;
    if start.saturating_add(length) > bytes {
        found.damage = Some(Damage::Truncated);
    } else if let Some(table) = table
        && let Ok(segments) = ProgramHeader::parse(table, 0, header.e_phnum.into(), ctx)
    {
        let loaded = segments.iter().filter(|segment| segment.p_type == PT_LOAD);
        found.damage = loaded.filter_map(|segment| damage_of(segment, bytes)).min();
    }
    Some(found)
}

/// A process that loads native files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its instruction set.
    pub machine: Machine,
    /// The `NODE_MODULE_VERSION` of addons that it takes; `None` outside Node, and where that is not known.
    pub node_abi: Option<u32>,
}

/// Why a process cannot load a native file, whatever else is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no ELF file.
    Format(Format),
    /// It is for another instruction set.
    Machine,
    /// It is linked against musl, and the process against glibc.
    CLibrary,
    /// It is damaged.
    Damage(Damage),
    /// It is an addon for another version of Node.
    NodeAbi(u32),
}

impl Refusal {
    /// Judges a file by its start and its headers.
    #[must_use]
    pub fn by_header(format: Format, header: Option<&LoadHeader>, host: Host) -> Option<Self> {
        let Some(header) = header else { return Some(Self::Format(format)) };
        if header.machine != host.machine || header.bits == 32 {
            return Some(if header.damage == Some(Damage::Header) {
                Self::Damage(Damage::Header)
            } else {
                Self::Machine
            });
        }
        header.damage.map(Self::Damage)
    }

    /// Judges a file by what it says in full.
    #[must_use]
    pub fn by_facts(facts: &NativeFacts, host: Host) -> Option<Self> {
        if facts.needed.iter().any(|library| is_musl(library)) {
            return Some(Self::CLibrary);
        }
        let abi = facts.node_abi.filter(|_| !facts.node_api);
        let other = abi.zip(host.node_abi).filter(|(abi, wanted)| abi != wanted);
        other.map(|(abi, _)| Self::NodeAbi(abi))
    }

    /// What a loader says, and what that means.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Format(Format::Empty) => "file too short: it is empty".to_owned(),
            Self::Format(format) => format!("invalid ELF header: it is {}", format.noun()),
            Self::Machine => "it is built for another instruction set".to_owned(),
            Self::CLibrary => "it is linked against musl (Alpine), and the runtime has glibc".to_owned(),
            Self::Damage(damage) => damage.text().to_owned(),
            Self::NodeAbi(abi) => format!("it was compiled for another version of Node (NODE_MODULE_VERSION {abi})"),
        }
    }
}

/// Whether a library is musl's C library, by its name: `libc.musl-x86_64.so.1` on Alpine, `libc.so` by other linkers.
#[must_use]
pub fn is_musl(library: &str) -> bool {
    library == "libc.so" || library.starts_with("libc.musl-") || library.starts_with("ld-musl-")
}

/// The `NODE_MODULE_VERSION` of a major version of Node, where it is known.
#[must_use]
pub fn node_abi(major: u16) -> Option<u32> {
    LOADER.node_abi.get(&major.to_string()).copied()
}

/// Whether a file in a folder says that what is deployed is built from it.
#[must_use]
pub fn is_built_from(name: &str) -> bool {
    LOADER.sources.names.iter().any(|pattern| crate::text::matches(pattern, name))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Loader {
    node_abi: BTreeMap<String, u32>,
    sources: BuildFiles,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BuildFiles {
    names: Vec<String>,
}

knowledge::table! {
    static LOADER: Loader = "native/loader.toml", tested by the_table_of_loaders_reads;
}

fn damage_of(segment: &ProgramHeader, bytes: u64) -> Option<Damage> {
    if segment.p_offset.saturating_add(segment.p_filesz) > bytes {
        return Some(Damage::Truncated);
    }
    let align = segment.p_align.max(1);
    let skew = segment.p_vaddr.wrapping_sub(segment.p_offset);
    let fits = segment.p_align & (PAGE - 1) == 0 && skew & (align - 1) == 0;
    (!fits).then_some(Damage::Misaligned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_start() {
        assert_eq!(Format::of(b"\xcf\xfa\xed\xfe\x0c\0\0\x01"), Format::MachO);
        assert_eq!(Format::of(b"\xca\xfe\xba\xbe\0\0\0\x02"), Format::MachO);
        assert_eq!(Format::of(b"\xca\xfe\xba\xbe\0\0\0\x34"), Format::Other);
        assert_eq!(Format::of(&[b"MZ".as_slice(), &[0; 58], &[64, 0, 0, 0], b"PE\0\0"].concat()), Format::Windows);
        assert_eq!(Format::of(b"#!/bin/sh\n"), Format::Script);
        assert_eq!(Format::of(b"version https://git-lfs.github.com/spec/v1\n"), Format::LfsPointer);
        assert_eq!(Format::of(b"hello"), Format::Text);
        assert_eq!(Format::of(b""), Format::Empty);
        assert_eq!(Format::of(&[0, 1, 2]), Format::Other);
    }

    #[test]
    fn segments_that_loaders_refuse() {
        let segment = |p_offset, p_vaddr, p_align| ProgramHeader {
            p_type: PT_LOAD,
            p_offset,
            p_vaddr,
            p_filesz: 10,
            p_align,
            ..ProgramHeader::default()
        };
        assert_eq!(damage_of(&segment(0x1000, 0x20_1000, 0x1000), 0x2000), None);
        assert_eq!(damage_of(&segment(0x1000, 0x20_1000, 0x20_0000), 0x2000), None);
        assert_eq!(damage_of(&segment(0x1010, 0x20_1000, 0x1000), 0x2000), Some(Damage::Misaligned));
        assert_eq!(damage_of(&segment(0x1000, 0x20_1000, 8), 0x2000), Some(Damage::Misaligned));
        assert_eq!(damage_of(&segment(0x1000, 0x20_1000, 0x1000), 0x1004), Some(Damage::Truncated));
    }
}

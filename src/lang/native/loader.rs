//! What dynamic loaders refuse before any code of a file runs, told from the start of the file.

use goblin::container::Container;
use goblin::elf::Elf;
use goblin::elf::program_header::{PT_INTERP, PT_LOAD, ProgramHeader};

use super::elf::{ctx_of, is_elf, machine};
use super::facts::Machine;

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
    /// Whether it asks for a dynamic loader.
    pub has_interpreter: bool,
    /// What makes loaders refuse it.
    pub damage: Option<Damage>,
    /// Whether the table of its segments was seen; without it nothing is said of damage.
    pub is_whole: bool,
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

/// Reads the headers at the start of an ELF file of `bytes` bytes. `None` for other files.
///
/// glibc refuses a segment whose alignment is no multiple of a page, and one whose address and offset differ by no
/// multiple of its alignment (`elf/dl-load.c` up to 2.34, "ELF load command address/offset not properly aligned").
#[must_use]
pub fn load_header(head: &[u8], bytes: u64) -> Option<LoadHeader> {
    if !is_elf(head) {
        return None;
    }
    let broken = |machine| LoadHeader {
        machine,
        bits: 0,
        has_interpreter: false,
        damage: Some(Damage::Header),
        is_whole: false,
    };
    let Ok(header) = Elf::parse_header(head) else { return Some(broken(Machine::default())) };
    let machine = machine(header.e_machine);
    let Some(ctx) = ctx_of(&header) else { return Some(broken(machine)) };
    let bits = if ctx.container == Container::Big { 64 } else { 32 };
    let mut found = LoadHeader { machine, bits, has_interpreter: false, damage: None, is_whole: false };
    let table = u64::from(header.e_phnum) * u64::from(header.e_phentsize);
    let end = header.e_phoff.saturating_add(table);
    if end > bytes {
        found.damage = Some(Damage::Truncated);
        return Some(found);
    }
    let start = usize::try_from(header.e_phoff).unwrap_or(usize::MAX);
    if end > head.len() as u64 {
        return Some(found);
    }
    let Ok(segments) = ProgramHeader::parse(head, start, header.e_phnum.into(), ctx) else { return Some(found) };
    found.is_whole = true;
    found.has_interpreter = segments.iter().any(|segment| segment.p_type == PT_INTERP);
    let loaded = segments.iter().filter(|segment| segment.p_type == PT_LOAD);
    found.damage = loaded.filter_map(|segment| damage_of(segment, bytes)).min();
    Some(found)
}

/// Where the table of segments is, for files that have it behind their start (`patchelf` puts it at the end).
#[must_use]
pub fn segment_table(head: &[u8]) -> Option<(u64, u64)> {
    let header = Elf::parse_header(head).ok()?;
    Some((header.e_phoff, u64::from(header.e_phnum) * u64::from(header.e_phentsize)))
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

//! ELF bytes to facts. Headers are read through goblin's parts and not its whole-file parser,
//! which indexes every symbol name and gives up at the first contradiction.

mod dynamic;
mod go;
mod notes;
mod parts;

pub use go::{GoBuild, GoSizes, go_sizes};
pub use parts::read_parts;

use goblin::container::{Container, Ctx};
use goblin::elf::Elf;
use goblin::elf::header::{self, Header};
use goblin::elf::program_header::{self as segment, PF_X, ProgramHeader};
use goblin::elf::section_header::{self as section, SHF_ALLOC, SectionHeader};
use goblin::elf::sym::{self, Symtab};

use super::facts::{ElfKind, Machine, NativeFacts, SectionSize, VersionNeed};

/// Names longer than this are cut; the longest of real libraries have a few hundred bytes.
const NAME_BYTES: usize = 4096;
/// What an addon exports that uses Node's stable interface (`NAPI_MODULE_INIT`).
const NODE_API: &[u8] = b"napi_register_module_v";
/// What one exports that is tied to a version of it, whose number follows (`NODE_MODULE_INIT`).
const NODE_MODULE: &[u8] = b"node_register_module_v";
/// Versions and module names beyond this are not listed.
const LISTED: usize = 4096;

/// Whether bytes start like an ELF file.
#[must_use]
pub fn is_elf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x7fELF")
}

/// Reads an ELF file. Contradictions inside cost the facts concerned and are listed as problems.
///
/// # Errors
/// Why it is not an ELF file at all, for people.
pub fn read(bytes: &[u8]) -> Result<NativeFacts, String> {
    if !is_elf(bytes) {
        return Err("not an ELF file".to_owned());
    }
    let header = Elf::parse_header(bytes).map_err(|_| "its ELF header is cut off".to_owned())?;
    let Some(ctx) = ctx_of(&header) else {
        return Err("its ELF header has an unknown class or byte order".to_owned());
    };
    let mut facts = NativeFacts {
        bytes: bytes.len() as u64,
        machine: machine(header.e_machine),
        bits: if ctx.container == Container::Big { 64 } else { 32 },
        little_endian: ctx.le.is_little(),
        ..NativeFacts::default()
    };
    let file = File::new(bytes, header, ctx, &mut facts);
    file.read_segments(&mut facts);
    file.read_sections(&mut facts);
    dynamic::read(&file, &mut facts);
    facts.kind = file.kind(&facts);
    notes::read(&file, &mut facts);
    Ok(facts)
}

/// Bytes of a file that are not mapped when it is loaded, but for the section headers: what
/// `strip` removes, give or take a few hundred bytes of names and notes. Tells it from the start of
/// the file; `None` where `head` does not hold the program headers, or where the section headers
/// do not end the file, so that something else may stand there.
#[must_use]
pub fn unmapped_bytes(head: &[u8], file_bytes: u64) -> Option<u64> {
    if !is_elf(head) {
        return None;
    }
    let header = Elf::parse_header(head).ok()?;
    let ctx = ctx_of(&header)?;
    let start = usize::try_from(header.e_phoff).ok()?;
    let segments = ProgramHeader::parse(head, start, header.e_phnum.into(), ctx).ok()?;
    let loaded = segments.iter().filter(|segment| segment.p_type == segment::PT_LOAD);
    let end = loaded.map(|segment| segment.p_offset.saturating_add(segment.p_filesz)).max()?;
    let table = u64::from(header.e_shnum) * u64::from(header.e_shentsize);
    let ends = header.e_shoff.checked_add(table) == Some(file_bytes);
    (ends && table > 0).then(|| header.e_shoff.saturating_sub(end))
}

pub(super) fn ctx_of(header: &Header) -> Option<Ctx> {
    Some(Ctx::new(header.container().ok()?, header.endianness().ok()?))
}

pub(super) fn machine(number: u16) -> Machine {
    match number {
        header::EM_X86_64 => Machine::X86_64,
        header::EM_AARCH64 => Machine::Aarch64,
        other => Machine::Other(other),
    }
}

/// An ELF file with its tables of segments and sections.
struct File<'a> {
    bytes: &'a [u8],
    header: Header,
    ctx: Ctx,
    segments: Vec<ProgramHeader>,
    sections: Vec<SectionHeader>,
}

impl<'a> File<'a> {
    fn new(bytes: &'a [u8], header: Header, ctx: Ctx, facts: &mut NativeFacts) -> Self {
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let segments = at(header.e_phoff);
        let segments = ProgramHeader::parse(bytes, segments, header.e_phnum.into(), ctx);
        if segments.is_err() {
            facts.problems.push("its segment table is cut off".to_owned());
        }
        let sections = at(header.e_shoff);
        let sections = SectionHeader::parse(bytes, sections, header.e_shnum.into(), ctx);
        if sections.is_err() {
            facts.problems.push("its section table is cut off".to_owned());
        }
        Self { bytes, header, ctx, segments: segments.unwrap_or_default(), sections: sections.unwrap_or_default() }
    }

    /// A part of the file, cut to what is there.
    fn part(&self, offset: u64, len: u64) -> &'a [u8] {
        let all = self.bytes.len() as u64;
        let start = offset.min(all);
        let end = offset.saturating_add(len).min(all);
        // Both are at most the length of a slice.
        &self.bytes[start as usize..end as usize]
    }

    /// A part of the file by the address that it is loaded at, cut to its segment.
    fn loaded(&self, address: u64, len: u64) -> &'a [u8] {
        let segment = self.segments.iter().find(|segment| {
            segment.p_type == segment::PT_LOAD
                && address.checked_sub(segment.p_vaddr).is_some_and(|into| into < segment.p_filesz)
        });
        segment.map_or(&[], |segment| {
            let into = address - segment.p_vaddr;
            let len = len.min(segment.p_filesz - into);
            self.part(segment.p_offset.saturating_add(into), len)
        })
    }

    fn section_bytes(&self, section: &SectionHeader) -> &'a [u8] {
        if section.sh_type == section::SHT_NOBITS {
            return &[];
        }
        self.part(section.sh_offset, section.sh_size)
    }

    fn section_name(&self, section: &SectionHeader) -> String {
        let names = self.sections.get(usize::from(self.header.e_shstrndx));
        let names = names.map_or(&[][..], |names| self.section_bytes(names));
        string_at(names, section.sh_name as u64).unwrap_or_default()
    }

    /// The section that another one's `sh_link` names.
    fn linked(&self, section: &SectionHeader) -> &'a [u8] {
        self.sections.get(section.sh_link as usize).map_or(&[], |linked| self.section_bytes(linked))
    }

    fn read_segments(&self, facts: &mut NativeFacts) {
        for segment in &self.segments {
            let content = self.part(segment.p_offset, segment.p_filesz);
            let bytes = content.len() as u64;
            match segment.p_type {
                segment::PT_LOAD => {
                    facts.mapped_bytes = facts.mapped_bytes.saturating_add(bytes);
                    if segment.p_flags & PF_X != 0 {
                        facts.code_bytes = facts.code_bytes.saturating_add(bytes);
                    }
                    if bytes < segment.p_filesz {
                        facts.problems.push("the file ends before its segments do".to_owned());
                    }
                }
                segment::PT_INTERP => facts.interpreter = string_at(content, 0),
                _ => {}
            }
        }
        facts.problems.dedup();
    }

    fn read_sections(&self, facts: &mut NativeFacts) {
        for section in self.sections.iter().skip(1) {
            let bytes = self.section_bytes(section).len() as u64;
            let name = self.section_name(section);
            let is_debug = name.starts_with(".debug_") || name.starts_with(".zdebug_");
            if is_debug {
                facts.debug_bytes = facts.debug_bytes.saturating_add(bytes);
            }
            match section.sh_type {
                section::SHT_SYMTAB => {
                    let names = self.linked(section).len() as u64;
                    facts.symbol_bytes = facts.symbol_bytes.saturating_add(bytes + names);
                }
                section::SHT_DYNSYM => self.read_exports(section, facts),
                _ => {}
            }
            if bytes > 0 && facts.sections.len() < LISTED {
                let loaded = section.sh_flags & u64::from(SHF_ALLOC) != 0;
                facts.sections.push(SectionSize { name, bytes, loaded });
            }
        }
        facts.sections.sort_by(|a, b| (b.bytes, &a.name).cmp(&(a.bytes, &b.name)));
        self.read_versions(facts);
    }

    /// Exported functions that Python and Node call to load the file as a module.
    fn read_exports(&self, section: &SectionHeader, facts: &mut NativeFacts) {
        let table = self.section_bytes(section);
        let names = self.linked(section);
        let count = table.len() / sym::Sym::size(self.ctx.container);
        let Ok(symbols) = Symtab::parse(table, 0, count, self.ctx) else {
            return;
        };
        for symbol in symbols.iter() {
            let at = symbol.st_name.min(names.len());
            let defined = symbol.st_shndx != 0;
            if !defined {
                continue;
            }
            let rest = &names[at..];
            if rest.starts_with(NODE_API) {
                facts.node_api = true;
            } else if rest.starts_with(NODE_MODULE) {
                let number = string_at(names, (at + NODE_MODULE.len()) as u64);
                facts.node_abi = number.and_then(|number| number.parse().ok()).or(facts.node_abi);
            }
            if !rest.starts_with(b"PyInit_") {
                continue;
            }
            let name = string_at(names, at as u64 + 7).unwrap_or_default();
            if facts.python_modules.len() < LISTED && !facts.python_modules.contains(&name) {
                facts.python_modules.push(name);
            }
        }
        facts.python_modules.sort();
    }

    fn read_versions(&self, facts: &mut NativeFacts) {
        let needs = |section: &&SectionHeader| section.sh_type == section::SHT_GNU_VERNEED;
        let Some(section) = self.sections.iter().find(needs) else {
            return;
        };
        let names = self.linked(section);
        let parsed = goblin::elf::symver::VerneedSection::parse(self.bytes, std::slice::from_ref(section), self.ctx);
        let Ok(Some(libraries)) = parsed else {
            return;
        };
        // Their links may run in circles through the same bytes: what is visited is bounded.
        for library in libraries.iter().take(LISTED) {
            let name = string_at(names, library.vn_file as u64).unwrap_or_default();
            for version in library.iter().take(LISTED - facts.versions.len().min(LISTED)) {
                facts.versions.push(VersionNeed {
                    library: name.clone(),
                    version: string_at(names, version.vna_name as u64).unwrap_or_default(),
                    weak: version.vna_flags & 2 != 0,
                });
            }
        }
        facts.versions.sort();
        facts.versions.dedup();
    }

    fn kind(&self, facts: &NativeFacts) -> ElfKind {
        let loader = facts.interpreter.is_some();
        match self.header.e_type {
            header::ET_EXEC if loader => ElfKind::Executable,
            header::ET_EXEC => ElfKind::Static,
            header::ET_DYN if loader && facts.soname.is_none() => ElfKind::Pie,
            header::ET_DYN if dynamic::is_pie(self) => ElfKind::StaticPie,
            header::ET_DYN => ElfKind::Library,
            _ => ElfKind::Other,
        }
    }
}

/// The text at `offset` of a table up to the next NUL; control characters become `?`.
fn string_at(table: &[u8], offset: u64) -> Option<String> {
    let rest = table.get(usize::try_from(offset).ok()?..)?;
    let rest = &rest[..rest.len().min(NAME_BYTES)];
    let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let text = String::from_utf8_lossy(&rest[..end]);
    let plain = |c: char| if c.is_control() { '?' } else { c };
    Some(text.chars().map(plain).collect())
}

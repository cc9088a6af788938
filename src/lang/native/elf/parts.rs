//! Facts of a library from the parts of its file that say them: most of a file is code.

use std::io;

use goblin::elf::header::{self, Header};
use goblin::elf::program_header::{PT_DYNAMIC, PT_INTERP, PT_NOTE};
use goblin::elf::section_header::{
    SHF_ALLOC, SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_VERNEED, SHT_NOTE, SHT_STRTAB, SectionHeader,
};
use memmap2::MmapMut;

use super::{Elf, File, NativeFacts, ctx_of, is_elf};

/// Bytes at the start that hold the headers of any linker's output.
const HEAD: u64 = 4096;
/// Packed relocations, which goblin has no name for.
const SHT_RELR: u32 = 19;

/// A file that is empty where nobody asked for it. Anonymous maps are what `memmap2` is here for; files are never mapped
/// (see `input::archive`). It is in pages that take memory only once they are written to: those
/// of a vector may be old ones that the allocator has to clear.
struct Sparse<F> {
    bytes: MmapMut,
    fetch: F,
}

impl<F: FnMut(u64, &mut [u8]) -> io::Result<()>> Sparse<F> {
    /// Fills in a part, cut to what is there.
    fn fill(&mut self, offset: u64, len: u64) -> Option<()> {
        let all = self.bytes.len() as u64;
        let (start, end) = (offset.min(all), offset.saturating_add(len).min(all));
        (self.fetch)(start, self.bytes.get_mut(start as usize..end as usize)?).ok()
    }

    fn header(&mut self) -> Option<Header> {
        self.fill(0, HEAD)?;
        if !is_elf(&self.bytes) {
            return None;
        }
        let header = Elf::parse_header(&self.bytes).ok().filter(|header| header.e_type == header::ET_DYN)?;
        self.fill(header.e_phoff, u64::from(header.e_phnum) * u64::from(header.e_phentsize))?;
        self.fill(header.e_shoff, u64::from(header.e_shnum) * u64::from(header.e_shentsize))?;
        Some(header)
    }

    /// Where the facts stand, by segments and by sections.
    fn wanted(&mut self, header: Header) -> Option<Vec<(u64, u64)>> {
        let mut facts = NativeFacts::default();
        let ctx = ctx_of(&header)?;
        let names =
            File::new(&self.bytes, header, ctx, &mut facts).sections.get(usize::from(header.e_shstrndx))?.clone();
        self.fill(names.sh_offset, names.sh_size)?;
        let file = File::new(&self.bytes, header, ctx, &mut facts);
        // Without its sections a file says things where only a whole read finds them.
        file.sections.iter().find(|section| section.sh_type == SHT_DYNSYM).filter(|_| facts.problems.is_empty())?;
        let is_told = |section: &&SectionHeader| match section.sh_type {
            SHT_DYNSYM | SHT_DYNAMIC | SHT_GNU_VERNEED | SHT_NOTE | SHT_RELR => true,
            SHT_STRTAB => section.sh_flags & u64::from(SHF_ALLOC) != 0,
            _ => matches!(&*file.section_name(section), ".interp" | ".comment" | ".go.buildinfo"),
        };
        let sections = file.sections.iter().filter(is_told).map(|section| (section.sh_offset, section.sh_size));
        let segments = file.segments.iter().filter(|part| matches!(part.p_type, PT_DYNAMIC | PT_INTERP | PT_NOTE));
        Some(sections.chain(segments.map(|part| (part.p_offset, part.p_filesz))).collect())
    }
}

/// Reads a shared library of `bytes` bytes by the parts that `fetch` fills in from an offset on. `None`
/// where it must be read as a whole, because it is something else, or its tables do not say enough.
pub fn read_parts(bytes: u64, fetch: impl FnMut(u64, &mut [u8]) -> io::Result<()>) -> Option<NativeFacts> {
    let mut file = Sparse { bytes: MmapMut::map_anon(usize::try_from(bytes).ok()?).ok()?, fetch };
    let header = file.header()?;
    for (offset, len) in file.wanted(header)? {
        file.fill(offset, len)?;
    }
    super::read(&file.bytes).ok()
}

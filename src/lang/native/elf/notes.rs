//! What built the file: build id, compilers, Go, packers.

use goblin::elf::note::{NT_GNU_BUILD_ID, NoteDataIterator};
use goblin::elf::program_header::PT_NOTE;
use goblin::elf::section_header::SHT_NOTE;

use super::{File, string_at};
use crate::lang::native::facts::NativeFacts;

/// A packer's mark stands right behind the segment table.
const PACKER_REACH: u64 = 1024;
/// Compilers beyond this are not listed.
const COMPILERS: usize = 64;
/// Notes beyond this are not looked at.
const NOTES: usize = 256;

pub(super) fn read(file: &File<'_>, facts: &mut NativeFacts) {
    facts.build_id = build_id(file);
    facts.compilers = compilers(file);
    facts.go_version = super::go::build(file).map(|build| build.version);
    let start = file.part(0, PACKER_REACH);
    facts.packer = contains(start, b"UPX!").then(|| "UPX".to_owned());
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn build_id(file: &File<'_>) -> Option<String> {
    let in_segments = file
        .segments
        .iter()
        .filter(|segment| segment.p_type == PT_NOTE)
        .map(|segment| (segment.p_offset, segment.p_filesz, segment.p_align));
    let in_sections = file
        .sections
        .iter()
        .filter(|section| section.sh_type == SHT_NOTE)
        .map(|section| (section.sh_offset, section.sh_size, section.sh_addralign));
    in_segments.chain(in_sections).take(NOTES).find_map(|(offset, size, align)| {
        let data = file.part(offset, size);
        let notes = NoteDataIterator {
            data,
            offset: 0,
            size: data.len(),
            // Anything but these two is a lie, and would make the iterator's sums overflow.
            ctx: (if align == 8 { 8 } else { 4 }, file.ctx),
        };
        notes
            .take(NOTES)
            .map_while(Result::ok)
            .find(|note| note.n_type == NT_GNU_BUILD_ID && note.name.starts_with("GNU"))
            .map(|note| hex(note.desc))
    })
}

fn hex(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(64)];
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn compilers(file: &File<'_>) -> Vec<String> {
    let comment = file.sections.iter().find(|section| file.section_name(section) == ".comment");
    let comment = comment.map_or(&[][..], |section| file.section_bytes(section));
    let mut compilers: Vec<String> = Vec::new();
    for text in comment.split(|byte| *byte == 0).take(COMPILERS) {
        let text = string_at(text, 0).unwrap_or_default();
        if !text.is_empty() && !compilers.contains(&text) {
            compilers.push(text);
        }
    }
    compilers
}

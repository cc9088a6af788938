//! The dynamic section: libraries, search paths, relocations, constructors.

use goblin::elf::dynamic::{self as tag, Dynamic};
use goblin::elf::program_header::PT_DYNAMIC;

use super::{File, LISTED, string_at};
use crate::lang::native::facts::NativeFacts;

/// `DT_RELR` and its size are not among goblin's names.
const DT_RELRSZ: u64 = 35;
const DT_RELR: u64 = 36;
const DT_PREINIT_ARRAYSZ: u64 = 33;

/// Tags and values of the dynamic section, in order.
fn entries(file: &File<'_>) -> Result<Vec<(u64, u64)>, String> {
    let is_dynamic = file.segments.iter().find(|segment| segment.p_type == PT_DYNAMIC);
    // A section larger than any real one is not read: its size is a lie.
    if is_dynamic.is_some_and(|segment| segment.p_filesz > 1 << 20) {
        return Err("its dynamic section is absurdly large".to_owned());
    }
    match Dynamic::parse(file.bytes, &file.segments, file.ctx) {
        Ok(Some(dynamic)) => Ok(dynamic.dyns.iter().map(|dyn_| (dyn_.d_tag, dyn_.d_val)).collect()),
        Ok(None) => Ok(Vec::new()),
        Err(_) => Err("its dynamic section lies outside the file".to_owned()),
    }
}

/// Whether flags say that it is an executable at any address.
pub(super) fn is_pie(file: &File<'_>) -> bool {
    let flag = |(tag, value): &(u64, u64)| *tag == tag::DT_FLAGS_1 && value & tag::DF_1_PIE != 0;
    entries(file).is_ok_and(|entries| entries.iter().any(flag))
}

pub(super) fn read(file: &File<'_>, facts: &mut NativeFacts) {
    let entries = match entries(file) {
        Ok(entries) => entries,
        Err(problem) => return facts.problems.push(problem),
    };
    let table = Table { file, entries: &entries };
    table.read_names(facts);
    table.read_relocations(facts);
    let word = u64::from(facts.bits / 8).max(1);
    let functions = |size: u64| table.value(size).unwrap_or(0).min(facts.bytes) / word;
    facts.constructors = functions(DT_PREINIT_ARRAYSZ) + functions(tag::DT_INIT_ARRAYSZ);
}

struct Table<'f, 'a> {
    file: &'f File<'a>,
    entries: &'f [(u64, u64)],
}

impl Table<'_, '_> {
    fn value(&self, wanted: u64) -> Option<u64> {
        let found = self.entries.iter().find(|(tag, _)| *tag == wanted);
        found.map(|(_, value)| *value)
    }

    fn read_names(&self, facts: &mut NativeFacts) {
        let address = self.value(tag::DT_STRTAB).unwrap_or(0);
        let names = self.file.loaded(address, self.value(tag::DT_STRSZ).unwrap_or(0));
        for (tag, value) in self.entries.iter().take(LISTED) {
            let wanted = matches!(*tag, tag::DT_NEEDED | tag::DT_SONAME | tag::DT_RPATH | tag::DT_RUNPATH);
            if !wanted {
                continue;
            }
            let Some(name) = string_at(names, *value) else {
                facts.problems.push("a name of its dynamic section is missing".to_owned());
                return;
            };
            match *tag {
                tag::DT_NEEDED => facts.needed.push(name),
                tag::DT_SONAME => facts.soname = Some(name),
                _ => facts.run_path.extend(name.split(':').map(str::to_owned)),
            }
        }
    }

    fn read_relocations(&self, facts: &mut NativeFacts) {
        let wide = facts.bits == 64;
        let (rela, rel, word) = if wide { (24, 16, 8) } else { (12, 8, 4) };
        let table = |address: u64, size: u64| {
            let stated = self.value(size).unwrap_or(0);
            let start = self.value(address).unwrap_or(0);
            (start, self.file.loaded(start, stated))
        };
        let (rela_at, rela_table) = table(tag::DT_RELA, tag::DT_RELASZ);
        let (_, rel_table) = table(tag::DT_REL, tag::DT_RELSZ);
        let (plt_at, plt_table) = table(tag::DT_JMPREL, tag::DT_PLTRELSZ);
        let counts = &mut facts.relocations;
        counts.tables = (rela_table.len() / rela + rel_table.len() / rel) as u64;
        let stated = [tag::DT_RELACOUNT, tag::DT_RELCOUNT].map(|count| self.value(count).unwrap_or(0));
        counts.relative = stated[0].saturating_add(stated[1]).min(counts.tables);
        // Some linkers let the first table contain the second.
        let contained = plt_at >= rela_at && plt_at < rela_at.saturating_add(rela_table.len() as u64);
        if !contained {
            let entry = if self.value(tag::DT_PLTREL) == Some(tag::DT_REL) { rel } else { rela };
            counts.plt = (plt_table.len() / entry) as u64;
        }
        let (_, packed) = table(DT_RELR, DT_RELRSZ);
        counts.packed = expanded(packed, word, facts.little_endian);
    }
}

/// How many addresses a `DT_RELR` table stands for: an even word is one address, an odd one a
/// bitmap of the words behind it.
fn expanded(table: &[u8], word: usize, little_endian: bool) -> u64 {
    table
        .chunks_exact(word)
        .map(|word| {
            let last = if little_endian { word.first() } else { word.last() };
            let is_bitmap = last.is_some_and(|byte| byte & 1 == 1);
            let ones: u32 = word.iter().map(|byte| byte.count_ones()).sum();
            u64::from(if is_bitmap { ones - 1 } else { 1 })
        })
        .sum()
}

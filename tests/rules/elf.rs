//! The smallest shared object that says for which machine it is and which C library it needs.

const NAMES: usize = 176;
const NEEDS: usize = 240;
const DYNAMIC: usize = 272;
const SECTION_NAMES: usize = 384;
const SECTIONS: usize = 432;
const SECTION_COUNT: usize = 5;

/// `elf x86_64 2.38` or `elf aarch64 2.17`, then `needs libx.so.1` or `symbols 500000` (bytes of
/// the symbol table).
pub fn from_words(words: &str) -> Option<Vec<u8>> {
    let mut words = words.strip_prefix("elf ")?.split_whitespace();
    let machine = if words.next()? == "aarch64" { 183 } else { 62 };
    let glibc = words.next().unwrap_or("2.17");
    let (mut library, mut symbols) = (None, 0);
    while let Some(word) = words.next() {
        match word {
            "needs" => library = words.next(),
            "symbols" => symbols = words.next().and_then(|number| number.parse().ok())?,
            _ => return None,
        }
    }
    Some(shared_object(machine, glibc, library, symbols))
}

fn shared_object(machine: u16, glibc: &str, library: Option<&str>, symbols: usize) -> Vec<u8> {
    let mut names = format!("\0libc.so.6\0GLIBC_{glibc}\0");
    let library = library.map(|library| {
        let at = names.len() as u64;
        names.push_str(library);
        names.push('\0');
        at
    });
    let mut file = Writer(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec());
    let sections = SECTION_COUNT as u16;
    file.u16(&[3, machine]).u32(&[1]).u64(&[0, 64, SECTIONS as u64]).u32(&[0]).u16(&[64, 56, 2, 64, sections, 4]);
    let table = SECTIONS + SECTION_COUNT * 64;
    let end = table as u64;
    file.u32(&[1, 5]).u64(&[0, 0, 0, end, end, 4096]);
    file.u32(&[2, 6]).u64(&[DYNAMIC as u64, DYNAMIC as u64, DYNAMIC as u64, 112, 112, 8]);
    file.at(NAMES).0.extend(names.as_bytes());
    // One library with one version: file name at 1, version name at 11.
    file.at(NEEDS).u16(&[1, 1]).u32(&[1, 16, 0]).u32(&[0]).u16(&[0, 2]).u32(&[11, 0]);
    file.at(DYNAMIC).u64(&[1, 1, 5, NAMES as u64, 10, names.len() as u64]);
    file.u64(&[0x6fff_fffe, NEEDS as u64, 0x6fff_ffff, 1]);
    file.u64(&library.map_or([0, 0], |at| [1, at])).u64(&[0, 0]);
    file.at(SECTION_NAMES).0.extend(b"\0.dynstr\0.gnu.version_r\0.shstrtab\0.symtab\0");
    file.at(SECTIONS).u64(&[0; 8]);
    file.section(1, 3, NAMES, names.len(), 0, 0);
    file.section(9, 0x6fff_fffe, NEEDS, 32, 1, 1);
    file.section(34, 2, table, symbols, 1, 0);
    file.section(24, 3, SECTION_NAMES, 42, 0, 0);
    file.0.resize(table + symbols, 0);
    file.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn u16(&mut self, values: &[u16]) -> &mut Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn u32(&mut self, values: &[u32]) -> &mut Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn u64(&mut self, values: &[u64]) -> &mut Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn at(&mut self, offset: usize) -> &mut Self {
        assert!(self.0.len() <= offset, "overlapping parts");
        self.0.resize(offset, 0);
        self
    }

    fn section(&mut self, name: u32, kind: u32, at: usize, len: usize, link: u32, info: u32) {
        self.u32(&[name, kind]).u64(&[2, at as u64, at as u64, len as u64]).u32(&[link, info]).u64(&[4, 0]);
    }
}

//! The smallest shared object that says for which machine it is, what it needs and what it exports, and files that are
//! none.

const NAMES: usize = 256;
const NEEDS: usize = 704;
const DYNAMIC: usize = 736;
const SECTION_NAMES: usize = 896;
const SECTIONS: usize = 976;
const SECTION_COUNT: usize = 7;
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

/// What a file is to say.
#[derive(Default)]
struct Wanted<'a> {
    machine: u16,
    glibc: &'a str,
    needs: Vec<&'a str>,
    run_path: Option<&'a str>,
    exports: Option<&'a str>,
    interpreter: Option<&'a str>,
    symbols: usize,
    gpu: usize,
    misaligned: bool,
    truncated: bool,
}

/// `macho` or `windows`, `elf empty`, or `elf x86_64 2.38` and `elf aarch64 2.17`, the version of GLIBC that is needed;
/// then `needs libx.so.1`, `path $ORIGIN/../lib`, `exports napi_register_module_v1`, `program` (asks for the usual
/// loader), `interpreter /lib/ld.so`, `symbols 500000` and `gpu 500000` (bytes of the symbol table and of code for
/// GPUs), `misaligned`, `truncated`.
pub fn from_words(words: &str) -> Option<Vec<u8>> {
    match words.trim() {
        "macho" => return Some([&b"\xcf\xfa\xed\xfe\x0c\0\0\x01"[..], &[0; 64]].concat()),
        "windows" => return Some([&b"MZ"[..], &[0; 58], &[64, 0, 0, 0], b"PE\0\0", &[0; 64]].concat()),
        "elf empty" => return Some(Vec::new()),
        _ => {}
    }
    let mut words = words.strip_prefix("elf ")?.split_whitespace();
    let machine = if words.next()? == "aarch64" { 183 } else { 62 };
    let mut wanted = Wanted { machine, glibc: words.next().unwrap_or("2.17"), ..Wanted::default() };
    while let Some(word) = words.next() {
        match word {
            "needs" => wanted.needs.extend(words.next()),
            "path" => wanted.run_path = words.next(),
            "exports" => wanted.exports = words.next(),
            "program" => wanted.interpreter = Some(LOADER),
            "interpreter" => wanted.interpreter = words.next(),
            "symbols" => wanted.symbols = words.next().and_then(|number| number.parse().ok())?,
            "gpu" => wanted.gpu = words.next().and_then(|number| number.parse().ok())?,
            "misaligned" => wanted.misaligned = true,
            "truncated" => wanted.truncated = true,
            _ => return None,
        }
    }
    Some(shared_object(&wanted))
}

/// The table of names, and where each was put.
struct Names(String);

impl Names {
    fn add(&mut self, name: &str) -> u64 {
        let at = self.0.len() as u64;
        self.0.push_str(name);
        self.0.push('\0');
        at
    }
}

fn shared_object(wanted: &Wanted<'_>) -> Vec<u8> {
    // The library at 1, its version at 11.
    let mut names = Names(format!("\0libc.so.6\0GLIBC_{}\0", wanted.glibc));
    let mut dynamic = vec![1, 1];
    for library in &wanted.needs {
        dynamic.extend([1, names.add(library)]);
    }
    dynamic.extend(wanted.run_path.map(|path| [29, names.add(path)]).into_iter().flatten());
    let export = wanted.exports.map(|name| names.add(name));
    let interpreter = wanted.interpreter.map(|path| names.add(path));
    dynamic.extend([5, NAMES as u64, 10, names.0.len() as u64]);
    dynamic.extend([0x6fff_fffe, NEEDS as u64, 0x6fff_ffff, 1, 0, 0]);
    let mut file = Writer(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec());
    let sections = SECTION_COUNT as u16;
    let segments = 2 + u16::from(interpreter.is_some());
    file.u16(&[3, wanted.machine]).u32(&[1]).u64(&[0, 64, SECTIONS as u64]).u32(&[0]);
    file.u16(&[64, 56, segments, 64, sections, 6]);
    let symbols = SECTIONS + SECTION_COUNT * 64;
    let exported = symbols + wanted.symbols;
    let gpu = exported + 48;
    let end = (gpu + wanted.gpu) as u64;
    let mapped = if wanted.truncated { end + 4096 } else { end };
    file.u32(&[1, 5]).u64(&[0, if wanted.misaligned { 16 } else { 0 }, 0, mapped, mapped, 4096]);
    let size = dynamic.len() as u64 * 8;
    file.u32(&[2, 6]).u64(&[DYNAMIC as u64, DYNAMIC as u64, DYNAMIC as u64, size, size, 8]);
    if let Some(at) = interpreter {
        let (at, size) = (NAMES as u64 + at, wanted.interpreter.unwrap().len() as u64 + 1);
        file.u32(&[3, 4]).u64(&[at, at, at, size, size, 1]);
    }
    file.at(NAMES).0.extend(names.0.as_bytes());
    file.at(NEEDS).u16(&[1, 1]).u32(&[1, 16, 0]).u32(&[0]).u16(&[0, 2]).u32(&[11, 0]);
    file.at(DYNAMIC).u64(&dynamic);
    file.at(SECTION_NAMES).0.extend(b"\0.dynstr\0.gnu.version_r\0.shstrtab\0.symtab\0.dynsym\0.nv_fatbin\0");
    file.at(SECTIONS).u64(&[0; 8]);
    file.section(1, 3, NAMES, names.0.len(), 0, 0);
    file.section(9, 0x6fff_fffe, NEEDS, 32, 1, 1);
    file.section(34, 2, symbols, wanted.symbols, 1, 0);
    file.section(42, 11, exported, 48, 1, 0);
    file.section(50, 1, gpu, wanted.gpu, 0, 0);
    file.section(24, 3, SECTION_NAMES, 61, 0, 0);
    file.0.resize(exported, 0);
    file.u64(&[0; 3]);
    file.u32(&[export.unwrap_or(0) as u32]).u16(&[0x12, u16::from(export.is_some())]).u64(&[0; 2]);
    file.0.resize(end as usize, 0);
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

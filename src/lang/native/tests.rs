//! ELF files are made by recipe: one segment over the whole file, loaded at address 0, so that
//! addresses are offsets.

use super::*;

#[derive(Default)]
struct Part {
    name: &'static str,
    kind: u32,
    flags: u64,
    link: u32,
    info: u32,
    data: Vec<u8>,
}

const HEADERS: usize = 64 + 4 * 56;

/// An ELF file with these parts as sections, and a dynamic section made from where they lie.
fn elf(e_type: u16, parts: &[Part], dynamic: impl Fn(&dyn Fn(&str) -> u64) -> Vec<(u64, u64)>) -> Vec<u8> {
    let mut body: Vec<u8> = Vec::new();
    let mut places = Vec::new();
    for part in parts {
        body.resize(body.len().next_multiple_of(16), 0);
        places.push((part.name, (HEADERS + body.len()) as u64));
        body.extend(&part.data);
    }
    let place = |name: &str| places.iter().find(|(n, _)| *n == name).map_or(0, |(_, at)| *at);
    let entries = dynamic(&place);
    body.resize(body.len().next_multiple_of(16), 0);
    let dynamic_at = (HEADERS + body.len()) as u64;
    for (tag, value) in entries {
        body.extend(tag.to_le_bytes());
        body.extend(value.to_le_bytes());
    }
    let dynamic_len = (HEADERS + body.len()) as u64 - dynamic_at;
    let (headers, names) = section_headers(parts, &place, (HEADERS + body.len()) as u64);
    body.extend(&names);
    let table_at = (HEADERS + body.len()) as u64;
    body.extend(headers);
    let len = HEADERS as u64 + body.len() as u64;
    let mut out = file_header(e_type, table_at, parts.len() as u16 + 2);
    out.extend(segment(1, 5, 0, len));
    out.extend(segment(2, 6, dynamic_at, dynamic_len));
    let size = |name: &str| parts.iter().find(|part| part.name == name).map_or(0, |part| part.data.len() as u64);
    let interp = if size(".interp") > 0 { 3 } else { 0 };
    out.extend(segment(interp, 4, place(".interp"), size(".interp")));
    out.extend(segment(4, 4, place(".note"), size(".note")));
    out.extend(body);
    out
}

fn file_header(e_type: u16, table_at: u64, sections: u16) -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend(e_type.to_le_bytes());
    out.extend(62u16.to_le_bytes());
    out.extend(1u32.to_le_bytes());
    for field in [0u64, 64, table_at] {
        out.extend(field.to_le_bytes());
    }
    out.extend(0u32.to_le_bytes());
    for field in [64u16, 56, 4, 64, sections, sections - 1] {
        out.extend(field.to_le_bytes());
    }
    out
}

fn segment(kind: u32, flags: u32, offset: u64, len: u64) -> Vec<u8> {
    let mut out = [kind.to_le_bytes(), flags.to_le_bytes()].concat();
    for field in [offset, offset, offset, len, len, 4] {
        out.extend(field.to_le_bytes());
    }
    out
}

/// The section headers, the last of which is that of the name table, and that table.
fn section_headers(parts: &[Part], place: &dyn Fn(&str) -> u64, names_at: u64) -> (Vec<u8>, Vec<u8>) {
    let mut names = vec![0];
    let mut out = vec![0; 64];
    let mut add = |name: &str, kind: u32, flags: u64, at: u64, len: u64, link: u32, info: u32| {
        out.extend((names.len() as u32).to_le_bytes());
        names.extend(name.as_bytes());
        names.push(0);
        out.extend(kind.to_le_bytes());
        for field in [flags, at, at, len] {
            out.extend(field.to_le_bytes());
        }
        out.extend(link.to_le_bytes());
        out.extend(info.to_le_bytes());
        out.extend([0; 16]);
        names.len() as u64
    };
    for part in parts {
        let len = part.data.len() as u64;
        add(part.name, part.kind, part.flags, place(part.name), len, part.link, part.info);
    }
    let all: u64 = parts.iter().map(|part| part.name.len() as u64 + 1).sum();
    add(".shstrtab", 3, 0, names_at, all + 1 + 10, 0, 0);
    (out, names)
}

fn symbol(name: u32, section: u16) -> Vec<u8> {
    let mut out = name.to_le_bytes().to_vec();
    out.extend([0x12, 0]);
    out.extend(section.to_le_bytes());
    out.extend([0; 16]);
    out
}

const STRINGS: &[u8] =
    b"\0libc.so.6\0libm.so.6\0PyInit__fast\0PyInit_other\0/opt/lib:$ORIGIN\0_fast.so\0GLIBC_2.28\0GLIBC_2.34\0";

fn string(text: &str) -> u64 {
    let at = STRINGS.windows(text.len()).position(|window| window == text.as_bytes());
    at.unwrap() as u64
}

fn version_needs() -> Vec<u8> {
    let mut out = Vec::new();
    for field in [1u16, 2] {
        out.extend(field.to_le_bytes());
    }
    for field in [string("libc.so.6") as u32, 16, 0] {
        out.extend(field.to_le_bytes());
    }
    for (version, weak, next) in [("GLIBC_2.28", 0u16, 16u32), ("GLIBC_2.34", 2, 0)] {
        out.extend(0u32.to_le_bytes());
        out.extend(weak.to_le_bytes());
        out.extend(0u16.to_le_bytes());
        out.extend((string(version) as u32).to_le_bytes());
        out.extend(next.to_le_bytes());
    }
    out
}

fn note() -> Vec<u8> {
    let mut out = Vec::new();
    for field in [4u32, 4, 3] {
        out.extend(field.to_le_bytes());
    }
    out.extend(b"GNU\0\xde\xad\xbe\xef");
    out
}

/// A Python extension module with everything that is read.
fn extension_module() -> Vec<u8> {
    let symbols = [symbol(0, 0), symbol(string("PyInit__fast") as u32, 1), symbol(string("PyInit_other") as u32, 0)];
    let packed: [u64; 3] = [0x1000, 0b1011, 0x2000];
    let part = |name, kind, data: &[u8]| Part { name, kind, data: data.to_vec(), ..Part::default() };
    let parts = [
        Part { flags: 2, ..part(".dynstr", 3, STRINGS) },
        Part { flags: 2, link: 1, ..part(".dynsym", 11, &symbols.concat()) },
        Part { flags: 2, link: 1, info: 1, ..part(".gnu.version_r", 0x6fff_fffe, &version_needs()) },
        Part { flags: 2, ..part(".rela.dyn", 4, &[0; 24 * 5]) },
        Part { flags: 2, ..part(".rela.plt", 4, &[0; 24 * 2]) },
        Part { flags: 2, ..part(".relr.dyn", 19, &packed.map(u64::to_le_bytes).concat()) },
        Part { flags: 2, ..part(".note", 7, &note()) },
        part(".comment", 1, b"GCC: 12\0rustc 1.95\0GCC: 12\0"),
        part(".debug_info", 1, &[0; 300]),
        Part { link: 11, ..part(".symtab", 2, &[0; 48]) },
        part(".strtab", 3, &[0; 10]),
    ];
    elf(3, &parts, |at| {
        vec![
            (1, string("libm.so.6")),
            (1, string("libc.so.6")),
            (14, string("_fast.so")),
            (29, string("/opt/lib")),
            (5, at(".dynstr")),
            (10, STRINGS.len() as u64),
            (7, at(".rela.dyn")),
            (8, 24 * 5),
            (0x6fff_fff9, 3),
            (23, at(".rela.plt")),
            (2, 48),
            (20, 7),
            (36, at(".relr.dyn")),
            (35, 24),
            (27, 24),
            (0, 0),
        ]
    })
}

#[test]
fn everything_of_an_extension_module_is_read() {
    let bytes = extension_module();
    let facts = read(&bytes).unwrap();
    assert_eq!(facts.problems, [""; 0]);
    assert_eq!((facts.machine, facts.bits, facts.kind), (Machine::X86_64, 64, ElfKind::Library));
    assert_eq!(facts.bytes, bytes.len() as u64);
    assert_eq!(facts.needed, ["libm.so.6", "libc.so.6"]);
    assert_eq!(facts.soname.as_deref(), Some("_fast.so"));
    assert_eq!(facts.run_path, ["/opt/lib", "$ORIGIN"]);
    assert_eq!(facts.python_modules, ["_fast"]);
    assert_eq!(facts.relocations, Relocations { tables: 5, relative: 3, packed: 4, plt: 2 });
    assert_eq!(facts.relocations.total(), 11);
    assert_eq!(facts.constructors, 3);
    assert_eq!(facts.build_id.as_deref(), Some("deadbeef"));
    assert_eq!(facts.compilers, ["GCC: 12", "rustc 1.95"]);
    assert_eq!((facts.debug_bytes, facts.symbol_bytes), (300, 58));
    let need = |version: &str, weak| VersionNeed { library: "libc.so.6".to_owned(), version: version.to_owned(), weak };
    assert_eq!(facts.versions, [need("GLIBC_2.28", false), need("GLIBC_2.34", true)]);
    let largest = &facts.sections[0];
    assert_eq!((largest.name.as_str(), largest.bytes, largest.loaded), (".debug_info", 300, false));
}

#[test]
fn kinds_of_executables_are_told_apart() {
    let interp = [Part { name: ".interp", kind: 1, data: b"/lib64/ld.so\0".to_vec(), ..Part::default() }];
    let kind = |e_type, parts: &[Part], flags: u64| {
        read(&elf(e_type, parts, |_| vec![(0x6fff_fffb, flags), (0, 0)])).unwrap().kind
    };
    const PIE: u64 = 0x0800_0000;
    assert_eq!(kind(2, &[], 0), ElfKind::Static);
    assert_eq!(kind(2, &interp, 0), ElfKind::Executable);
    assert_eq!(kind(3, &interp, PIE), ElfKind::Pie);
    assert_eq!(kind(3, &[], PIE), ElfKind::StaticPie);
    assert_eq!(kind(3, &[], 0), ElfKind::Library);
    assert_eq!(kind(1, &[], 0), ElfKind::Other);
}

#[test]
fn go_and_packers_are_recognised() {
    let mut info = b"\xff Go buildinf:\x08\x02".to_vec();
    info.extend([0; 16]);
    info.extend(b"\x08go1.22.1");
    let parts = [Part { name: ".go.buildinfo", kind: 1, data: info, ..Part::default() }];
    let facts = read(&elf(2, &parts, |_| Vec::new())).unwrap();
    assert_eq!(facts.go_version.as_deref(), Some("go1.22.1"));
    assert_eq!(facts.packer, None);
    let packed = [Part { name: "x", kind: 1, data: b"UPX!".to_vec(), ..Part::default() }];
    assert_eq!(read(&elf(2, &packed, |_| Vec::new())).unwrap().packer.as_deref(), Some("UPX"));
}

#[test]
fn what_is_no_elf_says_so() {
    for bytes in [&b""[..], b"\x7fEL", b"MZ", b"\x7fELF", b"\x7fELF\x09\x01"] {
        assert!(read(bytes).is_err());
    }
}

/// Every truncation and every flipped byte: no panic, and no facts larger than the file.
#[test]
fn damaged_files_never_panic() {
    let bytes = extension_module();
    let check = |bytes: &[u8]| {
        if let Ok(facts) = read(bytes) {
            let len = bytes.len() as u64;
            assert!(facts.relocations.total() <= len * 8 && facts.constructors <= len);
        }
    };
    for end in 0..bytes.len() {
        check(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        for mask in [0xFF, 0x01, 0x80] {
            let mut flipped = bytes.clone();
            flipped[at] ^= mask;
            check(&flipped);
        }
    }
}

#[test]
fn the_head_tells_what_is_not_mapped() {
    let mut bytes = extension_module();
    let number = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let (segments, sections) = (number(&bytes, 32) as usize, number(&bytes, 40));
    // The fixture maps all of its file: let the segments to be loaded end 1,000 bytes before the headers.
    let count = usize::from(u16::from_le_bytes([bytes[56], bytes[57]]));
    for segment in (0..count).map(|at| segments + at * 56).collect::<Vec<_>>() {
        if bytes[segment] == 1 {
            let start = number(&bytes, segment + 8);
            bytes[segment + 32..segment + 40].copy_from_slice(&(sections - 1_000).saturating_sub(start).to_le_bytes());
        }
    }
    let whole = bytes.len() as u64;
    assert_eq!(super::unmapped_bytes(&bytes, whole), Some(1_000));
    // Something behind the section headers, and a head that is too short, say nothing.
    assert_eq!(super::unmapped_bytes(&bytes, whole + 5_000), None);
    assert_eq!(super::unmapped_bytes(&bytes[..60], whole), None);
}

#[test]
fn a_library_is_read_in_parts() {
    let mut bytes = extension_module();
    // Code in front of the section headers: nothing says it.
    let code = vec![0xCC; 100_000];
    let table = u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
    bytes.splice(table..table, code.iter().copied());
    bytes[40..48].copy_from_slice(&((table + code.len()) as u64).to_le_bytes());
    let mut fetched = 0;
    let facts = read_parts(bytes.len() as u64, |offset, part| {
        fetched += part.len();
        part.copy_from_slice(&bytes[offset as usize..offset as usize + part.len()]);
        Ok(())
    });
    assert_eq!(facts, Some(read(&bytes).unwrap()));
    assert!(fetched < 10_000, "{fetched} bytes of {} were read", bytes.len());
}

#[test]
fn what_parts_do_not_tell_is_left_to_a_whole_read() {
    let parts_of = |bytes: &[u8]| {
        read_parts(bytes.len() as u64, |offset, part| {
            part.copy_from_slice(&bytes[offset as usize..offset as usize + part.len()]);
            Ok(())
        })
    };
    // An executable, a library without section headers, one whose file is gone.
    assert_eq!(parts_of(&elf(2, &[], |_| Vec::new())), None);
    let mut bare = extension_module();
    bare[40..48].fill(0);
    bare[60..64].fill(0);
    assert_eq!(parts_of(&bare), None);
    assert_eq!(read_parts(5_000, |_, _| Err(std::io::ErrorKind::NotFound.into())), None);
    // Damage costs facts, never the process.
    let whole = extension_module();
    for at in 0..whole.len().min(2_000) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xFF;
        let facts = parts_of(&flipped);
        assert!(facts.is_none_or(|facts| facts.bytes == whole.len() as u64));
    }
}

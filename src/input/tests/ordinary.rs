use std::fs;

use super::recipe::*;
use crate::artifact::{ArtifactKind, EntryProblemKind};
use crate::input::{InputErrorKind, InputKind, LayerSource, Limits, classify, decode_text, open, read_text_file};

const FILES: &[(&str, &[u8])] =
    &[("app.py", b"import pkg\n"), ("pkg/__init__.py", b""), ("pkg/data.bin", &[7; 100_000])];

fn names_of(files: &[(&str, &[u8])]) -> Vec<String> {
    files.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn a_folder_and_its_zip_look_the_same() {
    let scratch = Scratch::new();
    for (name, content) in FILES {
        scratch.write(&format!("fn/{name}"), content);
    }
    let folder = open_path(&scratch.path("fn"));
    assert_eq!(folder.kind, ArtifactKind::Directory);
    for bytes in [zip_of(FILES), zip_with(FILES, stored())] {
        let zip = open_bytes(&bytes).unwrap();
        assert_eq!(zip.kind, ArtifactKind::Zip);
        assert_eq!(zip.archive_bytes, Some(bytes.len() as u64));
        assert_eq!(paths(&zip), names_of(FILES));
        assert_eq!(paths(&zip), paths(&folder));
        assert_eq!(zip.unpacked_bytes(), folder.unpacked_bytes());
        for (name, expected) in FILES {
            assert_eq!(folder_and(&folder, name), *expected);
            assert_eq!(folder_and(&zip, name), *expected);
        }
        assert!(zip.problems.is_empty() && folder.problems.is_empty());
    }
}

fn folder_and(artifact: &crate::artifact::Artifact, name: &str) -> Vec<u8> {
    content(artifact, name).unwrap()
}

#[test]
fn many_threads_may_read_at_once() {
    use rayon::prelude::*;
    let files: Vec<(String, Vec<u8>)> =
        (0..200u32).map(|n| (format!("m{n:03}.py"), n.to_string().repeat(500).into_bytes())).collect();
    let borrowed: Vec<(&str, &[u8])> =
        files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let scratch = Scratch::new();
    let artifact = open_path(&scratch.write("fn.zip", &zip_of(&borrowed)));
    files.par_iter().for_each(|(name, expected)| {
        assert_eq!(&content(&artifact, name).unwrap(), expected);
    });
}

#[test]
fn something_before_or_behind_the_archive_does_no_harm() {
    let zip = zip_of(FILES);
    let mut prefixed = b"#!/usr/bin/env python3\n".to_vec();
    prefixed.extend(&zip);
    let mut commented = zip.clone();
    let at = commented.len() - 2;
    commented[at] = 12;
    commented.extend(b"PK\x05\x06 comment");
    commented.truncate(at + 2 + 12);
    for bytes in [prefixed, commented] {
        let artifact = open_bytes(&bytes).unwrap();
        assert_eq!(content(&artifact, "app.py").unwrap(), b"import pkg\n");
        assert_eq!(artifact.problems, []);
    }
}

#[test]
fn zip64_and_data_descriptors_are_read() {
    let large = zip_with(FILES, stored().large_file(true));
    let mut streamed = zip::ZipWriter::new_stream(Vec::new());
    for (name, content) in FILES {
        streamed.start_file(*name, stored()).unwrap();
        std::io::Write::write_all(&mut streamed, content).unwrap();
    }
    let streamed = streamed.finish().unwrap().into_inner();
    for bytes in [large, streamed, zip64_end(&zip_of(FILES))] {
        let artifact = open_bytes(&bytes).unwrap();
        assert_eq!(paths(&artifact), names_of(FILES));
        assert_eq!(content(&artifact, "pkg/data.bin").unwrap(), [7; 100_000]);
        assert_eq!(artifact.problems, []);
    }
}

/// The same archive with a zip64 end record, the numbers of the old one all full.
fn zip64_end(zip: &[u8]) -> Vec<u8> {
    let at = zip.len() - 22;
    let number = |from: usize| u32::from_le_bytes(zip[at + from..at + from + 4].try_into().unwrap());
    let (size, offset) = (u64::from(number(12)), u64::from(number(16)));
    let count = FILES.len() as u64;
    let mut out = zip[..at].to_vec();
    out.extend(b"PK\x06\x06");
    out.extend(44u64.to_le_bytes());
    out.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for field in [count, count, size, offset] {
        out.extend(field.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend((at as u64).to_le_bytes());
    out.extend(1u32.to_le_bytes());
    out.extend(end_record(0xFFFF, u32::MAX, u32::MAX));
    out
}

#[test]
fn jars_are_told_by_name_or_manifest() {
    let scratch = Scratch::new();
    let plain = zip_of(&[("A.class", b"x")]);
    let manifest = zip_of(&[("META-INF/MANIFEST.MF", b"x"), ("A.class", b"x")]);
    let named = scratch.write("fn.jar", &plain);
    assert_eq!(classify(&named), Ok(InputKind::Jar));
    assert_eq!(open_path(&named).kind, ArtifactKind::Jar);
    let by_manifest = scratch.write("fn.zip", &manifest);
    assert_eq!(open_path(&by_manifest).kind, ArtifactKind::Jar);
}

#[test]
fn a_lone_executable_is_a_package_of_one_file() {
    let scratch = Scratch::new();
    let path = scratch.write("bootstrap", b"\x7fELF and so on");
    let artifact = open_path(&path);
    assert_eq!(artifact.kind, ArtifactKind::Binary);
    assert_eq!(content(&artifact, "bootstrap").unwrap(), b"\x7fELF and so on");
}

#[test]
fn later_layers_override_earlier_ones_below_opt() {
    let scratch = Scratch::new();
    let package = scratch.write("fn.zip", &zip_of(&[("app.py", b"0"), ("python/a.py", b"fn")]));
    scratch.write("one/python/a.py", b"1");
    scratch.write("one/python/b.py", b"1");
    let two = zip_of(&[("python/a.py", b"2"), ("../evil", b"x")]);
    let layers = [scratch.path("one"), scratch.write("two.zip", &two)].map(LayerSource::from);
    let artifact = open(&package, &layers, &Limits::default()).unwrap();
    assert_eq!(paths(&artifact), ["/opt/python/a.py", "/opt/python/b.py", "app.py", "python/a.py"]);
    assert_eq!(content(&artifact, "/opt/python/a.py").unwrap(), b"2");
    assert_eq!(content(&artifact, "/opt/python/b.py").unwrap(), b"1");
    assert_eq!(content(&artifact, "python/a.py").unwrap(), b"fn");
    let [problem] = artifact.problems.as_slice() else { panic!("{:?}", artifact.problems) };
    assert!(problem.path.ends_with("two.zip!../evil"), "{problem:?}");
}

#[test]
fn inputs_that_cannot_be_opened_say_what_they_are() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("empty")).unwrap();
    scratch.write("text.zip", b"hello, this is text\n");
    scratch.write("fn.tar.gz", b"\x1f\x8b\x08\0\0\0");
    scratch.write("fn.7z", b"7z\xbc\xaf\x27\x1c\0");
    scratch.write("fn.rar.zip", b"Rar!\x1a\x07\x01\0");
    scratch.write("mac", b"\xcf\xfa\xed\xfe\0\0");
    scratch.write("nothing.zip", b"");
    scratch.write("noise.bin", &[0, 1, 2, 0xFF, 0xFE]);
    scratch.write("app.py", b"import os\n");
    scratch.write("none.zip", &end_record(0, 0, 0));
    let cut = zip_of(FILES);
    scratch.write("cut.zip", &cut[..cut.len() - 30]);
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    scratch.write("fn.tar", &tar);
    let cases = [
        ("missing.zip", InputErrorKind::Missing, "no such file"),
        ("empty", InputErrorKind::Empty, "empty"),
        ("text.zip", InputErrorKind::NotAPackage, "not a zip archive: it is a text file"),
        ("fn.tar.gz", InputErrorKind::WrongFormat, "gzip"),
        ("fn.7z", InputErrorKind::WrongFormat, "7-Zip"),
        ("fn.rar.zip", InputErrorKind::WrongFormat, "not a zip archive: it is a RAR"),
        ("fn.tar", InputErrorKind::WrongFormat, "tar archive"),
        ("mac", InputErrorKind::WrongFormat, "Mach-O"),
        ("nothing.zip", InputErrorKind::NotAPackage, "an empty file"),
        ("noise.bin", InputErrorKind::NotAPackage, "unknown format"),
        ("app.py", InputErrorKind::NotAPackage, "a single source file"),
        ("none.zip", InputErrorKind::Empty, "archive is empty"),
        ("cut.zip", InputErrorKind::Damaged, "ends early"),
    ];
    for (name, kind, what) in cases {
        let error = open(&scratch.path(name), &[], &Limits::default()).unwrap_err();
        assert_eq!(error.kind, kind, "{name}: {error}");
        assert!(error.what.contains(what), "{name}: {error}");
    }
}

#[test]
fn text_files_are_decoded_and_bounded() {
    let scratch = Scratch::new();
    let read = |bytes: &[u8]| read_text_file(&scratch.write("t.toml", bytes), 20);
    assert_eq!(read(b"\xef\xbb\xbfa = 1").unwrap(), "a = 1");
    assert_eq!(read(b"\xff\xfea\0\xe4\0").unwrap(), "aä");
    assert_eq!(read(b"a\n\xff").unwrap_err().kind, InputErrorKind::NotText);
    assert_eq!(read(&[b'a'; 21]).unwrap_err().kind, InputErrorKind::TooLarge);
    assert!(read(b"ok\nno\xff").unwrap_err().what.contains("line 2"));
    assert!(decode_text(b"\xfe\xff\xd8\0").is_err());
    let folder = read_text_file(&scratch.path(""), 20).unwrap_err();
    assert_eq!(folder.kind, InputErrorKind::Unreadable);
}

#[cfg(unix)]
#[test]
fn links_and_special_files_in_a_folder() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    scratch.write("fn/lib/x.so.1", b"so");
    scratch.write("fn/pkg/a.py", b"a");
    let at = |name: &str| scratch.path(&format!("fn/{name}"));
    symlink("x.so.1", at("lib/x.so")).unwrap();
    symlink("pkg", at("alias")).unwrap();
    symlink(at("pkg/a.py"), at("absolute.py")).unwrap();
    symlink("/etc/passwd", at("passwd")).unwrap();
    symlink("../../outside", at("outside")).unwrap();
    symlink("loop-b", at("loop-a")).unwrap();
    symlink("loop-a", at("loop-b")).unwrap();
    symlink(".", at("self")).unwrap();
    let artifact = open_path(&scratch.path("fn"));
    assert_eq!(paths(&artifact), ["absolute.py", "alias/a.py", "lib/x.so", "lib/x.so.1", "pkg/a.py"]);
    assert_eq!(content(&artifact, "lib/x.so").unwrap(), b"so");
    assert_eq!(content(&artifact, "alias/a.py").unwrap(), b"a");
    let bad = |name| (name, EntryProblemKind::BadLink);
    assert_eq!(problems(&artifact), ["loop-a", "loop-b", "outside", "passwd", "self"].map(bad));
}

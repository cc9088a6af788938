use super::recipe::*;
use crate::artifact::EntryProblemKind as Kind;
use crate::input::{InputErrorKind, Limits};

fn good() -> Raw {
    Raw::deflated("good.py", b"x = 1\n")
}

/// Opens a zip of one bad entry between good ones; the good ones must survive.
fn with_good(bad: Raw) -> crate::artifact::Artifact {
    let last = Raw::stored("last.py", b"y = 2\n");
    let scratch = Scratch::new();
    let path = scratch.write("fn.zip", &raw_zip(&[good(), bad, last]));
    let artifact = open_path(&path);
    assert_eq!(content(&artifact, "good.py").unwrap(), b"x = 1\n");
    assert_eq!(content(&artifact, "last.py").unwrap(), b"y = 2\n");
    artifact
}

#[test]
fn bad_names_cost_only_their_entry() {
    for name in ["../a", "/a", "a/../../b", "C:\\a", "a\0b", "\x1b[2Ja", "\u{9b}2J"] {
        let artifact = with_good(Raw::stored(name, b"evil"));
        assert_eq!(paths(&artifact), ["good.py", "last.py"]);
        let [problem] = artifact.problems.as_slice() else { panic!("{name:?}: {:?}", artifact.problems) };
        assert_eq!(problem.kind, Kind::UnsafeName);
        assert!(!problem.path.chars().any(char::is_control), "{problem:?}");
    }
}

#[test]
fn odd_names_are_kept_and_reported() {
    let backslash = with_good(Raw::stored("pkg\\a.py", b"a"));
    assert_eq!(problems(&backslash), [("pkg\\a.py", Kind::UnsafeName)]);
    assert_eq!(content(&backslash, "pkg\\a.py").unwrap(), b"a");
    let mut latin = Raw::stored("", b"a");
    latin.name = b"caf\x82.py".to_vec();
    let latin = with_good(latin);
    assert_eq!(content(&latin, "café.py").unwrap(), b"a");
    assert_eq!(problems(&latin), [("café.py", Kind::OddName)]);
}

#[test]
fn the_last_of_two_equal_names_counts() {
    let artifact = with_good(Raw::stored("./last.py", b"first"));
    assert_eq!(problems(&artifact), [("last.py", Kind::DuplicateName)]);
    assert_eq!(paths(&artifact), ["good.py", "last.py"]);
}

#[test]
fn a_folder_wins_over_a_file_of_its_name() {
    let bytes = raw_zip(&[Raw::stored("a", b"file"), Raw::stored("a-b", b""), Raw::stored("a/b", b"")]);
    let artifact = open_bytes(&bytes).unwrap();
    assert_eq!(problems(&artifact), [("a", Kind::DuplicateName)]);
    assert_eq!(paths(&artifact), ["a-b", "a/b"]);
}

#[test]
fn names_that_differ_by_case_are_both_kept() {
    let artifact = with_good(Raw::stored("Good.py", b"z"));
    assert_eq!(problems(&artifact), [("good.py", Kind::CaseClash)]);
    assert_eq!(content(&artifact, "Good.py").unwrap(), b"z");
}

#[test]
fn contents_that_cannot_be_unpacked_are_listed_but_not_read() {
    let encrypted = Raw { flags: 1, ..Raw::stored("bad", b"xx") };
    let aes = Raw { method: 99, ..Raw::stored("bad", b"xx") };
    let zstd = Raw { method: 93, ..Raw::stored("bad", b"xx") };
    let odd = Raw { method: 77, ..Raw::stored("bad", b"xx") };
    let cases = [
        (encrypted, Kind::Encrypted, "encrypted"),
        (aes, Kind::Encrypted, "encrypted"),
        (zstd, Kind::UnknownCompression, "Zstandard"),
        (odd, Kind::UnknownCompression, "(77)"),
    ];
    for (raw, kind, word) in cases {
        let artifact = with_good(raw);
        assert_eq!(problems(&artifact), [("bad", kind)]);
        assert!(content(&artifact, "bad").unwrap_err().contains(word));
        assert!(artifact.problems[0].detail.contains(word));
    }
}

#[test]
fn headers_that_cannot_be_true_are_found_while_listing() {
    let huge = Raw { bytes: 4_000_000_000, ..Raw::deflated("bad", b"xx") };
    let stored = Raw { bytes: 3, ..Raw::stored("bad", b"xx") };
    let beyond = Raw { packed_bytes: 900_000, bytes: 900_000, ..Raw::stored("bad", b"xx") };
    let far = Raw { offset: Some(4_000_000_000), ..Raw::stored("bad", b"xx") };
    let no_zip64 = Raw { bytes: u32::MAX, ..Raw::stored("bad", b"xx") };
    let max_zip64 = Raw {
        bytes: u32::MAX,
        packed_bytes: u32::MAX,
        extra: [vec![1, 0, 16, 0], vec![0xFF; 16]].concat(),
        ..Raw::stored("bad", b"xx")
    };
    for raw in [huge, stored, beyond, far, no_zip64, max_zip64] {
        let artifact = with_good(raw);
        assert_eq!(problems(&artifact), [("bad", Kind::LyingHeader)]);
        content(&artifact, "bad").unwrap_err();
        assert!(artifact.unpacked_bytes() < 1 << 33);
    }
}

#[test]
fn lies_about_the_content_are_found_when_reading() {
    let text = b"some text that deflates to something".repeat(4);
    let honest = Raw::deflated("bad", &text);
    let crc = Raw { crc32: 1, ..honest.clone() };
    let short = Raw { bytes: 5, ..honest.clone() };
    let long = Raw { bytes: 500, ..honest.clone() };
    let name = Raw { local_name: Some(b"abd".to_vec()), ..honest.clone() };
    let longer_name = Raw { local_name: Some(b"bad/x".to_vec()), ..honest.clone() };
    let mut damaged = honest.clone();
    damaged.data[0] = 0xFF;
    let cut = Raw { packed_bytes: 8, ..honest };
    for raw in [crc, short, long, name, longer_name, damaged, cut] {
        let artifact = with_good(raw);
        content(&artifact, "bad").unwrap_err();
    }
}

#[test]
fn bombs_are_refused_by_size_ratio_and_total() {
    let zeros = Raw::deflated("bad", &vec![0; 1 << 20]);
    let bytes = raw_zip(&[good(), zeros]);
    let limits =
        [Limits { file_bytes: 1000, ..Limits::default() }, Limits { ratio_from_bytes: 1000, ..Limits::default() }];
    for limits in limits {
        let artifact = open_limited(&bytes, &limits).unwrap();
        assert_eq!(problems(&artifact), [("bad", Kind::TooLarge)]);
        content(&artifact, "bad").unwrap_err();
        content(&artifact, "good.py").unwrap();
    }
    let total = Limits { total_bytes: 1000, ..Limits::default() };
    let artifact = open_limited(&bytes, &total).unwrap();
    assert_eq!(artifact.problems[0].kind, Kind::TooLarge);
    content(&artifact, "bad").unwrap_err();
    let entries = Limits { entries: 1, ..Limits::default() };
    assert_eq!(open_limited(&bytes, &entries).unwrap_err().kind, InputErrorKind::TooLarge);
    let directory = Limits { directory_bytes: 50, ..Limits::default() };
    assert_eq!(open_limited(&bytes, &directory).unwrap_err().kind, InputErrorKind::TooLarge);
}

#[test]
fn overlapping_entries_are_refused() {
    let mut kernel = Raw::deflated("kernel", &vec![0; 10_000]);
    kernel.offset = None;
    let bytes = raw_zip(&[kernel.clone(), good()]);
    // Two more names for the kernel's data, as flat bombs do it.
    let again = |name: &str| Raw {
        name: name.as_bytes().to_vec(),
        local_name: Some(b"kernel".to_vec()),
        offset: Some(0),
        data: Vec::new(),
        ..kernel.clone()
    };
    assert!(open_bytes(&bytes).unwrap().problems.is_empty());
    let artifact = open_bytes(&raw_zip(&[kernel.clone(), good(), again("b1"), again("b2")])).unwrap();
    assert_eq!(problems(&artifact).len(), 2);
    assert!(problems(&artifact).iter().all(|(_, kind)| *kind == Kind::LyingHeader));
}

#[test]
fn links_in_archives_stay_inside() {
    let bytes = raw_zip(&[
        Raw::stored("lib/x.so.1", b"so"),
        Raw::link("lib/x.so", "x.so.1"),
        Raw::link("via", "lib"),
        Raw::link("task.so", "/var/task/lib/x.so"),
        Raw::link("out", "../x"),
        Raw::link("etc", "/etc/passwd"),
        Raw::link("a", "b"),
        Raw::link("b", "a"),
        Raw::link("grow", "grow/grow"),
        Raw::link("none", "nothing"),
    ]);
    let scratch = Scratch::new();
    let artifact = open_path(&scratch.write("fn.zip", &bytes));
    assert_eq!(paths(&artifact), ["lib/x.so", "lib/x.so.1", "task.so", "via/x.so.1"]);
    assert_eq!(content(&artifact, "task.so").unwrap(), b"so");
    let bad = problems(&artifact);
    assert_eq!(bad.len(), 6, "{bad:?}");
    assert!(bad.iter().all(|(_, kind)| *kind == Kind::BadLink));
}

#[test]
fn links_that_stand_for_too_many_files_are_not_followed() {
    let mut entries = vec![Raw::stored("lib/a", b"a"), Raw::stored("lib/b", b"b")];
    entries.extend(["l1", "l2", "l3"].map(|name| Raw::link(name, "lib")));
    let limits = Limits { link_files: 3, ..Limits::default() };
    let artifact = open_limited(&raw_zip(&entries), &limits).unwrap();
    assert_eq!(paths(&artifact), ["l1/a", "l1/b", "lib/a", "lib/b"]);
    assert_eq!(problems(&artifact), [("l2", Kind::TooManyLinks)]);
}

#[cfg(unix)]
#[test]
fn links_out_of_a_folder_that_lead_to_links_end() {
    let scratch = Scratch::new();
    scratch.write("fn/app.py", b"");
    std::fs::create_dir_all(scratch.path(".git")).unwrap();
    let link = |target: &str, at: &str| std::os::unix::fs::symlink(target, scratch.path(at)).unwrap();
    for level in 0..6 {
        scratch.write(&format!("l{level}/own.py"), b"");
        for at in 0..10 {
            link(&format!("../l{}", level + 1), &format!("l{level}/d{at}"));
        }
    }
    scratch.write("l6/last.py", b"");
    link("../l0", "fn/first");
    let limits = Limits { links_out: 50, ..Limits::default() };
    let artifact = crate::input::open(&scratch.path("fn"), &[], &limits).unwrap();
    // Each link that is followed brings one file.
    assert_eq!(artifact.entries().len(), 51);
    let limits = Limits { link_files: 40, ..Limits::default() };
    assert!(crate::input::open(&scratch.path("fn"), &[], &limits).unwrap().entries().len() <= 5);
}

#[test]
fn a_program_that_unpacks_itself_is_an_archive_by_its_name() {
    let mut bytes = b"\x7fELF and so on".to_vec();
    bytes.extend(raw_zip(&[good()]));
    let scratch = Scratch::new();
    let kind = |name: &str| crate::input::classify(&scratch.write(name, &bytes)).unwrap();
    assert_eq!(kind("fn.zip"), crate::input::InputKind::Zip);
    assert_eq!(kind("bootstrap"), crate::input::InputKind::Binary);
}

#[test]
fn a_zip_in_a_zip_is_noticed() {
    let inner = raw_zip(&[good()]);
    let artifact = open_bytes(&raw_zip(&[Raw::stored("fn.zip", &inner)])).unwrap();
    assert_eq!(problems(&artifact), [("fn.zip", Kind::NestedArchive)]);
}

#[test]
fn a_directory_that_breaks_off_keeps_what_stands_before() {
    let mut bytes = raw_zip(&[good(), Raw::stored("b", b"2"), Raw::stored("c", b"3")]);
    let is_header = |at: &usize| bytes[*at..].starts_with(b"PK\x01\x02");
    let third = (0..bytes.len()).filter(is_header).nth(2).unwrap();
    bytes[third] = 0;
    let scratch = Scratch::new();
    let artifact = open_path(&scratch.write("fn.zip", &bytes));
    assert_eq!(paths(&artifact), ["b", "good.py"]);
    assert_eq!(artifact.problems[0].kind, Kind::LyingHeader);
    assert!(artifact.problems[0].detail.contains("states 3"));
}

/// Every truncation and every flipped byte of a small archive: no panic, the same answer twice.
#[test]
fn truncated_and_flipped_archives_never_panic() {
    let bytes = raw_zip(&[
        good(),
        Raw::stored("pkg/a.py", b"a = 1"),
        Raw::link("l", "good.py"),
        Raw { extra: vec![1, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8], ..Raw::stored("e", b"e") },
    ]);
    let scratch = Scratch::new();
    let describe = |bytes: &[u8]| {
        let path = scratch.write("fn.zip", bytes);
        let artifact = match crate::input::open(&path, &[], &Limits::default()) {
            Ok(artifact) => artifact,
            Err(error) => return error.to_string(),
        };
        let contents: Vec<_> = paths(&artifact).iter().map(|path| (path.clone(), content(&artifact, path))).collect();
        format!("{contents:?} {:?}", artifact.problems)
    };
    for end in 0..bytes.len() {
        describe(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        for mask in [0xFF, 0x01, 0x80] {
            let mut flipped = bytes.clone();
            flipped[at] ^= mask;
            let first = describe(&flipped);
            assert_eq!(first, describe(&flipped), "byte {at}");
        }
    }
}

use super::recipe::*;
use crate::artifact::Artifact;

fn mode(artifact: &Artifact, path: &str) -> Option<u16> {
    artifact.entry(artifact.find(path).unwrap()).mode
}

#[test]
fn archives_state_modes_or_none() {
    let files = [
        Raw { mode: 0o100_640, ..Raw::stored("a.py", b"a") },
        Raw { mode: 0, ..Raw::stored("b.py", b"b") },
        Raw { mode: 0o040_700, ..Raw::stored("pkg/", b"") },
        Raw::stored("pkg/c.py", b"c"),
    ];
    let artifact = open_bytes(&raw_zip(&files)).unwrap();
    assert_eq!([mode(&artifact, "a.py"), mode(&artifact, "b.py")], [Some(0o640), None]);
    assert_eq!(artifact.folder_mode("pkg"), Some(0o700));
    assert_eq!(artifact.folder_mode(""), None);
    // Made on a system without modes.
    let mut bytes = raw_zip(&files);
    let headers: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in headers {
        bytes[at + 5] = 0;
    }
    let artifact = open_bytes(&bytes).unwrap();
    assert_eq!((mode(&artifact, "a.py"), artifact.folder_mode("pkg")), (None, None));
}

#[test]
fn links_in_archives_take_no_room() {
    let bytes =
        raw_zip(&[Raw::stored("lib/x.so.1", &[1; 500]), Raw::link("lib/x.so", "x.so.1"), Raw::link("via", "lib")]);
    let scratch = Scratch::new();
    let artifact = open_path(&scratch.write("fn.zip", &bytes));
    assert_eq!(artifact.entries().len(), 3);
    assert_eq!((artifact.unpacked_bytes(), artifact.files()), (500, 1));
}

#[test]
fn what_macos_leaves_is_no_entry() {
    let files: [(&str, &[u8]); 6] = [
        ("__MACOSX/._app.py", b"fork"),
        ("._app.py", b"fork"),
        (".DS_Store", b"looks"),
        ("pkg/.DS_Store", b"looks"),
        ("app.py", b"app"),
        // Nothing that it could be the fork of.
        ("._own.py", b"own"),
    ];
    let artifact = open_bytes(&zip_of(&files)).unwrap();
    assert_eq!(paths(&artifact), ["._own.py", "app.py"]);
    assert_eq!(artifact.litter().len(), 4);
    assert_eq!(artifact.unpacked_bytes(), 6);
}

#[cfg(unix)]
#[test]
fn folders_have_real_modes_and_count_hard_links_once() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let first = scratch.write("fn/a/one.py", &[b'x'; 700]);
    scratch.write("fn/b/other.py", b"y");
    fs::hard_link(&first, scratch.path("fn/b/two.py")).unwrap();
    fs::set_permissions(&first, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(scratch.path("fn/b"), fs::Permissions::from_mode(0o750)).unwrap();
    let artifact = open_path(&scratch.path("fn"));
    assert_eq!((artifact.unpacked_bytes(), artifact.files()), (701, 2));
    assert_eq!(mode(&artifact, "b/two.py"), Some(0o600));
    assert_eq!(artifact.folder_mode("b"), Some(0o750));
    // A name of its own all the same, unlike a symbolic link.
    assert_eq!(artifact.link_target(artifact.find("b/two.py").unwrap()), None);
}

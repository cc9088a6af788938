use super::Project;

const HANDLER: [&str; 5] = ["check", "--handler", "app.handler", "--runtime", "python3.12"];

fn check(project: &Project, path: &str) -> super::Run {
    project.run(&[&HANDLER[..], &[path]].concat())
}

#[test]
fn input_that_cannot_be_analysed_ends_with_2_and_says_why() {
    let project = Project::new(&[("notes.zip", "hello\n"), ("empty/.keep", "")]);
    std::fs::remove_file(project.path("empty/.keep")).unwrap();
    std::fs::write(project.path("cut.zip"), b"PK\x03\x04\x14\x00\x00\x00\x08\x00cut short").unwrap();
    for (path, reason) in [
        ("notes.zip", "not a zip archive: it is a text file"),
        ("empty", "the folder is empty"),
        ("cut.zip", "it ends early"),
        ("absent.zip", "no such file or folder"),
    ] {
        let run = check(&project, path);
        assert_eq!(run.code, 2, "{path}: {}", run.out);
        assert!(run.err.contains(path) && run.err.contains(reason), "{path}: {}", run.err);
    }
}

#[test]
fn a_wrong_handler_names_the_near_ones() {
    let project = Project::new(&[("app.py", "def handle(event, context):\n    return 1\n")]);
    let run = check(&project, ".");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("Functions it does define: handle"), "{}", run.out);
    let run = project.run(&["check", "--handler", "ap.handle", "--runtime", "python3.12", "."]);
    assert!(run.out.contains("Modules with a like name: app"), "{}", run.out);
}

#[test]
fn python_2_is_recognised() {
    let project = Project::new(&[("app.py", "def handler(event, context):\n    print event\n")]);
    let run = check(&project, ".");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("syntax-error") && run.out.contains("Python 2"), "{}", run.out);
}

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

#[test]
fn a_module_that_cannot_be_read_is_no_silence() {
    let app = "import part\n\ndef handler(event, context):\n    return part.x\n";
    let project = Project::new(&[("app.py", app)]);
    let part = |bytes: &[u8]| {
        std::fs::write(project.path("part.py"), bytes).unwrap();
        let run = check(&project, ".");
        (run.code, run.out.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (code, out) = part(format!("x = {}1{}\n", "(".repeat(300), ")".repeat(300)).as_bytes());
    assert!(code == 1 && out.contains("error: syntax-error") && out.contains("200 deep"), "{out}");
    let (code, out) = part(b"x = '\xe9'\n");
    assert!(code == 1 && out.contains("error: syntax-error") && out.contains("not valid utf-8"), "{out}");
    let (code, out) = part("x = 1\n".repeat(800_000).as_bytes());
    assert!(code == 0 && out.contains("warning: syntax-error") && out.contains("not parsed"), "{out}");
    assert!(out.contains("1 file could not be analysed whole"), "{out}");
    let (_, out) = part(b"# coding: latin-1\nx = '\xe9'\n");
    assert!(!out.contains("syntax-error") && !out.contains("analysed whole"), "{out}");
}

/// Each of these took a minute and more when some step looked at everything once for each of its items.
#[test]
fn many_of_anything_end_soon() {
    let names = |number: usize| (0..number).map(|at| format!("m{at}")).collect::<Vec<_>>().join(",");
    let classes: String = (1..20_000).map(|at| format!("class C{at}(C{}): pass\n", at - 1)).collect();
    let requirements: String = (0..100_000).map(|at| format!("pkg{at}==1.0\n")).collect();
    let setup = format!("[options]\ninstall_requires=\n{}", " a\n".repeat(100_000));
    let handler = "import many\n\ndef handler(event, context):\n    return 1\n";
    let cases = [
        ("many.py", format!("import {}\n", names(50_000))),
        ("many.py", format!("from os import {}\n", names(50_000))),
        ("many.py", format!("class C0: pass\n{classes}")),
        ("requirements.txt", requirements),
        ("requirements.txt", "-r requirements.txt\n".repeat(1000)),
        ("setup.cfg", setup),
    ];
    for (path, text) in cases {
        let project = Project::new(&[("app.py", handler), ("many.py", ""), (path, &text)]);
        let run = check(&project, ".");
        assert!(run.code < 2, "{path}: {}", run.err);
    }
}

#[test]
fn a_function_whose_file_is_not_read_is_unknown_and_has_no_grade() {
    let app = format!("def handler(event, context):\n    return 1\n# {}\n", "x".repeat(17 << 20));
    let project = Project::new(&[("app.py", &app)]);
    let report = project.report(&["--handler", "app.handler", "--runtime", "python3.12"]);
    let function = &report["functions"][0];
    assert_eq!((&function["start"]["verdict"], function["grade"].is_null()), (&"unknown".into(), true), "{function:#}");
    let quiet = project.run(&["check", "--handler", "app.handler", "--runtime", "python3.12", "-q"]);
    assert!(quiet.out.contains("may fail: "), "{}", quiet.out);
}

#[test]
fn a_result_does_not_take_the_place_of_what_is_analysed() {
    let code = "def handler(event, context):\n    return 1\n";
    let project = Project::new(&[("app.py", code), ("package.json", "{}\n")]);
    for path in ["app.py", "package.json"] {
        let before = project.read(path);
        let run = project.run(&[&HANDLER[..], &["-o", path, "."]].concat());
        assert_eq!((run.code, project.read(path)), (2, before), "{path}: {}", run.err);
        assert!(run.err.contains("it is read"), "{path}: {}", run.err);
        let run = project.run(&[&HANDLER[..], &["--patch", path, "."]].concat());
        assert!(run.code == 2 && run.err.contains("it is read"), "{path}: {}", run.err);
    }
    for format in ["html", "json", "markdown", "sarif", "junit"] {
        let name = format!("result.{}", if format == "junit" { "xml" } else { format });
        for _ in 0..2 {
            let run = project.run(&[&HANDLER[..], &["--format", format, "-o", &name, "."]].concat());
            assert_eq!(run.code, 0, "{format}: {}", run.err);
        }
    }
}

#[test]
fn of_a_file_that_does_not_parse_nothing_else_fails() {
    let code = "import absent\n\n\ndef handler(event, context):\n    return 1\n\n<<<<<<< HEAD\nX = 1\n=======\nX = -[]\n>>>>>>> b\n";
    let run = check(&Project::new(&[("app.py", code)]), ".");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("syntax-error") && run.out.contains("\n1 error."), "{}", run.out);
}

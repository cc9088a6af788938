//! A removal is safe only where it is proven that nobody notices: not where code may load by a name that is not known, nor
//! where a crate that stays is built otherwise.

use super::Project;

/// Findings of a rule with the levels of their fixes.
fn levels(project: &Project, rule: &str, arguments: &[&str]) -> Vec<String> {
    let report = project.report(arguments);
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    let level = |finding: &serde_json::Value| finding["fix"]["level"].as_str().unwrap_or("none").to_owned();
    findings.map(|finding| format!("{} {}", finding["subject"].as_str().unwrap(), level(finding))).collect()
}

/// The level at which `xlkit`, which nothing names, is taken out of a function with this code and this library.
fn of_python(app: &str, frames: &str) -> Vec<String> {
    let app = format!("import frames\n{app}\n");
    let project = Project::new(&[
        ("app.py", app.as_str()),
        ("requirements.txt", "frames\nxlkit==1.0\n"),
        ("frames/__init__.py", frames),
        ("frames-1.0.dist-info/METADATA", "Name: frames\nVersion: 1.0\n"),
        ("frames-1.0.dist-info/RECORD", "frames/__init__.py,,\n"),
        ("xlkit/__init__.py", "def read(p): pass\n"),
        ("xlkit-1.0.dist-info/METADATA", "Name: xlkit\nVersion: 1.0\n"),
        ("xlkit-1.0.dist-info/RECORD", "xlkit/__init__.py,,\n"),
    ]);
    levels(&project, "unused-dependency", &["--handler", "app.handler", "--runtime", "python3.12"])
}

#[test]
fn a_distribution_goes_safely_only_where_no_code_can_load_it_by_an_unknown_name() {
    let frames = "def read_csv(p): pass\n";
    assert_eq!(of_python("def handler(e, c): return frames.read_csv(e)", frames), ["xlkit safe"]);
    let open = [
        "import importlib, os\ndef handler(e, c): return importlib.import_module(os.environ['BACKEND']).read(e)",
        "import importlib\ndef handler(e, c): return importlib.import_module(e['kind']).read(e)",
        "import pickle\ndef handler(e, c): return pickle.loads(e['model'])",
        "import shelve\ndef handler(e, c): return shelve.open(e['path'])['x']",
        "def handler(e, c):\n    scope = {}\n    exec(e['rule'], scope)\n    return scope",
        "def handler(e, c): return eval(e['rule'])",
        "import pkgutil\ndef handler(e, c): return pkgutil.resolve_name(e['name'])",
        "from importlib.metadata import entry_points\ndef handler(e, c): return [p.load() for p in entry_points(group=e['g'])]",
        "load = __import__\ndef handler(e, c): return load(e['k'])",
        "run = exec\ndef handler(e, c): run(e['rule'])",
        "import importlib\ndef handler(e, c): return frames.read_csv(importlib.import_module, e)",
        "import subprocess, sys\ndef handler(e, c): return subprocess.run([sys.executable, '-m', e['k']])",
        "import subprocess\ndef handler(e, c): return subprocess.check_output(['python3', '-m', e['k']])",
        "import os\ndef handler(e, c): return os.system(e['command'])",
        "def handler(e, c): return frames.read_csv('xlkit')",
    ];
    for app in open {
        assert_eq!(of_python(app, frames), ["xlkit unsafe"], "{app}");
    }
    // A library that loads it somewhere may be brought to do so by a name that is computed.
    let lazy = "def read_csv(p): pass\ndef read_excel(p):\n    import xlkit\n    return xlkit.read(p)\n";
    let app = "NAMES = {'csv': 'read_csv', 'xlsx': 'read_excel'}\ndef handler(e, c): return getattr(frames, NAMES[e['k']])(e)";
    assert_eq!(of_python(app, lazy), ["xlkit unsafe"]);
    assert_eq!(
        of_python("def handler(e, c): return frames.read_csv(e)", "ENGINES = {'xlsx': 'xlkit'}\n"),
        ["xlkit unsafe"]
    );
    let other = "import subprocess\ndef handler(e, c): return subprocess.run(['ffmpeg', e['k']])";
    assert_eq!(of_python(other, frames), ["xlkit safe"]);
}

#[test]
fn a_distribution_stays_that_a_library_may_load_by_a_name_that_it_computes() {
    let app = "def handler(e, c): return frames.open(e['kind'])";
    let of = |body: &str| {
        let frames = format!(
            "import importlib, os\ndef open(kind):\n    return {body}\ndef _load(name):\n    return importlib.import_module(name)\n"
        );
        of_python(app, &frames)
    };
    for body in [
        "importlib.import_module('xl' + kind)",
        "importlib.import_module(f'{kind}kit')",
        "importlib.import_module(os.environ['BACKEND'])",
        "importlib.import_module(kind)",
        "_load(kind)",
        "__import__('xl%s' % kind)",
    ] {
        assert_eq!(of(body), ["xlkit unsafe"], "{body}");
    }
    // What comes from the library itself is said in it; what is its own is no distribution.
    for body in [
        "_load('json')",
        "importlib.import_module('.parts.' + kind, __name__)",
        "importlib.import_module('engine_' + kind)",
    ] {
        assert_eq!(of(body), ["xlkit safe"], "{body}");
    }
}

/// The level at which `xlkit`, which nothing names, is taken out of a function with this code and this library.
fn of_node(app: &str, frames: &str) -> Vec<String> {
    let project = Project::new(&[
        ("app.js", app),
        ("package.json", r#"{"dependencies": {"frames": "1", "xlkit": "1"}}"#),
        ("node_modules/frames/package.json", r#"{"name": "frames", "version": "1.0.0", "main": "index.js"}"#),
        ("node_modules/frames/index.js", "exports.read = () => 1;\n"),
        ("node_modules/frames/engines.js", frames),
        ("node_modules/xlkit/package.json", r#"{"name": "xlkit", "version": "1.0.0"}"#),
        ("node_modules/xlkit/index.js", ""),
    ]);
    levels(&project, "unused-dependency", &["--handler", "app.handler", "--runtime", "nodejs22.x"])
}

#[test]
fn an_npm_package_goes_safely_only_where_no_code_can_load_it_by_an_unknown_name() {
    let plain = "exports.handler = async (e) => require('frames').read(e);\n";
    assert_eq!(of_node(plain, ""), ["xlkit safe"]);
    assert_eq!(of_node(plain, "module.exports = (name) => name === 'x' && require('xlkit');\n"), ["xlkit unsafe"]);
    let open = [
        "require('frames');\nexports.handler = async (e) => require(process.env.BACKEND).read(e);\n",
        "require('frames');\nexports.handler = async (e) => (await import(e.kind)).read(e);\n",
        "require('frames');\nexports.handler = async (e) => eval(e.rule);\n",
        "require('frames');\nexports.handler = async (e) => new Function(e.rule)();\n",
        "require('frames');\nconst load = require;\nexports.handler = async (e) => load(e.kind);\n",
        "require('frames');\nexports.handler = async (e) => e.kinds.map(require);\n",
        "const frames = require('frames');\nexports.handler = async (e) => frames.read(require, e.kind);\n",
        "require('frames');\nconst load = module.constructor._load;\nexports.handler = async (e) => load(e.kind);\n",
    ];
    for app in open {
        assert_eq!(of_node(app, ""), ["xlkit unsafe"], "{app}");
    }
    let below = "require('frames');\nexports.handler = async (e) => require(`./parts/${e.kind}`)(e);\n";
    assert_eq!(of_node(below, ""), ["xlkit safe"]);
}

#[test]
fn an_npm_package_stays_that_a_library_may_load_by_a_name_that_it_computes() {
    let app = "const frames = require('frames');\nexports.handler = async (e) => frames.open(e.kind);\n";
    let project = |index: &str| {
        let project = Project::new(&[
            ("app.js", app),
            ("package.json", r#"{"dependencies": {"frames": "1", "xlkit": "1"}}"#),
            ("node_modules/frames/package.json", r#"{"name": "frames", "version": "1.0.0", "main": "index.js"}"#),
            ("node_modules/frames/index.js", index),
            ("node_modules/xlkit/package.json", r#"{"name": "xlkit", "version": "1.0.0"}"#),
            ("node_modules/xlkit/index.js", ""),
        ]);
        (levels(&project, "unused-dependency", &["--handler", "app.handler", "--runtime", "nodejs22.x"]), project)
    };
    let of = |index: &str| project(index).0;
    for index in [
        "exports.open = (kind) => require('xl' + kind);",
        "exports.open = (kind) => require(`${kind}kit`);",
        "exports.open = () => require(process.env.BACKEND);",
        "exports.open = (kind) => import(kind);",
    ] {
        assert_eq!(of(index), ["xlkit unsafe"], "{index}");
    }
    for index in [
        "exports.open = (kind) => require('./parts/' + kind);",
        "exports.open = (kind) => require(__dirname + '/parts/' + kind);",
        "exports.open = (kind) => require('engine-' + kind);",
    ] {
        assert_eq!(of(index), ["xlkit safe"], "{index}");
    }
    let (_, listed) = project("exports.open = () => 1;");
    listed.write("node_modules/frames/engines.json", r#"{"x": "xlkit"}"#);
    let arguments = ["--handler", "app.handler", "--runtime", "nodejs22.x"];
    assert_eq!(levels(&listed, "unused-dependency", &arguments), ["xlkit unsafe"]);
}

/// Packages of a registry, by name, with what follows in their manifests, and the lock file of `a`, which depends on all.
fn of_cargo(main: &str, declared: &str, crates: &[(&str, &str, &[&str])]) -> Project {
    let package = |name: &str, version: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n")
    };
    let list = |names: &[&str]| names.iter().map(|name| format!(" \"{name}\",\n")).collect::<String>();
    let own: Vec<&str> = crates.iter().map(|(name, ..)| *name).filter(|name| declared.contains(name)).collect();
    let mut lock =
        format!("version = 4\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\n{}]\n", list(&own));
    let mut files = vec![
        ("Cargo.toml".to_owned(), format!("{}\n[dependencies]\n{declared}", package("a", "0.1.0"))),
        ("src/main.rs".to_owned(), main.to_owned()),
    ];
    for (name, more, needs) in crates {
        let needed = if needs.is_empty() { String::new() } else { format!("dependencies = [\n{}]\n", list(needs)) };
        lock += &format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n{needed}");
        files.push((format!("vendor/{name}/Cargo.toml"), format!("{}{more}", package(name, "1.0.0"))));
        files.push((format!("vendor/{name}/src/lib.rs"), "pub fn f() {}\n".to_owned()));
    }
    files.push(("Cargo.lock".to_owned(), lock));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::new(&files)
}

#[test]
fn the_lock_file_of_cargo_follows_a_fix() {
    let kit = "\n[dependencies]\nextra = { version = \"1\", optional = true }\n\n[features]\nmore = [\"dep:extra\"]\n";
    let spare = "\n[dependencies]\nonly = \"1\"\nkit = \"1\"\n";
    let crates: &[(&str, &str, &[&str])] =
        &[("extra", "", &[]), ("kit", kit, &["extra"]), ("only", "", &[]), ("spare", spare, &["kit", "only"])];
    let declared = "kit = { version = \"1\", features = [\"more\"] }\nspare = \"1\"\n";
    let project = of_cargo("fn main() { kit::f() }", declared, crates);
    let done = project.run(&["check", ".", "--fix", "--unsafe-fixes", "--select", "unused-dependency"]);
    let (lock, manifest) = (project.read("Cargo.lock"), project.read("Cargo.toml"));
    assert!(!manifest.contains("spare") && manifest.contains("kit"), "{}", done.err);
    assert!(!lock.contains("spare") && !lock.contains("only"), "{lock}");
    assert!(lock.contains("dependencies = [\n \"kit\",\n]") && lock.contains("name = \"extra\""), "{lock}");
    assert!(!done.err.contains("Cargo.lock is as it was"), "{}", done.err);
}

#[test]
fn a_crate_stays_that_switches_on_what_a_crate_that_stays_is_built_with() {
    let sys = "\n[features]\nbundled = []\nnever = []\n";
    let lite = "\n[dependencies]\nlite-sys = \"1\"\n\n[features]\nbundled = [\"lite-sys/bundled\"]\n";
    let crates: &[(&str, &str, &[&str])] = &[("lite", lite, &["lite-sys"]), ("lite-sys", sys, &[])];
    let of = |declared: &str| levels(&of_cargo("fn main() { lite::f() }", declared, crates), "unused-dependency", &[]);
    assert_eq!(of("lite = \"1\"\nlite-sys = { version = \"1\", features = [\"bundled\"] }\n"), [""; 0]);
    // Somebody else asks for it already.
    let asked = "lite = { version = \"1\", features = [\"bundled\"] }\nlite-sys = { version = \"1\", features = [\"bundled\"] }\n";
    assert_eq!(of(asked), ["lite-sys safe"]);
    assert_eq!(of("lite = \"1\"\nlite-sys = \"1\"\n"), ["lite-sys safe"]);
    // What it brings asks for more of a crate that stays than those who need that.
    let spare = "\n[dependencies]\nlite-sys = { version = \"1\", features = [\"never\"] }\n";
    let crates = &[("lite", lite, &["lite-sys"][..]), ("lite-sys", sys, &[]), ("spare", spare, &["lite-sys"])];
    let project = of_cargo("fn main() { lite::f() }", "lite = \"1\"\nspare = \"1\"\n", crates);
    assert_eq!(levels(&project, "unused-dependency", &[]), ["spare unsafe"]);
    let told = project.report(&[])["findings"][0]["help"].as_str().unwrap().to_owned();
    assert!(told.contains("feature `never` of lite-sys"), "{told}");
}

#[test]
fn names_in_what_macros_are_given_are_used_or_at_least_doubted() {
    let crates: &[(&str, &str, &[&str])] = &[("used", "", &[]), ("cfg-if", "", &[])];
    let of = |main: &str| levels(&of_cargo(main, "used = \"1\"\ncfg-if = \"1\"\n", crates), "unused-dependency", &[]);
    let item = |import: &str| format!("cfg_if::cfg_if! {{ if #[cfg(unix)] {{ {import} }} }}\nfn main() {{}}");
    for import in ["use used as _;", "use used;", "use {used as x};", "extern crate used;"] {
        assert_eq!(of(&item(import)), [""; 0], "{import}");
    }
    assert_eq!(of("fn main() { cfg_if::make!(used) }"), ["used unsafe"]);
    assert_eq!(of("fn main() { cfg_if::make!(other) }"), ["used safe"]);
}

#[test]
fn a_feature_that_decides_about_a_constant_is_no_unused_one() {
    let features = "\n[features]\nquiet = []\nextra = []\n";
    let project = of_cargo(
        "fn main() { talk::f() }",
        "talk = { version = \"1\", features = [\"quiet\", \"extra\"] }\n",
        &[("talk", features, &[])],
    );
    let library = "pub const LEVEL: u8 = match cfg!(debug_assertions) { false if cfg!(feature = \"quiet\") => 1, _ => 5 };\n\
                   pub fn f() {}\n#[cfg(feature = \"extra\")]\npub fn extra() {}\n\
                   #[cfg(all(feature = \"quiet\", feature = \"extra\"))]\ncompile_error!(\"one of them\");\n";
    project.write("vendor/talk/src/lib.rs", library);
    assert_eq!(levels(&project, "unused-feature", &[]), ["talk/extra safe"]);
}

#[test]
fn with_the_first_resolver_a_crate_for_the_build_switches_on_what_the_rest_is_built_with() {
    let of = |edition: &str, resolver: &str| {
        let manifest = format!(
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n{resolver}\n[dependencies]\nbar = \"1\"\n[build-dependencies]\nspare = \"1\"\n"
        );
        let crates: &[(&str, &str, &[&str])] = &[
            ("bar", "\n[features]\nstd = []\n", &[]),
            ("spare", "\n[dependencies]\nbar = { version = \"1\", features = [\"std\"] }\n", &["bar"]),
        ];
        let project = of_cargo("fn main() { bar::f() }", "bar = \"1\"\nspare = \"1\"\n", crates);
        project.write("Cargo.toml", &manifest);
        project.write("build.rs", "fn main() {}\n");
        levels(&project, "unused-dependency", &[])
    };
    assert_eq!(of("2018", ""), ["spare unsafe"]);
    assert_eq!(of("2021", "resolver = \"1\""), ["spare unsafe"]);
    assert_eq!(
        (of("2021", ""), of("2018", "resolver = \"2\"")),
        (vec!["spare safe".to_owned()], vec!["spare safe".to_owned()])
    );
}

#[test]
fn texts_that_may_become_code_are_doubted() {
    let crates: &[(&str, &str, &[&str])] = &[("askama", "", &[]), ("humantime", "", &[])];
    let main = "#[derive(askama::Template)]\n#[template(path = \"mail.txt\")]\nstruct Mail;\nfn main() {}";
    let project = |main: &str| of_cargo(main, "askama = \"1\"\nhumantime = \"1\"\n", crates);
    let of = |main: &str, files: &[(&str, &str)]| {
        let project = project(main);
        files.iter().for_each(|(path, text)| project.write(path, text));
        levels(&project, "unused-dependency", &[])
    };
    let text = "{{ humantime::format_duration(*wait) }}";
    assert_eq!(of(main, &[]), ["humantime safe"]);
    assert_eq!(of(main, &[("templates/mail.txt", text)]), ["humantime unsafe"]);
    assert_eq!(of(main, &[(".templates/mail.html", text)]), ["humantime unsafe"]);
    let settings = |folder: &str| format!("[general]\ndirs = [\"{folder}\"]\n");
    assert_eq!(of(main, &[("askama.toml", &settings(".mails")), (".mails/mail.html", text)]), [""; 0]);
    // What lies elsewhere and is not here may say anything.
    assert_eq!(of(main, &[("askama.toml", &settings("../mails"))]), ["humantime unsafe"]);
    let inline = "#[derive(askama::Template)]\n#[template(source = \"{{ humantime::format_duration(*wait) }}\", ext = \"txt\")]\nstruct Mail;\nfn main() {}";
    assert_eq!(of(inline, &[]), [""; 0]);
    let generated = "include!(concat!(env!(\"OUT_DIR\"), \"/g.rs\"));\nuse askama as _;\nfn main() {}";
    let copies = |from: &str| format!("fn main() {{ std::fs::copy(\"{from}\", \"g.rs\").unwrap(); }}");
    let code = "pub fn g(d: std::time::Duration) { humantime::format_duration(d); }";
    assert_eq!(of(generated, &[("build.rs", &copies("gen/code.txt")), ("gen/code.txt", code)]), ["humantime unsafe"]);
    assert_eq!(of(generated, &[("build.rs", &copies("../gen/code.in"))]), ["humantime unsafe"]);
}

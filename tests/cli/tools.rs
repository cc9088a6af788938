//! Tools of Node projects: who needs what no code imports, told by what is installed.

use serde_json::{Value, json};

use super::Project;

/// A project in which all that is declared is installed, and some more packages: each with what its manifest has beside
/// its name, and the code of its `index.js`.
struct Tree {
    declared: Vec<String>,
    scripts: Value,
    files: Vec<(String, String)>,
}

impl Tree {
    /// One that declares packages for development, beside `a`, which `main.js` imports.
    fn new(declared: &[&str]) -> Self {
        let tree = Self {
            declared: declared.iter().map(|name| (*name).to_owned()).collect(),
            scripts: json!({}),
            files: vec![("main.js".to_owned(), "require('a');\n".to_owned())],
        };
        let tree = tree.package("a", json!({}), "");
        declared.iter().fold(tree, |tree, name| tree.package(name, json!({}), ""))
    }

    fn package(mut self, name: &str, mut manifest: Value, code: &str) -> Self {
        manifest["name"] = name.into();
        let folder = format!("node_modules/{name}");
        self.files.retain(|(path, _)| !path.starts_with(&format!("{folder}/")));
        self.files.push((format!("{folder}/package.json"), manifest.to_string()));
        self.files.push((format!("{folder}/index.js"), code.to_owned()));
        self
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    fn script(mut self, script: &str) -> Self {
        self.scripts["x"] = script.into();
        self
    }

    fn project(&self) -> Project {
        let development: Value =
            self.declared.iter().map(|name| (name.clone(), Value::from("1"))).collect::<serde_json::Map<_, _>>().into();
        let manifest = json!({
            "name": "shop", "scripts": self.scripts, "dependencies": {"a": "1"}, "devDependencies": development,
        });
        let mut files: Vec<(&str, &str)> = self.files.iter().map(|(path, text)| (&**path, &**text)).collect();
        let manifest = manifest.to_string();
        files.push(("package.json", &manifest));
        Project::new(&files)
    }

    fn found(&self, rule: &str) -> Vec<String> {
        let report = self.project().report(&["--dev", "--select", rule]);
        let found = report["findings"].as_array().unwrap().iter();
        found.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect()
    }

    fn unused(&self) -> Vec<String> {
        self.found("unused-dependency")
    }
}

/// Tools that nothing names are not needed where all that may need them is here; where something is missing they may be.
#[test]
fn tools_that_nothing_names() {
    let names = ["husky", "nodemon", "ts-node", "eslint", "rimraf", "sass", "@babel/core"];
    assert_eq!(Tree::new(&names).unused(), names);
    let partly = Tree::new(&names).file("node_modules/husky/package.json", "");
    let missing =
        Tree { files: partly.files.into_iter().filter(|(path, _)| !path.contains("husky/")).collect(), ..partly };
    // What people start by a command nothing starts here, whatever is missing.
    assert_eq!(missing.unused(), ["husky", "nodemon", "rimraf"]);
    let used = Tree::new(&names).script("rimraf x && nodemon main.ts");
    let used =
        used.file("main.ts", "").file(".husky/pre-commit", "x\n").file(".eslintrc.json", "{}").file("a.scss", "");
    assert_eq!(used.file("babel.config.json", "{}").unused(), [""; 0]);
}

/// What a tool leaves of a name is read in the settings of that tool, where a name may stand.
#[test]
fn short_names_in_settings_of_their_tool() {
    let names = ["eslint-plugin-import", "eslint-plugin-react", "jest-environment-jsdom"];
    let tree =
        |path: &str, text: &str| Tree::new(&names).file(path, text).file("vite.config.js", "import x from 'react'");
    assert_eq!(tree(".eslintrc.json", r#"{"plugins": ["import"]}"#).unused(), names[1..]);
    assert_eq!(tree(".eslintrc", "plugins:\n  - import\n  - react\n").unused(), names[2..]);
    let flat = |text: &str| tree("eslint.config.mjs", text).unused();
    assert_eq!(flat("export default [{ rules: { 'import/x': 1 } }];"), names);
    assert_eq!(flat("const c = new FlatCompat(); export default c.extends('plugin:import/x');"), names[1..]);
    // Its own runner does not ask for it.
    let alone = Tree::new(&names).file("vitest.config.js", "export default { environment: 'jsdom' }");
    let alone = alone.package("jest-environment-jsdom", json!({"dependencies": {"@jest/environment": "1"}}), "");
    let alone = alone.package("@jest/environment", json!({}), "");
    assert_eq!(alone.unused(), names);
}

/// A package of settings for a tool names plug-ins in its code as the tool does.
#[test]
fn settings_that_are_a_package() {
    let tree =
        Tree::new(&["eslint-plugin-import", "spare"]).file("index.js", "module.exports = { plugins: ['import'] };");
    let files = tree.project();
    let manifest =
        r#"{"name": "eslint-config-shop", "dependencies": {"a": "1", "eslint-plugin-import": "1", "spare": "1"}}"#;
    files.write("package.json", manifest);
    let report = files.report(&[]);
    let found: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["subject"].as_str()).collect();
    assert_eq!(found, ["spare"]);
}

/// Code that has commands run names who they are of, wherever the rest of the command comes from.
#[test]
fn commands_in_code() {
    let of = |code: &str| {
        let tree = Tree::new(&["file-copier"]).package("file-copier", json!({"bin": {"copy": "x.js"}}), "");
        tree.file("tasks.js", code).unused()
    };
    for code in [
        "run('copy a b');",
        "run(`copy ${from} ${to}`);",
        "run('copy ' + from);",
        "run('x && A=1 npx copy a');",
        "spawn('copy', [a]);",
    ] {
        assert_eq!(of(code), [""; 0], "{code}");
    }
    for code in ["say('to copy files');", "run(`${x} copy a`);", "// copy a"] {
        assert_eq!(of(code), ["file-copier"], "{code}");
    }
}

/// A name that is a word stands for the package only where a name may stand.
#[test]
fn names_that_are_words() {
    let tree = |path: &str, text: &str| Tree::new(&["debug"]).file(path, text).unused();
    for (path, text) in [
        ("docker-compose.yml", "services:\n  debug:\n    image: debug\n"),
        ("en.json", r#"{"debug": "Debug"}"#),
        ("page.html", "<p class='debug'>debug</p>"),
        ("README.md", "debug it\n"),
    ] {
        assert_eq!(tree(path, text), ["debug"], "{path}");
    }
    for (path, text) in [
        ("run.sh", "npx debug --fast\n"),
        ("babel.config.js", "module.exports = { plugins: ['debug'] };"),
        ("page.vue", "<script>import d from 'debug'</script>"),
        ("README.md", "Run `npx debug` first.\n"),
    ] {
        assert_eq!(tree(path, text), [""; 0], "{path}");
    }
}

/// What a library says in comments, in longer texts, in tests and in templates it does not load.
#[test]
fn what_libraries_only_speak_of() {
    let of = |code: &str| Tree::new(&["wanted"]).package("a", json!({}), code).unused();
    for code in ["// see 'wanted'", "x = \"install 'wanted' first\";", "x = {\"wanted\": 1};"] {
        assert_eq!(of(code), ["wanted"], "{code}");
    }
    for code in [
        "try { require('wanted') } catch {}",
        "load('wanted');",
        "x = ['wanted/part'];",
        "x = \"import y from 'wanted'\";",
        "x = `const z = require('wanted'); ${y}`;",
    ] {
        assert_eq!(of(code), [""; 0], "{code}");
    }
    let aside = Tree::new(&["wanted"]);
    let aside = aside
        .file("node_modules/a/test/x.js", "require('wanted')")
        .file("node_modules/a/jest.config.js", "x('wanted')");
    assert_eq!(aside.file("node_modules/a/files/__name__.js", "require('wanted')").unused(), ["wanted"]);
}

/// Libraries that others bring want what they say they work with, and make names in a scope that nobody else is of.
#[test]
fn what_libraries_of_libraries_want() {
    let inner = |manifest: Value, code: &str| {
        let tree = Tree::new(&["@icons/one", "faster"]).package("a", json!({"dependencies": {"inner": "1"}}), "");
        tree.package("inner", manifest, code).unused()
    };
    let peers = json!({"peerDependencies": {"faster": "1"}, "peerDependenciesMeta": {"faster": {"optional": true}}});
    assert_eq!(inner(peers.clone(), "try { require('faster') } catch {}"), ["@icons/one"]);
    assert_eq!(inner(peers.clone(), ""), ["@icons/one", "faster"]);
    assert_eq!(inner(json!({"peerDependencies": {"faster": "1"}}), ""), ["@icons/one"]);
    let mut native = peers.clone();
    native["optionalDependencies"] = json!({"inner-linux-x64": "1"});
    assert_eq!(inner(native, ""), ["@icons/one"], "a native program may start it");
    assert_eq!(inner(json!({}), "const load = (name) => import(`@icons/${name}`);"), ["faster"]);
}

/// What serves files of some kind is needed where there are some, whatever libraries would do with it.
#[test]
fn what_libraries_want_for_files_that_are_not_here() {
    let tree = || Tree::new(&["sass"]).package("a", json!({}), "load('sass');");
    assert_eq!(tree().unused(), ["sass"]);
    assert_eq!(tree().file("x.vue", "<style lang=\"scss\"></style>").unused(), [""; 0]);
    assert_eq!(tree().file("x.scss", "").unused(), [""; 0]);
}

/// Tools that take what is there by its name do so in some versions only.
#[test]
fn what_is_found_by_its_name() {
    let of = |version: &str| {
        let tree = Tree::new(&["prettier", "prettier-plugin-x", "karma-x"]).file(".prettierrc", "{}");
        tree.package("prettier", json!({"version": version}), "").unused()
    };
    assert_eq!(of("3.1.0"), ["prettier-plugin-x", "karma-x"]);
    assert_eq!(of("2.8.0"), ["karma-x"]);
    assert_eq!(Tree::new(&["karma", "karma-x"]).file("karma.conf.js", "").unused(), [""; 0]);
}

/// Nobody asks for it, and it alone brings what somebody asks for.
#[test]
fn what_brings_something_that_is_asked_for() {
    let tree = |owner: &str| {
        let tree = Tree::new(&["carrier"]).file("more.js", "require('inner');");
        tree.package("inner", json!({}), "").package(owner, json!({"dependencies": {"inner": "1"}}), "")
    };
    assert_eq!(tree("carrier").unused(), [""; 0]);
    assert_eq!(tree("a").unused(), ["carrier"]);
    let why = tree("carrier").project().run(&["why", "carrier", "."]).out;
    assert!(why.contains("it alone brings inner"), "{why}");
}

/// What is imported or run and declared nowhere is here only as long as something else brings it.
#[test]
fn what_only_others_bring() {
    let tree = || {
        let tree = Tree::new(&["b"]).package("a", json!({"dependencies": {"inner": "1", "runner": "1"}}), "");
        let tree = tree.package("inner", json!({}), "").package("runner", json!({"bin": {"go": "x.js"}}), "");
        tree.file(
            "src/app.js",
            "import 'a';\nimport inner from 'inner';\nimport shop from 'shop';\nimport 'b/virtual';\n",
        )
    };
    let undeclared = "undeclared-dependency";
    assert_eq!(tree().found(undeclared), ["inner"]);
    assert_eq!(tree().script("X=1 go --fast && node x").found(undeclared), ["runner", "inner"]);
    assert_eq!(tree().script("echo go").found(undeclared), ["inner"]);
    // What runs scripts is there without being installed.
    let npm = tree().package("npm", json!({"bin": {"npm": "x.js"}}), "");
    assert_eq!(npm.script("npm run x").found(undeclared), ["inner"]);
    let required = tree()
        .file("src/old.js", "try { require('runner') } catch {}\nconst f = () => require('lost');\nrequire('gone');\n");
    assert_eq!(required.found(undeclared), ["inner", "gone"]);
    let served = Tree::new(&["b"]).file("src/app.js", "import 'a';\nimport 'made.css';\nimport 'other.css';\n");
    assert_eq!(served.package("a", json!({}), "if (id === 'made.css') load();").found(undeclared), ["other.css"]);
}

/// Types that a package has itself are taken before those that another one describes.
#[test]
fn types_that_nobody_takes() {
    let of = |manifest: Value| {
        let tree = Tree::new(&["@types/a"]).package("a", manifest, "").file("main.ts", "import a from 'a';\na();\n");
        let tree = tree.file("node_modules/a/index.d.ts", "export default 1;\n");
        tree.file("node_modules/@types/a/index.d.ts", "declare const a: 1;\nexport default a;\n").unused()
    };
    assert_eq!(of(json!({"types": "index.d.ts"})), ["@types/a"]);
    assert_eq!(of(json!({"types": "index.d.ts", "exports": "./index.js"})), [""; 0]);
    assert_eq!(of(json!({"types": "lost.d.ts"})), [""; 0]);
}

/// What of these is unused in a project of which nothing is installed, and a lock file of pnpm's tells peers.
fn unused_uninstalled(declared: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::new(declared);
    let mut tree = files.iter().fold(tree, |tree, (path, text)| tree.file(path, text));
    tree.files.retain(|(path, _)| !path.starts_with("node_modules/"));
    let lock = "lockfileVersion: '9.0'\npackages:\n  other@1.0.0:\n    peerDependencies:\n      another: '1'\n";
    tree.file("pnpm-lock.yaml", lock).unused()
}

/// Commands whose packages are not here are known by the names that such packages usually give them.
#[test]
fn commands_of_packages_that_are_not_here() {
    let declared = ["@acme-run/serve", "clean-things-cli", "@paint/cli", "spare-cli"];
    assert_eq!(unused_uninstalled(&declared, &[]), declared);
    let files = [
        ("Makefile", "css:\n\t$(BIN)/cleanthings a.css\n"),
        (".github/workflows/x.yml", "jobs:\n  x:\n    steps:\n      - run: |\n          paint -i a.css\n"),
        ("Procfile", "web: acme-serve build\n"),
    ];
    assert_eq!(unused_uninstalled(&declared, &files), ["spare-cli"]);
}

/// Commands in prose, what they are given, and the marks between which tools write.
#[test]
fn prose_that_tools_read() {
    let declared = ["packer", "@packer/plugin-small", "automd", "doctoc", "spare"];
    assert_eq!(unused_uninstalled(&declared, &[]), declared);
    let prose = "    node_modules/.bin/packer a.js \\\n        -p @packer/plugin-small\n\nspare\n";
    let files =
        [("docs/contributing.rst", prose), ("README.md", "<!-- automd:badges -->\n<!-- START doctoc generated -->\n")];
    assert_eq!(unused_uninstalled(&declared, &files), ["spare"]);
}

/// Files of a framework are for its compiler.
#[test]
fn files_of_frameworks() {
    for (name, file) in
        [("vue", "a.vue"), ("svelte", "a.svelte"), ("astro", "a.astro"), ("@redwoodjs/api", "redwood.toml")]
    {
        assert_eq!(unused_uninstalled(&[name], &[]), [name]);
        assert!(unused_uninstalled(&[name], &[(file, "")]).is_empty(), "{name}");
    }
    assert_eq!(unused_uninstalled(&["astro"], &[("b.js", "require('a');\nimport('astro:content');\n")]), [""; 0]);
}

/// Code that is written to a file asks for packages as any other.
#[test]
fn code_in_texts() {
    let names = ["browser", "pages", "spare"];
    let tree = |code: &str| Tree::new(&names).file("test/world.js", code);
    assert_eq!(tree("write('spare browser pages');").unused(), names);
    let written = "write(`x.y = require('browser').path();\n${rest}`, \"import z from 'pages';\");";
    assert_eq!(tree(written).unused(), names[2..]);
}

/// A shared configuration names plug-ins as its tool does, and that looks for them from the project's folder.
#[test]
fn plug_ins_of_shared_settings() {
    let names = ["eslint-config-shop", "eslint-plugin-import", "eslint-plugin-react"];
    let tree = |code: &str| {
        let tree = Tree::new(&names).package("eslint-config-shop", json!({}), code);
        tree.file(".eslintrc.js", "module.exports = { extends: ['shop'] };\n")
    };
    assert_eq!(tree("module.exports = { rules: { 'react/x': 1 } };").unused(), names[1..]);
    assert_eq!(tree("module.exports = { plugins: ['import'] };").unused(), names[2..]);
}

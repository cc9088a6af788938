use std::collections::BTreeMap;

use super::*;
use crate::artifact::Location;
use crate::manifest::dependency::Locked;

struct Tree(BTreeMap<&'static str, &'static str>);

impl Files for Tree {
    fn text(&self, path: &str) -> Option<String> {
        self.0.get(path).map(|text| (*text).to_owned())
    }

    fn location(&self, path: &str) -> Location {
        Location::file(path)
    }
}

fn read(folder: &str, files: &[(&'static str, &'static str)]) -> Declared {
    declared(&Tree(files.iter().copied().collect()), folder, false)
}

fn names(declared: &Declared) -> Vec<(&str, &Scope, bool)> {
    declared.dependencies.iter().map(|d| (&*d.name, &d.scope, d.shared)).collect()
}

fn mentioned(declared: &Declared) -> Vec<(&str, MentionedBy)> {
    declared.mentions.iter().map(|mention| (&*mention.word, mention.by)).collect()
}

#[test]
fn tables_are_read_with_their_places() {
    let text = "{\n\t\"name\": \"x\",\n\t\"dependencies\": {\"a\": \"1\", \"@s/b\": \"npm:c@2\"},\n\t\"devDependencies\": {\"d\": \"1\"},\n\
                \t\"optionalDependencies\": {\"a\": \"1\"},\n\t\"peerDependencies\": {\"e\": \"*\"}\n}\n";
    let declared = read("", &[("package.json", text)]);
    let optional = |table: &str| Scope::Optional(table.to_owned());
    assert_eq!(
        names(&declared),
        [
            ("@s/b", &Scope::Runtime, false),
            ("d", &Scope::Development, false),
            ("a", &optional("optionalDependencies"), false),
            ("e", &optional("peerDependencies"), false),
        ]
    );
    let written = |span: Option<Span>| span.map(|span| &text[span.range_in(text.len())]);
    let scoped = &declared.dependencies[0];
    assert_eq!(written(scoped.location.span), Some("\"@s/b\": \"npm:c@2\""));
    assert_eq!(written(scoped.removal), Some(", \"@s/b\": \"npm:c@2\""));
}

#[test]
fn what_is_around_a_member_of_a_workspace_is_shared() {
    let declared = read(
        "packages/api/src",
        &[
            ("package.json", r#"{"workspaces": ["packages/*"], "dependencies": {"root": "1"}}"#),
            ("packages/api/package.json", r#"{"name": "api", "dependencies": {"own": "1"}}"#),
            ("packages/web/package.json", r#"{"name": "web", "dependencies": {"other": "1"}}"#),
        ],
    );
    assert_eq!(names(&declared), [("own", &Scope::Runtime, false), ("root", &Scope::Runtime, true)]);
}

#[test]
fn a_manifest_that_only_sets_the_module_type_declares_nothing() {
    let declared = read("dist", &[("dist/package.json", r#"{"type": "module"}"#)]);
    assert!(!declared.any_manifest);
    let declared =
        read("dist", &[("dist/package.json", r#"{"type": "module"}"#), ("package.json", r#"{"name": "x"}"#)]);
    assert!(declared.any_manifest);
}

#[test]
fn a_broken_manifest_is_a_problem_with_a_place() {
    let declared = read("", &[("package.json", "{\"dependencies\": {\"a\": \n")]);
    assert!(declared.dependencies.is_empty());
    assert_eq!(declared.problems.len(), 1);
    assert!(declared.problems[0].location.span.is_some());
}

#[test]
fn settings_name_packages() {
    let declared = read(
        "",
        &[
            (
                "package.json",
                r##"{"scripts": {"build": "rm -rf x && npx tsc -p . ; ./node_modules/.bin/run-s a"}, "imports": {"#db": {"default": "pg/lib"}, "#own": "./x.js"}}"##,
            ),
            ("tsconfig.json", "{ // the base\n \"extends\": \"./base\", /* more */ }"),
            (
                "base.json",
                r#"{"compilerOptions": {"importHelpers": true, "jsx": "react-jsx", "jsxImportSource": "preact"}}"#,
            ),
            ("serverless.yml", "service: x\nplugins:\n  - serverless-offline\n  - ./own\n"),
            ("serverless.ts", "import { plugins } from './infra/custom';\nexport default { plugins, custom: {} };"),
            ("infra/custom.ts", "const x = { exclude: ['joi'] };\nexport const plugins = ['serverless-esbuild', `b`];"),
        ],
    );
    let of = |by: MentionedBy| {
        mentioned(&declared).into_iter().filter(move |(_, by_what)| *by_what == by).map(|(word, _)| word.to_owned())
    };
    assert_eq!(of(MentionedBy::Setting).collect::<Vec<_>>(), ["pg", "preact", "tslib"]);
    assert_eq!(of(MentionedBy::Plugin).collect::<Vec<_>>(), ["b", "serverless-esbuild", "serverless-offline"]);
    let scripts: Vec<String> = of(MentionedBy::Script).collect();
    assert!(["tsc", "run-s", "npx"].iter().all(|word| scripts.iter().any(|script| script == word)), "{scripts:?}");
}

#[test]
fn requests_ask_for_packages() {
    assert_eq!(package_of_request("lodash/get"), Some("lodash"));
    assert_eq!(package_of_request("@aws-sdk/client-s3/dist"), Some("@aws-sdk/client-s3"));
    assert_eq!(package_of_request("./x"), None);
    assert_eq!(package_of_request("#db"), None);
    assert_eq!(package_of_request("@alone"), None);
}

/// Name, version, what it brings, its peers, its commands.
type Row = (String, String, Vec<String>, Vec<String>, Vec<String>);

fn locked(file: &'static str, text: &'static str) -> Vec<Row> {
    let strings = |names: &[std::sync::Arc<str>]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let tell = |locked: &Locked| {
        let (name, version) = (locked.name.to_string(), locked.version.to_string());
        (name, version, strings(&locked.requires), strings(&locked.peers), strings(&locked.commands))
    };
    read("", &[(file, text)]).locked.iter().map(tell).collect()
}

fn row(name: &str, version: &str, requires: &[&str], peers: &[&str], commands: &[&str]) -> Row {
    let strings = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    (name.into(), version.into(), strings(requires), strings(peers), strings(commands))
}

#[test]
fn lock_files_of_npm() {
    let three = r#"{"lockfileVersion": 3, "packages": {
        "": {"name": "x"},
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "2"}, "peerDependencies": {"p": "*", "q": "*"},
            "peerDependenciesMeta": {"q": {"optional": true}}, "bin": {"run-a": "x.js"}},
        "node_modules/a/node_modules/@s/b": {"version": "2.0.0"}}}"#;
    assert_eq!(
        locked("package-lock.json", three),
        [row("@s/b", "2.0.0", &[], &[], &[]), row("a", "1.0.0", &["b"], &["p"], &["run-a"])]
    );
    let one = r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "requires": {"b": "2"},
        "dependencies": {"b": {"version": "2.0.0"}}}}}"#;
    assert_eq!(
        locked("package-lock.json", one),
        // What is nested is required and listed.
        [row("a", "1.0.0", &["b", "b"], &[], &[]), row("b", "2.0.0", &[], &[], &[])]
    );
}

#[test]
fn lock_files_of_pnpm() {
    let nine = "lockfileVersion: '9.0'\npackages:\n  '@s/a@1.0.0':\n    hasBin: true\n    peerDependencies:\n      p: '*'\n  b@2.0.0:\n    resolution: {}\n\
                snapshots:\n  '@s/a@1.0.0(p@1.0.0)':\n    dependencies:\n      b: 2.0.0\n";
    assert_eq!(
        locked("pnpm-lock.yaml", nine),
        [row("@s/a", "1.0.0", &["b"], &["p"], &["a", "s-a", "sa"]), row("b", "2.0.0", &[], &[], &[])]
    );
    let six = "lockfileVersion: '6.0'\npackages:\n  /@s/a@1.0.0(p@1.0.0):\n    dependencies:\n      b: 2.0.0\n";
    assert_eq!(locked("pnpm-lock.yaml", six), [row("@s/a", "1.0.0", &["b"], &[], &[])]);
    let five = "lockfileVersion: 5.4\npackages:\n  /@s/a/1.0.0_p@1.0.0:\n    optionalDependencies:\n      b: 2.0.0\n";
    assert_eq!(locked("pnpm-lock.yaml", five), [row("@s/a", "1.0.0", &["b"], &[], &[])]);
}

#[test]
fn an_alias_of_pnpm_is_a_package_of_its_own() {
    let nine = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        version: 2.0.0(p@1.0.0)\n\
                \u{20}     old-a:\n        version: a@1.0.0\n      own:\n        version: link:packages/own\n\
                packages:\n  a@1.0.0:\n    hasBin: true\n  a@2.0.0:\n    hasBin: true\n";
    assert_eq!(
        locked("pnpm-lock.yaml", nine),
        [row("a", "2.0.0", &[], &[], &["a"]), row("old-a", "1.0.0", &[], &[], &["a"])]
    );
}

#[test]
fn lock_files_say_what_a_package_can_do_without() {
    let optional = |file: &'static str, text: &'static str| {
        let names =
            read("", &[(file, text)]).locked.iter().flat_map(|locked| locked.optional.clone()).collect::<Vec<_>>();
        names.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let npm = r#"{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "optionalDependencies": {"o": "1"},
        "peerDependencies": {"p": "*", "q": "*"}, "peerDependenciesMeta": {"q": {"optional": true}}}}}"#;
    assert_eq!(optional("package-lock.json", npm), ["q", "o"]);
    let pnpm = "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    peerDependencies:\n      q: '*'\n    peerDependenciesMeta:\n      q:\n        optional: true\n\
                snapshots:\n  a@1.0.0:\n    optionalDependencies:\n      o: 2.0.0\n";
    assert_eq!(optional("pnpm-lock.yaml", pnpm), ["q", "o"]);
    let yarn = "# yarn lockfile v1\n\na@1:\n  version \"1.0.0\"\n  dependencies:\n    b \"1\"\n  optionalDependencies:\n    o \"1\"\n";
    assert_eq!(optional("yarn.lock", yarn), ["o"]);
    let berry = "__metadata:\n  version: 8\n\n\"a@npm:1\":\n  version: 1.0.0\n  dependencies:\n    b: 1\n    o: 1\n  dependenciesMeta:\n    o:\n      optional: true\n";
    assert_eq!(optional("yarn.lock", berry), ["o"]);
}

#[test]
fn a_workspace_of_yarn_has_no_version() {
    let berry = "__metadata:\n  version: 8\n\n\"own@workspace:packages/own\":\n  version: 0.0.0-use.local\n";
    assert_eq!(locked("yarn.lock", berry), [row("own", "", &[], &[], &[])]);
}

#[test]
fn lock_files_of_yarn() {
    let one = "# yarn lockfile v1\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.1.0\"\n  resolved \"x\"\n  dependencies:\n    b \"^2.0.0\"\n    \"@s/c\" \"1\"\n\n\
               b@^2.0.0:\n  version \"2.0.0\"\n";
    assert_eq!(
        locked("yarn.lock", one),
        [row("@s/a", "1.1.0", &["b", "@s/c"], &[], &[]), row("b", "2.0.0", &[], &[], &[])]
    );
    let berry = "__metadata:\n  version: 8\n\n\"@s/a@npm:^1.0.0\":\n  version: 1.1.0\n  dependencies:\n    b: \"npm:^2\"\n  peerDependencies:\n    p: \"*\"\n  bin:\n    run-a: x.js\n";
    assert_eq!(locked("yarn.lock", berry), [row("@s/a", "1.1.0", &["b"], &["p"], &["run-a"])]);
}

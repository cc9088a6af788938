//! Sources, manifests, templates and metadata with some bytes changed: no reader panics, hangs or loses itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use defrost::artifact::{Artifact, ArtifactKind, Bytes, Contents, Entry, Location, ReadError};
use defrost::config::SourceKind;
use defrost::input::files::{Files, FolderEntry};
use defrost::lang::javascript::{self, Dialect, ParseMode};
use defrost::lang::rust::facts::{self, Around};
use defrost::manifest::cargo::{CargoManifest, lock::Lock, workspace::CargoWorkspace};
use defrost::manifest::{dependency, node, python, yaml};
use defrost::{declare, package::owners};

use super::Dice;

/// Texts by path.
#[derive(Debug, Default)]
struct Memory(BTreeMap<String, String>);

impl Memory {
    fn of(path: &str, text: &str) -> Self {
        Self([(path.to_owned(), text.to_owned())].into())
    }
}

impl Files for Memory {
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let missing = || ReadError { message: "no such file".to_owned() };
        self.0.get(path).map(|text| Arc::from(text.as_str())).ok_or_else(missing)
    }

    fn is_file(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.0.get(path).map(|text| text.len() as u64)
    }

    fn list(&self, folder: &str) -> Vec<FolderEntry> {
        let files = self.0.keys().filter(|path| folder.is_empty() && !path.contains('/'));
        files.map(|name| FolderEntry { name: name.clone(), is_folder: false }).collect()
    }
}

impl dependency::Files for Memory {
    fn text(&self, path: &str) -> Option<String> {
        self.0.get(path).cloned()
    }

    fn location(&self, path: &str) -> Location {
        Location::file(path)
    }
}

impl Contents for Memory {
    fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
        Ok(Arc::new(self.0.values().nth(entry as usize).cloned().unwrap_or_default().into_bytes()))
    }
}

/// Runs `read` on many damaged copies of a text, on a stack as large as the program's threads have.
fn damaged(seed: &'static str, read: impl Fn(&str) + Send + 'static) {
    const ROUNDS: usize = 1_500;
    let work = move || {
        let mut dice = Dice(0x5EED + seed.len() as u64);
        read(seed);
        for _ in 0..ROUNDS {
            read(&String::from_utf8_lossy(&dice.mutate(seed.as_bytes())));
        }
    };
    let thread = std::thread::Builder::new().stack_size(defrost::lang::python::PARSE_STACK).spawn(work);
    thread.unwrap().join().unwrap();
}

const JAVASCRIPT: &str = r#"
import fs, { readFile as read } from "node:fs";
export * as all from "./all.js"; export default class extends Base { #x = 1; static { this.y = 2; } get z() { return this.#x ?? 3; } }
const { a, ...rest } = await import(`./${name}.mjs`), b = require("b")?.c?.[0];
label: for (const [k, v] of Object.entries(process.env)) { if (/[/\]]+(?<n>x)/u.test(k)) continue label; else break; }
async function* gen(x = (y) => ({ y }), ...more) { try { yield* x; } catch { throw new Error("no"); } finally { } }
@dec() enum E { A = 1 } namespace N { export type T<U extends string = "x"> = U | null } declare module "m";
module.exports = { __esModule: true, get x() { return new.target } }; switch (a) { case 1: default: debugger }
"#;

#[test]
fn javascript_never_panics() {
    damaged(JAVASCRIPT, |text| {
        for dialect in [Dialect::CommonJs, Dialect::Module] {
            let plain = ParseMode::javascript(dialect);
            let _ = javascript::parse(text, plain);
            let _ = javascript::parse(text, ParseMode { typescript: true, jsx: true, ..plain });
        }
    });
    damaged("", |_| {
        for open in ["(", "[", "{a:", "`${", "!", "a=>", "x?y:", "<a>", "new ", "class A extends (", "/*", "if(1){"] {
            let _ = javascript::parse(&open.repeat(50_000), ParseMode::javascript(Dialect::Module));
        }
    });
}

const RUST: &str = r##"
#![doc = include_str!("../README.md")]
use std::{collections::{BTreeMap as Map, *}, sync::Arc}; pub use crate::a::b; extern crate serde as s;
#[cfg(all(feature = "x", not(test)))] mod inner { include!("gen.rs"); }
macro_rules! m { ($($x:expr),* $(,)?) => { $( $crate::f($x); )* }; }
#[derive(Debug, serde::Serialize)] struct S<'a, T: Trait + ?Sized, const N: usize = 3>(&'a [T; N]) where T: 'static;
static CLIENT: std::sync::LazyLock<Client> = std::sync::LazyLock::new(|| Client::new());
#[tokio::main] async fn main() -> Result<(), Error> { let x = r#"raw"#; lambda_runtime::run(service_fn(|e: LambdaEvent<Value>| async move { m!(1, b'\x41', 'a', 0xFFu8); Ok::<_, Error>(()) })).await }
impl<T> Trait for S<'_, T, 3> { type Out = impl Fn(u8) -> u8; fn f(&self) -> Self::Out { move |y| match y { 1..=3 | 5 if true => 1, n @ _ => n } } }
"##;

#[test]
fn rust_sources_never_panic() {
    damaged(RUST, |text| {
        let _ = facts::read(text, false, &Around::default());
        let _ = facts::read_doc(text);
    });
    damaged("", |_| {
        for open in ["(", "[", "{", "fn f() {", "a::<", "&", "m!(", "/*", "|x| ", "r#\"", "#["] {
            let _ = facts::read(&open.repeat(5_000), false, &Around::default());
        }
    });
}

const CARGO: &str = r#"
[package]
name = "fn-a"
version.workspace = true
edition = "2024"
[dependencies]
tokio = { version = "1", features = ["full"], optional = true }
serde = "1"
local = { path = "../local", package = "other" }
"quoted-name".git = "https://x/y"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[features]
default = ["dep:tokio", "serde/derive", "local?/x"]
[workspace]
members = ["a", "b/*"]
[profile.release]
lto = "thin"
[[bin]]
name = "boot"
path = "src/main.rs"
"#;

const CARGO_LOCK: &str = r#"
version = 4
[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "b",
 "c 2.0.0",
]
[[package]]
name = "b"
version = "0.1.0"
"#;

#[test]
fn cargo_manifests_and_locks_never_panic() {
    damaged(CARGO, |text| {
        let _ = CargoManifest::parse("Cargo.toml", text.into());
        let workspace = CargoWorkspace::read(&Memory::of("Cargo.toml", text));
        let _ = workspace.may_have_functions();
    });
    damaged(CARGO_LOCK, |text| {
        let lock = Lock::parse(text);
        let _ = lock.duplicates().count();
        let _ = lock.reached_beside("a", "b");
    });
}

const SAM: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]
Parameters: { Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] } }
Conditions: { IsProd: !Equals [!Ref Stage, prod], Both: !And [!Condition IsProd, !Not [!Condition Both]] }
Globals: { Function: { Runtime: python3.12, Timeout: 3, Layers: [&layer !Ref Shared] } }
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: src/, Handler: app.handler, MemorySize: !If [IsProd, 512, !Ref "AWS::NoValue"], Layers: [*layer] }
    Metadata: { BuildMethod: makefile }
  "Fn::ForEach::All": [Name, [A, B], { "Topic${Name}": { Type: "AWS::SNS::Topic" } }]
  Url: { Type: "AWS::Lambda::Permission", Properties: { X: !Sub ["${a}-${Fn.Arn}", { a: !GetAtt Fn.Arn }], Y: !Join ["", [!Select [0, !Split [",", "a,b"]]]], Z: !FindInMap [M, K, V] } }
Mappings: { M: { K: { V: 1 } } }
"#;

#[test]
fn templates_never_panic() {
    damaged(SAM, |text| {
        let _ = yaml::parse(text);
        let _ = declare::read("template.yaml", &Memory::of("template.yaml", text));
    });
}

const PYPROJECT: &str = r#"
[project]
name = "x"
dependencies = ["requests[security]>=2,<3; python_version > '3.8'", "boto3 @ https://x/y.whl"]
optional-dependencies = { dev = ["pytest"] }
[tool.poetry.dependencies]
python = "^3.12"
pandas = { version = "*", extras = ["a"], optional = true, markers = "sys_platform == 'linux'" }
[tool.poetry.group.test.dependencies]
mypy = "1"
[dependency-groups]
dev = [{ include-group = "dev" }, "ruff"]
[tool.uv.sources]
x = { workspace = true }
"#;

const REQUIREMENTS: &str = "-r other.txt\n-c constraints.txt\n--index-url https://x\nrequests[a,b]>=2 ; python_version<'3.9' \\\n  --hash=sha256:00\n./local.whl\ngit+https://x/y@z#egg=name&subdirectory=q\n-e .\n# comment\npkg==1.0 # why\n";

const LOCKS: &str = r#"
version = 1
[[package]]
name = "requests"
version = "2.0"
source = { registry = "https://x" }
dependencies = [{ name = "urllib3", marker = "python_version > '3'" }]
groups = ["main"]
[package.extras]
a = ["b"]
"#;

#[test]
fn python_manifests_never_panic() {
    let read = |path: &'static str| {
        move |text: &str| {
            let _ = python::declared(&Memory::of(path, text), (3, 12));
        }
    };
    damaged(PYPROJECT, read("pyproject.toml"));
    damaged(REQUIREMENTS, read("requirements.txt"));
    for lock in ["uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml"] {
        damaged(LOCKS, read(lock));
    }
    damaged("[options]\ninstall_requires =\n  a>=1\n  b\n[options.extras_require]\ndev = c; d\n", read("setup.cfg"));
}

const PACKAGE_JSON: &str = r#"{ "name": "x", "type": "module", "main": "a.js", "workspaces": ["a/*"],
 "exports": { ".": { "import": "./a.mjs", "require": ["./a.cjs", null] }, "./*": "./lib/*.js" },
 "dependencies": { "a": "^1", "b": "npm:c@2", "d": "file:../d", "e": "workspace:*" }, "devDependencies": { "f": 1 },
 "bundledDependencies": true, "scripts": { "build": "esbuild x" }, "defrost": { } }"#;

const PACKAGE_LOCK: &str = r#"{ "lockfileVersion": 3, "packages": { "": { "dependencies": { "a": "1" } },
 "node_modules/a": { "version": "1.0.0", "resolved": "https://x", "dev": true, "optional": true },
 "node_modules/a/node_modules/b": { "version": "2.0.0", "link": true } } }"#;

const YARN: &str = "# yarn lockfile v1\n\n\"a@^1\", a@~1.2:\n  version \"1.2.3\"\n  dependencies:\n    b \"^2\"\n\nb@^2:\n  version \"2.0.0\"\n";

#[test]
fn node_manifests_never_panic() {
    damaged(PACKAGE_JSON, |text| {
        let _ = node::declared(&Memory::of("package.json", text), "", false);
    });
    for (name, lock) in [("package-lock.json", PACKAGE_LOCK), ("yarn.lock", YARN), ("pnpm-lock.yaml", SAM)] {
        damaged(lock, move |text| {
            let mut files = Memory::of("package.json", PACKAGE_JSON);
            files.0.insert(name.to_owned(), text.to_owned());
            let _ = node::declared(&files, "", false);
        });
    }
}

const SETTINGS: &str = r#"
fail-on = "error"
budget-init = 800
runtime = "python3.12"
handler = "app.handler"
[rules]
barrel-import = "off"
unused-heavy-import = { level = "note", min_ms = 5 }
[functions.orders]
budget-size = 5.5
[[overrides]]
paths = ["tests/**"]
rules = { docs-in-package = "off" }
"#;

#[test]
fn settings_never_panic() {
    let registry = defrost::rules::registry().unwrap();
    let whole = defrost::config::read(SourceKind::Own, "defrost.toml", SETTINGS).unwrap().unwrap();
    assert_eq!(whole.written.rules.len(), 2);
    damaged(SETTINGS, move |text| {
        for (name, kind) in SourceKind::FILES {
            if let Ok(Some(source)) = defrost::config::read(kind, name, text) {
                let _ = defrost::config::resolve(&source, &registry, std::path::Path::new("/project"));
            }
        }
    });
}

const METADATA: &str = "Metadata-Version: 2.1\nName: Fast_Math\nVersion: 1.0\nRequires-Dist: numpy>=1 ; extra == 'all'\nProvides-Extra: all\n\nText\n";
const RECORD: &str = "fastmath/__init__.py,sha256=x,10\nfastmath-1.0.dist-info/METADATA,,\n\"a,b.py\",,\n../../bin/tool,,\n/etc/passwd,,\n";
const ENTRY_POINTS: &str = "[console_scripts]\nrun = fastmath.cli:main [extra]\n[plugins]\nx=fastmath\n; note\n";

#[test]
fn metadata_of_wheels_never_panics() {
    let seeds = [
        ("METADATA", METADATA),
        ("RECORD", RECORD),
        ("entry_points.txt", ENTRY_POINTS),
        ("top_level.txt", "fastmath\n_fast\n"),
    ];
    for (damaged_file, seed) in seeds {
        damaged(seed, move |text| {
            let mut files = Memory::of("fastmath/__init__.py", "");
            for (name, whole) in seeds {
                let content = if name == damaged_file { text } else { whole };
                files.0.insert(format!("fastmath-1.0.dist-info/{name}"), content.to_owned());
            }
            let entry = |(path, text): (&String, &String)| Entry {
                path: path.as_str().into(),
                bytes: text.len() as u64,
                zipped_bytes: None,
                crc32: None,
                modified: None,
                mode: None,
            };
            let entries = files.0.iter().map(entry).collect();
            let artifact =
                Artifact::new("fn".into(), ArtifactKind::Directory, None, entries, Vec::new(), Box::new(files));
            let packages = owners::python::attribute(&artifact);
            for package in &packages.packages {
                let _ = owners::python::top_modules(&artifact, package);
            }
        });
    }
}

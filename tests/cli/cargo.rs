//! `cargo defrost`, and `defrost check` on a Cargo workspace.

use super::{Project, Run, ended};

const MAIN: &str = "use lambda_runtime::{run, service_fn, Error, LambdaEvent};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(shared::clean(event.payload))
}
";

fn manifest(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n{dependencies}")
}

/// Two functions and the library that they share.
fn workspace() -> Project {
    let runtime = "lambda_runtime = \"1\"\ntokio = \"1\"\nshared = { path = \"../shared\" }\n";
    let orders = manifest("orders", &format!("# the runtime\n{runtime}hex = \"0.4\" # for what?\n"));
    Project::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"orders\", \"users\", \"shared\"]\n"),
        ("orders/Cargo.toml", &orders),
        ("orders/src/main.rs", MAIN),
        ("users/Cargo.toml", &manifest("users", runtime)),
        ("users/src/main.rs", MAIN),
        ("shared/Cargo.toml", &manifest("shared", "itoa = \"1\"\n")),
        (
            "shared/src/lib.rs",
            "pub fn clean(text: String) -> String { text }\n#[cfg(test)]\nmod tests { #[test] fn t() { itoa::Buffer::new(); } }\n",
        ),
    ])
}

fn cargo(project: &Project, folder: &str, arguments: &[&str]) -> Run {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-defrost"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    ended(command.current_dir(project.path(folder)).arg("defrost").args(arguments).output().unwrap())
}

#[test]
fn a_workspace_is_its_functions_and_what_they_do_not_need() {
    let run = cargo(&workspace(), "", &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in
        ["-  orders", "-  users", "no grade", "not built yet", "unused-dependency: hex", "misplaced-dependency: itoa"]
    {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    assert!(run.err.contains("there is no Cargo.lock"), "{}", run.err);
}

#[test]
fn members_are_selected() {
    let project = workspace();
    let of = |folder: &str, arguments: &[&str]| cargo(&project, folder, arguments).out;
    assert!(!of("", &["-p", "users"]).contains("hex"));
    assert!(!of("", &["--workspace", "--exclude", "orders"]).contains("hex"));
    assert!(!of("users", &[]).contains("hex"));
    let orders = of("orders", &["--quiet"]);
    assert!(orders.contains("../orders/Cargo.toml:11:1") || orders.contains("Cargo.toml:11:1"), "{orders}");
    let unknown = cargo(&project, "", &["-p", "payments"]);
    assert_eq!((unknown.code, unknown.err.contains("no package `payments`")), (2, true), "{}", unknown.err);
}

#[test]
fn check_finds_a_workspace_without_cargo() {
    let project = workspace();
    let report = project.report(&["."]);
    let names: Vec<&str> = report["functions"].as_array().unwrap().iter().filter_map(|f| f["name"].as_str()).collect();
    assert_eq!(names, ["orders", "users"]);
    let subjects: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["subject"].as_str()).collect();
    assert_eq!(subjects, ["orders/hex", "shared/itoa"]);
}

#[test]
fn a_change_keeps_what_is_around_it() {
    let run = cargo(&workspace(), "", &["--diff", "--unsafe-fixes"]);
    assert!(run.err.contains("-hex = \"0.4\" # for what?\n"), "{}", run.err);
    assert!(run.err.contains("+[dev-dependencies]\n itoa = \"1\"\n"), "{}", run.err);
    assert!(!run.err.contains("-# the runtime"), "{}", run.err);
}

#[test]
fn what_was_built_is_joined() {
    let project = workspace();
    // The header of an executable and nothing behind it.
    project.write("target/lambda/users/bootstrap", &format!("{:\0<64}", "\u{7f}ELF\u{2}\u{1}\u{1}"));
    let run = cargo(&project, "", &["-p", "users"]);
    assert!(run.out.contains("64 B not zipped yet, 1 file"), "{}\n{}", run.out, run.err);
}

#[test]
fn trouble_is_told_with_its_place() {
    let nowhere = cargo(&Project::new(&[]), "", &[]);
    assert_eq!((nowhere.code, nowhere.err.contains("there is no Cargo.toml here")), (2, true), "{}", nowhere.err);
    let missing = cargo(&Project::new(&[]), "", &["--manifest-path", "x/Cargo.toml"]);
    assert_eq!((missing.code, missing.err.contains("no such manifest")), (2, true), "{}", missing.err);
    let broken = Project::new(&[("Cargo.toml", "[package]\nname = \"x\n")]);
    let run = cargo(&broken, "", &[]);
    assert_eq!(
        (run.code, run.err.starts_with("error: Cargo.toml:2: "), run.err.lines().count()),
        (2, true, 1),
        "{}",
        run.err
    );
    let settings = "\n[package.metadata.defrost]\nx = 1\n";
    let odd = Project::new(&[("Cargo.toml", &(manifest("x", "") + settings)), ("src/main.rs", "fn main() {}")]);
    let run = cargo(&odd, "", &[]);
    assert!(run.code == 2 && run.err.starts_with("error: unknown key `x`\n --> Cargo.toml:9:1\n"), "{}", run.err);
    let member = workspace();
    member.write("users/Cargo.toml", "[package\n");
    let run = cargo(&member, "", &[]);
    assert!(run.code == 0 && run.err.contains("warning: users/Cargo.toml:1: "), "{}", run.err);
    assert!(run.out.contains("unused-dependency: hex"), "{}", run.out);
}

#[test]
fn what_was_asked_for_is_there() {
    let project = workspace();
    let unknown = cargo(&project, "", &["--features", "fast"]);
    assert_eq!((unknown.code, unknown.err.contains("has the feature `fast`")), (2, true), "{}", unknown.err);
    project.write("users/Cargo.toml", &(manifest("users", "") + "\n[features]\nfast = []\n"));
    assert_eq!(cargo(&project, "", &["--features", "fast"]).code, 0);
    let path = cargo(&project, "", &["payments"]);
    assert!(path.err.starts_with("error: payments: there is no such manifest"), "{}", path.err);
    let why = cargo(&project, "", &["why", "hex"]);
    assert!(why.out.contains("orders: nothing is known of hex: the function is not built yet"), "{}", why.out);
}

#[test]
fn a_lock_file_is_left_behind_by_a_change() {
    let project = workspace();
    let note = "Cargo.lock is as it was before the change";
    let run = cargo(&project, "", &["--fix", "--unsafe-fixes"]);
    assert!(run.err.contains("made 2 changes in 2 files") && !run.err.contains(note), "{}", run.err);
    let project = workspace();
    project.write("Cargo.lock", "");
    let run = cargo(&project, "", &["--diff", "--unsafe-fixes"]);
    assert!(!run.err.contains(note), "{}", run.err);
    let run = cargo(&project, "orders", &["--fix", "--unsafe-fixes"]);
    assert!(run.err.contains("made 1 change in 1 file") && run.err.contains(note), "{}", run.err);
}

/// A lock file: packages of a registry and of the workspace with what they depend on.
fn lock(packages: &[(&str, bool, &[&str])]) -> String {
    let package = |(name, is_member, dependencies): &(&str, bool, &[&str])| {
        let source = if *is_member { "" } else { "source = \"registry+x\"\n" };
        let list: String = dependencies.iter().map(|name| format!(" \"{name}\",\n")).collect();
        let list = if list.is_empty() { String::new() } else { format!("dependencies = [\n{list}]\n") };
        format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n{source}{list}\n")
    };
    packages.iter().map(package).collect()
}

#[test]
fn a_pin_counts_only_where_it_forces_something() {
    let project = Project::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"m\", \"n\"]\n[workspace.dependencies]\nitoa = \"=1.0.0\"\n"),
        ("m/Cargo.toml", &manifest("m", "itoa.workspace = true\n")),
        ("m/src/main.rs", "fn main() {}"),
        ("n/Cargo.toml", &manifest("n", "itoa.workspace = true\n")),
        ("n/src/main.rs", "fn main() { itoa::Buffer::new(); }"),
    ]);
    let of = |packages: &[(&str, bool, &[&str])]| {
        project.write("Cargo.lock", &lock(packages));
        cargo(&project, "", &[]).out
    };
    let alone = of(&[("m", true, &["itoa"]), ("n", true, &["itoa"]), ("itoa", false, &[])]);
    assert!(alone.contains("unused-dependency: itoa"), "{alone}");
    // Somebody who takes any version gets the pinned one.
    let open =
        of(&[("m", true, &["itoa"]), ("n", true, &["itoa", "j"]), ("j", false, &["itoa"]), ("itoa", false, &[])]);
    assert!(!open.contains("unused-dependency"), "{open}");
}

#[test]
fn what_is_declared_for_its_effect_on_tests_is_not_unused() {
    let of = |entries: &str| {
        let more = format!("hyper = \"1\"\n\n[dev-dependencies]\n{entries}\n[features]\nfast = []\n");
        let project =
            Project::new(&[("Cargo.toml", &manifest("a", &more)), ("src/lib.rs", "pub fn f() { hyper::g() }")]);
        cargo(&project, "", &[]).out
    };
    for entry in [
        "a = { path = \".\", features = [\"fast\"] }",
        "idna = \"=1.2.0\"",
        "hyper = { version = \"1\", features = [\"server\"] }",
        "openssl = { version = \"0.10\", features = [\"vendored\"] }",
    ] {
        assert!(!of(entry).contains("unused-dependency"), "{entry}: {}", of(entry));
    }
    assert!(of("idna = \"1.2\"").contains("unused-dependency"), "{}", of("idna = \"1.2\""));
}

/// A package with two vendored crates: `check!` of one expands to the other.
fn with_macros(main: &str) -> Project {
    let rules = "#[macro_export]\nmacro_rules! check { () => { ::inner::f() } }\n";
    Project::new(&[
        ("Cargo.toml", &manifest("a", "outer = \"1\"\ninner = \"1\"\n")),
        ("src/main.rs", main),
        ("Cargo.lock", &lock(&[("a", true, &["outer", "inner"]), ("outer", false, &[]), ("inner", false, &[])])),
        ("vendor/outer/Cargo.toml", &manifest("outer", "").replace("0.1.0", "1.0.0")),
        ("vendor/outer/src/lib.rs", rules),
        ("vendor/inner/Cargo.toml", &manifest("inner", "").replace("0.1.0", "1.0.0")),
        ("vendor/inner/src/lib.rs", "pub fn f() {}\n#[macro_export]\nmacro_rules! own { () => { ::inner::f() } }\n"),
    ])
}

#[test]
fn what_only_macros_in_tests_name_is_for_tests() {
    let of = |main: &str| cargo(&with_macros(main), "", &[]).out;
    assert!(!of("fn main() { outer::check!() }").contains("-dependency: "));
    let tested = of("fn main() { outer::x() }\n#[cfg(test)]\nmod tests { #[test] fn t() { outer::check!() } }");
    assert!(tested.contains("misplaced-dependency: inner"), "{tested}");
    let own = of("fn main() { outer::x() }\n#[cfg(test)]\nmod tests { #[test] fn t() { inner::own!() } }");
    assert!(own.contains("misplaced-dependency: inner"), "{own}");
    let nothing = of("fn main() { outer::x() }");
    assert!(nothing.contains("unused-dependency: inner"), "{nothing}");
}

#[test]
fn a_feature_for_a_crate_that_nobody_else_knows_is_unused() {
    let map = "\n[dependencies.par]\nversion = \"1\"\noptional = true\n\n[features]\npar = [\"dep:par\"]\n";
    let of = |other: &[&str]| {
        let project = Project::new(&[
            ("Cargo.toml", &manifest("a", "map = { version = \"1\", features = [\"par\"] }\nother = \"1\"\n")),
            ("src/main.rs", "fn main() { map::Map; other::f() }"),
            ("vendor/map/Cargo.toml", &(manifest("map", "").replace("0.1.0", "1.0.0") + map)),
            ("vendor/map/src/lib.rs", "pub struct Map;\n#[cfg(feature = \"par\")]\nimpl par::Many for Map {}\n"),
        ]);
        let packages: &[(&str, bool, &[&str])] =
            &[("a", true, &["map", "other"]), ("map", false, &["par"]), ("other", false, other), ("par", false, &[])];
        project.write("Cargo.lock", &lock(packages));
        cargo(&project, "", &[]).out
    };
    assert!(of(&[]).contains("unused-feature: feature `par` of map"), "{}", of(&[]));
    // Another dependency may ask for the trait.
    assert!(!of(&["par"]).contains("unused-feature"), "{}", of(&["par"]));
}

#[test]
fn serde_may_be_asked_for_by_a_runtime() {
    let optional =
        "\n[dependencies.serde_core]\nversion = \"1\"\noptional = true\n\n[features]\nserde = [\"dep:serde_core\"]\n";
    let source = "pub struct Id;\n#[cfg(feature = \"serde\")]\nimpl serde_core::Serialize for Id {}\n";
    let of = |runtime: &[&str]| {
        let project = Project::new(&[
            ("Cargo.toml", &manifest("a", "id = { version = \"1\", features = [\"serde\"] }\nruntime = \"1\"\n")),
            ("src/main.rs", "fn handler() -> id::Id { id::Id } fn main() { runtime::run(handler) }"),
            ("vendor/id/Cargo.toml", &(manifest("id", "").replace("0.1.0", "1.0.0") + optional)),
            ("vendor/id/src/lib.rs", source),
        ]);
        let packages: &[(&str, bool, &[&str])] = &[
            ("a", true, &["id", "runtime"]),
            ("id", false, &["serde_core"]),
            ("runtime", false, runtime),
            ("serde_core", false, &[]),
        ];
        project.write("Cargo.lock", &lock(packages));
        cargo(&project, "", &[]).out
    };
    assert!(of(&[]).contains("unused-feature: feature `serde` of id"), "{}", of(&[]));
    assert!(!of(&["serde_core"]).contains("unused-feature"), "{}", of(&["serde_core"]));
}

#[test]
fn default_may_be_a_condition_itself() {
    let features = "\n[features]\ndefault = [\"extra\"]\nextra = []\n";
    let of = |condition: &str| {
        let source = format!(
            "{condition}\npub mod task {{}}\n#[cfg(feature = \"extra\")]\npub fn extra() {{}}\npub fn f() {{}}\n"
        );
        let project = Project::new(&[
            ("Cargo.toml", &manifest("a", "rt = \"1\"\n")),
            ("src/main.rs", "use rt::task; fn main() { rt::f() }"),
            ("Cargo.lock", &lock(&[("a", true, &["rt"]), ("rt", false, &[])])),
            ("vendor/rt/Cargo.toml", &(manifest("rt", "").replace("0.1.0", "1.0.0") + features)),
            ("vendor/rt/src/lib.rs", &source),
        ]);
        cargo(&project, "", &[]).out
    };
    assert!(of("").contains("unused-feature: feature `extra` of rt"), "{}", of(""));
    assert!(!of("#[cfg(feature = \"default\")]").contains("unused-feature"));
    assert!(of("#[cfg_attr(docsrs, doc(cfg(feature = \"default\")))]").contains("unused-feature"));
}

#[test]
fn memory_is_what_cargo_lambda_would_deploy() {
    let project = workspace();
    let deploy = "\n[package.metadata.lambda.deploy]\nmemory = 512\n";
    let runtime = "lambda_runtime = \"1\"\ntokio = \"1\"\nshared = { path = \"../shared\" }\n";
    project.write("users/Cargo.toml", &(manifest("users", runtime) + deploy));
    let run = cargo(&project, "", &["-p", "users", "--format", "json"]);
    assert!(run.out.contains("\"memory_mb\": 512"), "{}", run.out);
}

#[test]
fn help_names_what_cargo_users_expect() {
    let run = cargo(&Project::new(&[]), "", &["--help"]);
    assert_eq!(run.code, 0);
    for word in ["Usage: cargo defrost", "--manifest-path", "--workspace", "--exclude", "--all-features", "--fix"] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
}

#[test]
fn a_workspace_has_the_settings_of_its_template() {
    let project = workspace();
    project.write(
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::Function\n    \
         Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: orders}}\n    Properties: {CodeUri: ., \
         Handler: bootstrap, Runtime: provided.al2023, Architectures: [arm64], MemorySize: 256}\n",
    );
    let settings = |arguments: &[&str]| {
        let run = cargo(&project, "", &[&["--format", "json"], arguments].concat());
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let functions = report["functions"].as_array().unwrap().iter();
        let one = |function: &serde_json::Value| {
            let text = |key: &str| function[key].as_str().unwrap().to_owned();
            (text("name"), text("architecture"), function["memory_mb"].as_u64())
        };
        functions.map(one).collect::<Vec<_>>()
    };
    let of = |name: &str, architecture: &str, memory| (name.to_owned(), architecture.to_owned(), memory);
    assert_eq!(settings(&[]), [of("Orders", "arm64", Some(256)), of("users", "x86_64", None)]);
    assert_eq!(settings(&["--arch", "x86_64"])[0], of("Orders", "x86_64", Some(256)));
    assert_eq!(settings(&["-p", "users", "--arch", "arm64"]), [of("users", "arm64", None)]);
}

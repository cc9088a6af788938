//! Dependencies where people install them: environments and `node_modules` up the tree.

use serde_json::Value;

use super::Project;

const SAM: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Bills:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
                   CodeUri: bills/\n      Handler: app.handler\n      Runtime: ";
const CODE: &str = "import ledger\n\ndef handler(event, context):\n    return ledger.total(event)\n";

/// A distribution in a folder, with its metadata.
fn distribution(project: &Project, site: &str, name: &str, needs: &str) {
    let info = format!("{site}/{name}-1.0.dist-info");
    project.write(&format!("{site}/{name}/__init__.py"), "def total(event):\n    return 1\n");
    project.write(&format!("{info}/METADATA"), &format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}"));
    project.write(&format!("{info}/RECORD"), &format!("{name}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n"));
}

fn environment(project: &Project, folder: &str, site: &str) {
    project.write(&format!("{folder}/pyvenv.cfg"), "version = 3.12.1\n");
    distribution(project, site, "ledger", "Requires-Dist: coins; python_version >= \"3.8\"\n");
    distribution(project, site, "coins", "");
    distribution(project, site, "pytest", "");
}

fn names(report: &Value) -> Vec<String> {
    let packages = report["functions"][0]["packages"].as_array().unwrap();
    let mut names: Vec<String> = packages.iter().map(|package| package["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn details(report: &Value) -> Vec<String> {
    let open = report["functions"][0]["open"].as_array().unwrap();
    open.iter().map(|open| open["detail"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_environment_gives_what_the_manifest_declares() {
    for (folder, site) in [
        (".venv", ".venv/lib/python3.12/site-packages"),
        ("bills/venv", "bills/venv/lib/python3.11/site-packages"),
        ("env", "env/Lib/site-packages"),
        ("of-our-own", "of-our-own/lib/python3.12/site-packages"),
    ] {
        let project = Project::new(&[("template.yaml", &format!("{SAM}python3.12\n")), ("bills/app.py", CODE)]);
        project.write("bills/requirements.txt", "ledger\n");
        environment(&project, folder, site);
        let report = project.report(&[]);
        assert_eq!(names(&report), ["coins", "ledger"], "{folder}");
        assert_eq!(report["functions"][0]["start"]["verdict"], "starts", "{folder}");
        assert!(report["functions"][0]["grade"].is_string(), "{folder}");
        let expected = format!("with the dependencies that {folder} has, as a build would put them into the package");
        assert_eq!(details(&report), [expected]);
        assert_eq!(report["functions"][0]["package"]["files"], 2 + 4 + 2);
    }
}

#[test]
fn what_no_environment_has_is_said() {
    let project = Project::new(&[("template.yaml", &format!("{SAM}python3.12\n")), ("bills/app.py", CODE)]);
    project.write("bills/requirements.txt", "ledger\nstamps\n");
    environment(&project, ".venv", ".venv/lib/python3.12/site-packages");
    let report = project.report(&[]);
    assert!(report["functions"][0]["grade"].is_null());
    let details = details(&report);
    assert!(
        details.iter().any(|detail| detail.starts_with("stamps is declared and not installed here")),
        "{details:?}"
    );
}

#[test]
fn a_source_tree_is_taken_with_what_its_environment_has() {
    let project = Project::new(&[("app.py", CODE)]);
    environment(&project, ".venv", ".venv/lib/python3.12/site-packages");
    let report = project.report(&[]);
    assert_eq!(names(&report), ["coins", "ledger"]);
    assert_eq!(report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").count(), 0);
    let built = Project::new(&[("app.py", CODE)]);
    distribution(&built, ".", "ledger", "");
    environment(&built, ".venv", ".venv/lib/python3.12/site-packages");
    let report = built.report(&[]);
    assert!(report["findings"].as_array().unwrap().iter().any(|f| f["rule"] == "unexpected-root-in-package"));
}

#[cfg(unix)]
#[test]
fn an_environment_elsewhere_is_not_looked_into() {
    let project = Project::new(&[("own/app.py", CODE), ("own/.git/HEAD", "")]);
    environment(&project, "elsewhere", "elsewhere/lib/python3.12/site-packages");
    std::os::unix::fs::symlink("../elsewhere", project.path("own/.venv")).unwrap();
    let report = project.report(&["own"]);
    assert_eq!(names(&report), [""; 0]);
}

const HANDLER: &str = "const ledger = require('ledger');\nexports.handler = async () => ledger.total();\n";

fn package(project: &Project, folder: &str, name: &str, needs: &str) {
    project.write(
        &format!("{folder}/package.json"),
        &format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\", \"dependencies\": {{{needs}}}}}"),
    );
    project.write(&format!("{folder}/index.js"), "exports.total = () => 1;\n");
    project.write(&format!("{folder}/README.md"), "text\n");
}

fn monorepo(metadata: &str) -> Project {
    let project =
        Project::new(&[("template.yaml", &format!("{SAM}nodejs24.x\n{metadata}")), ("bills/app.js", HANDLER)]);
    project.write("bills/package.json", "{\"dependencies\": {\"ledger\": \"1\", \"spare\": \"1\"}}");
    project
}

#[test]
fn node_modules_up_the_tree_give_what_the_manifest_declares() {
    let project = monorepo("");
    for (name, needs) in [("ledger", "\"coins\": \"1\""), ("coins", ""), ("spare", ""), ("jest", "")] {
        package(&project, &format!("node_modules/{name}"), name, needs);
    }
    let report = project.report(&[]);
    assert_eq!(names(&report), ["coins", "ledger", "spare"]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "starts");
    assert!(details(&report)[0].starts_with("with the dependencies that node_modules has"));
}

#[cfg(unix)]
#[test]
fn links_of_pnpm_are_followed_to_its_store() {
    let project = monorepo("");
    let store = "node_modules/.pnpm";
    for (name, needs) in [("ledger", "\"coins\": \"1\""), ("coins", ""), ("spare", "")] {
        package(&project, &format!("{store}/{name}@1.0.0/node_modules/{name}"), name, needs);
    }
    let link = |target: &str, link: &str| {
        let link = project.path(link);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, link).unwrap();
    };
    link("../../coins@1.0.0/node_modules/coins", &format!("{store}/ledger@1.0.0/node_modules/coins"));
    for name in ["ledger", "spare"] {
        link(&format!("../../{store}/{name}@1.0.0/node_modules/{name}"), &format!("bills/node_modules/{name}"));
    }
    let report = project.report(&[]);
    assert_eq!(names(&report), ["coins", "ledger", "spare"]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "starts");
}

#[test]
fn a_bundle_has_what_is_reached() {
    let project = monorepo("    Metadata: {BuildMethod: esbuild}\n");
    for (name, needs) in [("ledger", ""), ("spare", "")] {
        package(&project, &format!("node_modules/{name}"), name, needs);
    }
    let report = project.report(&[]);
    assert_eq!(names(&report), ["ledger"]);
    assert!(report["functions"][0]["grade"].is_string());
    assert!(details(&report)[0].ends_with("as a bundler would copy them"));
}

#[cfg(unix)]
fn link(project: &Project, target: &str, link: &str) {
    let link = project.path(link);
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target, link).unwrap();
}

#[cfg(unix)]
fn verdict(report: &Value) -> &str {
    report["functions"][0]["start"]["verdict"].as_str().unwrap()
}

#[cfg(unix)]
#[test]
fn members_of_a_workspace_are_links_among_its_packages() {
    let project = Project::new(&[
        ("services/f/index.js", "require('@acme/shared'); exports.handler = async () => 1;\n"),
        ("services/f/package.json", "{\"dependencies\": {\"@acme/shared\": \"*\"}}"),
        ("package.json", "{\"workspaces\": [\"packages/*\", \"services/*\"]}"),
    ]);
    package(&project, "packages/shared", "@acme/shared", "\"coins\": \"1\"");
    package(&project, "node_modules/coins", "coins", "");
    link(&project, "../../packages/shared", "node_modules/@acme/shared");
    let report = project.report(&["services/f", "--handler", "index.handler", "--runtime", "nodejs22.x"]);
    assert_eq!((verdict(&report), names(&report)), ("starts", vec!["@acme/shared".to_owned(), "coins".to_owned()]));
}

#[test]
fn a_bundle_within_a_project_is_whole() {
    let bundle =
        "var http = require('http'); var sdk = require('@aws-sdk/client-s3'); exports.handler = async () => 1;\n";
    let project = Project::new(&[
        ("dist/index.js", bundle),
        ("src/index.js", "require('coins'); exports.handler = async () => 1;\n"),
        ("package.json", "{\"dependencies\": {\"coins\": \"1\", \"@aws-sdk/client-s3\": \"3\"}}"),
    ]);
    package(&project, "node_modules/coins", "coins", "");
    package(&project, "node_modules/@aws-sdk/client-s3", "@aws-sdk/client-s3", "");
    let of = |folder: &str| project.report(&[folder, "--handler", "index.handler", "--runtime", "nodejs22.x"]);
    let (bundle, source) = (of("dist"), of("src"));
    assert_eq!((verdict(&bundle), names(&bundle)), ("starts", Vec::new()));
    assert!(names(&source).contains(&"coins".to_owned()), "{source:#}");
}

#[cfg(unix)]
#[test]
fn a_dependency_by_its_path_is_a_link_out_of_the_folder() {
    let project = Project::new(&[
        ("services/f/index.js", "require('shared'); exports.handler = async () => 1;\n"),
        ("services/f/package.json", "{\"dependencies\": {\"shared\": \"file:../../packages/shared\"}}"),
    ]);
    package(&project, "packages/shared", "shared", "");
    link(&project, "../../../packages/shared", "services/f/node_modules/shared");
    let of_function = ["services/f", "--handler", "index.handler", "--runtime", "nodejs22.x"];
    let report = project.report(&of_function);
    assert_eq!((verdict(&report), names(&report)), ("starts", vec!["shared".to_owned()]));
    // Nobody knows what lies behind the repository.
    project.write("services/f/.git/HEAD", "");
    let report = project.report(&of_function);
    assert_eq!((verdict(&report), report["summary"]["findings"]["error"].as_u64()), ("unknown", Some(0)));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_what_a_packager_puts_in() {
    let project = Project::new(&[
        ("fn/app.py", "import common.text\n\ndef handler(event, context):\n    return common.text.NAME\n"),
        (
            "template.yaml",
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: fn/, Handler: app.handler, Runtime: python3.12}\n",
        ),
        ("common/__init__.py", ""),
        ("common/text.py", "from common.deep import NAME\n"),
        ("shared/deep.py", "NAME = 1\n"),
        (".git/HEAD", ""),
    ]);
    link(&project, "../common", "fn/common");
    link(&project, "../shared/deep.py", "common/deep.py");
    let report = project.report(&[]);
    assert_eq!((verdict(&report), report["functions"][0]["package"]["files"].as_u64()), ("starts", Some(4)));
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["rule"] != "suspicious-archive"));
    // A link that leads nowhere here may lead somewhere where the package is made.
    std::fs::remove_file(project.path("fn/common")).unwrap();
    link(&project, "../not-here", "fn/common");
    let report = project.report(&[]);
    assert_eq!((verdict(&report), report["summary"]["findings"]["error"].as_u64()), ("unknown", Some(0)));
    assert!(details(&report).iter().any(|detail| detail.starts_with("`common`: links that lead out")));
}

/// The severities of imports that find nothing, by what is imported.
fn missing(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let missing = findings.filter(|finding| finding["rule"] == "unresolved-import");
    missing.map(|finding| (text(&finding["subject"]), text(&finding["severity"]))).collect()
}

#[test]
fn a_bundler_finds_what_manifests_around_the_function_install() {
    let code = "import 'own'; import 'tool'; import 'root'; import 'sibling'; import 'nobody';\nexport const main = async () => 1;\n";
    let service = |plugins: &str| {
        Project::new(&[
            ("package.json", "{\"workspaces\": [\"api\", \"web\"], \"devDependencies\": {\"root\": \"1\"}}"),
            ("web/package.json", "{\"dependencies\": {\"sibling\": \"1\"}}"),
            ("api/package.json", "{\"dependencies\": {\"own\": \"1\"}, \"devDependencies\": {\"tool\": \"1\"}}"),
            ("api/a.ts", code),
            (
                "api/serverless.yml",
                &format!(
                    "service: x\n{plugins}provider: {{name: aws, runtime: nodejs22.x}}\nfunctions: {{a: {{handler: a.main}}}}\n"
                ),
            ),
        ])
    };
    let all = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "warning".to_owned())).collect::<Vec<_>>();
    let bundled = service("plugins: [serverless-esbuild]\n").report(&["api"]);
    assert_eq!(missing(&bundled), all(&["nobody"]));
    // What the framework itself packs is the service's own.
    let packed = service("").report(&["api"]);
    assert_eq!(missing(&packed), all(&["root", "sibling", "nobody"]));
}

#[test]
fn what_a_bundler_leaves_outside_is_not_in_the_package() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: esbuild, BuildProperties: {EntryPoints: [src/a/app.ts, src/b/app.ts], External: [coins]}}\n    Properties: {Handler: HANDLER.main, Runtime: nodejs22.x, CodeUri: .}\n";
    let of = |handler: &str| {
        let project = Project::new(&[
            ("template.yaml", &template.replace("HANDLER", handler)),
            ("package.json", "{\"dependencies\": {\"coins\": \"1\", \"ledger\": \"1\"}}"),
            ("src/a/app.ts", "import 'coins'; import 'ledger';\nexport const main = async () => 1;\n"),
            ("src/b/app.ts", "export const main = async () => 1;\n"),
        ]);
        package(&project, "node_modules/coins", "coins", "");
        package(&project, "node_modules/ledger", "ledger", "\"coins\": \"1\"");
        project.report(&[])
    };
    let bundled = of("a/app");
    assert_eq!(names(&bundled), ["ledger"]);
    assert_eq!(missing(&bundled), [("coins".to_owned(), "error".to_owned())]);
    // `sam build` takes the folders away from a handler that is no bundle, and then there is no such file.
    let cause = &of("src/a/app")["functions"][0]["start"]["cause"];
    assert_eq!(cause["rule"], "handler-not-found", "{cause}");
}

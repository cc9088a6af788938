//! Names that stand for no package, in projects of which nothing is installed.

use super::Project;

/// What imports of a project with these files nothing declares. `lodash` is declared; `left-pad`, which `a.js` imports too,
/// is not and must always be found.
fn undeclared(dependencies: &str, imports: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    let manifest = format!("{{ \"name\": \"shop\", \"dependencies\": {{ \"lodash\": \"4\"{dependencies} }} }}");
    let code: String = imports.iter().map(|name| format!("import '{name}';\n")).collect();
    let code = format!("import 'lodash';\nimport 'left-pad';\n{code}");
    let has_manifest = files.iter().any(|(path, _)| *path == "package.json");
    let own = [("src/a.ts", &*code), ("package.json", &*manifest)];
    let own = own.into_iter().filter(|(path, _)| !has_manifest || *path != "package.json");
    let project = Project::new(&own.chain(files.iter().copied()).collect::<Vec<_>>());
    let report = project.report(&["--select", "undeclared-dependency"]);
    let found = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<String> = found.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect();
    found.sort();
    found
}

/// Settings of tools give names, each in its own form; the same names are reported where no settings are.
#[test]
fn settings_give_names() {
    let imports = ["App/x", "shared", "@root/b", "ui/button"];
    assert_eq!(undeclared("", &imports, &[]), ["@root/b", "App", "left-pad", "shared", "ui"]);
    let forms = [
        ("webpack.config.js", "module.exports = { resolve: { alias: { App: 1, shared$: 2, '@root': 3, ui: 4 } } };"),
        ("build.mjs", "build({ alias: { App: '', shared: '', '@root': '', ui: '' } });"),
        (
            "tasks/bundle.js",
            "alias({ entries: [{ find: 'App' }, { find: 'shared' }, { find: /^@root\\/(.*)/ }, { find: 'ui' }] });",
        ),
        (
            "vue.config.js",
            "c.resolve.alias.set('App', 1).set('x', 2); c.resolve.alias.shared = 1; c.resolve.alias['@root'] = 1; c.resolve.alias = { ui: 1 };",
        ),
        (
            ".babelrc",
            r#"{ "plugins": [["module-resolver", { "alias": { "App": "", "shared": "", "@root": "", "^ui/(.+)": "" } }]] }"#,
        ),
        (".adonisrc.json", r#"{ "aliases": { "App": "app", "shared": "", "@root": "", "ui": "" } }"#),
        (
            "deno.json",
            r#"{ /* Deno */ "imports": { "App/": "./app/", "shared": "./s.ts", "@root/": "./", "ui/": "./ui/" } }"#,
        ),
        (
            "page.html",
            r#"<script type="importmap">{ "imports": { "App/": "/", "shared": "/s.js", "@root/": "/", "ui/": "/" } }</script>"#,
        ),
        ("bundle.js", "module.exports = { externals: [{ App: 'A', shared: 'S' }, { '@root/b': 'R', ui: 'U' }] };"),
    ];
    for (path, text) in forms {
        assert_eq!(undeclared("", &imports, &[(path, text)]), ["left-pad"], "{path}");
    }
    let keys = r#""_moduleAliases": { "@root": ".", "shared": "s" }, "alias": { "App": "./a" }, "jest": { "moduleNameMapper": { "^ui/(.*)$": "" } }"#;
    let manifest = format!(r#"{{ "name": "shop", "dependencies": {{ "lodash": "4" }}, {keys} }}"#);
    assert_eq!(undeclared("", &imports, &[("package.json", &manifest)]), ["left-pad"]);
    // A table of another kind gives none.
    let other = [("build.mjs", "x({ colors: { App: '', shared: '', '@root': '', ui: '' } });")];
    assert_eq!(undeclared("", &imports, &other).len(), 5);
}

#[test]
fn frameworks_and_runtimes_answer_names() {
    let docusaurus =
        ["@docusaurus/Link", "@docusaurus/useBaseUrl", "@theme/Layout", "@site/src/x", "@generated/routes"];
    assert_eq!(undeclared("", &docusaurus, &[]).len(), 6);
    assert_eq!(undeclared(r#", "@docusaurus/core": "3""#, &docusaurus, &[]), ["left-pad"]);
    assert_eq!(undeclared(r#", "@docusaurus/core": "3""#, &["@docusaurus/plugin-ideal-image"], &[]).len(), 2);
    assert_eq!(undeclared(r#", "next": "15""#, &["server-only"], &[]), ["left-pad"]);
    assert_eq!(undeclared("", &["server-only"], &[]).len(), 2);
    let runtimes =
        ["k6/http", "bun", "bun:test", "meteor/meteor", "vscode", "cloudflare:workers", "astro:content", "virtual:x"];
    assert_eq!(undeclared("", &runtimes, &[]), ["left-pad"]);
    let salesforce = [("sfdx-project.json", "{}")];
    assert_eq!(undeclared("", &["lwc", "@salesforce/apex/X.y"], &salesforce), ["left-pad"]);
    assert_eq!(undeclared("", &["lwc", "@salesforce/apex/X.y"], &[]).len(), 3);
    assert_eq!(
        undeclared("", &["__build_entry__", "~icons/mdi/home", "~/x", "@/x", "#imports", "$lib/x"], &[]),
        ["left-pad"]
    );
}

/// A file of types declares a module, unless it is a module itself: then it adds to one that has to be there.
#[test]
fn modules_that_the_project_declares() {
    let imports = ["my-virtual"];
    let ambient = [("src/env.d.ts", "declare module 'my-virtual' { const x: number; export default x }\n")];
    assert_eq!(undeclared("", &imports, &ambient), ["left-pad"]);
    let adds = [("src/env.d.ts", "export {};\ndeclare module 'my-virtual' { interface X { y: 1 } }\n")];
    assert_eq!(undeclared("", &imports, &adds), ["left-pad", "my-virtual"]);
    // What is installed for another's sake is described, not made.
    let installed = [ambient[0], ("node_modules/my-virtual/package.json", r#"{ "name": "my-virtual" }"#)];
    assert_eq!(undeclared("", &imports, &installed), ["left-pad", "my-virtual"]);
}

#[test]
fn what_is_copied_or_served_is_not_the_projects_own_code() {
    for folder in ["templates/app", "template", "vendor", "public/js", "__fixtures__", "stubs"] {
        assert_eq!(undeclared("", &[], &[(&format!("{folder}/x.js"), "import 'other';\n")]), ["left-pad"], "{folder}");
    }
    assert_eq!(undeclared("", &[], &[("source/x.js", "import 'other';\n")]).len(), 2);
}

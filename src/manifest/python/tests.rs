use std::collections::BTreeMap;

use super::*;

struct Tree(BTreeMap<&'static str, &'static str>);

impl Files for Tree {
    fn text(&self, path: &str) -> Option<String> {
        self.0.get(path).map(|text| (*text).to_owned())
    }

    fn location(&self, path: &str) -> Location {
        Location::file(path)
    }
}

fn read(files: &[(&'static str, &'static str)]) -> Declared {
    declared(&Tree(files.iter().copied().collect()), (3, 12))
}

fn names(declared: &Declared, scope: &Scope) -> Vec<String> {
    let wanted = declared.dependencies.iter().filter(|dependency| dependency.scope == *scope && !dependency.excluded);
    wanted.map(|dependency| dependency.name.to_string()).collect()
}

#[test]
fn a_requirements_file_that_includes_itself_is_read_once() {
    let declared = read(&[("requirements.txt", "-r requirements.txt\n-r ./requirements.txt\na\n")]);
    assert_eq!(names(&declared, &Scope::Runtime), ["a"]);
}

#[test]
fn a_compiled_list_is_read_from_its_source() {
    for source in ["requirements.in", "requirements.txt.in"] {
        let declared = read(&[("requirements.txt", "a==1\nb==1\n"), (source, "a\n")]);
        assert_eq!(names(&declared, &Scope::Runtime), ["a"], "{source}");
    }
    let declared = read(&[("requirements-dev.txt", "a==1\nb==1\n"), ("requirements-dev.txt.in", "b\n")]);
    assert_eq!(names(&declared, &Scope::Development), ["b"]);
}

#[test]
fn what_only_pins_versions_of_what_others_bring_is_told_by_its_remark() {
    let text = "moto\nwerkzeug>=3.0.3 # not directly required, pinned by Snyk to avoid a vulnerability\n";
    let pinned: Vec<bool> =
        read(&[("requirements.txt", text)]).dependencies.iter().map(|one| one.pinned_transitive).collect();
    assert_eq!(pinned, [false, true]);
}

#[test]
fn a_list_of_all_that_is_installed_is_pinned_and_in_order() {
    let is_frozen = |text: &'static str| read(&[("requirements.txt", text)]).dependencies.iter().all(|d| d.frozen);
    assert!(is_frozen("attrs==1\nPygments==2\nrequests==2\nrequests-aws4auth==1\nsix==1\nurllib3==1\n"));
    assert!(is_frozen("-e git+https://x/y#egg=a\nb==1\nc @ https://x/c.zip\nd[e]==2\nf==1\ng==1\nh==1\n"));
    let added = "a==1\nb==1\nc==1\nd==1\ne==1\nf==1\ng==1\nh==1\ni==1\nmangum==1\nboto3==1\n";
    assert!(is_frozen(added));
    let pins: String = ('a'..='t').map(|name| format!("{name}==1\n")).collect();
    let text: &'static str = format!("{pins}coverage\n").leak();
    let by_hand: Vec<bool> = read(&[("requirements.txt", text)]).dependencies.iter().map(|d| d.frozen).collect();
    assert_eq!((by_hand.iter().filter(|frozen| **frozen).count(), by_hand.last()), (20, Some(&false)));
    for by_hand in ["b==1\na==1\nc==1\nd==1\ne==1\nf==1\n", "a==1\nb==1\nc\nd==1\ne==1\nf==1\n", "a==1\nb==1\n"] {
        assert!(!is_frozen(by_hand), "{by_hand}");
    }
}

#[test]
fn what_stands_behind_thousands_of_dependencies_is_not_read() {
    let lines: String = (0..6_000).map(|at| format!("a{at}\n")).collect();
    let declared = read(&[("requirements.txt", &*lines.leak())]);
    assert_eq!(declared.dependencies.len(), 5_000);
    assert_eq!(declared.problems.len(), 1);
}

#[test]
fn requirements_with_everything_pip_allows() {
    let declared = read(&[
        (
            "requirements.txt",
            "# pinned\nRequests[socks]==2.32 ; python_version >= '3.8'  # why\n-r more/extra.txt\n--index-url https://x\n\
             urllib3==2 \\\n    --hash=sha256:aa\n    # via requests\nold ; python_version < '3'\n\
             git+https://host/repo.git#egg=own_pkg\n-e ./local\nfoo @ https://host/foo-1.0.whl\n",
        ),
        ("more/extra.txt", "PyYAML\n"),
    ]);
    assert_eq!(names(&declared, &Scope::Runtime), ["requests", "pyyaml", "urllib3", "own-pkg", "foo"]);
    assert!(declared.is_open);
    assert!(declared.problems.is_empty(), "{:?}", declared.problems);
    let pinned: Vec<_> = declared.dependencies.iter().filter(|d| d.pinned_transitive).map(|d| &*d.name).collect();
    assert_eq!(pinned, ["urllib3"]);
    assert_eq!(declared.dependencies[0].location.span, Some(Span::new(9, 56)));
}

#[test]
fn a_broken_line_costs_itself() {
    let declared = read(&[("requirements.txt", "boto3\n===\nflask\n")]);
    assert_eq!(names(&declared, &Scope::Runtime), ["boto3", "flask"]);
    assert_eq!(declared.problems.len(), 1);
}

#[test]
fn pyproject_in_all_its_dialects() {
    let declared = read(&[(
        "pyproject.toml",
        "[project]\ndependencies = ['a>=1', 'b[x]']\n[project.optional-dependencies]\nfast = ['c']\n\
         [dependency-groups]\ndev = ['d', {include-group = 'x'}]\n[tool.uv]\ndev-dependencies = ['e']\n\
         [tool.poetry.dependencies]\npython = '^3.12'\nF = '1'\ng = {version='1', optional=true}\n\
         [tool.poetry.group.dev.dependencies]\nh = '*'\n",
    )]);
    assert_eq!(names(&declared, &Scope::Runtime), ["a", "b", "f"]);
    assert_eq!(names(&declared, &Scope::Development), ["d", "e", "h"]);
    assert_eq!(names(&declared, &Scope::Optional("fast".into())), ["c"]);
}

#[test]
fn setup_cfg_and_pipfile() {
    let declared = read(&[
        ("setup.cfg", "[options]\ninstall_requires =\n    one>=1\n    two\n[options.extras_require]\nx = three\n"),
        ("Pipfile", "[packages]\nfour = '*'\n[dev-packages]\nfive = '*'\n"),
    ]);
    assert_eq!(names(&declared, &Scope::Runtime), ["four", "one", "two"]);
    assert_eq!(names(&declared, &Scope::Development), ["five"]);
}

#[test]
fn urls_wheels_and_a_byte_order_mark() {
    let text = "\u{feff}one\r\ngit+https://host/two.git@v1#egg=two\nhttps://host/three-2.0-py3-none-any.whl\n./wheels/four-1.0-py3-none-any.whl\nfive @ https://host/x.tar.gz\n";
    let declared = read(&[("requirements.txt", text)]);
    assert_eq!(names(&declared, &Scope::Runtime), ["one", "two", "three", "four", "five"]);
    assert!(declared.problems.is_empty(), "{:?}", declared.problems);
    assert_eq!(without("requirements.txt", "\u{feff}one\ntwo\n", "one"), "\u{feff}two\n");
    assert!(!declared.is_open);
    for unnamed in ["git+https://host/two.git@v1", "-e ../two", "https://host/archive/v2.zip"] {
        assert!(read(&[("requirements.txt", unnamed)]).is_open, "{unnamed}");
    }
    for own in ["-e .", ".[dev]", "./", "--editable=."] {
        assert!(!read(&[("requirements.txt", own)]).is_open, "{own}");
    }
}

#[test]
fn setuptools_reads_lists_from_files() {
    let project = "[project]\nname = 'fn'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = { file = ['reqs.in'] }\noptional-dependencies = { fast = { file = 'fast.in' } }\n";
    let declared = read(&[("pyproject.toml", project), ("reqs.in", "one\n"), ("fast.in", "two\n")]);
    assert_eq!(names(&declared, &Scope::Runtime), ["one"]);
    assert_eq!(names(&declared, &Scope::Optional("fast".into())), ["two"]);
}

#[test]
fn a_project_that_asks_for_its_own_extra_does_not_depend_on_itself() {
    let project = "[project]\nname = 'My_fn'\ndependencies = ['one', 'my-fn[fast]']\n";
    assert_eq!(names(&read(&[("pyproject.toml", project)]), &Scope::Runtime), ["one"]);
}

#[test]
fn a_broken_pyproject_is_reported_and_costs_only_itself() {
    let declared = read(&[("pyproject.toml", "[project\n"), ("requirements.txt", "boto3\n")]);
    assert_eq!(names(&declared, &Scope::Runtime), ["boto3"]);
    assert_eq!(declared.problems.len(), 1);
    assert!(read(&[]).declares("boto3").is_none());
}

/// The manifest without one of its dependencies.
fn without(path: &'static str, text: &'static str, name: &str) -> String {
    let declared = read(&[(path, text)]);
    let found = declared.dependencies.iter().find(|dependency| &*dependency.name == name);
    let mut text = text.to_owned();
    text.replace_range(found.and_then(|found| found.removal).unwrap_or_default().range_in(text.len()), "");
    text
}

#[test]
fn a_requirement_goes_with_its_lines_and_the_resolvers_comments() {
    let text = "# top\na==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via\n    #   -r requirements.in\n    #   x\n# keep\nb  # why\n";
    assert_eq!(without("requirements.txt", text, "a"), "# top\n# keep\nb  # why\n");
    let without_b = "# top\na==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via\n    #   -r requirements.in\n    #   x\n# keep\n";
    assert_eq!(without("requirements.txt", text, "b"), without_b);
}

#[test]
fn other_manifests_stay_well_formed() {
    let project = "[project]\ndependencies = [\n  # web\n  \"a\",  # old\n  \"b\",\n]\n";
    assert_eq!(without("pyproject.toml", project, "a"), "[project]\ndependencies = [\n  # web\n  \"b\",\n]\n");
    let poetry = "[tool.poetry.dependencies]\n# x\na = {version = \"1\", extras = [\"z\"]} # y\nb = \"*\"\n";
    assert_eq!(without("pyproject.toml", poetry, "a"), "[tool.poetry.dependencies]\n# x\nb = \"*\"\n");
    let section = "[tool.poetry.dependencies.a]\nversion = \"1\"\n";
    assert_eq!(without("pyproject.toml", section, "a"), section, "more than a range");
    let setup = "[options]\ninstall_requires =\n    a\n    b\n";
    assert_eq!(without("setup.cfg", setup, "a"), "[options]\ninstall_requires =\n    b\n");
    assert_eq!(without("setup.cfg", "[options]\ninstall_requires = a\n", "a"), "[options]\ninstall_requires = \n");
}

#[test]
fn setup_py_says_what_is_written_out_and_no_more() {
    let setup = "
from setuptools import setup
COMMON = ['a>=1', 'B_c']
setup(
    name='x',
    install_requires=COMMON + ['d; python_version > \"3\"'],
    extras_require={'fast': ['e']},
    tests_require='f\\ng',
)
";
    let declared = read(&[("setup.py", setup)]);
    let found: Vec<(&str, &Scope)> = declared.dependencies.iter().map(|d| (&*d.name, &d.scope)).collect();
    let fast = Scope::Optional("fast".to_owned());
    let wanted = [
        ("a", &Scope::Runtime),
        ("b-c", &Scope::Runtime),
        ("d", &Scope::Runtime),
        ("e", &fast),
        ("f", &Scope::Development),
        ("g", &Scope::Development),
    ];
    assert_eq!(found, wanted);
    assert_eq!(declared.declares("other"), Some(false));
    let computed = read(&[("setup.py", "setup(install_requires=open('r.txt').read().splitlines())")]);
    assert_eq!((computed.any_manifest, computed.declares("other")), (true, None));
}

#[test]
fn what_only_leaves_out_versions_is_there_for_another() {
    let declared = read(&[("requirements.txt", "regex!=2021.10.8\nb!=1,!=2\nc>=1,!=2\nd\n")]);
    let pinned = declared.dependencies.iter().map(|dependency| dependency.pinned_transitive);
    assert_eq!(pinned.collect::<Vec<_>>(), [true, true, false, false]);
}

//! `--changed-since`: only what a range of commits touches.

use std::path::Path;

use gix::ObjectId;
use gix::objs::{Commit, Tree, tree};

use super::{APP, Project};

/// A repository in the folder of a project; commits are made of what is on the disk, without any `git`.
struct History<'a> {
    project: &'a Project,
    repository: gix::Repository,
    head: Vec<ObjectId>,
}

impl<'a> History<'a> {
    fn new(project: &'a Project) -> Self {
        let repository = gix::init(project.path("")).unwrap();
        project.write(".git/HEAD", "ref: refs/heads/main\n");
        Self { project, repository, head: Vec::new() }
    }

    /// Commits all files but those whose names end with `.new`.
    fn commit(&mut self) -> String {
        let tree = self.tree(&self.project.path(""));
        let time = gix::date::Time::new(1_800_000_000 + self.head.len() as i64, 0);
        let who = gix::actor::Signature { name: "A".into(), email: "a@b".into(), time };
        let commit = Commit {
            tree,
            parents: self.head.last().copied().into_iter().collect(),
            author: who.clone(),
            committer: who,
            encoding: None,
            message: "change".into(),
            extra_headers: Vec::new(),
        };
        let id = self.repository.write_object(&commit).unwrap().detach();
        self.project.write(".git/refs/heads/main", &format!("{id}\n"));
        self.head.push(id);
        id.to_string()
    }

    /// Writes the index of the last commit.
    fn index(&self) {
        let commit = self.repository.find_commit(*self.head.last().unwrap()).unwrap();
        let mut index = self.repository.index_from_tree(&commit.tree_id().unwrap()).unwrap();
        index.write(gix::index::write::Options::default()).unwrap();
    }

    fn tree(&self, folder: &Path) -> ObjectId {
        let mut entries = Vec::new();
        for child in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = child.file_name().into_string().unwrap();
            let path = child.path();
            let (mode, oid) = match path.is_dir() {
                _ if name == ".git" || name.ends_with(".new") => continue,
                true => (tree::EntryKind::Tree, self.tree(&path)),
                false => {
                    let id = self.repository.write_blob(std::fs::read(&path).unwrap()).unwrap();
                    (tree::EntryKind::Blob, id.detach())
                }
            };
            entries.push(tree::Entry { mode: mode.into(), filename: name.into(), oid });
        }
        entries.sort();
        self.repository.write_object(&Tree { entries }).unwrap().detach()
    }
}

/// Two functions, each with a finding of its own in its code; in one template.
fn two() -> Project {
    let function = |name: &str| {
        format!(
            "  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: {}\n      Handler: app.handler\n      Runtime: python3.12\n      MemorySize: 512\n",
            name.to_lowercase()
        )
    };
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n{}{}Outputs:\n  X:\n    Value: 1\n",
        function("One"),
        function("Two")
    );
    Project::new(&[("template.yaml", &template), ("one/app.py", APP), ("two/app.py", APP), ("README.md", "hello\n")])
}

/// The functions of the findings about handlers that are left, and how many are left out.
fn left(project: &Project, range: &str) -> (Vec<String>, u64) {
    let report = project.report(&["--select", "handler-not-found", "--changed-since", range]);
    let findings = report["findings"].as_array().unwrap().iter();
    let names = findings.map(|finding| finding["function"].as_str().unwrap_or_default().to_owned());
    (names.collect(), report["summary"]["untouched"].as_u64().unwrap())
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn only_the_functions_whose_code_changed_are_left() {
    let project = two();
    let mut history = History::new(&project);
    let first = history.commit();
    history.index();
    assert_eq!(left(&project, "HEAD"), (vec![], 2));
    project.write("two/app.py", &format!("{APP}\n# more\n"));
    assert_eq!(left(&project, "HEAD"), (names(&["Two"]), 1), "what is not committed counts");
    let second = history.commit();
    assert_eq!(left(&project, "HEAD"), (vec![], 2), "an index that is older than the files");
    history.index();
    assert_eq!(left(&project, "HEAD"), (vec![], 2));
    assert_eq!(left(&project, "HEAD~1"), (names(&["Two"]), 1));
    assert_eq!(left(&project, &first[..8]), (names(&["Two"]), 1));
    project.write("one/app.py", &format!("{APP}\n# more\n"));
    assert_eq!(left(&project, &format!("{first}..{second}")), (names(&["Two"]), 1), "the range alone");
    assert_eq!(left(&project, "main~1...main"), (names(&["Two"]), 1));
    assert_eq!(left(&project, "HEAD~1"), (names(&["One", "Two"]), 0));
    let run = project.run(&["check", "--select", "handler-not-found", "--changed-since", "HEAD"]);
    assert!(run.out.contains("1 not touched by the change"), "{}", run.out);
    assert!(run.err.contains("1 changed file from "), "{}", run.err);
    assert_eq!(run.code, 1);
}

#[test]
fn new_files_that_git_does_not_track_are_changes() {
    let project = two();
    let mut history = History::new(&project);
    project.write("one/app.py", &format!("import extra\n{APP}"));
    project.write("one/extra/__init__.py", "");
    history.commit();
    history.index();
    assert_eq!(left(&project, "HEAD"), (vec![], 2));
    project.write("one/extra.py", "x = 1\n");
    project.write(".gitignore", "made/\n");
    project.write("two/made/new.py", "x = 1\n");
    assert_eq!(left(&project, "HEAD"), (vec![], 2), "nothing loads the new file: the package comes first");
    std::fs::remove_dir_all(project.path("one/extra")).unwrap();
    assert_eq!(left(&project, "HEAD"), (names(&["One"]), 1));
}

#[test]
fn a_change_of_a_template_touches_the_resource_it_is_in() {
    let project = two();
    let mut history = History::new(&project);
    history.commit();
    let template = project.read("template.yaml");
    let change = |from: &str, to: &str| project.write("template.yaml", &template.replacen(from, to, 1));
    change("MemorySize: 512", "MemorySize: 1024");
    assert_eq!(left(&project, "HEAD"), (names(&["One"]), 1));
    change("Outputs:", "# nothing\nOutputs:");
    assert_eq!(left(&project, "HEAD").1, 1, "a comment is of the resource above");
    change("Resources:", "Globals:\n  Function:\n    Timeout: 5\nResources:");
    assert_eq!(left(&project, "HEAD"), (names(&["One", "Two"]), 0));
}

#[test]
fn manifests_files_that_are_gone_and_unknown_ones_touch_functions() {
    let project = two();
    project.write("two/helper.py", "x = 1\n");
    project.write("one/notes.md", "x\n");
    let mut history = History::new(&project);
    history.commit();
    project.write("README.md", "changed\n");
    project.write("one/notes.md", "changed\n");
    assert_eq!(left(&project, "HEAD"), (vec![], 2), "files that nothing loads");
    std::fs::remove_file(project.path("two/helper.py")).unwrap();
    assert_eq!(left(&project, "HEAD"), (names(&["Two"]), 1));
    project.write("two/helper.py", "x = 1\n");
    project.write("one/requirements.txt", "");
    history.commit();
    project.write("one/requirements.txt", "# none\n");
    assert_eq!(left(&project, "HEAD"), (names(&["One"]), 1));
    history.commit();
    std::fs::rename(project.path("two"), project.path("two.new")).unwrap();
    let template = project.read("template.yaml").replace("CodeUri: two", "CodeUri: two.new");
    project.write("template.yaml", &template);
    history.commit();
    assert_eq!(left(&project, "HEAD"), (names(&["Two"]), 1), "what the repository does not hold may be new");
}

#[test]
fn changed_settings_leave_nothing_out() {
    let project = two();
    project.write("defrost.toml", "fail-on = \"error\"\n");
    let mut history = History::new(&project);
    history.commit();
    assert_eq!(left(&project, "HEAD").1, 2);
    project.write("defrost.toml", "fail-on = \"warning\"\n");
    assert_eq!(left(&project, "HEAD").1, 0);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let project = two();
    let complaint = |range: &str| {
        let run = project.run(&["check", "--changed-since", range]);
        assert_eq!(run.code, 2, "{}", run.out);
        run.err
    };
    assert!(complaint("HEAD").contains("there is no Git repository"), "{}", complaint("HEAD"));
    let mut history = History::new(&project);
    assert!(complaint("HEAD").contains("no commits yet"), "{}", complaint("HEAD"));
    let first = history.commit();
    assert!(complaint("nothing").contains("`nothing` is no commit or range"), "{}", complaint("nothing"));
    assert!(complaint("^HEAD").contains("no range with two ends"), "{}", complaint("^HEAD"));
    project.write("one/app.py", "x = 1\n");
    history.commit();
    project.write(".git/shallow", &format!("{first}\n"));
    assert!(complaint("origin/main").contains("shallow clone"), "{}", complaint("origin/main"));
    std::fs::remove_file(project.path(".git/shallow")).unwrap();
    let object = format!(".git/objects/{}/{}", &first[..2], &first[2..]);
    let file = project.path(&object);
    let mut permissions = std::fs::metadata(&file).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&file, permissions).unwrap();
    std::fs::write(&file, "broken").unwrap();
    let why = complaint("HEAD~1");
    assert!(why.contains("--changed-since: ") && !why.contains("panic"), "{why}");
}

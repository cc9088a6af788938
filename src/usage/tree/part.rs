//! Parts of a tree: the whole, or a member of a workspace.

/// Which files of a tree tell what a manifest's dependencies are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The folder of its manifest with a slash behind it; empty for the tree's own.
    folder: String,
    /// The folders of other parts.
    others: Vec<String>,
    /// The folders of projects within it that are nobody's parts.
    apart: Vec<String>,
}

impl Part {
    /// The whole tree: what the root declares is there for all members.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// A member in a folder below the root, beside others.
    #[must_use]
    pub fn member<'a>(folder: &str, members: impl IntoIterator<Item = &'a str>) -> Self {
        let others = members.into_iter().filter(|other| *other != folder && !is_below(folder, other));
        Self {
            folder: format!("{folder}/"),
            others: others.map(|other| format!("{other}/")).collect(),
            ..Self::default()
        }
    }

    /// The same part, in which there are projects that are nobody's parts.
    #[must_use]
    pub fn with_projects<'a>(mut self, folders: impl IntoIterator<Item = &'a str>) -> Self {
        let own = folders.into_iter().map(|folder| format!("{folder}/"));
        self.apart = own.filter(|folder| folder.starts_with(&*self.folder) && *folder != self.folder).collect();
        self
    }

    /// The folder, with a slash behind it, of the innermost project within the part that a file lies in.
    #[must_use]
    pub fn project_of(&self, path: &str) -> Option<&str> {
        let around = self.apart.iter().filter(|folder| path.starts_with(&***folder));
        around.max_by_key(|folder| folder.len()).map(String::as_str)
    }

    /// Its folder with a slash behind it; empty for the root.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether a file is its own or lies outside of all members: settings, scripts and tests of a workspace speak for
    /// each of them.
    #[must_use]
    pub fn sees(&self, path: &str) -> bool {
        !self.others.iter().any(|other| path.starts_with(&**other))
    }
}

/// Whether a folder lies below another one.
fn is_below(folder: &str, other: &str) -> bool {
    folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_sees_itself_and_what_is_no_members() {
        let members = ["packages/a", "packages/a/inner", "packages/ab"];
        let part = Part::member("packages/a", members);
        assert!(part.sees("packages/a/x.js") && part.sees("jest.config.js"));
        assert!(!part.sees("packages/a/inner/x.js") && !part.sees("packages/ab/x.js"));
        let inner = Part::member("packages/a/inner", members);
        assert!(
            inner.sees("packages/a/inner/x.js") && inner.sees("packages/a/x.js") && !inner.sees("packages/ab/x.js")
        );
        assert!(Part::whole().sees("packages/a/inner/x.js") && Part::whole().folder().is_empty());
        let part = Part::member("web", members).with_projects(["web", "web/demo", "web/demo/sub", "docs"]);
        assert_eq!(part.project_of("web/demo/sub/x.js"), Some("web/demo/sub/"));
        assert!(part.project_of("web/x.js").is_none() && part.project_of("docs/x.js").is_none());
    }
}

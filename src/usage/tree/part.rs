//! Parts of a tree: the whole, or a member of a workspace.

/// Which files of a tree tell what a manifest's dependencies are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The folder of its manifest with a slash behind it; empty for the tree's own.
    folder: String,
    /// The folders of other parts.
    others: Vec<String>,
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
        Self { folder: format!("{folder}/"), others: others.map(|other| format!("{other}/")).collect() }
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
    }
}

//! What is not here: the open world.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why something of a package is not here or not computable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A layer that is only named.
    Layer,
    /// Dependencies that are declared and not installed.
    NotInstalled,
    /// A build whose result is not here and cannot be told from the sources.
    Build,
    /// A setting of the deployment that is not known here.
    Setting,
    /// Dependencies are taken from where they are installed on this machine: what a build installs may differ.
    Installed,
}

/// What an open reason could bring. But for paths never a relative import, a file, or a part of a module that is here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brings {
    /// No module: an extension, say.
    Nothing,
    /// Another version of the runtime, with what that knows and lacks.
    Runtime,
    /// Modules of these names, and what is below them.
    Modules(Vec<Arc<str>>),
    /// Modules of these names for sure, and others that these need.
    ModulesAndMore(Vec<Arc<str>>),
    /// What lies at these paths of the package, and below them.
    Paths(Vec<Arc<str>>),
    /// Modules of any name.
    Anything,
}

/// One thing that is not here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// Why.
    pub reason: Reason,
    /// What it is, and what to do to have it here; for people.
    pub detail: String,
    /// What it could bring.
    pub brings: Brings,
}

/// How sure it is that an import finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Nothing that is not here could bring it.
    Certain,
    /// A dependency of something that is not here might bring it; nothing says so.
    Likely,
    /// Something that is not here may bring it.
    Unknown,
}

/// All that is not here of one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    open: Vec<Open>,
}

impl World {
    /// What is not here, each thing once.
    #[must_use]
    pub fn new(mut open: Vec<Open>) -> Self {
        open.sort();
        open.dedup();
        Self { open }
    }

    /// Everything that the runtime could find is known.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    /// What is not here, in a fixed order.
    #[must_use]
    pub fn open(&self) -> &[Open] {
        &self.open
    }

    /// Whether declared dependencies are not installed.
    #[must_use]
    pub fn lacks_dependencies(&self) -> bool {
        self.open.iter().any(|open| open.reason == Reason::NotInstalled)
    }

    /// How sure it is that a module which is not here does not exist. `import` is the name as code asks for it:
    /// dotted, or an npm request.
    #[must_use]
    pub fn absence(&self, import: &str) -> Absence {
        // A relative or absolute path names a file of the package itself; `#name` is its own.
        if import.starts_with(['.', '/', '#']) {
            let beside = import.strip_prefix("./").is_some_and(|name| self.puts_beside(name)) || self.puts_at(import);
            return if beside { Absence::Unknown } else { Absence::Certain };
        }
        let at = |open: &Open| match &open.brings {
            Brings::Nothing | Brings::Runtime => Absence::Certain,
            Brings::Modules(names) | Brings::ModulesAndMore(names) if names.iter().any(|name| within(import, name)) => {
                Absence::Unknown
            }
            Brings::Paths(paths) if paths.iter().any(|path| is_at(import, path)) => Absence::Unknown,
            Brings::Modules(_) | Brings::Paths(_) => Absence::Certain,
            Brings::ModulesAndMore(_) => Absence::Likely,
            Brings::Anything => Absence::Unknown,
        };
        let worst = self.open.iter().map(at).max_by_key(|absence| match absence {
            Absence::Certain => 0,
            Absence::Likely => 1,
            Absence::Unknown => 2,
        });
        worst.unwrap_or(Absence::Certain)
    }

    /// Whether a build is known to put a module into the package's root, where code can name it by its path too.
    fn puts_beside(&self, name: &str) -> bool {
        let is_file = |names: &[Arc<str>]| names.iter().any(|own| name.strip_suffix(".js").unwrap_or(name) == &**own);
        self.open.iter().any(|open| {
            open.reason == Reason::Build && matches!(&open.brings, Brings::Modules(names) if is_file(names))
        })
    }

    /// Whether something may lie at one of the paths that a request may mean.
    #[must_use]
    pub fn puts_at(&self, import: &str) -> bool {
        self.open
            .iter()
            .any(|open| matches!(&open.brings, Brings::Paths(paths) if paths.iter().any(|path| is_at(import, path))))
    }

    /// Whether the version of the runtime is a guess.
    #[must_use]
    pub fn guesses_runtime(&self) -> bool {
        self.open.iter().any(|open| open.brings == Brings::Runtime)
    }

    /// Whether something that is not here, a layer or a build, is known to bring a module.
    #[must_use]
    pub fn is_known_to_bring(&self, import: &str) -> bool {
        self.open.iter().any(|open| match &open.brings {
            Brings::Modules(names) => names.iter().any(|name| **name == *import),
            _ => false,
        })
    }

    /// Whether something that is not here may bring a module.
    #[must_use]
    pub fn may_bring(&self, import: &str) -> bool {
        self.absence(import) == Absence::Unknown
    }
}

/// Whether a name is another or below it, or a namespace above it.
fn within(import: &str, name: &str) -> bool {
    let below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
    };
    below(import, name) || below(name, import)
}

/// Whether a request or a dotted name may mean what lies at a path or below it: who asks may stand in any folder
/// around it, or have it on a search path.
fn is_at(import: &str, path: &str) -> bool {
    let import = import.trim_start_matches(['.', '/']);
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rfind('.').filter(|at| *at > 0).map_or(path, |at| &path[..path.len() - file.len() + at]);
    let starts = std::iter::once(0).chain(stem.match_indices('/').map(|(at, _)| at + 1));
    !import.is_empty()
        && starts.into_iter().any(|at| within(import, &stem[at..]) || within(import, &stem[at..].replace('/', ".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(brings: Brings) -> World {
        World::new(vec![Open { reason: Reason::Layer, detail: String::new(), brings }])
    }

    #[test]
    fn each_reason_opens_what_it_could_bring() {
        let names = || vec![Arc::from("aws_lambda_powertools"), Arc::from("@scope/part")];
        let some = world(Brings::Modules(names()));
        assert!(some.may_bring("aws_lambda_powertools.logging") && some.may_bring("@scope/part/file.js"));
        assert_eq!(some.absence("requests"), Absence::Certain);
        assert_eq!(world(Brings::ModulesAndMore(names())).absence("requests"), Absence::Likely);
        let any = world(Brings::Anything);
        assert!(any.may_bring("requests"));
        assert_eq!(any.absence("./helper"), Absence::Certain);
        assert_eq!(World::default().absence("requests"), Absence::Certain);
        assert_eq!(world(Brings::Nothing).absence("requests"), Absence::Certain);
        let reason = Reason::Build;
        let beside = World::new(vec![Open {
            reason,
            detail: String::new(),
            brings: Brings::Modules(vec![Arc::from("beside")]),
        }]);
        assert!(beside.may_bring("./beside") && beside.may_bring("./beside.js"));
        assert_eq!(beside.absence("../beside"), Absence::Certain);
        let paths = world(Brings::Paths(vec![Arc::from("src/common.js"), Arc::from("node_modules/@acme/shared")]));
        for import in ["./common", "../src/common", "src.common", "common", "@acme/shared/db", "./common/db"] {
            assert!(paths.may_bring(import), "{import}");
        }
        for import in ["./uncommon", "@acme/other", "./src/other", "other"] {
            assert_eq!(paths.absence(import), Absence::Certain, "{import}");
        }
    }
}

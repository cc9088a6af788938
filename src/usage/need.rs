//! What asks for a dependency, told to people.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What is known to ask for dependencies, by normalised name: of several reasons the first that was found.
pub(super) type Needs = BTreeMap<Arc<str>, Need>;

/// What asks for a dependency without being followed there by the simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A file imports it.
    Imported(Arc<str>),
    /// A text in the code is its name, a path in it, or how its name begins; the file, where it is known.
    Named(Option<Arc<str>>),
    /// A file imports types of it, or names it as people name types.
    Typed(Arc<str>),
    /// Settings, a command, a page or documentation name it.
    Set(Arc<str>),
    /// A script of the manifest runs it.
    Script,
    /// A URL or a word of settings stands for it.
    Selected(Arc<str>),
    /// A library may load it by a name that no code of the project need say.
    Loader(Arc<str>),
    /// A library that is used loads it where it is there.
    Wanted(Arc<str>),
    /// A package requires it, or wants to find it beside itself.
    Required(Arc<str>),
    /// It alone brings a package that is asked for and that nothing declares.
    Carried(Arc<str>),
    /// What is loaded asks for the plug-ins of which it is one.
    PlugIn,
    /// An optional part of something that is loaded.
    Optional,
    /// A stored model names it, or may.
    Model,
    /// The command of an image starts it.
    Image,
    /// Files of some kind need it without naming it, or tools load it where it is there.
    Found,
    /// It sets up something of the project when it is installed.
    Installs,
    /// The code that would tell is not here, or an import without a known owner may be its.
    Open,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imported(path) => write!(f, "{path} imports it"),
            Self::Named(Some(path)) => write!(f, "a text in {path} names it, or how its name begins"),
            Self::Named(None) => f.write_str("a text in own code names it, or how its name begins"),
            Self::Typed(path) => write!(f, "{path} names its types"),
            Self::Set(path) => write!(f, "{path} names it"),
            Self::Script => f.write_str("a script of the manifest runs it"),
            Self::Selected(text) => write!(f, "`{text}` stands for it"),
            Self::Loader(library) => write!(f, "{library} may load it by a name that is computed or set elsewhere"),
            Self::Wanted(library) => write!(f, "{library} loads it where it is there"),
            Self::Required(package) => write!(f, "{package} requires it, or wants it beside itself"),
            Self::Carried(package) => write!(f, "it alone brings {package}, which is asked for and not declared"),
            Self::PlugIn => f.write_str("what is loaded asks for plug-ins of its kind"),
            Self::Optional => f.write_str("what own code uses of a package loads it as an optional part"),
            Self::Model => f.write_str("a stored model names it, or may"),
            Self::Image => f.write_str("the command of an image starts it"),
            Self::Found => f.write_str("tools or files of some kind need it without naming it"),
            Self::Installs => f.write_str("a script of its installation may set up something of the project"),
            Self::Open => f.write_str("code that is not here, or an import of unknown owner, may need it"),
        }
    }
}

/// Notes reasons where none is known yet.
pub(super) fn note(needs: &mut Needs, names: impl IntoIterator<Item = Arc<str>>, need: &Need) {
    for name in names {
        needs.entry(name).or_insert_with(|| need.clone());
    }
}

/// Adds reasons where none is known yet.
pub(super) fn add(needs: &mut Needs, more: impl IntoIterator<Item = (Arc<str>, Need)>) {
    for (name, need) in more {
        needs.entry(name).or_insert(need);
    }
}

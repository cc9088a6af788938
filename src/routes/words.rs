//! The words with which frameworks register routes: tables of `rules/knowledge/routes`.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::found::EventKind;
use crate::program::values::{At, Program, Thing};
use crate::{knowledge, text};

knowledge::table! {
    /// What router objects and their makers are called.
    pub(super) static ROUTERS: Routers = "routes/routers.toml", tested by the_words_of_routers_read;
    /// Frameworks of decorated classes.
    pub(super) static CONTROLLERS: Controllers = "routes/controllers.toml", tested by the_words_of_controllers_read;
    /// Generic views.
    pub(super) static VIEWS: Views = "routes/views.toml", tested by the_views_read;
    /// Fields of events.
    pub(super) static EVENTS: Events = "routes/events.toml", tested by the_words_of_events_read;
}

/// `routers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Routers {
    verbs: Vec<String>,
    fluent: Vec<String>,
    parts: Vec<String>,
    pub(super) prefixes: Vec<String>,
    apart: Vec<String>,
    pub(super) decorators: Decorators,
    method: Vec<Method>,
    keyed: Vec<Keyed>,
    made: Vec<Made>,
    decorator: Vec<Functions>,
    by_value: Vec<ByValue>,
    folder: Vec<Folder>,
}

/// Decorators of functions beside the verbs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decorators {
    options: Vec<String>,
    methods: Vec<String>,
    any: Vec<String>,
    verbs: Vec<String>,
}

/// What a decorator says of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decorates {
    /// An option or the second argument says it.
    Said,
    /// Every one.
    Any,
    /// The decorator's name is the method.
    Verb,
}

impl Decorators {
    /// The options that say the methods.
    pub(super) fn options(&self) -> Vec<&str> {
        self.options.iter().map(String::as_str).collect()
    }

    /// What a decorator of this name registers; nothing for others.
    pub(super) fn of(&self, name: &str) -> Option<Decorates> {
        let is_in = |names: &[String]| names.iter().any(|known| known == name);
        match () {
            () if is_in(&self.methods) => Some(Decorates::Said),
            () if is_in(&self.any) => Some(Decorates::Any),
            () if is_in(&self.verbs) => Some(Decorates::Verb),
            () => None,
        }
    }
}

/// Methods of router objects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Method {
    names: Vec<String>,
    pub(super) does: Does,
    /// Where the target stands.
    #[serde(default)]
    pub(super) target: usize,
    /// What stands before the verb in its name.
    #[serde(default)]
    pub(super) after: String,
    #[serde(default)]
    filled: bool,
    /// Whether a prefix that it is given takes the place of the mounted router's own.
    #[serde(default)]
    pub(super) replaces: bool,
}

/// What a method of a router does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Does {
    Mount,
    Route,
    SetPrefix,
    BasePath,
    MethodsFirst,
    Add,
    AddResource,
    Verb,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keyed {
    names: Vec<String>,
    registers: Key,
    #[serde(default)]
    of: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Key {
    Field,
    FieldOf,
    Tool,
    Channel,
}

/// What a method registers handlers for, other than a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Registers {
    /// A field of a type that an option names.
    Field,
    /// A field of a type.
    FieldOf(&'static str),
    /// A tool.
    Tool,
    /// What happens on a channel.
    Channel(&'static str),
}

/// Calls that make routes, routers or mounts from their arguments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    packages: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    pub(super) is: MadeIs,
    #[serde(default)]
    named_after_verb: bool,
    /// Names below which routes are listed.
    #[serde(default)]
    pub(super) list: Vec<String>,
    #[serde(default)]
    prefix: Option<String>,
    /// Further names of a record's handler.
    #[serde(default)]
    pub(super) handler: Vec<String>,
}

/// What a call makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MadeIs {
    Route,
    Mount,
    Router,
    Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Functions {
    packages: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByValue {
    package: String,
    helpers: Vec<String>,
    inner: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    package: String,
}

/// The last part of a dotted name.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Whether a dotted name is of a package: the package itself, or below it.
fn is_of(path: &str, package: &str) -> bool {
    path.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '(']))
}

impl Routers {
    /// Whether the framework deploys functions with a decorator of this dotted name by themselves.
    pub(super) fn stands_apart(&self, name: &str) -> bool {
        self.apart.iter().any(|pattern| text::matches(pattern, name))
    }

    /// Whether a method is named like one of HTTP.
    pub(super) fn is_verb(&self, name: &str) -> bool {
        self.verbs.iter().any(|verb| verb == name)
    }

    /// Whether a method gives the router itself back.
    pub(super) fn is_fluent(&self, name: &str) -> bool {
        self.is_verb(name) || self.fluent.iter().any(|known| known == name)
    }

    /// Whether an attribute of an application stands for its router.
    pub(super) fn is_part(&self, name: &str) -> bool {
        self.parts.iter().any(|known| known == name)
    }

    /// What a method of a router does.
    pub(super) fn method(&self, name: &str) -> Option<&Method> {
        let lower = name.to_ascii_lowercase();
        let is_it = |known: &String| *known == *lower || *known == *name;
        self.method.iter().find(|method| method.names.iter().any(is_it))
    }

    /// Whether the arguments of a method are worth filling in.
    pub(super) fn is_filled(&self, name: &str) -> bool {
        self.is_verb(&name.to_ascii_lowercase()) || self.method(name).is_some_and(|method| method.filled)
    }

    /// What a method registers under a key.
    pub(super) fn registers(&'static self, method: &str) -> Option<Registers> {
        let row = self.keyed.iter().find(|row| row.names.iter().any(|name| name == method))?;
        Some(match row.registers {
            Key::Field => Registers::Field,
            Key::FieldOf => Registers::FieldOf(&row.of),
            Key::Tool => Registers::Tool,
            Key::Channel => Registers::Channel(&row.of),
        })
    }

    /// Whether something may be made by a function of this name.
    pub(super) fn may_make(&self, name: &str) -> bool {
        self.made.iter().any(|row| row.names.iter().any(|known| known == name))
    }

    /// What calls of a dotted name make.
    pub(super) fn made(&self, path: &str) -> impl Iterator<Item = &Made> {
        self.made.iter().filter(move |row| row.is_it(path))
    }

    /// Whether a dotted name is a decorator without a router.
    pub(super) fn is_decorator(&self, path: &str) -> bool {
        let Some((package, name)) = path.rsplit_once('.') else { return false };
        let mut packages = self.decorator.iter().flat_map(|row| &row.packages);
        self.decorators.of(name).is_some() && packages.any(|known| known == package)
    }

    /// Whether a router, by its maker's dotted name, goes on until a handler gives a value.
    pub(super) fn answers_by_value(&self, path: &str) -> bool {
        self.by_value.iter().any(|row| is_of(path, &row.package))
    }

    /// Whether a dotted name is a handler of such a router's package that stands in front of others.
    pub(super) fn is_helper(&self, path: &str) -> bool {
        let is_it = |pattern: &String| text::matches(pattern, last(path));
        self.by_value.iter().any(|row| is_of(path, &row.package) && row.helpers.iter().any(is_it))
    }

    /// Whether an attribute makes such a router a handler of another one.
    pub(super) fn is_inner(&self, name: &str) -> bool {
        self.by_value.iter().any(|row| row.inner.iter().any(|inner| inner == name))
    }

    /// Whether a dotted name is a plug-in that registers the files of a folder.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.folder.iter().any(|row| is_of(path, &row.package))
    }
}

impl Made {
    fn is_it(&self, path: &str) -> bool {
        let of = |package: &String| is_of(path, package);
        // What something made has is no function of the package.
        !path.contains("()")
            && self.packages.iter().any(of)
            && (self.names.is_empty() || self.names.iter().any(|name| name == last(path)))
    }

    /// The method that a route's call is named after.
    pub(super) fn verb(&self, path: &str) -> Option<String> {
        self.named_after_verb.then(|| last(path).to_ascii_uppercase())
    }

    /// The option that begins the paths of a router.
    pub(super) fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }
}

/// The options that may begin the paths of a router which a call makes.
pub(super) fn prefixes(program: &Program<'_>, made: At) -> Vec<&'static str> {
    let mut names: Vec<&str> = ROUTERS.prefixes.iter().map(String::as_str).collect();
    if let Thing::Made(path, _) = program.value(made) {
        let path = path.strip_suffix("()").unwrap_or(&path).to_owned();
        names.extend(ROUTERS.made(&path).filter_map(Made::prefix));
    }
    names
}

/// `controllers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Controllers {
    framework: Vec<Framework>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Framework {
    package: String,
    controllers: Vec<String>,
    verbs: Vec<String>,
    #[serde(default)]
    makers: Vec<String>,
    #[serde(default)]
    prefix: String,
}

impl Controllers {
    /// The name of a decorator of one of the frameworks.
    pub(super) fn name<'n>(&self, path: &'n str) -> Option<&'n str> {
        self.framework.iter().find_map(|row| path.strip_prefix(&*row.package)?.strip_prefix('.'))
    }

    /// The option that begins all paths, where a dotted name makes an application.
    pub(super) fn prefix_option(&self, path: &str) -> Option<&str> {
        let makes = |row: &&Framework| {
            let name = path.strip_prefix(&*row.package).and_then(|rest| rest.strip_prefix('.'));
            name.is_some_and(|name| row.makers.iter().any(|maker| maker == name))
        };
        self.framework.iter().find(makes).map(|row| &*row.prefix)
    }

    /// Whether a decorator makes a class a controller.
    pub(super) fn is_controller(&self, name: &str) -> bool {
        self.framework.iter().any(|row| row.controllers.iter().any(|known| known == name))
    }

    /// Whether a decorator gives a method to a verb.
    pub(super) fn is_verb(&self, name: &str) -> bool {
        self.framework.iter().any(|row| row.verbs.iter().any(|known| known == name))
    }
}

/// `views.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Views {
    verbs: Vec<String>,
    prefix: String,
    view: FxHashMap<String, Vec<String>>,
}

impl Views {
    /// The verb that a class's method is named after.
    pub(super) fn verb<'n>(&self, method: &'n str) -> Option<&'n str> {
        let bare = method.strip_prefix(&*self.prefix).unwrap_or(method);
        self.verbs.iter().any(|verb| verb == bare).then_some(bare)
    }

    /// The verbs that a generic view answers, by its dotted name.
    pub(super) fn verbs(&self, class: &str) -> &[String] {
        self.view.get(last(class)).map_or(&[], Vec::as_slice)
    }
}

/// `events.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    dispatched: Vec<String>,
    readers: Vec<String>,
    methods: Vec<String>,
    refusing: Vec<String>,
    refuses: Vec<String>,
    present: FxHashMap<String, Present>,
    source: FxHashMap<String, EventKind>,
}

/// What the presence of a field says.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Present {
    Kind(EventKind),
    Any(Any),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Any {
    Any,
}

impl Events {
    /// Whether functions commonly dispatch on a field of this name: lower case, letters and digits only.
    pub(super) fn is_dispatched(&self, name: &str) -> bool {
        let known = |name: &str| self.dispatched.iter().any(|known| known == name);
        known(name) || self.readers.iter().any(|reader| name.strip_prefix(&**reader).is_some_and(known))
    }

    /// Whether a text is a method as events spell it.
    pub(super) fn is_method(&self, text: &str) -> bool {
        self.methods.iter().any(|method| method == text)
    }

    /// Whether a name or text says that a request is turned away.
    pub(super) fn refuses(&self, text: &str) -> bool {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        self.refuses.contains(&plain) || self.refusing.iter().any(|part| plain.contains(part.as_str()))
    }

    /// Whether a field is one by whose presence services are told apart, with the kind where that is enough to tell.
    pub(super) fn present(&self, field: &str) -> Option<Option<EventKind>> {
        self.present.get(field).map(|present| match present {
            Present::Kind(kind) => Some(*kind),
            Present::Any(Any::Any) => None,
        })
    }

    /// The kind of event behind a service's name, lower case and without what stands before it.
    pub(super) fn source(&self, name: &str) -> Option<EventKind> {
        self.source.get(name).copied()
    }
}

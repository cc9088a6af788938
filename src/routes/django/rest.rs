//! Django REST framework: routers and the actions of view sets.

use crate::program::classes::ClassAt;
use crate::program::flow::{Kind, Stmt};
use crate::program::values::{At, Program, Thing};
use crate::routes::reading::{arguments, keyword, option_at, positional, texts};
use crate::routes::views::bases;

/// What is registered with a router.
pub(super) struct Resource {
    /// Registrations: the call, the prefix, the view set.
    pub(super) sets: Vec<(At, String, At)>,
    /// Whether the router answers at its own path.
    pub(super) has_root: bool,
    /// What paths end with.
    pub(super) slash: String,
}

/// Something that a view set does.
pub(super) struct Action {
    pub(super) verb: String,
    pub(super) name: String,
    /// Whether it is about one object.
    detail: bool,
    /// The path below, for actions of its own.
    below: Option<String>,
}

/// Actions of the framework: name, verb, whether they are about one object, mixin.
const ACTIONS: [(&str, &str, bool, &str); 6] = [
    ("list", "GET", false, "ListModelMixin"),
    ("create", "POST", false, "CreateModelMixin"),
    ("retrieve", "GET", true, "RetrieveModelMixin"),
    ("update", "PUT", true, "UpdateModelMixin"),
    ("partial_update", "PATCH", true, "UpdateModelMixin"),
    ("destroy", "DELETE", true, "DestroyModelMixin"),
];

/// What is registered with the router whose `urls` an expression asks for.
pub(super) fn registered(program: &Program<'_>, at: At) -> Option<Resource> {
    let Kind::Attr(object, name) = program.kind(at) else { return None };
    if &**name != "urls" {
        return None;
    }
    let Thing::Made(path, made) = program.value((at.0, *object)) else { return None };
    if !path.ends_with("Router()") {
        return None;
    }
    let Kind::Call(_, made_with) = program.kind(made) else { return None };
    let slash = option_at(program, &arguments(made.0, made_with), &["trailing_slash"]);
    let mut sets = Vec::new();
    for call in program.nodes() {
        let Kind::Call(callee, args) = program.kind(call) else { continue };
        let Kind::Attr(router, name) = program.kind((call.0, *callee)) else { continue };
        let is_it =
            &**name == "register" && matches!(program.value((call.0, *router)), Thing::Made(_, other) if other == made);
        if !is_it {
            continue;
        }
        let args = arguments(call.0, args);
        let prefix = positional(&args, 0).or_else(|| keyword(&args, &["prefix"]));
        let set = positional(&args, 1).or_else(|| keyword(&args, &["viewset"]));
        if let (Some(prefix), Some(set)) = (prefix.and_then(|prefix| prefix.text(program)), set) {
            sets.push((call, prefix, set.at));
        }
    }
    let slash = if slash.is_some_and(|slash| matches!(program.kind(slash), Kind::Nth(0))) { "" } else { "/" };
    Some(Resource { sets, has_root: path.ends_with("DefaultRouter()"), slash: slash.to_owned() })
}

/// What a view set does: what it defines or inherits, and its own `@action`s.
pub(super) fn actions(program: &Program<'_>, class: ClassAt) -> Vec<Action> {
    let bases = bases(program, class);
    let has =
        |names: &[&str]| bases.iter().any(|base| base.rsplit('.').next().is_some_and(|last| names.contains(&last)));
    let methods = program.methods(class);
    let mut found = Vec::new();
    for (name, verb, detail, mixin) in ACTIONS {
        let reads = matches!(name, "list" | "retrieve");
        let inherited = has(&[mixin, "ModelViewSet"]) || reads && has(&["ReadOnlyModelViewSet"]);
        if inherited || methods.iter().any(|(method, _)| &**method == name) {
            found.push(Action { verb: verb.to_owned(), name: name.to_owned(), detail, below: None });
        }
    }
    for &(unit, class) in program.lineage(class) {
        let Some(inner) = program.flow(unit).classes.get(class as usize) else { continue };
        for stmt in program.flow(unit).block(inner.body) {
            if let Stmt::Bind(var, value) = stmt {
                let name = program.flow(unit).vars.get(*var as usize).map_or("", |var| &*var.name);
                found.extend(extra(program, (unit, *value), name));
            }
        }
    }
    found
}

/// `@action(detail=True, methods=["post"], url_path="pay")`
fn extra(program: &Program<'_>, defined: At, name: &str) -> Vec<Action> {
    let mut at = defined;
    for _ in 0..8 {
        let Kind::Call(callee, decorated) = program.kind(at) else { return Vec::new() };
        if let Kind::Call(decorator, args) = program.kind((at.0, *callee))
            && matches!(program.value((at.0, *decorator)), Thing::External(path) if path.ends_with("decorators.action"))
        {
            let args = arguments(at.0, args);
            let methods = keyword(&args, &["methods"]).or_else(|| positional(&args, 0));
            let methods = methods.map(|methods| texts(program, methods.at)).unwrap_or_default();
            let methods = if methods.is_empty() { vec!["get".to_owned()] } else { methods };
            let below = keyword(&args, &["url_path"]).and_then(|path| path.text(program));
            let detail = keyword(&args, &["detail"])
                .or_else(|| positional(&args, 1))
                .is_some_and(|detail| matches!(program.kind(detail.at), Kind::Nth(1)));
            let one = |method: &String| Action {
                verb: method.to_ascii_uppercase(),
                name: name.to_owned(),
                detail,
                below: Some(below.clone().unwrap_or_else(|| name.to_owned())),
            };
            return methods.iter().map(one).collect();
        }
        let Some(inner) = decorated.first() else { return Vec::new() };
        at = (at.0, inner.value);
    }
    Vec::new()
}

/// The path of an action.
pub(super) fn path(program: &Program<'_>, class: ClassAt, prefix: &str, action: &Action, slash: &str) -> String {
    let member =
        |name: &str| program.lineage(class).iter().find_map(|&class| program.text(program.class_member(class, name)?));
    let mut path = prefix.to_owned();
    if action.detail {
        let lookup = member("lookup_url_kwarg").or_else(|| member("lookup_field"));
        path = format!("{path}/<{}>", lookup.as_deref().unwrap_or("pk"));
    }
    if let Some(below) = &action.below {
        path = format!("{path}/{below}");
    }
    format!("{}{slash}", path.trim_start_matches('/'))
}

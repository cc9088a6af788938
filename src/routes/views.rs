//! Views: a function that serves a path, or a class with a method for each verb.

use super::reading::named;
use super::words::VIEWS;
use crate::program::classes::ClassAt;
use crate::program::flow::{FuncId, Kind};
use crate::program::reach::Region;
use crate::program::values::{At, Program, Thing, UnitId};

/// What serves a path for one verb.
pub(crate) struct View {
    pub(crate) method: Option<String>,
    /// How it is called.
    pub(crate) function: String,
    pub(crate) regions: Vec<Region>,
    /// Methods that belong to this route only.
    pub(crate) served: Vec<(UnitId, FuncId)>,
}

/// A verb, the name of its method, and the method, when that is the class's own.
type Verb = (String, String, Option<(UnitId, FuncId)>);

/// The views behind a target, for the methods that its registration allows; `otherwise` is what a
/// function serves when nothing is said.
pub(crate) fn of(
    program: &Program<'_>,
    target: At,
    methods: Option<&[Option<String>]>,
    otherwise: &[Option<String>],
) -> Vec<View> {
    let verbs =
        program.class(target).map(|class| (class, verbs(program, class))).filter(|(_, verbs)| !verbs.is_empty());
    let Some((class, verbs)) = verbs else {
        let generic = foreign(program, target);
        let said = methods.unwrap_or(if generic.is_empty() { otherwise } else { &generic });
        let plain = |method: &Option<String>| View {
            method: method.clone(),
            function: named(program, target),
            regions: vec![Region::Node(target)],
            served: Vec::new(),
        };
        return said.iter().map(plain).collect();
    };
    let allowed = |verb: &str| {
        methods.is_none_or(|methods| methods.iter().flatten().any(|method| method.eq_ignore_ascii_case(verb)))
    };
    let served: Vec<(UnitId, FuncId)> = verbs.iter().filter_map(|(_, _, function)| *function).collect();
    let one = |(verb, label, function): &Verb| {
        // The class with what its instances are made with, and of its verbs this one.
        let mut regions = vec![Region::Node(target)];
        regions.extend(function.map(|(unit, function)| Region::Function(unit, function)));
        View { method: Some(verb.to_ascii_uppercase()), function: label.clone(), regions, served: served.clone() }
    };
    let name = class_name(program, class);
    let all = verbs.iter().filter(|(verb, ..)| allowed(verb)).map(one);
    all.map(|view| View { function: format!("{name}.{}", view.function), ..view }).collect()
}

/// The verbs of a generic view that is used as it is: `TemplateView.as_view(..)`.
fn foreign(program: &Program<'_>, target: At) -> Vec<Option<String>> {
    let (Thing::Made(path, _) | Thing::External(path)) = program.value(target) else { return Vec::new() };
    let Some(class) = path.strip_suffix(".as_view()") else { return Vec::new() };
    VIEWS.verbs(class).iter().map(|verb| Some(verb.to_ascii_uppercase())).collect()
}

/// A class's own name.
pub(crate) fn class_name(program: &Program<'_>, class: ClassAt) -> String {
    program.flow(class.0).classes.get(class.1 as usize).map_or(String::new(), |class| class.name.to_string())
}

/// Verbs that a class answers, each with its method's name and the method, when that is its own.
fn verbs(program: &Program<'_>, class: ClassAt) -> Vec<Verb> {
    let mut found: Vec<Verb> = Vec::new();
    for (name, function) in program.methods(class) {
        if let Some(verb) = VIEWS.verb(&name) {
            found.push((verb.to_owned(), name.to_string(), Some(function)));
        }
    }
    for base in bases(program, class) {
        for verb in VIEWS.verbs(&base) {
            if !found.iter().any(|(known, ..)| known == verb) {
                found.push((verb.clone(), verb.clone(), None));
            }
        }
    }
    found
}

/// The foreign bases of a class and of its own bases, by dotted name.
pub(crate) fn bases(program: &Program<'_>, class: ClassAt) -> Vec<String> {
    let mut found = Vec::new();
    for &(unit, inner) in program.lineage(class) {
        let bases = program.flow(unit).classes.get(inner as usize).map_or(&[][..], |class| &class.bases);
        for base in bases {
            if let Thing::External(path) = program.value((unit, *base)) {
                found.push(path);
            }
        }
    }
    found
}

/// The entries of an object literal by their texts.
pub(crate) fn entries(program: &Program<'_>, at: At) -> Vec<(String, At)> {
    let Thing::Node(map) = program.value(at) else { return Vec::new() };
    let Kind::Map(entries) = program.kind(map) else { return Vec::new() };
    let said = |(key, value): &(u32, u32)| Some((program.text((map.0, *key))?, (map.0, *value)));
    entries.iter().filter_map(said).collect()
}

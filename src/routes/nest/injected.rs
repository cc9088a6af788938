//! What Nest gives to the attributes of controllers and services: constructor parameters by
//! their types, `@Inject(TOKEN)`, providers that say what stands for a token.

use std::sync::Arc;

use super::{WrittenOut, decorator};
use crate::program::classes::ClassAt;
use crate::program::flow::{Kind, NodeId};
use crate::program::reach::{Cuts, Injected};
use crate::program::values::{At, Program, Thing, UnitId};
use crate::routes::views::entries;

/// What providers are known by.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Class(ClassAt),
    Text(String),
    Thing(Thing),
}

/// `{ provide: TOKEN, useClass: Mailer }`
struct Provider {
    token: Token,
    gives: Vec<Injected>,
}

/// A place that is filled in, and with what.
struct Place {
    /// A parameter of the constructor; nothing for a field.
    parameter: Option<u32>,
    name: Arc<str>,
    classes: Vec<ClassAt>,
    token: Option<At>,
}

/// Writes down what is given to whom.
pub(super) fn note(program: &Program<'_>, written: &[WrittenOut], cuts: &mut Cuts) {
    let providers = providers(program);
    for (unit, inner) in program.units.iter().enumerate() {
        for class in 0..inner.flow.classes.len() as u32 {
            let class = (unit, class);
            let mut places = declared(program, class);
            places.extend(written_out(program, class, written));
            for place in places {
                let gives = given(program, &providers, &place);
                let names = match place.parameter {
                    Some(at) => program.attributes_of_parameter(class, at),
                    None => vec![place.name],
                };
                for name in names {
                    cuts.injected.entry((class, name)).or_default().extend(gives.iter().copied());
                }
            }
        }
    }
}

/// Classes and functions that stand before every route: `{ provide: APP_GUARD, useClass: Auth }`.
pub(super) fn everywhere(program: &Program<'_>) -> Vec<At> {
    let mut found = Vec::new();
    for (provide, entry) in provided(program) {
        if matches!(program.value(provide), Thing::External(path) if path.starts_with("@nestjs/core.APP_")) {
            found.extend(entry.into_iter().map(|(_, value)| value));
        }
    }
    found
}

fn given(program: &Program<'_>, providers: &[Provider], place: &Place) -> Vec<Injected> {
    let token = place.token.map(|token| token_of(program, token));
    let tokens: Vec<Token> = match token {
        Some(token) => vec![token],
        None => place.classes.iter().map(|class| Token::Class(*class)).collect(),
    };
    let mut found = Vec::new();
    for token in tokens {
        let said: Vec<Injected> =
            providers.iter().filter(|provider| provider.token == token).flat_map(|p| p.gives.clone()).collect();
        match token {
            Token::Class(class) if said.is_empty() => found.push(Injected::Class(class)),
            _ => found.extend(said),
        }
    }
    if found.is_empty() {
        found.extend(place.classes.iter().map(|class| Injected::Class(*class)));
    }
    found
}

fn token_of(program: &Program<'_>, at: At) -> Token {
    if let Some(class) = program.class(at) {
        return Token::Class(class);
    }
    program.text(at).map_or_else(|| Token::Thing(program.value(at)), Token::Text)
}

/// Objects that say what they provide.
fn provided(program: &Program<'_>) -> Vec<(At, Vec<(String, At)>)> {
    let mut found = Vec::new();
    for at in program.nodes() {
        if !matches!(program.kind(at), Kind::Map(_)) {
            continue;
        }
        let fields = entries(program, at);
        if let Some((_, provide)) = fields.iter().find(|(name, _)| name == "provide").cloned() {
            let gives = fields.into_iter().filter(|(name, _)| name.starts_with("use"));
            found.push((provide, gives.collect()));
        }
    }
    found
}

fn providers(program: &Program<'_>) -> Vec<Provider> {
    let one = |(provide, gives): (At, Vec<(String, At)>)| {
        let gives = gives.into_iter().map(|(how, value)| match how.as_str() {
            "useClass" | "useExisting" => program.class(value).map_or(Injected::Value(value), Injected::Class),
            _ => Injected::Value(value),
        });
        Provider { token: token_of(program, provide), gives: gives.collect() }
    };
    provided(program).into_iter().map(one).collect()
}

/// The token in `@Inject(TOKEN)`.
fn inject(program: &Program<'_>, at: At) -> Option<At> {
    let Kind::Call(_, args) = program.kind(at) else { return None };
    (decorator(program, at)? == "Inject").then(|| args.first().map(|arg| (at.0, arg.value)))?
}

/// Places that TypeScript declares.
fn declared(program: &Program<'_>, (unit, class): ClassAt) -> Vec<Place> {
    let Some(inner) = program.flow(unit).classes.get(class as usize) else { return Vec::new() };
    let mut places = Vec::new();
    for slot in &inner.slots {
        let constructs = slot.method.as_deref() == Some("constructor");
        if slot.method.is_some() && !constructs {
            continue;
        }
        let token = slot.decorators.iter().find_map(|decorator| inject(program, (unit, *decorator)));
        places.push(Place {
            parameter: constructs.then_some(slot.at),
            name: slot.name.clone(),
            classes: slot.of.as_ref().map(|of| classes_named(program, unit, of)).unwrap_or_default(),
            token,
        });
    }
    places
}

/// Classes with a name; those of the own file and of what it imports go first. Types are looked
/// for by name: their imports may not exist at run time.
pub(super) fn classes_named(program: &Program<'_>, unit: UnitId, name: &str) -> Vec<ClassAt> {
    let mut found: Vec<ClassAt> = Vec::new();
    for (other, inner) in program.units.iter().enumerate() {
        let classes = inner.flow.classes.iter().enumerate().filter(|(_, class)| &*class.name == name);
        found.extend(classes.map(|(class, _)| (other, class as u32)));
    }
    if found.len() > 1 {
        let near: Vec<UnitId> = std::iter::once(unit).chain(imported(program, unit)).collect();
        let nearest: Vec<ClassAt> = found.iter().filter(|(other, _)| near.contains(other)).copied().collect();
        if !nearest.is_empty() {
            return nearest;
        }
    }
    found
}

/// Own modules that a file imports.
fn imported(program: &Program<'_>, unit: UnitId) -> Vec<UnitId> {
    let module = program.units.get(unit).map(|unit| unit.module);
    let imports = program.graph.imports.iter().filter(|import| Some(import.site.importer) == module);
    imports.filter_map(|import| program.unit_of(import.target)).collect()
}

/// Places as compilers write them out: `__metadata("design:paramtypes", [Cats])`,
/// `__param(1, Inject(TOKEN))`, `__decorate([Inject(Cats)], Users.prototype, "cats", void 0)`.
fn written_out(program: &Program<'_>, class: ClassAt, written: &[WrittenOut]) -> Vec<Place> {
    let mut places = Vec::new();
    for (at, member) in written.get(class.0).and_then(|unit| unit.get(&class.1)).into_iter().flatten() {
        let Kind::Call(_, args) = program.kind(*at) else { continue };
        let [first, second, ..] = args.as_slice() else {
            if let (Some(name), Some(token)) = (member, inject(program, *at)) {
                let name = Arc::from(name.as_str());
                places.push(Place { parameter: None, name, classes: Vec::new(), token: Some(token) });
            }
            continue;
        };
        let second = (at.0, second.value);
        match (program.text((at.0, first.value)).as_deref(), program.kind((at.0, first.value)), member) {
            (Some("design:paramtypes"), _, None) => {
                for (at, class) in parameter_types(program, second) {
                    let name = Arc::from("");
                    places.push(Place { parameter: Some(at), name, classes: vec![class], token: None });
                }
            }
            (_, Kind::Nth(parameter), None) => {
                if let Some(token) = inject(program, second) {
                    let (parameter, name) = (Some(*parameter), Arc::from(""));
                    places.push(Place { parameter, name, classes: Vec::new(), token: Some(token) });
                }
            }
            _ => {}
        }
    }
    places
}

/// The classes in a list of types, with their positions.
pub(super) fn parameter_types(program: &Program<'_>, list: At) -> Vec<(u32, ClassAt)> {
    let Kind::List(items) = program.kind(list) else { return Vec::new() };
    let class = |(at, item): (usize, &NodeId)| Some((at as u32, program.class((list.0, *item))?));
    items.iter().enumerate().filter_map(class).collect()
}

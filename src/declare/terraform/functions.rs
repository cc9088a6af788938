//! Terraform's functions and operators, as far as they need nothing but their arguments.

use hcl_edit::expr::{BinaryOperator, FuncCall};

use super::super::model::Place;
use super::super::tree::{Key, Kind, Map, Part, TextBuilder, Tree};
use super::eval::{Env, Module, member, pairs, push};
use super::files::{Made, content, made_of};
use crate::manifest::yaml::{self, Node, Value};

/// Elements of one list that functions make.
const MOST_ITEMS: usize = 5_000;

pub(super) fn call(module: &Module, call: &FuncCall, env: &Env, place: Place, depth: u8) -> Tree {
    let name = call.name.name.as_str();
    let mut args: Vec<Tree> = call.args.iter().map(|arg| module.within(arg, env, depth)).collect();
    if call.args.expand_final()
        && let Some(Tree { kind: Kind::List(items), .. }) = args.last()
    {
        let items = items.clone();
        args.pop();
        args.extend(items);
    }
    let of_files = match name {
        "file" => args.first().and_then(Tree::known).map(|path| content(Made::AsIs, path, place)),
        "templatefile" => args.first().and_then(Tree::known).map(|path| content(Made::Template, path, place)),
        "fileset" => module.fileset(&args, place),
        _ => None,
    };
    let value = of_files.or_else(|| changed(name, &args, place)).or_else(|| apply(name, &args, place));
    value.unwrap_or_else(|| Tree::unknown(format!("depends on `{name}()`"), place))
}

/// Functions that make another text of a text, whatever it is.
const CHANGING: [&str; 12] = [
    "jsonencode",
    "yamlencode",
    "abspath",
    "pathexpand",
    "trimspace",
    "base64encode",
    "lower",
    "upper",
    "title",
    "basename",
    "dirname",
    "format",
];

/// What a function makes of the content of a file is another text.
fn changed(name: &str, args: &[Tree], place: Place) -> Option<Tree> {
    let is_changing = CHANGING.contains(&name);
    let (_, path) = args.iter().filter(|_| is_changing).find_map(|arg| made_of(arg.as_text()?))?;
    Some(content(Made::Changed, &path, place))
}

fn apply(name: &str, args: &[Tree], place: Place) -> Option<Tree> {
    let first = args.first()?;
    let done = |tree: Tree| Some(tree.moved(place));
    match name {
        // The value is kept as it is: what matters is inside of it.
        "jsonencode" | "yamlencode" | "tostring" | "tonumber" | "tobool" | "tolist" | "toset" | "tomap"
        | "sensitive" | "nonsensitive" | "abspath" | "pathexpand" | "trimspace" | "one" | "sort" | "distinct"
        | "base64encode" => done(sole(name, first)),
        "jsondecode" | "yamldecode" => decoded(first, place),
        "try" | "coalesce" => done(first_known(args)?),
        "can" => None,
        "format" => formatted(args, place),
        "join" => joined(args, place),
        "concat" | "setunion" => concatenated(args, place),
        "flatten" => Some(Tree::new(Kind::List(flattened(first)?), place).derived()),
        "compact" => Some(Tree::new(Kind::List(compacted(first)?), place).derived()),
        "merge" => merged(args, place),
        "lookup" => looked_up(args, place),
        "element" => done(element(first, args.get(1)?)?),
        "length" => Some(Tree::text(pairs(first)?.len().to_string(), place).derived()),
        "keys" => keys(first, place),
        "values" => {
            Some(Tree::new(Kind::List(pairs(first)?.into_iter().map(|(_, value)| value).collect()), place).derived())
        }
        "zipmap" => zipped(first, args.get(1)?, place),
        "contains" => contains(first, args.get(1)?, place),
        "lower" => mapped(first, place, str::to_lowercase),
        "upper" => mapped(first, place, str::to_uppercase),
        "title" => mapped(first, place, title),
        "basename" => mapped(first, place, |text| text.rsplit('/').next().unwrap_or(text).to_owned()),
        "dirname" => mapped(first, place, |text| text.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned()),
        "replace" => replaced(args, place),
        "split" => split(args, place),
        "trimprefix" => trimmed(args, place, |text, piece| text.strip_prefix(piece).unwrap_or(text).to_owned()),
        "trimsuffix" => trimmed(args, place, |text, piece| text.strip_suffix(piece).unwrap_or(text).to_owned()),
        "min" => folded(args, place, f64::min),
        "max" => folded(args, place, f64::max),
        "ceil" => rounded(first, place, f64::ceil),
        "floor" => rounded(first, place, f64::floor),
        _ => None,
    }
}

/// `one([x])` is `x`; the others leave their argument as it is.
fn sole(name: &str, value: &Tree) -> Tree {
    match (name, value.items()) {
        ("one", [only]) => only.clone(),
        ("one", []) if matches!(value.kind, Kind::List(_)) => Tree::null(value.place),
        _ => value.clone(),
    }
}

fn first_known(args: &[Tree]) -> Option<Tree> {
    // An unknown one may be what is taken.
    args.iter().find(|arg| !arg.is_null() && arg.known() != Some("")).cloned()
}

fn decoded(value: &Tree, place: Place) -> Option<Tree> {
    match &value.kind {
        Kind::Map(_) | Kind::List(_) => Some(value.clone().moved(place)),
        Kind::Text(text) => {
            let root = yaml::parse(text.known()?).ok()??;
            Some(from_node(&root, place))
        }
        _ => None,
    }
}

/// A JSON value as a tree at one place.
pub(super) fn from_node(node: &Node, place: Place) -> Tree {
    let kind = match &node.value {
        Value::Scalar { .. } => match node.text() {
            Some(text) => return Tree::text(text, place).derived(),
            None => Kind::Null,
        },
        Value::List(items) => Kind::List(items.iter().map(|item| from_node(item, place)).collect()),
        Value::Mapping(_) => {
            let entries = node
                .entries()
                .filter_map(|(key, value)| Some((Key { text: key.text()?.into(), place }, from_node(value, place))));
            Kind::Map(Map { entries: entries.collect(), open: None })
        }
    };
    Tree::new(kind, place).derived()
}

/// `%s`, `%d` and `%v` put in.
fn formatted(args: &[Tree], place: Place) -> Option<Tree> {
    let pattern = args.first()?.known()?;
    let mut values = args.iter().skip(1);
    let mut text = TextBuilder::default();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let verb = after.chars().next()?;
        match verb {
            '%' => text.push_str("%"),
            's' | 'd' | 'v' => push(&mut text, values.next()?),
            _ => return None,
        }
        rest = &after[verb.len_utf8()..];
    }
    text.push_str(rest);
    Some(Tree::new(Kind::Text(text.finish()), place).derived())
}

fn joined(args: &[Tree], place: Place) -> Option<Tree> {
    let [separator, lists @ ..] = args else { return None };
    let separator = separator.known()?;
    let mut text = TextBuilder::default();
    let mut is_first = true;
    for list in lists {
        let Kind::List(items) = &list.kind else { return None };
        for item in items {
            if !std::mem::take(&mut is_first) {
                text.push_str(separator);
            }
            push(&mut text, item);
        }
    }
    Some(Tree::new(Kind::Text(text.finish()), place).derived())
}

fn concatenated(args: &[Tree], place: Place) -> Option<Tree> {
    let mut items = Vec::new();
    for arg in args {
        match &arg.kind {
            Kind::List(list) => items.extend(list.iter().cloned()),
            Kind::Null => {}
            // Of a list that is not known, one element stands for all.
            Kind::Unknown(_) | Kind::Text(_) => items.push(arg.clone()),
            Kind::Map(_) => return None,
        }
        if items.len() > MOST_ITEMS {
            return None;
        }
    }
    Some(Tree::new(Kind::List(items), place).derived())
}

fn flattened(list: &Tree) -> Option<Vec<Tree>> {
    let Kind::List(items) = &list.kind else { return None };
    let mut flat = Vec::new();
    for item in items {
        match &item.kind {
            Kind::List(_) => flat.extend(flattened(item)?),
            _ => flat.push(item.clone()),
        }
        if flat.len() > MOST_ITEMS {
            return None;
        }
    }
    Some(flat)
}

fn compacted(list: &Tree) -> Option<Vec<Tree>> {
    let Kind::List(items) = &list.kind else { return None };
    Some(items.iter().filter(|item| !item.is_null() && item.known() != Some("")).cloned().collect())
}

fn merged(args: &[Tree], place: Place) -> Option<Tree> {
    let mut map = Map::default();
    for arg in args {
        match &arg.kind {
            Kind::Map(other) => {
                other.entries.iter().for_each(|(key, value)| map.set(key.clone(), value.clone()));
                map.open = map.open.or_else(|| other.open.clone());
            }
            Kind::Null => {}
            Kind::Unknown(why) => map.open = Some(why.clone()),
            Kind::Text(text) => map.open = Some(text.why()),
            Kind::List(_) => return None,
        }
        if map.entries.len() > MOST_ITEMS {
            return None;
        }
    }
    Some(Tree::new(Kind::Map(map), place).derived())
}

fn looked_up(args: &[Tree], place: Place) -> Option<Tree> {
    let [map, key, default @ ..] = args else { return None };
    let found = match key.known() {
        Some(key) => member(map, key),
        None => return Some(Tree::unknown("is looked up by a key that is not known", place)),
    };
    match default.first() {
        Some(default) if found.is_null() => Some(default.clone().moved(place)),
        _ => Some(found.moved(place)),
    }
}

fn element(list: &Tree, index: &Tree) -> Option<Tree> {
    let Kind::List(items) = &list.kind else { return None };
    let at = index.known()?.parse::<usize>().ok()?;
    items.get(at.checked_rem(items.len())?).cloned()
}

fn keys(map: &Tree, place: Place) -> Option<Tree> {
    let mut names: Vec<&Key> =
        map.as_map().filter(|map| map.open.is_none())?.entries.iter().map(|(key, _)| key).collect();
    names.sort_by(|a, b| a.text.cmp(&b.text));
    let items = names.into_iter().map(|key| Tree::text(&key.text, key.place).derived());
    Some(Tree::new(Kind::List(items.collect()), place).derived())
}

fn zipped(keys: &Tree, values: &Tree, place: Place) -> Option<Tree> {
    let (Kind::List(keys), Kind::List(values)) = (&keys.kind, &values.kind) else { return None };
    let mut map = Map::default();
    for (key, value) in keys.iter().zip(values) {
        map.entries.push((Key { text: key.known()?.into(), place: key.place }, value.clone()));
    }
    Some(Tree::new(Kind::Map(map), place).derived())
}

fn contains(list: &Tree, wanted: &Tree, place: Place) -> Option<Tree> {
    let Kind::List(items) = &list.kind else { return None };
    let wanted = wanted.known()?;
    let known: Option<Vec<&str>> = items.iter().map(Tree::known).collect();
    Some(Tree::text(known?.contains(&wanted).to_string(), place).derived())
}

fn mapped(value: &Tree, place: Place, change: impl Fn(&str) -> String) -> Option<Tree> {
    let text = value.as_text()?;
    let parts = text.parts.iter().map(|part| match part {
        Part::Text(known) => Part::Text(change(known).into()),
        other => other.clone(),
    });
    let text = super::super::tree::Text { parts: parts.collect() };
    Some(Tree::new(Kind::Text(text), place).derived())
}

fn title(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn replaced(args: &[Tree], place: Place) -> Option<Tree> {
    let [text, from, to] = args else { return None };
    let (from, to) = (from.known()?, to.known()?);
    // Between slashes it is a regular expression.
    if from.is_empty() || from.starts_with('/') && from.len() > 1 && from.ends_with('/') {
        return None;
    }
    Some(Tree::text(text.known()?.replace(from, to), place).derived())
}

fn split(args: &[Tree], place: Place) -> Option<Tree> {
    let [separator, text] = args else { return None };
    let separator = separator.known().filter(|separator| !separator.is_empty())?;
    let pieces: Vec<&str> = text.known()?.split(separator).take(MOST_ITEMS + 1).collect();
    let pieces = Some(pieces).filter(|pieces| pieces.len() <= MOST_ITEMS)?;
    let pieces = pieces.into_iter().map(|piece| Tree::text(piece, place).derived());
    Some(Tree::new(Kind::List(pieces.collect()), place).derived())
}

fn trimmed(args: &[Tree], place: Place, trim: impl Fn(&str, &str) -> String) -> Option<Tree> {
    let [text, piece] = args else { return None };
    Some(Tree::text(trim(text.known()?, piece.known()?), place).derived())
}

fn number(tree: &Tree) -> Option<f64> {
    tree.known()?.parse().ok()
}

fn written(number: f64, place: Place) -> Tree {
    Tree::text(number.to_string(), place).derived()
}

fn folded(args: &[Tree], place: Place, fold: impl Fn(f64, f64) -> f64) -> Option<Tree> {
    let numbers: Option<Vec<f64>> = args.iter().map(number).collect();
    numbers?.into_iter().reduce(fold).map(|number| written(number, place))
}

fn rounded(value: &Tree, place: Place, round: impl Fn(f64) -> f64) -> Option<Tree> {
    Some(written(round(number(value)?), place))
}

pub(super) fn unary(negates: bool, value: &Tree, place: Place) -> Tree {
    if negates {
        return match number(value) {
            // `-1` is as literal as `1`.
            Some(number) => Tree { literal: value.literal, ..written(-number, place) },
            None => Tree::unknown("is calculated from what is not known", place),
        };
    }
    match value.truth().known() {
        Some(truth) => Tree::text((!truth).to_string(), place).derived(),
        None => Tree::unknown("is decided by what is not known", place),
    }
}

pub(super) fn binary(operator: BinaryOperator, left: &Tree, right: &Tree, place: Place) -> Tree {
    calculated(operator, left, right, place)
        .unwrap_or_else(|| Tree::unknown("is calculated from what is not known", place))
}

fn calculated(operator: BinaryOperator, left: &Tree, right: &Tree, place: Place) -> Option<Tree> {
    use BinaryOperator as Op;
    let truth = |value: bool| Some(Tree::text(value.to_string(), place).derived());
    let numbers = || Some((number(left)?, number(right)?));
    match operator {
        Op::Eq => truth(equal(left, right)?),
        Op::NotEq => truth(!equal(left, right)?),
        Op::And | Op::Or => {
            let deciding = operator == Op::Or;
            let values = [left.truth().known().copied(), right.truth().known().copied()];
            match values {
                [Some(a), _] if a == deciding => truth(deciding),
                [_, Some(b)] if b == deciding => truth(deciding),
                [Some(_), Some(_)] => truth(!deciding),
                _ => None,
            }
        }
        Op::Less => numbers().and_then(|(a, b)| truth(a < b)),
        Op::LessEq => numbers().and_then(|(a, b)| truth(a <= b)),
        Op::Greater => numbers().and_then(|(a, b)| truth(a > b)),
        Op::GreaterEq => numbers().and_then(|(a, b)| truth(a >= b)),
        Op::Plus => numbers().map(|(a, b)| written(a + b, place)),
        Op::Minus => numbers().map(|(a, b)| written(a - b, place)),
        Op::Mul => numbers().map(|(a, b)| written(a * b, place)),
        Op::Div => numbers().filter(|(_, b)| *b != 0.0).map(|(a, b)| written(a / b, place)),
        Op::Mod => numbers().filter(|(_, b)| *b != 0.0).map(|(a, b)| written(a % b, place)),
    }
}

fn equal(left: &Tree, right: &Tree) -> Option<bool> {
    match (&left.kind, &right.kind) {
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Null, other) | (other, Kind::Null) => match other {
            // What a resource has is not null; what a variable holds may be.
            Kind::Text(text) => {
                let open = text.parts.iter().any(|part| matches!(part, Part::Open(..)));
                (!open).then_some(false)
            }
            _ => Some(false),
        },
        (Kind::Text(a), Kind::Text(b)) => match (a.known(), b.known()) {
            (Some(a), Some(b)) => Some(a == b),
            _ => (a.symbolic() == b.symbolic()).then_some(true),
        },
        (Kind::List(a), Kind::List(b)) if a.is_empty() || b.is_empty() => Some(a.is_empty() && b.is_empty()),
        (Kind::Map(a), Kind::Map(b)) if a.open.is_none() && b.open.is_none() => {
            (a.entries.is_empty() || b.entries.is_empty()).then_some(a.entries.is_empty() && b.entries.is_empty())
        }
        _ => None,
    }
}

//! A service written as a script (`serverless.ts`), as far as it is literal.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lang::javascript::ir::{ExprId, ExprKind, Item, Key, Member, Pattern, Program, StmtKind, Var};
use crate::lang::javascript::{self, Dialect, ParseMode};
use crate::manifest::yaml::{Node, Value};
use crate::span::Span;

/// Values within values.
const DEEPEST: u8 = 40;
/// What stands for an expression that is not literal: a variable that nobody knows.
const OPEN: &str = "${script:expression}";

/// The object of a script that is a service, as a tree.
///
/// # Errors
/// Why there is none, as a phrase.
pub(in crate::declare) fn object(path: &str, text: &str, file: u32) -> Result<Arc<Node>, String> {
    let extension = path.rsplit('.').next().unwrap_or_default();
    let dialect = if matches!(extension, "js" | "cjs") { Dialect::CommonJs } else { Dialect::Module };
    let mode = ParseMode { typescript: extension == "ts", ..ParseMode::javascript(dialect) };
    let program = javascript::parse(text, mode).map_err(|error| error.to_string())?;
    let script = Script { slots: slots(&program), program: &program, file };
    let service = (0..program.exprs.len()).find(|at| script.is_service(*at));
    let service = service.ok_or("no object in it has a `service` and a `provider`")?;
    script.node(service as ExprId, DEEPEST).map(Arc::new).ok_or_else(|| "is too large".to_owned())
}

struct Script<'p> {
    program: &'p Program,
    /// What the module's own variables are made with.
    slots: FxHashMap<u32, ExprId>,
    file: u32,
}

/// Variables of the module that are declared with a value, by their slot.
fn slots(program: &Program) -> FxHashMap<u32, ExprId> {
    let mut slots = FxHashMap::default();
    let body = program.functions.first().map_or(&[][..], |module| &module.body);
    for stmt in body.iter().filter_map(|at| program.stmts.get(*at as usize)) {
        let StmtKind::Declare(list, _) = &stmt.kind else { continue };
        for (pattern, value) in list {
            let pattern = program.patterns.get(*pattern as usize);
            if let (Some(Pattern::Var(Var::Local { slot, .. })), Some(value)) = (pattern, value) {
                slots.insert(*slot, *value);
            }
        }
    }
    slots
}

impl Script<'_> {
    fn text(&self, at: u32) -> &str {
        self.program.strings.get(at as usize).map_or("", |text| text)
    }

    fn is_service(&self, at: usize) -> bool {
        let ExprKind::Object(members) = &self.program.exprs[at].kind else { return false };
        let has = |name: &str| {
            members.iter().any(|member| matches!(member, Member::Value(Key::Name(key), _) if self.text(*key) == name))
        };
        has("service") && has("provider")
    }

    fn node(&self, at: ExprId, depth: u8) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        let expr = self.program.exprs.get(at as usize)?;
        let span = expr.span;
        let scalar = |text: &str, plain: bool| Some(Node::scalar(text, plain, span, self.file));
        match &expr.kind {
            ExprKind::String(text) => scalar(self.text(*text), false),
            ExprKind::Number(number) => scalar(&number.to_string(), true),
            ExprKind::Bool(truth) => scalar(&truth.to_string(), true),
            ExprKind::Null | ExprKind::Undefined => scalar("null", true),
            ExprKind::Template(texts, values) if values.is_empty() => {
                scalar(&texts.iter().map(|text| self.text(*text)).collect::<String>(), false)
            }
            ExprKind::Array(items) => self.list(items, span, depth),
            ExprKind::Object(members) => self.object(members, span, depth),
            ExprKind::Var(Var::Local { slot, .. }) => match self.slots.get(slot) {
                Some(value) => self.node(*value, depth),
                None => scalar(OPEN, false),
            },
            _ => scalar(OPEN, false),
        }
    }

    fn list(&self, items: &[Item], span: Span, depth: u8) -> Option<Node> {
        let nodes = items.iter().map(|item| match item {
            Item::One(value) => self.node(*value, depth).map(Arc::new),
            Item::Spread(_) | Item::Hole => Some(Arc::new(Node::scalar(OPEN, false, span, self.file))),
        });
        Node::list(nodes.collect::<Option<_>>()?, span, self.file)
    }

    fn object(&self, members: &[Member], span: Span, depth: u8) -> Option<Node> {
        let mut pairs = Vec::new();
        for member in members {
            match member {
                Member::Value(Key::Name(key), value) => {
                    let node = self.node(*value, depth)?;
                    let place = key_place(node.span, self.text(*key));
                    let key = Node::scalar(self.text(*key), false, place, self.file);
                    pairs.push((Arc::new(key), Arc::new(node)));
                }
                Member::Spread(value) => {
                    let node = self.node(*value, depth)?;
                    if let Value::Mapping(mapping) = &node.value {
                        pairs.extend(mapping.pairs().iter().cloned());
                    }
                }
                Member::Value(Key::Computed(_), _) | Member::Get(..) | Member::Set(..) => {}
            }
        }
        Node::mapping(pairs, span, self.file)
    }
}

/// A key has no place in the program: it is taken to stand right before its value.
fn key_place(value: Span, key: &str) -> Span {
    let end = value.start.saturating_sub(2);
    Span::new(end.saturating_sub(key.len() as u32), end)
}

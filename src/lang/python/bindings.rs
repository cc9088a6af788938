//! Which statements may have given a name a value by the time somebody asks for it.

use super::ir::*;
use crate::span::Span;

/// How far code has come when a name is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Past {
    /// The statements that start here or before have begun, and no others.
    Begun(u32),
    /// It is read here: what ends before has ended, and so has what stands in a loop around.
    Before(u32),
}

/// What is asked of code about a name.
pub struct Asked<'a> {
    /// The name.
    pub name: &'a str,
    /// Statements that start before do not count: what they gave was taken away here.
    pub after: u32,
    /// How far it has come.
    pub past: Past,
    /// Where it is read: the name of an `except` clause is there in the clause alone. `None`: a clause may run.
    pub reader: Option<u32>,
    /// Blocks that surely did not run.
    pub left_out: &'a dyn Fn(Block) -> bool,
}

impl Asked<'_> {
    fn counts(&self, span: Span, looped: bool) -> bool {
        let has_run = match self.past {
            Past::Begun(last) => span.start <= last,
            Past::Before(reader) => looped || span.end <= reader,
        };
        has_run && span.start >= self.after
    }

    /// Whether a place is in a loop with the reader.
    fn is_around(&self, span: Span) -> bool {
        matches!(self.past, Past::Before(reader) if span.start <= reader && reader < span.end)
    }
}

impl Code {
    /// Whether any statement of a block may have given a name a value, in whatever branch.
    #[must_use]
    pub fn binds(&self, block: Block, asked: &Asked) -> bool {
        self.block_binds(block, asked, false)
    }

    fn block_binds(&self, block: Block, asked: &Asked, looped: bool) -> bool {
        !(asked.left_out)(block) && self.block(block).iter().any(|id| self.stmt_binds(*id, asked, looped))
    }

    fn stmt_binds(&self, id: StmtId, asked: &Asked, looped: bool) -> bool {
        let Some(stmt) = self.stmts.get(id.0 as usize) else { return false };
        let span = self.stmt_span(id);
        let any = |blocks: &[Block]| blocks.iter().any(|block| self.block_binds(*block, asked, looped));
        let target = |target: ExprId, looped: bool| {
            self.target_binds(target, asked.name) && asked.counts(self.expr_span(target), looped)
        };
        match stmt {
            Stmt::If(tests, orelse) => tests.iter().any(|(_, block)| any(&[*block])) || any(&[*orelse]),
            Stmt::While(_, body, orelse) => {
                self.block_binds(*body, asked, looped || asked.is_around(span)) || any(&[*orelse])
            }
            Stmt::For(item, iter, blocks) => {
                // What it goes through is computed once.
                let rounds = Span::new(self.expr_span(*iter).end.min(span.end), span.end);
                let looped = looped || asked.is_around(rounds);
                // It is given a value where the body begins; one of nothing but `pass` has no place.
                let body = self.block_span(blocks.0).map_or(span.end, |body| body.start);
                let begins = asked.counts(Span::new(body, body), looped) || asked.counts(span, looped);
                begins && self.target_binds(*item, asked.name)
                    || self.block_binds(blocks.0, asked, looped)
                    || any(&[blocks.1])
            }
            Stmt::With(items, body) => {
                let mut targets = items.iter().filter_map(|(_, target)| *target);
                targets.any(|item| target(item, looped)) || any(&[*body])
            }
            Stmt::Try(node) => {
                let named = |handler: &Handler| {
                    let is_it = handler.name.is_some_and(|known| self.name(known) == asked.name);
                    let body = self.block_span(handler.body).unwrap_or_default();
                    is_it && asked.reader.is_none_or(|reader| body.start <= reader && reader < body.end)
                };
                node.handlers.iter().any(|handler| named(handler) || any(&[handler.body]))
                    || any(&[node.body, node.orelse, node.finally])
            }
            // Patterns bind too: they are not looked into.
            Stmt::Match(..) => span.start >= asked.after,
            _ => asked.counts(span, looped) && self.gives(stmt, asked.name),
        }
    }

    /// Whether a statement without blocks gives a name a value.
    fn gives(&self, stmt: &Stmt, name: &str) -> bool {
        let aliased = |names: &[Alias]| names.iter().any(|alias| self.name(alias.bound) == name);
        match stmt {
            Stmt::Assign(targets, _) => self.list(*targets).iter().any(|target| self.target_binds(*target, name)),
            Stmt::AugAssign(target, ..) | Stmt::AnnAssign(target, _, Some(_)) => self.target_binds(*target, name),
            Stmt::Import(names) => aliased(names),
            // `from . import part` binds what the package does not have only if there is such a module.
            Stmt::ImportFrom { module: None, level: 1, names } => {
                names.iter().any(|alias| alias.rename.is_some() && self.name(alias.bound) == name)
            }
            Stmt::ImportFrom { names, .. } => aliased(names),
            Stmt::Function(at) => self.functions.get(*at as usize).is_some_and(|it| self.name(it.name) == name),
            Stmt::Class(at) => self.classes.get(*at as usize).is_some_and(|it| self.name(it.name) == name),
            _ => false,
        }
    }

    /// Whether anything in a stretch of code gives a name a value, whatever runs of it, and whosever name it is.
    #[must_use]
    pub fn gives_in(&self, span: Span, name: &str) -> bool {
        let targets = |stmt: &Stmt| match stmt {
            Stmt::For(target, ..) => self.target_binds(*target, name),
            Stmt::With(items, _) => {
                items.iter().filter_map(|(_, target)| *target).any(|target| self.target_binds(target, name))
            }
            Stmt::Try(node) => node.handlers.iter().any(|it| it.name.is_some_and(|it| self.name(it) == name)),
            Stmt::Match(..) => true,
            stmt => self.gives(stmt, name),
        };
        self.stmts_in(span).any(targets) || self.walrus_in(span, name)
    }

    /// Whether `name := value` stands in a stretch of code.
    #[must_use]
    pub fn walrus_in(&self, span: Span, name: &str) -> bool {
        self.exprs_in(span).any(|expr| matches!(expr, Expr::Walrus(target, _) if self.target_binds(target, name)))
    }

    /// Whether a place is in a loop that stands in a stretch of code.
    #[must_use]
    pub fn is_looped(&self, place: u32, around: Span) -> bool {
        let mut statements = self.stmts.iter().zip(&self.stmt_spans);
        statements.any(|(stmt, at)| {
            matches!(stmt, Stmt::For(..) | Stmt::While(..)) && around.holds(*at) && at.start <= place && place < at.end
        })
    }

    /// Whether a place is in a comprehension that calls its items so.
    #[must_use]
    pub fn is_item_at(&self, place: u32, name: &str) -> bool {
        self.exprs.iter().zip(&self.expr_spans).any(|(expr, at)| {
            let Expr::Comprehension(index) = expr else { return false };
            at.start <= place
                && place < at.end
                && self.comprehensions.get(*index as usize).is_some_and(|node| self.has_item(node, name))
        })
    }

    /// Whether a comprehension calls its items so.
    #[must_use]
    pub fn has_item(&self, node: &Comprehension, name: &str) -> bool {
        node.generators.iter().any(|generator| self.target_binds(generator.target, name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Whether the name that is read at the mark may have a value there.
    fn may_have(source: &str) -> bool {
        let reader = source.find("x#").expect("a mark") as u32;
        let code = parse(source.as_bytes()).code;
        let body = code.functions.last().map_or(code.body, |function| function.body);
        let asked =
            Asked { name: "x", after: 0, past: Past::Before(reader), reader: Some(reader), left_out: &|_| false };
        code.binds(body, &asked)
    }

    #[test]
    fn what_stands_behind_or_in_another_clause_gives_no_value() {
        for source in [
            "def f():\n    x#\n    x = 1",
            "def f():\n    x = x#",
            "def f():\n    x += x#",
            "def f():\n    try: y\n    except E as x: pass\n    x#",
            "def f():\n    for x in x#: pass",
            "def f():\n    with y(x#) as x: pass",
            "def f():\n    if y:\n        x#\n    x = 1",
        ] {
            assert!(!may_have(source), "{source}");
        }
    }

    #[test]
    fn what_stands_before_or_in_a_loop_around_may_give_one() {
        for source in [
            "def f():\n    x = 1\n    x#",
            "def f():\n    if y: x = 1\n    x#",
            "def f():\n    while y:\n        x#\n        x = 1",
            "def f():\n    for y in z:\n        if y: x#\n        import x",
            "def f():\n    for x in y: x#",
            "def f():\n    for x in y: pass\n    x#",
            "def f():\n    with y as x: x#",
            "def f():\n    try: y\n    except E as x: x#",
            "def f():\n    match y:\n        case 1: pass\n    x#",
        ] {
            assert!(may_have(source), "{source}");
        }
    }

    #[test]
    fn what_was_taken_away_counts_no_more() {
        let source = "x = 1\ndel x\ny = x\nx = 2\n";
        let code = parse(source.as_bytes()).code;
        let after = source.find("y").expect("a name") as u32;
        let asked = |last| Asked { name: "x", after, past: Past::Begun(last), reader: None, left_out: &|_| false };
        assert!(!code.binds(code.body, &asked(after)));
        assert!(code.binds(code.body, &asked(u32::MAX)));
    }
}

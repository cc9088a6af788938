//! Names that have no value: those that nothing gives one, those that lost it, those of functions that come too late.

use super::super::value::*;
use super::binders::may_bind_unseen;
use super::faults::{NAME, NEWER};
use super::*;
use crate::lang::python::ir::{Code, Function, Handler, Stmt};
use crate::lang::python::{Asked, Past};

impl Interp<'_> {
    /// A name that nothing has given a value.
    pub(super) fn no_name(&mut self, frame: &Frame, name: Sym, site: Span) -> Run<Value> {
        let text = self.heap.text(name);
        let message = format!("name '{text}' is not defined");
        let certain = self.is_certain_here() && self.is_decided(frame.module, 0);
        if !self.module(frame.module).own || !self.is_nowhere(frame, name, site) {
            return self.soft_error("NameError", &message);
        }
        if !certain {
            self.note_maybe(frame.module, "NameError", &message);
            return self.soft_error("NameError", &message);
        }
        let is_newer = |minor: u16| names::is_builtin_name(&text, (3, minor));
        let newer = (super::super::stdlib::OLDEST..=super::super::stdlib::NEWEST).find(|minor| is_newer(*minor));
        let rule = if newer.is_some() { NEWER } else { NAME };
        let mut fault = self.new_fault(rule, &text, format!("NameError: {message}"), Some((frame.module, site)));
        fault.help = match newer {
            Some(minor) => {
                let (major, own) = self.input.version;
                Some(format!("`{text}` is built in from Python 3.{minor} on, and this function runs on {major}.{own}"))
            }
            None => self.help_for_clause(frame, &text),
        };
        self.raise_fault("NameError", &message, fault)
    }

    /// The same in a branch that may run: what follows is not known.
    pub(super) fn note_no_name(&mut self, frame: &Frame, name: Sym, site: Span) {
        let is_followed = self.phase == Phase::Init && self.library_depth == 0 && self.module(frame.module).own;
        if is_followed && self.is_nowhere(frame, name, site) {
            let message = format!("name '{}' is not defined", self.heap.text(name));
            self.note_maybe(frame.module, "NameError", &message);
        }
    }

    fn help_for_clause(&self, frame: &Frame, name: &str) -> Option<String> {
        let code = &frame.code.code;
        let is_clause = |stmt: &Stmt| match stmt {
            Stmt::Try(node) => node.handlers.iter().any(|it| it.name.is_some_and(|it| code.name(it) == name)),
            _ => false,
        };
        code.stmts.iter().any(is_clause).then(|| {
            format!("What `except ... as {name}` binds is deleted where the clause ends: keep it under another name")
        })
    }

    /// Whether nothing that is seen of a module's code gives a name a value.
    fn is_nowhere(&mut self, frame: &Frame, name: Sym, site: Span) -> bool {
        let text = self.heap.text(name);
        let module = self.module(frame.module);
        let code = &module.code.code;
        let builtins = self.heap.sym("builtins");
        let added = match self.sys_modules.get(builtins).and_then(|module| self.heap.get(module)) {
            Some(Object::Module(at)) => self.heap.vars(self.module(*at).scope).get(name).is_some(),
            _ => false,
        };
        let is_local = frame
            .function
            .and_then(|at| code.functions.get(at as usize))
            .is_some_and(|function| function.locals.iter().any(|local| code.name(*local) == &*text));
        // Functions that comprehensions make see their items when they have ended.
        let is_item = match frame.function {
            Some(_) => code.comprehensions.iter().any(|node| code.has_item(node, &text)),
            None => code.is_item_at(site.start, &text),
        };
        // A function that a clause makes does not see its name when the clause has ended.
        let reader = match frame.function {
            None => Some(site.start),
            Some(_) => self.handling.is_empty().then_some(u32::MAX),
        };
        let after = self.mistakes.lost_at(self.module(frame.module).scope, name);
        !added
            && !is_local
            && !is_item
            && !text.starts_with("__")
            && &*text != "_"
            && self.module(frame.module).host.is_none()
            && !self.module(frame.module).code.broken
            && !may_bind_unseen(code)
            && !self.may_bind_since(frame.module, &text, after, reader)
            && !is_global_somewhere(code, &text)
    }

    /// Whether a module's top level may have given a name a value by now: what surely does not run has not, nor has
    /// what comes further down in an own module that still runs.
    pub(super) fn may_bind(&self, at: ModIdx, name: &str) -> bool {
        self.may_bind_since(at, name, 0, None)
    }

    fn may_bind_since(&self, at: ModIdx, name: &str, after: u32, reader: Option<u32>) -> bool {
        let module = self.module(at);
        let is_half = module.own && module.state == LoadState::Running;
        let past = Past::Begun(if is_half { module.reached } else { u32::MAX });
        let code = &module.code.code;
        code.binds(
            code.body,
            &Asked { name, after, past, reader, left_out: &|block| self.skipped.contains(&(at, block)) },
        )
    }

    /// Raises what the interpreter says where a function reads a name of its own that has no value yet, or has lost it:
    /// it does not look for others of that name.
    pub(super) fn refuse_unbound(&mut self, frame: &Frame, id: NameId, site: Span) -> Run<()> {
        let Some(function) = frame.function.and_then(|at| frame.code.code.functions.get(at as usize)) else {
            return Ok(());
        };
        if frame.is_class || !self.is_own(frame) || function.locals.binary_search(&id).is_err() {
            return Ok(());
        }
        let name = self.sym(frame, id);
        if self.heap.vars(frame.scope).get(name).is_some()
            || !self.is_certain_here()
            || !self.is_decided(frame.module, 0)
        {
            return Ok(());
        }
        let text = self.heap.text(name);
        let after = self.mistakes.lost_at(frame.scope, name);
        let code = &frame.code.code;
        let asked = Asked {
            name: &text,
            after,
            past: Past::Before(site.start),
            reader: Some(site.start),
            left_out: &|_| false,
        };
        let may_have = code.binds(function.body, &asked)
            || function.value.is_some()
            || after == 0 && is_parameter(code, function, &text)
            || code.walrus_in(function.span, &text)
            || code.is_item_at(site.start, &text)
            || is_given_inside(code, function, id, &text);
        if may_have {
            return Ok(());
        }
        let message = match self.input.version {
            (3, ..11) => format!("local variable '{text}' referenced before assignment"),
            _ => format!("cannot access local variable '{text}' where it is not associated with a value"),
        };
        let fault = self.new_fault(NAME, &text, format!("UnboundLocalError: {message}"), Some((frame.module, site)));
        self.raise_fault("UnboundLocalError", &message, fault).map(|_| ())
    }

    /// `del name` of a name that has no value.
    pub(super) fn lookup_deleted(&mut self, frame: &Frame, id: NameId, target: ExprId) -> Run<()> {
        let name = self.sym(frame, id);
        let site = self.at(frame, target);
        if frame.function.is_some() {
            return self.refuse_unbound(frame, id, site);
        }
        let is_open = self.heap.scope_ref(frame.scope).open || self.doubt.branches > 0;
        if !frame.is_class && !is_open && self.heap.vars(frame.scope).get(name).is_none() {
            self.no_name(frame, name, site)?;
        }
        Ok(())
    }

    /// Takes the name of an `except` clause away where the clause ends.
    pub(super) fn forget_name(&mut self, frame: &Frame, id: NameId, clause: &Handler, has_surely_run: bool) {
        let name = self.sym(frame, id);
        let scope = self.home(frame, id, name);
        self.unset_var(scope, name);
        // A body of nothing but `pass` has no place.
        let body = frame.code.code.block_span(clause.body);
        let end = body.or_else(|| clause.kind.map(|kind| self.at(frame, kind)));
        if let Some(span) = end.filter(|_| has_surely_run) {
            self.note_gone(frame, scope, name, span.end);
        }
    }

    /// Notes that a name of own code surely lost its value, unless a loop may have given it one again.
    pub(super) fn note_gone(&mut self, frame: &Frame, scope: ScopeId, name: Sym, behind: u32) {
        let code = &frame.code.code;
        let around = match frame.function.and_then(|at| code.functions.get(at as usize)) {
            Some(function) => function.span,
            None => Span::new(0, u32::MAX),
        };
        let is_sure = self.is_own(frame)
            && !frame.is_class
            && self.is_certain_here()
            && self.is_decided(frame.module, 0)
            && !code.is_looped(behind.saturating_sub(1), around);
        if is_sure {
            self.mistakes.lose_name(scope, name, behind);
        }
    }
}

fn is_parameter(code: &Code, function: &Function, name: &str) -> bool {
    let named = function.positional.iter().chain(&function.keyword_only).map(|parameter| parameter.name);
    named.chain(function.vararg).chain(function.kwarg).any(|parameter| code.name(parameter) == name)
}

/// Whether a function in a function may give a name of the outer one a value.
fn is_given_inside(code: &Code, function: &Function, id: NameId, name: &str) -> bool {
    let inside = |inner: &&Function| inner.span != function.span && function.span.holds(inner.span);
    code.functions.iter().filter(inside).any(|inner| !inner.locals.contains(&id) && code.gives_in(inner.span, name))
}

/// Whether a function, or the body of a class, gives a name of the module a value.
pub(super) fn is_global_somewhere(code: &Code, name: &str) -> bool {
    let declares = |function: &&Function| function.globals.iter().any(|global| code.name(*global) == name);
    code.functions.iter().filter(declares).any(|function| code.gives_in(function.span, name))
        || code.class_globals.iter().any(|global| code.name(*global) == name)
}

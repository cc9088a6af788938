//! Code that is made as text and run by `exec` and `eval`.

use std::cell::Cell;

use super::super::value::*;
use super::*;
use crate::lang::python::ir::Stmt;
use crate::lang::python::parse;

/// Where a text runs.
struct Place {
    /// Its global variables.
    globals: ScopeId,
    /// Its local variables.
    locals: ScopeId,
    /// A dictionary that gets the local variables afterwards.
    into: Option<Value>,
}

impl<'a> Interp<'a> {
    /// `exec(text, globals, locals)` and `eval` of the same, where the text is known.
    pub(super) fn run_text(&mut self, frame: &Frame, evaluates: bool, args: &Args, span: Span) -> Run<Value> {
        let given = |at: usize| args.positional.get(at).copied().filter(|value| *value != Value::None);
        let globals = given(1).or_else(|| self.keyword(args, "globals"));
        let locals = given(2).or_else(|| self.keyword(args, "locals"));
        let place = self.text_place(frame, globals, locals);
        let text = args.positional.first().and_then(|text| self.text_of(*text));
        let text = text.filter(|text| text.len() <= LIMITS.source_text_bytes && self.mods.len() < LIMITS.modules);
        let Some(parsed) = text.map(|text| parse(text.trim_start().as_bytes())).filter(|parsed| !parsed.broken) else {
            if !evaluates {
                self.open_place(&place);
            }
            return Ok(Value::Unknown);
        };
        let Some(parsed) = self.sources.keep_text(self.texts_run, parsed) else { return Ok(Value::Unknown) };
        self.texts_run += 1;
        self.budget.take(20 + parsed.code.exprs.len() as u64);
        let at = self.text_module(frame.module, &place, parsed, span);
        let inner = Frame { scope: place.locals, ..self.module_frame(at) };
        let first = inner.code.code.block(inner.code.code.body).first().copied();
        let value = match first.and_then(|id| inner.code.code.stmts.get(id.0 as usize)) {
            Some(Stmt::Expr(value)) if evaluates => self.eval(&inner, *value)?,
            _ => {
                self.exec_block(&inner, inner.code.code.body)?;
                Value::None
            }
        };
        if let Some(into) = place.into {
            let vars: Vec<(Sym, Value)> = self.heap.vars(place.locals).iter().collect();
            for (name, value) in vars {
                self.set_item(into, Value::Str(name), value)?;
            }
            if self.heap.scope_ref(place.locals).open {
                self.open_dict(into);
            }
        }
        Ok(value)
    }

    /// Runs a line of a `.pth` file.
    pub(in super::super) fn run_line(&mut self, line: &str) {
        let parsed = parse(line.as_bytes());
        let Some(parsed) = Some(parsed).filter(|parsed| !parsed.broken) else { return };
        let Some(parsed) = self.sources.keep_text(self.texts_run, parsed) else { return };
        self.texts_run += 1;
        let at = self.new_module("site", ModuleKind::Runtime, None);
        let (scope, object) = (self.module(at).scope, self.module(at).object);
        self.module_mut(at).synthetic = true;
        self.set_code(at, parsed);
        let sym = self.heap.sym("site");
        if self.sys_modules.get(sym) == Some(object) {
            self.sys_modules.remove(sym);
        }
        let frame = Frame { scope, ..self.module_frame(at) };
        let everything = Catch { classes: None, module_depth: self.module_depth };
        self.catches.push(everything);
        let _ = self.shielded(|this| this.exec_block(&frame, parsed.code.body));
        self.catches.pop();
    }

    fn text_place(&mut self, frame: &Frame, globals: Option<Value>, locals: Option<Value>) -> Place {
        let module = self.module(frame.module).scope;
        let Some(globals) = globals else {
            // What a function's `exec` binds is lost with the call, but it sees the function's variables.
            let scope = if frame.function.is_none() { frame.scope } else { self.heap.scope(Some(frame.scope)) };
            return Place { globals: module, locals: scope, into: None };
        };
        let (globals, into) = self.scope_of_dict(globals);
        match locals {
            Some(locals) => {
                let (locals, into) = self.scope_of_dict(locals);
                Place { globals, locals, into }
            }
            None => Place { globals, locals: globals, into },
        }
    }

    /// A scope with a namespace's variables, and the dictionary they came from if changes must go back.
    fn scope_of_dict(&mut self, namespace: Value) -> (ScopeId, Option<Value>) {
        if let Some(Object::Namespace(NamespaceOf::Scope(scope))) = self.heap.get(namespace) {
            return (*scope, None);
        }
        (self.scope_of_names(namespace), Some(namespace))
    }

    /// A text that is not known may bind any name.
    fn open_place(&mut self, place: &Place) {
        self.heap.scope_mut(place.locals).open = true;
        // What was in a dictionary of its own before, the text is there to replace: `exec(code, env)` of decorators that
        // write the functions they give back.
        if let Some(Value::Obj(id)) = place.into
            && let Object::Dict { items, open } = self.heap.object_mut(id)
        {
            *items = Dict::default();
            *open = true;
        }
    }

    fn open_dict(&mut self, dict: Value) {
        if let Value::Obj(id) = dict
            && let Object::Dict { open, .. } = self.heap.object_mut(id)
        {
            *open = true;
        }
    }

    /// The module that the text's functions belong to. No import can find it; what it loads was
    /// loaded by the call that runs the text.
    fn text_module(&mut self, host: ModIdx, place: &Place, parsed: &'a Parsed, span: Span) -> ModIdx {
        let at = ModIdx(self.mods.len() as u32);
        let module = self.module(host);
        let (name, own, root) = (module.name, module.own, module.root);
        let host = module.host.unwrap_or((host, span));
        let object = self.heap.alloc(Object::Module(at));
        self.mods.push(Mod {
            name,
            object,
            scope: place.globals,
            code: parsed,
            syms: Rc::from(Vec::<Cell<u32>>::new()),
            entry: None,
            kind: ModuleKind::Source,
            is_package: false,
            phase: self.phase,
            state: LoadState::Loaded,
            preloaded: false,
            synthetic: true,
            host: Some(host),
            first_import: None,
            weight: Weight::default(),
            reached: 0,
            deferred: false,
            asked: false,
            own,
            root,
        });
        self.set_code(at, parsed);
        at
    }
}

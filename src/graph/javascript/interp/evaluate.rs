//! Code in constant texts: `eval("require")("x")`, `new Function("name", "return import(name)")`.

use super::Machine;
use super::value::{Abrupt, At, Atom, Call, R, UNKNOWN, Value};
use crate::graph::javascript::load::Format;
use crate::lang::javascript::ir::{ExprKind, Program, SiteKind, Var};
use crate::lang::javascript::{Dialect, ParseMode, parse, script_problem};

/// Longest text that is read: what is longer is no trick to hide a request from a bundler.
const LONGEST: usize = 2_000;

/// What the language refuses in a text that is evaluated; what only counts inside of a class is not judged.
pub(super) fn problem(text: &str, strict: bool) -> Option<String> {
    let inside = ["#", "super", "new.target", "arguments"];
    if text.len() > LONGEST || inside.iter().any(|word| text.contains(word)) {
        return None;
    }
    script_problem(text, strict)
}

/// What the language refuses in the text that `new Function(.., text)` makes a function of.
pub(super) fn function_problem(m: &Machine<'_>, args: &[Value]) -> Option<String> {
    let texts = args.iter().map(|arg| match arg {
        Value::Str(text) => Some(m.str(*text).to_string()),
        _ => None,
    });
    let mut texts = texts.collect::<Option<Vec<String>>>()?;
    let body = texts.pop()?;
    m.charge(body.len());
    problem(&format!("(function anonymous({}\n) {{\n{body}\n}})", texts.join(",")), false)
}

fn program(text: &str) -> Option<Program> {
    (text.len() <= LONGEST).then(|| parse(text, ParseMode::javascript(Dialect::CommonJs)).ok())?
}

impl Machine<'_> {
    /// Throws what the language refuses in the text of `eval(text)`.
    pub(super) fn refuse_text(&mut self, text: Atom, at: At) -> Result<(), Abrupt> {
        let text = self.str(text);
        self.charge(text.len());
        match problem(&text, self.evaluates_strictly(at)) {
            Some(problem) => self.bad_argument("SyntaxError", &problem, at),
            None => Ok(()),
        }
    }

    /// Whether a call evaluates its text as a part of strict code: not under another name, which evaluates it by itself.
    fn evaluates_strictly(&self, at: At) -> bool {
        let Some(program) = self.loaded.get(at.module as usize).and_then(|loaded| loaded.program.as_ref()) else {
            return false;
        };
        let kind = |id: u32| program.exprs.get(id as usize).map(|expr| &expr.kind);
        let Some(ExprKind::Call(callee, ..)) = kind(at.expr) else { return false };
        let is_direct = matches!(kind(*callee), Some(ExprKind::Var(Var::Global(_))));
        let Some(place) = program.exprs.get(at.expr as usize).map(|expr| expr.span) else { return false };
        let around =
            program.functions.iter().filter(|code| code.span.start <= place.start && place.end <= code.span.end);
        let innermost = around.min_by_key(|code| code.span.end - code.span.start);
        is_direct && innermost.is_some_and(|code| code.strict)
    }

    /// `eval(text)`: what it loads is loaded, and a name or a request by itself has its value.
    pub(super) fn evaluate_text(&mut self, text: &str, at: At) -> R {
        let text = text.trim().trim_end_matches(';');
        let Some(loaded) = self.loaded.get(at.module as usize) else { return Ok(UNKNOWN) };
        if let (Format::CommonJs, "require" | "module" | "exports") = (loaded.format, text) {
            let module = Value::Obj(loaded.module);
            return match text {
                "require" => Ok(self.make_require(at.module)),
                "module" => Ok(module),
                _ => {
                    let exports = self.atom("exports");
                    self.get(module, exports)
                }
            };
        }
        self.charge(text.len());
        let Some(program) = program(text) else { return Ok(UNKNOWN) };
        let mut value = UNKNOWN;
        for site in program.sites.iter().filter(|site| site.top_level) {
            let Some(request) = site.request.and_then(|request| program.strings.get(request as usize)) else {
                continue;
            };
            let found = match site.kind {
                SiteKind::Require => self.require(at.module, request, at, site.guarded)?,
                SiteKind::Import => {
                    let request = self.string(request);
                    self.dynamic_import(at.module, request, at, false)?
                }
                SiteKind::Resolve => UNKNOWN,
            };
            if site.span.start == 0 && site.span.end as usize == text.len() {
                value = found;
            }
        }
        // A function of which only that is known: others may put things on it.
        if matches!(value, Value::Unknown(_)) && text.starts_with("(function") && text.ends_with("})") {
            value = self.native(|_, _| Ok(UNKNOWN), Value::Undefined);
            if let Value::Obj(id) = value {
                self.object_mut(id).open = true;
            }
        }
        Ok(value)
    }

    /// The function that `new Function(.., text)` makes, if all it does is to import what it is given.
    pub(super) fn importer(&mut self, args: &[Value], at: At) -> Option<Value> {
        let [Value::Str(name), Value::Str(body)] = args else { return None };
        let text = format!("(function({}) {{ {} }})", self.str(*name), self.str(*body));
        let program = program(&text).filter(|program| program.functions.len() == 2)?;
        let [site] = program.sites.as_slice() else { return None };
        if site.kind != SiteKind::Import || site.request.is_some() {
            return None;
        }
        Some(self.native(import_given, Value::Num(f64::from(at.module))))
    }
}

fn import_given(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Value::Num(module) = c.data else { return Ok(UNKNOWN) };
    // Only ES modules can wait for it while they load, and hardly one imports without waiting.
    let waits = m.loaded.get(c.at.module as usize).is_some_and(|loaded| loaded.format == Format::Module);
    m.dynamic_import(module as u32, c.arg(0), c.at, waits)
}

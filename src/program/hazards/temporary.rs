//! Files of a fixed name in the temporary folder that requests share.

use super::super::flow::{FuncId, Kind, NodeId};
use super::super::values::{At, Thing, UnitId};
use super::{DEEPEST, Finder, Hazard, WORDS, fits};

/// The temporary folder.
const FOLDER: &str = "/tmp";
/// The method of paths that joins others to them, which `/` stands for.
const JOIN: &str = "joinpath";

impl Finder<'_, '_> {
    /// Files under a fixed name in the temporary folder.
    pub(super) fn written(&mut self, function: (UnitId, FuncId)) {
        let Some((unit, body)) = self.program.body(function) else { return };
        for root in self.roots(unit, body) {
            for node in self.within(unit, root) {
                let Kind::Call(callee, args) = self.flow(unit).kind(node) else { continue };
                let Some(name) = self.callee((unit, node)).or_else(|| self.method(unit, *callee)) else { continue };
                let may_open = fits(&WORDS.tmp.opens, &name);
                if !may_open && !fits(&WORDS.tmp.writes, &name) {
                    continue;
                }
                let receiver = self.receiver(unit, *callee);
                let (own, named) = (receiver.is_some(), args.iter().find_map(|arg| self.fixed((unit, arg.value))));
                let Some(path) = receiver.or(named) else { continue };
                // The mode stands behind the path, where that is an argument.
                let modes = args.iter().skip(usize::from(!own)).filter_map(|arg| self.program.text((unit, arg.value)));
                let opens = modes.clone().any(|mode| mode.len() < 5 && mode.contains(['w', 'a', 'x', '+']));
                if may_open && !opens {
                    continue;
                }
                self.found.tmp.push(Hazard {
                    module: self.module(unit),
                    span: self.flow(unit).span(node),
                    name: path,
                    callee: name,
                    does: String::new(),
                    source: None,
                });
            }
        }
    }

    /// `Path("/tmp/x").write_text(..)`
    fn receiver(&self, unit: UnitId, callee: NodeId) -> Option<String> {
        let Kind::Attr(object, _) = self.flow(unit).kind(callee) else { return None };
        match self.program.value((unit, *object)) {
            Thing::Made(path, _) if path.starts_with("pathlib.") => self.fixed((unit, *object)),
            _ => None,
        }
    }

    /// The name of a method of something that is not known.
    fn method(&self, unit: UnitId, callee: NodeId) -> Option<String> {
        match self.flow(unit).kind(callee) {
            Kind::Attr(_, name) => Some(format!("?.{name}")),
            Kind::Global(name) => Some(name.to_string()),
            Kind::Var(var) => self.flow(unit).vars.get(*var as usize).map(|var| var.name.to_string()),
            _ => None,
        }
    }

    /// The path that an expression stands for, where it is a file of a fixed name in the temporary folder.
    fn fixed(&self, at: At) -> Option<String> {
        self.path(at, DEEPEST).filter(|path| is_fixed(path))
    }

    /// The path that an expression stands for: a text, or what functions of paths put together of texts.
    fn path(&self, at: At, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        if let Some(text) = self.program.text(at) {
            return Some(text);
        }
        let (made, at) = match self.program.value(at) {
            Thing::Made(made, at) => (made, at),
            _ => return None,
        };
        let Kind::Call(callee, args) = self.program.kind(at) else { return None };
        let made = made.strip_suffix("()").unwrap_or(&made);
        if fits(&WORDS.tmp.folders, made) {
            return Some(FOLDER.to_owned());
        }
        if !fits(&WORDS.tmp.joins, made) {
            return None;
        }
        let first = match self.program.kind((at.0, *callee)) {
            Kind::Attr(object, name) if **name == *JOIN => Some(self.path((at.0, *object), depth)?),
            _ => None,
        };
        let rest = args.iter().map(|arg| self.path((at.0, arg.value), depth));
        let parts: Vec<String> = first.into_iter().map(Some).chain(rest).collect::<Option<_>>()?;
        parts.into_iter().reduce(|folder, name| {
            // An absolute name begins anew.
            if name.starts_with('/') { name } else { format!("{}/{name}", folder.trim_end_matches('/')) }
        })
    }
}

/// A file of a fixed name in the temporary folder, not the folder itself.
fn is_fixed(text: &str) -> bool {
    let name = text.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['{', '%', '*']))
}

//! Stored models: unpickling imports the modules of the classes in the file. The file is searched, never unpickled.

use super::super::finder::inside;
use super::super::value::*;
use super::*;
use crate::knowledge;
use crate::lang::python::ir::Expr;

knowledge::table! {
    static UNPICKLERS: Unpicklers = "python/unpicklers.toml", tested by the_unpicklers_read;
}

/// What unpickles.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Unpicklers {
    callees: Vec<String>,
}

/// Whether a callee, by its canonical name, makes objects from a file by importing their classes.
#[must_use]
pub fn is_unpickler(callee: &str) -> bool {
    UNPICKLERS.callees.iter().any(|known| known == callee)
}

impl Interp<'_> {
    /// Loads what a file needs that a call unpickles, own or of a library. Each file is read once.
    pub(super) fn unpickle(
        &mut self,
        frame: &Frame,
        function: ExprId,
        callee: Value,
        args: &Args,
        span: Span,
    ) -> Run<()> {
        let last = match frame.code.code.expr(function) {
            Expr::Attribute(_, name) | Expr::Name(name) => frame.code.code.name(name),
            _ => return Ok(()),
        };
        // Names of all calls would cost too much; a function imported under another name is none that people write.
        if !UNPICKLERS.callees.iter().any(|known| known.rsplit('.').next() == Some(last)) {
            return Ok(());
        }
        if !self.canonical(frame, function, callee, 0).is_some_and(|name| is_unpickler(&name)) {
            return Ok(());
        }
        let Some(entry) = args.positional.first().and_then(|file| self.file_of(*file)) else { return Ok(()) };
        if self.input.artifact.entry(entry).bytes > LIMITS.pickle_bytes || !self.trace.unpickled.insert(entry) {
            return Ok(());
        }
        let Ok(bytes) = self.input.artifact.read(entry) else { return Ok(()) };
        for module in modules((*bytes).as_ref()).into_iter().take(LIMITS.pickled_modules) {
            // What is not there is somebody else's finding.
            if self.finder.guess(&module).is_some() {
                self.import(&module, Some((frame.module, span)))?;
            }
        }
        Ok(())
    }

    /// The file of the package that a path or an open file stands for.
    fn file_of(&mut self, value: Value) -> Option<EntryId> {
        let path = match self.heap.get(value) {
            Some(Object::Instance { payload: payload @ Value::Str(_), .. }) => *payload,
            _ => value,
        };
        let text = self.coerce_text(path)?;
        self.input.artifact.find(&inside(&text)?)
    }
}

/// The modules whose classes and functions a pickle names, in the order of the file.
fn modules(bytes: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while at < bytes.len() && found.len() < LIMITS.pickled_modules {
        let rest = bytes.get(at..).unwrap_or_default();
        let named = match rest.first() {
            // GLOBAL: two lines.
            Some(b'c') => line(rest.get(1..)).and_then(|(module, rest)| Some((module, line(Some(rest))?.1))),
            // Two texts, each perhaps kept for later, and STACK_GLOBAL.
            Some(&SHORT_TEXT) => text(rest).and_then(|(module, rest)| {
                let (_, end) = text(rest)?;
                (end.first() == Some(&STACK_GLOBAL)).then_some((module, end))
            }),
            _ => None,
        };
        let Some((module, rest)) = named else {
            at += 1;
            continue;
        };
        at = bytes.len() - rest.len();
        if !found.contains(&module) {
            found.push(module);
        }
    }
    found
}

/// SHORT_BINUNICODE.
const SHORT_TEXT: u8 = 0x8c;
/// MEMOIZE.
const MEMOIZE: u8 = 0x94;
/// STACK_GLOBAL.
const STACK_GLOBAL: u8 = 0x93;

/// A dotted name that ends with its line.
fn line(bytes: Option<&[u8]>) -> Option<(String, &[u8])> {
    let bytes = bytes?;
    let end = bytes.iter().take(LIMITS.module_name_bytes).position(|byte| *byte == b'\n')?;
    Some((dotted(bytes.get(..end)?)?, bytes.get(end + 1..)?))
}

/// A dotted name as a short text.
fn text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let length = usize::from(*bytes.get(1)?);
    let name = bytes.first().filter(|first| **first == SHORT_TEXT).and_then(|_| bytes.get(2..2 + length))?;
    let rest = bytes.get(2 + length..)?;
    Some((dotted(name)?, rest.strip_prefix(&[MEMOIZE]).unwrap_or(rest)))
}

fn dotted(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let is_word = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
    };
    name.split('.').all(is_word).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::modules;

    #[test]
    fn classes_name_their_modules_in_every_protocol() {
        // pickle.dumps(collections.OrderedDict(), 0) and 4 begin like these.
        assert_eq!(modules(b"ccollections\nOrderedDict\np0\n"), ["collections"]);
        assert_eq!(modules(b"\x80\x02csklearn.linear_model._base\nX\n"), ["sklearn.linear_model._base"]);
        assert_eq!(modules(b"\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93"), ["collections"]);
        assert!(modules(b"\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94.").is_empty());
        assert!(modules(b"c\xff\xfe\n\x8c\xff").is_empty());
    }
}

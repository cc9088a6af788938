//! Modules by the names that bundlers leave in the text.

use super::wrappers::{Functions, Wrapper, wrappers};
use super::{Inner, cleaned};
use crate::lang::javascript::ir::Program;
use crate::span::Span;

/// What only bundlers write; compilers of single files have some of esbuild's other helpers too.
const SIGNS: [&str; 5] = ["__commonJS(", "__esm(", "__webpack_require__", "__webpack_modules__", "commonjsGlobal"];

/// Bytes from which a file with lines as no person writes them counts as a bundle.
const MINIFIED_BYTES: usize = 20 << 10;
const MINIFIED_LINE: usize = 500;

/// Whether a text is the work of a bundler, by its helpers' names.
pub(in crate::graph::javascript) fn looks_bundled(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign)) || text.contains("// node_modules/")
}

/// Whether functions are held by the paths of installed files; no signs of a bundler but these are
/// left where a minifier was told to keep the names of modules.
fn holds_packages(wrappers: &[Wrapper]) -> bool {
    let names = wrappers.iter().filter_map(|wrapper| wrapper.name.as_deref());
    names.filter(|name| name.contains("node_modules/")).nth(1).is_some()
}

/// Whether a text is minified, which hides what it was made of.
pub(in crate::graph::javascript) fn looks_minified(text: &str) -> bool {
    text.len() >= MINIFIED_BYTES && text.len() / MINIFIED_LINE > text.lines().count()
}

/// Whether a key or comment is the path of a source file.
pub(super) fn is_source_path(text: &str) -> bool {
    const EXTENSIONS: [&str; 11] = ["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "json", "node", "vue"];
    let path = text.split('?').next().unwrap_or(text);
    let named =
        path.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && EXTENSIONS.contains(&extension));
    named && !path.contains(char::is_whitespace) && !path.contains(['*', '(', '"', '\''])
}

/// One name in the text, and how far what it names can reach.
struct Mark {
    start: u32,
    limit: u32,
    name: String,
    wrapper: Option<Wrapper>,
}

/// The modules that names in the text tell apart; empty for what is no bundle.
pub(super) fn modules(text: &str, program: &Program, functions: &Functions<'_>) -> Vec<Inner> {
    let wrappers = wrappers(program);
    if !looks_bundled(text) && !holds_packages(&wrappers) {
        return Vec::new();
    }
    let marks = marks(text, wrappers, functions);
    let places: Vec<u32> = marks.iter().map(|mark| mark.start).collect();
    let reached = functions.reached(&places);
    let ends = functions.ends(&places);
    let end = text.len() as u32;
    let mut inner = Vec::with_capacity(marks.len());
    for (at, mark) in marks.iter().enumerate() {
        let next = marks.get(at + 1).map_or(end, |next| next.start);
        // A comment within a function names no more than that function holds: other wrappers, which
        // only have a number, may follow.
        let around = match (&mark.wrapper, ends.get(at)) {
            (None, Some(Some(end))) => *end,
            _ => end,
        };
        let limit = next.min(mark.limit).min(around).max(mark.start);
        let ran = mark.wrapper.as_ref().is_none_or(|wrapper| functions.ran(wrapper.function));
        inner.push(Inner {
            name: mark.name.clone(),
            bytes: u64::from(limit - mark.start),
            span: Span::new(mark.start, limit.min(mark.start + 1)),
            eager: ran && reached.get(at).copied().unwrap_or(true),
        });
    }
    inner
}

/// Comments and named wrappers in the order of the text.
fn marks(text: &str, wrappers: Vec<Wrapper>, functions: &Functions<'_>) -> Vec<Mark> {
    let mut marks = comments(text, functions);
    let end = text.len() as u32;
    let mut named: Vec<Mark> = Vec::new();
    for wrapper in wrappers {
        let before = marks.iter().rposition(|mark| mark.start <= wrapper.span.start);
        let before = before.and_then(|at| marks.get_mut(at));
        let Some(name) = wrapper.name.clone() else {
            // Rolldown names a module only in the comment before its wrapper.
            if let Some(mark) = before.filter(|mark| mark.wrapper.is_none() && begins(text, mark, &wrapper)) {
                mark.wrapper = Some(wrapper);
            }
            continue;
        };
        match before {
            // esbuild writes the name twice: before the declaration and as the wrapper's key.
            Some(mark) if mark.name == name => mark.wrapper = Some(wrapper),
            _ => named.push(Mark {
                start: wrapper.span.start,
                limit: wrapper.span.end.min(end),
                name,
                wrapper: Some(wrapper),
            }),
        }
    }
    // What a wrapper holds ends with it, whatever is named inside.
    for mark in &mut marks {
        let around = named.iter().filter(|outer| outer.start < mark.start && mark.start < outer.limit);
        mark.limit = around.map(|outer| outer.limit).min().unwrap_or(mark.limit);
    }
    marks.extend(named);
    marks.sort_by_key(|mark| mark.start);
    marks
}

/// Whether a wrapper is in the first statement after a comment.
fn begins(text: &str, mark: &Mark, wrapper: &Wrapper) -> bool {
    let between = text.get(mark.start as usize..wrapper.span.start as usize);
    between.is_some_and(|between| !between.contains([';', '{', '}']))
}

/// The comments that name modules, with the function that holds the module where one follows.
fn comments(text: &str, functions: &Functions<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut start = 0u32;
    for line in text.split_inclusive('\n') {
        start += line.len() as u32;
        let Some((name, is_held)) = named(line.trim()) else { continue };
        let wrapper = if is_held { functions.following(start, text) } else { None };
        let (start, limit) =
            wrapper.as_ref().map_or((start, text.len() as u32), |wrapper| (wrapper.span.start, wrapper.span.end));
        marks.push(Mark { start, limit, name: cleaned(name), wrapper });
    }
    marks
}

/// The path that a comment names, and whether a function that holds the module follows: `// path`
/// as esbuild writes it, `;// path` and `// MODULE: path` as webpack does for what it joins, and
/// `!*** path ***!` as webpack does for the others.
fn named(line: &str) -> Option<(&str, bool)> {
    let (name, is_held) = if let Some(banner) = line.strip_prefix("!*** ") {
        let name = banner.strip_suffix(" ***!")?;
        // What is joined with the module has names of its own.
        (name.split_once(" + ").map_or(name, |(name, _)| name), true)
    } else {
        let comment = line.strip_prefix("// ").or_else(|| line.strip_prefix(";// "))?;
        match comment.strip_prefix("MODULE: ") {
            Some(name) => (name, true),
            None => (comment.trim_start_matches("CONCATENATED MODULE: "), false),
        }
    };
    let name = name.trim();
    is_source_path(name).then_some((name, is_held))
}

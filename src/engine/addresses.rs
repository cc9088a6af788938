//! Addresses of routes that code and page templates ask for by the route's function: only a part that has the route can
//! answer.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::FunctionFacts;
use crate::artifact::{Entry, EntryId};

/// Files that are looked into: code, and what frameworks render pages from.
const TEXTS: [&str; 7] = ["py", "html", "htm", "jinja", "jinja2", "j2", "xml"];
/// Larger files are data.
const LARGEST: u64 = 1 << 20;

/// `url_for` of Flask, Quart and Starlette, `url_path_for` of Starlette and FastAPI.
static ASKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\burl_(?:path_)?for\(\s*(?:name\s*=\s*)?(?:["']([^"']*)["'])?"#).ok());

/// What of the routes a text asks the address of, by the last part of what names them: one of the functions, or something
/// that is computed.
pub(super) fn asked(text: &str, functions: &BTreeSet<&str>) -> Option<String> {
    let mut asked = ASKED.iter().flat_map(|pattern| pattern.captures_iter(text)).map(|found| {
        let name = found.get(1)?.as_str();
        Some(name.rsplit('.').next().unwrap_or(name))
    });
    let name = asked.find(|name| name.is_none_or(|name| functions.contains(name)))?;
    Some(name.map_or_else(|| "routes by computed names".to_owned(), |name| format!("`{name}`")))
}

impl FunctionFacts {
    /// What files beside the handler ask the addresses of, as the reason why the routes stay together.
    pub(super) fn address_asked(&self, handler: EntryId, functions: &BTreeSet<&str>) -> Option<String> {
        let own = self
            .artifact
            .entries()
            .filter(|(id, entry)| *id != handler && is_text(entry) && self.packages.owner(*id).is_none());
        let mut found = own.filter_map(|(id, entry)| {
            let bytes = self.artifact.read(id).ok()?;
            let what = asked(std::str::from_utf8((*bytes).as_ref()).ok()?, functions)?;
            Some(format!("{} asks for the address of {what}, which not every part would have", entry.path))
        });
        found.next()
    }
}

fn is_text(entry: &Entry) -> bool {
    let ending = entry.path.rsplit_once('.').map_or("", |(_, ending)| ending);
    TEXTS.contains(&ending) && entry.bytes <= LARGEST
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn addresses_are_asked_by_names_of_functions() {
        let functions = ["show", "export", "x"].into_iter().collect();
        let asked = |text: &str| asked(text, &functions);
        assert_eq!(asked(r#"<a href="{{ url_for('orders.show', id=1) }}">"#).as_deref(), Some("`show`"));
        assert_eq!(asked("request.url_for(\"export\")").as_deref(), Some("`export`"));
        assert_eq!(asked("app.url_path_for( name='x')").as_deref(), Some("`x`"));
        assert_eq!(asked("url_for(request.endpoint)").as_deref(), Some("routes by computed names"));
        assert_eq!(asked("url_for('static') my_url_for('x') curl_for('x')"), None);
    }
}

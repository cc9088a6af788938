//! A function of the Serverless Framework as several functions.

use super::{NewFunction, end_of, indent_of, is_plain, numbered, value};

/// An HTTP event as the file writes it.
struct Event<'t> {
    /// `http` or `httpApi`.
    kind: &'t str,
    method: String,
    path: String,
    /// All of its lines.
    lines: Vec<&'t str>,
    /// Lines that say more than method and path.
    more: Vec<&'t str>,
}

/// Entries below `functions` that take the place of the function `id`: everything as it was, but handler and routes.
/// `None` where the file does not write the function in the usual way, as YAML in blocks with HTTP events.
pub(super) fn serverless(template: &str, id: &str, functions: &[NewFunction]) -> Option<String> {
    let lines: Vec<&str> = template.lines().collect();
    let section = lines.iter().position(|line| line.trim_end() == "functions:")?;
    let section = lines.get(section..end_of(&lines, section))?;
    let head = format!("{id}:");
    let at = section.iter().position(|line| line.trim() == head && indent_of(line) > 0)?;
    let mut rest = section.get(at + 1..end_of(section, at))?.to_vec();
    while rest.last().is_some_and(|line| line.trim().is_empty()) {
        rest.pop();
    }
    let indent = indent_of(section.get(at)?);
    let own = rest.first().map(|line| indent_of(line))?;
    let key = |key: &str| rest.iter().position(|line| indent_of(line) == own && value(line, key).is_some());
    let handler = key("handler")?;
    let routes = || functions.iter().flat_map(|function| &function.routes);
    if !routes().all(|(method, path)| is_plain(path) && method.as_deref().is_none_or(is_plain)) {
        return None;
    }
    let events_at = key("events").unwrap_or(rest.len());
    let events_end = events_end(&rest, events_at);
    let known = events_of(rest.get(events_at + 1..events_end).unwrap_or_default())?;
    let name = key("name");
    let mut out = String::new();
    for (number, function) in (1..).zip(functions) {
        out.push_str(&format!("{}{}:\n", " ".repeat(indent), function.id));
        for (at, line) in rest.iter().enumerate() {
            if at == handler {
                out.push_str(&format!("{}handler: {}\n", " ".repeat(own), function.handler));
            } else if Some(at) == name {
                out.push_str(&format!("{}\n", numbered(line, number)?));
            } else if at == events_at {
                let events: String = function.routes.iter().map(|route| event(route, &known, own + 2)).collect();
                if !events.is_empty() {
                    out.push_str(&format!("{line}\n{events}"));
                }
            } else if !(events_at..events_end).contains(&at) {
                out.push_str(&format!("{line}\n"));
            }
        }
    }
    Some(out)
}

/// Behind the list of a key: its items may stand at the key's own indentation.
fn events_end(lines: &[&str], at: usize) -> usize {
    let indent = lines.get(at).map_or(0, |line| indent_of(line));
    let is_of = |line: &&&str| {
        let own = indent_of(line);
        line.trim().is_empty() || own > indent || (own == indent && line.trim_start().starts_with("- "))
    };
    (at + 1 + lines.iter().skip(at + 1).take_while(is_of).count()).min(lines.len().max(at))
}

/// The events of a function; `None` where one is of another kind, or is written in another way.
fn events_of<'t>(lines: &[&'t str]) -> Option<Vec<Event<'t>>> {
    let mut events = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.trim().is_empty() || line.trim().starts_with('#') {
            at += 1;
            continue;
        }
        let item = line.trim_start().strip_prefix("- ")?;
        let indent = indent_of(line);
        let below = |line: &&&str| line.trim().is_empty() || indent_of(line) > indent;
        let end = at + 1 + lines.iter().skip(at + 1).take_while(below).count();
        let own = lines.get(at..end)?;
        let (kind, short) = ["httpApi", "http"].into_iter().find_map(|kind| Some((kind, value(item, kind)?)))?;
        let inner = own.get(1..)?;
        let find = |key: &str| inner.iter().find_map(|line| value(line, key)).map(str::to_owned);
        let (method, path) = match short {
            "*" => ("*".to_owned(), "/{proxy+}".to_owned()),
            "" => (find("method").unwrap_or_else(|| "*".to_owned()), find("path")?),
            short if short.starts_with('{') => return None,
            short => {
                let (method, path) = short.split_once(' ')?;
                (method.to_owned(), path.trim().to_owned())
            }
        };
        let says =
            |line: &&&str| !line.trim().is_empty() && value(line, "method").is_none() && value(line, "path").is_none();
        let more = inner.iter().filter(says).copied().collect();
        events.push(Event { kind, method, path, lines: own.to_vec(), more });
        at = end;
    }
    Some(events)
}

/// An event for a route: that of the file as it is, or that which catches all with the route's own method and path;
/// none for a route that the file does not send.
fn event((method, path): &(Option<String>, String), known: &[Event<'_>], indent: usize) -> String {
    let bare = |path: &str| path.trim_matches('/').to_owned();
    let is_any = |method: &str| matches!(method, "*" | "any" | "ANY");
    // An event for any method would send to one function what several answer.
    let same_method =
        |event: &&Event<'_>| method.as_ref().is_none_or(|method| event.method.eq_ignore_ascii_case(method));
    let same_path = |event: &Event<'_>| bare(&event.path) == bare(path);
    let exact = known.iter().find(|event| same_path(event) && same_method(event));
    if let Some(exact) = exact {
        let lines = exact.lines.iter().filter(|line| !line.trim().is_empty());
        return lines.map(|line| format!("{line}\n")).collect();
    }
    let Some(like) =
        known.iter().find(|event| event.path.contains("+}") || (is_any(&event.method) && same_path(event)))
    else {
        return String::new();
    };
    let pad = |extra: usize| " ".repeat(indent + extra);
    let method = method.as_deref().map_or_else(|| like.method.clone(), str::to_ascii_lowercase);
    let method = if is_any(&method) { "'*'".to_owned() } else { method };
    let mut out = format!("{}- {}:\n{}path: {path}\n{}method: {method}\n", pad(0), like.kind, pad(4), pad(4));
    let shift = like.more.first().map_or(0, |line| indent_of(line));
    for line in &like.more {
        out.push_str(&format!("{}{}\n", pad(4 + indent_of(line).saturating_sub(shift)), line.trim_start()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "service: shop\nprovider:\n  name: aws\nfunctions:\n  api:\n    handler: src/app.handler\n    name: shop-api\n    timeout: 10\n    events:\n      - httpApi: 'GET /orders'\n      - http:\n          path: /{proxy+}\n          method: any\n          cors: true\n    environment:\n      A: 1\n\n  other:\n    handler: x.y\nresources: {}\n";

    fn functions() -> [NewFunction; 2] {
        let one = |number: u32, method: &str, path: &str| NewFunction {
            id: format!("api{number}"),
            handler: format!("src/app_{number}.handler"),
            routes: vec![(Some(method.to_owned()), path.to_owned())],
        };
        [one(1, "GET", "/orders"), one(2, "POST", "/reports/{id}")]
    }

    #[test]
    fn events_move_and_the_rest_is_copied() {
        let made = serverless(FILE, "api", &functions()).unwrap();
        let first = "  api1:\n    handler: src/app_1.handler\n    name: shop-api-1\n    timeout: 10\n    events:\n      - httpApi: 'GET /orders'\n    environment:\n      A: 1\n";
        let second = "  api2:\n    handler: src/app_2.handler\n    name: shop-api-2\n    timeout: 10\n    events:\n      - http:\n          path: /reports/{id}\n          method: post\n          cors: true\n    environment:\n      A: 1\n";
        assert_eq!(made, format!("{first}{second}"));
    }

    #[test]
    fn what_cannot_be_taken_apart_is_left_alone() {
        let with = |from: &str, to: &str| serverless(&FILE.replace(from, to), "api", &functions());
        assert_eq!(with("- httpApi: 'GET /orders'", "- sqs: arn"), None);
        assert_eq!(with("- httpApi: 'GET /orders'", "- http: {path: /orders, method: get}"), None);
        assert_eq!(with("functions:", "functions: ${file(x.yml)}"), None);
        assert_eq!(serverless(FILE, "none", &functions()), None);
        let flush = FILE.replace("      - httpApi: 'GET /orders'\n", "    - httpApi: 'GET /orders'\n");
        let flush = flush
            .replace("      - http:\n          path: /{proxy+}\n          method: any\n          cors: true\n", "");
        assert!(
            serverless(&flush, "api", &functions())
                .unwrap()
                .contains("    events:\n    - httpApi: 'GET /orders'\n    env")
        );
    }
}

//! A function of a template as several functions, each with the routes of its own.

mod carried;
mod serverless;
mod terraform;

pub use terraform::terraform;

use serverless::serverless;

/// A function to declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFunction {
    /// Its logical id.
    pub id: String,
    /// Its handler setting.
    pub handler: String,
    /// Methods and paths of its routes, with `{parameters}`; no method means any.
    pub routes: Vec<(Option<String>, String)>,
}

/// What to write in place of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// How a file with it is called.
    pub file: &'static str,
    /// The text.
    pub text: String,
    /// Lines that name the function and are not part of it.
    pub left: Vec<Mention>,
}

/// A line of a template that names a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The template.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The line's text.
    pub text: String,
}

/// The function of a template in YAML as several, with the alarms, permissions and log groups that belong to it.
///
/// # Errors
/// Why it is not taken apart.
pub fn yaml(path: &str, template: &str, id: &str, functions: &[NewFunction]) -> Result<Snippet, String> {
    let as_sam = sam(template, id, functions);
    let (text, logical, head): (_, fn(&str) -> String, _) = match as_sam {
        Some(text) => (Some(text), str::to_owned, ""),
        None => {
            let logical = |id: &str| format!("{}LambdaFunction", super::serverless_id(id));
            (serverless(template, id, functions), logical, "# Below `Resources:` of `resources:`\n")
        }
    };
    let mut text = text.ok_or(
        "the template does not write the function as a block of SAM or of the Serverless Framework in YAML, or a route \
         is no plain path",
    )?;
    let own = block(template, id).unwrap_or_default();
    let name = own.iter().find_map(|line| value(line, "FunctionName")).filter(|name| is_plain(name));
    let ids: Vec<String> = functions.iter().map(|function| logical(&function.id)).collect();
    let old = logical(id);
    let (others, taken) = carried::of(template, &carried::Original { id: &old, name }, &ids);
    if !others.is_empty() {
        text.push_str(head);
        text.push_str(&others);
    }
    let names = |line: &str| crate::lang::moving::has_word(line, &old) || crate::lang::moving::has_word(line, id);
    let lines = template.lines().enumerate().filter(|(at, line)| {
        names(line) && line.trim() != format!("{id}:") && !taken.iter().any(|lines| lines.contains(at))
    });
    let left = lines.map(|(at, line)| Mention { path: path.to_owned(), line: at + 1, text: line.trim().to_owned() });
    Ok(Snippet { file: "template.yaml", left: left.collect(), text })
}

/// An event of the function as the template writes it.
struct Event<'t> {
    id: &'t str,
    lines: Vec<&'t str>,
    method: Option<String>,
    path: Option<String>,
}

/// Resources that take the place of the function `id`: everything as it was, but handler and routes. `None` where the
/// template does not write the function in the usual way, as YAML in blocks.
fn sam(template: &str, id: &str, functions: &[NewFunction]) -> Option<String> {
    let block = block(template, id)?;
    let (head, rest) = block.split_first()?;
    let indent = indent_of(head);
    let is_function = rest.iter().any(|line| value(line, "Type") == Some("AWS::Serverless::Function"));
    let handler = rest.iter().position(|line| value(line, "Handler").is_some())?;
    let routes = || functions.iter().flat_map(|function| &function.routes);
    let words = routes().all(|(method, path)| is_plain(path) && method.as_deref().is_none_or(is_plain));
    if !is_function || !words {
        return None;
    }
    let events = rest.iter().position(|line| line.trim() == "Events:");
    let (events_at, events_end) = events.map_or((rest.len(), rest.len()), |at| (at, end_of(rest, at)));
    let events = rest.get(events_at + 1..events_end).unwrap_or_default();
    // Events in one line are not taken apart, and what they say of authorisation must not get lost.
    if events.iter().any(|line| line.contains(": {")) {
        return None;
    }
    let known = events_of(events);
    let mut out = String::new();
    for (number, function) in (1..).zip(functions) {
        out.push_str(&format!("{}{}:\n", " ".repeat(indent), function.id));
        for (at, line) in rest.iter().enumerate() {
            if at == handler {
                out.push_str(&format!("{}Handler: {}\n", " ".repeat(indent_of(line)), function.handler));
            } else if value(line, "FunctionName").is_some() {
                out.push_str(&format!("{}\n", numbered(line, number)?));
            } else if at == events_at {
                let events: String =
                    function.routes.iter().map(|route| event(route, &known, indent_of(line) + 2)).collect();
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

/// Whether a route can stand in a template as it is: code may name anything.
fn is_plain(text: &str) -> bool {
    let stands =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '{' | '}' | '+' | '.' | '_' | '~' | '-' | '$');
    !text.starts_with('{') && text.chars().all(stands)
}

/// A line that gives a name, with a number behind the name: two functions cannot have the same one. `None` where the name
/// is written over several lines, or made by another function of the template than `!Sub` and `!Ref`.
fn numbered(line: &str, number: usize) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    if line.ends_with([':', '|', '>', '}', ']']) {
        return None;
    }
    if let Some((before, name)) = line.split_once(": !Ref ") {
        return Some(format!("{before}: !Sub \"${{{}}}-{number}\"", name.trim()));
    }
    if line.contains(": !") && !line.contains(": !Sub ") {
        return None;
    }
    let bare = line.trim_end_matches(['"', '\'']);
    Some(format!("{bare}-{number}{}", &line[bare.len()..]))
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The value of a key, if a line has it.
fn value<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let value = line.trim().strip_prefix(key)?.strip_prefix(':')?;
    let value = value.split(" #").next().unwrap_or_default().trim();
    Some(value.trim_matches(['"', '\'']))
}

/// The lines of a resource, without empty ones at its end.
fn block<'t>(template: &'t str, id: &str) -> Option<Vec<&'t str>> {
    let lines: Vec<&str> = template.lines().collect();
    let resources = lines.iter().position(|line| line.trim_end() == "Resources:")?;
    let head = format!("{id}:");
    let at = lines.iter().skip(resources).position(|line| line.trim() == head && indent_of(line) > 0)? + resources;
    let end = end_of(&lines, at);
    let mut block = lines.get(at..end)?.to_vec();
    while block.last().is_some_and(|line| line.trim().is_empty()) {
        block.pop();
    }
    Some(block)
}

/// Behind the lines that are indented below one.
fn end_of(lines: &[&str], at: usize) -> usize {
    let indent = lines.get(at).map_or(0, |line| indent_of(line));
    let below = |line: &&&str| line.trim().is_empty() || indent_of(line) > indent;
    at + 1 + lines.iter().skip(at + 1).take_while(below).count()
}

fn events_of<'t>(lines: &[&'t str]) -> Vec<Event<'t>> {
    let mut events = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let end = end_of(lines, at);
        let own: Vec<&str> = lines.get(at + 1..end).unwrap_or_default().to_vec();
        let find = |key: &str| own.iter().find_map(|line| value(line, key)).map(str::to_owned);
        let id = line.trim().trim_end_matches(':');
        if !line.trim().is_empty() {
            events.push(Event { id, method: find("Method"), path: find("Path"), lines: own });
        }
        at = end;
    }
    events
}

/// An event for a route: that of the template as it is, or that which catches all with the route's own method and
/// path; none for a route that the template does not send.
fn event((method, path): &(Option<String>, String), known: &[Event<'_>], indent: usize) -> String {
    // An event for any method would send to one function what several answer.
    let same_method = |event: &Event<'_>| match (&event.method, method) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    };
    let same_path = |event: &Event<'_>| event.path.as_deref() == Some(path);
    let pad = |extra: usize| " ".repeat(indent + extra);
    if let Some(exact) = known.iter().find(|event| same_path(event) && same_method(event)) {
        let lines = exact.lines.iter().filter(|line| !line.trim().is_empty());
        return format!("{}{}:\n", pad(0), exact.id) + &lines.map(|line| format!("{line}\n")).collect::<String>();
    }
    let is_any = |event: &Event<'_>| event.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("any"));
    let has_all = |event: &Event<'_>| event.path.as_deref().is_some_and(|path| path.contains("+}"));
    let catches_all = |event: &&Event<'_>| has_all(event) || (is_any(event) && same_path(event));
    let Some(like) = known.iter().find(catches_all) else { return String::new() };
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words
        .map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>());
    let verb = method.as_deref().unwrap_or("any").to_ascii_lowercase();
    let made = format!(
        "{}{}",
        words.collect::<String>(),
        verb.chars().take(1).flat_map(char::to_uppercase).chain(verb.chars().skip(1)).collect::<String>()
    );
    let mut out = format!("{}{made}:\n", pad(0));
    let kind = like.lines.iter().find_map(|line| value(line, "Type")).unwrap_or("HttpApi");
    out.push_str(&format!("{}Type: {kind}\n{}Properties:\n", pad(2), pad(2)));
    out.push_str(&format!("{}Path: {path}\n{}Method: {verb}\n", pad(4), pad(4)));
    for line in &like.lines {
        let taken = ["Type", "Properties", "Path", "Method"].iter().any(|key| value(line, key).is_some());
        if !taken && !line.trim().is_empty() {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::HttpApi\n  Orders:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: app.handler # all\n      Events:\n        List:\n          Type: HttpApi\n          Properties:\n            ApiId: !Ref Api\n            Path: /orders\n            Method: GET\n        Rest:\n          Type: HttpApi\n          Properties:\n            ApiId: !Ref Api\n            Path: /{proxy+}\n            Method: any\n      Policies:\n        - ReadOnly\n\n  Table:\n    Type: AWS::DynamoDB::Table\n";

    #[test]
    fn routes_move_and_the_rest_is_copied() {
        let functions = [
            NewFunction {
                id: "Orders1".to_owned(),
                handler: "app_1.handler".to_owned(),
                routes: vec![(Some("GET".to_owned()), "/orders".to_owned())],
            },
            NewFunction {
                id: "Orders2".to_owned(),
                handler: "app_2.handler".to_owned(),
                routes: vec![(None, "/reports/{id}".to_owned())],
            },
        ];
        let made = sam(TEMPLATE, "Orders", &functions).unwrap();
        let first = "  Orders1:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: app_1.handler\n      Events:\n        List:\n          Type: HttpApi\n          Properties:\n            ApiId: !Ref Api\n            Path: /orders\n            Method: GET\n      Policies:\n        - ReadOnly\n";
        let second = "  Orders2:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: app_2.handler\n      Events:\n        ReportsIdAny:\n          Type: HttpApi\n          Properties:\n            Path: /reports/{id}\n            Method: any\n            ApiId: !Ref Api\n      Policies:\n        - ReadOnly\n";
        assert_eq!(made, format!("{first}{second}"));
        assert_eq!(sam(TEMPLATE, "Table", &functions), None);
        let named = TEMPLATE.replace("CodeUri: src/", "FunctionName: !Sub \"${Stage}-orders\"");
        let made = sam(&named, "Orders", &functions).unwrap();
        assert!(made.contains("!Sub \"${Stage}-orders-1\"") && made.contains("!Sub \"${Stage}-orders-2\""), "{made}");
        let referring = TEMPLATE.replace("CodeUri: src/", "FunctionName: !Ref Name # x");
        assert!(sam(&referring, "Orders", &functions).unwrap().contains("FunctionName: !Sub \"${Name}-2\"\n"));
        assert_eq!(sam(&TEMPLATE.replace("CodeUri: src/", "FunctionName: !Join"), "Orders", &functions), None);
        let any = TEMPLATE.replace("Path: /orders\n            Method: GET", "Path: /orders\n            Method: ANY");
        let made = sam(&any, "Orders", &functions).unwrap();
        assert!(made.contains("        OrdersGet:\n") && made.contains("            Method: get\n"), "{made}");
        let one_line = TEMPLATE.replace(
            "Type: HttpApi\n          Properties:\n            ApiId: !Ref Api\n            Path: /orders\n",
            "Properties: {Path: /orders}\n",
        );
        assert_eq!(sam(&one_line, "Orders", &functions), None);
        assert_eq!(sam("Resources: {Orders: {Type: x}}", "Orders", &functions), None);
    }
}

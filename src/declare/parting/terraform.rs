//! A function of Terraform as several functions.

use std::fmt::Write as _;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::structure::Block;

use super::carried::{CARRIED, with_word};
use super::{Mention, NewFunction, Snippet, is_plain};

/// The type of a function.
const FUNCTION: &str = "aws_lambda_function";
/// The type of a route of an HTTP API.
const ROUTE: &str = "aws_apigatewayv2_route";

/// A resource or another block at the top of a file.
struct Found<'t> {
    path: &'t str,
    text: &'t str,
    range: Range<usize>,
    block: &'t Block,
    /// `type.label` of resources; empty for others.
    address: String,
}

impl<'t> Found<'t> {
    fn text(&self) -> &'t str {
        self.text.get(self.range.clone()).unwrap_or_default()
    }

    fn kind(&self) -> &str {
        self.address.split_once('.').map_or("", |(kind, _)| kind)
    }

    fn label(&self) -> &str {
        self.address.split_once('.').map_or("", |(_, label)| label)
    }

    /// Where the value of an attribute lies in the file.
    fn value(&self, name: &str) -> Option<Range<usize>> {
        let at = self.block.body.get_attribute(name)?.value.span()?;
        let end = at.start + self.text.get(at.clone())?.trim_end().len();
        Some(at.start..end)
    }

    /// The value of an attribute as it is written.
    fn written(&self, name: &str) -> Option<&'t str> {
        self.text.get(self.value(name)?)
    }

    /// The value of an attribute that is a plain string.
    fn plain(&self, name: &str) -> Option<&'t str> {
        let plain = self.written(name)?.strip_prefix('"')?.strip_suffix('"')?;
        let is_made = plain.contains(['"', '\\']) || plain.contains("${") || plain.contains("%{");
        (!is_made).then_some(plain)
    }

    fn is_repeated(&self) -> bool {
        self.value("count").is_some() || self.value("for_each").is_some()
    }
}

/// Blocks that take the place of the function with an address: itself, what belongs to it, and the routes of its HTTP
/// API. The files are those of the function's module, with their paths.
///
/// # Errors
/// Why there are none.
pub fn terraform(files: &[(String, String)], address: &str, functions: &[NewFunction]) -> Result<Snippet, String> {
    let label = address.strip_prefix(FUNCTION).and_then(|rest| rest.strip_prefix('.'));
    let label = label.filter(|label| label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    let label = label.ok_or("a module declares the function, or a block that stands for several")?;
    let routes = || functions.iter().flat_map(|function| &function.routes);
    if !routes().all(|(method, path)| is_plain(path) && method.as_deref().is_none_or(is_plain)) {
        return Err("a route is no plain path".to_owned());
    }
    let parsed = files.iter().map(|(_, text)| hcl_edit::parser::parse_body(text));
    let bodies: Vec<_> = parsed.collect::<Result<_, _>>().map_err(|_| "a file of the module cannot be read")?;
    let found: Vec<Found<'_>> = files
        .iter()
        .zip(&bodies)
        .flat_map(|((path, text), body)| body.blocks().filter_map(|block| found(path, text, block)))
        .collect();
    let own =
        found.iter().find(|found| found.address == address).ok_or("its block is not in the module's own files")?;
    if own.is_repeated() {
        return Err("`count` or `for_each` makes several functions of its block".to_owned());
    }
    let plan = Plan::of(&found, own)?;
    let mut text = String::new();
    for (number, function) in (1..).zip(functions) {
        let copy = plan.copy(
            own,
            number,
            &format!("{label}_{number}"),
            vec![(own.value("handler").ok_or("its block has no handler")?, format!("\"{}\"", function.handler))],
        );
        let _ = write!(text, "{copy}\n\n");
        for other in plan.carried.iter().filter(|other| other.address != own.address) {
            let _ =
                write!(text, "{}\n\n", plan.copy(other, number, &format!("{}_{number}", other.label()), Vec::new()));
        }
        for route in &function.routes {
            if let Some(route) = plan.route(route, number) {
                let _ = write!(text, "{route}\n\n");
            }
        }
    }
    text.truncate(text.trim_end().len() + 1);
    Ok(Snippet { file: "functions.tf", text, left: plan.left(&found) })
}

fn found<'t>(path: &'t str, text: &'t str, block: &'t Block) -> Option<Found<'t>> {
    let address = match (block.ident.as_str(), block.labels.as_slice()) {
        ("resource", [kind, label]) => format!("{}.{}", kind.as_str(), label.as_str()),
        _ => String::new(),
    };
    Some(Found { path, text, range: block.span()?, block, address })
}

/// What becomes of the blocks around a function.
struct Plan<'t, 'f> {
    own: &'f Found<'t>,
    /// The function and what belongs to it.
    carried: Vec<&'f Found<'t>>,
    /// Routes that lead to it.
    routes: Vec<&'f Found<'t>>,
}

impl<'t, 'f> Plan<'t, 'f> {
    fn of(found: &'f [Found<'t>], own: &'f Found<'t>) -> Result<Self, String> {
        let mut plan = Self { own, carried: vec![own], routes: Vec::new() };
        // What belongs to the function has things that belong to it in turn.
        loop {
            let is_more = |other: &&Found<'t>| {
                CARRIED.terraform.contains_key(other.kind())
                    && plan.mentions(other.text())
                    && !plan.carried.iter().any(|known| known.address == other.address)
            };
            let more: Vec<&Found<'t>> = found.iter().filter(is_more).collect();
            if more.is_empty() {
                break;
            }
            plan.carried.extend(more);
        }
        let mentioning = || found.iter().filter(|other| plan.mentions(other.text()));
        if let Some(why) = mentioning().find_map(|other| CARRIED.terraform_single.get(other.kind())) {
            return Err(why.clone());
        }
        plan.routes = mentioning().filter(|other| other.kind() == ROUTE).collect();
        let is_odd =
            |other: &&Found<'t>| other.is_repeated() || (other.kind() == ROUTE && other.plain("route_key").is_none());
        match plan.routes.iter().chain(&plan.carried).find(|other| is_odd(other)) {
            Some(odd) => Err(format!("{} is computed", odd.address)),
            None => Ok(plan),
        }
    }

    /// Whether a text names the function or what belongs to it.
    fn mentions(&self, text: &str) -> bool {
        let is_named = |other: &&Found<'_>| with_word(text, &other.address, "") != text;
        self.carried.iter().any(is_named) || text.lines().any(|line| self.gives_name(line))
    }

    /// Whether a line gives the function's name in plain words.
    fn gives_name(&self, line: &str) -> bool {
        let Some(name) = self.own.plain("function_name") else { return false };
        let is_key = |key: &str| line.trim_start().trim_start_matches('"').starts_with(key);
        (is_key("FunctionName") || is_key("function_name")) && line.trim_end().ends_with(&format!("\"{name}\""))
    }

    /// A block of the function with this number.
    fn copy(&self, found: &Found<'_>, number: usize, label: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
        if let Some(at) = found.block.labels.get(1).and_then(hcl_edit::Span::span) {
            edits.push((at, format!("\"{label}\"")));
        }
        let own = ["function_name".to_owned()];
        let is_own = found.address == self.own.address;
        let names = if is_own { Some(own.as_slice()) } else { CARRIED.terraform.get(found.kind()).map(Vec::as_slice) };
        for name in names.unwrap_or_default() {
            let written = found.written(name).filter(|written| !self.mentions(written));
            if let Some((at, written)) = found.value(name).zip(written) {
                edits.push((at, numbered(written, number)));
            }
        }
        edits.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
        let mut text = found.text().to_owned();
        for (at, new) in edits {
            let start = found.range.start;
            text.replace_range(at.start - start..at.end - start, &new);
        }
        let text = self
            .carried
            .iter()
            .fold(text, |text, other| with_word(&text, &other.address, &format!("{}_{number}", other.address)));
        if is_own {
            return text;
        }
        let name = self.own.plain("function_name").unwrap_or_default();
        let named = text.lines().map(|line| match self.gives_name(line) {
            true => line.replace(&format!("\"{name}\""), &format!("\"{name}-{number}\"")),
            false => line.to_owned(),
        });
        named.collect::<Vec<_>>().join("\n")
    }

    /// The block for a route of a function: that of the configuration, or that which catches all with the route's own
    /// key; `None` for a route that the configuration does not send.
    fn route(&self, (method, path): &(Option<String>, String), number: usize) -> Option<String> {
        let key_of = |route: &Found<'t>| route.plain("route_key").unwrap_or_default();
        let verb = method.as_deref().unwrap_or("ANY").to_ascii_uppercase();
        let key = format!("{verb} {path}");
        let exact = |route: &&&Found<'t>| {
            key_of(route) == key || (method.is_none() && key_of(route).ends_with(&format!(" {path}")))
        };
        let catches = |route: &&&Found<'t>| {
            let known = key_of(route);
            known == "$default" || known.contains("+}") || known == format!("ANY {path}")
        };
        let exact = self.routes.iter().find(exact);
        let like = exact.or_else(|| self.routes.iter().find(catches))?;
        let key = if exact.is_some() { key_of(like) } else { &key };
        let words = key.to_ascii_lowercase();
        let words: Vec<&str> =
            words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let label = format!("{}_{number}_{}", self.own.label(), words.join("_"));
        Some(self.copy(like, number, &label, vec![(like.value("route_key")?, format!("\"{key}\""))]))
    }

    /// Lines that name the function elsewhere.
    fn left(&self, found: &[Found<'_>]) -> Vec<Mention> {
        let is_taken = |other: &&Found<'_>| {
            let known = self.carried.iter().chain(&self.routes);
            known.into_iter().any(|known| !known.address.is_empty() && known.address == other.address)
        };
        let mut left = Vec::new();
        for other in found.iter().filter(|other| !is_taken(other)) {
            let first = other.text.get(..other.range.start).unwrap_or_default().matches('\n').count() + 1;
            let lines = (first..).zip(other.text().lines()).filter(|(_, line)| self.mentions(line));
            left.extend(lines.map(|(line, text)| Mention {
                path: other.path.to_owned(),
                line,
                text: text.trim().to_owned(),
            }));
        }
        left
    }
}

/// A value that names something, with a number behind the name.
fn numbered(written: &str, number: usize) -> String {
    match written.strip_suffix('"').filter(|open| open.starts_with('"')) {
        Some(open) => format!("{open}-{number}\""),
        None => format!("\"${{{written}}}-{number}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "resource \"aws_lambda_function\" \"office\" {\n  function_name = \"office\"\n  handler       = \"app.handler\" # all\n  runtime       = \"python3.12\"\n}\n\nresource \"aws_cloudwatch_metric_alarm\" \"errors\" {\n  alarm_name = \"office-errors\"\n  dimensions = {\n    FunctionName = \"office\"\n  }\n}\n\nresource \"aws_cloudwatch_log_group\" \"office\" {\n  name = \"/aws/lambda/${aws_lambda_function.office.function_name}\"\n}\n\noutput \"arn\" {\n  value = aws_lambda_function.office.arn\n}\n";
    const API: &str = "resource \"aws_apigatewayv2_integration\" \"office\" {\n  api_id          = aws_apigatewayv2_api.web.id\n  integration_uri = aws_lambda_function.office.invoke_arn\n}\n\nresource \"aws_apigatewayv2_route\" \"all\" {\n  api_id    = aws_apigatewayv2_api.web.id\n  route_key = \"ANY /{proxy+}\"\n  target    = \"integrations/${aws_apigatewayv2_integration.office.id}\"\n}\n\nresource \"aws_apigatewayv2_route\" \"other\" {\n  route_key = \"GET /x\"\n  target    = \"integrations/${aws_apigatewayv2_integration.office_old.id}\"\n}\n\nresource \"aws_lambda_permission\" \"api\" {\n  statement_id  = \"api\"\n  function_name = aws_lambda_function.office.function_name\n}\n";

    fn taken_apart(main: &str, api: &str) -> Result<Snippet, String> {
        let one = |number: u32, method: Option<&str>, path: &str| NewFunction {
            id: format!("aws_lambda_function.office_{number}"),
            handler: format!("app_{number}.handler"),
            routes: vec![(method.map(str::to_owned), path.to_owned())],
        };
        let files = [("main.tf".to_owned(), main.to_owned()), ("api.tf".to_owned(), api.to_owned())];
        terraform(&files, "aws_lambda_function.office", &[one(1, Some("GET"), "/orders/{id}"), one(2, None, "/report")])
    }

    #[test]
    fn blocks_and_routes_move_with_what_belongs_to_them() {
        let made = taken_apart(MAIN, API).unwrap();
        for part in [
            "resource \"aws_lambda_function\" \"office_1\" {\n  function_name = \"office-1\"\n  handler       = \"app_1.handler\" # all\n  runtime       = \"python3.12\"\n}\n",
            "resource \"aws_cloudwatch_metric_alarm\" \"errors_2\" {\n  alarm_name = \"office-errors-2\"\n  dimensions = {\n    FunctionName = \"office-2\"\n  }\n}\n",
            "resource \"aws_cloudwatch_log_group\" \"office_1\" {\n  name = \"/aws/lambda/${aws_lambda_function.office_1.function_name}\"\n}\n",
            "  integration_uri = aws_lambda_function.office_2.invoke_arn\n",
            "resource \"aws_apigatewayv2_route\" \"office_1_get_orders_id\" {\n  api_id    = aws_apigatewayv2_api.web.id\n  route_key = \"GET /orders/{id}\"\n  target    = \"integrations/${aws_apigatewayv2_integration.office_1.id}\"\n}\n",
            "  route_key = \"ANY /report\"\n",
            "resource \"aws_lambda_permission\" \"api_2\" {\n  statement_id  = \"api\"\n  function_name = aws_lambda_function.office_2.function_name\n}\n",
        ] {
            assert!(made.text.contains(part), "{part}\n---\n{}", made.text);
        }
        assert!(!made.text.contains("office_old") && hcl_edit::parser::parse_body(&made.text).is_ok(), "{}", made.text);
        let left: Vec<_> = made.left.iter().map(|left| (left.path.as_str(), left.line)).collect();
        assert_eq!(left, [("main.tf", 19)]);
    }

    #[test]
    fn what_cannot_be_taken_apart_says_why() {
        let why = |from: &str, to: &str| taken_apart(&MAIN.replace(from, to), &API.replace(from, to)).unwrap_err();
        assert!(why("  runtime ", "  count = 2\n  runtime ").contains("`count`"));
        assert!(why("\"ANY /{proxy+}\"", "each.value").contains("aws_apigatewayv2_route.all is computed"));
        assert!(why("output \"arn\"", "resource \"aws_lambda_function_url\" \"x\"").contains("one function"));
        assert!(
            why("resource \"aws_lambda_function\" \"office\"", "resource \"aws_lambda_function\" \"x\"")
                .contains("block")
        );
        let named = taken_apart(&MAIN.replace("= \"office\"\n  handler", "= var.name\n  handler"), API).unwrap();
        assert!(named.text.contains("function_name = \"${var.name}-2\"\n"), "{}", named.text);
        let exact = taken_apart(MAIN, &API.replace("ANY /{proxy+}", "GET /orders/{id}")).unwrap();
        assert!(exact.text.contains("\"office_1_get_orders_id\"") && !exact.text.contains("report"), "{}", exact.text);
    }
}

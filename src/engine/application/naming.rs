//! What a resource is called where another one refers to it, in each template language.

use crate::declare::model::Dialect;
use crate::declare::serverless_id;

/// Words that TypeScript keeps for itself.
const RESERVED: &[&str] = &[
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "new",
    "null",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "let",
    "static",
    "yield",
    "await",
    "package",
    "private",
    "protected",
    "public",
    "interface",
    "implements",
    "arguments",
    "eval",
];

/// Kinds of resources that alarms, dashboards and queries refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// By `FunctionName`.
    Function,
    /// By `QueueName`.
    Queue,
}

/// The last part of an address or logical id, as far as it can be a part of another id.
pub(super) fn plain(of: &str, dialect: Dialect) -> String {
    let short = of.split('[').next().unwrap_or(of).rsplit('.').next().unwrap_or(of);
    let key: String = of.split('[').nth(1).unwrap_or_default().to_owned();
    let keeps_underscores = dialect.is_terraform();
    let keeps = |c: &char| c.is_ascii_alphanumeric() || (keeps_underscores && (*c == '_' || *c == '-'));
    let mut plain: String = short.chars().filter(keeps).collect();
    let key: String = key.chars().filter(keeps).collect();
    if !key.is_empty() {
        plain = format!("{plain}_{key}").chars().filter(keeps).collect();
    }
    plain
}

/// The name of a CDK construct: its logical id without the digest that CDK puts behind it.
fn construct(of: &str) -> String {
    let plain = plain(of, Dialect::Cdk);
    let digest = plain.len().checked_sub(8).filter(|at| *at > 0).and_then(|at| plain.split_at_checked(at));
    let is_digest = |text: &str| text.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c));
    digest.filter(|(_, end)| is_digest(end)).map_or_else(|| plain.clone(), |(start, _)| start.to_owned())
}

/// The variable that holds a CDK construct.
pub(super) fn variable(of: &str) -> String {
    let mut name = construct(of);
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) || RESERVED.contains(&name.as_str()) || name.is_empty() {
        name = format!("fn{name}");
    }
    name
}

/// The beginning of ids of what belongs to a resource.
pub(super) fn prefix(of: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Serverless => serverless_id(&plain_name(of)),
        Dialect::Cdk => construct(of),
        _ => plain(of, dialect),
    }
}

/// A name of a function as the Serverless Framework allows it.
fn plain_name(of: &str) -> String {
    of.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
}

/// The logical id of a resource in CloudFormation's languages.
pub(super) fn logical_id(of: &str, named: Named, dialect: Dialect) -> String {
    match (dialect, named) {
        (Dialect::Serverless, Named::Function) => format!("{}LambdaFunction", serverless_id(&plain_name(of))),
        _ => plain(of, Dialect::CloudFormation),
    }
}

/// An expression of Terraform for a resource's name.
pub(super) fn terraform(of: &str, named: Named) -> String {
    let (kind, attribute, output) = match named {
        Named::Function => ("aws_lambda_function", "function_name", "lambda_function_name"),
        Named::Queue => ("aws_sqs_queue", "name", "queue_name"),
    };
    let address = address(of);
    if let Some((module, inner)) = address.split_once(&format!(".{kind}.")) {
        // What stands in a module is reached through an output of it.
        return format!("{module}.{}_{attribute}", plain(inner, Dialect::Terraform));
    }
    attribute_of(of, kind, attribute, output)
}

/// An address as it stands in an expression.
fn address(of: &str) -> String {
    of.chars().filter(|c| !c.is_control() && !" ${}\\".contains(*c)).collect()
}

/// An attribute of a resource in the module that declares it: of what the common modules make, an output.
fn attribute_of(of: &str, kind: &str, attribute: &str, output: &str) -> String {
    let address = address(of);
    match address.find(&format!("{kind}.")) {
        Some(start) => format!("{}.{attribute}", &address[start..]),
        None if address.starts_with("module.") => format!("{address}.{output}"),
        None => format!("{kind}.{}.{attribute}", plain(of, Dialect::Terraform)),
    }
}

/// How the snippets of a template's language name a function: as it is written in that language, as an id of its own
/// and by the expressions of its name and version.
pub(super) fn of_function(of: &str, dialect: Dialect) -> [(&'static str, String); 5] {
    let attribute = |attribute: &str, output: &str| attribute_of(of, "aws_lambda_function", attribute, output);
    let name = match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => plain(of, dialect),
        _ => of.rsplit('.').next().unwrap_or_default().to_owned(),
    };
    [
        ("function", of.to_owned()),
        ("logical", logical_id(of, Named::Function, dialect)),
        ("name", name),
        ("function_name", attribute("function_name", "lambda_function_name")),
        ("function_version", attribute("version", "lambda_function_version")),
    ]
}

/// How a language refers to the name of a resource: as a value of its own.
pub(super) fn reference(of: &str, named: Named, dialect: Dialect) -> String {
    match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => terraform(of, named),
        Dialect::Cdk if named == Named::Function => format!("{}.functionName", variable(of)),
        Dialect::Cdk => format!("{}.queueName", variable(of)),
        _ if named == Named::Function => format!("!Ref {}", logical_id(of, named, dialect)),
        _ => format!("!GetAtt {}.QueueName", logical_id(of, named, dialect)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_refers_in_its_own_words() {
        let function = |of, dialect| reference(of, Named::Function, dialect);
        assert_eq!(function("Orders", Dialect::Sam), "!Ref Orders");
        assert_eq!(function("create-order", Dialect::Serverless), "!Ref CreateDashorderLambdaFunction");
        assert_eq!(function("OrdersFn0A1B2C3D", Dialect::Cdk), "ordersFn.functionName");
        assert_eq!(function("Default", Dialect::Cdk), "fndefault.functionName");
        assert_eq!(
            function("aws_lambda_function.orders", Dialect::Terraform),
            "aws_lambda_function.orders.function_name"
        );
        let keyed = "aws_lambda_function.this[\"a\"]";
        assert_eq!(function(keyed, Dialect::Terraform), "aws_lambda_function.this[\"a\"].function_name");
        assert_eq!(prefix(keyed, Dialect::Terraform), "this_a");
        assert_eq!(function("module.orders", Dialect::Terraform), "module.orders.lambda_function_name");
        let here = |of| of_function(of, Dialect::Terraform).map(|(_, value)| value);
        let [_, _, name, function_name, version] = here("module.api.aws_lambda_function.orders[0]");
        assert_eq!((name.as_str(), version.as_str()), ("orders_0", "aws_lambda_function.orders[0].version"));
        assert_eq!(function_name, "aws_lambda_function.orders[0].function_name");
        assert_eq!(here("module.orders")[4], "module.orders.lambda_function_version");
        assert_eq!(of_function("create-order", Dialect::Serverless)[1].1, "CreateDashorderLambdaFunction");
        assert_eq!(reference("Jobs", Named::Queue, Dialect::CloudFormation), "!GetAtt Jobs.QueueName");
    }
}

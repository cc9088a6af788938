//! What code asks of the cloud: services and operations of its SDK, environment variables.

use super::reach::Reach;
use super::values::{At, Program, Thing};
use crate::platform::sdk::{self, ClientFunction};
use crate::program::flow::{Arg, Kind};

/// Writes down what one expression uses.
pub(crate) fn note(program: &Program<'_>, at: At, reach: &mut Reach) {
    match program.kind(at) {
        Kind::Call(callee, args) => call(program, at, (at.0, *callee), args, reach),
        Kind::Attr(object, name)
            if !matches!(&**name, "get" | "items" | "keys" | "copy")
                && is_environment(&program.value((at.0, *object))) =>
        {
            reach.environment.insert(name.to_string());
        }
        Kind::Index(object, key) => {
            if is_environment(&program.value((at.0, *object)))
                && let Some(name) = program.text((at.0, *key))
            {
                reach.environment.insert(name);
            }
        }
        _ => {}
    }
}

/// Whether something is the table of environment variables.
pub(super) fn is_environment(thing: &Thing) -> bool {
    matches!(thing, Thing::External(path) if matches!(path.as_str(), "os.environ" | "process.env" | "process.process.env"))
}

fn call(program: &Program<'_>, at: At, callee: At, args: &[Arg], reach: &mut Reach) {
    let first = args.first().and_then(|arg| program.text((at.0, arg.value)));
    if let Kind::Attr(object, name) = program.kind(callee)
        && let Thing::Made(path, made) = program.value((callee.0, *object))
        && let Some(service) = service(program, &path, made)
    {
        let name = match sdk::client_function(name) {
            ClientFunction::NamedByArgument => first.as_deref().unwrap_or("*"),
            ClientFunction::Other => return,
            ClientFunction::Operation => name,
        };
        reach.operations.entry(service).or_default().insert(camel(name));
        return;
    }
    let Thing::External(path) = program.value(callee) else { return };
    match path.as_str() {
        "os.getenv" | "os.environ.get" => reach.environment.extend(first),
        path if sdk::makes_client(path) => {
            if let Some(service) = first {
                reach.operations.entry(service).or_default();
            }
        }
        path => {
            if let Some((service, operation)) = sdk::command(path) {
                reach.operations.entry(service).or_default().insert(operation);
            }
        }
    }
}

/// The service that an object made by the SDK speaks to.
fn service(program: &Program<'_>, path: &str, made: At) -> Option<String> {
    let root = path.strip_suffix("()").unwrap_or(path);
    if sdk::makes_client(root) {
        let Kind::Call(_, args) = program.kind(made) else { return None };
        return program.text((made.0, args.first()?.value));
    }
    // `boto3.resource("dynamodb").Table(..)`
    if let Some((client, _)) = root.rsplit_once("().")
        && sdk::makes_client(client)
    {
        let Kind::Call(callee, _) = program.kind(made) else { return None };
        let Kind::Attr(object, _) = program.kind((made.0, *callee)) else { return None };
        let Thing::Made(path, inner) = program.value((made.0, *object)) else { return None };
        return if path == *root { None } else { service_of_client(program, &path, inner) };
    }
    sdk::service_of_class(root)
}

fn service_of_client(program: &Program<'_>, path: &str, made: At) -> Option<String> {
    let Kind::Call(_, args) = program.kind(made) else { return None };
    if !sdk::makes_client(path.strip_suffix("()")?) {
        return None;
    }
    program.text((made.0, args.first()?.value))
}

/// `put_object` and `putObject` are the operation `PutObject`.
fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
    });
    words.collect()
}

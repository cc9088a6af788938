//! What code asks of the cloud: services and operations of its SDK, environment variables.

use super::reach::Reach;
use super::values::{At, Program, Thing};
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

fn is_environment(thing: &Thing) -> bool {
    matches!(thing, Thing::External(path) if matches!(path.as_str(), "os.environ" | "process.env" | "process.process.env"))
}

fn call(program: &Program<'_>, at: At, callee: At, args: &[Arg], reach: &mut Reach) {
    let first = args.first().and_then(|arg| program.text((at.0, arg.value)));
    if let Kind::Attr(object, name) = program.kind(callee)
        && let Thing::Made(path, made) = program.value((callee.0, *object))
        && let Some(service) = service(program, &path, made)
    {
        let name = match &**name {
            "get_paginator" | "get_waiter" => first.as_deref().unwrap_or("*"),
            // An entry point of the SDK, no operation.
            "send" | "Table" | "Bucket" | "Queue" | "promise" => return,
            name => name,
        };
        reach.operations.entry(service).or_default().insert(camel(name));
        return;
    }
    let Thing::External(path) = program.value(callee) else { return };
    match path.as_str() {
        "os.getenv" | "os.environ.get" => reach.environment.extend(first),
        path if is_client(path) => {
            if let Some(service) = first {
                reach.operations.entry(service).or_default();
            }
        }
        path => {
            if let Some((service, operation)) = command(path) {
                reach.operations.entry(service).or_default().insert(operation);
            }
        }
    }
}

fn is_client(path: &str) -> bool {
    let (base, last) = path.rsplit_once('.').unwrap_or(("", path));
    matches!(last, "client" | "resource")
        && matches!(base, "boto3" | "boto3.Session()" | "boto3.session.Session()" | "boto3.session()")
}

/// The service that an object made by the SDK speaks to.
fn service(program: &Program<'_>, path: &str, made: At) -> Option<String> {
    let root = path.strip_suffix("()").unwrap_or(path);
    if is_client(root) {
        let Kind::Call(_, args) = program.kind(made) else { return None };
        return program.text((made.0, args.first()?.value));
    }
    // `boto3.resource("dynamodb").Table(..)`
    if let Some((client, _)) = root.rsplit_once("().")
        && is_client(client)
    {
        let Kind::Call(callee, _) = program.kind(made) else { return None };
        let Kind::Attr(object, _) = program.kind((made.0, *callee)) else { return None };
        let Thing::Made(path, inner) = program.value((made.0, *object)) else { return None };
        return if path == *root { None } else { service_of_client(program, &path, inner) };
    }
    let name = root.strip_prefix("aws-sdk.").or_else(|| root.strip_prefix("aws-sdk/clients/"))?;
    let name = name.strip_prefix("DynamoDB.DocumentClient").map_or(name, |_| "dynamodb");
    Some(name.to_ascii_lowercase())
}

fn service_of_client(program: &Program<'_>, path: &str, made: At) -> Option<String> {
    let Kind::Call(_, args) = program.kind(made) else { return None };
    if !is_client(path.strip_suffix("()")?) {
        return None;
    }
    program.text((made.0, args.first()?.value))
}

/// `@aws-sdk/client-s3.PutObjectCommand` is `PutObject` of `s3`.
fn command(path: &str) -> Option<(String, String)> {
    let rest = path.strip_prefix("@aws-sdk/")?;
    let (package, command) = rest.split_once('.')?;
    let operation = command.strip_suffix("Command")?;
    if package == "lib-dynamodb" {
        // The document client's commands leave out what they act on.
        let full = match operation {
            "Get" | "Put" | "Update" | "Delete" => format!("{operation}Item"),
            "BatchGet" | "BatchWrite" => format!("{operation}Item"),
            "TransactGet" | "TransactWrite" => format!("{operation}Items"),
            other => other.to_owned(),
        };
        return Some(("dynamodb".to_owned(), full));
    }
    Some((package.strip_prefix("client-")?.to_owned(), operation.to_owned()))
}

/// `put_object` and `putObject` are the operation `PutObject`.
fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
    });
    words.collect()
}

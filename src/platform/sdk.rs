//! How code calls a platform's SDK: `rules/knowledge/platform/aws-sdk.toml`.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::{knowledge, text};

knowledge::table! {
    static SDK: Words = "platform/aws-sdk.toml", tested by the_words_of_the_sdk_read;
}

/// `aws-sdk.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    clients: Vec<String>,
    packages: Vec<String>,
    named_by_argument: Vec<String>,
    no_operation: Vec<String>,
    classes: Vec<String>,
    command_scope: String,
    service_package: String,
    command: String,
    services: FxHashMap<String, String>,
    short: FxHashMap<String, Short>,
}

/// A package whose commands have shorter names than the operations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Short {
    service: String,
    singular: Vec<String>,
    plural: Vec<String>,
    suffix: String,
}

/// What stands for any call that makes a client, in patterns over callees.
const CLIENT: &str = "{client}";

/// What a function of a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientFunction {
    /// An operation of the service.
    Operation,
    /// Its first argument names the operation.
    NamedByArgument,
    /// No operation.
    Other,
}

/// Whether a call, by its callee's canonical name, makes a client of the SDK.
#[must_use]
pub fn makes_client(callee: &str) -> bool {
    is_in(&SDK.clients, callee)
}

/// Whether a distribution is the SDK itself.
#[must_use]
pub fn is_sdk(package: &str) -> bool {
    is_in(&SDK.packages, package)
}

/// Whether a callee matches a pattern in which `{client}` at the start stands for any call that makes a client.
#[must_use]
pub fn matches(pattern: &str, callee: &str) -> bool {
    let Some(rest) = pattern.strip_prefix(CLIENT) else { return text::matches(pattern, callee) };
    SDK.clients.iter().any(|client| callee.strip_prefix(&**client).is_some_and(|behind| text::matches(rest, behind)))
}

/// What a function of a client is.
#[must_use]
pub fn client_function(name: &str) -> ClientFunction {
    match () {
        () if is_in(&SDK.named_by_argument, name) => ClientFunction::NamedByArgument,
        () if is_in(&SDK.no_operation, name) => ClientFunction::Other,
        () => ClientFunction::Operation,
    }
}

/// The service of a client that is a class of its own, by the class's canonical name.
#[must_use]
pub fn service_of_class(class: &str) -> Option<String> {
    let name = SDK.classes.iter().find_map(|begin| class.strip_prefix(&**begin))?;
    let other = SDK.services.iter().find(|(known, _)| name.starts_with(&***known));
    Some(other.map_or(name, |(_, service)| service).to_ascii_lowercase())
}

/// Service and operation of a command: `@aws-sdk/client-s3.PutObjectCommand` is `PutObject` of `s3`.
#[must_use]
pub fn command(callee: &str) -> Option<(String, String)> {
    let (package, command) = callee.strip_prefix(&*SDK.command_scope)?.split_once('.')?;
    let operation = command.strip_suffix(&*SDK.command)?;
    if let Some(short) = SDK.short.get(package) {
        // The document client's commands leave out what they act on.
        let full = match () {
            () if is_in(&short.singular, operation) => format!("{operation}{}", short.suffix),
            () if is_in(&short.plural, operation) => format!("{operation}{}s", short.suffix),
            () => operation.to_owned(),
        };
        return Some((short.service.clone(), full));
    }
    Some((package.strip_prefix(&*SDK.service_package)?.to_owned(), operation.to_owned()))
}

fn is_in(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_stands_for_all_makers_of_clients() {
        assert!(matches("{client}().*", "boto3.session.Session().client().get_object"));
        assert!(matches("{client}", "boto3.resource") && !matches("{client}", "boto3.setup_default_session"));
        assert!(!matches("{client}().*", "boto3.client"));
    }

    #[test]
    fn commands_and_classes_name_their_service() {
        let pair = |callee: &str| command(callee).map(|(service, operation)| format!("{service} {operation}"));
        assert_eq!(pair("@aws-sdk/client-s3.PutObjectCommand").as_deref(), Some("s3 PutObject"));
        assert_eq!(pair("@aws-sdk/lib-dynamodb.GetCommand").as_deref(), Some("dynamodb GetItem"));
        assert_eq!(pair("@aws-sdk/lib-dynamodb.TransactWriteCommand").as_deref(), Some("dynamodb TransactWriteItems"));
        assert_eq!(service_of_class("aws-sdk.DynamoDB.DocumentClient").as_deref(), Some("dynamodb"));
        assert_eq!(service_of_class("aws-sdk/clients/s3").as_deref(), Some("s3"));
    }
}

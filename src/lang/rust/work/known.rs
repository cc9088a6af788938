//! Names whose meaning cannot be seen in the function's own code: the table `rules/knowledge/rust/calls.toml`.

use serde::Deserialize;

use crate::knowledge;

knowledge::table! {
    static CALLS: Calls = "rust/calls.toml", tested by the_calls_read;
}

/// `calls.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Calls {
    deferring: Vec<String>,
    lazy: Vec<String>,
    once: Vec<String>,
    queries: Vec<String>,
    connects: Vec<String>,
    reads_files: Vec<String>,
    writes_files: Vec<String>,
    slow: Vec<String>,
    slow_methods: Vec<String>,
    slow_prefixes: Vec<String>,
    regexes: Vec<String>,
    requests: Vec<String>,
    common: Vec<String>,
    clients: Clients,
    sdk_config: SdkConfig,
    run: Run,
}

/// What keeps connections.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clients {
    types: Vec<String>,
    endings: Vec<String>,
    builds: Vec<String>,
    functions: Vec<String>,
}

/// The crate that loads an SDK's configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SdkConfig {
    #[serde(rename = "crate")]
    package: String,
    functions: Vec<String>,
    prefixes: Vec<String>,
}

/// What hands over to the runtime.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    crates: Vec<String>,
    function: String,
    paths: Vec<String>,
}

fn is_in(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

/// Whether the last two parts of a path are in a list.
fn ends_in(names: &[String], path: &[String]) -> bool {
    let [.., before, last] = path else { return false };
    names.iter().any(|known| known.split_once("::").is_some_and(|(a, b)| a == before && b == last))
}

fn is_path_in(names: &[String], path: &[String]) -> bool {
    names.iter().any(|known| known.split("::").eq(path.iter().map(String::as_str)))
}

/// Calls that take over: what comes after them is not start-up.
pub(super) fn is_run(path: &[String]) -> bool {
    let last = path.last().map_or("", String::as_str);
    let runtime = path.first().is_some_and(|head| CALLS.run.crates.iter().any(|known| head.starts_with(&**known)));
    (runtime && last.starts_with(&*CALLS.run.function)) || is_path_in(&CALLS.run.paths, path)
}

/// Functions whose argument runs per request, not now.
pub(super) fn is_deferring(last: &str) -> bool {
    is_in(&CALLS.deferring, last)
}

/// Functions whose argument runs once, when somebody asks.
pub(super) fn is_lazy(path: &[String]) -> bool {
    ends_in(&CALLS.lazy, path)
}

/// Methods whose argument runs once and is kept.
pub(super) fn is_once(method: &str) -> bool {
    is_in(&CALLS.once, method)
}

/// Asks a database or cache.
pub(super) fn is_query(method: &str) -> bool {
    is_in(&CALLS.queries, method)
}

/// Opens a connection.
pub(super) fn is_connect(name: &str) -> bool {
    is_in(&CALLS.connects, name)
}

/// Reads files.
pub(super) fn reads_file(path: &[String]) -> bool {
    ends_in(&CALLS.reads_files, path)
}

/// Writes to what an argument names.
pub(super) fn writes_file(path: &[String]) -> bool {
    ends_in(&CALLS.writes_files, path)
}

/// Meant to take long.
pub(super) fn is_slow(path: &[String]) -> bool {
    let begins = |last: &String| CALLS.slow_prefixes.iter().any(|prefix| last.starts_with(&**prefix));
    ends_in(&CALLS.slow, path) || path.last().is_some_and(begins)
}

/// Slow methods.
pub(super) fn is_slow_method(name: &str) -> bool {
    is_in(&CALLS.slow_methods, name)
}

/// Compiles a regular expression.
pub(super) fn compiles_regex(path: &[String]) -> bool {
    ends_in(&CALLS.regexes, path)
}

/// Builds something that keeps connections and should be built once.
pub(super) fn builds_client(path: &[String]) -> bool {
    let Some(head) = path.first() else { return false };
    let [.., before, last] = path else { return false };
    if loads_sdk_config(path) {
        return true;
    }
    if *head == CALLS.sdk_config.package {
        return false;
    }
    if is_path_in(&CALLS.clients.functions, path) {
        return true;
    }
    let ends = |before: &str| CALLS.clients.endings.iter().any(|ending| before.ends_with(&**ending));
    let kind = is_in(&CALLS.clients.types, before) || ends(before);
    let owner = !matches!(head.as_str(), "crate" | "self" | "super" | "std");
    kind && owner && is_in(&CALLS.clients.builds, last)
}

/// Loads the configuration of an SDK: right at start, and one of the dearer things that it does.
pub(super) fn loads_sdk_config(path: &[String]) -> bool {
    let [head, .., last] = path else { return false };
    let config = &CALLS.sdk_config;
    let begins = || config.prefixes.iter().any(|prefix| last.starts_with(&**prefix));
    *head == config.package && (is_in(&config.functions, last) || begins())
}

/// Blocking HTTP in one call.
pub(super) fn requests(path: &[String]) -> bool {
    is_path_in(&CALLS.requests, path)
}

/// Method names too common to follow without knowing the receiver.
pub(super) fn is_common(method: &str) -> bool {
    is_in(&CALLS.common, method)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn paths_are_known_by_their_ends_or_as_a_whole() {
        assert!(is_run(&path("lambda_http::run")) && is_run(&path("axum::serve")) && !is_run(&path("tokio::run")));
        assert!(reads_file(&path("std::fs::read")) && reads_file(&path("fs::read")) && !reads_file(&path("read")));
        assert!(builds_client(&path("aws_sdk_s3::Client::new")) && builds_client(&path("aws_config::load_from_env")));
        assert!(!builds_client(&path("crate::Client::new")) && !builds_client(&path("aws_config::Region::new")));
        assert!(is_slow(&path("pbkdf2_hmac")) && is_slow(&path("bcrypt::hash")) && !is_slow(&path("md5::hash")));
    }
}

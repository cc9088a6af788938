//! Names whose meaning cannot be seen in the function's own code.

/// Calls that take over: what comes after them is not start-up.
pub(super) fn is_run(path: &[String]) -> bool {
    let last = path.last().map_or("", String::as_str);
    let runtime = path.first().is_some_and(|head| head.starts_with("lambda"));
    (runtime && last.starts_with("run")) || (path.len() == 2 && path[0] == "axum" && last == "serve")
}

/// Functions whose argument runs per request, not now.
pub(super) fn is_deferring(last: &str) -> bool {
    matches!(
        last,
        "service_fn"
            | "handler_fn"
            | "get"
            | "post"
            | "put"
            | "delete"
            | "patch"
            | "head"
            | "options"
            | "trace"
            | "any"
            | "on"
            | "connect_fn"
            | "from_fn"
            | "from_fn_with_state"
            | "map_request"
            | "map_response"
            | "to"
            | "fallback"
            | "service"
            | "fn_service"
            | "wrap_fn"
            | "spawn"
            | "layer_fn"
    )
}

/// Functions whose argument runs once, when somebody asks.
pub(super) fn is_lazy(path: &[String]) -> bool {
    let pair = |a: &str, b: &str| path.len() >= 2 && path[path.len() - 2] == a && path[path.len() - 1] == b;
    ["LazyLock", "Lazy", "LazyCell", "AsyncOnce"].iter().any(|name| pair(name, "new"))
}

/// Methods whose argument runs once and is kept.
pub(super) fn is_once(method: &str) -> bool {
    matches!(
        method,
        "get_or_init"
            | "get_or_try_init"
            | "call_once"
            | "get_or_insert_with"
            | "or_insert_with"
            | "try_get_with"
            | "get_with"
    )
}

/// Asks a database or cache.
pub(super) fn is_query(method: &str) -> bool {
    matches!(
        method,
        "fetch_one"
            | "fetch_all"
            | "fetch_optional"
            | "execute"
            | "query_async"
            | "ping"
            | "batch_execute"
            | "query_one"
            | "query_opt"
            | "list_collection_names"
            | "list_database_names"
            | "run_command"
    )
}

/// Opens a connection.
pub(super) fn is_connect(name: &str) -> bool {
    matches!(
        name,
        "connect"
            | "connect_with"
            | "establish"
            | "connect_tls"
            | "get_connection"
            | "get_async_connection"
            | "get_multiplexed_async_connection"
            | "get_multiplexed_tokio_connection"
            | "get_connection_manager"
            | "get_tokio_connection"
    )
}

/// Reads files.
pub(super) fn reads_file(path: &[String]) -> bool {
    let [.., before, last] = path else { return false };
    #[allow(clippy::match_like_matches_macro, reason = "a table of names reads better as arms")]
    match (before.as_str(), last.as_str()) {
        ("fs", "read" | "read_to_string" | "read_dir" | "copy")
        | ("File", "open")
        | ("Reader" | "ReaderBuilder", "from_path")
        | ("Migrator", "new") => true,
        ("Mmap", "map") => true,
        _ => false,
    }
}

/// Meant to take long.
pub(super) fn is_slow(path: &[String]) -> bool {
    let [.., before, last] = path else { return path.last().is_some_and(|last| last.starts_with("pbkdf2")) };
    matches!(
        (before.as_str(), last.as_str()),
        ("bcrypt", "hash" | "verify") | ("RsaPrivateKey", "new") | ("scrypt", "scrypt")
    ) || last.starts_with("pbkdf2")
}

/// Slow methods.
pub(super) fn is_slow_method(name: &str) -> bool {
    matches!(name, "hash_password" | "hash_password_into" | "verify_password")
}

/// Compiles a regular expression.
pub(super) fn compiles_regex(path: &[String]) -> bool {
    let [.., before, last] = path else { return false };
    matches!(before.as_str(), "Regex" | "RegexSet" | "RegexBuilder" | "RegexSetBuilder")
        && matches!(last.as_str(), "new" | "from_str")
}

/// Builds something that keeps connections and should be built once.
pub(super) fn builds_client(path: &[String]) -> bool {
    let Some(head) = path.first() else { return false };
    let [.., before, last] = path else { return false };
    let (before, last) = (before.as_str(), last.as_str());
    if head == "aws_config" {
        return last.starts_with("load") || matches!(last, "from_env" | "defaults" | "loader");
    }
    if head == "reqwest" && path.len() == 2 && last == "get" {
        return true;
    }
    let kind = before == "Client"
        || before == "ClientBuilder"
        || before == "Agent"
        || before == "AgentBuilder"
        || before.ends_with("Pool")
        || before.ends_with("PoolOptions")
        || before == "HttpClient";
    let owner = !matches!(head.as_str(), "crate" | "self" | "super" | "std") && path.len() >= 2;
    let builds = matches!(
        last,
        "new"
            | "builder"
            | "from_conf"
            | "open"
            | "connect"
            | "connect_with"
            | "connect_lazy"
            | "with_uri_str"
            | "with_options"
            | "default"
            | "build_http"
    );
    kind && owner && builds
}

/// Blocking HTTP in one call.
pub(super) fn requests(path: &[String]) -> bool {
    let text = path.join("::");
    matches!(text.as_str(), "reqwest::get" | "reqwest::blocking::get")
}

/// Method names too common to follow without knowing the receiver.
pub(super) fn is_common(method: &str) -> bool {
    matches!(
        method,
        "new"
            | "get"
            | "set"
            | "clone"
            | "iter"
            | "into_iter"
            | "len"
            | "push"
            | "insert"
            | "remove"
            | "send"
            | "recv"
            | "run"
            | "build"
            | "map"
            | "filter"
            | "collect"
            | "next"
            | "read"
            | "write"
            | "lock"
            | "unwrap"
            | "expect"
            | "into"
            | "from"
            | "to_string"
            | "as_str"
            | "as_ref"
            | "parse"
            | "contains"
            | "call"
            | "poll"
            | "drop"
            | "fmt"
            | "eq"
            | "cmp"
            | "hash"
            | "default"
            | "init"
            | "join"
            | "find"
            | "is_empty"
            | "add"
            | "get_or_init"
            | "finish"
            | "status"
            | "body"
            | "header"
            | "path"
            | "query"
    )
}

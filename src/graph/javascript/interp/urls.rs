//! URLs: the `url` builtin and `URL`, as far as files and the texts of own code need them.

use super::Machine;
use super::paths::normal;
use super::value::{Call, Native, R, UNKNOWN, Value};

pub(super) const URL: &[(&str, Native)] = &[
    ("fileURLToPath", |m, c| {
        if is_no_path(c.arg(0)) {
            let message = "The \"path\" argument must be of type string or an instance of URL";
            m.wrong_type(message, c.at)?;
            return Ok(UNKNOWN);
        }
        if let Value::Str(text) = c.arg(0) {
            let text = m.str(text);
            let (is_url, is_file) = (has_scheme(&text), text.trim_start().to_lowercase().starts_with("file:"));
            if !is_file {
                let (message, code) = match is_url {
                    true => ("The URL must be of scheme file", "ERR_INVALID_URL_SCHEME"),
                    false => ("Invalid URL", "ERR_INVALID_URL"),
                };
                m.bad_argument_of_node("TypeError", message, code, c.at)?;
            }
        }
        Ok(match m.coerce_text(c.arg(0)) {
            Some(text) => {
                let text = m.str(text);
                match text.strip_prefix("file://").filter(|path| is_plain(path)) {
                    Some(path) => m.string(path),
                    None => UNKNOWN,
                }
            }
            None => UNKNOWN,
        })
    }),
    ("parse", |m, c| {
        let Value::Str(text) = c.arg(0) else { return Ok(UNKNOWN) };
        let text = m.str(text);
        let parsed = m.truth(c.arg(1)) == Some(true);
        Ok(match Parts::of(&text) {
            Some(parts) => parts.object(m, parsed),
            None => UNKNOWN,
        })
    }),
    ("pathToFileURL", |m, c| {
        if is_no_path(c.arg(0)) {
            let message = "The \"path\" argument must be of type string";
            m.wrong_type(message, c.at)?;
            return Ok(UNKNOWN);
        }
        Ok(match m.coerce_text(c.arg(0)) {
            Some(text) => {
                let path = m.str(text);
                let kept = if path.ends_with('/') && path.len() > 1 { "/" } else { "" };
                let path = if path.starts_with('/') { path.to_string() } else { format!("/var/task/{path}") };
                url_object(m, &format!("file://{}{kept}", normal(&path)))
            }
            None => UNKNOWN,
        })
    }),
];

/// Whether a value is surely neither a text nor an object.
pub(super) fn is_no_path(value: Value) -> bool {
    matches!(value, Value::Undefined | Value::Null | Value::Bool(_) | Value::Num(_))
}

/// The parts of an absolute URL of a server, as `url.parse` takes it apart.
struct Parts<'t> {
    href: &'t str,
    scheme: &'t str,
    auth: Option<&'t str>,
    host: &'t str,
    port: Option<&'t str>,
    path: &'t str,
}

impl<'t> Parts<'t> {
    /// Nothing where a part would have to be decoded, or there are others.
    fn of(href: &'t str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/._-@+:=,$!*".contains(c);
        let (scheme, rest) = href.split_once("://").filter(|_| has_scheme(href) && href.chars().all(is_plain))?;
        let (server, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (auth, host) = server.rsplit_once('@').map_or((None, server), |(auth, host)| (Some(auth), host));
        let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
        let is_port = |port: &str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
        let is_name = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        (is_name && port.is_none_or(is_port)).then_some(Self { href, scheme, auth, host, port, path })
    }

    fn object(&self, m: &mut Machine<'_>, parsed: bool) -> Value {
        let id = m.plain();
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        let (protocol, host) = (format!("{}:", self.scheme), format!("{}{port}", self.host));
        let rooted = ["http", "https", "ftp", "ws", "wss", "file"].contains(&self.scheme);
        let path = if self.path.is_empty() && rooted { "/" } else { self.path };
        let path = (!path.is_empty()).then_some(path);
        let texts = [
            ("protocol", Some(&*protocol)),
            ("auth", self.auth),
            ("host", Some(&*host)),
            ("port", self.port),
            ("hostname", Some(self.host)),
            ("hash", None),
            ("pathname", path),
            ("path", path),
            ("href", Some(self.href)),
        ];
        for (name, text) in texts {
            let value = text.map_or(Value::Null, |text| m.string(text));
            m.define(id, name, value);
        }
        m.define(id, "slashes", Value::Bool(true));
        let (search, query) = if parsed { (m.string(""), Value::Obj(m.plain())) } else { (Value::Null, Value::Null) };
        m.define(id, "search", search);
        m.define(id, "query", query);
        m.object_mut(id).open = true;
        Value::Obj(id)
    }
}

fn url_object(m: &mut Machine<'_>, href: &str) -> Value {
    let id = m.plain();
    // Of other URLs the parts are not taken apart.
    if let Some(path) = href.strip_prefix("file://").filter(|path| is_plain(path)) {
        let path = m.string(path);
        let href = m.string(href);
        m.define(id, "href", href);
        m.define(id, "pathname", path);
    }
    m.object_mut(id).open = true;
    Value::Obj(id)
}

/// Whether a path is in a URL as it is.
fn is_plain(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-@+=,:".contains(c);
    path.starts_with('/') && path.chars().all(is_plain) && !path.split('/').any(|part| part == "." || part == "..")
}

/// Whether a text begins as an absolute URL does.
fn has_scheme(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c <= ' ');
    let scheme = text.split(':').next().filter(|scheme| scheme.len() < text.len()).unwrap_or("");
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(rest)
}

pub(super) fn new_url(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Some(to), base) = (m.coerce_text(c.arg(0)), m.coerce_text(c.arg(1))) else {
        return Ok(UNKNOWN);
    };
    let to = m.str(to);
    if to.contains("://") {
        return Ok(url_object(m, &to));
    }
    let Some(base) = base.filter(|_| c.args.len() > 1 && c.arg(1) != Value::Undefined).map(|base| m.str(base)) else {
        if !has_scheme(&to) {
            m.bad_argument_of_node("TypeError", "Invalid URL", "ERR_INVALID_URL", c.at)?;
        }
        return Ok(UNKNOWN);
    };
    let Some(path) = base.strip_prefix("file://") else {
        return Ok(UNKNOWN);
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let slash = if to.ends_with('/') { "/" } else { "" };
    let joined = format!("file://{}{slash}", normal(&format!("{folder}/{to}")));
    Ok(url_object(m, &joined))
}

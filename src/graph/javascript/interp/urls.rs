//! URLs: the `url` builtin and `URL`, as far as files and the texts of own code need them.

use super::Machine;
use super::paths::normal;
use super::value::{Call, Native, R, UNKNOWN, Value};

pub(super) const URL: &[(&str, Native)] = &[
    ("fileURLToPath", |m, c| {
        if is_no_path(c.arg(0)) {
            let message = "The \"path\" argument must be of type string or an instance of URL";
            m.bad_argument("TypeError", message, c.at).map_err(|thrown| m.with_code(thrown, "ERR_INVALID_ARG_TYPE"))?;
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
                m.bad_argument("TypeError", message, c.at).map_err(|thrown| m.with_code(thrown, code))?;
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
    ("pathToFileURL", |m, c| {
        if is_no_path(c.arg(0)) {
            let message = "The \"path\" argument must be of type string";
            m.bad_argument("TypeError", message, c.at).map_err(|thrown| m.with_code(thrown, "ERR_INVALID_ARG_TYPE"))?;
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
            m.bad_argument("TypeError", "Invalid URL", c.at)
                .map_err(|thrown| m.with_code(thrown, "ERR_INVALID_URL"))?;
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

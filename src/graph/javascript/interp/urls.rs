//! URLs: the `url` builtin and `URL`, as far as files and the texts of own code need them.

use url::{ParseError, Url};

use super::Machine;
use super::paths::normal;
use super::queries::url_object;
use super::refusals::decoded;
use super::value::{Abrupt, Call, Native, R, UNKNOWN, Value};

/// Longest text that is read as a URL.
const LONGEST: usize = 4_096;

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
                let path = Url::parse(&text).ok().filter(|url| url.scheme() == "file" && url.host().is_none());
                // A slash or a zero that is written in digits is refused.
                let path = path.filter(|url| !["%2f", "%2F", "%00"].iter().any(|digits| url.path().contains(digits)));
                match path.and_then(|url| decoded(url.path())) {
                    Some(path) => m.string(&path),
                    None => UNKNOWN,
                }
            }
            None => UNKNOWN,
        })
    }),
    ("parse", |m, c| {
        if is_no_path(c.arg(0)) || matches!(c.arg(0), Value::Sym(_)) {
            m.wrong_type("The \"url\" argument must be of type string", c.at)?;
        }
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
                let path = format!("{}{kept}", normal(&path));
                match Url::parse(&format!("file://{}", path.replace(' ', "%20"))) {
                    Ok(url) if is_plain(&path.replace(' ', "")) => url_object(m, &url),
                    _ => UNKNOWN,
                }
            }
            None => UNKNOWN,
        })
    }),
];

/// Whether a value is surely neither a text nor an object.
pub(super) fn is_no_path(value: Value) -> bool {
    matches!(value, Value::Undefined | Value::Null | Value::Bool(_) | Value::Num(_))
}

/// Longest name of a server that `url.parse` takes (`lib/url.js`, `hostnameMaxLen`).
const LONGEST_HOST: usize = 255;
/// Schemes whose URLs have a path, a slash at least (`lib/url.js`, `slashedProtocol`).
const ROOTED: [&str; 7] = ["http", "https", "ftp", "gopher", "ws", "wss", "file"];

/// The parts of an absolute URL of a server, as `url.parse` takes it apart.
struct Parts<'t> {
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
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number.to_string() == port);
        let is_name = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        // Other signs are written otherwise in its `href`.
        let is_auth = |auth: &str| auth.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!*:".contains(c));
        let has_server = is_name && host.len() <= LONGEST_HOST && scheme != "javascript";
        (has_server && port.is_none_or(is_port) && auth.is_none_or(is_auth)).then_some(Self {
            scheme,
            auth,
            host,
            port,
            path,
        })
    }

    fn object(&self, m: &mut Machine<'_>, parsed: bool) -> Value {
        let id = m.plain();
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        let (protocol, host) = (format!("{}:", self.scheme), format!("{}{port}", self.host));
        let path = if self.path.is_empty() && ROOTED.contains(&self.scheme) { "/" } else { self.path };
        let auth = self.auth.map_or_else(String::new, |auth| format!("{auth}@"));
        let href = format!("{protocol}//{auth}{host}{path}");
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
            ("href", Some(&*href)),
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

/// The URL of a file, where its path is in it as it is.
pub(super) fn file_url(path: &str) -> Option<String> {
    is_plain(path).then(|| format!("file://{path}"))
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

/// `new URL(..)`.
pub(super) fn new_url(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    Ok(match read_url(m, c)? {
        Some(Ok(url)) => url_object(m, &url),
        Some(Err(_)) => {
            m.bad_argument_of_node("TypeError", "Invalid URL", "ERR_INVALID_URL", c.at)?;
            UNKNOWN
        }
        None => UNKNOWN,
    })
}

/// The URL that an argument names, perhaps as seen from that of the next; nothing where that is not known.
fn read_url(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<Result<Url, ParseError>>, Abrupt> {
    let has_base = c.args.len() > 1 && c.arg(1) != Value::Undefined;
    let Some(to) = m.text_by_code(c.arg(0), c.at)? else { return Ok(None) };
    let base = if has_base { m.text_by_code(c.arg(1), c.at)? } else { None };
    let (to, base) = (m.str(to), base.map(|base| m.str(base)));
    let is_plain = |text: &str| text.is_ascii() && text.len() <= LONGEST;
    if has_base && base.is_none() || !is_plain(&to) || base.as_deref().is_some_and(|base| !is_plain(base)) {
        return Ok(None);
    }
    Ok(Some(match base {
        Some(base) => Url::parse(&base).and_then(|base| base.join(&to)),
        None => Url::parse(&to),
    }))
}

/// `URL.canParse(..)`.
pub(super) fn can_parse(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    Ok(read_url(m, c)?.map_or(UNKNOWN, |read| Value::Bool(read.is_ok())))
}

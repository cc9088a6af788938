//! The `path` builtin.

use super::Machine;
use super::value::{Call, Native, R, Slot, UNKNOWN, Value};

pub(super) const PATH: &[(&str, Native)] = &[
    ("join", |m, c| {
        paths(m, c, |parts| {
            Some(kept(&parts.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join("/")))
        })
    }),
    ("resolve", |m, c| {
        paths(m, c, |parts| {
            let mut out = String::new();
            for part in parts.iter().rev() {
                out = if out.is_empty() { part.clone() } else { format!("{part}/{out}") };
                if part.starts_with('/') {
                    break;
                }
            }
            Some(if out.starts_with('/') { normal(&out) } else { normal(&format!("/var/task/{out}")) })
        })
    }),
    ("normalize", |m, c| paths(m, c, |parts| Some(kept(parts.first()?)))),
    ("dirname", |m, c| {
        paths(m, c, |parts| {
            let path = parts.first()?;
            Some(match path.trim_end_matches('/').rsplit_once('/') {
                _ if !path.is_empty() && path.bytes().all(|byte| byte == b'/') => "/".into(),
                Some(("", _)) => "/".into(),
                Some((folder, _)) => folder.into(),
                None => ".".into(),
            })
        })
    }),
    ("basename", |m, c| {
        let given = if c.arg(1) == Value::Undefined { 1 } else { 2 };
        let c = &Call { this: c.this, args: c.args.get(..given).unwrap_or(c.args), data: c.data, at: c.at };
        paths(m, c, |parts| {
            let name = parts.first()?.trim_end_matches('/').rsplit('/').next()?.to_owned();
            Some(parts.get(1).and_then(|end| name.strip_suffix(end.as_str())).map_or(name.clone(), str::to_owned))
        })
    }),
    ("extname", |m, c| {
        paths(m, c, |parts| {
            let name = parts.first()?.trim_end_matches('/').rsplit('/').next()?;
            Some(
                name.rfind('.')
                    .filter(|at| *at > 0 && name != "..")
                    .map_or_else(String::new, |at| name[at..].to_owned()),
            )
        })
    }),
    ("parse", |m, c| {
        let Value::Str(text) = c.arg(0) else { return Ok(UNKNOWN) };
        let path = m.str(text);
        // What ends with a slash, or begins with several, is taken apart in ways of its own.
        if path.is_empty() || path.contains("//") || path.len() > 1 && path.ends_with('/') || &*path == "/" {
            return Ok(UNKNOWN);
        }
        let root = if path.starts_with('/') { "/" } else { "" };
        let (folder, base) = path.rsplit_once('/').unwrap_or(("", &path));
        let folder = if folder.is_empty() { root } else { folder };
        let dot = base.rfind('.').filter(|at| *at > 0 && base != "..");
        let (name, ext) = dot.map_or((base, ""), |at| base.split_at(at));
        let id = m.plain();
        for (key, part) in [("root", root), ("dir", folder), ("base", base), ("ext", ext), ("name", name)] {
            let (key, part) = (m.atom(key), m.string(part));
            m.put(id, key, part);
        }
        Ok(Value::Obj(id))
    }),
    ("format", |m, c| {
        let Value::Obj(id) = c.arg(0) else { return Ok(UNKNOWN) };
        if m.object(id).open {
            return Ok(UNKNOWN);
        }
        let mut parts = Vec::new();
        for name in ["dir", "root", "base", "name", "ext"] {
            let key = m.atom(name);
            match m.get(c.arg(0), key)? {
                Value::Undefined => parts.push(String::new()),
                Value::Str(text) => parts.push(m.str(text).to_string()),
                _ => return Ok(UNKNOWN),
            }
        }
        let [folder, root, base, name, ext] = parts.as_slice() else { return Ok(UNKNOWN) };
        // Before Node.js 20 an extension needed its dot.
        if base.is_empty() && !ext.is_empty() && !ext.starts_with('.') {
            return Ok(UNKNOWN);
        }
        let base = if base.is_empty() { format!("{name}{ext}") } else { base.clone() };
        let text = match () {
            () if folder.is_empty() => format!("{root}{base}"),
            () if folder == root => format!("{folder}{base}"),
            () => format!("{folder}/{base}"),
        };
        Ok(m.string(&text))
    }),
    ("isAbsolute", |m, c| {
        Ok(match c.arg(0) {
            Value::Str(text) => Value::Bool(m.str(text).starts_with('/')),
            _ => UNKNOWN,
        })
    }),
    ("relative", |m, c| {
        paths(m, c, |parts| {
            let (from, to) = (resolved(parts.first()?), resolved(parts.get(1)?));
            let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let (from, to): (Vec<String>, Vec<String>) = (parts(&from), parts(&to));
            let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            let mut out = vec![".."; from.len() - same];
            out.extend(to[same..].iter().map(String::as_str));
            Some(out.join("/"))
        })
    }),
    ("parse", |m, c| {
        let Value::Str(text) = c.arg(0) else { return Ok(UNKNOWN) };
        let text = m.str(text);
        let base = text.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        let dir =
            text.trim_end_matches('/').rsplit_once('/').map_or("", |(dir, _)| if dir.is_empty() { "/" } else { dir });
        let dot = base.rfind('.').filter(|at| *at > 0).unwrap_or(base.len());
        let root = if text.starts_with('/') { "/" } else { "" };
        let id = m.plain();
        for (name, part) in
            [("root", root), ("dir", dir), ("base", base), ("ext", &base[dot..]), ("name", &base[..dot])]
        {
            let (key, part) = (m.atom(name), m.string(part));
            m.object_mut(id).props.set(key, Slot::Value(part), None);
        }
        Ok(Value::Obj(id))
    }),
];

fn paths(m: &mut Machine<'_>, c: &Call<'_>, make: fn(&[String]) -> Option<String>) -> R {
    let mut parts = Vec::new();
    for arg in c.args {
        match arg {
            Value::Str(text) => parts.push(m.str(*text).to_string()),
            Value::Undefined | Value::Null | Value::Num(_) | Value::Bool(_) => {
                m.wrong_type("The \"path\" argument must be of type string", c.at)?;
                return Ok(UNKNOWN);
            }
            _ => return Ok(UNKNOWN),
        }
    }
    Ok(match make(&parts) {
        Some(text) => m.string(&text),
        None => UNKNOWN,
    })
}

/// Likewise, from the folder of the function where it says nothing else.
fn resolved(path: &str) -> String {
    if path.starts_with('/') { normal(path) } else { normal(&format!("/var/task/{path}")) }
}

/// A normal path that ends in a slash where it did before.
fn kept(path: &str) -> String {
    let normal = normal(path);
    if path.ends_with('/') && !normal.ends_with('/') { format!("{normal}/") } else { normal }
}

/// A path without `.`, `..` and double slashes.
pub(super) fn normal(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut out: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if out.last().is_some_and(|last| *last != "..") => {
                out.pop();
            }
            ".." if absolute => {}
            other => out.push(other),
        }
    }
    let joined = out.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

//! `URL` and `URLSearchParams`, by the standard that Node follows as well.

use url::Url;
use url::form_urlencoded::{Serializer, parse};
use url::quirks;

use super::Machine;
use super::tables::{Table, elements, fill, list};
use super::value::{Abrupt, Call, Kind, ObjId, R, Slot, UNKNOWN, Value};
use super::views::member;

/// The pairs of a query, one array each; the URL whose query they are; the query of a URL.
const PAIRS: &str = "@@pairs";
const OWNER: &str = "@@owner";
const PARAMS: &str = "@@params";
/// Most pairs of a query that are followed.
const MOST_PAIRS: usize = 1_000;

pub(super) const FUNCTIONS: Table = &[("new URLSearchParams", make)];

type Read = fn(&Url) -> String;
type Write = fn(&mut Url, &str);

/// Parts of a URL that are read and set as texts. What cannot be set stays as it is.
const PARTS: &[(&str, Read, Option<Write>)] = &[
    ("origin", |url| quirks::origin(url), None),
    ("protocol", |url| quirks::protocol(url).to_owned(), Some(|url, to| _ = quirks::set_protocol(url, to))),
    ("username", |url| quirks::username(url).to_owned(), Some(|url, to| _ = quirks::set_username(url, to))),
    ("password", |url| quirks::password(url).to_owned(), Some(|url, to| _ = quirks::set_password(url, to))),
    ("host", |url| quirks::host(url).to_owned(), Some(|url, to| _ = quirks::set_host(url, to))),
    ("hostname", |url| quirks::hostname(url).to_owned(), Some(|url, to| _ = quirks::set_hostname(url, to))),
    ("port", |url| quirks::port(url).to_owned(), Some(|url, to| _ = quirks::set_port(url, to))),
    ("pathname", |url| quirks::pathname(url).to_owned(), Some(quirks::set_pathname)),
    ("search", |url| quirks::search(url).to_owned(), Some(quirks::set_search)),
    ("hash", |url| quirks::hash(url).to_owned(), Some(quirks::set_hash)),
];

/// Makes the prototypes.
pub(super) fn install(m: &mut Machine<'_>) {
    let Value::Obj(proto) = m.proto("URL") else { return };
    for (at, (name, _, write)) in PARTS.iter().enumerate() {
        let getter = m.native(get_part, Value::Num(at as f64));
        let setter = write.map_or(Value::Undefined, |_| m.native(set_part, Value::Num(at as f64)));
        let key = m.atom(name);
        m.object_mut(proto).props.set(key, Slot::Accessor(getter, setter), Some(false));
    }
    let params = m.native(params_of, Value::Undefined);
    let key = m.atom("searchParams");
    m.object_mut(proto).props.set(key, Slot::Accessor(params, Value::Undefined), Some(false));
    fill(m, proto, &[("toString", href), ("toJSON", href)]);
    let Value::Obj(proto) = m.proto("URLSearchParams") else { return };
    fill(m, proto, METHODS);
    let class = Value::Unknown(m.atom("URLSearchParams"));
    m.define(proto, "constructor", class);
    let size =
        m.native(|m, c| Ok(pairs(m, c.this).map_or(UNKNOWN, |pairs| Value::Num(pairs.len() as f64))), Value::Undefined);
    let key = m.atom("size");
    m.object_mut(proto).props.set(key, Slot::Accessor(size, Value::Undefined), Some(false));
}

fn href(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
    Ok(member(m, id, "href").unwrap_or(UNKNOWN))
}

fn url_of(m: &mut Machine<'_>, value: Value) -> Option<(ObjId, Url)> {
    let Value::Obj(id) = value else { return None };
    m.note_read(value);
    match member(m, id, "href") {
        Some(Value::Str(href)) => Url::parse(&m.str(href)).ok().map(|url| (id, url)),
        _ => None,
    }
}

fn get_part(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Some((_, url)), Value::Num(at)) = (url_of(m, c.this), c.data) else { return Ok(UNKNOWN) };
    Ok(PARTS.get(at as usize).map_or(UNKNOWN, |(_, read, _)| m.string(&read(&url))))
}

fn set_part(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Some((id, mut url)), Value::Num(at)) = (url_of(m, c.this), c.data) else { return Ok(UNKNOWN) };
    let text = m.text_by_code(c.arg(0), c.at)?;
    let (Some(text), Some((_, _, Some(write)))) = (text, PARTS.get(at as usize)) else {
        write_href(m, id, None);
        return Ok(Value::Undefined);
    };
    write(&mut url, &m.str(text));
    write_href(m, id, Some(&url));
    if let Some(Value::Obj(params)) = member(m, id, PARAMS) {
        let pairs = read_query(url.query().unwrap_or_default());
        keep(m, params, Some(pairs));
    }
    Ok(Value::Undefined)
}

fn write_href(m: &mut Machine<'_>, id: ObjId, url: Option<&Url>) {
    let is_sure = m.doubt <= u32::from(m.object(id).doubt);
    m.note_written(id, is_sure);
    let href = url.filter(|_| is_sure).map_or(UNKNOWN, |url| m.string(url.as_str()));
    m.define(id, "href", href);
}

/// The object of a URL.
pub(super) fn url_object(m: &mut Machine<'_>, url: &Url) -> Value {
    let proto = m.proto("URL");
    let id = m.alloc(Kind::Plain, proto);
    let href = m.string(url.as_str());
    m.define(id, "href", href);
    m.object_mut(id).open = true;
    Value::Obj(id)
}

/// `url.searchParams`, which is made when it is first asked for.
fn params_of(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some((id, url)) = url_of(m, c.this) else { return Ok(UNKNOWN) };
    if let Some(known) = member(m, id, PARAMS) {
        return Ok(known);
    }
    let pairs = read_query(url.query().unwrap_or_default());
    let params = params_object(m, pairs);
    if let Value::Obj(params) = params {
        m.define(params, OWNER, c.this);
        m.define(id, PARAMS, Value::Obj(params));
    }
    Ok(params)
}

type Pairs = Vec<(String, String)>;

fn read_query(query: &str) -> Pairs {
    parse(query.as_bytes()).into_owned().collect()
}

fn written(pairs: &Pairs) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn params_object(m: &mut Machine<'_>, pairs: Pairs) -> Value {
    let proto = m.proto("URLSearchParams");
    let id = m.alloc(Kind::Plain, proto);
    m.object_mut(id).name = m.atom("URLSearchParams()");
    m.object_mut(id).open = true;
    keep(m, id, Some(pairs));
    Value::Obj(id)
}

/// Keeps the pairs of a query; nothing stands for some that are not known.
fn keep(m: &mut Machine<'_>, id: ObjId, pairs: Option<Pairs>) {
    let is_sure = m.doubt <= u32::from(m.object(id).doubt);
    let pairs = pairs.filter(|pairs| is_sure && pairs.len() <= MOST_PAIRS);
    let kept = pairs.map_or(UNKNOWN, |pairs| {
        let texts = pairs.iter().flat_map(|(name, value)| [m.string(name), m.string(value)]).collect();
        m.array(texts)
    });
    m.define(id, PAIRS, kept);
}

fn pairs(m: &mut Machine<'_>, value: Value) -> Option<Pairs> {
    let Value::Obj(id) = value else { return None };
    m.note_read(value);
    let kept = member(m, id, PAIRS)?;
    let texts: Option<Vec<String>> = elements(m, kept)?
        .iter()
        .map(|text| match text {
            Value::Str(text) => Some(m.str(*text).to_string()),
            _ => None,
        })
        .collect();
    Some(texts?.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
}

/// Changes the pairs of a query, and with them the URL that they belong to.
fn change(m: &mut Machine<'_>, c: &Call<'_>, change: impl FnOnce(&mut Pairs)) -> R {
    let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
    let changed = pairs(m, c.this).map(|mut pairs| {
        change(&mut pairs);
        pairs
    });
    let owner = member(m, id, OWNER);
    if let Some(owner) = owner
        && let Some((owner, mut url)) = url_of(m, owner)
    {
        if let Some(changed) = &changed {
            let query = written(changed);
            url.set_query((!query.is_empty()).then_some(&*query));
        }
        write_href(m, owner, changed.is_some().then_some(&url));
    }
    keep(m, id, changed);
    Ok(Value::Undefined)
}

fn make(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some(pairs) = given(m, c)? else { return Ok(UNKNOWN) };
    Ok(params_object(m, pairs))
}

/// The pairs that a query is made of.
fn given(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<Pairs>, Abrupt> {
    let id = match c.arg(0) {
        Value::Undefined => return Ok(Some(Pairs::new())),
        Value::Obj(id) => id,
        other => {
            let Some(text) = m.coerce_text(other) else { return Ok(None) };
            let text = m.str(text);
            return Ok(Some(read_query(text.strip_prefix('?').unwrap_or(&text))));
        }
    };
    if let Some(pairs) = pairs(m, c.arg(0)) {
        return Ok(Some(pairs));
    }
    let mut made = Pairs::new();
    let is_list = matches!(m.object(id).kind, Kind::Array(_) | Kind::Map(_));
    if is_list {
        let Some(items) = m.iterate(c.arg(0))? else { return Ok(None) };
        for item in items {
            let pair = list(m, item);
            let Some(pair) = pair.filter(|pair| pair.len() == 2) else {
                if item.is_primitive()
                    || matches!(item, Value::Obj(id) if matches!(m.object(id).kind, Kind::Array(_)) && !m.object(id).open)
                {
                    let message = "Each query pair must be an iterable [name, value] tuple";
                    m.bad_argument_of_node("TypeError", message, "ERR_INVALID_TUPLE", c.at)?;
                }
                return Ok(None);
            };
            let (Some(name), Some(value)) = (m.text_by_code(pair[0], c.at)?, m.text_by_code(pair[1], c.at)?) else {
                return Ok(None);
            };
            made.push((m.str(name).to_string(), m.str(value).to_string()));
        }
        return Ok(Some(made));
    }
    if !matches!(m.object(id).kind, Kind::Plain) || m.object(id).open {
        return Ok(None);
    }
    let Some(keys) = m.own_keys(c.arg(0), false) else { return Ok(None) };
    for key in keys {
        let value = m.get(c.arg(0), key)?;
        let Some(value) = m.text_by_code(value, c.at)? else { return Ok(None) };
        made.push((m.str(key).to_string(), m.str(value).to_string()));
    }
    Ok(Some(made))
}

/// The texts of the first two arguments.
fn texts(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<(String, String)>, Abrupt> {
    let (Some(name), Some(value)) = (m.text_by_code(c.arg(0), c.at)?, m.text_by_code(c.arg(1), c.at)?) else {
        return Ok(None);
    };
    Ok(Some((m.str(name).to_string(), m.str(value).to_string())))
}

fn forget(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    if let Value::Obj(id) = c.this {
        keep(m, id, None);
        if let Some(Value::Obj(owner)) = member(m, id, OWNER) {
            write_href(m, owner, None);
        }
    }
    Ok(UNKNOWN)
}

const METHODS: Table = &[
    ("append", |m, c| match texts(m, c)? {
        Some(pair) => change(m, c, |pairs| pairs.push(pair)),
        None => forget(m, c),
    }),
    ("set", |m, c| match texts(m, c)? {
        Some((name, value)) => change(m, c, |pairs| {
            let first = pairs.iter().position(|(known, _)| *known == name);
            match first.and_then(|at| pairs.get_mut(at)) {
                Some(pair) => pair.1 = value,
                None => pairs.push((name.clone(), value)),
            }
            let mut at = 0;
            pairs.retain(|(known, _)| {
                at += 1;
                *known != name || first.is_none_or(|first| first == at - 1)
            });
        }),
        None => forget(m, c),
    }),
    ("delete", |m, c| match (texts(m, c)?, c.args.len()) {
        (Some((name, _)), 1) => change(m, c, |pairs| pairs.retain(|(known, _)| *known != name)),
        _ => forget(m, c),
    }),
    ("sort", |m, c| change(m, c, |pairs| pairs.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16())))),
    ("get", |m, c| {
        let (Some((name, _)), Some(pairs)) = (texts(m, c)?, pairs(m, c.this)) else { return Ok(UNKNOWN) };
        let found = pairs.into_iter().find(|(known, _)| *known == name);
        Ok(found.map_or(Value::Null, |(_, value)| m.string(&value)))
    }),
    ("getAll", |m, c| {
        let (Some((name, _)), Some(pairs)) = (texts(m, c)?, pairs(m, c.this)) else { return Ok(UNKNOWN) };
        let found = pairs.into_iter().filter(|(known, _)| *known == name);
        let found = found.map(|(_, value)| m.string(&value)).collect();
        Ok(m.array(found))
    }),
    ("has", |m, c| {
        let (Some((name, _)), Some(pairs), 1) = (texts(m, c)?, pairs(m, c.this), c.args.len()) else {
            return Ok(UNKNOWN);
        };
        Ok(Value::Bool(pairs.iter().any(|(known, _)| *known == name)))
    }),
    ("toString", |m, c| Ok(pairs(m, c.this).map_or(UNKNOWN, |pairs| m.string(&written(&pairs))))),
    ("forEach", |m, c| {
        let Some(pairs) = pairs(m, c.this) else { return Ok(UNKNOWN) };
        for (name, value) in pairs {
            let (name, value) = (m.string(&name), m.string(&value));
            m.call_at(c.arg(0), c.arg(1), &[value, name, c.this], c.at)?;
        }
        Ok(Value::Undefined)
    }),
    ("keys", |m, c| walk(m, c, |m, (name, _)| m.string(&name))),
    ("values", |m, c| walk(m, c, |m, (_, value)| m.string(&value))),
    ("entries", |m, c| walk(m, c, entry)),
    ("@@iterator", |m, c| walk(m, c, entry)),
];

fn entry(m: &mut Machine<'_>, (name, value): (String, String)) -> Value {
    let pair = vec![m.string(&name), m.string(&value)];
    m.array(pair)
}

fn walk(m: &mut Machine<'_>, c: &Call<'_>, give: fn(&mut Machine<'_>, (String, String)) -> Value) -> R {
    let Some(pairs) = pairs(m, c.this) else { return Ok(UNKNOWN) };
    let items = pairs.into_iter().map(|pair| give(m, pair)).collect();
    Ok(m.walker(items))
}

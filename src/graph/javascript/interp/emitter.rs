//! The `events` builtin: what is emitted at load reaches who listens.

use super::Machine;
use super::tables::fill;
use super::value::{Abrupt, Call, Kind, Native, ObjId, R, Slot, UNKNOWN, Value};

/// Most listeners of one emitter that are known.
const MOST_LISTENERS: usize = 200;
/// A hidden list of an emitter: event, listener and whether it is told only once, one after the other.
const LISTENERS: &str = "@@listeners";

const PROTOTYPE: &[(&str, Native)] = &[
    ("on", |m, c| listen(m, c, false, false)),
    ("addListener", |m, c| listen(m, c, false, false)),
    ("once", |m, c| listen(m, c, true, false)),
    ("prependListener", |m, c| listen(m, c, false, true)),
    ("prependOnceListener", |m, c| listen(m, c, true, true)),
    ("off", forget),
    ("removeListener", forget),
    ("removeAllListeners", |m, c| {
        let event = c.arg(0);
        let all = !matches!(event, Value::Str(_) | Value::Sym(_));
        change(m, c.this, |listeners| listeners.retain(|known| !all && known[0] != event));
        Ok(c.this)
    }),
    ("emit", emit),
    ("setMaxListeners", |_, c| Ok(c.this)),
    ("getMaxListeners", |_, _| Ok(Value::Num(10.0))),
    ("listenerCount", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
        if c.args.len() != 1 || is_vague(m, id) {
            return Ok(UNKNOWN);
        }
        let count = listeners(m, id).into_iter().filter(|known| known[0] == c.arg(0)).count();
        Ok(Value::Num(count as f64))
    }),
    ("listeners", |_, _| Ok(UNKNOWN)),
    ("rawListeners", |_, _| Ok(UNKNOWN)),
    ("eventNames", |_, _| Ok(UNKNOWN)),
];

/// What `require("events")` gives: the class, with itself as a member.
pub(super) fn builtin(m: &mut Machine<'_>) -> Value {
    let class = m.native(make, Value::Undefined);
    let Value::Obj(id) = class else { return UNKNOWN };
    let prototype = m.plain();
    fill(m, prototype, PROTOTYPE);
    m.define(prototype, "constructor", class);
    m.define(id, "prototype", Value::Obj(prototype));
    m.define(id, "EventEmitter", class);
    m.define(id, "defaultMaxListeners", Value::Num(10.0));
    let name = m.string("EventEmitter");
    m.define(id, "name", name);
    for symbol in ["errorMonitor", "captureRejectionSymbol"] {
        let value = Value::Sym(m.atom(&format!("@@{symbol}")));
        m.define(id, symbol, value);
    }
    let name = m.atom("events");
    m.object_mut(id).name = name;
    m.object_mut(id).open = true;
    m.protos.insert("EventEmitter", prototype);
    class
}

/// `new EventEmitter()`, and the same for an instance of a class that extends it.
fn make(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let id = match c.this {
        Value::Obj(id) => id,
        _ => {
            let proto = m.proto("EventEmitter");
            m.alloc(Kind::Plain, proto)
        }
    };
    m.object_mut(id).open = true;
    Ok(Value::Obj(id))
}

fn listeners(m: &mut Machine<'_>, id: ObjId) -> Vec<[Value; 3]> {
    let key = m.atom(LISTENERS);
    let all = match m.object(id).props.get(key) {
        Some(Slot::Value(Value::Obj(all))) => match &m.object(all).kind {
            Kind::Array(items) => items.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    all.chunks_exact(3).map(|known| [known[0], known[1], known[2]]).collect()
}

fn change(m: &mut Machine<'_>, emitter: Value, change: impl FnOnce(&mut Vec<[Value; 3]>)) {
    let Value::Obj(id) = emitter else { return };
    let mut all = listeners(m, id);
    change(&mut all);
    let vague = is_vague(m, id) || m.doubt > u32::from(m.object(id).doubt);
    let all = m.array(all.into_iter().flatten().collect());
    if let (true, Value::Obj(all)) = (vague, all) {
        m.object_mut(all).open = true;
    }
    m.define(id, LISTENERS, all);
}

fn listen(m: &mut Machine<'_>, c: &Call<'_>, once: bool, first: bool) -> R {
    let (event, listener) = (c.arg(0), c.arg(1));
    if listener.is_primitive() {
        m.wrong_type("The \"listener\" argument must be of type function", c.at)?;
    }
    if matches!(event, Value::Str(_) | Value::Sym(_)) && m.callable(listener) {
        change(m, c.this, |listeners| {
            if listeners.len() < MOST_LISTENERS {
                let at = if first { 0 } else { listeners.len() };
                listeners.insert(at, [event, listener, Value::Bool(once)]);
            }
        });
    } else {
        change(m, c.this, |_| ());
        let key = m.atom(LISTENERS);
        if let Value::Obj(id) = c.this
            && let Some(Slot::Value(Value::Obj(all))) = m.object(id).props.get(key)
        {
            m.object_mut(all).open = true;
        }
    }
    Ok(c.this)
}

fn forget(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (event, listener) = (c.arg(0), c.arg(1));
    change(m, c.this, |listeners| {
        if let Some(at) = listeners.iter().rposition(|known| known[0] == event && known[1] == listener) {
            listeners.remove(at);
        }
    });
    Ok(c.this)
}

/// An event that nobody listens to. An error is thrown then.
fn unheard(m: &mut Machine<'_>, c: &Call<'_>, id: ObjId) -> R {
    let Value::Str(event) = c.arg(0) else { return Ok(UNKNOWN) };
    if is_vague(m, id) {
        m.may_throw();
        return Ok(UNKNOWN);
    }
    if &*m.str(event) != "error" {
        return Ok(Value::Bool(false));
    }
    m.note_read(c.this);
    match c.arg(1) {
        Value::Obj(error) if m.is_error(error) && m.is_computed(m.reading()) => {
            m.thrown(c.arg(1), c.at);
            Err(Abrupt::Throw(c.arg(1)))
        }
        _ => {
            m.may_throw();
            Ok(UNKNOWN)
        }
    }
}

/// Whether an emitter may have listeners that are not known: it was given some where that is not sure, or is no emitter
/// that was made here.
fn is_vague(m: &mut Machine<'_>, id: ObjId) -> bool {
    let key = m.atom(LISTENERS);
    match m.object(id).props.get(key) {
        None => m.proto("EventEmitter") == Value::Null,
        Some(Slot::Value(Value::Obj(all))) => m.object(all).open,
        _ => true,
    }
}

fn emit(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Value::Obj(id), event) = (c.this, c.arg(0)) else { return Ok(UNKNOWN) };
    let told: Vec<[Value; 3]> = listeners(m, id).into_iter().filter(|known| known[0] == event).collect();
    if told.is_empty() {
        return unheard(m, c, id);
    }
    // Who is told only once is taken off before, so that an event within the event does not reach it again.
    change(m, c.this, |listeners| listeners.retain(|known| known[0] != event || known[2] != Value::Bool(true)));
    for [_, listener, _] in told {
        m.call_at(listener, c.this, c.args.get(1..).unwrap_or(&[]), c.at)?;
    }
    Ok(Value::Bool(true))
}

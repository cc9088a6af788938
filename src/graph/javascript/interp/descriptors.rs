//! Property descriptors: what `Object.defineProperty` and its kin do.

use super::Machine;
use super::value::{Abrupt, At, Kind, NO_MODULE, R, Slot, UNKNOWN, Value};

/// `Object.getOwnPropertyDescriptor(object, key)`.
pub(super) fn descriptor(m: &mut Machine<'_>, object: Value, key: Value) -> R {
    let (Value::Obj(id), Some(key)) = (object, m.coerce_key(key)) else { return Ok(UNKNOWN) };
    let id = match m.object(id).kind {
        Kind::Proxy(Value::Obj(target), _) => target,
        _ => id,
    };
    let out = m.plain();
    let mut enumerable = true;
    let mut configurable = configurable(m, id, key);
    match m.object(id).props.get(key) {
        Some(Slot::Value(value)) => {
            let value = m.live(value);
            m.define(out, "value", value);
            // A function keeps its prototype, whatever that is.
            let made = m.has_made(id, key).filter(|made| made.name == "prototype");
            let writable = match made {
                Some(made) if !made.is_writable => Value::Bool(false),
                _ => writable(m, id, key),
            };
            if made.is_some() {
                configurable = Value::Bool(false);
            }
            m.define(out, "writable", writable);
            enumerable = m.object(id).props.is_enumerable(key);
        }
        Some(Slot::Accessor(get, set)) => {
            m.define(out, "get", get);
            m.define(out, "set", set);
            enumerable = m.object(id).props.is_enumerable(key);
        }
        None => match (m.has_made(id, key), m.get_quiet(object, key)) {
            (Some(made), _) => {
                let value = m.get(object, key)?;
                m.define(out, "value", value);
                m.define(out, "writable", Value::Bool(made.is_writable));
                enumerable = false;
                configurable = Value::Bool(!made.is_pinned);
            }
            // Of what the language brings, not all is here.
            _ if m.object(id).made_by == NO_MODULE => return Ok(UNKNOWN),
            (None, Value::Undefined) => return Ok(if m.object(id).open { UNKNOWN } else { Value::Undefined }),
            _ if matches!(m.object(id).kind, Kind::Array(_) | Kind::Namespace(_)) => {
                let value = m.get(object, key)?;
                m.define(out, "value", value);
                let writable = writable(m, id, key);
                m.define(out, "writable", writable);
                if matches!(m.object(id).kind, Kind::Namespace(_)) {
                    configurable = Value::Bool(false);
                } else if &*m.str(key) == "length" {
                    (enumerable, configurable) = (false, Value::Bool(false));
                }
            }
            _ => return Ok(Value::Undefined),
        },
    }
    m.define(out, "enumerable", Value::Bool(enumerable));
    m.define(out, "configurable", configurable);
    Ok(Value::Obj(out))
}

/// Whether a property can be set.
fn writable(m: &Machine<'_>, id: u32, key: u32) -> Value {
    let frozen = m.integrity.get(&id).is_some_and(|integrity| integrity.frozen);
    match m.object(id).made_by {
        // Some that the language brings can, and some cannot.
        NO_MODULE => UNKNOWN,
        _ => Value::Bool(!frozen && !m.constants.contains(&(id, key))),
    }
}

/// Whether a property can be deleted or defined anew.
fn configurable(m: &Machine<'_>, id: u32, key: u32) -> Value {
    match m.integrity.get(&id) {
        Some(integrity) if integrity.sealed => Value::Bool(false),
        _ if m.object(id).made_by == NO_MODULE => UNKNOWN,
        _ => Value::Bool(!m.pinned.contains(&(id, key))),
    }
}

/// `Object.getOwnPropertyDescriptors(object)`, which helpers of compilers spread objects with.
pub(super) fn descriptors(m: &mut Machine<'_>, object: Value) -> R {
    let Some(keys) = m.own_keys(object, true) else { return Ok(UNKNOWN) };
    let out = m.plain();
    for key in keys {
        let found = descriptor(m, object, Value::Str(key))?;
        m.put(out, key, found);
    }
    if let Value::Obj(id) = object {
        m.object_mut(out).open = m.object(id).open;
    }
    Ok(Value::Obj(out))
}

/// A descriptor that is none.
pub(super) fn refuse_descriptor(m: &mut Machine<'_>, descriptor: Value, at: At) -> Result<(), Abrupt> {
    let Value::Obj(id) = descriptor else {
        if matches!(descriptor, Value::Unknown(_) | Value::Import(_)) {
            return Ok(());
        }
        return m.bad_argument("TypeError", "Property description must be an object", at);
    };
    if m.object(id).open || !matches!(m.object(id).kind, Kind::Plain) {
        return Ok(());
    }
    m.note_read(descriptor);
    let mut own = |name: &str| {
        let key = m.atom(name);
        match m.object(id).props.get(key) {
            Some(Slot::Value(value)) => Some(value),
            _ => None,
        }
    };
    let accessors = [own("get"), own("set")];
    let is_value = own("value").is_some() || own("writable").is_some();
    for accessor in accessors.into_iter().flatten() {
        let is_known = !matches!(accessor, Value::Unknown(_) | Value::Import(_) | Value::Undefined);
        if is_known && !m.callable(accessor) && !matches!(accessor, Value::Obj(_)) {
            return m.bad_argument("TypeError", "Getters and setters must be functions", at);
        }
    }
    if is_value && accessors.into_iter().flatten().next().is_some() {
        let message = "Invalid property descriptor. Cannot both specify accessors and a value or writable attribute";
        return m.bad_argument("TypeError", message, at);
    }
    Ok(())
}

pub(super) fn define_one(m: &mut Machine<'_>, target: Value, key: u32, descriptor: Value) -> Result<(), Abrupt> {
    let Value::Obj(mut id) = target else {
        return Ok(());
    };
    if let Kind::Proxy(Value::Obj(inner), _) = m.object(id).kind {
        id = inner;
    }
    m.touch(id);
    let (get, set, value, enumerable) = (m.atom("get"), m.atom("set"), m.atom("value"), m.atom("enumerable"));
    // What a descriptor does not say stays as it is.
    let says =
        |name: u32| matches!(descriptor, Value::Obj(of) if m.object(of).open || m.object(of).props.get(name).is_some());
    if matches!(descriptor, Value::Obj(_)) && !says(get) && !says(set) && !says(value) {
        let lazy = m.atom("prototype") == key && matches!(m.object(id).kind, Kind::Closure(_));
        if lazy || m.object(id).props.get(key).is_some() || matches!(m.object(id).kind, Kind::Array(_)) {
            return fix_more(m, id, key, descriptor);
        }
    }
    let getter = m.get(descriptor, get)?;
    let enumerable = m.get(descriptor, enumerable)?;
    let enumerable = m.truth(enumerable).unwrap_or(true);
    let slot = match getter {
        Value::Obj(_) => Slot::Accessor(getter, m.get(descriptor, set)?),
        _ => Slot::Value(m.get(descriptor, value)?),
    };
    if let (Kind::Array(_), Slot::Value(value)) = (&m.object(id).kind, slot) {
        return m.set(Value::Obj(id), key, value);
    }
    let sure = m.doubt <= u32::from(m.object(id).doubt);
    m.note_written(id, sure);
    fix_property(m, id, key, descriptor, slot)?;
    m.object_mut(id).props.set(key, slot, Some(enumerable));
    Ok(())
}

/// Notes what a descriptor takes from a property that is there, whose value it does not say.
fn fix_more(m: &mut Machine<'_>, id: u32, key: u32, descriptor: Value) -> Result<(), Abrupt> {
    let [writable, configurable] = ["writable", "configurable"].map(|name| m.atom(name));
    let (writable, configurable) = (m.get(descriptor, writable)?, m.get(descriptor, configurable)?);
    let sure = m.doubt <= u32::from(m.object(id).doubt);
    m.note_written(id, sure);
    if m.doubt == 0 && writable == Value::Bool(false) {
        m.constants.insert((id, key));
    }
    if m.doubt == 0 && configurable == Value::Bool(false) {
        m.pinned.insert((id, key));
    }
    Ok(())
}

/// Notes whether a property that is defined can be set later.
fn fix_property(m: &mut Machine<'_>, id: u32, key: u32, descriptor: Value, slot: Slot) -> Result<(), Abrupt> {
    let made = m.has_made(id, key).filter(|_| m.object(id).props.get(key).is_none());
    let is_new = m.object(id).props.get(key).is_none() && made.is_none();
    let writable = m.atom("writable");
    let writable = m.get(descriptor, writable)?;
    let plain = matches!(descriptor, Value::Obj(of) if !m.object(of).open);
    let fixed = matches!(slot, Slot::Value(_)) && plain && matches!(writable, Value::Undefined | Value::Bool(false));
    let stays_fixed = made.is_some_and(|made| !made.is_writable);
    if fixed && m.doubt == 0 && (is_new || stays_fixed || writable == Value::Bool(false)) {
        m.constants.insert((id, key));
    } else if !fixed && writable != Value::Undefined || matches!(slot, Slot::Accessor(..)) {
        m.constants.remove(&(id, key));
    }
    let configurable = m.atom("configurable");
    let configurable = m.get(descriptor, configurable)?;
    if plain && m.doubt == 0 && is_new && matches!(configurable, Value::Undefined | Value::Bool(false)) {
        m.pinned.insert((id, key));
    }
    Ok(())
}

/// `Object.defineProperties(target, table)`.
pub(super) fn define_all(m: &mut Machine<'_>, target: Value, table: Value) -> Result<(), Abrupt> {
    let keys = m.own_keys(table, false);
    let open = keys.is_none() || matches!(table, Value::Obj(id) if m.object(id).open);
    for key in keys.unwrap_or_default() {
        let descriptor = m.get(table, key)?;
        define_one(m, target, key, descriptor)?;
    }
    if let (true, Value::Obj(id)) = (open, target) {
        m.object_mut(id).open = true;
    }
    Ok(())
}

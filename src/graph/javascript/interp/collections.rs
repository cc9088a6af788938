//! Arrays.

use std::collections::BTreeSet;

use super::Machine;
use super::maps::{is_key, touched};
use super::tables::{Table, elements, list};
use super::value::{Abrupt, Call, Kind, R, UNKNOWN, Value};

pub(super) const ARRAY: Table = &[
    ("forEach", |m, c| each(m, c, |_, _, _, _| Ok(None), Value::Undefined)),
    ("map", |m, c| {
        calls_back(m, c)?;
        let holes = m.holes_of(c.this);
        let Some(items) = list(m, c.this) else { return each(m, c, |_, _, _, _| Ok(None), UNKNOWN) };
        let mut out = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            out.push(match holes.contains(&at) {
                true => Value::Undefined,
                false => m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?,
            });
        }
        let made = like(m, c, out);
        if !holes.is_empty() {
            m.has_holes(made, holes);
        }
        Ok(made)
    }),
    ("filter", |m, c| {
        calls_back(m, c)?;
        let Some(items) = list(m, c.this) else { return each(m, c, |_, _, _, _| Ok(None), UNKNOWN) };
        let holes = m.holes_of(c.this);
        let mut out = Vec::new();
        for (at, item) in items.into_iter().enumerate().filter(|(at, _)| !holes.contains(at)) {
            let kept = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?;
            match m.truth(kept) {
                Some(false) => {}
                Some(true) => out.push(item),
                None => {
                    m.read_doubtful();
                    out.push(item);
                }
            }
        }
        Ok(like(m, c, out))
    }),
    ("flatMap", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let holes = m.holes_of(c.this);
        let mut out = Vec::new();
        for (at, item) in items.into_iter().enumerate().filter(|(at, _)| !holes.contains(at)) {
            let part = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64)], c.at)?;
            match array(m, part) {
                Some(part) => out.extend(part),
                None => out.push(part),
            }
        }
        Ok(like(m, c, out))
    }),
    ("reduce", |m, c| reduce(m, c, false)),
    ("reduceRight", |m, c| reduce(m, c, true)),
    ("some", |m, c| {
        each(m, c, |m, _, value, _| Ok((m.truth(value) == Some(true)).then_some(Value::Bool(true))), Value::Bool(false))
    }),
    ("every", |m, c| {
        each(
            m,
            c,
            |m, _, value, _| Ok((m.truth(value) == Some(false)).then_some(Value::Bool(false))),
            Value::Bool(true),
        )
    }),
    ("find", |m, c| {
        each_place(m, c, |m, item, value, _| Ok((m.truth(value) == Some(true)).then_some(item)), Value::Undefined, true)
    }),
    ("findIndex", |m, c| {
        each_place(
            m,
            c,
            |m, _, value, at| Ok((m.truth(value) == Some(true)).then_some(Value::Num(at))),
            Value::Num(-1.0),
            true,
        )
    }),
    ("findLast", |m, c| Ok(find_last(m, c)?.map_or(UNKNOWN, |(_, item)| item))),
    ("findLastIndex", |m, c| Ok(find_last(m, c)?.map_or(UNKNOWN, |(at, _)| Value::Num(at)))),
    ("toSorted", |m, c| copy_changed(m, c, sort)),
    ("toReversed", |m, c| {
        copy_changed(m, c, |m, c| {
            if let Value::Obj(id) = c.this
                && let Kind::Array(items) = &mut m.object_mut(id).kind
            {
                items.reverse();
            }
            Ok(c.this)
        })
    }),
    ("toSpliced", |m, c| {
        copy_changed(m, c, |m, c| {
            let key = m.atom("splice");
            let method = m.get(c.this, key)?;
            m.call_at(method, c.this, c.args, c.at)
        })
    }),
    ("with", |m, c| {
        let (Some(mut items), Some(at)) = (list(m, c.this), m.number_of(c.arg(0), c.at)?) else { return Ok(UNKNOWN) };
        let at = if at.is_nan() { 0.0 } else { at.trunc() };
        let place = if at < 0.0 { at + items.len() as f64 } else { at };
        if place < 0.0 || place >= items.len() as f64 {
            m.bad_argument("RangeError", &format!("Invalid index : {at}"), c.at)?;
            return Ok(UNKNOWN);
        }
        m.leaves_holes_out(c.this);
        if let Some(slot) = items.get_mut(place as usize) {
            *slot = c.arg(1);
        }
        Ok(m.array(items))
    }),
    ("toString", |m, c| {
        let c = &Call { this: c.this, args: &[], data: c.data, at: c.at };
        joined(m, c)
    }),
    ("@@iterator", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        Ok(m.walker(items))
    }),
    ("push", |m, c| {
        changes(m, c)?;
        touched(m, c.this);
        if let Value::Obj(id) = c.this
            && let Kind::Array(items) = &mut m.object_mut(id).kind
            && items.len() < 200_000
        {
            items.extend_from_slice(c.args);
            return Ok(Value::Num(items.len() as f64));
        }
        Ok(UNKNOWN)
    }),
    ("unshift", |m, c| {
        changes(m, c)?;
        touched(m, c.this);
        if let Value::Obj(id) = c.this
            && let Kind::Array(items) = &mut m.object_mut(id).kind
            && items.len() < 20_000
        {
            items.splice(0..0, c.args.iter().copied());
            return Ok(Value::Num(items.len() as f64));
        }
        Ok(UNKNOWN)
    }),
    ("pop", |m, c| {
        changes(m, c)?;
        take(m, c.this, |items| items.pop())
    }),
    ("shift", |m, c| {
        changes(m, c)?;
        take(m, c.this, |items| (!items.is_empty()).then(|| items.remove(0)))
    }),
    ("slice", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        m.leaves_holes_out(c.this);
        let (from, to) = range(m, c, items.len());
        Ok(like(m, c, items.get(from..to.max(from)).unwrap_or(&[]).to_vec()))
    }),
    ("splice", |m, c| {
        let Some(mut items) = list(m, c.this) else { return Ok(UNKNOWN) };
        changes(m, c)?;
        let from = index(m.to_number(c.arg(0)).unwrap_or(0.0), items.len());
        let count = match c.args {
            [] => 0,
            [_] => items.len() - from,
            _ => match m.to_number(c.arg(1)) {
                Some(count) => (count.max(0.0) as usize).min(items.len() - from),
                None => {
                    m.go_astray();
                    items.len() - from
                }
            },
        };
        let removed = items.splice(from..from + count, c.args.iter().skip(2).copied()).collect();
        if let Value::Obj(id) = c.this {
            m.object_mut(id).kind = Kind::Array(items);
        }
        Ok(like(m, c, removed))
    }),
    ("concat", |m, c| {
        let items = array(m, c.this).or_else(|| list(m, c.this).map(|_| vec![c.this]));
        let Some(mut items) = items else { return Ok(UNKNOWN) };
        m.leaves_holes_out(c.this);
        for arg in c.args {
            m.leaves_holes_out(*arg);
            match array(m, *arg) {
                Some(more) => items.extend(more),
                None => items.push(*arg),
            }
        }
        Ok(like(m, c, items))
    }),
    ("join", joined),
    ("indexOf", |m, c| position(m, c).map(|at| at.map_or(UNKNOWN, Value::Num))),
    ("lastIndexOf", |m, c| {
        let Some(items) = list(m, c.this).filter(|_| c.args.len() < 2) else { return Ok(UNKNOWN) };
        m.leaves_holes_out(c.this);
        for (at, item) in items.iter().enumerate().rev() {
            match m.same(*item, c.arg(0)) {
                Some(true) => return Ok(Value::Num(at as f64)),
                Some(false) => {}
                None => return Ok(UNKNOWN),
            }
        }
        Ok(Value::Num(-1.0))
    }),
    ("includes", |m, c| {
        if matches!(c.arg(0), Value::Num(number) if number.is_nan()) {
            let Some(items) = list(m, c.this).filter(|_| c.args.len() < 2) else { return Ok(UNKNOWN) };
            let known = !items.iter().any(|item| matches!(item, Value::Unknown(_)));
            let found = items.iter().any(|item| matches!(item, Value::Num(number) if number.is_nan()));
            return Ok(if found || known { Value::Bool(found) } else { UNKNOWN });
        }
        position(m, c).map(|at| at.map_or(UNKNOWN, |at| Value::Bool(at >= 0.0)))
    }),
    ("copyWithin", |m, c| {
        changes(m, c)?;
        let (Some(mut items), Value::Obj(id)) = (list(m, c.this), c.this) else { return Ok(UNKNOWN) };
        let whole = |m: &Machine<'_>, value: Value| m.to_number(value).filter(|n| !n.is_nan()).unwrap_or(0.0);
        let to = index(whole(m, c.arg(0)), items.len());
        let from = index(whole(m, c.arg(1)), items.len());
        let end = if c.arg(2) == Value::Undefined { items.len() } else { index(whole(m, c.arg(2)), items.len()) };
        let part: Vec<Value> = items.get(from..end.max(from)).unwrap_or_default().to_vec();
        for (slot, item) in items.iter_mut().skip(to).zip(part) {
            *slot = item;
        }
        m.object_mut(id).kind = Kind::Array(items);
        Ok(c.this)
    }),
    ("reverse", |m, c| {
        changes(m, c)?;
        if let Value::Obj(id) = c.this
            && let Kind::Array(items) = &mut m.object_mut(id).kind
        {
            items.reverse();
        }
        Ok(c.this)
    }),
    ("fill", |m, c| {
        changes(m, c)?;
        if let (Some(mut items), Value::Obj(id)) = (list(m, c.this), c.this) {
            let first = index(m.to_number(c.arg(1)).filter(|n| !n.is_nan()).unwrap_or(0.0), items.len());
            let last = match c.arg(2) {
                Value::Num(last) => index(last, items.len()),
                _ => items.len(),
            };
            if first == 0 && last == items.len() {
                m.is_filled(id);
            }
            items.get_mut(first..last.max(first)).unwrap_or_default().fill(c.arg(0));
            m.object_mut(id).kind = Kind::Array(items);
        }
        Ok(c.this)
    }),
    ("sort", sort),
    ("flat", |m, c| {
        let Some(mut items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let depth = if c.arg(0) == Value::Undefined { Some(1.0) } else { m.to_number(c.arg(0)) };
        let Some(depth) = depth else { return Ok(UNKNOWN) };
        m.leaves_holes_out(c.this);
        for _ in 0..depth.clamp(0.0, DEEPEST_FLAT) as u32 {
            let mut out = Vec::new();
            for item in items {
                match array(m, item) {
                    Some(more) => out.extend(more),
                    None => out.push(item),
                }
            }
            items = out;
            if items.len() > MOST_FLAT {
                return Ok(UNKNOWN);
            }
        }
        Ok(m.array(items))
    }),
    ("at", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let at = m.to_number(c.arg(0)).unwrap_or(0.0).trunc();
        let at = if at < 0.0 { at + items.len() as f64 } else { at };
        Ok(if at < 0.0 { Value::Undefined } else { items.get(at as usize).copied().unwrap_or(Value::Undefined) })
    }),
    ("keys", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        Ok(m.walker((0..items.len()).map(|at| Value::Num(at as f64)).collect()))
    }),
    ("values", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        Ok(m.walker(items))
    }),
    ("entries", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let pairs =
            items.into_iter().enumerate().map(|(at, item)| m.array(vec![Value::Num(at as f64), item])).collect();
        Ok(m.walker(pairs))
    }),
];

/// The last element that what is called back says yes to, with its place; -1 stands for none.
fn find_last(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<(f64, Value)>, Abrupt> {
    calls_back(m, c)?;
    let Some(items) = list(m, c.this) else { return Ok(None) };
    for (at, item) in items.into_iter().enumerate().rev() {
        let kept = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?;
        match m.truth(kept) {
            Some(true) => return Ok(Some((at as f64, item))),
            Some(false) => {}
            None => return Ok(None),
        }
    }
    Ok(Some((-1.0, Value::Undefined)))
}

/// What a method that changes an array makes of a copy.
fn copy_changed(m: &mut Machine<'_>, c: &Call<'_>, change: fn(&mut Machine<'_>, &Call<'_>) -> R) -> R {
    let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
    m.leaves_holes_out(c.this);
    let copy = m.array(items);
    change(m, &Call { this: copy, args: c.args, data: c.data, at: c.at })?;
    Ok(copy)
}

/// `array.join(..)`.
fn joined(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
    let glue = match c.arg(0) {
        Value::Undefined => ",".to_owned(),
        other => match m.text_by_code(other, c.at)? {
            Some(text) => m.str(text).to_string(),
            None => return Ok(UNKNOWN),
        },
    };
    let mut parts = Vec::new();
    for item in items {
        match item {
            Value::Undefined | Value::Null => parts.push(String::new()),
            other => match m.text_by_code(other, c.at)? {
                Some(text) => parts.push(m.str(text).to_string()),
                None => return Ok(UNKNOWN),
            },
        }
    }
    Ok(m.string(&parts.join(&glue)))
}

/// How deep lists in lists are taken out: one may hold itself.
const DEEPEST_FLAT: f64 = 16.0;
/// Elements above which a list is not followed any further.
const MOST_FLAT: usize = 100_000;

/// The elements of an array; `arguments` are none.
fn array(m: &Machine<'_>, value: Value) -> Option<Vec<Value>> {
    list(m, value).filter(|_| !matches!(value, Value::Obj(id) if m.are_arguments(id)))
}

/// A new array for what was made of one: of the class of that one.
fn like(m: &mut Machine<'_>, c: &Call<'_>, items: Vec<Value>) -> Value {
    let made = m.array(items);
    if let (Value::Obj(of), Value::Obj(id)) = (c.this, made)
        && !m.are_arguments(of)
    {
        let proto = m.object(of).proto;
        m.object_mut(id).proto = proto;
    }
    made
}

type Judge = fn(&mut Machine<'_>, Value, Value, f64) -> Result<Option<Value>, Abrupt>;

/// What is called back has to be a function.
fn calls_back(m: &mut Machine<'_>, c: &Call<'_>) -> Result<(), Abrupt> {
    match c.arg(0) {
        Value::Obj(_) | Value::Unknown(_) | Value::Import(_) => Ok(()),
        other => {
            let shown = m.coerce_text(other).map(|text| m.str(text)).unwrap_or_else(|| "it".into());
            m.bad_argument("TypeError", &format!("{shown} is not a function"), c.at)
        }
    }
}

/// Changes an array, where it is not frozen.
fn changes(m: &mut Machine<'_>, c: &Call<'_>) -> Result<(), Abrupt> {
    if let Value::Obj(id) = c.this {
        m.moves_holes(id);
    }
    match c.this {
        Value::Obj(id) if m.integrity.get(&id).is_some_and(|integrity| integrity.frozen) => {
            m.mistake_as_written("TypeError", "Cannot change an array that is frozen", c.at)
        }
        _ => Ok(()),
    }
}

/// Calls back for each element; `judge` may end it.
fn each(m: &mut Machine<'_>, c: &Call<'_>, judge: Judge, otherwise: Value) -> R {
    each_place(m, c, judge, otherwise, false)
}

/// Likewise; `all` says that places which hold nothing are not left out.
fn each_place(m: &mut Machine<'_>, c: &Call<'_>, judge: Judge, otherwise: Value, all: bool) -> R {
    calls_back(m, c)?;
    let Some(items) = list(m, c.this) else {
        m.doubt += 1;
        let result = m.call_at(c.arg(0), c.arg(1), &[UNKNOWN, UNKNOWN, c.this], c.at);
        m.doubt -= 1;
        return match result {
            Err(Abrupt::Stop) => result,
            _ => Ok(if otherwise == Value::Undefined { otherwise } else { UNKNOWN }),
        };
    };
    let mut sure = true;
    let holes = if all { BTreeSet::new() } else { m.holes_of(c.this) };
    let before = items.len();
    for (at, item) in items.into_iter().enumerate().filter(|(at, _)| !holes.contains(at)) {
        if elements(m, c.this)
            .is_some_and(|items| items.len() != before || !items.get(at).is_some_and(|now| is_key(*now, item)))
        {
            // What it calls changes what it goes through.
            m.go_astray();
        }
        let value = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?;
        sure &= !matches!(value, Value::Unknown(_));
        if let Some(result) = judge(m, item, value, at as f64)? {
            return Ok(result);
        }
    }
    Ok(if sure || otherwise == Value::Undefined { otherwise } else { UNKNOWN })
}

fn reduce(m: &mut Machine<'_>, c: &Call<'_>, backwards: bool) -> R {
    let Some(mut items) = list(m, c.this) else {
        return m.call_at(c.arg(0), Value::Undefined, &[c.arg(1), UNKNOWN, UNKNOWN], c.at);
    };
    m.leaves_holes_out(c.this);
    let length = items.len();
    if backwards {
        items.reverse();
    }
    let mut items = items.into_iter();
    calls_back(m, c)?;
    if c.args.len() < 2 && items.len() == 0 {
        m.bad_argument("TypeError", "Reduce of empty array with no initial value", c.at)?;
    }
    let mut sum = if c.args.len() > 1 { c.arg(1) } else { items.next().unwrap_or(Value::Undefined) };
    let skipped = length - items.len();
    for (at, item) in items.enumerate() {
        let place = if backwards { length - 1 - skipped - at } else { skipped + at };
        sum = m.call_at(c.arg(0), Value::Undefined, &[sum, item, Value::Num(place as f64), c.this], c.at)?;
    }
    Ok(sum)
}

/// Puts an array in order where that is known.
fn sort(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some(mut items) = list(m, c.this) else { return Ok(c.this) };
    if let Value::Null | Value::Bool(_) | Value::Num(_) | Value::Str(_) = c.arg(0) {
        let message = "The comparison function must be either a function or undefined";
        m.bad_argument("TypeError", message, c.at)?;
    }
    changes(m, c)?;
    m.leaves_holes_out(c.this);
    if m.callable(c.arg(0)) {
        items = match sorted_by(m, c, &items)? {
            Some(sorted) => sorted,
            None => vec![UNKNOWN; items.len()],
        };
    } else if let Some(sorted) = sorted_as_text(m, c, &items)? {
        items = sorted;
    } else {
        // In whatever order they are.
        items.fill(UNKNOWN);
    }
    if let Value::Obj(id) = c.this {
        m.object_mut(id).kind = Kind::Array(items);
    }
    Ok(c.this)
}

/// The elements in the order of their texts, what is not defined behind them.
fn sorted_as_text(m: &mut Machine<'_>, c: &Call<'_>, items: &[Value]) -> Result<Option<Vec<Value>>, Abrupt> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter().filter(|item| **item != Value::Undefined) {
        let Some(text) = m.text_by_code(*item, c.at)? else { return Ok(None) };
        let units: Vec<u16> = m.str(text).encode_utf16().collect();
        texts.push((units, *item));
    }
    texts.sort_by(|a, b| a.0.cmp(&b.0));
    let mut sorted: Vec<Value> = texts.into_iter().map(|(_, item)| item).collect();
    sorted.resize(items.len(), Value::Undefined);
    Ok(Some(sorted))
}

/// Most elements that a comparison given by the code puts in order.
const MOST_COMPARED: usize = 64;

fn sorted_by(m: &mut Machine<'_>, c: &Call<'_>, items: &[Value]) -> Result<Option<Vec<Value>>, Abrupt> {
    // What is not defined goes to the end, unasked.
    if items.len() > MOST_COMPARED {
        return Ok(None);
    }
    let mut sorted: Vec<Value> = Vec::with_capacity(items.len());
    for item in items.iter().filter(|item| **item != Value::Undefined) {
        let mut at = sorted.len();
        while let Some(before) = at.checked_sub(1).and_then(|at| sorted.get(at)).copied() {
            let order = m.call_at(c.arg(0), Value::Undefined, &[*item, before], c.at)?;
            let Some(order) = m.number_of(order, c.at)? else { return Ok(None) };
            if order.is_nan() || order >= 0.0 {
                break;
            }
            at -= 1;
        }
        sorted.insert(at, *item);
    }
    sorted.resize(items.len(), Value::Undefined);
    Ok(Some(sorted))
}

fn take(m: &mut Machine<'_>, this: Value, take: fn(&mut Vec<Value>) -> Option<Value>) -> R {
    if let Value::Obj(id) = this
        && let Kind::Array(items) = &mut m.object_mut(id).kind
    {
        return Ok(take(items).unwrap_or(Value::Undefined));
    }
    Ok(UNKNOWN)
}

/// A place counted from the start, or from the end where it is negative.
pub(super) fn index(at: f64, len: usize) -> usize {
    let at = at.trunc();
    if at < 0.0 { len.saturating_sub(-at as usize) } else { (at as usize).min(len) }
}

/// The first place and the one after the last that two arguments name.
pub(super) fn range(m: &Machine<'_>, c: &Call<'_>, len: usize) -> (usize, usize) {
    let from = index(m.to_number(c.arg(0)).filter(|n| !n.is_nan()).unwrap_or(0.0), len);
    let to = match c.arg(1) {
        Value::Undefined => len,
        other => m.to_number(other).map_or(len, |to| index(to, len)),
    };
    (from, to)
}

fn position(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<f64>, Abrupt> {
    let Some(items) = list(m, c.this) else {
        return Ok(None);
    };
    m.leaves_holes_out(c.this);
    let first = index(m.to_number(c.arg(1)).filter(|n| !n.is_nan()).unwrap_or(0.0), items.len());
    for (at, item) in items.iter().enumerate().skip(first) {
        match m.same(*item, c.arg(0)) {
            Some(true) => return Ok(Some(at as f64)),
            Some(false) => {}
            None => return Ok(None),
        }
    }
    Ok(Some(-1.0))
}

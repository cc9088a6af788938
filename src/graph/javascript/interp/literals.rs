//! Literals, functions and classes as values.

use super::primitives::Hint;
use super::value::{Abrupt, At, Atom, Closure, Kind, R, Slot, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::{Class, ExprId, FunctionId, Item, Key, Member, MethodKind, Program, Text};

/// Lists are not spread into longer ones than real tables have.
const MOST_ITEMS: usize = 100_000;

impl Machine<'_> {
    pub(super) fn template(&mut self, f: &mut Frame, p: &Program, texts: &[Text], values: &[ExprId]) -> R {
        let mut out = Some(String::new());
        for (at, text) in texts.iter().enumerate() {
            if let Some(out) = &mut out {
                out.push_str(&self.str(self.text(f, *text)));
            }
            if let Some(value) = values.get(at) {
                let place = At { module: f.module, expr: *value };
                let value = self.eval(f, p, *value)?;
                if let Value::Sym(_) = value {
                    self.mistake("TypeError", "Cannot convert a Symbol value to a string", place)?;
                }
                let value = self.primitive(value, Hint::String, place)?;
                match (self.coerce_text(value), &mut out) {
                    (Some(text), Some(out)) => out.push_str(&self.str(text)),
                    _ => out = None,
                }
            }
        }
        Ok(match out {
            Some(out) => self.string(&out),
            None => UNKNOWN,
        })
    }

    /// Evaluates arguments or elements; the flag says whether all are known.
    pub(super) fn items(&mut self, f: &mut Frame, p: &Program, items: &[Item]) -> Result<(Vec<Value>, bool), Abrupt> {
        let mut values = Vec::with_capacity(items.len());
        let mut known = true;
        for item in items {
            match item {
                Item::One(id) => values.push(self.eval(f, p, *id)?),
                Item::Hole => values.push(Value::Undefined),
                Item::Spread(id) => {
                    let value = self.eval(f, p, *id)?;
                    let what = At { module: f.module, expr: *id };
                    self.refuse_iteration(value, what, what)?;
                    match self.iterate(value)? {
                        // Spreading a list into itself over and over would fill the memory.
                        Some(list) if values.len() + list.len() <= MOST_ITEMS => values.extend(list),
                        _ => known = false,
                    }
                }
            }
        }
        Ok((values, known))
    }

    /// The arguments of a call. A list that is not known is taken for some values.
    pub(super) fn arguments(&mut self, f: &mut Frame, p: &Program, items: &[Item]) -> Result<Vec<Value>, Abrupt> {
        let (mut values, known) = self.items(f, p, items)?;
        if !known {
            values.extend([UNKNOWN; 2]);
        }
        Ok(values)
    }

    /// The values an iterable gives, when they are known.
    pub(super) fn iterate(&mut self, value: Value) -> Result<Option<Vec<Value>>, Abrupt> {
        self.iterate_most(value, None)
    }

    /// Likewise where not more than so many are asked for.
    pub(super) fn iterate_most(&mut self, value: Value, most: Option<usize>) -> Result<Option<Vec<Value>>, Abrupt> {
        self.note_read(value);
        Ok(match value {
            Value::Obj(id) => match self.object(id).kind.clone() {
                Kind::Array(items) if !self.object(id).open => Some(items),
                Kind::Generator(generator) => self.remaining(id, generator, most)?,
                Kind::Plain | Kind::Closure(_) => return self.iterate_by_method(value, most),
                Kind::View(_) => {
                    let items = self.view_items(value);
                    items.map(|items| items.into_iter().map(Value::Num).collect())
                }
                Kind::Map(pairs) => Some(
                    pairs
                        .into_iter()
                        .map(
                            |(key, value)| {
                                if value == Value::Import(u32::MAX) { key } else { self.array(vec![key, value]) }
                            },
                        )
                        .collect(),
                ),
                _ => None,
            },
            Value::Str(text) => {
                let content = self.str(text);
                if content.len() > 10_000 {
                    return Ok(None);
                }
                Some(content.chars().map(|c| self.string(&c.to_string())).collect())
            }
            _ => None,
        })
    }

    pub(super) fn key(&mut self, f: &mut Frame, p: &Program, key: Key) -> Result<Option<Atom>, Abrupt> {
        match key {
            Key::Name(text) => Ok(Some(self.text(f, text))),
            Key::Computed(id) => {
                let value = self.eval(f, p, id)?;
                Ok(self.coerce_key(value))
            }
        }
    }

    pub(super) fn object_literal(&mut self, f: &mut Frame, p: &Program, members: &[Member]) -> R {
        let id = self.plain();
        for member in members {
            match member {
                Member::Value(key, value) => {
                    let key = self.key(f, p, *key)?;
                    let asking = self.asking();
                    let value = self.eval(f, p, *value)?;
                    if let Some(key) = key {
                        self.keeps_in_member(id, key, value, asking);
                    }
                    match key {
                        Some(key) if &*self.str(key) == "__proto__" => self.object_mut(id).proto = value,
                        Some(key) => self.object_mut(id).props.set(key, Slot::Value(value), None),
                        None => self.object_mut(id).open = true,
                    }
                    self.set_home(value, Value::Obj(id));
                }
                Member::Get(key, function) | Member::Set(key, function) => {
                    let Some(key) = self.key(f, p, *key)? else {
                        self.object_mut(id).open = true;
                        continue;
                    };
                    let function = self.closure(f, p, *function);
                    let slot = accessor(self.object(id).props.get(key), matches!(member, Member::Get(..)), function);
                    self.object_mut(id).props.set(key, slot, None);
                }
                Member::Spread(value) => {
                    let value = self.eval(f, p, *value)?;
                    self.copy_props(id, value)?;
                }
            }
        }
        Ok(Value::Obj(id))
    }

    pub(super) fn set_home(&mut self, function: Value, home: Value) {
        if let Value::Obj(id) = function
            && let Kind::Closure(closure) = &mut self.object_mut(id).kind
            && closure.home == Value::Undefined
        {
            closure.home = home;
        }
    }

    /// Copies own enumerable properties, as `Object.assign` and spreads do: getters are read.
    pub(super) fn copy_props(&mut self, to: u32, from: Value) -> Result<(), Abrupt> {
        match self.listed_keys(from, false) {
            Some(mut keys) => {
                if let Value::Obj(id) = from
                    && matches!(self.object(id).kind, Kind::Plain)
                {
                    let symbols = self.object(id).props.keys(false);
                    keys.extend(symbols.into_iter().filter(|key| self.is_symbol(*key)));
                }
                for key in keys {
                    let value = self.get(from, key)?;
                    self.set(Value::Obj(to), key, value)?;
                }
                if let Value::Obj(from) = from
                    && self.object(from).open
                {
                    self.object_mut(to).open = true;
                }
            }
            None => self.copy_signs(to, from)?,
        }
        Ok(())
    }

    /// Copies the signs of a text to their places; of anything else that is not known nobody knows what there is.
    fn copy_signs(&mut self, to: u32, from: Value) -> Result<(), Abrupt> {
        let signs = match from {
            Value::Str(text) if self.str(text).chars().all(|sign| sign <= '\u{ffff}') => self.iterate(from)?,
            _ => None,
        };
        let Some(signs) = signs else {
            self.object_mut(to).open = true;
            return Ok(());
        };
        for (at, sign) in signs.into_iter().enumerate() {
            let key = self.atom(&at.to_string());
            self.set(Value::Obj(to), key, sign)?;
        }
        Ok(())
    }

    pub(super) fn closure(&mut self, f: &Frame, p: &Program, function: FunctionId) -> Value {
        let arrow = p.functions.get(function as usize).is_some_and(|code| code.arrow);
        let closure = Closure {
            module: f.module,
            function,
            env: f.env,
            this: if arrow { f.this } else { Value::Undefined },
            home: if arrow { f.home } else { Value::Undefined },
            new_target: if arrow { f.new_target } else { Value::Undefined },
            fields: None,
            is_class: false,
            derived: false,
            code: true,
        };
        let proto = self.proto("Function");
        let id = self.alloc(Kind::Closure(closure), proto);
        Value::Obj(id)
    }

    pub(super) fn class(&mut self, f: &mut Frame, p: &Program, class: &Class, at: ExprId) -> R {
        let outer = f.env;
        if class.inner {
            f.env = self.env_new(outer, 1);
        }
        let result = self.class_inner(f, p, class, at);
        f.env = outer;
        result
    }

    pub(super) fn class_inner(&mut self, f: &mut Frame, p: &Program, class: &Class, at: ExprId) -> R {
        let mut decorators = Vec::new();
        for decorator in &class.decorators {
            decorators.push((*decorator, self.eval(f, p, *decorator)?));
        }
        let parent = match class.parent {
            Some(parent) => {
                let value = self.eval(f, p, parent)?;
                self.refuse_parent(value, At { module: f.module, expr: parent })?;
                Some(value)
            }
            None => None,
        };
        let closure = Closure {
            module: f.module,
            function: class.constructor.unwrap_or(0),
            env: f.env,
            this: Value::Undefined,
            home: Value::Undefined,
            new_target: Value::Undefined,
            fields: class.fields,
            is_class: true,
            derived: parent.is_some(),
            code: class.constructor.is_some(),
        };
        let constructor = self.alloc(Kind::Closure(closure), Value::Undefined);
        let value = Value::Obj(constructor);
        let prototype = self.plain();
        let key = self.atom("prototype");
        match parent {
            Some(parent) => {
                self.object_mut(constructor).proto = parent;
                self.object_mut(prototype).proto = self.get(parent, key)?;
            }
            None => self.object_mut(constructor).proto = self.proto("Function"),
        }
        self.object_mut(constructor).props.set(key, Slot::Value(Value::Obj(prototype)), Some(false));
        self.define(prototype, "constructor", value);
        self.set_home(value, Value::Obj(prototype));
        if let Some(name) = class.name {
            let name = Value::Str(self.text(f, name));
            self.define(constructor, "name", name);
        }
        if class.inner
            && let Some(slot) = self.envs.get_mut(f.env as usize).and_then(|env| env.slots.first_mut())
        {
            *slot = value;
        }
        for member in &class.members {
            let target = if member.is_static { constructor } else { prototype };
            let Some(key) = self.key(f, p, member.key)? else {
                self.object_mut(target).open = true;
                continue;
            };
            let function = self.closure(f, p, member.function);
            self.set_home(function, Value::Obj(target));
            let slot = match member.kind {
                MethodKind::Method => Slot::Value(function),
                kind => accessor(self.object(target).props.get(key), kind == MethodKind::Get, function),
            };
            self.object_mut(target).props.set(key, slot, Some(false));
        }
        if let Some(statics) = class.statics {
            let function = self.closure(f, p, statics);
            self.set_home(function, value);
            self.call(function, value, &[])?;
        }
        for (expr, decorator) in decorators {
            let at = At { module: f.module, expr: if expr == 0 { at } else { expr } };
            self.call_at(decorator, Value::Undefined, &[value, UNKNOWN, UNKNOWN], at)?;
        }
        Ok(value)
    }
}

pub(super) fn accessor(old: Option<Slot>, get: bool, function: Value) -> Slot {
    let (getter, setter) = match old {
        Some(Slot::Accessor(getter, setter)) => (getter, setter),
        _ => (Value::Undefined, Value::Undefined),
    };
    if get { Slot::Accessor(function, setter) } else { Slot::Accessor(getter, function) }
}

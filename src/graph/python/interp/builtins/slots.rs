//! The slots of `object` and `type`: what classes inherit where they do not say otherwise.

use super::super::super::value::*;
use super::super::*;
use super::Call;

impl Interp<'_> {
    /// Calls of `type.__new__`, `object.__setattr__` and their like.
    pub(super) fn call_slot(&mut self, call: &Call) -> Run<Option<Value>> {
        let Call { args, second, third, .. } = *call;
        let Some(slot) = call.name.strip_prefix("object.") else {
            return match (call.name, call.first) {
                ("type.__new__", Some(metaclass)) => self.type_new(metaclass, &call.rest()).map(Some),
                _ => Ok(None),
            };
        };
        Ok(Some(match (slot, call.first) {
            ("__new__", Some(class)) => {
                if self.is_metaclass(class) && args.positional.len() == 4 {
                    return self.type_new(class, &Args { keywords: Vec::new(), open: false, ..call.rest() }).map(Some);
                }
                self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload: Value::Unknown })
            }
            ("__call__", Some(class)) => self.instantiate(class, &call.rest())?,
            ("__setattr__", Some(object)) => {
                if let (Some(Value::Str(name)), Some(value), Value::Obj(id)) = (second, third, object)
                    && let Object::Instance { attrs, .. } = self.heap.object_mut(id)
                {
                    attrs.set(name, value);
                }
                Value::None
            }
            ("__setitem__", Some(object)) => {
                if let Some(Object::Instance { payload, .. }) = self.heap.get(object) {
                    let payload = *payload;
                    self.set_item(payload, call.second(), call.third())?;
                }
                Value::None
            }
            ("__getitem__", Some(object)) => match self.heap.get(object) {
                Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => {
                    let payload = *payload;
                    self.get_item(payload, call.second())?
                }
                _ => Value::Unknown,
            },
            ("__init__" | "__init_subclass__" | "__set_name__" | "__exit__", _) => Value::None,
            ("update" | "append", Some(object)) => match self.heap.get(object) {
                Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => {
                    let mut rest = args.clone();
                    rest.positional[0] = *payload;
                    self.call_method(slot, &rest)?
                }
                _ => Value::None,
            },
            ("__getattribute__", Some(object)) => match second {
                Some(Value::Str(name)) => self.get_attr(object, name)?,
                _ => Value::Unknown,
            },
            _ => return Ok(None),
        }))
    }
}

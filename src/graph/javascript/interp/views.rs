//! Bytes and the numbers that typed arrays and `DataView` see in them.

use super::Machine;
use super::collections::index;
use super::tables::list;
use super::value::{Abrupt, Call, Kind, ObjId, Slot, UNKNOWN, Value, View};

/// Most bytes that are kept in one place.
pub(super) const MOST_BYTES: usize = 65_536;
/// Most bytes in all places, those that are gone included.
const MOST_STORED: usize = 16 << 20;
/// Most places of bytes.
const MOST_STORES: usize = 20_000;

/// Bytes that views see.
#[derive(Default)]
pub(super) struct Stores {
    /// Nothing for those that are not known any more.
    known: Vec<Option<Vec<u8>>>,
    /// How many bytes there have been.
    bytes: usize,
}

/// What numbers a view sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    U8,
    /// `Buffer`, which is a view of bytes with methods of its own.
    Buffer,
    Clamped,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
    Data,
}

impl Class {
    pub(super) const ALL: [(Self, &'static str); 11] = [
        (Self::U8, "Uint8Array"),
        (Self::Buffer, "Buffer"),
        (Self::Clamped, "Uint8ClampedArray"),
        (Self::I8, "Int8Array"),
        (Self::U16, "Uint16Array"),
        (Self::I16, "Int16Array"),
        (Self::U32, "Uint32Array"),
        (Self::I32, "Int32Array"),
        (Self::F32, "Float32Array"),
        (Self::F64, "Float64Array"),
        (Self::Data, "DataView"),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("", |(_, name)| name)
    }

    pub(super) fn width(self) -> usize {
        match self {
            Self::U8 | Self::Buffer | Self::Clamped | Self::I8 | Self::Data => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// The number that bytes hold, the lowest first.
    pub(super) fn read(self, bytes: &[u8]) -> Option<f64> {
        let wide = || bytes.try_into().map(u64::from_le_bytes).ok();
        let half = || bytes.try_into().map(u32::from_le_bytes).ok();
        let pair = || bytes.try_into().map(u16::from_le_bytes).ok();
        let one = || bytes.first().copied();
        Some(match self {
            Self::U8 | Self::Buffer | Self::Clamped | Self::Data => f64::from(one()?),
            Self::I8 => f64::from(one()? as i8),
            Self::U16 => f64::from(pair()?),
            Self::I16 => f64::from(pair()? as i16),
            Self::U32 => f64::from(half()?),
            Self::I32 => f64::from(half()? as i32),
            Self::F32 => f64::from(f32::from_bits(half()?)),
            Self::F64 => f64::from_bits(wide()?),
        })
    }

    /// The bytes that hold a number, the lowest first.
    pub(super) fn written(self, number: f64) -> Vec<u8> {
        let whole = super::operators::int(number);
        match self {
            Self::Clamped => vec![number.clamp(0.0, 255.0).round_ties_even() as u8],
            Self::F32 => (number as f32).to_le_bytes().to_vec(),
            Self::F64 => number.to_le_bytes().to_vec(),
            _ => whole.to_le_bytes().iter().take(self.width()).copied().collect(),
        }
    }
}

impl Machine<'_> {
    /// The bytes at a place, where they are known.
    pub(super) fn bytes(&self, at: u32) -> Option<&[u8]> {
        self.stores.known.get(at as usize)?.as_deref()
    }

    fn store(&mut self, bytes: Vec<u8>) -> Option<u32> {
        self.stores.bytes += bytes.len();
        if bytes.len() > MOST_BYTES || self.stores.known.len() >= MOST_STORES || self.stores.bytes > MOST_STORED {
            return None;
        }
        self.stores.known.push(Some(bytes));
        Some(self.stores.known.len() as u32 - 1)
    }

    pub(super) fn bytes_object(&mut self, bytes: Vec<u8>) -> Value {
        let Some(at) = self.store(bytes) else { return UNKNOWN };
        let proto = self.proto("ArrayBuffer");
        let id = self.alloc(Kind::Bytes(at), proto);
        self.object_mut(id).open = true;
        Value::Obj(id)
    }

    /// A view as an object.
    pub(super) fn view_object(&mut self, view: View) -> Value {
        let proto = self.proto(view.class.name());
        let id = self.alloc(Kind::View(view), proto);
        self.object_mut(id).open = true;
        Value::Obj(id)
    }

    /// A new view of numbers.
    pub(super) fn view_of(&mut self, class: Class, numbers: &[f64]) -> Value {
        let bytes = numbers.iter().flat_map(|number| class.written(*number)).collect();
        let Some(bytes) = self.store(bytes) else { return UNKNOWN };
        self.view_object(View { class, bytes, offset: 0, length: numbers.len() as u32 })
    }

    /// A new `Buffer` of bytes.
    pub(super) fn buffer_of(&mut self, bytes: Vec<u8>) -> Value {
        let length = bytes.len() as u32;
        let Some(bytes) = self.store(bytes) else { return UNKNOWN };
        self.view_object(View { class: Class::Buffer, bytes, offset: 0, length })
    }

    pub(super) fn view(&self, value: Value) -> Option<(ObjId, View)> {
        match value {
            Value::Obj(id) => match self.object(id).kind {
                Kind::View(view) => Some((id, view)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The bytes that a view sees, or that a place has.
    pub(super) fn seen_bytes(&mut self, value: Value) -> Option<Vec<u8>> {
        self.note_read(value);
        if let Value::Obj(id) = value
            && let Kind::Bytes(at) = self.object(id).kind
        {
            return self.bytes(at).map(<[u8]>::to_vec);
        }
        let (_, view) = self.view(value)?;
        let from = view.offset as usize;
        self.bytes(view.bytes)?.get(from..from + view.length as usize * view.class.width()).map(<[u8]>::to_vec)
    }

    /// The numbers that a view sees.
    pub(super) fn view_items(&mut self, value: Value) -> Option<Vec<f64>> {
        let (_, view) = self.view(value)?;
        let bytes = self.seen_bytes(value)?;
        bytes.chunks_exact(view.class.width()).map(|part| view.class.read(part)).collect()
    }

    /// The numbers of an array, a view, or anything else that gives some.
    pub(super) fn numbers_in(&mut self, value: Value, c: &Call<'_>) -> Result<Option<Vec<f64>>, Abrupt> {
        if self.view(value).is_some() {
            return Ok(self.view_items(value));
        }
        let items = match list(self, value) {
            Some(items) => Some(items),
            None => self.iterate(value)?,
        };
        let Some(items) = items else { return Ok(None) };
        let mut numbers = Vec::with_capacity(items.len());
        for item in items {
            match self.number_of(item, c.at)? {
                Some(number) => numbers.push(number),
                None => return Ok(None),
            }
        }
        Ok(Some(numbers))
    }

    /// What a view has under a key: a number at a place, or what it says of itself.
    pub(super) fn of_view(&mut self, view: View, name: &str) -> Option<Value> {
        let length = f64::from(view.length);
        let bytes = length * view.class.width() as f64;
        if let Ok(at) = name.parse::<usize>() {
            if view.class == Class::Data || at >= view.length as usize {
                return Some(Value::Undefined);
            }
            let from = view.offset as usize + at * view.class.width();
            let part = self.bytes(view.bytes).and_then(|all| all.get(from..from + view.class.width()));
            return Some(part.and_then(|part| view.class.read(part)).map_or(UNKNOWN, Value::Num));
        }
        Some(match name {
            "length" if view.class != Class::Data => Value::Num(length),
            "byteLength" => Value::Num(bytes),
            // Those of small `Buffer`s lie in one place with others.
            "byteOffset" if view.class != Class::Buffer => Value::Num(f64::from(view.offset)),
            _ => return None,
        })
    }

    /// Sets the number at a place of a view; nothing stands for one that is not known.
    pub(super) fn write_number(&mut self, value: Value, at: usize, number: Option<f64>) {
        let Some((_, view)) = self.view(value) else { return };
        if at >= view.length as usize {
            return;
        }
        match number {
            Some(number) => {
                let place = view.offset as usize + at * view.class.width();
                self.write_bytes(value, view.bytes, place, &view.class.written(number));
            }
            None => {
                self.spoil(value);
            }
        }
    }

    /// Writes bytes through an object; where that may not happen, none of them is known any more.
    pub(super) fn write_bytes(&mut self, through: Value, store: u32, at: usize, part: &[u8]) {
        let Value::Obj(id) = through else { return };
        let is_sure = self.doubt <= u32::from(self.object(id).doubt);
        self.touch(id);
        self.note_written(id, is_sure);
        if !is_sure || self.is_doubted(id) {
            self.spoil(through);
            return;
        }
        let place = self.stores.known.get_mut(store as usize).and_then(Option::as_mut);
        if let Some(slots) = place.and_then(|bytes| bytes.get_mut(at..at + part.len())) {
            slots.copy_from_slice(part);
        }
    }

    /// Forgets the bytes that a view sees.
    pub(super) fn spoil(&mut self, value: Value) -> Value {
        if let Some((_, view)) = self.view(value)
            && let Some(bytes) = self.stores.known.get_mut(view.bytes as usize)
        {
            *bytes = None;
        }
        UNKNOWN
    }

    /// What an `ArrayBuffer` says of itself.
    pub(super) fn of_bytes(&self, at: u32, name: &str) -> Option<Value> {
        match name {
            "byteLength" => Some(self.bytes(at).map_or(UNKNOWN, |bytes| Value::Num(bytes.len() as f64))),
            _ => None,
        }
    }

    /// Whether an instance is of a class of the runtime that is known by its name alone.
    pub(super) fn is_of_named(&mut self, value: Value, class: &str) -> Option<bool> {
        if value.is_primitive() {
            return Some(false);
        }
        let Value::Obj(mut at) = value else { return None };
        let wanted = self.named_prototype(class)?;
        loop {
            if at == wanted {
                return Some(true);
            }
            match self.object(at).kind {
                // A `Buffer` is one of bytes, too.
                Kind::View(view) if view.class == Class::Buffer && class == "Uint8Array" => return Some(true),
                Kind::Proxy(..) => return None,
                _ => {}
            }
            match self.object(at).proto {
                Value::Obj(next) => at = next,
                Value::Unknown(_) => return None,
                _ => return Some(false),
            }
        }
    }

    fn named_prototype(&self, class: &str) -> Option<ObjId> {
        let known = class == "Date" || class == "ArrayBuffer" || Class::ALL.iter().any(|(_, name)| *name == class);
        self.protos.get(class).copied().filter(|_| known)
    }
}

/// The places that two arguments name in a length, as `fill` and `slice` take them.
pub(super) fn places(m: &Machine<'_>, from: Value, to: Value, length: usize) -> (usize, usize) {
    let place = |value: Value, otherwise: usize| match value {
        Value::Undefined => otherwise,
        other => index(m.to_number(other).filter(|number| !number.is_nan()).unwrap_or(0.0), length),
    };
    (place(from, 0), place(to, length))
}

/// A member of an object that is an own value.
pub(super) fn member(m: &mut Machine<'_>, id: ObjId, name: &str) -> Option<Value> {
    let key = m.atom(name);
    match m.object(id).props.get(key) {
        Some(Slot::Value(value)) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_to_their_width() {
        for (class, number, seen) in [
            (Class::U8, 260.0, 4.0),
            (Class::U8, -1.0, 255.0),
            (Class::I8, 200.0, -56.0),
            (Class::Clamped, 300.0, 255.0),
            (Class::Clamped, -5.0, 0.0),
            (Class::Clamped, 1.5, 2.0),
            (Class::I16, 40_000.0, -25_536.0),
            (Class::U32, -1.0, 4_294_967_295.0),
            (Class::F32, 1.1, 1.100_000_023_841_858),
            (Class::F64, 1.1, 1.1),
        ] {
            assert_eq!(class.read(&class.written(number)), Some(seen), "{class:?} {number}");
        }
    }
}

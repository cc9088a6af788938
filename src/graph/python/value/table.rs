//! Tables: keys with their values, looked up as the interpreter looks up.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::{Sym, Value};

/// Items among which looking at each one is faster than hashing.
const SCANNED: usize = 8;

/// What a [`Table`] is looked up by.
pub(in super::super) trait Key: Copy + Eq + Hash {
    /// Other keys that mean the same.
    fn twins(self) -> [Option<Self>; 2] {
        [None, None]
    }
}

impl Key for Sym {}

impl Key for Value {
    /// `1`, `1.0` and `True` are one key.
    fn twins(self) -> [Option<Self>; 2] {
        const EXACT: f64 = (1_i64 << 53) as f64;
        match self {
            Self::Bool(value) => {
                let number = i64::from(value);
                [Some(Self::Int(number)), Some(Self::Float((number as f64).to_bits()))]
            }
            Self::Int(number) => {
                let float = (number.unsigned_abs() <= 1 << 53).then(|| Self::Float((number as f64).to_bits()));
                [float, matches!(number, 0 | 1).then_some(Self::Bool(number == 1))]
            }
            Self::Float(bits) => {
                let number = f64::from_bits(bits);
                if number.fract() != 0.0 || number.abs() > EXACT {
                    return [None, None];
                }
                let number = number as i64;
                [Some(Self::Int(number)), matches!(number, 0 | 1).then_some(Self::Bool(number == 1))]
            }
            _ => [None, None],
        }
    }
}

/// Keys with their values, in the order of first assignment.
#[derive(Clone, Debug)]
pub(in super::super) struct Table<K> {
    items: Vec<(K, Option<Value>)>,
    /// Places in `items`, once there are more than [`SCANNED`]: calls make scopes by the
    /// thousand, and most have a handful of names.
    slots: Option<Box<FxHashMap<K, u32>>>,
}

/// Names with their values.
pub(in super::super) type Names = Table<Sym>;
/// A dictionary's items. Keys are compared by value where they are constants.
pub(in super::super) type Dict = Table<Value>;

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self { items: Vec::new(), slots: None }
    }
}

impl<K: Key> Table<K> {
    fn slot(&self, key: K) -> Option<usize> {
        self.slot_of(key).or_else(|| key.twins().into_iter().flatten().find_map(|twin| self.slot_of(twin)))
    }

    fn slot_of(&self, key: K) -> Option<usize> {
        match &self.slots {
            Some(slots) => slots.get(&key).map(|slot| *slot as usize),
            None => self.items.iter().position(|(known, _)| *known == key),
        }
    }

    pub(in super::super) fn get(&self, key: K) -> Option<Value> {
        self.items.get(self.slot(key)?)?.1
    }

    pub(in super::super) fn set(&mut self, key: K, value: Value) {
        if let Some(item) = self.slot(key).and_then(|slot| self.items.get_mut(slot)) {
            item.1 = Some(value);
            return;
        }
        let next = self.items.len();
        self.items.push((key, Some(value)));
        match &mut self.slots {
            Some(slots) => {
                slots.insert(key, next as u32);
            }
            None if next >= SCANNED => {
                let slots = self.items.iter().enumerate().map(|(slot, (key, _))| (*key, slot as u32)).collect();
                self.slots = Some(Box::new(slots));
            }
            None => {}
        }
    }

    /// Gives a key another name, in its place.
    pub(in super::super) fn rename(&mut self, old: K, new: K) {
        let Some(slot) = self.slot(old) else { return };
        self.items[slot].0 = new;
        if let Some(slots) = &mut self.slots {
            slots.remove(&old);
            slots.insert(new, slot as u32);
        }
    }

    pub(in super::super) fn remove(&mut self, key: K) -> Option<Value> {
        let slot = self.slot(key)?;
        let Some(slots) = &mut self.slots else { return self.items.remove(slot).1 };
        let (key, value) = self.items.get_mut(slot)?;
        let value = value.take();
        slots.remove(key);
        // What comes and goes at the end leaves no gaps.
        while let Some((_, None)) = self.items.last() {
            self.items.pop();
        }
        value
    }

    pub(in super::super) fn iter(&self) -> impl Iterator<Item = (K, Value)> + '_ {
        self.items.iter().filter_map(|(key, value)| Some((*key, (*value)?)))
    }

    pub(in super::super) fn len(&self) -> usize {
        self.iter().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_one_key() {
        let mut table = Dict::default();
        table.set(Value::Bool(true), Value::Int(5));
        table.set(Value::Int(1), Value::Int(6));
        table.set(Value::Float(1.0_f64.to_bits()), Value::Int(7));
        table.set(Value::Float(1.5_f64.to_bits()), Value::None);
        assert_eq!(table.get(Value::Int(1)), Some(Value::Int(7)));
        assert_eq!(table.iter().next(), Some((Value::Bool(true), Value::Int(7))));
        assert_eq!((table.len(), table.get(Value::Int(2))), (2, None));
    }

    #[test]
    fn what_comes_again_comes_last() {
        for many in [2_i64, 40] {
            let mut table = Dict::default();
            (0..many).for_each(|key| table.set(Value::Int(key + 10), Value::None));
            table.remove(Value::Int(10));
            table.set(Value::Int(10), Value::Int(1));
            assert_eq!(table.iter().last(), Some((Value::Int(10), Value::Int(1))));
            assert_eq!(table.len(), many as usize);
        }
    }

    #[test]
    fn what_comes_and_goes_leaves_no_gaps() {
        let mut table = Dict::default();
        (0..20).for_each(|key| table.set(Value::Int(key), Value::None));
        for _ in 0..100 {
            table.set(Value::Int(99), Value::None);
            table.remove(Value::Int(99));
        }
        assert_eq!((table.items.len(), table.len()), (20, 20));
    }
}

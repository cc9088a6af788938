//! Going back to an earlier state of the heap. Nothing is freed, so what is newer is cut off; of what is older, the
//! heap keeps a copy before it changes.

use super::*;

/// A state to go back to.
#[derive(Clone)]
struct Level {
    objects: u32,
    scopes: u32,
    texts: u32,
    /// What has changed since, as it was.
    old_objects: FxHashMap<u32, Object>,
    old_scopes: FxHashMap<u32, Scope>,
}

/// The states to go back to, the newest last.
#[derive(Clone, Default)]
pub(super) struct Undo {
    levels: Vec<Level>,
    /// Objects and scopes of the newest state: only these need a copy.
    objects: u32,
    scopes: u32,
}

impl Undo {
    /// An object is about to change.
    pub(super) fn before_object(&mut self, id: ObjId, object: &Object) {
        if id.0 < self.objects
            && let Some(level) = self.levels.last_mut()
        {
            level.old_objects.entry(id.0).or_insert_with(|| object.clone());
        }
    }

    /// A scope is about to change.
    pub(super) fn before_scope(&mut self, id: ScopeId, scope: &Scope) {
        if id.0 < self.scopes
            && let Some(level) = self.levels.last_mut()
        {
            level.old_scopes.entry(id.0).or_insert_with(|| scope.clone());
        }
    }

    fn count(&mut self) {
        let (objects, scopes) = self.levels.last().map_or((0, 0), |level| (level.objects, level.scopes));
        (self.objects, self.scopes) = (objects, scopes);
    }
}

impl Heap {
    /// Remembers the state as it is now, above those remembered before.
    pub(in super::super) fn remember(&mut self) {
        self.undo.levels.push(Level {
            objects: self.objects.len() as u32,
            scopes: self.scopes.len() as u32,
            texts: self.texts.len() as u32,
            old_objects: FxHashMap::default(),
            old_scopes: FxHashMap::default(),
        });
        self.undo.count();
    }

    /// Forgets the newest state that is remembered. The heap must be in it.
    pub(in super::super) fn forget(&mut self) {
        self.undo.levels.pop();
        self.undo.count();
    }

    /// Goes back to the newest state that is remembered, which stays so; gives how many texts it has.
    pub(in super::super) fn rewind(&mut self) -> u32 {
        let Some(level) = self.undo.levels.last_mut() else { return u32::MAX };
        let (objects, scopes, texts) = (level.objects, level.scopes, level.texts);
        let (old_objects, old_scopes) = (std::mem::take(&mut level.old_objects), std::mem::take(&mut level.old_scopes));
        self.objects.truncate(objects as usize);
        self.scopes.truncate(scopes as usize);
        for (id, object) in old_objects {
            self.objects[id as usize] = object;
        }
        for (id, scope) in old_scopes {
            self.scopes[id as usize] = scope;
        }
        for text in self.texts.drain(texts as usize..) {
            self.symbols.remove(&text);
        }
        let is_old = |id: &ObjId| id.0 < objects;
        let is_known = |sym: &Sym| sym.0 < texts;
        let is_there = |value: &Value| match value {
            Value::Obj(id) => id.0 < objects,
            Value::Str(sym) | Value::Bytes(sym) => sym.0 < texts,
            _ => true,
        };
        self.externals.retain(|_, id| is_old(id));
        self.dotted.retain(|(base, name), full| is_known(base) && is_known(name) && is_known(full));
        self.tuples.retain(|_, id| is_old(id));
        self.unions.retain(|_, id| is_old(id));
        self.methods.retain(|_, id| is_old(id));
        self.builtin_methods.retain(|name, function| is_known(name) && is_there(function));
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heap_is_what_it_was() {
        let mut heap = Heap::new();
        let (name, list) = (heap.sym("name"), heap.list(vec![Value::Int(1)], false));
        let (scope, Value::Obj(id)) = (heap.scope(None), list) else { panic!("lists are objects") };
        heap.vars_mut(scope).set(name, list);
        heap.remember();
        for round in 0..2 {
            let text = heap.sym(&format!("text {round}"));
            let tuple = heap.tuple(&[Value::Str(text)]);
            heap.vars_mut(scope).set(name, tuple);
            *heap.object_mut(id) = Object::StaticMethod(tuple);
            heap.remember();
            heap.vars_mut(scope).set(name, Value::None);
            heap.rewind();
            assert_eq!(heap.vars(scope).get(name), Some(tuple));
            heap.forget();
            heap.rewind();
            assert_eq!(heap.vars(scope).get(name), Some(list));
            assert!(matches!(heap.object(id), Object::List { items, .. } if *items == [Value::Int(1)]));
            // The same numbers are given again.
            assert_eq!(heap.sym("another"), text);
            assert_eq!(heap.tuple(&[Value::None]), tuple);
            heap.rewind();
        }
    }
}

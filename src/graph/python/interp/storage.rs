//! Storage by thread and by context: `threading.local`, `contextvars`. While modules load there is one thread and no
//! event loop.

use super::super::value::*;
use super::*;

/// Methods of storage objects that are understood.
pub(super) fn is_method(class: &str, name: &str) -> bool {
    class == "contextvars.ContextVar" && matches!(name, "get" | "set" | "reset")
}

impl Interp<'_> {
    /// Calls of storage classes and of what asks for a running event loop; `None` for others.
    pub(super) fn call_storage(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let first = args.positional.first().copied().unwrap_or(Value::Unknown);
        Ok(Some(match name {
            "threading.local" => self.new_storage(name, Names::default()),
            "contextvars.ContextVar" => {
                let mut attrs = Names::default();
                if let Some(default) = self.keyword(args, "default") {
                    attrs.set(self.heap.sym("<default>"), default);
                }
                self.new_storage(name, attrs)
            }
            "contextvars.ContextVar.get" => self.context_value(first, args.positional.get(1).copied())?,
            "contextvars.ContextVar.set" => {
                let value = args.positional.get(1).copied().unwrap_or(Value::Unknown);
                let key = self.heap.sym("<value>");
                self.set_attr(first, key, value);
                Value::Unknown
            }
            "contextvars.ContextVar.reset" => {
                let key = self.heap.sym("<value>");
                self.set_attr(first, key, Value::Unknown);
                Value::None
            }
            "asyncio.get_running_loop" | "asyncio.current_task" if self.phase == Phase::Init => {
                self.soft_error("RuntimeError", "no running event loop")?
            }
            _ => return Ok(None),
        }))
    }

    fn new_storage(&mut self, class: &str, attrs: Names) -> Value {
        let class = self.heap.external(class);
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    /// What a context variable holds: what was set, else the default of the call, else its own.
    fn context_value(&mut self, variable: Value, default: Option<Value>) -> Run<Value> {
        let [value, own] = ["<value>", "<default>"].map(|key| {
            let key = self.heap.sym(key);
            match self.heap.get(variable) {
                Some(Object::Instance { attrs, .. }) => attrs.get(key),
                _ => Some(Value::Unknown),
            }
        });
        match value.or(default).or(own) {
            Some(value) => Ok(value),
            None => self.soft_error("LookupError", "context variable"),
        }
    }
}

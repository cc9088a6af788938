//! Code that somebody else runs: threads, pools, event loops, functions that are chosen by the type of an argument.
//!
//! What it does is followed; when it does it, and what becomes of its errors, is not known.

use super::super::value::*;
use super::*;

/// A function that hands on to one of several by the type of its first argument.
const DISPATCHER: &str = "<dispatcher>";
/// `register` of such a function.
const REGISTER: &str = "<register>";
/// `start` of a thread.
const START: &str = "<start>";

/// What runs coroutines that it is given, and waits for none of them here.
const RUN_COROUTINES: &[&str] = &[
    "asyncio.gather",
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.wait_for",
    "asyncio.shield",
    "asyncio.run_coroutine_threadsafe",
];

/// Whether a runtime function runs a coroutine to its end and gives its result, errors included.
pub(super) fn runs_to_the_end(name: &str) -> bool {
    name == "asyncio.run"
        || name.starts_with("asyncio.") && (name.ends_with("().run_until_complete") || name.ends_with(".Runner().run"))
}

impl Interp<'_> {
    /// Calls of what runs other code; `None` for other things.
    pub(super) fn call_tasks(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let first = args.positional.first().copied();
        let rest = |from: usize| Args {
            positional: args.positional.get(from..).unwrap_or_default().to_vec(),
            keywords: args.keywords.clone(),
            open: args.open,
        };
        Ok(Some(match name {
            _ if runs_to_the_end(name) => self.run_coroutine(first.unwrap_or(Value::Unknown))?,
            _ if RUN_COROUTINES.contains(&name) || name.ends_with("().create_task") => {
                for value in &args.positional {
                    self.run_aside(|this| this.run_coroutine(*value));
                }
                self.heap.external("asyncio.Task()")
            }
            "asyncio.to_thread" => self.call_aside(first, rest(1)),
            _ if name.starts_with("asyncio.") && name.ends_with("().run_in_executor") => {
                self.call_aside(args.positional.get(1).copied(), rest(2))
            }
            "threading.Thread" => self.partial(name, args.clone()),
            START | "threading.Thread.start" => {
                self.start_thread(first.unwrap_or(Value::Unknown));
                Value::None
            }
            _ if name.ends_with("PoolExecutor().submit") => {
                if !name.contains("Process") {
                    self.call_aside(first, rest(1));
                }
                self.heap.external("concurrent.futures.Future()")
            }
            _ if name.ends_with("PoolExecutor().map") && args.positional.len() == 2 => {
                let (items, _) = self.iterate(args.positional[1])?;
                for item in items.into_iter().filter(|_| !name.contains("Process")) {
                    self.call_aside(first, Args::one(item));
                }
                Value::Unknown
            }
            "functools.singledispatch" | "functools.singledispatchmethod" => match first {
                Some(function) => self.partial(DISPATCHER, Args::one(function)),
                None => Value::Unknown,
            },
            DISPATCHER => {
                self.perhaps(|this| this.call_aside(first, rest(1)));
                Value::Unknown
            }
            REGISTER => match args.positional.as_slice() {
                [function] | [_, function] if matches!(self.heap.get(*function), Some(Object::Function(_))) => {
                    *function
                }
                _ => self.heap.external("<first argument>"),
            },
            _ => return Ok(None),
        }))
    }

    /// An attribute of a thread or of a function that hands on.
    pub(super) fn task_attr(&mut self, object: Value, name: &str) -> Option<Value> {
        let Some(Object::Partial { function, .. }) = self.heap.get(object) else { return None };
        let kind = self.heap.external_name(*function)?;
        match (&*kind, name) {
            (DISPATCHER, "register") => Some(self.heap.external(REGISTER)),
            ("threading.Thread", "start" | "run") => Some(self.partial(START, Args::one(object))),
            (DISPATCHER | "threading.Thread", _) => Some(Value::Unknown),
            _ => None,
        }
    }

    fn partial(&mut self, name: &str, args: Args) -> Value {
        let function = self.heap.external(name);
        self.heap.alloc(Object::Partial { function, args: Box::new(args) })
    }

    fn start_thread(&mut self, thread: Value) {
        let args = match self.heap.get(thread) {
            Some(Object::Partial { args, .. }) => args.clone(),
            Some(Object::Instance { class, .. }) => {
                let (class, run) = (*class, self.heap.sym("run"));
                if let Some(Object::Function(_)) = self.class_lookup(class, run).and_then(|run| self.heap.get(run)) {
                    self.run_aside(|this| {
                        let run = this.get_attr(thread, run)?;
                        this.call(run, Args::default())
                    });
                }
                return;
            }
            _ => return,
        };
        let Some(target) = self.keyword(&args, "target").or_else(|| args.positional.get(1).copied()) else { return };
        let given = self.keyword(&args, "args").or_else(|| args.positional.get(3).copied());
        let (positional, open) = given.map_or((Vec::new(), false), |given| self.items_of(given));
        let named = self.keyword(&args, "kwargs").map_or((Vec::new(), false), |named| self.dict_items(named));
        let keywords = named.0.into_iter().filter_map(|(name, value)| match name {
            Value::Str(name) => Some((name, value)),
            _ => None,
        });
        let args = Args { positional, keywords: keywords.collect(), open: open || named.1 || args.open };
        self.call_aside(Some(target), args);
    }

    fn call_aside(&mut self, function: Option<Value>, args: Args) -> Value {
        self.run_aside(|this| this.call(function.unwrap_or(Value::Unknown), args))
    }

    /// Runs something whose errors go elsewhere.
    fn run_aside(&mut self, run: impl FnOnce(&mut Self) -> Run<Value>) -> Value {
        self.catches.push(Catch { classes: None, module_depth: self.module_depth });
        let result = self.shielded(run);
        self.catches.pop();
        result.unwrap_or(Value::Unknown)
    }
}

//! Functions that nobody was seen to call: what they import may be loaded later.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    /// A fresh budget for the next phase.
    pub(in super::super) fn renew_budget(&mut self) {
        self.budget.renew();
    }

    /// Runs every function of a module that has not run yet, with arguments that are not known.
    pub(in super::super) fn sweep(&mut self, at: ModIdx) {
        let code = self.module(at).code;
        for (index, node) in code.code.functions.iter().enumerate() {
            let index = index as u32;
            if node.value.is_some() || self.budget.has_run((at, index)) {
                continue;
            }
            let function = self.heap.alloc(Object::Function(Rc::new(Function {
                module: at,
                index,
                parent: None,
                class_scope: None,
                defaults: Vec::new(),
                attrs: Names::default(),
            })));
            self.perhaps(|this| {
                let result = this.call(function, Args { open: true, ..Args::default() });
                if let Ok(Value::Obj(id)) = result
                    && matches!(this.heap.object(id), Object::Generator { .. })
                {
                    let _ = this.drain(id);
                }
            });
        }
    }
}

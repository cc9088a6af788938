//! Entry points that installed distributions declare.

use super::super::finder::inside;
use super::super::value::*;
use super::*;
use crate::manifest::python::entry_points;

/// Methods of entry points and of lists of them that are understood.
pub(super) fn is_method(class: &str, name: &str) -> bool {
    match class {
        "importlib.metadata.EntryPoint" => name == "load",
        "importlib.metadata.EntryPoints" => matches!(name, "select" | "get" | "__getitem__"),
        _ => false,
    }
}

impl Interp<'_> {
    /// Calls on entry points; `None` for others.
    pub(super) fn call_entry_points(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let Some(rest) = name.strip_prefix("importlib.metadata.") else { return Ok(None) };
        let first = args.positional.first().copied().unwrap_or(Value::Unknown);
        Ok(Some(match rest {
            "entry_points" => {
                let all = self.declared_entry_points();
                self.select_entry_points(&all, args)
            }
            "EntryPoints.select" => {
                let all = self.items_of(first).0;
                self.select_entry_points(&all, args)
            }
            "EntryPoints.get" | "EntryPoints.__getitem__" => {
                let all = self.items_of(first).0;
                let group = args.positional.get(1).copied().unwrap_or(Value::Unknown);
                let key = self.heap.sym("group");
                self.select_entry_points(&all, &Args { keywords: vec![(key, group)], ..Args::default() })
            }
            "EntryPoint.load" => self.load_entry_point(first)?,
            _ => return Ok(None),
        }))
    }

    /// Every entry point of every distribution on the path, as objects.
    fn declared_entry_points(&mut self) -> Vec<Value> {
        let mut declared = Vec::new();
        let (front, back) = self.search_path();
        for folder in front.iter().chain(back.iter()) {
            let Some(folder) = inside(folder) else { continue };
            let children: Vec<Box<str>> =
                self.input.artifact.children(&folder).iter().map(|child| child.name.clone()).collect();
            for child in children.iter().filter(|name| name.ends_with(".dist-info") || name.ends_with(".egg-info")) {
                let base = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let file = self.input.artifact.find(&format!("{base}{child}/entry_points.txt"));
                let Some(Ok(bytes)) = file.map(|file| self.input.artifact.read(file)) else { continue };
                declared.extend(entry_points(&String::from_utf8_lossy((*bytes).as_ref())));
            }
        }
        let class = self.heap.external("importlib.metadata.EntryPoint");
        let mut objects = Vec::with_capacity(declared.len());
        for point in declared {
            let value = match point.attributes.as_str() {
                "" => point.module.clone(),
                attributes => format!("{}:{attributes}", point.module),
            };
            let mut attrs = Names::default();
            for (key, text) in [
                ("name", &point.name),
                ("group", &point.group),
                ("value", &value),
                ("module", &point.module),
                ("attr", &point.attributes),
            ] {
                let text = self.heap.str(text);
                attrs.set(self.heap.sym(key), text);
            }
            objects.push(self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown }));
        }
        objects
    }

    /// Those that agree with all keywords.
    fn select_entry_points(&mut self, all: &[Value], args: &Args) -> Value {
        let (mut items, mut open) = (Vec::new(), false);
        for point in all {
            let mut verdict = Some(true);
            for (key, wanted) in &args.keywords {
                let given = match self.heap.get(*point) {
                    Some(Object::Instance { attrs, .. }) => attrs.get(*key).unwrap_or(Value::Unknown),
                    _ => Value::Unknown,
                };
                match self.equal(given, *wanted) {
                    Some(true) => {}
                    Some(false) => verdict = Some(false),
                    None => verdict = verdict.filter(|agrees| !agrees),
                }
            }
            match verdict {
                Some(true) => items.push(*point),
                Some(false) => {}
                None => open = true,
            }
        }
        let payload = self.heap.list(items, open);
        let class = self.heap.external("importlib.metadata.EntryPoints");
        self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload })
    }

    fn load_entry_point(&mut self, point: Value) -> Run<Value> {
        let [module, attributes] = ["module", "attr"].map(|key| {
            let key = self.heap.sym(key);
            match self.heap.get(point) {
                Some(Object::Instance { attrs, .. }) => attrs.get(key).and_then(|text| self.text_of(text)),
                _ => None,
            }
        });
        let (Some(module), Some(attributes)) = (module, attributes) else { return Ok(Value::Unknown) };
        let site = self.call_sites.last().copied();
        let mut value = self.import(&module, site)?;
        for name in attributes.split('.').filter(|name| !name.is_empty()) {
            let name = self.heap.sym(name);
            value = self.get_attr(value, name)?;
        }
        Ok(value)
    }
}

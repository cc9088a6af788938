//! A function's handler module taken apart by the groups of its split plan.

use std::collections::BTreeSet;

use super::moving::deep;
use super::{FunctionFacts, addresses};
use crate::graph::HandlerResolution;
use crate::lang::javascript::parting as javascript;
use crate::lang::python::parting as python;
use crate::platform::Language;
use crate::span::LineIndex;

/// How source files end that are taken apart.
const SOURCES: [&str; 6] = ["py", "js", "cjs", "mjs", "ts", "mts"];

/// One function of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its handler file, in the package.
    pub file: String,
    /// Its handler setting.
    pub handler: String,
    /// The file's text.
    pub text: String,
    /// Positions of its routes.
    pub routes: Vec<usize>,
    /// Init, milliseconds.
    pub init_ms: f64,
}

impl FunctionFacts {
    /// The handler files of the split plan, each with the routes of one group and what they need.
    ///
    /// # Errors
    /// Why the handler is not taken apart.
    pub fn parts(&self) -> Result<Vec<Part>, String> {
        let plan = self.routes.plan.as_ref().filter(|plan| plan.pays);
        let plan = plan.ok_or("one function is right for its routes, or none were found")?;
        let HandlerResolution::Found { module, .. } = self.graph.handler else {
            return Err("the handler is not found".to_owned());
        };
        if !matches!(self.spec.runtime.language(), Language::Python | Language::Node) {
            return Err("only handlers in Python and Node are taken apart".to_owned());
        }
        let entry = self.graph.module(module).entry.filter(|entry| self.packages.owner(*entry).is_none());
        let entry = entry.ok_or("the handler module is not the function's own")?;
        let routes = &self.routes.routes;
        if let Some(route) = routes.iter().find(|route| route.place.0 != module) {
            return Err(format!("{} is registered in another file than the handler", route.label));
        }
        let mut importers = self.graph.imports.iter().filter(|import| import.target == module);
        if let Some(import) = importers.find(|import| import.site.importer != module) {
            let other = &self.graph.module(import.site.importer).name;
            return Err(format!("{other} imports the handler module, and would load all of it"));
        }
        let path = self.artifact.entry(entry).path.to_string();
        let bytes = self.artifact.read(entry).map_err(|error| error.message)?;
        let text = std::str::from_utf8((*bytes).as_ref()).map_err(|_| "the handler is not UTF-8".to_owned())?;
        let (stem, function) = self.spec.start().rsplit_once('.').ok_or("the handler names no function")?;
        let source = path.rsplit_once('.').filter(|(_, ending)| SOURCES.contains(ending));
        let (file, ending) = source.ok_or("the handler is not a source file")?;
        let files = (1..=plan.groups.len()).map(|number| format!("{file}_{number}.{ending}"));
        if let Some(taken) = files.into_iter().find(|file| self.artifact.find(file).is_some()) {
            return Err(format!("{taken} is there already, and the handler of a part would have that name"));
        }
        let functions = routes.iter().filter_map(|route| route.function.rsplit('.').next());
        let functions: BTreeSet<&str> = functions.filter(|name| !name.is_empty()).collect();
        if let Some(why) = self.address_asked(entry, &functions) {
            return Err(why);
        }
        let parts = plan.groups.iter().enumerate().map(|(at, group)| {
            let place = |route: &usize| routes.get(*route).map(|route| route.place.1.start);
            let kept: Vec<u32> = group.routes.iter().filter_map(place).collect();
            let others = (0..routes.len()).filter(|route| !group.routes.contains(route));
            let mut gone: Vec<u32> = others.clone().filter_map(|route| place(&route)).collect();
            // A condition around routes of which none is left is one of requests that do not come here.
            let around = |route: usize| routes.get(route).into_iter().flat_map(|route| &route.inside);
            let needed: BTreeSet<u32> =
                group.routes.iter().flat_map(|route| around(*route)).map(|(_, span)| span.start).collect();
            let here = others.flat_map(around).filter(|(at, _)| *at == module).map(|(_, span)| span.start);
            gone.extend(
                here.filter(|start| !needed.contains(start) && !kept.contains(start)).collect::<BTreeSet<u32>>(),
            );
            let text = parted(text, &path, &gone, &kept, function).map_err(|(why, offset)| match offset {
                Some(offset) => format!("{why} ({path}:{})", LineIndex::new(text).position(text, offset).line),
                None => why,
            })?;
            let kept =
                group.routes.iter().filter_map(|route| routes.get(*route)?.function.rsplit('.').next()).collect();
            if let Some(what) = addresses::asked(&text, &functions.difference(&kept).copied().collect()) {
                return Err(format!("{path} asks for the address of {what}, which not every part would have"));
            }
            let number = at + 1;
            Ok(Part {
                file: format!("{file}_{number}.{ending}"),
                handler: format!("{stem}_{number}.{function}"),
                text,
                routes: group.routes.clone(),
                init_ms: group.closure.init_ms,
            })
        });
        parts.collect()
    }
}

/// The handler file with what a group of routes needs.
fn parted(text: &str, path: &str, gone: &[u32], kept: &[u32], handler: &str) -> Result<String, (String, Option<u32>)> {
    let shared: Vec<&u32> = gone.iter().filter(|place| kept.contains(place)).collect();
    if let Some(place) = shared.first() {
        return Err(("routes of several groups are registered at one place".to_owned(), Some(**place)));
    }
    let parted = match path.ends_with(".py") {
        true => deep(|| python::part(text, gone, kept, &[handler])),
        false => deep(|| javascript::part(text, path, gone, kept, &[handler])),
    };
    parted.map_err(|refusal| (refusal.why, refusal.at))
}

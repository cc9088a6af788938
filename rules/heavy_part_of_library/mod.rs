use std::collections::BTreeMap;

use crate::culprit::{HeavyPart, Remedy};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Edit, FileEdits, Finding, Fix, FixLevel, Saves};
use crate::text;

/// Steps of the chain that are shown.
const MOST_STEPS: usize = 4;

/// Reports what libraries load and nothing behind the handler is seen to ask for, where a change ends it.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for part in cx.culprits.parts.iter().filter(|part| part.saves_ms >= cx.number("min_ms")) {
        if let Some(finding) = finding(cx, part) {
            sink.report(finding);
        }
    }
}

fn finding(cx: &FunctionContext<'_>, part: &HeavyPart) -> Option<Finding> {
    let chain = cx.graph.chain(part.module);
    let module = &cx.graph.module(part.module).name;
    let package = |id| cx.package_of(id).map(|package| cx.packages.package(package).name.to_string());
    let last = chain.last()?;
    let importer = package(last.importer)?;
    let own = chain.iter().rposition(|step| cx.package_of(step.importer).is_none())?;
    let name = package(part.module).filter(|name| *name != importer).unwrap_or_else(|| module.to_string());
    let others = match &part.remedy {
        Remedy::LeaveOut { packages, .. } if packages.len() > 1 => format!(" and {} more", packages.len() - 1),
        _ => String::new(),
    };
    let message = format!(
        "{importer} loads {name}{others} during Init, {} of it, and no code that a request leads to is seen to ask for it",
        text::ms(part.saves_ms)
    );
    let mut finding = Finding::new(cx.locate_import(*chain.get(own)?), message).about(name.clone());
    for (step, next) in chain.iter().zip(chain.iter().skip(1)).skip(own).take(MOST_STEPS) {
        let what = &cx.graph.module(next.importer).name;
        finding = finding.label(cx.locate_import(*step), format!("loads {what}"));
    }
    finding = finding.label(cx.locate_import(*last), format!("loads {module}"));
    let first = package(chain.get(own + 1).map_or(part.module, |step| step.importer)).unwrap_or(importer);
    let finding = match &part.remedy {
        Remedy::Lazy => {
            let later = text::ms(part.saves_ms * cx.estimate.slowdown);
            let help = format!(
                "Put a lazy loader in front of it, above the first import: it then loads when something asks for it, \
                 and the first request that does takes about {later} longer"
            );
            let finder = lazily(module);
            let fix = cx.put_first(&finder, format!("put a lazy loader in front of {module}"));
            let finding = finding.help(help).snippet(Some(finder));
            match fix {
                Some(fix) => finding.fix(fix),
                None => finding,
            }
        }
        Remedy::LeaveOut { packages, extra: (of, extra) } => {
            let names: Vec<&str> = packages.iter().map(|id| &*cx.packages.package(*id).name).collect();
            let ask = if names.len() == 1 { "it" } else { "them" };
            let finding = finding.help(format!(
                "Leave {} out of the package: only the extra `{extra}` of {of} asks for {ask}, and the import does without",
                names.join(", ")
            ));
            match left_out(cx, &names) {
                Some(fix) => finding.fix(fix),
                None => finding,
            }
        }
    };
    let saves = Saves { init_ms: Some(part.saves_ms), bytes: None };
    Some(finding.through(first).noting("leads there").saving(saves))
}

/// The change that takes packages out of the lists in which a tool has pinned them; nothing where one stands in none.
fn left_out(cx: &FunctionContext<'_>, names: &[&str]) -> Option<Fix> {
    let mut files: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for name in names {
        let its = cx.declared.dependencies.iter().filter(|one| *one.name == **name).collect::<Vec<_>>();
        if its.is_empty() {
            return None;
        }
        for one in its {
            let span =
                one.removal.filter(|_| one.location.inner_path.is_none() && (one.frozen || one.pinned_transitive))?;
            files.entry(&one.location.path).or_default().push(Edit { span, replacement: String::new() });
        }
    }
    let mut files = files.into_iter().map(|(path, mut edits)| {
        edits.sort_by_key(|edit| edit.span);
        FileEdits { path: path.to_owned(), edits }
    });
    let FileEdits { path, edits } = files.next()?;
    let description = format!("leave {} out of the package", names.join(", "));
    Some(Fix { description, level: FixLevel::Unsafe, path, edits, also: files.collect(), moves: Vec::new() })
}

/// What puts a lazy loader in front of a module, wherever it is imported.
fn lazily(module: &str) -> String {
    format!(
        "import importlib.machinery, importlib.util, sys\n\n\
         class Lazily(importlib.machinery.PathFinder):\n    \
             @classmethod\n    \
             def find_spec(cls, name, path=None, target=None):\n        \
                 spec = super().find_spec(name, path, target) if name == \"{module}\" else None\n        \
                 if spec:\n            \
                     spec.loader = importlib.util.LazyLoader(spec.loader)\n        \
                 return spec\n\n\
         sys.meta_path.insert(0, Lazily)"
    )
}

//! The import closure of Init by estimated time: every module stands below the one that loads it first, as wide
//! as it takes with everything that it loads.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::Room;
use super::figures::{Cell, WIDTH};
use super::markup::escaped;
use crate::report::model::{Function, Loaded, Module};
use crate::text;

const ROW: f64 = 20.0;
/// Narrower modules are left out of the drawing; the search still finds them in the list.
const NARROWEST: f64 = 2.0;
/// Rows drawn; import chains that are longer go on in `defrost why`.
const MOST_ROWS: usize = 40;

/// Classes of modules of packages.
const SHADES: [&str; 4] = ["shade0", "shade1", "shade2", "shade3"];

/// The tree of first imports among modules of Init.
struct Tree<'a> {
    modules: Vec<&'a Module>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
}

impl<'a> Tree<'a> {
    fn new(function: &'a Function) -> Self {
        let modules: Vec<&Module> = function.modules.iter().filter(|module| module.loaded == Loaded::Init).collect();
        let mut by_name: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, module) in modules.iter().enumerate() {
            by_name.entry(&module.name).or_insert(at);
        }
        let mut children = vec![Vec::new(); modules.len()];
        let mut roots = Vec::new();
        for (at, module) in modules.iter().enumerate() {
            match module.imported_by.as_deref().and_then(|name| by_name.get(name)).filter(|parent| **parent != at) {
                Some(parent) => children[*parent].push(at),
                None => roots.push(at),
            }
        }
        for list in children.iter_mut().chain([&mut roots]) {
            list.sort_by(|a, b| modules[*b].cumulative_ms.total_cmp(&modules[*a].cumulative_ms).then(a.cmp(b)));
        }
        Self { modules, children, roots }
    }

    fn total(&self) -> f64 {
        self.roots.iter().map(|root| self.modules[*root].cumulative_ms).sum()
    }
}

/// A module with its place in the drawing.
struct Placed {
    module: usize,
    parent: Option<usize>,
    x: f64,
    width: f64,
    row: usize,
}

/// Draws the closure and lists its modules; nothing where Init loads none.
pub(super) fn draw(number: usize, function: &Function, room: Room, out: &mut dyn Write) -> io::Result<()> {
    let tree = Tree::new(function);
    let total = tree.total();
    if tree.modules.is_empty() || total <= 0.0 {
        return Ok(());
    }
    let placed = place(&tree, total, room.cells);
    let rows = placed.iter().map(|cell| cell.row + 1).max().unwrap_or(1);
    writeln!(
        out,
        "<h4 id=\"time{number}\">Imports of Init, by time</h4>\n<p class=\"legend\">A module is as wide as it takes \
         with what it is the first to load. Arrow keys walk through it, Enter shows the chain.</p>\n\
         <svg class=\"icicle\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"group\" aria-labelledby=\"time{number}\">",
        rows as f64 * ROW
    )?;
    for (at, cell) in placed.iter().enumerate() {
        draw_one(&tree, number, at, cell, out)?;
    }
    writeln!(out, "</svg>\n<p class=\"chain\" aria-live=\"polite\" hidden></p>")?;
    list(&tree, number, room.rows, out)
}

/// Places modules row by row; what would be too narrow ends its branch.
fn place(tree: &Tree<'_>, total: f64, most: usize) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    let mut start = 0.0;
    for root in &tree.roots {
        let width = tree.modules[*root].cumulative_ms / total * WIDTH;
        placed.push(Placed { module: *root, parent: None, x: start, width, row: 0 });
        start += width;
    }
    placed.retain(|cell| cell.width >= NARROWEST);
    let mut at = 0;
    // Row by row, so that what does not fit is deepest.
    while at < placed.len() && placed.len() < most {
        let Placed { module, x, row, .. } = placed[at];
        let mut start = x;
        for child in tree.children[module].iter().filter(|_| row + 1 < MOST_ROWS) {
            let width = tree.modules[*child].cumulative_ms / total * WIDTH;
            if width >= NARROWEST {
                placed.push(Placed { module: *child, parent: Some(at), x: start, width, row: row + 1 });
            }
            start += width;
        }
        at += 1;
    }
    placed.truncate(most.max(1));
    placed
}

fn draw_one(tree: &Tree<'_>, number: usize, at: usize, cell: &Placed, out: &mut dyn Write) -> io::Result<()> {
    let module = tree.modules[cell.module];
    let title = format!(
        "{}: {} with what it loads, {} alone",
        module.name,
        text::ms(module.cumulative_ms),
        text::ms(module.self_ms)
    );
    let parent = cell.parent.map_or_else(String::new, |parent| format!(" data-parent=\"i{number}-{parent}\""));
    // One cell can be reached by Tab; the arrow keys lead to the others.
    let tab = if at == 0 { "0" } else { "-1" };
    let attributes = format!(
        " id=\"i{number}-{at}\" data-name=\"{}\"{parent} tabindex=\"{tab}\" role=\"button\"",
        escaped(&module.name)
    );
    // Neighbours of different packages get different shades.
    let class = if let Some(package) = &module.package {
        SHADES[package.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31) + usize::from(byte)) % SHADES.len()]
    } else if module.path.is_some() {
        "own"
    } else {
        "runtime"
    };
    let cell = Cell {
        x: cell.x,
        y: cell.row as f64 * ROW,
        width: cell.width,
        height: ROW,
        class,
        label: &module.name,
        title: &title,
        attributes: &attributes,
    };
    cell.draw(out)
}

/// The modules by own time, for the search and for readers without the drawing.
fn list(tree: &Tree<'_>, number: usize, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut modules = tree.modules.clone();
    modules.sort_by(|a, b| b.self_ms.total_cmp(&a.self_ms).then_with(|| a.name.cmp(&b.name)));
    let shown = modules.len().min(most);
    let count = text::plural(modules.len() as u64, "module");
    writeln!(
        out,
        "<details class=\"modules\"><summary>{count} of Init as a list</summary>\n<label>Search \
         <input type=\"search\" class=\"search\" data-function=\"{number}\" autocomplete=\"off\"></label>\n\
         <div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"modules\">\n<table><thead><tr><th scope=\"col\">module</th><th scope=\"col\" class=\"number\">own</th>\
         <th scope=\"col\" class=\"number\">with what it loads</th><th scope=\"col\">loaded by</th></tr></thead><tbody>"
    )?;
    for module in modules.iter().take(shown) {
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
            escaped(&module.name),
            text::ms(module.self_ms),
            text::ms(module.cumulative_ms),
            escaped(module.imported_by.as_deref().unwrap_or("the runtime"))
        )?;
    }
    let rest = modules.len() - shown;
    let more = if rest > 0 { format!("<p>and {} smaller</p>", text::count(rest as u64)) } else { String::new() };
    writeln!(out, "</tbody></table></div>{more}</details>")
}

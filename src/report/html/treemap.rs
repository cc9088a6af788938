//! The bytes of a package as areas, coloured by when they are loaded.

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use treemap::{Mappable, Rect, TreemapLayout};

use super::figures::{Cell, WIDTH};
use super::markup::escaped;
use crate::report::model::{Function, Loaded};
use crate::text;

const HEIGHT: f64 = 420.0;

struct Area {
    name: String,
    detail: String,
    bytes: f64,
    /// Shares of the bytes that Init loads as modules, and requests.
    init: f64,
    invoke: f64,
    bounds: Rect,
}

impl Mappable for Area {
    fn size(&self) -> f64 {
        self.bytes
    }

    fn bounds(&self) -> &Rect {
        &self.bounds
    }

    fn set_bounds(&mut self, bounds: Rect) {
        self.bounds = bounds;
    }
}

/// Draws the map with at most so many packages one by one; nothing for a package without known parts.
pub(super) fn draw(number: usize, function: &Function, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut areas = areas(function, most);
    if areas.is_empty() {
        return Ok(());
    }
    TreemapLayout::new().layout_items(&mut areas, Rect::from_points(0.0, 0.0, WIDTH, HEIGHT));
    writeln!(
        out,
        "<h4 id=\"bytes{number}\">Bytes, by package</h4>\n{LEGEND}\n<svg class=\"treemap\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"bytes{number}\">"
    )?;
    for area in &areas {
        draw_area(area, out)?;
    }
    writeln!(out, "</svg>")
}

const LEGEND: &str = "<p class=\"legend\"><span class=\"key init\"></span> modules of Init \
    <span class=\"key invoke\"></span> modules of requests <span class=\"key never\"></span> everything else</p>";

/// A package: grey, with what is loaded of it laid over from the left.
fn draw_area(area: &Area, out: &mut dyn Write) -> io::Result<()> {
    let Rect { x, y, w, h } = area.bounds;
    let title = format!("{}: {}", area.name, area.detail);
    let attributes = format!(" data-name=\"{}\"", escaped(&area.name));
    let part =
        |class, x, width, label| Cell { x, y, width, height: h, class, label, title: &title, attributes: &attributes };
    // The label stands on the widest part.
    let rest = (1.0 - area.init - area.invoke).max(0.0);
    let shares = [("init", area.init), ("invoke", area.invoke), ("never", rest)];
    let widest = shares.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or("never", |(class, _)| *class);
    let mut start = x;
    for (class, share) in shares.into_iter().filter(|(_, share)| *share > 0.0) {
        let label = if class == widest { &*area.name } else { "" };
        part(class, start, w * share, label).draw(out)?;
        start += w * share;
    }
    Ok(())
}

/// Bytes that a package's modules, or own ones, take during Init and during requests.
fn loaded(function: &Function) -> FxHashMap<Option<&str>, (u64, u64)> {
    let mut loaded: FxHashMap<Option<&str>, (u64, u64)> = FxHashMap::default();
    for module in function.modules.iter().filter(|module| module.path.is_some()) {
        let (init, invoke) = loaded.entry(module.package.as_deref()).or_default();
        match module.loaded {
            Loaded::Init => *init += module.bytes,
            Loaded::Invoke => *invoke += module.bytes,
            Loaded::Never => {}
        }
    }
    loaded
}

/// The packages by size, and the function's own files as what is left.
fn areas(function: &Function, most: usize) -> Vec<Area> {
    let loaded = loaded(function);
    let area = |name: String, detail: String, key: Option<&str>, bytes: u64| {
        let (init, invoke) = loaded.get(&key).copied().unwrap_or_default();
        let share = |part: u64| (part as f64 / bytes as f64).min(1.0);
        let detail = format!("{detail}, {} loaded during Init, {} by requests", text::bytes(init), text::bytes(invoke));
        Area {
            name,
            detail,
            bytes: bytes as f64,
            init: share(init),
            invoke: share(invoke).min(1.0 - share(init)),
            bounds: Rect::new(),
        }
    };
    let mut packages: Vec<_> = function.packages.iter().filter(|package| package.bytes > 0).collect();
    packages.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    let known: u64 = packages.iter().map(|package| package.bytes).sum();
    let small: u64 = packages.iter().skip(most).map(|package| package.bytes).sum();
    let mut areas: Vec<Area> = packages
        .iter()
        .take(most)
        .map(|package| {
            let version = package.version.as_deref().unwrap_or_default();
            let detail = format!("{} in {}", text::bytes(package.bytes), text::plural(package.files, "file"));
            area(format!("{} {version}", package.name).trim().to_owned(), detail, Some(&package.name), package.bytes)
        })
        .collect();
    if small > 0 {
        let count = text::plural((packages.len() - most) as u64, "smaller package");
        areas.push(area(count, text::bytes(small), Some(""), small));
    }
    let own = function.package.bytes.saturating_sub(known);
    if own > 0 {
        areas.push(area("own files".to_owned(), text::bytes(own), None, own));
    }
    areas.sort_by(|a, b| b.bytes.total_cmp(&a.bytes));
    areas
}

//! The answer as text.

use super::super::human::paint::{FAINT, PLACE, STRONG, paint};
use super::super::printable;
use super::{Chain, Reason, Spot, Step, Why, declared};
use crate::engine::FunctionFacts;
use crate::graph::Phase;
use crate::text;

/// Routes that are named.
const ROUTES: usize = 8;
/// Longer lines of code are cut.
const CODE: usize = 80;

impl Why {
    /// The answer for people, ending in a newline.
    #[must_use]
    pub fn render(&self, function: &FunctionFacts, color: bool) -> String {
        let name = printable::line(&function.spec.name);
        let mut lines = vec![match self {
            Self::Loaded { .. } => format!("{}: {}", paint(color, STRONG, &name), self.verdict()),
            Self::NotLoaded { asked, reason: Reason::NotBuilt, .. } => {
                let name = paint(color, STRONG, &name);
                format!("{name}: nothing is known of {}: the function is not built yet", printable::line(asked))
            }
            Self::NotLoaded { asked, reason, .. } => {
                format!(
                    "{}: {} is never loaded: {}",
                    paint(color, STRONG, &name),
                    printable::line(asked),
                    because(reason)
                )
            }
        }];
        let (Self::Loaded { asked, .. } | Self::NotLoaded { asked, .. }) = self;
        lines.extend(declared::line(function, asked));
        match self {
            Self::Loaded { chains, further, routes, of_routes, .. } => {
                lines.extend(needed_by(routes, *of_routes));
                for chain in chains {
                    lines.push(String::new());
                    lines.extend(rendered(chain, color));
                }
                if *further > 0 {
                    lines.push(format!("\nand {} that also import it", text::plural(*further as u64, "module")));
                }
            }
            Self::NotLoaded { reason, similar, .. } => {
                lines.extend(places(reason).iter().map(|spot| format!("  {}", spotted(spot, color))));
                if !similar.is_empty() {
                    let names: Vec<_> = similar.iter().map(|name| printable::line(name)).collect();
                    lines.push(format!("  did you mean {}?", names.join(", ")));
                }
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn verdict(&self) -> String {
        let Self::Loaded { asked, chains, modules, init_ms, removable_ms, preloaded, .. } = self else {
            return String::new();
        };
        let asked = printable::line(asked);
        if *preloaded {
            return format!("{asked} is loaded by the runtime itself before your code starts, and costs nothing");
        }
        if chains.is_empty() {
            return format!("{asked} is the handler's own module, {} with what it loads itself", text::ms(*init_ms));
        }
        let lazily = chains.iter().all(|chain| chain.phase == Phase::Invoke);
        let when = if lazily {
            "only by handler code, not during Init".to_owned()
        } else {
            let own = text::ms(*init_ms);
            format!("during Init, {own} for its own code; without it Init would save {}", text::ms(*removable_ms))
        };
        let count = text::plural(*modules as u64, "module");
        format!("{asked} is loaded ({count}) {when}")
    }
}

/// Which routes need it.
fn needed_by(routes: &[String], of: usize) -> Option<String> {
    let named: Vec<_> = routes.iter().take(ROUTES).map(|route| printable::line(route)).collect();
    match routes.len() {
        _ if of < 2 => None,
        0 => Some(format!("  none of {of} routes needs it")),
        all if all == of => Some(format!("  all {of} routes need it")),
        1 => Some(format!("  1 of {of} routes needs it: {}", named.join(", "))),
        some if some > ROUTES => {
            Some(format!("  {some} of {of} routes need it: {} and {} more", named.join(", "), some - ROUTES))
        }
        some => Some(format!("  {some} of {of} routes need it: {}", named.join(", "))),
    }
}

fn because(reason: &Reason) -> String {
    match reason {
        Reason::NotBuilt => "the function is not built yet".to_owned(),
        Reason::NotThere => "neither package nor layers nor runtime have it".to_owned(),
        Reason::NotReached { files, bytes } => {
            let files = text::plural(*files as u64, "file");
            format!("it is in the package ({files}, {}), and no import from the handler reaches it", text::bytes(*bytes))
        }
        Reason::Unresolved { guarded: true, .. } => {
            "the package does not have it, and the code that asks for it expects that".to_owned()
        }
        Reason::Unresolved { guarded: false, .. } => "the package does not have it, and this import fails".to_owned(),
        Reason::Conditional { .. } => {
            "the code names it, but only where nothing runs it (a condition that is false here, or a function nobody calls)"
                .to_owned()
        }
    }
}

fn places(reason: &Reason) -> &[Spot] {
    match reason {
        Reason::Unresolved { place, .. } => std::slice::from_ref(place),
        Reason::Conditional { places } => places,
        Reason::NotBuilt | Reason::NotThere | Reason::NotReached { .. } => &[],
    }
}

fn spotted(spot: &Spot, color: bool) -> String {
    let place = printable::line(&format!("{}:{}", spot.path, spot.line)).into_owned();
    format!("{}  {}", paint(color, PLACE, &place), code(spot))
}

fn code(spot: &Spot) -> String {
    // An extension module imports from machine code, which nobody wants to read.
    if spot.code.contains('\0') {
        return String::new();
    }
    let code = printable::line(&spot.code).into_owned();
    match code.char_indices().nth(CODE) {
        Some((at, _)) => format!("{}...", &code[..at]),
        None => code,
    }
}

/// A chain as a table: place, code, cost.
fn rendered(chain: &Chain, color: bool) -> Vec<String> {
    let when = match chain.phase {
        Phase::Init => "during Init",
        Phase::Invoke => "in a handler call",
    };
    let places: Vec<String> = chain.steps.iter().map(|step| place(step).to_string()).collect();
    let codes: Vec<String> = chain.steps.iter().map(|step| code(&step.place)).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| textwrap::core::display_width(text)).max().unwrap_or(0);
    let (first, second) = (widest(&places), widest(&codes));
    let mut lines = vec![paint(color, FAINT, when)];
    for ((step, place), code) in chain.steps.iter().zip(&places).zip(&codes) {
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(textwrap::core::display_width(text)));
        let place_gap = pad(place, first);
        let code_gap = pad(code, second);
        let place = paint(color, PLACE, place);
        lines.push(format!("  {place}{place_gap}  {code}{code_gap}  {}", cost(step)).trim_end().to_owned());
    }
    lines
}

fn place(step: &Step) -> std::borrow::Cow<'static, str> {
    let function = step.function.as_ref().map_or_else(String::new, |function| format!(" in {function}()"));
    let place = format!("{}:{}{function}", step.place.path, step.place.line);
    printable::line(&place).into_owned().into()
}

fn cost(step: &Step) -> String {
    let module = printable::line(&step.module);
    match step.ms {
        Some(ms) => format!("{} for {module}", text::ms(ms)),
        None => format!("{module}, loaded before"),
    }
}

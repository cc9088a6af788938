//! Macros that put a condition on whatever they are given.

use super::super::cfg::{Cfg, Wrapper};
use super::super::is_too_deep;
use super::super::lexer::Lexer;
use super::definitions;

/// The condition that a macro puts on the items it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    /// `macro_rules! cfg_fs { ... #[cfg(feature = "fs")] $item ... }`
    Fixed(Cfg),
    /// `macro_rules! feature { (#![$meta:meta] ...) => { #[cfg($meta)] $item ... } }`
    Given,
}

/// Macros of a file that put conditions on items.
pub(super) fn of_file(text: &str) -> Vec<(String, Wrapping)> {
    let conditional = definitions::find(text).into_iter().filter(|found| found.body.contains("cfg"));
    conditional.filter_map(|found| Some((found.name.to_string(), wrapping(found.body)?))).collect()
}

fn wrapping(body: &str) -> Option<Wrapping> {
    let body: String = Lexer::new(body).map(|token| &body[token.start()..token.end()]).collect();
    let start = body.find("#[cfg(")?;
    let rest = &body[start + 6..];
    let mut open = 1;
    let end = rest.char_indices().find(|(_, c)| {
        open += i32::from(*c == '(') - i32::from(*c == ')');
        open == 0
    });
    let condition = end.map(|(end, _)| &rest[..end]).filter(|_| body.contains('$'))?;
    if condition.contains('$') {
        return Some(Wrapping::Given);
    }
    let parsed = if is_too_deep(condition) { None } else { syn::parse_str::<Wrapper>(condition).ok() };
    parsed.map(|Wrapper(cfg)| Wrapping::Fixed(cfg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_is_fixed_or_given() {
        let text = "macro_rules! cfg_fs { ($($i:item)*) => { $( #[cfg(feature = \"fs\")] $i )* } }
            macro_rules! feature { (#![$m:meta] $($i:item)*) => { $(#[cfg($m)] $i)* } }
            macro_rules! none { ($i:item) => { $i } }";
        let found = of_file(text);
        assert_eq!(found[0], ("cfg_fs".into(), Wrapping::Fixed(Cfg::Feature("fs".into()))));
        assert_eq!(found[1], ("feature".into(), Wrapping::Given));
        assert_eq!(found.len(), 2);
    }
}

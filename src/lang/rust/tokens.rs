//! What can be said about token streams that nobody parsed: macro arguments and macro bodies.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path, a name before `!` or a name behind `.` in a token stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// `a::b::c`; whether it starts with `::`.
    Path { segments: Vec<String>, absolute: bool },
    /// `name!`.
    Macro(String),
    /// `.name`.
    Method(String),
    /// A lone identifier.
    Ident(String),
    /// A string literal, with the identifier before `=` if there is one.
    Text { key: Option<String>, value: String },
}

/// Calls `found` for each piece, groups included. `$crate` paths are left out.
pub(super) fn pieces(stream: &TokenStream, found: &mut dyn FnMut(Piece)) {
    let trees: Vec<TokenTree> = stream.clone().into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        at = match &trees[at] {
            TokenTree::Group(group) => {
                if group.delimiter() != Delimiter::None || !group.stream().is_empty() {
                    pieces(&group.stream(), found);
                }
                at + 1
            }
            TokenTree::Literal(literal) => {
                if let Ok(syn::Lit::Str(text)) = syn::parse_str::<syn::Lit>(&literal.to_string()) {
                    found(Piece::Text { key: key_before(&trees, at), value: text.value() });
                }
                at + 1
            }
            TokenTree::Ident(_) => path(&trees, at, found),
            TokenTree::Punct(punct) => {
                // A path behind `$crate` or a `$name` belongs to someone else.
                let dollar = punct.as_char() == '$' && matches!(trees.get(at + 1), Some(TokenTree::Ident(_)));
                if dollar { skip_path(&trees, at + 1) } else { at + 1 }
            }
        };
    }
}

fn is_colons(trees: &[TokenTree], at: usize) -> bool {
    let colon = |n: usize| matches!(trees.get(n), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(at) && colon(at + 1)
}

fn skip_path(trees: &[TokenTree], mut at: usize) -> usize {
    at += 1;
    while is_colons(trees, at) && matches!(trees.get(at + 2), Some(TokenTree::Ident(_))) {
        at += 3;
    }
    at
}

fn punct_before(trees: &[TokenTree], at: usize, character: char) -> bool {
    at > 0 && matches!(&trees[at - 1], TokenTree::Punct(p) if p.as_char() == character)
}

fn key_before(trees: &[TokenTree], at: usize) -> Option<String> {
    let key = at.checked_sub(2)?;
    match (&trees[key], punct_before(trees, at, '=')) {
        (TokenTree::Ident(name), true) => Some(name.to_string()),
        _ => None,
    }
}

fn path(trees: &[TokenTree], start: usize, found: &mut dyn FnMut(Piece)) -> usize {
    let absolute = start >= 2
        && is_colons(trees, start - 2)
        && !matches!(start.checked_sub(3).map(|n| &trees[n]), Some(TokenTree::Ident(_)))
        && !(start >= 3 && punct_before(trees, start - 2, '>'));
    let continues = start >= 2 && is_colons(trees, start - 2) && !absolute;
    let method = punct_before(trees, start, '.') && !(start >= 2 && punct_before(trees, start - 1, '.'));
    let mut segments = Vec::new();
    let mut at = start;
    loop {
        if let Some(TokenTree::Ident(name)) = trees.get(at) {
            segments.push(name.to_string().trim_start_matches("r#").to_string());
        }
        if is_colons(trees, at + 1) && matches!(trees.get(at + 3), Some(TokenTree::Ident(_))) {
            at += 3;
        } else {
            break;
        }
    }
    let bang = matches!(trees.get(at + 1), Some(TokenTree::Punct(p)) if p.as_char() == '!')
        && matches!(trees.get(at + 2), Some(TokenTree::Group(_)));
    if bang && let Some(last) = segments.last() {
        found(Piece::Macro(last.clone()));
    }
    if method {
        found(Piece::Method(segments[0].clone()));
    } else if segments.len() > 1 || absolute || is_colons(trees, at + 1) {
        if !continues {
            found(Piece::Path { segments, absolute });
        }
    } else if let Some(name) = segments.pop() {
        found(Piece::Ident(name));
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_without_parsing() {
        let stream: TokenStream =
            "::serde_json::json!({ \"a\": $x.b(c::d) }); $crate::inner::f()".parse().expect("tokens");
        let mut paths = Vec::new();
        pieces(&stream, &mut |piece| {
            if let Piece::Path { segments, absolute } = piece {
                paths.push((segments.join("::"), absolute));
            }
        });
        assert_eq!(paths, [("serde_json::json".to_string(), true), ("c::d".to_string(), false)]);
    }
}

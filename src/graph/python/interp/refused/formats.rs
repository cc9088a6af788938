//! Texts with places for values: `"%s" % value` and `"{}".format(value)`, and what is wrong with their values.

use std::iter::Peekable;
use std::str::Chars;

/// An error: its class and its message.
pub(super) type Refusal = (&'static str, String);

/// What a `%` has on its right.
pub(super) enum Given<'a> {
    /// So many values of a tuple, with those that are texts.
    Values(&'a [bool]),
    /// A mapping with these keys.
    Keys(&'a [&'a str]),
}

/// Why `text % given` fails.
pub(super) fn of_percent(text: &str, given: &Given) -> Option<Refusal> {
    let mut letters = text.chars().peekable();
    let mut used = 0;
    while let Some(letter) = letters.next() {
        if letter != '%' {
            continue;
        }
        let key = if letters.next_if_eq(&'(').is_some() { Some(key_of(&mut letters)?) } else { None };
        while letters.next_if(|letter| "#0- +.hlL0123456789".contains(*letter)).is_some() {}
        match letters.next() {
            None => return Some(("ValueError", "incomplete format".to_owned())),
            // A width out of the values.
            Some('*') => return None,
            Some('%') => {}
            Some(kind) if "diouxXeEfFgGcrsa".contains(kind) => match (key, given) {
                (Some(_), Given::Values(_)) => return Some(("TypeError", "format requires a mapping".to_owned())),
                (Some(key), Given::Keys(keys)) if !keys.contains(&&*key) => {
                    return Some(("KeyError", format!("'{key}'")));
                }
                (Some(_), Given::Keys(_)) => {}
                (None, Given::Keys(_)) => return None,
                (None, Given::Values(values)) => {
                    match values.get(used) {
                        None => return Some(("TypeError", "not enough arguments for format string".to_owned())),
                        Some(true) if "diouxX".contains(kind) => {
                            let wants = if "di".contains(kind) || kind == 'u' { "a real number" } else { "an integer" };
                            return Some(("TypeError", format!("%{kind} format: {wants} is required, not str")));
                        }
                        Some(_) => {}
                    }
                    used += 1;
                }
            },
            Some(kind) => return Some(("ValueError", format!("unsupported format character '{kind}'"))),
        }
    }
    match given {
        Given::Values(values) if used < values.len() => {
            Some(("TypeError", "not all arguments converted during string formatting".to_owned()))
        }
        _ => None,
    }
}

/// The key of `%(key)s`, behind its parenthesis.
fn key_of(letters: &mut Peekable<Chars>) -> Option<String> {
    let mut key = String::new();
    loop {
        match letters.next()? {
            ')' => return Some(key),
            // Parentheses in keys nest.
            '(' => return None,
            letter => key.push(letter),
        }
    }
}

/// Why `text.format(...)` fails with so many positional values and these names.
pub(super) fn of_format(text: &str, positional: usize, names: &[&str]) -> Option<Refusal> {
    let mut reading = Reading { positional, names, numbered: None, next: 0 };
    reading.text(text, 0)
}

struct Reading<'a> {
    positional: usize,
    names: &'a [&'a str],
    /// Whether fields are numbered by hand.
    numbered: Option<bool>,
    next: usize,
}

impl Reading<'_> {
    fn text(&mut self, text: &str, depth: u32) -> Option<Refusal> {
        let fails = |message: &str| Some(("ValueError", message.to_owned()));
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' if letters.next_if_eq(&'{').is_some() => {}
                '}' if letters.next_if_eq(&'}').is_some() => {}
                '}' => return fails("Single '}' encountered in format string"),
                '{' if letters.peek().is_none() => return fails("Single '{' encountered in format string"),
                '{' => {
                    let mut field = String::new();
                    let mut open = 1;
                    loop {
                        let Some(letter) = letters.next() else { return fails("expected '}' before end of string") };
                        match letter {
                            '{' => open += 1,
                            '}' => open -= 1,
                            // Braces in brackets do not count.
                            '[' => return None,
                            _ => {}
                        }
                        if open == 0 {
                            break;
                        }
                        field.push(letter);
                    }
                    if let Some(refusal) = self.field(&field, depth) {
                        return Some(refusal);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn field(&mut self, field: &str, depth: u32) -> Option<Refusal> {
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let name = name.split('!').next().unwrap_or_default();
        let first = name.split('.').next().unwrap_or_default();
        let by_hand = first.bytes().all(|digit| digit.is_ascii_digit());
        let index = match first {
            "" => {
                self.next += 1;
                Some((false, self.next - 1))
            }
            digits if by_hand => Some((true, digits.parse().ok()?)),
            _ => None,
        };
        match index {
            Some((is_numbered, _)) if self.numbered.is_some_and(|numbered| numbered != is_numbered) => {
                let (from, to) = match is_numbered {
                    true => ("automatic field numbering", "manual field specification"),
                    false => ("manual field specification", "automatic field numbering"),
                };
                return Some(("ValueError", format!("cannot switch from {from} to {to}")));
            }
            Some((_, at)) if at >= self.positional => {
                return Some(("IndexError", format!("Replacement index {at} out of range for positional args tuple")));
            }
            Some((is_numbered, _)) => self.numbered = Some(is_numbered),
            None if !self.names.contains(&first) => return Some(("KeyError", format!("'{first}'"))),
            None => {}
        }
        if spec.contains('{') && depth < 2 { self.text(spec, depth + 1) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str, values: &[bool]) -> Option<&'static str> {
        of_percent(text, &Given::Values(values)).map(|refusal| refusal.0)
    }

    /// As CPython 3.9 to 3.13 answer.
    #[test]
    fn values_fit_or_not() {
        assert_eq!(percent("%s=%5.2f %%", &[true, false]), None);
        assert_eq!(percent("%s %s", &[true]), Some("TypeError"));
        assert_eq!(percent("%s", &[true, true]), Some("TypeError"));
        assert_eq!(percent("%d", &[true]), Some("TypeError"));
        assert_eq!(percent("100%", &[]), Some("ValueError"));
        assert_eq!(percent("%y", &[false]), Some("ValueError"));
        assert_eq!(percent("%*d", &[false, false]), None);
        let keyed = |text: &str| of_percent(text, &Given::Keys(&["a"])).map(|refusal| refusal.0);
        assert_eq!([keyed("%(a)s"), keyed("%(b)s")], [None, Some("KeyError")]);
    }

    #[test]
    fn fields_have_values_or_not() {
        let format = |text: &str, names: &[&str]| of_format(text, 1, names).map(|refusal| refusal.0);
        assert_eq!(format("{} {a} {{}} {a!r:>5} {a.b}", &["a"]), None);
        assert_eq!(format("{0:{a}}", &["a"]), None);
        assert_eq!(format("{} {}", &[]), Some("IndexError"));
        assert_eq!(format("{b}", &["a"]), Some("KeyError"));
        assert_eq!(format("{} {0}", &[]), Some("ValueError"));
        assert_eq!(format("{", &[]), Some("ValueError"));
        assert_eq!(format("a}", &[]), Some("ValueError"));
        assert_eq!(format("{\"a\": {0}}", &[]), Some("KeyError"));
    }
}

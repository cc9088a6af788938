//! Numbers and names as people read them, and the one wildcard match used by tables.

use std::borrow::Cow;

/// Bytes in decimal units: `950 B`, `12.3 kB`, `38.2 MB`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    let value = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.2} GB", value / 1e9),
    }
}

/// A whole number with thousands separated: `4,211`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds with the precision they deserve: `0.4 ms`, `58 ms`, `1,180 ms`.
#[must_use]
pub fn ms(ms: f64) -> String {
    let ms = ms.max(0.0);
    if ms < 9.95 { format!("{ms:.1} ms") } else { format!("{} ms", count(ms.round() as u64)) }
}

/// `1 file`, `3 files`.
#[must_use]
pub fn plural(number: u64, noun: &str) -> String {
    let suffix = if number == 1 { "" } else { "s" };
    format!("{} {noun}{suffix}", count(number))
}

/// Bytes as text. What is no UTF-8 is replaced, as the standard library does it, which takes its time.
#[must_use]
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Whether `name` matches `pattern`, in which `*` stands for any characters, also none.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    // Nearly all names differ in their first or their last letter.
    let differ = |wanted: Option<&u8>, found: Option<&u8>| {
        wanted.is_some_and(|wanted| *wanted != b'*' && found.is_some_and(|found| wanted != found))
    };
    let (pattern_bytes, name_bytes) = (pattern.as_bytes(), name.as_bytes());
    if differ(pattern_bytes.first(), name_bytes.first()) || differ(pattern_bytes.last(), name_bytes.last()) {
        return false;
    }
    let Some(star) = memchr::memchr(b'*', pattern.as_bytes()) else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(&pattern[..star]) else { return false };
    let mut parts = &pattern[star + 1..];
    while let Some(star) = memchr::memchr(b'*', parts.as_bytes()) {
        let Some(at) = rest.find(&parts[..star]) else { return false };
        rest = &rest[at + star..];
        parts = &parts[star + 1..];
    }
    rest.ends_with(parts)
}

/// Known words close to a misspelt one, best first.
#[must_use]
pub fn similar<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|name| (strsim::damerau_levenshtein(word, name), name));
    let best = scored.min_by_key(|(distance, _)| *distance)?;
    (best.0 <= 1.max(word.len() / 3)).then_some(best.1)
}

/// Words as a shell tells them apart; between blanks, where a quote has no end.
#[must_use]
pub fn shell_words(text: &str) -> Vec<String> {
    shlex::split(text).unwrap_or_else(|| text.split_whitespace().map(str::to_owned).collect())
}

/// A stretch of time as people say it: `90 s`, `12 min`, `30 h`.
#[must_use]
pub fn seconds(seconds: u32) -> String {
    match seconds {
        0..=599 => format!("{seconds} s"),
        600..=35_999 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// Year, month and day so many days after 1970-01-01, by the calendar's cycle of 400 years.
#[must_use]
pub fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        let dates = [0, 59, 11_016, 20_786].map(civil);
        assert_eq!(dates, [(1970, 1, 1), (1970, 3, 1), (2000, 2, 29), (2026, 11, 29)]);
    }

    #[test]
    fn words_are_cut_as_a_shell_does() {
        assert_eq!(shell_words("a 'b c' \"\" d\\ e"), ["a", "b c", "", "d e"]);
        assert_eq!(shell_words("it's open"), ["it's", "open"]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(bytes(38_200_000), "38.2 MB");
        assert_eq!(count(4211), "4,211");
        assert_eq!(count(100), "100");
        assert_eq!(ms(1180.4), "1,180 ms");
        assert_eq!(ms(0.42), "0.4 ms");
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*.pyi", "x.pyi"));
        assert!(matches("boto3.client().*", "boto3.client().get_object"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a*b", "ac"));
        assert!(!matches("abc", "abcd"));
        assert!(!matches("ab*ba", "aba"));
    }

    #[test]
    fn misspelt_words_find_their_neighbour() {
        assert_eq!(similar("budget-imit", ["budget-init", "select"]), Some("budget-init"));
        assert_eq!(similar("zzz", ["budget-init"]), None);
    }
}

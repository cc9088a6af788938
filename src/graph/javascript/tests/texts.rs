//! Strings and arrays that decide what is loaded.

use super::eager;

/// Whether a condition is known to hold.
fn holds(condition: &str) -> bool {
    let code = format!("if ({condition}) require('./yes'); else require('./no'); exports.handler = 1;");
    eager(&[("index.js", &code), ("yes.js", ""), ("no.js", "")]) == ["index.js", "yes.js"]
}

#[test]
fn places_in_texts_count_from_where_they_are_told() {
    for condition in [
        "'a-b-c'.indexOf('-', 2) === 3",
        "'a-b-c'.lastIndexOf('-', 2) === 1",
        "'abc'.startsWith('b', 1) && !'abc'.startsWith('b')",
        "'abc'.endsWith('b', 2)",
        "!'abc'.includes('a', 1)",
        "'abc'.substring(2, 0) === 'ab' && 'abc'.substring(-1) === 'abc'",
        "'abc'.slice(-2, -1) === 'b'",
        "'abc'.substr(-2, 1) === 'b'",
        "'abc'.at(-1) === 'c' && 'abc'.at(3) === undefined",
        "'a,b,c'.split(',', 2).length === 2",
        "'7'.padStart(3, '0') === '007' && 'a'.padEnd(2) === 'a '",
        "'a'.concat('b', 'c') === 'abc'",
        "[1, 2, 1].indexOf(1, 1) === 2 && [1].at(-2) === undefined",
        "[1, 2, 1].lastIndexOf(1) === 2 && [1].lastIndexOf(2) === -1",
        "Object.defineProperty([], 'length', { value: 1 }).length === 1",
    ] {
        assert!(holds(condition), "{condition}");
    }
}

#[test]
fn texts_are_counted_in_units() {
    for condition in [
        "'äöü-x'.indexOf('x') === 4",
        "'äöü-x'.slice(4) === 'x' && 'äöü'.charAt(1) === 'ö'",
        "'😀x'.slice(2) === 'x' && '😀'.codePointAt(0) === 0x1f600 && '😀'.charCodeAt(0) === 0xd83d",
        "'ä'.padEnd(3, '-') === 'ä--'",
    ] {
        assert!(holds(condition), "{condition}");
    }
}

#[test]
fn patterns_look_back_at_groups() {
    assert!(holds(r#"'"x"'.replace(/^(['"`])([\s\S]*)\1$/mg, '$2') === 'x'"#));
    assert!(holds(r#"!/^(['"]).*\1$/.test('"x')"#));
}

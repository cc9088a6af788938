use super::*;
use crate::lang::javascript::{Dialect, ParseMode, parse};

/// Names of the modules inside a text, with whether they are eager; functions whose text contains
/// `RAN` have run.
fn told(text: &str) -> Vec<(String, bool)> {
    let program = parse(text, ParseMode::javascript(Dialect::CommonJs)).unwrap();
    let ran = |function: FunctionId| {
        let span = program.functions[function as usize].span;
        text[span.range_in(text.len())].contains("RAN")
    };
    let functions = Functions::new(&program, &ran);
    marks::modules(text, &program, &functions).into_iter().map(|inner| (inner.name, inner.eager)).collect()
}

fn expected(rows: &[(&str, bool)]) -> Vec<(String, bool)> {
    rows.iter().map(|(name, eager)| ((*name).to_owned(), *eager)).collect()
}

#[test]
fn esbuild_names_modules_in_comments_and_wrappers() {
    let text = r#""use strict";
var __commonJS = (cb, mod) => function __require() { return mod || cb((mod = {exports: {}}).exports, mod), mod.exports; };
// node_modules/a/index.js
var require_a = __commonJS({
  "node_modules/a/index.js"(exports, module) { module.exports = "RAN"; }
});
// node_modules/@s/b/index.js
var require_b = __commonJS({
  "node_modules/@s/b/index.js"(exports, module) { module.exports = 2; }
});
// src/index.ts
var a = require_a();
"#;
    let want = [("node_modules/a/index.js", true), ("node_modules/@s/b/index.js", false), ("src/index.ts", true)];
    assert_eq!(told(text), expected(&want));
}

#[test]
fn webpack_names_modules_by_keys_and_in_comments() {
    let text = r#"(() => { var RAN; var __webpack_modules__ = ({
/***/ "./node_modules/a/index.js":
/***/ ((module) => { module.exports = "RAN"; }),
/***/ "./node_modules/b/lib/x.js?1f":
/***/ ((module) => { module.exports = 2; })
});
;// CONCATENATED MODULE: ./src/index.js
exports.handler = 1;
})();"#;
    let want = [("node_modules/a/index.js", true), ("node_modules/b/lib/x.js", false), ("src/index.js", true)];
    assert_eq!(told(text), expected(&want));
}

#[test]
fn ordinary_code_is_no_bundle() {
    let text = "// lib/x.js\nconst routes = { './a.js': () => 1, './b.js': () => 2 };\n// lib/y.js\nmodule.exports = routes;\n";
    assert_eq!(told(text), []);
}

#[test]
fn minified_helpers_are_known_by_what_they_do() {
    let text = "var c=(t,e)=>()=>(e||t((e={exports:{}}).exports,e),e.exports);var a=c((x,y)=>{y.exports='RAN'});var b=c((x,y)=>{y.exports=2});a();";
    let program = parse(text, ParseMode::javascript(Dialect::CommonJs)).unwrap();
    let found = wrappers::wrappers(&program);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|wrapper| wrapper.name.is_none()));
}

#[test]
fn a_source_map_tells_bytes_and_wrappers() {
    let text = "var c=(t,e)=>()=>(t(),e);var a=c(()=>{first()});var b=c(()=>{second()});a();own();";
    let mut map = sourcemap::SourceMapBuilder::new(None);
    let at = |needle: &str| text.find(needle).unwrap() as u32;
    for (needle, source) in [
        ("first", "../node_modules/a/index.js"),
        ("second", "webpack://app/./node_modules/@s/b/index.js?x"),
        ("a();own", "../src/index.ts"),
    ] {
        map.add(0, at(needle), 0, 0, Some(source), None, false);
    }
    let program = parse(text, ParseMode::javascript(Dialect::CommonJs)).unwrap();
    let ran = |function: FunctionId| {
        let span = program.functions[function as usize].span;
        text[span.range_in(text.len())].contains("first")
    };
    let functions = Functions::new(&program, &ran);
    let inner = map::modules(&map.into_sourcemap(), text, &program, &functions);
    let told: Vec<(&str, bool, u64)> =
        inner.iter().map(|inner| (inner.name.as_str(), inner.eager, inner.bytes)).collect();
    let end = text.len() as u32;
    assert_eq!(
        told,
        [
            ("node_modules/a/index.js", true, u64::from(at("second") - at("first"))),
            ("node_modules/@s/b/index.js", false, u64::from(at("a();own") - at("second"))),
            ("src/index.ts", true, u64::from(end - at("a();own"))),
        ]
    );
}

#[test]
fn shares_add_up_to_the_whole() {
    let whole = Weight { compiled_bytes: 1_000, statements: 10, run_bytes: 7, ..Weight::default() };
    let mut rest = whole.clone();
    let parts = [share(&whole, &mut rest, 300, 1_000, 900), share(&whole, &mut rest, 600, 1_000, 900)];
    let sum = |field: fn(&Weight) -> u64| parts.iter().chain([&rest]).map(field).sum::<u64>();
    assert_eq!(sum(|weight| weight.compiled_bytes), 1_000);
    assert_eq!(sum(|weight| u64::from(weight.statements)), 10);
    assert_eq!(sum(|weight| weight.run_bytes), 7);
    assert_eq!(rest.compiled_bytes, 100);
}

#[test]
fn a_comment_within_a_wrapper_ends_with_it() {
    let text = r#"(() => { var __webpack_modules__ = ({
/***/ 12:
/***/ ((module) => {
// UNUSED EXPORTS: b
;// ./node_modules/a/index.js
var RAN = "a";
/***/ }),
/***/ 13:
/***/ ((module) => { module.exports = "a long one, and nobody says whose"; })
}); var RAN;
;// ./src/index.js
exports.handler = 1; })();"#;
    let program = parse(text, ParseMode::javascript(Dialect::CommonJs)).unwrap();
    let ran = |_| true;
    let functions = Functions::new(&program, &ran);
    let inner = marks::modules(text, &program, &functions);
    let bytes: Vec<(&str, u64)> = inner.iter().map(|inner| (inner.name.as_str(), inner.bytes)).collect();
    assert_eq!(bytes[0].0, "node_modules/a/index.js");
    assert!(bytes[0].1 < 40, "{bytes:?}");
}

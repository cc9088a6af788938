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
fn webpack_names_modules_in_banners() {
    let text = r#"(() => { var RAN; var __webpack_modules__ = ({
/***/ 12
/*!*****************************************!*\
  !*** ./node_modules/a/index.js + 1 modules ***!
  \*****************************************/
(module) { module.exports = "RAN"; }
/***/ 13
/*!********************************!*\
  !*** ./node_modules/b/x.js?1f ***!
  \********************************/
(module) { module.exports = 2; }
});
// MODULE: ./node_modules/c/index.js
var c = __webpack_require__.cjs((module) => { module.exports = 3; });
;// ./src/index.js
exports.handler = 1;
})();"#;
    let text = text.replace("/***/ 12\n", "/***/ \"12\"\n").replace("/***/ 13\n", ",/***/ \"13\"\n");
    let want = [
        ("node_modules/a/index.js", true),
        ("node_modules/b/x.js", false),
        ("node_modules/c/index.js", false),
        ("src/index.js", true),
    ];
    assert_eq!(told(&text), expected(&want));
}

#[test]
fn rolldown_names_modules_before_their_wrappers() {
    let text = r#"var __commonJSMin = (cb, mod) => () => (mod || (cb((mod = { exports: {} }).exports, mod), cb = null), mod.exports);
//#region node_modules/a/index.js
// node_modules/a/index.js
var require_a = /* @__PURE__ */ __commonJSMin(((exports, module) => { module.exports = "RAN"; }));
// node_modules/b/index.js
var require_b = /* @__PURE__ */ __commonJSMin(((exports, module) => { module.exports = 2; }));
// src/index.js
var a = require_a();
"#;
    let want = [("node_modules/a/index.js", true), ("node_modules/b/index.js", false), ("src/index.js", true)];
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

/// Name, eagerness and bytes of the modules that a map tells apart, which says from which places on
/// the text is of which source, or of none; functions whose text contains `RAN` have run.
fn mapped(text: &str, places: &[(&str, Option<&str>)]) -> Vec<(String, bool, u64)> {
    let mut map = sourcemap::SourceMapBuilder::new(None);
    for (needle, source) in places {
        let at = text.find(needle).unwrap() as u32;
        map.add(0, at, 0, 0, *source, None, false);
    }
    let program = parse(text, ParseMode::javascript(Dialect::CommonJs)).unwrap();
    let ran = |function: FunctionId| {
        let span = program.functions[function as usize].span;
        text[span.range_in(text.len())].contains("RAN")
    };
    let functions = Functions::new(&program, &ran);
    let inner = map::modules(&map.into_sourcemap(), text, &program, &functions);
    inner.into_iter().map(|inner| (inner.name, inner.eager, inner.bytes)).collect()
}

#[test]
fn a_source_map_tells_bytes_and_wrappers() {
    let text = "var c=(t,e)=>()=>(t(),e);var a=c(()=>{RAN()});var b=c(()=>{second()});a();own();";
    let places = [
        ("RAN", Some("../node_modules/a/index.js")),
        ("second", Some("webpack://app/./node_modules/@s/b/index.js?x")),
        ("a();own", Some("../src/index.ts")),
    ];
    let between = |from: &str, to: &str| (text.find(to).unwrap() - text.find(from).unwrap()) as u64;
    let end = text.len() - text.find("a();own").unwrap();
    assert_eq!(
        mapped(text, &places),
        [
            ("node_modules/a/index.js".to_owned(), true, between("RAN", "second")),
            ("node_modules/@s/b/index.js".to_owned(), false, between("second", "a();own")),
            ("src/index.ts".to_owned(), true, end as u64),
        ]
    );
}

#[test]
fn data_without_a_mapping_goes_with_what_asks_for_it() {
    let data = "x".repeat(300);
    let text = format!(
        "var d={{a:'{data}'}},/*RAN*/e='{data}';(()=>{{var m={{12(t,x,n){{/*one*/t.exports=n(13)}},13(t){{t.exports='{data}'}}}};/*RAN*/use(d);/*own*/d2(e);/*two*/e2(e)}})();"
    );
    let places = [
        ("var d", None),
        ("/*one*/", Some("node_modules/one/index.js")),
        (",13(", None),
        ("use(d)", Some("node_modules/one/lib.js")),
        ("/*own*/", Some("src/own.js")),
        ("/*two*/", Some("node_modules/two/index.js")),
    ];
    let told = mapped(&text, &places);
    let bytes = |name: &str| told.iter().find(|(told, _, _)| told == name).map(|(_, _, bytes)| *bytes).unwrap();
    // The variable that one module uses, and the wrapper that another one of the package requires.
    assert!(bytes("node_modules/one/lib.js") > 300, "{told:?}");
    assert!(bytes("node_modules/one/index.js") > 300, "{told:?}");
    // What two packages use is nobody's.
    assert!(bytes("src/own.js") < 100 && bytes("node_modules/two/index.js") < 100, "{told:?}");
}

#[test]
fn numbered_wrappers_say_what_ran() {
    let text = "(()=>{/*RAN*/var m={12(t){t.exports=function(){a()};/*RAN*/},13(t){t.exports=function(){b()}}};})();";
    let places = [
        ("a()", Some("node_modules/a/index.js")),
        (",13(", None),
        ("b()", Some("node_modules/b/index.js")),
        ("};})", None),
    ];
    let told = mapped(text, &places);
    let eager: Vec<(&str, bool)> = told.iter().map(|(name, eager, _)| (name.as_str(), *eager)).collect();
    assert_eq!(eager, [("node_modules/a/index.js", true), ("node_modules/b/index.js", false)]);
}

#[test]
fn names_lose_what_bundlers_put_around_them() {
    assert_eq!(cleaned("webpack://app/./src/x.ts?1a2b"), "src/x.ts");
    assert_eq!(cleaned("webpack://app/json|/builds/a/node_modules/b/x.json"), "node_modules/b/x.json");
    assert_eq!(cleaned("./node_modules/a-loader/x.js!./src/y.ts"), "src/y.ts");
    assert_eq!(cleaned("../../lib/./z.js"), "lib/z.js");
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

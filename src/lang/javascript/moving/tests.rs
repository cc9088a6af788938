use super::*;
use crate::lang::moving::applied;

fn moved(path: &str, text: &str, import: &str) -> Result<String, String> {
    let at = text.find(import).unwrap() as u32;
    let moved = move_imports(text, path, &[Span::new(at, at + 1)], &[]).map_err(|refusal| refusal.why)?;
    Ok(applied(text, &moved.edits))
}

#[test]
fn a_require_goes_into_the_functions() {
    let text = "'use strict';\nconst sharp = require('sharp'); // big\nconst b = require('b');\n\nexports.handler = async (event) => {\n  // first\n  return event.rows.map((row) => {\n    return sharp(row);\n  });\n};\nfunction f() { return sharp; }\n";
    let after = "'use strict';\nconst b = require('b');\n\nexports.handler = async (event) => {\n  const sharp = require('sharp'); // big\n  // first\n  return event.rows.map((row) => {\n    return sharp(row);\n  });\n};\nfunction f() { const sharp = require('sharp'); return sharp; }\n";
    assert_eq!(moved("a.js", text, "require('sharp')").as_deref(), Ok(after));
}

#[test]
fn each_function_requires_what_it_uses() {
    let text = "const { a, b: c } = require('x')\nfunction f () {\n\t'use strict'\n\treturn a\n}\nconst g = () => {\n\treturn c\n}\n";
    let after = "function f () {\n\t'use strict'\n\tconst { a } = require('x')\n\treturn a\n}\nconst g = () => {\n\tconst { b: c } = require('x')\n\treturn c\n}\n";
    assert_eq!(moved("a.js", text, "require").as_deref(), Ok(after));
}

#[test]
fn a_static_import_is_awaited_where_that_is_possible() {
    let text = "import x, { y as z } from \"x\";\nimport type { Y } from \"x\";\n\nexport async function f(p: z.T) {\n  return x(p).map((q) => z(q));\n}\n";
    let after = "import type { y as z } from \"x\";\nimport type { Y } from \"x\";\n\nexport async function f(p: z.T) {\n  const { default: x, y: z } = await import(\"x\");\n  return x(p).map((q) => z(q));\n}\n";
    assert_eq!(moved("a.ts", text, "import x").as_deref(), Ok(after));
    let text = "import * as x from 'x';\nexport const f = async () => {\n  return x.y;\n};\n";
    let after = "export const f = async () => {\n  const x = await import('x');\n  return x.y;\n};\n";
    assert_eq!(moved("a.mjs", text, "import *").as_deref(), Ok(after));
}

#[test]
fn what_would_change_behaviour_stays() {
    let refused = [
        ("const x = require('x');\nconst y = x.y;", "while the module loads"),
        ("const x = require('x');\nfunction f(a = x.y) {\n  return a;\n}", "while the module loads"),
        ("const x = require('x');\n(function () {\n  x.y();\n})();", "while the module loads"),
        ("const x = require('x');\nmodule.exports = { x };", "while the module loads"),
        ("const x = require('x')(1);\nfunction f() {\n  x();\n}", "more than require"),
        ("const x = require('x'), y = 1;\nfunction f() {\n  x();\n}", "several variables"),
        ("let x = require('x');\nfunction f() {\n  x = 1;\n}\nfunction g() {\n  x();\n}", "assigned"),
        ("const x = require('x');\nfunction f(x) {\n  return x;\n}\nfunction g() {\n  x();\n}", "another declaration"),
        ("const x = require('x');", "no function uses"),
        ("const x = require('x');\nfunction f() {\n  x();\n}\nfunction g() {\n  return eval('x.y');\n}", "`eval` may"),
        ("if (1) { require('x'); }", "inside another statement"),
        ("import 'x';", "what loading it does"),
        ("import x from 'x';\nexport function f() {\n  return x;\n}", "f(), which is not async"),
        ("import x from 'x';\nexport { x };", "while the module loads"),
    ];
    for (code, why) in refused {
        let import = if code.contains("require") { "require" } else { "import" };
        let answer = moved("a.js", &format!("{code}\n"), import);
        assert!(answer.as_ref().is_err_and(|answer| answer.contains(why)), "{code}: {answer:?}");
    }
}

#[test]
fn where_all_requests_pass_a_branch_requires() {
    let text = "const x = require('x');\nexports.handler = async (e) => {\n  if (e.path === '/a') {\n    return x(e);\n  }\n  switch (e.path) {\n    case '/b':\n      return x(1);\n    default:\n      return 1;\n  }\n};\n";
    let after = "exports.handler = async (e) => {\n  if (e.path === '/a') {\n    const x = require('x');\n    return x(e);\n  }\n  switch (e.path) {\n    case '/b':\n      const x = require('x');\n      return x(1);\n    default:\n      return 1;\n  }\n};\n";
    let crossroad = [text.find("e.path").unwrap() as u32];
    let edits = move_imports(text, "a.js", &[Span::new(1, 2)], &crossroad).unwrap().edits;
    assert_eq!(applied(text, &edits), after);
    let text = text.replace("return 1;", "return x(2);");
    let refused = move_imports(&text, "a.js", &[Span::new(1, 2)], &crossroad).unwrap_err();
    assert!(refused.why.contains("several cases"), "{refused:?}");
}

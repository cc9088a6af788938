use super::*;
use crate::lang::moving::applied;

fn moved(text: &str, import: &str) -> Result<String, String> {
    let at = text.find(import).unwrap() as u32;
    let module = import.split_whitespace().nth(1).unwrap().to_owned();
    let asked = [Asked { span: Span::new(at, at + 1), modules: vec![module], whole: true }];
    let moved = move_imports(text, &asked, &[]).map_err(|refusal| refusal.why)?;
    Ok(applied(text, &moved.edits))
}

#[test]
fn an_import_goes_behind_the_docstring() {
    let text = "\"\"\"Doc.\"\"\"\nimport json\nimport heavy as h  # big\n\n\ndef f():\n    \"\"\"Does.\"\"\"\n\n    # first\n    return h.x(json)\n\n\ndef g():\n    return 1\n";
    let after = "\"\"\"Doc.\"\"\"\nimport json\n\n\ndef f():\n    \"\"\"Does.\"\"\"\n\n    import heavy as h  # big\n\n    # first\n    return h.x(json)\n\n\ndef g():\n    return 1\n";
    assert_eq!(moved(text, "import heavy").as_deref(), Ok(after));
    assert!(moved(after, "import heavy").unwrap_err().contains("inside another statement"));
}

#[test]
fn each_function_imports_what_it_uses() {
    let text = "from heavy import a, b\nclass C:\n\tdef f(self):\n\t\treturn a(b)\n\tasync def g(self):\n\t\tdef inner():\n\t\t\treturn a\n\t\treturn inner\n";
    let after = "class C:\n\tdef f(self):\n\t\tfrom heavy import a, b\n\n\t\treturn a(b)\n\tasync def g(self):\n\t\tdef inner():\n\t\t\tfrom heavy import a\n\n\t\t\treturn a\n\t\treturn inner\n";
    assert_eq!(moved(text, "from heavy").as_deref(), Ok(after));
}

#[test]
fn line_ends_and_other_names_of_the_statement_stay() {
    let text = "import os, heavy\r\ndef f():\r\n    return heavy.x(os)\r\n";
    let after = "import os\r\ndef f():\r\n    import heavy\r\n\r\n    return heavy.x(os)\r\n";
    let asked = [Asked { span: Span::new(0, 5), modules: vec!["heavy".to_owned()], whole: false }];
    let edits = move_imports(text, &asked, &[]).unwrap().edits;
    assert_eq!(applied(text, &edits), after);
}

#[test]
fn what_runs_as_a_script_imports_too() {
    let text = "import heavy\ndef f():\n    return heavy\nif __name__ == '__main__':\n    heavy.run()\n";
    let after = "def f():\n    import heavy\n\n    return heavy\nif __name__ == '__main__':\n    import heavy\n\n    heavy.run()\n";
    assert_eq!(moved(text, "import heavy").as_deref(), Ok(after));
}

#[test]
fn type_checkers_keep_the_import() {
    let text = "from __future__ import annotations\nimport heavy\n\ndef f(x: heavy.X) -> int:\n    return heavy.x(x)\n";
    let after = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import heavy\n\ndef f(x: heavy.X) -> int:\n    import heavy\n\n    return heavy.x(x)\n";
    assert_eq!(moved(text, "import heavy").as_deref(), Ok(after));
}

#[test]
fn type_checkers_have_one_block() {
    let text = "from __future__ import annotations\nimport b1\nimport heavy\n\ndef f(x: heavy.X, y: b1.Y):\n    return heavy, b1\n";
    let after = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import b1\n    import heavy\n\ndef f(x: heavy.X, y: b1.Y):\n    import heavy\n    import b1\n\n    return heavy, b1\n";
    let at = |import: &str| text.find(import).unwrap() as u32;
    let asked = |import: &str, module: &str| Asked {
        span: Span::new(at(import), at(import) + 1),
        modules: vec![module.to_owned()],
        whole: true,
    };
    let both = [asked("import heavy", "heavy"), asked("import b1", "b1")];
    let moved = move_imports(text, &both, &[]).unwrap();
    assert_eq!(applied(text, &moved.edits), after);
}

#[test]
fn annotations_that_somebody_may_evaluate_keep_the_import() {
    let module = |rest: &str| {
        format!("from __future__ import annotations\nimport heavy\ndef f(x: heavy.X):\n    return heavy.x(x)\n{rest}")
    };
    for rest in [
        "app.add_api_route('/a', f)\n",
        "ROUTES = {'/a': f}\n",
        "def g(d=Depends(f)):\n    return d\n",
        "def g():\n    return typing.get_type_hints(f)\n",
        "def g(h):\n    return inspect.signature(h, eval_str=True)\n",
        "def g(h):\n    return h.__annotations__\n",
    ] {
        assert!(moved(&module(rest), "import heavy").unwrap_err().contains("annotation"), "{rest}");
    }
    assert!(moved(&module("def g():\n    return f(1)\n"), "import heavy").is_ok());
}

#[test]
fn names_of_functions_are_their_own() {
    let text =
        "import heavy\ndef f(heavy):\n    return heavy\ndef g():\n    return [heavy for heavy in f(1)], heavy.x\n";
    let after = "def f(heavy):\n    return heavy\ndef g():\n    import heavy\n\n    return [heavy for heavy in f(1)], heavy.x\n";
    assert_eq!(moved(text, "import heavy").as_deref(), Ok(after));
}

#[test]
fn what_would_change_behaviour_stays() {
    let refused = [
        ("x = heavy.y", "while the module loads"),
        ("def f(x=heavy.y):\n    return heavy", "default value"),
        ("@heavy.y\ndef f():\n    return heavy", "decorator"),
        ("def f(x: heavy.y):\n    return heavy", "annotation"),
        ("def f(x: 'heavy.y'):\n    return heavy\n@f\ndef g(x: 'heavy.y'):\n    return 1", "may be evaluated"),
        ("class A(heavy.B):\n    pass", "base"),
        ("class A:\n    x = heavy.y", "while the module loads"),
        ("try:\n    pass\nexcept heavy.E:\n    pass", "except"),
        ("f = lambda: heavy.y", "while the module loads"),
        ("__all__ = ['heavy']\ndef f():\n    return heavy", "__all__"),
        ("def f():\n    global heavy\n    heavy = 1\ndef g():\n    return heavy", "global"),
        ("try:\n    import ujson as heavy\nexcept ImportError:\n    pass\ndef f():\n    return heavy", "binds"),
        ("def f(): return heavy.x", "one line"),
        ("def f():\n    return globals()['heavy'], heavy", "look the name up"),
        ("def f():\n    return '{heavy}'.format(**locals()), heavy", "`locals()` may look the name up"),
        ("import sys\ndef f():\n    return sys.modules[__name__].heavy, heavy", "`sys.modules[__name__]` may look"),
        ("from importlib import import_module\ndef f():\n    return import_module(__name__).heavy, heavy", "may look"),
        ("def f():\n    class C:\n        heavy = heavy.x\n    return C, heavy", "binds `heavy` too"),
        ("class C:\n    f = lambda self: heavy.x()\ndef f():\n    return heavy", "used while the module loads"),
        ("def f():\n    return 1", "no function names"),
    ];
    for (code, why) in refused {
        let answer = moved(&format!("import heavy\n{code}\n"), "import heavy");
        assert!(answer.as_ref().is_err_and(|answer| answer.contains(why)), "{code}: {answer:?}");
    }
}

#[test]
fn where_all_requests_pass_a_branch_imports() {
    let text = "import heavy\n\ndef handler(e):\n    if e == 'a':\n        return heavy.a()\n    elif e == 'b':\n        for x in e:\n            heavy.b(x)\n    return heavy_free\n";
    let after = "def handler(e):\n    if e == 'a':\n        import heavy\n\n        return heavy.a()\n    elif e == 'b':\n        import heavy\n\n        for x in e:\n            heavy.b(x)\n    return heavy_free\n";
    let asked = [Asked { span: Span::new(0, 5), modules: vec!["heavy".to_owned()], whole: true }];
    let crossroad = [text.find("e == 'a'").unwrap() as u32];
    let edits = move_imports(text, &asked, &crossroad).unwrap().edits;
    assert_eq!(applied(text, &edits), after);
    let text = text.replace("heavy_free", "heavy.c");
    assert!(move_imports(&text, &asked, &crossroad).unwrap_err().why.contains("whatever the request is"));
}

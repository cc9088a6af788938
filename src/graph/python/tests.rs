//! What the simulation takes for eager, lazy and never loaded, on packages of a few lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{PythonInput, Start, simulate, simulate_all};
use crate::artifact::{Artifact, ArtifactKind, Bytes, Contents, Entry, ReadError};
use crate::graph::{ModuleGraph, Phase, Refused, WhatIf};
use crate::package::Bundle;
use crate::package::owners::Packages;
use crate::package::owners::python::attribute;
use crate::platform::Architecture;

struct Texts(Vec<String>);

impl Contents for Texts {
    fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
        let text = self.0.get(entry as usize).cloned().unwrap_or_default();
        Ok(Arc::new(text.into_bytes()))
    }
}

fn bundle(files: &[(&str, &str)]) -> Bundle {
    let entries = files
        .iter()
        .map(|(path, text)| Entry {
            path: (*path).into(),
            bytes: text.len() as u64,
            zipped_bytes: None,
            crc32: None,
            modified: None,
            mode: None,
        })
        .collect();
    let texts = files.iter().map(|(_, text)| (*text).to_owned()).collect();
    let artifact =
        Artifact::new("fn".into(), ArtifactKind::Directory, None, entries, Vec::new(), Box::new(Texts(texts)));
    Bundle::new(artifact)
}

fn graph(files: &[(&str, &str)], version: (u16, u16)) -> ModuleGraph {
    let bundle = bundle(files);
    simulate(&PythonInput {
        bundle: &bundle,
        handler: "app.handler",
        version,
        architecture: Architecture::X86_64,
        sdk: None,
        libraries: None,
        environment: &BTreeMap::new(),
        packages: &attribute(&bundle.artifact),
        refused: &FxHashMap::default(),
        what_if: &WhatIf::default(),
    })
}

fn names(graph: &ModuleGraph, phase: Phase) -> String {
    let found = graph.modules.iter().filter(|m| m.loaded == phase && m.entry.is_some() && &*m.name != "app");
    let mut found: Vec<&str> = found.map(|m| &*m.name).collect();
    found.sort_unstable();
    found.join(" ")
}

/// A small function: files, and what must be loaded during Init and by the first calls besides `app`.
struct Case {
    what: &'static str,
    files: &'static [(&'static str, &'static str)],
    eager: &'static str,
    lazy: &'static str,
}

const HANDLER: &str = "def handler(event, context): pass\n";

const fn case(
    what: &'static str,
    files: &'static [(&'static str, &'static str)],
    eager: &'static str,
    lazy: &'static str,
) -> Case {
    Case { what, files, eager, lazy }
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("parents run before children",
        &[("app.py", "import a.b.c"), ("a/__init__.py", ""), ("a/b/__init__.py", ""), ("a/b/c.py", ""), ("a/d.py", "")],
        "a a.b a.b.c", ""),
    case("a from-import takes the submodule only where the package lacks the name",
        &[("app.py", "from p import x, y"), ("p/__init__.py", "x = 1"), ("p/x.py", ""), ("p/y.py", "")],
        "p p.y", ""),
    case("a star import loads what __all__ names",
        &[("app.py", "from p import *"), ("p/__init__.py", "__all__ = ['x'] + ['y']"), ("p/x.py", ""), ("p/y.py", ""), ("p/z.py", "")],
        "p p.x p.y", ""),
    case("a star import without __all__ loads nothing more",
        &[("app.py", "from p import *"), ("p/__init__.py", "import q"), ("p/x.py", ""), ("q.py", "")],
        "p q", ""),
    case("relative imports of all levels",
        &[("app.py", "import p.q.r"), ("p/__init__.py", ""), ("p/q/__init__.py", ""), ("p/q/r.py", "from . import s\nfrom .. import t\nfrom ..u import v"),
          ("p/q/s.py", ""), ("p/t.py", ""), ("p/u/__init__.py", ""), ("p/u/v.py", "")],
        "p p.q p.q.r p.q.s p.t p.u p.u.v", ""),
    case("folders without __init__ are packages",
        &[("app.py", "import n.m"), ("n/m.py", "")], "n.m", ""),
    case("a circle ends",
        &[("app.py", "import a"), ("a.py", "import b\nx = 1"), ("b.py", "import a\nfrom a import nothing")], "a b", ""),
    case("a missing import takes the except branch",
        &[("app.py", "try:\n    import missing\nexcept ImportError:\n    import fallback\nelse:\n    import luxury"), ("fallback.py", ""), ("luxury.py", "")],
        "fallback", ""),
    case("a failing package leaves what it has loaded",
        &[("app.py", "try:\n    import p\nexcept Exception:\n    import q"), ("p/__init__.py", "import r\nraise ValueError('no')"), ("q.py", ""), ("r.py", "")],
        "q r", ""),
    case("another exception passes the handler",
        &[("app.py", "try:\n    try:\n        raise KeyError('k')\n    except ValueError:\n        import a\nexcept LookupError:\n    import b"), ("a.py", ""), ("b.py", "")],
        "b", ""),
    case("type checkers' imports never run",
        &[("app.py", "import typing\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nif typing.TYPE_CHECKING:\n    import b\nelse:\n    import c"), ("a.py", ""), ("b.py", ""), ("c.py", "")],
        "c", ""),
    case("the main guard does not run",
        &[("app.py", "if __name__ == '__main__':\n    import a"), ("a.py", "")], "", ""),
    case("versions and platforms are decided",
        &[("app.py", "import sys\nif sys.version_info >= (3, 11):\n    import new\nelse:\n    import old\nif sys.platform == 'win32':\n    import win"), ("new.py", ""), ("old.py", ""), ("win.py", "")],
        "new", ""),
    case("conditions that are not known take both branches in own code",
        &[("app.py", "import os\nif os.environ['STAGE'] == 'prod':\n    import a\nelse:\n    import b"), ("a.py", ""), ("b.py", "")],
        "a b", ""),
    case("a list that a branch makes is followed in the branch",
        &[("app.py", "import importlib, os\ndef names():\n    found, stack = [], [('a', 0)]\n    while stack:\n        name, depth = stack.pop()\n        found.append(name)\n        if depth < 1:\n            stack.append(('b', depth + 1))\n    return found\nif os.environ['STAGE'] == 'prod':\n    for name in names():\n        importlib.import_module(name)"), ("a.py", ""), ("b.py", "")],
        "a b", ""),
    case("what a client registers at its making is loaded by the event that asks for it",
        &[("app.py", "from lib import Client\ndef handler(e, c):\n    return Client().emit('s3')"),
          ("lib.py", "import importlib\ndef lazily(name):\n    def load():\n        return importlib.import_module(name)\n    return load\nclass Client:\n    def __init__(self):\n        self.hooks = {}\n        for at in range(30):\n            self.add('none%d' % at, lazily('none'))\n        self.add('s3', lazily('extra'))\n    def add(self, event, hook):\n        self.hooks[event] = hook\n    def emit(self, event):\n        self.hooks[event]()"), ("extra.py", "")],
        "lib", "extra"),
    case("class bodies, decorators and defaults run",
        &[("app.py", "def d(f):\n    import a\n    return f\n@d\ndef f(x=__import__('b')):\n    import c\nclass K:\n    import e"), ("a.py", ""), ("b.py", ""), ("c.py", ""), ("e.py", "")],
        "a b e", "c"),
    case("functions called at load are followed across modules",
        &[("app.py", "from web import create_app\napp = create_app()\ndef handler(e, c):\n    return app.run()"), ("web.py", "class App:\n    def __init__(self):\n        import a\n    def run(self):\n        import b\ndef create_app():\n    return App()"), ("a.py", ""), ("b.py", "")],
        "a web", "b"),
    case("methods are found along the bases",
        &[("app.py", "from k import C\nC().go()"), ("k.py", "class A:\n    def go(self):\n        return self.step()\nclass B(A):\n    def step(self):\n        import a\nclass C(B):\n    def step(self):\n        super().step()\n        import b"), ("a.py", ""), ("b.py", "")],
        "a b k", ""),
    case("a module's __getattr__ loads what is asked for",
        &[("app.py", "import p\np.x"), ("p/__init__.py", "def __getattr__(name):\n    import importlib\n    if name in ('x', 'y'):\n        return importlib.import_module('.' + name, __name__)\n    raise AttributeError(name)"), ("p/x.py", ""), ("p/y.py", "")],
        "p p.x", ""),
    case("names that a hook hides are stated for type checkers",
        &[("app.py", "import p\np.x"), ("p/__init__.py", "from typing import TYPE_CHECKING\nimport os\nif TYPE_CHECKING:\n    from .deep import x as x\n    from .other import y\ndef __getattr__(name):\n    return globals_of(os.environ['A'])[name]"), ("p/deep.py", "x = 1"), ("p/other.py", "y = 1")],
        "p p.deep", ""),
    case("names of modules are folded",
        &[("app.py", "import importlib\nfor n in ('a', 'b'):\n    importlib.import_module(f'p.{n}')\nimportlib.import_module('%s.%s' % ('p', 'c'))\nimportlib.import_module('.'.join(['p', 'd']))\nimportlib.import_module('{}.{x}'.format('p', x='e'))"),
          ("p/__init__.py", ""), ("p/a.py", ""), ("p/b.py", ""), ("p/c.py", ""), ("p/d.py", ""), ("p/e.py", ""), ("p/f.py", "")],
        "p p.a p.b p.c p.d p.e", ""),
    case("a dispatch table by an unknown key takes all its modules",
        &[("app.py", "import importlib\nM = {'a': 'jobs.a', 'b': 'jobs.b'}\ndef handler(event, context):\n    return importlib.import_module(M[event['action']])"), ("jobs/__init__.py", ""), ("jobs/a.py", ""), ("jobs/b.py", ""), ("jobs/c.py", "")],
        "", "jobs jobs.a jobs.b"),
    case("an unknown part of a name takes the folder's modules",
        &[("app.py", "import importlib\ndef handler(event, context):\n    return importlib.import_module(f\"jobs.{event['action']}\")"), ("jobs/__init__.py", ""), ("jobs/a.py", ""), ("jobs/b.py", "")],
        "", "jobs jobs.a jobs.b"),
    case("imports in functions that the handler calls are lazy",
        &[("app.py", "def work():\n    import a\ndef handler(event, context):\n    work()\n    import b"), ("a.py", ""), ("b.py", ""), ("c.py", "")],
        "", "a b"),
    case("text made at run time is run",
        &[("app.py", "exec('import a')\nns = {}\nexec('def f(x):\\n    import b\\n    return x', ns)\nns['f'](1)\neval(\"__import__('c')\")"), ("a.py", ""), ("b.py", ""), ("c.py", "")],
        "a b c", ""),
    case("a decorator may write the function that it gives back, by a text that is not known",
        &[("app.py", "from wrap import again\ndef f(x): pass\n@again\ndef f(x):\n    import a\nf(1)"), ("wrap.py", "def again(fn):\n    env = {'f': print}\n    exec(open('/tmp/text').read(), env)\n    return env['f']"), ("a.py", "")],
        "a wrap", ""),
    case("functions describe themselves",
        &[("app.py", "import inspect\ndef f(a, *, b=1, **kw): pass\nif 'b' in inspect.signature(f).parameters:\n    import a\nif inspect.getfullargspec(f).varkw == 'kw':\n    import b\nif f.__code__.co_argcount == 1:\n    import c\nelse:\n    import d"), ("a.py", ""), ("b.py", ""), ("c.py", ""), ("d.py", "")],
        "a b c", ""),
    case("regular expressions over known text are decided",
        &[("app.py", "import re, importlib\nm = re.match(r'(?P<scheme>\\w+)://', 'pg://host')\nimportlib.import_module('drivers.' + m.group('scheme'))"), ("drivers/__init__.py", ""), ("drivers/pg.py", ""), ("drivers/my.py", "")],
        "drivers drivers.pg", ""),
    case("JSON in the package is read",
        &[("app.py", "import json, os, importlib\nwith open(os.path.join(os.path.dirname(__file__), 'conf.json')) as f:\n    conf = json.load(f)\nfor name in conf['plugins']:\n    importlib.import_module(name)"), ("conf.json", "{\"plugins\": [\"a\", \"b\"]}"), ("a.py", ""), ("b.py", ""), ("c.py", "")],
        "a b", ""),
    case("a decorator that is not known does not call the function",
        &[("app.py", "import wrap\n@wrap.later\ndef f(wrapped, args):\n    import a\nf(1)"), ("wrap.py", "later = open('x').thing"), ("a.py", "")],
        "wrap", "a"),
    case("a framework calls the hooks of annotated types",
        &[("app.py", "from frame import Model\nfrom typing import Optional\nclass Mail:\n    @classmethod\n    def __get_frame_schema__(cls, source):\n        import validator\nclass User(Model):\n    mail: Optional[Mail] = None"),
          ("frame.py", "class Meta(type):\n    def __new__(mcs, name, bases, ns):\n        return super().__new__(mcs, name, bases, ns)\nclass Model(metaclass=Meta):\n    pass\ndef schema(t):\n    return t.__get_frame_schema__(t)"), ("validator.py", "")],
        "frame validator", ""),
    case("metaclasses and __init_subclass__ run",
        &[("app.py", "class Base:\n    def __init_subclass__(cls, **kw):\n        import a\nclass Sub(Base):\n    pass\nclass M(type):\n    def __init__(cls, *args):\n        import b\nclass N(metaclass=M):\n    pass"), ("a.py", ""), ("b.py", "")],
        "a b", ""),
    case("what a generator yields is followed",
        &[("app.py", "import importlib\ndef names():\n    yield 'a'\n    yield from ['b']\nfor n in names():\n    importlib.import_module(n)"), ("a.py", ""), ("b.py", "")],
        "a b", ""),
    case("a registry of handlers runs what was registered for the event",
        &[("app.py", "from hooks import on, emit\ndef later(path):\n    def run(**kw):\n        import importlib\n        importlib.import_module(path)\n    return run\non('created.s3', later('a'))\non('created.sqs', later('b'))\nemit('created.%s' % 's3')"),
          ("hooks.py", "REG = {}\ndef on(name, f):\n    REG.setdefault(name, []).append(f)\ndef emit(name):\n    for f in REG.get(name, ()):\n        f()"), ("a.py", ""), ("b.py", "")],
        "a hooks", ""),
    case("an SDK's names read from a file of bytes, as deep as they lie",
        &[("app.py", "import json, importlib\nwith open('model.json', 'rb') as f:\n    model = json.loads(f.read().decode('utf-8'))\nimportlib.import_module(model['service']['has']['Table']['resource']['type'])"), ("model.json", "{\"service\": {\"has\": {\"Table\": {\"resource\": {\"type\": \"a\"}}}}}"), ("a.py", "")],
        "a", ""),
    case("an environment variable that code sets says what is imported",
        &[("app.py", "import os, importlib\nos.environ.setdefault('SETTINGS', 'conf.prod')\nimportlib.import_module(os.environ['SETTINGS'])"), ("conf/__init__.py", ""), ("conf/prod.py", ""), ("conf/test.py", "")],
        "conf conf.prod", ""),
    case("settings that only the environment names are loaded when something reads it",
        &[("app.py", "import os\nos.environ['SETTINGS'] = 'conf.prod'"), ("conf/__init__.py", ""), ("conf/prod.py", ""), ("conf/test.py", "")],
        "", "conf conf.prod"),
    case("the scheme of a URL with secrets in it is known",
        &[("app.py", "import os, importlib\nURL = f\"db+driver://{os.environ['DB_USER']}:{os.environ['DB_PASSWORD']}@host/shop\"\nimportlib.import_module(URL.split('://')[0].replace('+', '_'))"), ("db_driver.py", "")],
        "db_driver", ""),
    case("modules of a folder by the names of their records",
        &[("app.py", "import plug"), ("plug/__init__.py", "import importlib, pkgutil\nfor m in pkgutil.iter_modules(__path__):\n    if not m.ispkg:\n        importlib.import_module(f'{__name__}.{m.name}')"), ("plug/a.py", ""), ("plug/b.py", "")],
        "plug plug.a plug.b", ""),
    case("storage by thread and by context holds what was put there",
        &[("app.py", "import threading, contextvars, asyncio\nstore = threading.local()\nvar = contextvars.ContextVar('v')\ntry:\n    store.conn\n    import never\nexcept AttributeError:\n    import a\ntry:\n    var.get()\n    import never\nexcept LookupError:\n    var.set('b')\n__import__(var.get())\ntry:\n    asyncio.get_running_loop()\n    import never\nexcept RuntimeError:\n    import c"), ("a.py", ""), ("b.py", ""), ("c.py", ""), ("never.py", "")],
        "a b c", ""),
    case("what __new__ makes of a subclass is initialised as that",
        &[("app.py", "class Local:\n    def __new__(cls, critical=False):\n        return object.__new__(Critical if critical else Plain)\n    def __init__(self, critical=False):\n        self.name = 'never'\nclass Critical(Local):\n    def __init__(self, critical=False):\n        self.name = 'a'\nclass Plain(Local):\n    pass\n__import__(Local(True).name)"),
          ("a.py", ""), ("never.py", "")],
        "a", ""),
    case("other packages that a library tries where nobody knows whether it does are not loaded, its own parts are",
        &[("app.py", "import lib"), ("lib-1.0.dist-info/METADATA", "Name: lib\nVersion: 1.0\n"),
          ("lib-1.0.dist-info/RECORD", "lib/__init__.py,,\nlib/need.py,,\nlib/part.py,,\n"),
          ("lib/__init__.py", "import time\nfrom lib.need import Need\nif time.time() > 5:\n    Need(['other', 'lib.part'])"),
          ("lib/need.py", "import importlib\nclass Need:\n    def __init__(self, names):\n        for name in names:\n            try:\n                importlib.import_module(name)\n            except ImportError:\n                pass"),
          ("lib/part.py", ""), ("other.py", "")],
        "lib lib.need lib.part", ""),
    case("what is no type has no origin",
        &[("app.py", "from inspect import isclass\nfrom typing import get_args, get_origin\nclass Controller:\n    pass\nclass Route:\n    pass\ndef is_controller(value):\n    origin = get_origin(value)\n    if not origin and not isclass(value):\n        return False\n    return issubclass(origin or value, Controller)\nif is_controller(Route()) or get_args(Route()):\n    import never\nelif is_controller(Controller):\n    import a"),
          ("a.py", ""), ("never.py", "")],
        "a", ""),
    case("dictionaries are compared by what they hold",
        &[("app.py", "import time\nknown = {'default': {'engine': 'a'}}\nif known == {}:\n    import never\nelif known['default'] != {'engine': 'a'}:\n    import never\nif {'engine': time.time()} == known['default']:\n    import perhaps\n__import__(known['default']['engine'])"),
          ("a.py", ""), ("never.py", ""), ("perhaps.py", "")],
        "a perhaps", ""),
    case("modules made of a class of modules know their names",
        &[("app.py", "import pkg\npkg.sub.value"),
          ("pkg/__init__.py", "import types, importlib\nclass Lazy(types.ModuleType):\n    def __getattr__(self, name):\n        return getattr(importlib.import_module(self.__name__), name)\nclass Named(Lazy):\n    def __init__(self, name):\n        super().__init__('pkg.' + name)\nsub = Lazy('pkg.a')\nother = Lazy('pkg.never')\nnamed = Named('b')\nnamed.value"),
          ("pkg/a.py", "value = 1"), ("pkg/b.py", "value = 2"), ("pkg/never.py", "")],
        "pkg pkg.a pkg.b", ""),
    case("files of packages are looked for where the package is imported",
        &[("app.py", "import importlib.resources, pkgutil\nimportlib.resources.files('one')\npkgutil.get_data('two', 'x.txt')\nimportlib.resources.read_text('three', 'x.txt')"),
          ("one/__init__.py", "import a"), ("two/__init__.py", "import b"), ("three/__init__.py", "import c"), ("a.py", ""), ("b.py", ""), ("c.py", "")],
        "a b c one three two", ""),
    case("versions compare by their numbers",
        &[("app.py", "import itertools\ndef key(text):\n    parts = [int(p) for p in text.split('.')]\n    return tuple(reversed(list(itertools.dropwhile(lambda x: x == 0, reversed(parts)))))\nif key('1.17.0') < key('1.9'):\n    import old\nelse:\n    import new"), ("old.py", ""), ("new.py", "")],
        "new", ""),
    case("a reversed text is read",
        &[("app.py", "STATIC = True\nglobals()['citats'[::-1].upper()] = False\nif STATIC:\n    import a"), ("a.py", "")],
        "", ""),
    case("objects that are called for each other end",
        &[("app.py", "class C:\n    pass\nclass D:\n    __call__ = C\nC.__init__ = D()\nC()\nimport a"), ("a.py", "")],
        "a", ""),
    case("lists and dictionaries that hold themselves are compared to an end",
        &[("app.py", "def knot(kind):\n    made = kind()\n    if kind is list:\n        made.extend([made, made])\n    else:\n        made['x'] = made['y'] = made\n    return made\nfor kind in (list, dict):\n    a, b = knot(kind), knot(kind)\n    a == b, a != b, a in [b]\nknot(list) < knot(list)\nimport a"), ("a.py", "")],
        "a", ""),
    case("a metaclass prepares the names of a class body",
        &[("app.py", "class M(type):\n    @classmethod\n    def __prepare__(mcs, name, bases, **given):\n        return {'part': given['part']}\n    def __new__(mcs, name, bases, names, **given):\n        return super().__new__(mcs, name, bases, names)\n    def __init__(cls, *args, **given):\n        pass\nclass K(metaclass=M, part='a'):\n    if part == 'a':\n        import a\n    else:\n        import b"), ("a.py", ""), ("b.py", "")],
        "a", ""),
    case("a round of a loop that may have ended does not end Init where it raises",
        &[("app.py", "import os\nfor name in ['x']:\n    if os.environ.get('A') == name:\n        continue\n    raise ValueError(name)\nimport a"), ("a.py", "")],
        "a", ""),
    case("what the else of a loop raises need not be raised where the loop may have been left",
        &[("app.py", "import os\ndef find(names):\n    for name in names:\n        if os.environ['A'] != name:\n            continue\n        break\n    else:\n        raise ValueError(names)\ntry:\n    find(['x'])\n    import a\nexcept ValueError:\n    import b"), ("a.py", ""), ("b.py", "")],
        "a", ""),
    case("modules that hand out each other's names end",
        &[("app.py", "from p.a import thing\nimport last"), ("p/__init__.py", ""), ("last.py", ""),
          ("p/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.b import thing\ndef __getattr__(name):\n    return open(name)"),
          ("p/b.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import thing\ndef __getattr__(name):\n    return open(name)")],
        "last p p.a p.b", ""),
];

#[test]
fn small_packages_load_what_the_interpreter_loads() {
    let mut wrong = Vec::new();
    for case in CASES {
        let mut files = case.files.to_vec();
        let with_handler;
        if let Some(app) = files.iter_mut().find(|(path, _)| *path == "app.py")
            && !app.1.contains("def handler(")
        {
            with_handler = format!("{}\n{HANDLER}", app.1);
            app.1 = &with_handler;
        }
        let graph = graph(&files, (3, 12));
        let got = (names(&graph, Phase::Init), names(&graph, Phase::Invoke));
        if (got.0.as_str(), got.1.as_str()) != (case.eager, case.lazy) {
            wrong.push(format!("{}: eager `{}`, lazy `{}`", case.what, got.0, got.1));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_same_package_differs_by_version() {
    let files = [
        ("app.py", "try:\n    import tomllib\nexcept ImportError:\n    import tomli\ndef handler(e, c): pass\n"),
        ("tomli.py", ""),
    ];
    assert_eq!(names(&graph(&files, (3, 9)), Phase::Init), "tomli");
    assert_eq!(names(&graph(&files, (3, 12)), Phase::Init), "");
}

#[test]
fn code_that_never_ends_is_left() {
    let app =
        "def f(n):\n    return f(n) + f(n)\nf(1)\nwhile True:\n    x = 1\nexec('exec(s)' if 0 else '1')\nimport a\n";
    let text = format!("{app}\ndef handler(e, c): pass\n");
    assert_eq!(names(&graph(&[("app.py", &text), ("a.py", "")], (3, 12)), Phase::Init), "a");
}

const TOGETHER: &[(&str, &str)] = &[
    ("a.py", "import json\nimport lib\nimport shared\nHERE = 1\ndef handler(event, context):\n    import lib.late\n"),
    ("b.py", "'Says what.'\nimport json\nimport lib\nimport shared\nimport other\ndef handler(event, context): pass\n"),
    ("c.py", "import json\nimport lib\nimport other\ndef handler(event, context): return lib.state\n"),
    ("d.py", "import json\nimport lib\nimport shared\nimport a\ndef handler(event, context): pass\n"),
    ("circle.py", "import json\nimport back\ndef handler(event, context): pass\n"),
    ("circle_too.py", "import json\nimport back\nimport other\ndef handler(event, context): pass\n"),
    ("lists.py", "import lister\ndef handler(event, context): pass\n"),
    ("lists_too.py", "import lister\nimport other\ndef handler(event, context): pass\n"),
    ("gone.py", "import lib\nimport missing\ndef handler(event, context): pass\n"),
    ("gone_too.py", "import lib\nimport missing\nimport other\ndef handler(event, context): pass\n"),
    ("fails.py", "import lib\nimport raises\nimport shared\ndef handler(event, context): pass\n"),
    (
        "fails_too.py",
        "'Too.'\nimport lib\nimport raises\nimport shared\nimport other\ndef handler(event, context): pass\n",
    ),
    ("fails_so.py", "\nimport lib, shared\nfrom raises import x\n\ndef handler(event, context): pass\n"),
    (
        "fails_as.py",
        "import lib, shared\nfrom raises import x\nimport other\ndef handler(event, context): return lib\n",
    ),
    (
        "raises.py",
        "import lib\nlib.state.append(2)\ntry:\n    import nowhere\nexcept ImportError as e:\n    raise RuntimeError('no') from e\n",
    ),
    ("named.py", "import lib\nfrom asks import x\ndef handler(event, context): pass\n"),
    ("lib/__init__.py", "from . import core\nstate = []\ndef f(): pass\n"),
    ("lib/core.py", "exec('made = 1')\n"),
    ("lib/late.py", ""),
    (
        "shared.py",
        "import os, lib\nlib.state.append(1)\nif os.environ.get('STAGE') == 'test':\n    import only_tests\n",
    ),
    ("only_tests.py", ""),
    ("other.py", "import lib\nif lib.state:\n    import filled\nlib.f.mark = 2\n"),
    ("filled.py", ""),
    ("back.py", "import circle\n"),
    ("lister.py", "import sys\nif [name for name in sys.modules if name == 'lists']:\n    import listed\n"),
    ("picks.py", "import lib, picker\ndef handler(event, context): pass\n"),
    ("picks_too.py", "import lib, picker\nimport other\ndef handler(event, context): pass\n"),
    (
        "picker.py",
        "import sys\nfor package in ('lib', 'json'):\n    for mod in list(sys.modules):\n        if mod == package or mod.startswith(f'{package}.'):\n            sys.modules[f'picker.{mod}'] = sys.modules[mod]\n",
    ),
    ("meets.py", "import lib, meeter\ndef handler(event, context): pass\n"),
    ("meets_too.py", "import lib, meeter\nimport other\ndef handler(event, context): pass\n"),
    (
        "meeter.py",
        "import sys\nend = '_too'\nfor mod in tuple(sys.modules.keys()):\n    if mod.startswith('lib.') or mod.endswith(end):\n        import listed\n",
    ),
    ("keeps.py", "import lib, keeper\ndef handler(event, context): pass\n"),
    ("keeps_too.py", "import lib, keeper\nimport other\ndef handler(event, context): pass\n"),
    (
        "keeper.py",
        "import sys\nfor mod in list(sys.modules):\n    if mod == 'lib' and 'keeps' in sys.modules:\n        import listed\nfor mod in names if (names := list(sys.modules)) else []:\n    if mod == 'lib': break\nif 'keeps_too' in names:\n    import only_tests\n",
    ),
    ("listed.py", ""),
    ("asks.py", "import sys\nx = 'named' in sys.modules\nif x:\n    import listed\n"),
];

fn simulation<'a>(
    bundle: &'a Bundle,
    packages: &'a Packages,
    start: Start<'a>,
    (refused, what_if): (&'a Refused, &'a WhatIf),
) -> PythonInput<'a> {
    PythonInput {
        bundle,
        handler: start.handler,
        version: (3, 12),
        architecture: Architecture::X86_64,
        sdk: None,
        libraries: None,
        environment: start.environment,
        packages,
        refused,
        what_if,
    }
}

#[test]
fn handlers_that_begin_alike_load_what_each_loads_alone() {
    let bundle = bundle(TOGETHER);
    let packages = attribute(&bundle.artifact);
    let environments = [BTreeMap::new(), BTreeMap::from([("STAGE".to_owned(), "test".to_owned())])];
    let modules = [
        "a",
        "b",
        "c",
        "d",
        "circle",
        "circle_too",
        "lists",
        "lists_too",
        "gone",
        "gone_too",
        "fails",
        "fails_too",
        "fails_so",
        "fails_as",
        "named",
        "no",
        "picks",
        "picks_too",
        "meets",
        "meets_too",
        "keeps",
        "keeps_too",
    ];
    let handlers = modules.map(|module| format!("{module}.handler"));
    let all =
        environments.iter().flat_map(|environment| handlers.iter().map(move |handler| Start { handler, environment }));
    let starts: Vec<Start<'_>> = all.collect();
    let (refused, what_if) = (FxHashMap::default(), WhatIf::default());
    let changes = (&refused, &what_if);
    // Which of a file's parsed forms it is cannot be seen, and the order of a map means nothing.
    let told = |graph: ModuleGraph| format!("{:#?}", ModuleGraph { own_code: FxHashMap::default(), ..graph });
    let mut rotated = starts.clone();
    for _ in 0..3 {
        rotated.rotate_left(5);
        let together = simulate_all(&simulation(&bundle, &packages, rotated[0], changes), &rotated);
        for (start, graph) in rotated.iter().zip(together) {
            let alone = simulate(&simulation(&bundle, &packages, *start, changes));
            assert_eq!(told(graph), told(alone), "{start:?}");
        }
    }
}

#[test]
fn the_standard_library_loads_more_when_it_is_asked() {
    let tool = ("tool-1.0.dist-info/METADATA", "Name: tool\nVersion: 1.0\n");
    let asks = ("app.py", "from importlib.metadata import version\nversion('tool')\n'x'.encode('idna')\n");
    for version in [(3, 11), (3, 13)] {
        let graph = graph(&[asks, tool], version);
        let loads = |name: &str| graph.modules.iter().any(|module| &*module.name == name && !module.preloaded);
        assert!(loads("email.parser") && loads("encodings.idna"), "{version:?}");
        assert!(version < (3, 13) || loads("importlib.metadata._adapters"));
    }
}

#[test]
fn settings_without_a_value_leave_the_start_open() {
    let library = ("pydantic_settings/__init__.py", "class BaseSettings: pass\n");
    let owned = ("pydantic_settings-2.0.dist-info/METADATA", "Name: pydantic-settings\nVersion: 2.0\n");
    let record = ("pydantic_settings-2.0.dist-info/RECORD", "pydantic_settings/__init__.py,,\n");
    let doubts = |made: &str| {
        let class = "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    table: str\n    stage: str = 'dev'\n";
        let app = format!("{class}{made}\n{HANDLER}");
        graph(&[("app.py", &app), library, owned, record], (3, 12)).doubts
    };
    assert_eq!(doubts("Settings()"), ["`Settings` demands the variable `TABLE`, which is not known to be set"]);
    for made in ["", "Settings(table='orders')", "def later(): return Settings()"] {
        assert!(doubts(made).is_empty(), "{made}");
    }
}

/// As what Cython compiles: the names that it imports stand in the file, and no source says so.
#[test]
fn what_a_compiled_module_needs_leaves_the_start_open() {
    let extension = ("timer/_core.cpython-312-x86_64-linux-gnu.so", "\u{7f}ELF\0numpy\0numpy.core.multiarray\0");
    let record = ("timer-1.0.dist-info/RECORD", "timer/__init__.py,,\ntimer/_core.cpython-312-x86_64-linux-gnu.so,,\n");
    let doubts = |app: &str, needs: &str, numpy: &str| {
        let metadata = format!("Name: timer\nVersion: 1.0\n{needs}\n");
        let owned = ("timer-1.0.dist-info/METADATA", metadata.as_str());
        let code = ("timer/__init__.py", "from . import _core\n");
        let app = format!("{app}\n{HANDLER}");
        graph(&[("app.py", &app), code, extension, owned, record, (numpy, "")], (3, 12)).doubts
    };
    let needs = "Requires-Dist: numpy>=1.2\n";
    assert_eq!(doubts("import timer", needs, "x.py"), ["`timer._core` asks for `numpy`, which is not here"]);
    assert!(doubts("import timer", needs, "numpy/__init__.py").is_empty());
    assert!(doubts("import timer", "Requires-Dist: numpy; extra == 'arrays'\n", "x.py").is_empty());
    assert!(doubts("try:\n    import timer\nexcept ImportError:\n    timer = None", needs, "x.py").is_empty());
}

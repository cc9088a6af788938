"""Runs in a fresh interpreter, started by generate_stdlib.py, and writes a Python literal to descriptor 3.

    python -I -S stdlib_probe.py loads MODULE...     what importing MODULEs adds to sys.modules, nothing hooked
    python -I -S stdlib_probe.py time MODULE         import MODULE after the path caches are warm (for -X importtime)
    python -I -S stdlib_probe.py edges MODULE        which module's execution imports which, and MODULE's names
    python -I -S stdlib_probe.py lazy MODULE NAME... which NAMEs module-level __getattr__ answers, and what that loads
    python -I -S stdlib_probe.py facts               what the interpreter itself says

It imports nothing that a bare interpreter has not loaded already, so that every load is MODULE's doing.
"""
import sys
import builtins
import posix
import _frozen_importlib as bootstrap

# Amazon's builds have no Tk: `import tkinter` fails there with "No module named '_tkinter'"
# (aws/aws-lambda-python-runtime-interface-client, issue 90).
MISSING_ON_PLATFORM = ("_tkinter",)
# Every module has these; they say nothing.
COMMON = frozenset(
    "__name__ __doc__ __package__ __loader__ __spec__ __file__ __cached__ __builtins__ __path__ __annotations__ "
    "__warningregistry__ __conditional_annotations__ __annotate__ __annotate_func__ __getattr__ __dir__".split()
)


class Recorder:
    """Notes each import under the module whose load is the innermost one at that moment."""

    def __init__(self):
        self.stack = [[]]
        self.edges = {}
        self.aliases = set()
        self.specs = {}
        self.known = set(sys.modules)
        self.real_import = builtins.__import__
        self.real_load = bootstrap._load_unlocked
        self.real_gcd_import = bootstrap._gcd_import

    def install(self):
        builtins.__import__ = self.import_
        bootstrap._load_unlocked = self.load
        bootstrap._gcd_import = self.gcd_import

    def remove(self):
        builtins.__import__ = self.real_import
        bootstrap._load_unlocked = self.real_load
        bootstrap._gcd_import = self.real_gcd_import

    def note(self, name):
        if name not in self.stack[-1]:
            self.stack[-1].append(name)

    def import_(self, name, globals=None, locals=None, fromlist=(), level=0):
        result = self.real_import(name, globals, locals, fromlist, level)
        if level:
            name = bootstrap._resolve_name(name, bootstrap._calc___package__(globals or {}), level)
        self.note(name)
        module = sys.modules.get(name)
        wanted = list(fromlist or ())
        if "*" in wanted:
            wanted += [item for item in getattr(module, "__all__", ()) if isinstance(item, str)]
        for item in wanted:
            child = sys.modules.get(name + "." + item)
            if child is not None and vars(module).get(item) is child:
                self.note(name + "." + item)
        return result

    def gcd_import(self, name, package=None, level=0):
        result = self.real_gcd_import(name, package, level)
        self.note(bootstrap._resolve_name(name, package, level) if level else name)
        return result

    def sweep(self):
        """Names that the module being executed has put into sys.modules itself."""
        for name in list(sys.modules):
            if name not in self.known and name not in LOADING:
                self.known.add(name)
                self.aliases.add(name)
                self.note(name)

    def load(self, spec):
        self.sweep()
        self.specs[spec.name] = spec
        self.stack.append([])
        try:
            module = self.real_load(spec)
        except BaseException:
            # What a failed import has loaded stays loaded, on account of whoever asked for it.
            for name in self.stack.pop():
                self.note(name)
            raise
        self.known.add(spec.name)
        self.sweep()
        self.edges[spec.name] = self.stack.pop()
        self.note(spec.name)
        return module


class Loading:
    """Names of modules whose load has begun and not ended: in sys.modules, but nobody's alias."""

    def __contains__(self, name):
        spec = getattr(sys.modules.get(name), "__spec__", None)
        return getattr(spec, "name", None) == name and getattr(spec, "_initializing", False) is True


LOADING = Loading()


def kind_of(name, spec):
    loader = getattr(spec, "loader", None)
    loader_name = getattr(loader, "__name__", None) or type(loader).__name__
    if name in sys.builtin_module_names:
        return "builtin"
    if loader_name == "FrozenImporter" or name in ("_frozen_importlib", "_frozen_importlib_external"):
        return "frozen"
    if loader_name == "ExtensionFileLoader":
        return "ext"
    if loader_name == "SourceFileLoader":
        return "py"
    return "namespace"


def origin_of(spec):
    state = getattr(spec, "loader_state", None)
    origin = getattr(state, "filename", None) or getattr(spec, "origin", None)
    return origin if isinstance(origin, str) else None


def same_module(name):
    """The real name of the module that is registered as `name`, if it is one that was loaded by itself."""
    module = sys.modules[name]
    for other, candidate in list(sys.modules.items()):
        spec = getattr(candidate, "__spec__", None)
        if candidate is module and other != name and getattr(spec, "name", None) == other:
            return other
    return None


def own_names(name, module):
    """Names that the module binds, without submodules: those are modules in their own right."""
    names = []
    for item, value in list(vars(module).items()):
        if not isinstance(item, str) or item in COMMON:
            continue
        child = sys.modules.get(name + "." + item)
        if child is None or value is not child:
            names.append(item)
    return sorted(names)


def edges(name):
    recorder = Recorder()
    # A module that the start of the interpreter has loaded is executed again; code in C cannot be.
    if kind_of(name, getattr(sys.modules.get(name), "__spec__", None)) == "frozen":
        movable = not name.startswith("_frozen")
    else:
        movable = getattr(sys.modules.get(name), "__file__", "").endswith(".py")
    if movable:
        sys.modules.pop(name, None)
    before = set(sys.modules)
    recorder.install()
    error = None
    try:
        __import__(name)
    except BaseException as exc:
        error = [cls.__name__ for cls in type(exc).__mro__]
    recorder.remove()
    module = sys.modules.get(name)
    # A module may put another one in its place; what counts is what was loaded.
    spec = recorder.specs.get(name) or getattr(module, "__spec__", None)
    found = {
        "error": error,
        "loaded": sorted(set(sys.modules) - before),
        "edges": recorder.edges,
        "left": recorder.stack[0],
        "aliases": {alias: [same_module(alias), own_names(alias, sys.modules[alias])]
                    for alias in recorder.aliases if alias in sys.modules},
    }
    if module is not None:
        found.update(
            kind=kind_of(name, spec),
            package=hasattr(module, "__path__"),
            origin=origin_of(spec),
            names=own_names(name, module),
            getattr="__getattr__" in vars(module),
            candidates=candidates(module),
        )
    return found


def candidates(module):
    """Names that a module-level __getattr__ might answer: whatever it mentions, and what __all__ and __dir__ promise."""
    function = vars(module).get("__getattr__")
    if function is None or not hasattr(function, "__code__"):
        return []
    names = set(vars(module).get("__all__", ())) | set(dir(module))
    todo = [function.__code__.co_consts]
    for used in function.__code__.co_names:
        value = vars(module).get(used)
        if isinstance(value, (dict, set, frozenset, tuple, list)):
            todo.append(tuple(value))
        elif isinstance(value, type(sys)):
            todo.append(tuple(getattr(value, "__all__", ())))
    while todo:
        for item in todo.pop():
            if isinstance(item, str):
                names.add(item)
            elif isinstance(item, (tuple, frozenset)):
                todo.append(tuple(item))
            elif hasattr(item, "co_consts"):
                todo.append(item.co_consts)
    return sorted(n for n in names if n.isidentifier() and n not in vars(module) and n not in COMMON)


def lazy(name, *wanted):
    __import__(name)
    module = sys.modules[name]
    # A deprecation warning that is shown would load what shows it; deployed interpreters ignore them.
    import warnings
    warnings.simplefilter("ignore")
    found = {}
    for item in wanted:
        recorder = Recorder()
        recorder.install()
        try:
            getattr(module, item)
            found[item] = recorder.stack[0]
        except BaseException:
            pass
        recorder.remove()
    return found


def facts():
    from _imp import extension_suffixes
    import _frozen_importlib_external as external
    return {
        "version": "%d.%d.%d" % sys.version_info[:3],
        "loaded": sorted(sys.modules),
        "builtin": sorted(sys.builtin_module_names),
        "suffixes": extension_suffixes(),
        "magic": int.from_bytes(external.MAGIC_NUMBER[:2], "little"),
        "tag": sys.implementation.cache_tag,
        "stdlib": sorted(getattr(sys, "stdlib_module_names", ())),
        "prefix": sys.base_prefix,
    }


def loads(*names):
    before = set(sys.modules)
    error = None
    try:
        for name in names:
            __import__(name)
    except BaseException as exc:
        error = type(exc).__name__
    return {"error": error, "before": sorted(before), "loaded": sorted(set(sys.modules) - before)}


def warm(name):
    try:
        __import__("_no_module_has_this_name")
    except ImportError:
        pass
    __import__(name)
    return None


def main(mode, *arguments):
    sys.meta_path.insert(0, Blocker)
    answer = {"loads": loads, "time": warm, "edges": edges, "lazy": lazy, "facts": facts}[mode]
    return answer(*arguments)


class Blocker:
    """Hides the modules that the platform's interpreter is built without."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in MISSING_ON_PLATFORM:
            raise ModuleNotFoundError("No module named %r" % name, name=name)
        return None


if __name__ == "__main__":
    text = repr(main(*sys.argv[1:])).encode()
    while text:
        text = text[posix.write(3, text):]
    posix._exit(0)

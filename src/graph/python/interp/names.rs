//! The built-in names, and how the built-in classes relate.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

/// Exceptions with their base class.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("BaseException", "object"),
    ("Exception", "BaseException"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("zipimport.ZipImportError", "ImportError"),
    ("importlib.metadata.PackageNotFoundError", "ModuleNotFoundError"),
    ("AttributeError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("LookupError", "Exception"),
    ("KeyError", "LookupError"),
    ("IndexError", "LookupError"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("AssertionError", "Exception"),
    ("ArithmeticError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("FloatingPointError", "ArithmeticError"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("SystemError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("MemoryError", "Exception"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("PythonFinalizationError", "RuntimeError"),
    ("OSError", "Exception"),
    ("FileNotFoundError", "OSError"),
    ("FileExistsError", "OSError"),
    ("PermissionError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("ConnectionError", "OSError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("BrokenPipeError", "ConnectionError"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("InterruptedError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("TimeoutError", "OSError"),
    ("Warning", "Exception"),
    ("UserWarning", "Warning"),
    ("DeprecationWarning", "Warning"),
    ("PendingDeprecationWarning", "Warning"),
    ("SyntaxWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("ImportWarning", "Warning"),
    ("UnicodeWarning", "Warning"),
    ("BytesWarning", "Warning"),
    ("ResourceWarning", "Warning"),
    ("EncodingWarning", "Warning"),
    ("BaseExceptionGroup", "BaseException"),
    ("ExceptionGroup", "Exception"),
    ("bool", "int"),
    ("collections.OrderedDict", "dict"),
    ("collections.defaultdict", "dict"),
    ("collections.Counter", "dict"),
    ("enum.EnumMeta", "type"),
    ("abc.ABCMeta", "type"),
];

const FUNCTIONS: &[&str] = &[
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "__import__",
    "__build_class__",
    "NotImplemented",
    "license",
    "EnvironmentError",
    "IOError",
];

const TYPES: &[&str] = &[
    "object",
    "type",
    "int",
    "str",
    "bytes",
    "bytearray",
    "float",
    "complex",
    "bool",
    "list",
    "tuple",
    "dict",
    "set",
    "frozenset",
    "property",
    "staticmethod",
    "classmethod",
    "range",
    "slice",
    "memoryview",
    "super",
    "enumerate",
    "filter",
    "map",
    "zip",
    "reversed",
];

/// Every `isinstance` of the simulation asks these.
static BASES: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| EXCEPTIONS.iter().copied().collect());
static KNOWN_TYPES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| TYPES.iter().copied().collect());

pub(super) fn is_builtin_name(name: &str, version: (u16, u16)) -> bool {
    if version < (3, 11) && matches!(name, "ExceptionGroup" | "BaseExceptionGroup")
        || version < (3, 10) && matches!(name, "EncodingWarning" | "aiter" | "anext")
        || version < (3, 13) && name == "PythonFinalizationError"
    {
        return false;
    }
    name == "bool" || FUNCTIONS.contains(&name) || (!name.contains('.') && BASES.contains_key(name))
}

pub(super) fn is_type(name: &str) -> bool {
    KNOWN_TYPES.contains(name) || BASES.contains_key(name)
}

pub(super) fn is_exception(name: &str) -> bool {
    is_builtin_subclass(name, "BaseException") == Some(true)
}

/// Bases that bring no attributes worth following.
pub(super) fn is_plain_base(name: &str) -> bool {
    matches!(
        name,
        "object"
            | "abc.ABC"
            | "typing.Generic"
            | "typing.Protocol"
            | "typing_extensions.Protocol"
            | "Exception"
            | "ValueError"
            | "RuntimeError"
            | "TypeError"
            | "typing.NamedTuple"
            | "types.ModuleType"
    )
}

pub(super) fn metaclass_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "abc.ABC" | "typing.Protocol" => "abc.ABCMeta",
        "enum.Enum" | "enum.IntEnum" | "enum.Flag" | "enum.IntFlag" | "enum.StrEnum" | "enum.ReprEnum" => {
            "enum.EnumMeta"
        }
        _ if name.starts_with("collections.abc.") => "abc.ABCMeta",
        _ => return None,
    })
}

/// Whether one built-in class comes from another; unknown for classes of the library.
pub(super) fn is_builtin_subclass(class: &str, of: &str) -> Option<bool> {
    let (class, of) = (alias(class), alias(of));
    if class == of || of == "object" {
        return Some(true);
    }
    let mut at = class;
    for _ in 0..10 {
        match BASES.get(at) {
            Some(base) if *base == of => return Some(true),
            Some(base) => at = base,
            None => break,
        }
    }
    // Between a known class and a foreign one nothing is certain, except that exceptions of the
    // library rarely are built-in ones.
    if is_type(class) && is_type(of) {
        return Some(false);
    }
    if is_type(class) && !class.contains("()") && !of.contains("()") { Some(false) } else { None }
}

fn alias(name: &str) -> &str {
    match name {
        "IOError" | "EnvironmentError" | "socket.error" | "select.error" | "os.error" => "OSError",
        "builtins.ImportError" => "ImportError",
        "socket.timeout" | "asyncio.TimeoutError" | "concurrent.futures.TimeoutError" => "TimeoutError",
        "importlib_metadata.PackageNotFoundError" | "pkg_resources.DistributionNotFound" => {
            "importlib.metadata.PackageNotFoundError"
        }
        name => name.strip_prefix("builtins.").unwrap_or(name),
    }
}

//! What the runtime says of its machine and of itself, which is the same wherever a function runs: `platform`,
//! `os.uname`, the sizes of C types.

use super::super::value::*;
use super::*;

/// The last part of a version that is asked for in full; which one it is changes with the runtime's updates.
const MICRO: i64 = 9;

impl Interp<'_> {
    /// `sys.version_info`.
    pub(super) fn version_parts(&mut self) -> Value {
        let (major, minor) = self.input.version;
        let level = self.heap.str("final");
        let parts = [Value::Int(major.into()), Value::Int(minor.into()), Value::Int(MICRO), level, Value::Int(0)];
        self.heap.tuple(&parts)
    }

    /// `sys.hexversion`.
    pub(super) fn version_number(&self) -> i64 {
        let (major, minor) = self.input.version;
        (i64::from(major) << 24) | (i64::from(minor) << 16) | (MICRO << 8) | 0xf0
    }

    /// The version as a text.
    fn version_text(&self) -> String {
        let (major, minor) = self.input.version;
        format!("{major}.{minor}.{MICRO}")
    }

    /// Data of the interpreter that depends on its version or architecture; `None` for other things.
    pub(super) fn data_of_machine(&mut self, full: &str) -> Option<Value> {
        let (major, minor) = self.input.version;
        Some(match full {
            "sys.version_info" | "sys.implementation.version" => self.version_parts(),
            "sys.hexversion" | "sys.implementation.hexversion" => Value::Int(self.version_number()),
            "sys.implementation.cache_tag" => self.heap.str(self.input.stdlib.cache_tag()),
            "sys.implementation._multiarch" => self.heap.str(&format!("{}-linux-gnu", self.input.machine())),
            // Behind the version stand the dates of build and compiler, which no function decides by.
            "sys.version" => self.heap.str(&format!("{major}.{minor}.{MICRO} (main) [GCC]")),
            _ => return None,
        })
    }

    /// Calls whose results are the same wherever the function runs; `None` for calls that ask for something else.
    pub(super) fn of_machine(&mut self, name: &str, args: &Args) -> Option<Value> {
        let machine = self.input.machine();
        let (major, minor) = self.input.version;
        Some(match name {
            "os.getcwd" => self.heap.str("/var/task"),
            "platform.system" => self.heap.str("Linux"),
            "platform.machine" => self.heap.str(machine),
            "platform.uname" | "os.uname" => self.machine_names(name == "platform.uname"),
            "platform.architecture" if args.positional.is_empty() && args.keywords.is_empty() => {
                let bits = self.heap.str("64bit");
                self.heap.tuple(&[bits, Value::Unknown])
            }
            "platform.mac_ver" | "platform.win32_ver" if args.positional.is_empty() => {
                let nothing = self.heap.str("");
                let inner = self.heap.tuple(&[nothing; 3]);
                match name {
                    "platform.mac_ver" => self.heap.tuple(&[nothing, inner, nothing]),
                    _ => self.heap.tuple(&[nothing; 4]),
                }
            }
            "platform.libc_ver" if args.positional.is_empty() => {
                let (_, version) = self.input.libraries?;
                let parts = ["glibc", version].map(|part| self.heap.str(part));
                self.heap.tuple(&parts)
            }
            "platform.python_implementation" => self.heap.str("CPython"),
            "platform.python_version" => {
                let version = self.version_text();
                self.heap.str(&version)
            }
            "platform.python_version_tuple" => {
                let version = self.version_text();
                let parts: Vec<Value> = version.split('.').map(|part| self.heap.str(part)).collect();
                self.heap.tuple(&parts)
            }
            "sysconfig.get_platform" => self.heap.str(&format!("linux-{machine}")),
            "sysconfig.get_python_version" => self.heap.str(&format!("{major}.{minor}")),
            "struct.calcsize" => {
                let format = args.positional.first().and_then(|format| self.text_of(*format))?;
                Value::Int(size_of_format(&format)?)
            }
            "ctypes.sizeof" => {
                let kind = self.heap.external_name(*args.positional.first()?)?;
                Value::Int(size_of_type(&kind)?)
            }
            "sys.getdefaultencoding" | "sys.getfilesystemencoding" => self.heap.str("utf-8"),
            "sys.gettrace" | "sys.getprofile" => Value::None,
            "sys.is_finalizing" | "sys.stdin.isatty" | "sys.stdout.isatty" | "sys.stderr.isatty" => Value::Bool(false),
            "sys._is_gil_enabled" => Value::Bool(true),
            _ => return None,
        })
    }

    /// What `uname` says: system, host, release, version and machine, and the processor where `platform` is asked.
    fn machine_names(&mut self, has_processor: bool) -> Value {
        let [system, machine] = ["Linux", self.input.machine()].map(|text| self.heap.str(text));
        let names = [system, Value::Unknown, Value::Unknown, Value::Unknown, machine, Value::Unknown];
        let count = if has_processor { 6 } else { 5 };
        self.heap.tuple(names.get(..count).unwrap_or(&names))
    }
}

/// What `struct.calcsize` says of one letter, in native sizes: those of both architectures.
fn size_of_format(format: &str) -> Option<i64> {
    let mut letters = format.strip_prefix('@').unwrap_or(format).chars();
    let size = match letters.next()? {
        'P' | 'l' | 'L' | 'q' | 'Q' | 'n' | 'N' | 'd' => 8,
        'i' | 'I' | 'f' => 4,
        'h' | 'H' | 'e' => 2,
        'c' | 'b' | 'B' | '?' | 's' | 'p' | 'x' => 1,
        _ => return None,
    };
    letters.next().is_none().then_some(size)
}

/// What `ctypes.sizeof` says of a type.
fn size_of_type(name: &str) -> Option<i64> {
    Some(match name.strip_prefix("ctypes.")? {
        "c_void_p" | "c_long" | "c_ulong" | "c_size_t" | "c_ssize_t" | "c_char_p" | "c_wchar_p" | "py_object"
        | "c_longlong" | "c_double" => 8,
        "c_int" | "c_uint" | "c_float" | "c_wchar" => 4,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As CPython 3.9 to 3.13 answer on x86_64 and aarch64.
    #[test]
    fn sizes_are_those_of_the_machine() {
        assert_eq!(["P", "@l", "i", "q", "?"].map(size_of_format), [Some(8), Some(8), Some(4), Some(8), Some(1)]);
        assert_eq!(["<l", "PP", "", "2i"].map(size_of_format), [None; 4]);
        assert_eq!([size_of_type("ctypes.c_void_p"), size_of_type("c_void_p")], [Some(8), None]);
    }
}

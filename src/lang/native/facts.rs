/// What an ELF file is and needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativeFacts {
    /// Size of the file.
    pub bytes: u64,
    /// Instruction set.
    pub machine: Machine,
    /// 32 or 64.
    pub bits: u8,
    /// Whether numbers are stored with the least significant byte first.
    pub little_endian: bool,
    /// How it is linked.
    pub kind: ElfKind,
    /// The dynamic loader that an executable asks for.
    pub interpreter: Option<String>,
    /// `DT_NEEDED`: libraries that are loaded with it, in order.
    pub needed: Vec<String>,
    /// `DT_RPATH` and `DT_RUNPATH`, split at `:`.
    pub run_path: Vec<String>,
    /// `DT_SONAME`: the name that other libraries know it by.
    pub soname: Option<String>,
    /// Versions of symbols that must be there, such as `GLIBC_2.28`.
    pub versions: Vec<VersionNeed>,
    /// Sections by size in the file; empty when the section table was stripped.
    pub sections: Vec<SectionSize>,
    /// Bytes of the file that are mapped when it is loaded.
    pub mapped_bytes: u64,
    /// Bytes of machine code (executable segments).
    pub code_bytes: u64,
    /// Bytes of the symbol table that `strip` removes (`.symtab`, `.strtab`).
    pub symbol_bytes: u64,
    /// Bytes of debug information that `strip` removes (`.debug_*`).
    pub debug_bytes: u64,
    /// Work for the dynamic loader.
    pub relocations: Relocations,
    /// Functions that run when it is loaded (`.preinit_array`, `.init_array`).
    pub constructors: u64,
    /// The packer that compressed the executable; it unpacks itself at every start.
    pub packer: Option<String>,
    /// The build id as hexadecimal digits.
    pub build_id: Option<String>,
    /// The Go version of a Go executable; empty when it does not say.
    pub go_version: Option<String>,
    /// What the compilers left in `.comment`, in order, each once.
    pub compilers: Vec<String>,
    /// Python modules that it can be imported as: `x` for an exported `PyInit_x`.
    pub python_modules: Vec<String>,
    /// Whether it is an addon for Node's stable interface.
    pub node_api: bool,
    /// `NODE_MODULE_VERSION` that an addon for one version of Node was built for.
    pub node_abi: Option<u32>,
    /// Contradictions found; the facts concerned are missing or too small.
    pub problems: Vec<String>,
}

/// Instruction sets, those of serverless platforms by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// 64-bit x86.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
    /// Another, by its ELF number.
    Other(u16),
}

impl Default for Machine {
    fn default() -> Self {
        Self::Other(0)
    }
}

/// How an ELF file is linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ElfKind {
    /// Executable without a dynamic loader, at a fixed address.
    Static,
    /// Executable without a dynamic loader that relocates itself.
    StaticPie,
    /// Executable with a dynamic loader, at a fixed address.
    Executable,
    /// Executable with a dynamic loader, at any address.
    Pie,
    /// Shared library or extension module.
    Library,
    /// Object file, core dump or anything else.
    #[default]
    Other,
}

/// Dynamic relocations, counted without visiting them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relocations {
    /// All entries of `DT_RELA` and `DT_REL`, the relative ones included.
    pub tables: u64,
    /// Of those, the ones that need no symbol, as `DT_RELACOUNT`/`DT_RELCOUNT` state.
    pub relative: u64,
    /// Addresses relocated by `DT_RELR`, expanded.
    pub packed: u64,
    /// Entries of the procedure linkage table.
    pub plt: u64,
}

impl Relocations {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.tables + self.packed + self.plt
    }
}

/// A version of a library's symbols that must be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionNeed {
    /// The library, such as `libc.so.6`.
    pub library: String,
    /// The version, such as `GLIBC_2.28`.
    pub version: String,
    /// Whether it may be missing.
    pub weak: bool,
}

/// A section and its size in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionSize {
    /// Its name, such as `.text`.
    pub name: String,
    /// Bytes in the file.
    pub bytes: u64,
    /// Whether it is part of the loaded image.
    pub loaded: bool,
}

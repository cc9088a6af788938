//! Every budget, depth and count of the simulation, with the reason for each number.

/// What the simulation does at most. Code that needs more is followed in part, and said to be.
pub(super) struct Limits {
    /// Stack of the simulating thread, bytes. Addresses only: what is not used is never touched.
    pub(super) stack: usize,
    /// Stack of a parsing thread, bytes: nesting is limited beforehand to what fits.
    pub(super) parse_stack: usize,
    /// Tokens of all files that one simulation parses: twice what one file may have; see
    /// [`MAX_TOKENS`](crate::lang::javascript::MAX_TOKENS).
    pub(super) tokens: usize,
    /// Bytes of JSON that are turned into values; more is only weighed, as nothing decides by it what loads.
    pub(super) json_bytes: u64,
    /// JSON values within each other.
    pub(super) json_depth: u32,
    /// Evaluation steps in all: some ten seconds of unoptimised work, and 20 times what any measured function takes.
    pub(super) steps: u64,
    /// Steps after the load, for what may be loaded later: that is asked of every file once more.
    pub(super) later_steps: u64,
    /// Steps for the question which files offer what own code imports: a file that does takes a few hundred.
    pub(super) offer_steps: u64,
    /// Bytes that a package must load for that question: what is smaller loads in less time than the noise.
    pub(super) offering_bytes: u64,
    /// Steps of one module after which its loops run once only: tables are filled by then.
    pub(super) module_steps: u64,
    /// Steps of one module after which others' calls into it are no longer followed: a service, such as a schema
    /// builder, does the same for each of them.
    pub(super) service_steps: u64,
    /// Steps of one statement of a module, without the modules that it loads.
    pub(super) statement_steps: u64,
    /// Likewise in a bundle, where one statement is a whole program.
    pub(super) bundle_steps: u64,
    /// Mean bytes of a module's statements from which it counts as a bundle.
    pub(super) bundle_statement: u32,
    /// Calls within each other.
    pub(super) calls: u32,
    /// Likewise into a module that has used up its steps.
    pub(super) hurried_calls: u32,
    /// Undecided branches within each other below which nothing is followed any more: recursion over what is not
    /// known would not end by itself. Twice as deep found nothing more in 114 functions whose files were traced.
    pub(super) doubt: u32,
    /// Evaluations within each other: each takes under 100 KB of the stack.
    pub(super) depth: u32,
    /// Modules within each other that are linked before any of them runs.
    pub(super) link_depth: u32,
    /// Likewise that are evaluated, each of which counts as several evaluations.
    pub(super) evaluate_depth: u32,
    /// Modules that hand a name on to each other: `export * from`.
    pub(super) reexports: u32,
    /// Objects, and as many frames.
    pub(super) objects: usize,
    /// Objects for which there is room from the start: growing moves, and touches, everything again and again.
    pub(super) room: usize,
    /// Variables of one frame.
    pub(super) slots: u32,
    /// Objects that inherit from each other.
    pub(super) inheritance: u32,
    /// Bytes of one text.
    pub(super) text: usize,
    /// Bytes of a dotted name: longer ones name nothing that a rule or a table knows.
    pub(super) name: usize,
    /// Members of one object that get a name of their own.
    pub(super) named_members: usize,
    /// Modules that are loaded: four times what the largest measured function loads.
    pub(super) modules: usize,
    /// Modules whose later loads are looked for.
    pub(super) later_modules: usize,
    /// Records of imports.
    pub(super) imports: usize,
    /// Records of imports that find nothing.
    pub(super) unresolved: usize,
    /// Records of calls at load.
    pub(super) recorded_calls: usize,
    /// Places that lead to such a call: more say nothing to a reader.
    pub(super) via: usize,
    /// Records of data files.
    pub(super) data_files: usize,
    /// Records of what would end Init.
    pub(super) failures: usize,
    /// Reasons why it is not known how Init ends: people read some, and one is enough.
    pub(super) doubts: usize,
    /// Bytes of a data file that become a text.
    pub(super) data_bytes: u64,
    /// Bytes of an own file above which it is no longer what people write: bundles hold libraries, which do more than is
    /// followed exactly.
    pub(super) written_bytes: usize,
    /// Bytes of a request: the longest path that Linux takes.
    pub(super) request: usize,
    /// Members of a workspace that are looked at.
    pub(super) siblings: usize,
}

/// The limits that are in force.
pub(super) const LIMITS: Limits = Limits {
    stack: 2 << 30,
    parse_stack: 256 << 20,
    tokens: 8_000_000,
    json_bytes: 96 << 10,
    json_depth: 100,
    steps: 12_000_000,
    later_steps: 1_500_000,
    offer_steps: 300_000,
    offering_bytes: 60_000,
    module_steps: 300_000,
    service_steps: 800_000,
    statement_steps: 1_500_000,
    bundle_steps: 6_000_000,
    bundle_statement: 30_000,
    calls: 220,
    hurried_calls: 40,
    doubt: 6,
    depth: 12_000,
    link_depth: 3_000,
    evaluate_depth: 6_000,
    reexports: 60,
    objects: 3_000_000,
    room: 1 << 17,
    slots: 1 << 20,
    inheritance: 64,
    text: 1 << 20,
    name: 120,
    named_members: 2_000,
    modules: 60_000,
    later_modules: 20_000,
    imports: 500_000,
    unresolved: 10_000,
    recorded_calls: 20_000,
    via: 6,
    data_files: 20_000,
    failures: 1_000,
    doubts: 20,
    data_bytes: 64 << 10,
    written_bytes: 150_000,
    request: 4_096,
    siblings: 500,
};

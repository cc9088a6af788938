//! How much is followed, how deep, and with how much memory and stack: one value, with the reason for each number.

/// The bounds of a simulation. They make it end always, and soon on code that only computes.
pub(super) struct Limits {
    // Time.
    /// Bytes of an extension up to which it is looked into for what it imports: what generators of bindings write is
    /// small, or the library beside it is.
    pub(super) generated_bytes: u64,
    /// Steps after which calls are no longer followed, only module top levels run on: some seconds.
    pub(super) steps: u64,
    /// The same once the handler can be called: the results of functions hardly matter any more.
    pub(super) steps_later: u64,
    /// Runs of one function of a library that are followed.
    pub(super) runs_per_function: u32,
    /// The same for the function's own code, and for a library as long as it has overtime.
    pub(super) runs_at_most: u32,
    /// Steps in a library function's own code, over all its runs, after which it is no longer followed. What takes so
    /// long computes something; helpers that import are short.
    pub(super) steps_per_function: u64,
    /// The same for runs that may not happen at all, behind a condition that cannot be decided.
    pub(super) steps_if_unsure: u64,
    /// Undecided conditions within each other below which calls are not followed during Init: recursion over what is
    /// not known would end only with its budget, and found nothing in 91 functions whose imports were measured. After
    /// Init it finds what a request loads, such as Pillow's plug-ins.
    pub(super) deepest_doubt: u32,
    /// Runs that a library function has in any case, unless doubt lies too deep.
    pub(super) runs_anyway: u32,
    /// Steps in the own code of one run of a library function, after which its loops are left.
    pub(super) steps_per_run: u64,
    /// Steps that the functions of one package may take beyond that during Init, all together: frameworks register
    /// hundreds of handlers through one function, and which one answers to an event decides what is imported.
    pub(super) overtime: u64,
    /// How much of it one function may take.
    pub(super) overtime_per_function: u64,

    // Depth, which bounds our own stack.
    /// Runs of one function inside each other that are followed.
    pub(super) active_runs: u32,
    /// Nested calls that are followed.
    pub(super) call_depth: u32,
    /// The same for calls of what the runtime brings, which call back: one for each that is followed.
    pub(super) runtime_call_depth: u32,
    /// Nested calls and imports together.
    pub(super) total_depth: u32,
    /// Nested calls of any kind of object and nested attribute reads, where objects stand for each other in a circle:
    /// an instance that is called as its own class's `__init__`.
    pub(super) nested: u32,
    /// Comparisons within each other below which nothing is known any more. A list may hold itself.
    pub(super) deepest_comparison: u32,
    /// The same from which they count as steps: what holds itself twice takes ever more of them.
    pub(super) deep_comparison: u32,
    /// How deep constant expressions of loop bounds are computed.
    pub(super) constant_depth: u32,
    /// Dots and calls in the name under which a call is noted.
    pub(super) callee_depth: u32,
    /// Dots behind which a value is looked up for such a name.
    pub(super) peek_depth: u32,
    /// Stack of the interpreter's thread, in bytes: what the depths above need, several times.
    pub(super) stack: usize,

    // Size of the whole.
    /// Modules that one simulation loads.
    pub(super) modules: usize,
    /// Imports without an answer that are noted; nobody reads more.
    pub(super) unresolved: usize,
    /// Calls of own code that are noted; nobody reads more.
    pub(super) calls: usize,
    /// Errors that end Init and are noted; nobody reads more.
    pub(super) causes: usize,
    /// Names that star imports copy in one simulation. Behind them modules count as having any name.
    pub(super) star_copies: usize,
    /// Tokens of all files that one simulation parses. Importing all of torch, scipy and pandas takes less than half.
    pub(super) tokens: usize,
    /// Texts that one simulation runs as code.
    pub(super) texts_run: usize,
    /// States of a walk that are kept at a time, for handlers that begin alike: each is as large as what had been seen.
    pub(super) points: usize,
    /// Rounds of loading what own code names in texts: what is loaded may name more.
    pub(super) naming_rounds: usize,
    /// Such names that are tried.
    pub(super) names_tried: usize,

    /// Characters of an exception's text that are shown.
    pub(super) message_chars: usize,

    // Size of values.
    /// Rounds of a loop over known items.
    pub(super) unrolled: usize,
    /// Rounds of a `while` loop.
    pub(super) while_rounds: usize,
    /// Rounds of a `while` loop in which it is not known whether it was left.
    pub(super) undecided_rounds: usize,
    /// Items of a generator or of a comprehension that are told apart.
    pub(super) comprehension_items: usize,
    /// Sequences are not joined to longer ones than real tables have.
    pub(super) joined_items: usize,
    /// Items that a list grows to by methods, and by repetition.
    pub(super) list_items: usize,
    /// The same for `sequence * times`.
    pub(super) repeated_items: usize,
    /// Tuples of `itertools.product` that are told apart.
    pub(super) product_items: usize,
    /// Numbers that `range` gives one by one.
    pub(super) range_items: i64,
    /// Lines of a text that become items.
    pub(super) lines: usize,
    /// Characters of a text that become items.
    pub(super) characters: usize,
    /// Alternatives of one f-string, and values of a mapping that a key which is not known may give.
    pub(super) format_options: usize,
    /// The second of these.
    pub(super) unknown_key_values: usize,
    /// Texts that `join` puts together.
    pub(super) texts_joined: usize,
    /// Bytes of a text that is put together from others.
    pub(super) text_bytes: usize,
    /// Bytes of a text that is repeated.
    pub(super) repeated_bytes: usize,
    /// Bytes of the name of something that the runtime brings, results of calls included.
    pub(super) runtime_name_bytes: usize,
    /// Bytes of the name of a call of the runtime whose result has a name.
    pub(super) called_name_bytes: usize,
    /// Bytes of a module's name; no path is longer.
    pub(super) module_name_bytes: usize,
    /// Bytes of a dotted name that is looked up ahead; a hostile one would make as many names as it has dots.
    pub(super) name_ahead_bytes: usize,
    /// Classes in one method resolution order; what is further up is not looked at.
    pub(super) bases: usize,
    /// Expressions of one annotation that are looked at.
    pub(super) annotation_parts: usize,
    /// Expressions of one annotation that are searched for names; those of people have a handful.
    pub(super) annotation_names: usize,
    /// Objects that are followed when one of them is given away; more are taken for all.
    pub(super) given_away: usize,
    /// Modules of a folder that `pkgutil` lists.
    pub(super) listed_modules: usize,
    /// Bytes of a text that is run as code. Generated functions are far shorter.
    pub(super) source_text_bytes: usize,
    /// Bytes of a text or pattern that is matched with a regular expression.
    pub(super) pattern_bytes: usize,
    /// Memory for one compiled pattern, in bytes.
    pub(super) pattern_memory: usize,
    /// Bytes of a constant text of own code that is kept as a mention.
    pub(super) mention_bytes: usize,

    // Files that code reads.
    /// Bytes of the largest list of entry points that is read.
    pub(super) entry_points_bytes: u64,
    /// Bytes of the largest `METADATA` that is read for extras.
    pub(super) metadata_bytes: u64,
    /// Bytes of the largest pickle that is searched for modules.
    pub(super) pickle_bytes: u64,
    /// Modules of one pickle that are loaded.
    pub(super) pickled_modules: usize,
    /// Bytes of the largest file whose text becomes a value.
    pub(super) file_bytes: usize,
    /// Bytes of the largest file that is read as JSON, once unpacked.
    pub(super) json_bytes: u64,
    /// Levels of JSON that become values; what lies deeper is not known.
    pub(super) json_depth: u32,
    /// The same for texts that can be held whole.
    pub(super) json_depth_small: u32,
    /// Bytes of such texts.
    pub(super) json_small_bytes: usize,
    /// Items of one JSON container that become values.
    pub(super) json_items: usize,
    /// Bytes of the largest `.pth` file that is read; real ones have a line or two.
    pub(super) path_file_bytes: u64,
    /// Folders that `sys.path` may have.
    pub(super) path_folders: usize,
}

/// What every simulation keeps to.
pub(super) const LIMITS: Limits = Limits {
    generated_bytes: 16 << 20,
    steps: 6_000_000,
    steps_later: 500_000,
    runs_per_function: 400,
    runs_at_most: 10_000,
    steps_per_function: 10_000,
    steps_if_unsure: 1_500,
    deepest_doubt: 3,
    runs_anyway: 4,
    steps_per_run: 50_000,
    overtime: 300_000,
    overtime_per_function: 200_000,
    active_runs: 4,
    call_depth: 48,
    runtime_call_depth: 96,
    total_depth: 600,
    nested: 1000,
    deepest_comparison: 64,
    deep_comparison: 8,
    constant_depth: 16,
    callee_depth: 12,
    peek_depth: 8,
    stack: 1 << 30,
    modules: 30_000,
    unresolved: 10_000,
    calls: 20_000,
    causes: 100,
    message_chars: 200,
    star_copies: 5_000_000,
    tokens: 8_000_000,
    texts_run: 4096,
    points: 6,
    naming_rounds: 8,
    names_tried: 20_000,
    unrolled: 3000,
    while_rounds: 200,
    undecided_rounds: 3,
    comprehension_items: 5000,
    joined_items: 100_000,
    list_items: 20_000,
    repeated_items: 10_000,
    product_items: 3000,
    range_items: 2000,
    lines: 2000,
    characters: 200,
    format_options: 16,
    unknown_key_values: 60,
    texts_joined: 100,
    text_bytes: 100_000,
    repeated_bytes: 10_000,
    runtime_name_bytes: 300,
    called_name_bytes: 200,
    module_name_bytes: 500,
    name_ahead_bytes: 1024,
    bases: 200,
    annotation_parts: 64,
    annotation_names: 200,
    given_away: 2_000,
    listed_modules: 5000,
    source_text_bytes: 20_000,
    pattern_bytes: 20_000,
    pattern_memory: 1 << 20,
    mention_bytes: 200,
    entry_points_bytes: 1 << 20,
    metadata_bytes: 1 << 20,
    pickle_bytes: 64 << 20,
    pickled_modules: 400,
    file_bytes: 64 << 10,
    json_bytes: 8 << 20,
    json_depth: 4,
    json_depth_small: 8,
    json_small_bytes: 256 << 10,
    json_items: 400,
    path_file_bytes: 64 << 10,
    path_folders: 200,
};

/// What the input may cost before defrost refuses it. Everything in a deployment package is
/// hostile until read, so each of these has its own error or [`EntryProblem`].
///
/// The defaults are far above what a platform accepts (AWS Lambda: 250 MB unpacked, 10 GB for
/// images) and far below what would hurt the machine.
///
/// [`EntryProblem`]: crate::artifact::EntryProblem
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files and folders in one package or layer; more stop the run. Large source trees with
    /// `node_modules` reach 100,000.
    pub entries: usize,
    /// Unpacked bytes of all entries together; what lies beyond is listed, but not read.
    pub total_bytes: u64,
    /// Unpacked bytes of one entry; a larger one is listed, but not read.
    pub file_bytes: u64,
    /// How many times its packed size an entry may unpack to. Deflate cannot exceed 1,032; real
    /// tables and zero-filled libraries stay under 200.
    pub ratio: u64,
    /// Entries that unpack to fewer bytes are never judged by [`Limits::ratio`].
    pub ratio_from_bytes: u64,
    /// Bytes of the zip directory: names and headers, about 100 for each entry.
    pub directory_bytes: u64,
    /// Bytes of one path. Linux refuses more than 4,096.
    pub path_bytes: usize,
    /// Folders inside folders.
    pub depth: usize,
    /// Files that symbolic links to folders may stand for, all together.
    pub link_files: usize,
    /// Symbolic links out of a folder that are followed, those behind others included.
    pub links_out: usize,
    /// Symbolic links followed one after the other; Linux follows 40.
    pub link_hops: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 500_000,
            total_bytes: 16 << 30,
            file_bytes: 1 << 30,
            ratio: 400,
            ratio_from_bytes: 16 << 20,
            directory_bytes: 256 << 20,
            path_bytes: 4096,
            depth: 100,
            link_files: 100_000,
            links_out: 10_000,
            link_hops: 40,
        }
    }
}

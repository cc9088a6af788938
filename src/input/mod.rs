//! The only place that reads files and archives, with limits.

//! The names within a cache: launcher and `psp` must agree on them.
//!
//! ```text
//! ROOT/v1/slots/CONTENT-ID/receipt      see [`crate::receipt`]
//! ROOT/v1/slots/CONTENT-ID/tree/…       what {slot:ID} stands for
//! ROOT/v1/prepared/ROOT-DIGEST/tree/…   what {prepared} stands for; `done` beside it once setup has succeeded
//! ROOT/v1/locks/NAME                    one per entry, held while it is made or removed
//! ROOT/v1/work/…                        unfinished or discarded: anything here that nobody holds may be removed
//! ```

/// The directory in a cache root that holds this version's entries.
pub const VERSION: &str = "v1";
/// Extracted slots, by content id.
pub const SLOTS: &str = "slots";
/// What setup commands made, by package root.
pub const PREPARED: &str = "prepared";
/// Lock files.
pub const LOCKS: &str = "locks";
/// Unfinished and discarded entries, and copies of temporary slots.
pub const WORK: &str = "work";
/// The content of an entry.
pub const TREE: &str = "tree";
/// The receipt of an entry.
pub const RECEIPT: &str = "receipt";
/// Beside a prepared entry's tree: setup has succeeded.
pub const DONE: &str = "done";
/// An entry's time of modification is brought up to date by a start when it is older than this many seconds.
pub const TOUCH_SECONDS: u64 = 3_600;

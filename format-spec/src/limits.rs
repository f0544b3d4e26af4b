//! Every limit on an untrusted count, length or size (SPEC 11).

/// Bytes of a whole package.
pub const FILE_BYTES: u64 = 1 << 47;
/// Bytes of the stub.
pub const STUB_BYTES: u64 = 64 << 20;
/// Bytes of the manifest.
pub const MANIFEST_BYTES: u32 = 1 << 20;
/// Sections of the manifest.
pub const SECTIONS: u32 = 64;
/// Slots of a package; a command's slots are a bit mask of this width.
pub const SLOTS: u16 = 64;
/// Entry points of a package.
pub const ENTRIES: u16 = 256;
/// Setup commands of a package.
pub const SETUP_COMMANDS: u16 = 64;
/// Documents of a package.
pub const DOCUMENTS: u16 = 16;
/// Pairs in the information section.
pub const INFORMATION_PAIRS: u16 = 64;
/// Bytes of a value in the information section.
pub const INFORMATION_VALUE_BYTES: u32 = 65_536;
/// Arguments of a command.
pub const ARGUMENTS: u16 = 4_096;
/// Changes a command makes to the environment.
pub const ENVIRONMENT_CHANGES: u16 = 1_024;
/// Bytes of a variable's name or pattern.
pub const ENVIRONMENT_NAME_BYTES: u16 = 4_096;
/// Parts of a template.
pub const TEMPLATE_PARTS: u16 = 256;
/// Bytes of a literal in a template.
pub const LITERAL_BYTES: u32 = 65_536;
/// Frames of one slot, index and data together.
pub const FRAMES: u32 = 65_536;
/// Bytes of a frame's content.
pub const FRAME_BYTES: u32 = 8 << 20;
/// Bytes of a slot's index.
pub const INDEX_BYTES: u64 = 64 << 20;
/// Entries of a slot's index.
pub const INDEX_ENTRIES: u32 = 1 << 20;
/// Bytes of a slot's data, and of a slot as stored.
pub const SLOT_BYTES: u64 = 1 << 46;
/// Bytes of a path within a slot.
pub const PATH_BYTES: usize = 3_968;
/// Bytes of one component of a path.
pub const COMPONENT_BYTES: usize = 255;
/// Signatures of a package.
pub const SIGNATURES: u32 = 8;
/// Bytes of a package's name, version or channel.
pub const NAME_BYTES: usize = 128;
/// Bytes of a slot's, an entry's or a document's name.
pub const ID_BYTES: usize = 64;
/// Bytes of a target.
pub const TARGET_BYTES: usize = 64;
/// Bytes of a trust file (SPEC 10).
pub const TRUST_FILE_BYTES: usize = 65_536;

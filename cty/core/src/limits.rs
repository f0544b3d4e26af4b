//! Every limit of the crate.

/// How deeply types and encoded values may nest. The reference has no limit of its own; Terraform's schemas stay below twenty.
pub const MAX_DEPTH: usize = 256;

/// Largest payload of a refined unknown value in msgpack, as in the reference.
pub const MAX_REFINEMENT_BYTES: usize = 1024;

/// Longest string prefix that is written into msgpack; a longer one is cut, as in the reference.
pub const MAX_PREFIX_BYTES: usize = 256;

/// Largest list that a length refinement turns into a known list of unknown elements. The reference allocates whatever
/// an encoded refinement asks for; above this the value stays unknown with its bounds.
pub const MAX_UNKNOWN_LIST_LENGTH: i64 = 1024;

/// Most elements that `setproduct`, and most bytes that padding in `format`, produce before they give an error. (`range`
/// stops at 1,024, as in the reference.)
pub const MAX_GENERATED_ELEMENTS: usize = 4_194_304;

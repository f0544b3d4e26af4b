//! Every limit of the functions.

/// Longest text that a function makes, in bytes: what Terraform takes in one answer of a provider.
pub(super) const MAX_TEXT_BYTES: usize = 64 << 20;

/// Most places that a number is rounded to, on either side of its point; a number has about 155 digits.
pub(super) const MAX_PLACES: i64 = 1_000;

/// Greatest length that text can be cut to, in characters.
pub(super) const MAX_LENGTH: i64 = i32::MAX as i64;

//! The launcher's own error codes, beside those of the format. The table is in [`psp_format::codes::launcher`], so that
//! `psp explain` knows it too.

pub use psp_format::codes::launcher::*;

//! Native files: what a program or library on disk needs to run, and how to make it independent of where it was built.
//!
//! [`inspect()`] tells of one file (ELF, Mach-O, PE) its architecture, libraries and newest glibc symbol. [`survey()`] does so for
//! whole trees and answers whether they will run on a declared [`Target`]. [`patch`], [`strip`] and [`bundle`] change ELF files:
//! search paths become relative to the file, debug sections go, libraries of the build machine come along.
//!
//! Files are untrusted: whatever their bytes, the answer is an error or "not native", never a panic, and no more memory than a
//! constant times what the file holds. Nothing here runs a file. Start at [`survey()`].

pub mod bundle;
mod elf;
pub mod hostlib;
mod image;
pub mod inspect;
pub mod patch;
pub mod strip;
pub mod survey;
pub mod target;

pub(crate) use inspect::may_be_native;
pub use inspect::{
    Arch, Format, GlibcVersion, InspectError, Kind, Libc, NativeFile, Os, inspect, inspect_file,
};
pub use survey::{
    GlibcNeed, HostLibrary, Locus, PortabilityError, PortabilityReport, SurveyError, SurveyedFile, Tree,
    survey, survey_files,
};
pub use target::{Target, TargetError};

//! The launcher: the code in front of every package, which finds, verifies and starts what is inside.
//!
//! Freestanding: no C library, no `std` (tests apart), no threads. Must never write a byte beside the package, and must never
//! run what it has not verified. Start at [`sys`], the layer on which everything else stands.
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod check;
pub mod codes;
pub mod content;
pub mod entry;
pub mod environment;
pub mod extract;
pub mod failure;
pub mod launch;
pub mod log;
pub mod package_file;
pub mod policy;
pub mod prepared;
pub mod request;
pub mod root;
pub mod slots;
pub mod state;
pub mod sys;
pub mod work;

use alloc::format;

use failure::{Failure, Result};
use package_file::PackageFile;
use request::Request;

/// Runs the launcher: comes back only with an exit code, as a start that succeeds becomes another program.
pub fn main(start: &sys::Start<'_>) -> u8 {
    let request = Request {
        arguments: &start.arguments,
        environment: &start.environment,
        executable: start.facts.path,
        has_raised_privileges: start.facts.privileges == sys::Privileges::Raised,
    };
    match run(&request) {
        Ok(()) => 0,
        Err(failure) => sys::fail(format!("{failure}\n").as_bytes(), failure::EXIT_CODE),
    }
}

fn run(request: &Request<'_>) -> Result<()> {
    if request.has_raised_privileges {
        let code = codes::RAISED_PRIVILEGES;
        return Err(Failure::new(code, code.cause.into()));
    }
    if request.is_logging() {
        log::enable();
    }
    let package = PackageFile::open(request)?;
    let verified = package.verify()?;
    let identity = &verified.manifest.identity;
    log::step(format_args!(
        "{} {} verified, signed by {:?}",
        identity.name, identity.version, identity.primary
    ));
    package_file::check_target(&verified)?;
    policy::check(request, &verified, package.path.as_bytes())?;
    launch::start(request, &package, &verified)
}

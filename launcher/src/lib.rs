//! The launcher: the code in front of every package, which finds, verifies and starts what is inside.
//!
//! Freestanding: no C library, no `std` (tests apart), no threads. Must never write a byte beside the package, and must never
//! run what it has not verified. Start at [`sys`], the layer on which everything else stands.
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod sys;

/// Runs the launcher: the exit code of a start that failed, as one that succeeds becomes another program.
pub fn main(start: &sys::Start<'_>) -> u8 {
    let _ = start;
    0
}

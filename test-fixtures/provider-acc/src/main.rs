//! The acceptance provider as a process.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    tf_sdk::main(provider_acc::Acc)
}

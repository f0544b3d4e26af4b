//! The reference provider as a process.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use terraform_provider_foundry::Foundry;

fn main() -> ExitCode {
    tf_sdk::main(Foundry::from_environment())
}

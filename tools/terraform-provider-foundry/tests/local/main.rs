//! The components in the process: each rule, in both directions, with Terraform's own checks on every answer.

mod directory;
mod environment;
mod file;
mod http;
mod lease;
mod lens;
mod schema;
mod settings;
mod small;
mod support;

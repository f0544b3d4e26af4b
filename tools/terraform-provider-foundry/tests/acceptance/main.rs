//! The provider driven by the real Terraform: every example, and what only Terraform can show.

mod environment;
mod examples;
mod lens;
mod note;
mod objects;
mod support;

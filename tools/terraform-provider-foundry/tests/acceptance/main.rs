//! The provider driven by the real Terraform: every example, and what only Terraform can show.

mod examples;
mod lens;
mod note;
mod objects;
mod support;

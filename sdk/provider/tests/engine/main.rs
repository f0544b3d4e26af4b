//! The engine and the server, called as Terraform calls them, without Terraform.

mod apply;
mod ephemeral;
mod function;
mod lab;
mod panic;
mod plan;
mod propose;
mod schema;
mod state;
mod terraform;
mod validate;
mod wire;

//! Functions through the RPCs of a provider, in the process.

mod calls;
mod differences;
mod lab;
mod replay;
mod unknown;

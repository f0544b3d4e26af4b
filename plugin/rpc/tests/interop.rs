//! Both roles against programs that are not ours: Go's go-plugin as Debian has it, and the Python package pyvider-rpcplugin.
//!
//! What is not here is skipped with a line that says so; where the environment has CI=true, it fails instead.

#[path = "../examples/kv/service.rs"]
mod service;

#[path = "interop/go_host.rs"]
mod go_host;
#[path = "interop/go_plugin.rs"]
mod go_plugin;
#[path = "interop/programs.rs"]
mod programs;
#[path = "interop/python.rs"]
mod python;
#[path = "interop/rust.rs"]
mod rust;
#[path = "interop/store.rs"]
mod store;

//! The stub in front of every package: [`psp_launcher::main`], reached from the entry point in `psp_launcher::sys`.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

// Linked for its `_start`, which calls `psp_launcher::main`.
extern crate psp_launcher as _;

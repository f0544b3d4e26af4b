//! Links the stub as a freestanding static program.
//!
//! Must never touch any other target: library, tests and documentation are linked as ever. The flags that change generated code
//! are not here but with the nested build that makes the stub (`builder/build`), as cargo takes those from the environment only.

/// What the linker is told, each with its reason.
const LINK_ARGUMENTS: [&str; 11] = [
    "-nostartfiles",          // our own `_start`
    "-nostdlib",              // no C library
    "-static",                // no dynamic loader
    "-no-pie",                // nothing to relocate at start
    "-Wl,-e,_start",          // also asks for the symbol, so that it is linked from the library
    "-Wl,--gc-sections",      // only what is reached
    "-Wl,--build-id=none",    // bytes that say nothing
    "-Wl,-z,noexecstack",     // no executable stack
    "-Wl,-z,norelro",         // nothing is relocated, so nothing needs protecting afterwards
    "-Wl,--no-eh-frame-hdr",  // no unwinding
    "-Wl,-z,noseparate-code", // no page of padding between sections that are never writable
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_STUB").is_some() {
        for argument in LINK_ARGUMENTS {
            println!("cargo:rustc-link-arg-bin=psp-launcher={argument}");
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/discard.ld");
        println!("cargo:rerun-if-changed={script}");
        println!("cargo:rustc-link-arg-bin=psp-launcher=-Wl,-T,{script}");
    }
}

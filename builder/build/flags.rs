//! How the stub's code is generated; the numbers behind each choice are in `launcher/docs/DESIGN.md`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The system the stub is for.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";

/// For the compiler of Rust.
const RUST: [&str; 5] = [
    // At a fixed address: nothing to relocate when it starts.
    "-Crelocation-model=static",
    // It never unwinds.
    "-Cforce-unwind-tables=no",
    // Asking the processor what it can do (CPUID) takes six microseconds a time in a virtual machine; each of these would ask
    // three times, at every start, to save less. The bulk of a first start is hashed by `launcher/src/sys/sha256.rs`.
    "--cfg=curve25519_dalek_backend=\"serial\"",
    "--cfg=sha2_backend=\"soft\"",
    "--cfg=sha2_backend_soft=\"compact\"",
];

/// For the compiler of libzstd's decoder.
const C: [&str; 10] = [
    // There is no C library that these would call.
    "-fno-stack-protector",
    "-U_FORTIFY_SOURCE",
    // As Rust's.
    "-fno-pic",
    "-fno-pie",
    "-fcf-protection=none",
    "-fno-asynchronous-unwind-tables",
    // One decoder of Huffman codes reads what two would, within 4 % of their speed; the one for sequences of far offsets is
    // for windows larger than a package's frames.
    "-DHUF_FORCE_DECOMPRESS_X1=1",
    "-DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1",
    "-DZSTD_STRIP_ERROR_STRINGS=1",
    "-DZSTD_NO_TRACE=1",
];

/// For the linker that comes with Rust's compiler, as its own distribution has it by default: read-only data goes with the code,
/// one mapping less at every start. Others do so by `-z noseparate-code`, and don't know this.
const BUNDLED_LINKER: &str = "-Clink-arg=-Wl,--no-rosegment";

/// Where the parts of the stub lie on this machine.
pub(crate) struct Folders<'a> {
    pub(crate) workspace: &'a Path,
    pub(crate) cargo_home: &'a Path,
    pub(crate) sysroot: &'a Path,
    /// The compiler's commit, by which its own library names its sources.
    pub(crate) commit: &'a str,
}

/// `CARGO_ENCODED_RUSTFLAGS`: the flags, separated by 0x1f.
pub(crate) fn rust(folders: &Folders<'_>) -> Result<OsString, String> {
    let mut all = OsString::from(RUST.join("\u{1f}"));
    if folders.sysroot.join("lib/rustlib").join(TARGET).join("bin/gcc-ld/ld.lld").exists() {
        all.push("\u{1f}");
        all.push(BUNDLED_LINKER);
    }
    for (from, to) in renamed(folders)? {
        all.push("\u{1f}--remap-path-prefix=");
        all.push(from);
        all.push("=");
        all.push(to);
    }
    Ok(all)
}

/// `CFLAGS` for the target.
pub(crate) fn c() -> String {
    C.join(" ")
}

/// Folders and the names that stand for them wherever the compiler writes a path down; later ones go first.
fn renamed(folders: &Folders<'_>) -> Result<Vec<(PathBuf, String)>, String> {
    let mut names = vec![
        (folders.workspace.to_path_buf(), ".".to_owned()),
        (folders.cargo_home.to_path_buf(), "cargo".to_owned()),
        (folders.sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{}", folders.commit)),
    ];
    // Registries have a folder each, whose name tells of the registry; a vendored dependency has none.
    let sources = folders.cargo_home.join("registry/src");
    let mut registries = std::fs::read_dir(&sources)
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_else(|_| Vec::new());
    registries.sort();
    registries.push(folders.workspace.join("vendor"));
    names.extend(registries.into_iter().map(|registry| (registry, "dependencies".to_owned())));
    Ok(names)
}

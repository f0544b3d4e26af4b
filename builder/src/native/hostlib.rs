//! Libraries of the build machine: which of them every host has, which must never travel, and where the others lie.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::inspect::{Arch, Kind, inspect_file};

/// The C library's own parts: they belong to the host's kernel and loader and are never bundled.
const LIBC: [&str; 14] = [
    "ld-linux",
    "ld-musl",
    "libc.so",
    "libc.musl",
    "libm.so",
    "libpthread.so",
    "libdl.so",
    "librt.so",
    "libutil.so",
    "libresolv.so",
    "libanl.so",
    "libnss_",
    "libBrokenLocale.so",
    "libmvec.so",
];

/// Libraries tied to the host's devices and display: a copy from another machine fails there.
const DEVICE: [&str; 13] = [
    "libGL.so",
    "libEGL.so",
    "libGLX.so",
    "libGLdispatch.so",
    "libOpenGL.so",
    "libGLESv2.so",
    "libdrm.so",
    "libgbm.so",
    "libcuda.so",
    "libnvidia-",
    "libvulkan.so",
    "libasound.so",
    "libX11.so",
];

/// Include lines of the loader's configuration nest no deeper.
const CONFIG_DEPTH_MAX: usize = 8;

/// Is this a part of the C library (or the vDSO)?
pub fn is_libc(name: &str) -> bool {
    name.starts_with("linux-vdso") || LIBC.iter().any(|prefix| name.starts_with(prefix))
}

/// May this library be copied into a package?
pub fn is_bundleable(name: &str) -> bool {
    !is_libc(name) && !DEVICE.iter().any(|prefix| name.starts_with(prefix)) && !name.contains('/')
}

/// The directories the dynamic loader of this machine searches: its configuration's, then the built-in ones.
pub fn search_directories() -> Vec<PathBuf> {
    let mut found = Vec::new();
    read_config(Path::new("/etc/ld.so.conf"), 0, &mut found);
    let machine = std::env::consts::ARCH;
    for base in ["/lib", "/usr/lib"] {
        found.push(PathBuf::from(format!("{base}/{machine}-linux-gnu")));
    }
    found.extend(["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(PathBuf::from));
    let mut seen = BTreeSet::new();
    found.retain(|dir| dir.is_dir() && seen.insert(dir.clone()));
    found
}

fn read_config(path: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(text) = fs::read_to_string(path) else { return };
    if depth > CONFIG_DEPTH_MAX {
        return;
    }
    for line in text.lines().map(|line| line.split('#').next().unwrap_or("").trim()) {
        match line.strip_prefix("include") {
            Some(pattern) if pattern.starts_with(char::is_whitespace) => {
                for file in included(pattern.trim()) {
                    read_config(&file, depth + 1, found);
                }
            }
            _ if line.starts_with('/') => found.push(PathBuf::from(line)),
            _ => {}
        }
    }
}

/// The files of an include line: a directory and a pattern with `*` in the file's name, which is all the loader's own
/// configuration uses.
fn included(pattern: &str) -> Vec<PathBuf> {
    let path = Path::new(pattern);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
    else {
        return Vec::new();
    };
    let (before, after) = name.split_once('*').unwrap_or((name, ""));
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let matches = |name: &str| {
        name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(matches))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

/// Finds a library of that name and architecture: first in `hints` (the needing file's own search paths), then where the
/// loader looks.
pub fn find(name: &str, arch: Arch, hints: &[PathBuf], directories: &[PathBuf]) -> Option<PathBuf> {
    hints.iter().chain(directories).map(|directory| directory.join(name)).find(|path| {
        let native = File::open(path).ok().and_then(|mut file| inspect_file(&mut file).ok().flatten());
        native.is_some_and(|native| native.archs.contains(&arch) && native.kind == Kind::SharedObject)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_c_library_and_devices_stay_on_the_host() {
        for name in [
            "libc.so.6",
            "libm.so.6",
            "ld-linux-x86-64.so.2",
            "libnss_dns.so.2",
            "libGL.so.1",
            "libcuda.so.1",
            "/x/libz.so",
        ] {
            assert!(!is_bundleable(name), "{name}");
        }
        for name in [
            "libssl.so.3",
            "libcrypt.so.1",
            "libmagic.so.1",
            "libdlib.so.1",
            "libstdc++.so.6",
            "libgcc_s.so.1",
        ] {
            assert!(is_bundleable(name), "{name}");
        }
    }
}

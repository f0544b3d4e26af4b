//! What running processes use of a cache: whatever they have mapped, opened, started or were told of.
//!
//! Only processes that the user may look into are seen: one's own, or all of them for root. `/proc` is read; nothing is
//! signalled or attached to.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use memchr::memmem;
use psp_format::digest::parse_hex;
use psp_format::{Digest, cache};

use super::{CacheRoot, Kind};
use crate::package_file::PackageFile;

/// More of a process's file in /proc is not read.
const MAX_BYTES: u64 = 64 << 20;
/// Hexadecimal digits of an entry's name.
const ID_DIGITS: usize = 64;

/// What running processes use.
#[derive(Debug, Default)]
pub struct Usage {
    entries: BTreeSet<(&'static str, Digest)>,
    inodes: BTreeSet<(u64, u64)>,
}

impl Usage {
    /// Looks at all processes that may be looked at.
    pub fn gather(roots: &[CacheRoot]) -> Self {
        let mut gatherer = Gatherer::new(roots);
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        for process in
            processes.filter(|process| process.file_name().as_bytes().iter().all(u8::is_ascii_digit))
        {
            gatherer.look_at(&process.path());
        }
        for package in std::mem::take(&mut gatherer.packages) {
            gatherer.note_package(&package);
        }
        gatherer.usage
    }

    /// Whether a process was told of this entry.
    pub(super) fn names(&self, kind: Kind, id: &Digest) -> bool {
        self.entries.contains(&(kind.part(), *id))
    }

    /// Whether a process has one of these inodes open or mapped.
    pub(super) fn touches(&self, inodes: &BTreeSet<(u64, u64)>) -> bool {
        let (fewer, more) =
            if inodes.len() < self.inodes.len() { (inodes, &self.inodes) } else { (&self.inodes, inodes) };
        fewer.iter().any(|inode| more.contains(inode))
    }
}

struct Gatherer {
    usage: Usage,
    /// The beginnings of the paths of entries, and what kind of entry follows.
    prefixes: Vec<(&'static str, Vec<u8>)>,
    /// The roots' paths.
    roots: Vec<PathBuf>,
    packages: BTreeSet<PathBuf>,
}

impl Gatherer {
    fn new(roots: &[CacheRoot]) -> Self {
        let prefix = |root: &CacheRoot, part: &'static str| {
            let path = root.path_of(part).into_os_string().into_vec();
            (part, [&path[..], b"/"].concat())
        };
        let prefixes =
            roots.iter().flat_map(|root| [prefix(root, cache::SLOTS), prefix(root, cache::PREPARED)]);
        let prefixes = prefixes.collect();
        let roots = roots.iter().map(|root| root.path.clone()).collect();
        Self { usage: Usage::default(), prefixes, roots, packages: BTreeSet::new() }
    }

    /// A process that ends meanwhile, or is somebody else's, shows nothing.
    fn look_at(&mut self, process: &Path) {
        for link in ["exe", "cwd", "root"] {
            self.look_at_link(&process.join(link));
        }
        for descriptor in fs::read_dir(process.join("fd")).into_iter().flatten().flatten() {
            self.look_at_link(&descriptor.path());
        }
        let maps = read(&process.join("maps"));
        self.find_names(&maps);
        self.usage.inodes.extend(maps.split(|byte| *byte == b'\n').filter_map(mapped_inode));
        self.find_names(&read(&process.join("cmdline")));
        let environment = read(&process.join("environ"));
        self.find_names(&environment);
        let variable = |name: &[u8]| {
            let value = |entry: &'_ [u8]| {
                entry
                    .strip_prefix(name)?
                    .strip_prefix(b"=")
                    .map(|value| PathBuf::from(OsStr::from_bytes(value)))
            };
            environment.split(|byte| *byte == 0).find_map(value).filter(|value| !value.as_os_str().is_empty())
        };
        let cache = variable(b"PSP_CACHE_DIR").and_then(|cache| fs::canonicalize(cache).ok());
        let is_elsewhere = cache.is_some_and(|cache| !self.roots.contains(&cache));
        let Some(path) = variable(b"PSP_PACKAGE").filter(|_| !is_elsewhere) else { return };
        // As the process sees it, or as we do.
        if let Ok(inner) = path.strip_prefix("/") {
            self.packages.insert(process.join("root").join(inner));
        }
        self.packages.insert(path);
    }

    fn look_at_link(&mut self, link: &Path) {
        if let Ok(target) = fs::read_link(link) {
            self.find_names(target.as_os_str().as_bytes());
        }
        if let Ok(metadata) = fs::metadata(link) {
            self.usage.inodes.insert((metadata.dev(), metadata.ino()));
        }
    }

    /// Notes every entry whose path is somewhere in these bytes.
    fn find_names(&mut self, bytes: &[u8]) {
        for (part, prefix) in &self.prefixes {
            for at in memmem::find_iter(bytes, prefix) {
                let digits = bytes.get(at + prefix.len()..at + prefix.len() + ID_DIGITS);
                self.usage.entries.extend(digits.and_then(parse_hex).map(|id| (*part, Digest(id))));
            }
        }
    }

    /// All slots of a package that runs are in use, whichever its process has open just now.
    fn note_package(&mut self, path: &Path) {
        let Ok(file) = PackageFile::open(path) else { return };
        let Ok(package) = file.parse() else { return };
        let slots = package.manifest.slots.iter().map(|slot| (cache::SLOTS, slot.content.id()));
        self.usage.entries.extend(slots.chain([(cache::PREPARED, package.root)]));
    }
}

/// Device and inode of a line of /proc/PID/maps.
fn mapped_inode(line: &[u8]) -> Option<(u64, u64)> {
    // Address, permissions, offset, device, inode; then a path, which may be anything.
    let line = String::from_utf8_lossy(line.get(..line.len().min(128))?);
    let mut words = line.split_ascii_whitespace().skip(3);
    let (major, minor) = words.next()?.split_once(':')?;
    let number = |text: &str| u32::from_str_radix(text, 16).ok();
    let device = rustix::fs::makedev(number(major)?, number(minor)?);
    let inode = words.next()?.parse().ok().filter(|inode| *inode != 0)?;
    Some((device, inode))
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        // What was read before it failed counts.
        let _ = file.take(MAX_BYTES).read_to_end(&mut bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_maps() {
        for (line, expected) in [
            ("7f12-7f13 r-xp 00001000 08:01 1234   /some/file", Some((rustix::fs::makedev(8, 1), 1234))),
            ("7f12-7f13 r-xp 00001000 fe:0a 99", Some((rustix::fs::makedev(0xfe, 10), 99))),
            ("7f12-7f13 rw-p 00000000 00:00 0      [heap]", None),
            ("", None),
            ("a b c", None),
            ("a b c d e", None),
        ] {
            assert_eq!(mapped_inode(line.as_bytes()), expected, "{line}");
        }
        assert!(mapped_inode(b"7f12-7f13 r-xp 00001000 08:01 1234 /\xff\xff").is_some());
    }

    #[test]
    fn names_are_found_anywhere() {
        let slot = [b"/c/v1/slots/".to_vec(), b"ab".repeat(32)].concat();
        let mut gatherer = Gatherer {
            usage: Usage::default(),
            prefixes: vec![
                (cache::SLOTS, b"/c/v1/slots/".to_vec()),
                (cache::PREPARED, b"/c/v1/prepared/".to_vec()),
            ],
            roots: Vec::new(),
            packages: BTreeSet::new(),
        };
        gatherer.find_names(&[b"A=x\0PATH=/bin:", &slot[..], b"/tree/bin\0"].concat());
        gatherer.find_names(b"/c/v1/slots/abc /c/v1/slots/");
        let usage = gatherer.usage;
        assert!(usage.names(Kind::Slot, &Digest([0xab; 32])));
        assert!(!usage.names(Kind::Prepared, &Digest([0xab; 32])));
        assert_eq!(usage.entries.len(), 1);
    }

    #[test]
    fn this_very_process_is_seen() {
        let usage = Usage::gather(&[]);
        let own = fs::metadata("/proc/self/exe").unwrap();
        assert!(usage.touches(&[(own.dev(), own.ino())].into()));
        assert!(!usage.touches(&[(u64::MAX, 1)].into()));
    }
}

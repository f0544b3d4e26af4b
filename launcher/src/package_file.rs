//! The package's own file: found, opened, and its last bytes read into private memory.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::{Package, Trailer, Verified};

use crate::codes;
use crate::failure::{Failure, Result};
use crate::request::Request;
use crate::sys::{self, Access, CWD, Errno, Fd, PathBuf};

/// What is read from the end of the file at first: manifest, signatures and trailer of most packages. Each page of it that is
/// not needed costs a start a microsecond.
const FIRST_READ: u64 = 2 * 1024;

/// An open package.
pub struct PackageFile {
    /// The file.
    pub file: Fd,
    /// Its absolute path, for the payload and for messages.
    pub path: PathBuf,
    /// Its last bytes.
    tail: Vec<u8>,
    size: u64,
}

impl PackageFile {
    /// Open the file this process was started from and read its tail.
    ///
    /// # Errors
    /// `package-unreadable`, and the trailer's (SPEC 3).
    pub fn open(request: &Request<'_>) -> Result<PackageFile> {
        if let Some((file, path)) = open_by_name(request) {
            return PackageFile::read(file, path);
        }
        let path = own_path(request);
        // /proc/self/exe is the very file that runs. Without /proc there is the name only.
        let opened = match sys::open_following(&CWD, c"/proc/self/exe", Access::Read) {
            Err(Errno::NOENT | Errno::NOTDIR) => sys::open_following(&CWD, &path, Access::Read),
            other => other,
        };
        let file = opened.map_err(|errno| Failure::at(codes::PACKAGE_UNREADABLE, path.as_bytes(), errno))?;
        PackageFile::read(file, path)
    }

    /// Read the tail of an open package.
    ///
    /// # Errors
    /// `package-unreadable`, and the trailer's (SPEC 3).
    pub fn read(file: Fd, path: PathBuf) -> Result<PackageFile> {
        let unreadable = |errno| Failure::at(codes::PACKAGE_UNREADABLE, path.as_bytes(), errno);
        let size = sys::stat_fd(&file).map_err(unreadable)?.size;
        let mut tail = read_tail(&file, size, FIRST_READ).map_err(unreadable)?;
        let invalid = |error| Failure::format(path.as_bytes(), error);
        let needed = Trailer::parse(&tail, size).map_err(invalid)?.tail_bytes() as u64;
        if needed > tail.len() as u64 {
            tail = read_tail(&file, size, needed).map_err(unreadable)?;
        }
        Ok(PackageFile { file, path, tail, size })
    }

    /// The package, every signature verified.
    ///
    /// # Errors
    /// Whatever SPEC 3, 4 and 7 name.
    pub fn verify(&self) -> Result<Verified<'_>> {
        let package = Package::parse(&self.tail, self.size).and_then(Package::verify);
        package.map_err(|error| Failure::format(self.path.as_bytes(), error))
    }
}

fn read_tail(file: &Fd, size: u64, count: u64) -> core::result::Result<Vec<u8>, Errno> {
    let count = count.min(size);
    let mut tail = vec![0; usize::try_from(count).map_err(|_| Errno::FBIG)?];
    file.read_exact_at(&mut tail, size - count)?;
    Ok(tail)
}

/// The package by the name it was executed by, where that is a plain path without links: the first look into /proc costs a
/// start 15 microseconds. Should somebody have put another file there meanwhile, that one is verified as any package is, and
/// who can do so could have done it before the start.
fn open_by_name(request: &Request<'_>) -> Option<(Fd, PathBuf)> {
    let name = request.executable?;
    let bytes = name.to_bytes();
    let plain = bytes.strip_prefix(b"./").unwrap_or(bytes);
    let is_component_plain = |component: &[u8]| !matches!(component, b"" | b"." | b"..");
    let below_root = plain.strip_prefix(b"/").unwrap_or(plain);
    let is_plain = below_root.split(|&byte| byte == b'/').all(is_component_plain);
    if !is_plain || bytes.starts_with(b"/dev/") || bytes.starts_with(b"/proc/") {
        return None;
    }
    let file = sys::open_without_links(&CWD, name, Access::Read).ok()?;
    if plain.starts_with(b"/") {
        return Some((file, PathBuf::from(name)));
    }
    let mut path = sys::current_dir().ok().filter(|path| path.as_bytes().starts_with(b"/"))?;
    path.push(plain).ok()?;
    Some((file, path))
}

/// Where the package is: as the kernel knows it, or without /proc as it was told.
fn own_path(request: &Request<'_>) -> PathBuf {
    if let Ok(path) = sys::read_link(&CWD, c"/proc/self/exe") {
        return PathBuf::from_bytes(&path).unwrap_or_default();
    }
    let told: &CStr = request.executable.unwrap_or(c"");
    if told.to_bytes().starts_with(b"/") {
        return PathBuf::from(told);
    }
    let mut path = sys::current_dir().unwrap_or_default();
    match path.push(told.to_bytes()) {
        Ok(()) => path,
        Err(_) => PathBuf::from(told),
    }
}

/// Refuses a package that was built for another machine.
///
/// # Errors
/// `wrong-target`.
pub fn check_target(package: &Verified<'_>) -> Result<()> {
    let target = package.manifest.identity.target;
    let mut parts = target.split('-');
    if (parts.next(), parts.next()) == (Some(sys::ARCHITECTURE), Some(sys::SYSTEM)) {
        return Ok(());
    }
    let here = format!("this is {}-{}", sys::ARCHITECTURE, sys::SYSTEM);
    Err(Failure::new(codes::WRONG_TARGET, format!("the package is for {target}, {here}")))
}

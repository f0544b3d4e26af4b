//! File descriptors: who owns one, and reading, writing, locking through it.
//!
//! Must never hand out the numbers 0, 1 and 2: a program may be started with those closed, and a file opened in their
//! place would then receive what is meant for a terminal. Start at [`Fd`], which closes itself, and [`Handle`], which it
//! lends. Every descriptor made here is close-on-exec.

use alloc::vec::Vec;
use core::{fmt, mem, ops};

use super::Errno;
use super::call::{call1, call2, call3, call6, nr, uninterrupted};

const F_GETFD: usize = 1;
const F_SETFD: usize = 2;
const F_DUPFD_CLOEXEC: usize = 1030;
const F_ADD_SEALS: usize = 1033;
const FD_CLOEXEC: usize = 1;
const O_CLOEXEC: usize = 0o2000000;
const MFD_CLOEXEC: usize = 1;
const MFD_ALLOW_SEALING: usize = 2;
const MFD_EXEC: usize = 0x10;
/// The first number that is not a standard stream.
const FIRST_FREE: i32 = 3;

/// An open descriptor that somebody else owns: what all calls take. Not `Copy`, so that it can't outlive its owner.
#[derive(PartialEq, Eq)]
pub struct Handle(i32);

/// The caller's working directory, wherever a directory is asked for.
pub static CWD: Handle = Handle(-100);
/// Standard input; may be closed.
pub static STDIN: Handle = Handle(0);
/// Standard output; may be closed.
pub static STDOUT: Handle = Handle(1);
/// Standard error; may be closed.
pub static STDERR: Handle = Handle(2);

/// An open descriptor of ours, closed when dropped. Lends itself as a [`Handle`].
pub struct Fd(Handle);

/// What [`Handle::lock`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Many at once, none of them exclusive.
    Shared,
    /// One alone.
    Exclusive,
}

/// Whether a call may put the process to sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until it is our turn.
    Block,
    /// Not at all: [`Errno::AGAIN`] says it is not our turn.
    Try,
}

/// Whether a descriptor survives `exec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExec {
    /// Closed, as everything made here is at first.
    Close,
    /// Handed on to the next program.
    Keep,
}

impl Handle {
    /// The number, for `/proc/self/fd/N` and messages.
    pub fn number(&self) -> i32 {
        self.0
    }

    /// The number as an argument register holds it.
    pub(super) fn raw(&self) -> usize {
        self.0 as usize
    }

    /// Whether the number is open at all; of use for the standard streams only.
    pub fn is_open(&self) -> bool {
        // SAFETY: F_GETFD takes no pointer.
        unsafe { call2(nr::FCNTL, self.raw(), F_GETFD) }.is_ok()
    }

    /// Reads once into `buffer`; fewer bytes than it holds are no error, 0 is the end.
    pub fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        // SAFETY: the kernel writes at most buffer.len() bytes into memory we hold exclusively.
        uninterrupted(|| unsafe { call3(nr::READ, self.raw(), buffer.as_mut_ptr() as usize, buffer.len()) })
    }

    /// Reads once at an offset, leaving the file position alone.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, Errno> {
        uninterrupted(|| {
            let arguments = [self.raw(), buffer.as_mut_ptr() as usize, buffer.len(), offset as usize, 0, 0];
            // SAFETY: the kernel writes at most buffer.len() bytes into memory we hold exclusively.
            unsafe { call6(nr::PREAD64, arguments) }
        })
    }

    /// Reads at an offset until `buffer` is full or the file ends; how many bytes there were.
    pub fn read_full_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, Errno> {
        let mut done = 0;
        while done < buffer.len() {
            match self.read_at(&mut buffer[done..], offset + done as u64)? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done)
    }

    /// Fills `buffer` from an offset.
    ///
    /// # Errors
    /// [`Errno::NODATA`] if the file ends before `buffer` is full; the system's own otherwise.
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), Errno> {
        if self.read_full_at(buffer, offset)? == buffer.len() { Ok(()) } else { Err(Errno::NODATA) }
    }

    /// Reads from the current position to the end, at most `limit` bytes.
    ///
    /// # Errors
    /// [`Errno::FBIG`] if more than `limit` bytes are there.
    pub fn read_all(&self, limit: usize) -> Result<Vec<u8>, Errno> {
        const STEP: usize = 4096;
        let mut content = Vec::new();
        loop {
            let start = content.len();
            content.resize(start + STEP, 0);
            let count = self.read(&mut content[start..])?;
            content.truncate(start + count);
            match (count, content.len() > limit) {
                (_, true) => return Err(Errno::FBIG),
                (0, false) => return Ok(content),
                _ => {}
            }
        }
    }

    /// Writes once; how many bytes were taken.
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        // SAFETY: the kernel reads at most bytes.len() bytes of a live slice.
        uninterrupted(|| unsafe { call3(nr::WRITE, self.raw(), bytes.as_ptr() as usize, bytes.len()) })
    }

    /// Writes everything at the current position.
    pub fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match self.write(bytes)? {
                0 => return Err(Errno::IO),
                count => bytes = bytes.get(count..).ok_or(Errno::IO)?,
            }
        }
        Ok(())
    }

    /// Writes once at an offset, leaving the file position alone.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<usize, Errno> {
        uninterrupted(|| {
            let arguments = [self.raw(), bytes.as_ptr() as usize, bytes.len(), offset as usize, 0, 0];
            // SAFETY: the kernel reads at most bytes.len() bytes of a live slice.
            unsafe { call6(nr::PWRITE64, arguments) }
        })
    }

    /// Writes everything at an offset.
    pub fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<(), Errno> {
        let mut done = 0;
        while done < bytes.len() {
            match self.write_at(&bytes[done..], offset + done as u64)? {
                0 => return Err(Errno::IO),
                count => done += count,
            }
        }
        Ok(())
    }

    /// Makes the file exactly `size` bytes long.
    pub fn set_len(&self, size: u64) -> Result<(), Errno> {
        // SAFETY: ftruncate takes no pointer.
        uninterrupted(|| unsafe { call2(nr::FTRUNCATE, self.raw(), size as usize) }).map(drop)
    }

    /// Sets the permission bits, whatever the umask is.
    pub fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        // SAFETY: fchmod takes no pointer.
        unsafe { call2(nr::FCHMOD, self.raw(), mode as usize) }.map(drop)
    }

    /// Copies `count` bytes from here to `target` inside the kernel; how many were copied, 0 at the end of the file.
    ///
    /// # Errors
    /// [`Errno::XDEV`], [`Errno::OPNOTSUPP`], [`Errno::INVAL`] or [`Errno::NOSYS`] where the kernel can't: copy by hand then.
    pub fn copy_range(&self, from: u64, target: &Handle, to: u64, count: usize) -> Result<usize, Errno> {
        uninterrupted(|| {
            let (mut from, mut to) = (from, to);
            let arguments =
                [self.raw(), &raw mut from as usize, target.raw(), &raw mut to as usize, count, 0];
            // SAFETY: both offsets are live locals that the kernel advances.
            unsafe { call6(nr::COPY_FILE_RANGE, arguments) }
        })
    }

    /// Takes the lock of the open file (`flock`); released by [`Handle::unlock`], or when the last descriptor that shares it
    /// is closed, in this process and in those it forked. Taking it again changes its kind.
    ///
    /// # Errors
    /// [`Errno::AGAIN`] with [`Wait::Try`] while others hold it.
    pub fn lock(&self, lock: Lock, wait: Wait) -> Result<(), Errno> {
        let kind = match lock {
            Lock::Shared => 1,
            Lock::Exclusive => 2,
        };
        let how = match wait {
            Wait::Block => 0,
            Wait::Try => 4,
        };
        // SAFETY: flock takes no pointer.
        uninterrupted(|| unsafe { call2(nr::FLOCK, self.raw(), kind | how) }).map(drop)
    }

    /// Gives the lock of the open file back.
    pub fn unlock(&self) -> Result<(), Errno> {
        // SAFETY: flock takes no pointer.
        unsafe { call2(nr::FLOCK, self.raw(), 8) }.map(drop)
    }

    /// Says whether the next program gets this descriptor.
    pub fn set_on_exec(&self, on_exec: OnExec) -> Result<(), Errno> {
        let flags = match on_exec {
            OnExec::Close => FD_CLOEXEC,
            OnExec::Keep => 0,
        };
        // SAFETY: F_SETFD takes no pointer.
        unsafe { call3(nr::FCNTL, self.raw(), F_SETFD, flags) }.map(drop)
    }

    /// A second descriptor of the same open file.
    pub fn duplicate(&self) -> Result<Fd, Errno> {
        // SAFETY: F_DUPFD_CLOEXEC takes no pointer; the new number is ours.
        let number = unsafe { call3(nr::FCNTL, self.raw(), F_DUPFD_CLOEXEC, FIRST_FREE as usize) }?;
        Ok(Fd(Handle(number as i32)))
    }

    /// Makes this the standard stream `stream` (closing what was there), kept across `exec`.
    pub fn become_standard(&self, stream: &'static Handle) -> Result<(), Errno> {
        if self.0 == stream.0 {
            return self.set_on_exec(OnExec::Keep);
        }
        // SAFETY: dup3 takes no pointer; the number it replaces is a standard stream, which no `Fd` ever owns.
        uninterrupted(|| unsafe { call3(nr::DUP3, self.raw(), stream.raw(), 0) }).map(drop)
    }

    /// Forbids every further change of a [`memory_file`]'s content and size, and of its seals.
    pub fn seal(&self) -> Result<(), Errno> {
        const F_SEAL_SEAL_SHRINK_GROW_WRITE: usize = 1 | 2 | 4 | 8;
        // SAFETY: F_ADD_SEALS takes no pointer.
        unsafe { call3(nr::FCNTL, self.raw(), F_ADD_SEALS, F_SEAL_SEAL_SHRINK_GROW_WRITE) }.map(drop)
    }
}

impl Fd {
    /// Takes ownership of a number the kernel just made, moved above the standard streams if it is one of them.
    pub(super) fn own(number: usize) -> Result<Self, Errno> {
        let made = Self(Handle(number as i32));
        if made.number() < FIRST_FREE { made.duplicate() } else { Ok(made) }
    }

    /// Closes now and tells what [`Drop`] keeps to itself (a network filesystem may report a failed write here).
    pub fn close(self) -> Result<(), Errno> {
        let raw = self.raw();
        mem::forget(self);
        // SAFETY: the descriptor was ours and is not used again. Never repeated on EINTR: Linux has closed it by then.
        unsafe { call1(nr::CLOSE, raw) }.map(drop)
    }

    /// Gives the descriptor up without closing it: it stays open in this process, and across `exec` if so set.
    pub fn leak(self) -> i32 {
        let number = self.number();
        mem::forget(self);
        number
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        // SAFETY: the descriptor is ours and this is its last use.
        let _ = unsafe { call1(nr::CLOSE, self.raw()) };
    }
}

impl ops::Deref for Fd {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.0
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fd {}", self.0)
    }
}

impl fmt::Debug for Fd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A pipe: what is written to the second end is read from the first.
pub fn pipe() -> Result<(Fd, Fd), Errno> {
    let mut ends = [0i32; 2];
    // SAFETY: the kernel writes two descriptors into a live array; both are ours.
    unsafe { call2(nr::PIPE2, &raw mut ends as usize, O_CLOEXEC) }?;
    let [reader, writer] = ends.map(|number| Fd::own(number as usize));
    Ok((reader?, writer?))
}

/// An empty file in memory that may be executed and sealed. `name` shows in `/proc/PID/exe` and has no other meaning.
///
/// # Errors
/// [`Errno::ACCES`] where the system forbids executable memory files (`vm.memfd_noexec=2`).
pub fn memory_file(name: &core::ffi::CStr) -> Result<Fd, Errno> {
    // SAFETY: the name is NUL-terminated and live; the new descriptor is ours.
    let create = |flags| unsafe { call2(nr::MEMFD_CREATE, name.as_ptr() as usize, flags) };
    let number = match create(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC) {
        // Linux before 6.3 doesn't know the flag, and makes all of them executable.
        Err(Errno::INVAL) => create(MFD_CLOEXEC | MFD_ALLOW_SEALING),
        other => other,
    }?;
    Fd::own(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::{Access, open_following};

    fn file() -> Fd {
        memory_file(c"test").unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_at_its_offset() {
        let file = file();
        file.write_all(b"hello ").unwrap();
        file.write_all_at(b"world", 6).unwrap();
        let mut buffer = [0; 5];
        file.read_exact_at(&mut buffer, 6).unwrap();
        assert_eq!(&buffer, b"world");
        assert_eq!(file.read_exact_at(&mut buffer, 7), Err(Errno::NODATA));
        assert_eq!(file.read_full_at(&mut buffer, 9), Ok(2));
        assert_eq!(file.read_full_at(&mut buffer, 1 << 40), Ok(0));
    }

    #[test]
    fn reading_all_stops_at_the_limit() {
        for (size, limit, expected) in
            [(0, 0, Ok(0)), (5000, 5000, Ok(5000)), (5000, 4999, Err(Errno::FBIG)), (1, 0, Err(Errno::FBIG))]
        {
            let file = file();
            file.write_all_at(&std::vec![7; size], 0).unwrap();
            assert_eq!(file.read_all(limit).map(|bytes| bytes.len()), expected, "{size} of at most {limit}");
        }
    }

    #[test]
    fn a_pipe_ends_when_its_writer_is_dropped() {
        let (reader, writer) = pipe().unwrap();
        writer.write_all(b"x").unwrap();
        drop(writer);
        assert_eq!(reader.read_all(10).unwrap(), b"x");
    }

    #[test]
    fn a_closed_descriptor_is_refused() {
        let nobody = Handle(-1);
        assert!(!nobody.is_open());
        assert_eq!(nobody.read(&mut [0]), Err(Errno::BADF));
        assert_eq!(nobody.write_all(b"x"), Err(Errno::BADF));
        assert_eq!(nobody.duplicate().map(drop), Err(Errno::BADF));
        assert_eq!(nobody.write_all(b""), Ok(()), "nothing to write asks nothing of the system");
    }

    #[test]
    fn two_open_files_contend_for_a_lock_and_a_duplicate_shares_it() {
        let file = file();
        let path =
            crate::sys::PathBuf::from_bytes(std::format!("/proc/self/fd/{}", file.number()).as_bytes())
                .unwrap();
        let other = open_following(&CWD, &path, Access::ReadWrite).unwrap();
        let shared = file.duplicate().unwrap();
        file.lock(Lock::Exclusive, Wait::Try).unwrap();
        assert_eq!(other.lock(Lock::Shared, Wait::Try), Err(Errno::AGAIN));
        drop(file);
        assert_eq!(other.lock(Lock::Shared, Wait::Try), Err(Errno::AGAIN), "the duplicate still holds it");
        drop(shared);
        other.lock(Lock::Shared, Wait::Block).unwrap();
        other.unlock().unwrap();
    }

    #[test]
    fn a_sealed_memory_file_no_longer_changes() {
        let file = file();
        file.write_all(b"program").unwrap();
        file.seal().unwrap();
        assert_eq!(file.write_all_at(b"x", 0), Err(Errno::PERM));
        assert_eq!(file.set_len(0), Err(Errno::PERM));
        assert_eq!(file.read_full_at(&mut [0; 9], 0), Ok(7));
    }

    #[test]
    fn copying_a_range_keeps_both_positions() {
        let (from, to) = (file(), file());
        from.write_all(b"0123456789").unwrap();
        let copied = from.copy_range(2, &to, 0, 5);
        if matches!(copied, Err(Errno::XDEV | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS)) {
            return; // The documented refusal.
        }
        assert_eq!(copied, Ok(5));
        assert_eq!(to.read_all(10).unwrap(), b"23456");
    }
}

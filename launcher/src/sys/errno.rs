//! Error numbers of the system and the words people know them by.
//!
//! Must never allocate. Start at [`Errno::message`].

use core::fmt;

/// An error number of the system, as Linux on x86_64 counts them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

/// Declares the known numbers once: constant, number, words.
macro_rules! errnos {
    ($($name:ident $number:literal $code:literal $message:literal;)*) => {
        #[expect(missing_docs, reason = "each constant is the errno(3) name without its E; `message` says what it means")]
        impl Errno {
            $(pub const $name: Errno = Errno($number);)*
        }

        /// Number, symbolic name and words of every known error, ascending.
        const KNOWN: &[(i32, &str, &str)] = &[$(($number, $code, $message),)*];
    };
}

errnos! {
    PERM 1 "EPERM" "operation not permitted";
    NOENT 2 "ENOENT" "no such file or directory";
    SRCH 3 "ESRCH" "no such process";
    INTR 4 "EINTR" "interrupted by a signal";
    IO 5 "EIO" "input/output error";
    NXIO 6 "ENXIO" "no such device or address";
    TOOBIG 7 "E2BIG" "arguments and environment too long";
    NOEXEC 8 "ENOEXEC" "not an executable format";
    BADF 9 "EBADF" "bad file descriptor";
    CHILD 10 "ECHILD" "no child process";
    AGAIN 11 "EAGAIN" "temporarily unavailable";
    NOMEM 12 "ENOMEM" "out of memory";
    ACCES 13 "EACCES" "permission denied";
    FAULT 14 "EFAULT" "bad address";
    BUSY 16 "EBUSY" "in use";
    EXIST 17 "EEXIST" "already exists";
    XDEV 18 "EXDEV" "on another filesystem";
    NOTDIR 20 "ENOTDIR" "not a directory";
    ISDIR 21 "EISDIR" "is a directory";
    INVAL 22 "EINVAL" "invalid argument";
    NFILE 23 "ENFILE" "too many open files in the system";
    MFILE 24 "EMFILE" "too many open files";
    TXTBSY 26 "ETXTBSY" "the program's file is open for writing";
    FBIG 27 "EFBIG" "file too large";
    NOSPC 28 "ENOSPC" "no space left on the device";
    SPIPE 29 "ESPIPE" "not seekable";
    ROFS 30 "EROFS" "read-only filesystem";
    MLINK 31 "EMLINK" "too many links";
    PIPE 32 "EPIPE" "nobody reads the other end";
    RANGE 34 "ERANGE" "result too large";
    NAMETOOLONG 36 "ENAMETOOLONG" "name too long";
    NOLCK 37 "ENOLCK" "no locks to be had";
    NOSYS 38 "ENOSYS" "not offered by this kernel";
    NOTEMPTY 39 "ENOTEMPTY" "directory not empty";
    LOOP 40 "ELOOP" "a symbolic link where none is followed, or too many";
    NODATA 61 "ENODATA" "ends too early";
    LIBBAD 80 "ELIBBAD" "its dynamic loader is damaged";
    OPNOTSUPP 95 "EOPNOTSUPP" "not offered by this filesystem";
    NOTCONN 107 "ENOTCONN" "not connected";
    STALE 116 "ESTALE" "stale file handle";
    DQUOT 122 "EDQUOT" "disk quota used up";
}

impl Errno {
    /// The symbolic name, `ENOENT`; `None` for a number this module does not know.
    pub fn name(self) -> Option<&'static str> {
        self.known().map(|(_, name, _)| *name)
    }

    /// What the number means, lowercase, without a full stop.
    pub fn message(self) -> &'static str {
        self.known().map_or("system error", |(_, _, message)| message)
    }

    fn known(self) -> Option<&'static (i32, &'static str, &'static str)> {
        KNOWN.iter().find(|(number, ..)| *number == self.0)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        if self.name().is_none() { write!(f, " {}", self.0) } else { Ok(()) }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Errno({})", self.0),
        }
    }
}

impl core::error::Error for Errno {}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn known_numbers_have_names_and_words() {
        for (errno, name, words) in [
            (Errno::NOENT, "ENOENT", "no such file or directory"),
            (Errno::NOSPC, "ENOSPC", "no space left on the device"),
            (Errno(133), "Errno(133)", "system error 133"),
            (Errno(-5), "Errno(-5)", "system error -5"),
        ] {
            assert_eq!((format!("{errno:?}"), format!("{errno}")), (name.into(), words.into()));
        }
    }

    #[test]
    fn the_table_is_ascending_and_agrees_with_the_c_library() {
        assert!(KNOWN.windows(2).all(|pair| pair[0].0 < pair[1].0));
        // A few anchors through std, whose decoding is independent of this table.
        use std::io::{Error, ErrorKind};
        for (errno, kind) in [
            (Errno::EXIST, ErrorKind::AlreadyExists),
            (Errno::ROFS, ErrorKind::ReadOnlyFilesystem),
            (Errno::NOTEMPTY, ErrorKind::DirectoryNotEmpty),
            (Errno::DQUOT, ErrorKind::QuotaExceeded),
            (Errno::XDEV, ErrorKind::CrossesDevices),
            (Errno::TXTBSY, ErrorKind::ExecutableFileBusy),
            (Errno::STALE, ErrorKind::StaleNetworkFileHandle),
        ] {
            assert_eq!(Error::from_raw_os_error(errno.0).kind(), kind);
        }
    }
}

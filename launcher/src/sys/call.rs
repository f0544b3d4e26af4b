//! The raw system calls of Linux on x86_64: numbers, registers, the kernel's answer. Nothing above this file knows them.
//!
//! Must never retry, allocate or interpret: [`Errno`] comes back as the kernel gave it. Start at [`call3`].

use core::arch::asm;

use super::Errno;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!(
    "psp-launcher's operating-system layer knows Linux on x86_64 only; another target needs its own sys/call.rs"
);

/// System call numbers (arch/x86/entry/syscalls/syscall_64.tbl of the kernel).
pub(super) mod nr {
    pub(in super::super) const READ: usize = 0;
    pub(in super::super) const WRITE: usize = 1;
    pub(in super::super) const CLOSE: usize = 3;
    pub(in super::super) const FSTAT: usize = 5;
    pub(in super::super) const MMAP: usize = 9;
    pub(in super::super) const MUNMAP: usize = 11;
    pub(in super::super) const RT_SIGACTION: usize = 13;
    pub(in super::super) const RT_SIGPROCMASK: usize = 14;
    pub(in super::super) const PREAD64: usize = 17;
    pub(in super::super) const PWRITE64: usize = 18;
    pub(in super::super) const GETPID: usize = 39;
    pub(in super::super) const FORK: usize = 57;
    pub(in super::super) const EXECVE: usize = 59;
    pub(in super::super) const WAIT4: usize = 61;
    pub(in super::super) const KILL: usize = 62;
    pub(in super::super) const FCNTL: usize = 72;
    pub(in super::super) const FLOCK: usize = 73;
    pub(in super::super) const FTRUNCATE: usize = 77;
    pub(in super::super) const GETCWD: usize = 79;
    pub(in super::super) const CHDIR: usize = 80;
    pub(in super::super) const FCHDIR: usize = 81;
    pub(in super::super) const FCHMOD: usize = 91;
    pub(in super::super) const UMASK: usize = 95;
    pub(in super::super) const GETUID: usize = 102;
    pub(in super::super) const GETEUID: usize = 107;
    pub(in super::super) const GETEGID: usize = 108;
    pub(in super::super) const GETPPID: usize = 110;
    pub(in super::super) const FSTATFS: usize = 138;
    pub(in super::super) const PRCTL: usize = 157;
    pub(in super::super) const SCHED_GETAFFINITY: usize = 204;
    pub(in super::super) const GETDENTS64: usize = 217;
    pub(in super::super) const CLOCK_GETTIME: usize = 228;
    pub(in super::super) const EXIT_GROUP: usize = 231;
    pub(in super::super) const OPENAT: usize = 257;
    pub(in super::super) const MKDIRAT: usize = 258;
    pub(in super::super) const NEWFSTATAT: usize = 262;
    pub(in super::super) const UNLINKAT: usize = 263;
    pub(in super::super) const RENAMEAT: usize = 264;
    pub(in super::super) const LINKAT: usize = 265;
    pub(in super::super) const SYMLINKAT: usize = 266;
    pub(in super::super) const READLINKAT: usize = 267;
    pub(in super::super) const FCHMODAT: usize = 268;
    pub(in super::super) const FACCESSAT: usize = 269;
    pub(in super::super) const UTIMENSAT: usize = 280;
    pub(in super::super) const DUP3: usize = 292;
    pub(in super::super) const PIPE2: usize = 293;
    pub(in super::super) const SYNCFS: usize = 306;
    pub(in super::super) const RENAMEAT2: usize = 316;
    pub(in super::super) const GETRANDOM: usize = 318;
    pub(in super::super) const MEMFD_CREATE: usize = 319;
    pub(in super::super) const EXECVEAT: usize = 322;
    pub(in super::super) const COPY_FILE_RANGE: usize = 326;
    pub(in super::super) const OPENAT2: usize = 437;
}

/// What the kernel put into the result register: -4095..=-1 is a negated error number, all else a value.
fn answer(raw: usize) -> Result<usize, Errno> {
    let signed = raw as isize;
    if (-4095..0).contains(&signed) { Err(Errno((-signed) as i32)) } else { Ok(raw) }
}

/// A system call without arguments.
///
/// # Safety
/// The kernel's contract of `number` holds: see the caller.
pub(super) unsafe fn call0(number: usize) -> Result<usize, Errno> {
    // SAFETY: the caller's promise; no argument register is read by a call without arguments.
    unsafe { call6(number, [0; 6]) }
}

/// A system call with one argument.
///
/// # Safety
/// As [`call0`]; pointers among the arguments are valid for what the call reads and writes.
pub(super) unsafe fn call1(number: usize, a: usize) -> Result<usize, Errno> {
    // SAFETY: the caller's promise.
    unsafe { call3(number, a, 0, 0) }
}

/// A system call with two arguments.
///
/// # Safety
/// As [`call1`].
pub(super) unsafe fn call2(number: usize, a: usize, b: usize) -> Result<usize, Errno> {
    // SAFETY: the caller's promise.
    unsafe { call3(number, a, b, 0) }
}

/// A system call with three arguments.
///
/// # Safety
/// As [`call1`].
pub(super) unsafe fn call3(number: usize, a: usize, b: usize, c: usize) -> Result<usize, Errno> {
    let raw: usize;
    // SAFETY: the caller keeps the call's contract; the kernel changes rax, rcx, r11 and memory the call may write.
    unsafe {
        asm!("syscall", inlateout("rax") number => raw, in("rdi") a, in("rsi") b, in("rdx") c,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    answer(raw)
}

/// A system call with up to six arguments.
///
/// # Safety
/// As [`call1`].
pub(super) unsafe fn call6(number: usize, arguments: [usize; 6]) -> Result<usize, Errno> {
    let [a, b, c, d, e, f] = arguments;
    let raw: usize;
    // SAFETY: as in call3, with the three further argument registers.
    unsafe {
        asm!("syscall", inlateout("rax") number => raw, in("rdi") a, in("rsi") b, in("rdx") c,
            in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    answer(raw)
}

/// Repeats `call` for as long as a signal interrupts it.
pub(super) fn uninterrupted<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_of_numbers_means_errors() {
        for (raw, expected) in [
            (0usize, Ok(0)),
            (1 << 40, Ok(1 << 40)),
            (usize::MAX, Err(Errno(1))),
            (usize::MAX - 4094, Err(Errno(4095))),
            (usize::MAX - 4095, Ok(usize::MAX - 4095)),
        ] {
            assert_eq!(answer(raw), expected, "{raw:#x}");
        }
    }

    #[test]
    fn interrupted_calls_are_repeated_and_other_errors_are_not() {
        let mut answers = [Ok(7), Err(Errno::INTR), Err(Errno::INTR)].to_vec();
        assert_eq!(uninterrupted(|| answers.pop().unwrap_or(Err(Errno::INVAL))), Ok(7));
        let mut count = 0;
        let refused: Result<(), _> = uninterrupted(|| {
            count += 1;
            Err(Errno::AGAIN)
        });
        assert_eq!((refused, count), (Err(Errno::AGAIN), 1));
    }
}

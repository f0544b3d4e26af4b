//! Processes: who we are, forking workers, waiting for them, becoming another program, ending.
//!
//! Must never leave a worker behind: see [`die_with_parent`]. Start at [`fork`] and [`exec`].

use alloc::vec::Vec;
use core::ffi::CStr;
use core::num::NonZeroI32;

use super::call::{call0, call1, call2, call3, call6, nr, uninterrupted};
use super::{Errno, Handle, STDERR};

const AT_EMPTY_PATH: usize = 0x1000;
const PR_SET_PDEATHSIG: usize = 1;
/// The kernel's signal set is one 64-bit word: signal N is bit N - 1.
const SIGNAL_SET_SIZE: usize = 8;
const SIGPIPE: u32 = 13;

/// A process's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pid(NonZeroI32);

impl Pid {
    fn new(raw: usize) -> Option<Self> {
        NonZeroI32::new(raw as i32).map(Self)
    }

    /// The number, positive.
    pub fn number(self) -> i32 {
        self.0.get()
    }
}

/// Which of the two processes this is, after [`fork`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fork {
    /// The new one.
    Child,
    /// The one that called, and the child's number.
    Parent(Pid),
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(u8),
    /// By this signal.
    Signal(u8),
}

/// Signals this layer sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ends the process, no questions asked.
    Kill = 9,
    /// Asks it to end.
    Terminate = 15,
}

/// Our own number.
pub fn id() -> i32 {
    // SAFETY: getpid takes nothing and can't fail.
    unsafe { call0(nr::GETPID) }.map_or(0, |raw| raw as i32)
}

/// The real user.
pub fn user() -> u32 {
    // SAFETY: getuid takes nothing and can't fail.
    unsafe { call0(nr::GETUID) }.map_or(u32::MAX, |raw| raw as u32)
}

/// The user whose rights we have.
pub fn effective_user() -> u32 {
    // SAFETY: geteuid takes nothing and can't fail.
    unsafe { call0(nr::GETEUID) }.map_or(u32::MAX, |raw| raw as u32)
}

/// The group whose rights we have.
pub fn effective_group() -> u32 {
    // SAFETY: getegid takes nothing and can't fail.
    unsafe { call0(nr::GETEGID) }.map_or(u32::MAX, |raw| raw as u32)
}

/// How many processors we may run on, at least one.
pub fn processors() -> usize {
    // 8,192 processors, the most Linux can be built for.
    let mut mask = [0u64; 128];
    // SAFETY: the kernel writes at most the given size into a live array.
    let written = unsafe { call3(nr::SCHED_GETAFFINITY, 0, size_of_val(&mask), &raw mut mask as usize) };
    let words = written.map_or(0, |bytes| bytes.div_ceil(8).min(mask.len()));
    mask[..words].iter().map(|word| word.count_ones() as usize).sum::<usize>().max(1)
}

/// Makes a second process that is as this one: own memory from here on, shared open files and their locks.
///
/// Only the calling thread goes on in the child. The launcher has one; where there are several, the child may do little more
/// than call this layer and [`exit`], as a lock of the standard library may be held for ever.
pub fn fork() -> Result<Fork, Errno> {
    // SAFETY: the child is a copy with its own memory and descriptors, so all it owns it owns by itself.
    let raw = unsafe { call0(nr::FORK) }?;
    Ok(Pid::new(raw).map_or(Fork::Child, Fork::Parent))
}

/// Called in a child: it is killed when the thread that forked it ends, also when that was before this call.
///
/// # Errors
/// [`Errno::SRCH`] if `parent` is already gone: end then.
pub fn die_with_parent(parent: i32) -> Result<(), Errno> {
    // SAFETY: PR_SET_PDEATHSIG takes no pointer.
    unsafe { call2(nr::PRCTL, PR_SET_PDEATHSIG, Signal::Kill as usize) }?;
    // SAFETY: getppid takes nothing and can't fail.
    let now = unsafe { call0(nr::GETPPID) }?;
    if now as i32 == parent { Ok(()) } else { Err(Errno::SRCH) }
}

/// Waits until a child of ours has ended.
pub fn wait(child: Pid) -> Result<Exit, Errno> {
    wait_for(child.number()).map(|(_, exit)| exit)
}

/// Waits until any child of ours has ended.
///
/// # Errors
/// [`Errno::CHILD`] when there is none.
pub fn wait_any() -> Result<(Pid, Exit), Errno> {
    let (number, exit) = wait_for(-1)?;
    Pid::new(number).map(|pid| (pid, exit)).ok_or(Errno::CHILD)
}

fn wait_for(which: i32) -> Result<(usize, Exit), Errno> {
    let mut status = 0i32;
    let arguments = [which as usize, &raw mut status as usize, 0, 0, 0, 0];
    // SAFETY: the kernel writes one int; without options it answers only for a process that ended.
    let number = uninterrupted(|| unsafe { call6(nr::WAIT4, arguments) })?;
    let exit = match status & 0x7f {
        0 => Exit::Code((status >> 8) as u8),
        signal => Exit::Signal(signal as u8),
    };
    Ok((number, exit))
}

/// Sends a signal to a child of ours.
pub fn kill(child: Pid, signal: Signal) -> Result<(), Errno> {
    // SAFETY: kill takes no pointer.
    unsafe { call2(nr::KILL, child.number() as usize, signal as usize) }.map(drop)
}

/// Becomes the program at `path`, with exactly these arguments and this environment. Comes back only to say why not.
pub fn exec(path: &CStr, arguments: &[&CStr], environment: &[&CStr]) -> Errno {
    let (argv, envp) = (pointers(arguments), pointers(environment));
    // SAFETY: path and all strings are NUL-terminated and live, both lists end in null.
    let refusal =
        unsafe { call3(nr::EXECVE, path.as_ptr() as usize, argv.as_ptr() as usize, envp.as_ptr() as usize) };
    refusal.err().unwrap_or(Errno::NOEXEC)
}

/// Becomes the program that is open here. A script can't be started so, as its interpreter could not open it again
/// ([`Errno::NOENT`] for a descriptor that is close-on-exec, which all of ours are).
pub fn exec_fd(program: &Handle, arguments: &[&CStr], environment: &[&CStr]) -> Errno {
    exec_at(program, c"", arguments, environment)
}

/// Becomes the program at `path` below `dir`; an empty path is `dir` itself.
pub fn exec_at(dir: &Handle, path: &CStr, arguments: &[&CStr], environment: &[&CStr]) -> Errno {
    let (argv, envp) = (pointers(arguments), pointers(environment));
    let registers =
        [dir.raw(), path.as_ptr() as usize, argv.as_ptr() as usize, envp.as_ptr() as usize, AT_EMPTY_PATH, 0];
    // SAFETY: path and all strings are NUL-terminated and live, both lists end in null.
    let refusal = unsafe { call6(nr::EXECVEAT, registers) };
    refusal.err().unwrap_or(Errno::NOEXEC)
}

/// The kernel's form of a list of strings: their addresses, then null.
fn pointers(strings: &[&CStr]) -> Vec<*const core::ffi::c_char> {
    let mut list = Vec::with_capacity(strings.len() + 1);
    list.extend(strings.iter().map(|string| string.as_ptr()));
    list.push(core::ptr::null());
    list
}

/// Writes a last line to standard error, as far as anybody listens, and ends: a reader that went away can't turn the exit
/// code into a death by SIGPIPE.
pub fn fail(line: &[u8], code: u8) -> ! {
    let pipe_signal = 1u64 << (SIGPIPE - 1);
    let arguments = [0, &raw const pipe_signal as usize, 0, SIGNAL_SET_SIZE, 0, 0];
    // SAFETY: SIG_BLOCK (0) reads one live signal set of the size given.
    let _ = unsafe { call6(nr::RT_SIGPROCMASK, arguments) };
    let _ = STDERR.write_all(line);
    exit(code)
}

/// Ends this process at once; nothing is dropped.
pub fn exit(code: u8) -> ! {
    loop {
        // SAFETY: exit_group takes no pointer and doesn't come back.
        let _ = unsafe { call1(nr::EXIT_GROUP, usize::from(code)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::{Lock, PathBuf, Wait, memory_file, pipe};

    /// Runs `child` in a process of its own; it may only call this layer.
    fn in_child(child: impl FnOnce() -> u8) -> Pid {
        match fork().unwrap() {
            Fork::Child => exit(child()),
            Fork::Parent(pid) => pid,
        }
    }

    #[test]
    fn exit_codes_and_signals_come_back() {
        for code in [0, 1, 125, 255] {
            assert_eq!(wait(in_child(|| code)), Ok(Exit::Code(code)));
        }
        let (reader, writer) = pipe().unwrap();
        let pid = in_child(|| reader.read(&mut [0]).map_or(1, |_| 0));
        kill(pid, Signal::Kill).unwrap();
        assert_eq!(wait(pid), Ok(Exit::Signal(9)));
        assert_eq!(wait(pid), Err(Errno::CHILD), "it can be waited for once");
        drop(writer);
    }

    #[test]
    fn a_child_shares_open_files_but_not_memory() {
        let file = memory_file(c"shared").unwrap();
        file.lock(Lock::Exclusive, Wait::Try).unwrap();
        let mut word = 1;
        let pid = in_child(|| {
            word += 1;
            u8::from(file.write_all_at(b"from the child", 0).is_err())
        });
        assert_eq!((wait(pid), word), (Ok(Exit::Code(0)), 1));
        assert_eq!(file.read_all(100).unwrap(), b"from the child");
    }

    #[test]
    fn die_with_parent_notices_a_parent_that_is_not_ours() {
        let us = id();
        assert_eq!(wait(in_child(|| u8::from(die_with_parent(us).is_err()))), Ok(Exit::Code(0)));
        assert_eq!(
            wait(in_child(|| u8::from(die_with_parent(us + 1) == Err(Errno::SRCH)))),
            Ok(Exit::Code(1))
        );
    }

    #[test]
    fn exec_hands_over_exactly_the_arguments_and_the_environment() {
        let (reader, writer) = pipe().unwrap();
        let pid = in_child(|| {
            let _ = writer.become_standard(&crate::sys::STDOUT);
            let script = c"printf '%s|%s|%s' \"$0\" \"$1\" \"$A\"";
            let _ = exec(c"/bin/sh", &[c"sh", c"-c", script, c"\xff zero", c"a b"], &[c"A=\xfe"]);
            1
        });
        drop(writer);
        assert_eq!(reader.read_all(100).unwrap(), b"\xff zero|a b|\xfe");
        assert_eq!(wait(pid), Ok(Exit::Code(0)));
    }

    #[test]
    fn a_program_starts_from_its_descriptor_and_from_memory() {
        let shell = std::fs::read("/bin/sh").unwrap();
        let memory = memory_file(c"sh").unwrap();
        memory.write_all(&shell).unwrap();
        memory.seal().unwrap();
        let arguments = [c"sh", c"-c", c"exit 7"];
        let pid = in_child(|| {
            let _ = exec_fd(&memory, &arguments, &[]);
            1
        });
        assert_eq!(wait(pid), Ok(Exit::Code(7)));
    }

    #[test]
    fn what_is_no_program_is_refused_with_the_reason() {
        let temp = crate::sys::testing::TempDir::new();
        std::fs::write(temp.path().join("data"), "x").unwrap();
        let missing = PathBuf::from_bytes(b"/nonexistent/program").unwrap();
        assert_eq!(exec(&missing, &[c"x"], &[]), Errno::NOENT);
        assert_eq!(exec_at(temp.dir(), c"data", &[c"x"], &[]), Errno::ACCES);
        assert_eq!(exec_at(temp.dir(), c"absent", &[c"x"], &[]), Errno::NOENT);
        assert_eq!(exec_fd(&memory_file(c"empty").unwrap(), &[c"x"], &[]), Errno::NOEXEC);
    }

    #[test]
    fn a_failure_keeps_its_code_when_nobody_reads_the_line() {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let pid = in_child(|| {
            let _ = writer.become_standard(&STDERR);
            // The test harness's runtime ignores SIGPIPE, the launcher gets it as its parent had it; restore the default.
            let default = [0usize; 4];
            // SAFETY: rt_sigaction (13) reads one kernel_sigaction of four words, all zero: SIG_DFL, no flags.
            let _ = unsafe {
                call6(13, [SIGPIPE as usize, &raw const default as usize, 0, SIGNAL_SET_SIZE, 0, 0])
            };
            fail(b"psp: error[x]: nobody reads this\n", 125)
        });
        drop(writer);
        assert_eq!(wait(pid), Ok(Exit::Code(125)));
    }

    #[test]
    fn we_know_who_we_are() {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(id(), std::process::id() as i32);
        let owner = std::fs::metadata("/proc/self").unwrap().uid();
        assert_eq!((user(), effective_user()), (owner, owner));
        assert!((1..=8192).contains(&processors()));
        // Quotas of a container, which the other one knows of too, make fewer.
        assert!(processors() >= std::thread::available_parallelism().unwrap().get());
    }
}

//! What a package's setup commands make: once for each package, in an entry of its own.
//!
//! The commands write where the result will stay, so that paths they note stay right. What makes it valid is the file `done`
//! beside it, written when the last command has succeeded.

use core::ffi::CStr;

use alloc::format;

use psp_format::cache;
use psp_format::command::Command;

use crate::codes;
use crate::entry::touch_if_old;
use crate::failure::{Failure, Result};
use crate::launch::{Context, Invocation};
use crate::root::{self, Candidate, Missing, Root, is_safe, name, unsafe_directory};
use crate::sys::{
    self, Access, Errno, Exit, Fd, Fork, Lock, OnExec, PathBuf, Rename, STDERR, STDIN, STDOUT, Signals, Wait,
};
use crate::work;

const DONE: &CStr = c"done";
const TREE: &CStr = c"tree";

/// The directory that the setup commands have filled, after running them if need be.
///
/// # Errors
/// `setup-failed`, and whatever is wrong with the caches.
pub fn directory(context: &mut Context<'_>) -> Result<PathBuf> {
    let mut reason = None;
    for candidate in root::candidates(context.request)? {
        match directory_in(&candidate, context) {
            Ok(path) => return Ok(path),
            Err(failure) if failure.leaves_others() => {
                reason.get_or_insert(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
    Err(reason.unwrap_or_else(|| Failure::new(codes::INTERNAL, "no cache to try".into())))
}

fn directory_in(candidate: &Candidate, context: &mut Context<'_>) -> Result<PathBuf> {
    let hex = context.verified.root.hex();
    let parts = [cache::PREPARED.as_bytes(), hex.as_bytes()];
    if let Some(root) = root::open(candidate, Missing::Leave)?
        && let Some(tree) = find(&root, &parts)?
    {
        return Ok(tree);
    }
    let root = root::open(candidate, Missing::Make)?
        .ok_or_else(|| Failure::new(codes::INTERNAL, "no cache root".into()))?;
    let lock = work::open_lock(&root, &format!("prepared-{}", hex.as_str()))?;
    let failed = |errno| Failure::cache(root.path.as_bytes(), errno);
    lock.lock(Lock::Exclusive, Wait::Block).map_err(failed)?;
    if let Some(tree) = find(&root, &parts)? {
        return Ok(tree);
    }
    let prepared = root.make(cache::PREPARED)?;
    let own = name(hex.as_bytes())?;
    discard(&root, &prepared, &own).map_err(failed)?;
    sys::make_dir(&prepared, &own, 0o755).map_err(failed)?;
    let dir = sys::open(&prepared, &own, Access::Directory).map_err(failed)?;
    sys::make_dir(&dir, TREE, 0o755).map_err(failed)?;
    let tree = root.path_of(&[parts[0], parts[1], cache::TREE.as_bytes()])?;
    let result = run_all(context, &tree, &lock)
        // Nothing can tell a prepared tree that a power loss has cut short from a whole one, so `done` comes after it.
        .and_then(|()| sys::sync_filesystem(&dir).map_err(failed))
        .and_then(|()| sys::open(&dir, DONE, Access::CreateNew(0o644)).map(drop).map_err(failed));
    if result.is_err() {
        let _ = discard(&root, &prepared, &own);
    }
    result.map(|()| tree)
}

/// A finished entry.
fn find(root: &Root, parts: &[&[u8]; 2]) -> Result<Option<PathBuf>> {
    let dir = match root.open(parts) {
        Ok(dir) => dir,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(Failure::cache(root.path.as_bytes(), errno)),
    };
    let path = root.path_of(&[parts[0], parts[1], cache::TREE.as_bytes()])?;
    let stat = sys::stat_fd(&dir).map_err(|errno| Failure::cache(path.as_bytes(), errno))?;
    if !is_safe(&stat) {
        return Err(unsafe_directory(path.as_bytes(), &stat));
    }
    touch_if_old(&dir, &stat);
    let is_done = sys::stat(&dir, DONE).is_ok() && sys::open(&dir, TREE, Access::Directory).is_ok();
    Ok(is_done.then_some(path))
}

/// Move what is there out of the way and remove it.
fn discard(root: &Root, prepared: &Fd, own: &CStr) -> core::result::Result<(), Errno> {
    let work = root.make(cache::WORK).map_err(|failure| failure.errno.unwrap_or(Errno::IO))?;
    let mut random = [0; 8];
    sys::random(&mut random)?;
    let aside = format!("discarded.{:016x}", u64::from_le_bytes(random));
    let aside = PathBuf::from_bytes(aside.as_bytes()).map_err(|_| Errno::INVAL)?;
    match sys::rename(prepared, own, &work, &aside, Rename::Replace) {
        // What cannot be removed is out of the way, and left to the next start that cleans.
        Ok(()) => {
            let _ = work::remove_tree(&work, &aside);
            Ok(())
        }
        Err(Errno::NOENT) => Ok(()),
        // A layer below that lets nothing be moved.
        Err(Errno::XDEV) => work::remove_tree(prepared, own),
        Err(errno) => Err(errno),
    }
}

fn run_all(context: &mut Context<'_>, tree: &PathBuf, lock: &Fd) -> Result<()> {
    let verified = context.verified;
    let commands: &[Command<'_>] = &verified.manifest.setup;
    for (number, command) in commands.iter().enumerate() {
        context.require(command)?;
        let invocation = context.invocation(command, Some(tree.clone()), &[])?;
        run(context, &invocation, lock, number)?;
    }
    Ok(())
}

/// Run one command to its end: standard input empty, standard output to standard error.
fn run(context: &mut Context<'_>, invocation: &Invocation<'_>, lock: &Fd, number: usize) -> Result<()> {
    let failed = |what: alloc::string::String| {
        Failure::new(codes::SETUP_FAILED, format!("setup command {}: {what}", number + 1))
    };
    let parent = sys::id();
    let signals = Signals::settle();
    match sys::fork().map_err(|errno| failed(format!("{errno}")))? {
        Fork::Child => {
            drop(signals);
            let failure = match become_setup(parent, lock) {
                Ok(()) => context.become_program(invocation),
                Err(errno) => failed(format!("{errno}")),
            };
            sys::fail(format!("{failure}\n").as_bytes(), crate::failure::EXIT_CODE)
        }
        Fork::Parent(child) => match sys::wait(child).map_err(|errno| failed(format!("{errno}")))? {
            Exit::Code(0) => Ok(()),
            Exit::Code(code) => Err(failed(format!("exit code {code}"))),
            Exit::Signal(signal) => Err(failed(format!("ended by signal {signal}"))),
        },
    }
}

/// In the child: it dies with this start, and its children hold the lock for as long as they may write.
fn become_setup(parent: i32, lock: &Fd) -> core::result::Result<(), Errno> {
    sys::die_with_parent(parent)?;
    lock.set_on_exec(OnExec::Keep)?;
    let (reader, writer) = sys::pipe()?;
    drop(writer);
    reader.become_standard(&STDIN)?;
    if STDERR.is_open() { STDERR.duplicate()?.become_standard(&STDOUT) } else { Ok(()) }
}

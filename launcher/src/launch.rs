//! From a command to a running program: slots placed, templates filled in, environment changed, then exec.

use alloc::borrow::Cow;
use alloc::ffi::{CString, NulError};
use alloc::format;
use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::Verified;
use psp_format::command::{Change, Command, Part, Program, Template};
use psp_format::escape::Escaped;
use psp_format::manifest::EntryPoint;
use psp_format::slot::{Lifecycle, Slot};

use crate::codes;
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::log;
use crate::package_file::PackageFile;
use crate::prepared;
use crate::request::Request;
use crate::slots::{OpenProgram, Slots};
use crate::state;
use crate::sys::{self, CWD, Errno, OnExec, PathBuf, Permission, Restriction};

/// What a start knows.
pub struct Context<'a> {
    /// What the caller asked for.
    pub request: &'a Request<'a>,
    /// The package.
    pub verified: &'a Verified<'a>,
    package: &'a PackageFile,
    slots: Slots<'a>,
    caller_umask: u32,
}

/// A command, ready to be started.
pub struct Invocation<'a> {
    program: StartedProgram,
    arguments: Vec<Cow<'a, CStr>>,
    environment: Vec<Cow<'a, CStr>>,
    cwd: Option<PathBuf>,
}

enum StartedProgram {
    /// Of a slot, with the slot's number.
    Open(OpenProgram, u16),
    /// By its path: the host's, or one that setup has made.
    Path(PathBuf),
}

/// Start the package. Comes back only with the reason why not; None when there was nothing to start.
///
/// # Errors
/// Everything in [`codes`] and SPEC.md.
pub fn start(request: &Request<'_>, package: &PackageFile, verified: &Verified<'_>) -> Result<()> {
    let entry = choose(request, verified)?;
    let slots = Slots::new(request, package, verified)?;
    // Modes in the cache are what the format says, whatever the caller's umask.
    let caller_umask = sys::set_umask(0);
    let mut context = Context { request, verified, package, slots, caller_umask };
    let command = &entry.command;
    let extract_only = request.is_extract_only();
    context.slots.require(if extract_only { cached_slots(verified) } else { command.slots })?;
    let needs_prepared = !verified.manifest.setup.is_empty();
    let prepared = if needs_prepared { Some(prepared::directory(&mut context)?) } else { None };
    if extract_only {
        return context.slots.settle();
    }
    let arguments = request.arguments.get(1..).unwrap_or_default();
    let invocation = context.invocation(command, prepared, arguments)?;
    context.slots.hand_on(slots_in_templates(command))?;
    Err(context.become_program(&invocation))
}

/// The slots that live in the cache, as a mask.
fn cached_slots(verified: &Verified<'_>) -> u64 {
    let lives = |slot: &Slot<'_>| matches!(slot.lifecycle, Lifecycle::Cache | Lifecycle::Lazy);
    let slots = verified.manifest.slots.iter().enumerate().filter(|(_, slot)| lives(slot));
    slots.fold(0, |mask, (number, _)| mask | 1 << number)
}

/// The slots whose paths the command hands on, as a mask.
fn slots_in_templates(command: &Command<'_>) -> u64 {
    let parts = command.templates().flat_map(|template| &template.parts);
    parts.fold(0, |mask, part| match part {
        Part::Slot(number) => mask | 1 << number,
        _ => mask,
    })
}

/// The entry point: the one that is asked for, the one the package was called as, or the default.
fn choose<'a>(request: &Request<'_>, verified: &'a Verified<'_>) -> Result<&'a EntryPoint<'a>> {
    let manifest = &verified.manifest;
    if let Some(name) = request.variable(b"PSP_ENTRY") {
        return manifest.entry(name).ok_or_else(|| {
            let known: Vec<&str> =
                manifest.entries.iter().map(|entry| entry.name).filter(|n| !n.is_empty()).collect();
            let known = if known.is_empty() { "none".into() } else { known.join(", ") };
            let what = format!("PSP_ENTRY is `{}`; the package's entry points are: {known}", Escaped(name));
            Failure::new(codes::ENTRY_UNKNOWN, what)
        });
    }
    let called = sys::file_name(request.program_name().to_bytes());
    let named = if called.is_empty() { None } else { manifest.entry(called) };
    named
        .or_else(|| manifest.entry(b""))
        .ok_or_else(|| Failure::new(codes::INTERNAL, "no default entry".into()))
}

impl<'a> Context<'a> {
    /// Place the slots that a command needs.
    ///
    /// # Errors
    /// Whatever is wrong with a slot or with the caches.
    pub fn require(&mut self, command: &Command<'_>) -> Result<()> {
        self.slots.require(command.slots)
    }

    /// Fill in a command's templates and open its program.
    ///
    /// # Errors
    /// Whatever stands in the way.
    pub fn invocation(
        &mut self,
        command: &Command<'_>,
        prepared: Option<PathBuf>,
        callers: &[&'a CStr],
    ) -> Result<Invocation<'a>> {
        let program = self.open(&command.program, prepared.as_ref())?;
        let state =
            if command.uses_state() { Some(state::directory(self.request, self.verified)?) } else { None };
        let expand = |template: &Template<'_>| -> Vec<u8> {
            let part = |part: &Part<'_>| match part {
                Part::Literal(bytes) => bytes.to_vec(),
                Part::Slot(number) => self.slots.path(*number).to_vec(),
                Part::State => state.as_ref().map(|path| path.as_bytes().to_vec()).unwrap_or_default(),
                Part::Prepared => prepared.as_ref().map(|path| path.as_bytes().to_vec()).unwrap_or_default(),
            };
            template.parts.iter().flat_map(part).collect()
        };
        let called = self.request.program_name();
        let mut arguments = Vec::from([match command.argv0_is_program {
            true => Cow::Owned(c_string(program.path().as_bytes().to_vec())?),
            false => Cow::Borrowed(called),
        }]);
        for template in &command.arguments {
            arguments.push(Cow::Owned(c_string(expand(template))?));
        }
        arguments.extend(callers.iter().copied().map(Cow::Borrowed));
        let mut environment = Environment::new(self.request.environment);
        let values: Vec<Vec<u8>> =
            command.environment.iter().map(|change| value_of(change, expand)).collect();
        environment.apply(&command.environment, &values).map_err(with_nul)?;
        // What was asked of this start is not asked of a package that the program starts.
        for name in [&b"PSP_ENTRY"[..], b"PSP_EXTRACT", b"PSP_ARGV0"] {
            environment.remove(name);
        }
        let version = self.verified.manifest.identity.version.as_bytes();
        environment.set(b"PSP_PACKAGE", self.package.path.as_bytes()).map_err(with_nul)?;
        environment.set(b"PSP_VERSION", version).map_err(with_nul)?;
        if command.argv0_is_program {
            environment.set(b"PSP_ARGV0", called.to_bytes()).map_err(with_nul)?;
        }
        let cwd = command.cwd.as_ref().map(|template| path_buf(&expand(template))).transpose()?;
        Ok(Invocation { program, arguments, environment: environment.into_entries(), cwd })
    }

    fn open(&mut self, program: &Program<'_>, prepared: Option<&PathBuf>) -> Result<StartedProgram> {
        match program {
            Program::Slot { slot, entry, path } => {
                Ok(StartedProgram::Open(self.slots.program(*slot, *entry, path)?, *slot))
            }
            Program::Host { name } => self.find_on_path(name).map(StartedProgram::Path),
            Program::Prepared { path } => {
                let base =
                    prepared.ok_or_else(|| Failure::new(codes::INTERNAL, "nothing prepared".into()))?;
                path_buf(&[base.as_bytes(), b"/", path].concat()).map(StartedProgram::Path)
            }
        }
    }

    /// A program of the host, on the caller's PATH. Elements that are not absolute are passed over.
    fn find_on_path(&self, name: &[u8]) -> Result<PathBuf> {
        let path = self.request.variable(b"PATH").unwrap_or(b"/usr/local/bin:/usr/bin:/bin");
        for directory in path.split(|&byte| byte == b':').filter(|directory| directory.starts_with(b"/")) {
            let candidate = path_buf(&[directory, b"/", name].concat())?;
            let is_file =
                sys::stat_following(&CWD, &candidate).is_ok_and(|stat| stat.kind() == sys::Kind::File);
            if is_file && sys::can_access(&CWD, &candidate, Permission::Execute).is_ok() {
                return Ok(candidate);
            }
        }
        let what = format!("`{}` is not on PATH", Escaped(name));
        Err(Failure::new(codes::HOST_COMMAND_MISSING, what))
    }

    /// Become the program. Comes back only with the reason why not.
    pub fn become_program(&self, invocation: &Invocation<'_>) -> Failure {
        if let Some(cwd) = &invocation.cwd
            && let Err(errno) = sys::change_dir(cwd)
        {
            return Failure::at(codes::DIRECTORY_MISSING, cwd.as_bytes(), errno);
        }
        let arguments: Vec<&CStr> = invocation.arguments.iter().map(|argument| &**argument).collect();
        let environment: Vec<&CStr> = invocation.environment.iter().map(|entry| &**entry).collect();
        sys::set_umask(self.caller_umask);
        log::step(format_args!("starting {}", Escaped(invocation.program.path().as_bytes())));
        let errno = match &invocation.program {
            StartedProgram::Open(program, _) => exec(program, &arguments, &environment),
            StartedProgram::Path(path) => sys::exec(path, &arguments, &environment),
        };
        match &invocation.program {
            StartedProgram::Open(program, slot) if errno == Errno::ACCES && is_noexec(program) => {
                match self.slots.program_from_memory(*slot) {
                    Ok(Some(program)) => {
                        let errno = exec(&program, &arguments, &environment);
                        Failure::at(codes::START_FAILED, program.path.as_bytes(), errno)
                    }
                    Ok(None) => Failure::at(codes::CACHE_NOEXEC, program.path.as_bytes(), errno),
                    Err(failure) => failure,
                }
            }
            program => Failure::at(codes::START_FAILED, program.path().as_bytes(), errno),
        }
    }
}

impl StartedProgram {
    fn path(&self) -> &PathBuf {
        match self {
            StartedProgram::Open(program, _) => &program.path,
            StartedProgram::Path(path) => path,
        }
    }
}

/// Native programs are started through the descriptor that was verified, scripts by their path: an interpreter opens it anew.
fn exec(program: &OpenProgram, arguments: &[&CStr], environment: &[&CStr]) -> Errno {
    let mut magic = [0; 4];
    let is_native = program.file.read_exact_at(&mut magic, 0).is_ok() && magic == *b"\x7fELF";
    if is_native {
        return exec_descriptor(program, arguments, environment);
    }
    if program.is_in_memory
        && let Err(errno) = program.file.set_on_exec(OnExec::Keep)
    {
        return errno;
    }
    if program.is_in_memory {
        return sys::exec_fd(&program.file, arguments, environment);
    }
    sys::exec(&program.path, arguments, environment)
}

fn exec_descriptor(program: &OpenProgram, arguments: &[&CStr], environment: &[&CStr]) -> Errno {
    match sys::exec_fd(&program.file, arguments, environment) {
        // A kernel or a container's filter without the call: the same file, by its name in /proc.
        Errno::NOSYS | Errno::PERM => {
            match path_buf(format!("/proc/self/fd/{}", program.file.number()).as_bytes()) {
                Ok(path) => sys::exec(&path, arguments, environment),
                Err(_) => Errno::NOSYS,
            }
        }
        errno => errno,
    }
}

fn is_noexec(program: &OpenProgram) -> bool {
    sys::filesystem(&program.file).is_ok_and(|filesystem| filesystem.no_exec == Restriction::Forbidden)
}

fn value_of(change: &Change<'_>, expand: impl Fn(&Template<'_>) -> Vec<u8>) -> Vec<u8> {
    match change {
        Change::Prepend(_, template) | Change::Set(_, template) => expand(template),
        Change::Pass(_) | Change::Unset(_) | Change::Map { .. } => Vec::new(),
    }
}

fn c_string(bytes: Vec<u8>) -> Result<CString> {
    CString::new(bytes).map_err(with_nul)
}

fn with_nul(_: NulError) -> Failure {
    Failure::new(codes::INTERNAL, "a string with NUL".into())
}

fn path_buf(bytes: &[u8]) -> Result<PathBuf> {
    PathBuf::from_bytes(bytes).map_err(|_| Failure::new(codes::INTERNAL, "a path with NUL".into()))
}

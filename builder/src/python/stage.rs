//! The interpreter's slot: a relocatable copy of an installed interpreter, without what applications do not use.
//!
//! The same interpreter gives the same bytes on every build, also when it is installed elsewhere, so that all applications share
//! the slot in the cache of the machines they run on. Nothing in it depends on the application.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::app::Natives;
use super::interpreter::Interpreter;
use super::process::{ask, command};
use super::stage_cache::{self, Key};
use super::tree::{self, Fate, Links};
use super::{Context, Progress, PythonError, PythonSpec, compile, sysconfig};
use crate::native::bundle::{self, Member};
use crate::native::hostlib;

const HOOK: &str = include_str!("site_hook.py");
const HOOK_NAME: &str = "psp_site";

/// Where distributions keep certificates, the most common first.
const KNOWN_CERTIFICATES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Parts of the standard library that are left out unless asked for.
pub(super) struct Group {
    pub(super) name: &'static str,
    /// Names in the standard library's directory.
    entries: &'static [&'static str],
    /// What extension modules of it begin with.
    extensions: &'static [&'static str],
}

pub(super) const GROUPS: [Group; 4] = [
    Group { name: "ensurepip", entries: &["ensurepip"], extensions: &[] },
    Group { name: "idlelib", entries: &["idlelib"], extensions: &[] },
    Group {
        name: "test",
        entries: &["test"],
        extensions: &["_test", "_ctypes_test", "_xxtestfuzz", "xxlimited", "xxsubtype"],
    },
    Group { name: "tkinter", entries: &["tkinter", "turtle.py", "turtledemo"], extensions: &["_tkinter"] },
];

/// A staged interpreter.
#[derive(Debug)]
pub(super) struct Staged {
    /// The slot's directory.
    pub(super) root: PathBuf,
    /// The interpreter in it.
    pub(super) program: PathBuf,
    /// The option that keeps the working directory from its path.
    pub(super) isolation: &'static str,
    /// For which `-O` level its modules are compiled.
    pub(super) level: u8,
    /// What became of host libraries.
    pub(super) natives: Natives,
}

/// Refuses names that are no group.
pub(super) fn check_groups(names: &[String]) -> Result<(), PythonError> {
    let Some(name) = names.iter().find(|name| GROUPS.iter().all(|group| group.name != *name)) else {
        return Ok(());
    };
    let distance = |group: &&Group| strsim::damerau_levenshtein(group.name, name);
    let nearest = GROUPS.iter().min_by_key(distance).filter(|group| distance(group) <= 2);
    Err(PythonError::StdlibGroup { name: name.clone(), nearest: nearest.map(|group| group.name) })
}

/// Stages the interpreter, or takes it from the cache of earlier builds.
pub(super) fn stage(
    interpreter: &Interpreter,
    spec: &PythonSpec,
    context: &Context<'_>,
) -> Result<Staged, PythonError> {
    let plan = Plan::new(interpreter, spec)?;
    let Some(cache_dir) = context.cache_dir else {
        (context.progress)(Progress::Staging);
        let root = context.work_dir.join("python");
        let natives = plan.build(&root, context)?;
        return Ok(plan.staged(root, natives));
    };
    let key = Key::of(&plan.inputs()?, &plan.settings());
    if let Some((root, natives)) = stage_cache::find(cache_dir, &key) {
        (context.progress)(Progress::Staged);
        return Ok(plan.staged(root, natives));
    }
    (context.progress)(Progress::Staging);
    let (root, natives) = stage_cache::publish(cache_dir, &key, |root| plan.build(root, context))?;
    Ok(plan.staged(root, natives))
}

/// Everything the staged bytes depend on.
struct Plan<'a> {
    interpreter: &'a Interpreter,
    keep: BTreeSet<&'a str>,
    bundle_libs: bool,
    level: u8,
    library: Option<PathBuf>,
}

impl<'a> Plan<'a> {
    fn new(interpreter: &'a Interpreter, spec: &'a PythonSpec) -> Result<Self, PythonError> {
        Ok(Self {
            interpreter,
            keep: spec.keep_stdlib.iter().map(String::as_str).collect(),
            bundle_libs: spec.bundle_libs,
            level: compile::level(&spec.options),
            library: shared_library(interpreter)?,
        })
    }

    fn staged(&self, root: PathBuf, natives: Natives) -> Staged {
        let program = self.program(&root);
        let isolation = if self.interpreter.minor >= 11 { "-P" } else { "-I" };
        Staged { root, program, isolation, level: self.level, natives }
    }

    fn program(&self, root: &Path) -> PathBuf {
        root.join("bin").join(self.interpreter.program_name())
    }

    /// The files that are copied: their identity decides whether a staged tree can be used again.
    fn inputs(&self) -> Result<Vec<PathBuf>, PythonError> {
        let stdlib = &self.interpreter.stdlib;
        let mut pending = vec![PathBuf::new()];
        let mut found = vec![self.interpreter.executable.clone()];
        found.extend(self.library.clone());
        while let Some(inside) = pending.pop() {
            for name in tree::entries(&stdlib.join(&inside))? {
                let path = inside.join(name);
                if self.choose(&path) == Fate::Keep {
                    let full = stdlib.join(&path);
                    if full.is_dir() { pending.push(path) } else { found.push(full) }
                }
            }
        }
        if let Some(dynload) = &self.interpreter.dynload {
            found.extend(tree::entries(dynload)?.into_iter().map(|name| dynload.join(name)));
        }
        found.sort();
        Ok(found)
    }

    fn settings(&self) -> String {
        format!("{:?} {:?} {} {}", self.interpreter, self.keep, self.bundle_libs, self.level)
    }

    fn build(&self, root: &Path, context: &Context<'_>) -> Result<Natives, PythonError> {
        let stdlib = root.join(self.interpreter.stdlib_inside());
        tree::copy(&self.interpreter.stdlib, &stdlib, Links::Follow, &|path| self.choose(path))?;
        if let Some(dynload) = &self.interpreter.dynload {
            let choose = |path: &Path| self.choose(&Path::new("lib-dynload").join(path));
            tree::copy(dynload, &stdlib.join("lib-dynload"), Links::Follow, &choose)?;
        }
        self.copy_programs(root)?;
        let natives = self.adjust_natives(root, context)?;
        let program = self.program(root);
        sysconfig::make_neutral(&stdlib, &program, self.interpreter, context)?;
        self.write_hook(root, &program, &natives, context)?;
        let staged = self.staged(root.to_owned(), natives);
        for directory in
            tree::entries(root)?.iter().filter_map(|name| name.to_str()).filter(|name| *name != "bin")
        {
            if root.join(directory).is_dir() {
                compile::compile(root, directory, &staged, context)?;
            }
        }
        Ok(staged.natives)
    }

    /// Tests, caches, other people's packages, what is only for building extension modules, and the groups nobody asked for.
    fn choose(&self, path: &Path) -> Fate {
        let text = path.to_string_lossy();
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let is_top = path.components().count() == 1;
        let left_out = GROUPS.iter().filter(|group| !self.keep.contains(group.name));
        let is_unwanted = left_out.into_iter().any(|group| {
            let is_entry = is_top && group.entries.contains(&&*name);
            let is_extension = path.starts_with("lib-dynload")
                && group.extensions.iter().any(|start| name.starts_with(start));
            is_entry || is_extension
        });
        let is_test = !is_top && (name == "test" || name == "tests") && !self.keep.contains("test");
        let is_for_building =
            (is_top && name.starts_with("config-")) || name.ends_with(".a") || name.ends_with(".o");
        let is_other = is_top
            && matches!(
                &*text,
                "site-packages"
                    | "dist-packages"
                    | "EXTERNALLY-MANAGED"
                    | "sitecustomize.py"
                    | "usercustomize.py"
            );
        let is_cache = name == "__pycache__" || name.ends_with(".pyc") || name.ends_with(".pyo");
        let leave = is_unwanted || is_test || is_for_building || is_other || is_cache;
        if leave { Fate::Leave } else { Fate::Keep }
    }

    fn copy_programs(&self, root: &Path) -> Result<(), PythonError> {
        let (bin, lib) = (root.join("bin"), root.join(&self.interpreter.library_dir));
        fs::create_dir_all(&bin).map_err(PythonError::io("create", &bin))?;
        tree::copy_file(&self.interpreter.executable, &self.program(root))?;
        for alias in ["python3", "python"] {
            make_alias(&self.interpreter.program_name(), &bin.join(alias))?;
        }
        if let Some(library) = &self.library
            && let Some(name) = library.file_name()
        {
            tree::copy_file(library, &lib.join(name))?;
        }
        // Without `home`, it is no virtual environment; it only makes `site` leave out the user's own packages, whoever starts
        // the interpreter in whatever way.
        tree::write(&root.join("pyvenv.cfg"), "include-system-site-packages = false\n")
    }

    fn adjust_natives(&self, root: &Path, context: &Context<'_>) -> Result<Natives, PythonError> {
        let members = bundle::members(root).map_err(PythonError::Native)?;
        bundle::strip_members(root, &members).map_err(PythonError::Native)?;
        let prefixes = &self.interpreter.prefixes;
        let mut natives = Natives {
            unpatched: bundle::relocate(root, &members, prefixes).map_err(PythonError::Native)?,
            ..Natives::default()
        };
        natives.unpatched.extend(self.find_own_library(root, &members)?);
        let places = prefixes.iter().chain([&self.interpreter.build_dir]);
        for place in places.filter(|place| place.is_absolute() && !place.starts_with("/usr")) {
            bundle::erase_path(root, &members, place).map_err(PythonError::Native)?;
        }
        if self.bundle_libs {
            let members = bundle::members(root).map_err(PythonError::Native)?;
            let library_dir = Path::new(&self.interpreter.library_dir);
            let outcome = bundle::bundle(root, &members, library_dir, &BTreeSet::new(), context.target.arch);
            natives.take(outcome.map_err(PythonError::Native)?);
        }
        Ok(natives)
    }

    /// A shared libpython is found beside the program, however the build machine's was: by a path that is not the prefix's, or by
    /// the loader's configuration.
    fn find_own_library(&self, root: &Path, members: &[Member]) -> Result<Vec<PathBuf>, PythonError> {
        if self.library.is_none() {
            return Ok(Vec::new());
        }
        let program = Path::new("bin").join(self.interpreter.program_name());
        let lacking = members.iter().filter(|member| {
            let is_inside = |path: &String| {
                self.interpreter.prefixes.iter().any(|prefix| Path::new(path).starts_with(prefix))
            };
            member.path == program && !member.native.rpaths.iter().any(is_inside)
        });
        let lacking: Vec<Member> = lacking.cloned().collect();
        let library_dir = Path::new(&self.interpreter.library_dir);
        bundle::add_rpath(root, &lacking, library_dir).map_err(PythonError::Native)
    }

    /// The module that attaches applications, where the staged interpreter looks for packages (distributions differ in that).
    fn write_hook(
        &self,
        root: &Path,
        program: &Path,
        natives: &Natives,
        context: &Context<'_>,
    ) -> Result<(), PythonError> {
        const ASK: &str = "import os, site, sys\nout = sys.stdout.buffer\nout.write(b'\\0psp-answer\\0')\n\
            out.write(b'site\\0' + os.fsencode(site.getsitepackages([sys.prefix])[0]) + b'\\0')";
        let mut command = command(program, context);
        command.args(["-I", "-B", "-c", ASK]);
        let answer = ask(command, "tell where packages go", context)?;
        let directory = answer.get("site").map(PathBuf::from).unwrap_or_default();
        if !directory.starts_with(root) {
            let problem = format!("it looks for packages in {}", directory.display());
            return Err(PythonError::SelfCheck { problem });
        }
        fs::create_dir_all(&directory).map_err(PythonError::io("create", &directory))?;
        let has_tls = natives.bundled.iter().any(|name| name.starts_with("libssl."));
        let (file, dir) = &self.interpreter.certificates;
        let certificates =
            if has_tls { tuple([file.to_string_lossy(), dir.to_string_lossy()]) } else { "()".to_owned() };
        let head = format!(
            "STDLIB_NAME = {:?}\nCERTIFICATES = {certificates}\nKNOWN_CERTIFICATES = {}\n\n",
            self.interpreter.stdlib_name(),
            tuple(KNOWN_CERTIFICATES),
        );
        tree::write(&directory.join(format!("{HOOK_NAME}.py")), &format!("{head}{HOOK}"))?;
        tree::write(&directory.join(format!("{HOOK_NAME}.pth")), &format!("import {HOOK_NAME}\n"))
    }
}

/// A tuple of strings as Python writes it: Rust's escapes of plain paths are Python's.
fn tuple<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("{:?},", item.as_ref())).collect();
    format!("({})", items.join(" "))
}

#[cfg(unix)]
fn make_alias(program: &str, alias: &Path) -> Result<(), PythonError> {
    std::os::unix::fs::symlink(program, alias).map_err(PythonError::io("link", alias))
}

#[cfg(not(unix))]
fn make_alias(_: &str, _: &Path) -> Result<(), PythonError> {
    Ok(())
}

/// The libpython that the program is linked to, if it is.
fn shared_library(interpreter: &Interpreter) -> Result<Option<PathBuf>, PythonError> {
    let executable = &interpreter.executable;
    let mut file = fs::File::open(executable).map_err(PythonError::io("read", executable))?;
    let unsupported =
        |reason: String| PythonError::InterpreterUnsupported { executable: executable.clone(), reason };
    let native = match crate::native::inspect_file(&mut file) {
        Ok(Some(native)) => native,
        Ok(None) => return Err(unsupported("it is not a native program".to_owned())),
        Err(error) => return Err(unsupported(error.to_string())),
    };
    let Some(name) = native.needed.iter().find(|name| name.starts_with("libpython")) else { return Ok(None) };
    let origin = executable.parent().unwrap_or(Path::new("/"));
    let mut hints: Vec<PathBuf> = native
        .rpaths
        .iter()
        .map(|path| PathBuf::from(path.replace("$ORIGIN", &origin.to_string_lossy())))
        .collect();
    hints.push(interpreter.libdir.clone());
    hints.extend(interpreter.prefixes.iter().map(|prefix| prefix.join(&interpreter.library_dir)));
    let arch = native.archs.first().copied().unwrap_or(crate::native::Arch::Other(0));
    let found = hostlib::find(name, arch, &hints, &hostlib::search_directories());
    found.map(Some).ok_or_else(|| unsupported(format!("its {name} is not to be found")))
}

//! Real Python applications from PyPI, staged and run far from where they were built. An interpreter that is not installed is
//! skipped by name; with CI=true it is a failure.

use psp_builder::interrupt::Interrupt;
use psp_builder::python::{Context, PythonError, PythonPlan, PythonSpec, plan};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the user's shell may hold; none of it may reach the application's interpreter.
const POLLUTION: [(&str, &str); 8] = [
    ("PYTHONHOME", "/nonexistent"),
    ("PYTHONPATH", "/evil"),
    ("PYTHONSTARTUP", "/evil.py"),
    ("PYTHONUSERBASE", "/evil"),
    ("PYTHONOPTIMIZE", "2"),
    ("PYTHONPYCACHEPREFIX", "/evil"),
    ("PYTHONPLATLIBDIR", "evil"),
    ("LD_LIBRARY_PATH", "/evil"),
];

fn environment() -> BTreeMap<OsString, OsString> {
    std::env::vars_os().collect()
}

fn polluted() -> BTreeMap<OsString, OsString> {
    let mut environment = environment();
    environment.extend(POLLUTION.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))));
    environment
}

/// Kept from test to test and from run to run, as a user's build cache is.
fn cache_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-cache")
}

/// Two jobs on this machine, nothing told.
fn context<'a>(
    work_dir: &'a Path,
    base_dir: &'a Path,
    cache_dir: Option<&'a Path>,
    environment: &'a BTreeMap<OsString, OsString>,
) -> Context<'a> {
    static INTERRUPT: std::sync::LazyLock<Interrupt> = std::sync::LazyLock::new(Interrupt::default);
    Context {
        base_dir,
        work_dir,
        cache_dir,
        target: "x86_64-linux".parse().unwrap(),
        jobs: 2,
        environment,
        interrupt: &INTERRUPT,
        progress: &|_| {},
    }
}

/// Stages a spec in the given directory.
fn stage_in(
    work: &Path,
    base: &Path,
    cache: Option<&Path>,
    spec: &PythonSpec,
) -> Result<PythonPlan, PythonError> {
    fs::create_dir_all(work).unwrap();
    plan(spec, &context(work, base, cache, &polluted()))
}

fn stage(work: &Path, spec: &PythonSpec) -> Result<PythonPlan, PythonError> {
    stage_in(&work.join("work"), work, Some(&cache_dir()), spec)
}

/// Does the machine have this interpreter? If not, says so.
fn has_interpreter(wanted: &str) -> bool {
    let work = tempfile::tempdir().unwrap();
    let spec = PythonSpec {
        interpreter: wanted.to_owned(),
        entry: Some("no.such:thing".to_owned()),
        ..PythonSpec::default()
    };
    match stage(work.path(), &spec) {
        Err(PythonError::InterpreterNotFound { .. } | PythonError::InterpreterVersion { .. }) => {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "interpreter {wanted} is not installed"
            );
            eprintln!("SKIPPED: interpreter {wanted} is not installed");
            false
        }
        _ => true,
    }
}

fn spec(interpreter: &str) -> PythonSpec {
    PythonSpec { interpreter: interpreter.to_owned(), ..PythonSpec::default() }
}

/// Staged slots, moved elsewhere, as the launcher would have them in its cache.
struct Installed {
    root: PathBuf,
    plan: PythonPlan,
    /// Where the slots are for the program that runs: differs from `root` in a chroot.
    seen_at: PathBuf,
}

impl Installed {
    fn new(plan: PythonPlan, root: &Path, seen_at: &Path) -> Self {
        for slot in &plan.slots {
            let target = root.join(slot.id);
            fs::create_dir_all(root).unwrap();
            let copied = Command::new("cp").arg("-a").arg(&slot.source).arg(&target).status().unwrap();
            assert!(copied.success());
        }
        Self { root: root.to_owned(), plan, seen_at: seen_at.to_owned() }
    }

    fn fill(&self, template: &str) -> String {
        let place = |id: &str| self.seen_at.join(id).to_string_lossy().into_owned();
        template.replace("{slot:python}", &place("python")).replace("{slot:site}", &place("site"))
    }

    /// The command that the launcher would start, behind a wrapper (`chroot DIR`), in its environment.
    fn command(&self, wrapper: &[&str], arguments: &[&str]) -> Command {
        let words: Vec<String> = self.plan.command.iter().map(|word| self.fill(word)).collect();
        let all: Vec<&str> = wrapper
            .iter()
            .copied()
            .chain(words.iter().map(String::as_str))
            .chain(arguments.iter().copied())
            .collect();
        let mut command = Command::new(all[0]);
        command.args(&all[1..]);
        for name in polluted().keys().filter(|name| self.is_unset(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        for (name, value) in POLLUTION.iter().filter(|(name, _)| !self.is_unset(name)) {
            command.env(name, value);
        }
        for (name, value) in &self.plan.environment.set {
            command.env(name, self.fill(value));
        }
        assert!(self.plan.environment.prepend.is_empty(), "{:?}", self.plan.notices);
        command.env("PSP_ARGV0", "./typed by the user").env("HOME", "/nonexistent");
        command
    }

    fn is_unset(&self, name: &str) -> bool {
        self.plan.environment.unset.iter().any(|glob| match glob.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == glob,
        })
    }

    /// Every entry with size, mode and time of change.
    fn listing(&self) -> Vec<String> {
        let output =
            Command::new("find").arg(&self.root).args(["-printf", "%P %s %m %T@ %C@\n"]).output().unwrap();
        let mut lines: Vec<String> =
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

fn text(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Answers one request with `body`; gives the request's first line.
fn serve_once(listener: TcpListener, body: &'static str) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(&stream).lines();
        let first = lines.next().unwrap().unwrap();
        for line in lines {
            if line.unwrap().is_empty() {
                break;
            }
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        (&stream).write_all(head.as_bytes()).unwrap();
        (&stream).write_all(body.as_bytes()).unwrap();
        first
    })
}

/// Copies the C library, and nothing else, into a directory to chroot to.
fn furnish(root: &Path) {
    let names = [
        "libc.so.6",
        "libm.so.6",
        "libpthread.so.0",
        "libdl.so.2",
        "librt.so.1",
        "libutil.so.1",
        "libresolv.so.2",
    ];
    let directories = psp_builder::native::hostlib::search_directories();
    fs::create_dir_all(root.join("lib/x86_64-linux-gnu")).unwrap();
    fs::create_dir_all(root.join("lib64")).unwrap();
    fs::create_dir_all(root.join("tmp")).unwrap();
    for name in names {
        let found =
            directories.iter().map(|directory| directory.join(name)).find(|path| path.is_file()).unwrap();
        fs::copy(found, root.join("lib/x86_64-linux-gnu").join(name)).unwrap();
    }
    fs::copy("/lib64/ld-linux-x86-64.so.2", root.join("lib64/ld-linux-x86-64.so.2")).unwrap();
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim() == "0"
}

#[test]
fn httpie_does_a_request_in_a_chroot_without_python() {
    for interpreter in ["3.11", "/usr/bin/python3.11"] {
        if !has_interpreter(interpreter) {
            continue;
        }
        if !is_root() {
            eprintln!("SKIPPED: chroot needs root");
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let spec = PythonSpec {
            requirements: vec!["httpie==3.2.4".to_owned()],
            entry: Some("httpie.__main__:main".to_owned()),
            bundle_libs: true,
            ..spec(interpreter)
        };
        let plan = stage(directory.path(), &spec).unwrap();
        assert!(plan.bundled.iter().any(|name| name.starts_with("libssl.so")), "{:?}", plan.bundled);
        assert!(
            plan.portability.missing_libraries().next().is_none(),
            "{:?}",
            plan.portability.host_libraries
        );
        assert!(plan.distributions.iter().any(|d| d.name == "httpie" && d.version == "3.2.4"));
        let root = directory.path().join("root");
        furnish(&root);
        let place = Path::new("/var/far away/cache");
        let installed = Installed::new(plan, &root.join("var/far away/cache"), place);
        fs::remove_dir_all(directory.path().join("work")).unwrap();
        let before = installed.listing();

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}/greeting?from=psp", listener.local_addr().unwrap().port());
        let server = serve_once(listener, "hello from the server");
        let chroot = ["chroot", root.to_str().unwrap()];
        let arguments = ["--ignore-stdin", "--body", "GET", &url];
        let output =
            installed.command(&chroot, &arguments).env("HTTPIE_CONFIG_DIR", "/tmp/httpie").output().unwrap();
        assert_eq!(text(&output).trim(), "hello from the server", "{interpreter}");
        assert_eq!(server.join().unwrap(), "GET /greeting?from=psp HTTP/1.1");

        // Every extension module of the interpreter finds its libraries in the package.
        let everything = "import ssl, sqlite3, ctypes, bz2, lzma, zlib, readline, curses, uuid, hashlib, multiprocessing; \
            print(ssl.OPENSSL_VERSION, hashlib.sha256(b'').hexdigest()[:8])";
        let mut bare = installed.command(&chroot, &[]);
        let program = installed.fill("{slot:python}/bin/python3.11");
        bare = {
            let mut command = Command::new("chroot");
            command
                .arg(&root)
                .arg(program)
                .args(["-P", "-c", everything])
                .envs(bare.get_envs().filter_map(|(n, v)| Some((n, v?))))
                .env_remove("PYTHONHOME")
                .env_remove("PYTHONDONTWRITEBYTECODE");
            command
        };
        assert!(text(&bare.output().unwrap()).contains("e3b0c442"));
        assert_eq!(installed.listing(), before, "something was written into the slots");
    }
}

const PROBE: &str = r#"
import json, multiprocessing, os, subprocess, sys, sysconfig

def square(number):
    import probeapp
    return number * number, sys.dont_write_bytecode, [p for p in sys.path if p in ("", os.getcwd())]

def main():
    child = "import probeapp, sys, json, site; print(json.dumps([probeapp.__file__, sys.prefix, site.ENABLE_USER_SITE]))"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        squares = pool.map(square, [2, 3])
    answer = {
        "argv": sys.argv,
        "argv0_variable": os.environ.get("PSP_ARGV0"),
        "path": sys.path,
        "prefix": sys.prefix,
        "executable": sys.executable,
        "pth": "_distutils_hack" in sys.modules,
        "squares": squares,
        "child": json.loads(subprocess.check_output([sys.executable, "-c", child], cwd="/")),
        "module_child": subprocess.check_output([sys.executable, "-m", "probeapp.child"], cwd="/", text=True).strip(),
        "purelib": sysconfig.get_paths()["purelib"],
        "user_site": __import__("site").ENABLE_USER_SITE,
        "optimize": sys.flags.optimize,
        "main_file": sys.modules["__main__"].__file__,
        "code_file": main.__code__.co_filename,
    }
    print(json.dumps(answer, sort_keys=True))
    return 7
"#;

/// A small project with a dependency that installs a .pth file (setuptools), and with left-overs of an earlier build.
fn write_project(project: &Path) {
    for (path, text) in [
        (
            "pyproject.toml",
            "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
            [project]\nname = \"probeapp\"\nversion = \"1.0\"\ndependencies = [\"setuptools\"]\n\
            [project.scripts]\nprobe = \"probeapp:main\"\n[tool.setuptools]\npackages = [\"probeapp\"]\n",
        ),
        ("probeapp/__init__.py", PROBE),
        ("probeapp/child.py", "import probeapp\nprint('child of', probeapp.__name__)\n"),
        ("probeapp/broken_template.py", "this is {{ not }} python\n"),
        ("build/lib/probeapp/stale.py", "stale = True\n"),
    ] {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn tree_listing(root: &Path) -> String {
    let output = Command::new("find").arg(root).args(["-printf", "%P %s %T@\n"]).output().unwrap();
    let mut lines: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn a_project_is_isolated_from_the_host_and_its_children_see_it() {
    if !has_interpreter("3.11") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("source");
    write_project(&project);
    let before = tree_listing(&project);
    let spec = PythonSpec {
        project: Some("source".into()),
        entry: Some("probeapp:main".to_owned()),
        ..spec("3.11")
    };
    let plan = stage(directory.path(), &spec).unwrap();
    assert_eq!(tree_listing(&project), before, "the source tree was written to");
    let installed = Installed::new(
        plan,
        &directory.path().join("installed here"),
        &directory.path().join("installed here"),
    );
    let site = installed.root.join("site/lib/python3.11/site-packages");
    assert!(!site.join("probeapp/stale.py").exists(), "left-overs of an earlier build were packaged");
    assert!(site.join("probeapp/broken_template.py").exists());
    assert!(!site.join("probeapp-1.0.dist-info/direct_url.json").exists());
    fs::remove_dir_all(directory.path().join("work")).unwrap();
    let slots = installed.listing();

    // A working directory full of traps.
    let traps = directory.path().join("traps");
    fs::create_dir(&traps).unwrap();
    for name in
        ["json.py", "multiprocessing.py", "socket.py", "probeapp.py", "sitecustomize.py", "usercustomize.py"]
    {
        fs::write(traps.join(name), "raise SystemExit('the working directory was imported from')\n").unwrap();
    }
    let output = installed.command(&[], &["--flag", "ä b"]).current_dir(&traps).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(7), "{answer}{}", String::from_utf8_lossy(&output.stderr));
    let has = |wanted: &str| assert!(answer.contains(wanted), "{wanted} is not in {answer}");
    let place = |inside: &str| installed.root.join(inside).to_string_lossy().into_owned();
    has(r#""argv": ["./typed by the user", "--flag", "\u00e4 b"]"#);
    has(r#""argv0_variable": null"#);
    has(r#""pth": true"#);
    has(r#""squares": [[4, true, []], [9, true, []]]"#);
    has(r#""module_child": "child of probeapp""#);
    has(r#""user_site": false"#);
    has(r#""optimize": 0"#);
    has(&format!(r#""prefix": "{}""#, place("site")));
    has(&format!(r#""executable": "{}""#, place("python/bin/python3.11")));
    has(&format!(
        r#""child": ["{}", "{}", false]"#,
        place("site/lib/python3.11/site-packages/probeapp/__init__.py"),
        place("site")
    ));
    has(&format!(r#""code_file": "{}""#, place("site/lib/python3.11/site-packages/probeapp/__init__.py")));
    assert!(!answer.contains("/evil") && !answer.contains("/nonexistent"), "{answer}");
    assert_eq!(installed.listing(), slots, "something was written into the slots");
    assert!(!traps.join("__pycache__").exists());
}

#[test]
fn a_module_runs_as_with_dash_m() {
    if !has_interpreter("3.11") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let plan =
        stage(directory.path(), &PythonSpec { module: Some("http.server".to_owned()), ..spec("3.11") })
            .unwrap();
    assert!(plan.distributions.is_empty());
    let installed = Installed::new(plan, &directory.path().join("i"), &directory.path().join("i"));
    let help = text(&installed.command(&[], &["--help"]).output().unwrap());
    assert!(help.starts_with("usage: typed by the user"), "{help}");
}

/// All files below a directory with mode and content, and links with their targets.
fn contents(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let (path, data) = (entry.path(), entry.metadata().unwrap());
            let inside = path.strip_prefix(root).unwrap().to_owned();
            if data.is_dir() {
                pending.push(path);
            } else if data.is_symlink() {
                found.insert(inside, (0, fs::read_link(path).unwrap().into_os_string().into_encoded_bytes()));
            } else {
                found.insert(inside, (data.permissions().mode(), fs::read(path).unwrap()));
            }
        }
    }
    found
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (contents(one), contents(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let different: Vec<&PathBuf> = one.keys().filter(|path| one[*path] != other[*path]).collect();
    assert!(different.is_empty(), "{different:?}");
    assert!(one.len() > 1000);
}

#[test]
fn the_same_interpreter_gives_the_same_bytes_from_every_place() {
    if !has_interpreter("3.11") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    let wanted = PythonSpec {
        requirements: vec!["idna==3.10".to_owned(), "certifi==2024.8.30".to_owned()],
        module: Some("certifi".to_owned()),
        ..spec("3.11")
    };
    let first = stage_in(&place("one"), directory.path(), None, &wanted).unwrap();
    // The installation, moved: its own packages stay behind.
    let moved = place("a moved/prefix");
    fs::create_dir_all(moved.join("lib")).unwrap();
    let prefix = first.interpreter.executable.ancestors().nth(2).unwrap();
    let copy = |what: &[&str]| {
        let status =
            Command::new("cp").arg("-a").args(what.iter().map(|name| prefix.join(name))).arg(&moved).status();
        assert!(status.unwrap().success());
    };
    copy(&["bin"]);
    let script = "cp -a \"$1\"/lib/libpython* \"$2/lib/\"; cd \"$1/lib\" && tar cf - --exclude=site-packages --exclude=test \
        --exclude=__pycache__ python3.11 | tar xf - -C \"$2/lib\"";
    let shell = Command::new("sh").arg("-c").arg(script).arg("sh").arg(prefix).arg(&moved).status().unwrap();
    assert!(shell.success());
    let installer = first.interpreter.executable.clone();
    let second = PythonSpec { interpreter: moved.to_string_lossy().into_owned(), ..PythonSpec::default() };
    let second = PythonSpec { module: Some("json.tool".to_owned()), ..second };
    let second = stage_in(&place("two/deeper"), directory.path(), None, &second).unwrap();
    assert_ne!(second.interpreter.executable, installer);
    assert_same(&first.slots[0].source, &second.slots[0].source);
    let third = stage_in(&place("three"), directory.path(), Some(&place("cache")), &wanted).unwrap();
    assert_same(&first.slots[0].source, &third.slots[0].source);
    assert_eq!(contents(&first.slots[1].source), contents(&third.slots[1].source));
    let again = stage_in(&place("four"), directory.path(), Some(&place("cache")), &wanted).unwrap();
    assert_eq!(again.slots[0], third.slots[0], "the staged interpreter was not used again");
    for slot in [&first.slots[0], &first.slots[1]] {
        for (path, (_, bytes)) in contents(&slot.source) {
            let needle = directory.path().to_string_lossy().into_owned();
            let leaks = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
            assert!(!leaks, "{} names the build's directory", path.display());
        }
    }
}

#[test]
fn mistakes_are_named_with_a_remedy() {
    if !has_interpreter("3.11") {
        return;
    }
    let entry = |entry: &str| PythonSpec { entry: Some(entry.to_owned()), ..spec("3.11") };
    let text = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let cases: Vec<(PythonSpec, &str, &str)> = vec![
        (spec("3.99"), "python-version", "interpreter = \"3."),
        (spec("/nonexistent/python"), "python-not-found", "PATH"),
        (spec("no-such-python"), "python-not-found", "PATH"),
        (spec("."), "python-not-found", "PATH"),
        (entry("json.tol:main"), "python-no-module", "did you mean `json.tool`?"),
        (entry("jsn:main"), "python-no-module", "`json`"),
        (entry("json.tool:mian"), "python-no-function", "did you mean `main`?"),
        (entry("json.tool"), "python-start-syntax", "entry = "),
        (
            PythonSpec { module: Some("json".to_owned()), ..spec("3.11") },
            "python-not-runnable",
            "entry = \"json:",
        ),
        (PythonSpec { module: Some("jsom.tool".to_owned()), ..spec("3.11") }, "python-no-module", "json"),
        (
            PythonSpec { module: Some("json.tool".to_owned()), ..entry("json:loads") },
            "python-start",
            "either",
        ),
        (
            PythonSpec { keep_stdlib: text(&["tkintr"]), ..entry("json:loads") },
            "python-stdlib",
            "did you mean `tkinter`?",
        ),
        (
            PythonSpec { requirements: text(&["--index-url=x"]), ..entry("json:loads") },
            "python-requirement",
            "PIP_",
        ),
        (PythonSpec { wheels: text(&["dist/*.whl"]), ..entry("json:loads") }, "python-no-wheel", "project"),
        (
            PythonSpec { wheels: text(&["dist/[.whl"]), ..entry("json:loads") },
            "python-wheel-pattern",
            "*.whl",
        ),
        (
            PythonSpec { project: Some("nowhere".into()), ..entry("json:loads") },
            "python-project",
            "pyproject.toml",
        ),
        (PythonSpec { project: Some(".".into()), ..entry("json:loads") }, "python-project", "pyproject.toml"),
        (
            PythonSpec { requirements: text(&["idna = 1"]), ..entry("json:loads") },
            "python-install",
            "requirements.txt",
        ),
        (
            PythonSpec { requirements: text(&["idna==99999"]), ..entry("json:loads") },
            "python-install",
            "version",
        ),
        (
            PythonSpec { requirements: text(&["idna==3.7", "idna==3.10"]), ..entry("json:loads") },
            "python-install",
            "loosen",
        ),
    ];
    for (spec, code, remedy) in cases {
        let directory = tempfile::tempdir().unwrap();
        let error = stage(directory.path(), &spec).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.help().contains(remedy), "{code}: {}", error.help());
        assert!(!error.to_string().is_empty() && !error.to_string().ends_with('.'));
    }
}

#[test]
fn an_interpreter_without_pip_is_served_by_another() {
    if !has_interpreter("3.11") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let spec = PythonSpec {
        requirements: vec!["idna==3.10".to_owned()],
        module: Some("idna".to_owned()),
        ..spec("3.11")
    };
    let staged = stage(
        directory.path(),
        &PythonSpec { requirements: Vec::new(), module: Some("json.tool".to_owned()), ..spec.clone() },
    );
    // A staged interpreter has no pip.
    let bare = staged.unwrap().slots[0].source.join("bin/python3.11");
    let only_it = PythonSpec { interpreter: bare.to_string_lossy().into_owned(), ..spec };
    let environment: BTreeMap<OsString, OsString> = [("PATH".into(), "/nonexistent".into())].into();
    let work = directory.path().join("bare");
    fs::create_dir(&work).unwrap();
    let error = plan(&only_it, &context(&work, directory.path(), None, &environment)).unwrap_err();
    assert_eq!(error.code(), "python-no-installer", "{error}");
    assert!(error.help().contains("python3-pip"));
}

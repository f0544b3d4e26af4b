//! `psp build` as people use it: what comes out, what does not change it, and what it leaves behind when it fails.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use psp_builder::codec::ZstdDecoder;
use psp_format::verify;
use psp_format::{Package, limits};

/// A directory with a manifest, a source and a home of its own.
struct Bench {
    root: tempfile::TempDir,
}

const MANIFEST: &str = r#"
[package]
name = "hello"
version = "1.2.3"
description = "says hello"
[run]
command = ["{slot:app}/bin/hello", "{{x}} {package.name}"]
env.set = { DATA = "{slot:data}" }
env.unset = ["LD_*"]
cwd = "{slot:app}/lib"
[entry.admin]
command = ["{slot:app}/bin/link"]
[[slot]]
id = "app"
source = "app"
[[slot]]
id = "data"
source = "data.bin"
codec = "store"
lifecycle = "lazy"
"#;

impl Bench {
    fn new() -> Self {
        let bench = Self { root: tempfile::tempdir().unwrap() };
        bench.write("manifest.toml", MANIFEST);
        bench.write("app/bin/hello", "#!/bin/sh\necho hello\n");
        bench.write("app/lib/words.txt", &"words that repeat ".repeat(9000));
        bench.write("data.bin", &"x".repeat(300_000));
        fs::set_permissions(bench.path("app/bin/hello"), fs::Permissions::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink("hello", bench.path("app/bin/link")).unwrap();
        fs::hard_link(bench.path("app/lib/words.txt"), bench.path("app/lib/same.txt")).unwrap();
        bench
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_psp"));
        command.arg("build").args(args).current_dir(self.root.path()).env_clear();
        command
            .env("HOME", self.path("home"))
            .env("PSP_BUILD_CACHE_DIR", self.path("cache"))
            .stdin(Stdio::null());
        command
    }

    fn build(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn built(&self, args: &[&str]) -> Vec<u8> {
        let output = self.build(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(self.path("hello.psp")).unwrap()
    }

    /// Fails with this code, and nothing is left beside what was there.
    fn refused(&self, args: &[&str], code: &str) -> String {
        let before = self.names();
        let output = self.build(args);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(&format!("error[{code}]: ")), "not {code}: {stderr}");
        assert_eq!(self.names(), before, "{stderr}");
        stderr
    }

    fn names(&self) -> Vec<PathBuf> {
        let mut names: Vec<_> =
            fs::read_dir(self.root.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.retain(|path| !["home", "cache"].contains(&path.file_name().unwrap().to_str().unwrap()));
        names.sort();
        names
    }

    fn key(&self, name: &str) -> String {
        let key = psp_builder::keys::SecretKey::generate().unwrap();
        let files = psp_builder::keys::write_pair(&self.path(name), &key).unwrap();
        files.secret.to_str().unwrap().to_owned()
    }
}

fn verified(package: &[u8]) {
    verify::verify(package, &mut ZstdDecoder::default()).unwrap_or_else(|failure| panic!("{failure}"));
}

fn parsed(package: &[u8]) -> Package<'_> {
    Package::parse(package, package.len() as u64).unwrap()
}

#[test]
fn a_package_holds_what_the_manifest_says() {
    let bench = Bench::new();
    let output = bench.build(&[]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && stdout.lines().count() == 1, "{stdout}");
    assert!(stdout.starts_with("hello.psp: hello 1.2.3 for x86_64-linux, "), "{stdout}");
    assert!(stdout.contains("signed by your development key"), "{stdout}");
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .starts_with("psp: warning: made a development key for you: ")
    );
    let mode = fs::metadata(bench.path("hello.psp")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);
    let bytes = fs::read(bench.path("hello.psp")).unwrap();
    verified(&bytes);
    let package = parsed(&bytes);
    let manifest = &package.manifest;
    assert_eq!(
        (manifest.identity.name, manifest.identity.version, manifest.identity.target),
        ("hello", "1.2.3", "x86_64-linux")
    );
    let slots: Vec<_> =
        manifest.slots.iter().map(|slot| (slot.id, slot.lifecycle.as_str(), slot.file)).collect();
    assert_eq!(slots, [("app", "cache", &b""[..]), ("data", "lazy", b"data.bin")]);
    assert_eq!(manifest.slots[0].content.entry_count, 6);
    let names: Vec<_> = manifest.entries.iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["", "admin"]);
    // The link was followed: a program is a file.
    assert_eq!(manifest.entries[0].command.program, manifest.entries[1].command.program);
    assert_eq!(manifest.entries[1].command.slots, 0b11);
    assert!(manifest.information.contains(&("description", "says hello")));
    assert_eq!(manifest.unknown.len(), 1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let bench = Bench::new();
    let key = bench.key("k");
    let first = bench.built(&["--key", &key]);
    let other = Bench::new();
    for (args, what) in
        [(&["--jobs", "1"][..], "one job"), (&["--no-cache"], "no cache"), (&["--jobs", "7"], "")]
    {
        let again = other
            .command(&[&["--key", &key][..], args].concat())
            .env("SOURCE_DATE_EPOCH", "7")
            .output()
            .unwrap();
        assert!(again.status.success(), "{what}");
        assert!(fs::read(other.path("hello.psp")).unwrap() == first, "{what}");
    }
    assert!(bench.built(&["--key", &key]) == first, "from the cache");
    assert!(bench.built(&["--key", &key, "--level", "1"]) != first);
}

#[test]
fn a_damaged_or_missing_cache_changes_nothing() {
    let bench = Bench::new();
    let first = bench.built(&[]);
    let frames = walk(&bench.path("cache/v1"));
    assert!(frames.iter().any(|path| path.to_str().unwrap().contains("/frames/")));
    for path in &frames {
        let mut bytes = fs::read(path).unwrap();
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        fs::write(path, bytes).unwrap();
    }
    assert!(bench.built(&[]) == first);
    fs::set_permissions(bench.path("cache"), fs::Permissions::from_mode(0o777)).unwrap();
    let output = bench.build(&[]);
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("can be written by, somebody else; building without it")
    );
    assert!(fs::read(bench.path("hello.psp")).unwrap() == first);
}

fn walk(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn an_edited_file_is_noticed_at_once() {
    let bench = Bench::new();
    let first = bench.built(&[]);
    // The same size, within the same tick of the clock.
    bench.write("app/bin/hello", "#!/bin/sh\necho HELLO\n");
    let second = bench.built(&[]);
    assert!(first != second);
    verified(&second);
}

#[test]
fn several_keys_sign() {
    let bench = Bench::new();
    let (first, second) = (bench.key("a"), bench.key("b"));
    let bytes = bench.built(&["--key", &first, "--key", &second]);
    verified(&bytes);
    let package = parsed(&bytes);
    assert_eq!(package.signatures.len(), 2);
    let primary = psp_builder::keys::read_public(&bench.path("a.pub")).unwrap();
    assert_eq!(package.manifest.identity.primary, primary);
    bench.refused(&["--key", &first, "--key", &first], "key-twice");
    let nine: Vec<_> =
        (0..9).flat_map(|number| ["--key".to_owned(), bench.key(&format!("n{number}"))]).collect();
    bench.refused(&nine.iter().map(String::as_str).collect::<Vec<_>>(), "key-count");
    assert_eq!(limits::SIGNATURES, 8);
}

#[test]
fn keys_come_from_the_environment_and_standard_input() {
    let bench = Bench::new();
    let key = bench.key("k");
    let expected = bench.built(&["--key", &key]);
    let text = fs::read_to_string(&key).unwrap();
    let output = bench.command(&[]).env("PSP_SIGNING_KEY", text.trim()).output().unwrap();
    assert!(output.status.success());
    assert!(fs::read(bench.path("hello.psp")).unwrap() == expected);
    let input = fs::File::open(&key).unwrap();
    assert!(bench.command(&["--key", "-"]).stdin(input).status().unwrap().success());
    assert!(fs::read(bench.path("hello.psp")).unwrap() == expected);
    assert!(!bench.path("home/.config/psp/dev.key").exists());
    fs::remove_file(bench.path("hello.psp")).unwrap();
    let output = bench.command(&[]).env("PSP_SIGNING_KEY", "secret-but-wrong").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error[key-file]: PSP_SIGNING_KEY is not a secret key"), "{stderr}");
    assert!(!stderr.contains("secret-but-wrong"));
}

#[test]
fn keys_that_cannot_sign() {
    let bench = Bench::new();
    bench.refused(&["--key", "none.key"], "key-read");
    bench.refused(&["--key", "manifest.toml"], "key-file");
    let (first, second) = (bench.key("a"), bench.key("b"));
    bench.refused(&["--key", &first.replace(".key", ".pub")], "key-file");
    fs::copy(second.replace(".key", ".pub"), first.replace(".key", ".pub")).unwrap();
    bench.refused(&["--key", &first], "key-mismatch");
}

#[test]
fn outputs_that_cannot_be_written() {
    let bench = Bench::new();
    let said = bench.refused(&["-o", "app"], "output-invalid");
    assert!(said.contains("error[output-invalid]: app is a directory"), "{said}");
    bench.refused(&["-o", "no/such/x.psp"], "output-invalid");
    bench.refused(&["-o", "/dev/null"], "output-invalid");
    let said = bench.refused(&["-o", "app/hello.psp"], "output-inside");
    assert!(said.contains("exclude = [\"**/hello.psp\"]"), "{said}");
    bench.write(
        "manifest.toml",
        &MANIFEST.replace("source = \"app\"", "source = \"app\"\nexclude = [\"**/*.psp\"]"),
    );
    assert!(bench.build(&["-o", "app/hello.psp"]).status.success());
}

#[test]
fn a_full_disk_leaves_nothing() {
    let bench = Bench::new();
    bench.built(&[]);
    fs::remove_file(bench.path("hello.psp")).unwrap();
    let full = tempfile::Builder::new().prefix("full").tempdir_in("/dev/shm");
    let Ok(full) = full else { return };
    // A limit on the size of files is the full disk that needs no privileges; the signal would hide the error.
    let output = full.path().join("x.psp");
    let script = "trap '' XFSZ; ulimit -f 300; exec \"$0\" build --no-cache -o \"$1\"";
    let run = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_psp")])
        .arg(&output)
        .current_dir(bench.root.path())
        .env("HOME", bench.path("home"))
        .output()
        .unwrap();
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error[output-write]: "), "{stderr}");
    assert_eq!(fs::read_dir(full.path()).unwrap().count(), 0, "{stderr}");
}

#[test]
fn trees_that_cannot_be_packaged() {
    let bench = Bench::new();
    std::os::unix::fs::symlink("/etc/passwd", bench.path("app/abs")).unwrap();
    std::os::unix::fs::symlink("../../x", bench.path("app/lib/up")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bench.path("app/sock")).unwrap();
    let said = bench.refused(&[], "source-link");
    assert!(said.contains("the link `abs` has the absolute target `/etc/passwd`"), "{said}");
    assert!(said.contains("the link `lib/up` leads out of the slot"), "{said}");
    assert!(said.contains("`sock` is a socket") && said.contains("exclude = [\"sock\"]"), "{said}");
    assert!(said.contains("--> manifest.toml:15:10"), "{said}");
}

#[test]
fn an_interrupted_build_leaves_nothing() {
    let bench = Bench::new();
    // Enough incompressible data that the build takes a while at the highest level.
    let mut state = 1u32;
    let noise: Vec<u8> = (0..24 << 20)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 26) as u8
        })
        .collect();
    fs::write(bench.path("app/lib/noise"), noise).unwrap();
    bench.write("hello.psp", "what was there before");
    for signal in ["INT", "TERM"] {
        let mut child = bench.command(&["--level", "22", "--no-cache", "--jobs", "2"]).spawn().unwrap();
        while bench.names().iter().all(|path| !path.to_str().unwrap().ends_with(".new")) {
            assert!(child.try_wait().unwrap().is_none(), "the build ended before it could be interrupted");
            std::thread::yield_now();
        }
        let killed = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let status = child.wait().unwrap();
        let expected = if signal == "INT" { 2 } else { 15 };
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(expected), "{status}");
        assert!(bench.names().iter().all(|path| !path.to_str().unwrap().ends_with(".new")));
        assert_eq!(fs::read_to_string(bench.path("hello.psp")).unwrap(), "what was there before");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read() {
    let bench = Bench::new();
    // A file that grows for as long as it is read: whoever reads it at any time finds another size than before.
    let path = bench.path("app/lib/growing");
    fs::write(&path, "").unwrap();
    // Two of them, as one may be kept waiting.
    let growers = [(); 2].map(|()| {
        let path = path.clone();
        let mut file = fs::File::options().append(true).open(&path).unwrap();
        std::thread::spawn(move || {
            while path.exists() {
                std::io::Write::write_all(&mut file, &[7; 4096]).unwrap();
                if file.metadata().unwrap().size() > 256 << 20 {
                    file.set_len(0).unwrap();
                }
            }
        })
    });
    let said = bench.refused(&["--no-cache"], "source-changed");
    assert!(said.contains("growing changed while it was read"), "{said}");
    fs::remove_file(&path).unwrap();
    growers.into_iter().for_each(|grower| grower.join().unwrap());
}

#[test]
fn packages_are_signed_again() {
    use psp_builder::sign::{detach, embed};
    use psp_format::signature::{Purpose, parse_detached};
    let bench = Bench::new();
    let before = bench.built(&["--key", &bench.key("a")]);
    let path = bench.path("hello.psp");
    let second = psp_builder::keys::SecretKey::read(Path::new(&bench.key("b"))).unwrap();
    let detached = detach(&path, &second, Purpose::NONE, None).unwrap();
    assert_eq!(detached.path, bench.path("hello.psp.sig"));
    let (root, signature) = parse_detached(&fs::read(&detached.path).unwrap()).unwrap();
    assert!(root == parsed(&before).root && signature.verify(&root, 0).is_ok());
    assert!(fs::read(&path).unwrap() == before);
    for count in [2, 2] {
        assert_eq!(embed(&path, &second, Purpose::NONE).unwrap().signature_count, count);
        let after = fs::read(&path).unwrap();
        verified(&after);
        assert_eq!(parsed(&after).root, parsed(&before).root);
        assert!(parsed(&after).signatures.contains(&parsed(&before).signatures[0]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o755);
    }
    let mut broken = fs::read(&path).unwrap();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    fs::write(&path, &broken).unwrap();
    assert!(
        embed(&path, &second, Purpose::NONE).is_err() && detach(&path, &second, Purpose::NONE, None).is_err()
    );
    assert!(fs::read(&path).unwrap() == broken);
}

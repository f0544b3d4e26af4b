//! Real input: a native program, a Python application with its interpreter, a large tree, several programs in one package.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::{World, is_root, lacking, noise, refused, started, text};

use super::support::{lacks_python, left_over, listing, only_entry, run};

/// Debian's static busybox: a native program of many names.
fn busybox() -> Option<PathBuf> {
    let found =
        ["/bin/busybox", "/usr/bin/busybox"].map(PathBuf::from).into_iter().find(|path| path.exists())?;
    let output = Command::new("ldd").arg(&found).output().ok()?;
    (!output.status.success()).then_some(found)
}

#[test]
fn a_native_program_with_several_entry_points_and_slots() {
    let busybox = busybox();
    if lacking("busybox-static", busybox.is_some()) || lacking("root", is_root()) {
        return;
    }
    let world = World::new();
    world.write("data/words.txt", "gamma\nalpha\nbeta\n");
    fs::create_dir_all(world.path("bin")).unwrap();
    fs::copy(busybox.unwrap_or_default(), world.path("bin/busybox")).unwrap();
    let package = world.build(
        "busybox",
        r#"
[package]
name = "busybox"
version = "1.35.0"
description = "Many programs in one"
license = "GPL-2.0-only"
[run]
command = ["{slot:app}/busybox"]
[entry.sorted]
command = ["{slot:app}/busybox", "sort", "{slot:data}/words.txt"]
argv0 = "program"
[entry.shell]
command = ["{slot:app}/busybox", "sh", "-c"]
argv0 = "program"
env.set = { WORDS = "{slot:data}/words.txt" }
[[slot]]
id = "app"
source = "bin"
[[slot]]
id = "data"
source = "data"
codec = "store"
"#,
    );
    let root = world.path("root");
    fs::create_dir(&root).unwrap();
    for name in ["busybox", "sorted", "shell"] {
        fs::copy(&package, root.join(name)).unwrap();
    }
    let start = |name: &str, arguments: &[&str]| {
        let mut command = world.command("chroot");
        command.arg(&root).arg(format!("/{name}")).args(arguments).env("HOME", "/");
        text(&started(&run(&mut command)))
    };
    assert_eq!(start("busybox", &["echo", "native"]), "native\n");
    assert_eq!(start("sorted", &[]), "alpha\nbeta\ngamma\n");
    assert_eq!(
        start("shell", &["while read -r word; do echo $word.; done < $WORDS"]),
        "gamma.\nalpha.\nbeta.\n"
    );
}

/// Copies the C library and the loader, and nothing else, into a chroot.
fn copy_c_library(root: &Path) {
    for name in [
        "libc.so.6",
        "libm.so.6",
        "libdl.so.2",
        "libpthread.so.0",
        "librt.so.1",
        "libutil.so.1",
        "libresolv.so.2",
    ] {
        let from = Path::new("/lib/x86_64-linux-gnu").join(name);
        let to = root.join("lib/x86_64-linux-gnu");
        fs::create_dir_all(&to).unwrap();
        if from.exists() {
            fs::copy(from, to.join(name)).unwrap();
        }
    }
    fs::create_dir_all(root.join("lib64")).unwrap();
    fs::copy("/lib64/ld-linux-x86-64.so.2", root.join("lib64/ld-linux-x86-64.so.2")).unwrap();
}

/// Answers one request on 127.0.0.1; gives the port and what was asked.
fn serve_once() -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut request).unwrap(), 0, "the request ends early");
        }
        let body = "{\"answer\": 42}";
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        request
    });
    (port, server)
}

#[test]
fn httpie_with_its_interpreter_makes_a_request_where_there_is_no_python() {
    if lacks_python() || lacking("root", is_root()) {
        return;
    }
    let world = World::new();
    let manifest = r#"
[package]
name = "http"
version = "3.2.4"
[python]
interpreter = "3.11"
requirements = ["httpie==3.2.4"]
entry = "httpie.__main__:main"
bundle-libs = true
"#;
    let manifest = world.write("httpie.toml", manifest);
    let package = world.path("http.psp");
    // The user's own pip settings and PATH count when building.
    let mut build = Command::new(end_to_end::built("psp"));
    build
        .arg("build")
        .arg(&manifest)
        .arg("-o")
        .arg(&package)
        .env("PSP_BUILD_CACHE_DIR", world.path("build cache"));
    let output = run(build.env("XDG_CONFIG_HOME", world.path("config")));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let root = world.path("root");
    fs::create_dir(&root).unwrap();
    copy_c_library(&root);
    fs::copy(&package, root.join("http")).unwrap();
    let before_entry = |root: &Path| listing(&root.join("cache/v1/slots"));
    let mut seen = Vec::new();
    for attempt in 0..2 {
        let (port, server) = serve_once();
        let mut command = world.command("chroot");
        command
            .arg(&root)
            .args(["/http", "--body", "--ignore-stdin"])
            .arg(format!("http://127.0.0.1:{port}/some/path"));
        // A host that would spoil any Python that listened to it.
        command.env("HOME", "/").env("PSP_CACHE_DIR", "/cache").env("PYTHONHOME", "/nonexistent");
        command
            .env("PYTHONPATH", "/evil")
            .env("PYTHONSTARTUP", "/evil.py")
            .env("PYTHONDONTWRITEBYTECODE", "");
        let output = run(&mut command);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("\"answer\": 42"), "{}", text(&output.stdout));
        assert!(server.join().unwrap().starts_with("GET /some/path HTTP/1.1\r\n"));
        let entries = before_entry(&root);
        if attempt > 0 {
            assert_eq!(entries, seen, "nothing is written into an entry at run time");
        }
        seen = entries;
    }
    // sys.argv[0] is what the user called.
    let mut command = world.command("chroot");
    command.arg(&root).args(["/http", "--version"]).env("HOME", "/").env("PSP_CACHE_DIR", "/cache");
    assert_eq!(text(&started(&run(&mut command))), "3.2.4\n");
}

/// A tree of 6,000 files and about 190 MB: the standard library of the Python that is here, and generated data.
fn large_tree(world: &World) -> Option<PathBuf> {
    let output = Command::new("python3")
        .args(["-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"])
        .output()
        .ok()?;
    let library = PathBuf::from(text(&output.stdout).trim());
    let tree = world.path("large");
    fs::create_dir(&tree).ok()?;
    let copied = Command::new("cp").args(["-rL"]).arg(&library).arg(tree.join("lib")).status().ok()?;
    let _ = fs::remove_dir_all(tree.join("lib/site-packages"));
    let files = listing(&tree).len();
    (copied.success() && files > 500).then_some(())?;
    let random = noise(1 << 20);
    let mut size: u64 = listing(&tree).iter().filter_map(|path| path.metadata().ok()).map(|m| m.len()).sum();
    let mut number = 0;
    while listing_len(files, number) < 6_000 || size < 190_000_000 {
        let directory = tree.join(format!("data/{:02}", number % 40));
        fs::create_dir_all(&directory).ok()?;
        let length = if size < 190_000_000 { 40_000 + number * 7 % 30_000 } else { 10 };
        let start = number * 131 % 900_000;
        // Half of it compresses.
        let mut content = random[start..start + length / 2].to_vec();
        content.extend(
            format!("record {number} of the generated data\n").bytes().cycle().take(length - length / 2),
        );
        fs::write(directory.join(format!("{number}.bin")), &content).ok()?;
        size += content.len() as u64;
        number += 1;
    }
    Some(tree)
}

fn listing_len(files: usize, generated: usize) -> usize {
    files + generated
}

#[test]
fn a_tree_of_six_thousand_files_and_190_megabytes() {
    let world = World::new();
    let tree = large_tree(&world);
    if lacking("a Python with its standard library", tree.is_some()) {
        return;
    }
    let tree = tree.unwrap_or_default();
    world.write_program("tool", end_to_end::probe());
    let manifest = r#"
[package]
name = "large"
version = "1.0.0"
[run]
command = ["{slot:tool}"]
[[slot]]
id = "tool"
source = "tool"
lifecycle = "memory"
[[slot]]
id = "large"
source = "large"
level = 3
"#;
    let package = world.build("large", manifest);
    assert!(run(world.psp().arg("verify").arg(&package)).status.success());
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    let extracted = only_entry(&world.cache()).join("tree");
    let output = run(Command::new("diff").args(["-r", "--no-dereference"]).arg(&tree).arg(&extracted));
    assert!(output.status.success(), "{}", text(&output.stdout));
    assert_eq!(left_over(&world.cache()), Vec::<PathBuf>::new());
    for level in ["stat", "full"] {
        assert_eq!(started(&run(world.command(&package).env("PSP_VERIFY", level))), b"hello\n");
    }
    // The same input gives the same bytes, from another build cache as well.
    let again = world.path("again.psp");
    let mut build = world.psp();
    build
        .arg("build")
        .arg(world.path("large.toml"))
        .arg("-o")
        .arg(&again)
        .env("PSP_BUILD_CACHE_DIR", world.path("other"));
    assert!(run(&mut build).status.success());
    assert!(fs::read(&package).unwrap() == fs::read(&again).unwrap(), "reproducible");
    // One damaged byte in the middle of the data is found before anything is published.
    let mut bytes = fs::read(&package).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&again, bytes).unwrap();
    let mut command = world.command(&again);
    refused(&run(command.env("PSP_CACHE_DIR", world.path("fresh"))), "frame-digest");
    assert_eq!(listing(&world.path("fresh/v1/slots")), Vec::<PathBuf>::new());
    assert_eq!(left_over(&world.path("fresh/v1")), Vec::<PathBuf>::new());
}

//! Writers that are killed or called away in the middle of a large package.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::*;

/// A bench with a package that takes a while to write: `large`.
fn large() -> Bench {
    let bench = bench();
    fs::write(bench.path("blob"), crate::bench::noise(32 << 20)).unwrap();
    bench.write(
        "manifest.toml",
        &(manifest("1.3.0") + "[[slot]]\nid = \"blob\"\nsource = \"blob\"\ncodec = \"store\"\n"),
    );
    bench.done(&["build", "--key", "1.key", "-q", "-o", "large", "--no-cache"]);
    bench
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// Files that are not whole: with their sizes.
fn unfinished(root: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut queue = vec![root.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => queue.push(entry.path()),
                Ok(metadata) if entry.path().to_string_lossy().contains(".new") => {
                    found.push((entry.path(), metadata.len()))
                }
                _ => {}
            }
        }
    }
    found
}

/// Starts a command and stops it when it has written a part of the package, and not all of it.
fn stopped_in_the_middle(bench: &Bench, arguments: &[&str], target: &str) -> Child {
    let child = bench.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while !unfinished(&bench.path(target)).iter().any(|(_, size)| *size > 1 << 20) {
        assert!(Instant::now() < end, "{arguments:?} writes nothing");
        std::thread::yield_now();
    }
    send(&child, "-STOP");
    assert!(!unfinished(&bench.path(target)).is_empty(), "{arguments:?} was stopped too late");
    child
}

/// Whatever happens to it, what was there is there, and the same command once more does it all and leaves nothing behind.
fn interrupted(bench: &Bench, command: &str, signal: &str, number: i32) {
    bench.done(&put(command, NAME, command));
    let arguments = put(command, "large", command);
    let whole = |path: &Path, kept: &BTreeMap<PathBuf, (u32, Vec<u8>)>| {
        let now = tree(path);
        kept.iter().all(|(name, what)| now.get(name) == Some(what))
    };
    let before = tree(&bench.path(command));
    let child = stopped_in_the_middle(bench, &arguments, command);
    send(&child, signal);
    send(&child, "-CONT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(number), "{}", text(&output.stderr));
    if signal == "-KILL" {
        assert!(whole(&bench.path(command), &before), "{command}");
    } else {
        // It has cleaned up.
        let now = tree(&bench.path(command));
        assert!(now == before, "{command}: {:?}", now.keys());
    }
    bench.done(&arguments);
    assert_eq!(unfinished(&bench.path(command)), [], "{command}");
    bench.done(&put(command, NAME, "other"));
    bench.done(&put(command, "large", "other"));
    assert!(tree(&bench.path(command)) == tree(&bench.path("other")), "{command}");
    for path in [command, "other"] {
        fs::remove_dir_all(bench.path(path)).unwrap();
    }
}

#[test]
fn killed_or_called_away() {
    let bench = large();
    for command in COMMANDS {
        for (signal, number) in [("-KILL", 9), ("-INT", 2)] {
            interrupted(&bench, command, signal, number);
        }
    }
}

#[test]
fn a_build_that_is_killed() {
    let bench = large();
    bench.write("build/large", "an earlier one");
    bench.write("build/.large.notes.new", "mine");
    let before = tree(&bench.path("build"));
    let arguments = ["build", "--key", "1.key", "-q", "--no-cache", "-o", "build/large"];
    let child = stopped_in_the_middle(&bench, &arguments, "build");
    send(&child, "-KILL");
    assert_eq!(child.wait_with_output().unwrap().status.signal(), Some(9));
    let now = tree(&bench.path("build"));
    assert!(before.iter().all(|(name, what)| now.get(name) == Some(what)), "{:?}", now.keys());
    bench.done(&arguments);
    assert_eq!(bench.names("build"), [".large.notes.new", "large"]);
    assert!(bytes(bench.path("build/large")) == bytes(bench.path("large")));
}

#[test]
fn called_away_while_another_one_writes() {
    let bench = bench();
    for command in COMMANDS {
        bench.done(&put(command, NAME, command));
        let before = tree(&bench.path(command));
        let directory = fs::File::open(bench.path(command)).unwrap();
        directory.lock().unwrap();
        let child = bench.command(&put(command, NAME, command)).stderr(Stdio::piped()).spawn().unwrap();
        // It has opened the directory, and waits.
        let files = PathBuf::from(format!("/proc/{}/fd", child.id()));
        let is_open = || {
            let entries = fs::read_dir(&files).into_iter().flatten().flatten();
            entries
                .filter_map(|entry| fs::read_link(entry.path()).ok())
                .any(|path| path == fs::canonicalize(bench.path(command)).unwrap())
        };
        while !is_open() {
            std::thread::yield_now();
        }
        send(&child, "-TERM");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(15), "{command}: {}", text(&output.stderr));
        drop(directory);
        assert!(tree(&bench.path(command)) == before, "{command}");
    }
}

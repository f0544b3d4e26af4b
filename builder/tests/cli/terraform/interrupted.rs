//! Writers that are killed or called away in the middle of a large package.

use std::cell::RefCell;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::*;

/// What takes a while to write.
const BLOB_BYTES: u64 = 32 << 20;

/// A bench with a package that takes a while to write: `large`.
fn large() -> Bench {
    let bench = bench();
    fs::write(bench.path("blob"), crate::bench::noise(BLOB_BYTES as usize)).unwrap();
    bench.write(
        "manifest.toml",
        &(manifest("1.3.0") + "[[slot]]\nid = \"blob\"\nsource = \"blob\"\ncodec = \"store\"\n"),
    );
    bench.done(&["build", "--key", "1.key", "-q", "-o", "large", "--no-cache"]);
    bench
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
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

/// True while a part of the package is written, and not all of it.
fn is_in_the_middle(root: &Path) -> bool {
    unfinished(root).iter().any(|(_, size)| (1 << 20..BLOB_BYTES).contains(size))
}

/// Starts a command and stops it when it has written a part of the package, and not all of it. None if it was quicker, which it may
/// be where this process is kept waiting; it is gone then.
fn stopped_in_the_middle(bench: &Bench, arguments: &[&str], target: &str) -> Option<Child> {
    let root = bench.path(target);
    let mut child = bench.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let has_ended = |child: &mut Child| child.try_wait().unwrap().is_some();
    while !is_in_the_middle(&root) && !has_ended(&mut child) {
        std::thread::yield_now();
    }
    if has_ended(&mut child) {
        return None;
    }
    send(&child, Signal::STOP);
    let stat = format!("/proc/{}/stat", child.id());
    while !has_ended(&mut child) && !fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T ")) {
        std::thread::yield_now();
    }
    if is_in_the_middle(&root) {
        return Some(child);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// As often as it takes; what must be there before is made anew each time.
fn stopped(bench: &Bench, arguments: &[&str], target: &str, prepare: impl Fn()) -> Child {
    for _ in 0..50 {
        let _ = fs::remove_dir_all(bench.path(target));
        prepare();
        if let Some(child) = stopped_in_the_middle(bench, arguments, target) {
            return child;
        }
    }
    panic!("{arguments:?} is always quicker");
}

/// Whatever happens to it, what was there is there, and the same command once more does it all and leaves nothing behind.
fn interrupted(bench: &Bench, command: &str, signal: Signal) {
    let arguments = put(command, "large", command);
    let before = RefCell::default();
    let child = stopped(bench, &arguments, command, || {
        bench.done(&put(command, NAME, command));
        before.replace(tree(&bench.path(command)));
    });
    let before = before.take();
    send(&child, signal);
    send(&child, Signal::CONT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(signal.as_raw()), "{}", text(&output.stderr));
    let now = tree(&bench.path(command));
    if signal == Signal::KILL {
        assert!(before.iter().all(|(name, what)| now.get(name) == Some(what)), "{command}");
    } else {
        // It has cleaned up.
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
        for signal in [Signal::KILL, Signal::INT] {
            interrupted(&bench, command, signal);
        }
    }
}

#[test]
fn a_build_that_is_killed() {
    let bench = large();
    let arguments = ["build", "--key", "1.key", "-q", "--no-cache", "-o", "build/large"];
    let child = stopped(&bench, &arguments, "build", || {
        bench.write("build/large", "an earlier one");
        bench.write("build/.large.notes.new", "mine");
    });
    send(&child, Signal::KILL);
    assert_eq!(child.wait_with_output().unwrap().status.signal(), Some(9));
    for (name, said) in [("build/large", "an earlier one"), ("build/.large.notes.new", "mine")] {
        assert_eq!(fs::read_to_string(bench.path(name)).unwrap(), said);
    }
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
        send(&child, Signal::TERM);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(15), "{command}: {}", text(&output.stderr));
        drop(directory);
        assert!(tree(&bench.path(command)) == before, "{command}");
    }
}

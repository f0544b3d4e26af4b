//! What others put into a directory, and who writes to it at the same time.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

fn claim(path: &Path) -> Directory {
    Directory::claim(path, &Interrupt::default()).unwrap()
}

fn put(directory: &Directory, relative: &str, bytes: &[u8]) -> Result<(), OutputError> {
    Unfinished::of::<OutputError>(directory, Path::new(relative), bytes)?.publish()
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("a/b");
    let directory = claim(&root);
    for content in ["one", "two"] {
        put(&directory, "x/y/file", content.as_bytes()).unwrap();
        assert_eq!(directory.read(Path::new("x/y/file"), 10).unwrap().unwrap(), content.as_bytes());
    }
    assert_eq!(fs::metadata(root.join("x/y/file")).unwrap().permissions().mode() & 0o7777, 0o644);
    assert_eq!(names(&root.join("x/y")), ["file"]);
    let digest = hex(&Sha256::digest("two"));
    for (size, digest, expected) in [(3, &*digest, true), (4, &digest, false), (3, &digest[1..], false)] {
        assert_eq!(directory.is_same(Path::new("x/y/file"), size, digest).unwrap(), Some(expected));
    }
    assert_eq!(directory.is_same(Path::new("x/none"), 3, &digest).unwrap(), None);
    assert_eq!(directory.read(Path::new("x/y/file"), 1).unwrap().unwrap(), b"tw");
    assert!(directory.open(Path::new("../b/x/y/file")).is_err() && directory.open(&root).is_err());
    // One that is not published is not there, and what was made for it goes unless it is kept.
    drop(Unfinished::of::<OutputError>(&directory, Path::new("x/z/other"), b"").unwrap());
    drop(directory);
    assert!(root.join("x/y/file").exists() && !root.join("x/z").exists());
    drop(claim(&folder.path().join("c/d")));
    assert!(!folder.path().join("c").exists());
    let kept = claim(&folder.path().join("c/d"));
    kept.keep();
    drop(kept);
    assert!(folder.path().join("c/d").exists());
}

#[test]
fn links_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("file"), "theirs").unwrap();
    let directory = claim(&root);
    directory.keep();
    symlink(&outside, root.join("up")).unwrap();
    symlink(outside.join("later"), root.join("dangling")).unwrap();
    symlink("dangling", root.join("again")).unwrap();
    assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
    for path in ["up/file", "dangling", "again", "up", "pipe", "."] {
        assert!(matches!(directory.open(Path::new(path)), Err(FindError::Irregular)), "{path}");
    }
    assert!(put(&directory, "up/file", b"ours").is_err() && put(&directory, "up/new/file", b"").is_err());
    directory.remove_file(Path::new("up/file"));
    assert!(directory.names(Path::new("up")).is_empty());
    // Where the link itself is, a file takes its place.
    put(&directory, "dangling", b"ours").unwrap();
    assert_eq!(fs::read(root.join("dangling")).unwrap(), b"ours");
    assert_eq!(
        (names(&outside), fs::read(outside.join("file")).unwrap()),
        (vec!["file".to_owned()], b"theirs".to_vec())
    );
}

#[test]
fn only_left_overs_go() {
    let folder = tempfile::tempdir().unwrap();
    let directory = claim(folder.path());
    let left = temporary_name().unwrap();
    fs::create_dir_all(folder.path().join(&left).join("deep")).unwrap();
    fs::write(folder.path().join(temporary_name().unwrap()), "half").unwrap();
    let kept = [".new", ".notes.new", ".psp-.new", ".psp-0123456789abcde.new", ".psp-0123456789abcdeF.new"];
    for name in kept {
        fs::write(folder.path().join(name), "mine").unwrap();
    }
    directory.remove_left_overs(Path::new(""));
    assert_eq!(names(folder.path()), kept);
}

#[test]
fn one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let first = claim(&root);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let second = claim(&root);
            assert!(is_done.load(Ordering::SeqCst), "it waits");
            // The first one has removed what it had made: this is another directory.
            put(&second, "file", b"second").unwrap();
        });
        // Somebody who waits can be called away.
        let interrupt = Interrupt::default();
        interrupt.ask(2);
        assert!(matches!(Directory::claim(&root, &interrupt), Err(ClaimError::Interrupted)));
        is_done.store(true, Ordering::SeqCst);
        drop(first);
        second.join().unwrap();
    });
    assert_eq!(names(&root), ["file"]);
}

#[test]
fn what_cannot_be_claimed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    symlink("nowhere", folder.path().join("link")).unwrap();
    for path in ["file", "file/below", "link"] {
        match Directory::claim(&folder.path().join(path), &Interrupt::default()) {
            Err(ClaimError::Output(OutputError::NotDirectory { .. })) => {}
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(Directory::claim(Path::new(""), &Interrupt::default()).is_err());
    assert_eq!(names(folder.path()), ["file", "link"]);
}

//! Real directories, scanned.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::target::Target;

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).unwrap();
    }
    fs::write(path, content).unwrap();
}

fn rules(include: &[&str], exclude: &[&str], exec: &[&str]) -> Rules {
    let own = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
    Rules::new(own(include), own(exclude), own(exec), Symlinks::Keep, &Target::native()).unwrap()
}

fn keep() -> Rules {
    rules(&[], &[], &[])
}

fn follow() -> Rules {
    let mut rules = keep();
    rules.symlinks = Symlinks::Follow;
    rules
}

/// The tree as one line an entry: `d dir`, `f file`, `x executable`, `l link -> target`, `h name = first`.
fn listing(tree: &Tree) -> Vec<String> {
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let line = |entry: &Entry| match &entry.node {
        Node::Directory => format!("d {}", text(&entry.path)),
        Node::File { executable: false, .. } => format!("f {}", text(&entry.path)),
        Node::File { .. } => format!("x {}", text(&entry.path)),
        Node::Symlink { target } => format!("l {} -> {}", text(&entry.path), text(target)),
        Node::Hardlink { entry: first } => {
            format!("h {} = {}", text(&entry.path), text(&tree.entries[*first as usize].path))
        }
    };
    tree.entries.iter().map(line).collect()
}

fn check(root: &Path, rules: &Rules, expected: &[&str]) -> Tree {
    let tree = scan(root, rules).unwrap_or_else(|error| panic!("{error}: {:?}", error.problems));
    assert_eq!(listing(&tree), expected);
    tree
}

fn refused(root: &Path, rules: &Rules, expected: &[(&str, &str)]) {
    let error = scan(root, rules).expect_err("must be refused");
    let found: Vec<_> =
        error.problems.iter().map(|problem| (problem.code().code, problem.to_string())).collect();
    let expected: Vec<_> = expected.iter().map(|(code, message)| (*code, (*message).to_owned())).collect();
    assert_eq!(found, expected);
}

fn tree() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn sorted_by_bytes_with_empty_directories_and_execute_bits() {
    let dir = tree();
    for path in ["a/x", "a.b", "a-b", "a/y/z", "sp ace'\"", "new\nline"] {
        write(dir.path(), path, path);
    }
    fs::create_dir_all(dir.path().join("empty/inner")).unwrap();
    fs::set_permissions(dir.path().join("a/x"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
    let expected = [
        "d a",
        "f a-b",
        "f a.b",
        "x a/x",
        "d a/y",
        "f a/y/z",
        "d empty",
        "d empty/inner",
        "f new\nline",
        "f sp ace'\"",
        "f \u{fffd}",
    ];
    let tree = check(dir.path(), &keep(), &expected);
    assert_eq!(tree.data_size(), "a/xa.ba-ba/y/zsp ace'\"new\nline".len() as u64);
    assert_eq!(tree.find(b"a/y/z"), Some(5));
}

#[test]
fn a_single_file() {
    let dir = tree();
    write(dir.path(), "bin/tool", "x");
    let tree = check(&dir.path().join("bin/tool"), &keep(), &["f tool"]);
    assert!(tree.single_file);
    assert_eq!(tree.location(&tree.entries[0]), dir.path().join("bin/tool"));
    check(&dir.path().join("bin/tool"), &rules(&[], &[], &["tool"]), &["x tool"]);
}

#[test]
fn hard_links_share_bits() {
    let dir = tree();
    write(dir.path(), "b/first", "same");
    fs::hard_link(dir.path().join("b/first"), dir.path().join("c")).unwrap();
    fs::hard_link(dir.path().join("b/first"), dir.path().join("a")).unwrap();
    check(dir.path(), &keep(), &["f a", "d b", "h b/first = a", "h c = a"]);
    check(dir.path(), &rules(&[], &[], &["c"]), &["x a", "d b", "h b/first = a", "h c = a"]);
    check(dir.path(), &rules(&[], &["a"], &[]), &["d b", "f b/first", "h c = b/first"]);
}

#[test]
fn include_exclude_exec() {
    let dir = tree();
    for path in ["lib/a.py", "lib/a.pyc", "lib/tests/t.py", "bin/run", "doc/x.txt"] {
        write(dir.path(), path, path);
    }
    fs::create_dir(dir.path().join("var")).unwrap();
    let all = ["d bin", "f bin/run", "d doc", "f doc/x.txt", "d lib", "f lib/a.py", "d lib/tests"];
    let check = |include: &[&str], exclude: &[&str], exec: &[&str], expected: &[&str], idle: &[&str]| {
        let tree = check(dir.path(), &rules(include, exclude, exec), expected);
        assert_eq!(tree.idle_patterns, idle);
    };
    check(&[], &["**/*.pyc", "**/tests/*", "var"], &[], &all, &[]);
    let kept = ["d bin", "x bin/run", "d lib", "f lib/a.py", "f lib/a.pyc"];
    check(&[], &["**/tests/**", "doc/**", "v*/"], &["bin/*"], &kept, &[]);
    check(&[], &["lib", "doc", "var"], &[], &["d bin", "f bin/run"], &[]);
    check(&["lib"], &["**/tests"], &[], &["d lib", "f lib/a.py", "f lib/a.pyc"], &[]);
    check(
        &["**/*.py", "var"],
        &[],
        &[],
        &["d lib", "f lib/a.py", "d lib/tests", "f lib/tests/t.py", "d var"],
        &[],
    );
    check(&["*.py"], &["*.x"], &["b"], &[], &["include \"*.py\"", "exec \"b\""]);
}

#[test]
fn links_are_made_canonical() {
    let dir = tree();
    write(dir.path(), "d/e/file", "x");
    for (link, target) in [
        ("l1", "d/e/file"),
        ("l2", "./d//e/file"),
        ("l3", "d/e/../e/file"),
        ("d/up", ".."),
        ("d/e/up", "../../d"),
        ("d/self", "."),
        ("dangling", "no/such"),
    ] {
        symlink(target, dir.path().join(link)).unwrap();
    }
    let expected = [
        "d d",
        "d d/e",
        "f d/e/file",
        "l d/e/up -> ../../d",
        "l d/self -> .",
        "l d/up -> ..",
        "l dangling -> no/such",
        "l l1 -> d/e/file",
        "l l2 -> d/e/file",
        "l l3 -> d/e/file",
    ];
    check(dir.path(), &keep(), &expected);
}

#[test]
fn links_that_leave_are_refused() {
    let dir = tree();
    write(dir.path(), "d/file", "x");
    for (link, target) in [
        ("a", "/etc/passwd"),
        ("b", "../x"),
        ("c", "d/../../x"),
        ("d/up", "../.."),
        ("e", "."),
        ("f", "e/../x"),
        ("g", "nowhere/../x"),
    ] {
        symlink(target, dir.path().join(link)).unwrap();
    }
    let expected = [
        ("source-link", "the link `a` has the absolute target `/etc/passwd`"),
        ("source-link", "the link `b` leads out of the slot, to `../x`"),
        ("source-link", "the link `c` leads out of the slot, to `d/../../x`"),
        ("source-link", "the link `d/up` leads out of the slot, to `../..`"),
        ("source-link", "the link `f` leads out of the slot, to `e/../x`"),
        ("source-link", "the link `g` leads out of the slot, to `nowhere/../x`"),
    ];
    refused(dir.path(), &keep(), &expected);
}

#[test]
fn links_are_followed() {
    let dir = tree();
    let outside = tree();
    write(outside.path(), "real/data", "x");
    symlink(outside.path().join("real"), dir.path().join("l")).unwrap();
    symlink("l/data", dir.path().join("m")).unwrap();
    check(dir.path(), &follow(), &["d l", "f l/data", "f m"]);
    symlink("..", outside.path().join("real/up")).unwrap();
    symlink("nowhere", dir.path().join("n")).unwrap();
    let circle = "the link `l/up/real/up` leads back to a directory above it and cannot be followed";
    let dangling = "the link `n` leads nowhere and cannot be followed";
    refused(dir.path(), &follow(), &[("source-follow", circle), ("source-follow", dangling)]);
}

#[test]
fn what_no_slot_can_hold() {
    let dir = tree();
    let _listener = UnixListener::bind(dir.path().join("sock\x1b[31m")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        dir.path().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    write(dir.path(), "suid", "x");
    fs::set_permissions(dir.path().join("suid"), fs::Permissions::from_mode(0o4755)).unwrap();
    let expected = [
        ("source-special", "`pipe` is a named pipe"),
        ("source-special", "`sock\\u{1b}[31m` is a socket"),
        ("source-set-id", "`suid` is set-user-id or set-group-id (mode 4755)"),
    ];
    refused(dir.path(), &keep(), &expected);
    check(dir.path(), &rules(&[], &["pipe", "so*", "suid"], &[]), &[]);
    let missing = dir.path().join("no");
    refused(&missing, &keep(), &[("source-missing", &format!("{} does not exist", missing.display()))]);
}

#[test]
fn case_matters_where_the_target_says_so() {
    let dir = tree();
    for path in ["Readme", "README", "b"] {
        write(dir.path(), path, path);
    }
    check(dir.path(), &keep(), &["f README", "f Readme", "f b"]);
    let mut folding = keep();
    folding.folds_case = true;
    let message = "`Readme` and `README` are one name on the target's file systems";
    refused(dir.path(), &folding, &[("source-case", message)]);
}

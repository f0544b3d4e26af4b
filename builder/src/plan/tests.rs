//! Paths as the system would follow them, and what a survey says of real programs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::resolve::resolve;
use super::*;
use crate::diagnostic::Diagnostic;
use crate::interrupt::Interrupt;
use crate::manifest::Symlinks;

fn tree(root: &Path) -> Tree {
    let rules = Rules::new(vec![], vec![], vec![], Symlinks::Keep, &Target::native()).unwrap();
    scan(root, &rules).unwrap_or_else(|error| panic!("{:?}", error.problems))
}

#[test]
fn paths_are_followed() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("lib/deep")).unwrap();
    fs::write(root.join("lib/deep/file"), "x").unwrap();
    fs::hard_link(root.join("lib/deep/file"), root.join("zlast")).unwrap();
    for (link, target) in [
        ("a", "lib/deep/file"),
        ("lib/up", "../a"),
        ("lib/root", ".."),
        ("d", "lib/deep"),
        ("lib/here", "."),
        ("loop1", "loop2"),
        ("loop2", "loop1"),
        ("nowhere", "no/such"),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    let tree = tree(root);
    let check = |path: &str, expected: Result<Option<&str>, &str>| {
        let found = resolve(&tree, path.as_bytes());
        let found = found.map(|at| at.map(|at| String::from_utf8_lossy(&tree.entries[at].path).into_owned()));
        let found = found.map_err(|missing| String::from_utf8_lossy(&missing).into_owned());
        assert_eq!(found, expected.map(|at| at.map(str::to_owned)).map_err(str::to_owned), "{path}");
    };
    check("", Ok(None));
    check("lib", Ok(Some("lib")));
    for path in ["lib/deep/file", "a", "lib/up", "d/file", "lib/root/a", "lib/here/here/up", "zlast"] {
        check(path, Ok(Some("lib/deep/file")));
    }
    check("lib/root", Ok(None));
    check("d", Ok(Some("lib/deep")));
    check("nowhere", Err("no"));
    check("a/x", Err("lib/deep/file/"));
    check("lib/x", Err("lib/x"));
    assert!(resolve(&tree, b"loop1").is_err());
}

fn options(target: &str) -> Options {
    Options {
        base_dir: PathBuf::from("/"),
        target: Target::parse(target).unwrap(),
        level: None,
        output: PathBuf::from("/nowhere/x.psp"),
        glibc_floor: GlibcVersion::parse("2.2.5"),
        nonportable: Nonportable::Refused,
    }
}

/// A package of this test program itself, which the linker made for this machine.
fn survey_of_self(target: &str) -> Result<Plan, PlanErrors> {
    let program = std::env::current_exe().unwrap();
    let text = format!(
        "[package]\nname = \"self\"\nversion = \"1.0.0\"\n[run]\ncommand = [\"{{slot:app}}\"]\n[[slot]]\nid = \"app\"\nsource = {program:?}\n"
    );
    let manifest = Manifest::parse(Path::new("m.toml"), &text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let (progress, variables) = (crate::progress::Progress::default(), BTreeMap::new());
    let staging = Staging {
        interrupt: &Interrupt::default(),
        work_dir: Path::new("/"),
        cache_dir: None,
        cache: None,
        jobs: 1,
        environment: &variables,
        progress: &progress,
    };
    let allowed = Options { nonportable: Nonportable::Allowed, ..options(target) };
    assert!(make(&manifest, &allowed, &staging).is_ok_and(|plan| !plan.notices.is_empty()));
    make(&manifest, &options(target), &staging)
}

#[test]
fn native_files_are_held_against_the_target() {
    let check = |target: &str, code: &str| match survey_of_self(target) {
        Ok(_) => panic!("{target} was accepted"),
        Err(PlanErrors(errors)) => {
            assert_eq!(errors[0].code().code, code, "{target}: {}", errors[0]);
            assert!(errors[0].help().contains("--allow-nonportable"));
        }
    };
    check("aarch64-linux", "native-wrong-target");
    check("x86_64-linux-musl", "native-wrong-target");
    check("x86_64-linux", "native-glibc-too-new");
}

//! Slots that live otherwise than in the cache, setup, and state.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use end_to_end::{World, probe, refused, started, strings, text};

use super::support::{finish, left_over, listing, run, start_waiting};

#[test]
fn a_temporary_slot_is_fresh_for_each_start_and_removed_by_the_next() {
    let world = World::new();
    world.write_program("tool", probe());
    world.write("data/file.txt", "original");
    let package = world.build(
        "temporary",
        r#"
[package]
name = "temporary"
version = "1.0.0"
[run]
command = ["{slot:tool}"]
[entry.where]
command = ["{slot:tool}", "args", "{slot:data}"]
[entry.change]
command = ["{slot:tool}", "write", "{slot:data}/file.txt", "changed"]
[entry.read]
command = ["{slot:tool}", "cat", "{slot:data}/file.txt"]
[[slot]]
id = "tool"
source = "tool"
[[slot]]
id = "data"
source = "data"
lifecycle = "temporary"
"#,
    );
    let start = |entry: &str| started(&run(world.command(&package).env("PSP_ENTRY", entry)));
    let first = strings(&start("where"))[2].clone();
    let second = strings(&start("where"))[2].clone();
    assert_ne!(first, second);
    assert!(!PathBuf::from(&first).exists(), "removed by the next start");
    start("change");
    assert_eq!(start("read"), b"original");
    // A running program keeps its copy, whoever starts and ends meanwhile.
    let child = start_waiting(&mut world.command(&package));
    let held = left_over(&world.cache()).len();
    assert!(held > 0);
    start("read");
    start("read");
    let copies: Vec<_> = fs::read_dir(world.cache().join("work")).unwrap().flatten().collect();
    assert_eq!(copies.len(), 2, "the running one's and the last one's: {copies:?}");
    finish(child);
    start("read");
    let copies: Vec<_> = fs::read_dir(world.cache().join("work")).unwrap().flatten().collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
}

#[test]
fn a_memory_slot_runs_without_touching_the_disk() {
    let world = World::new();
    world.write_program("tool", probe());
    let package = world.build(
        "memory",
        "[package]\nname = \"memory\"\nversion = \"1.0.0\"\n[run]\ncommand = [\"{slot:app}\"]\n[[slot]]\nid = \"app\"\nsource = \"tool\"\nlifecycle = \"memory\"\n",
    );
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    let bare = started(&run(world.command(world.path("tool")).arg("descriptors")));
    assert_eq!(started(&run(world.command(&package).arg("descriptors"))), bare);
    assert!(!world.path("home/.cache/psp").exists());
}

#[test]
fn a_lazy_slot_is_extracted_when_an_entry_names_it() {
    let world = World::new();
    world.write_program("tool", probe());
    world.write("docs/manual.txt", "read me");
    let package = world.build(
        "lazy",
        r#"
[package]
name = "lazy"
version = "1.0.0"
[run]
command = ["{slot:tool}"]
[entry.manual]
command = ["{slot:tool}", "cat", "{slot:docs}/manual.txt"]
[[slot]]
id = "tool"
source = "tool"
[[slot]]
id = "docs"
source = "docs"
lifecycle = "lazy"
"#,
    );
    let has_manual = || listing(&world.cache()).iter().any(|path| path.ends_with("manual.txt"));
    started(&run(&mut world.command(&package)));
    assert!(!has_manual());
    assert_eq!(started(&run(world.command(&package).env("PSP_ENTRY", "manual"))), b"read me");
    assert!(has_manual());
}

const SETUP: &str = r#"
[package]
name = "setup"
version = "1.0.0"
[run]
command = ["{slot:app}/show", "{prepared}"]
host = ["cat"]
[[setup]]
command = ["{slot:app}/prepare", "{prepared}"]
[[slot]]
id = "app"
source = "tree"
"#;

#[test]
fn setup_runs_once_where_its_result_stays() {
    let world = World::new();
    world.write_program(
        "tree/prepare",
        "#!/bin/sh\nset -e\necho ran >> \"$HOME/log\"\necho told\ntest -z \"$(cat)\"\necho \"$1/file\" > \"$1/file\"\numask > \"$1/umask\"\n",
    );
    world.write_program("tree/show", "#!/bin/sh\ncat \"$1/file\"\n");
    let package = world.build("setup", SETUP);
    let first = run(&mut world.command(&package));
    assert_eq!(text(&first.stderr), "told\n", "standard output of a setup goes to standard error");
    let path = text(&first.stdout);
    assert!(first.status.success() && PathBuf::from(path.trim()).exists(), "{path}");
    assert_eq!(text(&started(&run(&mut world.command(&package)))), path);
    assert_eq!(fs::read_to_string(world.path("home/log")).unwrap(), "ran\n");
}

#[test]
fn a_setup_that_fails_is_tried_again_and_leaves_nothing() {
    let world = World::new();
    world.write_program(
        "tree/prepare",
        "#!/bin/sh\necho half > \"$1/half\"\ntest -e \"$HOME/ready\" || exit 3\n",
    );
    world.write_program("tree/show", "#!/bin/sh\nls \"$1\"\n");
    let package = world.build("setup", SETUP);
    for _ in 0..2 {
        let line = refused(&run(&mut world.command(&package)), "setup-failed");
        assert!(line.contains("setup command 1: exit code 3"), "{line}");
        let left = listing(&world.cache().join("prepared"));
        assert!(left.iter().all(|path| !path.ends_with("half")), "{left:?}");
    }
    world.write("home/ready", "");
    assert_eq!(started(&run(&mut world.command(&package))), b"half\n");
}

#[test]
fn state_survives_upgrades_and_belongs_to_name_and_key() {
    let world = World::new();
    world.write_program("tool", probe());
    let manifest = |name: &str, version: &str| {
        format!(
            r#"
[package]
name = "{name}"
version = "{version}"
[run]
command = ["{{slot:tool}}", "args", "{{state}}"]
[[slot]]
id = "tool"
source = "tool"
"#
        )
    };
    let state = |name: &str, version: &str| {
        let package = world.build(&format!("{name}-{version}"), &manifest(name, version));
        strings(&started(&run(&mut world.command(&package))))[2].clone()
    };
    let first = state("app", "1.0.0");
    assert!(
        first.starts_with(&world.path("home/.local/state/psp/app-").to_string_lossy().into_owned()),
        "{first}"
    );
    assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(state("app", "2.0.0"), first);
    assert_ne!(state("other", "1.0.0"), first);
    let package = world.path("app-1.0.0.psp");
    let mut command = world.command(&package);
    command.env_remove("HOME").env("PSP_CACHE_DIR", world.path("home/.cache/psp"));
    refused(&run(&mut command), "state-unavailable");
}

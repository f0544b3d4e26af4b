//! What a started program sees: as if it had been started itself.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use end_to_end::{PROBE_MANIFEST, World, is_root, lacking, probe, refused, started, strings, text};

use super::support::{finish, run, start_waiting};

#[test]
fn a_package_starts_silently_and_twice() {
    let world = World::new();
    let package = world.probe_package();
    for _ in 0..2 {
        assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    }
}

#[test]
fn arguments_and_environment_pass_as_they_are() {
    let world = World::new();
    let package = world.probe_package();
    let odd = OsStr::from_bytes(b"not utf-8: \xff\xfe");
    let output = run(world.command(&package).arg("args").arg("").arg("a b").arg(odd));
    let list = started(&output);
    assert!(list.ends_with(b"args\0\0a b\0not utf-8: \xff\xfe\0"), "{list:?}");
    let output = run(world.command(&package).arg("env").env("ODD", odd).env("PSP_ENTRY", ""));
    let environment = started(&output);
    assert!(environment.windows(15).any(|window| window == b"ODD=not utf-8: "), "{environment:?}");
    let environment = strings(&environment);
    assert!(environment.contains(&format!("PSP_PACKAGE={}", package.display())), "{environment:?}");
    assert!(environment.contains(&"PSP_VERSION=1.2.3".into()));
    assert!(environment.iter().all(|entry| !entry.starts_with("PSP_ENTRY")));
    assert_eq!(environment.len(), 6, "HOME, PATH, TMPDIR, ODD and two of the launcher's: {environment:?}");
}

#[test]
fn the_name_it_was_called_by_is_kept_also_through_a_link() {
    let world = World::new();
    let package = world.probe_package();
    let link = world.path("another name");
    symlink(&package, &link).unwrap();
    let list = strings(&started(&run(world.command(&link).arg("args"))));
    assert_eq!(list[0], link.to_string_lossy());
    let list = strings(&started(&run(world
        .command("bash")
        .args(["-c", "exec -a 'my name' \"$0\" args"])
        .arg(&package))));
    assert_eq!(list[0], "my name");
}

#[test]
fn exit_code_and_signal_are_the_programs() {
    let world = World::new();
    let package = world.probe_package();
    for code in [0, 1, 42, 255] {
        assert_eq!(run(world.command(&package).args(["exit", &code.to_string()])).status.code(), Some(code));
    }
    for signal in [15, 9, 11] {
        assert_eq!(
            run(world.command(&package).args(["signal", &signal.to_string()])).status.signal(),
            Some(signal)
        );
    }
}

#[test]
fn it_is_the_same_process_with_the_same_descriptors_directory_and_umask() {
    let world = World::new();
    let package = world.probe_package();
    for _ in 0..2 {
        let child = world.command(&package).arg("pid").stdout(Stdio::piped()).spawn().unwrap();
        let id = child.id();
        assert_eq!(text(&child.wait_with_output().unwrap().stdout), format!("{id}\n"));
        let bare = started(&run(world.command(world.path("tree/bin/probe")).arg("descriptors")));
        assert_eq!(started(&run(world.command(&package).arg("descriptors"))), bare);
        let output = run(world.command(&package).arg("cwd").current_dir(world.path("home")));
        assert_eq!(text(&started(&output)), format!("{}\n", world.path("home").display()));
        let output = run(world.command("sh").args(["-c", "umask 027; exec ./hello.psp umask"]));
        assert_eq!(text(&started(&output)), "0027\n");
    }
}

#[test]
fn closed_streams_and_a_deleted_directory_are_no_obstacle() {
    let world = World::new();
    let package = world.probe_package();
    for warm in [false, true] {
        let script = "\"$0\" exit 7 <&- >&- 2>&-";
        let output = run(world.command("sh").args(["-c", script]).arg(&package));
        assert_eq!(output.status.code(), Some(7), "warm: {warm}");
        let script = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" exit 8";
        let output = run(world.command("sh").args(["-c", script]).arg(&package));
        assert_eq!(output.status.code(), Some(8), "warm: {warm}");
        let descriptors = |program: &std::path::Path| {
            run(world.command("sh").args(["-c", "\"$0\" descriptors <&- 2>&-"]).arg(program)).stdout
        };
        let bare = descriptors(&world.path("tree/bin/probe"));
        assert_eq!(text(&descriptors(&package)), text(&bare), "no descriptor takes a closed one's place");
    }
}

#[test]
fn a_path_with_spaces_quotes_and_other_bytes_works() {
    let world = World::new();
    let package = world.probe_package();
    let directory = world.path(OsStr::from_bytes(b"it's \"odd\" \xff \n here"));
    fs::create_dir(&directory).unwrap();
    let moved = directory.join("a $(b) 'c'");
    fs::copy(&package, &moved).unwrap();
    let mut command = world.command(&moved);
    command.env("PSP_CACHE_DIR", directory.join("my cache"));
    for _ in 0..2 {
        assert_eq!(started(&run(&mut command)), b"hello\n");
    }
}

#[test]
fn a_package_that_may_not_be_read_says_so() {
    let world = World::new();
    let package = world.probe_package();
    if lacking("root", is_root()) {
        return;
    }
    fs::set_permissions(&package, fs::Permissions::from_mode(0o711)).unwrap();
    let mut command = world.command("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&package)
        .env("HOME", "/nonexistent");
    let line = refused(&run(&mut command), "package-unreadable");
    assert!(line.contains("chmod a+r"), "{line}");
}

#[test]
fn without_a_home_the_cache_is_a_private_directory_of_the_users() {
    let world = World::new();
    let package = world.probe_package();
    let temporary = world.path("tmp");
    for _ in 0..2 {
        let mut command = world.command(&package);
        command.env_remove("HOME");
        assert_eq!(started(&run(&mut command)), b"hello\n");
    }
    let made: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].metadata().unwrap().permissions().mode() & 0o7777, 0o700);
}

#[test]
fn a_preloaded_library_reaches_the_program_and_not_the_stub() {
    let world = World::new();
    let package = world.probe_package();
    let output = run(world.command(&package).arg("env").env("LD_PRELOAD", "/nonexistent/evil.so"));
    assert!(strings(&started(&output)).contains(&"LD_PRELOAD=/nonexistent/evil.so".into()));
}

#[test]
fn it_starts_in_an_empty_chroot() {
    let world = World::new();
    let package = world.probe_package();
    if lacking("root", is_root()) {
        return;
    }
    let root = world.path("root");
    fs::create_dir(&root).unwrap();
    fs::copy(&package, root.join("only")).unwrap();
    for home in [Some("/"), None] {
        for _ in 0..2 {
            let mut command = world.command("chroot");
            command.arg(&root).args(["/only", "args"]).env_remove("HOME");
            if let Some(home) = home {
                command.env("HOME", home);
            }
            assert_eq!(strings(&started(&run(&mut command))), ["/only", "args"]);
        }
    }
}

#[test]
fn entry_points_are_chosen_by_name_or_variable() {
    let world = World::new();
    world.probe_tree();
    let manifest = format!(
        "{PROBE_MANIFEST}\n[entry.admin]\ncommand = [\"{{slot:app}}/bin/probe\", \"args\", \"as admin\"]\n"
    );
    let package = world.build("multi", &manifest);
    let admin = world.path("admin");
    fs::copy(&package, &admin).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    assert_eq!(strings(&started(&run(&mut world.command(&admin))))[1..], ["args", "as admin"]);
    let output = run(world.command(&package).env("PSP_ENTRY", "admin").arg("x"));
    assert_eq!(strings(&started(&output))[1..], ["args", "as admin", "x"]);
    let line = refused(&run(world.command(&package).env("PSP_ENTRY", "admim")), "entry-unknown");
    assert!(line.contains("admim") && line.contains("admin"), "{line}");
}

#[test]
fn several_slots_arguments_directory_and_environment_are_filled_in() {
    let world = World::new();
    world.write_program("bin/tool", probe());
    world.write("data/sub/x.txt", "x");
    world.write("one file.json", "{}");
    let package = world.build(
        "several",
        r#"
[package]
name = "several"
version = "0.1.0"
[run]
command = ["{slot:tool}", "args", "--data={slot:data}/sub", "{package.name} {package.version}", "{{literal}}"]
cwd = "{slot:data}/sub"
env.pass = ["HOME", "PATH", "KEEP*", "OLD", "DROP"]
env.unset = ["D?OP"]
env.map = { NEW = "OLD" }
env.prepend = { PATH = "{slot:data}/bin" }
env.set = { CONFIG = "{slot:config}" }
[entry.env]
command = ["{slot:tool}", "env"]
[entry.cwd]
command = ["{slot:tool}", "cwd"]
[[slot]]
id = "tool"
source = "bin/tool"
[[slot]]
id = "data"
source = "data"
[[slot]]
id = "config"
source = "one file.json"
codec = "store"
"#,
    );
    let list = strings(&started(&run(world.command(&package).arg("mine"))));
    assert!(list[2].starts_with("--data=/") && list[2].ends_with("/tree/sub"), "{list:?}");
    assert_eq!(list[3..], ["several 0.1.0", "{literal}", "mine"]);
    let mut command = world.command(&package);
    command.env("PSP_ENTRY", "env").env("KEEP_IT", "1").env("OLD", "o").env("DROP", "d").env("OTHER", "x");
    let environment = strings(&started(&run(&mut command)));
    let value = |name: &str| {
        environment.iter().find_map(|entry| entry.strip_prefix(&format!("{name}="))).unwrap_or("-")
    };
    assert_eq!(
        [value("KEEP_IT"), value("OLD"), value("NEW"), value("DROP"), value("OTHER")],
        ["1", "-", "o", "-", "-"]
    );
    assert!(value("CONFIG").ends_with("/tree/one file.json"), "{environment:?}");
    assert!(value("PATH").contains("/tree/bin:/usr/local/bin:"), "{environment:?}");
    let cwd = text(&started(&run(world.command(&package).env("PSP_ENTRY", "cwd"))));
    assert!(cwd.ends_with("/tree/sub\n"), "{cwd}");
}

#[test]
fn scripts_and_programs_of_the_host() {
    let world = World::new();
    world.write_program("tree/run", "#!/bin/sh\necho \"script in $(basename \"$(dirname \"$0\")\"): $*\"\n");
    world.write("tree/echo", "not a program");
    let package = world.build(
        "script",
        r#"
[package]
name = "script"
version = "1.0.0"
[run]
command = ["{slot:app}/run", "a"]
host = ["echo", "no-such-program-here"]
[entry.host]
command = ["echo", "from the host"]
[entry.missing]
command = ["no-such-program-here"]
[[slot]]
id = "app"
source = "tree"
"#,
    );
    assert_eq!(text(&started(&run(world.command(&package).arg("b c")))), "script in tree: a b c\n");
    assert_eq!(text(&started(&run(world.command(&package).env("PSP_ENTRY", "host")))), "from the host\n");
    refused(&run(world.command(&package).env("PSP_ENTRY", "missing")), "host-command-missing");
}

#[test]
fn thirty_two_first_starts_at_once_extract_once() {
    let world = World::new();
    let package = world.probe_package();
    let children: Vec<_> = (0..32).map(|_| start_waiting(&mut world.command(&package))).collect();
    children.into_iter().for_each(finish);
    super::support::only_entry(&world.cache());
    assert_eq!(super::support::left_over(&world.cache()), Vec::<std::path::PathBuf>::new());
    // And all at the very same time.
    fs::remove_dir_all(world.cache()).unwrap();
    let children: Vec<_> =
        (0..32).map(|_| world.command(&package).stdout(Stdio::piped()).spawn().unwrap()).collect();
    for child in children {
        assert_eq!(child.wait_with_output().unwrap().stdout, b"hello\n");
    }
    super::support::only_entry(&world.cache());
}

/// What the stub may take of each package, in bytes.
const STUB_BUDGET: usize = 256 * 1024;

#[test]
fn the_stub_is_small_and_needs_nothing() {
    let world = World::new();
    let package = fs::read(world.probe_package()).unwrap();
    let size = package.len() as u64;
    let tail = psp_format::Trailer::parse(&package, size).unwrap().tail_bytes();
    let stub = psp_format::Package::parse(&package[package.len() - tail..], size).unwrap().manifest.stub;
    assert!(stub.size as usize <= STUB_BUDGET, "{} bytes", stub.size);
    // Program headers of a 64-bit ELF file: neither an interpreter (3) nor anything to link (2), nothing writable and executable.
    let word = |at: usize, bytes: usize| {
        package[at..at + bytes].iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte))
    };
    let (table, count) = (word(0x20, 8) as usize, word(0x38, 2) as usize);
    for header in (0..count).map(|number| table + number * 56) {
        let (kind, flags) = (word(header, 4), word(header + 4, 4));
        assert!(kind != 3 && kind != 2 && flags & 3 != 3, "segment of type {kind}, flags {flags}");
    }
}

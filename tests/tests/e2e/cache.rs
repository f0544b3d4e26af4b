//! The cache: found, refused, repaired; never believed.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use end_to_end::{PROBE_MANIFEST, World, is_root, lacking, noise, refused, started, text};

use super::support::{finish, left_over, listing, only_entry, run, start_waiting};

/// A world whose package has been started once, and the tree of its entry.
fn warm() -> (World, PathBuf, PathBuf) {
    let world = World::new();
    let package = world.probe_package();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    let tree = only_entry(&world.cache()).join("tree");
    (world, package, tree)
}

/// Change a file's bytes and keep its size and its time of modification.
fn tamper(path: &Path) {
    let time = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(path, bytes).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn packages_share_entries_and_modes_do_not_depend_on_the_umask() {
    let world = World::new();
    world.probe_tree();
    let first = world.build("first", PROBE_MANIFEST);
    let second = world.build("second", &PROBE_MANIFEST.replace("1.2.3", "9.9.9"));
    let output = run(world.command("sh").args(["-c", "umask 077; exec ./first.psp"]));
    started(&output);
    let entry = only_entry(&world.cache());
    let inode = fs::metadata(&entry).unwrap().ino();
    started(&run(&mut world.command(&second)));
    assert_eq!(fs::metadata(only_entry(&world.cache())).unwrap().ino(), inode);
    for path in listing(&entry.join("tree")) {
        let mode = fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o7777;
        let expected = if path.ends_with("bin/probe") || path.is_dir() { 0o755 } else { 0o644 };
        assert_eq!(mode, expected, "{}", path.display());
    }
    let beside: Vec<_> =
        fs::read_dir(first.parent().unwrap()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().contains("first.psp.")), "{beside:?}");
}

#[test]
fn a_changed_program_is_noticed_and_repaired_at_each_start() {
    let (world, package, tree) = warm();
    tamper(&tree.join("bin/probe"));
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::set_permissions(tree.join("bin/probe"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::remove_file(tree.join("bin/probe")).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::remove_file(tree.join("bin/probe")).unwrap();
    symlink("/bin/false", tree.join("bin/probe")).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::write(tree.join("bin/probe"), "#!/bin/sh\necho evil\n").unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    assert_eq!(left_over(&world.cache()), Vec::<PathBuf>::new());
}

#[test]
fn any_changed_file_is_noticed_when_asked() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("edited", |tree| tamper(&tree.join("share/data.txt"))),
        ("removed", |tree| fs::remove_file(tree.join("share/data.txt")).unwrap()),
        ("added", |tree| fs::write(tree.join("share/added"), "x").unwrap()),
        ("added at the top", |tree| fs::write(tree.join("added"), "x").unwrap()),
        ("directory replaced by a link", |tree| {
            fs::rename(tree.join("share"), tree.join("moved")).unwrap();
            symlink("moved", tree.join("share")).unwrap();
        }),
        ("made executable", |tree| {
            fs::set_permissions(tree.join("share/data.txt"), fs::Permissions::from_mode(0o755)).unwrap();
        }),
    ];
    for level in ["stat", "full"] {
        for (name, change) in changes {
            let (world, package, tree) = warm();
            let before = listing(&tree);
            change(&tree);
            let mut command = world.command(&package);
            command.env("PSP_VERIFY", level);
            assert_eq!(started(&run(&mut command)), b"hello\n", "{level} {name}");
            assert_eq!(listing(&tree), before, "{level} {name}");
            assert_eq!(fs::read(tree.join("share/data.txt")).unwrap(), b"some data\n", "{level} {name}");
        }
    }
    let (world, package, _) = warm();
    refused(&run(world.command(&package).env("PSP_VERIFY", "none")), "verify-unknown");
}

#[test]
fn a_removed_entry_or_cache_is_made_again() {
    let (world, package, tree) = warm();
    let entry = tree.parent().unwrap();
    fs::remove_dir_all(&tree).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::remove_file(entry.join("receipt")).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    assert!(entry.join("receipt").exists());
    fs::write(entry.join("receipt"), "garbage").unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::remove_dir_all(entry).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    fs::remove_dir_all(world.path("home/.cache")).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
}

#[test]
fn a_copied_cache_is_checked_and_used() {
    let (world, package, _) = warm();
    let copy = world.path("copy");
    assert!(
        world
            .command("cp")
            .arg("-a")
            .arg(world.path("home/.cache/psp"))
            .arg(&copy)
            .status()
            .unwrap()
            .success()
    );
    let probe = only_entry(&copy.join("v1")).join("tree/bin/probe");
    let inode = fs::metadata(&probe).unwrap().ino();
    assert_eq!(started(&run(world.command(&package).env("PSP_CACHE_DIR", &copy))), b"hello\n");
    assert_eq!(fs::metadata(&probe).unwrap().ino(), inode, "not made again");
    tamper(&probe);
    assert_eq!(started(&run(world.command(&package).env("PSP_CACHE_DIR", &copy))), b"hello\n");
    assert_ne!(fs::metadata(&probe).unwrap().ino(), inode, "made again");
}

#[test]
fn an_entry_of_an_earlier_boot_is_hashed_once() {
    let (world, package, tree) = warm();
    let receipt = tree.parent().unwrap().join("receipt");
    let mut bytes = fs::read(&receipt).unwrap();
    bytes[40..56].fill(0x11);
    fs::write(&receipt, &bytes).unwrap();
    // What a power loss leaves: right size and times in the receipt, wrong bytes on the disk.
    let data = tree.join("share/many.bin");
    let size = fs::metadata(&data).unwrap().len();
    fs::write(&data, vec![0; size as usize]).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    assert_eq!(fs::read(&data).unwrap(), noise(3_000_000));
    // And one that is whole is kept, and known to be on disk from then on.
    let inode = fs::metadata(&data).unwrap().ino();
    let mut bytes = fs::read(&receipt).unwrap();
    bytes[40..56].fill(0x11);
    fs::write(&receipt, &bytes).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    assert_eq!(fs::metadata(&data).unwrap().ino(), inode);
    assert_eq!(fs::read(&receipt).unwrap()[56], 1, "durable");
}

#[test]
fn links_on_the_way_to_the_root_are_followed_and_none_below() {
    let (world, package, tree) = warm();
    fs::rename(world.path("home/.cache"), world.path("elsewhere")).unwrap();
    symlink(world.path("elsewhere"), world.path("home/.cache")).unwrap();
    assert_eq!(started(&run(&mut world.command(&package))), b"hello\n");
    let entry = tree.parent().unwrap();
    fs::rename(entry, world.path("stolen")).unwrap();
    symlink(world.path("stolen"), entry).unwrap();
    let output = run(&mut world.command(&package));
    refused(&output, "cache-unsafe");
    assert!(world.path("stolen/tree/bin/probe").exists());
}

#[test]
fn a_root_that_others_could_write_is_refused_and_left_alone() {
    let world = World::new();
    let package = world.probe_package();
    let root = world.path("shared");
    fs::create_dir(&root).unwrap();
    for mode in [0o777, 0o775, 0o1777] {
        fs::set_permissions(&root, fs::Permissions::from_mode(mode)).unwrap();
        refused(&run(world.command(&package).env("PSP_CACHE_DIR", &root)), "cache-unsafe");
        assert_eq!(fs::metadata(&root).unwrap().permissions().mode() & 0o7777, mode);
        assert_eq!(listing(&root), Vec::<PathBuf>::new());
    }
    // Nor is one below a directory that everybody can write.
    fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
    refused(&run(world.command(&package).env("PSP_CACHE_DIR", root.join("mine"))), "cache-unsafe");
    refused(&run(world.command(&package).env("PSP_CACHE_DIR", "relative/path")), "cache-path");
}

#[test]
fn what_another_user_planted_is_refused() {
    if lacking("root", is_root()) {
        return;
    }
    let (world, package, tree) = warm();
    let entry = tree.parent().unwrap();
    let give = |path: &Path, to: u32| std::os::unix::fs::lchown(path, Some(to), Some(to)).unwrap();
    give(entry, 65534);
    refused(&run(&mut world.command(&package)), "cache-unsafe");
    give(entry, 0);
    give(&world.path("home/.cache/psp"), 65534);
    refused(&run(&mut world.command(&package)), "cache-unsafe");
    give(&world.path("home/.cache/psp"), 0);
    // The directory below TMPDIR whose name everybody can guess.
    let temporary = world.path("tmp");
    fs::create_dir_all(temporary.join("psp-0")).unwrap();
    fs::set_permissions(temporary.join("psp-0"), fs::Permissions::from_mode(0o700)).unwrap();
    give(&temporary.join("psp-0"), 65534);
    let mut command = world.command(&package);
    command.env_remove("HOME");
    refused(&run(&mut command), "cache-unsafe");
}

/// Runs a script in a mount namespace of its own, as root.
fn in_namespace(world: &World, script: &str) -> std::process::Output {
    run(world.command("unshare").args(["-m", "sh", "-e", "-c", script]))
}

#[test]
fn a_read_only_cache_serves_what_it_has() {
    if lacking("root", is_root()) {
        return;
    }
    let (world, package, tree) = warm();
    let script =
        "mount --bind home/.cache home/.cache; mount -o remount,bind,ro home/.cache; exec ./hello.psp";
    assert_eq!(started(&in_namespace(&world, script)), b"hello\n");
    // Copied by an image build: no receipt matches, and none can be renewed.
    let probe = tree.join("bin/probe");
    fs::copy(&probe, tree.join("copy")).unwrap();
    fs::rename(tree.join("copy"), &probe).unwrap();
    assert_eq!(started(&in_namespace(&world, script)), b"hello\n");
    tamper(&probe);
    let explicit = script.replace("exec", "PSP_CACHE_DIR=$HOME/.cache/psp exec");
    let line = refused(&in_namespace(&world, &explicit), "cache-damaged");
    assert!(line.contains("bin/probe"), "{line}");
    // A default cache falls back.
    assert_eq!(started(&in_namespace(&world, script)), b"hello\n");
    fs::remove_dir_all(world.cache().join("slots")).unwrap();
    refused(&in_namespace(&world, &explicit), "cache-unwritable");
    let _ = package;
}

#[test]
fn a_single_file_runs_from_memory_where_nothing_can_be_written_or_started() {
    if lacking("root", is_root()) {
        return;
    }
    let world = World::new();
    world.write_program("tool", end_to_end::probe());
    world.build(
        "file",
        "[package]\nname = \"file\"\nversion = \"1.0.0\"\n[run]\ncommand = [\"{slot:app}\"]\n[[slot]]\nid = \"app\"\nsource = \"tool\"\n",
    );
    world.probe_package();
    let read_only = "mount -t tmpfs -o ro none /mnt; export PSP_CACHE_DIR=/mnt/cache;";
    assert_eq!(started(&in_namespace(&world, &format!("{read_only} exec ./file.psp"))), b"hello\n");
    refused(&in_namespace(&world, &format!("{read_only} exec ./hello.psp")), "cache-unwritable");
    let noexec = "mount -t tmpfs -o noexec,mode=755 none /mnt; export PSP_CACHE_DIR=/mnt/cache;";
    assert_eq!(
        started(&in_namespace(&world, &format!("{noexec} ./file.psp exit 0; exec ./file.psp"))),
        b"hello\n"
    );
    let line = refused(&in_namespace(&world, &format!("{noexec} exec ./hello.psp")), "cache-noexec");
    assert!(line.contains("PSP_CACHE_DIR"), "{line}");
}

#[test]
fn a_full_disk_leaves_nothing_behind() {
    if lacking("root", is_root()) {
        return;
    }
    let world = World::new();
    world.probe_package();
    let script = "mount -t tmpfs -o size=2m,mode=755 none /mnt; export PSP_CACHE_DIR=/mnt/cache;
        if ./hello.psp; then exit 9; else code=$?; fi
        test $code = 125
        test -z \"$(ls /mnt/cache/v1/work /mnt/cache/v1/slots | grep -v :)\"
        mount -o remount,size=20m /mnt
        ./hello.psp";
    let output = in_namespace(&world, script);
    assert_eq!(text(&output.stdout), "hello\n", "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("psp: error[cache-full]: "), "{}", text(&output.stderr));
}

#[test]
fn killed_at_any_moment_the_next_start_works_and_cleans() {
    let world = World::new();
    world.write("tree/large.bin", noise(20_000_000));
    let package = world.probe_package();
    let full = std::time::Instant::now();
    started(&run(&mut world.command(&package)));
    let full = full.elapsed();
    for step in 0..24u32 {
        fs::remove_dir_all(world.path("home/.cache")).unwrap();
        let mut child = world.command(&package).stdout(Stdio::piped()).spawn().unwrap();
        // A moment of the extraction to die in: any will do, and all must end well.
        let moment = full * step / 24;
        let started_at = std::time::Instant::now();
        while started_at.elapsed() < moment {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let entries = listing(&world.cache().join("slots"));
        let whole = entries.iter().any(|path| path.ends_with("tree/share/many.bin"));
        assert!(entries.is_empty() || whole, "no entry or a whole one: {entries:?}");
        assert_eq!(started(&run(&mut world.command(&package))), b"hello\n", "step {step}");
        let mut check = world.command(&package);
        assert_eq!(started(&run(check.env("PSP_VERIFY", "full"))), b"hello\n", "step {step}");
        if !whole {
            assert_eq!(left_over(&world.cache()), Vec::<PathBuf>::new(), "step {step}");
        }
    }
}

#[test]
fn a_start_that_waits_for_a_killed_one_goes_on() {
    let world = World::new();
    let package = world.probe_package();
    started(&run(&mut world.command(&package)));
    let id = only_entry(&world.cache()).file_name().unwrap().to_owned();
    fs::remove_dir_all(world.cache().join("slots")).unwrap();
    // Somebody holds the entry's lock.
    let lock = world.cache().join("locks").join(id);
    let mut command = world.command("flock");
    let mut holder = holder_with_output(command.arg(&lock).args(["sh", "-c", "echo held; exec sleep 600"]));
    let waiter = world.command(&package).stdout(Stdio::piped()).spawn().unwrap();
    // `flock` and its child share the lock: the group dies as one.
    assert!(
        world.command("pkill").args(["-KILL", "-P"]).arg(holder.id().to_string()).status().unwrap().success()
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(waiter.wait_with_output().unwrap().stdout, b"hello\n");
}

fn holder_with_output(command: &mut std::process::Command) -> std::process::Child {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut held = [0; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut held).unwrap();
    assert_eq!(&held, b"held\n");
    child
}

#[test]
fn an_upgrade_that_is_killed_harms_neither_version() {
    let world = World::new();
    let old = world.probe_package();
    started(&run(&mut world.command(&old)));
    world.write("tree/share/data.txt", "new data\n");
    world.write("tree/large.bin", noise(20_000_000));
    let new = world.build("new", &PROBE_MANIFEST.replace("1.2.3", "2.0.0"));
    let mut child = world.command(&new).stdout(Stdio::piped()).spawn().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    for (package, data) in [(&old, "some data\n"), (&new, "new data\n")] {
        let tree = text(&started(&run(world.command(package).env("PSP_VERIFY", "full"))));
        assert_eq!(tree, "hello\n");
        let found = listing(&world.cache().join("slots"));
        let found = found.iter().filter(|path| path.ends_with("share/data.txt"));
        assert!(found.map(|path| fs::read_to_string(path).unwrap()).any(|content| content == data));
    }
}

#[test]
fn only_extracting_starts_nothing_and_settles() {
    let world = World::new();
    let package = world.probe_package();
    let output = run(world.command(&package).env("PSP_EXTRACT", "only"));
    assert_eq!(started(&output), b"");
    let receipt = only_entry(&world.cache()).join("receipt");
    assert_eq!(fs::read(receipt).unwrap()[56], 1, "durable");
}

#[test]
fn running_programs_survive_a_repair() {
    let (world, package, tree) = warm();
    let child = start_waiting(&mut world.command(&package));
    tamper(&tree.join("share/data.txt"));
    started(&run(world.command(&package).env("PSP_VERIFY", "stat")));
    finish(child);
}

#[test]
fn a_directory_of_somebody_elses_above_the_root_is_no_place_for_a_cache() {
    if lacking("root", is_root()) {
        return;
    }
    let world = World::new();
    let package = world.probe_package();
    let theirs = world.path("theirs");
    fs::create_dir(&theirs).unwrap();
    std::os::unix::fs::lchown(&theirs, Some(1234), Some(1234)).unwrap();
    refused(&run(world.command(&package).env("PSP_CACHE_DIR", theirs.join("cache"))), "cache-unsafe");
    // A home that sudo has kept: passed over, and nothing is made in it.
    assert_eq!(started(&run(world.command(&package).env("HOME", &theirs))), b"hello\n");
    assert_eq!(listing(&theirs), Vec::<PathBuf>::new());
    assert!(world.path("tmp/psp-0/v1/slots").exists());
    // A group that is not the user's own may not write above the root either.
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o775)).unwrap();
    std::os::unix::fs::lchown(&theirs, Some(0), Some(1234)).unwrap();
    refused(&run(world.command(&package).env("PSP_CACHE_DIR", theirs.join("cache"))), "cache-unsafe");
}

#[test]
fn nobody_else_can_hold_a_lock() {
    let (world, package, _) = warm();
    let locks = listing(&world.cache().join("locks"));
    assert!(!locks.is_empty());
    for lock in &locks {
        assert_eq!(fs::metadata(lock).unwrap().permissions().mode() & 0o7777, 0o600, "{}", lock.display());
        fs::set_permissions(lock, fs::Permissions::from_mode(0o644)).unwrap();
    }
    // One that is open to others is closed by whoever uses it next.
    fs::remove_dir_all(world.cache().join("slots")).unwrap();
    started(&run(&mut world.command(&package)));
    assert!(locks.iter().all(|lock| fs::metadata(lock).unwrap().permissions().mode() & 0o7777 == 0o600));
}

#[test]
fn a_caller_that_ignores_its_children_is_no_obstacle() {
    let world = World::new();
    let package = world.probe_package();
    let script = "trap '' CHLD XFSZ; exec \"$0\"";
    assert_eq!(started(&run(world.command("bash").args(["-c", script]).arg(&package))), b"hello\n");
}

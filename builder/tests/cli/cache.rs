//! `psp cache`: what is there, whether it is sound, and what may go.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};

use crate::bench::Bench;

const HOUR: u64 = 3_600;

/// The entries of the one cache, as `list` says them.
fn entries(bench: &Bench) -> Vec<Value> {
    let (document, code) = bench.json(&["cache", "list"]);
    assert_eq!((code, &document["schema"]), (0, &json!("psp-cache-list/1")));
    match document["caches"].as_array().unwrap().as_slice() {
        [] => Vec::new(),
        [cache] => cache["entries"].as_array().unwrap().clone(),
        more => panic!("{} caches", more.len()),
    }
}

fn entry_path(bench: &Bench, entry: &Value) -> PathBuf {
    bench.path("cache/v1/slots").join(entry["id"].as_str().unwrap())
}

/// Lets an entry look as if it was last used so many hours ago.
fn age(bench: &Bench, entry: &Value, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * HOUR);
    fs::File::open(entry_path(bench, entry)).unwrap().set_modified(then).unwrap();
}

/// A package that runs until its standard input ends.
struct Running(Child);

impl Running {
    fn start(bench: &Bench, package: &str) -> Self {
        let mut command = Command::new(bench.path(package));
        command
            .arg("wait")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PSP_CACHE_DIR", bench.path("cache"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self(child)
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

#[test]
fn packages_are_added_without_being_started() {
    let bench = Bench::built();
    assert!(bench.done(&["cache", "list"]).starts_with("there is no cache yet; it will be "));
    assert_eq!(bench.done(&["cache", "add", "hello.psp"]), "hello 1.2.3 is in the cache: 462.2 kB\n");
    let entries = entries(&bench);
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry["kind"] == "slot" && entry["running"] == false), "{entries:?}");
    let text = bench.done(&["cache", "list"]);
    assert!(text.contains("2 entries, ") && text.contains("used within the hour"), "{text}");
    // The package says why it can't be added, by itself or through us.
    bench.refused(&["cache", "add", "missing.psp"], "package-read");
    bench.refused(&["cache", "add", "manifest.toml"], "not-a-package");
    bench.trust("minimum-version hello 9.0.0\n");
    let output = bench.psp(&["cache", "add", "hello.psp"]);
    assert_eq!(output.status.code(), Some(125));
    assert!(crate::bench::text(&output.stderr).contains("error[version-too-old]"));
}

#[test]
fn entries_are_checked() {
    let bench = Bench::built();
    bench.done(&["cache", "add", "hello.psp"]);
    let states = |arguments: &[&str]| {
        let (document, code) = bench.json(&[&["cache", "verify"], arguments].concat());
        assert_eq!(document["schema"], "psp-cache-verify/1");
        let entries = document["entries"].as_array().unwrap().clone();
        let mut states: Vec<String> =
            entries.iter().map(|entry| entry["state"].as_str().unwrap().to_owned()).collect();
        states.sort();
        (states.join(" "), code)
    };
    assert_eq!(states(&[]), ("unchanged unchanged".to_owned(), 0));
    assert_eq!(states(&["hello.psp"]), ("whole whole".to_owned(), 0));
    assert!(bench.done(&["cache", "verify"]).ends_with("2 entries, nothing wrong\n"));
    let app = entries(&bench)
        .into_iter()
        .map(|entry| entry_path(&bench, &entry))
        .find(|path| path.join("tree/lib").exists())
        .unwrap();
    let words = app.join("tree/lib/words.txt");
    let good = fs::read(&words).unwrap();
    // Written again with the same content: doubtful by its receipt, whole by its bytes.
    fs::write(&words, &good).unwrap();
    assert_eq!(states(&[]), ("doubtful unchanged".to_owned(), 1));
    assert_eq!(states(&["hello.psp"]), ("whole whole".to_owned(), 0));
    let damages: [(&str, &dyn Fn()); 5] = [
        ("a byte", &|| fs::write(&words, [b"W", &good[1..]].concat()).unwrap()),
        ("a missing file", &|| fs::remove_file(app.join("tree/bin/admin")).unwrap()),
        ("another file", &|| fs::write(app.join("tree/bin/more"), "").unwrap()),
        ("a link", &|| {
            fs::remove_file(app.join("tree/bin/words")).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", app.join("tree/bin/words")).unwrap();
        }),
        ("a mode", &|| {
            fs::set_permissions(&words, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap()
        }),
    ];
    for (what, damage) in damages {
        fs::remove_dir_all(bench.path("cache")).unwrap();
        bench.done(&["cache", "add", "hello.psp"]);
        damage();
        assert_eq!(states(&["hello.psp"]), ("damaged whole".to_owned(), 1), "{what}");
        assert_eq!(states(&[]), ("doubtful unchanged".to_owned(), 1), "{what}");
    }
    fs::remove_file(app.join("receipt")).unwrap();
    assert_eq!(states(&[]), ("doubtful unchanged".to_owned(), 1));
    bench.refused(&["cache", "verify", "manifest.toml"], "not-a-package");
}

#[test]
fn what_is_old_goes_and_what_is_recent_stays() {
    let bench = Bench::built();
    bench.done(&["cache", "add", "hello.psp"]);
    let all = entries(&bench);
    assert!(bench.done(&["cache", "gc", "--older-than", "0"]).contains("freed 0 B"));
    assert!(bench.done(&["cache", "gc", "--max-size", "0"]).contains("recent"));
    age(&bench, &all[0], 24 * 31);
    age(&bench, &all[1], 24 * 29);
    let (document, _) = bench.json(&["cache", "gc", "--dry-run"]);
    assert_eq!((&document["schema"], &document["dry_run"]), (&json!("psp-cache-gc/1"), &json!(true)));
    let fate = |document: &Value, entry: &Value| {
        let entries = document["entries"].as_array().unwrap();
        entries.iter().find(|found| found["id"] == entry["id"]).unwrap()["fate"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (fate(&document, &all[0]), fate(&document, &all[1])),
        ("removed".to_owned(), "kept".to_owned())
    );
    assert_eq!(entries(&bench).len(), 2);
    let (document, _) = bench.json(&["cache", "gc"]);
    assert_eq!(document["freed"], all[0]["size"]);
    assert_eq!(entries(&bench).len(), 1);
    bench.done(&["cache", "gc", "--max-size", "1GB", "--older-than", "30"]);
    assert_eq!(entries(&bench).len(), 1);
    bench.done(&["cache", "gc", "--max-size", "1k"]);
    assert!(entries(&bench).is_empty());
    assert!(bench.names("cache/v1/work").is_empty());
    for arguments in
        [&["gc", "--older-than", "x"][..], &["gc", "--max-size", "1X"], &["gc", "--max-size"], &["nope"], &[]]
    {
        assert_eq!(bench.psp(&[&["cache"], arguments].concat()).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_runs_stays() {
    let bench = Bench::built();
    bench.write("manifest.toml", &crate::bench::MANIFEST.replace("\"hello\"\nversion", "\"other\"\nversion"));
    bench.write("app/lib/words.txt", "other words");
    bench.done(&["build", "--key", "1.key", "-q", "-o", "other.psp"]);
    bench.done(&["cache", "add", "other.psp"]);
    let running = Running::start(&bench, "hello.psp");
    let all = entries(&bench);
    assert_eq!(all.len(), 3);
    let used: Vec<&Value> = all.iter().filter(|entry| entry["running"] == true).collect();
    // All slots of a running package, of which `data` is the other's too.
    assert_eq!(used.len(), 2, "{all:?}");
    all.iter().for_each(|entry| age(&bench, entry, 24 * 100));
    for command in [&["cache", "gc"][..], &["cache", "clear"]] {
        let text = bench.done(command);
        assert!(text.contains("running"), "{text}");
        let left = entries(&bench);
        assert!(left.len() == 2 && left.iter().all(|entry| entry["running"] == true), "{left:?}");
    }
    running.end();
    assert_eq!(bench.json(&["cache", "clear", "--dry-run"]).0["entries"].as_array().unwrap().len(), 2);
    bench.done(&["cache", "clear"]);
    assert!(entries(&bench).is_empty());
    // The next start extracts anew.
    assert_eq!(bench.done(&["run", "hello.psp"]), "hello\n--flag\n");
}

#[test]
fn what_a_start_is_making_stays() {
    let bench = Bench::built();
    bench.done(&["cache", "add", "hello.psp"]);
    let id = entries(&bench)[0]["id"].as_str().unwrap().to_owned();
    let lock = fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(bench.path("cache/v1/locks").join(&id))
        .unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let (document, code) = bench.json(&["cache", "clear"]);
    assert_eq!(code, 0);
    let busy: Vec<&Value> =
        document["entries"].as_array().unwrap().iter().filter(|entry| entry["fate"] == "busy").collect();
    assert!(busy.len() == 1 && busy[0]["id"] == json!(id), "{document}");
    assert_eq!(entries(&bench).len(), 1);
    drop(lock);
    bench.done(&["cache", "clear"]);
    assert!(entries(&bench).is_empty());
}

#[test]
fn what_starts_have_left_behind_goes() {
    let bench = Bench::built();
    bench.done(&["cache", "add", "hello.psp"]);
    for name in ["slot-dead.1/entry/tree", "copy.2/tree", "held.3/tree"] {
        bench.write(&format!("cache/v1/work/{name}/file"), "left");
    }
    bench.write("cache/v1/work/slot-dead.1/hold", "");
    bench.write("cache/v1/work/held.3/hold", "");
    bench.write("cache/v1/work/a-file", "not ours");
    let outside = bench.path("outside");
    bench.write("outside/kept", "kept");
    std::os::unix::fs::symlink(&outside, bench.path("cache/v1/work/link")).unwrap();
    std::os::unix::fs::symlink(&outside, bench.path("cache/v1/work/copy.2/tree/link")).unwrap();
    let hold =
        fs::OpenOptions::new().read(true).write(true).open(bench.path("cache/v1/work/held.3/hold")).unwrap();
    flock(&hold, FlockOperation::LockExclusive).unwrap();
    let (document, _) = bench.json(&["cache", "gc"]);
    assert_eq!(document["abandoned"], 2);
    assert_eq!(bench.names("cache/v1/work"), ["a-file", "held.3", "link"]);
    assert_eq!(bench.names("outside"), ["kept"]);
}

#[test]
fn what_the_launcher_did_not_make_stays() {
    let bench = Bench::built();
    bench.done(&["cache", "add", "hello.psp"]);
    let foreign = "ab".repeat(32);
    bench.write("outside/kept", "kept");
    for path in ["mine", "v1/mine", "v1/slots/mine", "v1/slots/ABCD", "v1/prepared/notes.txt"] {
        bench.write(&format!("cache/{path}/file"), "mine");
    }
    bench.write(&format!("cache/v1/slots/{}", "cd".repeat(32)), "a file");
    std::os::unix::fs::symlink(bench.path("outside"), bench.path("cache/v1/slots").join(&foreign)).unwrap();
    bench.done(&["cache", "clear"]);
    assert!(entries(&bench).is_empty());
    let mut expected = vec!["ABCD".to_owned(), foreign, "cd".repeat(32), "mine".to_owned()];
    expected.sort();
    assert_eq!(bench.names("cache/v1/slots"), expected);
    assert_eq!(
        (bench.names("cache"), bench.names("outside")),
        (vec!["mine".to_owned(), "v1".to_owned()], vec!["kept".to_owned()])
    );
}

#[test]
fn caches_that_are_not_believed() {
    let bench = Bench::built();
    bench.done(&["cache", "add", "hello.psp"]);
    let commands = [&["cache", "list"][..], &["cache", "verify"], &["cache", "gc"], &["cache", "clear"]];
    for (path, code) in [("cache", "cache-unsafe"), ("cache/v1/slots", "cache-unsafe")] {
        bench.mode(path, 0o777);
        for command in commands {
            bench.refused(command, code);
        }
        bench.mode(path, 0o755);
    }
    let relative = bench.command(&["cache", "list"]).env("PSP_CACHE_DIR", "cache").output().unwrap();
    assert!(crate::bench::text(&relative.stderr).starts_with("psp: error[cache-path]: "));
    fs::rename(bench.path("cache/v1"), bench.path("cache/v2")).unwrap();
    std::os::unix::fs::symlink("v2", bench.path("cache/v1")).unwrap();
    bench.refused(&["cache", "list"], "cache-failed");
    bench.refused(&["cache", "clear"], "cache-failed");
    assert_eq!(bench.names("cache/v2/slots").len(), 2);
}

#[test]
fn what_setup_has_made_is_an_entry_too() {
    let bench = Bench::new();
    let setup = "\n[[setup]]\ncommand = [\"{slot:app}/bin/prepare\", \"{prepared}\"]\n";
    bench.write("manifest.toml", &format!("{}{setup}", crate::bench::MANIFEST));
    bench.write("app/bin/prepare", "#!/bin/sh\necho made > \"$1/file\"\n");
    bench.mode("app/bin/prepare", 0o755);
    bench.done(&["build", "--key", "1.key", "-q"]);
    bench.done(&["run", "hello.psp"]);
    let prepared = |bench: &Bench| entries(bench).iter().filter(|entry| entry["kind"] == "prepared").count();
    assert_eq!(prepared(&bench), 1);
    assert!(bench.done(&["cache", "verify", "hello.psp"]).contains("made by setup commands"));
    let running = Running::start(&bench, "hello.psp");
    bench.done(&["cache", "clear"]);
    assert_eq!(prepared(&bench), 1);
    running.end();
    bench.done(&["cache", "clear"]);
    assert!(entries(&bench).is_empty());
}

//! Several psp at once on one directory, and somebody who reads meanwhile.

use std::process::{Child, Stdio};

use super::*;

const VERSIONS: [&str; 8] =
    ["1.0.0", "1.1.0", "1.2.0-rc.1", "1.2.0", "1.10.0", "2.0.0", "2.0.0-alpha", "0.1.0"];

/// Packages of eight versions, named by them.
fn packages() -> Bench {
    let bench = bench();
    for version in VERSIONS {
        bench.write("manifest.toml", &manifest(version));
        bench.done(&["build", "--key", "1.key", "-q", "-o", version]);
    }
    bench
}

fn start(bench: &Bench, arguments: &[&str]) -> Child {
    bench.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn all_done(children: Vec<Child>) {
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

/// Everything that the documents offer is there: comes back with the number of versions.
fn look(root: &Path) -> usize {
    let home = root.join("registry.example.com/foundry/foundry");
    let documents = root.join("registry.example.com/_registry/foundry/foundry");
    let read =
        |path: &Path| -> Option<Value> { Some(serde_json::from_slice(&fs::read(path).ok()?).unwrap()) };
    let index = read(&home.join("index.json"));
    for version in index.iter().flat_map(|index| index["versions"].as_object().unwrap().keys()) {
        let archives = read(&home.join(format!("{version}.json"))).unwrap();
        assert!(
            home.join(archives["archives"]["linux_amd64"]["url"].as_str().unwrap()).is_file(),
            "{version}"
        );
    }
    let versions = read(&documents.join("versions"));
    let versions = versions.as_ref().and_then(|versions| versions["versions"].as_array());
    for version in versions.into_iter().flatten() {
        let directory = documents.join(version["version"].as_str().unwrap());
        let download = read(&directory.join("download/linux/amd64")).unwrap();
        for name in ["shasums_url", "shasums_signature_url"] {
            let name = download[name].as_str().unwrap().trim_start_matches("../");
            assert!(directory.join(name).is_file(), "{version} {name}");
        }
    }
    versions.map_or(0, Vec::len)
}

#[test]
fn eight_at_once_and_a_reader() {
    let bench = packages();
    for command in COMMANDS {
        for version in VERSIONS {
            bench.done(&put(command, version, &format!("{command}-alone")));
        }
        let mut children: Vec<_> =
            VERSIONS.iter().map(|version| start(&bench, &put(command, version, command))).collect();
        while command == "mirror" && children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
            look(&bench.path(command));
        }
        all_done(children);
        let alone = tree(&bench.path(&format!("{command}-alone")));
        assert!(tree(&bench.path(command)) == alone, "{command}");
    }
    assert_eq!(look(&bench.path("mirror")), VERSIONS.len());
}

#[test]
fn one_of_two_of_the_same_version() {
    let bench = bench();
    let packages = [NAME, other(&bench)];
    for command in COMMANDS {
        for round in 0..4 {
            let target = format!("{command}-{round}");
            let children = packages.map(|package| start(&bench, &put(command, package, &target)));
            let outputs = children.map(|child| child.wait_with_output().unwrap());
            let done: Vec<_> = outputs.iter().map(|output| output.status.success()).collect();
            assert!(done == [true, false] || done == [false, true], "{command}: {done:?}");
            let said = outputs.iter().map(|output| text(&output.stderr)).collect::<String>();
            assert!(said.starts_with("psp: error[terraform-version-exists]"), "{command}: {said}");
            let winner = packages[usize::from(done[1])];
            bench.done(&put(command, winner, "alone"));
            assert!(tree(&bench.path(&target)) == tree(&bench.path("alone")), "{command}");
            fs::remove_dir_all(bench.path("alone")).unwrap();
        }
    }
}

//! Full disks: what was there stays, nothing half-written stays, and with more room the same command works.

use super::*;

#[test]
fn full_disks() {
    if lacks_root() {
        return;
    }
    let bench = bench();
    fs::write(bench.path("blob"), crate::bench::noise(3 << 20)).unwrap();
    bench.write(
        "manifest.toml",
        &(manifest("1.3.0") + "[[slot]]\nid = \"blob\"\nsource = \"blob\"\ncodec = \"store\"\n"),
    );
    bench.done(&["build", "--key", "1.key", "-q", "-o", "large"]);
    for command in ["install", "mirror", "release", "build"] {
        let arguments = match command {
            "build" => vec!["build", "manifest.toml", "--key", "1.key", "-q", "-o", "disk/large"],
            _ => put(command, "large", "disk"),
        };
        // The first package fits in, the second one does not until there is more room. All that is there is listed with its sum.
        let older = put(if command == "build" { "release" } else { command }, NAME, "disk").join(" ");
        let script = format!(
            "list() {{ cd disk; find . -printf '%y %m %p\\n' | sort; find . -type f -exec sha256sum {{}} + | sort; cd ..; }}
            mkdir -p disk; mount -t tmpfs -o size=2m,mode=755 none disk
            \"$0\" {older} > out; list > before
            \"$0\" \"$@\" && exit 50; test $? = 1
            list > after; cmp before after
            mount -o remount,size=20m disk; \"$0\" \"$@\" > out
            ! find disk -name '*.new' | grep ."
        );
        let output = mounted(&bench, &script, &arguments);
        let said = text(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        assert!(said.contains("error[disk-full]: ") && said.contains("help: "), "{command}: {said}");
    }
}

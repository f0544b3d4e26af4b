//! What `psp build` does with a `[terraform]` table.

use std::os::unix::process::ExitStatusExt;

use super::*;

#[test]
fn a_provider_gets_its_name_when_it_has_answered() {
    let bench = bench();
    assert_eq!(fs::metadata(bench.path(NAME)).unwrap().permissions().mode() & 0o777, 0o755);
    let (inspected, _) = bench.json(&["inspect", NAME]);
    assert_eq!(inspected["information"]["terraform.source"], "registry.example.com/foundry/foundry");
    assert_eq!(inspected["information"]["terraform.protocols"], "5.0,6.0");
    let first = bytes(bench.path(NAME));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "again"]);
    assert!(bytes(bench.path("again")) == first, "the same manifest and key give the same bytes");
    // What it said at last is what it is: an earlier file stays as it was when the next one is none.
    for (script, code, word) in [
        (
            "#!/bin/sh\necho 'cannot find libx' >&2\nexit 1\n",
            "terraform-handshake",
            "its last words: cannot find libx",
        ),
        ("#!/bin/sh\necho hello\nsleep 100\n", "terraform-handshake", "no handshake: hello"),
        (
            "#!/bin/sh\necho '1|6|unix|/x|grpc|'\nsleep 100\n",
            "terraform-protocol",
            "asked for 5 it answers with 6",
        ),
    ] {
        plugin(&bench, script);
        let output = bench.psp(&["build", "--key", "1.key"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with(&format!("error[{code}]: ")) && said.contains(word), "{said}");
        assert!(said.contains("manifest.toml:5:10"), "{said}");
        assert!(bytes(bench.path(NAME)) == first);
    }
    assert!(!bench.names("").iter().any(|name| name.ends_with(".new")), "{:?}", bench.names(""));
    bench.write("directory/x", "");
    let output = bench.psp(&["build", "--key", "1.key", "-o", "directory"]);
    assert!(text(&output.stderr).starts_with("error[output-invalid]"), "{}", text(&output.stderr));
}

#[test]
fn a_provider_is_tried_in_an_environment_of_its_own() {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    let told = bench.path("told");
    fs::write(&told, "").unwrap();
    plugin(&bench, &format!("#!/bin/sh\n{{ env; pwd; }} >> '{}'\n{}", told.display(), &PLUGIN[10..]));
    let mut build = bench.command(&["build", "--key", "1.key", "-q"]);
    build.env("AWS_SECRET_ACCESS_KEY", "canary").env("PSP_SIGNING_KEY", "canary");
    assert!(build.output().unwrap().status.success());
    let told = fs::read_to_string(told).unwrap();
    assert!(!told.contains("canary") && told.contains("TF_PLUGIN_MAGIC_COOKIE="), "{told}");
    assert!(!told.contains(&format!("HOME={}", bench.path("home").display())), "{told}");
    assert_eq!(told.matches("PLUGIN_PROTOCOL_VERSIONS=").count(), 2, "once for each version: {told}");
}

#[test]
fn a_provider_for_another_machine_is_not_tried() {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    plugin(&bench, "#!/bin/sh\nexit 1\n");
    bench.write("stub", "a stub for that machine");
    let output = bench.psp(&["build", "--key", "1.key", "--target", "aarch64-linux", "--stub", "stub"]);
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("not tried, as it is for aarch64-linux"), "{said}");
    bench.done(&["mirror", "--terraform", "m", "--key", "1.key", NAME]);
    let name = "registry.example.com/foundry/foundry/terraform-provider-foundry_1.2.3_linux_arm64.zip";
    assert!(bench.path("m").join(name).exists());
}

#[test]
fn a_build_that_is_interrupted_while_the_provider_is_tried() {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    let told = bench.path("told");
    assert!(Command::new("mkfifo").arg(&told).status().unwrap().success());
    plugin(&bench, &format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 100\n", told.display()));
    let mut build = bench.command(&["build", "--key", "1.key", "-q"]).spawn().unwrap();
    // Waits until the provider runs.
    let provider = fs::read_to_string(&told).unwrap();
    let status = Command::new("kill").args(["-INT", &build.id().to_string()]).status();
    assert!(status.unwrap().success());
    assert_eq!(build.wait().unwrap().signal(), Some(2), "it ends as the signal says");
    let names = bench.names("");
    assert!(!names.iter().any(|name| name == NAME || name.ends_with(".new")), "{names:?}");
    assert!(!Path::new("/proc").join(provider.trim()).join("fd/1").exists(), "the provider ended too");
}

#[test]
fn a_source_address_that_is_none() {
    let bench = bench();
    let first = bytes(bench.path(NAME));
    let names = bench.names("");
    for source in [
        "",
        "foundry",
        "foundry/foundry",
        "Registry.example.com/a/b",
        "registry.example.com:8443/a/b",
        "../../x",
        "a/../b",
        "https://a/b",
        "a/b/c\\u001b[31m",
    ] {
        let text_of = manifest("1.2.3").replace("registry.example.com/foundry/foundry", source);
        bench.write("manifest.toml", &text_of);
        for output in [None, Some(NAME), Some("new")] {
            let arguments =
                [&["build", "--key", "1.key"][..], &output.map_or(vec![], |output| vec!["-o", output])]
                    .concat();
            let output = bench.psp(&arguments);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{source}: {said}");
            assert!(
                said.starts_with("error[terraform-source]: ") && said.contains("manifest.toml:5:10"),
                "{said}"
            );
            assert!(said.contains("help: ") && !said.contains('\x1b'), "{said}");
            assert!(bench.names("") == names && bytes(bench.path(NAME)) == first);
        }
    }
}

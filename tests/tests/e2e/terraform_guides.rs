//! Every shell block of the guides to providers and mirrors, run as it stands with the real Terraform.

use std::fs;
use std::process::Command;

use end_to_end::{World, lacking, stripped};

use super::guide::follow;
use super::support::run;
use super::terraform::lacks_terraform;

#[test]
fn shipping_a_provider() {
    if lacks_terraform() {
        return;
    }
    let world = World::new();
    world.write_program("dist/provider", stripped("terraform-provider-foundry"));
    let said = follow(&world, "PROVIDER.md");
    assert!(
        said.contains("1 added") && said.contains("hello, world") && said.contains("_SHA256SUMS.sig\n"),
        "{said}"
    );
    assert!(fs::read_to_string(world.path("publisher.asc")).unwrap().contains("PUBLIC KEY BLOCK"));
}

#[test]
fn running_a_mirror() {
    let openssl = Command::new("openssl").arg("version").output();
    if lacks_terraform() || lacking("openssl", openssl.is_ok_and(|output| output.status.success())) {
        return;
    }
    let world = World::new();
    world.write_program(
        "plugin/bare",
        "#!/bin/sh\necho \"1|$PLUGIN_PROTOCOL_VERSIONS|unix|/tmp/none|grpc|\"\nexec sleep 100\n",
    );
    world.write(
        "manifest.toml",
        "[package]\nname = \"bare\"\nversion = \"1.2.3\"\n[terraform]\nsource = \"registry.example.com/foundry/bare\"\n[run]\ncommand = [\"{slot:app}/bare\"]\n[[slot]]\nid = \"app\"\nsource = \"plugin\"\n",
    );
    assert!(run(world.psp().args(["build", "-q"])).status.success());
    let said = follow(&world, "MIRROR.md");
    assert_eq!(said.matches("Terraform has been successfully initialized!").count(), 3, "{said}");
}

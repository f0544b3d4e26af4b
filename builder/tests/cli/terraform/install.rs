//! `psp install --terraform`.

use super::*;

#[test]
fn installing() {
    let bench = bench();
    let place = "registry.example.com/foundry/foundry/1.2.3/linux_amd64";
    let said = bench.done(&["install", NAME, "--terraform"]);
    let path = bench.path("home/.terraform.d/plugins").join(place).join(NAME);
    assert!(said.contains("source  = \"registry.example.com/foundry/foundry\""), "{said}");
    assert!(!said.contains("provider_installation"), "Terraform looks there by itself: {said}");
    assert!(bytes(path.clone()) == bytes(bench.path(NAME)));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(bench.names(&format!("home/.terraform.d/plugins/{place}")), [NAME]);
    assert_eq!(
        bench.names("home/.terraform.d/plugins/registry.example.com/foundry/foundry/1.2.3"),
        ["linux_amd64"]
    );
    assert!(bench.done(&["install", NAME, "--terraform"]).contains(": installed already\n"));
    let said = bench.done(&["install", NAME, "--terraform", "a dir"]);
    let shown = fs::canonicalize(bench.path("a dir")).unwrap();
    assert!(said.contains(&format!("path    = \"{}\"", shown.display())), "{said}");
    // Another file of the same version.
    plugin(&bench, &format!("{PLUGIN}# changed\n"));
    bench.done(&["build", "--key", "1.key", "-q"]);
    let before = tree(&bench.path("home/.terraform.d"));
    bench.refused(&["install", NAME, "--terraform"], "terraform-version-exists");
    assert!(tree(&bench.path("home/.terraform.d")) == before);
    assert!(bench.done(&["install", NAME, "--terraform", "--replace"]).contains(": replaced\n"));
    assert!(bytes(path.clone()) == bytes(bench.path(NAME)));
    // What would change Terraform's checksum.
    fs::write(path.with_file_name("README"), "").unwrap();
    for arguments in [&["install", NAME, "--terraform"][..], &["install", NAME, "--terraform", "--replace"]] {
        bench.refused(arguments, "terraform-install-foreign");
    }
    fs::remove_file(path.with_file_name("README")).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(bench.done(&["install", NAME, "--terraform"]).contains(": installed\n"));
}

//! Providers from `psp build` to the real Terraform: by a filesystem mirror, a network mirror over TLS, and a registry.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use end_to_end::{World, lacking, stripped, text};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::support::{listing, run};

const SOURCE: &str = "registry.example.com/foundry/bare";

/// Answers as a provider does and waits: Terraform's `init` never starts one.
const PLUGIN: &str = "#!/bin/sh\necho \"1|$PLUGIN_PROTOCOL_VERSIONS|unix|/tmp/none|grpc|\"\nexec sleep 100\n";

/// A world with a provider in it, and a directory `work` whose configuration asks for it.
struct Bench {
    world: World,
}

/// A running `psp serve`.
pub(super) struct Server {
    child: Child,
    /// `http://127.0.0.1:41234/`.
    pub(super) url: String,
}

impl Server {
    pub(super) fn start(world: &World, arguments: &[&str]) -> Self {
        let mut child = world.psp().arg("serve").args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a test must be left out for want of Terraform.
#[track_caller]
pub(super) fn lacks_terraform() -> bool {
    let terraform = Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output();
    lacking("terraform", terraform.is_ok_and(|output| output.status.success()))
}

/// What Terraform says, without its frame and its line breaks.
fn flat(output: &Output) -> String {
    let said = text(&output.stdout) + &text(&output.stderr);
    said.replace(['\n', '│'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Bench {
    /// A provider of a few bytes.
    fn new() -> Self {
        let bench = Self { world: World::new() };
        bench.world.write_program("provider/bare", PLUGIN);
        bench.build("1.2.3");
        bench.write_configuration("");
        bench
    }

    /// The reference provider, under another address.
    fn reference() -> Self {
        let bench = Self { world: World::new() };
        bench.world.write_program("provider/bare", stripped("terraform-provider-foundry"));
        bench.build("1.2.3");
        let text = format!(
            "terraform {{\n  required_providers {{\n    foundry = {{\n      source  = \"{SOURCE}\"\n      version = \"1.2.3\"\n    }}\n  }}\n}}\n\
             resource \"foundry_file_content\" \"one\" {{\n  filename = \"one.txt\"\n  content  = upper(provider::foundry::join(\" \", [\"it\", \"works\"]))\n}}\n"
        );
        bench.world.write("work/main.tf", text);
        bench
    }

    fn build(&self, version: &str) -> PathBuf {
        let manifest = format!(
            "[package]\nname = \"bare\"\nversion = \"{version}\"\n[terraform]\nsource = \"{SOURCE}\"\nprotocols = [\"5.0\", \"6.0\"]\n[run]\ncommand = [\"{{slot:app}}/bare\"]\n[[slot]]\nid = \"app\"\nsource = \"provider\"\n"
        );
        self.world.write("manifest.toml", manifest);
        self.psp(&["build", "-q", "--allow-nonportable"]);
        self.world.path(format!("terraform-provider-bare_v{version}"))
    }

    fn write_configuration(&self, more: &str) {
        let block = format!("bare = {{\n      source  = \"{SOURCE}\"\n      version = \"1.2.3\"\n    }}");
        let text = format!("terraform {{\n  required_providers {{\n    {block}\n  }}\n}}\n{more}");
        self.world.write("work/main.tf", text);
    }

    #[track_caller]
    fn psp(&self, arguments: &[&str]) -> String {
        let output = run(self.world.psp().args(arguments));
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    fn mirror(&self) -> PathBuf {
        self.psp(&["mirror", "--terraform", "mirror", "terraform-provider-bare_v1.2.3"]);
        self.world.path("mirror")
    }

    /// Another mirror, `other`, that has other content for the same version.
    fn other_mirror(&self) {
        self.world.write_program("provider/bare", format!("{PLUGIN}# changed\n"));
        let package = self.build("1.2.3");
        self.psp(&["mirror", "--terraform", "other", package.to_str().unwrap()]);
    }

    /// Terraform in `work`, with this for its own configuration.
    fn terraform(&self, settings: &str, arguments: &[&str]) -> Output {
        let settings = self.world.write("terraformrc", settings);
        let mut command = self.world.command("terraform");
        command.args(arguments).arg("-no-color").current_dir(self.world.path("work"));
        command.env("TF_CLI_CONFIG_FILE", settings).env("CHECKPOINT_DISABLE", "1");
        let authority = self.world.path("ca.pem");
        if authority.exists() {
            command.env("SSL_CERT_FILE", authority);
        }
        run(&mut command)
    }

    #[track_caller]
    fn done(&self, settings: &str, arguments: &[&str]) -> String {
        let output = self.terraform(settings, arguments);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    #[track_caller]
    fn refused(&self, settings: &str, arguments: &[&str], word: &str) {
        let output = self.terraform(settings, arguments);
        let said = flat(&output);
        assert!(!output.status.success() && said.contains(word), "{arguments:?}: {said}");
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.world.path("work/.terraform.lock.hcl")).unwrap()
    }

    fn forget(&self) {
        let _ = fs::remove_dir_all(self.world.path("work/.terraform"));
        let _ = fs::remove_file(self.world.path("work/.terraform.lock.hcl"));
    }

    /// `h1:` and `zh:` as the mirror says them.
    fn hashes(&self) -> [String; 2] {
        let said = self.psp(&["mirror", "--json", "--terraform", "mirror", "terraform-provider-bare_v1.2.3"]);
        ["h1:", "zh:"].map(|scheme| {
            let start = said.find(scheme).unwrap();
            said[start..].split('"').next().unwrap().to_owned()
        })
    }

    /// A certificate for 127.0.0.1 by an authority of its own, `ca.pem`: the arguments that let `psp serve` use it.
    fn certificate(&self) -> [String; 4] {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self.world.write("ca.pem", pem("CERTIFICATE", authority.self_signed(&authority_key).unwrap().der()));
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let signed = server.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
        let certificate = self.world.write("server.pem", pem("CERTIFICATE", signed.der()));
        let key = self.world.write("server.key", pem("PRIVATE KEY", key.serialized_der()));
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        ["--tls-cert".to_owned(), text(certificate), "--tls-key".to_owned(), text(key)]
    }
}

fn pem(what: &str, bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<_> = encoded.as_bytes().chunks(64).map(text).collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

fn filesystem(path: &Path) -> String {
    format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n", path.display())
}

fn network(url: &str) -> String {
    format!("provider_installation {{\n  network_mirror {{\n    url = \"{url}\"\n  }}\n}}\n")
}

fn registry(url: &str) -> String {
    format!(
        "host \"registry.example.com\" {{\n  services = {{\n    \"providers.v1\" = \"{url}registry.example.com/_registry/\"\n  }}\n}}\n"
    )
}

#[test]
fn terraform_installs_from_the_filesystem_mirror() {
    if lacks_terraform() {
        return;
    }
    let bench = Bench::new();
    let mirror = bench.mirror();
    let [h1, zh] = bench.hashes();
    bench.done(&filesystem(&mirror), &["init"]);
    assert!(bench.lock().contains(&h1) && !bench.lock().contains(&zh), "{}", bench.lock());
    // The same from where `psp install` puts it, unpacked: one hash for both.
    bench.psp(&["install", "terraform-provider-bare_v1.2.3", "--terraform"]);
    let _ = fs::remove_dir_all(bench.world.path("work/.terraform"));
    bench.done("", &["init", "-lockfile=readonly"]);
    // A changed byte is refused by whoever has the lock file.
    let zip = listing(&mirror).into_iter().find(|path| path.extension().is_some_and(|e| e == "zip")).unwrap();
    let mut bytes = fs::read(&zip).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&zip, bytes).unwrap();
    let _ = fs::remove_dir_all(bench.world.path("work/.terraform"));
    bench.refused(&filesystem(&mirror), &["init"], "checksum");
}

#[test]
fn terraform_installs_from_the_network_mirror_over_tls() {
    if lacks_terraform() {
        return;
    }
    let bench = Bench::new();
    let mirror = bench.mirror();
    let [h1, zh] = bench.hashes();
    let tls = bench.certificate();
    let server = Server::start(&bench.world, &["mirror", &tls[0], &tls[1], &tls[2], &tls[3]]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let settings = network(&server.url);
    assert!(bench.done(&settings, &["init"]).contains("verified checksum"));
    assert!(bench.lock().contains(&h1), "{}", bench.lock());
    bench.forget();
    // Another byte than the mirror's own documents say.
    let zip = listing(&mirror).into_iter().find(|path| path.extension().is_some_and(|e| e == "zip")).unwrap();
    let whole = fs::read(&zip).unwrap();
    let mut bytes = whole.clone();
    bytes[200] ^= 1;
    fs::write(&zip, bytes).unwrap();
    bench.refused(&settings, &["init"], "checksum");
    fs::write(&zip, &whole).unwrap();
    bench.done(&settings, &["init"]);
    // The same version with other content, sound in itself: the lock file holds.
    let _ = fs::remove_dir_all(bench.world.path("work/.terraform"));
    bench.other_mirror();
    let second = Server::start(&bench.world, &["other", &tls[0], &tls[1], &tls[2], &tls[3]]);
    bench.refused(&network(&second.url), &["init"], "match any of the checksums");
    drop(second);
    // Other hashes in the documents.
    let document = zip.with_file_name("1.2.3.json");
    let other = fs::read_to_string(&document)
        .unwrap()
        .replace(&h1[3..13], "AAAAAAAAAA")
        .replace(&zh[3..13], "0000000000");
    fs::write(&document, other).unwrap();
    bench.forget();
    bench.refused(&settings, &["init"], "match");
    // Nobody vouches for the certificate.
    fs::remove_file(bench.world.path("ca.pem")).unwrap();
    bench.refused(&settings, &["init"], "certificate");
}

#[test]
fn terraform_installs_from_the_registry() {
    if lacks_terraform() {
        return;
    }
    let bench = Bench::new();
    let mirror = bench.mirror();
    let [h1, zh] = bench.hashes();
    let server = Server::start(&bench.world, &["mirror"]);
    let settings = registry(&server.url);
    assert!(bench.done(&settings, &["init"]).contains("self-signed, key ID"));
    assert!(bench.lock().contains(&h1) && bench.lock().contains(&zh), "{}", bench.lock());
    bench.done(&settings, &["providers", "lock"]);
    bench.forget();
    // Archive, checksums and signature, each with another byte.
    let is_of = |path: &PathBuf, word: &str| path.file_name().unwrap().to_string_lossy().contains(word);
    for (word, expected) in [(".zip", "checksum"), (".sig", "signature"), ("SHA256SUMS.", "signature")] {
        let path = listing(&mirror).into_iter().find(|path| is_of(path, word) && path.is_file()).unwrap();
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        bench.refused(&settings, &["init"], expected);
        fs::write(&path, whole).unwrap();
        bench.forget();
    }
    bench.done(&settings, &["init"]);
    // The same version with other content, well signed: the lock file holds.
    let _ = fs::remove_dir_all(bench.world.path("work/.terraform"));
    bench.other_mirror();
    let second = Server::start(&bench.world, &["other"]);
    bench.refused(&registry(&second.url), &["init"], "match any of the checksums");
}

#[test]
fn the_packaged_reference_provider_is_applied_from_each_kind_of_mirror() {
    if lacks_terraform() {
        return;
    }
    let bench = Bench::reference();
    let mirror = bench.mirror();
    let tls = bench.certificate();
    let plain = Server::start(&bench.world, &["mirror"]);
    let encrypted = Server::start(&bench.world, &["mirror", &tls[0], &tls[1], &tls[2], &tls[3]]);
    for settings in [filesystem(&mirror), network(&encrypted.url), registry(&plain.url)] {
        bench.done(&settings, &["init"]);
        bench.done(&settings, &["validate"]);
        assert!(bench.done(&settings, &["plan"]).contains("1 to add"));
        assert!(bench.done(&settings, &["apply", "-auto-approve"]).contains("1 added"));
        let made = fs::read_to_string(bench.world.path("work/one.txt")).unwrap();
        assert_eq!(made, "IT WORKS");
        assert!(bench.done(&settings, &["plan", "-detailed-exitcode"]).contains("No changes"));
        assert!(bench.done(&settings, &["destroy", "-auto-approve"]).contains("1 destroyed"));
        // Its package directory is as it was: Terraform still knows it by its checksum.
        bench.done(&settings, &["init", "-lockfile=readonly"]);
        bench.forget();
    }
}

#[test]
fn terraform_reads_while_others_write() {
    if lacks_terraform() {
        return;
    }
    let bench = Bench::new();
    let mirror = bench.mirror();
    let versions: Vec<String> = (0..8).map(|minor| format!("1.{minor}.0")).collect();
    for version in &versions {
        bench.build(version);
    }
    let server = Server::start(&bench.world, &["mirror"]);
    let writer = |version: &String| {
        let mut command = bench.world.psp();
        command.args(["mirror", "--terraform", "mirror"]).arg(format!("terraform-provider-bare_v{version}"));
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let mut writers: Vec<_> = versions.iter().map(writer).collect();
    // Both ways, until the last writer has ended.
    loop {
        bench.forget();
        bench.done(&registry(&server.url), &["init"]);
        // Terraform itself fails where a file goes while it looks for all of them.
        let is_done = (0..20).any(|_| {
            bench.forget();
            let output = bench.terraform(&filesystem(&mirror), &["init"]);
            let said = flat(&output);
            assert!(output.status.success() || said.contains("cannot search"), "{said}");
            output.status.success()
        });
        assert!(is_done, "the mirror can never be searched");
        if writers.iter_mut().all(|writer| writer.try_wait().unwrap().is_some()) {
            break;
        }
    }
    assert!(writers.iter_mut().all(|writer| writer.wait().unwrap().success()));
    let index = fs::read_to_string(mirror.join(SOURCE).join("index.json")).unwrap();
    assert!(versions.iter().all(|version| index.contains(version.as_str())), "{index}");
    bench.forget();
    bench.done(&registry(&server.url), &["init"]);
}

//! Mirrors in which others have written, and packages that change meanwhile.

use super::*;
use crate::terraform::{install, release};

#[test]
fn foreign_files() {
    let bench = Bench::new();
    let first = [bench.package(SOURCE, "1.2.3", "x86_64-linux", "one")];
    let more = [bench.package(SOURCE, "1.2.3", "aarch64-linux", "two.")];
    let home = "registry.example.com/foundry/foundry";
    let registry = "registry.example.com/_registry/foundry/foundry";
    for (number, (path, bytes, code)) in [
        (format!("{home}/index.json"), "{}", "terraform-mirror-foreign"),
        (
            format!("{home}/index.json"),
            "{\n  \"versions\": {\n    \"9.9.9\": {}\n  }\n}\n",
            "terraform-mirror-foreign",
        ),
        (format!("{home}/index.json"), "\0", "terraform-mirror-foreign"),
        (format!("{home}/1.2.3.json"), "{\"archives\": {}}", "terraform-mirror-foreign"),
        (format!("{home}/1.2.3.json"), "[[[[[[[[[[[", "terraform-mirror-foreign"),
        (format!("{registry}/versions"), "{\"versions\":[]}\n", "terraform-mirror-foreign"),
        (format!("{registry}/1.2.3/download/linux/amd64"), "{}", "terraform-mirror-foreign"),
        ("registry.example.com/.well-known/terraform.json".to_owned(), "{}", "terraform-mirror-foreign"),
    ]
    .into_iter()
    .enumerate()
    {
        let root = format!("changed-{number}");
        bench.mirror(&root, &first).unwrap();
        fs::write(bench.root(&root).join(&path), bytes).unwrap();
        let error = bench.refused(&root, &more, code);
        assert!(error.to_string().contains(&path), "{path}: {error}");
    }
    // What psp would never write stays as it is.
    bench.mirror("m", &first).unwrap();
    for path in [
        "README",
        &format!("{home}/notes.txt"),
        &format!("{home}/.notes.new"),
        &format!("{home}/SHA256SUMS.txt"),
        &format!("{registry}/1.2.3/SHA256SUMS.asc"),
        "other.example.com/x/index.json",
        &format!("{registry}/.hidden"),
    ] {
        let path = bench.root("m").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    bench.mirror("m", &more).unwrap();
    assert_eq!(tree(&bench.root("m")).values().filter(|bytes| *bytes == b"mine").count(), 7);
    // A directory where a file must be.
    fs::create_dir_all(bench.root("d").join(home).join("index.json")).unwrap();
    bench.refused("d", &first, "terraform-mirror-foreign");
    fs::create_dir_all(bench.root("f")).unwrap();
    fs::write(bench.root("f").join("registry.example.com"), "").unwrap();
    bench.refused("f", &first, "terraform-mirror-foreign");
}

#[test]
fn damaged_archives() {
    let bench = Bench::new();
    let packages = [bench.package(SOURCE, "1.2.3", "x86_64-linux", "one")];
    let path = bench.mirror("m", &packages).unwrap().remove(0).path;
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, &bytes).unwrap();
    bench.refused("m", &packages, "terraform-mirror-damaged");
    fs::remove_file(&path).unwrap();
    bench.refused("m", &packages, "terraform-mirror-damaged");
    // One that no document knows is there already for whoever uses the directory as a filesystem mirror.
    fs::create_dir_all(bench.root("n").join("registry.example.com/foundry/foundry")).unwrap();
    fs::write(
        bench.root("n").join("registry.example.com/foundry/foundry").join(path.file_name().unwrap()),
        "x",
    )
    .unwrap();
    bench.refused("n", &packages, "terraform-version-exists");
}

/// Writes into a document as psp would have.
fn edit(path: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut document = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut document);
    fs::write(path, format!("{document:#}\n")).unwrap();
}

#[test]
fn nothing_is_signed_that_was_not_verified() {
    let bench = Bench::new();
    let first = [bench.package(SOURCE, "1.2.3", "x86_64-linux", "one")];
    let more = [bench.package(SOURCE, "1.2.3", "aarch64-linux", "two.")];
    bench.mirror("m", &first).unwrap();
    // Somebody who has no key adds an archive, in every document as psp would have.
    let home = bench.root("m").join("registry.example.com/foundry/foundry");
    let zip = "terraform-provider-foundry_1.2.3_darwin_arm64.zip";
    fs::write(home.join(zip), "evil").unwrap();
    let sha256 = hex(&Sha256::digest("evil"));
    edit(&home.join("1.2.3.json"), |document| {
        let archives = document["archives"].as_object_mut().unwrap();
        let known = archives.remove("linux_amd64").unwrap();
        let hashes = ["h1:AAAA".to_owned(), format!("zh:{sha256}")];
        archives.insert("darwin_arm64".into(), serde_json::json!({ "url": zip, "hashes": hashes }));
        archives.insert("linux_amd64".into(), known);
    });
    for packages in [&first, &more] {
        let error = bench.refused("m", packages, "terraform-mirror-damaged");
        assert!(matches!(error, MirrorError::Unsigned { .. }), "{error}");
    }
}

#[test]
fn the_key_of_every_archive_counts() {
    let mut bench = Bench::new();
    let packages = [
        bench.package(SOURCE, "1.2.3", "x86_64-linux", "one"),
        bench.package(SOURCE, "1.2.3", "aarch64-linux", "two."),
    ];
    bench.mirror("m", &packages[1..]).unwrap();
    // A run that adds one that comes before it is killed when the network mirror's list is there, and the registry's is not.
    let plan = bench.plan("m", &packages[..1]).unwrap();
    let home = Path::new("registry.example.com/foundry/foundry");
    for unfinished in plan.write(&Interrupt::default()).unwrap() {
        if fs::read_to_string(bench.root("m").join(home).join("1.2.3.json")).unwrap().contains("amd64") {
            break;
        }
        unfinished.publish().unwrap();
    }
    drop(plan);
    bench.key = SecretKey::generate().unwrap();
    bench.refused("m", &packages[..1], "terraform-key");
}

#[test]
fn no_archive_is_forgotten() {
    let bench = Bench::new();
    let first = [bench.package(SOURCE, "1.2.3", "x86_64-linux", "one")];
    let more = [bench.package(SOURCE, "1.2.3", "aarch64-linux", "two.")];
    bench.mirror("m", &first).unwrap();
    fs::remove_file(bench.root("m").join("registry.example.com/foundry/foundry/1.2.3.json")).unwrap();
    for packages in [&first, &more] {
        bench.refused("m", packages, "terraform-mirror-damaged");
    }
}

/// Writes a byte through a mapping that was written through before: the file's times do not change.
const WRITER: &str = "import mmap, sys\nf = open(sys.argv[1], 'r+b')\nm = mmap.mmap(f.fileno(), 0)\nm[2] = m[2]\nprint(flush=True)\nsys.stdin.readline()\nm[2] ^= 1\nprint(flush=True)\nsys.stdin.readline()\n";

#[test]
fn what_is_written_is_what_was_verified() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    let bench = Bench::new();
    let key = &bench.key;
    type Writer<'a> = &'a dyn Fn(&[ProviderPackage], &Path) -> &'static str;
    let writers: [(&str, Writer<'_>); 3] = [
        ("m", &|packages, _| bench.mirror("m", packages).unwrap_err().code().code),
        ("r", &|packages, root| {
            release::release(root, packages, key, &Interrupt::default()).unwrap_err().code().code
        }),
        ("i", &|packages, root| {
            let replace = install::Replace::default();
            install::install(&packages[0], root, replace, &Interrupt::default()).unwrap_err().code().code
        }),
    ];
    for (name, writer) in writers {
        let package = bench.package(SOURCE, "1.2.3", "x86_64-linux", name);
        let path = package.file.path();
        let mut python = Command::new("python3");
        let python = python.args(["-c", WRITER]).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut other = python.spawn().unwrap();
        let mut said = BufReader::new(other.stdout.take().unwrap()).lines();
        said.next().unwrap().unwrap();
        let opened = [ProviderPackage::open(path, &MachineTrust::read(None).unwrap()).unwrap()];
        other.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        said.next().unwrap().unwrap();
        assert_eq!(writer(&opened, &bench.root(name)), "package-changed", "{name}");
        assert!(!bench.root(name).exists(), "{name}");
        drop(other.stdin.take());
        assert!(other.wait().unwrap().success());
    }
}

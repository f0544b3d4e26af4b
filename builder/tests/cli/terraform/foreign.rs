//! Directories that somebody else has filled: links, pipes, directories, documents of others.

use std::os::unix::fs::symlink;

use super::*;

const HOME: &str = "registry.example.com/foundry/foundry";
const DOCUMENTS: &str = "registry.example.com/_registry/foundry/foundry";

/// Puts something at a path in place of what is there.
type Plant = fn(&Bench, &Path);

/// What is no file of psp's, each under its name.
const PLANTS: [(&str, Plant); 6] = [
    ("a link to a file", |bench, path| symlink(bench.path("outside/file"), path).unwrap()),
    ("a link to nothing", |bench, path| symlink(bench.path("outside/new"), path).unwrap()),
    ("a link to itself", |_, path| symlink(path.file_name().unwrap(), path).unwrap()),
    ("a link to what never ends", |_, path| symlink("/dev/zero", path).unwrap()),
    ("a pipe", |_, path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success())),
    ("a directory", |_, path| fs::create_dir(path).unwrap()),
];

fn clear(path: &Path) {
    if path.is_dir() && !path.is_symlink() {
        fs::remove_dir_all(path).unwrap();
    } else if path.symlink_metadata().is_ok() {
        fs::remove_file(path).unwrap();
    }
}

/// A bench with a directory `outside`, and one that psp has filled for each command.
fn filled() -> Bench {
    let bench = bench();
    bench.write("outside/file", "theirs");
    for command in COMMANDS {
        bench.done(&put(command, NAME, command));
    }
    bench
}

/// Plants everything at a path of a command's directory: each is refused, and nothing is changed inside or outside.
#[track_caller]
fn planted(bench: &Bench, command: &str, package: &str, path: &str, code: &str) {
    let path = bench.path(command).join(path);
    let was = fs::read(&path).ok();
    for (what, plant) in PLANTS {
        clear(&path);
        plant(bench, &path);
        let outside = tree(&bench.path("outside"));
        let said = refused(bench, &put(command, package, command), command, code);
        assert!(said.contains(path.file_name().unwrap().to_str().unwrap()), "{what}: {said}");
        assert!(tree(&bench.path("outside")) == outside, "{what}");
    }
    clear(&path);
    if let Some(was) = was {
        fs::write(&path, was).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    }
}

#[test]
fn mirrors_with_what_is_no_file() {
    let bench = filled();
    bench.write("manifest.toml", &manifest("1.3.0"));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "next"]);
    for path in [
        format!("{HOME}/index.json"),
        format!("{DOCUMENTS}/versions"),
        "registry.example.com/.well-known/terraform.json".to_owned(),
    ] {
        planted(&bench, "mirror", NAME, &path, "terraform-mirror-foreign");
        planted(&bench, "mirror", "next", &path, "terraform-mirror-foreign");
    }
    for path in [
        format!("{HOME}/1.2.3.json"),
        format!("{HOME}/{ARCHIVE}"),
        format!("{DOCUMENTS}/1.2.3/download/linux/amd64"),
    ] {
        planted(&bench, "mirror", NAME, &path, "terraform-mirror-foreign");
    }
    for path in [format!("{HOME}/1.3.0.json"), format!("{HOME}/{}", ARCHIVE.replace("1.2.3", "1.3.0"))] {
        planted(&bench, "mirror", "next", &path, "terraform-mirror-foreign");
    }
    bench.done(&put("mirror", "next", "mirror"));
}

#[test]
fn mirrors_whose_directories_lead_elsewhere() {
    let bench = filled();
    for path in [
        "registry.example.com",
        "registry.example.com/_registry",
        HOME,
        DOCUMENTS,
        "registry.example.com/.well-known",
    ] {
        let (inside, moved) = (bench.path("mirror").join(path), bench.path("outside/moved"));
        fs::rename(&inside, &moved).unwrap();
        symlink(&moved, &inside).unwrap();
        let outside = tree(&bench.path("outside"));
        refused(&bench, &put("mirror", NAME, "mirror"), "mirror", "terraform-mirror-foreign");
        assert!(tree(&bench.path("outside")) == outside, "{path}");
        fs::remove_file(&inside).unwrap();
        fs::write(&inside, "a file").unwrap();
        refused(&bench, &put("mirror", NAME, "mirror"), "mirror", "terraform-mirror-foreign");
        fs::remove_file(&inside).unwrap();
        fs::rename(&moved, &inside).unwrap();
    }
    // The way to the mirror is whoever's that names it.
    symlink("mirror", bench.path("way")).unwrap();
    assert!(bench.done(&put("mirror", NAME, "way")).contains(": there already"));
}

#[test]
fn mirrors_with_documents_of_others() {
    let bench = filled();
    let index = bench.path("mirror").join(HOME).join("index.json");
    let versions = bench.path("mirror").join(DOCUMENTS).join("versions");
    let archives = bench.path("mirror").join(HOME).join("1.2.3.json");
    let deep = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    // What `terraform providers mirror` writes, and what nobody would.
    for (path, content) in [
        (&index, "{\n  \"versions\": {\n    \"1.2.3\": {}\n  }\n}"),
        (
            &archives,
            "{\n  \"archives\": {\n    \"linux_amd64\": {\n      \"hashes\": [\n        \"h1:x\"\n      ],\n      \"url\": \"x.zip\"\n    }\n  }\n}",
        ),
        (&index, ""),
        (&versions, "\u{feff}{}"),
        (&versions, "{\"versions\":[{\"version\":\"../..\",\"protocols\":[],\"platforms\":[]}]}"),
        (&archives, &deep),
        (&versions, &"9".repeat(1 << 20)),
        (&index, "{\"versions\":{\"1.2.3\":{},\"1.2.3\":{}}}"),
    ] {
        let was = fs::read(path).unwrap();
        fs::write(path, content).unwrap();
        refused(&bench, &put("mirror", NAME, "mirror"), "mirror", "terraform-mirror-foreign");
        fs::write(path, was).unwrap();
    }
    // One of a terabyte is not read.
    let was = fs::read(&index).unwrap();
    fs::File::options().write(true).open(&index).unwrap().set_len(1 << 40).unwrap();
    bench.refused(&put("mirror", NAME, "mirror"), "terraform-mirror-foreign");
    fs::write(&index, was).unwrap();
    fs::File::options()
        .write(true)
        .open(bench.path("mirror").join(HOME).join(ARCHIVE))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    bench.refused(&put("mirror", NAME, "mirror"), "terraform-mirror-damaged");
}

#[test]
fn files_that_others_know_too() {
    let bench = filled();
    // Hard links to what psp replaces: another name's file keeps what it holds.
    let index = bench.path("mirror").join(HOME).join("index.json");
    let was = fs::read(&index).unwrap();
    fs::hard_link(&index, bench.path("outside/same")).unwrap();
    bench.write("manifest.toml", &manifest("1.3.0"));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "next"]);
    bench.done(&put("mirror", "next", "mirror"));
    assert!(bytes(bench.path("outside/same")) == was && bytes(index) != was);
}

#[test]
fn releases_with_what_is_no_file() {
    let bench = filled();
    let base = "terraform-provider-foundry_1.2.3";
    for name in [
        ARCHIVE,
        &format!("{base}_manifest.json"),
        &format!("{base}_SHA256SUMS"),
        &format!("{base}_SHA256SUMS.sig"),
    ] {
        planted(&bench, "release", NAME, name, "output-invalid");
        let path = bench.path("release").join(name);
        let was = fs::read(&path).unwrap();
        for content in [Vec::new(), b"theirs".to_vec(), was.iter().map(|byte| byte ^ 1).collect()] {
            fs::write(&path, content).unwrap();
            refused(&bench, &put("release", NAME, "release"), "release", "terraform-version-exists");
        }
        fs::write(&path, was).unwrap();
    }
    bench.done(&put("release", NAME, "release"));
}

#[test]
fn installed_files_with_what_is_none_beside_or_instead() {
    let bench = filled();
    let version = format!("{HOME}/1.2.3");
    for path in [format!("{version}/linux_amd64/{NAME}"), format!("{version}/linux_amd64/.hidden")] {
        planted(&bench, "install", NAME, &path, "terraform-install-foreign");
    }
    let path = bench.path("install").join(&version);
    for (from, to) in [(path.join("linux_amd64"), "outside/platform"), (path, "outside/version")] {
        let to = bench.path(to);
        fs::rename(&from, &to).unwrap();
        symlink(&to, &from).unwrap();
        for more in [&[][..], &["--replace"]] {
            let arguments = [&put("install", other(&bench), "install")[..], more].concat();
            let outside = tree(&bench.path("outside"));
            refused(&bench, &arguments, "install", "terraform-install-foreign");
            assert!(tree(&bench.path("outside")) == outside);
        }
    }
}

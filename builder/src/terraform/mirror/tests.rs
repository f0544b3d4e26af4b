//! Mirrors of real packages, in every order, and ended early at every step.

use std::collections::BTreeMap;
use std::fs;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::directory::temporary_name;
use crate::manifest::Manifest;
use crate::pack::{self, Workshop};
use crate::plan::{self, Nonportable, Options, Staging};
use crate::progress::Progress;
use crate::target::Target;
use crate::terraform::archive::hex;
use crate::trust::MachineTrust;

mod hostile;

const SOURCE: &str = "registry.example.com/foundry/foundry";

/// A directory with packages in it.
struct Bench {
    directory: TempDir,
    key: SecretKey,
}

impl Bench {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), key: SecretKey::generate().unwrap() }
    }

    fn root(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A provider that nobody has tried: mirrors do not look at what is inside.
    fn package(&self, source: &str, version: &str, target: &str, content: &str) -> ProviderPackage {
        self.package_speaking(source, version, target, content, "6.0")
    }

    fn package_speaking(
        &self,
        source: &str,
        version: &str,
        target: &str,
        content: &str,
        protocol: &str,
    ) -> ProviderPackage {
        let work = tempfile::tempdir().unwrap();
        fs::write(work.path().join("app"), content).unwrap();
        let text = format!(
            "package = {{ name = \"p\", version = \"{version}\" }}\nterraform = {{ source = \"{source}\", protocols = [\"{protocol}\"] }}\n[run]\ncommand = [\"{{slot:app}}\"]\n[[slot]]\nid = \"app\"\nsource = \"app\"\nexec = [\"app\"]\n"
        );
        let manifest = Manifest::parse(Path::new("m"), &text).unwrap();
        let output = self.directory.path().join(format!("{target}-{version}-{content}.psp"));
        let options = Options {
            base_dir: work.path().to_owned(),
            target: Target::parse(target).unwrap(),
            level: None,
            output: output.clone(),
            glibc_floor: None,
            nonportable: Nonportable::Allowed,
        };
        let (interrupt, progress) = (Interrupt::default(), Progress::default());
        let staging = Staging {
            work_dir: work.path(),
            cache_dir: None,
            cache: None,
            jobs: 1,
            environment: &BTreeMap::new(),
            interrupt: &interrupt,
            progress: &progress,
        };
        let plan = plan::make(&manifest, &options, &staging).unwrap();
        let keys = [SecretKey::generate().unwrap()];
        let workshop = Workshop {
            stub: b"a stub",
            keys: &keys,
            jobs: 1,
            cache: None,
            interrupt: &interrupt,
            progress: &progress,
        };
        pack::build(&plan, &workshop, &output).unwrap();
        ProviderPackage::open(&output, &MachineTrust::read(None).unwrap()).unwrap()
    }

    fn plan<'p>(&self, root: &str, packages: &'p [ProviderPackage]) -> Result<Plan<'p>, MirrorError> {
        plan(&self.root(root), packages, &self.key, &Interrupt::default())
    }

    fn mirror(&self, root: &str, packages: &[ProviderPackage]) -> Result<Vec<Mirrored>, MirrorError> {
        self.plan(root, packages)?.run(&Interrupt::default())
    }

    #[track_caller]
    fn refused(&self, root: &str, packages: &[ProviderPackage], code: &str) -> MirrorError {
        let before = (tree(&self.root(root)), self.root(root).exists());
        let error = self.mirror(root, packages).unwrap_err();
        assert_eq!(error.code().code, code, "{error}");
        assert!(
            before == (tree(&self.root(root)), self.root(root).exists()),
            "something was written: {error}"
        );
        error
    }
}

/// All files of a directory with what they hold.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut queue = vec![root.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                queue.push(path);
            } else {
                files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Follows every reference of the documents, as Terraform would, and holds every hash against what it is of. Comes back with
/// the platforms that registry and network mirror offer.
#[track_caller]
fn check(root: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let files = tree(root);
    let json = |path: &Path| -> serde_json::Value {
        let bytes = files.get(path).unwrap_or_else(|| panic!("{} is missing", path.display()));
        serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let sha256 = |path: &Path| {
        let bytes = files.get(path).unwrap_or_else(|| panic!("{} is missing", path.display()));
        hex(&Sha256::digest(bytes))
    };
    let (mut registry, mut network) = (BTreeSet::new(), BTreeSet::new());
    for path in files.keys().filter(|path| path.ends_with("index.json")) {
        for version in json(path)["versions"].as_object().unwrap().keys() {
            let list = path.with_file_name(format!("{version}.json"));
            for (platform, archive) in json(&list)["archives"].as_object().unwrap() {
                let file = path.with_file_name(archive["url"].as_str().unwrap());
                assert_eq!(archive["hashes"][1], format!("zh:{}", sha256(&file)));
                network.insert(format!("{} {version} {platform}", path.display()));
            }
        }
    }
    for path in files.keys().filter(|path| path.ends_with("versions")) {
        for version in json(path)["versions"].as_array().unwrap() {
            let number = version["version"].as_str().unwrap();
            for platform in version["platforms"].as_array().unwrap() {
                let [os, arch] = ["os", "arch"].map(|key| platform[key].as_str().unwrap());
                let document = path.with_file_name(format!("{number}/download/{os}/{arch}"));
                let download = json(&document);
                let beside = |key: &str| normal(&document, download[key].as_str().unwrap());
                assert_eq!(download["shasum"], sha256(&beside("download_url")));
                let sums = String::from_utf8(files[&beside("shasums_url")].clone()).unwrap();
                let line = format!(
                    "{}  {}\n",
                    sha256(&beside("download_url")),
                    download["filename"].as_str().unwrap()
                );
                assert!(sums.contains(&line), "{sums}");
                assert!(files.contains_key(&beside("shasums_signature_url")));
                registry.insert(format!("{} {number} {os}_{arch}", path.display()));
            }
        }
    }
    (registry, network)
}

/// Where a relative address leads that stands in a document.
fn normal(document: &Path, relative: &str) -> PathBuf {
    let mut path = document.parent().unwrap().to_owned();
    for name in relative.split('/') {
        match name {
            ".." => assert!(path.pop()),
            name => path.push(name),
        }
    }
    path
}

fn some(bench: &Bench) -> Vec<ProviderPackage> {
    vec![
        bench.package(SOURCE, "1.2.3", "x86_64-linux", "one"),
        bench.package(SOURCE, "1.2.3", "aarch64-linux", "two."),
        bench.package(SOURCE, "1.10.0-rc.1", "x86_64-linux", "three"),
        bench.package("other.example.com/a/b", "0.1.0", "x86_64-linux", "four....."),
    ]
}

#[test]
fn one_tree_whatever_the_order() {
    let bench = Bench::new();
    let mut packages = some(&bench);
    let mirrored = bench.mirror("at-once", &packages).unwrap();
    assert!(mirrored.iter().all(|mirrored| !mirrored.is_known));
    let expected = tree(&bench.root("at-once"));
    assert_eq!(check(&bench.root("at-once")).0.len(), 4);
    for _ in 0..packages.len() {
        packages.rotate_left(1);
        let root = format!("from-{}", packages[0].provider.archive_name());
        for package in packages.chunks(1) {
            bench.mirror(&root, package).unwrap();
            check(&bench.root(&root));
        }
        assert!(tree(&bench.root(&root)) == expected, "{root}");
    }
    // Once more: nothing to do.
    assert!(bench.plan("at-once", &packages).unwrap().is_empty());
    assert!(bench.mirror("at-once", &packages).unwrap().iter().all(|mirrored| mirrored.is_known));
    assert!(tree(&bench.root("at-once")) == expected);
}

#[test]
fn ended_at_every_step() {
    let bench = Bench::new();
    let packages = some(&bench);
    bench.mirror("whole", &packages).unwrap();
    let expected = tree(&bench.root("whole"));
    for done in 0.. {
        let root = format!("after-{done}");
        bench.mirror(&root, &packages[..1]).unwrap();
        let offered = check(&bench.root(&root));
        let plan = bench.plan(&root, &packages).unwrap();
        let count = plan.steps.len();
        for unfinished in plan.write(&Interrupt::default()).unwrap().into_iter().take(done) {
            unfinished.publish().unwrap();
        }
        drop(plan);
        // What was offered still is, and all that is offered is there.
        let now = check(&bench.root(&root));
        assert!(now.0.is_superset(&offered.0) && now.1.is_superset(&offered.1), "{done}");
        // A killed writer's unfinished file.
        let home = bench.root(&root).join("registry.example.com/foundry/foundry");
        fs::write(home.join(temporary_name().unwrap()), "half").unwrap();
        bench.mirror(&root, &packages).unwrap();
        assert!(tree(&bench.root(&root)) == expected, "{done}");
        if done > count {
            assert!(count > 12, "{count} steps");
            return;
        }
    }
}

#[test]
fn somebody_wants_it_to_end() {
    let bench = Bench::new();
    let packages = some(&bench);
    let interrupt = Interrupt::default();
    interrupt.ask(15);
    let error = bench.plan("m", &packages).unwrap().run(&interrupt).unwrap_err();
    assert_eq!(error.code().code, "interrupted");
    assert!(!bench.root("m").exists());
}

#[test]
fn versions_never_change() {
    let bench = Bench::new();
    let first = [bench.package(SOURCE, "1.2.3", "x86_64-linux", "one")];
    let other = bench.package(SOURCE, "1.2.3", "x86_64-linux", "other");
    bench.mirror("m", &first).unwrap();
    let other = [other];
    bench.refused("m", &other, "terraform-version-exists");
    let speaking = [bench.package_speaking(SOURCE, "1.2.3", "aarch64-linux", "more", "5.0")];
    bench.refused("m", &speaking, "terraform-version-exists");
    // Nor within one run.
    let [first] = first;
    let [other] = other;
    bench.refused("new", &[first, other], "terraform-version-exists");
}

#[test]
fn a_version_is_signed_by_one_key() {
    let mut bench = Bench::new();
    let first = [bench.package(SOURCE, "1.2.3", "x86_64-linux", "one")];
    bench.mirror("m", &first).unwrap();
    bench.key = SecretKey::generate().unwrap();
    let more = [bench.package(SOURCE, "1.2.3", "aarch64-linux", "two.")];
    for packages in [&first, &more] {
        let error = bench.refused("m", packages, "terraform-key");
        assert!(error.to_string().contains(&OpenPgpKey::of(&bench.key).id()), "{error}");
    }
    // The next version may have another one.
    bench.mirror("m", &[bench.package(SOURCE, "1.2.4", "x86_64-linux", "three")]).unwrap();
    check(&bench.root("m"));
}

#[test]
fn two_writers_take_turns() {
    let bench = Bench::new();
    let packages = some(&bench);
    std::thread::scope(|scope| {
        for part in packages.chunks(1) {
            let bench = &bench;
            scope.spawn(move || bench.mirror("m", part).unwrap());
        }
    });
    bench.mirror("alone", &packages).unwrap();
    assert!(tree(&bench.root("m")) == tree(&bench.root("alone")));
}

#[test]
fn versions_ascend_as_versions_do() {
    let bench = Bench::new();
    let order =
        ["0.9.0", "1.0.0-alpha", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0"];
    for version in
        ["1.10.0", "1.0.0", "1.0.0-alpha.10", "0.9.0", "1.2.0", "1.0.0-rc.1", "1.0.0-alpha.2", "1.0.0-alpha"]
    {
        bench.mirror("m", &[bench.package(SOURCE, version, "x86_64-linux", version)]).unwrap();
    }
    check(&bench.root("m"));
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(bench.root("m").join("registry.example.com").join(path)).unwrap())
            .unwrap()
    };
    let index = read("foundry/foundry/index.json");
    assert_eq!(index["versions"].as_object().unwrap().keys().collect::<Vec<_>>(), order);
    let versions = read("_registry/foundry/foundry/versions");
    let numbers: Vec<_> =
        versions["versions"].as_array().unwrap().iter().map(|entry| &entry["version"]).collect();
    assert_eq!(numbers, order);
}

//! The reference provider as one signed file, through a whole life with the real Terraform.

use std::fs;
use std::path::{Path, PathBuf};

use end_to_end::{World, built, stripped};
use serde_json::json;
use tf_testkit::Known;
use tf_testkit::attribute::AttributePath;
use tf_testkit::terraform::{Action, Plan, PlanOptions, ProviderSource, Run, Terraform, Workspace};

use super::support::{listing, run};

/// A provider's package, in a world of its own, and a workspace whose Terraform installs it from a mirror in the file system.
pub(super) struct Packaged {
    pub(super) workspace: Workspace,
    _world: World,
}

impl Packaged {
    /// Packages a built provider, signed, and initialises a workspace that requires it. None where there is no Terraform.
    pub(super) fn new(name: &str, program: &Path) -> Option<Self> {
        let terraform = Terraform::or_skip()?;
        let world = World::new();
        world.write_program("provider", fs::read(program).unwrap());
        let package = package(&world, name);
        let source =
            ProviderSource::mirror(&format!("registry.example.com/foundry/{name}"), "1.2.3", package)
                .unwrap();
        let workspace = Workspace::new(&terraform, source).unwrap();
        Some(Self { workspace, _world: world })
    }

    /// Of a binary of the workspace, without its symbols.
    pub(super) fn of_binary(name: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("provider");
        fs::write(&program, stripped(&format!("terraform-provider-{name}"))).unwrap();
        Self::new(name, &program)
    }

    pub(super) fn configure(&self, config: &str) {
        self.workspace.configure(config).unwrap();
    }

    /// `terraform init`, once there is a configuration.
    pub(super) fn init(&self) {
        self.workspace.init().unwrap().unwrap().succeeded().unwrap_or_else(|error| panic!("{error}"));
    }

    pub(super) fn plan(&self) -> Plan {
        let planned = self.workspace.plan(&PlanOptions::default()).unwrap();
        planned.succeeded().unwrap_or_else(|error| panic!("{error}"));
        self.workspace.show_plan().unwrap()
    }

    /// Plans and applies, and plans nothing more. Comes back with what was planned.
    #[track_caller]
    pub(super) fn apply(&self, config: &str) -> Plan {
        self.configure(config);
        let plan = self.plan();
        self.workspace.apply().unwrap().succeeded().unwrap_or_else(|error| panic!("{error}"));
        assert!(self.plan().is_empty(), "the second plan");
        plan
    }

    /// Plans and applies, one of which fails.
    #[track_caller]
    pub(super) fn fails(&self, config: &str) -> Run {
        self.configure(config);
        let planned = self.workspace.plan(&PlanOptions::default()).unwrap();
        let run = if planned.is_success() { self.workspace.apply().unwrap() } else { planned };
        assert!(!run.is_success(), "no failure: {run}");
        run
    }

    fn file(&self, name: &str) -> PathBuf {
        self.workspace.config_path().join(name)
    }
}

/// `psp build` of `provider`, which is tried, named and signed; verified whole with the key that signed it.
fn package(world: &World, name: &str) -> PathBuf {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"1.2.3\"\n\
         [terraform]\nsource = \"registry.example.com/foundry/{name}\"\nprotocols = [\"5.0\", \"6.0\"]\n\
         [run]\ncommand = [\"{{slot:provider}}\"]\n[[slot]]\nid = \"provider\"\nsource = \"provider\"\n"
    );
    world.write("manifest.toml", manifest);
    for arguments in [
        &["keygen", "-o", "publisher"][..],
        &["build", "-q", "--key", "publisher.key"],
        &["verify", &format!("terraform-provider-{name}_v1.2.3"), "--key", "publisher.pub"],
    ] {
        let output = run(world.psp().args(arguments));
        assert!(output.status.success(), "{arguments:?}: {}", end_to_end::text(&output.stderr));
    }
    world.path(format!("terraform-provider-{name}_v1.2.3"))
}

#[track_caller]
fn action(plan: &Plan, address: &str) -> Action {
    plan.change(address).unwrap_or_else(|| panic!("{address} is not in the plan")).change.action().unwrap()
}

fn file(name: &str, filename: &str, content: &str) -> String {
    format!(
        "resource \"foundry_file_content\" \"{name}\" {{\n  filename = \"{filename}\"\n  content  = \"{content}\"\n}}\n"
    )
}

#[test]
fn a_life() {
    let Some(provider) = Packaged::of_binary("foundry") else { return };
    provider.configure(&file("a", "a.txt", "one"));
    provider.init();
    let before = listing(&provider.workspace.path().join("providers"));
    // Created, then nothing to do.
    let plan = provider.apply(&file("a", "a.txt", "one"));
    assert_eq!(action(&plan, "foundry_file_content.a"), Action::Create);
    // Updated in place, then replaced.
    let plan = provider.apply(&file("a", "a.txt", "two"));
    assert_eq!(action(&plan, "foundry_file_content.a"), Action::Update);
    assert_eq!(fs::read_to_string(provider.file("a.txt")).unwrap(), "two");
    let plan = provider.apply(&file("a", "b.txt", "two"));
    assert_eq!(action(&plan, "foundry_file_content.a"), Action::Replace);
    assert!(!provider.file("a.txt").exists() && provider.file("b.txt").exists());
    // Another name for the same object.
    let moved = "moved {\n  from = foundry_file_content.a\n  to   = foundry_file_content.b\n}\n";
    let plan = provider.apply(&(file("b", "b.txt", "two") + moved));
    assert_eq!(action(&plan, "foundry_file_content.b"), Action::NoOp);
    // Taken over from outside.
    fs::write(provider.file("there.txt"), "precious").unwrap();
    let import = "import {\n  to = foundry_file_content.there\n  id = \"there.txt\"\n}\n";
    let both = file("b", "b.txt", "two") + &file("there", "there.txt", "precious");
    let plan = provider.apply(&(both.clone() + import));
    assert_eq!(action(&plan, "foundry_file_content.there"), Action::NoOp);
    // Changed and removed behind Terraform's back.
    fs::write(provider.file("b.txt"), "theirs").unwrap();
    fs::remove_file(provider.file("there.txt")).unwrap();
    let plan = provider.apply(&both);
    assert_eq!(action(&plan, "foundry_file_content.b"), Action::Update);
    assert_eq!(action(&plan, "foundry_file_content.there"), Action::Create);
    assert_eq!(fs::read_to_string(provider.file("b.txt")).unwrap(), "two");
    // Destroyed, and the package is as it was.
    provider.workspace.destroy().unwrap().succeeded().unwrap();
    assert!(!provider.file("b.txt").exists() && provider.workspace.show_state().unwrap().is_empty());
    assert_eq!(
        listing(&provider.workspace.path().join("providers")),
        before,
        "a package writes nothing beside itself"
    );
    let again = provider.workspace.run(&["init", "-input=false", "-no-color", "-lockfile=readonly"]).unwrap();
    again.succeeded().unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn five_hundred_at_once() {
    let Some(provider) = Packaged::of_binary("foundry") else { return };
    let config = "resource \"foundry_file_content\" \"f\" {\n  count    = 500\n  filename = \"many/${count.index}.txt\"\n  content  = \"n${count.index}\"\n}\n";
    provider.configure(config);
    provider.init();
    let many = |arguments: &[&str]| {
        let run = provider.workspace.run(arguments).unwrap();
        run.succeeded().unwrap_or_else(|error| panic!("{error}"))
    };
    many(&["apply", "-input=false", "-no-color", "-auto-approve", "-parallelism=50"]);
    assert_eq!(fs::read_dir(provider.file("many")).unwrap().count(), 500);
    assert_eq!(fs::read_to_string(provider.file("many/499.txt")).unwrap(), "n499");
    assert!(provider.plan().is_empty());
    many(&["destroy", "-input=false", "-no-color", "-auto-approve", "-parallelism=50"]);
    assert_eq!(fs::read_dir(provider.file("many")).unwrap().count(), 0);
}

#[test]
fn functions_write_only_attributes_and_leases() {
    let Some(mut provider) = Packaged::of_binary("foundry") else { return };
    let index = provider.file("notes.json");
    provider.workspace.set_env("FOUNDRY_TESTMODE", "true");
    provider.workspace.set_env("FOUNDRY_SECRET_NOTE_INDEX", &index);
    let config = "ephemeral \"foundry_lease\" \"l\" {\n  name = \"l\"\n  path = \"l.lease\"\n}\n\
                  resource \"foundry_secret_note\" \"n\" {\n  name         = provider::foundry::to_kebab_case(\"MyNote\")\n  secret_value = ephemeral.foundry_lease.l.lease_id\n}\n\
                  output \"sum\" {\n  value = provider::foundry::sum([1, 2, 3])\n}\n\
                  output \"jq\" {\n  value = provider::foundry::lens_jq({ a = [1, 2] }, \".a | add\")\n}\n";
    provider.configure(config);
    provider.init();
    provider.apply(config);
    assert!(!provider.file("l.lease").exists(), "closed at the end");
    let state = provider.workspace.show_state().unwrap();
    let note = state.resource("foundry_secret_note.n").unwrap();
    for (path, expected) in [("name", json!("my-note")), ("secret_value", json!(null))] {
        let value = AttributePath::parse(path).unwrap().find(&note.values).unwrap();
        Known::from(expected).check(&value).unwrap_or_else(|mismatch| panic!("{path}: {mismatch}"));
    }
    for (output, expected) in [("sum", json!(6)), ("jq", json!(3))] {
        let value = &state.output(output).unwrap().value;
        Known::from(expected).check(value).unwrap_or_else(|mismatch| panic!("{output}: {mismatch}"));
    }
    assert!(fs::read_to_string(&index).unwrap().contains("my-note"));
}

#[test]
fn a_creation_that_fails_leaves_the_others() {
    let Some(provider) = Packaged::of_binary("foundry") else { return };
    let config = file("good", "good.txt", "x")
        + &file("bad", "good.txt/below", "x")
            .replace("content  = \"x\"", "content  = \"x\"\n  depends_on = [foundry_file_content.good]");
    provider.configure(&config);
    provider.init();
    let failed = provider.fails(&config);
    let said: Vec<&str> = failed.errors().map(|error| error.summary.as_str()).collect();
    assert_eq!(said, ["Cannot Make Directory"], "{failed}");
    let state = provider.workspace.show_state().unwrap();
    assert!(state.resource("foundry_file_content.good").is_some());
    assert!(state.resource("foundry_file_content.bad").is_none());
}

#[test]
fn the_package_is_built_by_its_own_manifest() {
    let world = World::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/terraform-provider-foundry");
    let manifest = fs::read_to_string(folder.join("manifest.toml")).unwrap();
    assert!(built("terraform-provider-foundry").exists());
    world.write("tools/terraform-provider-foundry/manifest.toml", manifest);
    world.write_program("target/provider/terraform-provider-foundry", stripped("terraform-provider-foundry"));
    let output = run(world.psp().args(["build", "-q", "tools/terraform-provider-foundry/manifest.toml"]));
    assert!(output.status.success(), "{}", end_to_end::text(&output.stderr));
    assert!(world.path("terraform-provider-foundry_v0.1.0").exists());
}

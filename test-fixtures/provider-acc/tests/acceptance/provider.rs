//! The provider itself: its configuration, `provider_meta`, its log, and a crowd of resources.

use serde_json::json;
use tf_testkit::{Canary, Expected, Step};

use crate::remote::Remote;
use crate::world::World;

const ITEM: &str = "resource \"acc_item\" \"a\" {\n  name = \"p\"\n}\n";

#[test]
fn the_root_of_the_configuration_goes_before_the_environment() {
    let (remote, other) = (Remote::new(), Remote::new());
    let root = other.path().join("deep/down");
    let config = format!("provider \"acc\" {{\n  root = {:?}\n}}\n{ITEM}", root.to_str().unwrap());
    let file = root.join("item-p.json");
    remote
        .case()
        .step(Step::config(&config).check_state_with(move |_| {
            assert!(file.exists());
            Ok(())
        }))
        .run();
    assert!(!remote.has("item-p"));
}

#[test]
fn without_a_root_there_is_the_temporary_directory() {
    let Some(mut world) = World::new() else { return };
    world.workspace.remove_env("ACC_ROOT");
    world.apply(ITEM);
    assert!(world.workspace.path().join("tmp/acc-root/item-p.json").exists());
}

#[test]
fn an_unknown_root_is_an_error_there() {
    let config = "resource \"terraform_data\" \"d\" {\n  input = \"x\"\n}\nprovider \"acc\" {\n  root = terraform_data.d.output\n}\n"
        .to_owned()
        + ITEM;
    Remote::new()
        .case()
        .step(Step::config(&config).expect_error(Expected::summary("Unknown root").at_attribute("root")))
        .run();
}

#[test]
fn a_root_that_cannot_be_made_is_an_error() {
    let Some(world) = World::new() else { return };
    std::fs::write(world.remote.file("file"), "").unwrap();
    let root = world.remote.file("file").join("below");
    let run = world.fails(&format!("provider \"acc\" {{\n  root = {:?}\n}}\n{ITEM}", root.to_str().unwrap()));
    assert_eq!(run.errors().count(), 1, "{run}");
}

#[test]
fn a_token_is_not_seen() {
    let config = "variable \"t\" {}\nprovider \"acc\" {\n  token = var.t\n}\n".to_owned() + ITEM;
    let case = Remote::new().case().canary(Canary::new("not-to-be-seen-anywhere"));
    case.step(Step::config(&config).variable("t", "not-to-be-seen-anywhere")).run();
}

#[test]
fn a_module_says_its_name() {
    let meta = |name: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    acc = {{\n      source = \"local/test/acc\"\n    }}\n  }}\n  \
             provider_meta \"acc\" {{\n    {name}\n  }}\n}}\n{ITEM}"
        )
    };
    let Some(world) = World::new() else { return };
    world.apply(&meta("module_name = \"mine\""));
    assert_eq!(world.remote.events(), ["meta mine"]);
    world.apply("");
    world.apply(&meta(""));
    world.apply("");
    world.apply(ITEM);
    assert_eq!(world.remote.events(), ["meta mine"]);
    let run = world.fails(&meta("module = 1"));
    assert!(run.errors().any(|error| error.summary == "Unsupported argument"), "{run}");
}

#[test]
fn a_log_line_keeps_its_level_and_field() {
    let Some(mut world) = World::new() else { return };
    let log = world.workspace.path().join("terraform.log");
    world.workspace.set_env("TF_LOG_PROVIDER", "INFO");
    world.workspace.set_env("TF_LOG_PATH", &log);
    world.apply(ITEM);
    let text = std::fs::read_to_string(&log).unwrap();
    let line =
        text.lines().find(|line| line.contains("creating acc_item")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("[INFO]"), "{line}");
    assert!(line.contains("name=p"), "{line}");
    assert!(!text.contains("[DEBUG]") && !text.contains("[TRACE]"), "{text}");
}

#[test]
fn five_hundred_items_at_once() {
    let Some(world) = World::new() else { return };
    let config = |color: &str| {
        format!(
            "resource \"acc_item\" \"a\" {{\n  count = 500\n  name = \"n${{count.index}}\"\n  color = \"{color}\"\n  tags = {{ i = tostring(count.index) }}\n}}\n"
        )
    };
    let apply = |color: &str| {
        world.configure(&config(color));
        let run =
            world.workspace.run(&["apply", "-json", "-input=false", "-auto-approve", "-parallelism=50"]);
        let run = run.unwrap();
        assert!(run.is_success(), "{run}");
    };
    apply("red");
    assert_eq!(world.state().resources().len(), 500);
    assert_eq!(world.remote.object("item-n499")["Tags"], json!({"i": "499"}));
    assert!(world.plan().is_empty());
    apply("blue");
    assert_eq!(world.remote.object("item-n0")["Rev"], 2);
    let run = world
        .workspace
        .run(&["destroy", "-json", "-input=false", "-auto-approve", "-parallelism=50"])
        .unwrap();
    assert!(run.is_success() && world.state().is_empty());
    assert_eq!(std::fs::read_dir(world.remote.path()).unwrap().count(), 0);
}

//! States of other versions of a schema.

use tf_testkit::terraform::Action;

use crate::world::{World, action, has};

const V: &str = "acc_versioned.v";

fn versioned(attribute: &str, name: &str) -> String {
    format!("resource \"acc_versioned\" \"v\" {{\n  {attribute} = \"{name}\"\n}}\n")
}

#[test]
fn version_0_becomes_version_2() {
    let Some(mut world) = World::new() else { return };
    world.apply(&versioned("name", "n"));
    assert_eq!(world.state().resource(V).unwrap().schema_version, 0);
    world.workspace.set_env("ACC_SCHEMA_VERSION", "2");
    world.configure(&versioned("full_name", "n"));
    let plan = world.plan();
    assert_eq!(action(&plan, V), Action::NoOp);
    assert!(world.workspace.apply().unwrap().is_success());
    world.workspace.refresh().unwrap().succeeded().unwrap();
    let state = world.state();
    has(&state, V, "full_name", "n");
    assert_eq!(state.resource(V).unwrap().schema_version, 2);
    assert!(world.plan().is_empty());
    world.configure(&versioned("full_name", "m"));
    assert_eq!(action(&world.plan(), V), Action::Update);
    assert!(world.workspace.apply().unwrap().is_success());
    has(&world.state(), V, "full_name", "m");
}

#[test]
fn an_upgrade_and_a_change_in_one() {
    let Some(mut world) = World::new() else { return };
    world.apply(&versioned("name", "n"));
    world.workspace.set_env("ACC_SCHEMA_VERSION", "2");
    world.configure(&versioned("full_name", "m"));
    assert_eq!(action(&world.plan(), V), Action::Update);
    assert!(world.workspace.apply().unwrap().is_success());
    assert!(world.plan().is_empty());
}

#[test]
fn a_newer_state_is_refused() {
    let Some(mut world) = World::new() else { return };
    world.workspace.set_env("ACC_SCHEMA_VERSION", "2");
    world.apply(&versioned("full_name", "n"));
    world.workspace.remove_env("ACC_SCHEMA_VERSION");
    world.configure(&versioned("name", "n"));
    let run = world.workspace.plan(&Default::default()).unwrap();
    assert!(!run.is_success() && run.errors().count() == 1, "{run}");
}

#[test]
fn an_older_state_can_be_destroyed() {
    let Some(mut world) = World::new() else { return };
    world.apply(&versioned("name", "n"));
    world.workspace.set_env("ACC_SCHEMA_VERSION", "2");
    world.configure("");
    assert!(world.workspace.destroy().unwrap().is_success());
    assert!(world.state().is_empty());
}

#[test]
fn attributes_that_are_gone_from_a_schema_are_gone_from_the_state() {
    let Some(world) = World::new() else { return };
    world.apply(&versioned("name", "n"));
    let path = world.workspace.config_path().join("terraform.tfstate");
    let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    state["resources"][0]["instances"][0]["attributes"]["removed"] = "long ago".into();
    std::fs::write(&path, state.to_string()).unwrap();
    assert!(world.plan().is_empty());
}

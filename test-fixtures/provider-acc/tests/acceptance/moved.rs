//! Moves between types.

use tf_testkit::Expected;
use tf_testkit::terraform::Action;

use crate::world::{World, action, has};

const LEGACY: &str = "resource \"acc_legacy\" \"l\" {\n  title = \"t\"\n}\n";

fn moved(from: &str, to: &str) -> String {
    format!("moved {{\n  from = {from}\n  to = {to}\n}}\n")
}

#[test]
fn a_legacy_object_becomes_an_item() {
    let Some(world) = World::new() else { return };
    world.apply(LEGACY);
    has(&world.state(), "acc_legacy.l", "id", "legacy-t");
    let object = serde_json::json!({
        "Name": "t", "Size": 10, "Rev": 1, "PwHash": "none", "Color": "", "Secret": "", "Tags": null,
    });
    assert_eq!(world.remote.object("item-t"), object);
    let item = "resource \"acc_item\" \"i\" {\n  name = \"t\"\n}\n";
    world.configure(&(item.to_owned() + &moved("acc_legacy.l", "acc_item.i")));
    let plan = world.plan();
    assert_eq!(action(&plan, "acc_item.i"), Action::NoOp);
    assert_eq!(plan.change("acc_item.i").unwrap().previous_address.as_deref(), Some("acc_legacy.l"));
    assert!(world.workspace.apply().unwrap().is_success());
    has(&world.state(), "acc_item.i", "id", "item-t");
    has(&world.state(), "acc_item.i", "name", "t");
    has(&world.state(), "acc_item.i", "revision", 1);
    assert!(world.state().resource("acc_legacy.l").is_none());
    assert!(world.plan().is_empty());
}

#[test]
fn a_moved_item_can_change() {
    let Some(world) = World::new() else { return };
    world.apply(LEGACY);
    let item = "resource \"acc_item\" \"i\" {\n  name = \"t\"\n  color = \"red\"\n}\n";
    world.configure(&(item.to_owned() + &moved("acc_legacy.l", "acc_item.i")));
    assert_eq!(action(&world.plan(), "acc_item.i"), Action::Update);
    assert!(world.workspace.apply().unwrap().is_success());
    has(&world.state(), "acc_item.i", "revision", 2);
}

#[test]
fn moves_that_nobody_takes() {
    let faulty = "resource \"acc_faulty\" \"f\" {\n  mode = \"m\"\n}\n";
    let item = "resource \"acc_item\" \"i\" {\n  name = \"t\"\n}\n";
    let data = "resource \"terraform_data\" \"d\" {}\n";
    for (before, from, after, to) in [
        (faulty, "acc_faulty.f", item, "acc_item.i"),
        (data, "terraform_data.d", item, "acc_item.i"),
        (item, "acc_item.i", LEGACY, "acc_legacy.l"),
        (faulty, "acc_faulty.f", LEGACY, "acc_legacy.l"),
    ] {
        let Some(world) = World::new() else { return };
        world.apply(before);
        let run = world.fails(&(after.to_owned() + &moved(from, to)));
        assert!(run.errors().any(|e| e.summary == "Unable to Move Resource State"), "{from} to {to}: {run}");
        assert!(world.state().resource(from).is_some(), "{from} to {to}");
    }
}

#[test]
fn a_new_name_is_no_move_between_types() {
    tf_testkit::TestCase::new(crate::remote::source())
        .step(tf_testkit::Step::config(LEGACY))
        .step(
            tf_testkit::Step::config(
                &(LEGACY.replace("\"l\"", "\"m\"") + &moved("acc_legacy.l", "acc_legacy.m")),
            )
            .expect_action("acc_legacy.m", Action::NoOp)
            .expect_warning(Expected::containing("Use acc_item instead.")),
        )
        .run();
}

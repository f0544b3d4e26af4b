//! What others change behind Terraform's back.

use serde_json::json;
use tf_testkit::known;
use tf_testkit::terraform::Action;

use crate::world::{World, action, has};

const A: &str = "acc_item.a";

fn item(body: &str) -> String {
    format!("resource \"acc_item\" \"a\" {{\n  name = \"d\"\n  {body}\n}}\n")
}

#[test]
fn a_changed_item_is_changed_back() {
    let Some(world) = World::new() else { return };
    world.apply(&item("color = \"red\""));
    world.remote.change("item-d", "Color", json!("blue"));
    world.remote.change("item-d", "Size", json!(7));
    let plan = world.plan();
    assert_eq!(action(&plan, A), Action::Update);
    assert_eq!(plan.resource_drift.len(), 1);
    assert!(world.workspace.apply().unwrap().is_success());
    assert!(world.plan().is_empty());
    assert_eq!(world.remote.object("item-d")["Color"], "red");
    assert_eq!(world.remote.object("item-d")["Rev"], 2);
}

#[test]
fn a_grown_item_is_replaced() {
    let Some(world) = World::new() else { return };
    world.apply(&item(""));
    world.remote.change("item-d", "Size", json!(70));
    assert_eq!(action(&world.plan(), A), Action::Replace);
}

#[test]
fn a_deleted_item_is_made_again() {
    let Some(world) = World::new() else { return };
    world.apply(&item(""));
    world.remote.remove("item-d");
    assert_eq!(action(&world.plan(), A), Action::Create);
    assert!(world.workspace.refresh().unwrap().is_success());
    assert!(world.state().is_empty());
    world.apply(&item(""));
    assert!(world.plan().is_empty());
}

#[test]
fn a_deleted_item_can_be_destroyed() {
    let Some(world) = World::new() else { return };
    world.apply(&item(""));
    world.remote.remove("item-d");
    assert!(world.workspace.destroy().unwrap().is_success());
    assert!(world.state().is_empty());
}

#[test]
fn nulls_and_empty_maps_stay_what_they_are() {
    let Some(world) = World::new() else { return };
    for (written, known) in
        [("tags = {}", known::map_size(0)), ("tags = null", known::null()), ("", known::null())]
    {
        for empty in [json!(null), json!({})] {
            world.apply(&item(written));
            world.remote.change("item-d", "Tags", empty);
            assert!(world.plan().is_empty(), "{written}");
            assert!(world.workspace.refresh().unwrap().is_success());
            has(&world.state(), A, "tags", known.clone());
        }
    }
}

#[test]
fn tags_that_come_and_go() {
    let Some(world) = World::new() else { return };
    world.apply(&item(""));
    world.remote.change("item-d", "Tags", json!({"new": "tag"}));
    assert_eq!(action(&world.plan(), A), Action::Update);
    world.apply(&item("tags = { a = \"1\", b = \"2\" }"));
    world.remote.change("item-d", "Tags", json!({}));
    assert_eq!(action(&world.plan(), A), Action::Update);
    let mut object = world.remote.object("item-d");
    object.as_object_mut().unwrap().remove("Tags");
    world.remote.put("item-d", &object);
    assert!(world.workspace.refresh().unwrap().is_success());
    has(&world.state(), A, "tags", known::map_size(0));
}

#[test]
fn empty_texts_of_the_api() {
    let Some(world) = World::new() else { return };
    world.apply(&item("color = \"red\"\n  secret = \"s\""));
    world.remote.change("item-d", "Color", json!(""));
    world.remote.change("item-d", "Secret", json!(""));
    assert!(world.workspace.refresh().unwrap().is_success());
    has(&world.state(), A, "color", known::null());
    has(&world.state(), A, "secret", "s");
    world.remote.change("item-d", "Secret", json!("other"));
    assert_eq!(action(&world.plan(), A), Action::Update);
}

#[test]
fn a_file_that_is_no_item_is_an_error() {
    let Some(world) = World::new() else { return };
    world.apply(&item(""));
    std::fs::write(world.remote.file("item-d"), "{").unwrap();
    let run = world.workspace.plan(&Default::default()).unwrap();
    assert_eq!(run.errors().count(), 1, "{run}");
    assert!(!world.state().is_empty());
}

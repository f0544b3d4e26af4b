//! `acc_item` from its creation to its end.

use serde_json::json;
use tf_testkit::terraform::{Action, Severity};
use tf_testkit::{CheckError, Step, known};

use crate::remote::Remote;
use crate::world::{World, action, said};

const A: &str = "acc_item.a";

fn item(body: &str) -> String {
    format!("resource \"acc_item\" \"a\" {{\n  {body}\n}}\n")
}

#[test]
fn a_life() {
    let remote = Remote::new();
    remote
        .case()
        .step(
            Step::config(&item("name = \"one\""))
                .expect_action(A, Action::Create)
                .expect_unknown_value(A, "id")
                .expect_unknown_value(A, "revision")
                .expect_unknown_value(A, "password_hash")
                .expect_known_value(A, "size", 10)
                .expect_value(A, "id", "item-one")
                .expect_value(A, "revision", 1)
                .expect_value(A, "password_hash", "none")
                .expect_value(A, "color", known::null())
                .expect_value(A, "tags", known::null()),
        )
        .step(
            Step::config(&item("name = \"one\"\n  color = \"red\"\n  tags = { a = \"1\" }\n  size = 11"))
                .expect_action(A, Action::Update)
                .expect_known_value(A, "id", "item-one")
                .expect_known_value(A, "password_hash", "none")
                .expect_unknown_value(A, "revision")
                .expect_value(A, "revision", 2)
                .expect_value(A, "tags", json!({"a": "1"})),
        )
        .step(
            Step::config(&item("name = \"two\"\n  size = 11"))
                .expect_action(A, Action::Replace)
                .expect_replaced_by(A, "name")
                .expect_unknown_value(A, "id")
                .expect_value(A, "id", "item-two")
                .expect_value(A, "revision", 1),
        )
        .step(
            Step::config(&item("name = \"two\"\n  size = 12"))
                .expect_action(A, Action::Update)
                .expect_value(A, "size", 12),
        )
        .step(
            Step::config(&item("name = \"two\"\n  size = 3"))
                .expect_action(A, Action::Replace)
                .expect_replaced_by(A, "size")
                .expect_value(A, "revision", 1),
        )
        .step(
            Step::destroy()
                .expect_action(A, Action::Destroy)
                .expect_warning("Resource Destruction Considerations")
                .expect_absent(A),
        )
        .run();
    assert!(!remote.has("item-one") && !remote.has("item-two"));
}

#[test]
fn the_default_comes_back_when_the_size_goes() {
    Remote::new()
        .case()
        .step(Step::config(&item("name = \"d\"\n  size = 5")).expect_value(A, "size", 5))
        .step(
            Step::config(&item("name = \"d\""))
                .expect_action(A, Action::Update)
                .expect_known_value(A, "size", 10)
                .expect_value(A, "size", 10),
        )
        .run();
}

#[test]
fn the_api_is_told_everything() {
    let Some(world) = World::new() else { return };
    world.apply(&item(
        "name = \"full\"\n  size = 12\n  color = \"blue\"\n  secret = \"s\"\n  tags = { k = \"v\" }",
    ));
    let full = json!({
        "Name": "full", "Size": 12, "Rev": 1, "PwHash": "none", "Color": "blue", "Secret": "s", "Tags": {"k": "v"},
    });
    assert_eq!(world.remote.object("item-full"), full);
    world.apply(&item("name = \"full\""));
    // The size is smaller: a new item.
    let bare = json!({
        "Name": "full", "Size": 10, "Rev": 1, "PwHash": "none", "Color": "", "Secret": "", "Tags": null,
    });
    assert_eq!(world.remote.object("item-full"), bare);
    world.apply("");
    assert!(!world.remote.has("item-full"));
}

#[test]
fn a_destruction_warns_and_nothing_else_does() {
    let Some(world) = World::new() else { return };
    let created = world.apply(&item("name = \"w\""));
    assert_eq!(said(&created).len(), 0, "{created}");
    let updated = world.apply(&item("name = \"w\"\n  color = \"red\""));
    assert_eq!(said(&updated).len(), 0, "{updated}");
    let destroyed = world.workspace.destroy().unwrap();
    assert!(destroyed.is_success(), "{destroyed}");
    let all = said(&destroyed);
    assert!(
        !all.is_empty() && all.iter().all(|d| d.summary == "Resource Destruction Considerations"),
        "{destroyed}"
    );
    assert!(all.iter().all(|d| d.severity == Severity::Warning));
}

#[test]
fn what_was_made_out_of_turn_is_unharmed() {
    let Some(world) = World::new() else { return };
    world.apply(&item("name = \"p\""));
    let private = |world: &World| {
        let state = std::fs::read(world.workspace.config_path().join("terraform.tfstate")).unwrap();
        let state: serde_json::Value = serde_json::from_slice(&state).unwrap();
        state["resources"][0]["instances"][0]["private"].clone()
    };
    let before = private(&world);
    assert!(before.is_string(), "{before}");
    world.apply(&item("name = \"p\"\n  color = \"red\""));
    assert_eq!(private(&world), before);
    world.workspace.refresh().unwrap().succeeded().unwrap();
    assert_eq!(private(&world), before);
}

#[test]
fn many_items_and_a_second_plan() {
    let config = "resource \"acc_item\" \"a\" {\n  for_each = toset([\"x\", \"y\", \"z\"])\n  name = each.key\n  tags = { me = each.key }\n}";
    Remote::new()
        .case()
        .step(
            Step::config(config)
                .expect_value("acc_item.a[\"x\"]", "id", "item-x")
                .expect_value("acc_item.a[\"z\"]", "tags.me", "z")
                .check_state_with(|state| match state.resources().len() {
                    3 => Ok(()),
                    count => Err(CheckError::Other(format!("{count} items"))),
                }),
        )
        .run();
}

#[test]
fn a_new_item_for_the_asking() {
    let Some(world) = World::new() else { return };
    world.apply(&item("name = \"again\""));
    let plan = world.plan_with(&tf_testkit::terraform::PlanOptions::default().replace(A));
    assert_eq!(action(&plan, A), Action::Replace);
    assert!(world.workspace.apply().unwrap().is_success());
    assert!(world.plan().is_empty());
    assert!(world.remote.has("item-again"));
}

#[test]
fn create_before_destroy() {
    let config = |name: &str| {
        item(&format!("name = \"{name}\"\n  lifecycle {{\n    create_before_destroy = true\n  }}"))
    };
    Remote::new()
        .case()
        .step(Step::config(&config("old")))
        .step(
            Step::config(&config("new")).expect_action(A, Action::Replace).expect_value(A, "id", "item-new"),
        )
        .run();
}

//! Imports.

use serde_json::json;
use tf_testkit::terraform::{Action, PlanOptions};
use tf_testkit::{Expected, Step, known};

use crate::remote::Remote;
use crate::world::{World, action, has};

const A: &str = "acc_item.a";

fn item(body: &str) -> String {
    format!("resource \"acc_item\" \"a\" {{\n  name = \"i\"\n  {body}\n}}\n")
}

fn import_block(id: &str) -> String {
    format!("import {{\n  to = acc_item.a\n  id = \"{id}\"\n}}\n")
}

#[test]
fn what_is_imported_is_what_was_made() {
    let full =
        item("size = 12\n  color = \"blue\"\n  secret = \"s\"\n  tags = { k = \"v\" }\n  old_name = \"o\"");
    Remote::new()
        .case()
        .step(Step::config(&full))
        .step(Step::import(A).ignoring(["old_name"]))
        .step(Step::import(A).id("item-nobody").expect_error("Cannot import non-existent remote object"))
        .step(Step::import(A).id("thing-i").expect_error(Expected::summary("Unexpected Import Identifier")))
        .step(Step::import(A).id("").expect_error("Unexpected Import Identifier"))
        .run();
}

#[test]
fn only_items_are_imported() {
    let config = "resource \"acc_nested\" \"a\" {}\nresource \"acc_legacy\" \"a\" {\n  title = \"t\"\n}\n\
                  resource \"acc_faulty\" \"a\" {\n  mode = \"m\"\n}\n";
    let mut case = Remote::new().case().step(Step::config(config));
    for name in ["nested", "legacy", "faulty"] {
        let import = Step::import(&format!("acc_{name}.a"));
        case = case.step(import.expect_error(Expected::summary("Resource Import Not Implemented")));
    }
    case.run();
}

#[test]
fn an_import_block() {
    let Some(world) = World::new() else { return };
    let object = json!({"Name": "i", "Size": 10, "Rev": 4, "PwHash": "none", "Color": "red", "Secret": "", "Tags": {}});
    world.remote.put("item-i", &object);
    world.configure(&(item("color = \"red\"") + &import_block("item-i")));
    let plan = world.plan();
    assert_eq!(action(&plan, A), Action::NoOp);
    assert_eq!(plan.change(A).unwrap().change.importing.as_deref(), Some("item-i"));
    assert!(world.workspace.apply().unwrap().is_success());
    has(&world.state(), A, "revision", 4);
    has(&world.state(), A, "tags", known::null());
    assert!(world.plan().is_empty());
}

#[test]
fn import_blocks_that_find_nothing() {
    let Some(world) = World::new() else { return };
    let run = world.fails(&(item("") + &import_block("item-i")));
    assert!(run.errors().any(|e| e.summary == "Cannot import non-existent remote object"), "{run}");
    let run = world.fails(&(item("") + &import_block("i")));
    assert!(run.errors().any(|e| e.summary == "Unexpected Import Identifier"), "{run}");
}

#[test]
fn an_import_and_a_change_in_one() {
    let Some(world) = World::new() else { return };
    world.remote.put("item-i", &json!({"Name": "i", "Size": 10, "Rev": 1, "PwHash": "none"}));
    world.configure(&(item("color = \"green\"") + &import_block("item-i")));
    assert_eq!(action(&world.plan(), A), Action::Update);
    assert!(world.workspace.apply().unwrap().is_success());
    assert_eq!(world.remote.object("item-i")["Color"], "green");
}

#[test]
fn configuration_is_generated() {
    let Some(world) = World::new() else { return };
    let object =
        json!({"Name": "i", "Size": 11, "Rev": 1, "PwHash": "none", "Color": "red", "Tags": {"k": "v"}});
    world.remote.put("item-i", &object);
    world.configure(&import_block("item-i"));
    let plan = world.plan_with(&PlanOptions::default().generate_config("generated.tf"));
    assert_eq!(action(&plan, A), Action::NoOp);
    let text = std::fs::read_to_string(world.workspace.config_path().join("generated.tf")).unwrap();
    for part in ["\"i\"", "= 11", "\"red\"", "k = \"v\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for computed in ["id ", "revision ", "password_hash "] {
        assert!(!text.lines().any(|line| line.trim_start().starts_with(computed)), "{computed}: {text}");
    }
    assert!(world.workspace.apply().unwrap().is_success());
    assert!(world.plan().is_empty());
}

//! `acc_faulty`: each fault in Terraform's own words, and nothing lost.

use tf_testkit::terraform::{Action, Diagnostic};
use tf_testkit::{Expected, Step};

use crate::remote::Remote;
use crate::world::{World, action, has, marked};

const F: &str = "acc_faulty.f";

fn faulty(mode: &str) -> String {
    format!("resource \"acc_faulty\" \"f\" {{\n  mode = \"{mode}\"\n}}\n")
}

#[test]
fn a_bad_element_is_pointed_at() {
    let Some(world) = World::new() else { return };
    let list = "[\n    \"first\",\n    \"second\",\n    null,\n  ]";
    let run = world.fails(&format!(
        "resource \"acc_faulty\" \"f\" {{\n  mode = \"validate_error\"\n  list = {list}\n}}\n"
    ));
    let error = run.errors().next().unwrap();
    assert_eq!((error.summary.as_str(), marked(error)), ("Bad list element", "\"second\""), "{run}");
}

#[test]
fn a_warning_goes_on() {
    let warning =
        Expected::summary("Careful").and_containing("mode warn emits a warning").at(F).at_attribute("mode");
    Remote::new().case().step(Step::config(&faulty("warn")).expect_warning(warning)).run();
    let warning = Expected::summary("Created with caveats");
    Remote::new()
        .case()
        .step(Step::config(&faulty("create_warn")).expect_warning(warning).expect_present(F))
        .run();
}

#[test]
fn a_mode_that_is_not_known_yet() {
    let config = "resource \"terraform_data\" \"d\" {\n  input = \"fine\"\n}\n\
                  resource \"acc_faulty\" \"f\" {\n  mode = terraform_data.d.output\n}\n";
    Remote::new()
        .case()
        .step(Step::config(config).expect_unknown_value(F, "mode").expect_value(F, "mode", "fine"))
        .run();
}

#[test]
fn a_refused_creation_leaves_nothing() {
    let Some(world) = World::new() else { return };
    let run = world.fails(&faulty("create_error"));
    let error = run.errors().next().unwrap();
    assert_eq!(error.summary, "API says no");
    assert_eq!(error.detail, "the remote refused to create the object");
    assert_eq!(error.resource().as_deref(), Some(F));
    assert_eq!(run.errors().count(), 1, "{run}");
    assert!(world.state().is_empty());
}

#[test]
fn half_a_creation_is_kept_and_tainted() {
    let Some(world) = World::new() else { return };
    let run = world.fails(&faulty("tainted"));
    assert!(run.errors().any(|error| error.summary == "Half created"), "{run}");
    assert!(world.state().resource(F).unwrap().tainted);
    has(&world.state(), F, "id", "faulty-1");
    world.configure(&faulty("fine"));
    assert_eq!(action(&world.plan(), F), Action::Replace);
    assert!(world.workspace.apply().unwrap().is_success());
    assert!(!world.state().resource(F).unwrap().tainted);
}

#[test]
fn a_result_that_breaks_the_plan_is_reported() {
    let Some(world) = World::new() else { return };
    let run = world.fails(&faulty("inconsistent"));
    let summary = "Provider produced inconsistent result after apply";
    let error = run.errors().find(|error| error.summary == summary).unwrap_or_else(|| panic!("{run}"));
    assert!(error.detail.contains("mode"), "{error}");
    assert!(error.detail.contains("something-else"), "{error}");
    assert!(run.errors().all(|error| error.summary == summary), "{run}");
}

#[test]
fn an_unknown_result_is_reported() {
    let Some(world) = World::new() else { return };
    let run = world.fails(&faulty("unknown"));
    let summary = "Provider returned invalid result object after apply";
    assert!(run.errors().any(|error| error.summary == summary && error.detail.contains("id")), "{run}");
    assert!(run.errors().all(|error| error.summary == summary), "{run}");
}

#[test]
fn a_panic_harms_no_others() {
    let Some(world) = World::new() else { return };
    let others = "resource \"acc_item\" \"i\" {\n  count = 8\n  name = \"p${count.index}\"\n}\n\
                  resource \"acc_slow\" \"s\" {\n  seconds = 1\n}\n";
    let run = world.fails(&(faulty("panic") + others));
    // Terraform adds an error of its own, for it takes what a panic prints for a crash.
    let of = |error: &&Diagnostic| error.resource().as_deref() == Some(F);
    let error = run.errors().find(of).unwrap_or_else(|| panic!("{run}"));
    assert!(format!("{} {}", error.summary, error.detail).contains("panic"), "{run}");
    assert!(!run.errors().any(|error| error.resource().is_some_and(|address| address != F)), "{run}");
    let state = world.state();
    assert_eq!(state.resources().len(), 9);
    has(&state, "acc_slow.s", "id", "slow-1");
    assert!(world.remote.has("item-p7"));
}

#[test]
fn a_refused_update_keeps_what_was() {
    let Some(world) = World::new() else { return };
    world.apply(&faulty("fine"));
    let run = world.fails(&faulty("update_error"));
    assert!(run.errors().any(|error| error.detail == "update refused"), "{run}");
    has(&world.state(), F, "mode", "fine");
    assert!(!world.state().resource(F).unwrap().tainted);
    assert_eq!(action(&world.plan(), F), Action::Update);
    world.apply(&faulty("better"));
    has(&world.state(), F, "mode", "better");
}

#[test]
fn a_refused_destruction_keeps_the_object() {
    let Some(mut world) = World::new() else { return };
    world.apply(&faulty("fine"));
    world.workspace.set_env("ACC_DELETE_FAIL", "1");
    let run = world.workspace.destroy().unwrap();
    let error = run.errors().next().unwrap_or_else(|| panic!("{run}"));
    assert_eq!((error.summary.as_str(), error.detail.as_str()), ("Cannot delete", "object is protected"));
    assert!(!world.state().is_empty());
    world.workspace.remove_env("ACC_DELETE_FAIL");
    assert!(world.workspace.destroy().unwrap().is_success());
    assert!(world.state().is_empty());
}

//! `data "acc_lookup"`.

use tf_testkit::terraform::Action;
use tf_testkit::{Expected, Step, known};

use crate::remote::Remote;
use crate::world::{World, has};

const L: &str = "data.acc_lookup.l";

fn lookup(key: &str) -> String {
    format!("data \"acc_lookup\" \"l\" {{\n  key = {key}\n}}\n")
}

#[test]
fn what_is_there_and_what_is_not() {
    let Some(world) = World::new() else { return };
    std::fs::write(world.remote.file("thing"), "{\"a\": 1}\n").unwrap();
    world.apply(&(lookup("\"thing\"") + "output \"v\" { value = data.acc_lookup.l.value }\n"));
    has(&world.state(), L, "found", true);
    has(&world.state(), L, "value", "{\"a\": 1}\n");
    assert!(world.plan().is_empty());
    world.remote.remove("thing");
    world.apply(&lookup("\"thing\""));
    has(&world.state(), L, "found", false);
    has(&world.state(), L, "value", known::null());
}

#[test]
fn a_lookup_that_fails() {
    let expected = Expected::summary("Lookup failed").at(L).at_attribute("key");
    Remote::new().case().step(Step::config(&lookup("\"fail\"")).expect_error(expected)).run();
    let expected =
        Expected::summary("Missing Configuration for Required Attribute").at(L).at_attribute("key");
    Remote::new().case().step(Step::config(&lookup("null")).expect_error(expected)).run();
    let config = "data \"acc_lookup\" \"l\" {\n  key = \"k\"\n  found = true\n}\n";
    let expected = Expected::summary("Invalid Configuration for Read-Only Attribute").at_attribute("found");
    Remote::new().case().step(Step::config(config).expect_error(expected)).run();
}

#[test]
fn an_unknown_key_is_looked_up_later() {
    let config =
        "resource \"acc_item\" \"a\" {\n  name = \"late\"\n}\n".to_owned() + &lookup("acc_item.a.id");
    Remote::new()
        .case()
        .step(
            Step::config(&config)
                .expect_action(L, Action::Read)
                .expect_unknown_value(L, "value")
                .expect_value(L, "found", true)
                .expect_value(L, "value", known::string_regex("\"Name\":\"late\"")),
        )
        .run();
}

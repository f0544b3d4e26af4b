//! `foundry_secret_note`: a secret that is in no plan and no state.

use serde_json::json;
use terraform_provider_foundry::Foundry;
use tf_testkit::terraform::Action;
use tf_testkit::{Canary, Step, known};

use crate::support::case;

const NOTE: &str = "foundry_secret_note.n";

fn config(version: &str) -> String {
    format!(
        "variable \"secret\" {{\n  type = string\n  ephemeral = true\n}}\n\
         resource \"foundry_secret_note\" \"n\" {{\n  name = \"n\"\n  secret_value = var.secret\n  secret_version = \"{version}\"\n}}\n"
    )
}

#[test]
fn a_secret_is_written_and_never_stored() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index/notes.json");
    case()
        .env(Foundry::TEST_MODE, "true")
        .env("FOUNDRY_SECRET_NOTE_INDEX", &index)
        .canary(Canary::new("canary-secret-one"))
        .canary(Canary::new("canary-secret-two"))
        .step(
            Step::config(&config("1"))
                .variable("secret", "canary-secret-one")
                .expect_unknown_value(NOTE, "digest")
                .expect_value(NOTE, "secret_value", known::null())
                .expect_value(NOTE, "digest", known::string_regex("^[0-9a-f]{16}$")),
        )
        // Another secret of the same version is not noticed, as it cannot be.
        .step(Step::config(&config("1")).variable("secret", "canary-secret-two").expect_empty_plan())
        .step(
            Step::config(&config("2"))
                .expect_action(NOTE, Action::Update)
                .expect_unknown_value(NOTE, "digest"),
        )
        .step(Step::import(NOTE).id("n").ignoring(["secret_version"]))
        .run();
    let notes: serde_json::Value = serde_json::from_slice(&std::fs::read(&index).unwrap()).unwrap();
    assert_eq!(notes, json!({}), "nothing is left");
}

#[test]
fn many_notes_at_once_lose_none() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("notes.json");
    let config = "resource \"foundry_secret_note\" \"n\" {\n  count = 20\n  name = \"n${count.index}\"\n  secret_value = \"s\"\n}\n";
    case()
        .env(Foundry::TEST_MODE, "true")
        .env("FOUNDRY_SECRET_NOTE_INDEX", &index)
        .step(Step::config(config).expect_present("foundry_secret_note.n[19]"))
        .run();
}

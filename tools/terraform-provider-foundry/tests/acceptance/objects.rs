//! Lives of objects as only Terraform shows them: unknown values, blocks that move and import, several at once.

use std::fs;

use serde_json::json;
use tf_testkit::terraform::{Action, PlanOptions, Terraform, Workspace};
use tf_testkit::{Expected, Step};

use crate::support::{BINARY, case, source};

#[test]
fn unknown_values_become_known() {
    let config = "resource \"terraform_data\" \"late\" {\n  input = \"late\"\n}\n\
                  resource \"foundry_file_content\" \"f\" {\n  filename = \"f.txt\"\n  content  = terraform_data.late.output\n}\n\
                  resource \"foundry_local_directory\" \"d\" {\n  path = \"d-${terraform_data.late.output}\"\n}\n\
                  resource \"foundry_warning_example\" \"w\" {\n  source_file = terraform_data.late.output\n}\n";
    case()
        .step(
            Step::config(config)
                .expect_unknown_value("foundry_file_content.f", "content_hash")
                .expect_known_value("foundry_file_content.f", "exists", true)
                .expect_unknown_value("foundry_local_directory.d", "id")
                .expect_unknown_value("foundry_warning_example.w", "name")
                .expect_value("foundry_warning_example.w", "name", "from_file:late")
                .expect_value("foundry_file_content.f", "content", "late"),
        )
        .run();
}

/// A rule holds for what is known, whatever else is unknown; and an ephemeral resource may wait for its path.
#[test]
fn validation_with_variables() {
    let config = "variable \"path\" {\n  type = string\n}\n\
                  resource \"foundry_local_directory\" \"d\" {\n  path        = var.path\n  permissions = \"777\"\n}\n";
    let error = Expected::summary("Value Conversion").and_containing("octal");
    case().step(Step::config(config).variable("path", "d").expect_error(error)).run();
    let Some(terraform) = Terraform::or_skip() else { return };
    let workspace = Workspace::new(&terraform, source()).unwrap();
    let config = "variable \"path\" {\n  type = string\n}\n\
                  ephemeral \"foundry_lease\" \"l\" {\n  name = \"l\"\n  path = var.path\n}\n";
    workspace.configure(config).unwrap();
    workspace.validate().unwrap().succeeded().unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn an_import_block() {
    let Some(terraform) = Terraform::or_skip() else { return };
    let workspace = Workspace::new(&terraform, source()).unwrap();
    fs::write(workspace.config_path().join("there.txt"), "precious").unwrap();
    let config = "import {\n  to = foundry_file_content.f\n  id = \"there.txt\"\n}\n\
                  resource \"foundry_file_content\" \"f\" {\n  filename = \"there.txt\"\n  content  = \"precious\"\n}\n";
    workspace.configure(config).unwrap();
    workspace.plan(&PlanOptions::default()).unwrap().succeeded().unwrap();
    let plan = workspace.show_plan().unwrap();
    let change = plan.change("foundry_file_content.f").unwrap();
    assert_eq!(change.change.action(), Some(Action::NoOp), "imported as it is");
    let applied = workspace.apply().unwrap().succeeded().unwrap();
    assert_eq!(applied.warnings().filter(|w| w.summary.contains("Replaced")).count(), 0);
    assert!(workspace.show_state().unwrap().resource("foundry_file_content.f").is_some());
    assert_eq!(fs::read_to_string(workspace.config_path().join("there.txt")).unwrap(), "precious");
}

/// A state of the seed's provider goes on under this one, by a moved block. Terraform wants the old provider to be there as long as the
/// state names it, and asks for its schema; here another binary stands in for it.
#[test]
fn a_moved_block_from_the_seeds_provider() {
    let Some(terraform) = Terraform::or_skip() else { return };
    let workspace = Workspace::new(&terraform, source()).unwrap();
    let attributes = json!({ "filename": "f.txt", "content": "hello", "exists": true, "content_hash": "x" });
    let state = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "a", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "pyvider_file_content", "name": "f",
            "provider": "provider[\"registry.example.com/local/pyvider\"]",
            "instances": [{ "schema_version": 1, "attributes": attributes, "sensitive_attributes": [] }],
        }],
    });
    fs::write(workspace.config_path().join("terraform.tfstate"), state.to_string()).unwrap();
    fs::write(workspace.config_path().join("f.txt"), "hello").unwrap();
    let old = workspace.path().join("old");
    fs::create_dir(&old).unwrap();
    fs::copy(BINARY, old.join("terraform-provider-pyvider")).unwrap();
    let settings = workspace.path().join("cli.tfrc");
    let known = fs::read_to_string(&settings).unwrap();
    let both = format!("dev_overrides {{\n    \"registry.example.com/local/pyvider\" = {old:?}\n");
    fs::write(&settings, known.replace("dev_overrides {\n", &both)).unwrap();
    let config = "moved {\n  from = pyvider_file_content.f\n  to   = foundry_file_content.f\n}\n\
                  resource \"foundry_file_content\" \"f\" {\n  filename = \"f.txt\"\n  content  = \"hello\"\n}\n";
    workspace.configure(config).unwrap();
    workspace.plan(&PlanOptions::default()).unwrap().succeeded().unwrap_or_else(|error| panic!("{error}"));
    let plan = workspace.show_plan().unwrap();
    let change = plan.change("foundry_file_content.f").unwrap();
    assert_eq!(change.change.action(), Some(Action::NoOp));
    workspace.apply().unwrap().succeeded().unwrap();
    let state = workspace.show_state().unwrap();
    assert!(
        state.resource("foundry_file_content.f").is_some()
            && state.resource("pyvider_file_content.f").is_none()
    );
}

/// Functions compute with every digit that Terraform has.
#[test]
fn exact_numbers() {
    let digits = "123456789012345678901234567890123456789";
    let config = format!(
        "output \"sum\" {{\n  value = provider::foundry::add({digits}, 1) == {digits} + 1\n}}\n\
         output \"third\" {{\n  value = provider::foundry::divide(1, 3) == 1 / 3\n}}\n"
    );
    case().step(Step::config(&config).expect_output("sum", true).expect_output("third", true)).run();
    let zero = Step::config("output \"o\" {\n  value = provider::foundry::divide(1, 0)\n}\n");
    case().step(zero.expect_error(Expected::containing("zero"))).run();
}

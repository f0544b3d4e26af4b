//! Terraform driven in a workspace, with the provider that is built into it.

use tf_cty::Value;
use tf_testkit::terraform::{Action, PlanOptions, ProviderSource, Severity, Terraform, Workspace};

fn workspace(config: &str) -> Option<Workspace> {
    let workspace = Workspace::new(&Terraform::or_skip()?, ProviderSource::Builtin).unwrap();
    workspace.configure(config).unwrap();
    assert!(workspace.init().unwrap().unwrap().is_success());
    Some(workspace)
}

const CONFIG: &str = r#"
resource "terraform_data" "a" {
  input = { size = 123456789012345678901234567890123456789, secret = sensitive("hidden") }
}
output "size" { value = try(terraform_data.a.output.size, null) }
"#;

#[test]
fn a_life_from_plan_to_destruction() {
    let Some(workspace) = workspace(CONFIG) else { return };
    assert!(workspace.validate().unwrap().is_success());
    assert!(workspace.plan(&PlanOptions::default()).unwrap().is_success());
    let plan = workspace.show_plan().unwrap();
    let change = &plan.change("terraform_data.a").unwrap().change;
    assert_eq!(change.action(), Some(Action::Create));
    assert!(!change.after.get("id").unwrap().is_known());
    let path = tf_testkit::attribute::AttributePath::parse("input.secret").unwrap();
    assert!(change.after_sensitive.is_sensitive(&path));
    assert!(workspace.show_plan_text().unwrap().stdout.contains("terraform_data.a will be created"));

    assert!(workspace.apply().unwrap().is_success());
    let state = workspace.show_state().unwrap();
    let long = Value::from(tf_cty::Number::parse("123456789012345678901234567890123456789").unwrap());
    assert_eq!(state.output("size").unwrap().value, long);
    assert_eq!(workspace.outputs().unwrap()["size"].value, long);
    assert_eq!(workspace.state_list().unwrap(), ["terraform_data.a"]);

    assert!(workspace.plan(&PlanOptions::default()).unwrap().is_success());
    assert!(workspace.show_plan().unwrap().is_empty());
    assert!(workspace.plan(&PlanOptions::default().replace("terraform_data.a")).unwrap().is_success());
    assert_eq!(workspace.show_plan().unwrap().changes().count(), 1);
    assert!(workspace.refresh().unwrap().is_success());
    let (run, imported) = workspace.import_apart("terraform_data.a", "some-id").unwrap();
    assert!(run.is_success(), "{run}");
    assert_eq!(
        imported.unwrap().resource("terraform_data.a").unwrap().values.get("id"),
        Some(&"some-id".into())
    );

    assert!(workspace.destroy().unwrap().is_success());
    assert!(workspace.show_state().unwrap().is_empty());
}

#[test]
fn errors_come_from_json_and_from_text() {
    let Some(workspace) = workspace("resource \"terraform_data\" \"a\" {}") else { return };
    workspace.configure("resource \"terraform_data\" \"a\" {\n  colour = 1\n}\n").unwrap();
    for run in [workspace.validate().unwrap(), workspace.plan(&PlanOptions::default()).unwrap()] {
        assert!(!run.is_success());
        let error = run.errors().next().unwrap();
        assert_eq!((error.severity, error.summary.as_str()), (Severity::Error, "Unsupported argument"));
        assert_eq!(error.resource().as_deref(), Some("terraform_data.a"));
        assert_eq!(error.attribute(), Some("colour"));
    }
    workspace.configure("resource \"terraform_data\" \"a\" {}").unwrap();
    let run = workspace.import("terraform_data.zz", "id").unwrap();
    assert_eq!(run.errors().count(), 1, "{run}");
    let error = workspace.state_rm("terraform_data.zz").unwrap().succeeded().unwrap_err();
    assert!(error.to_string().contains("state rm terraform_data.zz failed with code 1"), "{error}");
}

#[test]
fn a_kept_directory_stays_and_a_dropped_one_goes() {
    let Some(workspace) = workspace("") else { return };
    let path = workspace.keep();
    assert!(path.join("runs/01-init.stdout").is_file());
    std::fs::remove_dir_all(&path).unwrap();
    let Some(workspace) = self::workspace("") else { return };
    let path = workspace.path().to_owned();
    drop(workspace);
    assert!(!path.exists());
}

#[test]
fn nothing_of_the_users_environment_goes_in() {
    let Some(mut workspace) = workspace("") else { return };
    workspace.set_env("TF_CLI_ARGS_validate", "-no-color");
    workspace.remove_env("TF_CLI_ARGS_validate");
    workspace.set_env("TF_CLI_ARGS_validate", "-nonsense");
    assert!(!workspace.validate().unwrap().is_success());
    workspace.remove_env("TF_CLI_ARGS_validate");
    assert!(workspace.validate().unwrap().is_success());
    assert!(std::fs::read_dir(workspace.path().join("home")).unwrap().count() <= 1);
}

//! Cases that the real Terraform runs with its built-in provider: those that pass, and what those that fail say.

use serde_json::json;
use tf_testkit::terraform::{Action, ProviderSource, Terraform};
use tf_testkit::{Canary, CaseFailure, CheckError, Expected, Step, TestCase, known};

const ONE: &str = r#"
resource "terraform_data" "a" {
  input = { name = "one", ports = [22, 80] }
}
output "name" { value = try(terraform_data.a.output.name, null) }
"#;
const TWO: &str = r#"
resource "terraform_data" "a" {
  input            = { name = "two", ports = [22] }
  triggers_replace = "x"
}
output "name" { value = try(terraform_data.a.output.name, null) }
"#;

fn case() -> TestCase {
    TestCase::new(ProviderSource::Builtin)
}

/// Runs a case that must fail, and gives its failure, with the directory removed that it kept.
fn failure(case: TestCase) -> Option<Box<CaseFailure>> {
    let failure = case.try_run(&Terraform::or_skip()?).expect_err("the case should fail");
    if let Some(kept) = &failure.kept {
        assert!(kept.join("config/main.tf").is_file());
        assert!(failure.to_string().contains(&format!("are kept in {}", kept.display())));
        std::fs::remove_dir_all(kept).unwrap();
    }
    Some(failure)
}

/// Asserts what a failing case says, as far as the line that names the Terraform.
#[track_caller]
fn says(case: TestCase, expected: &str) {
    let Some(failure) = failure(case) else { return };
    let message = failure.to_string();
    let (problem, rest) = message.split_once("\ntested with terraform ").expect("the version");
    assert_eq!(steady(problem), expected, "{rest}");
}

/// A message without what is different each time.
fn steady(text: &str) -> String {
    let words = text.split_inclusive('"').map(|word| {
        let inner = word.trim_end_matches('"');
        let is_id = inner.len() == 36 && inner.split('-').count() == 5;
        let is_time = inner.len() == 20 && inner.starts_with("20") && inner.ends_with('Z');
        let steady = if is_id {
            "ID"
        } else if is_time {
            "TIME"
        } else {
            inner
        };
        format!("{steady}{}", &word[inner.len()..])
    });
    words.collect()
}

#[test]
fn a_life_with_every_kind_of_step() {
    case()
        .step(
            Step::config(ONE)
                .expect_action("terraform_data.a", Action::Create)
                .expect_unknown_value("terraform_data.a", "id")
                .expect_known_value("terraform_data.a", "input", json!({"name": "one", "ports": [22, 80]}))
                .expect_value("terraform_data.a", "output.ports[1]", 80)
                .expect_value("terraform_data.a", "output.ports", known::set_exact(json!([80, 22])))
                .expect_set("terraform_data.a", "id")
                .expect_output("name", "one")
                .expect_absent("terraform_data.b"),
        )
        .step(Step::again().expect_empty_plan())
        .step(Step::import("terraform_data.a").ignoring(["input", "output"]))
        .step(Step::config(TWO).plan_only().expect_action("terraform_data.a", Action::Replace))
        .step(
            Step::config(TWO)
                .expect_action("terraform_data.a", Action::Replace)
                .expect_replaced_by("terraform_data.a", "triggers_replace")
                .expect_output("name", "two"),
        )
        .step(Step::refresh().expect_present("terraform_data.a"))
        .step(Step::config("resource \"terraform_data\" \"a\" {\n  colour = 1\n}").expect_error(
            Expected::summary("Unsupported argument").at("terraform_data.a").at_attribute("colour"),
        ))
        .step(Step::config(TWO).expect_empty_plan())
        .step(
            Step::destroy()
                .expect_action("terraform_data.a", Action::Destroy)
                .expect_absent("terraform_data.a"),
        )
        .run();
}

#[test]
fn variables_files_and_environment() {
    case()
        .env("TF_VAR_greeting", "hello")
        .step(
            Step::config("module \"m\" {\n source = \"./m\"\n name = var.name\n greeting = var.greeting\n}")
                .file("variables.tf", "variable \"name\" {}\nvariable \"greeting\" {}")
                .file("m/main.tf", "variable \"name\" {}\nvariable \"greeting\" {}\nresource \"terraform_data\" \"x\" { input = \"${var.greeting} ${var.name}\" }")
                .variable("name", "you")
                .expect_value("module.m.terraform_data.x", "output", "hello you"),
        )
        .step(
            Step::again()
                .env("TF_VAR_greeting", "bye")
                .expect_action("module.m.terraform_data.x", Action::Update)
                .without_second_plan(),
        )
        .run();
}

#[test]
fn a_plan_that_is_never_empty() {
    case()
        .step(
            Step::config("resource \"terraform_data\" \"a\" { input = timestamp() }").expect_nonempty_plan(),
        )
        .run();
}

#[test]
fn what_failing_checks_say() {
    says(
        case().step(Step::config(ONE).expect_value("terraform_data.a", "output.name", "two")),
        "step 1 of 1 failed: check of the state: terraform_data.a, output.name: expected \"two\", found \"one\"",
    );
    says(
        case().step(Step::config(ONE).expect_value("terraform_data.a", "nothing", "two")),
        "step 1 of 1 failed: check of the state: terraform_data.a: there is nothing at nothing; \
         it has id, input, output, triggers_replace",
    );
    says(
        case().step(Step::config(ONE).expect_value("terraform_data.b", "id", "x")),
        "step 1 of 1 failed: check of the state: there is no terraform_data.b in the state, which has terraform_data.a",
    );
    says(
        case().step(Step::config(ONE).expect_sensitive("terraform_data.a", "input")),
        "step 1 of 1 failed: check of the plan: terraform_data.a, input: is not sensitive",
    );
    says(
        case()
            .step(Step::config(ONE))
            .step(Step::config(TWO).expect_action("terraform_data.a", Action::Update)),
        "step 2 of 2 failed: check of the plan: terraform_data.a: expected update, the plan is to replace\n    \
         id: \"ID\" → unknown\n    \
         input: {\"name\": \"one\", \"ports\": [22, 80]} → {\"name\": \"two\", \"ports\": [22]}\n    \
         output: {\"name\": \"one\", \"ports\": [22, 80]} → unknown\n    \
         triggers_replace: null → \"x\" (forces replacement)",
    );
}

#[test]
fn what_plans_that_should_be_empty_say() {
    says(
        case().step(Step::config("resource \"terraform_data\" \"a\" { input = timestamp() }")),
        "step 1 of 1 failed: plan after apply: the plan should be empty, and is:\n  \
         terraform_data.a: update\n    input: \"TIME\" → unknown\n    output: \"TIME\" → unknown",
    );
    says(
        case().step(Step::config(ONE).expect_nonempty_plan()),
        "step 1 of 1 failed: plan after apply: the plan is empty",
    );
}

#[test]
fn what_errors_that_do_not_come_as_expected_say() {
    says(
        case().step(Step::config(ONE).expect_error("bad")),
        "step 1 of 1 failed: an error containing \"bad\" was expected, but everything succeeded",
    );
    let broken = "resource \"terraform_data\" \"a\" {\n  colour = 1\n}";
    let happened = "terraform plan -json -input=false -out=test.tfplan failed with code 1\n  \
                    error: Unsupported argument (terraform_data.a, colour)\n      \
                    An argument named \"colour\" is not expected here.";
    says(
        case().step(Step::config(broken).expect_error("bad")),
        &format!("step 1 of 1 failed: an error containing \"bad\" was expected, but {happened}"),
    );
    says(
        case().step(Step::config(broken)),
        &format!("step 1 of 1 failed: no error was expected, but {happened}"),
    );
    says(
        case().step(Step::config(ONE).expect_warning(Expected::summary("Careful"))),
        "step 1 of 1 failed: a warning with the summary \"Careful\" was expected; there were none",
    );
}

#[test]
fn what_imports_that_differ_say() {
    says(
        case().step(Step::config(ONE)).step(Step::import("terraform_data.a")),
        "step 2 of 2 failed: the imported terraform_data.a differs:\n    \
         input: {\"name\": \"one\", \"ports\": [22, 80]} in the state, null imported\n    \
         output: {\"name\": \"one\", \"ports\": [22, 80]} in the state, null imported",
    );
    says(
        case().step(Step::config(ONE)).step(Step::import("terraform_data.a").id_from("input")),
        "step 2 of 2 failed: there is no id to import terraform_data.a by: its attribute input is no string in the state",
    );
}

#[test]
fn a_failed_case_has_destroyed_what_it_made() {
    let Some(terraform) = Terraform::or_skip() else { return };
    let step = Step::config(ONE).check_state_with(|_| Err(CheckError::Other("no".into())));
    let failure = case().step(step).try_run(&terraform).unwrap_err();
    assert!(failure.to_string().starts_with("step 1 of 1 failed: check of the state: no\n"), "{failure}");
    assert!(failure.to_string().contains(&format!("tested with {terraform}")));
    let kept = failure.kept.clone().unwrap();
    let state = std::fs::read_to_string(kept.join("config/terraform.tfstate")).unwrap();
    assert!(!state.contains("terraform_data"), "{state}");
    let runs: Vec<_> = std::fs::read_dir(kept.join("runs")).unwrap().flatten().collect();
    assert!(runs.iter().any(|run| run.file_name().to_string_lossy().ends_with("-plan.stdout")));
    std::fs::remove_dir_all(kept).unwrap();
}

#[test]
fn a_secret_that_is_out_fails_the_case() {
    const SECRET: &str = "correct-horse-battery";
    let config = |sensitive: &str| {
        format!(
            "variable \"s\" {{ \n sensitive = {sensitive} \n }}\nresource \"terraform_data\" \"a\" {{ input = var.s }}"
        )
    };
    let hidden = |step: Step| step.variable("s", SECRET);
    let allowed =
        || Canary::new(SECRET).named("passphrase").allowed_in_state("input").allowed_in_state("output");
    case().canary(allowed()).step(hidden(Step::config(&config("true")))).run();
    let Some(failure) = failure(case().canary(allowed()).step(hidden(Step::config(&config("false"))))) else {
        return;
    };
    let message = failure.to_string();
    assert!(message.contains("secrets: the canary \"passphrase\" is in runs/"), "{message}");
    assert!(message.contains("-show.stdout at line"), "in the plan's text: {message}");
    assert!(!message.contains(SECRET), "{message}");
    let only_input = Canary::new(SECRET).allowed_in_state("input");
    let failure =
        self::failure(case().canary(only_input).step(hidden(Step::config(&config("true"))))).unwrap();
    assert!(failure.to_string().contains("values.output"), "{failure}");
}

#[test]
fn a_message_does_not_show_the_secret_it_compares() {
    let config = "variable \"s\" {}\nresource \"terraform_data\" \"a\" { input = var.s }";
    let step = Step::config(config).variable("s", "correct-horse-battery");
    let step = step.expect_value("terraform_data.a", "input", "other");
    let Some(failure) = failure(case().canary("correct-horse-battery").step(step)) else { return };
    assert!(failure.to_string().contains("expected \"other\", found \"(secret)\""), "{failure}");
}

#[test]
fn a_short_canary_is_no_canary() {
    says(
        case().canary("short").step(Step::config(ONE)),
        "the case did not begin: secrets: the canary \"secret\" is shorter than 8 bytes: it would be found by chance",
    );
}

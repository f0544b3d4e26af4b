//! A provider as a binary, found by Terraform through `dev_overrides` and in a mirror, and what its log gives away.
//!
//! This program is both: started by Terraform it is the provider, else it runs the tests.

use std::process::ExitCode;

use tf_sdk::prelude::*;
use tf_sdk::tracing;
use tf_testkit::terraform::{Action, ProviderSource, Terraform};
use tf_testkit::{Canary, CaseFailure, Step, TestCase};

const ADDRESS: &str = "local/test/echo";
const SECRET: &str = "correct-horse-battery";

struct Echo;

impl Provider for Echo {
    type Config = Empty;
    type Client = ();
    type Meta = Empty;
    const NAME: &'static str = "echo";
    const VERSION: &'static str = "1.2.3";

    fn components(&self, components: &mut Components<Self>) {
        components.resource(TextResource);
    }

    async fn configure(&self, _: &mut Configure, _: Empty) -> Result<()> {
        Ok(())
    }
}

/// A text that is said into the log.
#[derive(Model)]
struct Text {
    #[attr(required, sensitive)]
    text: String,
    #[attr(computed)]
    length: Tf<i64>,
}

struct TextResource;

impl Resource for TextResource {
    type Provider = Echo;
    type Model = Text;
    const NAME: &'static str = "text";

    async fn create(&self, _: &mut Create<Self>, planned: Text) -> Result<Text> {
        if std::env::var_os("ECHO_ALOUD").is_some() {
            tracing::info!("said {}", planned.text);
        }
        let length = i64::try_from(planned.text.len())?;
        Ok(Text { length: length.into(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: Text) -> Result<Option<Text>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Text, planned: Text) -> Result<Text> {
        let length = i64::try_from(planned.text.len())?;
        Ok(Text { length: length.into(), ..planned })
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Text) -> Result<()> {
        Ok(())
    }
}

fn main() -> ExitCode {
    if std::env::var_os("TF_PLUGIN_MAGIC_COOKIE").is_some() {
        return tf_sdk::main(Echo);
    }
    let arguments: Vec<String> = std::env::args().collect();
    let asked = |option: &str| arguments.iter().any(|argument| argument == option);
    if asked("--list") {
        // Runners that start each test by itself ask for names first; no test is switched off.
        if !asked("--ignored") {
            println!("a_binary_in_both_places: test");
        }
        return ExitCode::SUCCESS;
    }
    let Some(terraform) = Terraform::or_skip() else { return ExitCode::SUCCESS };
    let binary = std::env::current_exe().expect("this program");
    let sources = [
        ("dev_overrides", ProviderSource::dev_override(ADDRESS, &binary).expect("an address")),
        ("mirror", ProviderSource::mirror(ADDRESS, "1.2.3", &binary).expect("an address")),
    ];
    for (name, source) in sources {
        passes(source.clone(), &terraform);
        println!("{name}: a life of an object ... ok");
        is_caught(source, &terraform);
        println!("{name}: a secret in the log ... ok");
    }
    ExitCode::SUCCESS
}

fn case(source: ProviderSource) -> TestCase {
    let config =
        "variable \"text\" {\n  sensitive = true\n}\nresource \"echo_text\" \"a\" {\n  text = var.text\n}\n";
    TestCase::new(source).canary(Canary::new(SECRET).named("passphrase").allowed_in_state("text")).step(
        Step::config(config)
            .variable("text", SECRET)
            .expect_action("echo_text.a", Action::Create)
            .expect_sensitive("echo_text.a", "text")
            .expect_unknown_value("echo_text.a", "length")
            .expect_value("echo_text.a", "length", 21),
    )
}

fn passes(source: ProviderSource, terraform: &Terraform) {
    let next = Step::again().variable("text", "another").expect_action("echo_text.a", Action::Update);
    let result = case(source).step(next.expect_value("echo_text.a", "length", 7)).try_run(terraform);
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The provider says the secret into its log: the case fails, names the log, and keeps it.
fn is_caught(source: ProviderSource, terraform: &Terraform) {
    let failure: Box<CaseFailure> =
        case(source).env("ECHO_ALOUD", "1").try_run(terraform).expect_err("the secret is in the log");
    let message = failure.to_string();
    assert!(message.contains("the canary \"passphrase\" is in runs/"), "{message}");
    assert!(message.contains("-apply.log at line"), "{message}");
    assert!(!message.contains(SECRET), "{message}");
    let kept = failure.kept.expect("the directory");
    let log = message.split("is in ").nth(1).and_then(|rest| rest.split(' ').next()).expect("the log's name");
    let log = std::fs::read_to_string(kept.join(log)).expect("the log");
    assert!(log.contains(&format!("said {SECRET}")), "{log}");
    std::fs::remove_dir_all(kept).expect("removed");
}

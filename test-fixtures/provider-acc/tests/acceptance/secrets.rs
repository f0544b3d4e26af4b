//! Sensitive and write-only attributes.

use tf_testkit::terraform::Action;
use tf_testkit::{Canary, Step, known};

use crate::remote::Remote;

const A: &str = "acc_item.a";
const SECRET: &str = "correct-horse-battery-staple";

fn item(body: &str) -> String {
    format!(
        "variable \"s\" {{ sensitive = true }}\nresource \"acc_item\" \"a\" {{\n  name = \"s\"\n  {body}\n}}\n"
    )
}

#[test]
fn a_secret_is_in_the_state_and_nowhere_else() {
    Remote::new()
        .case()
        .canary(Canary::new(SECRET).allowed_in_state("secret"))
        .step(
            Step::config(&item("secret = var.s"))
                .variable("s", SECRET)
                .expect_sensitive(A, "secret")
                .expect_value(A, "secret", SECRET),
        )
        .run();
}

#[test]
fn the_schema_alone_hides_it() {
    let config = "resource \"acc_item\" \"a\" {\n  name = \"s\"\n  secret = \"plain-in-configuration\"\n}\n";
    let remote = Remote::new();
    remote.case().step(Step::config(config).expect_sensitive(A, "secret")).run();
}

#[test]
fn a_password_leaves_a_digest_only() {
    let versioned = |version: &str| item(&format!("password_wo = var.s\n  password_wo_version = {version}"));
    Remote::new()
        .case()
        .requires(1, 11)
        .canary(SECRET)
        .step(
            Step::config(&versioned("1"))
                .variable("s", SECRET)
                .expect_unknown_value(A, "password_hash")
                .expect_value(A, "password_wo", known::null())
                .expect_value(A, "password_wo_version", 1)
                // printf %s SECRET | sha256sum
                .expect_value(A, "password_hash", "87cbebfeebc05f7c"),
        )
        .step(Step::again().variable("s", "another-password").expect_empty_plan().expect_value(
            A,
            "password_hash",
            "87cbebfeebc05f7c",
        ))
        .step(
            Step::config(&versioned("2"))
                .expect_action(A, Action::Update)
                .expect_unknown_value(A, "password_hash")
                .expect_value(A, "password_hash", "5b6cb866b79cfaff")
                .expect_value(A, "revision", 2),
        )
        .step(Step::config(&item("password_wo_version = 3")).expect_action(A, Action::Update).expect_value(
            A,
            "password_hash",
            "none",
        ))
        .run();
}

#[test]
fn an_ephemeral_value_is_good_for_a_password() {
    let config = "ephemeral \"acc_token\" \"t\" {\n  name = \"x\"\n}\nresource \"acc_item\" \"a\" {\n  name = \"e\"\n  \
                  password_wo = ephemeral.acc_token.t.token\n  password_wo_version = 1\n}\n";
    Remote::new()
        .case()
        .requires(1, 11)
        .canary(Canary::new("tok-x-long-enough").named("token"))
        .step(
            Step::config(&config.replace("\"x\"", "\"x-long-enough\""))
                .expect_value(A, "password_wo", known::null())
                .expect_value(A, "password_hash", "cb83a637899c035b"),
        )
        .run();
}

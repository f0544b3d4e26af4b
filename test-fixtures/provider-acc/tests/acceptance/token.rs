//! `ephemeral "acc_token"`: opened, renewed, closed, and never kept.

use std::time::{Duration, Instant};

use tf_testkit::{Expected, Step};

use crate::remote::Remote;
use crate::world::World;

const TOKEN: &str = "ephemeral \"acc_token\" \"t\" {\n  name = \"n\"\n}\n";
const RENEWED: &str = "renew \"n\"";
/// After how long the provider asks for the next renewal, each time.
const RENEWAL: Duration = Duration::from_secs(2);

#[test]
fn events_in_order() {
    let Some(world) = World::new() else { return };
    let user = "provider \"acc\" {\n  alias = \"b\"\n  token = ephemeral.acc_token.t.token\n}\n\
                resource \"acc_slow\" \"s\" {\n  provider = acc.b\n  seconds = 5\n}\n";
    world.configure(&(TOKEN.to_owned() + user));
    world.plan();
    let planned = world.remote.events();
    // Terraform renews by the clock: a plan that is slow enough does so too.
    let lasting: Vec<&String> = planned.iter().filter(|event| *event != RENEWED).collect();
    assert_eq!(lasting, ["open n", "close \"n\""], "{planned:?}");
    let begin = Instant::now();
    assert!(world.workspace.apply().unwrap().is_success());
    let most = begin.elapsed().as_secs() / RENEWAL.as_secs() + 1;
    let applied = world.remote.events().split_off(planned.len());
    let [first, renewals @ .., last] = &applied[..] else { panic!("{applied:?}") };
    assert_eq!((first.as_str(), last.as_str()), ("open n", "close \"n\""), "{applied:?}");
    assert!(!renewals.is_empty() && renewals.len() as u64 <= most, "{applied:?}");
    assert!(renewals.iter().all(|event| event == RENEWED), "{applied:?}");
    let state = std::fs::read_to_string(world.workspace.config_path().join("terraform.tfstate")).unwrap();
    assert!(!state.contains("tok-n"), "{state}");
}

#[test]
fn rules_hold_for_ephemeral_resources() {
    let user = "provider \"acc\" {\n  alias = \"b\"\n  token = ephemeral.acc_token.t.token\n}\n\
                resource \"acc_slow\" \"s\" {\n  provider = acc.b\n  seconds = 0\n}\n";
    let token = |body: &str| format!("ephemeral \"acc_token\" \"t\" {{\n  {body}\n}}\n{user}");
    for (body, summary) in [
        ("name = null", "Missing Configuration for Required Attribute"),
        ("name = \"n\"\n  token = \"t\"", "Invalid Configuration for Read-Only Attribute"),
        ("", "Missing required argument"),
    ] {
        Remote::new().case().step(Step::config(&token(body)).expect_error(Expected::summary(summary))).run();
    }
}

#[test]
fn a_name_that_is_not_known_yet() {
    let config = "resource \"acc_item\" \"a\" {\n  name = \"late\"\n}\n\
                  ephemeral \"acc_token\" \"t\" {\n  name = acc_item.a.id\n}\n\
                  resource \"acc_item\" \"b\" {\n  name = \"b\"\n  password_wo = ephemeral.acc_token.t.token\n}\n";
    let remote = Remote::new();
    remote
        .case()
        .requires(1, 11)
        .step(
            // printf %s tok-item-late | sha256sum
            Step::config(config).expect_value("acc_item.b", "password_hash", "cb2d1e4683d16855"),
        )
        .run();
    assert!(remote.events().contains(&"open item-late".to_owned()));
}

//! `acc_slow`: time-outs.

use std::time::{Duration, Instant};

use tf_testkit::terraform::Action;
use tf_testkit::{Expected, Step};

use crate::remote::Remote;
use crate::world::World;

const S: &str = "acc_slow.s";

fn slow(seconds: i64, timeouts: &str) -> String {
    format!("resource \"acc_slow\" \"s\" {{\n  seconds = {seconds}\n  {timeouts}\n}}\n")
}

#[test]
fn in_time() {
    Remote::new()
        .case()
        .step(Step::config(&slow(1, "timeouts {\n    create = \"1m\"\n  }")).expect_value(
            S,
            "timeouts.create",
            "1m",
        ))
        .step(Step::config(&slow(0, "timeouts {\n    create = \"1m\"\n  }")).expect_action(S, Action::Update))
        .step(Step::config(&slow(0, "timeouts {}")).expect_action(S, Action::Update))
        .step(Step::config(&slow(0, "")).expect_action(S, Action::Update))
        .run();
}

#[test]
fn too_late() {
    for (given, said) in [("1s", "within 1s"), ("0.5s", "within 500ms"), ("1100ms", "within 1.1s")] {
        let Some(world) = World::new() else { return };
        let begin = Instant::now();
        let run = world.fails(&slow(600, &format!("timeouts {{\n    create = \"{given}\"\n  }}")));
        assert!(begin.elapsed() < Duration::from_secs(300), "it waited");
        let error = run.errors().next().unwrap();
        assert!(format!("{} {}", error.summary, error.detail).contains("Timeout"), "{run}");
        assert!(error.detail.contains(said), "{run}");
        assert!(world.state().is_empty());
    }
}

#[test]
fn durations_that_are_none() {
    for given in ["soon", "10", "", "1 m", "m1", "1d"] {
        let config = slow(0, &format!("timeouts {{\n    create = \"{given}\"\n  }}"));
        let expected = Expected::summary("Timeout Cannot Be Parsed").at(S).at_attribute("timeouts.create");
        Remote::new().case().step(Step::config(&config).expect_error(expected)).run();
    }
}

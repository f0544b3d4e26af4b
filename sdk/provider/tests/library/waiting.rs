//! Timeouts and waiting, on a clock that only waiting moves.

use std::cell::Cell;
use std::future::{pending, ready};
use std::time::Duration;

use tf_sdk::wait::{Seen, Wait};
use tf_sdk::{Diagnostic, Diagnostics, Result, timeouts};
use tokio::time::Instant;

fn first(diagnostics: Diagnostics) -> Diagnostic {
    diagnostics.into_iter().next().unwrap()
}

#[test]
fn timeouts_are_parsed() {
    let default = Duration::from_secs(1200);
    for (text, seconds) in [(None, 1200), (Some("1s"), 1), (Some("1h30m"), 5400), (Some("0"), 0)] {
        assert_eq!(timeouts::duration(text, "create", default), Ok(Duration::from_secs(seconds)));
    }
    for text in ["", "soon", "10", "-1s", "1 h"] {
        let error = timeouts::duration(Some(text), "create", default).unwrap_err();
        assert_eq!(error.summary, "Timeout Cannot Be Parsed");
        assert_eq!(error.path.unwrap().to_string(), ".timeouts.create");
    }
}

#[tokio::test(start_paused = true)]
async fn work_ends_in_time_or_not() {
    let sleep = |seconds| async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(seconds)
    };
    assert_eq!(timeouts::within(Duration::from_secs(2), "create", sleep(1)).await.unwrap(), 1);
    for (limit, said) in [(1, "create did not end within 1s"), (1200, "create did not end within 20m0s")] {
        let error =
            first(timeouts::within(Duration::from_secs(limit), "create", sleep(9999)).await.unwrap_err());
        assert_eq!((error.summary.as_str(), error.detail.as_str()), ("Timeout", said));
    }
}

/// A look that finds these one after the other, the last one again and again.
fn script(
    states: &'static [&'static str],
) -> (impl FnMut() -> std::future::Ready<Result<Seen<usize>>>, &'static Cell<usize>) {
    let looks: &'static Cell<usize> = Box::leak(Box::new(Cell::new(0)));
    let look = move || {
        let n = looks.get();
        looks.set(n + 1);
        ready(Ok(match states[n.min(states.len() - 1)] {
            "" => Seen::Nothing,
            state => Seen::state(n, state),
        }))
    };
    (look, looks)
}

fn wait() -> Wait {
    Wait::new("the server", Duration::from_secs(600)).pending(["starting"]).target(["running"])
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_the_longest() {
    let (look, looks) = script(&["starting", "starting", "starting", "starting", "starting", "running"]);
    let begun = Instant::now();
    let pauses = wait().pauses(Duration::from_secs(1), Duration::from_secs(5));
    assert_eq!(pauses.until(pending(), look).await.unwrap(), 5);
    assert_eq!((looks.get(), begun.elapsed().as_secs()), (6, 1 + 2 + 4 + 5 + 5));
}

#[tokio::test(start_paused = true)]
async fn absence_is_put_up_with_for_a_while() {
    let (look, _) = script(&["", "", "running"]);
    assert_eq!(wait().absent_at_most(2).until(pending(), look).await.unwrap(), 2);
    let (look, looks) = script(&["", "", "running"]);
    let error = first(wait().absent_at_most(1).until(pending(), look).await.unwrap_err());
    assert_eq!((error.summary.as_str(), looks.get()), ("Not Found", 2));
    assert_eq!(error.detail, "The server was not there, 2 times in a row.");
}

#[tokio::test(start_paused = true)]
async fn targets_may_have_to_last() {
    let (look, _) = script(&["running", "starting", "running", "running"]);
    assert_eq!(wait().target_in_a_row(2).until(pending(), look).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_ends_waiting() {
    let (look, _) = script(&["starting", "failed"]);
    let error = first(wait().until(pending(), look).await.unwrap_err());
    assert_eq!(error.detail, "The server is \"failed\". Expected: starting, running.");

    let (look, _) = script(&["starting"]);
    let error = first(wait().until(pending(), look).await.unwrap_err());
    assert_eq!(
        (error.summary.as_str(), error.detail.as_str()),
        ("Timeout", "Waiting for the server did not end within 10m0s")
    );

    let (look, _) = script(&["starting"]);
    let stopping = tokio::time::sleep(Duration::from_secs(3));
    let begun = Instant::now();
    let error = first(wait().until(stopping, look).await.unwrap_err());
    assert_eq!((error.summary.as_str(), begun.elapsed().as_secs()), ("Interrupted", 3));

    let failing = || ready(Err::<Seen<()>, _>(Diagnostic::error("API says no", "").into()));
    assert_eq!(first(wait().until(pending(), failing).await.unwrap_err()).summary, "API says no");
}

#[tokio::test(start_paused = true)]
async fn waiting_until_it_is_gone() {
    let (look, looks) = script(&["starting", "starting", ""]);
    wait().until_gone(pending(), look).await.unwrap();
    assert_eq!(looks.get(), 3);
    let (look, _) = script(&["running"]);
    assert_eq!(first(wait().until_gone(pending(), look).await.unwrap_err()).summary, "Unexpected State");
}

//! Our host with Go's plugin.

use std::sync::{Arc, Mutex};

use tf_plugin::host::{Ended, Launch, LaunchErrorKind, Level, LogLine};
use tonic::Code;

use crate::{programs, service, store};

/// A plugin of Go's that is to be started; none if this machine has no Go.
fn launch() -> Option<Launch> {
    let peer = programs::go_peer()?;
    Some(Launch::new(peer, service::COOKIE).versions(service::VERSIONS))
}

/// Goes through a test with such a plugin, if there is one, and sees the plugin end well.
async fn ends_well(test: impl AsyncFn(Launch) -> Ended) {
    if launch().is_none() {
        return;
    }
    let ended = programs::patiently(async || test(launch().expect("it was there")).await).await;
    assert!(matches!(ended, Ended::Exited(Some(status)) if status.success()), "{ended:?}");
}

#[tokio::test]
async fn everything_without_tls() {
    ends_well(async |launch: Launch| {
        let plugin = launch.plaintext().start().await.expect("it starts");
        assert_eq!(plugin.version(), 2);
        plugin.ping().await.expect("it is well");
        assert_eq!(store::put(plugin.channel(), "fruit/a", "apple").await.expect("stored"), "apple");
        assert_eq!(store::merge(&plugin, "fruit/a", "pear").await.expect("stored"), "apple+pear");
        assert_eq!(store::open_and_get(&plugin, "fruit/", "a").await.expect("found"), "apple+pear");
        // This version of go-plugin forwards no streams.
        assert_eq!(plugin.stdio().next().await, None);
        plugin.shutdown().await
    })
    .await;
}

#[tokio::test]
async fn everything_with_auto_mtls() {
    ends_well(async |launch: Launch| {
        let plugin = launch.start().await.expect("it starts");
        plugin.ping().await.expect("it is well");
        assert_eq!(store::put(plugin.channel(), "fruit/a", "apple").await.expect("stored"), "apple");
        assert_eq!(store::open_and_get(&plugin, "fruit/", "a").await.expect("found"), "apple");
        // Until go-plugin 1.4.4 a plugin could not dial under AutoMTLS: it asked for a server called "unused".
        let error = store::merge(&plugin, "fruit/a", "pear").await.expect_err("this version cannot");
        assert!(error.code() == Code::Unavailable && error.message().contains("not unused"), "{error:?}");
        plugin.shutdown().await
    })
    .await;
}

#[tokio::test]
async fn versions_are_negotiated() {
    ends_well(async |launch: Launch| {
        let plugin = launch.versions([1]).start().await.expect("it starts");
        assert_eq!(plugin.version(), 1);
        plugin.shutdown().await
    })
    .await;
    let Some(launch) = launch() else { return };
    let error = launch.versions([7, 8]).start().await.expect_err("nobody speaks them");
    let kind = error.kind();
    assert!(matches!(kind, LaunchErrorKind::Version { found: 1, asked } if asked == &[7, 8]), "{kind:?}");
    assert!(error.evidence().line.as_ref().is_some_and(|line| line.starts_with("1|1|unix|")));
}

#[tokio::test]
async fn its_log_is_understood() {
    if launch().is_none() {
        return;
    }
    let lines: Arc<Mutex<Vec<LogLine>>> = Arc::default();
    ends_well(async |launch: Launch| {
        let seen = Arc::clone(&lines);
        let launch = launch.on_log(move |line| seen.lock().expect("sound").push(line));
        launch.start().await.expect("it starts").shutdown().await
    })
    .await;
    let lines = lines.lock().expect("sound");
    let line = lines.iter().find(|line| line.message == "the peer serves").expect("it was logged");
    assert_eq!((line.level, line.module.as_deref()), (Level::Warn, Some("peer")));
    assert_eq!(line.fields.get("versions"), Some(&2.into()));
    assert!(line.timestamp.is_some());
}

#[tokio::test]
async fn an_end_in_mid_call_is_an_error_of_that_call() {
    let Some(launch) = launch() else { return };
    let plugin = launch.start().await.expect("it starts");
    let error = store::get(plugin.channel(), "!crash").await.expect_err("it ended");
    assert!(matches!(error.code(), Code::Unavailable | Code::Unknown), "{error:?}");
    assert_eq!(plugin.exited().await.and_then(|status| status.code()), Some(7));
    assert!(plugin.ping().await.is_err());
    assert!(matches!(plugin.shutdown().await, Ended::Exited(Some(status)) if status.code() == Some(7)));
}

#[tokio::test]
async fn dropping_it_kills_it() {
    let Some(launch) = launch() else { return };
    let plugin = launch.start().await.expect("it starts");
    let id = plugin.process_id().expect("it runs");
    drop(plugin);
    // Reaped, not only dead: a number that is not in use has no folder.
    while std::path::Path::new(&format!("/proc/{id}")).exists() {
        tokio::task::yield_now().await;
    }
}

//! Our host with our plugin: what Go's of this version cannot show.

use bytes::Bytes;
use tf_plugin::host::{Ended, Launch, StdioChunk};

use crate::{programs, service, store};

async fn everything(launch: Launch) {
    let plugin = launch.versions(service::VERSIONS).start().await.expect("it starts");
    let mut stdio = plugin.stdio();
    assert_eq!(plugin.version(), 2);
    plugin.ping().await.expect("it is well");
    assert_eq!(store::put(plugin.channel(), "fruit/a", "apple").await.expect("stored"), "apple");
    assert_eq!(store::merge(&plugin, "fruit/a", "pear").await.expect("stored"), "apple+pear");
    assert_eq!(store::open_and_get(&plugin, "fruit/", "a").await.expect("found"), "apple+pear");
    // What it printed, one line for each put.
    let mut printed = Vec::new();
    while printed.len() < 2 * "fruit/a has a new value\n".len() {
        let Some(StdioChunk::Stdout(bytes)) = stdio.next().await else {
            panic!("the stream ended: {printed:?}")
        };
        printed.extend_from_slice(&bytes);
    }
    assert_eq!(Bytes::from(printed), "fruit/a has a new value\n".repeat(2));
    let ended = plugin.shutdown().await;
    assert!(matches!(ended, Ended::Exited(Some(status)) if status.success()), "{ended:?}");
    assert_eq!(stdio.next().await, None);
}

#[tokio::test]
async fn everything_with_auto_mtls() {
    everything(Launch::new(programs::kv_plugin(), service::COOKIE)).await;
}

#[tokio::test]
async fn everything_without_tls() {
    everything(Launch::new(programs::kv_plugin(), service::COOKIE).plaintext()).await;
}

//! Our host with our plugin: what Go's of this version cannot show.

use bytes::Bytes;
use tf_plugin::host::terraform::{self, Provider};
use tf_plugin::host::{Ended, Launch, StdioChunk};
use tf_plugin_proto::tfplugin6;

use crate::{programs, service, store};

/// Does everything with a plugin that a host may do, and sees it end well.
async fn everything(launch: impl Fn() -> Launch) {
    let ended = programs::patiently(async || life(launch()).await).await;
    assert!(matches!(ended, Ended::Exited(Some(status)) if status.success()), "{ended:?}");
}

async fn life(launch: Launch) -> Ended {
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
    assert_eq!(stdio.next().await, None);
    ended
}

#[tokio::test]
async fn everything_with_auto_mtls() {
    everything(|| Launch::new(programs::kv_plugin(), service::COOKIE)).await;
}

#[tokio::test]
async fn everything_without_tls() {
    everything(|| Launch::new(programs::kv_plugin(), service::COOKIE).plaintext()).await;
}

#[tokio::test]
async fn providers_are_called_in_the_version_agreed_on() {
    let ended = programs::patiently(async || {
        let plugin = terraform::launch(programs::bare_provider()).start().await.expect("it starts");
        let Some(Provider::V6(mut client)) = Provider::of(&plugin) else {
            panic!("version {}", plugin.version())
        };
        let request = tfplugin6::get_provider_schema::Request::default();
        let schema = client.get_provider_schema(request).await.expect("it has a schema").into_inner();
        assert!(schema.resource_schemas.contains_key("bare_thing"));
        plugin.shutdown().await
    })
    .await;
    assert!(matches!(ended, Ended::Exited(_)), "{ended:?}");

    let ended = programs::patiently(async || {
        let launch = terraform::launch(programs::bare_provider()).versions([5]);
        let plugin = launch.start().await.expect("it starts");
        let Some(Provider::V5(mut client)) = Provider::of(&plugin) else {
            panic!("version {}", plugin.version())
        };
        let request = tfplugin6::get_provider_schema::Request::default();
        let schema = client.get_schema(request).await.expect("it has a schema").into_inner();
        assert!(schema.resource_schemas.contains_key("bare_thing"));
        plugin.shutdown().await
    })
    .await;
    assert!(matches!(ended, Ended::Exited(_)), "{ended:?}");
}

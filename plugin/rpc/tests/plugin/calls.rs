//! Calls: large ones, those that panic, those that are stopped.

use super::bare::{Start, in_time};
use tf_plugin::limits::MESSAGE_MAX_BYTES;
use tf_plugin_proto::tfplugin6::{
    DynamicValue, apply_resource_change, get_provider_schema, plan_resource_change, stop_provider,
    validate_resource_config,
};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::test]
async fn a_request_over_the_limit_is_refused_and_the_next_is_served() {
    let bare = Start::plain().serve().await;
    let mut provider = bare.provider().await;
    let config = DynamicValue { msgpack: vec![0; MESSAGE_MAX_BYTES + 1].into(), ..Default::default() };
    let request = validate_resource_config::Request { config: Some(config), ..Default::default() };
    let refused = in_time(provider.validate_resource_config(request)).await.expect_err("too large");
    assert_eq!(refused.code(), Code::OutOfRange, "{refused:?}");
    // More than gRPC's own 4 MB is no problem.
    let config = DynamicValue { msgpack: vec![0; 8 << 20].into(), ..Default::default() };
    let request = validate_resource_config::Request { config: Some(config), ..Default::default() };
    in_time(provider.validate_resource_config(request)).await.expect("an answer");
}

#[tokio::test]
async fn a_schema_of_63_mb_is_given() {
    let bare = Start::tls().env("BARE_SCHEMA_BYTES", "63000000").serve().await;
    let mut provider = bare.provider().await;
    let schema =
        in_time(provider.get_provider_schema(get_provider_schema::Request {})).await.expect("an answer");
    let block = schema.into_inner().resource_schemas.remove("bare_thing").and_then(|schema| schema.block);
    assert_eq!(block.expect("a schema").description.len(), 63_000_000);
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_and_the_process_lives_on() {
    let bare = Start::tls().env("BARE_PANIC", "plan").serve().await;
    let mut provider = bare.provider().await;
    for _ in 0..2 {
        let answer = in_time(provider.plan_resource_change(plan_resource_change::Request::default())).await;
        let diagnostics = answer.expect("an answer").into_inner().diagnostics;
        assert!(diagnostics[0].summary.contains("panic"), "{diagnostics:?}");
        assert!(diagnostics[0].detail.contains("behaviour.rs:"), "{diagnostics:?}");
        provider.apply_resource_change(apply_resource_change::Request::default()).await.expect("an answer");
    }
    let (status, _, logged) = bare.shutdown().await;
    assert!(status.success());
    assert_eq!(
        logged.lines().filter(|line| line.starts_with("panic: asked to, in plan at ")).count(),
        2,
        "{logged}"
    );
}

#[tokio::test]
async fn stopping_ends_what_runs_and_serves_on() {
    let waiting = tempfile::tempdir().expect("a directory");
    let path = waiting.path().join("waiting");
    let listener = tokio::net::UnixListener::bind(&path).expect("a socket");
    let bare = Start::tls().env("BARE_WAIT", "apply").env("BARE_WAITING", &path).serve().await;
    let (mut running, mut stopping) = (bare.provider().await, bare.provider().await);
    for _ in 0..2 {
        let apply = running.apply_resource_change(apply_resource_change::Request::default());
        let stop = async {
            // The call says that it waits.
            in_time(listener.accept()).await.expect("a connection");
            stopping.stop_provider(stop_provider::Request {}).await
        };
        let (applied, stopped) = tokio::join!(in_time(apply), in_time(stop));
        applied.expect("an answer");
        assert_eq!(stopped.expect("an answer").into_inner().error, "");
    }
    assert!(bare.shutdown().await.0.success());
}

#[tokio::test]
async fn hosts_that_ask_for_its_health_hear_that_it_serves() {
    let bare = Start::tls().serve().await;
    let mut health = HealthClient::new(bare.channel().await);
    let answer = health.check(HealthCheckRequest { service: "plugin".into() }).await.expect("an answer");
    assert_eq!(
        answer.into_inner().status,
        tonic_health::pb::health_check_response::ServingStatus::Serving as i32
    );
    let unknown = health.check(HealthCheckRequest { service: "other".into() }).await.expect_err("unknown");
    assert_eq!(unknown.code(), Code::NotFound);
}

//! Panics of every kind of RPC, in both versions, without a socket.

use super::*;
use crate::terraform::Stop;
use std::sync::atomic::{AtomicUsize, Ordering};
use tf_plugin_proto::tfplugin5::provider_server::Provider as Provider5;
use tf_plugin_proto::tfplugin6::provider_server::Provider as Provider6;
use tf_plugin_proto::tfplugin6::{
    apply_resource_change, call_function, invoke_action, list_resource, plan_resource_change, read_resource,
    stop_provider,
};
use tokio_stream::StreamExt;

/// Panics in most ways there are.
#[derive(Default)]
struct Panics {
    calls: AtomicUsize,
}

#[tonic::async_trait]
impl Provider6 for Panics {
    async fn plan_resource_change(
        &self,
        _request: Request<plan_resource_change::Request>,
    ) -> Result<Response<plan_resource_change::Response>, Status> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        panic!("after an await, password=hunter2secret");
    }

    async fn call_function(
        &self,
        _request: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        std::panic::panic_any(5)
    }

    async fn list_resource(
        &self,
        _request: Request<list_resource::Request>,
    ) -> Result<Response<BoxStream<list_resource::Event>>, Status> {
        let mut left = 2;
        let events = std::iter::from_fn(move || {
            left -= 1;
            assert!(left > 0, "in the stream");
            Some(Ok(list_resource::Event::default()))
        });
        Ok(Response::new(Box::pin(tokio_stream::iter(events))))
    }

    async fn invoke_action(
        &self,
        _request: Request<invoke_action::Request>,
    ) -> Result<Response<BoxStream<invoke_action::Event>>, Status> {
        panic!("before the stream")
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Result<Response<apply_resource_change::Response>, Status> {
        request.extensions().get::<Stop>().expect("a token").requested().await;
        Ok(Response::new(apply_resource_change::Response::default()))
    }

    async fn stop_provider(
        &self,
        _request: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        panic!("when asked to stop")
    }
}

#[tonic::async_trait]
impl Provider5 for Panics {
    async fn read_resource(
        &self,
        _request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        panic!("in version 5")
    }
}

fn guard() -> Guard<Panics> {
    Guard::new(Panics::default())
}

fn ask<T: Default>() -> Request<T> {
    Request::new(T::default())
}

fn assert_told(diagnostics: &[Diagnostic], words: &str) {
    let [told] = diagnostics else { panic!("{diagnostics:?}") };
    assert_eq!(told.severity, diagnostic::Severity::Error as i32);
    assert!(told.summary.contains("panic"), "{told:?}");
    assert!(told.detail.contains(words) && told.detail.contains("guard/tests.rs:"), "{told:?}");
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_of_its_call_and_the_next_call_is_served() {
    let guard = guard();
    for calls in 1..3 {
        let answer = Provider6::plan_resource_change(&guard, ask()).await.expect("an answer");
        let diagnostics = answer.into_inner().diagnostics;
        assert_told(&diagnostics, "after an await");
        assert!(!diagnostics[0].detail.contains("hunter2secret"), "{diagnostics:?}");
        assert_eq!(guard.provider().calls.load(Ordering::Relaxed), calls);
    }
    let answer = Provider5::read_resource(&guard, ask()).await.expect("an answer");
    assert_told(&answer.into_inner().diagnostics, "in version 5");
}

#[tokio::test]
async fn a_function_says_it_in_its_error() {
    let answer = Provider6::call_function(&guard(), ask()).await.expect("an answer").into_inner();
    let error = answer.error.expect("an error");
    assert!(
        error.text.contains("panic: (no message) at") && error.text.contains("guard/tests.rs"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stream_ends_with_it() {
    let mut events = Provider6::list_resource(&guard(), ask()).await.expect("a stream").into_inner();
    let first = events.next().await.expect("an event").expect("no status");
    assert!(first.diagnostic.is_empty());
    let last = events.next().await.expect("an event").expect("no status");
    assert_told(&last.diagnostic, "in the stream");
    assert!(events.next().await.is_none());

    let mut events = Provider6::invoke_action(&guard(), ask()).await.expect("a stream").into_inner();
    let last = events.next().await.expect("an event").expect("no status");
    let Some(invoke_action::event::Type::Completed(completed)) = last.r#type else { panic!("{last:?}") };
    assert_told(&completed.diagnostics, "before the stream");
}

#[tokio::test]
async fn stopping_reaches_what_runs_and_its_panic_is_its_error() {
    let guard = guard();
    let stop = async {
        tokio::task::yield_now().await;
        Provider6::stop_provider(&guard, ask()).await
    };
    let (applied, stopped) = tokio::join!(Provider6::apply_resource_change(&guard, ask()), stop);
    assert!(applied.is_ok());
    assert!(stopped.expect("an answer").into_inner().error.contains("when asked to stop"));
    // Version 5's stop is not implemented there: tokens trip all the same, and that is all.
    let stopped = Provider5::stop(&guard, ask()).await.expect("an answer");
    assert_eq!(stopped.into_inner().error, "");
}

#[tokio::test]
async fn what_is_not_implemented_says_so() {
    let answer = Provider6::get_metadata(&guard(), ask()).await;
    assert_eq!(answer.map(drop).map_err(|status| status.code()), Err(Code::Unimplemented));
}

#[test]
fn the_place_of_another_panic_is_not_told() {
    panic::install_hook();
    assert!(std::panic::catch_unwind(|| panic!("somebody else's")).is_err());
    let caught = panic::catch(|| std::panic::resume_unwind(Box::new("without a hook"))).map(|(): ()| ());
    assert_eq!(caught.map_err(|panic| panic.to_string()), Err("panic: without a hook".to_owned()));
}

//! A plugin that runs: what a host does with it, up to its end.

use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};

use tf_plugin_proto::plugin::Empty;
use tf_plugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use tokio::time::timeout;
use tonic::Status;
use tonic::transport::Channel;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::error::{LaunchError, LaunchErrorKind};
use super::evidence::{Evidence, Tail};
use super::launch::Met;
use super::process::Process;
use super::stdio::Stdio;
use crate::broker::Broker;
use crate::channel;
use crate::limits::{CONNECTION_SETUP, SHUTDOWN_WAIT};
use crate::serve::{Link, Reattach};
use crate::stream::Stream;

/// The service name that go-plugin's health checks are about.
const HEALTH_SERVICE: &str = "plugin";

/// A plugin that was started, or attached to. Dropping it kills a process that was started, and leaves another alone.
#[derive(Debug)]
pub struct Plugin {
    version: u32,
    channel: Channel,
    broker: Broker,
    /// None if somebody else started it.
    process: Option<Process>,
    tail: Arc<Mutex<Tail>>,
}

/// How a plugin came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// On its own, asked or not; with its status, if the system told it.
    Exited(Option<ExitStatus>),
    /// It did not end in time and was killed.
    Killed,
    /// It was attached to, so it runs on.
    Detached,
}

/// Why a plugin is not well.
#[derive(Debug, thiserror::Error)]
pub enum PingError {
    /// The call failed.
    #[error("the plugin's health cannot be asked for")]
    Call(#[source] Box<Status>),
    /// It does not answer.
    #[error("the plugin did not answer within {} s", CONNECTION_SETUP.as_secs())]
    Late,
    /// It answers that it does not serve.
    #[error("the plugin says that it does not serve (status {status})")]
    NotServing {
        /// grpc.health.v1's number.
        status: i32,
    },
}

impl Plugin {
    pub(super) fn started(met: Met, process: Process, tail: Arc<Mutex<Tail>>) -> Plugin {
        let Met { handshake, link, stream } = met;
        let channel = channel::over(stream, handshake.address, link.client_config());
        let broker = Broker::of_host(channel.clone(), link);
        Plugin { version: handshake.version, channel, broker, process: Some(process), tail }
    }

    /// Connects to a plugin that somebody else started, without TLS, as `TF_REATTACH_PROVIDERS` names them. It is never ended.
    ///
    /// # Errors
    /// If nobody listens there, or does not answer within 10 s.
    pub async fn attach(reattach: &Reattach) -> Result<Plugin, LaunchError> {
        let address = reattach.address.clone();
        let failed = |source| LaunchErrorKind::Connect { address: address.clone(), source };
        let stream = timeout(CONNECTION_SETUP, Stream::connect(&address, None)).await;
        let stream = stream.unwrap_or_else(|late| Err(late.into()));
        let stream = stream.map_err(|source| LaunchError::new(failed(source), Evidence::default()))?;
        let channel = channel::over(stream, reattach.address.clone(), None);
        let broker = Broker::of_host(channel.clone(), Link { place: super::place(), certificates: None });
        Ok(Plugin { version: reattach.version, channel, broker, process: None, tail: Arc::default() })
    }

    /// The version of the service that host and plugin agreed on.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What clients are made of. A client decodes 4 MiB at most until it is told otherwise:
    /// `.max_decoding_message_size(tf_plugin::limits::MESSAGE_MAX_BYTES)`.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Further connections between host and plugin.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The number of the process, if this host started it and it has not ended.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().and_then(Process::id)
    }

    /// The last lines of the plugin's standard error, at most 20 of at most 1 KiB: what to show after a crash.
    pub fn last_log_lines(&self) -> Vec<String> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).lines()
    }

    /// What the plugin prints. Plugins that forward nothing end it at once.
    pub fn stdio(&self) -> Stdio {
        Stdio::of(self.channel.clone())
    }

    /// Asks the plugin whether it serves.
    ///
    /// # Errors
    /// If it does not, or does not answer within 10 s.
    pub async fn ping(&self) -> Result<(), PingError> {
        let request = HealthCheckRequest { service: HEALTH_SERVICE.to_owned() };
        let mut client = HealthClient::new(self.channel.clone());
        let answer = timeout(CONNECTION_SETUP, client.check(request)).await.map_err(|_| PingError::Late)?;
        let HealthCheckResponse { status } =
            answer.map_err(|status| PingError::Call(Box::new(status)))?.into_inner();
        if status == ServingStatus::Serving as i32 { Ok(()) } else { Err(PingError::NotServing { status }) }
    }

    /// Waits until the plugin's process has ended; its status, if the system told it. Never ends for one that was attached to.
    pub async fn exited(&self) -> Option<ExitStatus> {
        match &self.process {
            Some(process) => process.ended().await,
            None => std::future::pending().await,
        }
    }

    /// Asks the plugin to end, waits 2 s for it, and kills it if it has not. One that was attached to is only let go.
    pub async fn shutdown(mut self) -> Ended {
        let Some(mut process) = self.process.take() else { return Ended::Detached };
        self.broker.close();
        let mut controller = GrpcControllerClient::new(self.channel.clone());
        // Whether it answers does not matter: some end before they do.
        let asked = timeout(SHUTDOWN_WAIT, controller.shutdown(Empty {}));
        tokio::select! {
            status = process.ended() => return Ended::Exited(status),
            _ = asked => {}
        }
        match timeout(SHUTDOWN_WAIT, process.ended()).await {
            Ok(status) => Ended::Exited(status),
            Err(_) => {
                process.kill().await;
                Ended::Killed
            }
        }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.broker.close();
    }
}

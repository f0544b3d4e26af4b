//! What a plugin prints, as go-plugin forwards it: bytes of its standard output and standard error, in their order.

use bytes::Bytes;
use tf_plugin_proto::plugin::StdioData;
use tf_plugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tf_plugin_proto::plugin::stdio_data;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Response, Streaming};

/// What a plugin prints, from when this was asked for. What nobody reads waits in the plugin, which drops or blocks as it likes.
#[derive(Debug)]
pub struct Stdio {
    opening: Option<JoinHandle<Option<Streaming<StdioData>>>>,
    stream: Option<Streaming<StdioData>>,
}

/// Some bytes that a plugin printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StdioChunk {
    /// To standard output.
    Stdout(Bytes),
    /// To standard error, if it is not its log.
    Stderr(Bytes),
}

impl Stdio {
    pub(super) fn of(channel: Channel) -> Stdio {
        // Go's plugins answer only when something was printed: this may take as long as it likes.
        let open = async move { GrpcStdioClient::new(channel).stream_stdio(()).await.ok() };
        let opening = tokio::spawn(async move { open.await.map(Response::into_inner) });
        Stdio { opening: Some(opening), stream: None }
    }

    /// The next bytes; none once the plugin has ended, or if it forwards nothing. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<StdioChunk> {
        if let Some(opening) = &mut self.opening {
            self.stream = opening.await.ok().flatten();
            self.opening = None;
        }
        loop {
            let StdioData { channel, data } = self.stream.as_mut()?.message().await.ok().flatten()?;
            match stdio_data::Channel::try_from(channel) {
                Ok(stdio_data::Channel::Stdout) => return Some(StdioChunk::Stdout(data)),
                Ok(stdio_data::Channel::Stderr) => return Some(StdioChunk::Stderr(data)),
                // A channel of later plugins.
                Ok(stdio_data::Channel::Invalid) | Err(_) => {}
            }
        }
    }
}

impl Drop for Stdio {
    fn drop(&mut self) {
        self.opening.iter().for_each(JoinHandle::abort);
    }
}

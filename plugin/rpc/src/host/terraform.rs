//! Terraform's providers as plugins: what Terraform is to them, in one call.

use std::path::PathBuf;

use tf_plugin_proto::tfplugin5::provider_client::ProviderClient as ProviderClient5;
use tf_plugin_proto::tfplugin6::provider_client::ProviderClient as ProviderClient6;
use tonic::transport::Channel;

use super::launch::Launch;
use super::plugin::Plugin;
use crate::limits::MESSAGE_MAX_BYTES;
use crate::terraform::COOKIE;

/// A client of the version that host and provider agreed on, with limits of 256 MiB both ways.
#[derive(Clone, Debug)]
pub enum Provider {
    /// Version 5.
    V5(ProviderClient5<Channel>),
    /// Version 6.
    V6(ProviderClient6<Channel>),
}

/// A provider that is to be started: Terraform's cookie, versions 6 and 5.
pub fn launch(program: impl Into<PathBuf>) -> Launch {
    Launch::new(program, COOKIE).versions([6, 5])
}

impl Provider {
    /// The client of a provider; none if the version agreed on is neither 5 nor 6.
    pub fn of(plugin: &Plugin) -> Option<Provider> {
        let channel = plugin.channel();
        match plugin.version() {
            5 => Some(Provider::V5(
                ProviderClient5::new(channel)
                    .max_decoding_message_size(MESSAGE_MAX_BYTES)
                    .max_encoding_message_size(MESSAGE_MAX_BYTES),
            )),
            6 => Some(Provider::V6(
                ProviderClient6::new(channel)
                    .max_decoding_message_size(MESSAGE_MAX_BYTES)
                    .max_encoding_message_size(MESSAGE_MAX_BYTES),
            )),
            _ => None,
        }
    }
}

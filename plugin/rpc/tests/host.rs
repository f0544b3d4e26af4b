//! The host role against plugins that do not keep to the protocol: small shell scripts, each with a stated outcome.

#[path = "host/environment.rs"]
mod environment;
#[path = "host/lines.rs"]
mod lines;
#[path = "host/script.rs"]
mod script;
#[path = "host/streams.rs"]
mod streams;
#[path = "host/trust.rs"]
mod trust;

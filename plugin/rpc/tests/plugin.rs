//! The plugin's role, from outside: `examples/bare_provider` as a process, started as a host starts it, well and badly treated.

#[path = "plugin/bare.rs"]
mod bare;
#[path = "plugin/calls.rs"]
mod calls;
#[path = "plugin/certificates.rs"]
mod certificates;
#[path = "plugin/crowd.rs"]
mod crowd;
#[path = "plugin/ends.rs"]
mod ends;
#[path = "plugin/places.rs"]
mod places;
#[path = "plugin/start.rs"]
mod start;
#[path = "plugin/terraform.rs"]
mod terraform;

//! Addresses of networks and of hosts.

use std::net::IpAddr;

use ipnet::IpNet;

use super::ParseTextError;
use super::text::text_type;

/// An IPv4 or IPv6 prefix: `10.0.0.0/8`. Two are the same if address and length are, however an IPv6 address is written. Bits
/// beyond the length count: `10.0.0.1/8` is an interface's address, and not the same as `10.0.0.0/8`.
#[derive(Clone, Debug)]
pub struct Cidr {
    text: String,
    meaning: IpNet,
}

text_type!(Cidr, IpNet, prefix, network: "The prefix.");

fn prefix(text: &str) -> Result<IpNet, ParseTextError> {
    text.parse().map_err(|error| ParseTextError::new(text, "an address prefix such as \"10.0.0.0/8\"", error))
}

/// An IPv4 or IPv6 address. Two are the same however an IPv6 address is written.
#[derive(Clone, Debug)]
pub struct IpAddress {
    text: String,
    meaning: IpAddr,
}

text_type!(IpAddress, IpAddr, address, address: "The address.");

fn address(text: &str) -> Result<IpAddr, ParseTextError> {
    text.parse().map_err(|error| ParseTextError::new(text, "an IP address", error))
}

//! What a host must be told to find a plugin that it did not start: for Terraform, `TF_REATTACH_PROVIDERS`.

use crate::address::Address;

/// Where a plugin listens that was started for debugging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reattach {
    /// The version that it speaks.
    pub version: u32,
    /// Its process number.
    pub pid: u32,
    /// Where it listens.
    pub address: Address,
}

impl Reattach {
    /// This process at `address`.
    pub(crate) fn new(version: u32, address: Address) -> Reattach {
        Reattach { version, pid: std::process::id(), address }
    }

    /// The JSON object that maps `name` to this plugin. For Terraform a name is a provider's whole address:
    /// `registry.example.com/namespace/type`.
    ///
    /// `Test` is always true: it keeps the host from killing the process, and without it Terraform takes version 6 for 5 and crashes.
    #[must_use]
    pub fn json(&self, name: &str) -> String {
        serde_json::json!({ name: {
            "Protocol": "grpc",
            "ProtocolVersion": self.version,
            "Pid": self.pid,
            "Test": true,
            "Addr": { "Network": self.address.network(), "String": self.address.text() },
        }})
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_find_what_they_need() {
        let reattach = Reattach { version: 6, pid: 42, address: Address::Unix("/tmp/a\"b".into()) };
        let json: serde_json::Value = serde_json::from_str(&reattach.json("host/ns/type")).expect("JSON");
        assert_eq!(
            json,
            serde_json::json!({"host/ns/type": {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": 42, "Test": true,
                "Addr": {"Network": "unix", "String": "/tmp/a\"b"}}})
        );
    }
}

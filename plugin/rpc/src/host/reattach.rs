//! Plugins that somebody else started, as `TF_REATTACH_PROVIDERS` names them: a debugger's, mostly.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::{Address, AddressError};
use crate::serve::Reattach;

/// Why a text names no plugins.
#[derive(Debug, thiserror::Error)]
pub enum ReattachError {
    /// It is no JSON.
    #[error("it is no JSON")]
    Json(#[source] serde_json::Error),
    /// It is no object of objects.
    #[error("it is no object with an object of each plugin")]
    Shape,
    /// A plugin does not speak gRPC.
    #[error("{plugin} speaks {found:?}, not \"grpc\"")]
    Protocol {
        /// The plugin's name.
        plugin: String,
        /// What stands there.
        found: String,
    },
    /// A plugin has no version.
    #[error("{plugin} has no ProtocolVersion")]
    Version {
        /// The plugin's name.
        plugin: String,
    },
    /// A plugin has no process number.
    #[error("{plugin} has no Pid")]
    Pid {
        /// The plugin's name.
        plugin: String,
    },
    /// A plugin has no address.
    #[error("{plugin} does not say where it listens")]
    Address {
        /// The plugin's name.
        plugin: String,
        /// What stands there is none.
        source: AddressError,
    },
}

impl Reattach {
    /// Reads all plugins of a text like `{"example.com/a/b":{"Protocol":"grpc","ProtocolVersion":6,"Pid":1,"Test":true,
    /// "Addr":{"Network":"unix","String":"/tmp/plugin1"}}}`, by name.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse_all(text: &str) -> Result<BTreeMap<String, Reattach>, ReattachError> {
        let value: Value = serde_json::from_str(text).map_err(ReattachError::Json)?;
        let Value::Object(plugins) = value else { return Err(ReattachError::Shape) };
        let read = |(name, value): (String, Value)| Ok((name.clone(), Reattach::read(name, &value)?));
        plugins.into_iter().map(read).collect()
    }

    fn read(plugin: String, value: &Value) -> Result<Reattach, ReattachError> {
        if !value.is_object() {
            return Err(ReattachError::Shape);
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let number = |key: &str| value[key].as_u64().and_then(|number| u32::try_from(number).ok());
        let found = text(&value["Protocol"]);
        if found != "grpc" {
            return Err(ReattachError::Protocol { plugin, found });
        }
        let Some(version) = number("ProtocolVersion") else {
            return Err(ReattachError::Version { plugin });
        };
        let Some(pid) = number("Pid") else { return Err(ReattachError::Pid { plugin }) };
        let (network, path) = (text(&value["Addr"]["Network"]), text(&value["Addr"]["String"]));
        match Address::parse(&network, &path) {
            Ok(address) => Ok(Reattach { version, pid, address }),
            Err(source) => Err(ReattachError::Address { plugin, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"example.com/a/b":{"Protocol":"grpc","ProtocolVersion":6,"Pid":7,"Test":true,
        "Addr":{"Network":"unix","String":"/tmp/plugin1"}}}"#;

    #[test]
    fn plugins_by_name() {
        let found = Reattach::parse_all(GOOD).expect("the text is right");
        let address = Address::Unix("/tmp/plugin1".into());
        let expected = Reattach { version: 6, pid: 7, address };
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("example.com/a/b".to_owned(), expected)]);
        assert!(Reattach::parse_all("{}").expect("none is no error").is_empty());
    }

    #[test]
    fn what_a_plugin_says_is_read() {
        let reattach = Reattach { version: 5, pid: 42, address: Address::Tcp(([127, 0, 0, 1], 9).into()) };
        let found = Reattach::parse_all(&reattach.json("example.com/a/b")).expect("it is right");
        assert_eq!(found.into_values().collect::<Vec<_>>(), [reattach]);
    }

    #[test]
    fn what_is_refused() {
        for (from, to, expected) in [
            (GOOD, "", "it is no JSON"),
            (GOOD, "[]", "it is no object with an object of each plugin"),
            (GOOD, r#"{"a":1}"#, "it is no object with an object of each plugin"),
            ("grpc", "netrpc", r#"example.com/a/b speaks "netrpc", not "grpc""#),
            (r#""Protocol":"grpc","#, "", r#"example.com/a/b speaks "", not "grpc""#),
            (":6", ":\"6\"", "example.com/a/b has no ProtocolVersion"),
            (":6", ":-6", "example.com/a/b has no ProtocolVersion"),
            (":6", ":4294967296", "example.com/a/b has no ProtocolVersion"),
            (r#""unix""#, r#""pipe""#, "example.com/a/b does not say where it listens"),
            ("/tmp/plugin1", "", "example.com/a/b does not say where it listens"),
            (r#""Pid":7,"#, "", "example.com/a/b has no Pid"),
            ("Addr", "Address", "example.com/a/b does not say where it listens"),
        ] {
            let text = GOOD.replace(from, to);
            let error = Reattach::parse_all(&text).expect_err(&text);
            assert_eq!(error.to_string(), expected, "{text}");
        }
    }
}

//! The range of TCP ports that a host allows.

/// From the least to the greatest port, both included; 0 to 0 leaves the choice to the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    min: u16,
    max: u16,
}

/// Why `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT` are no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortsError {
    /// Not a port.
    #[error("{variable} is {found:?}, not a port")]
    Port {
        /// The variable.
        variable: &'static str,
        /// Its value.
        found: String,
    },
    /// The least is above the greatest.
    #[error("PLUGIN_MIN_PORT {min} is above PLUGIN_MAX_PORT {max}")]
    Empty {
        /// The least.
        min: u16,
        /// The greatest.
        max: u16,
    },
}

impl Ports {
    /// Any port that is free.
    pub const ANY: Ports = Ports { min: 0, max: 0 };

    /// The range of the values of `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT`; one that is unset or empty counts as 0.
    ///
    /// # Errors
    /// For what is no port, and a range with nothing in it.
    pub fn parse(min: Option<&str>, max: Option<&str>) -> Result<Ports, PortsError> {
        let (min, max) = (port("PLUGIN_MIN_PORT", min)?, port("PLUGIN_MAX_PORT", max)?);
        if min > max { Err(PortsError::Empty { min, max }) } else { Ok(Ports { min, max }) }
    }

    /// The least.
    #[must_use]
    pub fn min(&self) -> u16 {
        self.min
    }

    /// The greatest.
    #[must_use]
    pub fn max(&self) -> u16 {
        self.max
    }
}

fn port(variable: &'static str, value: Option<&str>) -> Result<u16, PortsError> {
    match value.unwrap_or_default() {
        "" => Ok(0),
        text => text.parse().map_err(|_| PortsError::Port { variable, found: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(Ports::parse(None, Some("")), Ok(Ports::ANY));
        assert_eq!(Ports::parse(Some("10000"), Some("25000")), Ok(Ports { min: 10000, max: 25000 }));
        assert_eq!(Ports::parse(None, Some("9")), Ok(Ports { min: 0, max: 9 }));
        let wrong =
            [("2", ""), ("2", "1"), ("-1", "5"), ("1", "65536"), ("x", "5"), ("1 ", "5"), ("1", "5.0")];
        for (min, max) in wrong {
            assert!(Ports::parse(Some(min), Some(max)).is_err(), "{min:?} {max:?}");
        }
    }
}

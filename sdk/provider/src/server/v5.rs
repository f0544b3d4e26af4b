//! Version 5 of the protocol.

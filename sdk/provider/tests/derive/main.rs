//! The derives: what they declare, and how values come and go.

mod acc;
mod arguments;
mod model;

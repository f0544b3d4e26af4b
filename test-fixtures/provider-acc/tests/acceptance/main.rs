//! The acceptance provider, driven by the real Terraform: each line of its contract, in both directions.

mod drift;
mod dynamic;
mod faulty;
mod functions;
mod import;
mod interrupt;
mod item;
mod item_rules;
mod lookup;
mod moved;
mod nested;
mod nested_changes;
mod nested_rules;
mod provider;
mod reattach;
mod remote;
mod schema;
mod secrets;
mod slow;
mod token;
mod unknown;
mod upgrade;
mod world;

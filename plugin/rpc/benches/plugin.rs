//! `cargo bench -p tf-plugin --bench plugin`: our plugin beside Go's and beside the Python one, all in one run, in turns.
//!
//! It prints the tables of docs/BENCHMARKS.md as markdown. What is not here (Go, Terraform, the Python packages) is left out by
//! name. No number fails anything.
#![forbid(unsafe_code)]

#[path = "../examples/kv/service.rs"]
mod service;

#[path = "plugin/calls.rs"]
mod calls;
#[path = "plugin/peers.rs"]
mod peers;
#[path = "plugin/spread.rs"]
mod spread;
#[path = "plugin/start.rs"]
mod start;
#[path = "plugin/terraform.rs"]
mod terraform;

use std::error::Error;

use peers::Peers;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` starts it too, and wants to know only that it can.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let peers = Peers::find()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!("### start\n\n{}", start::table(&peers)?);
    println!("### calls\n\n{}", runtime.block_on(calls::table(&peers))?);
    println!("### Go's host\n\n{}", calls::go_host(&peers)?);
    println!("### end, memory\n\n{}", runtime.block_on(calls::ends(&peers))?);
    println!("### terraform providers schema -json\n\n{}", terraform::table(&peers)?);
    for missing in &peers.missing {
        println!("left out: {missing}");
    }
    Ok(())
}

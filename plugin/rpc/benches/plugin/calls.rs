//! Calls over AutoMTLS, the end of the process, and its memory: the same host for all plugins, and Go's host too.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use tf_plugin::host::{Ended, Launch, Plugin};

use crate::peers::Peers;
use crate::service::kv::store_client::StoreClient;
use crate::service::kv::{GetRequest, PutRequest};
use crate::service::{COOKIE, VERSIONS};
use crate::spread::{Spread, time};

/// Rounds of so many calls each.
const ROUNDS: usize = 40;
const CALLS: usize = 250;
const ENDS: usize = 100;

async fn start(program: &Path) -> Result<Plugin, Box<dyn Error>> {
    Ok(Launch::new(program, COOKIE).versions(VERSIONS).on_log(|_| {}).start().await?)
}

/// Calls of our host.
pub(crate) async fn table(peers: &Peers) -> Result<String, Box<dyn Error>> {
    let mut contestants = Vec::new();
    for (name, program) in peers.plugins() {
        let plugin = start(program).await?;
        let put = PutRequest { key: "k".to_owned(), value: "v".into(), merger_id: 0 };
        StoreClient::new(plugin.channel()).put(put).await?;
        contestants.push((name, plugin, Spread::default(), Spread::default()));
    }
    for round in 0..=ROUNDS {
        for (_, plugin, pings, gets) in &mut contestants {
            let mut store = StoreClient::new(plugin.channel());
            for _ in 0..CALLS {
                let began = Instant::now();
                plugin.ping().await?;
                let pinged = Instant::now();
                store.get(GetRequest { key: "k".to_owned() }).await?;
                if round > 0 {
                    pings.push(pinged - began);
                    gets.push(pinged.elapsed());
                }
            }
        }
    }
    let base = contestants.last().map_or(f64::NAN, |(_, _, pings, _)| pings.median());
    let row = |(name, _, pings, gets): &(&str, Plugin, Spread, Spread)| {
        let (ping, get) = (pings.median() / base, gets.median() / base);
        format!("| {name} | {pings} | {gets} | {ping:.2} | {get:.2} |\n")
    };
    let rows: String = contestants.iter().map(row).collect();
    let heads = "| plugin | health | get | health, to Go's health | get, to Go's health |\n| --- | --- | --- | --- | --- |";
    Ok(format!("{heads}\n{rows}"))
}

/// Calls of Go's host: it prints medians of its health and get calls.
pub(crate) fn go_host(peers: &Peers) -> Result<String, Box<dyn Error>> {
    let Some(go) = &peers.go else { return Ok("left out\n".to_owned()) };
    let mut rows = String::new();
    for (name, program) in peers.plugins() {
        let output = Command::new(go).arg(program).args(["--", "time=10000"]).output()?;
        let text = String::from_utf8(output.stdout)?;
        let times =
            text.lines().find_map(|line| line.strip_prefix("time ")).ok_or("Go's host prints no times")?;
        rows.push_str(&format!("| {name} | {} |\n", times.replace(' ', " µs | ") + " µs"));
    }
    Ok(format!("| plugin | health, median | get, median |\n| --- | --- | --- |\n{rows}"))
}

/// From the Shutdown call to the reaped process; and the most memory that it had, after one health call.
pub(crate) async fn ends(peers: &Peers) -> Result<String, Box<dyn Error>> {
    let plugins = peers.plugins();
    let mut found: Vec<(Spread, Spread, u64)> = plugins.iter().map(|_| Default::default()).collect();
    for _ in 0..ENDS {
        for ((_, program), (starts, ends, memory)) in plugins.iter().zip(&mut found) {
            let began = Instant::now();
            let plugin = start(program).await?;
            plugin.ping().await?;
            starts.push(began.elapsed());
            let id = plugin.process_id().ok_or("it has ended")?;
            *memory = (*memory).max(peak_bytes(id)?);
            let began = Instant::now();
            if plugin.shutdown().await == Ended::Killed {
                return Err("it had to be killed".into());
            }
            ends.push(began.elapsed());
        }
    }
    let row = |((name, _), (starts, ends, memory)): (&(&str, &Path), &(Spread, Spread, u64))| {
        format!("| {name} | {} | {ends} | {:.1} MB |\n", time(starts.median()), *memory as f64 / 1e6)
    };
    let rows: String = plugins.iter().zip(&found).map(row).collect();
    let heads = "| plugin | process to first answer | Shutdown to reaped | peak memory, highest |";
    Ok(format!("{heads}\n| --- | --- | --- | --- |\n{rows}"))
}

/// The most memory that a process had resident so far, in bytes.
fn peak_bytes(id: u32) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

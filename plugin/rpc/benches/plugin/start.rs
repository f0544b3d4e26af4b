//! From making the process to its handshake line, with AutoMTLS.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tf_plugin::Identity;

use crate::peers::Peers;
use crate::service;
use crate::spread::Spread;

const ROUNDS: usize = 200;

pub(crate) fn table(peers: &Peers) -> Result<String, Box<dyn Error>> {
    let certificate = Identity::generate()?.pem();
    let plugins = peers.plugins();
    let mut spreads: Vec<Spread> = plugins.iter().map(|_| Spread::default()).collect();
    for round in 0..=ROUNDS {
        for ((_, program), spread) in plugins.iter().zip(&mut spreads) {
            let took = once(program, &certificate)?;
            // The first round fills caches.
            if round > 0 {
                spread.push(took);
            }
        }
    }
    let rows = plugins.iter().zip(&spreads).map(|((name, _), spread)| format!("| {name} | {spread} |\n"));
    Ok(format!("| plugin | process to handshake line |\n| --- | --- |\n{}", rows.collect::<String>()))
}

fn once(program: &Path, certificate: &str) -> Result<Duration, Box<dyn Error>> {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("PLUGIN_CLIENT_CERT", certificate);
    command.env(service::COOKIE.key.as_ref(), service::COOKIE.value.as_ref());
    command.env("PLUGIN_PROTOCOL_VERSIONS", "1,2");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn()?;
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    stdout.read_line(&mut line)?;
    let took = began.elapsed();
    child.kill()?;
    child.wait()?;
    // Six fields, the last a certificate: nothing else counts as started.
    if line.split('|').nth(5).is_none_or(|certificate| certificate.len() < 50) {
        return Err(format!("{} says {line:?}", program.display()).into());
    }
    Ok(took)
}

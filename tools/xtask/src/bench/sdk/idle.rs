//! How much memory a provider keeps that has nothing to do.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::place::{Place, Project};
use crate::bench::BenchError;
use crate::bench::table::{Table, bytes};
use crate::bench::workplace::finish;

/// A provider that serves any Terraform; ended when dropped.
struct Debugged {
    child: Child,
    reattach: String,
}

impl Debugged {
    fn start(place: &Place) -> Result<Self, BenchError> {
        let name = "terraform-provider-acc -debug".to_owned();
        let start = |source| BenchError::Start { command: name.clone(), source };
        let mut command = Command::new(&place.provider);
        command.arg("-debug").env("ACC_ROOT", place.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().map_err(start)?;
        let output = child.stdout.take().map(BufReader::new);
        let mut debugged = Self { child, reattach: String::new() };
        for line in output.into_iter().flat_map(BufReader::lines) {
            if let Some((_, json)) = line.map_err(start)?.split_once("TF_REATTACH_PROVIDERS=") {
                debugged.reattach = json.trim_matches('\'').to_owned();
                return Ok(debugged);
            }
        }
        Err(BenchError::Failed { command: name, said: "it does not say how to find it".into() })
    }

    /// What it has resident, and how much of that is its own and not a page of its file.
    fn resident(&self) -> [String; 3] {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        ["VmRSS:", "RssAnon:", "VmHWM:"].map(|name| {
            let kib = status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse().ok());
            kib.map_or_else(|| "unknown".to_owned(), |kib: u64| bytes(kib * 1024))
        })
    }
}

impl Drop for Debugged {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Memory after the start, and after Terraform has planned and gone.
pub(super) fn memory(place: &Place) -> Result<Table, BenchError> {
    let mut table = Table::new(&["when", "resident, bytes", "of it its own", "peak so far"]);
    let mut row = |when: &str, provider: &Debugged| {
        table.row([when.to_owned()].into_iter().chain(provider.resident()));
    };
    let provider = Debugged::start(place)?;
    row("started, not asked yet", &provider);
    let project = Project::items(place, "idle", 1)?;
    finish(project.terraform(&["plan", "-input=false"]).env("TF_REATTACH_PROVIDERS", &provider.reattach))?;
    row("after a plan of one resource", &provider);
    let crowd = Project::items(place, "idle-crowd", super::CROWD)?;
    let [apply, ..] = Project::LIFE;
    finish(crowd.terraform(apply).env("TF_REATTACH_PROVIDERS", &provider.reattach))?;
    row("after 500 were applied, 50 at a time", &provider);
    Ok(table)
}

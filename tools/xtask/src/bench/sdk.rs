//! `cargo xtask bench sdk [--quick]`: what a provider made with the SDK costs under the real Terraform.
//!
//! The acceptance provider stands for any; the peer is `terraform_data`, which is built into Terraform and so costs no process. The
//! page is `sdk/provider/docs/BENCHMARKS.md`. Start with [`run`].

mod idle;
mod place;

use std::fs;

use super::BenchError;
use super::contest::{Contestant, compete};
use super::error::at;
use super::table::{Table, bytes, time};
use super::workplace::machine;
use crate::tree::Root;
use place::{Place, Project};

/// The crowd that is applied, planned and destroyed.
const CROWD: usize = 500;

/// A bench, by its heading.
type Bench = (&'static str, fn(&Place) -> Result<Table, BenchError>);

const BENCHES: &[Bench] = &[("size", size), ("idle", idle::memory), ("plan", plan), ("crowd", crowd)];

/// Measures, and gives the tables as markdown.
pub(super) fn run(root: &Root, options: &[&str]) -> Result<String, BenchError> {
    let is_quick = match options {
        [] => false,
        ["--quick"] => true,
        [unknown, ..] => return Err(BenchError::Unknown((*unknown).to_owned())),
    };
    let place = Place::prepare(root, is_quick)?;
    let mut printed = machine();
    for (name, bench) in BENCHES {
        eprintln!("bench sdk, {name} …");
        let table = bench(&place)?.to_string();
        eprintln!("{table}");
        printed.push_str(&format!("\n### {name}\n\n{table}"));
    }
    Ok(printed)
}

/// How large the release binary is.
fn size(place: &Place) -> Result<Table, BenchError> {
    let length = fs::metadata(&place.provider).map_err(at(&place.provider))?.len();
    let mut table = Table::new(&["binary", "bytes"]);
    table.row(["terraform-provider-acc, release, stripped".to_owned(), bytes(length)]);
    Ok(table)
}

/// A whole `terraform plan` of one resource.
fn plan(place: &Place) -> Result<Table, BenchError> {
    let built_in = Project::terraform_data(place, "plan-data", 1)?;
    let ours = Project::items(place, "plan-acc", 1)?;
    let planning =
        |name, project: &Project| Contestant::new(name, project.terraform(&["plan", "-input=false"]));
    let mut contestants =
        [planning("terraform_data, built in", &built_in), planning("acc_item, a provider", &ours)];
    compete(&mut contestants, place.rounds(40))?;
    let mut table = Table::durations(&contestants, 0);
    let launches = ours.launches(&["plan", "-input=false"])?;
    table.note(format!("Terraform starts the provider {} times for this.", launches.len()));
    Ok(table)
}

/// Five hundred resources applied, planned and destroyed, fifty at a time.
fn crowd(place: &Place) -> Result<Table, BenchError> {
    let built_in = Project::terraform_data(place, "crowd-data", CROWD)?;
    let ours = Project::items(place, "crowd-acc", CROWD)?;
    let mut contestants =
        [Contestant::new("terraform_data", built_in.life()), Contestant::new("acc_item", ours.life())];
    compete(&mut contestants, place.rounds(5))?;
    let mut table = Table::durations(&contestants, 0);
    let mut launches = Vec::new();
    for arguments in Project::LIFE {
        launches.extend(ours.launches(arguments)?);
    }
    let provider: f64 = launches.iter().sum();
    table.note(format!(
        "Of the CPU time of acc_item the provider takes {}, in {} starts; the rest is Terraform's own.",
        time(provider),
        launches.len()
    ));
    Ok(table)
}

//! Starting what is in the cache already: what a package adds to a program that does nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::BenchError;
use super::contest::{Contestant, command, compete};
use super::error::at;
use super::peer::{self, Slot};
use super::table::{Table, bytes, time};
use super::tree;
use super::workplace::{Workplace, clear, finish};

/// Bytes of the large package's slot.
const LARGE: u64 = 500_000_000;

/// The launcher's size beside others'.
pub(super) fn stub(place: &Workplace) -> Result<Table, BenchError> {
    let package = tiny_package(place)?;
    let output = command(&place.psp, &[]).arg("inspect").arg("--json").arg(&package).output();
    let output = output.map_err(at(&place.psp))?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let mut table = Table::new(&["stub", "bytes", "ratio"]);
    let own = match report["stub"]["size"].as_u64() {
        Some(size) => size,
        None => size_of_stub(&package)?,
    };
    table.row(["psp".to_owned(), bytes(own), "1.00".to_owned()]);
    for (name, launcher) in place.peer.iter().flat_map(|peer| &peer.launchers) {
        let size = fs::metadata(launcher).map_err(at(launcher))?.len();
        table.row([(*name).to_owned(), bytes(size), format!("{:.2}", size as f64 / own as f64)]);
    }
    Ok(told(place, table))
}

/// A tiny package.
pub(super) fn tiny(place: &Workplace) -> Result<Table, BenchError> {
    let mut contestants = vec![
        Contestant::new("bare exec", command(&place.tiny, &[])),
        start("psp", &tiny_package(place)?, place),
    ];
    for (name, launcher) in place.peer.iter().flat_map(|peer| &peer.launchers) {
        let package = peers_package(place, name, launcher, &[])?;
        contestants.push(Contestant::new(name, peer::start(&package, &place.disk.join("peer-cache"))));
    }
    compete(&mut contestants, place.rounds(4000))?;
    Ok(told(place, beyond_bare(&contestants, "flavorpack, Rust")))
}

/// A package of 500 MB beside the tiny one.
pub(super) fn large(place: &Workplace) -> Result<Table, BenchError> {
    let data = place.disk.join("500MB/data");
    if !fs::metadata(&data).is_ok_and(|data| data.len() == LARGE) {
        tree::noise(&data, LARGE)?;
    }
    let folder = data.parent().unwrap_or(&data);
    tree::copy(&place.tiny, &folder.join("bin/tiny"))?;
    let package = build_package(place, "five-hundred", folder, "bin/tiny", "codec = \"store\"")?;
    let mut contestants = vec![
        Contestant::new("bare exec", command(&place.tiny, &[])),
        start("psp, tiny", &tiny_package(place)?, place),
        start("psp, 500 MB", &package, place),
    ];
    let data = Slot { id: "data", source: &data, target: "data", operations: "" };
    for (name, launcher) in place.peer.iter().flat_map(|peer| &peer.launchers) {
        let package =
            peers_package(place, &format!("{name}, 500 MB"), launcher, std::slice::from_ref(&data))?;
        let start = peer::start(&package, &place.disk.join("peer-cache"));
        contestants.push(Contestant::new(&format!("{name}, 500 MB"), start).every(200));
    }
    compete(&mut contestants, place.rounds(4000))?;
    Ok(told(place, beyond_bare(&contestants, "psp, tiny")))
}

fn start(name: &str, package: &Path, place: &Workplace) -> Contestant<'static> {
    let cache = place.disk.join("cache");
    Contestant::new(name, command(package, &[("HOME", &place.disk.join("home")), ("PSP_CACHE_DIR", &cache)]))
}

fn tiny_package(place: &Workplace) -> Result<PathBuf, BenchError> {
    let folder = place.disk.join("tiny-tree");
    tree::copy(&place.tiny, &folder.join("bin/tiny"))?;
    build_package(place, "tiny-package", &folder, "bin/tiny", "")
}

/// A package with one slot, which starts `program` of it.
pub(super) fn build_package(
    place: &Workplace,
    name: &str,
    source: &Path,
    program: &str,
    slot: &str,
) -> Result<PathBuf, BenchError> {
    let manifest = place.disk.join(format!("{name}.toml"));
    let package = place.disk.join(format!("{name}.psp"));
    let text = format!(
        "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n[run]\ncommand = [\"{{slot:app}}/{program}\"]\n\
         [[slot]]\nid = \"app\"\nsource = \"{}\"\n{slot}\n",
        source.display()
    );
    fs::write(&manifest, text).map_err(at(&manifest))?;
    finish(&mut place.build(&manifest, &package))?;
    Ok(package)
}

/// The same for flavorpack: the tiny program, and further slots.
fn peers_package(
    place: &Workplace,
    name: &str,
    launcher: &Path,
    more: &[Slot<'_>],
) -> Result<PathBuf, BenchError> {
    let tiny = Slot { id: "tiny", source: &place.tiny, target: "bin/tiny", operations: "" };
    let slots: Vec<Slot<'_>> = [tiny].into_iter().chain(more.iter().copied()).collect();
    // Its cache goes by the file's name, breaks on spaces, and refuses a package that was built again.
    clear(&place.disk.join("peer-cache"))?;
    let package = place.disk.join(name.replace([' ', ','], "-")).with_extension("psp");
    if let Ok(peer) = &place.peer {
        peer.build(launcher, &slots, "bin/tiny", &package)?;
    }
    Ok(package)
}

fn size_of_stub(package: &Path) -> Result<u64, BenchError> {
    let bytes = fs::read(package).map_err(at(package))?;
    let parsed = psp_format::Package::parse(&bytes, bytes.len() as u64);
    let size = parsed.map(|package| package.manifest.stub.size);
    size.map_err(|error| BenchError::Failed {
        command: "reading the package".to_owned(),
        said: error.to_string(),
    })
}

fn beyond_bare(contestants: &[Contestant<'_>], base: &str) -> Table {
    let mut table = Table::new(&[
        "what",
        "wall, median",
        "above bare, median (quartiles)",
        "CPU, mean",
        "above bare, ratio",
        "runs",
    ]);
    let base = contestants.iter().find(|contestant| contestant.name() == base);
    let base = base.map_or(f64::NAN, |base| base.beyond().median);
    for contestant in contestants {
        let beyond = contestant.beyond();
        table.row([
            contestant.name().to_owned(),
            time(contestant.wall().median),
            format!("{} ({} … {})", time(beyond.median), time(beyond.low), time(beyond.high)),
            time(contestant.cpu()),
            format!("{:.3}", beyond.median / base),
            contestant.count().to_string(),
        ]);
    }
    table
}

/// Says below a table why the peer is not in it.
pub(super) fn told(place: &Workplace, mut table: Table) -> Table {
    if let Err(reason) = &place.peer {
        table.note(format!("left out: flavorpack, as {reason}"));
    }
    table
}

//! The first start of a large tree, against unpacking the same tree with the tools everybody has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::BenchError;
use super::contest::{Contestant, command, compete, shell};
use super::error::at;
use super::memory;
use super::peer::{self, Slot};
use super::table::{Table, bytes};
use super::tree;
use super::warm::{build_package, told};
use super::workplace::{Workplace, clear, finish, has};

/// What is started or unpacked.
struct Inputs {
    package: PathBuf,
    archive: PathBuf,
    peers: Vec<(&'static str, PathBuf)>,
}

/// How each file system takes it.
pub(super) fn wall(place: &Workplace) -> Result<Table, BenchError> {
    if !has("zstd") {
        return Ok(lacking_zstd());
    }
    let inputs = Inputs::prepare(place)?;
    let mut contestants = Vec::new();
    let mut table = Table::new(&[]);
    for (filesystem, folder) in place.places() {
        let folder = folder.join("cold");
        contestants.clear();
        contestants.push(unpacked(&inputs, filesystem, &folder));
        contestants.push(started(&inputs, filesystem, &folder));
        for (name, package) in &inputs.peers {
            let cache = folder.clone();
            let contestant = Contestant::new(
                &format!("{name}, {filesystem}"),
                peer::start(package, &folder.join("cache")),
            );
            contestants.push(contestant.after(move || emptied(&cache)).every(5));
        }
        compete(&mut contestants, place.rounds(40))?;
        clear(&folder)?;
        table.append(Table::durations(&contestants, 0));
    }
    Ok(told(place, table))
}

/// The most memory that all processes together take.
pub(super) fn memory(place: &Workplace) -> Result<Table, BenchError> {
    if !has("zstd") {
        return Ok(lacking_zstd());
    }
    let inputs = Inputs::prepare(place)?;
    let Some((_, folder)) = place.places().into_iter().next() else { return Ok(Table::new(&[])) };
    let folder = folder.join("memory");
    let mut commands = vec![
        ("zstd -dc | tar x", unpack(&inputs.archive, &folder)),
        ("psp", start(&inputs.package, &folder)),
    ];
    for (name, package) in &inputs.peers {
        commands.push((name, peer::start(package, &folder.join("cache"))));
    }
    let mut table = Table::new(&["what", "peak of all processes, bytes", "processes"]);
    for (name, mut command) in commands {
        let (mut most, mut processes) = (0, 0);
        for _ in 0..place.rounds(30) {
            emptied(&folder)?;
            let peak = memory::peak(&mut command)?;
            (most, processes) = (most.max(peak.0), processes.max(peak.1));
        }
        table.row([name.to_owned(), bytes(most), processes.to_string()]);
    }
    clear(&folder)?;
    Ok(told(place, table))
}

impl Inputs {
    fn prepare(place: &Workplace) -> Result<Inputs, BenchError> {
        let tree = tree::large(&place.disk, &place.tiny)?;
        let package = build_package(place, "large-package", &tree, "bin/tiny", "")?;
        let archive = place.disk.join("large.tar.zst");
        let tgz = place.disk.join("large.tgz");
        let (from, to) = (tree.display(), archive.display());
        finish(&mut shell(&format!("tar c -C {from} . | zstd -T0 -9 -q -f -o {to}")))?;
        let mut peers = Vec::new();
        if let Ok(peer) = &place.peer {
            finish(&mut shell(&format!("tar cz -C {from} -f {} bin data lib", tgz.display())))?;
            let slot = Slot { id: "tree", source: &tgz, target: ".", operations: "tgz" };
            for (name, launcher) in &peer.launchers {
                let package = place.disk.join(format!("{}-large.psp", name.replace([' ', ','], "-")));
                peer.build(launcher, std::slice::from_ref(&slot), "bin/tiny", &package)?;
                peers.push((*name, package));
            }
        }
        Ok(Inputs { package, archive, peers })
    }
}

fn unpacked(inputs: &Inputs, filesystem: &str, folder: &Path) -> Contestant<'static> {
    let (command, folder) = (unpack(&inputs.archive, folder), folder.to_owned());
    Contestant::new(&format!("zstd -dc \\| tar x, {filesystem}"), command).after(move || emptied(&folder))
}

fn started(inputs: &Inputs, filesystem: &str, folder: &Path) -> Contestant<'static> {
    let (command, folder) = (start(&inputs.package, folder), folder.to_owned());
    Contestant::new(&format!("psp, {filesystem}"), command).after(move || emptied(&folder))
}

fn unpack(archive: &Path, folder: &Path) -> Command {
    shell(&format!("zstd -dcq {} | tar x -C {}", archive.display(), folder.display()))
}

fn start(package: &Path, folder: &Path) -> Command {
    command(package, &[("HOME", folder), ("PSP_CACHE_DIR", &folder.join("cache"))])
}

fn emptied(folder: &Path) -> Result<(), BenchError> {
    clear(folder)?;
    fs::create_dir_all(folder).map_err(at(folder))
}

fn lacking_zstd() -> Table {
    let mut table = Table::new(&["left out"]);
    table.row(["the `zstd` command (Debian's package zstd) is not here".to_owned()]);
    table
}

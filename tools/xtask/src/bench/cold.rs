//! The first start of a large tree, against unpacking the same tree with the tools everybody has.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::symlink;
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

/// Where trees are written: a link that leads to a new directory each time. What a run wrote in memory goes before the next
/// one; what it wrote to the disk stays until the end.
struct Ground {
    link: PathBuf,
    keeps: bool,
    count: Cell<usize>,
}

impl Ground {
    fn new((filesystem, folder): (&str, &Path)) -> Ground {
        Ground { link: folder.join("cold"), keeps: filesystem == "disk", count: Cell::new(0) }
    }

    fn directory(&self, number: usize) -> PathBuf {
        self.link.with_extension(number.to_string())
    }

    fn renew(&self) -> Result<(), BenchError> {
        let number = self.count.get() + 1;
        self.count.set(number);
        if !self.keeps {
            clear(&self.directory(number - 1))?;
        }
        let directory = self.directory(number);
        clear(&directory)?;
        fs::create_dir_all(&directory).map_err(at(&directory))?;
        let _ = fs::remove_file(&self.link);
        symlink(&directory, &self.link).map_err(at(&self.link))
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.link);
        for number in 0..=self.count.get() {
            let _ = clear(&self.directory(number));
        }
    }
}

/// How each file system takes it.
pub(super) fn wall(place: &Workplace) -> Result<Table, BenchError> {
    if !has("zstd") {
        return Ok(lacking_zstd());
    }
    let inputs = Inputs::prepare(place)?;
    let mut table = Table::new(&[]);
    for (filesystem, folder) in place.places() {
        let ground = Ground::new((filesystem, folder));
        let folder = ground.link.clone();
        let mut contestants = vec![
            Contestant::new(&format!("zstd -dc \\| tar x, {filesystem}"), unpack(&inputs.archive, &folder)),
            Contestant::new(&format!("psp, {filesystem}"), start(&inputs.package, &folder)),
        ];
        for (name, package) in &inputs.peers {
            let start = peer::start(package, &folder.join("cache"));
            contestants.push(Contestant::new(&format!("{name}, {filesystem}"), start).every(5));
        }
        let mut contestants: Vec<_> =
            contestants.into_iter().map(|contestant| contestant.after(|| ground.renew())).collect();
        compete(&mut contestants, place.rounds(if filesystem == "disk" { 12 } else { 40 }))?;
        table.append(Table::durations(&contestants, 0));
    }
    table.note(
        "Each run writes into a new directory; those on disk are removed after the last run, as ext4 looks for inodes \
         that were not freed within the last seconds one by one.",
    );
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

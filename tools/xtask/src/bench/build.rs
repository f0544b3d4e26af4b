//! Making a package of the large tree, against packing the tree with the tools everybody has.

use std::fs;
use std::path::Path;

use super::BenchError;
use super::contest::{Contestant, compete, shell};
use super::error::at;
use super::table::{Table, bytes};
use super::tree;
use super::warm::build_package;
use super::workplace::{Workplace, clear, has};

/// A build from nothing: no build cache yet.
pub(super) fn full(place: &Workplace) -> Result<Table, BenchError> {
    let tree = tree::large(&place.disk, &place.tiny)?;
    let package = build_package(place, "large-package", &tree, "bin/tiny", "")?;
    let archive = place.disk.join("large.tar.zst");
    let mut contestants = Vec::new();
    if has("zstd") {
        let line = format!("tar c -C {} . | zstd -T0 -9 -q -f -o {}", tree.display(), archive.display());
        contestants.push(Contestant::new("tar c \\| zstd -T0 -9", shell(&line)));
    }
    let build = || place.build(&place.disk.join("large-package.toml"), &package);
    let cache = place.disk.join("home/.cache/psp-build");
    contestants.push(Contestant::new("psp build", build()).after(move || clear(&cache)));
    let mut uncached = build();
    uncached.arg("--no-cache");
    contestants.push(Contestant::new("psp build --no-cache", uncached));
    compete(&mut contestants, place.rounds(15))?;
    let mut table = Table::durations(&contestants, 0);
    if has("zstd") {
        let (own, other) = (size(&package)?, size(&archive)?);
        let ratio = own as f64 / other as f64;
        table.note(format!("size: {} bytes, the archive's {}; ratio {ratio:.4}", bytes(own), bytes(other)));
    } else {
        table.note("left out: tar c | zstd, as the `zstd` command (Debian's package zstd) is not here");
    }
    Ok(table)
}

/// A build after one small file has changed.
pub(super) fn again(place: &Workplace) -> Result<Table, BenchError> {
    let tree = tree::large(&place.disk, &place.tiny)?;
    let package = build_package(place, "large-package", &tree, "bin/tiny", "")?;
    let build = || place.build(&place.disk.join("large-package.toml"), &package);
    let changed = tree.join("lib/this.py");
    let original = fs::read(&changed).map_err(at(&changed))?;
    let mut edition = 0;
    let edit = || {
        edition += 1;
        write(&changed, &[&original[..], format!("# edition {edition}\n").as_bytes()].concat())
    };
    let mut full = build();
    full.env("PSP_BUILD_CACHE_DIR", place.disk.join("other-cache"));
    let others = place.disk.join("other-cache");
    let mut contestants = [
        Contestant::new("full build", full).after(move || clear(&others)),
        Contestant::new("after one small file changed", build()).after(edit),
        Contestant::new("after nothing changed", build()),
    ];
    let result = compete(&mut contestants, place.rounds(15));
    write(&changed, &original)?;
    result?;
    Ok(Table::durations(&contestants, 0))
}

fn write(path: &Path, content: &[u8]) -> Result<(), BenchError> {
    fs::write(path, content).map_err(at(path))
}

fn size(path: &Path) -> Result<u64, BenchError> {
    fs::metadata(path).map(|metadata| metadata.len()).map_err(at(path))
}

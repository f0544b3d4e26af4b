//! One directory that is a filesystem mirror, a network mirror and a provider registry at once.
//!
//! `HOST/NAMESPACE/TYPE/` holds archives, `index.json` and `VERSION.json`; `HOST/_registry/` is the registry of that host, and
//! `HOST/.well-known/terraform.json` leads to it. `_registry` can be no namespace, so nothing can be in the way of it. What is
//! in the directory depends on the packages and the key, not on the order or the number of runs.
//!
//! [`plan`] reads and decides; [`Plan::run`] writes all files without their names, and then names them one after the other, in
//! an order in which nothing refers to what is not there yet: a run that ends early leaves a tree that serves what it served
//! before. The lock on the directory itself keeps a second writer waiting. Files that psp would never write are left alone, and
//! no link below the directory is followed.
//!
//! The key signs for nothing that it did not sign before and that was not verified in this run: what documents claim of other
//! archives counts only under its signature.

mod documents;
mod error;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use semver::Version;

pub use error::MirrorError;
pub use place::REGISTRY;

use super::archive::{Archive, Hashes};
use super::openpgp::OpenPgpKey;
use super::provider::ProviderPackage;
use super::{Provider, ProviderAddress};
use crate::directory::{Directory, Unfinished};
use crate::interrupt::Interrupt;
use crate::keys::SecretKey;
use documents::{Archives, Listing, Offer, Signed};
use place::Place;

/// What became of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirrored {
    /// The provider.
    pub provider: Provider,
    /// Its archive.
    pub path: PathBuf,
    /// What Terraform knows it by.
    pub hashes: Hashes,
    /// Whether it was there before.
    pub is_known: bool,
}

/// What is to be written.
#[derive(Debug)]
pub struct Plan<'p> {
    /// Nobody else writes there meanwhile.
    directory: Directory,
    steps: Vec<Step<'p>>,
    mirrored: Vec<Mirrored>,
    /// The lists of checksums that the documents name, and their signatures.
    sums: BTreeSet<PathBuf>,
}

#[derive(Debug)]
enum Step<'p> {
    Archive { path: PathBuf, archive: Archive<'p> },
    Document { path: PathBuf, bytes: Vec<u8> },
}

/// A package with what it will be in the mirror.
struct Item<'p> {
    provider: &'p Provider,
    path: PathBuf,
    archive: Archive<'p>,
}

/// Decides what is to be written so that the mirror in `root` has these packages too. Makes the directory if there is none, and
/// holds its lock until the plan is dropped.
pub fn plan<'p>(
    root: &Path,
    packages: &'p [ProviderPackage],
    key: &SecretKey,
    interrupt: &Interrupt,
) -> Result<Plan<'p>, MirrorError> {
    let mut items: BTreeMap<&ProviderAddress, BTreeMap<&Version, Vec<Item<'p>>>> = BTreeMap::new();
    for package in packages {
        let provider = &package.provider;
        let archive = Archive::new(package, interrupt)?;
        let path = Place::new(&provider.address).archive(&provider.version, &provider.platform);
        let versions = items.entry(&provider.address).or_default();
        versions.entry(&provider.version).or_default().push(Item { provider, path, archive });
    }
    let directory = Directory::claim(root, interrupt)?;
    let mut plan = Plan { directory, steps: Vec::new(), mirrored: Vec::new(), sums: BTreeSet::new() };
    let pgp = OpenPgpKey::of(key);
    let mut documents = Vec::new();
    for (address, versions) in items {
        let place = Place::new(address);
        let mut listing = plan.read_listing(&place)?;
        for (version, items) in versions {
            let offer = plan.version(&place, version, items, listing.get(version), &pgp, &mut documents)?;
            listing.insert(version.clone(), offer);
        }
        documents.push((place.versions(), documents::versions(&listing)));
        documents.push((place.index(), documents::index(listing.keys())));
        documents.push((place.discovery(), documents::discovery()));
    }
    // What is referred to comes first, what refers to it after it.
    for (path, bytes) in documents {
        if place::read(&plan.directory, &path)?.as_ref() != Some(&bytes) {
            plan.steps.push(Step::Document { path, bytes });
        }
    }
    Ok(plan)
}

impl<'p> Plan<'p> {
    /// One version of a provider: the new archives, and the documents that name all of its archives.
    fn version(
        &mut self,
        place: &Place<'_>,
        version: &Version,
        items: Vec<Item<'p>>,
        known: Option<&Offer>,
        key: &OpenPgpKey<'_>,
        documents: &mut Vec<(PathBuf, Vec<u8>)>,
    ) -> Result<Offer, MirrorError> {
        let mut archives = self.read_archives(place, version, known)?;
        self.check_signed(place, version, &archives, key)?;
        let mut protocols = known.map(|offer| offer.protocols.clone());
        for item in items {
            let stated = protocols.get_or_insert_with(|| item.provider.protocols.clone());
            if *stated != item.provider.protocols {
                return Err(MirrorError::OtherProtocols {
                    title: title(place, version),
                    known: stated.clone(),
                });
            }
            self.archive(&mut archives, item)?;
        }
        let protocols = protocols.unwrap_or_default();
        let sums = documents::sums(place.address, version, &archives);
        let signed = Signed::new(&sums, key);
        for (name, bytes) in [(&signed.signature_name, &signed.signature), (&signed.sums_name, &sums)] {
            let path = place.release(version).join(name);
            self.sums.insert(path.clone());
            documents.push((path, bytes.clone()));
        }
        // The signature is there before this: what it lists is signed at every moment.
        documents.push((place.archives(version), documents::archives(place.address, version, &archives)));
        for (platform, hashes) in &archives {
            let download = documents::download(place.address, version, platform, hashes, &protocols, &signed);
            documents.push((place.download(version, platform), download));
        }
        Ok(Offer { protocols, platforms: archives.keys().cloned().collect() })
    }

    /// One archive: new, known, or another one of the same version and platform, which is refused.
    fn archive(&mut self, archives: &mut Archives, item: Item<'p>) -> Result<(), MirrorError> {
        let Item { provider, path, archive } = item;
        let shown = self.directory.shown(&path);
        let other = || MirrorError::VersionExists {
            title: format!("{} {}", provider.address, provider.version),
            platform: provider.platform.clone(),
            path: shown.clone(),
        };
        let is_planned = self
            .steps
            .iter()
            .any(|step| matches!(step, Step::Archive { path: planned, .. } if *planned == path));
        let hashes = archive.hashes().clone();
        let known = archives.insert(provider.platform.clone(), hashes.clone());
        if known.as_ref().is_some_and(|known| *known != hashes) {
            return Err(other());
        }
        let is_there = archive.is_there(&self.directory, &path);
        match is_there.map_err(|error| place::unreadable(&self.directory, &path, error))? {
            // The documents know it, so it was changed; else a run that was ended early has left it.
            Some(false) if known.is_none() => return Err(other()),
            None | Some(false) if !is_planned && known.is_some() => {
                return Err(MirrorError::Damaged { path: shown });
            }
            _ => {}
        }
        // One that no document knows is written again, and verified as it is written: it may be anybody's.
        if known.is_none() {
            self.steps.push(Step::Archive { path, archive });
        }
        self.mirrored.push(Mirrored {
            provider: provider.clone(),
            path: shown,
            hashes,
            is_known: known.is_some(),
        });
        Ok(())
    }

    /// What the registry's list says; both lists must be as psp writes them.
    fn read_listing(&self, place: &Place<'_>) -> Result<Listing, MirrorError> {
        let read = |path: &Path| place::read(&self.directory, path);
        let foreign = |path: PathBuf| MirrorError::Foreign { path: self.directory.shown(&path) };
        let listing = match read(&place.versions())? {
            None => Listing::new(),
            Some(bytes) => documents::parse_versions(&bytes).ok_or_else(|| foreign(place.versions()))?,
        };
        if let Some(bytes) = read(&place.index())? {
            let versions = documents::parse_index(&bytes);
            let is_ours =
                versions.is_some_and(|versions| versions.iter().all(|version| listing.contains_key(version)));
            if !is_ours {
                return Err(foreign(place.index()));
            }
        }
        match read(&place.discovery())? {
            Some(bytes) if bytes != documents::discovery() => Err(foreign(place.discovery())),
            _ => Ok(listing),
        }
    }

    /// What the network mirror's list says of a version: at least what the registry's does.
    fn read_archives(
        &self,
        place: &Place<'_>,
        version: &Version,
        offer: Option<&Offer>,
    ) -> Result<Archives, MirrorError> {
        let path = place.archives(version);
        let shown = self.directory.shown(&path);
        let archives = match place::read(&self.directory, &path)? {
            None => Archives::new(),
            Some(bytes) => documents::parse_archives(place.address, version, &bytes)
                .ok_or_else(|| MirrorError::Foreign { path: shown.clone() })?,
        };
        let is_whole =
            offer.is_none_or(|offer| offer.platforms.iter().all(|platform| archives.contains_key(platform)));
        if is_whole { Ok(archives) } else { Err(MirrorError::Damaged { path: shown }) }
    }

    /// All archives of a version are signed by one key, as one list of checksums has them all. Those that are there already must
    /// have been signed by this one: whoever can write to the mirror and has no key shall not get a signature.
    fn check_signed(
        &self,
        place: &Place<'_>,
        version: &Version,
        archives: &Archives,
        key: &OpenPgpKey<'_>,
    ) -> Result<(), MirrorError> {
        if archives.is_empty() {
            return Ok(());
        }
        for platform in archives.keys() {
            let path = place.download(version, platform);
            let Some(bytes) = place::read(&self.directory, &path)? else { continue };
            let signer = documents::parse_signer(&bytes)
                .ok_or_else(|| MirrorError::Foreign { path: self.directory.shown(&path) })?;
            if signer.armored != key.armored() {
                return Err(MirrorError::OtherKey {
                    title: title(place, version),
                    known: signer.id,
                    given: key.id(),
                });
            }
        }
        // A text has one signature by a key, so it need not be verified: it is made once more.
        let signed = Signed::new(&documents::sums(place.address, version, archives), key);
        let path = place.release(version).join(&signed.signature_name);
        if place::read(&self.directory, &path)?.as_ref() == Some(&signed.signature) {
            return Ok(());
        }
        Err(MirrorError::Unsigned { title: title(place, version), path: self.directory.shown(&path) })
    }

    /// Whether there is nothing to be written.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Writes it. Nothing has changed if it cannot be written, or if somebody wants the end before it was.
    pub fn run(self, interrupt: &Interrupt) -> Result<Vec<Mirrored>, MirrorError> {
        for directory in self.directories() {
            self.directory.remove_left_overs(&directory);
        }
        let written = self.write(interrupt)?;
        interrupt.check().map_err(|_| MirrorError::Interrupted)?;
        for unfinished in written {
            unfinished.publish()?;
        }
        self.remove_old_sums();
        self.directory.keep();
        Ok(self.mirrored)
    }

    /// All that is to be named, in the order in which it must be.
    fn write(&self, interrupt: &Interrupt) -> Result<Vec<Unfinished<'_>>, MirrorError> {
        let write = |step: &Step<'_>| {
            interrupt.check().map_err(|_| MirrorError::Interrupted)?;
            match step {
                Step::Archive { path, archive } => Ok(archive.save(&self.directory, path, interrupt)?),
                Step::Document { path, bytes } => Unfinished::of(&self.directory, path, bytes),
            }
        };
        self.steps.iter().map(write).collect()
    }

    /// The directories that psp writes in for these packages.
    fn directories(&self) -> BTreeSet<PathBuf> {
        let mut directories = BTreeSet::new();
        for Mirrored { provider, .. } in &self.mirrored {
            let place = Place::new(&provider.address);
            let download = place.download(&provider.version, &provider.platform);
            directories.extend(download.parent().map(Path::to_owned));
            directories.extend([place.directory(), place.registry(), place.release(&provider.version)]);
            directories.extend(place.discovery().parent().map(Path::to_owned));
        }
        directories
    }

    /// Checksums that no document names any more, and their signatures. What stays is no harm, and the next run tries again.
    fn remove_old_sums(&self) {
        for Mirrored { provider, .. } in &self.mirrored {
            let release = Place::new(&provider.address).release(&provider.version);
            let names = self.directory.names(&release).into_iter().filter(|name| place::is_sums(name));
            for path in names.map(|name| release.join(name)) {
                if !self.sums.contains(&path) {
                    self.directory.remove_file(&path);
                }
            }
        }
    }
}

fn title(place: &Place<'_>, version: &Version) -> String {
    format!("{} {version}", place.address)
}

#[cfg(test)]
mod tests;

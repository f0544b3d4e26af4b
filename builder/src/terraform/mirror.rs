//! One directory that is a filesystem mirror, a network mirror and a provider registry at once.
//!
//! `HOST/NAMESPACE/TYPE/` holds archives, `index.json` and `VERSION.json`; `HOST/_registry/` is the registry of that host, and
//! `HOST/.well-known/terraform.json` leads to it. `_registry` can be no namespace, so nothing can be in the way of it. What is
//! in the directory depends on the packages and the key, not on the order or the number of runs.
//!
//! [`plan`] reads and decides; [`Plan::run`] writes, one whole file after the other, in an order in which nothing refers to
//! what is not there yet: a run that ends early leaves a tree that serves what it served before. The lock on the directory
//! itself keeps a second writer waiting. Files that psp would never write are left alone.

mod documents;
mod error;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use foundation::files::Lock;
use semver::Version;

pub use error::MirrorError;
pub use place::REGISTRY;

use super::archive::{Archive, Hashes, sha256_of};
use super::openpgp::OpenPgpKey;
use super::provider::ProviderPackage;
use super::{Platform, Provider, ProviderAddress};
use crate::interrupt::Interrupt;
use crate::keys::SecretKey;
use crate::output::{self, OutputError};
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
    root: PathBuf,
    steps: Vec<Step<'p>>,
    mirrored: Vec<Mirrored>,
    /// The lists of checksums that the documents name, and their signatures.
    sums: BTreeSet<PathBuf>,
    /// Nobody else writes meanwhile.
    _lock: Lock,
}

#[derive(Debug)]
enum Step<'p> {
    Archive { path: PathBuf, archive: Archive<'p> },
    Document { path: PathBuf, bytes: Vec<u8> },
    Remove { path: PathBuf },
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
) -> Result<Plan<'p>, MirrorError> {
    fs::create_dir_all(root).map_err(|source| OutputError::of(root, source))?;
    let lock = Lock::exclusive_directory(root)?;
    let mut plan = Plan {
        root: root.to_owned(),
        steps: Vec::new(),
        mirrored: Vec::new(),
        sums: BTreeSet::new(),
        _lock: lock,
    };
    let mut items: BTreeMap<&ProviderAddress, BTreeMap<&Version, Vec<Item<'p>>>> = BTreeMap::new();
    for package in packages {
        let provider = &package.provider;
        let archive = Archive::new(&package.file, provider.file_name())?;
        let path = Place::new(root, &provider.address).archive(&provider.version, &provider.platform);
        let versions = items.entry(&provider.address).or_default();
        versions.entry(&provider.version).or_default().push(Item { provider, path, archive });
    }
    let pgp = OpenPgpKey::of(key);
    let mut documents = Vec::new();
    for (address, versions) in items {
        let place = Place::new(root, address);
        let mut listing = read_listing(&place)?;
        for (version, items) in versions {
            let offer = plan.version(&place, version, items, listing.get(version), &pgp, &mut documents)?;
            listing.insert(version.clone(), offer);
        }
        documents.push((place.versions(), documents::versions(&listing)));
        documents.push((place.index(), documents::index(listing.keys())));
        documents.push((place.discovery(), documents::discovery()));
    }
    // What is referred to comes first, what refers to it after it; what nobody refers to any more goes last.
    let changed = |(path, bytes): &(PathBuf, Vec<u8>)| fs::read(path).ok().as_ref() != Some(bytes);
    let documents = documents.into_iter().filter(changed);
    plan.steps.extend(documents.map(|(path, bytes)| Step::Document { path, bytes }));
    plan.plan_removals();
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
        let mut archives = read_archives(place, version)?;
        if let Some(platform) = archives.keys().next() {
            check_key(place, version, platform, key)?;
        }
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
        documents.push((place.archives(version), documents::archives(place.address, version, &archives)));
        let sums = documents::sums(place.address, version, &archives);
        let signed = Signed::new(&sums, key);
        for (name, bytes) in [(&signed.signature_name, &signed.signature), (&signed.sums_name, &sums)] {
            let path = place.release(version).join(name);
            self.sums.insert(path.clone());
            documents.push((path, bytes.clone()));
        }
        for (platform, hashes) in &archives {
            let download = documents::download(place.address, version, platform, hashes, &protocols, &signed);
            documents.push((place.download(version, platform), download));
        }
        Ok(Offer { protocols, platforms: archives.keys().cloned().collect() })
    }

    /// One archive: new, known, or another one of the same version and platform, which is refused.
    fn archive(&mut self, archives: &mut Archives, item: Item<'p>) -> Result<(), MirrorError> {
        let Item { provider, path, archive } = item;
        let hashes = archive.hashes().clone();
        let other = || MirrorError::VersionExists {
            title: format!("{} {}", provider.address, provider.version),
            platform: provider.platform.clone(),
            path: path.clone(),
        };
        let known = archives.insert(provider.platform.clone(), hashes.clone());
        if known.as_ref().is_some_and(|known| *known != hashes) {
            return Err(other());
        }
        let is_planned = self
            .steps
            .iter()
            .any(|step| matches!(step, Step::Archive { path: planned, .. } if *planned == path));
        let on_disk = read_hash(&path)?;
        match &on_disk {
            None if known.is_some() && !is_planned => return Err(MirrorError::Damaged { path }),
            // The documents know it, so it was changed; else a run that was ended early has left it.
            Some(found) if *found != hashes.sha256 => {
                return Err(if known.is_some() { MirrorError::Damaged { path } } else { other() });
            }
            _ => {}
        }
        self.mirrored.push(Mirrored {
            provider: provider.clone(),
            path: path.clone(),
            hashes,
            is_known: known.is_some(),
        });
        if on_disk.is_none() && !is_planned {
            self.steps.push(Step::Archive { path, archive });
        }
        Ok(())
    }

    /// Checksums that no document names any more, and what runs that were killed have left behind.
    fn plan_removals(&mut self) {
        let mut directories = BTreeSet::new();
        for Mirrored { provider, .. } in &self.mirrored {
            let place = Place::new(&self.root, &provider.address);
            let download = place.download(&provider.version, &provider.platform);
            directories.extend(download.parent().map(Path::to_owned));
            directories.extend([place.directory(), place.registry(), place.release(&provider.version)]);
            directories.extend(place.discovery().parent().map(Path::to_owned));
        }
        for entry in directories.iter().flat_map(fs::read_dir).flatten().flatten() {
            let path = entry.path();
            if place::is_left_over(&path) || place::is_sums(&path) && !self.sums.contains(&path) {
                self.steps.push(Step::Remove { path });
            }
        }
    }

    /// Whether there is nothing to be written.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Writes it. Looks at the interrupt before each file.
    pub fn run(self, interrupt: &Interrupt) -> Result<Vec<Mirrored>, MirrorError> {
        for step in &self.steps {
            interrupt.check().map_err(|_| MirrorError::Interrupted)?;
            step.run()?;
        }
        Ok(self.mirrored)
    }
}

impl Step<'_> {
    fn run(&self) -> Result<(), MirrorError> {
        match self {
            Step::Archive { path, archive } => {
                make_directory(path)?;
                Ok(archive.save(path)?)
            }
            Step::Document { path, bytes } => {
                make_directory(path)?;
                Ok(output::write(path, bytes, 0o644)?)
            }
            // What stays is no harm, and the next run tries again.
            Step::Remove { path } => {
                let _ = fs::remove_file(path);
                Ok(())
            }
        }
    }
}

fn make_directory(path: &Path) -> Result<(), OutputError> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory).map_err(|source| OutputError::of(directory, source))
}

fn title(place: &Place<'_>, version: &Version) -> String {
    format!("{} {version}", place.address)
}

/// What the registry's list says; both lists must be as psp writes them.
fn read_listing(place: &Place<'_>) -> Result<Listing, MirrorError> {
    let path = place.versions();
    let listing = match place::read(&path)? {
        None => Listing::new(),
        Some(bytes) => documents::parse_versions(&bytes).ok_or(MirrorError::Foreign { path })?,
    };
    let path = place.index();
    if let Some(bytes) = place::read(&path)? {
        let versions = documents::parse_index(&bytes);
        let is_ours =
            versions.is_some_and(|versions| versions.iter().all(|version| listing.contains_key(version)));
        if !is_ours {
            return Err(MirrorError::Foreign { path });
        }
    }
    let path = place.discovery();
    match place::read(&path)? {
        Some(bytes) if bytes != documents::discovery() => Err(MirrorError::Foreign { path }),
        _ => Ok(listing),
    }
}

fn read_archives(place: &Place<'_>, version: &Version) -> Result<Archives, MirrorError> {
    let path = place.archives(version);
    match place::read(&path)? {
        None => Ok(Archives::new()),
        Some(bytes) => {
            documents::parse_archives(place.address, version, &bytes).ok_or(MirrorError::Foreign { path })
        }
    }
}

/// All archives of a version are signed by one key, as one list of checksums has them all.
fn check_key(
    place: &Place<'_>,
    version: &Version,
    platform: &Platform,
    key: &OpenPgpKey<'_>,
) -> Result<(), MirrorError> {
    let path = place.download(version, platform);
    let Some(bytes) = place::read(&path)? else { return Ok(()) };
    let signer = documents::parse_signer(&bytes).ok_or(MirrorError::Foreign { path })?;
    if signer.armored == key.armored() {
        return Ok(());
    }
    Err(MirrorError::OtherKey { title: title(place, version), known: signer.id, given: key.id() })
}

/// The SHA-256 of a file, if there is one.
fn read_hash(path: &Path) -> Result<Option<String>, MirrorError> {
    sha256_of(path).map_err(|source| MirrorError::Unreadable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;

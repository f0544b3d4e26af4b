//! The documents of a mirror: what Terraform reads, and what psp reads of its own.
//!
//! Each has one form: what does not come out as the same bytes when it is written again was not written by psp.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::place::{REGISTRY, SUMS, SUMS_DIGITS};
use crate::terraform::archive::{Hashes, hex};
use crate::terraform::openpgp::OpenPgpKey;
use crate::terraform::provider::archive_name;
use crate::terraform::{Platform, ProtocolVersion, ProviderAddress};

/// A version's archives.
pub(super) type Archives = BTreeMap<Platform, Hashes>;
/// A provider's versions.
pub(super) type Listing = BTreeMap<Version, Offer>;

/// What is offered of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// What it speaks.
    pub(super) protocols: Vec<ProtocolVersion>,
    /// What it is there for.
    pub(super) platforms: BTreeSet<Platform>,
}

/// The signature of a list of checksums, and what both are called. The list's digest is in the names: a document that names
/// one list never meets the signature of another.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) sums_name: String,
    pub(super) signature_name: String,
    pub(super) signature: Vec<u8>,
    signer: Signer,
}

/// Who signed a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signer {
    pub(super) id: String,
    pub(super) armored: String,
}

impl Signed {
    pub(super) fn new(sums: &[u8], key: &OpenPgpKey<'_>) -> Self {
        let sums_name = format!("{SUMS}{}", &hex(&Sha256::digest(sums))[..SUMS_DIGITS]);
        Self {
            signature_name: format!("{sums_name}.sig"),
            sums_name,
            signature: key.detached(sums),
            signer: Signer { id: key.id(), armored: key.armored() },
        }
    }
}

fn bytes(document: &Value) -> Vec<u8> {
    format!("{document:#}\n").into_bytes()
}

/// What leads to the registry.
pub(super) fn discovery() -> Vec<u8> {
    bytes(&json!({ "providers.v1": format!("/{REGISTRY}/") }))
}

/// The network mirror's list of versions.
pub(super) fn index<'v>(versions: impl Iterator<Item = &'v Version>) -> Vec<u8> {
    let versions: Map<String, Value> = versions.map(|version| (version.to_string(), json!({}))).collect();
    bytes(&json!({ "versions": versions }))
}

pub(super) fn parse_index(document: &[u8]) -> Option<BTreeSet<Version>> {
    let value: Value = serde_json::from_slice(document).ok()?;
    let versions = value.get("versions")?.as_object()?;
    let versions: BTreeSet<Version> =
        versions.keys().map(|version| Version::parse(version).ok()).collect::<Option<_>>()?;
    (index(versions.iter()) == document).then_some(versions)
}

/// The network mirror's list of a version's archives.
pub(super) fn archives(address: &ProviderAddress, version: &Version, archives: &Archives) -> Vec<u8> {
    let entry = |(platform, hashes): (&Platform, &Hashes)| {
        let url = archive_name(address, version, platform);
        (platform.to_string(), json!({ "url": url, "hashes": [hashes.h1, hashes.zh()] }))
    };
    let archives: Map<String, Value> = archives.iter().map(entry).collect();
    bytes(&json!({ "archives": archives }))
}

pub(super) fn parse_archives(
    address: &ProviderAddress,
    version: &Version,
    document: &[u8],
) -> Option<Archives> {
    let value: Value = serde_json::from_slice(document).ok()?;
    let entry = |(platform, archive): (&String, &Value)| {
        let hash = |at: usize, scheme| archive.get("hashes")?.get(at)?.as_str()?.strip_prefix(scheme);
        let h1 = format!("h1:{}", hash(0, "h1:")?);
        Some((Platform::parse(platform)?, Hashes { h1, sha256: hash(1, "zh:")?.to_owned() }))
    };
    let found: Archives = value.get("archives")?.as_object()?.iter().map(entry).collect::<Option<_>>()?;
    (archives(address, version, &found) == document).then_some(found)
}

/// The registry's list of versions.
pub(super) fn versions(listing: &Listing) -> Vec<u8> {
    let entry = |(version, offer): (&Version, &Offer)| {
        let platform = |platform: &Platform| json!({ "os": platform.os, "arch": platform.arch });
        json!({
            "version": version.to_string(),
            "protocols": texts(&offer.protocols),
            "platforms": offer.platforms.iter().map(platform).collect::<Vec<_>>(),
        })
    };
    bytes(&json!({ "versions": listing.iter().map(entry).collect::<Vec<_>>() }))
}

pub(super) fn parse_versions(document: &[u8]) -> Option<Listing> {
    let value: Value = serde_json::from_slice(document).ok()?;
    let platform = |value: &Value| {
        let word = |key| value.get(key)?.as_str();
        Platform::parse(&format!("{}_{}", word("os")?, word("arch")?))
    };
    let entry = |value: &Value| {
        let version = Version::parse(value.get("version")?.as_str()?).ok()?;
        let protocols = value.get("protocols")?.as_array()?.iter();
        let protocols =
            protocols.map(|text| ProtocolVersion::parse(text.as_str()?)).collect::<Option<_>>()?;
        let platforms = value.get("platforms")?.as_array()?.iter().map(platform).collect::<Option<_>>()?;
        Some((version, Offer { protocols, platforms }))
    };
    let listing: Listing = value.get("versions")?.as_array()?.iter().map(entry).collect::<Option<_>>()?;
    (versions(&listing) == document).then_some(listing)
}

/// What `sha256sum` would print of a version's archives.
pub(super) fn sums(address: &ProviderAddress, version: &Version, archives: &Archives) -> Vec<u8> {
    let line = |(platform, hashes): (&Platform, &Hashes)| {
        format!("{}  {}\n", hashes.sha256, archive_name(address, version, platform))
    };
    archives.iter().map(line).collect::<String>().into_bytes()
}

/// Where the registry says how to get an archive. All addresses are relative to the document itself.
pub(super) fn download(
    address: &ProviderAddress,
    version: &Version,
    platform: &Platform,
    hashes: &Hashes,
    protocols: &[ProtocolVersion],
    signed: &Signed,
) -> Vec<u8> {
    let filename = archive_name(address, version, platform);
    // Up from HOST/_registry/NAMESPACE/TYPE/VERSION/download/OS/.
    let archive = format!("../../../../../../{}/{}/{filename}", address.namespace(), address.kind());
    let signer = &signed.signer;
    bytes(&json!({
        "protocols": texts(protocols),
        "os": platform.os,
        "arch": platform.arch,
        "filename": filename,
        "download_url": archive,
        "shasum": hashes.sha256,
        "shasums_url": format!("../../{}", signed.sums_name),
        "shasums_signature_url": format!("../../{}", signed.signature_name),
        "signing_keys": { "gpg_public_keys": [{ "key_id": signer.id, "ascii_armor": signer.armored }] },
    }))
}

/// Who signed the version that a download document is of.
pub(super) fn parse_signer(document: &[u8]) -> Option<Signer> {
    let value: Value = serde_json::from_slice(document).ok()?;
    let key = value.get("signing_keys")?.get("gpg_public_keys")?.get(0)?;
    let text = |name| Some(key.get(name)?.as_str()?.to_owned());
    Some(Signer { id: text("key_id")?, armored: text("ascii_armor")? })
}

fn texts(protocols: &[ProtocolVersion]) -> Vec<String> {
    protocols.iter().map(ToString::to_string).collect()
}

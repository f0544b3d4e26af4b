//! `[package]`: what the package is called, and words for people and registries.

use psp_format::limits;

use crate::native::GlibcVersion;

use super::{ManifestProblem, Spanned, document::Problems, document::Table, name};

/// `[package]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageInfo {
    /// `[a-z0-9][a-z0-9._-]*`.
    pub name: String,
    /// A semantic version.
    pub version: String,
    /// A release channel, by the rules of a name; empty when there is none.
    pub channel: String,
    /// A number that the publisher lets grow with each release; 0 when it is not used.
    pub sequence: u64,
    /// One line on what it is.
    pub description: Option<String>,
    /// An SPDX expression.
    pub license: Option<String>,
    /// Where people read about it.
    pub homepage: Option<String>,
    /// The oldest glibc that it is meant to run with.
    pub glibc: Option<GlibcVersion>,
    /// The commit that it was built from.
    pub source_revision: Option<String>,
}

impl PackageInfo {
    pub(crate) fn read(root: &mut Table<'_>, problems: &mut Problems<'_>) -> Option<Self> {
        root.require("package", problems);
        let mut table = root.table("package", problems)?;
        let name = table.required_string("name", problems);
        let version = table.required_string("version", problems);
        let channel = table.string("channel", problems);
        let sequence = table.integer("sequence", (0, u64::MAX), problems);
        let glibc = table.string("glibc", problems);
        let mut word = |key| text(&mut table, key, problems);
        let (description, license) = (word("description"), word("license"));
        let (homepage, source_revision) = (word("homepage"), word("source_revision"));
        table.finish(problems);
        if let Some(name) = &name {
            name::check(name, "a package's name", limits::NAME_BYTES, problems);
        }
        if let Some(channel) = &channel {
            name::check(channel, "a channel", limits::NAME_BYTES, problems);
        }
        let version = version.and_then(|version| checked_version(version, problems));
        Some(Self {
            name: name?.value,
            version: version?,
            channel: channel.map(|channel| channel.value).unwrap_or_default(),
            sequence: sequence.map_or(0, |sequence| sequence.value),
            glibc: glibc.and_then(|glibc| read_glibc(glibc, problems)),
            description,
            license,
            homepage,
            source_revision,
        })
    }
}

fn text(table: &mut Table<'_>, key: &'static str, problems: &mut Problems<'_>) -> Option<String> {
    let text = table.string(key, problems)?;
    if text.value.len() > limits::INFORMATION_VALUE_BYTES as usize {
        let problem =
            ManifestProblem::TextTooLong { key, limit_bytes: limits::INFORMATION_VALUE_BYTES as usize };
        problems.add(text.span, problem);
        return None;
    }
    Some(text.value)
}

fn read_glibc(text: Spanned<String>, problems: &mut Problems<'_>) -> Option<GlibcVersion> {
    let version = GlibcVersion::parse(&text.value);
    if version.is_none() {
        problems.add(text.span, ManifestProblem::BadGlibc { value: text.value });
    }
    version
}

fn checked_version(version: Spanned<String>, problems: &mut Problems<'_>) -> Option<String> {
    let reason = match semver::Version::parse(&version.value) {
        Ok(_) if version.value.len() <= limits::NAME_BYTES => return Some(version.value),
        Ok(_) => "it is too long".to_owned(),
        Err(error) => error.to_string(),
    };
    let suggestion = repaired_version(&version.value);
    problems.add(version.span, ManifestProblem::BadVersion { value: version.value, reason, suggestion });
    None
}

/// `v1.2` to `1.2.0`, where that is all that is wrong.
fn repaired_version(version: &str) -> Option<String> {
    let plain = version.trim().trim_start_matches(['v', 'V']);
    let parts = plain.split('.').count();
    let padded = match parts {
        1 => format!("{plain}.0.0"),
        2 => format!("{plain}.0"),
        _ => plain.to_owned(),
    };
    semver::Version::parse(&padded).is_ok().then_some(padded)
}

#[cfg(test)]
mod tests {
    use super::repaired_version;

    #[test]
    fn repairs_versions() {
        assert_eq!(repaired_version("1.2").as_deref(), Some("1.2.0"));
        assert_eq!(repaired_version("v3").as_deref(), Some("3.0.0"));
        assert_eq!(repaired_version("v1.2.3-rc.1").as_deref(), Some("1.2.3-rc.1"));
        assert_eq!(repaired_version("one"), None);
        assert_eq!(repaired_version("01.2.3"), None);
    }
}

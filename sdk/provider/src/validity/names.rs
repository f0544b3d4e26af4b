//! Names.

use super::Use;

/// Lower-case letters, digits and underscores, a digit not first.
pub(super) fn is_identifier(name: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(good) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// As an identifier; the names of providers can have dashes, but not at the ends.
pub(super) fn is_provider(name: &str) -> bool {
    is_identifier(&name.replace('-', "_")) && !name.starts_with('-') && !name.ends_with('-')
}

/// What Terraform itself reads in a block of this use.
pub(super) fn is_reserved(name: &str, used: Use) -> bool {
    const PROVIDER: &[&str] = &["alias", "version"];
    const RESOURCE: &[&str] =
        &["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];
    match used {
        Use::Provider => PROVIDER.contains(&name),
        Use::Resource | Use::DataSource | Use::Ephemeral => RESOURCE.contains(&name),
        Use::Meta => false,
    }
}

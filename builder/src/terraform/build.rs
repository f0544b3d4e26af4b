//! Building a provider: the package gets its name only after what is inside has answered as a provider does.

use std::path::Path;

use super::handshake::{self, HandshakeError};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::manifest::{Manifest, Span, TerraformTable};
use crate::output::{self, OutputError, PendingDirectory};
use crate::pack::{self, PackError, Package, Workshop};
use crate::plan::Plan;
use crate::progress::Step;
use crate::target::Target;

/// Why a provider was not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderBuildError {
    /// The package cannot be built.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// It cannot get its place.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// What is inside is not what the manifest claims.
    #[error("{source}")]
    Handshake {
        /// Where the manifest claims it.
        span: Span,
        /// What it is instead.
        source: HandshakeError,
    },
}

impl ProviderBuildError {
    /// Whether somebody wanted it to end.
    pub fn is_interrupted(&self) -> bool {
        matches!(
            self,
            Self::Pack(PackError::Interrupted) | Self::Handshake { source: HandshakeError::Interrupted, .. }
        )
    }
}

impl Diagnostic for ProviderBuildError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Pack(error) => error.code(),
            Self::Output(error) => error.code(),
            Self::Handshake { source, .. } => source.code(),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Pack(error) => error.help(),
            Self::Output(error) => error.help(),
            Self::Handshake { source, .. } => source.help(),
        }
    }

    fn place(&self) -> Option<Span> {
        match self {
            Self::Handshake { span, .. } => Some(span.clone()),
            Self::Pack(error) => error.place(),
            Self::Output(_) => None,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Pack(error) => error.label(),
            Self::Output(_) | Self::Handshake { .. } => String::new(),
        }
    }
}

/// Builds a provider in a directory beside its final name, tries it there, and then gives it its name.
pub fn build(
    plan: &Plan,
    table: &TerraformTable,
    workshop: &Workshop<'_>,
    output: &Path,
) -> Result<Package, ProviderBuildError> {
    if !can_be_tried(&plan.target) {
        return Ok(pack::build(plan, workshop, output)?);
    }
    let name = output::check_place(output)?;
    let failed = |source| OutputError::of(output, source);
    let unfinished = PendingDirectory::create(output)?;
    // The launcher starts nothing by a path that others could change.
    let trial = unfinished.directory.path().canonicalize().map_err(failed)?.join(name);
    let package = pack::build(plan, workshop, &trial)?;
    workshop.progress.begin(Step { action: "trying the provider", ..Step::default() });
    handshake::check(&trial, &table.protocols, workshop.interrupt)
        .map_err(|source| ProviderBuildError::Handshake { span: table.span.clone(), source })?;
    std::fs::rename(&trial, output).map_err(failed)?;
    Ok(Package { path: output.to_owned(), ..package })
}

/// What whoever builds it should know.
pub fn notices(manifest: &Manifest, target: &Target) -> Vec<String> {
    match &manifest.terraform {
        Some(_) if !can_be_tried(target) => {
            vec![format!("the provider was not tried, as it is for {target}: try it there")]
        }
        _ => Vec::new(),
    }
}

/// Whether packages for this target start on this machine.
fn can_be_tried(target: &Target) -> bool {
    Target::native().includes(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_for_this_machine_can_be_tried() {
        for (target, expected) in [
            ("x86_64-linux", true),
            ("x86_64-linux-musl", true),
            ("aarch64-linux", false),
            ("x86_64-macos", false),
        ] {
            assert_eq!(can_be_tried(&Target::parse(target).unwrap()), expected, "{target}");
        }
    }
}

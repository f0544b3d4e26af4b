//! `[terraform]`: the package is a Terraform provider.

use crate::terraform::ProviderAddress;
use crate::terraform::protocol::{self, ProtocolVersion};

use super::{ManifestProblem, PackageInfo, Span, Spanned, document::Problems, document::Table};

/// `[terraform]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformTable {
    /// What configurations call the provider.
    pub source: ProviderAddress,
    /// What it speaks, ascending.
    pub protocols: Vec<ProtocolVersion>,
    /// Where the source stands.
    pub span: Span,
}

impl TerraformTable {
    pub(crate) fn read(
        root: &mut Table<'_>,
        package: Option<&PackageInfo>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let mut table = root.table("terraform", problems)?;
        let source = table.required_string("source", problems);
        if table.is_empty_list("protocols") {
            problems.add(table.span(), ManifestProblem::NoProtocol);
        }
        let written = table.strings("protocols", problems);
        table.finish(problems);
        let mut protocols: Vec<_> =
            written.iter().filter_map(|protocol| read_protocol(protocol, problems)).collect();
        if protocols.is_empty() {
            protocols.push(protocol::DEFAULT);
        }
        protocols.sort_unstable();
        protocols.dedup();
        let source = source?;
        let span = source.span.clone();
        if let Some(package) = package.filter(|package| package.version.contains('+')) {
            let value = package.version.clone();
            problems.add(span.clone(), ManifestProblem::BuildMetadata { value });
        }
        match ProviderAddress::parse(&source.value) {
            Ok(source) => Some(Self { source, protocols, span }),
            Err(error) => {
                let (value, reason) = (error.text, error.reason);
                problems.add(span, ManifestProblem::BadProviderSource { value, reason });
                None
            }
        }
    }
}

fn read_protocol(protocol: &Spanned<String>, problems: &mut Problems<'_>) -> Option<ProtocolVersion> {
    let version = ProtocolVersion::parse(&protocol.value);
    if version.is_none() {
        let value = protocol.value.clone();
        problems.add(protocol.span.clone(), ManifestProblem::BadProtocol { value });
    }
    version
}

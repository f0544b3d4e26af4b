//! `psp verify`: whether a package is whole and valid, and who says so.

use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::named_key::NamedKey;
use psp_builder::package_file::PackageFile;
use psp_builder::progress::megabytes;
use psp_builder::signers::Signer;
use psp_builder::trust::{MachineTrust, Standing};
use psp_builder::verification::{Demands, Trusted, Verification, VerificationError, verify};
use serde_json::{Value, json};

use super::console::{Cell, Console, Style, left, table, whole};
use super::environment::Environment;
use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, say};

/// Verify every byte of a package and tell who signed it
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The package
    #[arg(value_name = "PKG")]
    package: PathBuf,
    /// A key that must have signed: its file, its 64 digits, or a package that it signed; each one named must have
    #[arg(long = "key", value_name = "PUB")]
    keys: Vec<String>,
    /// Say no unless a trusted key has signed and this machine's policy is satisfied
    #[arg(long)]
    require_trusted: bool,
    /// A detached signature, which must be valid for the package
    #[arg(long = "signature", value_name = "FILE")]
    signatures: Vec<PathBuf>,
    /// Answer with a document of schema psp-verify/1
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        match (form, self.verify()) {
            (Form::Text, Ok(verification)) => finish(form, self.tell(&verification)),
            (Form::Json, Ok(verification)) => finish(
                form,
                document("psp-verify/1", describe(&self.package, &verification)).map(|()| Exit::Done),
            ),
            (Form::Text, Err(failure)) => finish(form, Err(failure.0)),
            // No is an answer too.
            (Form::Json, Err(failure)) => finish(form, failure.document(&self.package)),
        }
    }

    fn verify(&self) -> Result<Verification, No> {
        let keys = self.keys.iter().map(|text| NamedKey::find(text).map(|named| named.key));
        let keys = keys.collect::<Result<_, _>>().map_err(|error| No(error.into(), None))?;
        let trusted = if self.require_trusted { Trusted::Demanded } else { Trusted::Told };
        let demands = Demands { keys, trusted, signatures: self.signatures.clone() };
        let file = PackageFile::open(&self.package).map_err(VerificationError::from)?;
        let trust =
            MachineTrust::read(Environment::read().config.as_deref()).map_err(VerificationError::from)?;
        Ok(verify(&file, &trust, &demands)?)
    }

    fn tell(&self, verification: &Verification) -> Result<Exit, Failure> {
        let console = Console::of_stdout();
        let path = escaped::path(&self.package);
        let good = console.style(Style::Good, "whole and valid");
        let mut rows = vec![vec![
            left(Style::Dim, "package"),
            left(
                Style::Plain,
                format!(
                    "{} for {}, {}",
                    verification.title,
                    verification.target,
                    megabytes(verification.size)
                ),
            ),
        ]];
        for signer in &verification.signers {
            rows.push(vec![left(Style::Dim, "signed by"), whole(signer.key.hex().to_string())]);
            rows.push(vec![left(Style::Plain, ""), standing_cell(signer)]);
        }
        rows.push(vec![left(Style::Dim, "stub"), stub_cell(verification.is_stub_known)]);
        rows.push(vec![left(Style::Dim, "policy"), policy_cell(verification)]);
        say(&format!("{path}: {good}\n{}", table(console, &rows)))?;
        Ok(Exit::Done)
    }
}

/// The answer no, with the broken rule where there is one.
struct No(Failure, Option<Box<Value>>);

impl From<VerificationError> for No {
    fn from(error: VerificationError) -> Self {
        let fault = match &error {
            VerificationError::Package(error) => error.fault().map(|fault| {
                Box::new(
                    json!({ "part": fault.part, "region": region_word(fault.error.region), "offset": fault.error.offset }),
                )
            }),
            _ => None,
        };
        Self(error.into(), fault)
    }
}

impl No {
    fn document(self, package: &std::path::Path) -> Result<Exit, Failure> {
        let Self(failure, fault) = self;
        let mut error = failure.json();
        if let (Value::Object(error), Some(Value::Object(fault))) = (&mut error, fault.map(|fault| *fault)) {
            error.extend(fault);
        }
        document(
            "psp-verify/1",
            json!({ "package": package.to_string_lossy(), "valid": false, "error": error }),
        )?;
        Ok(failure.exit())
    }
}

/// The kind of region, without its number.
pub(crate) fn region_word(region: psp_format::Region) -> String {
    region.to_string().split(' ').next().unwrap_or_default().to_owned()
}

fn describe(package: &std::path::Path, verification: &Verification) -> Value {
    json!({
        "package": package.to_string_lossy(),
        "valid": true,
        "name": verification.name,
        "version": verification.version,
        "target": verification.target,
        "size": verification.size,
        "root": verification.root,
        "stub": { "known": verification.is_stub_known },
        "signatures": verification.signers.iter().map(describe_signer).collect::<Vec<_>>(),
        "policy": {
            "allowed": verification.refused.is_none(),
            "code": verification.refused.map(psp_format::ErrorKind::code),
        },
    })
}

/// A signer in a document.
pub(crate) fn describe_signer(signer: &Signer) -> Value {
    let label = match &signer.standing {
        Standing::Trusted(label) => Some(label),
        _ => None,
    };
    json!({
        "key_id": signer.key.hex().to_string(),
        "valid": signer.is_valid,
        "trusted": signer.is_valid && signer.standing.is_trusted(),
        "standing": signer.standing.word(),
        "label": label,
        "primary": signer.is_primary,
        "purpose": signer.purpose,
        "detached": signer.detached.as_ref().map(|path| path.to_string_lossy()),
    })
}

/// What there is to say of a signer beside the key.
pub(crate) fn standing_cell(signer: &Signer) -> Cell {
    let label = |text: &str| escaped::bytes(text.as_bytes());
    let (style, standing) = match &signer.standing {
        _ if !signer.is_valid => (Style::Bad, "NOT VALID".to_owned()),
        Standing::Trusted(name) => (Style::Good, format!("trusted as `{}`", label(name))),
        Standing::Required => (Style::Plain, "required here for some packages".to_owned()),
        Standing::Revoked(reason) => (Style::Bad, format!("REVOKED here: {}", label(reason))),
        Standing::Unknown => (Style::Notable, "not known here".to_owned()),
    };
    let mut text = standing;
    if signer.is_primary {
        text = format!("{text}, primary");
    }
    if !signer.purpose.is_empty() {
        text = format!("{text}, for {}", signer.purpose);
    }
    if let Some(path) = &signer.detached {
        text = format!("{text}, in {}", escaped::path(path));
    }
    left(style, text)
}

/// Whether the stub is one that this program carries.
pub(crate) fn stub_cell(is_known: bool) -> Cell {
    match is_known {
        true => left(Style::Good, "known: the one that this psp carries"),
        false => left(Style::Notable, "unknown: signed, but not the one that this psp carries"),
    }
}

fn policy_cell(verification: &Verification) -> Cell {
    match verification.refused {
        None => left(Style::Good, "this machine would start it"),
        Some(kind) => {
            left(Style::Bad, format!("this machine would NOT start it: {} ({})", kind.message(), kind.code()))
        }
    }
}

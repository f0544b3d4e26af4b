//! `psp install`: a provider where Terraform finds it.

use std::path::{Path, PathBuf};

use psp_builder::escaped;
use psp_builder::interrupt::Interrupt;
use psp_builder::terraform::install::{Fate, InstallError, Installed, Replace, install};
use psp_builder::terraform::{Provider, ProviderPackage};
use psp_builder::trust::MachineTrust;

use super::environment::Environment;
use super::exit::Exit;
use super::failure::{Failure, Form, finish, say};
use super::signals;

/// Install a Terraform provider on this machine
#[derive(Debug, clap::Args)]
pub(crate) struct Install {
    /// The package; it is verified whole, and this machine's policy applies
    #[arg(value_name = "PKG")]
    package: PathBuf,
    /// Install it for Terraform, in this directory [default: ~/.terraform.d/plugins, where Terraform looks by itself]
    #[arg(long, value_name = "DIR", num_args = 0..=1, required = true)]
    #[expect(clippy::option_option, reason = "clap's form of an option whose value may be left out")]
    terraform: Option<Option<PathBuf>>,
    /// Replace another file of the same version; lock files that know it no longer hold
    #[arg(long)]
    replace: bool,
}

impl Install {
    pub(crate) fn run(self) -> Exit {
        let interrupt = signals::catch().unwrap_or_default();
        finish(Form::Text, self.install(&interrupt))
    }

    fn install(&self, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let environment = Environment::read();
        let named = self.terraform.clone().flatten();
        let implied = environment.plugins.clone();
        let directory = named.or_else(|| implied.clone()).ok_or_else(|| {
            Failure::usage("there is no home directory to install into", "name a directory: --terraform DIR")
        })?;
        let package =
            ProviderPackage::open(&self.package, &MachineTrust::read(environment.config.as_deref())?)?;
        let replace = if self.replace { Replace::Other } else { Replace::Never };
        let installed = install(&package, &directory, replace, interrupt);
        let installed = installed.map_err(|error| match (&error, interrupt.signal()) {
            (InstallError::Interrupted, Some(signal)) => Failure::from(error).ending(Exit::Signal(signal)),
            _ => error.into(),
        })?;
        let is_implied = implied.is_some_and(|implied| implied == directory);
        let mut text = line(&installed);
        text.push_str(&requirement(&package.provider));
        if !is_implied {
            text.push_str(&mirror_block(&directory, &package.provider));
        }
        say(&text)?;
        Ok(Exit::Done)
    }
}

fn line(installed: &Installed) -> String {
    let word = match installed.fate {
        Fate::New => "installed",
        Fate::Known => "installed already",
        Fate::Replaced => "replaced",
    };
    format!("{}: {word}\n", escaped::path(&installed.path))
}

/// What a configuration says to use the provider.
fn requirement(provider: &Provider) -> String {
    let (address, version) = (&provider.address, &provider.version);
    format!(
        "\nIn the configuration:\n\nterraform {{\n  required_providers {{\n    {} = {{\n      source  = \"{address}\"\n      version = \"{version}\"\n    }}\n  }}\n}}\n",
        address.kind()
    )
}

/// What Terraform's own configuration says to find it where Terraform does not look by itself.
fn mirror_block(directory: &Path, provider: &Provider) -> String {
    let shown = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let path = escaped::path(&shown).replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${");
    let address = &provider.address;
    format!(
        "\nIn ~/.terraformrc:\n\nprovider_installation {{\n  filesystem_mirror {{\n    path    = \"{path}\"\n    include = [\"{address}\"]\n  }}\n  direct {{\n    exclude = [\"{address}\"]\n  }}\n}}\n"
    )
}

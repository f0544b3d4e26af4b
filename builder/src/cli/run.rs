//! `psp run`: verify a package by this machine's own program and policy, then start it.

use std::ffi::OsString;
use std::path::Path;

use psp_builder::launch::{become_package, check_entry, check_policy, check_target, command, pin};
use psp_builder::package_file::PackageFile;
use psp_builder::trust::MachineTrust;

use super::environment::Environment;
use super::exit::Exit;
use super::failure::Failure;
use super::log;
use super::report::tell;

/// Verify a package whole, apply this machine's policy, and start it
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Trust on first use: from now on only this key may sign packages of this name
    #[arg(long)]
    pin: bool,
    /// Start this entry point
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The package, and what it is given: everything after its name, as it is
    #[arg(value_names = ["PKG", "ARGS"], required = true, num_args = 1.., trailing_var_arg = true)]
    package: Vec<OsString>,
}

impl Run {
    /// Comes back only if the package does not start.
    pub(crate) fn run(self) -> Exit {
        let failure = self.start();
        // One line, as the launcher itself would say it. Standard error may be closed.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), failure.line().as_bytes());
        failure.exit()
    }

    fn start(&self) -> Failure {
        match self.verified_start() {
            Ok(never) => match never {},
            Err(failure) => failure.ending(Exit::NotStarted),
        }
    }

    fn verified_start(&self) -> Result<std::convert::Infallible, Failure> {
        let Some((called, arguments)) = self.package.split_first() else {
            return Err(Failure::usage("no package is named", "name one"));
        };
        let file = PackageFile::open(Path::new(called))?;
        let package = file.verified()?;
        file.verify_contents(&package, &mut ())?;
        check_target(&file, &package)?;
        let trust = MachineTrust::read(Environment::read().config.as_deref())?;
        check_policy(&file, &package, &trust)?;
        if let Some(entry) = &self.entry {
            check_entry(&file, &package, entry)?;
        }
        if self.pin && pin(&file, &package, &trust)? {
            let identity = &package.manifest.identity;
            tell(
                "note",
                &format!("{} is pinned to the key {} from now on", identity.name, identity.primary.hex()),
            );
        }
        let mut start = command(&file, called);
        start.args(arguments);
        if let Some(entry) = &self.entry {
            start.env("PSP_ENTRY", entry);
        }
        log::flush();
        Err(become_package(&file, start).into())
    }
}

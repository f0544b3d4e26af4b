//! The whole process `terraform providers schema -json`: it starts the provider, asks for its schema, and ends it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::peers::Peers;
use crate::spread::Spread;

const ROUNDS: usize = 15;

/// A folder with a configuration that needs one provider, found in a folder of its own.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// `source` is the provider's address, `program` what is started for it.
    fn new(source: &str, program: &Path) -> Result<Project, Box<dyn Error>> {
        let project = Project { folder: tempfile::tempdir()? };
        let name = source.rsplit('/').next().unwrap_or(source);
        let mirror = project.path("mirror");
        fs::create_dir(&mirror)?;
        let script = format!("#!/bin/sh\nexec {} \"$@\"\n", program.display());
        let provider = mirror.join(format!("terraform-provider-{name}"));
        // The Python provider looks at the name that it is started by.
        if fs::read(program)?.starts_with(b"#!") {
            fs::copy(program, &provider)?;
        } else {
            fs::hard_link(program, &provider).or_else(|_| fs::write(&provider, script))?;
        }
        fs::write(
            project.path("settings"),
            format!(
                "provider_installation {{\n  dev_overrides {{ {source:?} = {mirror:?} }}\n  direct {{}}\n}}\n"
            ),
        )?;
        let requirement =
            format!("terraform {{\n  required_providers {{ {name} = {{ source = {source:?} }} }}\n}}\n");
        fs::write(project.path("main.tf"), requirement)?;
        Ok(project)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How long Terraform takes; an error if it prints no schema.
    fn once(&self) -> Result<Duration, Box<dyn Error>> {
        let mut terraform = Command::new("terraform");
        terraform.args(["providers", "schema", "-json"]).current_dir(self.folder.path());
        terraform.env("TF_CLI_CONFIG_FILE", self.path("settings")).env("CHECKPOINT_DISABLE", "1");
        terraform.env("HOME", self.folder.path()).stdin(Stdio::null());
        let began = Instant::now();
        let output = terraform.output()?;
        let took = began.elapsed();
        if output.status.success() && String::from_utf8_lossy(&output.stdout).contains("provider_schemas") {
            return Ok(took);
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

pub(crate) fn table(peers: &Peers) -> Result<String, Box<dyn Error>> {
    let mut contestants = vec![("ours", Project::new("foundry/bare", &peers.provider)?, Spread::default())];
    if let Some(python) = &peers.python {
        contestants.push(("pyvider 0.8.1", Project::new("local/pyvider", python)?, Spread::default()));
    }
    if Command::new("terraform").arg("version").output().is_err() {
        return Ok("left out: terraform is not here\n".to_owned());
    }
    for round in 0..=ROUNDS {
        for (_, project, spread) in &mut contestants {
            let took = project.once()?;
            if round > 0 {
                spread.push(took);
            }
        }
    }
    let base = contestants.last().map_or(f64::NAN, |(_, _, spread)| spread.median());
    let row = |(name, _, spread): &(&str, Project, Spread)| {
        format!("| {name} | {spread} | {:.3} |\n", spread.median() / base)
    };
    let rows: String = contestants.iter().map(row).collect();
    Ok(format!("| provider | wall | ratio |\n| --- | --- | --- |\n{rows}"))
}

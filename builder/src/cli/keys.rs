//! Which keys sign: those of `--key`, else the one in the environment, else the development key.

use std::path::Path;

use psp_builder::keys::{KEY_VARIABLE, KeyError, SecretKey, development_key, is_exposed};

use super::environment::Environment;

/// The keys that sign, the primary one first.
#[derive(Debug)]
pub(crate) struct SigningKeys {
    /// The keys.
    pub(crate) keys: Vec<SecretKey>,
    /// Whether it is the development key.
    pub(crate) is_development: bool,
    /// Things to tell.
    pub(crate) notices: Vec<String>,
}

impl SigningKeys {
    /// Reads the keys that are named; `-` is standard input.
    pub(crate) fn find(named: &[String], environment: &Environment) -> Result<Self, KeyError> {
        if !named.is_empty() {
            return Self::named(named);
        }
        if let Some(text) = &environment.signing_key {
            let key = SecretKey::parse(text, KEY_VARIABLE)?;
            return Ok(Self { keys: vec![key], is_development: false, notices: Vec::new() });
        }
        let directory = environment.config.as_deref().ok_or(KeyError::NoHome)?;
        let found = development_key(directory)?;
        let mut notices = exposure(&found.path);
        if found.is_new {
            notices.push(format!("made a development key for you: {}", found.path.display()));
        }
        Ok(Self { keys: vec![found.key], is_development: true, notices })
    }

    fn named(named: &[String]) -> Result<Self, KeyError> {
        let (mut keys, mut notices) = (Vec::new(), Vec::new());
        for name in named {
            if name == "-" {
                keys.push(SecretKey::read_from(std::io::stdin().lock(), "standard input")?);
            } else {
                keys.push(SecretKey::read(Path::new(name))?);
                notices.extend(exposure(Path::new(name)));
            }
        }
        Ok(Self { keys, is_development: false, notices })
    }
}

fn exposure(path: &Path) -> Vec<String> {
    let shown = path.display();
    let warning = || format!("the key {shown} can be read by others; `chmod 600 {shown}` keeps it yours");
    if is_exposed(path) { vec![warning()] } else { Vec::new() }
}

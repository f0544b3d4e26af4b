//! The process's environment, read once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use foundation::secret::Secret;
use psp_builder::keys::{KEY_VARIABLE, SecretText};
use zeroize::Zeroizing;

/// What `psp` takes from its environment.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// `XDG_CONFIG_HOME/psp`, else `HOME/.config/psp`.
    pub(crate) config: Option<PathBuf>,
    /// `PSP_BUILD_CACHE_DIR`, else `XDG_CACHE_HOME/psp-build`, else `HOME/.cache/psp-build`.
    pub(crate) build_cache: Option<PathBuf>,
    /// `HOME/.terraform.d/plugins`: where Terraform looks for providers by itself.
    pub(crate) plugins: Option<PathBuf>,
    /// `PSP_SIGNING_KEY`, if it is text.
    pub(crate) signing_key: Option<SecretText>,
    /// All other variables, for the programs that a build starts: what installs an application does not see what signs it.
    pub(crate) variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// Reads it.
    pub(crate) fn read() -> Self {
        Self::from_variables(std::env::vars_os().collect())
    }

    fn from_variables(mut variables: BTreeMap<OsString, OsString>) -> Self {
        let key = variables.remove(OsStr::new(KEY_VARIABLE)).and_then(|key| key.into_string().ok());
        let signing_key = key.map(|key| Secret::new(Zeroizing::new(key)));
        let found = Self::of(|name| variables.get(OsStr::new(name)).cloned());
        Self { signing_key, variables, ..found }
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        // The base directory specification: what is empty or relative counts as not set.
        let directory = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = |inner: &str| directory("HOME").map(|home| home.join(inner));
        let config = directory("XDG_CONFIG_HOME").or_else(|| home(".config"));
        let cache = directory("XDG_CACHE_HOME").or_else(|| home(".cache"));
        let own = variable("PSP_BUILD_CACHE_DIR").filter(|path| !path.is_empty()).map(PathBuf::from);
        Self {
            config: config.map(|config| config.join("psp")),
            build_cache: own.or_else(|| cache.map(|cache| cache.join("psp-build"))),
            plugins: home(".terraform.d/plugins"),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signing_key_is_taken_out_and_does_not_print() {
        let variables =
            [(KEY_VARIABLE, "canary-1"), ("PATH", "/bin")].map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::from_variables(variables.into());
        assert!(!format!("{environment:?}").contains("canary"));
        assert_eq!(environment.variables.len(), 1);
        assert_eq!(environment.signing_key.unwrap().expose().as_str(), "canary-1");
        assert!(Environment::from_variables(BTreeMap::new()).signing_key.is_none());
    }

    #[test]
    fn directories() {
        let check = |variables: &[(&str, &str)], config: Option<&str>, cache: Option<&str>| {
            let find = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            let environment = Environment::of(find);
            assert_eq!(environment.config, config.map(PathBuf::from), "{variables:?}");
            assert_eq!(environment.build_cache, cache.map(PathBuf::from), "{variables:?}");
        };
        check(&[], None, None);
        check(&[("HOME", "/h")], Some("/h/.config/psp"), Some("/h/.cache/psp-build"));
        check(&[("HOME", "h")], None, None);
        let xdg = [("HOME", "/h"), ("XDG_CONFIG_HOME", "/c"), ("XDG_CACHE_HOME", "/k")];
        check(&xdg, Some("/c/psp"), Some("/k/psp-build"));
        check(&[("XDG_CACHE_HOME", "/k"), ("PSP_BUILD_CACHE_DIR", "x")], None, Some("x"));
    }
}

//! The process's environment, read once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// What `psp` takes from its environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `XDG_CONFIG_HOME/psp`, else `HOME/.config/psp`.
    pub(crate) config: Option<PathBuf>,
    /// `PSP_BUILD_CACHE_DIR`, else `XDG_CACHE_HOME/psp-build`, else `HOME/.cache/psp-build`.
    pub(crate) build_cache: Option<PathBuf>,
    /// All variables, for the programs that a build starts.
    pub(crate) variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// Reads it.
    pub(crate) fn read() -> Self {
        let variables: BTreeMap<_, _> = std::env::vars_os().collect();
        Self { variables: variables.clone(), ..Self::of(|name| variables.get(OsStr::new(name)).cloned()) }
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
            variables: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

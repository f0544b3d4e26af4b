//! Warnings that somebody has to ask for: what is allowed, and yet may not be what was meant.
//!
//! A user asks with a list in an environment variable: `all`, names of groups and of rules, separated by commas; a name with `!` in
//! front is taken away again. A component holds a [`Lint`] and asks it while it validates.
//!
//! ```
//! use tf_sdk::lint::{Lint, Rule};
//!
//! const INSECURE: Rule =
//!     Rule { name: "insecure-http", groups: &["security"], summary: "The connection is not encrypted" };
//! let lint = Lint::parse("security");
//! assert!(lint.has(&INSECURE));
//! assert!(!Lint::parse("all,!insecure-http").has(&INSECURE));
//! assert!(!Lint::default().has(&INSECURE));
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

use tf_cty::Path;

use crate::{Diagnostic, Diagnostics};

/// The name that stands for every rule.
const ALL: &str = "all";

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What a user calls it: `insecure-http`.
    pub name: &'static str,
    /// What it belongs to, beside `all`.
    pub groups: &'static [&'static str],
    /// One line, without a full stop.
    pub summary: &'static str,
}

/// The rules that a user asked for; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lint {
    wanted: Arc<BTreeSet<String>>,
    unwanted: Arc<BTreeSet<String>>,
}

impl Lint {
    /// Of a list: `security,!insecure-http`. Of an address (`example.com/acme:insecure-http`) what follows the colon counts.
    pub fn parse(list: &str) -> Self {
        let (mut wanted, mut unwanted) = (BTreeSet::new(), BTreeSet::new());
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let (set, name) = match name.strip_prefix('!') {
                Some(name) => (&mut unwanted, name),
                None => (&mut wanted, name),
            };
            set.insert(name.rsplit(':').next().unwrap_or(name).trim().to_owned());
        }
        Self { wanted: Arc::new(wanted), unwanted: Arc::new(unwanted) }
    }

    /// Of the list in an environment variable; none where it is not set.
    pub fn from_environment(variable: &str) -> Self {
        std::env::var(variable).map(|list| Self::parse(&list)).unwrap_or_default()
    }

    /// True if the rule was asked for, and not taken away.
    pub fn has(&self, rule: &Rule) -> bool {
        let names = |set: &BTreeSet<String>| {
            set.contains(ALL)
                || set.contains(rule.name)
                || rule.groups.iter().any(|group| set.contains(*group))
        };
        names(&self.wanted) && !names(&self.unwanted)
    }

    /// Warns about an attribute, if the rule was asked for.
    pub fn warn(&self, rule: &Rule, path: Path, detail: &str, diagnostics: &mut Diagnostics) {
        if self.has(rule) {
            let detail =
                format!("{detail}\n\nThis is rule {name}; !{name} switches it off.", name = rule.name);
            diagnostics.push(Diagnostic::warning(rule.summary, detail).at(path));
        }
    }

    /// The names in the list that are neither a rule's nor a group's of these.
    pub fn unknown<'a>(&'a self, rules: &[Rule]) -> Vec<&'a str> {
        let is_known = |name: &str| {
            name == ALL || rules.iter().any(|rule| rule.name == name || rule.groups.contains(&name))
        };
        let names: BTreeSet<&str> =
            self.wanted.iter().chain(self.unwanted.iter()).map(String::as_str).collect();
        names.into_iter().filter(|name| !is_known(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TLS: Rule = Rule { name: "insecure-tls", groups: &["security"], summary: "No TLS" };
    const LEASE: Rule = Rule { name: "long-lease", groups: &["reliability"], summary: "Long" };

    #[test]
    fn lists() {
        for (list, tls, lease) in [
            ("", false, false),
            (" , ,", false, false),
            ("all", true, true),
            ("security", true, false),
            ("insecure-tls", true, false),
            ("example.com/acme:insecure-tls", true, false),
            ("all, !insecure-tls", false, true),
            ("all,!security", false, true),
            ("insecure-tls,!all", false, false),
            ("!insecure-tls", false, false),
            ("Insecure-TLS", false, false),
        ] {
            let lint = Lint::parse(list);
            assert_eq!((lint.has(&TLS), lint.has(&LEASE)), (tls, lease), "{list:?}");
        }
    }

    #[test]
    fn what_nobody_knows() {
        let lint = Lint::parse("all,security,insecure-tsl,!long-lease,!x");
        assert_eq!(lint.unknown(&[TLS, LEASE]), ["insecure-tsl", "x"]);
    }

    #[test]
    fn a_warning_says_how_to_switch_it_off() {
        let mut diagnostics = Diagnostics::new();
        Lint::default().warn(&TLS, Path::new().attr("tls"), "It is off.", &mut diagnostics);
        assert!(diagnostics.is_empty());
        Lint::parse("all").warn(&TLS, Path::new().attr("tls"), "It is off.", &mut diagnostics);
        let warning = diagnostics.iter().next().unwrap();
        assert!(warning.detail.contains("!insecure-tls"), "{}", warning.detail);
        assert_eq!(warning.path, Some(Path::new().attr("tls")));
        assert!(!diagnostics.has_errors());
    }
}

//! The warnings that the standard components can give, and what is checked of the settings that they share.

use tf_sdk::lint::Rule;
use tf_sdk::prelude::*;

use crate::{Audience, Options, Settings};

const SECURITY: &str = "security";
const RELIABILITY: &str = "reliability";

/// `api_insecure_skip_verify` is true.
pub const INSECURE_TLS: Rule =
    Rule { name: "insecure-tls", groups: &[SECURITY], summary: "TLS certificates are not verified" };
/// `http_api` asks without TLS.
pub const INSECURE_HTTP: Rule =
    Rule { name: "insecure-http", groups: &[SECURITY], summary: "HTTP without encryption" };
/// `local_directory` makes a directory in which everybody may write.
pub const WORLD_WRITABLE_DIRECTORY: Rule = Rule {
    name: "world-writable-directory",
    groups: &[SECURITY],
    summary: "Directory in which everybody may write",
};
/// `lease` lasts for more than an hour.
pub const LONG_LIVED_LEASE: Rule =
    Rule { name: "long-lived-lease", groups: &[RELIABILITY], summary: "Lease of more than an hour" };

/// All of them.
pub const RULES: &[Rule] = &[INSECURE_TLS, INSECURE_HTTP, WORLD_WRITABLE_DIRECTORY, LONG_LIVED_LEASE];

/// Checks the shared settings: for a provider whose configuration they are.
pub fn check_settings(options: &Options, cx: &mut Validate<Settings>) -> Result<()> {
    let flag = |cx: &Validate<Settings>, name: &str| -> Result<bool> {
        let value: Tf<Option<bool>> = cx.config.get(name)?;
        Ok(value.into_known().flatten().unwrap_or(false))
    };
    if flag(cx, "api_insecure_skip_verify")? {
        options.lint.warn(
            &INSECURE_TLS,
            Path::new().attr("api_insecure_skip_verify"),
            "Whoever is on the way to the server can read and change what is sent, the API's token included. Leave \
             api_insecure_skip_verify out, and have this machine trust the server's authority.",
            &mut cx.diagnostics,
        );
    }
    if flag(cx, "foundry_testmode")? && options.audience != Audience::Tests {
        let detail = "The components that only tests need are hidden: Terraform asks what the provider has before it configures it. \
                      Set FOUNDRY_TESTMODE=true in the environment of Terraform.";
        let error = Diagnostic::error("Test Mode Is Off", detail);
        cx.diagnostics.push(error.at(Path::new().attr("foundry_testmode")));
    }
    let unknown = options.lint.unknown(RULES);
    if !unknown.is_empty() {
        let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        let detail = format!(
            "No rule and no group is called {}. There are all, {SECURITY}, {RELIABILITY}, {}.",
            unknown.join(", "),
            names.join(", ")
        );
        cx.diagnostics.push(Diagnostic::warning("Unknown Lint Rule", detail));
    }
    Ok(())
}

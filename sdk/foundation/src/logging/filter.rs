//! Which level: the variables are read here, once, and in one order.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// What the environment says about logging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// EnvFilter syntax.
    pub(super) directives: String,
    /// What to tell the user about a variable that makes no sense.
    pub(super) complaint: Option<String>,
}

/// `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER`, `TF_LOG` (for a provider), then `FOUNDRY_LOG`, then `default`.
/// An empty variable counts as unset.
pub(super) fn choose(
    provider: Option<&str>,
    default: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Choice {
    let set =
        |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    if let Some(provider) = provider {
        let own = format!("TF_LOG_PROVIDER_{}", provider.to_uppercase().replace('-', "_"));
        for name in [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"] {
            if let Some(value) = set(name) {
                return terraform(name, &value);
            }
        }
    }
    match set("FOUNDRY_LOG") {
        Some(value) => foundry(&value, default),
        None => Choice { directives: default.to_owned(), complaint: None },
    }
}

/// Terraform's own words, `JSON` being TRACE in another form; what it does not know it takes for TRACE.
fn terraform(name: &str, value: &str) -> Choice {
    let upper = value.to_ascii_uppercase();
    let known = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"].contains(&upper.as_str());
    match upper.as_str() {
        "JSON" => Choice { directives: "trace".to_owned(), complaint: None },
        level if known => Choice { directives: level.to_ascii_lowercase(), complaint: None },
        _ => Choice {
            directives: "trace".to_owned(),
            complaint: Some(format!(
                "{name}={value:?} is no level, TRACE it is; levels are TRACE, DEBUG, INFO, WARN, ERROR, OFF, JSON"
            )),
        },
    }
}

fn foundry(value: &str, default: &str) -> Choice {
    match EnvFilter::builder().parse(value) {
        Ok(_) => Choice { directives: value.to_owned(), complaint: None },
        Err(error) => Choice {
            directives: default.to_owned(),
            complaint: Some(format!("FOUNDRY_LOG={value:?} is no filter ({error}), using {default:?}")),
        },
    }
}

/// The filter of directives that [`choose`] has seen, or of a program's own default.
pub(super) fn build(directives: &str) -> EnvFilter {
    let lenient = EnvFilter::builder().with_default_directive(LevelFilter::ERROR.into());
    if directives == "off" { EnvFilter::new("off") } else { lenient.parse_lossy(directives) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(provider: Option<&str>, variables: &[(&str, &str)], expected: &str, complains: bool) {
        let lookup =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let choice = choose(provider, "warn", &lookup);
        assert_eq!(
            (choice.directives.as_str(), choice.complaint.is_some()),
            (expected, complains),
            "{variables:?} {choice:?}"
        );
    }

    #[test]
    fn terraforms_variables_win_for_a_provider_and_only_there() {
        check(None, &[], "warn", false);
        check(None, &[("TF_LOG", "TRACE")], "warn", false);
        check(None, &[("FOUNDRY_LOG", "info,hyper=off")], "info,hyper=off", false);
        check(None, &[("FOUNDRY_LOG", "")], "warn", false);
        check(None, &[("FOUNDRY_LOG", "a=b=c")], "warn", true);
        let acc = Some("acc-two");
        check(acc, &[("FOUNDRY_LOG", "debug")], "debug", false);
        check(acc, &[("FOUNDRY_LOG", "debug"), ("TF_LOG", "ERROR")], "error", false);
        check(acc, &[("TF_LOG", "ERROR"), ("TF_LOG_PROVIDER", "info")], "info", false);
        check(acc, &[("TF_LOG_PROVIDER", "info"), ("TF_LOG_PROVIDER_ACC_TWO", "Debug")], "debug", false);
        check(acc, &[("TF_LOG", "JSON")], "trace", false);
        check(acc, &[("TF_LOG", "off"), ("FOUNDRY_LOG", "trace")], "off", false);
        check(acc, &[("TF_LOG", "loud")], "trace", true);
    }
}

//! `env_variables`: variables of Terraform's environment.

use std::collections::{BTreeMap, BTreeSet};

use regex::RegexBuilder;
use tf_sdk::prelude::*;
use tf_sdk::validator::{ConfigValidator, config_conflicting};
use tf_sdk::{Diagnostics, validator};

use crate::component::components;
use crate::settings::API_TOKEN;

type Variables = BTreeMap<String, String>;
/// Whether a variable of this name is chosen.
type Chooser = Box<dyn Fn(&str) -> bool>;

/// Variables of the environment in which Terraform runs: those of some names, of a prefix or of a pattern, or else all of them.
///
/// What is chosen is in the state. Name those that are secret in `sensitive_keys`: Terraform then does not show them.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Environment {
    /// The names of the variables. One that is not set is left out. Not together with `prefix` or `regex`.
    #[attr(optional)]
    keys: Option<Vec<String>>,
    /// What names begin with.
    #[attr(optional)]
    prefix: Option<String>,
    /// A regular expression (RE2) that names match from their beginning.
    #[attr(optional)]
    regex: Option<String>,
    /// Whether variables without a value are left out; true if it is not set.
    #[attr(optional, computed, default = true)]
    exclude_empty: bool,
    /// `upper` or `lower`: what becomes of the names.
    #[attr(optional, validate = validator::string::one_of(["upper", "lower"]))]
    transform_keys: Option<String>,
    /// `upper` or `lower`: what becomes of the values.
    #[attr(optional, validate = validator::string::one_of(["upper", "lower"]))]
    transform_values: Option<String>,
    /// Whether capitals and small letters of names differ; true if it is not set.
    #[attr(optional, computed, default = true)]
    case_sensitive: bool,
    /// The names of variables that are secret, before or after `transform_keys`; capitals and small letters are the same here.
    #[attr(optional)]
    sensitive_keys: Option<Vec<String>>,
    /// The variables that are not in `sensitive_keys`.
    #[attr(computed)]
    values: Tf<Variables>,
    /// The variables that are in `sensitive_keys`.
    #[attr(computed, sensitive)]
    sensitive_values: Tf<Variables>,
    /// The variables of both kinds.
    #[attr(computed, sensitive)]
    all_values: Tf<Variables>,
    /// The whole environment as it is, if neither `keys` nor `prefix` nor `regex` is set; else null.
    #[attr(computed, sensitive)]
    all_environment: Tf<Option<Variables>>,
}

components! {
    /// `env_variables`.
    EnvVariables
}

impl<P: Provider> DataSource for EnvVariables<P> {
    type Provider = P;
    type Model = Environment;

    const NAME: &'static str = "env_variables";

    fn config_validators(&self) -> Vec<Box<dyn ConfigValidator>> {
        vec![Box::new(config_conflicting(["keys", "prefix", "regex"]))]
    }

    async fn validate(&self, cx: &mut Validate<Environment>) -> Result<()> {
        let regex: Tf<Option<String>> = cx.config.get("regex")?;
        if let Some(Err(error)) = regex.into_known().flatten().map(|regex| names_like(&regex, true)) {
            cx.diagnostics.extend(error);
        }
        Ok(())
    }

    async fn read(&self, _: &mut ReadData<Self>, config: Environment) -> Result<Environment> {
        // What is not UTF-8 can be no value of Terraform's.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| !is_between_programs(name) && Some(name.as_str()) != P::PRIVATE_STATE_KEY)
            .collect();
        config.read(environment)
    }
}

/// True for what Terraform tells its plugins at each start: another certificate each time, for one.
fn is_between_programs(name: &str) -> bool {
    name.starts_with("PLUGIN_") || name.starts_with("TF_PLUGIN_")
}

/// Names that match from their beginning.
fn names_like(pattern: &str, case_sensitive: bool) -> Result<impl Fn(&str) -> bool + use<>, Diagnostics> {
    let built = RegexBuilder::new(pattern).case_insensitive(!case_sensitive).build();
    let regex = built.map_err(|error| {
        Diagnostic::error("Invalid Regular Expression", format!("{error}.")).at(Path::new().attr("regex"))
    })?;
    // What matches anywhere matches first at the leftmost place.
    Ok(move |name: &str| regex.find(name).is_some_and(|found| found.start() == 0))
}

/// Text as `transform_…` wants it.
fn transformed(text: &str, transform: Option<&str>) -> String {
    match transform {
        Some("upper") => text.to_uppercase(),
        Some("lower") => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

impl Environment {
    /// True if a variable of this name is chosen.
    fn chooser(&self) -> Result<Chooser> {
        let folded = |name: &str| if self.case_sensitive { name.to_owned() } else { name.to_lowercase() };
        let case_sensitive = self.case_sensitive;
        let fold = move |name: &str| if case_sensitive { name.to_owned() } else { name.to_lowercase() };
        Ok(if let Some(keys) = &self.keys {
            let keys: BTreeSet<String> = keys.iter().map(|key| folded(key)).collect();
            Box::new(move |name| keys.contains(&fold(name)))
        } else if let Some(prefix) = &self.prefix {
            let prefix = folded(prefix);
            Box::new(move |name| fold(name).starts_with(&prefix))
        } else if let Some(regex) = &self.regex {
            Box::new(names_like(regex, case_sensitive)?)
        } else {
            Box::new(|_| true)
        })
    }

    fn has_filter(&self) -> bool {
        self.keys.is_some() || self.prefix.is_some() || self.regex.is_some()
    }

    fn read(self, environment: Variables) -> Result<Self> {
        let is_chosen = self.chooser()?;
        // Capitals or not: to hide too much does no harm.
        let named = self.sensitive_keys.iter().flatten().map(String::as_str);
        let secret: BTreeSet<String> = named.chain([API_TOKEN]).map(str::to_lowercase).collect();
        let (mut values, mut sensitive) = (Variables::new(), Variables::new());
        for (name, value) in &environment {
            if !is_chosen(name) || (self.exclude_empty && value.is_empty()) {
                continue;
            }
            let key = transformed(name, self.transform_keys.as_deref());
            let value = transformed(value, self.transform_values.as_deref());
            let is_secret = secret.contains(&name.to_lowercase()) || secret.contains(&key.to_lowercase());
            if is_secret { &mut sensitive } else { &mut values }.insert(key, value);
        }
        // Two names can become one: it is secret if either is.
        values.retain(|key, _| !sensitive.contains_key(key));
        let all: Variables = values.iter().chain(&sensitive).map(|(k, v)| (k.clone(), v.clone())).collect();
        let whole = if self.has_filter() { None } else { Some(environment) };
        Ok(Self {
            values: values.into(),
            sensitive_values: sensitive.into(),
            all_values: all.into(),
            all_environment: whole.into(),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Environment {
        Environment {
            keys: None,
            prefix: None,
            regex: None,
            exclude_empty: true,
            transform_keys: None,
            transform_values: None,
            case_sensitive: true,
            sensitive_keys: None,
            values: Tf::unknown(),
            sensitive_values: Tf::unknown(),
            all_values: Tf::unknown(),
            all_environment: Tf::unknown(),
        }
    }

    fn environment() -> Variables {
        [
            ("APP_NAME", "demo"),
            ("APP_EMPTY", ""),
            ("App_Mixed", "MiXed"),
            ("HOME", "/root"),
            ("API_TOKEN", "t0p"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn names(variables: &Tf<Variables>) -> Vec<&str> {
        variables.known().unwrap().keys().map(String::as_str).collect()
    }

    fn read(config: Environment) -> Environment {
        config.read(environment()).unwrap()
    }

    #[test]
    fn filters() {
        let list = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        let text = |text: &str| Some(text.to_owned());
        for (config, expected) in [
            (config(), &["API_TOKEN", "APP_NAME", "App_Mixed", "HOME"][..]),
            (
                Environment { exclude_empty: false, prefix: text("APP_"), ..config() },
                &["APP_EMPTY", "APP_NAME"],
            ),
            (Environment { keys: list(&["HOME", "NONE", "home"]), ..config() }, &["HOME"]),
            (Environment { keys: list(&["home"]), case_sensitive: false, ..config() }, &["HOME"]),
            (Environment { keys: list(&[]), ..config() }, &[]),
            (Environment { prefix: text("APP_"), ..config() }, &["APP_NAME"]),
            (
                Environment { prefix: text("app_"), case_sensitive: false, ..config() },
                &["APP_NAME", "App_Mixed"],
            ),
            (Environment { regex: text("A.*N"), ..config() }, &["API_TOKEN", "APP_NAME"]),
            (Environment { regex: text("NAME"), ..config() }, &[]),
            (Environment { regex: text("X|H"), ..config() }, &["HOME"]),
            (Environment { regex: text("app_m"), case_sensitive: false, ..config() }, &["App_Mixed"]),
        ] {
            let shown = format!("{config:?}");
            assert_eq!(names(&read(config).values), expected, "{shown}");
        }
    }

    #[test]
    fn secrets_are_kept_apart() {
        let secret = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        let read_with = |sensitive_keys, transform: Option<&str>| {
            read(Environment { sensitive_keys, transform_keys: transform.map(Into::into), ..config() })
        };
        for read in [
            read_with(secret(&["API_TOKEN"]), None),
            read_with(secret(&["API_TOKEN"]), Some("lower")),
            read_with(secret(&["api_token"]), Some("lower")),
            read_with(secret(&["api_token"]), None),
        ] {
            assert_eq!(read.sensitive_values.known().unwrap().values().collect::<Vec<_>>(), ["t0p"]);
            assert!(!read.values.known().unwrap().values().any(|value| value == "t0p"));
            assert_eq!(read.all_values.known().unwrap().len(), 4);
        }
    }

    #[test]
    fn the_whole_environment_only_for_whom_asks_for_it() {
        assert!(read(config()).all_environment.known().unwrap().is_some());
        let some = Environment { prefix: Some("APP".into()), ..config() };
        assert!(read(some).all_environment.known().unwrap().is_none());
    }

    #[test]
    fn what_is_not_the_users() {
        for name in ["PLUGIN_CLIENT_CERT", "PLUGIN_MIN_PORT", "TF_PLUGIN_MAGIC_COOKIE"] {
            assert!(is_between_programs(name), "{name}");
        }
        for name in ["PLUGINS", "TF_VAR_x", "MY_PLUGIN_X", "HOME"] {
            assert!(!is_between_programs(name), "{name}");
        }
        let environment = Variables::from([(API_TOKEN.to_owned(), "t0p".to_owned())]);
        let read = config().read(environment).unwrap();
        assert_eq!(names(&read.sensitive_values), [API_TOKEN], "the provider's own token is never shown");
    }

    #[test]
    fn names_that_become_one() {
        let environment =
            Variables::from([("a".to_owned(), "1".to_owned()), ("A".to_owned(), "2".to_owned())]);
        let config = Environment {
            transform_keys: Some("upper".into()),
            sensitive_keys: Some(vec!["a".into()]),
            ..config()
        };
        let read = config.read(environment).unwrap();
        assert!(names(&read.values).is_empty());
        assert_eq!(names(&read.sensitive_values), ["A"]);
    }

    #[test]
    fn patterns_that_are_none() {
        for pattern in ["(", "[z-a]", "a{2,1}", "(?P<x", "\\p{Nothing}", "a)(b"] {
            let error = names_like(pattern, true).err().unwrap();
            let error = error.iter().next().unwrap();
            assert_eq!(error.path, Some(Path::new().attr("regex")), "{pattern}");
        }
    }
}

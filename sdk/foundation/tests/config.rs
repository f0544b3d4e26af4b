//! Configuration: who wins, where it came from, what is wrong where, and that secrets stay secret.

use foundation::codes::{CODES, Catalog};
use foundation::config::{Config, ConfigError, Layers, Origin};
use foundation::failure::{Coded, Failure};
use foundation::secret::Secret;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct App {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    http: Http,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    license: Secret<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    pins: Vec<Pin>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Http {
    port: u16,
    max_tries: i8,
    hosts: Vec<String>,
    verbose: bool,
    ratio: f64,
}

impl Default for Http {
    fn default() -> Http {
        Http { port: 80, max_tries: 3, hosts: Vec::new(), verbose: false, ratio: 0.5 }
    }
}

#[derive(Debug, Deserialize)]
struct Pin {
    code: Secret<u32>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Fast,
    Slow,
    Custom {
        speed: u8,
    },
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

/// Loads one file `app.toml` and variables.
fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config<App>, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.toml");
    std::fs::write(&path, toml).unwrap();
    Layers::new().file(path).environment("APP", variables(environment)).load()
}

/// What a user would see of `error`, everywhere.
fn everything(error: &ConfigError) -> String {
    let failure = Failure::new(error, &Catalog::new(&[("foundation", CODES)]));
    let drawn = foundation::render::draw(&failure, foundation::render::Style::PLAIN);
    format!("{error}\n{error:?}\n{}\n{}\n{drawn}", failure.to_line("app"), failure.to_json())
}

#[test]
fn later_layers_win_and_each_value_knows_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (system, user) = (folder.path().join("system.toml"), folder.path().join("user.toml"));
    std::fs::write(&system, "name = \"system\"\n[http]\nport = 1\nmax-tries = 7\n").unwrap();
    std::fs::write(&user, "\n[http]\n  port = 2\n").unwrap();
    let config: Config<App> = Layers::new()
        .defaults("[http]\nport = 8080\nratio = 0.25\n")
        .file(&system)
        .file(folder.path().join("missing.toml"))
        .file(&user)
        .environment(
            "APP",
            variables(&[("APP_HTTP__MAX_TRIES", "9"), ("APP_HTTP__HOSTS", "a, b"), ("OTHER", "x")]),
        )
        .flag("http.verbose", "--verbose", "true")
        .flag_if("name", "--name", None::<String>)
        .load()
        .unwrap();
    let http = &config.value.http;
    assert_eq!((http.port, http.max_tries, http.verbose, http.ratio), (2, 9, true, 0.25));
    assert_eq!(http.hosts, ["a", "b"]);
    assert_eq!(config.origin("http.port").to_string(), format!("{}:3:10", user.display()));
    assert_eq!(config.origin("name").to_string(), format!("{}:1:8", system.display()));
    assert_eq!(config.origin("http.max-tries"), Origin::Variable("APP_HTTP__MAX_TRIES".into()));
    assert_eq!(config.origin("http.verbose"), Origin::Flag("--verbose".into()));
    assert_eq!((config.origin("http.ratio"), config.origin("mode")), (Origin::Default, Origin::Default));
    let explained = config.explain("http.port").unwrap();
    let expected = format!(
        "http.port = 2  ({0}:3:10)\n  overrides 1  ({1}:3:8)\n  overrides 8080  (default)\n",
        user.display(),
        system.display()
    );
    assert_eq!(explained, expected);
    assert!(config.explain("http").unwrap().contains("http.ratio = 0.25"));
    assert_eq!((config.explain("mode"), config.explain("http.p")), (None, None));
}

#[test]
fn a_variable_alone_finds_a_dashed_key() {
    let config =
        load("", &[("APP_HTTP__MAX_TRIES", "-5"), ("APP_HTTP__VERBOSE", "on"), ("APP_MODE", "slow")])
            .unwrap();
    assert_eq!(
        (config.value.http.max_tries, config.value.http.verbose, config.value.mode),
        (-5, true, Mode::Slow)
    );
    let config =
        load("mode = { custom = { speed = 7 } }", &[("APP_HTTP", "{ port = 5 }"), ("APP_HTTP__HOSTS", "")])
            .unwrap();
    assert_eq!(config.value.mode, Mode::Custom { speed: 7 });
    let config = load("[labels]\n\"any key\" = \"x\"", &[("APP_HTTP__HOSTS", "[\"a,b\", 'c']")]).unwrap();
    assert_eq!(config.value.http.hosts, ["a,b", "c"]);
    assert_eq!(config.value.labels["any key"], "x");
    assert_eq!(load("", &[]).unwrap().value.name, None);
}

#[test]
fn mistakes_are_told_with_their_place() {
    const NONE: &[(&str, &str)] = &[];
    for (toml, environment, code, told) in [
        ("a = 1\nb = \nc = 3", NONE, "config-syntax", "app.toml:2:5"),
        ("name = \"x\"\nname = \"y\"", NONE, "config-syntax", "app.toml:2:1"),
        ("\n\n\n\n\n\n[http\nport = 1", NONE, "config-syntax", "app.toml:7:6"),
        ("nmae = \"x\"", NONE, "config-unknown-key", "unknown key \"nmae\"; did you mean \"name\"?"),
        (
            "[http]\nprot = 1",
            NONE,
            "config-unknown-key",
            "app.toml:2:8: unknown key \"http.prot\"; did you mean \"http.port\"?",
        ),
        ("zzz = 1", NONE, "config-unknown-key", "unknown key \"zzz\""),
        ("[http]\nmax_tries = 1", NONE, "config-unknown-key", "did you mean \"http.max-tries\"?"),
        (
            "[http]\nport = \"abc\"",
            NONE,
            "config-wrong-type",
            "app.toml:2:8: \"http.port\" is text, expected u16",
        ),
        ("[http]\nport = 70000", NONE, "config-wrong-type", "is integer `70000`, expected u16"),
        ("[http]\nport = -1", NONE, "config-wrong-type", "integer `-1`"),
        ("[http]\nhosts = [1]", NONE, "config-wrong-type", "\"http.hosts[0]\" is a whole number"),
        ("http = 5", NONE, "config-wrong-type", "\"http\" is a whole number, expected a table"),
        ("http = []", NONE, "config-wrong-type", "\"http\" is an array"),
        ("name = 1979-05-27\nmode = \"fats\"", NONE, "config-wrong-type", "did you mean \"fast\"?"),
        ("[[pins]]\nx = 1", NONE, "config-unknown-key", "pins[0].x"),
        ("[[pins]]", NONE, "config-missing-key", "\"pins[0].code\" is set nowhere"),
        ("n = 99999999999999999999", NONE, "config-wrong-type", "too large"),
        (
            "",
            &[("APP_HTTP__PORT", "abc")],
            "config-wrong-type",
            "variable APP_HTTP__PORT: \"http.port\" is \"abc\", expected a whole number from 0 to 65535",
        ),
        ("", &[("APP_HTTP__PROT", "1")], "config-unknown-key", "variable APP_HTTP__PROT"),
        ("", &[("APP_HTTP__VERBOSE", "maybe")], "config-wrong-type", "expected true or false"),
        ("", &[("APP_HTTP__HOSTS", "[1")], "config-syntax", "variable APP_HTTP__HOSTS"),
        ("", &[("APP_", "1")], "config-unknown-key", "variable APP_"),
        ("", &[("APP_NAME__FIRST", "x")], "config-wrong-type", "variable APP_NAME__FIRST"),
    ] {
        let error = load(toml, environment).unwrap_err();
        assert_eq!(error.code(), code, "{toml:?} {error}");
        let shown = everything(&error);
        assert!(shown.contains(told), "{toml:?} {environment:?}\n{shown}");
    }
}

#[test]
fn a_flag_is_named_in_its_error() {
    let error = Layers::new().flag("http.port", "--port", "99999").load::<App>().unwrap_err();
    assert!(error.to_string().starts_with("flag --port: \"http.port\" is \"99999\""), "{error}");
}

#[test]
fn unusable_files_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let load = |path: &Path| Layers::new().file(path).load::<App>().unwrap_err();
    let error = load(folder.path());
    assert!(matches!(error, ConfigError::NotReadable { .. }), "{error}");
    let path = folder.path().join("latin.toml");
    std::fs::write(&path, b"a = 1\nb = \"\xc3\xa9\xff\"\n").unwrap();
    assert_eq!(load(&path).to_string(), format!("{}:2:7 is not UTF-8", path.display()));
    let path = folder.path().join("big.toml");
    std::fs::File::create(&path).unwrap().set_len(100 << 20).unwrap();
    assert!(load(&path).to_string().contains("has 104857600 bytes, more than the 1048576"));
    assert!(matches!(load(Path::new("/dev/zero")), ConfigError::TooLarge { .. }));
    let error = Layers::new().required_file(folder.path().join("none")).load::<App>().unwrap_err();
    assert!(matches!(error, ConfigError::NotReadable { .. }), "{error}");
    let deep = folder.path().join("deep.toml");
    std::fs::write(&deep, format!("a = {}", "[".repeat(100_000))).unwrap();
    assert_eq!(load(&deep).code(), "config-syntax");
}

#[test]
fn secrets_are_resolved_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("license");
    std::fs::write(&secret, "canary-file\n").unwrap();
    let by_file = format!("license = \"file://{}\"", secret.display());
    for (toml, environment, value) in [
        ("license = \"canary-text\"", &[][..], "canary-text"),
        (by_file.as_str(), &[][..], "canary-file"),
        ("license = \"env:KEY\"", &[("KEY", "canary-env")][..], "canary-env"),
        ("", &[("APP_LICENSE", "canary-var")][..], "canary-var"),
        ("", &[("APP_LICENSE", "env:KEY"), ("KEY", "canary-two")][..], "canary-two"),
    ] {
        let config = load(toml, environment).unwrap();
        assert_eq!(config.value.license.expose(), value);
        let shown = format!("{config:?} {}", config.explain("license").unwrap());
        assert!(shown.contains("***"), "{shown}");
        assert!(!config.explain("license").unwrap().contains("canary"), "{shown}");
        assert!(!format!("{:?}", config.value).contains("canary"));
    }
    let config =
        load("password = \"canary\"\n[[pins]]\ncode = 1234567\n[labels]\nurl = \"https://u:canary@h\"", &[])
            .unwrap();
    for key in ["password", "pins", "labels"] {
        let explained = config.explain(key).unwrap();
        assert!(!explained.contains("canary") && !explained.contains("1234567"), "{explained}");
    }
    assert_eq!(config.value.pins[0].code.expose(), &1_234_567);
    assert_eq!(config.value.password.as_deref(), Some("canary"));
}

#[test]
fn no_error_shows_a_secret() {
    for (toml, environment, code) in [
        ("license = [\"canary\"]", &[][..], "config-wrong-type"),
        ("[[pins]]\ncode = \"canary\"", &[], "config-wrong-type"),
        ("", &[("APP_PINS", "[{ code = \"canary\" }]")], "config-wrong-type"),
        ("password = [\"canary\"]", &[], "config-wrong-type"),
        ("license = \"canary", &[], "config-syntax"),
        ("license = \"canary\"\nnope = 1", &[], "config-unknown-key"),
        ("license = \"\"\"\ncanary\n\u{1}\"\"\"", &[], "config-syntax"),
        ("license = { x = \"canary\" y", &[], "config-syntax"),
        ("nope = 1\nlicense = \"canary\"", &[], "config-unknown-key"),
        ("api_token = \"canary\"", &[], "config-unknown-key"),
        ("license = \"env:MISSING\"", &[], "config-secret-unresolved"),
        ("license = \"env:EMPTY\"", &[("EMPTY", "")], "config-secret-unresolved"),
        ("license = \"file:///no/such/file\"", &[], "config-secret-unresolved"),
        ("license = \"file://relative\"", &[], "config-secret-unresolved"),
        ("license = \"file:///dev/null\"", &[], "config-secret-unresolved"),
        ("license = \"file:///dev/zero\"", &[], "config-secret-unresolved"),
    ] {
        let error = load(toml, environment).unwrap_err();
        assert_eq!(error.code(), code, "{toml} {error}");
        let shown = everything(&error);
        assert!(!shown.contains("canary"), "{toml}\n{shown}");
    }
}

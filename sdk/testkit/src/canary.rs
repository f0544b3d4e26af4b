//! Canaries: made-up secrets, looked for wherever they should not be.
//!
//! A test gives its provider a secret that occurs nowhere else, and registers it. After each step every byte that is kept is
//! searched for it, as it is and as JSON, base64 and hexadecimal write it. What is allowed to hold it is said by attribute.

use std::fmt;

use serde_json::Value as Json;

/// Shorter secrets would be found by chance.
const LEAST_BYTES: usize = 8;

/// A secret to look for.
#[derive(Clone)]
pub struct Canary {
    name: String,
    value: String,
    allowed: Vec<String>,
}

/// A secret where it should not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanaryError {
    /// Found.
    #[error("the canary {canary:?} is in {document}{}{}", at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default(), form.words())]
    Found {
        /// The canary's name; its value is not said.
        canary: String,
        /// The file, or what else was searched.
        document: String,
        /// The line, or the place in a JSON document.
        at: Option<String>,
        /// How it is written there.
        form: Form,
    },
    /// Too short to be told from chance.
    #[error("the canary {0:?} is shorter than {LEAST_BYTES} bytes: it would be found by chance")]
    TooShort(String),
}

/// How a secret is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Plain,
    /// With the escapes of JSON.
    Json,
    /// As part of base64.
    Base64,
    /// In hexadecimal digits.
    Hexadecimal,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Json => ", escaped as in JSON",
            Self::Base64 => ", in base64",
            Self::Hexadecimal => ", in hexadecimal",
        }
    }
}

impl Canary {
    /// A secret: at least eight bytes that occur nowhere else.
    pub fn new(value: impl Into<String>) -> Self {
        Self { name: "secret".into(), value: value.into(), allowed: Vec::new() }
    }

    /// What messages call it; they never show its value.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// State, and the planned values in a plan's JSON, may have it in attributes of this name. Logs, texts and errors still may not.
    #[must_use]
    pub fn allowed_in_state(mut self, attribute: &str) -> Self {
        self.allowed.push(attribute.into());
        self
    }

    /// How the secret may be written, the plainest first.
    fn needles(&self) -> Vec<(Form, Vec<u8>)> {
        let bytes = self.value.as_bytes();
        let mut needles = vec![(Form::Plain, bytes.to_vec())];
        let escaped = Json::from(self.value.as_str()).to_string();
        let escaped = escaped.trim_matches('"').as_bytes();
        if escaped != bytes {
            needles.push((Form::Json, escaped.to_vec()));
        }
        needles
            .push((Form::Hexadecimal, bytes.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect()));
        for text in [bytes, escaped] {
            needles.extend((0..3).map(|shift| (Form::Base64, base64_core(text, shift))));
        }
        needles.retain(|(_, needle)| needle.len() >= LEAST_BYTES);
        needles
    }
}

impl From<&str> for Canary {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Canary {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

/// Prints the name only.
impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canary")
            .field("name", &self.name)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

/// Canaries together.
#[derive(Clone, Debug, Default)]
pub struct Canaries(Vec<Canary>);

impl Canaries {
    /// Adds one.
    pub fn push(&mut self, canary: Canary) {
        self.0.push(canary);
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Looks through a text, a log say: nothing may be in it. Lines of JSON are told apart from text; the source lines that
    /// Terraform quotes from the test's own configuration are left out.
    pub fn search_text(&self, document: &str, text: &[u8]) -> Result<(), CanaryError> {
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let at = || Some(format!("line {}", number + 1));
            match serde_json::from_slice::<Json>(line) {
                Ok(json) if json.is_object() => {
                    self.search(document, &json, &mut Vec::new(), Allowance::Nothing)?
                }
                _ => self.search_bytes(document, line, at)?,
            }
        }
        Ok(())
    }

    /// Looks through a state or a plan in JSON: attributes may hold what is allowed there. The configuration and the variables in
    /// a plan are left out, for they are what the test itself has written.
    pub fn search_json(&self, document: &str, json: &Json) -> Result<(), CanaryError> {
        self.search(document, json, &mut Vec::new(), Allowance::Attributes)
    }

    /// A text with the secrets in it made unreadable.
    pub fn redact(&self, text: &str) -> String {
        self.0
            .iter()
            .filter(|canary| canary.value.len() >= LEAST_BYTES)
            .fold(text.to_owned(), |text, canary| text.replace(&canary.value, &format!("({})", canary.name)))
    }

    /// Refuses canaries that are too short.
    pub(crate) fn check(&self) -> Result<(), CanaryError> {
        match self.0.iter().find(|canary| canary.value.len() < LEAST_BYTES) {
            Some(canary) => Err(CanaryError::TooShort(canary.name.clone())),
            None => Ok(()),
        }
    }

    fn search_bytes(
        &self,
        document: &str,
        bytes: &[u8],
        at: impl Fn() -> Option<String>,
    ) -> Result<(), CanaryError> {
        let found = self.0.iter().find_map(|canary| {
            let needles = canary.needles();
            let (form, _) = needles.into_iter().find(|(_, needle)| contains(bytes, needle))?;
            Some(CanaryError::Found {
                canary: canary.name.clone(),
                document: document.into(),
                at: at(),
                form,
            })
        });
        found.map_or(Ok(()), Err)
    }

    fn search(
        &self,
        document: &str,
        json: &Json,
        path: &mut Vec<String>,
        allowance: Allowance,
    ) -> Result<(), CanaryError> {
        match json {
            Json::String(text) => self.search_string(document, text, path, allowance),
            Json::Array(elements) => elements.iter().enumerate().try_for_each(|(index, element)| {
                path.push(index.to_string());
                let result = self.search(document, element, path, allowance);
                path.pop();
                result
            }),
            Json::Object(entries) => entries.iter().try_for_each(|(key, element)| {
                let is_top = path.is_empty();
                if key == "snippet" || (is_top && (key == "configuration" || key == "variables")) {
                    return Ok(());
                }
                path.push(key.clone());
                let result = self
                    .search_string(document, key, path, allowance)
                    .and_then(|()| self.search(document, element, path, allowance));
                path.pop();
                result
            }),
            Json::Null | Json::Bool(_) => Ok(()),
            Json::Number(number) => self.search_string(document, &number.to_string(), path, allowance),
        }
    }

    fn search_string(
        &self,
        document: &str,
        text: &str,
        path: &[String],
        allowance: Allowance,
    ) -> Result<(), CanaryError> {
        let is_allowed = |canary: &Canary| {
            allowance == Allowance::Attributes && canary.allowed.iter().any(|name| path.contains(name))
        };
        let canaries = Self(self.0.iter().filter(|canary| !is_allowed(canary)).cloned().collect());
        canaries.search_bytes(document, text.as_bytes(), || Some(path.join(".")))
    }
}

/// Whether attributes may hold what is allowed in them.
#[derive(Clone, Copy, PartialEq)]
enum Allowance {
    Attributes,
    Nothing,
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    needle.len() <= haystack.len() && haystack.windows(needle.len()).any(|window| window == needle)
}

/// The part of a base64 text that these bytes alone determine when they begin `shift` bytes after a group of three.
fn base64_core(bytes: &[u8], shift: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = bytes.get((3 - shift) % 3..).unwrap_or_default();
    whole
        .chunks_exact(3)
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|by| LETTERS[(bits >> by & 63) as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "hunter2-\"canary\"";

    fn canaries(canary: Canary) -> Canaries {
        Canaries(vec![canary])
    }

    fn found(result: Result<(), CanaryError>) -> String {
        let message = result.unwrap_err().to_string();
        assert!(!message.contains(SECRET), "{message}");
        message
    }

    #[test]
    fn a_planted_secret_is_found_however_it_is_written() {
        let all = canaries(Canary::new(SECRET).named("password"));
        let planted = |text: &str| found(all.search_text("log", text.as_bytes()));
        assert_eq!(planted(&format!("ok\nkey={SECRET};")), "the canary \"password\" is in log at line 2");
        assert_eq!(
            planted(r#"x hunter2-\"canary\" "#),
            "the canary \"password\" is in log at line 1, escaped as in JSON"
        );
        assert_eq!(
            planted("68756e746572322d2263616e61727922"),
            "the canary \"password\" is in log at line 1, in hexadecimal"
        );
        // Of `a hunter2-"canary" b`, with none, one and two bytes in front.
        for text in ["aHVudGVyMi0iY2FuYXJ5Ig==", "YWh1bnRlcjItImNhbmFyeSJi", "YWFodW50ZXIyLSJjYW5hcnkiYg=="] {
            assert_eq!(planted(text), "the canary \"password\" is in log at line 1, in base64", "{text}");
        }
        assert_eq!(
            planted("{\"a\":{\"b\":[\"hunter2-\\\"canary\\\"\"]}}"),
            "the canary \"password\" is in log at a.b.0"
        );
        all.search_text("log", b"nothing\n{\"a\":1}\nhunter2-canary").unwrap();
    }

    #[test]
    fn only_the_attribute_that_is_allowed_may_hold_it() {
        let canary = Canary::new(SECRET).allowed_in_state("secret");
        let state = json!({"resources": [{"instances": [{"attributes": {"secret": SECRET}}]}]});
        canaries(canary.clone()).search_json("state", &state).unwrap();
        assert_eq!(
            found(canaries(Canary::new(SECRET)).search_json("state", &state)),
            "the canary \"secret\" is in state at resources.0.instances.0.attributes.secret"
        );
        let elsewhere = json!({"attributes": {"other": SECRET}, "secret": 1});
        found(canaries(canary.clone()).search_json("state", &elsewhere));
        found(canaries(canary).search_text("log", state.to_string().as_bytes()));
    }

    #[test]
    fn private_state_is_read_through_its_base64() {
        let all = canaries(Canary::new("correct-horse"));
        let private = json!({"instances": [{"private": "eyJrZXkiOiJjb3JyZWN0LWhvcnNlIn0="}]});
        assert!(found(all.search_json("state", &private)).ends_with("instances.0.private, in base64"));
    }

    #[test]
    fn what_the_test_wrote_itself_is_left_out() {
        let all = canaries(Canary::new(SECRET));
        let plan = json!({"configuration": {"a": SECRET}, "variables": {"b": {"value": SECRET}}});
        all.search_json("plan", &plan).unwrap();
        all.search_text("log", json!({"diagnostic": {"snippet": {"code": SECRET}}}).to_string().as_bytes())
            .unwrap();
        found(all.search_json("plan", &json!({"inner": {"configuration": SECRET}})));
    }

    #[test]
    fn short_ones_are_refused_and_none_is_printed() {
        let all = canaries(Canary::new("short").named("pin"));
        assert!(all.check().unwrap_err().to_string().starts_with("the canary \"pin\" is shorter than 8"));
        let all = canaries(Canary::new(SECRET));
        assert!(!format!("{all:?}").contains("hunter2"));
        assert_eq!(all.redact(&format!("a {SECRET} b")), "a (secret) b");
    }
}

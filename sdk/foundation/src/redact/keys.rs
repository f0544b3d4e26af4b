//! Which names are names of secrets.

/// Longest part of a name that is looked at, from its end.
const NAME_MAX: usize = 96;
const WORDS_MAX: usize = 8;

/// Names that mean a secret when they stand last: `db_password`, `clientSecret`, `X-Vault-Token`.
const LAST: &[&str] = &[
    "apikey",
    "apikeys",
    "apitoken",
    "assertion",
    "auth",
    "authorisation",
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "creds",
    "jwt",
    "mnemonic",
    "otp",
    "pass",
    "passcode",
    "passkey",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "psk",
    "pw",
    "pwd",
    "secret",
    "secrets",
    "sessionid",
    "token",
    "tokens",
    "totp",
];

/// Endings of words written together: `PGPASSWORD`, `accesstoken`.
const ENDINGS: &[&str] = &[
    "accesskey",
    "apikey",
    "authkey",
    "credentials",
    "encryptionkey",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "secretkey",
    "sharedkey",
    "signingkey",
    "token",
];

/// What makes a `key` a secret one. `primary`, `public`, `foreign`, `cache` and the like do not.
const KEY_KINDS: &[&str] = &[
    "access",
    "account",
    "admin",
    "aes",
    "api",
    "app",
    "application",
    "auth",
    "cipher",
    "client",
    "consumer",
    "decryption",
    "deploy",
    "encryption",
    "hmac",
    "ingest",
    "integration",
    "jwt",
    "license",
    "master",
    "private",
    "recovery",
    "root",
    "rsa",
    "secret",
    "server",
    "service",
    "session",
    "shared",
    "signing",
    "ssh",
    "ssl",
    "storage",
    "subscription",
    "tls",
    "unseal",
    "webhook",
    "wrapping",
];

/// Other pairs of words that name a secret.
const PAIRS: &[(&str, &str)] = &[
    ("access", "signature"),
    ("amz", "signature"),
    ("goog", "signature"),
    ("backup", "codes"),
    ("key", "material"),
    ("mfa", "code"),
    ("recovery", "code"),
    ("recovery", "codes"),
    ("recovery", "phrase"),
    ("secret", "id"),
    ("seed", "phrase"),
    ("session", "id"),
    ("session", "cookie"),
    ("verification", "code"),
    ("saml", "response"),
];

/// Words after a secret's name that leave it one: `password_new`, `private_key_pem`, `token_b64`.
const NEUTRAL: &[&str] = &[
    "b",
    "base",
    "bytes",
    "content",
    "contents",
    "current",
    "data",
    "encoded",
    "hash",
    "hashed",
    "new",
    "next",
    "old",
    "pem",
    "plain",
    "plaintext",
    "prev",
    "previous",
    "raw",
    "str",
    "string",
    "text",
    "value",
    "values",
    "wo",
];

/// Whether a field, key, flag, header or variable of this name holds a secret. Case, `camelCase`, `_`, `-`, `.`
/// and trailing numbers do not matter; `token_count`, `password_policy`, `public_key` are no secrets.
pub fn is_secret_key(name: &str) -> bool {
    if !may_end_secret(name.as_bytes()) {
        return false;
    }
    let mut words = Words::default();
    words.split(name);
    let mut count = words.count;
    while count > 0 && (NEUTRAL.contains(&words.get(count - 1)) || is_number(words.get(count - 1))) {
        count -= 1;
    }
    if count == 0 {
        return false;
    }
    let last = words.get(count - 1);
    if LAST.contains(&last) || ENDINGS.iter().any(|ending| last.ends_with(ending)) {
        return true;
    }
    let before = if count >= 2 { words.get(count - 2) } else { "" };
    match last {
        "key" | "keys" => KEY_KINDS.contains(&before),
        _ => PAIRS.contains(&(before, last)),
    }
}

/// Whether any name in the tables ends like this one: most names are done with here.
fn may_end_secret(name: &[u8]) -> bool {
    let &[.., before, last] = name else { return false };
    if !last.is_ascii_alphabetic() || !before.is_ascii_alphabetic() {
        return name.iter().any(u8::is_ascii_alphabetic);
    }
    match last.to_ascii_lowercase() {
        b'a' => before.eq_ignore_ascii_case(&b't'),
        b'c' => before.eq_ignore_ascii_case(&b'i'),
        b'g' => before.eq_ignore_ascii_case(&b'n'),
        b'm' => before.eq_ignore_ascii_case(&b'e'),
        b'o' => before.eq_ignore_ascii_case(&b'w'),
        b'b' | b'f' | b'i' | b'j' | b'q' | b'u' | b'x' | b'z' => false,
        b'n' => matches!(before.to_ascii_lowercase(), b'e' | b'o' | b'i'),
        b'r' => matches!(before.to_ascii_lowercase(), b'e' | b't'),
        b'e' => matches!(before.to_ascii_lowercase(), b'i' | b's' | b'd' | b'r' | b'u'),
        b't' => matches!(before.to_ascii_lowercase(), b'e' | b'w' | b'n' | b'x'),
        b'y' => before.eq_ignore_ascii_case(&b'e'),
        b'l' => before.eq_ignore_ascii_case(&b'a'),
        _ => true,
    }
}

/// Names of counts as much as of secrets: their numbers stay visible.
pub(super) fn may_be_count(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["tokens", "secrets", "passwords", "credentials", "cookies", "keys", "pass"]
        .iter()
        .any(|word| lower.ends_with(word))
}

/// Whether the secret may have spaces in it, so that it reaches to the end of the line.
pub(super) fn is_whole_line(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["authorization", "authorisation", "cookie", "cookies", "passphrase", "phrase", "mnemonic"]
        .iter()
        .any(|word| lower.ends_with(word))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of a name, in lower case, without allocation.
struct Words {
    letters: [u8; NAME_MAX],
    ends: [usize; WORDS_MAX + 1],
    count: usize,
}

impl Default for Words {
    fn default() -> Words {
        Words { letters: [0; NAME_MAX], ends: [0; WORDS_MAX + 1], count: 0 }
    }
}

impl Words {
    /// Splits the last [`NAME_MAX`] bytes of `name`; of more than [`WORDS_MAX`] words the last count.
    fn split(&mut self, name: &str) {
        let bytes = &name.as_bytes()[name.len().saturating_sub(NAME_MAX)..];
        let mut at = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            let previous = index.checked_sub(1).map_or(b'_', |index| bytes[index]);
            let next = bytes.get(index + 1).copied().unwrap_or(b'_');
            if begins_word(previous, byte, next) {
                self.close(at);
            }
            if byte.is_ascii_alphanumeric() {
                self.letters[at] = byte.to_ascii_lowercase();
                at += 1;
            }
        }
        self.close(at);
    }

    fn close(&mut self, at: usize) {
        if at == self.ends[self.count] {
            return;
        }
        if self.count == WORDS_MAX {
            self.ends.copy_within(1.., 0);
            self.count -= 1;
        }
        self.count += 1;
        self.ends[self.count] = at;
    }

    fn get(&self, word: usize) -> &str {
        std::str::from_utf8(&self.letters[self.ends[word]..self.ends[word + 1]]).unwrap_or_default()
    }
}

fn begins_word(previous: u8, byte: u8, next: u8) -> bool {
    !byte.is_ascii_alphanumeric()
        || (byte.is_ascii_uppercase()
            && (previous.is_ascii_lowercase()
                || (previous.is_ascii_uppercase() && next.is_ascii_lowercase())))
        || (byte.is_ascii_digit() != previous.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "password",
            "Password",
            "PASSWORD",
            "db.password",
            "passwordHash",
            "password_wo",
            "PGPASSWORD",
            "api_key",
            "apiKey",
            "APIKey",
            "X-Api-Key",
            "client_secret",
            "clientSecret",
            "aws_secret_access_key",
            "AWS_SECRET_ACCESS_KEY",
            "private_key",
            "private_key_pem",
            "passphrase",
            "token",
            "token2",
            "access_token",
            "id-token",
            "X-Vault-Token",
            "authorization",
            "Proxy-Authorization",
            "set-cookie",
            "session_id",
            "secret",
            "secrets",
            "credentials",
            "tls.client_key",
            "AccountKey",
            "SharedAccessKey",
            "jwt",
            "pwd",
            "db_pass",
            "X-Amz-Signature",
            "secret_id",
            "mysql_root_password_1",
            "seed_phrase",
            "token_base64",
            "OPENAI_API_KEY",
            "githubtoken",
            "a_b_c_d_e_f_g_h_i_j_k_password",
            "authorization_value",
        ] {
            assert!(is_secret_key(name), "{name}");
        }
    }

    #[test]
    fn no_name_of_the_tables_is_ruled_out_by_its_ending() {
        let pairs = PAIRS.iter().map(|(one, other)| format!("{one}_{other}"));
        let kinds = KEY_KINDS.iter().flat_map(|kind| [format!("{kind}_key"), format!("{kind}_KEYS")]);
        let neutral = NEUTRAL.iter().filter(|word| word.len() > 1).map(|word| format!("password_{word}"));
        let plain = LAST.iter().chain(ENDINGS).map(|word| (*word).to_owned());
        for name in
            pairs.chain(kinds).chain(neutral).chain(plain).chain(["password_b".into(), "password_b64".into()])
        {
            assert!(is_secret_key(&name) && is_secret_key(&name.to_uppercase()), "{name}");
        }
    }

    #[test]
    fn other_names() {
        for name in [
            "",
            "_",
            "123",
            "key",
            "keys",
            "public_key",
            "primary_key",
            "cache_key",
            "key_id",
            "aws_access_key_id",
            "token_count",
            "token_type",
            "token_url",
            "password_policy",
            "password_length",
            "secret_name",
            "author",
            "authority",
            "monkey",
            "compass",
            "passed",
            "bypass",
            "passenger",
            "tokenizer",
            "secretary",
            "path",
            "domain",
            "value",
            "base64",
            "cookie_name",
            "keyboard",
            "user",
            "status",
            "é",
            "signature",
            "hash",
            "new",
            "password_wo_version",
        ] {
            assert!(!is_secret_key(name), "{name}");
        }
        assert!(is_secret_key(&("é".repeat(10_000) + "_password")));
    }
}

//! What redaction must mask and what it must leave alone. A new case is one line.

use foundation::redact::{self, MASK};

/// Input, and the exact output. The first block are the seed's leaks (facts of the issue), the rest ours.
const MASKED: &[(&str, &str)] = &[
    // the cases on which the seed leaks
    (r#"Authorization: Bearer abc"#, r#"Authorization: Bearer ***"#),
    (r#"{"password": "hunter2"}"#, r#"{"password": "***"}"#),
    ("https://u:pw@h", "https://u:***@h"),
    ("postgres://user:hunter2@db", "postgres://user:***@db"),
    ("AKIAIOSFODNN7EXAMPLE", "***"),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
    ),
    (r#"{"client_secret": "x1"}"#, r#"{"client_secret": "***"}"#),
    (r#"{"aws_secret_access_key": "wJalr/XUtn+FEMI"}"#, r#"{"aws_secret_access_key": "***"}"#),
    (r#"{"private_key": "MII"}"#, r#"{"private_key": "***"}"#),
    (r#"{"passphrase": "correct horse"}"#, r#"{"passphrase": "***"}"#),
    (r#"[{"password": "one"}, {"password": "two"}]"#, r#"[{"password": "***"}, {"password": "***"}]"#),
    ("ValueError: login failed: password=hunter2", "ValueError: login failed: password=***"),
    // keys and values in text
    ("password=hunter2", "password=***"),
    ("password = hunter2", "password = ***"),
    ("password: hunter2", "password: ***"),
    ("PASSWORD=hunter2 ./run", "PASSWORD=*** ./run"),
    ("export API_KEY='a b c'", "export API_KEY='***'"),
    ("export API_KEY=\"a b c\"; next", "export API_KEY=\"***\"; next"),
    ("api_key=sk1, region=eu", "api_key=***, region=eu"),
    ("user=bob,password=hun,ter2,host=x", "user=bob,password=***,host=x"),
    ("user=bob;password=hun;ter2", "user=bob;password=***"),
    ("(password=hunter2)", "(password=***)"),
    ("token := \"abc\"", "token := \"***\""),
    (":password => \"hunter2\"", ":password => \"***\""),
    ("'password': 'hunter2'", "'password': '***'"),
    ("API key: abcdef", "API key: ***"),
    ("Secret access key: abc/def", "Secret access key: ***"),
    ("login with password: swordfish", "login with password: ***"),
    ("the access token: a1b2c3 was used", "the access token: *** was used"),
    ("passphrase: correct horse battery staple", "passphrase: ***"),
    ("password:\n  hunter2\nuser: bob", "password:\n  ***\nuser: bob"),
    ("tokens:\n  - one1\n  - two2\nuser: bob", "tokens:\n  ***\nuser: bob"),
    ("private_key: |\n  line one\n  line two\nuser: bob", "private_key: |\n  ***\nuser: bob"),
    ("<password>hunter2</password>", "<password>***</password>"),
    ("<user password=\"hunter2\"/>", "<user password=\"***\"/>"),
    // nested values
    (r#"{"password": {"old": "a1", "new": "b}2"}, "user": "bob"}"#, r#"{"password": {***}, "user": "bob"}"#),
    (r#"{"passwords": ["a1", "b]2"], "user": "bob"}"#, r#"{"passwords": [***], "user": "bob"}"#),
    (r#"{"a": [{"b": {"api_key": "x"}}]}"#, r#"{"a": [{"b": {"api_key": "***"}}]}"#),
    (r#"{"pin": 1, "access_token": 123456}"#, r#"{"pin": 1, "access_token": ***}"#),
    (r#"{"password": "quo\"ted", "user": "bob"}"#, r#"{"password": "***", "user": "bob"}"#),
    (r#"{"password": "back\\", "user": "bob"}"#, r#"{"password": "***", "user": "bob"}"#),
    (r#"{"password": "never closed"#, r#"{"password": "***"#),
    // JSON inside strings
    (r#"{"body": "{\"password\": \"hunter2\"}"}"#, r#"{"body": "{\"password\": \"***\"}"}"#),
    (r#"{\"password\":\"hun\\\"ter2\",\"user\":\"bob\"}"#, r#"{\"password\":\"***\",\"user\":\"bob\"}"#),
    (r#""{\\\"token\\\": \\\"abc\\\"}""#, r#""{\\\"token\\\": \\\"***\\\"}""#),
    (r#"body={\"a\":{\"client_secret\":\"x\"}}"#, r#"body={\"a\":{\"client_secret\":\"***\"}}"#),
    (r#"line\npassword=hunter2\nnext"#, r#"line\npassword=***\nnext"#),
    // name and value pairs
    (r#"{"name": "DB_PASSWORD", "value": "hunter2"}"#, r#"{"name": "DB_PASSWORD", "value": "***"}"#),
    (r#"name = "api_key", value = "x1""#, r#"name = "api_key", value = "***""#),
    // Debug output
    (r#"Config { user: "bob", password: "hunter2" }"#, r#"Config { user: "bob", password: "***" }"#),
    (r#"Config { password: Some("hunter2"), port: 1 }"#, r#"Config { password: ***, port: 1 }"#),
    (r#"Config { token: Token { raw: "x y" }, port: 1 }"#, r#"Config { token: ***, port: 1 }"#),
    (r#"[("password", "hunter2"), ("user", "bob")]"#, r#"[("password", "***"), ("user", "bob")]"#),
    (r#"{"authorization": "Bearer abc"}"#, r#"{"authorization": "***"}"#),
    (r#"[["authorization", "Bearer abc"]]"#, r#"[["authorization", "***"]]"#),
    // command lines
    ("curl --password hunter2 host", "curl --password *** host"),
    ("tool --token=abc --verbose", "tool --token=*** --verbose"),
    ("tool -token abc1 x", "tool -token *** x"),
    (r#"["mysql", "--password", "hunter2", "db"]"#, r#"["mysql", "--password", "***", "db"]"#),
    (r#"['tool', '--api-key', 'x y']"#, r#"['tool', '--api-key', '***']"#),
    ("curl -u bob:hunter2 https://h", "curl -u bob:*** https://h"),
    ("curl --user 'bob:hunter2' https://h", "curl --user 'bob:***' https://h"),
    ("curl -H 'Authorization: Bearer abc' https://h", "curl -H 'Authorization: Bearer ***' https://h"),
    // headers
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic ***"),
    ("Proxy-Authorization: Digest username=\"bob\", response=\"abc\"", "Proxy-Authorization: Digest ***"),
    ("X-Api-Key: abc\r\nHost: h", "X-Api-Key: ***\r\nHost: h"),
    ("PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: ***"),
    ("Cookie: a=b; sid=c\nHost: h", "Cookie: ***\nHost: h"),
    ("Set-Cookie: sid=abc; Path=/", "Set-Cookie: ***"),
    ("Bearer abc", "Bearer ***"),
    ("sent bearer a1b2c3d4", "sent bearer ***"),
    ("got \"Bearer xyz\" back", "got \"Bearer ***\" back"),
    ("Basic dXNlcjpwYXNzd29yZA==", "Basic ***"),
    // URLs and connection strings
    ("redis://:hunter2@h:6379/0", "redis://:***@h:6379/0"),
    ("https://u:p@ss@host/x", "https://u:***@host/x"),
    ("postgres://u:p/s?s#x@db:5432/n?ssl=1", "postgres://u:***@db:5432/n?ssl=1"),
    ("https://ghs1234567890abcdefgh@github.com/o/r", "https://***@github.com/o/r"),
    ("see (https://u:pw@h/p) and https://v:qw@h", "see (https://u:***@h/p) and https://v:***@h"),
    ("user:hunter2@tcp(127.0.0.1:3306)/db", "user:***@tcp(127.0.0.1:3306)/db"),
    ("user:hunter2@db.internal:5432/x", "user:***@db.internal:5432/x"),
    ("Server=h;Uid=bob;Pwd=hun2;Database=d", "Server=h;Uid=bob;Pwd=***;Database=d"),
    ("host=h password='hun ter2' dbname=d", "host=h password='***' dbname=d"),
    ("AccountName=a;AccountKey=q83/ab==;EndpointSuffix=x", "AccountName=a;AccountKey=***;EndpointSuffix=x"),
    ("GET /cb?access_token=abc&state=1", "GET /cb?access_token=***&state=1"),
    ("GET /o?X-Amz-Signature=0f3&X-Amz-Date=1", "GET /o?X-Amz-Signature=***&X-Amz-Date=1"),
    ("next=%2Fx%3Ftoken%3Dabc", "next=%2Fx%3Ftoken%3D***"),
    ("https://hooks.slack.com/services/T0/B0/xyz posted", "https://hooks.slack.com/services/*** posted"),
    // tokens by their shape
    ("id ASIAIOSFODNN7EXAMPLE.", "id ***."),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "***"),
    ("pushed with github_pat_11ABCDEFG0abcdefghij_x", "pushed with ***"),
    ("glpat-abcdefghij1234567890", "***"),
    ("xoxb-1234567890-abcdefghij", "***"),
    ("sk-proj-abcdefghijklmnop1234", "***"),
    ("sk_live_abcdefghijkl1234", "***"),
    ("hvs.CAESIJabcdefghijklmnop", "***"),
    ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "***"),
    ("dop_v1_0123456789abcdef0123456789abcdef", "***"),
    ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "***"),
    ("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQ", "***"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1", "***"),
    (
        "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Bl\\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----***-----END OPENSSH PRIVATE KEY-----",
    ),
    ("-----BEGIN PRIVATE KEY----- MIIE and no end", "-----BEGIN PRIVATE KEY-----***"),
    // chains of errors
    (
        "apply: dial: postgres://u:pw@db: password=abc1: refused",
        "apply: dial: postgres://u:***@db: password=*** refused",
    ),
];

/// Prose and data that stay whole.
const KEPT: &[&str] = &[
    "",
    ":",
    "=",
    "://",
    "--",
    "\"",
    "'",
    "<",
    "password",
    "password=",
    "password:",
    "token: ",
    "=hunter2",
    "://@",
    "a://b@",
    "the token bucket was refilled",
    "secret key names",
    "the secret of the forest: water",
    "password policy: at least 12 characters",
    "password: must be at least 12 characters",
    "password: required",
    "the password is not set",
    "cannot read secret: permission denied",
    "cannot fetch token: connection refused",
    "invalid token: unexpected end of input",
    "unexpected token: `}`",
    "private key: no such file or directory",
    "authentication failed: bad credentials",
    "bearer of bad news",
    "Bearer token expired",
    "the Bearer scheme",
    "basic auth is off",
    "Basic authentication",
    "use --password to log in",
    "--token TOKEN  the token to use",
    "--password <PASSWORD>",
    "--password-stdin reads it",
    "max_tokens=4096 prompt_tokens: 120",
    "12 passed; pass: 12, fail: 3",
    "auth=true token=null secret: none",
    "{\"password\": null, \"token\": \"\"}",
    "{\"token_count\": 5, \"token_type\": \"bearer\"}",
    "primary_key=id public_key=abc cache_key: x",
    "https://example.com:8080/path@v1.2?x=1",
    "https://bob@example.com/",
    "ssh://git@github.com/o/r.git and git@github.com:o/r.git",
    "mailto:bob@example.com",
    "cc:bob@example.com, dave@example.com",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id 8f14e45f-ceea-467f-a0e6-1f8b2c3d4e5f",
    "2026-11-22T10:00:00.123456Z GET /v1/items/42 200 12ms",
    "AKIA is a prefix, AKIASHORT is too short, AKIAIOSFODNN7EXAMPLELONGER too long",
    "sk-short ghp_short xoxb-1 eyJ.a.b",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "std::token::Kind::new and Secret::expose",
    "authors: bob, author=alice",
    "compass: north, bypass=on",
    "cwd=/home/bob PWD=/home/bob/x",
    "le mot de passe: réussi",
    "token\u{2003}bucket",
    "password=***",
    "https://u:***@h",
    "a<b and c<d>",
    "[\"user\", \"password\", \"email\"]",
    "if a == b: return",
    "x --- y -- z - w",
];

#[test]
fn secrets_are_masked_exactly() {
    for &(input, expected) in MASKED {
        assert_eq!(redact::text(input), expected, "input {input:?}");
    }
    assert!(MASKED.len() >= 12 + 60, "{}", MASKED.len());
}

#[test]
fn prose_stays_whole() {
    for &input in KEPT {
        assert_eq!(redact::text(input), input);
    }
}

#[test]
fn masking_twice_is_masking_once() {
    for &(input, _) in MASKED {
        let once = redact::text(input).into_owned();
        assert_eq!(redact::text(&once), once, "input {input:?}");
    }
}

#[test]
fn the_same_length_form_masks_the_same() {
    for &(input, expected) in MASKED {
        let masked = redact::same_length(input);
        assert_eq!(masked.len(), input.len());
        assert_eq!(masked.matches('\n').count(), input.matches('\n').count());
        let visible = |text: &str| {
            text.split('*').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().concat()
        };
        assert_eq!(visible(&masked), visible(expected), "input {input:?}");
    }
}

/// The prefilter decides by the whole text; inside another text nothing may get lost.
#[test]
fn surroundings_do_not_unmask() {
    for &(input, expected) in MASKED {
        for (before, after) in [("", "\n"), ("é\n", "\n"), ("plain words\n", "\nmore words"), ("x\n", "\n🔑")]
        {
            let output = redact::text(&[before, input, after].concat()).into_owned();
            let found = output.matches(MASK).count();
            assert!(
                found >= 1 && found <= expected.matches(MASK).count().max(1) + 1,
                "{before:?} {input:?} {after:?} {output:?}"
            );
        }
    }
}

#[test]
fn a_value_is_judged_by_its_key() {
    for (key, value, expected) in [
        ("password", "hunter2", "***"),
        ("api_key", "sk", "***"),
        ("password", "", ""),
        ("token", "null", "null"),
        ("url", "https://u:pw@h", "https://u:***@h"),
        ("user", "bob", "bob"),
    ] {
        assert_eq!(redact::value(key, value), expected, "{key} {value}");
    }
}

/// Every cut of every case: no panic, and never more than the text.
#[test]
fn any_part_of_any_case_is_survived() {
    for &(input, _) in MASKED {
        for (at, _) in input.char_indices() {
            for part in [&input[at..], &input[..at]] {
                assert_eq!(redact::same_length(part).len(), part.len());
                assert!(redact::text(part).len() <= part.len() + MASK.len() * 8);
            }
        }
    }
}

/// Texts made to be slow stay linear: twice the text is not four times the steps. Measured by finishing at all.
#[test]
fn hostile_texts_do_not_take_long() {
    let units = [
        "a://",
        "a://b:c/",
        ":",
        "=",
        "\"",
        "\\\"",
        "password=",
        "password:{",
        "token: ",
        "{[(",
        "<a",
        "<password",
        "--token ",
        ",\"",
        "eyJ",
        "-----BEGIN ",
        "name:\"token\",",
        "x:y@",
        "Bearer ",
        "password:\n ",
        "a b c:",
        "token:the.",
        "eyJ.",
        "eyJ-",
        "AKIA-",
        "password:|",
        "====",
        "aaaaa",
        "(",
        "-u x:y ",
    ];
    for unit in units {
        let text = unit.repeat(40_000 / unit.len());
        assert_eq!(redact::same_length(&text).len(), text.len(), "{unit}");
    }
}

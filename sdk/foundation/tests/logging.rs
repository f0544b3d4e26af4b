//! The log: every record arrives once, in order, whole, readable, without secrets — whatever goes wrong.

use foundation::das;
use foundation::logging::{Builder, Guard, Marks};
use serde_json::Value;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing::subscriber::with_default;

/// Lines written, shared with the test.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What `body` logs through `builder`.
fn logged(builder: Builder, body: impl FnOnce()) -> String {
    let written = Written::default();
    let (subscriber, guard) = builder.filter("trace").writer(written.clone()).build();
    with_default(subscriber, body);
    drop(guard);
    written.text()
}

fn json(body: impl FnOnce()) -> Vec<Value> {
    let text = logged(Builder::new().json(), body);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn a_das_event_has_plain_words_and_a_clean_text() {
    let records = json(|| {
        das!(Auth, Login, Success, user = %"bob", tries = 3, ratio = 0.5, done = true);
        das!(Http, Request, ServerError, code = 503, "gave up after {} s", 7);
        das!(Task, Retry, Retry);
    });
    let first = &records[0];
    assert_eq!(
        (&first["domain"], &first["action"], &first["status"]),
        (&"auth".into(), &"login".into(), &"success".into())
    );
    assert_eq!(
        (&first["event"], &first["level"], &first["user"]),
        (&"auth login success".into(), &"INFO".into(), &"bob".into())
    );
    assert_eq!(
        (first["tries"].as_i64(), first["ratio"].as_f64(), first["done"].as_bool()),
        (Some(3), Some(0.5), Some(true))
    );
    assert_eq!((&records[1]["event"], &records[1]["level"]), (&"gave up after 7 s".into(), &"ERROR".into()));
    assert_eq!((&records[2]["level"], &records[2]["target"]), (&"WARN".into(), &"logging".into()));
    let stamp = first["timestamp"].as_str().unwrap();
    assert!(stamp.len() == 27 && stamp.ends_with('Z') && stamp.as_bytes()[19] == b'.', "{stamp}");
}

#[test]
fn people_get_marks_in_one_order_or_words_or_nothing() {
    let body = || das!(Auth, Login, Success, user = "bob smith");
    for (marks, expected) in [
        (Marks::Emoji, "INFO  🔑 🚪 ✅ auth login success user=\"bob smith\"\n"),
        (Marks::Ascii, "INFO  [auth login success] logging: user=\"bob smith\"\n"),
        (Marks::None, "INFO  auth login success user=\"bob smith\"\n"),
    ] {
        let text = logged(Builder::new().text().marks(marks), body);
        assert!(text.ends_with(expected), "{text}");
        assert!(!text.contains('❓') && !text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn spans_are_there_with_later_values_and_nothing_stale() {
    let records = json(|| {
        let outer = tracing::info_span!("request", id = 17, late = tracing::field::Empty);
        let _in_outer = outer.enter();
        tracing::info!("one");
        {
            let _inner = tracing::info_span!("apply", password = "canary").entered();
            tracing::info!("two");
            outer.record("late", "x");
            tracing::info!("three");
        }
        tracing::info!("four");
        tracing::info!(parent: None, "five");
        for number in 0..3 {
            let _again = tracing::info_span!("again", number).entered();
            tracing::info!("six");
        }
    });
    let spans = |number: usize| records[number]["spans"].to_string();
    assert_eq!(spans(0), r#"[{"name":"request","id":17}]"#.parse::<Value>().unwrap().to_string());
    assert_eq!(spans(1), r#"[{"name":"request","id":17},{"name":"apply","password":"***"}]"#.parse::<Value>().unwrap().to_string());
    assert!(spans(2).contains("late") && spans(3).contains("late") && !spans(3).contains("apply"));
    assert!(records[4].get("spans").is_none());
    for number in 0..3 {
        assert_eq!(records[5 + number]["spans"][1]["number"].as_u64(), Some(number as u64));
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot log in with password=canary-outer")]
struct Outer(#[source] io::Error);

#[test]
fn no_secret_gets_out_in_any_format() {
    let body = || {
        let chain = Outer(io::Error::other("GET https://u:canary-inner@h"));
        tracing::info!(password = "canary-1", api_key = %"canary-2", token = 12_345_678, "plain");
        tracing::info!(
            body = r#"{"client_secret": "canary-3"}"#,
            url = "postgres://u:canary-4@db",
            "password=canary-5"
        );
        tracing::info!(config = ?[("password", "canary-6")], headers = ?std::collections::BTreeMap::from([("authorization", "Bearer canary-7")]));
        tracing::info!(error = &chain as &dyn std::error::Error, "failed");
        tracing::info!(argv = ?["x", "--token", "canary-8"], line = "Authorization: Bearer canary-9");
        tracing::info!(wrapped = %foundation::secret::Secret::new("canary-10"));
        let _span =
            tracing::info_span!("login", passphrase = "canary-11", dsn = "u:canary-12@tcp(h:1)/d").entered();
        tracing::info!(bytes = &b"password=canary-13"[..], "in span");
        das!(Auth, Login, Failure, client_secret = "canary-14", "token: canary-15");
    };
    for builder in [Builder::new().json(), Builder::new().text(), Builder::new().provider("acc")] {
        let text = logged(builder, body);
        assert!(!text.contains("canary") && !text.contains("12345678"), "{text}");
        assert!(text.matches("***").count() >= 15 && text.lines().count() == 8, "{text}");
    }
}

#[test]
fn prose_and_harmless_values_stay() {
    let records = json(|| {
        tracing::info!(token_count = 5, password = "", secret_name = "db", "the token bucket was refilled");
    });
    assert_eq!(records[0]["event"], "the token bucket was refilled");
    assert_eq!(
        (&records[0]["token_count"], &records[0]["password"], &records[0]["secret_name"]),
        (&5.into(), &"".into(), &"db".into())
    );
}

#[test]
fn nothing_in_a_field_can_forge_a_record() {
    let evil = "x\"}\n{\"level\":\"ERROR\",\"event\":\"forged\"}\r\u{1b}[2J\u{0}\u{202e}";
    let body = || {
        tracing::info!(evil, debug = ?evil, timestamp = "t", level = "l", target = "g", event = "e", spans = 1, "{evil}");
        tracing::info!(bytes = &b"\xff\xfe\n{"[..], nan = f64::NAN, inf = f64::INFINITY, big = u128::MAX);
        let _span = tracing::info_span!("s", evil).entered();
        tracing::info!("in span");
    };
    let records = json(body);
    assert_eq!(records.len(), 3);
    assert_eq!((&records[0]["evil"], &records[0]["event"]), (&evil.into(), &evil.into()));
    assert_eq!(
        (&records[0]["level"], &records[0]["field_level"], &records[0]["field_event"]),
        (&"INFO".into(), &"l".into(), &"e".into())
    );
    assert_eq!((&records[1]["nan"], &records[1]["inf"]), (&"NaN".into(), &"inf".into()));
    for builder in [Builder::new().text(), Builder::new().provider("acc")] {
        let text = logged(builder, body);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}");
    }
}

#[test]
fn hclog_records_are_what_terraform_parses() {
    let text = logged(Builder::new().provider("acc"), || {
        tracing::warn!(tries = 3, "creating");
        tracing::info!(message = 5);
        tracing::info!(message = true);
        tracing::debug!(number = 1);
        das!(Resource, Create, Success, name = "one");
        tracing::info!(
            huge = "\u{1}".repeat(200_000),
            big = "x ".repeat(100_000),
            more = "y".repeat(100_000),
            last = "z".repeat(70_000),
            "long"
        );
        tracing::info!("{}", "m".repeat(1 << 20));
        tracing::info!(a = ?vec!["secret words"; 100_000], "debug");
    });
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(record[key].is_string(), "{key} in {line}");
        }
        let stamp = record["@timestamp"].as_str().unwrap();
        assert_eq!((stamp.len(), &stamp[26..]), (27, "Z"));
        assert!(line.len() < 64 << 10, "{} bytes", line.len());
    }
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["@level"], &first["@message"], &first["@module"], &first["tries"]),
        (&"warn".into(), &"creating".into(), &"logging".into(), &3.into())
    );
    assert_eq!(text.lines().count(), 8);
}

#[test]
fn threads_keep_their_order_and_nothing_is_lost() {
    // Of all threads together 7 MB: less than may wait, so that nothing is lost though the writer gets no time at all.
    const EACH: u64 = 15_000;
    let written = Written::default();
    let (subscriber, guard) = Builder::new().filter("trace").json().writer(written.clone()).build();
    let dispatch = tracing::Dispatch::new(subscriber);
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let dispatch = dispatch.clone();
            scope.spawn(move || {
                tracing::dispatcher::with_default(&dispatch, || {
                    (0..EACH).for_each(|number| tracing::info!(thread, number, "x"))
                });
            });
        }
    });
    drop(guard);
    let mut next = [0u64; 4];
    for line in written.text().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let thread = record["thread"].as_u64().unwrap() as usize;
        assert_eq!(record["number"].as_u64(), Some(next[thread]));
        next[thread] += 1;
    }
    assert_eq!(next, [EACH; 4]);
}

#[test]
fn a_warning_is_out_before_the_call_returns() {
    let written = Written::default();
    let (subscriber, guard) = Builder::new().filter("trace").json().writer(written.clone()).build();
    with_default(subscriber, || {
        tracing::info!("first");
        tracing::warn!("second");
        assert_eq!(written.text().lines().count(), 2);
        tracing::info!("third");
        guard.flush();
        assert_eq!(written.text().lines().count(), 3);
    });
    drop(guard);
}

/// A writer that waits for leave, then takes everything.
struct Stuck(Arc<Mutex<()>>, Written);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _leave = self.0.lock().unwrap();
        self.1.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stuck_sink_costs_records_not_the_program_and_the_count_is_logged() {
    let (gate, written) = (Arc::new(Mutex::new(())), Written::default());
    let (subscriber, guard) =
        Builder::new().filter("trace").json().writer(Stuck(Arc::clone(&gate), written.clone())).build();
    let text = "x".repeat(10_000);
    let sent = 3000;
    with_default(subscriber, || {
        let shut = gate.lock().unwrap();
        (0..sent).for_each(|number| tracing::info!(number, text));
        drop(shut);
        guard.flush();
        tracing::info!("again");
    });
    drop(guard);
    let records: Vec<Value> =
        written.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let dropped: u64 = records.iter().filter_map(|record| record["dropped"].as_u64()).sum();
    let arrived = records.iter().filter(|record| record.get("number").is_some()).count() as u64;
    assert!(dropped > 0 && arrived + dropped == sent, "{arrived} + {dropped}");
    assert_eq!(records.last().unwrap()["event"], "again");
}

#[test]
fn files_rotate_between_records_and_keep_as_many_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (subscriber, guard) = Builder::new().filter("trace").rotating_file(&path, 2000, 3).build();
    with_default(subscriber, || {
        (0..100).for_each(|number| tracing::info!(number, "some text that takes its place"));
        tracing::info!(long = "x".repeat(5000), number = 100);
        tracing::info!(number = 101);
    });
    drop(guard);
    let mut numbers = Vec::new();
    for name in ["log.3", "log.2", "log.1", "log"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.len() <= 2000 || text.lines().count() == 1, "{name} {}", text.len());
        numbers.extend(
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_u64().unwrap()),
        );
    }
    assert!(
        numbers.len() > 10 && numbers.iter().zip(&numbers[1..]).all(|(one, next)| one + 1 == *next),
        "{numbers:?}"
    );
    assert_eq!((numbers.last(), std::fs::read_dir(folder.path()).unwrap().count()), (Some(&101), 4));
}

#[test]
fn audit_events_are_on_file_whatever_the_filter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit");
    let (subscriber, guard) = Builder::new().filter("error").audit(&path).writer(io::sink()).build();
    with_default(subscriber, || {
        tracing::info!(target: "audit", user = "bob", password = "canary", "deleted everything");
        tracing::info!(target: "auditor", "not this");
        tracing::info!("nor this");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() == 1 && text.contains("deleted") && !text.contains("canary"), "{text}");
    });
    drop(guard);
}

#[test]
fn a_disabled_event_evaluates_nothing() {
    let (subscriber, guard): (_, Guard) = Builder::new().filter("logging=warn").writer(io::sink()).build();
    let evaluated = std::cell::Cell::new(false);
    let value = || {
        evaluated.set(true);
        1
    };
    with_default(subscriber, || {
        tracing::info!(value = value(), "never");
        assert!(!evaluated.get());
        tracing::warn!(value = value(), "once");
        assert!(evaluated.get());
    });
    drop(guard);
}

//! Ready types.

use std::time::Duration;

use proptest::prelude::*;
use tf_sdk::types::{Cidr, GoDuration, IpAddress, Json, Rfc3339, format_go_duration, parse_go_duration};
use tf_sdk::{AttributeType, Cty, Value};

/// Pairs that are the same, pairs that are not, and texts that are refused.
fn check<T: AttributeType + Cty>(same: &[(&str, &str)], other: &[(&str, &str)], refused: &[&str]) {
    let equal = |a: &str, b: &str| (T::CHECKS.semantically_equal)(&a.into(), &b.into());
    for (a, b) in same {
        assert!(equal(a, b) && equal(b, a), "{a} and {b}");
        let kept = T::from_cty(&Value::from(*a)).unwrap().to_cty().unwrap();
        assert_eq!(kept.as_str(), Some(*a), "the text is kept");
    }
    for (a, b) in other {
        assert!(!equal(a, b) && !equal(b, a), "{a} and {b}");
    }
    for text in refused {
        let value = Value::from(*text);
        let misfit = (T::CHECKS.conversion)(&value).expect_err(text);
        assert!(misfit.detail.ends_with('.') && misfit.detail.contains("is not"), "{}", misfit.detail);
        assert!(T::from_cty(&value).is_err());
    }
}

#[test]
fn json() {
    check::<Json>(
        &[
            (r#"{"a":1,"b":[true,null]}"#, r#"{ "b": [ true, null ], "a": 1.0 }"#),
            ("1e2", "100"),
            (r#""\u0061""#, r#""a""#),
        ],
        &[
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            ("[1,2]", "[2,1]"),
            ("{}", "[]"),
            ("123456789012345678901234567890", "123456789012345678901234567891"),
        ],
        &["", "{", "{'a':1}", "nul", "[1,]", "1]", "{}}", "NaN"],
    );
    let json = Json::write(&vec![1, 2]).unwrap();
    assert_eq!((json.as_str(), json.read::<Vec<u8>>().unwrap()), ("[1,2]", vec![1, 2]));
    assert!(Json::parse("[".repeat(100_000)).is_err());
}

#[test]
fn times() {
    check::<Rfc3339>(
        &[
            ("2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000-00:00"),
        ],
        &[
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.1Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00"),
        ],
        &[
            "",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-01-02 03:04:05Z",
            "2026-13-02T03:04:05Z",
            "2026-01-02T25:04:05Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05Z[UTC]",
            "2026-01-02T03:04:05é",
        ],
    );
}

#[test]
fn networks() {
    check::<Cidr>(
        &[("2001:db8::/32", "2001:0DB8:0::/32"), ("10.0.0.0/8", "10.0.0.0/8")],
        &[("10.0.0.0/8", "10.0.0.1/8"), ("10.0.0.0/8", "10.0.0.0/16")],
        &["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.256/8"],
    );
    check::<IpAddress>(
        &[("::1", "0:0::1"), ("10.0.0.1", "10.0.0.1")],
        &[("::1", "::2"), ("10.0.0.1", "::ffff:10.0.0.1")],
        &["", "10.0.0", "10.0.0.1/8", ":::", "host"],
    );
}

#[test]
fn durations() {
    check::<GoDuration>(
        &[
            ("60s", "1m"),
            ("1.5h", "1h30m"),
            ("1000us", "1ms"),
            ("1µs", "1μs"),
            ("0", "0s"),
            ("+1s", "1s"),
            (".5s", "500ms"),
            ("1.s", "1s"),
        ],
        &[("1s", "2s"), ("1s", "-1s")],
        &[
            "",
            "1",
            "s",
            "1x",
            "1 s",
            "-",
            "+",
            "1.2.3s",
            "1h 30m",
            ".s",
            "10 minutes",
            "9999999999h",
            "--1s",
            "1sm",
            "é",
        ],
    );
    for (text, nanoseconds) in [
        ("9223372036854775807ns", i64::MAX),
        ("-9223372036854775808ns", i64::MIN),
        ("00000000000000000000001s", 1_000_000_000),
        ("0.0000000001s", 0),
        ("0.123456789123456789123s", 123_456_789),
    ] {
        assert_eq!(parse_go_duration(text), Ok(nanoseconds), "{text}");
    }
    assert!(parse_go_duration("9223372036854775808ns").is_err());
}

#[test]
fn durations_in_gos_form() {
    const S: i64 = 1_000_000_000;
    for (nanoseconds, text) in [
        (0, "0s"),
        (1, "1ns"),
        (1_100, "1.1µs"),
        (2_200_000, "2.2ms"),
        (S, "1s"),
        (3_300_000_000, "3.3s"),
        (20 * 60 * S, "20m0s"),
        (90 * 60 * S, "1h30m0s"),
        (245_000_000_000 + 1_000_000, "4m5.001s"),
        (-S, "-1s"),
        (i64::MAX, "2562047h47m16.854775807s"),
        (i64::MIN, "-2562047h47m16.854775808s"),
    ] {
        assert_eq!(format_go_duration(nanoseconds), text);
    }
    assert_eq!(GoDuration::from(Duration::from_secs(5400)).to_string(), "1h30m0s");
    assert_eq!(GoDuration::from(Duration::MAX).duration(), Some(Duration::from_nanos(i64::MAX as u64)));
    assert_eq!(GoDuration::parse("-1s").unwrap().duration(), None);
}

#[test]
fn long_texts_are_cut_in_messages() {
    let error = Cidr::parse("x".repeat(1 << 20)).unwrap_err();
    assert!(error.to_string().len() < 400);
}

proptest! {
    #[test]
    fn what_is_formatted_is_parsed(nanoseconds: i64) {
        prop_assert_eq!(parse_go_duration(&format_go_duration(nanoseconds)), Ok(nanoseconds));
    }

    #[test]
    fn no_text_panics(text in "\\PC*", spans in "[-+.0-9nusmhµ]{0,40}") {
        for text in [text, spans] {
            let _ = (parse_go_duration(&text), Json::parse(&*text), Rfc3339::parse(&*text), Cidr::parse(&*text));
        }
    }
}

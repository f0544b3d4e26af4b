//! Private state, plain and sealed.

use foundation::secret::Secret;

use super::*;

fn seal(secret: &str) -> Seal {
    Seal::new(Secret::new(secret.to_owned()))
}

fn plain(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[test]
fn what_nobody_changed_comes_back_byte_for_byte() {
    for text in [r#"{"b": 1.0,"a":123456789012345678901234567890}"#, r#"{ }"#, r#"{".own":1}"#] {
        let mut private = Private::decode(&plain(text), None).unwrap();
        assert_eq!(private.encode(None).unwrap(), text, "unchanged");
        if let Some(value) = private.entries.get("a").cloned() {
            private.set("a", value).unwrap();
            assert_eq!(private.encode(None).unwrap(), text, "set to what it was");
        }
        assert!(!private.remove("absent"));
        assert_eq!(private.encode(None).unwrap(), text);
    }
}

#[test]
fn changes_are_written_with_sorted_keys_and_every_digit() {
    let text = r#"{"z":123456789012345678901234567890,"b":1.50}"#;
    let mut private = Private::decode(&plain(text), None).unwrap();
    private.set("m", [1, 2]).unwrap();
    assert_eq!(private.encode(None).unwrap(), r#"{"b":1.50,"m":[1,2],"z":123456789012345678901234567890}"#);
    assert_eq!(private.get::<Vec<u8>>("m"), Some(vec![1, 2]));
    assert_eq!(private.get::<String>("m"), None, "another form");
    for key in ["m", "b", "z"] {
        assert!(private.remove(key));
    }
    assert!(private.encode(None).unwrap().is_empty());
}

#[test]
fn the_librarys_keys_are_its_own() {
    let mut private = Private::default();
    assert!(private.set(".imported", true).is_err());
    let mut kept = Private::decode(&plain(r#"{".own":1,"a":2}"#), None).unwrap();
    assert!(!kept.remove(".own"));
    kept.set("a", 3).unwrap();
    assert_eq!(kept.encode(None).unwrap(), r#"{".own":1,"a":3}"#);
}

#[test]
fn sealed_state_opens_with_its_key_and_stays_as_it_is() {
    let (key, mut private) = (seal("key"), Private::default());
    private.set("token", "secret-value").unwrap();
    let sealed = private.encode(Some(&key)).unwrap();
    assert!(!sealed.windows(6).any(|w| w == b"secret"));
    assert_ne!(private.encode(Some(&key)).unwrap(), sealed, "salt and nonce are random");
    let back = Private::decode(&sealed, Some(&key)).unwrap();
    assert_eq!(back, private);
    assert_eq!(back.encode(Some(&key)).unwrap(), sealed, "unchanged");
}

#[test]
fn plain_state_is_taken_with_a_key_and_sealed_when_written() {
    let private = Private::decode(&plain(r#"{"a":1}"#), Some(&seal("key"))).unwrap();
    assert_eq!(private.get::<i64>("a"), Some(1));
    assert!(seal::is_sealed(&private.encode(Some(&seal("key"))).unwrap()));
}

#[test]
fn nothing_else_opens() {
    let mut private = Private::default();
    private.set("token", "secret-value").unwrap();
    let sealed = private.encode(Some(&seal("key"))).unwrap();
    let refused = |bytes: &[u8], seal: Option<&Seal>| {
        let error = Private::decode(&Bytes::copy_from_slice(bytes), seal).unwrap_err();
        assert_eq!(error.summary, "Unable to Read Private State");
        assert!(!error.detail.contains("secret"), "{error}");
    };
    refused(&sealed, None);
    refused(&sealed, Some(&seal("kez")));
    refused(&sealed, Some(&seal("")));
    for length in 1..sealed.len() {
        refused(&sealed[..length], Some(&seal("key")));
    }
    for place in 0..sealed.len() {
        let mut changed = sealed.to_vec();
        changed[place] ^= 1;
        refused(&changed, Some(&seal("key")));
    }
    for text in ["[]", "null", "{", "\"x\"", "{\"a\":1}x", "\u{1}", "\u{0}{}"] {
        refused(text.as_bytes(), None);
    }
    refused(b"{\"a\":\"\xff\"}", None);
}

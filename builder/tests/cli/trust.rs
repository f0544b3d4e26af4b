//! `psp trust`: lines of a file, put and taken.

use std::process::Stdio;

use serde_json::json;

use crate::bench::{Bench, key_id};

#[test]
fn keys_come_and_go() {
    let (one, two) = (key_id(1), key_id(2));
    let bench = Bench::built();
    assert_eq!(bench.done(&["trust", "list"]), "no key is trusted; `psp trust add` trusts one\n");
    bench.done(&["trust", "add", "1.pub", "--name", "Release team"]);
    bench.done(&["trust", "add", &two]);
    assert_eq!(bench.trust_text(), format!("psp-trust 1\nkey {one} Release team\nkey {two} {}\n", &two[..8]));
    bench.done(&["trust", "add", "2.pub"]);
    assert_eq!(bench.trust_text(), format!("psp-trust 1\nkey {one} Release team\nkey {two} 2\n"));
    bench.done(&["trust", "add", "hello.psp"]);
    assert_eq!(bench.trust_text(), format!("psp-trust 1\nkey {one} hello\nkey {two} 2\n"));
    let (document, _) = bench.json(&["trust", "list"]);
    assert_eq!(document["schema"], "psp-trust-list/1");
    assert_eq!(
        (&document["keys"][0]["key_id"], &document["keys"][0]["label"], &document["keys"][1]["owner"]),
        (&json!(one), &json!("hello"), &json!("user"))
    );
    assert!(bench.done(&["trust", "list"]).contains(&one));
    bench.done(&["trust", "remove", "hello"]);
    bench.done(&["trust", "remove", &two.to_uppercase()]);
    assert_eq!(bench.trust_text(), "psp-trust 1\n");
}

#[test]
fn comments_and_order_stay() {
    let (one, two) = (key_id(1), key_id(2));
    let bench = Bench::new();
    bench.trust(&format!("# our keys\nkey {one} one\n\n# and rules\nrequire any\n# the end"));
    bench.done(&["trust", "policy", "require", "trusted", "2"]);
    bench.done(&["trust", "add", "2.pub"]);
    bench.done(&["trust", "policy", "minimum-version", "app-*", "1.2.0"]);
    bench.done(&["trust", "policy", "minimum-sequence", "*", "5"]);
    bench.done(&["trust", "policy", "require-keys", "hello", "1", "2.pub", &one]);
    bench.done(&["trust", "policy", "revoke", "2.pub", "laptop", "was", "stolen"]);
    bench.done(&["trust", "policy", "minimum-version", "app-*", "1.3.0"]);
    let mut keys = [one.clone(), two.clone()];
    keys.sort();
    let expected = format!(
        "psp-trust 1\n# our keys\nkey {one} one\n\n# and rules\nrequire trusted 2\n# the end\nkey {two} 2\nminimum-version app-* 1.3.0\nminimum-sequence * 5\nrequire-keys hello 1 {}\nrevoke {two} laptop was stolen\n",
        keys.join(",")
    );
    assert_eq!(bench.trust_text(), expected);
    let shown = bench.done(&["trust", "policy"]);
    assert_eq!(shown, bench.done(&["trust", "policy", "show"]));
    assert!(
        shown.contains("/etc/psp/trust (administrator)")
            && shown.contains("   9  minimum-version app-* 1.3.0\n"),
        "{shown}"
    );
    bench.done(&["trust", "policy", "remove", "9"]);
    assert_eq!(bench.trust_text(), expected.replace("minimum-version app-* 1.3.0\n", ""));
    let (document, _) = bench.json(&["trust", "policy", "show"]);
    assert_eq!(
        (&document["schema"], &document["files"][1]["owner"]),
        (&json!("psp-trust-policy/1"), &json!("user"))
    );
    assert_eq!(document["files"][1]["rules"][0], json!({ "line": 3, "text": format!("key {one} one") }));
    // A key that is revoked as well counts as revoked, and that is told.
    let output = bench.psp(&["trust", "add", "2.pub"]);
    assert!(output.status.success() && crate::bench::text(&output.stderr).contains("revoked"));
    bench.done(&["trust", "policy", "require", "any"]);
    assert!(bench.trust_text().contains("\nrequire any\n"));
}

#[test]
fn bad_input_changes_nothing() {
    let one = key_id(1);
    let bench = Bench::new();
    let lines = format!("key {one} same\nkey {} same\n", key_id(2));
    bench.trust(&lines);
    for (arguments, code) in [
        (&["add", "missing.pub"][..], "key-read"),
        (&["add", "manifest.toml"], "key-file"),
        (&["add", "abc"], "key-read"),
        (&["add", "1.pub", "--name", "two\nlines"], "trust-rule"),
        (&["add", "1.pub", "--name", "\u{1b}[31m"], "trust-rule"),
        (&["remove", "nobody"], "trust-none"),
        (&["remove", &key_id(3)], "trust-none"),
        (&["remove", "same"], "trust-ambiguous"),
        (&["policy", "minimum-version", "hello", "1.2"], "trust-rule"),
        (&["policy", "minimum-version", "HELLO", "1.2.0"], "trust-rule"),
        (&["policy", "minimum-version", "a b", "1.2.0"], "trust-rule"),
        (&["policy", "revoke", "1.pub", "two\nrequire any"], "trust-rule"),
        (&["policy", "revoke", "missing", "why"], "key-read"),
        (&["policy", "require-keys", "hello!", "1", "1.pub"], "trust-rule"),
        (&["policy", "remove", "1"], "trust-none"),
        (&["policy", "remove", "99"], "trust-none"),
    ] {
        bench.refused(&[&["trust"], arguments].concat(), code);
        assert_eq!(bench.trust_text(), format!("psp-trust 1\n{lines}"), "{arguments:?}");
    }
    for arguments in [
        &["policy", "require", "some"][..],
        &["policy", "require", "trusted", "0"],
        &["policy", "require", "trusted", "9"],
        &["policy", "require", "any", "1"],
        &["policy", "require-keys", "hello", "2", "1.pub"],
        &["policy", "require-keys", "hello", "2", "1.pub", &one],
        &["policy", "require-keys", "hello", "1"],
        &["policy", "minimum-sequence", "hello", "-1"],
        &["policy", "revoke", "1.pub"],
        &["add"],
        &[],
    ] {
        assert_eq!(bench.psp(&[&["trust"], arguments].concat()).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(bench.trust_text(), format!("psp-trust 1\n{lines}"));
}

#[test]
fn files_that_are_not_edited() {
    let bench = Bench::new();
    bench.trust("require all\n");
    bench.refused(&["trust", "add", "1.pub"], "trust-invalid");
    assert_eq!(bench.trust_text(), "psp-trust 1\nrequire all\n");
    bench.trust("require any\n");
    bench.mode("home/.config/psp/trust", 0o646);
    for arguments in [&["trust", "add", "1.pub"][..], &["trust", "list"], &["trust", "policy"]] {
        bench.refused(arguments, "trust-unsafe");
    }
    let output = bench.command(&["trust", "add", "1.pub"]).env_remove("HOME").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::bench::text(&output.stderr).contains("error[trust-write]"));
}

#[test]
fn two_at_once_lose_nothing() {
    let bench = Bench::new();
    let children: Vec<_> = (0..16)
        .map(|number| {
            let pattern = format!("app{number}");
            bench
                .command(&["trust", "policy", "minimum-sequence", &pattern, "1"])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(bench.trust_text().lines().count(), 17, "{}", bench.trust_text());
}

//! Policies against good packages (SPEC 10): what a machine refuses although the file is whole.

use psp_format::trust::FIRST_LINE;

use super::draft::{Draft, PUBLISHER, STRANGER, WITNESS, public_key};
use super::{Vector, manifest};

/// The package that the policies are about: `bent` in version 1.4.0, sequence 7, signed by publisher and witness.
pub(crate) const PACKAGE: &str = "valid/trusted.psp";

/// The same, built and signed by a stranger: whole and valid, and not the publisher's.
pub(crate) const IMPOSTOR: &str = "valid/impostor.psp";

/// A case of `trust.json`; empty text stands for a file that is not there.
pub(crate) struct Case {
    pub(crate) file: &'static str,
    pub(crate) administrator: String,
    pub(crate) user: String,
    pub(crate) expect: &'static str,
    pub(crate) note: &'static str,
}

/// The two packages.
pub(crate) fn packages() -> Vec<Vector> {
    let trusted = draft();
    let mut impostor = draft();
    impostor.manifest.identity.primary = public_key(STRANGER);
    impostor.signers = vec![(STRANGER, "")];
    vec![
        Vector::valid("trusted", "the package of trust.json, signed by two keys", trusted.finish()),
        Vector::valid(
            "impostor",
            "the same by a stranger: valid, and another publisher's",
            impostor.finish(),
        ),
    ]
}

fn draft() -> Draft<'static> {
    let mut draft = manifest::base();
    draft.manifest.identity.version = "1.4.0";
    draft.manifest.identity.sequence = 7;
    draft.signers = vec![(PUBLISHER, "release"), (WITNESS, "")];
    draft
}

/// All cases of `trust.json`. In the rules P, W and S stand for the keys of publisher, witness and stranger.
pub(crate) fn cases() -> Vec<Case> {
    let mut list = policies();
    list.extend(files());
    list
}

fn policies() -> Vec<Case> {
    let case =
        |administrator: &str, user: &str, expect, note| rules(PACKAGE, administrator, user, expect, note);
    let impostor =
        |administrator: &str, user: &str, expect, note| rules(IMPOSTOR, administrator, user, expect, note);
    vec![
        case("", "", "ok", "no policy"),
        case("require any", "require any", "ok", "any valid package"),
        case("require trusted 1", "", "untrusted", "a trusted key is asked for, and none is known"),
        case("key P publisher\nrequire trusted 1", "", "ok", "a trusted key has signed"),
        case("key P publisher\nkey W witness\nrequire trusted 2", "", "ok", "two trusted keys have signed"),
        case("key P publisher\nkey P again\nrequire trusted 2", "", "untrusted", "one key counts once"),
        case("key S stranger\nrequire trusted 1", "", "untrusted", "a trusted key has not signed"),
        case(
            "require trusted 1",
            "key P publisher",
            "untrusted",
            "the user cannot add to the administrator's keys",
        ),
        case("require trusted 1", "require any", "untrusted", "the user cannot loosen"),
        case("key P publisher", "require trusted 1", "ok", "the user tightens with the administrator's keys"),
        case("", "key P publisher\nrequire trusted 1", "ok", "the user's own keys"),
        case("", "require trusted 1", "untrusted", "the user tightens"),
        case("require-keys b* 1 P", "", "ok", "a named key has signed"),
        case("require-keys b* 1 S,W", "", "ok", "one of two named keys has signed"),
        case("require-keys b* 2 S,W", "", "untrusted", "one of two named keys is not both"),
        case("require-keys ben? 1 S", "", "untrusted", "the named key has not signed"),
        case("require-keys other 1 S", "", "ok", "a rule for another name"),
        case("require-keys * 1 P\nrequire-keys * 1 S", "", "untrusted", "both rules hold"),
        case("revoke P lost", "", "key-revoked", "the primary key is revoked"),
        case("", "revoke P lost", "key-revoked", "the user revokes the primary key"),
        case("revoke P lost", "key P publisher", "key-revoked", "the user cannot bring a key back"),
        case(
            "key W witness\nrevoke W lost\nrequire trusted 1",
            "",
            "untrusted",
            "a revoked key does not count",
        ),
        case("revoke W lost", "", "ok", "a revoked key beside the primary one"),
        case("minimum-version * 1.4.0", "", "ok", "the lowest version"),
        case("minimum-version * 1.4.1-rc.1", "", "version-too-old", "a version too old"),
        case("minimum-version * 1.4.0-rc.1", "", "ok", "a release comes after its candidates"),
        case("minimum-version other 9.0.0", "", "ok", "a version of another package"),
        case("", "minimum-version bent 1.10.0", "version-too-old", "10 comes after 4"),
        case("minimum-sequence * 7", "", "ok", "the lowest sequence"),
        case("minimum-sequence * 8", "", "sequence-too-old", "a sequence too low"),
        case(
            "minimum-sequence * 6",
            "minimum-sequence bent 18446744073709551615",
            "sequence-too-old",
            "both files hold",
        ),
        impostor("", "", "ok", "without a policy any valid package may start"),
        impostor("key P publisher\nrequire trusted 1", "", "untrusted", "a stranger's package"),
        impostor("require-keys bent 1 P", "", "untrusted", "a stranger's package under this name"),
        impostor("", "revoke S impostor", "key-revoked", "a stranger's revoked key"),
    ]
}

fn rules(
    file: &'static str,
    administrator: &str,
    user: &str,
    expect: &'static str,
    note: &'static str,
) -> Case {
    Case { file, administrator: with_keys(administrator), user: with_keys(user), expect, note }
}

/// A trust file of these rules. Keys are written with one letter.
fn with_keys(rules: &str) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let hex = |letter: &str| {
        let seed = match letter {
            "P" => PUBLISHER,
            "W" => WITNESS,
            "S" => STRANGER,
            _ => return letter.to_owned(),
        };
        public_key(seed).hex().as_str().to_owned()
    };
    let word = |word: &str| word.split(',').map(hex).collect::<Vec<_>>().join(",");
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = rules.lines().map(line).collect();
    format!("{FIRST_LINE}\n{}\n", lines.join("\n"))
}

/// Files that are not of the form: each makes every start fail.
fn files() -> Vec<Case> {
    let hex = public_key(PUBLISHER).hex().as_str().to_owned();
    let invalid = |administrator: String, note| Case {
        file: PACKAGE,
        administrator,
        user: String::new(),
        expect: "trust-invalid",
        note,
    };
    let line = |line: &str, note| invalid(format!("{FIRST_LINE}\n{line}\n"), note);
    vec![
        invalid("require any\n".into(), "no first line"),
        invalid("psp-trust 2\n".into(), "another version of the form"),
        invalid(format!(" {FIRST_LINE}\n"), "a space before the first line"),
        line("allow any", "an unknown rule"),
        line("require", "a rule without its words"),
        line("require all", "a word that the rule does not have"),
        line("require trusted 0", "a threshold of 0"),
        line("require trusted 9", "a threshold above 8"),
        line("require trusted 01", "a threshold with a leading zero"),
        line(" require any", "a space before the rule"),
        line("require  any", "two spaces"),
        line(&format!("key {} short", &hex[..62]), "a key that is too short"),
        line(&format!("key {} upper", hex.to_uppercase()), "a key in upper case"),
        line(&format!("key {hex}"), "a key without a label"),
        line(&format!("key {hex} a\u{1b}[2J"), "a control character"),
        line("require-keys * 1 ", "no keys"),
        line(&format!("require-keys [a] 1 {hex}"), "a pattern that is not one"),
        line("minimum-version * 1.0", "a version that is not one"),
        line("minimum-sequence * -1", "a sequence that is not a number"),
        line("minimum-sequence * 18446744073709551616", "a sequence of 2^64"),
        Case {
            user: "no trust file\n".into(),
            administrator: String::new(),
            ..invalid(String::new(), "the user's file is not of the form")
        },
    ]
}

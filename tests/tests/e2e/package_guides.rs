//! Every shell block of the guides to Python applications and to signatures and trust, run as it stands.

use end_to_end::World;

use super::guide::follow;
use super::support::{lacks_pypi, lacks_python};

#[test]
fn shipping_a_python_application() {
    if lacks_python() || lacks_pypi("tabulate==0.9.0") {
        return;
    }
    let world = World::new();
    let said = follow(&world, "PYTHON_APP.md");
    // The table, from the file under another name, in a hostile environment, bundled, and the new version.
    for (line, count) in
        [("a book on SQL     12.00", 4), ("together          14.50", 3), ("sum               14.50", 1)]
    {
        assert_eq!(said.matches(line).count(), count, "{line}: {said}");
    }
    // Without `bundle-libs` the host's library is needed, and then it is not.
    let inspected: Vec<_> = said.split("Needs of the host\n").skip(1).collect();
    let needs = inspected.iter().map(|rest| rest.lines().take_while(|line| line.starts_with("  ")));
    let needs: Vec<String> = needs.map(|lines| lines.collect::<String>()).collect();
    let needs_sqlite: Vec<bool> = needs.iter().map(|needs| needs.contains("libsqlite3")).collect();
    assert_eq!(needs_sqlite, [true, false], "{needs:?}");
    assert!(needs.iter().all(|needs| needs.contains("glibc 2.")), "{needs:?}");
    assert!(said.contains("expected of the host") && said.contains("\ntabulate\n"), "{said}");
}

#[test]
fn signing_and_trusting() {
    let world = World::new();
    let said = follow(&world, "TRUST.md");
    // What must be refused was, for the reason that the page gives; the page goes on with other words then.
    for (code, words) in [
        ("error[key-not-signed]", "not signed by the stranger"),
        ("error[untrusted]", "nobody whom we trust"),
        ("error[untrusted]", "refused with 125"),
        ("error[untrusted]", "not reviewed"),
        ("error[version-too-old]", "too old"),
        ("error[key-revoked]", "revoked"),
        ("error[untrusted]", "not trusted any more"),
        ("error[pin-changed]", "another key"),
        ("error[untrusted]", "another key here as well"),
    ] {
        assert!(said.contains(code) && said.lines().any(|line| line == words), "{code}, {words}: {said}");
    }
    assert_eq!(said.matches("error[").count(), 9, "{said}");
    // And what must start did.
    let greeted: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("hello, ")).collect();
    assert_eq!(
        greeted,
        ["world", "world", "everybody", "everybody", "world", "again", "first", "second"],
        "{said}"
    );
    assert!(said.contains("whole and valid") && said.contains("greet.psp: OK"), "{said}");
}

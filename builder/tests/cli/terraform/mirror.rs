//! `psp mirror --terraform`.

use super::*;

#[test]
fn mirrors_and_their_keys() {
    let bench = bench();
    let said = bench.done(&["mirror", "--terraform", "m", "--key", "1.key", NAME]);
    let archive = format!("m/registry.example.com/foundry/foundry/{ARCHIVE}");
    assert_eq!(said, format!("{archive}: added\n"));
    let (document, code) = bench.json(&["mirror", "--terraform", "m", "--key", "1.key", NAME]);
    assert_eq!((code, &document["schema"]), (0, &Value::from("psp-mirror/1")));
    assert_eq!(
        (&document["providers"][0]["added"], &document["providers"][0]["platform"]),
        (&false.into(), &"linux_amd64".into())
    );
    let before = tree(&bench.path("m"));
    for (key, code) in
        [("2.key", "terraform-key"), ("1.pub", "key-file"), ("missing.key", "key-read"), (NAME, "key-file")]
    {
        bench.refused(&["mirror", "--terraform", "m", "--key", key, NAME], code);
    }
    plugin(&bench, &format!("{PLUGIN}# changed\n"));
    bench.done(&["build", "--key", "1.key", "-q"]);
    bench.refused(&["mirror", "--terraform", "m", "--key", "1.key", NAME], "terraform-version-exists");
    assert!(tree(&bench.path("m")) == before);
    // Without a key it is the development key, made for whoever has none.
    let output = bench.psp(&["mirror", "--terraform", "other", NAME]);
    assert!(output.status.success() && text(&output.stderr).contains("made a development key"));
    let mut homeless = bench.command(&["mirror", "--terraform", "third", NAME]);
    let output = homeless.env_remove("HOME").output().unwrap();
    assert!(text(&output.stderr).starts_with("psp: error[key-make]"), "{}", text(&output.stderr));
    assert!(!bench.path("third").exists());
}

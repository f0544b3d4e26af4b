//! `foundry_file_content`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tf_testkit::terraform::Action;
use tf_testkit::{Config, Expected, Stage};

use crate::support::{provider, text};

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[tokio::test]
async fn a_life() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b/hello.txt");
    let provider = provider().await;
    let mut file = provider.resource("foundry_file_content");

    let created = file.apply(json!({ "filename": text(&path), "content": "hello" })).await.unwrap();
    created.expect_action(Action::Create).expect_value("exists", true).expect_value("content_hash", HELLO);
    created.planned.expect_value("content_hash", HELLO);
    assert_eq!(fs::read_to_string(&path).unwrap(), "hello");
    file.plan(json!({ "filename": text(&path), "content": "hello" }))
        .await
        .unwrap()
        .expect_action(Action::NoOp);
    file.verify_import(&text(&path), &[]).await.unwrap();

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let updated = file.apply(json!({ "filename": text(&path), "content": "" })).await.unwrap();
    updated.expect_action(Action::Update);
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640, "permissions stay");

    let moved = directory.path().join("other.txt");
    let replaced = file.apply(json!({ "filename": text(&moved), "content": "" })).await.unwrap();
    replaced.planned.expect_action(Action::Replace).expect_replaced_by("filename");
    assert!(moved.exists() && !path.exists(), "the old file goes");
    file.destroy().await.unwrap();
    assert!(!moved.exists());
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        1,
        "and nothing else is left but the directory"
    );
}

#[tokio::test]
async fn drift() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("drift");
    let provider = provider().await;
    let mut file = provider.resource("foundry_file_content");
    let config = json!({ "filename": text(&path), "content": "ours" });
    file.apply(config.clone()).await.unwrap();

    fs::write(&path, "theirs").unwrap();
    let planned = file.plan(config.clone()).await.unwrap();
    planned.expect_action(Action::Update).expect_value("content", "ours");
    file.apply(config.clone()).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "ours");

    fs::write(&path, b"\xff\xfe").unwrap();
    file.plan(config.clone()).await.unwrap().expect_action(Action::Update);
    for gone in [false, true] {
        fs::remove_file(&path).unwrap();
        if gone {
            fs::create_dir(&path).unwrap();
        }
        let mut again = provider.resource("foundry_file_content");
        assert!(again.import(&text(&path)).await.is_err());
        assert!(file.refresh().await.unwrap().is_gone());
        if !gone {
            file.apply(config.clone()).await.unwrap().expect_action(Action::Create);
        }
    }
}

#[tokio::test]
async fn a_file_that_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("there");
    fs::write(&path, "precious").unwrap();
    let provider = provider().await;
    let mut file = provider.resource("foundry_file_content");
    let planned = file.plan(json!({ "filename": text(&path), "content": "new" })).await.unwrap();
    planned.expect_warning(Expected::summary("Existing File Will Be Replaced").at_attribute("filename"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious", "a plan changes nothing");
    let planned = file.plan(json!({ "filename": text(&path), "content": "precious" })).await.unwrap();
    assert!(planned.diagnostics.is_empty(), "the same content is no loss");
    // What does not exist yet but will: the content is unknown.
    let config = Config::from(json!({ "filename": text(&path) })).unknown("content");
    let planned = file.plan(config).await.unwrap();
    planned.expect_unknown("content_hash").expect_value("exists", true);
    planned.expect_warning(Expected::summary("Existing File Will Be Replaced"));
}

#[tokio::test]
async fn what_cannot_be_written() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "x").unwrap();
    fs::create_dir(directory.path().join("folder")).unwrap();
    let provider = provider().await;
    for (path, summary) in [("file/below", "Cannot Make Directory"), ("folder", "Not a File")] {
        let mut file = provider.resource("foundry_file_content");
        let config = json!({ "filename": text(directory.path().join(path)), "content": "x" });
        let failure = file.apply(config).await.unwrap_err();
        assert_eq!(failure.stage, Stage::Apply);
        failure.expect(Expected::summary(summary).at_attribute("filename"));
        assert!(file.state().is_none());
    }
    // What is no regular file stays what it is, and what is too large is not written.
    let mut file = provider.resource("foundry_file_content");
    let failure = file.apply(json!({ "filename": "/dev/null", "content": "x" })).await.unwrap_err();
    failure.expect(Expected::summary("Not a File").at_attribute("filename"));
    let large =
        json!({ "filename": text(directory.path().join("large")), "content": "x".repeat((16 << 20) + 1) });
    file.apply(large).await.unwrap_err().expect(Expected::summary("File Too Large"));
    assert!(!directory.path().join("large").exists());
    let file = provider.resource("foundry_file_content");
    let failure = file.validate(json!({ "filename": "", "content": "x" })).await.unwrap_err();
    failure.expect(Expected::summary("Invalid Attribute Value Length").at_attribute("filename"));
    let failure =
        file.validate(json!({ "filename": "x", "content": "x", "exists": true })).await.unwrap_err();
    failure.expect(Expected::containing("xists"));
}

#[tokio::test]
async fn files_of_other_providers_move_in() {
    let provider = provider().await;
    for (source, kind, state) in [
        (
            "local/providers/pyvider",
            "pyvider_file_content",
            json!({ "filename": "f", "content": "hello", "exists": true, "content_hash": HELLO }),
        ),
        (
            "registry.example.com/hashicorp/local",
            "local_file",
            json!({ "filename": "f", "content": "hello", "directory_permission": "0777", "id": "x" }),
        ),
    ] {
        let mut file = provider.resource("foundry_file_content");
        let moved = file.move_from(source, kind, 1, state).await.unwrap();
        moved.expect_value("content_hash", HELLO).expect_value("exists", true);
    }
    for (source, kind, state) in [
        ("local/providers/other", "pyvider_file_content", json!({ "filename": "f", "content": "x" })),
        ("local/providers/pyvider", "pyvider_local_directory", json!({ "path": "f" })),
        ("registry.example.com/hashicorp/local", "local_file", json!({ "filename": "f", "content": null })),
    ] {
        let mut file = provider.resource("foundry_file_content");
        file.move_from(source, kind, 0, state)
            .await
            .unwrap_err()
            .expect(Expected::summary("Unable to Move Resource State"));
    }
}

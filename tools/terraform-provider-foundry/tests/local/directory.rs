//! `foundry_local_directory`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;
use tf_testkit::terraform::Action;
use tf_testkit::{Config, Expected};

use crate::support::{linted, provider, text};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_life() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().canonicalize().unwrap().join("a/b");
    let provider = provider().await;
    let mut resource = provider.resource("foundry_local_directory");

    let created = resource.apply(json!({ "path": text(&path) })).await.unwrap();
    created.planned.expect_unknown("file_count").expect_unknown("id").expect_value("permissions", "0o755");
    created.expect_value("file_count", 0).expect_value("id", text(&path));
    assert_eq!(mode(&path), 0o755);
    resource.plan(json!({ "path": text(&path) })).await.unwrap().expect_action(Action::NoOp);
    resource.verify_import(&text(&path), &[]).await.unwrap();

    fs::write(path.join("file"), "").unwrap();
    let updated = resource.apply(json!({ "path": text(&path), "permissions": "0o0700" })).await.unwrap();
    updated.expect_action(Action::Update).expect_value("file_count", 1).expect_value("permissions", "0o0700");
    assert_eq!(mode(&path), 0o700);
    // Written differently, and the same.
    resource
        .plan(json!({ "path": text(&path), "permissions": "0o700" }))
        .await
        .unwrap()
        .expect_action(Action::NoOp);

    let other = path.parent().unwrap().join("c");
    let config = json!({ "path": text(&other), "permissions": "0o2775" });
    let replaced = resource.apply(config.clone()).await.unwrap();
    replaced.planned.expect_replaced_by("path");
    replaced.expect_warning(Expected::summary("Directory Not Removed").and_containing("not empty"));
    assert!(path.join("file").exists(), "what is in it is not Terraform's");
    assert_eq!(mode(&other), 0o2775);
    resource.plan(config).await.unwrap().expect_action(Action::NoOp);
    resource.destroy().await.unwrap();
    assert!(!other.exists());
}

#[tokio::test]
async fn drift() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("d");
    let provider = provider().await;
    let mut resource = provider.resource("foundry_local_directory");
    let config = json!({ "path": text(&path), "permissions": "0o750" });
    resource.apply(config.clone()).await.unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
    let planned = resource.plan(config.clone()).await.unwrap();
    planned.expect_action(Action::Update).expect_value("permissions", "0o750");
    resource.apply(config.clone()).await.unwrap();
    assert_eq!(mode(&path), 0o750);
    fs::write(path.join("new"), "").unwrap();
    resource.plan(config.clone()).await.unwrap().expect_action(Action::NoOp);
    fs::remove_dir_all(&path).unwrap();
    assert!(resource.refresh().await.unwrap().is_gone());
}

#[tokio::test]
async fn permissions_are_checked_whatever_else_is_unknown() {
    let provider = provider().await;
    let resource = provider.resource("foundry_local_directory");
    for permissions in ["777", "0o", "0o888", "0o10000", "rwx", ""] {
        let config = Config::from(json!({ "permissions": permissions })).unknown("path");
        let failure = resource.validate(config).await.unwrap_err();
        failure.expect(Expected::summary("Value Conversion").at_attribute("permissions"));
    }
    let config = Config::from(json!({ "permissions": "0o711" })).unknown("path");
    resource.validate(config).await.unwrap();
}

#[tokio::test]
async fn directories_that_are_there_already() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    let provider = provider().await;
    let mut resource = provider.resource("foundry_local_directory");
    let planned = resource.plan(json!({ "path": text(directory.path()) })).await.unwrap();
    let warning = Expected::summary("Existing Directory Will Be Changed").at_attribute("path");
    planned.expect_warning(warning.and_containing("0o1777"));
    let same = json!({ "path": text(directory.path()), "permissions": "0o1777" });
    assert!(resource.plan(same).await.unwrap().diagnostics.is_empty());
    // By a link: the directory behind it is not this path's to remove.
    let link = directory.path().join("link");
    fs::create_dir(directory.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", &link).unwrap();
    resource.apply(json!({ "path": text(&link) })).await.unwrap();
    let destroyed = resource.destroy().await.unwrap();
    destroyed.expect_warning(Expected::summary("Directory Not Removed"));
    assert!(link.is_dir());
}

#[tokio::test]
async fn a_path_that_is_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "x").unwrap();
    let provider = provider().await;
    let mut resource = provider.resource("foundry_local_directory");
    let failure = resource.apply(json!({ "path": text(&path) })).await.unwrap_err();
    failure.expect(Expected::summary("Not a Directory").at_attribute("path"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "x");
    let failure = resource.apply(json!({ "path": text(path.join("below")) })).await.unwrap_err();
    failure.expect(Expected::summary("Cannot Make Directory").at_attribute("path"));
    assert!(resource.import(&text(&path)).await.is_err());
}

#[tokio::test]
async fn a_warning_for_those_who_asked() {
    for (list, warns) in [
        ("all", true),
        ("security", true),
        ("world-writable-directory", true),
        ("", false),
        ("all,!security", false),
        ("reliability", false),
    ] {
        let provider = linted(list).await;
        let resource = provider.resource("foundry_local_directory");
        let said = resource.validate(json!({ "path": "d", "permissions": "0o777" })).await.unwrap();
        assert_eq!(said.iter().count(), usize::from(warns), "{list}: {said:?}");
        let said = resource.validate(json!({ "path": "d", "permissions": "0o775" })).await.unwrap();
        assert!(said.is_empty(), "{list}: {said:?}");
    }
}

#[tokio::test]
async fn the_seeds_directories_move_in() {
    let provider = provider().await;
    let mut resource = provider.resource("foundry_local_directory");
    let state = json!({ "path": "d", "permissions": "0o755", "id": "/x/d", "file_count": 3 });
    let moved =
        resource.move_from("local/providers/pyvider", "pyvider_local_directory", 1, state).await.unwrap();
    moved.expect_value("id", "/x/d").expect_value("file_count", 3);
}

//! `foundry_lease`.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::json;
use tf_testkit::{Config, Expected, known};

use crate::support::{linted, provider, text};

const LEASE: &str = "foundry_lease";

#[tokio::test]
async fn opened_renewed_closed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run/lease");
    let provider = provider().await;
    let mut lease =
        provider.open(LEASE, json!({ "name": "job", "path": text(&path), "ttl_seconds": 60 })).await.unwrap();
    lease
        .expect_value("path", text(&path))
        .expect_value("ttl_seconds", 60)
        .expect_value("lease_id", known::string_regex("^[0-9a-f-]{36}$"))
        .expect_value("expires_at", known::string_regex("Z$"));
    let renew_in = lease.renew_at.unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(
        renew_in > Duration::from_secs(30) && renew_in < Duration::from_secs(55),
        "in time: {renew_in:?}"
    );
    lease.renew().await.unwrap();
    lease.renew().await.unwrap();
    let lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(Into::into).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].starts_with("opened ") && lines[0].ends_with(" for job") && lines[2].ends_with(" #2"),
        "{lines:?}"
    );
    lease.close().await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_not_set_stays_null() {
    let directory = tempfile::tempdir().unwrap();
    let provider = provider().await;
    let config = json!({ "name": "job", "path": text(directory.path().join("l")) });
    let lease = provider.open(LEASE, config).await.unwrap();
    lease.expect_value("ttl_seconds", known::null());
    assert!(lease.renew_at.unwrap() < SystemTime::now() + Duration::from_secs(30));
    lease.close().await.unwrap();
}

#[tokio::test]
async fn files_of_others_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    fs::write(&path, "mine").unwrap();
    let provider = provider().await;
    let config = json!({ "name": "job", "path": text(&path) });
    let failure = provider.open(LEASE, config.clone()).await.unwrap_err();
    failure
        .expect(Expected::summary("Cannot Open Lease").at_attribute("path").and_containing("there already"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // What is no file at all is not even opened: that of a pipe would wait for whoever writes to it.
    for what in ["mkfifo \"$0\"", "mkdir \"$0\"", "ln -s nowhere \"$0\""] {
        let there = directory.path().join("there");
        assert!(std::process::Command::new("sh").args(["-c", what]).arg(&there).status().unwrap().success());
        let failure = provider.open(LEASE, json!({ "name": "job", "path": text(&there) })).await.unwrap_err();
        failure.expect(Expected::summary("Cannot Open Lease").at_attribute("path"));
        assert!(there.symlink_metadata().is_ok(), "{what}");
        assert!(std::process::Command::new("rm").arg("-r").arg(&there).status().unwrap().success());
    }
    // That of an earlier lease is taken over, and its first holder does not remove it.
    fs::remove_file(&path).unwrap();
    let first = provider.open(LEASE, config.clone()).await.unwrap();
    let second = provider.open(LEASE, config).await.unwrap();
    assert_eq!(second.diagnostics.iter().next().unwrap().summary, "Lease Taken Over");
    first.close().await.unwrap();
    assert!(path.exists());
    second.close().await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_lost_lease_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lease");
    let provider = provider().await;
    let mut lease = provider.open(LEASE, json!({ "name": "job", "path": text(&path) })).await.unwrap();
    fs::remove_file(&path).unwrap();
    let said = lease.renew().await.unwrap();
    assert_eq!(said.iter().next().map(|warning| warning.summary.as_str()), Some("Lease Lost"));
    assert!(lease.renew_at.is_none());
    lease.close().await.unwrap();
}

#[tokio::test]
async fn rules() {
    let provider = provider().await;
    for (config, attribute) in [
        (json!({ "name": "", "path": "p" }), "name"),
        (json!({ "name": "n", "path": "" }), "path"),
        (json!({ "name": "n", "path": "p", "ttl_seconds": 0 }), "ttl_seconds"),
        (json!({ "name": "n", "path": "p", "ttl_seconds": 9_999_999_999_u64 }), "ttl_seconds"),
    ] {
        let failure = provider.open(LEASE, config).await.unwrap_err();
        failure.expect(Expected::containing("").at_attribute(attribute));
    }
    for ttl in [json!(-1), json!(1.5)] {
        let failure =
            provider.open(LEASE, json!({ "name": "n", "path": "p", "ttl_seconds": ttl })).await.unwrap_err();
        failure.expect(Expected::summary("Value Conversion").at_attribute("ttl_seconds"));
    }
}

#[tokio::test]
async fn a_warning_for_those_who_asked() {
    let directory = tempfile::tempdir().unwrap();
    let path = text(directory.path().join("lease"));
    for (list, seconds, warns) in [
        ("all", 3601, true),
        ("reliability", 3601, true),
        ("all", 3600, false),
        ("", 3601, false),
        ("security", 3601, false),
    ] {
        let provider = linted(list).await;
        let config = json!({ "name": "n", "path": path, "ttl_seconds": seconds });
        let lease = provider.open(LEASE, config).await.unwrap();
        assert_eq!(lease.diagnostics.iter().count(), usize::from(warns), "{list} {seconds}");
        lease.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_path_passes_validation() {
    let provider = provider().await;
    // Terraform opens nothing before all is known; this lane opens at once, so that only validation is to pass.
    let failure =
        provider.open(LEASE, Config::from(json!({ "name": "n" })).unknown("path")).await.unwrap_err();
    assert_ne!(failure.stage, tf_testkit::Stage::Validate);
}

//! Connections that are no host's, while a host works.

use super::bare::{Bare, Start};
use tf_plugin::stream::Plain;
use tf_plugin_proto::tfplugin6::validate_resource_config;
use tokio::io::AsyncWriteExt;

/// Bytes that look random, the same in every run.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(length)
    .collect()
}

async fn a_crowd_changes_nothing(bare: Bare) {
    let mut early = bare.provider().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(Plain::connect(&bare.handshake.address).await.expect("a connection"));
        early
            .validate_resource_config(validate_resource_config::Request::default())
            .await
            .expect("an answer");
    }
    for seed in 0..50 {
        let mut noisy = Plain::connect(&bare.handshake.address).await.expect("a connection");
        // It may be closed before all is written.
        let _ = noisy.write_all(&noise(seed, 4096)).await;
        idle.push(noisy);
    }
    // A new connection does not wait for those before it: it would be 10 s.
    let began = std::time::Instant::now();
    let mut late = bare.provider().await;
    late.validate_resource_config(validate_resource_config::Request::default()).await.expect("an answer");
    assert!(began.elapsed().as_secs() < 9, "{:?}", began.elapsed());
    early.validate_resource_config(validate_resource_config::Request::default()).await.expect("an answer");
    let (status, _, _) = bare.shutdown().await;
    assert!(status.success());
}

#[tokio::test]
async fn idle_and_noisy_connections_keep_nobody_out() {
    a_crowd_changes_nothing(Start::tls().serve().await).await;
}

#[tokio::test]
async fn nor_do_they_without_tls() {
    a_crowd_changes_nothing(Start::plain().serve().await).await;
}

#[tokio::test]
async fn a_stalled_tls_handshake_blocks_no_other() {
    let bare = Start::tls().serve().await;
    let mut stalled = Plain::connect(&bare.handshake.address).await.expect("a connection");
    // The head of a record that never comes.
    stalled.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]).await.expect("written");
    let mut provider = bare.provider().await;
    provider.validate_resource_config(validate_resource_config::Request::default()).await.expect("an answer");
    bare.shutdown().await;
}

//! Two brokers that talk, and a peer that does not keep to the rules.

use std::time::Duration;

use tokio::time::Instant;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::*;
use crate::socket::{Listener, Network, Place, Ports};
use crate::{Identity, Pin};

/// No protection.
fn plaintext() -> Link {
    let temporary = std::env::temp_dir();
    let place =
        Place { network: Network::Unix, directory: None, temporary, group: None, ports: Ok(Ports::ANY) };
    Link { place, certificates: None }
}

/// How two sides protect what they say to each other.
fn pair() -> (Link, Link) {
    let identities = || Identity::generate().expect("an identity");
    let (host, plugin) = (identities(), identities());
    let side = |own: &Identity, other: &Identity| {
        let pin = Pin::from_der(other.certificate().clone()).expect("a certificate");
        Link { certificates: Some((own.clone(), pin)), ..plaintext() }
    };
    (side(&host, &plugin), side(&plugin, &host))
}

/// A host's broker and a plugin's, over a real socket.
async fn connected(host: Link, plugin: Link) -> (Broker, Broker, Accepted) {
    let plugin_side = Broker::of_plugin(plugin);
    // The first connection is served as the broker's are.
    let routes = Routes::new(plugin_side.service());
    let (serving, address) = Accepted::listen(routes, &plugin_side).expect("a socket");
    let config = host.client_config();
    let stream = Stream::connect(&address, config.clone()).await.expect("it listens");
    let host_side = Broker::of_host(channel::over(stream, address, config), host);
    (host_side, plugin_side, serving)
}

fn health() -> Routes {
    Routes::new(tonic_health::server::health_reporter().1)
}

async fn is_well(channel: Channel) -> bool {
    let request = HealthCheckRequest { service: String::new() };
    HealthClient::new(channel).check(request).await.is_ok()
}

async fn both_ways(host: Link, plugin: Link) {
    let (host, plugin, _serving) = connected(host, plugin).await;
    for (server, client) in [(&host, &plugin), (&plugin, &host)] {
        assert_eq!((server.next_id(), server.next_id()), (1, 2));
        let (accepted, dialled) = tokio::join!(server.accept(7, health()), client.dial(7));
        let (accepted, dialled) = (accepted.expect("accepted"), dialled.expect("dialled"));
        assert!(is_well(dialled.clone()).await);
        drop(accepted);
        // Its connection is closed, and nobody listens any more.
        while is_well(dialled.clone()).await {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn either_side_serves_the_other() {
    both_ways(plaintext(), plaintext()).await;
    let (host, plugin) = pair();
    both_ways(host, plugin).await;
}

#[tokio::test]
async fn a_stranger_is_not_served() {
    let (host, plugin) = pair();
    let (stranger, _) = pair();
    let (host, plugin, _serving) = connected(host, plugin).await;
    let accepted = host.accept(1, health()).await.expect("accepted");
    let address = plugin.shared.announced.take(1).await.expect("an address");
    // It refuses the server, whose certificate it does not know.
    assert!(Stream::connect(&address, stranger.client_config()).await.is_err());
    // Without TLS it is not even listened to.
    let stream = Stream::connect(&address, None).await.expect("anyone can connect");
    assert!(!is_well(channel::over(stream, address, None)).await);
    drop(accepted);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever() {
    let broker = Broker::of_plugin(plaintext());
    let began = Instant::now();
    assert!(matches!(broker.dial(3).await, Err(BrokerError::NotAnnounced { id: 3 })));
    assert!(matches!(broker.accept(3, health()).await, Err(BrokerError::NoPeer)));
    assert!(began.elapsed() < Duration::from_secs(11));
    let (dialled, ()) = tokio::join!(broker.dial(4), async { broker.close() });
    assert!(matches!(dialled, Err(BrokerError::Closed)));
    assert!(matches!(broker.accept(5, health()).await, Err(BrokerError::Closed)));
}

#[tokio::test]
async fn what_is_announced_is_not_believed() {
    let broker = Broker::of_plugin(plaintext());
    let announce = |network: &str, address: &str| {
        let (network, address) = (network.to_owned(), address.to_owned());
        broker.receive(ConnInfo { service_id: 1, network, address, knock: None })
    };
    assert_eq!(announce("pipe", "x"), None);
    assert!(matches!(broker.dial(1).await, Err(BrokerError::Address { id: 1, .. })));
    assert_eq!(announce("unix", "/nowhere/at/all"), None);
    assert!(matches!(broker.dial(1).await, Err(BrokerError::Connect { id: 1, .. })));
    let listener = Listener::bind(&plaintext().place).expect("a socket");
    assert_eq!(announce("unix", &listener.address().text()), None);
    assert!(broker.dial(1).await.is_ok());
}

#[test]
fn multiplexing_is_refused() {
    let broker = Broker::of_plugin(plaintext());
    let ask = |ack| {
        let knock = Some(Knock { knock: true, ack, error: String::new() });
        broker.receive(ConnInfo { service_id: 8, knock, ..ConnInfo::default() })
    };
    let answer = ask(false).expect("an answer");
    assert_eq!(answer.service_id, 8);
    assert!(answer.knock.is_some_and(|knock| knock.ack && knock.error.contains("not multiplexed")));
    assert_eq!(ask(true), None, "an answer to what was never asked");
}

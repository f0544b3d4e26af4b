//! Where sockets are made, with which modes, and that they go.

use super::*;
use std::os::unix::fs::MetadataExt;

fn place(temporary: &Path) -> Place {
    Place {
        network: Network::Unix,
        directory: None,
        temporary: temporary.to_owned(),
        group: None,
        ports: Ok(Ports::ANY),
    }
}

fn path(listener: &Listener) -> PathBuf {
    match listener.address() {
        Address::Unix(path) => path.clone(),
        Address::Tcp(address) => panic!("TCP at {address}"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").mode() & 0o7777
}

#[tokio::test]
async fn a_socket_is_private_and_goes_with_its_listener() {
    let temporary = tempfile::tempdir().expect("a directory");
    let listener = Listener::bind(&place(temporary.path())).expect("a socket");
    let path = path(&listener);
    let nest = path.parent().expect("a parent").to_owned();
    assert_eq!((mode(&path), mode(&nest)), (0o600, 0o700));
    assert_eq!(nest.parent(), Some(temporary.path()));
    let (near, far) = tokio::join!(Plain::connect(listener.address()), listener.accept());
    assert!(near.is_ok() && far.is_ok());
    drop(listener);
    assert!(!nest.exists());
}

#[tokio::test]
async fn a_group_is_let_in() {
    let temporary = tempfile::tempdir().expect("a directory");
    let own = fs::metadata(temporary.path()).expect("it exists").gid();
    let shared = Place { group: Some(own.to_string()), ..place(temporary.path()) };
    let listener = Listener::bind(&shared).expect("a socket");
    let path = path(&listener);
    assert_eq!((mode(&path), mode(path.parent().expect("a parent"))), (0o660, 0o710));
    assert_eq!(fs::metadata(&path).expect("it exists").gid(), own);
    let unknown = Place { group: Some("no-such-group-anywhere".into()), ..place(temporary.path()) };
    assert!(matches!(Listener::bind(&unknown), Err(ListenError::Group { .. })));
}

#[tokio::test]
async fn a_place_that_cannot_be_used_is_replaced_unless_the_host_named_it() {
    let temporary = tempfile::tempdir().expect("a directory");
    let long = temporary.path().join("x".repeat(120));
    fs::create_dir(&long).expect("a directory");
    let odd = temporary.path().join("a|b");
    fs::create_dir(&odd).expect("a directory");
    for unusable in [long, odd, temporary.path().join("missing")] {
        let listener = Listener::bind(&place(&unusable)).expect("a socket elsewhere");
        assert!(path(&listener).starts_with("/tmp"), "{:?}", listener.address());
        let named = Place { directory: Some(unusable.clone()), ..place(temporary.path()) };
        let refused = Listener::bind(&named);
        assert!(
            matches!(refused, Err(ListenError::Path { .. } | ListenError::Directory { .. })),
            "{refused:?}"
        );
        if unusable.exists() {
            assert_eq!(
                fs::read_dir(&unusable).expect("a directory").count(),
                0,
                "left behind in {unusable:?}"
            );
        }
    }
}

#[tokio::test]
async fn tcp_takes_a_port_of_the_range() {
    let temporary = tempfile::tempdir().expect("a directory");
    let any = Place { network: Network::Tcp, ..place(temporary.path()) };
    // A port that is free again may at once be another process's: then with the next one.
    assert!((0..20).any(|_| takes_the_only_port(&any)), "no port was free again");
    let empty = Place { ports: Ports::parse(Some("2"), Some("1")), ..any };
    assert!(matches!(Listener::bind(&empty), Err(ListenError::Ports(_))));
}

/// Whether a range of one port gives that port once it is free again; as long as it is taken, it must give none.
fn takes_the_only_port(any: &Place) -> bool {
    let listener = Listener::bind(any).expect("a socket");
    let Address::Tcp(address) = listener.address().clone() else { panic!("no TCP") };
    assert!(address.ip().is_loopback() && address.port() != 0);
    let text = address.port().to_string();
    let only = Place { ports: Ports::parse(Some(&text), Some(&text)), ..any.clone() };
    assert!(matches!(Listener::bind(&only), Err(ListenError::NoPort { .. })));
    drop(listener);
    match Listener::bind(&only) {
        Ok(again) => {
            assert_eq!(again.address(), &Address::Tcp(address));
            true
        }
        Err(ListenError::NoPort { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

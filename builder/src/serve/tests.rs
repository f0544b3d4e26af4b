//! What a client can't do: stay for ever, take all connections, or hold the server up.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use super::*;

/// Starts a server that goes on until the test's process ends; comes back with its address.
fn start(limits: Limits) -> (tempfile::TempDir, SocketAddr) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("small.json"), "{}").unwrap();
    fs::write(directory.path().join("large.zip"), vec![7; 64 << 20]).unwrap();
    let server = Server::bind(directory.path(), (Ipv4Addr::LOCALHOST, 0).into(), None, limits).unwrap();
    let address = server.address;
    std::thread::spawn(move || server.run());
    (directory, address)
}

fn connect(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // It may be cut off in any way.
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

const SMALL: &str = "GET /small.json HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn who_does_nothing_is_sent_away() {
    let limits = Limits { idle: Duration::from_millis(500), ..Limits::default() };
    let (_directory, address) = start(limits);
    for request in ["", "G", "GET / HTTP/1.1\r\nHos", SMALL] {
        // It comes back at all: the server has closed the connection. Before the request, if this process was out for so long.
        let mut answer = Vec::new();
        for _ in 0..3 {
            answer = rest(connect(address, request));
            if !answer.is_empty() || request != SMALL {
                break;
            }
        }
        assert_eq!(answer.ends_with(b"{}"), request == SMALL, "{request:?}");
    }
    // One that takes nothing of what it has asked for, and has the only place: the next one gets it when the first was sent
    // away, to whom most of the file was never sent.
    let (_other, address) = start(Limits { connections: 1, ..limits });
    let stuck = connect(address, "GET /large.zip HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(rest(connect(address, SMALL)).ends_with(b"{}"));
    assert!(rest(stuck).len() < 64 << 20);
}

#[test]
fn who_does_nothing_makes_room() {
    let limits = Limits { connections: 4, crowded: Duration::from_millis(200), ..Limits::default() };
    let (_directory, address) = start(limits);
    // One takes its time with what it has asked for: it has the beginning, and nothing more is sent for long.
    let mut slow = connect(address, "GET /large.zip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let mut beginning = [0; 1000];
    slow.read_exact(&mut beginning).unwrap();
    std::thread::sleep(3 * limits.crowded);
    // The others hold on to the rest of the places.
    let idle: Vec<_> = ["", "GET / HTTP/1.1\r\nHos", "GET / HT"].map(|said| connect(address, said)).into();
    for _ in 0..4 {
        assert!(rest(connect(address, &SMALL.replace("Host", "Connection: close\r\nHost"))).ends_with(b"{}"));
    }
    drop(idle);
    assert!(beginning.len() + rest(slow).len() > 64 << 20, "a slow one stays");
}

#[test]
fn who_does_nothing_stays_while_nobody_else_comes() {
    let limits = Limits { connections: 1, crowded: Duration::from_millis(50), ..Limits::default() };
    let (_directory, address) = start(limits);
    let mut stream = connect(address, SMALL);
    for _ in 0..2 {
        let mut answer = Vec::new();
        while !answer.ends_with(b"{}") {
            let mut piece = [0; 1024];
            let count = stream.read(&mut piece).unwrap();
            assert!(count > 0, "it was sent away");
            answer.extend_from_slice(&piece[..count]);
        }
        std::thread::sleep(6 * limits.crowded);
        stream.write_all(SMALL.as_bytes()).unwrap();
    }
}

#[test]
fn large_files_arrive_whole_side_by_side() {
    let (_directory, address) = start(Limits::default());
    let request = "GET /large.zip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(|| rest(connect(address, request)))).collect();
        for client in clients {
            let answer = client.join().unwrap();
            assert!(answer.len() > 64 << 20 && answer.ends_with(&[7; 1000]), "{}", answer.len());
        }
    });
}

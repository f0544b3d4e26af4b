//! `psp serve`: what it answers, what it does not, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::bench::{Bench, text};

mod hostile;
mod tls;

/// A running server.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(bench: &Bench, arguments: &[&str]) -> Self {
        let mut command = bench.command(&[&["serve"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("://").unwrap().1.trim_end_matches('/').to_owned();
        Self { child, address }
    }

    /// Sends these bytes and reads until the server closes: status line and headers, and body.
    fn say(&self, request: &[u8]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end =
            answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
        (text(&answer[..end]).to_lowercase(), answer.split_off(end))
    }

    fn request(&self, method: &str, target: &str) -> (String, Vec<u8>) {
        self.say(format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    }

    fn end(mut self, signal: &str) -> Option<i32> {
        assert!(
            Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("secret", "secret");
    bench.write("m/a/index.json", "{}");
    bench.write("m/.well-known/terraform.json", "{\"a\":1}");
    bench.write("m/.hidden", "hidden");
    bench.write("m/x.zip", &"0123456789".repeat(100_000));
    bench.write("m/empty.json", "");
    std::os::unix::fs::symlink("../secret", bench.path("m/link")).unwrap();
    std::os::unix::fs::symlink("/etc", bench.path("m/etc")).unwrap();
    assert!(Command::new("mkfifo").arg(bench.path("m/pipe")).status().unwrap().success());
    bench
}

#[test]
fn files_and_nothing_else() {
    let bench = bench();
    let server = Server::start(&bench, &["m"]);
    let (head, body) = server.request("GET", "/a/index.json");
    assert!(head.starts_with("http/1.1 200 ") && head.contains("content-type: application/json"), "{head}");
    assert_eq!(body, b"{}");
    let (head, body) = server.request("GET", "/x.zip");
    assert!(
        head.contains("content-type: application/zip") && head.contains("content-length: 1000000"),
        "{head}"
    );
    assert!(body == fs::read(bench.path("m/x.zip")).unwrap());
    let (head, body) = server.request("HEAD", "/x.zip");
    assert!(head.contains("content-length: 1000000") && body.is_empty(), "{head}");
    assert_eq!(server.request("GET", "/.well-known/terraform.json").1, b"{\"a\":1}");
    assert!(server.request("GET", "/empty.json").0.contains("content-length: 0"));
    for target in [
        "/",
        "/a",
        "/a/",
        "/missing",
        "/link",
        "/etc/passwd",
        "/pipe",
        "/.hidden",
        "/../secret",
        "/a/../../secret",
        "/%2e%2e/secret",
        "/a/..%2f..%2fsecret",
        "//secret",
        "/a//index.json",
        "/a/index.json/",
        "/x.zip/y",
        "/%00",
        "*",
    ] {
        let (head, body) = server.request("GET", target);
        assert!(head.starts_with("http/1.1 40"), "{target}: {head}");
        assert!(!text(&body).contains("secret") && !text(&body).contains("root:"), "{target}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"] {
        let (head, _) = server.request(method, "/a/index.json");
        assert!(head.starts_with("http/1.1 405 ") || head.starts_with("http/1.1 400 "), "{method}: {head}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    for request in [b"\0\0\0\r\n\r\n".as_slice(), b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", long.as_bytes()]
    {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        // It may close before it has read all.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!text(&answer).contains(" 200 "), "{}", text(&answer));
    }
    assert!(server.request("GET", "/a/index.json").0.starts_with("http/1.1 200 "), "it goes on");
    assert_eq!(server.end("-TERM"), Some(0));
}

#[test]
fn it_ends_although_somebody_is_connected() {
    let bench = bench();
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(&bench, &["m"]);
        let mut idle = TcpStream::connect(&server.address).unwrap();
        idle.write_all(b"GET /a/index.json HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut byte = [0];
        idle.read_exact(&mut byte).unwrap();
        let _half = TcpStream::connect(&server.address).unwrap();
        assert_eq!(server.end(signal), Some(0), "{signal}");
    }
}

#[test]
fn what_cannot_be_served() {
    let bench = bench();
    bench.refused(&["serve", "missing"], "serve-directory");
    bench.refused(&["serve", "secret"], "serve-directory");
    let server = Server::start(&bench, &["m"]);
    bench.refused(&["serve", "m", "--listen", &server.address], "serve-listen");
    bench.write("none.pem", "nothing\n");
    bench.write("bad.pem", "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n");
    for (certificate, key) in [("none.pem", "none.pem"), ("missing.pem", "none.pem"), ("bad.pem", "bad.pem")]
    {
        let said = bench.refused(&["serve", "m", "--tls-cert", certificate, "--tls-key", key], "serve-tls");
        assert!(said.contains(certificate), "{said}");
    }
    assert_eq!(bench.psp(&["serve", "m", "--tls-cert", "none.pem"]).status.code(), Some(2));
    assert_eq!(bench.psp(&["serve", "m", "--listen", "nowhere"]).status.code(), Some(2));
    assert_eq!(bench.psp(&["serve"]).status.code(), Some(2));
}

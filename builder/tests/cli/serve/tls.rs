//! TLS: certificates and keys that cannot be used, and clients that speak something else.

use super::*;

/// `a.pem` and `a.key`, `b.pem` and `b.key`: certificates that sign themselves. False where there is no openssl.
fn certificates(bench: &Bench) -> bool {
    ["a", "b"].into_iter().all(|name| {
        let mut command = Command::new("openssl");
        command.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "9",
        ]);
        command.args([
            "-subj",
            "/CN=local",
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &format!("{name}.pem"),
        ]);
        command.current_dir(bench.path("")).output().is_ok_and(|output| output.status.success())
    })
}

#[test]
fn keys_of_other_certificates_and_clients_without_tls() {
    let bench = bench();
    if !certificates(&bench) {
        assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "CI must have openssl");
        eprintln!("SKIPPED: openssl is lacking");
        return;
    }
    for (certificate, key, shown) in [
        ("a.pem", "b.key", "b.key"),
        ("a.key", "a.key", "a.key"),
        ("a.pem", "a.pem", "a.pem"),
        ("m", "a.key", "m"),
        ("a.pem", "missing", "missing"),
    ] {
        let said = bench.refused(&["serve", "m", "--tls-cert", certificate, "--tls-key", key], "serve-tls");
        assert!(said.contains(shown) && !said.contains("PRIVATE"), "{said}");
    }
    let server = Server::start(&bench, &["m", "--tls-cert", "a.pem", "--tls-key", "a.key"]);
    // A record that claims to be long, one of another kind, and no TLS at all.
    for garbage in [
        &b"GET /a/index.json HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"\x16\x03\x01\xff\xff",
        &[0x16; 70_000],
        &[0; 100],
        b"\x15\x03\x03\0\x02\x02\x28",
    ] {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let _ = stream.write_all(garbage);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP") && answer.len() < 100, "{}", text(&answer));
    }
    let output = Command::new("openssl")
        .args(["s_client", "-quiet", "-connect", &server.address, "-CAfile", "a.pem"])
        .current_dir(bench.path(""))
        .stdin(request_file(&bench))
        .output()
        .unwrap();
    assert!(text(&output.stdout).ends_with("{}"), "{} {}", text(&output.stdout), text(&output.stderr));
    assert_eq!(server.end("-TERM"), Some(0));
}

fn request_file(bench: &Bench) -> fs::File {
    bench.write("request", "GET /a/index.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    fs::File::open(bench.path("request")).unwrap()
}

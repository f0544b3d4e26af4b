//! Clients and files that mean no good.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A request with these further headers.
fn with(method: &str, target: &str, headers: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// Sends what a server may end before it has read it; comes back with what it answered until then.
fn send(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    text(&answer)
}

#[test]
fn ways_out_of_the_directory() {
    let bench = bench();
    bench.write("m/a/\\..\\secret", "hidden");
    let server = Server::start(&bench, &["m"]);
    let up = [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "..%00",
        "..;",
        "%c0%ae%c0%ae",
        "%e0%80%ae%e0%80%ae",
        "..%5c",
        "\\..",
        "%2e%2e%2f",
        "..%2F..",
        "%uff0e%uff0e",
    ];
    let mut targets: Vec<String> = up
        .iter()
        .flat_map(|up| {
            [format!("/{up}/secret"), format!("/a/{up}/{up}/secret"), format!("/a/{up}/index.json")]
        })
        .collect();
    let other = [
        "//secret",
        "///a/index.json",
        "/./a/index.json",
        "/a/./index.json",
        "/a/index.json%00",
        "/a/index.json%00.zip",
        "/a%2findex.json",
        "/%2fetc/passwd",
        "//etc/passwd",
        "/proc/self/environ",
        "/link",
        "/link/",
        "/etc/passwd",
        "/pipe",
        "/.hidden",
        "/%2ehidden",
        "/.well-known/../.hidden",
        "file:///etc/passwd",
        "/a/%5c..%5csecret",
    ];
    targets.extend(other.map(str::to_owned));
    targets.push("http://x/../secret".to_owned());
    targets.push(format!("/{}secret", "a/../".repeat(500)));
    for target in targets {
        let answer = send(&server, &with("GET", &target, ""));
        assert!(answer.starts_with("HTTP/1.1 40"), "{target}: {answer}");
        for word in ["secret", "root:", "hidden", "{}", "PATH="] {
            assert!(!answer.contains(word), "{target}: {answer}");
        }
    }
    // Another form of the same, and what follows the path, which no file's name has.
    for target in
        ["http://x/a/index.json", "http://other:99/a/index.json", "/a/index.json?x=../..", "/a/%69ndex.json"]
    {
        assert!(send(&server, &with("GET", target, "")).ends_with("{}"), "{target}");
    }
}

#[test]
fn headers_change_nothing() {
    let bench = bench();
    let whole = fs::read(bench.path("m/x.zip")).unwrap();
    let server = Server::start(&bench, &["m"]);
    for headers in [
        "Range: bytes=0-0\r\n",
        "Range: bytes=-1\r\n",
        "Range: bytes=0-99999999999999999999999\r\n",
        "Range: bytes=9-1\r\n",
        "Range: bytes=-9223372036854775809\r\n",
        "Range: bytes=0-1,0-1,0-1\r\nRange: bytes=x\r\n",
        "Range: octets=1-2\r\n",
        "If-None-Match: *\r\n",
        "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n",
        "If-Range: x\r\nIf-Match: \"x\"\r\n",
        "Accept-Encoding: gzip\r\nTE: trailers\r\n",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Expect: 100-continue\r\n",
        "X-HTTP-Method-Override: PUT\r\nX-Original-URL: /secret\r\nX-Forwarded-For: 1\r\n",
    ] {
        let many = format!("Range: bytes={}\r\n", "0-1,".repeat(2000));
        for headers in [headers, &many] {
            let (head, body) = server.say(&with("GET", "/x.zip", headers));
            assert!(
                head.starts_with("http/1.1 200 ") && head.contains("content-length: 1000000"),
                "{headers}: {head}"
            );
            assert!(body == whole, "{headers}");
            let (head, body) = server.say(&with("HEAD", "/x.zip", headers));
            assert!(head.contains("content-length: 1000000") && body.is_empty(), "{headers}: {head}");
        }
    }
}

#[test]
fn requests_that_are_none() {
    let bench = bench();
    let server = Server::start(&bench, &["m"]);
    let line = "GET /a/index.json HTTP/1.1\r\n";
    for (request, answer) in [
        (format!("{line}X: {}\r\n\r\n", "a".repeat(1 << 20)), "431"),
        (format!("{line}{}\r\n", "X: y\r\n".repeat(5000)), "431"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1 << 20)), "4"),
        (format!("{line}Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), "400"),
        (format!("{line}Content-Length: -1\r\n\r\n"), "400"),
        (format!("{line}Transfer-Encoding: chunked, x\r\n\r\n"), "400"),
        (format!("{line}X y\r\n\r\n"), "400"),
        (format!("{line}X: \0\r\n\r\n"), "400"),
        (format!("{line} X: folded\r\n\r\n"), "400"),
        ("GET /a/\0 HTTP/1.1\r\n\r\n".to_owned(), "400"),
        ("GET a HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), "40"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), ""),
        ("\u{16}\u{3}\u{1}\u{2}".repeat(100), ""),
    ] {
        let shown = &request[..request.len().min(60)];
        let said = send(&server, request.as_bytes());
        assert!(!said.contains("{}") && !said.contains(" 200 "), "{shown}: {said}");
        // A connection that is closed before all was read may lose its answer on the way.
        assert!(said.is_empty() || said.starts_with(&format!("HTTP/1.1 {answer}")), "{shown}: {said}");
    }
    // Many at once on one connection, the last one with a body that nobody reads.
    let last = with("POST", "/a/index.json", "Content-Length: 5\r\n");
    let more = with("GET", "/a/index.json", "");
    let kept = "GET /a/index.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
    let said = send(&server, &[kept.as_bytes(), &last, b"12345", &more].concat());
    assert_eq!(said.matches("200 OK").count(), 200);
    assert_eq!(said.matches("405 ").count(), 1, "what follows the last is not answered");
    let smuggled = format!(
        "{line}Host: x\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /secret HTTP/1.1\r\n\r\n"
    );
    assert!(!send(&server, smuggled.as_bytes()).contains("secret"));
    assert_eq!(server.end("-TERM"), Some(0));
}

#[test]
fn hundreds_who_say_nothing() {
    let bench = bench();
    let server = Server::start(&bench, &["m"]);
    // More than find a place: none of them ever says more than this.
    let connect = |number: usize| {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(&b"GET /a/index.json HTTP/1.1\r\nHost"[..number % 30]).unwrap();
        stream
    };
    let idle: Vec<_> = (0..800).map(connect).collect();
    let answer = send(&server, &with("GET", "/a/index.json", ""));
    assert!(answer.ends_with("{}"), "{answer}");
    let descriptors = fs::read_dir(format!("/proc/{}/fd", server.child.id())).unwrap().count();
    assert!(descriptors < 300, "{descriptors} descriptors");
    drop(idle);
    assert_eq!(server.end("-TERM"), Some(0));
}

#[test]
fn no_descriptor_is_left() {
    let bench = bench();
    let psp = bench.command(&["serve", "m"]);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 32; exec \"$0\" \"$@\""]).arg(psp.get_program()).args(psp.get_args());
    command.current_dir(bench.path("")).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let address = said.trim().rsplit_once("://").unwrap().1.trim_end_matches('/').to_owned();
    let server = Server { child, address };
    let files = format!("/proc/{}/fd", server.child.id());
    // Connections take all the descriptors there are, so that none is left for a file.
    let mut idle: Vec<_> = (0..64).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    while fs::read_dir(&files).unwrap().count() < 32 {
        std::thread::yield_now();
    }
    let answers = |stream: &mut TcpStream| {
        stream.write_all(&with("GET", "/a/index.json", "")).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        text(&answer)
    };
    // That there is none is no answer.
    let said = answers(&mut idle[0]);
    assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
    drop(idle);
    assert!(answers(&mut TcpStream::connect(&server.address).unwrap()).ends_with("{}"));
}

#[test]
fn files_that_change_while_they_are_served() {
    let bench = bench();
    let (one, two) = ("1".repeat(8 << 20), "2".repeat(8 << 20));
    bench.write("m/large.zip", &one);
    let server = Server::start(&bench, &["m"]);
    let begin = || {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(&with("GET", "/large.zip", "")).unwrap();
        let mut head = [0; 16];
        stream.read_exact(&mut head).unwrap();
        assert!(head.starts_with(b"HTTP/1.1 200 "));
        stream
    };
    let rest = |mut stream: TcpStream| {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let start = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        answer.split_off(start)
    };
    // Another file gets its name, as `psp mirror` does it: whoever has begun gets the first one.
    let stream = begin();
    bench.write("next", &two);
    fs::rename(bench.path("next"), bench.path("m/large.zip")).unwrap();
    assert!(rest(stream) == one.as_bytes());
    fs::write(bench.path("m/large.zip"), &one).unwrap();
    // It grows: as much as was promised.
    let stream = begin();
    fs::File::options()
        .append(true)
        .open(bench.path("m/large.zip"))
        .unwrap()
        .write_all(two.as_bytes())
        .unwrap();
    assert!(rest(stream) == one.as_bytes());
    // It shrinks: what comes is not whole, and the connection says so.
    let stream = begin();
    fs::write(bench.path("m/large.zip"), "1").unwrap();
    assert!(rest(stream).len() < 16 << 20);
    assert_eq!(server.request("GET", "/large.zip").1, b"1");
}

#[test]
fn a_link_in_place_of_a_directory_again_and_again() {
    let bench = bench();
    bench.write("outside/index.json", "secret");
    let server = Server::start(&bench, &["m"]);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let [inside, aside] = ["m/a", "m/b"].map(|path| bench.path(path));
            while !is_done.load(Ordering::Relaxed) {
                fs::rename(&inside, &aside).unwrap();
                symlink("../outside", &inside).unwrap();
                fs::remove_file(&inside).unwrap();
                fs::rename(&aside, &inside).unwrap();
            }
        });
        for _ in 0..300 {
            let (head, body) = server.request("GET", "/a/index.json");
            assert!(head.contains(" 200 ") || head.contains(" 404 "), "{head}");
            assert!(body == b"{}" || body == b"no such file\n", "{}", text(&body));
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

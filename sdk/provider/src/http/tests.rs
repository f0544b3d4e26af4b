//! Against a server of our own, which plays a script.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use super::*;

/// Answers connections one after the other, each with an answer of the script; hands out the requests it read. An empty answer is
/// a connection that breaks.
fn server(script: Vec<String>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://user:passw0rd@{}/v1?token=s3cret", listener.local_addr().unwrap());
    let (requests, received) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in script {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let _ = requests.send(read_request(&mut stream));
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, received)
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).unwrap_or(0);
        text.push_str(&String::from_utf8_lossy(&buffer[..n]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if n == 0 {
                return text;
            }
            continue;
        };
        let length =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if n == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

fn answer(status: u16, header: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n{header}content-length: {length}\r\n\r\n{body}")
}

fn client() -> Client {
    let retry = Retry::new().tries_max(3).first_pause(Duration::from_millis(1)).cap(Duration::from_millis(2));
    let builder = Client::builder("terraform-provider-acc/1.0").retry(retry);
    builder.bearer_token("t0ken").unwrap().build().unwrap()
}

#[tokio::test]
async fn it_says_who_it_is_and_tries_again() {
    let (url, received) =
        server(vec![answer(503, "retry-after: 0\r\n", ""), String::new(), answer(200, "", "hello")]);
    let response = client().send(client().put(&url).body("b0dy")).await.unwrap();
    assert_eq!((response.status(), response.text().await.unwrap().as_str()), (StatusCode::OK, "hello"));
    let requests: Vec<String> = received.iter().collect();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert!(request.starts_with("PUT /v1?token=s3cret HTTP/1.1"), "{request}");
        assert!(request.contains("user-agent: terraform-provider-acc/1.0") && request.ends_with("b0dy"));
    }
}

#[tokio::test]
async fn what_could_do_harm_is_not_repeated() {
    for (status, tries) in [(503, 3), (429, 3), (502, 1), (504, 1), (500, 1), (404, 1)] {
        let (url, received) = server(vec![answer(status, "", ""); tries]);
        let response = client().send(client().post(&url)).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "the last response comes back");
        assert_eq!(received.iter().count(), tries, "{status}");
    }
    let (url, received) = server(vec![String::new()]);
    client().send(client().post(&url)).await.unwrap_err();
    assert_eq!(received.iter().count(), 1, "a connection that broke after the request was sent");
}

#[tokio::test]
async fn errors_show_no_secret() {
    let (url, _received) = server(vec![String::new(); 3]);
    let error = client().send(client().get(&url)).await.unwrap_err();
    let text = format!("{error} {error:?}");
    let text = format!("{text} {:?}", crate::Diagnostics::from(error));
    assert!(text.contains("GET http://127.0.0.1:"), "{text}");
    for secret in ["passw0rd", "s3cret", "t0ken"] {
        assert!(!text.contains(secret), "{text}");
    }
    let error = Client::builder("x").bearer_token("bad\ntoken").unwrap_err();
    assert_eq!(error.to_string(), "the value of header authorization is not valid");
    assert!(!format!("{:?}", client()).contains("t0ken"));
}

#[tokio::test]
async fn secrets_are_not_redirected_to_another_origin() {
    let (other, stranger) = server(vec![answer(200, "", "caught")]);
    let there = |url: &str| answer(302, &format!("location: {url}\r\n"), "");
    let with_secret =
        || Client::builder("x").header_named("x-api-key", "s3cr3t-key").unwrap().build().unwrap();
    let (url, _received) = server(vec![there(&other)]);
    let client = with_secret();
    assert_eq!(client.send(client.get(&url)).await.unwrap().status(), StatusCode::FOUND);
    assert!(stranger.try_recv().is_err(), "nobody else was asked");
    // At the same origin it goes on, with the header.
    let (url, received) = server(vec![there("/v2"), answer(200, "", "here")]);
    let response = client.send(client.get(&url)).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "here");
    assert!(received.iter().all(|request| request.contains("x-api-key: s3cr3t-key")));
    // A client without secrets goes anywhere.
    let (url, _received) = server(vec![there(&other)]);
    let client = Client::builder("x").build().unwrap();
    assert_eq!(client.send(client.get(&url)).await.unwrap().text().await.unwrap(), "caught");
    assert_eq!(
        Client::builder("x").header_named("bad name", "s").unwrap_err().to_string(),
        "\"bad name\" is not the name of a header"
    );
}

#[tokio::test]
async fn a_try_has_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let quick = Client::builder("x").timeout(Duration::from_millis(20)).retry(Retry::new().tries_max(1));
    let quick = quick.build().unwrap();
    let error = quick.send(quick.get(&url)).await.unwrap_err();
    assert!(matches!(error, HttpError::Send { source, .. } if source.is_timeout()));
}

#[test]
fn addresses_are_shown_without_secrets() {
    for (url, want) in [
        ("https://u:p@h/a?k=v#f", "https://h/a"),
        ("https://h:8443/", "https://h:8443/"),
        ("data:text/plain,x?y", "data:text/plain,x"),
    ] {
        assert_eq!(shown(&url.parse().unwrap()), want);
    }
}

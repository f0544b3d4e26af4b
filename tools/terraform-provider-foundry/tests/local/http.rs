//! `foundry_http_api`, against a server of our own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};

use serde_json::json;
use tf_testkit::{Canary, Expected, LocalProvider, known};

use terraform_provider_foundry::Foundry;

use crate::support::{configured, linted, provider};

const HTTP: &str = "foundry_http_api";

/// A server that gives these answers, one a connection, and hands out what it was asked.
fn server(answers: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, requests) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let (mut text, mut buffer) = (String::new(), [0; 4096]);
            while !text.contains("\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
                }
            }
            let _ = asked.send(text);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (url, requests)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn what_comes_back() {
    let provider = provider().await;
    let headers = "content-type: application/json\r\nx-a: 1\r\nx-a: 2\r\n";
    let (url, requests) = server(vec![answer("200 OK", headers, "{\"ok\":true}")]);
    let config = json!({ "url": format!("{url}/v1?q=1"), "headers": { "X-Mine": "yes" } });
    let read = provider.read_data(HTTP, config).await.unwrap();
    read.expect_value("status_code", 200)
        .expect_value("response_body", "{\"ok\":true}")
        .expect_value("content_type", "application/json")
        .expect_value("response_headers.x-a", "1, 2")
        .expect_value("header_count", 4)
        .expect_value("method", known::null())
        .expect_value("timeout", known::null())
        .expect_value("error_message", known::null())
        .expect_value("response_time_ms", known::not_null());
    let request = requests.recv().unwrap().to_lowercase();
    assert!(request.starts_with("get /v1?q=1 http/1.1") && request.contains("x-mine: yes"), "{request}");
    assert!(request.contains("user-agent: terraform-provider-foundry/"), "{request}");
}

#[tokio::test]
async fn a_status_is_an_answer() {
    let provider = configured(json!({ "api_retries": 0 })).await;
    for (status, method) in
        [("404 Not Found", "get"), ("500 Oops", "DELETE"), ("503 Busy", "Post"), ("204 None", "HEAD")]
    {
        let (url, requests) = server(vec![answer(status, "", "")]);
        let read = provider.read_data(HTTP, json!({ "url": url, "method": method })).await.unwrap();
        read.expect_value("status_code", status[..3].parse::<i64>().unwrap())
            .expect_value("response_body", "")
            .expect_value("method", method);
        assert!(requests.recv().unwrap().starts_with(&method.to_uppercase()));
    }
}

#[tokio::test]
async fn no_answer_is_a_message() {
    let provider = configured(json!({ "api_retries": 0 })).await;
    let (broken, _requests) = server(vec![String::new()]);
    let (half, _requests) = server(vec!["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".into()]);
    for url in ["http://127.0.0.1:1/".to_owned(), broken, half] {
        let read = provider.read_data(HTTP, json!({ "url": url })).await.unwrap();
        read.expect_value("error_message", known::not_null())
            .expect_value("status_code", known::null())
            .expect_value("response_body", "");
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = json!({ "url": format!("http://{}/", silent.local_addr().unwrap()), "timeout": 0.05 });
    let read = provider.read_data(HTTP, config).await.unwrap();
    read.expect_value("error_message", known::not_null());
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let provider = provider().await;
    let huge = format!("HTTP/1.1 200 OK\r\ncontent-length: 17000000\r\n\r\n{}", "x".repeat(17_000_000));
    let (url, _requests) = server(vec![huge]);
    let read = provider.read_data(HTTP, json!({ "url": url })).await.unwrap();
    read.expect_value("error_message", known::string_regex("more than 16777216 bytes"));
}

#[tokio::test]
async fn retries_are_the_providers() {
    let (url, requests) =
        server(vec![answer("503 Busy", "retry-after: 0\r\n", ""), answer("200 OK", "", "now")]);
    let provider = configured(json!({ "api_retries": 1 })).await;
    let read = provider.read_data(HTTP, json!({ "url": url })).await.unwrap();
    read.expect_value("response_body", "now");
    assert_eq!(requests.try_iter().count(), 2);
}

#[tokio::test]
async fn the_token_goes_to_the_api_alone() {
    let (api, at_api) = server(vec![answer("200 OK", "", "")]);
    let (other, elsewhere) = server(vec![answer("200 OK", "", "")]);
    let config = json!({ "api_endpoint": format!("{api}/v1/"), "api_token": "canary-token-0001", "api_headers": { "X-Key": "canary-key-0001" } });
    let provider = LocalProvider::new(Foundry::default())
        .canary(Canary::new("canary-token-0001"))
        .canary(Canary::new("canary-key-0001"))
        .configure(config)
        .await
        .unwrap();
    provider.read_data(HTTP, json!({ "url": "/users" })).await.unwrap().expect_value("url", "/users");
    let request = at_api.recv().unwrap();
    assert!(
        request.starts_with("GET /v1/users ") && request.contains("Bearer canary-token-0001"),
        "{request}"
    );
    assert!(request.contains("canary-key-0001"), "{request}");
    provider.read_data(HTTP, json!({ "url": other })).await.unwrap();
    let request = elsewhere.recv().unwrap();
    assert!(!request.contains("canary"), "{request}");
}

#[tokio::test]
async fn headers_are_not_redirected_to_another_origin() {
    let (other, elsewhere) = server(vec![answer("200 OK", "", "caught"), answer("200 OK", "", "caught")]);
    let redirect = || answer("302 Found", &format!("location: {other}\r\n"), "");
    let (url, _requests) = server(vec![redirect(), redirect()]);
    let provider = provider().await;
    let read =
        provider.read_data(HTTP, json!({ "url": url, "headers": { "X-Api-Key": "mine" } })).await.unwrap();
    read.expect_value("status_code", 302);
    assert!(elsewhere.try_recv().is_err(), "nobody else was asked");
    let read = provider.read_data(HTTP, json!({ "url": url })).await.unwrap();
    read.expect_value("response_body", "caught");
}

#[tokio::test]
async fn rules() {
    let provider = provider().await;
    for (config, attribute) in [
        (json!({ "url": "ftp://example.com" }), "url"),
        (json!({ "url": "example.com" }), "url"),
        (json!({ "url": "http://x", "method": "BREW" }), "method"),
        (json!({ "url": "http://x", "timeout": 0 }), "timeout"),
        (json!({ "url": "http://x", "timeout": 301 }), "timeout"),
        (json!({ "url": "http://x y/" }), "url"),
        (json!({ "url": "/users" }), "url"),
        (json!({ "url": "http://x", "headers": { "bad name": "x" } }), "headers"),
        (json!({ "url": "http://x", "headers": { "X": "a\nb" } }), "headers"),
    ] {
        let failure = provider.read_data(HTTP, config.clone()).await.unwrap_err();
        failure.expect(Expected::containing("").at_attribute(attribute));
    }
}

#[tokio::test]
async fn a_warning_for_those_who_asked() {
    for (list, warns) in [("insecure-http", true), ("security,!insecure-http", false), ("", false)] {
        let (url, _requests) = server(vec![answer("200 OK", "", "")]);
        let read =
            linted(list).await.read_data(HTTP, json!({ "url": url.replace("http", "HTTP") })).await.unwrap();
        assert_eq!(read.diagnostics.iter().count(), usize::from(warns), "{list}");
    }
}

/// Tries go on for as long as the request's own time and not the provider's.
#[tokio::test]
async fn a_request_has_its_own_time_for_all_tries() {
    let provider = configured(json!({ "api_timeout": 0.001, "api_retries": 2 })).await;
    let (url, _requests) = server(vec![answer("503 Busy", "", ""), answer("200 OK", "", "{}")]);
    let read = provider.read_data(HTTP, json!({ "url": url, "timeout": 60 })).await.unwrap();
    read.expect_value("status_code", 200);
}

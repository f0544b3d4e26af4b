//! One connection: its handshake, its requests, and its end when nothing happens on it.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::Limits;
use super::body::{Answer, NoError, Pulse};
use super::request::Wanted;

/// The most that a request's line and headers may take.
const HEADER_BYTES: usize = 16 << 10;

/// Serves a connection to its end. What goes wrong on it concerns its client alone.
pub(super) async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    root: Arc<OwnedFd>,
    limits: Limits,
    stopped: watch::Receiver<()>,
) {
    let Some(tls) = tls else { return answer(TokioIo::new(stream), root, limits.idle, stopped).await };
    if let Ok(Ok(stream)) = tokio::time::timeout(limits.handshake, tls.accept(stream)).await {
        answer(TokioIo::new(stream), root, limits.idle, stopped).await;
    }
}

async fn answer(
    stream: impl Read + Write + Unpin,
    root: Arc<OwnedFd>,
    idle_time: Duration,
    mut stopped: watch::Receiver<()>,
) {
    let pulse = Pulse::default();
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        pulse.beat();
        let response = respond(request.method(), request.uri().path(), &root, &pulse);
        std::future::ready(Ok::<_, NoError>(response))
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(idle_time).max_buf_size(HEADER_BYTES);
    let mut connection = pin!(server.serve_connection(stream, service));
    let mut idle = pin!(wait_for_idleness(&pulse, idle_time));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = idle.as_mut() => return,
            // The sender is gone: what is being answered is the last.
            _ = stopped.changed(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Comes back when nothing has happened for a while.
async fn wait_for_idleness(pulse: &Pulse, idle_time: Duration) {
    loop {
        let before = pulse.count();
        tokio::time::sleep(idle_time).await;
        if pulse.count() == before {
            return;
        }
    }
}

fn respond(method: &Method, path: &str, root: &OwnedFd, pulse: &Pulse) -> Response<Answer> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let Some(wanted) = Wanted::parse(path) else { return not_found() };
    let Some((file, size)) = open(root, &wanted) else { return not_found() };
    let body = match *method {
        Method::HEAD => Answer::Words(None),
        _ => Answer::file(file, size, pulse.clone()),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(wanted.content_type()));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    response
}

/// Opens a regular file below the directory, over no link.
fn open(root: &OwnedFd, wanted: &Wanted) -> Option<(File, u64)> {
    // A named pipe must not make us wait.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let file = rustix::fs::openat2(root, wanted.path(), flags, Mode::empty(), resolve).ok()?;
    let file = File::from(file);
    let metadata = file.metadata().ok().filter(|metadata| metadata.is_file())?;
    Some((file, metadata.len()))
}

fn not_found() -> Response<Answer> {
    refusal(StatusCode::NOT_FOUND, "no such file\n")
}

fn refusal(status: StatusCode, words: &'static str) -> Response<Answer> {
    let mut response = Response::new(Answer::from(words));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

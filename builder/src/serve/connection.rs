//! One connection: its handshake, its requests, and its end when nothing happens on it.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::Arc;

use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;

use super::Limits;
use super::body::{Answer, NoError};
use super::pulse::{Pulse, Watched};
use super::request::Wanted;
use crate::directory::{FindError, open_below};

/// The most that a request's line and headers may take.
const HEADER_BYTES: usize = 16 << 10;

/// Serves a connection to its end. What goes wrong on it concerns its client alone.
pub(super) async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    root: Arc<OwnedFd>,
    limits: Limits,
    crowd: Arc<Notify>,
    stopped: watch::Receiver<()>,
) {
    let pulse = Pulse::new();
    let stream = Watched::new(stream, pulse.clone());
    let Some(tls) = tls else { return answer(stream, pulse, root, limits, &crowd, stopped).await };
    if let Ok(Ok(stream)) = tokio::time::timeout(limits.handshake, tls.accept(stream)).await {
        answer(stream, pulse, root, limits, &crowd, stopped).await;
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    pulse: Pulse,
    root: Arc<OwnedFd>,
    limits: Limits,
    crowd: &Notify,
    mut stopped: watch::Receiver<()>,
) {
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        pulse.beat();
        let response = respond(request.method(), request.uri().path(), &root, &pulse);
        std::future::ready(Ok::<_, NoError>(response))
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits.idle).max_buf_size(HEADER_BYTES);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    let mut idle = pin!(wait_for_idleness(&pulse, limits, crowd));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // What has come meanwhile counts, however late this task comes to it.
            biased;
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

/// Comes back when nothing has happened for a while; for a short while if no file is being sent and somebody waits for a place.
async fn wait_for_idleness(pulse: &Pulse, limits: Limits, crowd: &Notify) {
    loop {
        let patience = tokio::select! {
            () = tokio::time::sleep(limits.idle.saturating_sub(pulse.idle())) => limits.idle,
            () = crowd.notified() => if pulse.is_sending() { limits.idle } else { limits.crowded },
        };
        if pulse.idle() >= patience {
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
    let (file, size) = match open(root, &wanted) {
        Ok(Some(opened)) => opened,
        Ok(None) => return not_found(),
        // That there is none must not be said of what is there: whoever asks would do without it.
        Err(_) => return refusal(StatusCode::SERVICE_UNAVAILABLE, "the file cannot be read\n"),
    };
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

/// Opens a regular file below the directory, over no link. None where there is none that may be served.
fn open(root: &OwnedFd, wanted: &Wanted) -> io::Result<Option<(File, u64)>> {
    match open_below(root, &wanted.path()) {
        Ok(file) => {
            let size = file.metadata()?.len();
            Ok(Some((file, size)))
        }
        Err(FindError::Irregular) => Ok(None),
        Err(FindError::Io(error)) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename => Ok(None),
            _ => Err(error),
        },
    }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// A client with room for little: what it has not taken yet stays with the server, whose file is long read.
    #[tokio::test]
    async fn a_slow_end_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file.zip"), [7; 10_000]).unwrap();
        let root = Arc::new(OwnedFd::from(File::open(folder.path()).unwrap()));
        let limits = Limits { crowded: Duration::from_millis(10), ..Limits::default() };
        let (client, server) = tokio::io::duplex(100);
        let (crowd, (_stop, stopped), pulse) = (Arc::new(Notify::new()), watch::channel(()), Pulse::new());
        let serving = {
            let (crowd, server) = (Arc::clone(&crowd), Watched::new(server, pulse.clone()));
            tokio::spawn(async move { answer(server, pulse, root, limits, &crowd, stopped).await })
        };
        let mut client = client;
        client.write_all(b"GET /file.zip HTTP/1.1\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut beginning = [0; 1000];
        client.read_exact(&mut beginning).await.unwrap();
        for _ in 0..3 {
            tokio::time::sleep(2 * limits.crowded).await;
            crowd.notify_waiters();
        }
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        assert!(beginning.len() + rest.len() > 10_000, "{} bytes", rest.len());
        serving.await.unwrap();
    }
}

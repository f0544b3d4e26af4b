//! One connection, over a unix socket or TCP, plain or in TLS: what gRPC runs on, in both roles.

use crate::address::Address;
use crate::tls;
use rustls::{ClientConfig, ServerConfig};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// A connection that is ready for gRPC.
#[derive(Debug)]
pub struct Stream(Kind);

#[derive(Debug)]
enum Kind {
    Plain(Plain),
    Tls(Box<TlsStream<Plain>>),
}

/// A connection without TLS.
#[derive(Debug)]
pub enum Plain {
    /// Over a unix socket.
    Unix(UnixStream),
    /// Over TCP, without Nagle's algorithm.
    Tcp(TcpStream),
}

impl Plain {
    /// Connects to `address`.
    ///
    /// # Errors
    /// The system's.
    pub async fn connect(address: &Address) -> io::Result<Plain> {
        match address {
            Address::Unix(path) => UnixStream::connect(path).await.map(Plain::Unix),
            Address::Tcp(address) => Plain::tcp(TcpStream::connect(address).await?),
        }
    }

    /// A TCP connection, made ready for small messages.
    pub(crate) fn tcp(stream: TcpStream) -> io::Result<Plain> {
        stream.set_nodelay(true)?;
        Ok(Plain::Tcp(stream))
    }

    /// Returns once there is something to read, or the peer is gone.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        match self {
            Plain::Unix(stream) => stream.readable().await,
            Plain::Tcp(stream) => stream.readable().await,
        }
    }
}

impl Stream {
    /// Connects to `address`, in TLS where there is a `config`.
    ///
    /// # Errors
    /// The system's, or `InvalidData` with rustls's where the peer is not the pinned one. TLS 1.3 servers refuse a client only after
    /// its side is done: that shows at the first read.
    pub async fn connect(address: &Address, config: Option<Arc<ClientConfig>>) -> io::Result<Stream> {
        let plain = Plain::connect(address).await?;
        match config {
            None => Ok(Stream::from(plain)),
            Some(config) => {
                let stream = TlsConnector::from(config).connect(tls::server_name(), plain).await?;
                Ok(Stream(Kind::Tls(Box::new(stream.into()))))
            }
        }
    }

    /// The server's side of `plain`, in TLS where there is a `config`.
    ///
    /// # Errors
    /// The system's, or `InvalidData` with rustls's where the peer is not the pinned one.
    pub async fn accept(plain: Plain, config: Option<Arc<ServerConfig>>) -> io::Result<Stream> {
        match config {
            None => Ok(Stream::from(plain)),
            Some(config) => {
                let stream = TlsAcceptor::from(config).accept(plain).await?;
                Ok(Stream(Kind::Tls(Box::new(stream.into()))))
            }
        }
    }
}

impl From<Plain> for Stream {
    fn from(plain: Plain) -> Stream {
        Stream(Kind::Plain(plain))
    }
}

impl tonic::transport::server::Connected for Stream {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

/// Calls `$method` of whatever `$self` is made of.
macro_rules! forward {
    ($self:ident, $kind:ident { $($variant:ident),* }, $method:ident $arguments:tt) => {
        match $self { $($kind::$variant(stream) => Pin::new(stream).$method $arguments,)* }
    };
}

impl AsyncRead for Plain {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        forward!(this, Plain { Unix, Tcp }, poll_read(cx, buf))
    }
}

impl AsyncWrite for Plain {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        forward!(this, Plain { Unix, Tcp }, poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        forward!(this, Plain { Unix, Tcp }, poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        forward!(this, Plain { Unix, Tcp }, poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        forward!(this, Plain { Unix, Tcp }, poll_shutdown(cx))
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut self.get_mut().0;
        forward!(this, Kind { Plain, Tls }, poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut self.get_mut().0;
        forward!(this, Kind { Plain, Tls }, poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut self.get_mut().0;
        forward!(this, Kind { Plain, Tls }, poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.0 {
            Kind::Plain(stream) => stream.is_write_vectored(),
            Kind::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut self.get_mut().0;
        forward!(this, Kind { Plain, Tls }, poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut self.get_mut().0;
        forward!(this, Kind { Plain, Tls }, poll_shutdown(cx))
    }
}

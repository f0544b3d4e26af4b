//! `psp serve`: a mirror over HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::serve::{Limits, Server, TlsFiles};

use super::exit::Exit;
use super::failure::{Failure, Form, finish, say};

/// Serve a mirror's directory over HTTP, until SIGINT or SIGTERM
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// The directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Where to listen; port 0 takes a free one, and its address is printed
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    listen: SocketAddr,
    /// Speak TLS with this chain of certificates, the server's own first, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the first certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Serve {
    pub(crate) fn run(self) -> Exit {
        finish(Form::Text, self.serve())
    }

    fn serve(self) -> Result<Exit, Failure> {
        let files = self.tls_cert.zip(self.tls_key);
        let files = files.map(|(certificates, key)| TlsFiles { certificates, key });
        let server = Server::bind(&self.directory, self.listen, files.as_ref(), Limits::default())?;
        say(&format!("serving {} at {}\n", escaped::path(&self.directory), server.url()))?;
        server.run();
        Ok(Exit::Done)
    }
}

//! Whether what is in a package is a plugin that speaks what the package claims: it is started as Terraform would start it.
//!
//! It runs in an empty environment, with directories of its own that are removed afterwards, in a process group that is ended
//! as soon as it has written its line. Nothing connects to it: the line says whether a host would.

use std::collections::BTreeSet;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use foundation::process::{Output, Run, RunError};

use super::protocol::{MAJORS, ProtocolVersion};
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::interrupt::Interrupt;

/// How long Terraform waits for the line.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The most that is kept of what it prints.
const OUTPUT_BYTES: usize = 64 << 10;
/// How much of what it prints is shown.
const SHOWN_BYTES: usize = 200;
/// What Terraform sets so that a plugin knows that it was not started by hand.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
/// Where programs of the host's are sought: not where the builder's own are.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Why a package is no plugin that Terraform would talk to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum HandshakeError {
    #[error("there is no room to try the provider in")]
    Room(#[source] io::Error),
    #[error("the provider cannot be tried")]
    Run(#[source] RunError),
    #[error("the provider did not say where it listens within {seconds} s")]
    Silent { seconds: u64, said: String },
    #[error("the provider ended without saying where it listens: {status}")]
    Ended { status: String, said: String },
    #[error("the provider's first line is no handshake: {line}")]
    Line { line: String },
    #[error("the provider's handshake is of version {found}, and Terraform speaks version 1")]
    Core { found: String },
    #[error("the provider speaks {found}, and Terraform speaks grpc")]
    NotGrpc { found: String },
    #[error("the provider does not say where it listens: {found}")]
    Address { found: String },
    #[error("the provider claims protocol {claimed}, and asked for {claimed} it answers with {found}")]
    OtherProtocol { claimed: u32, found: String },
    #[error("interrupted")]
    Interrupted,
}

impl Diagnostic for HandshakeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Room(_) => &codes::OUTPUT_WRITE,
            Self::OtherProtocol { .. } => &codes::TERRAFORM_PROTOCOL,
            Self::Interrupted => &codes::INTERRUPTED,
            _ => &codes::TERRAFORM_HANDSHAKE,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Silent { said, .. } | Self::Ended { said, .. } if !said.is_empty() => {
                format!("its last words: {said}")
            }
            _ => self.code().advice(),
        }
    }
}

/// Starts the package once for each major version that it claims, and reads its line.
pub fn check(
    package: &Path,
    claimed: &[ProtocolVersion],
    interrupt: &Interrupt,
) -> Result<(), HandshakeError> {
    let majors: BTreeSet<u32> = claimed.iter().map(|version| version.major).collect();
    let world = tempfile::Builder::new().prefix("psp-").tempdir().map_err(HandshakeError::Room)?;
    for name in ["home", "cache", "tmp"] {
        DirBuilder::new().mode(0o700).create(world.path().join(name)).map_err(HandshakeError::Room)?;
    }
    majors.into_iter().try_for_each(|major| {
        let output = ask(package, world.path(), major, interrupt)?;
        read(&output, major)
    })
}

/// What it writes when it is asked for this version.
fn ask(package: &Path, world: &Path, major: u32, interrupt: &Interrupt) -> Result<Output, HandshakeError> {
    let mut command = Command::new(package);
    command.env_clear().current_dir(world).env(COOKIE.0, COOKIE.1).env("PATH", PATH);
    command.env("HOME", world.join("home")).env("TMPDIR", world.join("tmp"));
    command.env("PSP_CACHE_DIR", world.join("cache"));
    command.env("PLUGIN_PROTOCOL_VERSIONS", major.to_string());
    command.env("PLUGIN_MIN_PORT", "10000").env("PLUGIN_MAX_PORT", "25000");
    let stop = interrupt.clone();
    let run = Run::new(command)
        .timeout(PATIENCE)
        .grace(Duration::from_millis(500))
        .output_max(OUTPUT_BYTES)
        .stop_when(move || stop.signal().is_some())
        .stop_at(|said| said.contains(&b'\n') || said.len() >= OUTPUT_BYTES);
    match run.run() {
        Err(RunError::Stopped { .. }) if interrupt.signal().is_some() => Err(HandshakeError::Interrupted),
        Ok(output) => Ok(output),
        Err(RunError::Stopped { output, .. }) => Ok(*output),
        Err(RunError::TimedOut { output, .. }) => {
            let said = last_words(&output);
            Err(HandshakeError::Silent { seconds: PATIENCE.as_secs(), said })
        }
        Err(error) => Err(HandshakeError::Run(error)),
    }
}

/// Holds the first line against what Terraform expects of it: `CORE|VERSION|NETWORK|ADDRESS|PROTOCOL…`.
fn read(output: &Output, major: u32) -> Result<(), HandshakeError> {
    let Some(end) = output.stdout.iter().position(|byte| *byte == b'\n') else {
        return Err(match output.stdout.as_slice() {
            [] => HandshakeError::Ended { status: output.status.to_string(), said: last_words(output) },
            said => HandshakeError::Line { line: shown(said) },
        });
    };
    let line = &output.stdout[..end];
    let text = std::str::from_utf8(line).unwrap_or_default().trim();
    let fields: Vec<&str> = text.split('|').collect();
    let [core, version, network, address, rest @ ..] = fields.as_slice() else {
        return Err(HandshakeError::Line { line: shown(line) });
    };
    let is_number = |field: &str| !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(core) || !is_number(version) {
        return Err(HandshakeError::Line { line: shown(line) });
    }
    if *core != "1" {
        return Err(HandshakeError::Core { found: shown(core.as_bytes()) });
    }
    // Without the field it is the older protocol of Go's own.
    let protocol = rest.first().copied().unwrap_or("netrpc");
    if protocol != "grpc" {
        return Err(HandshakeError::NotGrpc { found: shown(protocol.as_bytes()) });
    }
    let is_address = match *network {
        "unix" => address.starts_with('/'),
        "tcp" => address.parse::<std::net::SocketAddr>().is_ok(),
        _ => false,
    };
    if !is_address {
        return Err(HandshakeError::Address { found: shown(format!("{network}|{address}").as_bytes()) });
    }
    debug_assert!(MAJORS.contains(&major));
    if version.parse() != Ok(major) {
        return Err(HandshakeError::OtherProtocol { claimed: major, found: shown(version.as_bytes()) });
    }
    Ok(())
}

fn shown(bytes: &[u8]) -> String {
    escaped::bytes(&bytes[..bytes.len().min(SHOWN_BYTES)])
}

/// The last line that is not empty of its errors, else of its output.
fn last_words(output: &Output) -> String {
    let last = |bytes: &[u8]| {
        let line = bytes.split(|byte| *byte == b'\n').rev().find(|line| !line.trim_ascii().is_empty());
        line.map(shown)
    };
    last(&output.stderr).or_else(|| last(&output.stdout)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn said(script: &str, majors: &[u32]) -> Result<(), HandshakeError> {
        said_until(script, majors, &Interrupt::default())
    }

    fn said_until(script: &str, majors: &[u32], interrupt: &Interrupt) -> Result<(), HandshakeError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plugin");
        // Written by another process: a descriptor of ours that a parallel test inherits would keep it from being started.
        fs::write(path.with_extension("text"), format!("#!/bin/sh\n{script}\n")).unwrap();
        let copy = "cp \"$1.text\" \"$1\" && chmod 755 \"$1\"";
        assert!(Command::new("sh").args(["-c", copy, "sh"]).arg(&path).status().unwrap().success());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
        let claimed: Vec<_> =
            majors.iter().map(|major| ProtocolVersion { major: *major, minor: 0 }).collect();
        check(&path, &claimed, interrupt)
    }

    #[test]
    fn plugins() {
        for (script, majors) in [
            ("echo '1|6|unix|/tmp/plugin1|grpc|'; exec sleep 100", &[6][..]),
            ("echo '1|5|tcp|127.0.0.1:1234|grpc'; exec sleep 100", &[5]),
            ("echo \"1|$PLUGIN_PROTOCOL_VERSIONS|unix|/x|grpc||true\"; sleep 100 & wait", &[5, 6]),
            (
                "test $TF_PLUGIN_MAGIC_COOKIE = d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2 && test -z \"$CARGO\" && echo '1|6|unix|/x|grpc|'",
                &[6],
            ),
        ] {
            said(script, majors).unwrap_or_else(|error| panic!("{script}: {error}: {}", error.help()));
        }
    }

    #[test]
    fn what_is_none() {
        for (script, major, code, word) in [
            ("exit 3", 6, "terraform-handshake", "ended without"),
            ("echo 'no such library' >&2; exit 3", 6, "terraform-handshake", "no such library"),
            ("echo hello", 6, "terraform-handshake", "no handshake: hello"),
            ("printf 'half a line'", 6, "terraform-handshake", "half a line"),
            ("printf '\\033[31m|\\n'", 6, "terraform-handshake", "no handshake"),
            ("printf '\\377\\n'", 6, "terraform-handshake", "no handshake"),
            ("head -c 1000000 /dev/zero; sleep 100", 6, "terraform-handshake", "no handshake"),
            ("echo '|||'", 6, "terraform-handshake", "no handshake"),
            ("echo '2|6|unix|/x|grpc'", 6, "terraform-handshake", "version 2"),
            ("echo '1|6|unix|/x'", 6, "terraform-handshake", "netrpc"),
            ("echo '1|6|unix|/x|http'", 6, "terraform-handshake", "http"),
            ("echo '1|6|unix|x|grpc'", 6, "terraform-handshake", "listens"),
            ("echo '1|6|tcp|localhost|grpc'", 6, "terraform-handshake", "listens"),
            ("echo '1|6|pipe|/x|grpc'", 6, "terraform-handshake", "listens"),
            ("echo '1|6|unix|/x|grpc'", 5, "terraform-protocol", "answers with 6"),
            ("echo '1|7|unix|/x|grpc'", 6, "terraform-protocol", "answers with 7"),
        ] {
            let error = said(script, &[major]).unwrap_err();
            let all = format!("{error}; {}", error.help());
            assert_eq!(error.code().code, code, "{script}: {all}");
            assert!(all.contains(word) && !all.contains('\x1b'), "{script}: {all}");
        }
    }

    #[test]
    fn somebody_wants_it_to_end() {
        let interrupt = Interrupt::default();
        interrupt.ask(2);
        let error = said_until("exec sleep 100", &[6], &interrupt).unwrap_err();
        assert!(matches!(error, HandshakeError::Interrupted), "{error}");
    }
}

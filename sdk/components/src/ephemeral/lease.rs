//! `lease`: a file that is there for as long as Terraform runs.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::time::{Duration, SystemTime};

use foundation::files::AtomicWrite;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tf_sdk::prelude::*;
use tf_sdk::{blocking, validator};
use uuid::Uuid;

use crate::component::linted_components;
use crate::rules::LONG_LIVED_LEASE;

/// Where private state keeps what renewing and closing need.
const KEY: &str = "lease";
/// How long a lease lasts, if nobody says otherwise.
const TTL_SECONDS: u64 = 30;
/// Longer than this may not be meant.
const LONG_SECONDS: u64 = 3600;
/// The longest, so that its end is a time: a year.
const TTL_SECONDS_MAX: u64 = 366 * 86_400;
/// What the file of a lease begins with.
const OPENED: &str = "opened ";
/// What follows the lease's name there.
const FOR: &str = " for ";
/// The length of that name.
const UUID_BYTES: usize = 36;

/// A lease, held by a file: it is made when the lease is opened, gets a line at each renewal, and is removed at the end.
///
/// A file that was there before and is of no lease is an error; that of an earlier lease is taken over with a warning.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Held {
    /// What the lease is called.
    #[attr(required, validate = validator::string::length_at_least(1))]
    name: String,
    /// The file of the lease. `~/` in front stands for the home directory.
    #[attr(required, validate = validator::string::length_at_least(1))]
    path: String,
    /// How long the lease lasts until it is renewed, in seconds; 30 if it is not set.
    #[attr(optional, validate = validator::integer::between(1, TTL_SECONDS_MAX as i64))]
    ttl_seconds: Option<u64>,
    /// The name of this very lease.
    #[attr(computed)]
    lease_id: Tf<String>,
    /// When it expires unless it is renewed, in RFC 3339, UTC.
    #[attr(computed)]
    expires_at: Tf<String>,
}

/// What private state keeps.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    lease_id: String,
    path: PathBuf,
    ttl_seconds: u64,
    renewals: u64,
}

linted_components! {
    /// `lease`.
    Lease
}

impl Kept {
    fn opened(&self, name: &str) -> String {
        format!("{OPENED}{}{FOR}{name}\n", self.lease_id)
    }

    /// Makes the file. True if it was the file of another lease.
    fn open(&self, name: &str) -> io::Result<bool> {
        if let Some(above) = self.path.parent().filter(|above| *above != FilePath::new("")) {
            fs::create_dir_all(above)?;
        }
        // Whole at every moment: a part of it would be taken for somebody else's file.
        let file = AtomicWrite::new(&self.path);
        let text = self.opened(name);
        // A link that leads nowhere is something, too.
        if fs::symlink_metadata(&self.path).is_err() {
            match file.clone().create_new().write(text.as_bytes()) {
                Ok(()) => return Ok(false),
                // Another one was quicker.
                Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.source),
            }
        }
        if !begins_as_lease(&self.path)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        file.write(text.as_bytes()).map(|()| true).map_err(|error| error.source)
    }

    /// True if the file is this lease's still.
    fn is_held(&self) -> io::Result<bool> {
        let own = format!("{OPENED}{}{FOR}", self.lease_id);
        match first_bytes(&self.path, own.len()) {
            Ok(bytes) => Ok(bytes == own.as_bytes()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes a line into the file. False if it is gone, or somebody else's by now, and so left alone.
    fn renew(&self) -> io::Result<bool> {
        if !self.is_held()? {
            return Ok(false);
        }
        let mut file = OpenOptions::new().append(true).open(&self.path)?;
        writeln!(file, "renewed {} #{}", self.lease_id, self.renewals)?;
        Ok(true)
    }

    /// Removes the file; one that is somebody else's by now stays.
    fn close(&self) -> io::Result<()> {
        if self.is_held()? { fs::remove_file(&self.path) } else { Ok(()) }
    }

    fn end(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(self.ttl_seconds)
    }

    /// When to renew: in time, after two thirds of what is left.
    fn renewal(&self) -> SystemTime {
        SystemTime::now() + Duration::from_millis(self.ttl_seconds * 2000 / 3)
    }
}

/// True for the file of a lease: its first line begins with a name that only this component gives.
fn begins_as_lease(path: &FilePath) -> io::Result<bool> {
    let bytes = first_bytes(path, OPENED.len() + UUID_BYTES + FOR.len())?;
    let rest = bytes.strip_prefix(OPENED.as_bytes()).and_then(|rest| rest.strip_suffix(FOR.as_bytes()));
    Ok(rest.is_some_and(|id| Uuid::try_parse_ascii(id).is_ok()))
}

/// The beginning of a file; nothing of what is no regular one, which may let whoever opens it wait.
fn first_bytes(path: &FilePath, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if !fs::metadata(path)?.is_file() {
        return Ok(bytes);
    }
    fs::File::open(path)?.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path with the home directory in place of `~`, and absolute: a later step may run elsewhere.
fn expanded(path: &str) -> io::Result<PathBuf> {
    let home = std::env::home_dir();
    let expanded = match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    };
    std::path::absolute(expanded)
}

fn failed(summary: &str, path: &FilePath, error: &io::Error) -> Diagnostics {
    let detail = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{} is there already, and is the file of no lease.", path.display())
        }
        _ => format!("{}: {error}.", path.display()),
    };
    Diagnostic::error(summary, detail).at(Path::new().attr("path")).into()
}

/// What opening left. Without it there is nothing to renew or to close.
fn kept(private: &Private) -> Result<Kept> {
    let missing = || Diagnostic::error("Lease Not Known", "What opening the lease left is not there.").into();
    private.get(KEY).ok_or_else(missing)
}

impl<P: Provider> EphemeralResource for Lease<P> {
    type Provider = P;
    type Model = Held;

    const NAME: &'static str = "lease";

    async fn validate(&self, cx: &mut Validate<Held>) -> Result<()> {
        let seconds: Tf<Option<u64>> = cx.config.get("ttl_seconds")?;
        if seconds.into_known().flatten().is_some_and(|seconds| seconds > LONG_SECONDS) {
            self.lint.warn(
                &LONG_LIVED_LEASE,
                Path::new().attr("ttl_seconds"),
                "What is leased for long is exposed for long. Terraform renews a lease in time, so 3600 seconds or fewer are enough.",
                &mut cx.diagnostics,
            );
        }
        Ok(())
    }

    async fn open(&self, cx: &mut Open<Self>, config: Held) -> Result<Held> {
        let path = expanded(&config.path)
            .map_err(|error| failed("Cannot Open Lease", FilePath::new(&config.path), &error))?;
        let lease = Kept {
            lease_id: Uuid::new_v4().to_string(),
            path,
            ttl_seconds: config.ttl_seconds.unwrap_or(TTL_SECONDS),
            renewals: 0,
        };
        let (opening, name) = (lease.clone(), config.name.clone());
        let taken_over = blocking::run(move || {
            opening.open(&name).map_err(|error| failed("Cannot Open Lease", &opening.path, &error))
        })
        .await?;
        if taken_over {
            let detail = format!(
                "{} is of an earlier lease, which was not closed or is still held by somebody else.",
                lease.path.display()
            );
            cx.tell(Diagnostic::warning("Lease Taken Over", detail).at(Path::new().attr("path")));
        }
        let expires_at = Timestamp::try_from(lease.end()).diagnose("Cannot Open Lease")?;
        cx.renew_at = Some(lease.renewal());
        cx.private.set(KEY, &lease)?;
        Ok(Held { lease_id: lease.lease_id.into(), expires_at: expires_at.to_string().into(), ..config })
    }

    async fn renew(&self, cx: &mut Renew<Self>) -> Result<()> {
        let mut lease = kept(&cx.private)?;
        lease.renewals += 1;
        let renewing = lease.clone();
        let is_held = blocking::run(move || {
            renewing.renew().map_err(|error| failed("Cannot Renew Lease", &renewing.path, &error))
        })
        .await?;
        if is_held {
            cx.renew_at = Some(lease.renewal());
            cx.private.set(KEY, &lease)?;
        } else {
            let detail = format!("{} is gone, or of another lease by now.", lease.path.display());
            cx.warn("Lease Lost", detail);
            cx.renew_at = None;
        }
        Ok(())
    }

    async fn close(&self, cx: &mut Close<Self>) -> Result<()> {
        let lease = kept(&cx.private)?;
        blocking::run(move || {
            lease.close().map_err(|error| failed("Cannot Close Lease", &lease.path, &error))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "11111111-1111-4111-8111-111111111111";
    const TWO: &str = "22222222-2222-4222-8222-222222222222";

    fn lease(path: &FilePath, id: &str) -> Kept {
        Kept { lease_id: id.into(), path: path.into(), ttl_seconds: 30, renewals: 1 }
    }

    #[test]
    fn a_life() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/lease");
        let held = lease(&path, ONE);
        assert!(!held.open("job").unwrap());
        assert!(held.renew().unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("opened {ONE} for job\nrenewed {ONE} #1\n"));
        held.close().unwrap();
        assert!(!path.exists());
        assert!(!held.renew().unwrap());
        held.close().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn what_is_of_somebody_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lease");
        let [first, second] = [ONE, TWO].map(|id| lease(&path, id));
        first.open("job").unwrap();
        assert!(second.open("job").unwrap(), "taken over");
        assert!(!first.renew().unwrap(), "lost");
        first.close().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("opened {TWO} for job\n"));
        for text in ["mine", "", "opene", "opened door 3 at noon", &format!("opened {ONE} to all")] {
            fs::write(&path, text).unwrap();
            assert_eq!(first.open("job").unwrap_err().kind(), io::ErrorKind::AlreadyExists, "{text:?}");
            first.close().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(first.open("job").is_err());
    }
}

//! The audit log: an append-only file of JSON lines that tells its caller whether a record is on file.
//!
//! A record is handed to the kernel before [`AuditLog::record`] returns, so it survives the process being
//! killed; with [`Durability::Disk`] it survives the machine. Records are numbered without gaps, so a missing
//! one shows. Several processes may append to one file.

use crate::failure::Coded;
use crate::json::Object;
use crate::redact;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What a record survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process, however it ends.
    Process,
    /// Also the loss of power; slower by a disk's `fdatasync`.
    Disk,
}

/// An open audit log.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    durability: Durability,
    file: Mutex<File>,
}

/// A record that is not on file, or a log that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot {step} the audit log {}", path.display())]
pub struct AuditError {
    /// The log.
    pub path: PathBuf,
    /// `open`, `lock`, `read`, `write`.
    pub step: &'static str,
    /// The system's error.
    pub source: io::Error,
}

impl Coded for AuditError {
    fn code(&self) -> &'static str {
        "audit-log"
    }
}

/// The longest record; the last line is found within this distance of the end.
const RECORD_MAX: usize = 64 << 10;

impl AuditLog {
    /// Opens or creates (mode 0600) the log at `path`. A record cut short by a crash is closed off with a
    /// newline and stays visible.
    pub fn open(path: impl Into<PathBuf>, durability: Durability) -> Result<AuditLog, AuditError> {
        let path = path.into();
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(file) => Ok(AuditLog { path, durability, file: Mutex::new(file) }),
            Err(source) => Err(AuditError { path, step: "open", source }),
        }
    }

    /// The log's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts one record on file and returns its number. Values are redacted; a field named as one of the
    /// record's own (`number`, `timestamp`, `event`) gets the prefix `field_`.
    pub fn record(&self, event: &str, fields: &[(&str, &str)]) -> Result<u64, AuditError> {
        let failed = |step| move |source| AuditError { path: self.path.clone(), step, source };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.lock().map_err(failed("lock"))?;
        let outcome = self.append(&mut file, event, fields);
        // Unlocking cannot fail in a way that matters: the lock ends with the file at the latest.
        let _ = file.unlock();
        outcome
    }

    fn append(&self, file: &mut File, event: &str, fields: &[(&str, &str)]) -> Result<u64, AuditError> {
        let failed = |step| move |source| AuditError { path: self.path.clone(), step, source };
        let (last, torn) = last_number(file).map_err(failed("read"))?;
        let number = last + 1;
        let mut line = render(number, event, fields);
        if torn {
            line.insert(0, '\n');
        }
        let before = file.metadata().map_err(failed("read"))?.len();
        let written = file.write_all(line.as_bytes()).and_then(|()| match self.durability {
            Durability::Process => Ok(()),
            Durability::Disk => file.sync_data(),
        });
        if let Err(source) = written {
            // Half a record is worse than none; if this fails too the next append closes it off.
            let _ = file.set_len(before);
            return Err(failed("write")(source));
        }
        Ok(number)
    }
}

fn render(number: u64, event: &str, fields: &[(&str, &str)]) -> String {
    let mut stamp = String::new();
    crate::logging::stamp(&mut stamp, SystemTime::now());
    let mut record = Object::new();
    record.number("number", number).string("timestamp", &stamp).string("event", &redact::text(cut(event)));
    let mut room = RECORD_MAX - 4096 - event.len().min(4096) * 6;
    for (key, value) in fields {
        let value = redact::value(key, cut(value));
        let cost = (key.len() + value.len()) * 6 + 16;
        if cost > room {
            record.string("truncated", "fields left out: the record would be too long");
            break;
        }
        room -= cost;
        let own = matches!(*key, "number" | "timestamp" | "event" | "truncated");
        let renamed = format!("field_{key}");
        record.string(if own { &renamed } else { key }, &value);
    }
    record.finish() + "\n"
}

/// At most 4 KiB of a value.
fn cut(text: &str) -> &str {
    &text[..crate::failure::floor_boundary(text, 4096)]
}

/// The number of the last whole record, and whether something cut short follows it.
fn last_number(file: &mut File) -> io::Result<(u64, bool)> {
    let size = file.metadata()?.len();
    let from = size.saturating_sub(2 * RECORD_MAX as u64);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(2 * RECORD_MAX as u64).read_to_end(&mut tail)?;
    let torn = tail.last().is_some_and(|&byte| byte != b'\n');
    let number = |line: &[u8]| {
        let digits = line.strip_prefix(b"{\"number\":")?;
        let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&digits[..len]).ok()?.parse::<u64>().ok()
    };
    let last = tail.split(|&byte| byte == b'\n').rev().skip(usize::from(torn)).find_map(number);
    Ok((last.unwrap_or(0), torn))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn lines(path: &Path) -> Vec<String> {
        std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn records_are_numbered_redacted_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let log = AuditLog::open(&path, Durability::Disk).unwrap();
        assert_eq!(
            log.record(
                "login",
                &[("user", "bob"), ("password", "canary-a"), ("number", "9"), ("note", "x\n{\"number\":77}")]
            )
            .unwrap(),
            1
        );
        assert_eq!(
            AuditLog::open(&path, Durability::Process).unwrap().record("token=canary-b", &[]).unwrap(),
            2
        );
        let text = lines(&path).join("\n");
        assert!(!text.contains("canary"), "{text}");
        let first: serde_json::Value = serde_json::from_str(&lines(&path)[0]).unwrap();
        assert_eq!(
            (first["number"].as_u64(), first["field_number"].as_str(), first["user"].as_str()),
            (Some(1), Some("9"), Some("bob"))
        );
        assert_eq!(lines(&path).len(), 2);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_record_cut_short_is_closed_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        for (content, next) in [
            ("{\"number\":4}\n{\"number\":5,\"ev", 5),
            ("garbage", 1),
            ("", 1),
            ("{\"number\":18446744073709551616}\n", 1),
            ("{\"number\":7}\nx\n", 8),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(
                AuditLog::open(&path, Durability::Process).unwrap().record("next", &[]).unwrap(),
                next,
                "{content}"
            );
            let last: serde_json::Value = serde_json::from_str(lines(&path).last().unwrap()).unwrap();
            assert_eq!(last["event"], "next");
        }
    }

    #[test]
    fn many_writers_number_without_gaps() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let log = AuditLog::open(&path, Durability::Process).unwrap();
                scope.spawn(move || (0..50).for_each(|_| assert!(log.record("x", &[]).is_ok())));
            }
        });
        let numbers: Vec<u64> = lines(&path)
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (1..=200).collect::<Vec<_>>());
    }

    #[test]
    fn huge_records_are_bounded_and_failures_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let log = AuditLog::open(&path, Durability::Process).unwrap();
        let huge = "\u{1}".repeat(1 << 20);
        log.record(&huge, &[("a", &huge), ("b", &huge), ("c", &huge), ("d", &huge)]).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() <= RECORD_MAX as u64);
        assert_eq!(log.record("after", &[]).unwrap(), 2);
        let error = AuditLog::open(folder.path(), Durability::Process).unwrap_err();
        assert_eq!((error.step, error.code()), ("open", "audit-log"));
        if Path::new("/dev/full").exists() {
            let error =
                AuditLog::open("/dev/full", Durability::Process).unwrap().record("x", &[]).unwrap_err();
            assert_eq!(error.source.kind(), io::ErrorKind::StorageFull, "{error}");
        }
    }
}

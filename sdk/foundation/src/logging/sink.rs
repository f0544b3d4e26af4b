//! Where lines go in the end. A sink never fails its caller and never blocks for long: what it cannot take is
//! counted, said once on standard error, and mentioned in the log when it works again.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a pipe may be full before its lines are given up, the first time. While it stays full, later
/// lines are given up at once.
const STALL: Duration = Duration::from_millis(500);
/// How often an unusable file is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// A place for lines.
pub(super) struct Sink {
    target: Target,
    /// Lines lost since the last one that was written.
    lost: u64,
    /// A line was begun and not finished.
    torn: bool,
    complained: bool,
}

enum Target {
    Stderr { stalled: bool, closed: bool },
    File(Rotating),
    Writer(Box<dyn Write + Send>),
}

/// A file with a size limit and numbered predecessors.
struct Rotating {
    path: PathBuf,
    file: Option<File>,
    size_bytes: u64,
    limit_bytes: Option<u64>,
    keep: u32,
    tried: Option<Instant>,
}

impl Sink {
    pub(super) fn stderr() -> Sink {
        Sink::new(Target::Stderr { stalled: false, closed: false })
    }

    pub(super) fn writer(writer: Box<dyn Write + Send>) -> Sink {
        Sink::new(Target::Writer(writer))
    }

    /// Appends to the file at `path`. That it cannot be opened is said once; opening is tried again later.
    pub(super) fn file(path: PathBuf, limit_bytes: Option<u64>, keep: u32) -> Sink {
        let file = Rotating { path, file: None, size_bytes: 0, limit_bytes, keep, tried: None };
        let mut sink = Sink::new(Target::File(file));
        sink.write(b"");
        sink
    }

    fn new(target: Target) -> Sink {
        Sink { target, lost: 0, torn: false, complained: false }
    }

    /// Takes the number of lines lost so far, to be put on record.
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Whether a write surely ends soon: of a file or standard error, not of a writer nobody knows.
    pub(super) fn is_prompt(&self) -> bool {
        !matches!(self.target, Target::Writer(_))
    }

    /// Counts lines as lost.
    pub(super) fn add_lost(&mut self, count: u64) {
        self.lost += count;
    }

    /// Writes whole lines.
    pub(super) fn write(&mut self, lines: &[u8]) {
        let heal: &[u8] = if self.torn { b"\n" } else { b"" };
        let outcome = match &mut self.target {
            Target::Stderr { stalled, closed } => write_stderr(heal, lines, stalled, closed),
            Target::File(file) => file.write(heal, lines),
            Target::Writer(writer) => writer
                .write_all(heal)
                .and_then(|()| writer.write_all(lines))
                .and_then(|()| writer.flush())
                .map_err(|error| Failed { error, written: 0 }),
        };
        match outcome {
            Ok(()) => self.torn = false,
            Err(failed) => self.give_up(lines, failed),
        }
    }

    fn give_up(&mut self, lines: &[u8], failed: Failed) {
        let rest = &lines[failed.written.min(lines.len())..];
        self.torn |= failed.written > 0 && lines[..failed.written.min(lines.len())].last() != Some(&b'\n');
        self.lost += rest.iter().filter(|&&byte| byte == b'\n').count() as u64;
        if !self.complained {
            self.complained = true;
            let name = match &self.target {
                Target::Stderr { .. } => return,
                Target::File(file) => file.path.display().to_string(),
                Target::Writer(_) => "the log's writer".to_owned(),
            };
            say(&format!(
                "foundation: cannot write the log {name}: {}; the program goes on, lines are lost",
                failed.error
            ));
        }
    }
}

/// One line on standard error, come what may.
pub(super) fn say(text: &str) {
    let line = crate::failure::escape_controls(text) + "\n";
    let _ = write_stderr(b"", line.as_bytes(), &mut false, &mut false);
}

struct Failed {
    error: io::Error,
    /// Bytes of the lines that did get out.
    written: usize,
}

#[cfg(unix)]
fn write_stderr(heal: &[u8], lines: &[u8], stalled: &mut bool, closed: &mut bool) -> Result<(), Failed> {
    use rustix::event::{PollFd, PollFlags, Timespec};
    use rustix::io::Errno;
    if *closed {
        return Err(Failed { error: io::ErrorKind::BrokenPipe.into(), written: 0 });
    }
    let stderr = io::stderr();
    let mut written = 0;
    let mut healed = heal.is_empty();
    while written < lines.len() {
        // At most one page at a time: that much fits whenever a pipe is writable at all.
        let part = if healed { &lines[written..lines.len().min(written + 4096)] } else { heal };
        let patience = Timespec::try_from(if *stalled { Duration::ZERO } else { STALL }).ok();
        let ready = rustix::event::poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], patience.as_ref());
        match ready {
            Ok(0) => {
                *stalled = true;
                return Err(Failed { error: io::ErrorKind::TimedOut.into(), written });
            }
            Ok(_) => *stalled = false,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(Failed { error: errno.into(), written }),
        }
        match rustix::io::write(&stderr, part) {
            Ok(_) if !healed => healed = true,
            Ok(count) => written += count,
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(errno) => {
                *closed = matches!(errno, Errno::PIPE | Errno::BADF | Errno::IO);
                return Err(Failed { error: errno.into(), written });
            }
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn write_stderr(heal: &[u8], lines: &[u8], _: &mut bool, _: &mut bool) -> Result<(), Failed> {
    let mut stderr = io::stderr().lock();
    stderr
        .write_all(heal)
        .and_then(|()| stderr.write_all(lines))
        .map_err(|error| Failed { error, written: 0 })
}

impl Rotating {
    /// Writes whole lines, changing to a new file where the limit comes between two of them.
    fn write(&mut self, heal: &[u8], lines: &[u8]) -> Result<(), Failed> {
        let mut written = 0;
        self.open().map_err(|error| Failed { error, written })?;
        if !heal.is_empty() && !lines.is_empty() {
            self.append(heal).map_err(|(error, _)| Failed { error, written })?;
        }
        while written < lines.len() {
            let rest = &lines[written..];
            let part = match self.limit_bytes {
                Some(limit) => fitting(rest, limit.saturating_sub(self.size_bytes)),
                None => rest.len(),
            };
            if part == 0 && self.size_bytes > 0 {
                self.rotate().map_err(|error| Failed { error, written })?;
                continue;
            }
            // A single line over the limit has a file of its own.
            let part = if part == 0 { line_len(rest) } else { part };
            match self.append(&rest[..part]) {
                Ok(()) => written += part,
                Err((error, count)) => return Err(Failed { error, written: written + count }),
            }
        }
        Ok(())
    }

    /// Appends; on failure also how much got out.
    fn append(&mut self, mut bytes: &[u8]) -> Result<(), (io::Error, usize)> {
        let Some(file) = &mut self.file else { return Err((io::ErrorKind::NotConnected.into(), 0)) };
        let all = bytes.len();
        while !bytes.is_empty() {
            match file.write(bytes) {
                Ok(0) => return Err((io::ErrorKind::WriteZero.into(), all - bytes.len())),
                Ok(count) => {
                    self.size_bytes += count as u64;
                    bytes = &bytes[count..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err((error, all - bytes.len())),
            }
        }
        Ok(())
    }

    fn open(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            return Ok(());
        }
        if self.tried.is_some_and(|tried| tried.elapsed() < RETRY) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.tried = Some(Instant::now());
        let file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        self.size_bytes = file.metadata()?.len();
        self.file = Some(file);
        Ok(())
    }

    /// `log` becomes `log.1`, `log.1` becomes `log.2`, …; the oldest goes.
    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..self.keep).rev() {
            let _ = std::fs::rename(numbered(&self.path, number), numbered(&self.path, number + 1));
        }
        let old = numbered(&self.path, 1);
        if self.keep == 0 {
            std::fs::remove_file(&self.path)?;
        } else {
            std::fs::rename(&self.path, old)?;
        }
        (self.file, self.tried) = (None, None);
        self.open()
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// How much of `lines` fits into `room`, in whole lines.
fn fitting(lines: &[u8], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    if lines.len() <= room {
        return lines.len();
    }
    lines[..room].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

fn line_len(lines: &[u8]) -> usize {
    lines.iter().position(|&byte| byte == b'\n').map_or(lines.len(), |at| at + 1)
}

//! Running a program to its end: output collected, time limited, and nothing left behind.
//!
//! The program gets a process group of its own; at the deadline the whole group is asked to end, then killed.
//! Its output is read by the calling thread through `poll`, so a grandchild that holds a pipe open cannot
//! make the call hang. Start with [`Run`].

use crate::failure::Coded;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

mod group;
mod pump;

/// Says of what a program has written so far whether it is all that was wanted.
type Enough = Box<dyn Fn(&[u8]) -> bool + Send>;

/// How to run one program.
pub struct Run {
    command: Command,
    stop: Option<Box<dyn Fn() -> bool + Send>>,
    enough: Option<Enough>,
    stdin: Vec<u8>,
    timeout: Option<Duration>,
    grace: Duration,
    linger: Duration,
    output_max: usize,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("program", &self.program()).field("timeout", &self.timeout).finish()
    }
}

/// What a program left: its status and what it wrote.
#[derive(Debug, Clone)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output, at most the limit.
    pub stdout: Vec<u8>,
    /// Its standard error, at most the limit.
    pub stderr: Vec<u8>,
    /// Bytes read beyond the limit and thrown away.
    pub cut_bytes: u64,
    /// Whether processes it had started were still there after its end, and were killed.
    pub leftovers: bool,
}

/// A run without a usable result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It could not be started.
    #[error("cannot start {}", program.display())]
    Spawn {
        /// The program as given.
        program: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It did not end in time; its whole group was killed.
    #[error("{} did not end within {} s", program.display(), timeout.as_secs_f64())]
    TimedOut {
        /// The program.
        program: PathBuf,
        /// The time it had.
        timeout: Duration,
        /// What it had written by then.
        output: Box<Output>,
    },
    /// [`Run::stop_when`] or [`Run::stop_at`] said so; its whole group was killed.
    #[error("{} was stopped", program.display())]
    Stopped {
        /// The program.
        program: PathBuf,
        /// What it had written by then.
        output: Box<Output>,
    },
    /// It asked something on the terminal, where it is in the background; its whole group was killed.
    #[error("{} asks on the terminal for something, and nobody can answer it there", program.display())]
    Asks {
        /// The program.
        program: PathBuf,
        /// What it had written by then.
        output: Box<Output>,
    },
    /// It ended with a status other than zero. Only from [`Run::checked`].
    #[error("{} ended with {}{}", program.display(), output.status, last_words(output))]
    Failed {
        /// The program.
        program: PathBuf,
        /// Status and output.
        output: Box<Output>,
    },
    /// Talking to it failed.
    #[error("lost {}", program.display())]
    Io {
        /// The program.
        program: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Coded for RunError {
    fn code(&self) -> &'static str {
        match self {
            RunError::Spawn { .. } => "process-spawn",
            RunError::TimedOut { .. } => "process-timeout",
            RunError::Stopped { .. } => "process-stopped",
            RunError::Asks { .. } => "process-asks",
            RunError::Failed { .. } | RunError::Io { .. } => "process-failed",
        }
    }
}

impl Run {
    /// Runs `command` with an empty standard input, its outputs collected, for as long as it takes.
    pub fn new(command: Command) -> Run {
        Run {
            command,
            stop: None,
            enough: None,
            stdin: Vec::new(),
            timeout: None,
            grace: Duration::from_secs(2),
            linger: Duration::from_millis(500),
            output_max: 16 << 20,
        }
    }

    /// Gives it `bytes` on standard input. It need not read them.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Run {
        self.stdin = bytes.into();
        self
    }

    /// The time it has, from its start. Then its group gets SIGTERM and, after [`Run::grace`], SIGKILL.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Run {
        self.timeout = Some(timeout);
        self
    }

    /// The time between SIGTERM and SIGKILL; 2 s if not said. Zero kills at once.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Run {
        self.grace = grace;
        self
    }

    /// Ends it like a timeout as soon as `stop` says so: Ctrl-C reaches only the caller, as the program has a group of
    /// its own. Asked whenever a signal arrives, and ten times a second.
    #[must_use]
    pub fn stop_when(mut self, stop: impl Fn() -> bool + Send + 'static) -> Run {
        self.stop = Some(Box::new(stop));
        self
    }

    /// Ends it like [`Run::stop_when`] as soon as its standard output, as far as it was kept, is `enough`: for a program
    /// that says one thing and then goes on. Asked whenever something has happened.
    #[must_use]
    pub fn stop_at(mut self, enough: impl Fn(&[u8]) -> bool + Send + 'static) -> Run {
        self.enough = Some(Box::new(enough));
        self
    }

    /// How long after the program's own end its background processes may keep its outputs open before they are
    /// killed; half a second if not said.
    #[must_use]
    pub fn linger(mut self, linger: Duration) -> Run {
        self.linger = linger;
        self
    }

    /// The most that is kept of each output; 16 MiB if not said. The rest is read and thrown away.
    #[must_use]
    pub fn output_max(mut self, bytes: usize) -> Run {
        self.output_max = bytes;
        self
    }

    /// Runs it. Any status is a result; see [`Run::checked`].
    pub fn run(self) -> Result<Output, RunError> {
        group::run(self)
    }

    /// Runs it and makes any status but zero an error that carries its last words.
    pub fn checked(self) -> Result<Output, RunError> {
        let program = self.program();
        let output = self.run()?;
        if output.status.success() {
            return Ok(output);
        }
        Err(RunError::Failed { program, output: Box::new(output) })
    }

    fn program(&self) -> PathBuf {
        self.command.get_program().into()
    }
}

/// The last line of standard error, as `: text`, at most 200 characters.
fn last_words(output: &Output) -> String {
    let tail = &output.stderr[output.stderr.len().saturating_sub(4096)..];
    let text = String::from_utf8_lossy(tail);
    match text.lines().rev().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => format!(": {}", line.chars().take(200).collect::<String>()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn sh(script: &str) -> Run {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        // On a busy machine it may be long until the ends of its pipes are seen: they are not to look like something left behind.
        Run::new(command).linger(Duration::from_secs(60))
    }

    /// What a script had written when its time was up, if it had begun by then. It has little time, for the sake of the test's own,
    /// and more where that was too little on a busy machine.
    fn timed_out(script: &str, grace: Duration, has_begun: impl Fn(&str) -> bool) -> String {
        for timeout in [300, 3_000, 30_000].map(Duration::from_millis) {
            let error = sh(script).timeout(timeout).grace(grace).run().unwrap_err();
            let RunError::TimedOut { output, .. } = &error else { panic!("{error}") };
            assert_eq!(error.code(), "process-timeout");
            let text = String::from_utf8(output.stdout.clone()).unwrap();
            if has_begun(&text) {
                return text;
            }
        }
        panic!("it did not begin in 30 s");
    }

    /// Whether any process of the group runs. The dead do not count that nobody has reaped yet: in a container it may be that nobody
    /// ever does.
    fn is_running(group: i32) -> bool {
        if rustix::process::test_kill_process_group(rustix::process::Pid::from_raw(group).unwrap()).is_err() {
            return false;
        }
        let Ok(processes) = std::fs::read_dir("/proc") else { return true };
        let mut stats = processes
            .flatten()
            .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok());
        let group = group.to_string();
        stats.any(|stat| {
            // NUMBER (NAME) STATE PARENT GROUP and more; a name may hold anything.
            let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
            let state = fields.next();
            fields.nth(1) == Some(group.as_str()) && !matches!(state, Some("Z" | "X"))
        })
    }

    #[test]
    fn output_status_and_input_arrive() {
        let output = sh("cat; echo err >&2; exit 3").stdin("in").run().unwrap();
        assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"in"[..], &b"err\n"[..]));
        assert_eq!((output.status.code(), output.cut_bytes, output.leftovers), (Some(3), 0, false));
        let error = sh("echo first >&2; echo 'the reason' >&2; exit 3").checked().unwrap_err();
        assert!(error.to_string().ends_with("exit status: 3: the reason"), "{error}");
    }

    #[test]
    fn big_input_and_output_both_ways_do_not_deadlock() {
        let input = vec![b'x'; 3 << 20];
        let output = sh("cat; head -c 300000 /dev/zero >&2").stdin(input.clone()).run().unwrap();
        assert_eq!((output.stdout, output.stderr.len()), (input, 300_000));
        let ignored = sh("exec <&-; true").stdin(vec![0; 1 << 20]).run().unwrap();
        assert!(ignored.status.success());
    }

    #[test]
    fn output_beyond_the_limit_is_cut_and_counted() {
        let output = sh("head -c 100000 /dev/zero; head -c 10 /dev/zero >&2").output_max(1000).run().unwrap();
        assert_eq!((output.stdout.len(), output.stderr.len(), output.cut_bytes), (1000, 10, 99_000));
    }

    #[test]
    fn at_the_deadline_the_whole_group_dies() {
        let script = "trap '' TERM; (trap '' TERM; echo $$; exec sleep 1000) & echo early; wait; sleep 1000";
        let group = |text: &str| text.lines().find_map(|line| line.parse::<i32>().ok());
        let has_begun = |text: &str| text.contains("early") && group(text).is_some();
        let begun = Instant::now();
        let text = timed_out(script, Duration::from_millis(50), has_begun);
        assert!(begun.elapsed() < Duration::from_secs(300), "it was waited for");
        let group = group(&text).unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while is_running(group) {
            assert!(Instant::now() < end, "the group is still there");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_polite_program_may_clean_up() {
        let script = "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.01; done";
        let text = timed_out(script, Duration::from_secs(60), |text| text.starts_with("ready\n"));
        assert_eq!(text, "ready\ncleaned\n");
    }

    #[test]
    fn the_caller_may_stop_it() {
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("said");
        let script =
            format!("trap '' TERM; echo early; : > '{}'; sleep 1000 & wait; sleep 1000", said.display());
        // Asked again and again, also when nothing happens any more.
        let asked = std::cell::Cell::new(0);
        let stop = move || {
            asked.set(asked.get() + u32::from(said.exists()));
            asked.get() > 2
        };
        let error = sh(&script).grace(Duration::ZERO).stop_when(stop).run().unwrap_err();
        let RunError::Stopped { output, .. } = &error else { panic!("{error}") };
        assert_eq!((output.stdout.as_slice(), error.code()), (&b"early\n"[..], "process-stopped"));
        let output = sh("echo done").stop_when(|| false).run().unwrap();
        assert_eq!(output.stdout, b"done\n");
    }

    #[test]
    fn what_has_said_enough_is_ended() {
        let run = sh("printf 'one\\nand '; echo aside >&2; sleep 1000").grace(Duration::ZERO);
        let error = run.stop_at(|said| said.contains(&b'\n')).run().unwrap_err();
        let RunError::Stopped { output, .. } = &error else { panic!("{error}") };
        assert!(output.stdout.starts_with(b"one\n"), "{output:?}");
        // One that ends before that has simply ended.
        let output = sh("printf one").stop_at(|said| said.contains(&b'\n')).run().unwrap();
        assert_eq!(output.stdout, b"one");
    }

    #[test]
    fn who_asks_on_the_terminal_is_ended() {
        for signal in ["TTIN", "TTOU"] {
            let error = sh(&format!("echo Password:; kill -{signal} $$; echo in vain")).run().unwrap_err();
            let RunError::Asks { output, .. } = &error else { panic!("{error}") };
            assert_eq!((output.stdout.as_slice(), error.code()), (&b"Password:\n"[..], "process-asks"));
        }
    }

    #[test]
    fn a_background_child_with_the_pipe_cannot_hang_the_call() {
        let output = sh("sleep 1000 & echo done").linger(Duration::from_millis(20)).run().unwrap();
        assert!(output.status.success() && output.leftovers);
        assert_eq!(output.stdout, b"done\n");
        let escaped = sh("setsid sleep 5 & echo done").linger(Duration::from_millis(20)).run().unwrap();
        assert_eq!(escaped.stdout, b"done\n");
    }

    #[test]
    fn what_cannot_start_is_named() {
        let error = Run::new(Command::new("/no/such/program")).checked().unwrap_err();
        assert_eq!(error.to_string(), "cannot start /no/such/program");
        assert!(matches!(error, RunError::Spawn { .. }));
    }

    #[test]
    fn a_status_by_signal_is_told() {
        let error = sh("kill -9 $$").checked().unwrap_err();
        assert!(error.to_string().contains("signal: 9"), "{error}");
    }
}

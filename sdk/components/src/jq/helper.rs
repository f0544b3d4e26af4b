//! The process that a program runs in: how it is asked, and what it is.
//!
//! It is asked once: the length of a task as four bytes, the lowest first, and the task as JSON. It answers in JSON to the end of its
//! output, and ends. Whoever asks keeps its input open: when that is closed, nobody waits for the answer.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;

use nix::libc::{SIGABRT, SIGBUS, SIGSEGV};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tf_sdk::Helper;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Answer, JqError, PATIENCE, RESULT_BYTES_MAX, Task, program};

/// The helper that jq programs run in; [`register`](crate::register) adds it. A provider that adds components of jq one by one adds
/// it itself.
pub const HELPER: Helper = Helper { name: "jq", main };

/// The most memory that the process may map, its stack included.
pub(super) const MEMORY_BYTES_MAX: u64 = 2 << 30;
/// The most that an answer takes: a text in JSON can be six times as long as the text.
const ANSWER_BYTES_MAX: u64 = 6 * RESULT_BYTES_MAX as u64 + 1024;

/// Has a task done by another process. That ends with whoever waits here, and with its time.
pub(super) async fn ask(command: Command, task: &Task) -> Answer {
    let mut command = tokio::process::Command::from(command);
    // What the process says when its stack is used up is of no use to anybody.
    let started = command.stderr(Stdio::null()).kill_on_drop(true).spawn();
    let mut process = started.map_err(|error| {
        tf_sdk::tracing::error!(%error, "the process for a jq program cannot be started");
        JqError::Broken
    })?;
    let exchange = exchange(&mut process, task);
    tokio::time::timeout(PATIENCE, exchange).await.map_err(|_| JqError::Endless)?
}

async fn exchange(process: &mut tokio::process::Child, task: &Task) -> Answer {
    let (Some(mut input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
        return Err(JqError::Broken);
    };
    let task = serde_json::to_vec(task).map_err(|_| JqError::Broken)?;
    let length = u32::try_from(task.len()).map_err(|_| JqError::Input("is too large".to_owned()))?;
    let mut answer = Vec::new();
    let asked = async {
        input.write_all(&length.to_le_bytes()).await?;
        input.write_all(&task).await?;
        output.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await
    };
    // The process may end at any time.
    let asked = asked.await;
    let status = process.wait().await;
    match (asked, status) {
        (Ok(_), Ok(status)) if status.success() => {
            serde_json::from_slice(&answer).unwrap_or(Err(JqError::Broken))
        }
        (_, Ok(status)) => Err(match status.signal() {
            // Rust's ends for want of stack or memory.
            Some(SIGABRT | SIGSEGV | SIGBUS) => JqError::Exhausted,
            Some(signal) => JqError::Ended(signal),
            None => JqError::Broken,
        }),
        _ => Err(JqError::Broken),
    }
}

/// The process itself.
fn main() -> ExitCode {
    match limited().and_then(|()| answered()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Takes what may be taken from this process: memory without end, and a dump of what it knows.
fn limited() -> io::Result<()> {
    for (resource, most) in [(Resource::RLIMIT_AS, MEMORY_BYTES_MAX), (Resource::RLIMIT_CORE, 0)] {
        let (soft, hard) = getrlimit(resource)?;
        let most = most.min(soft).min(hard);
        setrlimit(resource, most, most)?;
    }
    #[cfg(target_os = "linux")]
    {
        // Where the machine has less, this process goes first and not the provider. There may be no /proc.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        // A program that takes dumps through a pipe is not held by the limit.
        nix::sys::prctl::set_dumpable(false)?;
    }
    Ok(())
}

fn answered() -> io::Result<()> {
    let mut length = [0; 4];
    io::stdin().read_exact(&mut length)?;
    let mut task = Vec::new();
    io::stdin().take(u32::from_le_bytes(length).into()).read_to_end(&mut task)?;
    let task: Task = serde_json::from_slice(&task)?;
    std::thread::spawn(|| {
        // Nothing more is said: this comes back when whoever asked is gone, however it went.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(1);
    });
    let (done, answer) = mpsc::channel();
    program::spawn(task, move |answer| {
        // The receiver waits below.
        let _ = done.send(answer);
    })?;
    let answer: Answer = answer.recv().map_err(io::Error::other)?;
    let mut output = io::stdout().lock();
    serde_json::to_writer(&mut output, &answer)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    /// A process that never answers, and says who it is.
    fn silent(pid: &Path) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo $$ > \"$0\"; exec sleep 1000"])
            .arg(pid)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    /// A process that takes its task and does what a script says.
    fn answering(script: &str) -> Command {
        let mut command = Command::new("sh");
        let task_bytes = 4 + serde_json::to_vec(&task()).unwrap().len();
        command
            .args(["-c", &format!("head -c {task_bytes} >/dev/null; {script}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    fn task() -> Task {
        Task { program: ".".to_owned(), input: Some("1".to_owned()) }
    }

    async fn asked(script: &str) -> Answer {
        ask(answering(script), &task()).await
    }

    #[tokio::test]
    async fn answers() {
        assert_eq!(asked("echo '{\"Ok\":\"1\"}'").await, Ok(Some("1".to_owned())));
        assert_eq!(asked("echo '{\"Err\":\"Nothing\"}'").await, Err(JqError::Nothing));
        for script in ["", "echo", "echo '{\"Ok\":'", "exit 1", "echo '{\"Ok\":\"1\"}'; exit 1"] {
            assert_eq!(asked(script).await, Err(JqError::Broken), "{script}");
        }
        assert_eq!(asked("kill -ABRT $$").await, Err(JqError::Exhausted));
        assert_eq!(asked("kill -KILL $$").await, Err(JqError::Ended(9)));
        assert_eq!(ask(Command::new("/nonexistent"), &task()).await, Err(JqError::Broken));
    }

    #[tokio::test(start_paused = true)]
    async fn time_is_limited() {
        // The clock of this test goes on as soon as everybody waits.
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ask(silent(&folder.path().join("pid")), &task()).await, Err(JqError::Endless));
    }

    #[tokio::test]
    async fn who_stops_waiting_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let pause = || tokio::time::sleep(Duration::from_millis(5));
        let started = async {
            loop {
                match std::fs::read_to_string(&pid) {
                    Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
                    _ => pause().await,
                }
            }
        };
        let task = task();
        let process = tokio::select! {
            answer = ask(silent(&pid), &task) => panic!("{answer:?}"),
            process = started => process,
        };
        let stat = Path::new("/proc").join(process).join("stat");
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            pause().await;
        }
    }
}

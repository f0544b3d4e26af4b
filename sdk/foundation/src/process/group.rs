//! The life of one process group: start, wait with a deadline, kill.

use super::pump::{Pump, Turn};
use super::{Output, Run, RunError};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use std::io::{self, PipeReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Where the run stands; each phase but the first has its own deadline.
enum Phase {
    Running,
    /// SIGTERM sent.
    Asked,
    /// The program ended by itself, others still hold its pipes.
    Lingering,
    /// SIGKILL sent; what remains in the pipes is taken, briefly.
    Killed,
}

/// After SIGKILL, how long the pipes may stay open (a process that left the group can hold them forever).
const DRAIN: Duration = Duration::from_millis(200);

pub(super) fn run(mut run: Run) -> Result<Output, RunError> {
    let program = run.program();
    let pipes = |stdin: &[u8]| if stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
    run.command.stdin(pipes(&run.stdin)).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let begun = Instant::now();
    let child = run.command.spawn().map_err(|source| RunError::Spawn { program: program.clone(), source })?;
    let (end, output) = supervise(child, &mut run, begun)
        .map_err(|source| RunError::Io { program: program.clone(), source })?;
    match end {
        End::Own => Ok(output),
        End::Late => {
            let timeout = run.timeout.unwrap_or_default();
            Err(RunError::TimedOut { program, timeout, output: Box::new(output) })
        }
        End::Stopped => Err(RunError::Stopped { program, output: Box::new(output) }),
        End::Asked => Err(RunError::Asks { program, output: Box::new(output) }),
    }
}

/// Why it came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By itself.
    Own,
    /// Its time was up.
    Late,
    /// The caller wished it.
    Stopped,
    /// The terminal stopped it.
    Asked,
}

/// How long the wish to stop may wait for the next look.
const LOOK: Duration = Duration::from_millis(100);

/// Reads until the program has ended and its pipes are closed, or time is up. The leader stays a zombie until
/// the very end, so its number, which is the group's, cannot be given to another process meanwhile.
fn supervise(mut child: Child, run: &mut Run, begun: Instant) -> io::Result<(End, Output)> {
    let group = Pid::from_child(&child);
    let asks = Arc::new(AtomicBool::new(false));
    let ended = match exit_notice(group, Arc::clone(&asks))
        .and_then(|ended| Pump::new(&mut child, std::mem::take(&mut run.stdin), run.output_max, ended))
    {
        Ok(pump) => pump,
        Err(error) => {
            signal(group, Signal::KILL);
            child.wait()?;
            return Err(error);
        }
    };
    let mut pump = ended;
    let mut phase = Phase::Running;
    let mut deadline = run.timeout.and_then(|timeout| begun.checked_add(timeout));
    let (mut end, mut leftovers) = (End::Own, false);
    let failure = loop {
        let watched = matches!(phase, Phase::Running).then_some(run.stop.as_ref()).flatten();
        let enough = matches!(phase, Phase::Running).then_some(run.enough.as_ref()).flatten();
        if watched.is_some_and(|stop| stop()) || enough.is_some_and(|enough| enough(pump.stdout())) {
            end = End::Stopped;
            signal(group, Signal::TERM);
            phase = Phase::Asked;
            deadline = Some(Instant::now() + run.grace);
            continue;
        }
        let look = watched.map(|_| Instant::now() + LOOK);
        let next = [deadline, look].into_iter().flatten().min();
        match pump.turn(next) {
            Ok(Turn::Closed) if pump.has_ended() => break None,
            // It may have ended in the turn in which time was up.
            Ok(_) if pump.has_ended() && matches!(phase, Phase::Running | Phase::Asked) => {
                phase = Phase::Lingering;
                deadline = Some(Instant::now() + run.linger);
            }
            Ok(Turn::Closed | Turn::Progress) => {}
            Ok(Turn::Late) if next != deadline => {}
            Ok(Turn::Late) => match phase {
                Phase::Running => {
                    end = End::Late;
                    signal(group, Signal::TERM);
                    phase = Phase::Asked;
                    deadline = Some(Instant::now() + run.grace);
                }
                Phase::Asked | Phase::Lingering => {
                    leftovers = matches!(phase, Phase::Lingering);
                    signal(group, Signal::KILL);
                    phase = Phase::Killed;
                    deadline = Some(Instant::now() + DRAIN);
                }
                Phase::Killed if pump.has_ended() => break None,
                Phase::Killed => deadline = Some(Instant::now() + DRAIN),
            },
            Err(error) => break Some(error),
        }
    };
    // Whatever still lives in the group has lost its reason to.
    signal(group, Signal::KILL);
    let status = child.wait()?;
    let (stdout, stderr, cut_bytes) = pump.finish();
    if asks.load(Ordering::Acquire) {
        end = End::Asked;
    }
    failure.map_or(Ok((end, Output { status, stdout, stderr, cut_bytes, leftovers })), Err)
}

/// A pipe that closes when the leader has ended. A thread waits for it without reaping. Where the terminal stops the
/// group because somebody in it reads from there, it would wait for ever: the group is killed and `asks` set.
fn exit_notice(leader: Pid, asks: Arc<AtomicBool>) -> io::Result<PipeReader> {
    let (reader, writer) = io::pipe()?;
    std::thread::Builder::new().name("wait".into()).stack_size(64 << 10).spawn(move || {
        let terminal = [Signal::TTIN, Signal::TTOU].map(Signal::as_raw);
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let mut also = WaitIdOptions::STOPPED;
        loop {
            match rustix::process::waitid(WaitId::Pid(leader), options | also) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(Some(status)) if status.stopped() => {
                    // Stopped by hand it may go on; the same stop would be told again and again.
                    also = WaitIdOptions::empty();
                    if status.stopping_signal().is_some_and(|by| terminal.contains(&by)) {
                        asks.store(true, Ordering::Release);
                        signal(leader, Signal::KILL);
                    }
                }
                _ => break,
            }
        }
        drop(writer);
    })?;
    Ok(reader)
}

/// Signals the group; that it is gone already is fine.
fn signal(group: Pid, signal: Signal) {
    let _ = rustix::process::kill_process_group(group, signal);
}

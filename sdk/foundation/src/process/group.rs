//! The life of one process group: start, wait with a deadline, kill.

use super::pump::{Pump, Turn};
use super::{Output, Run, RunError};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use std::io::{self, PipeReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
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
    let (timed_out, output) = supervise(child, &mut run, begun)
        .map_err(|source| RunError::Io { program: program.clone(), source })?;
    match (timed_out, run.timeout) {
        (true, Some(timeout)) => Err(RunError::TimedOut { program, timeout, output: Box::new(output) }),
        _ => Ok(output),
    }
}

/// Reads until the program has ended and its pipes are closed, or time is up. The leader stays a zombie until
/// the very end, so its number, which is the group's, cannot be given to another process meanwhile.
fn supervise(mut child: Child, run: &mut Run, begun: Instant) -> io::Result<(bool, Output)> {
    let group = Pid::from_child(&child);
    let ended = match exit_notice(group)
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
    let (mut timed_out, mut leftovers) = (false, false);
    let failure = loop {
        match pump.turn(deadline) {
            Ok(Turn::Closed) if pump.has_ended() => break None,
            Ok(Turn::Closed | Turn::Progress) => {
                if pump.has_ended() && matches!(phase, Phase::Running | Phase::Asked) {
                    phase = Phase::Lingering;
                    deadline = Some(Instant::now() + run.linger);
                }
            }
            Ok(Turn::Late) => match phase {
                Phase::Running => {
                    timed_out = true;
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
    failure.map_or(Ok((timed_out, Output { status, stdout, stderr, cut_bytes, leftovers })), Err)
}

/// A pipe that closes when the leader has ended. A thread waits for it without reaping.
fn exit_notice(leader: Pid) -> io::Result<PipeReader> {
    let (reader, writer) = io::pipe()?;
    std::thread::Builder::new().name("wait".into()).stack_size(64 << 10).spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = rustix::process::waitid(WaitId::Pid(leader), options) {}
        drop(writer);
    })?;
    Ok(reader)
}

/// Signals the group; that it is gone already is fine.
fn signal(group: Pid, signal: Signal) {
    let _ = rustix::process::kill_process_group(group, signal);
}

//! Contestants taking turns: each round runs every one of them once, so that whatever else the machine does meets all alike.
//!
//! A run is timed from before the process is made until its end was collected. The standard library makes it by
//! `posix_spawn`, without a copy of this process's memory. CPU time is what the system charged to it and to all it waited for.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use super::BenchError;

/// What is run before each run of a contestant, untimed.
type Preparation<'a> = Box<dyn FnMut() -> Result<(), BenchError> + 'a>;

/// Something that is run again and again.
pub(super) struct Contestant<'a> {
    name: String,
    command: Command,
    prepare: Option<Preparation<'a>>,
    finish: Finish,
    /// It takes part in each round of this many: what takes long need not run as often.
    every: usize,
    runs: Vec<Run>,
    /// What each run took beyond the first contestant's of the same round, in seconds.
    beyond: Vec<f64>,
}

/// When a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finish {
    /// When the program has ended.
    End,
    /// When it has written a line; it is then ended.
    Line,
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    wall: Duration,
    cpu: Duration,
}

/// The middle of some numbers, and the two that a quarter of them are below and above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl<'a> Contestant<'a> {
    /// A contestant of each round.
    pub(super) fn new(name: &str, command: Command) -> Contestant<'a> {
        let (runs, beyond) = (Vec::new(), Vec::new());
        let (prepare, finish) = (None, Finish::End);
        Contestant { name: name.to_owned(), command, prepare, finish, every: 1, runs, beyond }
    }

    /// Before each run, untimed, this is done.
    pub(super) fn after(mut self, prepare: impl FnMut() -> Result<(), BenchError> + 'a) -> Self {
        self.prepare = Some(Box::new(prepare));
        self
    }

    /// A run is over when the program has written a line. It is a server, and is ended then.
    pub(super) fn until_line(mut self) -> Self {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        self.finish = Finish::Line;
        self
    }

    /// Takes part in one of so many rounds.
    pub(super) fn every(mut self, rounds: usize) -> Self {
        self.every = rounds;
        self
    }

    /// How it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Seconds of wall time.
    pub(super) fn wall(&self) -> Spread {
        Spread::of(self.runs.iter().map(|run| run.wall.as_secs_f64()).collect())
    }

    /// Seconds of CPU time, on average: the system counts a single short run too coarsely.
    pub(super) fn cpu(&self) -> f64 {
        let total: f64 = self.runs.iter().map(|run| run.cpu.as_secs_f64()).sum();
        total / self.runs.len().max(1) as f64
    }

    /// Seconds of wall time beyond the first contestant.
    pub(super) fn beyond(&self) -> Spread {
        Spread::of(self.beyond.clone())
    }

    /// How many times as long as another one it took, round by round. Both must have run in each.
    pub(super) fn ratio(&self, base: &Contestant<'_>) -> Spread {
        let pairs = self.runs.iter().zip(&base.runs);
        Spread::of(pairs.map(|(run, base)| run.wall.as_secs_f64() / base.wall.as_secs_f64()).collect())
    }

    /// How many times it ran.
    pub(super) fn count(&self) -> usize {
        self.runs.len()
    }

    fn run(&mut self) -> Result<Run, BenchError> {
        if let Some(prepare) = &mut self.prepare {
            prepare()?;
        }
        let before = children_cpu()?;
        let began = Instant::now();
        let wall = match self.finish {
            Finish::End => {
                let status = self.command.status().map_err(|source| self.unstarted(source))?;
                let wall = began.elapsed();
                if !status.success() {
                    return Err(BenchError::Failed { command: self.program(), said: status.to_string() });
                }
                wall
            }
            Finish::Line => {
                let mut server = self.command.spawn().map_err(|source| self.unstarted(source))?;
                let mut line = String::new();
                let read = server.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
                let wall = began.elapsed();
                let ended = server.kill().and_then(|()| server.wait());
                ended.map_err(|source| self.unstarted(source))?;
                if !matches!(read, Some(Ok(_))) || !line.ends_with('\n') {
                    return Err(BenchError::Failed {
                        command: self.program(),
                        said: "it wrote no line".into(),
                    });
                }
                wall
            }
        };
        Ok(Run { wall, cpu: children_cpu()?.saturating_sub(before) })
    }

    fn program(&self) -> String {
        format!("{:?}", self.command.get_program())
    }

    fn unstarted(&self, source: std::io::Error) -> BenchError {
        BenchError::Start { command: self.program(), source }
    }
}

/// Lets the contestants take turns, after one round that counts for nothing. The order goes around, so that none always
/// follows the same one.
pub(super) fn compete(contestants: &mut [Contestant<'_>], rounds: usize) -> Result<(), BenchError> {
    for contestant in contestants.iter_mut() {
        contestant.run()?;
    }
    let count = contestants.len();
    for round in 0..rounds {
        let mut walls = vec![None; count];
        for step in 0..count {
            let number = (step + round) % count;
            let contestant = &mut contestants[number];
            if round % contestant.every == 0 {
                let run = contestant.run()?;
                contestant.runs.push(run);
                walls[number] = Some(run.wall.as_secs_f64());
            }
        }
        for (contestant, wall) in contestants.iter_mut().zip(&walls) {
            if let (Some(wall), Some(Some(base))) = (wall, walls.first()) {
                contestant.beyond.push(wall - base);
            }
        }
    }
    Ok(())
}

/// A command that sees this environment and nothing else, so that the size of the caller's does not count.
pub(super) fn command(program: &Path, environment: &[(&str, &Path)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(environment.iter().copied());
    command
}

/// A command line for the shell.
pub(super) fn shell(line: &str) -> Command {
    let mut command = command(Path::new("/bin/sh"), &[]);
    command.args(["-ec", line]);
    command
}

fn children_cpu() -> Result<Duration, BenchError> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(BenchError::Usage)?;
    let micros = |time: nix::sys::time::TimeVal| {
        Duration::from_micros(time.tv_sec().unsigned_abs() * 1_000_000 + time.tv_usec().unsigned_abs())
    };
    Ok(micros(usage.user_time()) + micros(usage.system_time()))
}

impl Spread {
    fn of(mut numbers: Vec<f64>) -> Spread {
        numbers.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = (numbers.len().saturating_sub(1) as f64 * part).round() as usize;
            numbers.get(place).copied().unwrap_or(f64::NAN)
        };
        Spread { median: at(0.5), low: at(0.25), high: at(0.75) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads() {
        let check = |numbers: &[f64], expected: [f64; 3]| {
            let Spread { median, low, high } = Spread::of(numbers.to_vec());
            assert_eq!([low, median, high], expected, "{numbers:?}");
        };
        check(&[5.0], [5.0; 3]);
        check(&[3.0, 1.0, 2.0], [2.0, 2.0, 3.0]);
        check(&[9.0, 1.0, 3.0, 7.0, 5.0], [3.0, 5.0, 7.0]);
        assert!(Spread::of(Vec::new()).median.is_nan());
    }

    #[test]
    fn turns_are_taken_and_failures_are_told() {
        let quick = |name| Contestant::new(name, shell("exit 0"));
        let mut contestants = [quick("a"), quick("b").every(3)];
        compete(&mut contestants, 7).expect("both work");
        assert_eq!(contestants.each_ref().map(Contestant::count), [7, 3]);
        assert_eq!(contestants.each_ref().map(|contestant| contestant.beyond.len()), [7, 3]);
        assert_eq!(contestants[0].beyond().median, 0.0);
        assert_eq!(contestants[0].ratio(&contestants[0]), Spread { median: 1.0, low: 1.0, high: 1.0 });
        let line = |name, line| Contestant::new(name, shell(line)).until_line();
        let mut servers = [line("a", "echo ready; exec sleep 100"), line("b", "echo ready")];
        compete(&mut servers, 2).expect("both write a line");
        assert!(compete(&mut [line("a", "exit 0")], 1).is_err());
        let mut failing = [quick("a"), Contestant::new("b", shell("exit 3"))];
        assert!(matches!(compete(&mut failing, 1), Err(BenchError::Failed { .. })));
    }
}

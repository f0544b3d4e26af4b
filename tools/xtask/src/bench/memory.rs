//! How much memory a program and all its children take at most.
//!
//! The program and its descendants are looked at again and again while it runs, and of each the highest `VmHWM` (the most it
//! ever had resident, kept by the kernel, so nothing between two looks is missed) is added up. That is an upper bound: pages
//! that processes share are counted for each, and their peaks need not come at the same time.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use super::BenchError;

/// Between two looks.
const PAUSE: Duration = Duration::from_micros(300);

/// Runs a command to its end; gives the sum of its processes' peaks in bytes, and how many processes were seen.
pub(super) fn peak(command: &mut Command) -> Result<(u64, usize), BenchError> {
    let named = || format!("{:?}", command.get_program());
    let name = named();
    let start = |source| BenchError::Start { command: name.clone(), source };
    let mut child = command.spawn().map_err(start)?;
    let mut peaks = BTreeMap::new();
    let status = loop {
        look(child.id(), &mut peaks);
        if let Some(status) = child.try_wait().map_err(start)? {
            break status;
        }
        std::thread::sleep(PAUSE);
    };
    if !status.success() {
        return Err(BenchError::Failed { command: name, said: status.to_string() });
    }
    Ok((peaks.values().sum(), peaks.len()))
}

fn look(process: u32, peaks: &mut BTreeMap<u32, u64>) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    if let Some(bytes) = high_water_mark(&status) {
        let peak = peaks.entry(process).or_default();
        *peak = bytes.max(*peak);
    }
    // Threads may each have children.
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    for task in tasks {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children
            .split_whitespace()
            .filter_map(|child| child.parse().ok())
            .for_each(|child| look(child, peaks));
    }
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        for (status, expected) in [
            ("Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 1 kB\n", Some(1234 * 1024)),
            ("VmHWM: kB\n", None),
            ("VmHWM: 12\n", None),
            ("VmRSS: 12 kB\n", None),
            ("", None),
        ] {
            assert_eq!(high_water_mark(status), expected, "{status:?}");
        }
    }

    #[test]
    fn children_count_too() {
        // Long enough for somebody who is kept waiting to see them.
        let mut command = super::super::contest::shell("sleep 3 | head -c 1 | wc -c > /dev/null");
        let (peak, processes) = peak(&mut command).expect("a pipe of three");
        assert!(processes >= 2 && peak > 1 << 20, "{processes} processes, {peak} bytes");
    }
}

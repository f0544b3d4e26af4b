//! How fast the log is, next to others in the same run. `cargo bench -p foundation --bench log`.
//!
//! Rates are the best of many short batches, by the wall clock and by the caller's own CPU time: on a busy
//! machine the median measures the neighbours. Every run into a file counts the lines that arrived. Method and results: `docs/BENCHMARKS.md`.

use foundation::das;
use foundation::logging::Builder;
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use tracing::Dispatch;
use tracing::dispatcher::with_default;

const BATCH: u64 = 20_000;
const BATCHES: u64 = 150;

/// The event of the facts: seven fields, about 260 bytes of JSON.
#[inline(never)]
fn event(number: u64) {
    tracing::info!(
        domain = "server",
        action = "receive",
        status = "success",
        request_id = number,
        duration_ms = 12.75 + (number % 64) as f64,
        path = "/v1/resources/instances/4711",
        user = black_box("alice@example.com"),
        "request_handled"
    );
}

/// The same by `das!`.
#[inline(never)]
fn das_event(number: u64) {
    das!(
        Server,
        Receive,
        Success,
        request_id = number,
        duration_ms = 12.75 + (number % 64) as f64,
        path = "/v1/resources/instances/4711",
        user = black_box("alice@example.com"),
        "request_handled"
    );
}

/// Best nanoseconds per event of all batches, by wall clock and by the caller's CPU time; over the whole run
/// the process's CPU time per event, the writer thread's included, and the rate.
struct Rate {
    best_ns: f64,
    caller_ns: f64,
    process_ns: f64,
    whole_per_s: f64,
}

fn cpu(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

fn rate(emit: fn(u64)) -> Rate {
    measure(BATCH, |batch| (0..BATCH).for_each(|number| emit(batch * BATCH + number)))
}

fn measure(events: u64, run: impl Fn(u64)) -> Rate {
    let (mut best_ns, mut caller_ns) = (f64::MAX, f64::MAX);
    let (whole, process) = (Instant::now(), cpu(ClockId::ProcessCPUTime));
    for batch in 0..BATCHES {
        let (begun, caller) = (Instant::now(), cpu(ClockId::ThreadCPUTime));
        run(batch);
        caller_ns = caller_ns.min((cpu(ClockId::ThreadCPUTime) - caller) / events as f64);
        best_ns = best_ns.min(begun.elapsed().as_nanos() as f64 / events as f64);
    }
    let all = (events * BATCHES) as f64;
    let process_ns = (cpu(ClockId::ProcessCPUTime) - process) / all;
    Rate { best_ns, caller_ns, process_ns, whole_per_s: all / whole.elapsed().as_secs_f64() }
}

/// Latencies of single calls: p50 and p99, the clock's own cost taken off.
fn latency(emit: fn(u64)) -> (u64, u64) {
    let mut clock: Vec<u64> = (0..10_000).map(|_| Instant::now().elapsed().as_nanos() as u64).collect();
    clock.sort_unstable();
    let own = clock[clock.len() / 2];
    let mut times: Vec<u64> = (0..200_000u64)
        .map(|number| {
            let begun = Instant::now();
            emit(number);
            (begun.elapsed().as_nanos() as u64).saturating_sub(own)
        })
        .collect();
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// Checks that the file has every event once and in order; gives the mean line.
fn check_file(path: &Path, events: u64) -> f64 {
    let text = std::fs::read_to_string(path).expect("the log was written");
    let mut next = 0;
    for line in text.lines() {
        let at = line.find("\"request_id\":").expect("every line is an event") + 13;
        let number: u64 =
            line[at..].split([',', '}']).next().and_then(|text| text.parse().ok()).expect("a number");
        assert_eq!(number, next, "lost or out of order");
        next += 1;
    }
    assert_eq!(next, events, "events in the file");
    text.len() as f64 / events as f64
}

fn row(name: &str, rate: &Rate, base: &Rate) {
    let (wall, caller) = (base.best_ns / rate.best_ns, base.caller_ns / rate.caller_ns);
    println!(
        "{name:<50} {:>6.2} M/s {:>7.0} ns {wall:>6.2} x | CPU {:>5.0} ns {caller:>6.2} x, process {:>5.0} ns | mean {:>5.2} M/s",
        1e3 / rate.best_ns,
        rate.best_ns,
        rate.caller_ns,
        rate.process_ns,
        rate.whole_per_s / 1e6
    );
}

fn ours(
    folder: &Path,
    name: &str,
    build: impl FnOnce(Builder) -> Builder,
    run: impl FnOnce() -> Rate,
) -> Rate {
    let path = folder.join(name);
    let builder = build(Builder::new().filter("info").file(&path));
    let (subscriber, guard) = builder.build();
    let rate = with_default(&Dispatch::new(subscriber), run);
    drop(guard);
    let line = check_file(&path, BATCH * BATCHES);
    println!("    {name}: all lines there, in order, {line:.0} bytes each");
    let _ = std::fs::remove_file(path);
    rate
}

/// tracing-subscriber's own JSON, a write per record.
fn peer(folder: &Path, run: impl FnOnce() -> Rate) -> Rate {
    let path = folder.join("peer");
    let file = File::create(&path).expect("a file in the temporary directory");
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(std::sync::Mutex::new(file))
        .finish();
    let rate = with_default(&Dispatch::new(subscriber), run);
    check_file(&path, BATCH * BATCHES);
    let _ = std::fs::remove_file(path);
    rate
}

fn in_two_spans(emit: fn(u64)) -> Rate {
    let _outer = tracing::info_span!("request", id = 17).entered();
    let _inner = tracing::info_span!("apply", resource = "acc_item.one").entered();
    rate(emit)
}

/// Batches outside and inside of two spans by turns, so that both meet the same neighbours: the median of the
/// ratios of two that follow each other, by the wall and by the caller's CPU time.
fn cost_of_two_spans() -> (f64, f64) {
    let timed = |batch: u64| {
        let (begun, caller) = (Instant::now(), cpu(ClockId::ThreadCPUTime));
        (0..BATCH).for_each(|number| das_event(batch * BATCH + number));
        (begun.elapsed().as_nanos() as f64, cpu(ClockId::ThreadCPUTime) - caller)
    };
    let mut ratios: Vec<(f64, f64)> = (0..BATCHES)
        .map(|batch| {
            let outside = timed(batch);
            let _outer = tracing::info_span!("request", id = 17).entered();
            let _inner = tracing::info_span!("apply", resource = "acc_item.one").entered();
            let inside = timed(batch);
            (inside.0 / outside.0, inside.1 / outside.1)
        })
        .collect();
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let wall = ratios[ratios.len() / 2].0;
    ratios.sort_by(|one, other| one.1.total_cmp(&other.1));
    (wall, ratios[ratios.len() / 2].1)
}

/// The limit: equal bytes, 64 KiB a write.
fn limit(folder: &Path) -> Rate {
    let line = [b'x'; 260];
    let block = line.repeat(252);
    let path = folder.join("limit");
    let file = File::create(&path).expect("a file in the temporary directory");
    let blocks = BATCH / 252;
    let rate = measure(blocks * 252, |_| {
        (0..blocks).for_each(|_| (&file).write_all(&block).expect("room on the disk"))
    });
    let _ = std::fs::remove_file(path);
    rate
}

/// provide-foundation's rate, if a Python with it is named by `FOUNDATION_BENCH_PYTHON`.
fn seed() -> Option<Rate> {
    let python = std::env::var_os("FOUNDATION_BENCH_PYTHON")?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/seed.py");
    let mut command = std::process::Command::new(python);
    command.arg(script);
    let run = foundation::process::Run::new(command).timeout(Duration::from_secs(120));
    match run.checked() {
        Ok(output) => {
            let ns: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
            Some(Rate { best_ns: ns, caller_ns: ns, process_ns: ns, whole_per_s: 1e9 / ns })
        }
        Err(error) => {
            println!("    seed: {error}");
            None
        }
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = std::env::temp_dir().join(format!("foundation-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary directory");
    println!("{BATCHES} batches of {BATCH} events; best batch, its time per event, the rate over all\n");
    let base = peer(&folder, || rate(event));
    let das = ours(&folder, "das", |builder| builder, || rate(das_event));
    let plain = ours(&folder, "event", |builder| builder, || rate(event));
    let bare = ours(&folder, "unredacted", Builder::without_redaction, || rate(das_event));
    let spans = ours(&folder, "spans", |builder| builder, || in_two_spans(das_event));
    let peer_spans = peer(&folder, || in_two_spans(event));
    let limit = limit(&folder);
    println!();
    row("tracing-subscriber JSON, file", &base, &base);
    row("foundation, das!, file, redaction on", &das, &base);
    row("foundation, tracing::info!, file, redaction on", &plain, &base);
    row("foundation, das!, redaction off", &bare, &base);
    row("foundation, das!, inside two spans", &spans, &base);
    row("tracing-subscriber JSON, inside two spans", &peer_spans, &base);
    row("limit: equal bytes, 64 KiB writes", &limit, &base);
    match seed() {
        Some(seed) => row("provide-foundation 0.4.10 JSON, file", &seed, &base),
        None => println!("provide-foundation: SKIPPED (FOUNDATION_BENCH_PYTHON names no Python that has it)"),
    }
    let (subscriber, guard) = Builder::new().filter("info").file(folder.join("turns")).build();
    let (wall, caller) = with_default(&Dispatch::new(subscriber), cost_of_two_spans);
    println!("\ntwo spans, by turns: {wall:.2} x the time by the wall, {caller:.2} x by CPU");
    drop(guard);
    let (subscriber, guard) = Builder::new().filter("info").file(folder.join("latency")).build();
    let (p50, p99) = with_default(&Dispatch::new(subscriber), || latency(das_event));
    println!("caller's latency p50 {p50} ns, p99 {p99} ns");
    drop(guard);
    let (subscriber, guard) = Builder::new().filter("info").file(folder.join("off")).build();
    // Last, because it is for the rest of the process.
    let _ = tracing::subscriber::set_global_default(subscriber);
    let off = measure(BATCH, |_| {
        (0..BATCH).for_each(|number| tracing::debug!(number = black_box(number), "never"))
    });
    let on = rate(das_event);
    println!(
        "disabled event {:.2} ns; as the process's logger {:.2} M/s",
        off.best_ns.min(off.caller_ns),
        1e3 / on.best_ns
    );
    drop(guard);
    let _ = std::fs::remove_dir_all(folder);
}

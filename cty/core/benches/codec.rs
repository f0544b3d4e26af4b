//! The codecs on a state value of 2,000 objects with 12 attributes, beside `rmpv` and `serde_json::Value` on the same bytes.
//!
//! `cargo bench -p tf-cty` prints times (minimum of many rounds, all subjects taking turns), ratios to the baseline, and the growth
//! of peak memory of each decoder in a process of its own. `-- --write DIR` writes the state and its type as files instead, to
//! measure other implementations on the same bytes.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use tf_cty::{Number, Type, Value, json, msgpack};

const OBJECTS: usize = 2000;
const ROUNDS: usize = 60;

fn main() {
    let args: Vec<String> = env::args().collect();
    if let Some(i) = args.iter().position(|a| a == "--peak") {
        return peak(args.get(i + 1).map_or("", String::as_str));
    }
    let value = state();
    let ty = value.ty().clone();
    let packed = msgpack::encode(&value, &ty).expect("msgpack");
    let text = json::encode(&value, &ty).expect("JSON");
    assert!(msgpack::decode(&packed, &ty).expect("msgpack").raw_equals(&value));
    assert!(json::decode(&text, &ty).expect("JSON").raw_equals(&value));
    if let Some(i) = args.iter().position(|a| a == "--write") {
        let dir = Path::new(args.get(i + 1).map_or(".", String::as_str));
        for (name, bytes) in
            [("state.msgpack", &packed[..]), ("state.json", &text), ("state.type", ty.to_json().as_bytes())]
        {
            fs::write(dir.join(name), bytes).expect("written");
        }
        return;
    }
    println!("state: {OBJECTS} objects, {} bytes of msgpack, {} bytes of JSON", packed.len(), text.len());
    times(&value, &ty, &packed, &text);
    println!("\n{:<34}{:>12}", "growth of peak memory", "MiB");
    for subject in ["tf-cty msgpack", "rmpv", "tf-cty JSON", "serde_json::Value"] {
        println!("{subject:<34}{:>12}", measure_peak(subject));
    }
}

type Subject<'a> = (&'static str, &'static str, Box<dyn Fn() + 'a>);

fn times(value: &Value, ty: &Type, packed: &[u8], text: &[u8]) {
    let raw = read_rmpv(packed);
    let tree: serde_json::Value = serde_json::from_slice(text).expect("JSON");
    let subjects: Vec<Subject<'_>> = vec![
        ("rmpv msgpack decode", "", Box::new(|| drop(black_box(read_rmpv(black_box(packed)))))),
        (
            "tf-cty msgpack decode",
            "rmpv msgpack decode",
            Box::new(|| drop(black_box(msgpack::decode(black_box(packed), ty)))),
        ),
        ("rmpv msgpack encode", "", Box::new(|| drop(black_box(write_rmpv(black_box(&raw)))))),
        (
            "tf-cty msgpack encode",
            "rmpv msgpack encode",
            Box::new(|| drop(black_box(msgpack::encode(black_box(value), ty)))),
        ),
        (
            "serde_json::Value decode",
            "",
            Box::new(|| drop(black_box(serde_json::from_slice::<serde_json::Value>(black_box(text))))),
        ),
        (
            "tf-cty JSON decode",
            "serde_json::Value decode",
            Box::new(|| drop(black_box(json::decode(black_box(text), ty)))),
        ),
        ("serde_json::Value encode", "", Box::new(|| drop(black_box(serde_json::to_vec(black_box(&tree)))))),
        (
            "tf-cty JSON encode",
            "serde_json::Value encode",
            Box::new(|| drop(black_box(json::encode(black_box(value), ty)))),
        ),
    ];
    let mut best = vec![Duration::MAX; subjects.len()];
    for _ in 0..ROUNDS {
        for ((_, _, run), best) in subjects.iter().zip(&mut best) {
            let start = Instant::now();
            run();
            *best = (*best).min(start.elapsed());
        }
    }
    println!("\n{:<34}{:>12}{:>12}", "time", "ms", "ratio");
    for ((name, baseline, _), time) in subjects.iter().zip(&best) {
        let base = subjects.iter().position(|(n, _, _)| n == baseline);
        let ratio = base.map(|i| format!("{:.2}", time.as_secs_f64() / best[i].as_secs_f64()));
        println!("{name:<34}{:>12.2}{:>12}", time.as_secs_f64() * 1e3, ratio.unwrap_or_default());
    }
}

fn read_rmpv(mut bytes: &[u8]) -> rmpv::Value {
    rmpv::decode::read_value(&mut bytes).expect("msgpack")
}

fn write_rmpv(value: &rmpv::Value) -> Vec<u8> {
    let mut out = Vec::new();
    rmpv::encode::write_value(&mut out, value).expect("msgpack");
    out
}

/// Something like a large Terraform state: names, numbers, tags, lists, a nested object, nulls and an unknown.
fn state() -> Value {
    let object = |i: usize| {
        let tags = (0..6).map(|t| (format!("tag{t}"), Value::from(format!("value-{}", (i * 7 + t) % 97))));
        let ports = (0..5).map(|p| Value::from(8000 + (i + p) % 1000));
        let ratio = Number::from_f64((i % 64) as f64 / 64.0 + 0.5).expect("finite");
        Value::object([
            ("id", Value::from(format!("i-{:016x}", i * 2_654_435_761))),
            ("name", Value::from(format!("instance-{i:05}"))),
            (
                "description",
                Value::from(format!(
                    "The instance number {i} of the fleet, kept for the benchmark; it is replaced when the image changes"
                )),
            ),
            ("count", Value::from(i)),
            ("size_bytes", Value::from(i * 1_048_576 + 17)),
            ("ratio", Value::from(ratio)),
            ("enabled", Value::from(i.is_multiple_of(3))),
            (
                "parent",
                if i.is_multiple_of(5) {
                    Value::null(Type::String)
                } else {
                    Value::from(format!("i-{:08x}", i / 5))
                },
            ),
            ("tags", Value::map(tags).expect("strings")),
            ("ports", Value::list(ports).expect("numbers")),
            ("zones", Value::list([Value::from("zone-a"), Value::from("zone-b")]).expect("strings")),
            (
                "disk",
                Value::object([
                    ("kind", Value::from("ssd")),
                    ("gigabytes", Value::from(20 + i % 480)),
                    ("encrypted", Value::from(true)),
                ]),
            ),
        ])
    };
    Value::list((0..OBJECTS).map(object)).expect("objects of one type")
}

fn measure_peak(subject: &str) -> String {
    let this = env::current_exe().expect("own path");
    let out = Command::new(this).args(["--peak", subject]).output().expect("own process");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// Prints by how much decoding raises the peak of resident memory.
fn peak(subject: &str) {
    let (ty, packed, text) = {
        let value = state();
        let ty = value.ty().clone();
        (ty.clone(), msgpack::encode(&value, &ty).expect("msgpack"), json::encode(&value, &ty).expect("JSON"))
    };
    // Several copies, so that what building the input left behind is small beside them.
    const COPIES: usize = 8;
    let before = resident_kib();
    let grown = |keep: &dyn std::any::Any| {
        black_box(keep);
        println!("{:.1}", (resident_kib().saturating_sub(before)) as f64 / 1024.0 / COPIES as f64);
    };
    match subject {
        "tf-cty msgpack" => {
            grown(&(0..COPIES).map(|_| msgpack::decode(&packed, &ty).expect("msgpack")).collect::<Vec<_>>())
        }
        "rmpv" => grown(&(0..COPIES).map(|_| read_rmpv(&packed)).collect::<Vec<_>>()),
        "tf-cty JSON" => {
            grown(&(0..COPIES).map(|_| json::decode(&text, &ty).expect("JSON")).collect::<Vec<_>>())
        }
        _ => grown(
            &(0..COPIES)
                .map(|_| serde_json::from_slice::<serde_json::Value>(&text).expect("JSON"))
                .collect::<Vec<_>>(),
        ),
    }
}

/// Peak of resident memory of this process, where the system tells.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

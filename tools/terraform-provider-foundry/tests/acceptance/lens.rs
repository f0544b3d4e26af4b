//! jq programs that would take a process down, in the one that Terraform talks to.

use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value as Json, json};
use tf_testkit::{Expected, Step, known};

use crate::support::{BINARY, case};

/// Calls itself without end, and not in the last place.
const DEEP: &str = "def f: f + 1; f";
const LARGE: &str = "reduce range(60) as $i ([0]; . + .)";
const ENDLESS: &str = "def f: f; f";

#[test]
fn what_takes_a_process_down_is_an_error() {
    let other = |content: &str| {
        format!(
            "resource \"foundry_file_content\" \"other\" {{\n  filename = \"${{path.module}}/other.txt\"\n  content = \"{content}\"\n}}\n"
        )
    };
    // Read during the apply, beside what is made meanwhile.
    let lens = |query: &str| {
        format!(
            "data \"foundry_lens_jq\" \"lens\" {{\n  json_input = jsonencode(foundry_file_content.other.content)\n  query = \"{query}\"\n  depends_on = [foundry_file_content.other]\n}}\n"
        )
    };
    let function = |query: &str| {
        format!("output \"result\" {{\n  value = provider::foundry::lens_jq(0, \"{query}\")\n}}\n")
    };
    let died = Expected::summary("jq Failed").and_containing("calls itself too deeply");
    let mut test = case();
    for (content, query) in [("one", DEEP), ("two", LARGE)] {
        test = test
            .step(Step::config(&(other(content) + &lens(query))).expect_error(died.clone()))
            .step(Step::config(&other(content)).expect_empty_plan())
            .step(Step::config(&function(query)).plan_only().expect_error("calls itself too deeply"));
    }
    test.step(
        Step::config(&(other("three") + &lens(".") + &function("[., 1]")))
            .expect_value("data.foundry_lens_jq.lens", "result", known::string("three"))
            .expect_output("result", known::exact(json!([0, 1]))),
    )
    .run();
}

/// The helper, asked in its own language.
struct Jq(Child);

impl Jq {
    fn start() -> Self {
        let mut command = Command::new(BINARY);
        command.args(["-helper", "jq"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    fn say(&mut self, bytes: &[u8]) {
        // It may be gone already.
        let _ = self.0.stdin.as_mut().unwrap().write_all(bytes);
    }

    fn ask(&mut self, task: &Json) {
        let task = task.to_string();
        self.say(&u32::try_from(task.len()).unwrap().to_le_bytes());
        self.say(task.as_bytes());
    }

    /// How it ended, its input open all the time.
    fn end(mut self) -> Output {
        let mut stdout = Vec::new();
        self.0.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
        Output { status: self.0.wait().unwrap(), stdout, stderr: Vec::new() }
    }
}

#[test]
fn a_helper_answers_once() {
    for (program, input, expected) in [
        (".a", json!("{\"a\":[1]}"), json!({ "Ok": "[1]" })),
        (".", Json::Null, json!({ "Ok": null })),
        ("empty", json!("1"), json!({ "Err": "Nothing" })),
        ("error", json!("\"no\""), json!({ "Err": { "Raised": "no" } })),
    ] {
        let mut jq = Jq::start();
        jq.ask(&json!({ "program": program, "input": input }));
        let output = jq.end();
        assert!(output.status.success(), "{program}");
        assert_eq!(serde_json::from_slice::<Json>(&output.stdout).unwrap(), expected, "{program}");
    }
}

#[test]
fn a_helper_dies_alone_and_says_nothing() {
    for program in [DEEP, LARGE] {
        let mut jq = Jq::start();
        jq.ask(&json!({ "program": program, "input": "0" }));
        let output = jq.end();
        assert_eq!((output.status.code(), output.stdout.len()), (None, 0), "{program}");
    }
}

#[test]
fn a_helper_ends_with_whoever_asked() {
    let mut jq = Jq::start();
    jq.ask(&json!({ "program": ENDLESS, "input": "0" }));
    drop(jq.0.stdin.take());
    let output = jq.end();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn a_helper_that_is_asked_nothing() {
    for said in
        [&b""[..], b"\x05", b"\x05\0\0\0{}", b"\x02\0\0\0{}", b"\x03\0\0\0\xff\xff\xff", b"\xff\xff\xff\xff{"]
    {
        let mut jq = Jq::start();
        jq.say(said);
        drop(jq.0.stdin.take());
        let output = jq.end();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said:?}");
    }
    for arguments in [&["-helper"][..], &["-helper", "nosuch"]] {
        let output = Command::new(BINARY).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("is not known"), "{output:?}");
    }
}

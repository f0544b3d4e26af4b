//! Every call that the reference has answered, and whether the answer is the same or its difference is one that is meant.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use tf_components::Audience;

use crate::differences::DIFFERENCES;
use crate::lab;

const VECTORS: &str = include_str!("../../../../test-fixtures/components/functions.jsonl");

/// Errors are the same whatever their words and the argument that they name.
#[tokio::test]
async fn answers_are_those_of_the_reference() {
    let provider = lab::provider(Audience::Tests);
    let mut meant: BTreeMap<(String, String), &str> = BTreeMap::new();
    for group in DIFFERENCES {
        for (function, arguments, ours) in group.cases {
            let twice = meant.insert(((*function).to_owned(), canonical(arguments)), ours);
            assert!(twice.is_none(), "{function}{arguments} is listed twice: {}", group.why);
        }
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in VECTORS.lines() {
        let case: BTreeMap<&str, &RawValue> = serde_json::from_str(line).unwrap();
        let name: String = serde_json::from_str(case["function"].get()).unwrap();
        let arguments = case["arguments"].get();
        let reference = case.get("result").map(|json| compact(&name, canonical(json.get())));
        let ours = lab::call(&provider, &name.replace("pyvider_", "foundry_"), arguments).await;
        let found = match &ours {
            Ok(json) => json.clone(),
            Err(error) => format!("error {error}"),
        };
        let agrees = reference == ours.ok().map(|json| compact(&name, json));
        match meant.remove(&(name.clone(), canonical(arguments))) {
            Some(_) if agrees => wrong.push(format!("{name}{arguments} is no difference any more")),
            Some(want) if *want != *found => wrong.push(format!("{name}{arguments} is {found}, not {want}")),
            None if !agrees => wrong.push(format!(
                "{name}{arguments} is {found}, not {}",
                reference.as_deref().unwrap_or("an error")
            )),
            _ => {}
        }
        count += 1;
    }
    wrong.extend(meant.keys().map(|(name, arguments)| format!("{name}{arguments} is in no vector")));
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 900, "{count}");
}

/// JSON in which JSON of the test-only function, which may have spaces, has none.
fn compact(name: &str, json: String) -> String {
    let inner = lab::value(&json);
    match inner.as_str().filter(|_| name.ends_with("nested_data_processor")) {
        Some(inner) => canonical(inner),
        None => json,
    }
}

fn canonical(json: &str) -> String {
    lab::json(&lab::value(json))
}

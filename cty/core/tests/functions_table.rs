//! The table of functions in `docs/FUNCTIONS.md` is generated from the code, and the code has what the reference declares.

use std::{env, fs, path::PathBuf};

use tf_cty::functions;

fn table_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/FUNCTIONS.md")
}

/// `UPDATE_TABLES=1 cargo test -p tf-cty --test functions_table` writes the table anew.
#[test]
fn table_is_up_to_date() {
    let text = format!(
        "# Functions\n\nGenerated from the code by `cargo test -p tf-cty --test functions_table` with `UPDATE_TABLES=1`; do not edit.\n\n\
         {} functions, as go-cty 1.18.1 has them.\n\n{}",
        functions::all().count(),
        functions::table()
    );
    if env::var_os("UPDATE_TABLES").is_some() {
        fs::write(table_file(), &text).expect("docs can be written");
    }
    let written = fs::read_to_string(table_file()).expect("docs/FUNCTIONS.md");
    assert_eq!(written, text, "docs/FUNCTIONS.md is out of date");
}

#[test]
fn signatures_are_the_references() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../test-fixtures/cty/cty_function_signatures.json");
    let signatures: serde_json::Value =
        serde_json::from_slice(&fs::read(path).expect("fixture")).expect("JSON");
    let signatures = signatures.as_object().expect("an object");
    assert_eq!(functions::all().count(), signatures.len());
    for (name, want) in signatures {
        let function = functions::get(name).unwrap_or_else(|| panic!("{name} is missing"));
        let wanted = want["params"].as_array().expect("parameters");
        assert_eq!(function.parameters().len(), wanted.len(), "{name}");
        let pairs = function.parameters().iter().zip(wanted);
        for (p, w) in pairs.chain(function.variadic_parameter().zip(want.get("var_param"))) {
            let ty = match p.ty() {
                tf_cty::Type::Capsule(c) => serde_json::json!(format!("capsule:{}", c.friendly_name())),
                ty => serde_json::from_str(&ty.to_json()).expect("a type"),
            };
            let got = serde_json::json!({
                "name": p.name(), "ty": ty, "allow_null": p.allows_null(), "allow_unknown": p.allows_unknown(),
                "allow_dynamic": p.allows_dynamic_type(), "allow_marked": p.allows_marked(),
            });
            assert_eq!(got, *w, "{name}");
        }
        assert_eq!(function.variadic_parameter().is_some(), want.get("var_param").is_some(), "{name}");
    }
}

//! What programs give, and what becomes of those that give nothing.

use tf_sdk::cty::json;

use super::*;

async fn on_json(program: &str, input: &str) -> Result<String, JqError> {
    let value = first(program, Input::Json(input.to_owned())).await?;
    Ok(String::from_utf8(json::encode(&value, value.ty()).unwrap()).unwrap())
}

#[tokio::test]
async fn results() {
    for (program, input, expected) in [
        (".", "null", "null"),
        (".a.b", r#"{"a":{"b":[1,"x",null,true]}}"#, r#"[1,"x",null,true]"#),
        (".[]", "[3,4]", "3"),
        ("[.[] | . * 2]", "[3,4]", "[6,8]"),
        ("map(select(.n > 1)) | length", r#"[{"n":1},{"n":2}]"#, "1"),
        ("to_entries | map(.key)", r#"{"b":1,"a":2}"#, r#"["b","a"]"#),
        (".", "123456789012345678901234567890123456789", "123456789012345678901234567890123456789"),
        (". + 1", "123456789012345678901234567890123456789", "123456789012345678901234567890123456790"),
        (".", "0.1234567890123456789012345678901234567890", "0.123456789012345678901234567890123456789"),
        ("0.1 + 0.2", "null", "0.30000000000000004"),
        (". / 2", "1", "0.5"),
        ("1e1000 | isinfinite", "null", "true"),
        ("[nan]", "null", "[null]"),
        ("\"\\(.)\"", "1.0", "\"1.0\""),
        ("test(\"^a+$\")", "\"aaa\"", "true"),
        ("[limit(3; repeat(1))]", "null", "[1,1,1]"),
        ("@base64", "\"né\"", "\"bsOp\""),
        ("fromdate", "\"2015-03-05T23:51:47Z\"", "1425599507"),
        ("try error(\"x\") catch .", "null", "\"x\""),
        ("if . then \"yes\" else \"no\" end", "false", "\"no\""),
        ("def f(x): x * 2; f(.)", "21", "42"),
        ("reduce .[] as $x (0; . + $x)", "[1,2,3]", "6"),
    ] {
        assert_eq!(on_json(program, input).await.as_deref(), Ok(expected), "{program}");
    }
}

#[tokio::test]
async fn what_is_no_program() {
    for (program, word) in [
        ("", "program ends"),
        (".[", "line 1"),
        ("(", "line 1"),
        (".a |", "program ends"),
        ("nosuch", "there is no filter nosuch (line 1, column 1)"),
        (".\n| $x", "there is no variable $x (line 2, column 3)"),
        ("include \"m\"; .", "module"),
        ("import \"m\" as m; .", "module"),
        ("break $x", "line 1"),
        ("if . then 1", "program ends"),
    ] {
        match check(program).await {
            Err(JqError::Program(text)) => assert!(text.contains(word), "{program}: {text}"),
            other => panic!("{program}: {other:?}"),
        }
    }
    assert_eq!(check(&" ".repeat(PROGRAM_BYTES_MAX + 1)).await, Err(JqError::ProgramTooLong(65_537)));
}

#[tokio::test]
async fn what_fails() {
    let failed = |error: &JqError| *error == JqError::Failed;
    for (program, input, is) in [
        (".a", "1", &failed as &dyn Fn(&JqError) -> bool),
        (".a", "\"t0p-secret\"", &failed),
        ("tonumber", "\"t0p-secret\"", &failed),
        ("error(\"no\")", "null", &|error| *error == JqError::Raised("no".into())),
        ("error({a: 1})", "null", &|error| *error == JqError::Raised("{\"a\":1}".into())),
        ("try error(\"x\") catch .a", "null", &failed),
        ("\"x\" * 300 | error", "null", &|error| *error == JqError::Raised("x".repeat(200))),
        ("empty", "1", &|error| *error == JqError::Nothing),
        ("1 / 0", "null", &|error| matches!(error, JqError::Result(_))),
        ("{(1|tostring): 1} | .", "", &|error| matches!(error, JqError::Json(_))),
        (".", "{a: 1}", &|error| matches!(error, JqError::Json(_))),
        (".", "1 2", &|error| matches!(error, JqError::Json(_))),
        (".", "# comment", &|error| matches!(error, JqError::Json(_))),
        (".", "NaN", &|error| matches!(error, JqError::Json(_))),
        ("tobytes", "\"x\"", &|error| matches!(error, JqError::Result(_))),
        ("{(null): 1}", "null", &|error| matches!(error, JqError::Result(_) | JqError::Failed)),
    ] {
        let error = on_json(program, input).await.unwrap_err();
        assert!(is(&error), "{program} on {input}: {error:?}");
        assert_eq!(error.is_about_input(), matches!(error, JqError::Json(_)));
    }
}

#[tokio::test]
async fn a_program_sees_its_input_only() {
    for program in [
        "env",
        "env.HOME",
        "now",
        "input",
        "[inputs]",
        "debug",
        "stderr",
        "halt",
        "halt_error",
        "localtime",
        "\"x\" | debug(.)",
    ] {
        match on_json(program, "0").await {
            Err(JqError::Raised(text)) => assert!(text.contains("not available"), "{program}: {text}"),
            other => panic!("{program}: {other:?}"),
        }
    }
    assert!(check("$ENV").await.is_err() && check("$__prog_args").await.is_err());
}

#[tokio::test]
async fn deep_things() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(on_json("flatten | length", &nested(200)).await.is_ok());
    assert!(matches!(on_json(".", &nested(600)).await, Err(JqError::Json(_))));
    assert!(matches!(on_json(".", &nested(200_000)).await, Err(JqError::Json(_))));
    let brackets = "\"".to_owned() + &"[".repeat(5000) + "\"";
    assert_eq!(on_json("length", &brackets).await.as_deref(), Ok("5000"), "brackets in texts do not nest");
    assert!(matches!(on_json("reduce range(2000) as $i (null; [.])", "null").await, Err(JqError::Result(_))));
    assert!(check(&("(".repeat(20_000) + "." + &")".repeat(20_000))).await.is_ok());
    assert_eq!(
        on_json("def f: if . > 50000 then . else (. + 1 | f) end; f", "0").await.as_deref(),
        Ok("50001")
    );
    assert_eq!(
        on_json("def f: if . > 20000 then 0 else 1 + (. + 1 | f) end; f", "0").await.as_deref(),
        Ok("20001")
    );
}

#[tokio::test]
async fn values_of_terraform() {
    let set = Value::set([Value::from("b"), Value::from("a")]).unwrap();
    let object = Value::object([
        ("map", Value::map([("k", Value::from(1))]).unwrap()),
        ("set", set),
        ("tuple", Value::tuple([Value::from(true), Value::null(tf_sdk::Type::String)])),
    ]);
    let result = first(".", Input::Value(object)).await.unwrap();
    let text = String::from_utf8(json::encode(&result, result.ty()).unwrap()).unwrap();
    assert_eq!(text, r#"{"map":{"k":1},"set":["a","b"],"tuple":[true,null]}"#);
    let unknown = Value::tuple([Value::unknown(tf_sdk::Type::String)]);
    assert!(matches!(first(".", Input::Value(unknown)).await, Err(JqError::Input(_))));
}

/// Whoever comes when all places are taken waits for one.
#[tokio::test]
async fn many_at_once() {
    let programs: Vec<_> = (0..200)
        .map(|n| {
            tokio::spawn(async move { on_json("reduce range(2000) as $i (.; . + 1)", &n.to_string()).await })
        })
        .collect();
    for (n, program) in (0..200).zip(programs) {
        assert_eq!(program.await.unwrap(), Ok((n + 2000).to_string()));
    }
}

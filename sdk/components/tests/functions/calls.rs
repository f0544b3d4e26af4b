//! Calls that no reference can answer: numbers beyond its own, options that it does not check, and all that is refused.

use tf_components::Audience;

use crate::lab;

/// The results of calls: JSON, or `error argument: text`, of which only the beginning is compared.
async fn check(cases: &[(&str, &str, &str)]) {
    let provider = lab::provider(Audience::Users);
    for (name, arguments, want) in cases {
        let found = match lab::call(&provider, name, arguments).await {
            Ok(json) => json,
            Err(error) => format!("error {error}"),
        };
        let same = if want.starts_with("error ") { found.starts_with(want) } else { found == *want };
        assert!(same, "{name}{arguments} is {found}, not {want}");
    }
}

#[tokio::test]
async fn numbers_are_exact() {
    check(&[
        ("add", "[123456789012345678901234567890, 0.1]", "123456789012345678901234567890.1"),
        ("subtract", "[9007199254740993, 1]", "9007199254740992"),
        ("multiply", "[123456789012345678901234567890, 10]", "1234567890123456789012345678900"),
        ("divide", "[9007199254740993, 2]", "4503599627370496.5"),
        ("sum", "[[1e20, 1, -1e20]]", "1"),
        ("max", "[[9007199254740992, 9007199254740993]]", "9007199254740993"),
        ("min", "[[-9007199254740992, -9007199254740993]]", "-9007199254740993"),
        ("round", "[123456789012345678901234567890.5]", "123456789012345678901234567890"),
        ("tostring", "[123456789012345678901234567890.5]", "\"123456789012345678901234567890.5\""),
        ("contains", "[[9007199254740993], 9007199254740992]", "false"),
        ("lookup", "[{\"a\": 9007199254740993}, \"a\"]", "9007199254740993"),
        ("format", "[\"%d\", [9007199254740993]]", "\"9007199254740993\""),
        ("join", "[\"\", [9007199254740993]]", "\"9007199254740993\""),
    ])
    .await;
}

#[tokio::test]
async fn division_by_zero_is_an_error_of_the_divisor() {
    const TEXT: &str = "error 1: division by zero has no result";
    check(&[
        ("divide", "[1, 0]", TEXT),
        ("divide", "[-1, 0]", TEXT),
        ("divide", "[0, 0]", TEXT),
        ("divide", "[1, -0.0]", TEXT),
        ("divide", "[null, 0]", "null"),
        ("divide", "[0, 1]", "0"),
    ])
    .await;
}

#[tokio::test]
async fn empty_lists_have_no_extremes_and_no_sum() {
    check(&[
        ("min", "[[]]", "error 0: an empty list has no least"),
        ("max", "[[]]", "error 0: an empty list has no least"),
        ("sum", "[[]]", "error 0: an empty list has no sum"),
        ("min", "[[1, null]]", "error 0: element 1 is null"),
        ("max", "[[null]]", "error 0: element 0 is null"),
        ("sum", "[[1, null]]", "error 0: element 1 is null"),
        ("sum", "[[\"x\"]]", "error 0: "),
        ("sum", "[1]", "error 0: "),
        ("sum", "[[\"1\", \"2\"]]", "3"),
    ])
    .await;
}

#[tokio::test]
async fn options_of_numbers_are_checked() {
    const ROUND: &str = "error 1: the precision must be a whole number from -1000 to 1000, not ";
    const SIZE: &str = "error 1: the precision must be a whole number from 0 to 1000, not ";
    check(&[
        ("round", "[1.5, 1000000000]", ROUND),
        ("round", "[1.5, -1000000000]", ROUND),
        ("round", "[1.5, 1001]", ROUND),
        ("round", "[1.5, 0.5]", ROUND),
        ("round", "[1.5, 9223372036854775808]", ROUND),
        ("round", "[1.5, 1e400]", ROUND),
        ("round", "[null, 0.5]", ROUND),
        ("round", "[1.5, 1, 2]", "error 2: too many arguments: there is 1 option"),
        ("round", "[1.5, null, null]", "error 2: too many arguments"),
        ("round", "[1.5, \"x\"]", "error 1: "),
        ("round", "[1.5, [1]]", "error 1: "),
        ("round", "[]", "error "),
        ("round", "[\"x\"]", "error 0: "),
        ("round", "[1.5, null]", "2"),
        ("round", "[1.25, \"1\"]", "1.2"),
        ("round", "[1.5, 1000]", "1.5"),
        ("round", "[1.5, -1000]", "0"),
        ("format_size", "[1024, -1]", SIZE),
        ("format_size", "[1024, 1000000000]", SIZE),
        ("format_size", "[1024, 0.5]", SIZE),
        ("format_size", "[512, 1e30]", SIZE),
        ("format_size", "[null, -1]", SIZE),
        ("format_size", "[1024, 1, 1]", "error 2: too many arguments: there is 1 option"),
        ("format_size", "[1024, true]", "error 1: "),
        ("format_size", "[\"big\"]", "error 0: "),
        ("format_size", "[1024, null]", "\"1.0 KB\""),
    ])
    .await;
}

#[tokio::test]
async fn options_of_text_are_checked() {
    const LENGTH: &str = "error 1: the greatest length must be a";
    check(&[
        ("truncate", "[\"abc\", 9223372036854775808]", LENGTH),
        ("truncate", "[\"abc\", 2147483648]", LENGTH),
        ("truncate", "[\"abc\", 2147483647]", "\"abc\""),
        ("truncate", "[\"abc\", -1]", LENGTH),
        ("truncate", "[\"abc\", 1.5]", LENGTH),
        ("truncate", "[\"abc\", \"2\"]", "error 1: the greatest length must be a number, not a string"),
        ("truncate", "[\"abc\", true]", "error 1: the greatest length must be a number, not a bool"),
        ("truncate", "[\"abc\", [2]]", "error 1: the greatest length must be a number, not a tuple"),
        ("truncate", "[null, {}]", "error 1: the greatest length must be a number, not an object"),
        ("truncate", "[\"abc\", 2, 5]", "error 2: the suffix must be a string, not a number"),
        ("truncate", "[\"abc\", 2, [\"x\"]]", "error 2: the suffix must be a string, not a tuple"),
        ("truncate", "[\"abc\", 2, \"\", 1]", "error 3: too many arguments: there are 2 options"),
        ("truncate", "[\"abc\", 2, null, null]", "error 3: too many arguments"),
        ("truncate", "[\"abcd\", 3, null]", "\"...\""),
        ("truncate", "[\"abcd\", null, \"~\"]", "\"abcd\""),
        ("pluralize", "[\"apple\", 1.5]", "error 1: the count must be a whole number"),
        ("pluralize", "[\"apple\", \"2\"]", "error 1: the count must be a number, not a string"),
        ("pluralize", "[\"apple\", true]", "error 1: the count must be a number, not a bool"),
        ("pluralize", "[\"apple\", 2, 3]", "error 2: the plural must be a string, not a number"),
        ("pluralize", "[\"apple\", 1, []]", "error 2: the plural must be a string, not a tuple"),
        ("pluralize", "[\"apple\", 1, \"a\", \"b\"]", "error 3: too many arguments"),
        ("pluralize", "[null, \"x\"]", "error 1: the count must be a number"),
        ("pluralize", "[\"apple\", null, \"apples!\"]", "\"apple\""),
        ("pluralize", "[\"apple\", 1e400]", "\"apples\""),
        ("to_camel_case", "[\"a b\", true, false]", "error 2: too many arguments: there is 1 option"),
        ("to_camel_case", "[\"a b\", \"x\"]", "error 1: "),
        ("to_camel_case", "[\"a b\", 1]", "error 1: "),
        ("to_camel_case", "[\"a b\", null]", "\"aB\""),
    ])
    .await;
}

#[tokio::test]
async fn collections_are_what_they_have_to_be() {
    check(&[
        ("join", "[\",\", [\"a\", null]]", "error 1: element 1 is null, which cannot be joined"),
        ("join", "[\",\", [[\"a\"]]]", "error 1: element 0 is a tuple, which cannot be joined"),
        ("join", "[\",\", \"a\"]", "error 1: strings must be a list, not a string"),
        ("join", "[\",\", {\"a\": 1}]", "error 1: strings must be a list, not an object"),
        ("join", "[[], [\"a\"]]", "error 0: "),
        ("format", "[\"{}\", \"a\"]", "error 1: values must be a list, not a string"),
        ("format", "[null, 1]", "error 1: values must be a list, not a number"),
        ("format", "[\"%s\", [\"a\", \"b\"]]", "error 1: too many arguments; only 1 used by format string"),
        ("format", "[\"%s %v %t\", [\"a\", [1, \"b\"], true]]", "\"a [1,\\\"b\\\"] true\""),
        ("contains", "[\"abc\", \"a\"]", "error 0: list_to_check must be a list, not a string"),
        ("contains", "[{\"a\": 1}, 1]", "error 0: list_to_check must be a list, not an object"),
        ("contains", "[[1], null]", "error 1: "),
        ("contains", "[[1, true, \"a\", {}], true]", "true"),
        ("lookup", "[[1], \"a\"]", "error 0: map_to_search must be a map or an object, not a tuple"),
        ("lookup", "[\"a\", \"a\"]", "error 0: map_to_search must be a map or an object, not a string"),
        ("lookup", "[{\"a\": 1}, \"b\"]", "error 1: the map has no key \"b\", and there is no default"),
        ("lookup", "[{\"a\": 1}, \"b\", 1, 2]", "error 3: too many arguments"),
        ("lookup", "[{\"a\": 1}, \"a\", 1, 2]", "error 3: too many arguments"),
        ("lookup", "[{\"a\": 1}, null]", "error 1: "),
        ("lookup", "[{\"a\": 1, \"b\": [true]}, \"b\"]", "[true]"),
        ("length", "[1]", "error 0: a number has no length"),
        ("length", "[true]", "error 0: a bool has no length"),
        ("tostring", "[[1]]", "error 0: a tuple cannot be converted to text"),
        ("tostring", "[{}]", "error 0: an object cannot be converted to text"),
        ("replace", "[\"abc\", \"/(/\", \"\"]", "error 1: "),
        ("upper", "[]", "error "),
        ("upper", "[\"a\", \"b\"]", "error 1: "),
    ])
    .await;
}

#[tokio::test]
async fn tests_have_a_function_more() {
    let arguments = "[\"{\\\"a\\\": 9007199254740993}\"]";
    let tests = lab::provider(Audience::Tests);
    let result = lab::call(&tests, "foundry_nested_data_processor", arguments).await.unwrap();
    let want =
        "{\"original_data\":{\"a\":9007199254740993},\"summary\":{\"mode\":\"analyze\",\"total_keys\":1}}";
    assert_eq!(lab::value(&result).as_str(), Some(want));
    let users = lab::provider(Audience::Users);
    assert!(users.call("foundry_nested_data_processor", ["{}"].map(tf_sdk::Value::from)).await.is_err());
}

//! Rules for attributes together.

use tf_sdk::model::kind::{Integer, Text};
use tf_sdk::validator::{
    self, ConfigValidator, PathExpression, ValidateValue, Validator, ValidatorOf, here, integer, root,
    sibling,
};
use tf_sdk::{Diagnostics, Path, Severity, Type, Value};

const COMBINATION: &str = "Invalid Attribute Combination";

fn text(v: &str) -> Value {
    match v {
        "null" => Value::null(Type::String),
        "?" => Value::unknown(Type::String),
        _ => v.into(),
    }
}

fn config(a: &str, b: &str, c: &str) -> Value {
    Value::object([("a", text(a)), ("b", text(b)), ("c", text(c))])
}

fn details(rule: impl ValidatorOf<Text>, config: &Value) -> Vec<String> {
    let (path, mut diagnostics) = (Path::new().attr("a"), Diagnostics::new());
    let value = config.get("a").unwrap();
    if value.is_known() && (!value.is_null() || rule.wants_null()) {
        rule.validate(&ValidateValue { path: &path, value, config, sensitive: false }, &mut diagnostics);
    }
    diagnostics
        .into_iter()
        .map(|d| {
            assert_eq!(d.path, Some(Path::new().attr("a")));
            d.detail
        })
        .collect()
}

#[test]
fn relations_of_an_attribute() {
    let conflicts = || validator::conflicts_with(["b", "c"]);
    let conflict = |other: &str| format!("Attribute {other:?} cannot be specified when \"a\" is specified");
    assert_eq!(details(conflicts(), &config("x", "null", "null")), [""; 0]);
    assert_eq!(details(conflicts(), &config("null", "x", "x")), [""; 0]);
    assert_eq!(details(conflicts(), &config("x", "x", "x")), [conflict("b"), conflict("c")]);
    assert_eq!(details(conflicts(), &config("x", "x", "?")), [""; 0]);

    let requires = || validator::also_requires("b");
    assert_eq!(details(requires(), &config("x", "x", "null")), [""; 0]);
    assert_eq!(details(requires(), &config("null", "null", "null")), [""; 0]);
    assert_eq!(details(requires(), &config("x", "?", "null")), [""; 0]);
    assert_eq!(
        details(requires(), &config("x", "null", "null")),
        ["Attribute \"b\" must be specified when \"a\" is specified"]
    );

    let least = || validator::at_least_one_of(["a", "b"]);
    assert_eq!(details(least(), &config("null", "x", "null")), [""; 0]);
    assert_eq!(details(least(), &config("null", "?", "null")), [""; 0]);
    assert_eq!(
        details(least(), &config("null", "null", "x")),
        ["At least one attribute out of [b,a] must be specified"]
    );

    let exactly = || validator::exactly_one_of(["b", "c"]);
    assert_eq!(details(exactly(), &config("x", "null", "null")), [""; 0]);
    assert_eq!(details(exactly(), &config("null", "x", "null")), [""; 0]);
    assert_eq!(details(exactly(), &config("null", "null", "?")), [""; 0]);
    assert_eq!(
        details(exactly(), &config("null", "null", "null")),
        ["No attribute specified when one (and only one) of [b,c,a] is required"]
    );
    assert_eq!(
        details(exactly(), &config("x", "x", "x")),
        ["3 attributes specified when one (and only one) of [b,c,a] is required"]
    );
}

#[test]
fn write_only_is_preferred_by_a_warning() {
    let rule = validator::prefer_write_only_attribute("b");
    let (path, mut diagnostics) = (Path::new().attr("a"), Diagnostics::new());
    let config = config("x", "null", "null");
    let value = config.get("a").unwrap();
    rule.validate(&ValidateValue { path: &path, value, config: &config, sensitive: true }, &mut diagnostics);
    let warning = diagnostics.iter().next().unwrap();
    assert_eq!(
        (warning.severity, warning.summary.as_str()),
        (Severity::Warning, "Available Write-only Attribute Alternative")
    );
    assert!(warning.detail.starts_with("The attribute a has a write-only version b available."));
    assert_eq!(
        details(validator::prefer_write_only_attribute("b"), &self::config("null", "null", "null")),
        [""; 0]
    );
}

#[test]
fn expressions_find_their_way() {
    let disk =
        |name: &str, size: i64| Value::object([("name", Value::from(name)), ("size", Value::from(size))]);
    let config = Value::object([
        ("disks", Value::list([disk("a", 1), disk("b", 2)]).unwrap()),
        ("total", Value::from(3)),
        ("none", Value::null(Type::object([("x", Type::String)]))),
        ("later", Value::unknown(Type::object([("x", Type::String)]))),
    ]);
    let total = |rule: &dyn Validator, path: Path, value: i64| {
        let (value, mut diagnostics) = (Value::from(value), Diagnostics::new());
        let request = ValidateValue { path: &path, value: &value, config: &config, sensitive: false };
        rule.validate(&request, &mut diagnostics);
        diagnostics.into_iter().map(|d| d.summary).collect::<Vec<_>>()
    };
    let top = || Path::new().attr("total");
    let sizes = || root("disks").any_element().attr("size");
    let fits = |rule: validator::ComparedTo<Integer>, value: i64| total(&rule, top(), value).is_empty();
    assert!(fits(integer::equal_to_sum_of(sizes()), 3) && !fits(integer::equal_to_sum_of(sizes()), 4));
    assert!(fits(integer::at_least_sum_of(sizes()), 4) && !fits(integer::at_least_sum_of(sizes()), 2));
    assert!(fits(integer::at_most_sum_of(sizes()), 2) && !fits(integer::at_most_sum_of(sizes()), 4));
    assert!(
        fits(integer::equal_to_product_of(sizes()), 2) && !fits(integer::equal_to_product_of(sizes()), 3)
    );
    assert_eq!(
        integer::equal_to_product_of(sizes()).description(),
        "value must be equal to product of disks[*].size"
    );
    let decimal = |text: &str| Value::from(tf_sdk::Number::parse(text).unwrap());
    let parts = Value::object([("a", decimal("0.1")), ("b", decimal("0.6")), ("total", decimal("0.7"))]);
    let mut diagnostics = Diagnostics::new();
    let value = decimal("0.7");
    let request = ValidateValue { path: &top(), value: &value, config: &parts, sensitive: false };
    validator::float::equal_to_sum_of([root("a"), root("b")]).validate(&request, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let size = || Path::new().attr("disks").index(0).attr("size");
    // From the size of a disk: its name, the total, the other disk, itself; below null, below unknown; not there; a mistake.
    let conflict = |other: PathExpression| total(&validator::conflicts_with(other), size(), 1);
    assert_eq!(conflict(sibling("name")), [COMBINATION]);
    assert_eq!(conflict(here().parent().parent().parent().attr("total")), [COMBINATION]);
    assert_eq!(conflict(here().parent().parent().index(1).attr("name")), [COMBINATION]);
    assert_eq!(conflict(here()), [""; 0]);
    assert_eq!(conflict(root("none").attr("x")), [""; 0]);
    assert_eq!(conflict(root("later").attr("x")), [""; 0]);
    assert_eq!(conflict(root("disks").index(7).attr("name")), [""; 0]);
    assert_eq!(conflict(sibling("nmae")), ["Invalid Path Expression for Schema"]);
}

fn of_config(rule: &impl ConfigValidator, config: &Value) -> Vec<(Option<String>, String, String)> {
    let mut diagnostics = Diagnostics::new();
    rule.validate(config, &mut diagnostics);
    diagnostics.into_iter().map(|d| (d.path.map(|p| p.to_string()), d.summary, d.detail)).collect()
}

#[test]
fn rules_for_whole_configurations() {
    let missing =
        |detail: &str| vec![(None, "Missing Attribute Configuration".to_owned(), detail.to_owned())];
    let clash =
        |at: &str, detail: &str| vec![(Some(at.to_owned()), COMBINATION.to_owned(), detail.to_owned())];
    let none = Vec::new;

    let least = validator::config_at_least_one_of(["a", "b"]);
    let words = "At least one of these attributes must be configured: [a,b]";
    assert_eq!(of_config(&least, &config("x", "null", "null")), none());
    assert_eq!(of_config(&least, &config("null", "?", "null")), none());
    assert_eq!(of_config(&least, &config("null", "null", "x")), missing(words));

    let exactly = validator::config_exactly_one_of(["a", "b"]);
    let words = "Exactly one of these attributes must be configured: [a,b]";
    assert_eq!(of_config(&exactly, &config("null", "x", "x")), none());
    assert_eq!(of_config(&exactly, &config("null", "?", "x")), none());
    assert_eq!(of_config(&exactly, &config("null", "null", "x")), missing(words));
    assert_eq!(of_config(&exactly, &config("x", "x", "null")), clash(".a", words));

    let conflicting = validator::config_conflicting(["a", "b", "c"]);
    let words = "These attributes cannot be configured together: [a,b,c]";
    assert_eq!(of_config(&conflicting, &config("null", "null", "null")), none());
    assert_eq!(of_config(&conflicting, &config("x", "?", "null")), none());
    assert_eq!(of_config(&conflicting, &config("null", "x", "x")), clash(".b", words));
    assert_eq!(of_config(&conflicting, &config("x", "x", "?")), clash(".a", words));

    let together = validator::config_required_together(["a", "b"]);
    let words = "These attributes must be configured together: [a,b]";
    assert_eq!(of_config(&together, &config("x", "x", "null")), none());
    assert_eq!(of_config(&together, &config("null", "null", "x")), none());
    assert_eq!(of_config(&together, &config("x", "?", "x")), none());
    assert_eq!(of_config(&together, &config("x", "null", "x")), clash(".a", words));

    let own = validator::config_rule("never", |_, diagnostics| {
        diagnostics.push(tf_sdk::Diagnostic::error("Never", ""));
    });
    assert_eq!(of_config(&own, &config("x", "x", "x")).len(), 1);
}

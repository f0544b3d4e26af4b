//! Plan modifiers and defaults.

use tf_sdk::default::{self, IntoDefault};
use tf_sdk::plan_modifier::{
    ModifyValue, PlanModifier, PlannedValue, requires_replace, requires_replace_if,
    requires_replace_if_configured, use_non_null_state_for_unknown, use_state_for_unknown,
};
use tf_sdk::{Diagnostics, Path, Private, Type, Value};

/// A value's state, configuration and plan.
fn v(text: &str) -> Value {
    match text {
        "null" => Value::null(Type::String),
        "?" => Value::unknown(Type::String),
        _ => text.into(),
    }
}

/// What a modifier makes of a plan: the value, and whether it replaces. `new` states are of objects that are created.
fn modified(modifier: &dyn PlanModifier, state: &str, config: &str, plan: &str) -> (Value, bool) {
    let object = match state {
        "new" => Value::null(Type::object([("a", Type::String)])),
        _ => Value::object([("a", v(state))]),
    };
    let state = if state == "new" { v("null") } else { v(state) };
    at(modifier, Path::new().attr("a"), &object, &state, &v(config), v(plan))
}

fn at(
    modifier: &dyn PlanModifier,
    path: Path,
    object: &Value,
    state: &Value,
    config: &Value,
    plan: Value,
) -> (Value, bool) {
    let mut diagnostics = Diagnostics::new();
    let private = Private::default();
    let mut enclosing = path.clone();
    enclosing.pop();
    let enclosing = enclosing.apply(object).unwrap_or_else(|_| Value::null(Type::Dynamic));
    let request = ModifyValue {
        path: &path,
        config,
        state,
        enclosing_state: &enclosing,
        object_config: object,
        object_state: object,
        object_plan: object,
        private: &private,
    };
    let mut planned = PlannedValue { value: plan, requires_replace: false, diagnostics: &mut diagnostics };
    modifier.modify(&request, &mut planned);
    (planned.value, planned.requires_replace)
}

#[test]
fn replacement() {
    let always = requires_replace();
    let configured = requires_replace_if_configured();
    let longer = requires_replace_if("If longer.", |request, plan| {
        plan.value.as_str().map(str::len) > request.state.as_str().map(str::len)
    });
    for (state, config, plan, want) in [
        ("new", "x", "x", [false, false, false]),
        ("x", "x", "x", [false, false, false]),
        ("x", "y", "y", [true, true, false]),
        ("x", "xy", "xy", [true, true, true]),
        ("x", "null", "?", [true, false, false]),
        ("x", "null", "null", [true, false, false]),
        ("null", "x", "x", [true, true, true]),
    ] {
        let got = [&always, &configured, &longer].map(|m| modified(m, state, config, plan));
        assert_eq!(got.clone().map(|(_, replace)| replace), want, "{state} {config} {plan}");
        assert!(got.iter().all(|(value, _)| *value == v(plan)));
    }
}

#[test]
fn state_for_unknown() {
    let (any, non_null) = (use_state_for_unknown(), use_non_null_state_for_unknown());
    for (state, config, plan, want_any, want_non_null) in [
        ("new", "null", "?", "?", "?"),
        ("x", "null", "?", "x", "x"),
        ("null", "null", "?", "null", "?"),
        ("x", "?", "?", "?", "?"),
        ("x", "y", "y", "y", "y"),
        ("x", "null", "null", "null", "null"),
    ] {
        assert_eq!(modified(&any, state, config, plan), (v(want_any), false), "{state} {config} {plan}");
        assert_eq!(modified(&non_null, state, config, plan), (v(want_non_null), false));
    }
}

#[test]
fn state_for_unknown_inside_a_list() {
    let disk = Value::object([("id", v("null"))]);
    let object = Value::object([("disks", Value::list([disk]).unwrap())]);
    let element = |i: i64| {
        let path = Path::new().attr("disks").index(i).attr("id");
        at(&use_state_for_unknown(), path, &object, &v("null"), &v("null"), v("?")).0
    };
    assert_eq!(element(0), v("null"), "the element is there, and its id is null");
    assert_eq!(element(1), v("?"), "the element is new");
}

fn value_of<T>(default: impl IntoDefault<T>) -> (Value, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let value = default.into_default().value(&Path::new().attr("a"), &mut diagnostics);
    (value, diagnostics)
}

#[test]
fn defaults() {
    assert_eq!(value_of::<String>("x").0, v("x"));
    assert_eq!(value_of::<i64>(3).0, Value::from(3));
    assert_eq!(value_of::<Vec<String>>(["x"]).0, Value::list([v("x")]).unwrap());
    assert_eq!(IntoDefault::<i64>::into_default(3).description(), "value defaults to 3");
    let (_, said) = value_of::<f64>(f64::NAN);
    assert_eq!(said.iter().next().unwrap().summary, "Invalid Default");
}

#[test]
fn defaults_of_the_environment() {
    // Cargo sets these for every test.
    assert_eq!(value_of::<String>(default::environment("CARGO_PKG_NAME")).0, v("tf-sdk"));
    assert_eq!(value_of::<i64>(default::environment("CARGO_PKG_VERSION_MINOR")).0, Value::from(1));
    assert_eq!(value_of::<String>(default::environment("NO_SUCH_VARIABLE_HERE")).0, v("null"));
    assert_eq!(value_of::<bool>(default::environment("NO_SUCH_VARIABLE_HERE")).0, Value::null(Type::Bool));
    let (value, said) = value_of::<bool>(default::environment("CARGO_PKG_NAME"));
    let said = said.iter().next().unwrap();
    assert_eq!((value, said.summary.as_str()), (Value::null(Type::Bool), "Invalid Environment Variable"));
    assert!(!said.detail.contains("tf-sdk"), "a variable may hold a secret");
}

//! Value nodes of the vectors: JSON to values and back.

use serde_json::{Map, Value as Json, json};
use tf_cty::{Mark, Marks, Number, Path, PathStep, Type, Value};

pub(crate) type Result<T> = std::result::Result<T, String>;

fn text(e: impl std::fmt::Display) -> String {
    e.to_string()
}

pub(crate) fn read_type(node: &Json) -> Result<Type> {
    if node == "capsule:bytes" {
        return Ok(bytes_type());
    }
    Type::from_json(&node.to_string()).map_err(text)
}

pub(crate) fn bytes_type() -> Type {
    Type::Capsule(tf_cty::functions::bytes_type())
}

pub(crate) fn write_type(ty: &Type) -> Json {
    match ty {
        Type::Capsule(_) => json!("capsule:bytes"),
        _ => serde_json::from_str(&ty.to_json()).expect("types are JSON"),
    }
}

pub(crate) fn read_number(text: &str) -> Result<Number> {
    match text {
        "inf" => Ok(Number::infinity(false)),
        "-inf" => Ok(Number::infinity(true)),
        _ => match text.strip_prefix("f64:") {
            Some(f) => Number::from_f64(f.parse().map_err(|e| format!("{e}"))?).map_err(|e| e.to_string()),
            None => Number::parse(text).map_err(|e| e.to_string()),
        },
    }
}

fn list(node: &Json) -> Result<Vec<Value>> {
    node["v"].as_array().map_or(&[][..], |a| a).iter().map(read).collect()
}

fn pairs(node: &Json) -> Result<Vec<(String, Value)>> {
    let items = node["v"].as_array().map_or(&[][..], |a| a);
    items.iter().map(|p| Ok((p[0].as_str().unwrap_or_default().to_owned(), read(&p[1])?))).collect()
}

pub(crate) fn read(node: &Json) -> Result<Value> {
    let ety = || read_type(&node["ety"]);
    let value = match node["k"].as_str().unwrap_or_default() {
        "string" => Value::from(node["v"].as_str().unwrap_or_default()),
        "bool" => Value::from(node["v"] == true),
        "number" => Value::from(read_number(node["v"].as_str().unwrap_or_default())?),
        "list" => Value::list_of(ety()?, list(node)?).map_err(text)?,
        "set" => Value::set_of(ety()?, list(node)?).map_err(text)?,
        "map" => Value::map_of(ety()?, pairs(node)?).map_err(text)?,
        "tuple" => Value::tuple(list(node)?),
        "object" => Value::object(pairs(node)?),
        "null" => Value::null(read_type(&node["ty"])?),
        "unknown" => refine(&Value::unknown(read_type(&node["ty"])?), &node["r"], false)?,
        "bytes" => tf_cty::functions::bytes(&from_base64(node["v"].as_str().unwrap_or_default())),
        other => return Err(format!("unknown kind of node {other:?}")),
    };
    let marks: Marks = strings(&node["marks"]).map(|m| Mark::new(&m)).collect();
    Ok(value.with_marks(&marks))
}

pub(crate) fn strings(node: &Json) -> impl Iterator<Item = String> {
    node.as_array()
        .cloned()
        .unwrap_or_default()
        .into_iter()
        .map(|s| s.as_str().unwrap_or_default().to_owned())
}

/// Applies refinements in the order in which they are written.
pub(crate) fn refine(value: &Value, r: &Json, safe_prefix: bool) -> Result<Value> {
    let Some(r) = r.as_object() else { return Ok(value.clone()) };
    let mut b = value.refine();
    for (key, v) in r {
        let bound = || read_number(v[0].as_str().unwrap_or_default());
        let inclusive = v[1] == true;
        b = match key.as_str() {
            "not_null" if v == false => b,
            "not_null" => b.not_null(),
            "prefix" if safe_prefix => b.string_prefix_safe(v.as_str().unwrap_or_default()),
            "prefix" => b.string_prefix(v.as_str().unwrap_or_default()),
            "min" => b.number_lower_bound(bound()?, inclusive),
            "max" => b.number_upper_bound(bound()?, inclusive),
            "len_min" => b.collection_length_lower_bound(v.as_i64().unwrap_or_default()),
            "len_max" => b.collection_length_upper_bound(v.as_i64().unwrap_or_default()),
            other => return Err(format!("unknown refinement {other}")),
        };
    }
    b.build().map_err(text)
}

pub(crate) fn write(value: &Value) -> Json {
    let mut node = write_unmarked(value);
    if value.is_marked() {
        node["marks"] = value.marks().iter().map(|m| json!(m.as_str())).collect();
    }
    node
}

fn write_unmarked(value: &Value) -> Json {
    let ty = value.ty();
    if value.is_null() {
        return json!({"k": "null", "ty": write_type(ty)});
    }
    if !value.is_known() {
        let mut node = json!({"k": "unknown", "ty": write_type(ty)});
        let r = write_refinements(value);
        if !r.is_empty() {
            node["r"] = Json::Object(r);
        }
        return node;
    }
    let elements = || value.as_slice().unwrap_or_default().iter().map(write).collect::<Json>();
    let entries = || value.entries().map(|(k, v)| json!([**k, write(v)])).collect::<Json>();
    let element_type = || write_type(ty.element_type().unwrap_or(&Type::Dynamic));
    match ty {
        Type::Bool => json!({"k": "bool", "v": value.as_bool()}),
        Type::String => json!({"k": "string", "v": value.as_str()}),
        Type::Number => value.as_number().map_or(Json::Null, write_number),
        Type::List(_) => json!({"k": "list", "ety": element_type(), "v": elements()}),
        Type::Set(_) => json!({"k": "set", "ety": element_type(), "v": elements()}),
        Type::Map(_) => json!({"k": "map", "ety": element_type(), "v": entries()}),
        Type::Tuple(_) => json!({"k": "tuple", "v": elements()}),
        Type::Object(_) => json!({"k": "object", "v": entries()}),
        Type::Capsule(_) => {
            json!({"k": "bytes", "v": to_base64(&tf_cty::functions::as_bytes(value).unwrap_or_default())})
        }
        Type::Dynamic => json!({"k": "?"}),
    }
}

fn write_number(n: &Number) -> Json {
    let v = match n.to_string().as_str() {
        "+Inf" => "inf".to_owned(),
        "-Inf" => "-inf".to_owned(),
        other => other.to_owned(),
    };
    let mut node = json!({"k": "number", "v": v});
    if !n.is_integer() && !n.is_infinite() {
        node["x"] = json!(n.exact_hex());
    }
    node
}

fn write_refinements(value: &Value) -> Map<String, Json> {
    let range = value.range();
    let mut r = Map::new();
    let mut put = |key: &str, v: Json| r.insert(key.to_owned(), v);
    if range.definitely_not_null() {
        put("not_null", json!(true));
    }
    if let Some(prefix) = range.string_prefix() {
        put("prefix", json!(prefix));
    }
    let bound = |(n, inclusive): (&Number, bool)| json!([write_number(n)["v"], inclusive]);
    if let Some(min) = range.number_lower_bound() {
        put("min", bound(min));
    }
    if let Some(max) = range.number_upper_bound() {
        put("max", bound(max));
    }
    if let Some((min, max)) = range.length_bounds().filter(|_| value.ty().is_collection()) {
        if min != 0 {
            put("len_min", json!(min));
        }
        if max != i64::MAX {
            put("len_max", json!(max));
        }
    }
    r
}

pub(crate) fn read_path(node: &Json) -> Result<Path> {
    let steps = node.as_array().map_or(&[][..], |a| a);
    steps
        .iter()
        .map(|s| match s["attr"].as_str() {
            Some(name) => Ok(PathStep::Attr(name.into())),
            None => read(&s["index"]).map(PathStep::Index),
        })
        .collect()
}

pub(crate) fn write_path(path: &Path) -> Json {
    path.steps()
        .iter()
        .map(|s| match s {
            PathStep::Attr(name) => json!({"attr": **name}),
            PathStep::Index(key) => json!({"index": write(key)}),
        })
        .collect()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn from_base64(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in text.bytes().filter(|c| *c != b'=') {
        let v = ALPHABET.iter().position(|a| *a == c).expect("base64");
        bits = (bits << 6) | v as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let b = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let n = u32::from(b[0]) << 16 | u32::from(b[1]) << 8 | u32::from(b[2]);
        for i in 0..4 {
            let c = ALPHABET[(n >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { c as char } else { '=' });
        }
    }
    out
}

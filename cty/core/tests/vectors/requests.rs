//! Answers to the requests of the vectors.

use serde_json::{Value as Json, json};
use tf_cty::{
    Conversion, Path, Safety, Type, Value, Visit, convert, functions, json as cty_json, mismatch_message,
    msgpack, unify,
};

use crate::node::{self, Result, read, read_type, write, write_path, write_type};

pub(crate) fn answer(vector: &Json) -> Result<Json> {
    match vector["op"].as_str().unwrap_or_default() {
        "encode" => encode(vector),
        "decode_msgpack" => {
            let decoded = msgpack::decode(&from_hex(&vector["hex"]), &read_type(&vector["ty"])?);
            Ok(value_or(decoded, |e| error(&e, &e.path)))
        }
        "decode_json" => {
            let decoded = cty_json::decode(str_of(&vector["json"]).as_bytes(), &read_type(&vector["ty"])?);
            Ok(value_or(decoded, |e| error(&e, &e.path)))
        }
        "implied_msgpack" => Ok(type_or(msgpack::implied_type(&from_hex(&vector["hex"])))),
        "implied_json" => Ok(type_or(cty_json::implied_type(str_of(&vector["json"]).as_bytes()))),
        "convert" => convert_value(vector),
        "mismatch" => {
            Ok(json!({"msg": mismatch_message(&read_type(&vector["ty"])?, &read_type(&vector["ty2"])?)}))
        }
        "unify" => unify_types(vector),
        "type" => describe_type(vector),
        "type_parse" => Ok(type_or(Type::from_json(&vector["ty"].to_string()))),
        "conform" => conform(vector),
        "op" => operation(vector),
        "refine" => {
            let refined = node::refine(&read(&vector["v"])?, &vector["r"], vector["key"] == "safe_prefix");
            Ok(value_or(refined, |e| json!({"err": {"msg": e}})))
        }
        "walk" => walk(vector),
        "path_apply" => {
            let applied = node::read_path(&vector["path"])?.apply(&read(&vector["v"])?);
            Ok(value_or(applied, |e| json!({"err": {"msg": e.to_string()}})))
        }
        "unmark_paths" => unmark_paths(vector),
        "call" => call(vector),
        other => Err(format!("unknown request {other:?}")),
    }
}

fn str_of(node: &Json) -> &str {
    node.as_str().unwrap_or_default()
}

fn from_hex(node: &Json) -> Vec<u8> {
    let text = str_of(node);
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn error(e: &impl std::error::Error, path: &Path) -> Json {
    json!({"err": {"msg": e.to_string(), "path": write_path(path)}})
}

fn value_or<E>(result: std::result::Result<Value, E>, otherwise: impl FnOnce(E) -> Json) -> Json {
    match result {
        Ok(v) => json!({"v": write(&v)}),
        Err(e) => otherwise(e),
    }
}

fn type_or<E: std::fmt::Display>(result: std::result::Result<Type, E>) -> Json {
    match result {
        Ok(ty) => json!({"ty": write_type(&ty)}),
        Err(e) => json!({"err": {"msg": e.to_string()}}),
    }
}

fn encode(vector: &Json) -> Result<Json> {
    let ty = read_type(&vector["ty"])?;
    let value = read(&vector["v"])?;
    let mut out = json!({"v": write(&value)});
    match msgpack::encode(&value, &ty) {
        Ok(bytes) => {
            out["msgpack_hex"] = json!(to_hex(&bytes));
            let back = msgpack::decode(&bytes, &ty).map_err(|e| e.to_string())?;
            out["msgpack_decoded"] = write(&back);
            out["msgpack_roundtrip_raw_equal"] = json!(back.raw_equals(&value));
        }
        Err(e) => out["msgpack_err"] = error(&e, &e.path)["err"].clone(),
    }
    match cty_json::encode(&value, &ty) {
        Ok(bytes) => {
            out["json"] = json!(String::from_utf8(bytes.clone()).map_err(|e| e.to_string())?);
            let back = cty_json::decode(&bytes, &ty).map_err(|e| e.to_string())?;
            out["json_decoded"] = write(&back);
            out["json_roundtrip_raw_equal"] = json!(back.raw_equals(&value));
        }
        Err(e) => out["json_err"] = error(&e, &e.path)["err"].clone(),
    }
    Ok(out)
}

fn convert_value(vector: &Json) -> Result<Json> {
    let value = read(&vector["v"])?;
    let ty = read_type(&vector["ty"])?;
    let mut out = value_or(convert(&value, &ty), |e| error(&e, &e.path));
    out["in"] = write(&value);
    let exists = |safety| Conversion::between(value.ty(), &ty, safety).is_some();
    out["safe"] = json!(exists(Safety::Safe));
    out["unsafe"] = json!(exists(Safety::Unsafe));
    Ok(out)
}

fn unify_types(vector: &Json) -> Result<Json> {
    let types = vector["tys"].as_array().map_or(&[][..], |a| a);
    let types: Vec<Type> = types.iter().map(read_type).collect::<Result<_>>()?;
    let safe = unify(&types, Safety::Safe);
    let ty = |u: &Option<tf_cty::Unified>| u.as_ref().map_or(Json::Null, |u| write_type(&u.ty));
    let mut out = json!({"ty": ty(&safe), "unsafe_ty": ty(&unify(&types, Safety::Unsafe))});
    if let Some(u) = safe {
        out["needs_conv"] = u.conversions.iter().map(|c| json!(c.is_some())).collect();
    }
    Ok(out)
}

fn describe_type(vector: &Json) -> Result<Json> {
    let ty = read_type(&vector["ty"])?;
    Ok(json!({
        "ty": write_type(&ty),
        "friendly": ty.friendly_name(),
        "friendly_constraint": ty.friendly_name_for_constraint(),
        "go": ty.go_syntax(),
        "has_dynamic": ty.has_dynamic_types(),
        "without_optional": write_type(&ty.without_optional_attributes()),
    }))
}

fn conform(vector: &Json) -> Result<Json> {
    let (given, want) = (read_type(&vector["ty"])?, read_type(&vector["ty2"])?);
    let errors = given.conformance_errors(&want);
    let errs: Json = errors
        .iter()
        .map(|e| {
            let mut node = json!({"msg": e.to_string()});
            if !e.path.is_empty() {
                node["path"] = write_path(&e.path);
            }
            node
        })
        .collect();
    Ok(json!({"equal": given == want, "errs": errs}))
}

fn operation(vector: &Json) -> Result<Json> {
    let a = read(&vector["v"])?;
    let b = || read(&vector["v2"]);
    let fail = |e: tf_cty::OpError| json!({"err": {"msg": e.to_string()}});
    let result = match vector["key"].as_str().unwrap_or_default() {
        "equals" => Ok(a.equals(&b()?)),
        "raw_equals" => Ok(Value::from(a.raw_equals(&b()?))),
        "range_includes" => Ok(a.range().includes(&b()?)),
        "unknown_as_null" => Ok(a.unknown_as_null()),
        "whollyknown" => Ok(Value::from(a.is_wholly_known())),
        "hash" => Ok(Value::from(a.hash_ignoring_marks())),
        "index" => a.index(&b()?),
        "has_index" => a.has_index(&b()?),
        "has_element" => a.has_element(&b()?),
        "length" => a.length(),
        "get_attr" => a.get_attr(str_of(&vector["name"])),
        "add" => a.add(&b()?),
        "subtract" => a.subtract(&b()?),
        "multiply" => a.multiply(&b()?),
        "divide" => a.divide(&b()?),
        "modulo" => a.modulo(&b()?),
        "negate" => a.negate(),
        "absolute" => a.absolute(),
        "not" => a.not(),
        "and" => a.and(&b()?),
        "or" => a.or(&b()?),
        "lt" => a.less_than(&b()?),
        "le" => a.less_than_or_equal_to(&b()?),
        "gt" => a.greater_than(&b()?),
        "ge" => a.greater_than_or_equal_to(&b()?),
        other => return Err(format!("unknown operation {other:?}")),
    };
    Ok(value_or(result, fail))
}

fn walk(vector: &Json) -> Result<Json> {
    let mut visits = Vec::new();
    let visit = |path: &Path, value: &Value| {
        visits.push(json!({"path": write_path(path), "ty": write_type(value.ty()), "v": write(value)}));
        Ok::<_, String>(Visit::Descend)
    };
    read(&vector["v"])?.walk(visit)?;
    Ok(json!({"visits": visits}))
}

fn unmark_paths(vector: &Json) -> Result<Json> {
    let value = read(&vector["v"])?;
    let (unmarked, paths) = value.unmark_deep_with_paths();
    let marks = |m: &tf_cty::Marks| m.iter().map(|m| json!(m.as_str())).collect::<Json>();
    let listed: Json =
        paths.iter().map(|p| json!({"path": write_path(&p.path), "marks": marks(&p.marks)})).collect();
    let again = unmarked.mark_with_paths(&paths);
    Ok(json!({"v": write(&unmarked), "paths": listed, "remarked_raw_equal": again.raw_equals(&value)}))
}

fn call(vector: &Json) -> Result<Json> {
    let args = vector["args"].as_array().map_or(&[][..], |a| a);
    let args: Vec<Value> = args.iter().map(read).collect::<Result<_>>()?;
    let name = str_of(&vector["fn"]);
    let function = functions::get(name).ok_or_else(|| format!("unknown function {name:?}"))?;
    let fail = |e: &functions::FunctionError| {
        let mut node = json!({"msg": e.to_string()});
        if let Some(arg) = e.argument() {
            node["arg"] = json!(arg);
        }
        node
    };
    let mut out = value_or(function.call(&args), |e| json!({"err": fail(&e)}));
    match function.return_type_for_values(&args) {
        Ok(ty) => out["ret_ty"] = write_type(&ty),
        Err(e) => out["type_err"] = fail(&e),
    }
    Ok(out)
}

//! Every vector of the format, as `psp verify` answers it.

use std::path::Path;

use serde_json::Value;

use crate::bench::Bench;

#[test]
fn all_vectors() {
    let bench = Bench::new();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../format-spec/vectors");
    let list = std::fs::read(vectors.join("vectors.json")).unwrap();
    let list: Vec<Value> = serde_json::from_slice(&list).unwrap();
    assert!(list.len() > 50, "{} vectors", list.len());
    for vector in &list {
        let path = vectors.join(vector["file"].as_str().unwrap());
        let (document, code) = bench.json(&["verify", path.to_str().unwrap()]);
        let found = document["error"]["code"].as_str().unwrap_or("ok");
        let expected = match &vector["expect"] {
            Value::Array(codes) => codes.clone(),
            one => vec![one.clone()],
        };
        assert!(expected.iter().any(|code| code == found), "{vector}: {found}");
        assert_eq!(code == 0, found == "ok", "{vector}");
    }
}

//! Which of our crates may use which: the map of STYLE.md as a table.

use std::path::Path;

use serde_json::Value;

use super::TidyError;

/// Folders of crates, and the folders whose crates these may use. A name that ends in `/` stands for all below it.
/// The first line that fits a folder counts.
const MAP: &[(&str, &[&str])] = &[
    ("format-spec", &[]),
    ("launcher", &["format-spec"]),
    ("builder", &["format-spec", "sdk/foundation"]),
    ("cty/core", &["cty/derive"]),
    ("cty/derive", &[]),
    ("cty/hcl", &["cty/core"]),
    ("plugin/proto", &[]),
    ("plugin/rpc", &["plugin/proto", "cty/core", "sdk/foundation"]),
    ("sdk/foundation", &[]),
    ("sdk/", &["sdk/", "plugin/", "cty/"]),
    ("tools/", &["format-spec", "builder", "cty/", "plugin/", "sdk/"]),
    ("test-fixtures/", &["format-spec", "builder", "cty/", "plugin/", "sdk/", "test-fixtures/"]),
    ("tests", &["format-spec", "launcher", "builder", "cty/", "plugin/", "sdk/", "test-fixtures/"]),
    ("tests/", &["format-spec", "launcher", "builder", "cty/", "plugin/", "sdk/", "test-fixtures/"]),
];

/// A crate of the workspace.
pub(super) struct Package {
    name: String,
    /// Relative to the root.
    folder: String,
    /// The folders of those of our crates that it uses, in whatever way.
    uses: Vec<String>,
}

/// Reads what `cargo metadata` prints.
pub(super) fn packages(metadata: &str, root: &Path) -> Result<Vec<Package>, TidyError> {
    let metadata: Value = serde_json::from_str(metadata).map_err(TidyError::Metadata)?;
    let list = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    Ok(list
        .iter()
        .map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
            let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
            Package {
                name: package["name"].as_str().unwrap_or_default().to_owned(),
                folder: relative(manifest.parent().unwrap_or(manifest)),
                uses: dependencies
                    .iter()
                    .filter_map(|d| d["path"].as_str())
                    .map(|path| relative(Path::new(path)))
                    .collect(),
            }
        })
        .collect())
}

/// Every edge that the map does not have.
pub(super) fn check(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<String> {
    let Some((_, allowed)) = MAP.iter().find(|(folder, _)| covers(folder, &package.folder)) else {
        return vec![format!(
            "{}/Cargo.toml: STYLE.md's map has no place for {}",
            package.folder, package.name
        )];
    };
    let forbidden = package.uses.iter().filter(|used| !allowed.iter().any(|folder| covers(folder, used)));
    forbidden
        .map(|used| {
            format!("{}/Cargo.toml: {} must not depend on what is in {used}", package.folder, package.name)
        })
        .collect()
}

fn covers(pattern: &str, folder: &str) -> bool {
    if pattern.ends_with('/') { folder.starts_with(pattern) } else { folder == pattern }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        for (folder, used, good) in [
            ("builder", "format-spec", true),
            ("builder", "sdk/foundation", true),
            ("builder", "launcher", false),
            ("builder", "sdk/tf-sdk", false),
            ("format-spec", "cty/core", false),
            ("cty/core", "format-spec", false),
            ("launcher", "sdk/foundation", false),
            ("plugin/rpc", "sdk/tf-sdk", false),
            ("sdk/tf-sdk", "plugin/rpc", true),
            ("sdk/tf-sdk", "format-spec", false),
            ("sdk/tf-sdk", "tools/xtask", false),
            ("tools/xtask", "format-spec", true),
            ("tools/tofusoup", "tools/wrknv", false),
            ("tests", "builder", true),
            ("tests", "tools/xtask", false),
            ("builder", "tests", false),
            ("elsewhere", "format-spec", false),
        ] {
            let package = Package { name: "x".into(), folder: folder.into(), uses: vec![used.into()] };
            assert_eq!(check(&[package]).is_empty(), good, "{folder} -> {used}");
        }
    }

    #[test]
    fn metadata() {
        let text = r#"{"packages": [{"name": "a", "manifest_path": "/r/cty/hcl/Cargo.toml", "dependencies": [
            {"name": "b", "path": "/r/cty/core", "kind": "dev"}, {"name": "serde", "path": null}
        ]}]}"#;
        let packages = packages(text, Path::new("/r")).unwrap();
        assert_eq!(
            (packages[0].folder.as_str(), packages[0].uses.join(" ").as_str()),
            ("cty/hcl", "cty/core")
        );
        assert!(check(&packages).is_empty());
    }
}

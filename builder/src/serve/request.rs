//! What a request asks for: a plain path below the directory, or nothing.

use std::path::PathBuf;

use crate::terraform::mirror::REGISTRY;

/// The only name that begins with a dot and is served (RFC 8615).
const WELL_KNOWN: &str = ".well-known";
/// A longer path names no file.
const MAX_PATH_BYTES: usize = 4096;

/// A file that may be served, relative to the directory: plain names only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    names: Vec<String>,
}

impl Wanted {
    /// Reads the path of a request's target, in which `%20` stands for a space. None: there can be no such file.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix('/').filter(|_| path.len() <= MAX_PATH_BYTES)?;
        let names: Vec<String> = rest.split('/').map(name).collect::<Option<_>>()?;
        Some(Self { names })
    }

    /// The path below the directory.
    pub(super) fn path(&self) -> PathBuf {
        self.names.iter().collect()
    }

    /// What Terraform must be told that it is.
    pub(super) fn content_type(&self) -> &'static str {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let is_registry = names.contains(&REGISTRY);
        match names.as_slice() {
            [.., "versions"] | [.., "download", _, _] if is_registry => "application/json",
            [.., last] if last.ends_with(".json") => "application/json",
            [.., last] if last.ends_with(".zip") => "application/zip",
            _ => "application/octet-stream",
        }
    }
}

/// A name that leads neither up nor elsewhere, and is not hidden.
fn name(encoded: &str) -> Option<String> {
    let name = decoded(encoded)?;
    let is_plain = !name.is_empty() && !name.contains(['/', '\0', '\\']);
    let is_shown = !name.starts_with('.') || name == WELL_KNOWN;
    (is_plain && is_shown).then_some(name)
}

/// What percent signs stand for.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'%' => (digit(rest.next())? * 16 + digit(rest.next())?) as u8,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn files() {
        for (path, expected, kind) in [
            ("/a/b/c/index.json", "a/b/c/index.json", "application/json"),
            ("/a/b/c/x_1.0.0%2D1.zip", "a/b/c/x_1.0.0-1.zip", "application/zip"),
            ("/.well-known/terraform.json", ".well-known/terraform.json", "application/json"),
            ("/h/_registry/n/t/versions", "h/_registry/n/t/versions", "application/json"),
            (
                "/h/_registry/n/t/1.0.0/download/linux/amd64",
                "h/_registry/n/t/1.0.0/download/linux/amd64",
                "application/json",
            ),
            (
                "/h/_registry/n/t/1.0.0/SHA256SUMS.a.sig",
                "h/_registry/n/t/1.0.0/SHA256SUMS.a.sig",
                "application/octet-stream",
            ),
            ("/versions", "versions", "application/octet-stream"),
            ("/%20", " ", "application/octet-stream"),
        ] {
            let wanted = Wanted::parse(path).unwrap();
            assert_eq!((wanted.path().to_str(), wanted.content_type()), (Some(expected), kind));
        }
    }

    #[test]
    fn what_cannot_be_a_file() {
        for path in [
            "",
            "/",
            "*",
            "a",
            "//",
            "/a/",
            "/a//b",
            "/.",
            "/..",
            "/a/../b",
            "/%2e%2e/a",
            "/%2E%2E",
            "/a/%2e/b",
            "/.git/config",
            "/.psp",
            "/a/.b.new",
            "/..a",
            "/a%2fb",
            "/a%2Fb",
            "/a%00",
            "/a\\..\\b",
            "/%5c",
            "/%",
            "/%1",
            "/%zz",
            "/%ff",
            "/a/.well-known%2f..",
        ] {
            assert_eq!(Wanted::parse(path), None, "{path}");
        }
        assert_eq!(Wanted::parse(&format!("/{}", "a".repeat(4096))), None);
    }
}

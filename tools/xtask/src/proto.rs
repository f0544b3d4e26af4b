//! `cargo xtask proto`: the Rust of .proto files, so that nobody needs a protoc to build what uses them.
//!
//! A message of tfplugin5 that tfplugin6 has too, field by field, is not made twice: version 5 uses version 6's. Must never
//! read what it writes, save to compare. Start with [`generate`].

mod shared;

use std::path::Path;
use std::{fmt, fs, io};

use crate::tree::{self, Root};

/// Files that are compiled together, and where their code goes.
struct Set {
    /// The folder of the .proto files.
    folder: &'static str,
    /// The folder of the code.
    output: &'static str,
    /// The files, and the module each becomes: its package's name.
    files: &'static [(&'static str, &'static str)],
}

const SETS: &[Set] = &[
    Set {
        folder: "plugin/proto/proto",
        output: "plugin/proto/src/generated",
        files: &[
            ("tfplugin6.proto", "tfplugin6"),
            ("tfplugin5.proto", "tfplugin5"),
            ("go_plugin.proto", "plugin"),
        ],
    },
    Set {
        folder: "plugin/rpc/examples/kv",
        output: "plugin/rpc/examples/kv/generated",
        files: &[("kv.proto", "kv")],
    },
];

/// Why the code was not made, or is not what it should be.
#[derive(Debug)]
pub(crate) enum ProtoError {
    /// A .proto file is none.
    Parse(Box<protox::Error>),
    /// No code could be made of them.
    Generate(io::Error),
    /// A file could not be read or written.
    Tree(tree::TreeError),
    /// Files differ from what is made.
    Stale(Vec<String>),
}

impl fmt::Display for ProtoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProtoError::Parse(error) => error.fmt(f),
            ProtoError::Generate(error) => write!(f, "no code could be made: {error}"),
            ProtoError::Tree(error) => error.fmt(f),
            ProtoError::Stale(list) => {
                write!(f, "not what `cargo xtask proto` makes:\n{}", list.join("\n"))
            }
        }
    }
}

impl From<tree::TreeError> for ProtoError {
    fn from(error: tree::TreeError) -> Self {
        ProtoError::Tree(error)
    }
}

/// Writes the generated files.
pub(crate) fn write(root: &Root) -> Result<String, ProtoError> {
    let files = generate(root)?;
    for (path, text) in &files {
        tree::write(&root.join(path), text.as_bytes())?;
    }
    Ok(format!("proto: {} files written", files.len()))
}

/// Compares the generated files with what would be written.
pub(crate) fn check(root: &Root) -> Result<String, ProtoError> {
    let files = generate(root)?;
    let same = |(path, text): &&(String, String)| {
        fs::read(root.join(path)).is_ok_and(|found| found == text.as_bytes())
    };
    let stale: Vec<String> = files.iter().filter(|file| !same(file)).map(|(path, _)| path.clone()).collect();
    if stale.is_empty() {
        Ok(format!("proto: {} files are current", files.len()))
    } else {
        Err(ProtoError::Stale(stale))
    }
}

/// The paths below the root and the texts of the generated files.
fn generate(root: &Root) -> Result<Vec<(String, String)>, ProtoError> {
    let sets: Vec<Vec<(String, String)>> =
        SETS.iter().map(|set| set.generate(root)).collect::<Result<_, ProtoError>>()?;
    Ok(sets.into_iter().flatten().collect())
}

impl Set {
    fn generate(&self, root: &Root) -> Result<Vec<(String, String)>, ProtoError> {
        let names = self.files.iter().map(|(file, _)| file);
        let files = protox::compile(names, [root.join(self.folder)])
            .map_err(|error| ProtoError::Parse(Box::new(error)))?;
        let out = tempfile::tempdir().map_err(ProtoError::Generate)?;
        let mut builder = tonic_prost_build::configure()
            .build_transport(false)
            .generate_default_stubs(true)
            .bytes(".")
            .out_dir(out.path());
        for (message, rust) in shared::paths(&files) {
            builder = builder.extern_path(message, rust);
        }
        builder.compile_fds(files).map_err(ProtoError::Generate)?;
        self.files.iter().map(|(_, module)| self.read(out.path(), &format!("{module}.rs"))).collect()
    }

    fn read(&self, out: &Path, name: &str) -> Result<(String, String), ProtoError> {
        let text = fs::read_to_string(out.join(name)).map_err(ProtoError::Generate)?;
        Ok((format!("{}/{name}", self.output), text))
    }
}

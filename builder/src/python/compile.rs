//! Byte-compiles a staged tree with the packaged interpreter itself, the same bytes on every run and from every place; how is
//! told in `compile.py`.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use super::process::{command, last_lines};
use super::stage::Staged;
use super::{Context, Progress, PythonError, tree};

const SCRIPT: &str = include_str!("compile.py");

/// How much the compiler leaves out: the interpreter's `-O` options. Bytecode of another level would not be found.
pub(super) fn level(options: &[String]) -> u8 {
    let letters = |option: &String| {
        option.starts_with('-')
            && !option.starts_with("--")
            && !option.starts_with("-X")
            && !option.starts_with("-W")
    };
    let count: usize =
        options.iter().filter(|option| letters(option)).map(|option| option.matches('O').count()).sum();
    count.min(2) as u8
}

/// Compiles every module below `inside` for that level. Returns those that are not Python of this version.
pub(super) fn compile(
    root: &Path,
    inside: &str,
    python: &Staged,
    context: &Context<'_>,
) -> Result<Vec<String>, PythonError> {
    let files = tree::files(&root.join(inside))?.into_iter();
    let modules = files.filter(|path| path.extension().is_some_and(|extension| extension == "py"));
    let names: Vec<_> = modules.map(|path| Path::new(inside).join(path)).collect();
    let script = context.work_dir.join("compile.py");
    tree::write(&script, SCRIPT)?;
    let mut command = command(&python.program, context);
    command
        .args(["-s", "-S", "-B", "-W", "ignore"])
        .arg(&script)
        .arg(root)
        .arg(context.jobs.max(1).to_string());
    command.arg(python.level.to_string());
    // Sets of constants are written in the order of their hashes.
    command.env("PYTHONHASHSEED", "0").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let spawned = command.spawn();
    let mut child =
        spawned.map_err(|source| PythonError::Spawn { program: python.program.clone(), source })?;
    let mut list = Vec::new();
    for name in &names {
        list.extend_from_slice(name.as_os_str().as_encoded_bytes());
        list.push(0);
    }
    if let Some(mut stdin) = child.stdin.take() {
        // If the script has failed already, its exit status tells why.
        let _ = stdin.write_all(&list);
    }
    let stdout = child.stdout.take();
    let skipped = stdout.map(|stdout| listen(stdout, names.len(), context)).unwrap_or_default();
    let output = child
        .wait_with_output()
        .map_err(|source| PythonError::Spawn { program: python.program.clone(), source })?;
    if !output.status.success() {
        let output = last_lines(&output.stderr, output.status);
        return Err(PythonError::Interpreter {
            program: python.program.clone(),
            action: "compile modules",
            output,
        });
    }
    Ok(skipped)
}

fn listen(stdout: impl Read, total: usize, context: &Context<'_>) -> Vec<String> {
    (context.progress)(Progress::Compiling { done: 0, total });
    let mut skipped = Vec::new();
    for message in BufReader::new(stdout).split(0).map_while(Result::ok) {
        let message = String::from_utf8_lossy(&message).into_owned();
        if let Some(name) = message.strip_prefix("skip ") {
            skipped.push(name.to_owned());
        } else if let Some(done) = message.strip_prefix("done ").and_then(|done| done.parse().ok()) {
            (context.progress)(Progress::Compiling { done, total });
        }
    }
    (context.progress)(Progress::Compiling { done: total, total });
    skipped.sort();
    skipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        for (options, expected) in [
            (&[][..], 0),
            (&["-u"], 0),
            (&["-O"], 1),
            (&["-OO"], 2),
            (&["-O", "-O", "-O"], 2),
            (&["-X", "-XOO"], 0),
            (&["-uO"], 1),
        ] {
            let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
            assert_eq!(level(&options), expected, "{options:?}");
        }
    }
}

//! Makes the staged `_sysconfigdata` modules independent of where the interpreter was installed; how is told in `sysconfig.py`.

use std::path::Path;

use super::interpreter::Interpreter;
use super::process::{command, last_lines, run};
use super::{Context, PythonError, tree};

const SCRIPT: &str = include_str!("sysconfig.py");

/// Rewrites the modules in the staged standard library, with the staged interpreter.
pub(super) fn make_neutral(
    stdlib: &Path,
    program: &Path,
    interpreter: &Interpreter,
    context: &Context<'_>,
) -> Result<(), PythonError> {
    let script = context.work_dir.join("sysconfig_neutral.py");
    tree::write(&script, SCRIPT)?;
    for name in tree::entries(stdlib)? {
        let text = name.to_string_lossy();
        if text.starts_with("_sysconfigdata") && text.ends_with(".py") {
            let mut command = command(program, context);
            command.args(["-s", "-S", "-B"]).arg(&script).arg(stdlib.join(&name)).args(&interpreter.prefixes);
            let output = run(command, context)?;
            if !output.status.success() {
                let output = last_lines(&output.stderr, output.status);
                return Err(PythonError::Interpreter {
                    program: program.to_owned(),
                    action: "rewrite its configuration",
                    output,
                });
            }
        }
    }
    Ok(())
}

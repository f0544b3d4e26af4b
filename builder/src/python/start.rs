//! The start module: the short script in the application's slot that the packaged interpreter runs.
//!
//! It gives the application the name that the user typed as `sys.argv[0]`, takes its own directory from `sys.path`, and calls the
//! function, or runs the module in the way of `python -m` (with the user's `sys.argv[0]`, which `-m` would replace by the module's
//! path). Children of multiprocessing read it again under another `__name__`: then it does nothing.

use super::{ARGV0_VARIABLE, PythonError, PythonSpec};

/// Its name in the application's slot.
pub(super) const FILE: &str = "start.py";

/// What to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// `entry = "pkg.mod:func"`.
    Function { module: String, function: String },
    /// `module = "pkg.mod"`.
    Module { module: String },
}

impl Start {
    /// Reads `entry` or `module`; `None` when there is neither.
    pub(super) fn parse(spec: &PythonSpec) -> Result<Option<Self>, PythonError> {
        match (&spec.entry, &spec.module) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(PythonError::TwoStarts),
            (Some(entry), None) => parse_entry(entry).map(Some),
            (None, Some(module)) if is_dotted_name(module) => {
                Ok(Some(Self::Module { module: module.clone() }))
            }
            (None, Some(module)) => {
                Err(PythonError::StartSyntax { given: module.clone(), expected: "the name of a module" })
            }
        }
    }

    /// The module, and the function if one is called.
    pub(super) fn names(&self) -> (&str, &str) {
        match self {
            Self::Function { module, function } => (module, function),
            Self::Module { module } => (module, ""),
        }
    }

    /// The script's text.
    pub(super) fn script(&self) -> String {
        let run = match self {
            Self::Function { module, function } => {
                let first = function.split('.').next().unwrap_or(function);
                format!("    from {module} import {first}\n    sys.exit({function}())\n")
            }
            Self::Module { module } => {
                format!("    import runpy\n    runpy._run_module_as_main({module:?}, alter_argv=False)\n")
            }
        };
        format!("{HEAD}{run}").replace("ARGV0", ARGV0_VARIABLE)
    }
}

const HEAD: &str = r#"# Starts the application of this package. Made by `psp build`.
import os
import sys

if __name__ == "__main__":
    _name = os.environ.pop("ARGV0", None) or os.environ.get("PSP_PACKAGE")
    if _name:
        sys.argv[0] = _name
    _here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [_entry for _entry in sys.path if _entry != _here]
    del _name, _here
"#;

fn parse_entry(entry: &str) -> Result<Start, PythonError> {
    match entry.split_once(':').map(|(module, function)| (module.trim(), function.trim())) {
        Some((module, function)) if is_dotted_name(module) && is_dotted_name(function) => {
            Ok(Start::Function { module: module.to_owned(), function: function.to_owned() })
        }
        _ => Err(PythonError::StartSyntax {
            given: entry.to_owned(),
            expected: "of the form package.module:function",
        }),
    }
}

fn is_dotted_name(text: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    !text.is_empty() && text.split('.').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entry: Option<&str>, module: Option<&str>) -> Result<Option<Start>, PythonError> {
        let text = |given: Option<&str>| given.map(str::to_owned);
        Start::parse(&PythonSpec { entry: text(entry), module: text(module), ..PythonSpec::default() })
    }

    #[test]
    fn accepts() {
        assert!(parse(None, None).unwrap().is_none());
        for entry in ["httpie.__main__:main", "a:b.c", "_x.y1:Z"] {
            assert!(parse(Some(entry), None).is_ok(), "{entry}");
        }
        assert!(parse(None, Some("http.server")).is_ok());
    }

    #[test]
    fn refuses() {
        for entry in [
            "",
            ":",
            "a",
            "a:",
            ":b",
            "a b:c",
            "a:b()",
            "a-b:c",
            "a..b:c",
            "a:b;import os",
            "1a:b",
            "a:b:c",
            "a/b:c",
        ] {
            assert_eq!(parse(Some(entry), None).unwrap_err().code(), "python-start-syntax", "{entry}");
        }
        for module in ["", ".", "a.", "http server", "-m", "a:b", "x.py\n"] {
            assert_eq!(parse(None, Some(module)).unwrap_err().code(), "python-start-syntax", "{module}");
        }
        assert_eq!(parse(Some("a:b"), Some("a")).unwrap_err().code(), "python-start");
    }
}

//! The log: for looking closely, silent unless `FOUNDRY_LOG` asks for it, on standard error.

use foundation::logging::{Builder, Guard, flush as flush_all};

/// The variable with the filter, for example `debug` or `psp_builder::python=info`.
const VARIABLE: &str = "FOUNDRY_LOG";

/// Begins to log if the environment asks for it; what is not asked for costs nothing.
pub(crate) fn start() -> Option<Guard> {
    let asked = std::env::var_os(VARIABLE).is_some_and(|filter| !filter.is_empty());
    asked.then(|| Builder::new().default_filter("off").init())
}

/// Writes out everything, before the process ends without coming back or becomes another program.
pub(crate) fn flush() {
    flush_all();
}

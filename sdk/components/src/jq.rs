//! jq programs on values of Terraform's, by `jaq`.
//!
//! A program sees its input and nothing else: not the environment, the clock, the files or the log, so that it gives the same result
//! each time. It runs on a thread of its own, with room for deep recursion; a panic in it is an error. After a minute it is given up:
//! nobody waits for it any more, but it goes on, as nothing can stop it, until the process ends. A program that calls itself without
//! end, and not in the last place, uses up its stack, which ends the process: programs are code of the configuration's author, who is
//! trusted not to write such ones.
//!
//! Errors show nothing of the input, which may be secret, but what a program says itself by `error`.

mod value;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::native::{Fun, bome, v};
use jaq_core::{Compiler, Ctx, Cv, DataT, Error, Native, ValXs, Vars, data};
use jaq_json::Val;
use tf_sdk::Value;
use tokio::sync::{Semaphore, oneshot};

/// The longest program, in bytes.
const PROGRAM_BYTES_MAX: usize = 64 << 10;
/// How long a program may run.
const PATIENCE: Duration = Duration::from_secs(60);
/// The stack of a program's thread. It takes memory as far as it is used.
const STACK_BYTES: usize = 512 << 20;
/// Functions of jq whose results depend on more than their input, or that end the process: name and number of parameters.
const REFUSED: [(&str, usize); 9] = [
    ("debug_empty", 0),
    ("env", 0),
    ("halt", 1),
    ("input", 0),
    ("inputs", 0),
    ("localtime", 0),
    ("now", 0),
    ("stderr_empty", 0),
    ("strflocaltime", 1),
];

/// So many programs at once, those that were given up and still run included.
const PROGRAMS_MAX: usize = 32;
static RUNNING: Semaphore = Semaphore::const_new(PROGRAMS_MAX);
/// The most that is shown of what a program says.
const SAID_CHARACTERS: usize = 200;

thread_local! {
    /// What the program of this thread last raised by itself.
    static RAISED: RefCell<Option<Val>> = const { RefCell::new(None) };
}

/// The native function behind `error`.
const RAISE: &str = "error_empty";

type Data = data::JustLut<Val>;

/// What a program is run on.
#[derive(Clone, Debug)]
pub enum Input {
    /// A JSON text.
    Json(String),
    /// A value, wholly known.
    Value(Value),
}

/// Why a program has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JqError {
    /// It is no program. The text has an error a line, with its place.
    #[error("{0}")]
    Program(String),
    /// It is longer than 64 KiB.
    #[error("the program has {0} bytes, more than {PROGRAM_BYTES_MAX}")]
    ProgramTooLong(usize),
    /// The input is no JSON.
    #[error("the text is no JSON: {0}")]
    Json(String),
    /// The input has something that jq has not.
    #[error("the input {0}")]
    Input(String),
    /// It raised an error by itself, in these words.
    #[error("the program says: {0}")]
    Raised(String),
    /// Something that it does cannot be done with what it is done to.
    #[error("a value has a type or a size that the program cannot work on")]
    Failed,
    /// It has no result at all.
    #[error("the program has no result")]
    Nothing,
    /// Its result has something that Terraform has not.
    #[error("the result {0}")]
    Result(String),
    /// It did not end in time.
    #[error("the program did not end within {} seconds", PATIENCE.as_secs())]
    Endless,
    /// Too many programs run, and none of them ended in time.
    #[error("{PROGRAMS_MAX} programs run already, and none ended within {} seconds", PATIENCE.as_secs())]
    Busy,
    /// It panicked, or could not be started.
    #[error("the program could not be run")]
    Broken,
}

impl JqError {
    /// True if the input is at fault and not the program.
    pub fn is_about_input(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Input(_))
    }

    /// One line of what is wrong.
    pub fn summary(&self) -> &'static str {
        match self {
            Self::Program(_) | Self::ProgramTooLong(_) => "Invalid jq Program",
            Self::Json(_) => "Invalid JSON",
            Self::Input(_) => "Invalid Input of jq",
            Self::Result(_) | Self::Nothing => "Invalid Result of jq",
            Self::Raised(_) | Self::Failed | Self::Endless | Self::Busy | Self::Broken => "jq Failed",
        }
    }
}

/// Whether a text is a program. It is not run.
pub async fn check(program: &str) -> Result<(), JqError> {
    let program = program.to_owned();
    on_thread(move || compiled(&program, |_| Ok(()))).await
}

/// The first result of a program.
pub async fn first(program: &str, input: Input) -> Result<Value, JqError> {
    let program = program.to_owned();
    on_thread(move || {
        compiled(&program, |filter| {
            let input = match &input {
                Input::Json(text) => value::parsed(text)?,
                Input::Value(value) => value::from_cty(value)?,
            };
            let context = Ctx::<Data>::new(&filter.lut, Vars::new([]));
            match filter.id.run((context, input)).next() {
                None => Err(JqError::Nothing),
                Some(Ok(result)) => value::into_cty(&result),
                Some(Err(exception)) => Err(match exception.get_err() {
                    Ok(error) => failure(error),
                    Err(_) => JqError::Broken,
                }),
            }
        })
    })
    .await
}

/// What may be shown of an error: what the program said itself. jq's own words have whole values in them.
fn failure(error: jaq_json::Error) -> JqError {
    let raised = RAISED.take();
    match error.into_val() {
        said if raised.as_ref() == Some(&said) => {
            let text = match &said {
                Val::TStr(text) => String::from_utf8_lossy(text).into_owned(),
                other => other.to_string(),
            };
            JqError::Raised(text.chars().take(SAID_CHARACTERS).collect())
        }
        _ => JqError::Failed,
    }
}

/// Runs something on a thread of its own, and gives it up when it takes too long.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JqError> + Send + 'static,
) -> Result<T, JqError> {
    let free = tokio::time::timeout(PATIENCE, RUNNING.acquire()).await.map_err(|_| JqError::Busy)?;
    let permit = free.map_err(|_| JqError::Broken)?;
    let (answer, answered) = oneshot::channel();
    let thread = std::thread::Builder::new().name("jq".into()).stack_size(STACK_BYTES);
    let started = thread.spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(JqError::Broken));
        // Whoever waited may have given up.
        let _ = answer.send(result);
        drop(permit);
    });
    started.map_err(|_| JqError::Broken)?;
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(answer) => answer.unwrap_or(Err(JqError::Broken)),
        Err(_) => Err(JqError::Endless),
    }
}

/// Compiles a program and does something with it.
fn compiled<T>(
    program: &str,
    then: impl FnOnce(&jaq_core::compile::Filter<Native<Data>>) -> Result<T, JqError>,
) -> Result<T, JqError> {
    if program.len() > PROGRAM_BYTES_MAX {
        return Err(JqError::ProgramTooLong(program.len()));
    }
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let arena = Arena::default();
    let loaded = Loader::new(definitions).load(&arena, File { code: program, path: () });
    let modules = loaded.map_err(|errors| {
        JqError::Program(value::lines(program, errors.into_iter().flat_map(load_errors)))
    })?;
    let filter = Compiler::default().with_funs(functions()).compile(modules);
    let filter = filter.map_err(|errors| {
        let undefined = errors.into_iter().flat_map(|(_, errors)| errors);
        let said = undefined.map(|(name, kind)| (name, format!("there is no {} {name}", kind.as_str())));
        JqError::Program(value::lines(program, said))
    })?;
    then(&filter)
}

/// What is wrong, and the rest of the program from there on.
fn load_errors<'a>(
    (_, error): (File<&'a str, ()>, jaq_core::load::Error<&'a str>),
) -> Vec<(&'a str, String)> {
    use jaq_core::load::Error as Load;
    let expected = |expected: &str, found: &str| match found {
        "" => format!("expected {expected}, but the program ends"),
        found => format!("expected {expected} before {:?}", found.chars().take(20).collect::<String>()),
    };
    match error {
        Load::Io(modules) => {
            modules.into_iter().map(|(path, _)| (path, format!("there is no module {path}"))).collect()
        }
        Load::Lex(errors) => {
            errors.into_iter().map(|(what, found)| (found, expected(what.as_str(), found))).collect()
        }
        Load::Parse(errors) => {
            errors.into_iter().map(|(what, found)| (found, expected(what.as_str(), found))).collect()
        }
    }
}

/// jq's functions, without those that see more than their input.
fn functions() -> impl Iterator<Item = Fun<Data>> {
    let all = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let kept =
        all.filter(|(name, parameters, _)| *name != RAISE && !REFUSED.contains(&(*name, parameters.len())));
    let raising = [(RAISE, v(0), Native::<Data>::new(raise))];
    let refused = REFUSED.iter().map(|(name, count)| (*name, v(*count), Native::<Data>::new(refuse)));
    kept.chain(raising).chain(refused)
}

/// As jq's own, but that it is remembered.
fn raise<'a>((_, said): Cv<'a, Data>) -> ValXs<'a, <Data as DataT>::V<'a>> {
    RAISED.set(Some(said.clone()));
    bome(Err(Error::new(said)))
}

fn refuse<'a>(_: Cv<'a, Data>) -> ValXs<'a, <Data as DataT>::V<'a>> {
    let said = Val::from(
        "this function is not available here: its result depends on more than its input".to_owned(),
    );
    RAISED.set(Some(said.clone()));
    bome(Err(Error::new(said)))
}

#[cfg(test)]
mod tests;

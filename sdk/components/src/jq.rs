//! jq programs on values of Terraform's, by `jaq`.
//!
//! A program sees its input and nothing else: not the environment, the clock, the files or the log, so that it gives the same result
//! each time. It runs in a process of its own ([`HELPER`]), with limits for its memory, its stack and its time: one that never ends,
//! or that calls itself without end, is an error and nothing more. Where that process cannot be started because `tf_sdk::main` does
//! not run this one, as in a test or under a `main` of one's own, it runs on a thread: a program that never ends then keeps its
//! thread, and one that uses up its stack ends the process.
//!
//! Errors show nothing of the input, which may be secret, but what a program says itself by `error`.

mod helper;
mod program;
mod value;

use std::time::Duration;

use tf_sdk::Value;
use tf_sdk::cty::json;
use tokio::sync::{Semaphore, oneshot};

pub use helper::HELPER;

/// The longest program, in bytes.
const PROGRAM_BYTES_MAX: usize = 64 << 10;
/// The longest result, in bytes of JSON.
const RESULT_BYTES_MAX: usize = 64 << 20;
/// How long a program may run.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many programs run at once.
const PROGRAMS_MAX: usize = 16;
static RUNNING: Semaphore = Semaphore::const_new(PROGRAMS_MAX);

/// What a program is run on.
#[derive(Clone, Debug)]
pub enum Input {
    /// A JSON text.
    Json(String),
    /// A value, wholly known.
    Value(Value),
}

/// Why a program has no result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
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
    /// Its process was ended from outside, by this signal.
    #[error("the program's process was ended by signal {0}")]
    Ended(i32),
    /// It brought down the process that it ran in.
    #[error("the program needs more than {} GiB of memory, or calls itself too deeply", helper::MEMORY_BYTES_MAX >> 30)]
    Exhausted,
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
            Self::Raised(_)
            | Self::Failed
            | Self::Endless
            | Self::Busy
            | Self::Exhausted
            | Self::Ended(_)
            | Self::Broken => "jq Failed",
        }
    }
}

/// What is to be done.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Task {
    program: String,
    /// What it is run on, as JSON; none where it is only to be compiled.
    input: Option<String>,
}

/// The first result as JSON; none where nothing was run.
type Answer = Result<Option<String>, JqError>;

/// Whether a text is a program. It is not run.
pub async fn check(program: &str) -> Result<(), JqError> {
    answer(program, None).await.map(drop)
}

/// The first result of a program.
pub async fn first(program: &str, input: Input) -> Result<Value, JqError> {
    let input = match input {
        Input::Json(text) => text,
        Input::Value(value) => blocking(move || value::to_json(&value)).await?,
    };
    let result = answer(program, Some(input)).await?.ok_or(JqError::Broken)?;
    blocking(move || json::decode_simple(result.as_bytes()).map_err(|_| JqError::Broken)).await
}

/// Work that may be much, out of the way of other calls.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JqError> + Send + 'static,
) -> Result<T, JqError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(JqError::Broken))
}

/// Has a task done, when there is a place for it.
async fn answer(program: &str, input: Option<String>) -> Answer {
    if program.len() > PROGRAM_BYTES_MAX {
        return Err(JqError::ProgramTooLong(program.len()));
    }
    let task = Task { program: program.to_owned(), input };
    let free = tokio::time::timeout(PATIENCE, RUNNING.acquire()).await.map_err(|_| JqError::Busy)?;
    let permit = free.map_err(|_| JqError::Broken)?;
    match HELPER.command() {
        Ok(Some(command)) => helper::ask(command, &task).await,
        Ok(None) => on_thread(task, permit).await,
        Err(unknown) => {
            tf_sdk::tracing::error!(error = %unknown, "jq program cannot be run");
            Err(JqError::Broken)
        }
    }
}

/// Does a task on a thread of this process, and gives it up when it takes too long. Its place stays taken until it ends.
async fn on_thread(task: Task, permit: tokio::sync::SemaphorePermit<'static>) -> Answer {
    let (answer, answered) = oneshot::channel();
    program::spawn(task, move |result| {
        // Whoever waited may have given up.
        let _ = answer.send(result);
        drop(permit);
    })
    .map_err(|_| JqError::Broken)?;
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(answer) => answer.unwrap_or(Err(JqError::Broken)),
        Err(_) => Err(JqError::Endless),
    }
}

#[cfg(test)]
mod tests;

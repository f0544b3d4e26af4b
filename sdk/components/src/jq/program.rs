//! What a program does: compiled and run, text in and text out. It knows neither processes nor time.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jaq_core::load::{Arena, File, Loader};
use jaq_core::native::{Fun, bome, v};
use jaq_core::{Compiler, Ctx, Cv, DataT, Error, Native, ValXs, Vars, data};
use jaq_json::Val;
use tf_sdk::cty::json;

use super::{Answer, JqError, RESULT_BYTES_MAX, Task, value};

/// The stack of a program's thread. It takes memory as far as it is used.
const STACK_BYTES: usize = 512 << 20;
/// The most that is shown of what a program says.
const SAID_CHARACTERS: usize = 200;
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

thread_local! {
    /// What the program of this thread last raised by itself.
    static RAISED: RefCell<Option<Val>> = const { RefCell::new(None) };
}

/// The native function behind `error`.
const RAISE: &str = "error_empty";

type Data = data::JustLut<Val>;
type Filter = jaq_core::compile::Filter<Native<Data>>;

/// Does a task on a thread with room for deep recursion, and hands over its answer. A panic is one, too.
pub(super) fn spawn(task: Task, then: impl FnOnce(Answer) + Send + 'static) -> std::io::Result<()> {
    let thread = std::thread::Builder::new().name("jq".into()).stack_size(STACK_BYTES);
    thread.spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(|| answer(&task)));
        then(done.unwrap_or(Err(JqError::Broken)));
    })?;
    Ok(())
}

fn answer(task: &Task) -> Answer {
    let filter = compiled(&task.program)?;
    task.input.as_deref().map(|input| first(&filter, input)).transpose()
}

/// The first result, as JSON.
fn first(filter: &Filter, input: &str) -> Result<String, JqError> {
    let context = Ctx::<Data>::new(&filter.lut, Vars::new([]));
    let result = filter.id.run((context, value::parsed(input)?)).next().ok_or(JqError::Nothing)?;
    let result = result.map_err(|exception| exception.get_err().map_or(JqError::Broken, failure))?;
    let text = json::encode_simple(&value::into_cty(&result)?).map_err(|_| JqError::Broken)?;
    if text.len() > RESULT_BYTES_MAX {
        return Err(JqError::Result(format!("has {} bytes, more than {RESULT_BYTES_MAX}", text.len())));
    }
    String::from_utf8(text).map_err(|_| JqError::Broken)
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

/// Compiles a program.
fn compiled(program: &str) -> Result<Filter, JqError> {
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let arena = Arena::default();
    let loaded = Loader::new(definitions).load(&arena, File { code: program, path: () });
    let modules = loaded.map_err(|errors| {
        JqError::Program(value::lines(program, errors.into_iter().flat_map(load_errors)))
    })?;
    let filter = Compiler::default().with_funs(functions()).compile(modules);
    filter.map_err(|errors| {
        let undefined = errors.into_iter().flat_map(|(_, errors)| errors);
        let said = undefined.map(|(name, kind)| (name, format!("there is no {} {name}", kind.as_str())));
        JqError::Program(value::lines(program, said))
    })
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

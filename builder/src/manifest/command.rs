//! `[run]`, `[entry.NAME]` and `[[setup]]`: what is started, with which arguments, where.

use psp_format::limits;

use super::{
    Environment, ManifestProblem, Part, Span, Spanned, Template, document::Problems, document::Table,
    suggest::closest, template::Scope,
};

/// A program with its arguments and surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program.
    pub program: Spanned<Program>,
    /// The arguments that precede the caller's.
    pub args: Vec<Template>,
    /// The changes to the environment.
    pub env: Environment,
    /// Where it runs; `None` is the caller's working directory.
    pub cwd: Option<Spanned<Workdir>>,
    /// Whether `argv[0]` is the program's full path instead of what the caller typed.
    pub full_argv0: bool,
}

/// A program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A file of a slot. The path is empty where the slot is a single file.
    Slot {
        /// The slot's id.
        id: String,
        /// Relative to the slot, without a leading `/`.
        path: String,
    },
    /// A file that the setup commands make.
    Prepared {
        /// Relative to `{prepared}`, without a leading `/`.
        path: String,
    },
    /// A program of the host's, sought on PATH.
    Host {
        /// A bare name.
        name: String,
    },
}

/// A working directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workdir {
    /// What it begins with.
    pub base: Base,
    /// Relative to that, with the `/` in front; may be empty.
    literal: String,
}

impl Workdir {
    /// Relative to its base, without a leading `/`; may be empty.
    pub fn path(&self) -> &str {
        self.literal.strip_prefix('/').unwrap_or_default()
    }

    /// The same with the `/` in front, as a template states it.
    pub fn literal(&self) -> &str {
        &self.literal
    }
}

/// What a path can begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A slot.
    Slot(String),
    /// The state directory.
    State,
    /// The directory that the setup commands fill.
    Prepared,
}

impl Base {
    fn of(part: &Part) -> Option<Self> {
        match part {
            Part::Slot(id) => Some(Self::Slot(id.clone())),
            Part::State => Some(Self::State),
            Part::Prepared => Some(Self::Prepared),
            Part::Literal(_) => None,
        }
    }
}

/// What a command is read against.
#[derive(Debug)]
pub(crate) struct CommandContext<'a> {
    pub(crate) scope: &'a Scope<'a>,
    /// Names that `[run]` declared to come from the host.
    pub(crate) host: Vec<String>,
    /// Where environment and working directory are taken from when they are left out.
    pub(crate) base: Option<&'a Command>,
}

impl Command {
    /// Reads a command's table; also the names that it declares to come from the host.
    pub(crate) fn read(
        table: &mut Table<'_>,
        context: &CommandContext<'_>,
        problems: &mut Problems<'_>,
    ) -> (Option<Self>, Vec<String>) {
        table.require("command", problems);
        let words = table.strings("command", problems);
        if table.is_empty_list("command") {
            problems.add(table.span(), ManifestProblem::EmptyCommand);
        }
        let mut host = context.host.clone();
        host.extend(host_names(table.strings("host", problems), problems));
        let env = Environment::read(table, context.scope, problems);
        let cwd = table.string("cwd", problems).and_then(|cwd| read_workdir(&cwd, context, problems));
        let argv0 = table.choice("argv0", &[("caller", false), ("program", true)], problems);
        table.finish(problems);
        if words.len() > limits::ARGUMENTS as usize {
            let limit = limits::ARGUMENTS as usize;
            problems.add(table.span(), ManifestProblem::TooMany { what: "arguments", limit });
        }
        let inner = CommandContext { scope: context.scope, host: host.clone(), base: None };
        let command = words_to_command(&words, &inner, problems).map(|command| Self {
            env: context.base.map_or_else(|| env.clone(), |base| env.clone().on_top_of(&base.env)),
            cwd: cwd.or_else(|| context.base.and_then(|base| base.cwd.clone())),
            full_argv0: argv0
                .map_or_else(|| context.base.is_some_and(|base| base.full_argv0), |argv0| argv0.value),
            ..command
        });
        (command, host)
    }
}

/// A command of these words in the caller's environment and directory.
pub(super) fn words_to_command(
    words: &[Spanned<String>],
    context: &CommandContext<'_>,
    problems: &mut Problems<'_>,
) -> Option<Command> {
    let (program, args) = words.split_first()?;
    let program = read_program(program, &context.host, context, problems);
    let args = args.iter().filter_map(|word| Template::read(word, context.scope, problems)).collect();
    Some(Command { program: program?, args, env: Environment::default(), cwd: None, full_argv0: false })
}

fn host_names(written: Vec<Spanned<String>>, problems: &mut Problems<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for name in written {
        if name.value.is_empty()
            || name.value.contains(['/', '\0', '{', '}'])
            || [".", ".."].contains(&&*name.value)
        {
            problems.add(name.span, ManifestProblem::BadHostName { name: name.value });
        } else {
            names.push(name.value);
        }
    }
    names
}

fn read_program(
    word: &Spanned<String>,
    host: &[String],
    context: &CommandContext<'_>,
    problems: &mut Problems<'_>,
) -> Option<Spanned<Program>> {
    let template = Template::read(word, context.scope, problems)?;
    let (base, path) = match template.parts.as_slice() {
        [Part::Literal(name)] => return read_host_program(name, host, word, problems),
        [base @ (Part::Slot(_) | Part::Prepared)] => (base, ""),
        [base @ (Part::Slot(_) | Part::Prepared), Part::Literal(path)] => (base, path.as_str()),
        _ => {
            problems.add(word.span.clone(), ManifestProblem::ProgramOutside { program: word.value.clone() });
            return None;
        }
    };
    let path = read_inner_path(path, word, problems)?;
    let program = match base {
        Part::Slot(id) => Program::Slot { id: id.clone(), path },
        _ if path.is_empty() => {
            problems.add(word.span.clone(), ManifestProblem::ProgramOutside { program: word.value.clone() });
            return None;
        }
        _ => Program::Prepared { path },
    };
    Some(Spanned::new(program, word.span.clone()))
}

fn read_host_program(
    name: &str,
    host: &[String],
    word: &Spanned<String>,
    problems: &mut Problems<'_>,
) -> Option<Spanned<Program>> {
    if host.iter().any(|known| known == name) {
        return Some(Spanned::new(Program::Host { name: name.to_owned() }, word.span.clone()));
    }
    let problem = if name.contains('/') {
        ManifestProblem::ProgramOutside { program: name.to_owned() }
    } else {
        let suggestion = closest(name, host.iter().map(String::as_str));
        ManifestProblem::ProgramNotDeclared { program: name.to_owned(), suggestion }
    };
    problems.add(word.span.clone(), problem);
    None
}

fn read_workdir(
    word: &Spanned<String>,
    context: &CommandContext<'_>,
    problems: &mut Problems<'_>,
) -> Option<Spanned<Workdir>> {
    let template = Template::read(word, context.scope, problems)?;
    let (base, path) = match template.parts.as_slice() {
        [base] => (Base::of(base), ""),
        [base, Part::Literal(path)] => (Base::of(base), path.as_str()),
        _ => (None, ""),
    };
    let Some(base) = base else {
        problems.add(word.span.clone(), ManifestProblem::WorkdirOutside { path: word.value.clone() });
        return None;
    };
    read_inner_path(path, word, problems)?;
    Some(Spanned::new(Workdir { base, literal: path.to_owned() }, word.span.clone()))
}

/// The path after a placeholder: nothing, or `/` and plain components.
fn read_inner_path(path: &str, word: &Spanned<String>, problems: &mut Problems<'_>) -> Option<String> {
    let span: Span = word.span.clone();
    if path.is_empty() {
        return Some(String::new());
    }
    let Some(inner) = path.strip_prefix('/') else {
        problems.add(span, ManifestProblem::NoSlash { word: word.value.clone() });
        return None;
    };
    let parts: Vec<_> = inner.split('/').collect();
    if parts.contains(&"..") {
        problems.add(span, ManifestProblem::ClimbsOut { word: word.value.clone() });
        return None;
    }
    if parts.iter().any(|part| part.is_empty() || *part == ".") {
        problems.add(span, ManifestProblem::NotPlainPath { word: word.value.clone() });
        return None;
    }
    Some(inner.to_owned())
}

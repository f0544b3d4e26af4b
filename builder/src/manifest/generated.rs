//! Commands that psp writes itself, by the same rules as those of a manifest.

use super::command::{Command, CommandContext, words_to_command};
use super::document::Problems;
use super::template::{Scope, Template};
use super::{Environment, PackageInfo, Spanned};

/// A command of a `[python]` application, as texts with placeholders.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generated<'a> {
    /// The program and its arguments; none where the manifest says what starts.
    pub(crate) words: &'a [String],
    /// Globs of variables that are removed.
    pub(crate) unset: &'a [String],
    /// Variables and their values.
    pub(crate) set: &'a [(String, String)],
    /// Variables and what is put before their values.
    pub(crate) prepend: &'a [(String, String)],
}

impl Generated<'_> {
    /// The environment and, if there are words, the command in it.
    ///
    /// # Errors
    /// What is wrong with it: a mistake of psp's own.
    pub(crate) fn read(&self, package: &PackageInfo) -> Result<(Environment, Option<Command>), String> {
        let mut problems = Problems::new("");
        let scope = Scope::new(Some(package), &[], true, false);
        let word = |text: &String| Spanned::new(text.clone(), 0..0);
        let mut templates = |pairs: &[(String, String)]| {
            let read = pairs.iter().map(|(name, text)| {
                Some((name.clone(), Template::read(&word(text), &scope, &mut problems)?))
            });
            read.flatten().collect::<Vec<_>>()
        };
        let (mut set, mut prepend) = (templates(self.set), templates(self.prepend));
        set.sort_by(|(a, _), (b, _)| a.cmp(b));
        prepend.sort_by(|(a, _), (b, _)| a.cmp(b));
        let env = Environment { unset: self.unset.to_vec(), set, prepend, ..Environment::default() };
        let words: Vec<_> = self.words.iter().map(word).collect();
        let context = CommandContext { scope: &scope, host: Vec::new(), base: None };
        let command = words_to_command(&words, &context, &mut problems);
        match problems.into_errors().first() {
            Some(error) => Err(error.to_string()),
            None => {
                let command =
                    command.map(|command| Command { full_argv0: true, env: env.clone(), ..command });
                Ok((env, command))
            }
        }
    }
}

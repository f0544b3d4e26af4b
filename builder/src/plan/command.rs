//! Commands against the slots that they name: the program is there and executable, the directory is one.

use psp_format::command::{
    Change, Command as Resolved, Part as ResolvedPart, Program as ResolvedProgram,
    Template as ResolvedTemplate,
};

use super::resolve::resolve as resolve_path;
use super::{Plan, PlanError, SlotPlan};
use crate::manifest::{
    Base, Command, Environment, Lifecycle, Part, Program, Span, Spanned, Template, Workdir,
};
use crate::source::Node;

/// Whether the command can be stated.
pub(super) fn check(plan: &Plan, command: &Command) -> Result<(), PlanError> {
    resolve(plan, command).map(|_| ())
}

/// The command as the format states it.
pub(super) fn resolve<'p>(plan: &'p Plan, command: &'p Command) -> Result<Resolved<'p>, PlanError> {
    let mut resolved = Resolved {
        program: program(plan, &command.program)?,
        argv0_is_program: command.full_argv0,
        slots: 0,
        arguments: command.args.iter().map(|arg| template(plan, arg)).collect::<Result<_, _>>()?,
        cwd: command.cwd.as_ref().map(|cwd| workdir(plan, cwd)).transpose()?,
        environment: environment(plan, &command.env)?,
    };
    let always = (0..).zip(&plan.slots).filter(|(_, slot)| slot.lifecycle != Lifecycle::Lazy);
    resolved.slots = always.fold(resolved.named_slots(), |mask, (number, _)| mask | 1 << number);
    Ok(resolved)
}

fn program<'p>(plan: &'p Plan, program: &'p Spanned<Program>) -> Result<ResolvedProgram<'p>, PlanError> {
    match &program.value {
        Program::Host { name } => Ok(ResolvedProgram::Host { name: name.as_bytes() }),
        Program::Prepared { path } => Ok(ResolvedProgram::Prepared { path: path.as_bytes() }),
        Program::Slot { id, path } => {
            let (number, slot) = plan.slot_at(id, &program.span)?;
            let entry = if slot.tree.single_file {
                only_file(slot, path, &program.span)?
            } else {
                entry_at(slot, path, &program.span)?
            };
            let found = &slot.tree.entries[entry];
            match found.node {
                Node::File { executable: true, .. } => {
                    Ok(ResolvedProgram::Slot { slot: number, entry: entry as u32, path: &found.path })
                }
                Node::File { .. } => Err(PlanError::NotExecutable {
                    span: program.span.clone(),
                    id: id.clone(),
                    path: found.path.clone(),
                }),
                _ => Err(PlanError::ProgramIsDirectory { span: program.span.clone(), id: id.clone() }),
            }
        }
    }
}

fn only_file(slot: &SlotPlan, path: &str, span: &Span) -> Result<usize, PlanError> {
    if path.is_empty() {
        Ok(0)
    } else {
        Err(PlanError::InsideFile { span: span.clone(), id: slot.id.clone() })
    }
}

fn entry_at(slot: &SlotPlan, path: &str, span: &Span) -> Result<usize, PlanError> {
    match resolve_path(&slot.tree, path.as_bytes()) {
        Ok(Some(entry)) => Ok(entry),
        Ok(None) => Err(PlanError::ProgramIsDirectory { span: span.clone(), id: slot.id.clone() }),
        Err(missing) => Err(PlanError::not_in_slot(slot, path, missing, span)),
    }
}

fn workdir<'p>(plan: &'p Plan, cwd: &'p Spanned<Workdir>) -> Result<ResolvedTemplate<'p>, PlanError> {
    let base = match &cwd.value.base {
        Base::State => ResolvedPart::State,
        Base::Prepared => ResolvedPart::Prepared,
        Base::Slot(id) => {
            let (number, slot) = plan.slot_at(id, &cwd.span)?;
            check_directory(slot, cwd.value.path(), &cwd.span)?;
            ResolvedPart::Slot(number)
        }
    };
    let mut parts = vec![base];
    if !cwd.value.literal().is_empty() {
        parts.push(ResolvedPart::Literal(cwd.value.literal().as_bytes()));
    }
    Ok(ResolvedTemplate { parts })
}

fn check_directory(slot: &SlotPlan, path: &str, span: &Span) -> Result<(), PlanError> {
    if slot.tree.single_file {
        return Err(PlanError::InsideFile { span: span.clone(), id: slot.id.clone() });
    }
    match resolve_path(&slot.tree, path.as_bytes()) {
        Ok(None) => Ok(()),
        Ok(Some(entry)) if slot.tree.entries[entry].node == Node::Directory => Ok(()),
        Ok(Some(_)) => Err(PlanError::NotDirectory { span: span.clone(), id: slot.id.clone() }),
        Err(missing) => Err(PlanError::not_in_slot(slot, path, missing, span)),
    }
}

fn template<'p>(plan: &'p Plan, template: &'p Template) -> Result<ResolvedTemplate<'p>, PlanError> {
    let part = |part: &'p Part| match part {
        Part::Literal(text) => Ok(ResolvedPart::Literal(text.as_bytes())),
        Part::Slot(id) => plan.slot_at(id, &template.span).map(|(number, _)| ResolvedPart::Slot(number)),
        Part::State => Ok(ResolvedPart::State),
        Part::Prepared => Ok(ResolvedPart::Prepared),
    };
    Ok(ResolvedTemplate { parts: template.parts.iter().map(part).collect::<Result<_, _>>()? })
}

/// The changes in the order in which the launcher applies them.
fn environment<'p>(plan: &'p Plan, env: &'p Environment) -> Result<Vec<Change<'p>>, PlanError> {
    let mut changes: Vec<Change<'p>> = Vec::with_capacity(env.len());
    changes.extend(env.pass.iter().map(|glob| Change::Pass(glob.as_bytes())));
    changes.extend(env.unset.iter().map(|glob| Change::Unset(glob.as_bytes())));
    changes
        .extend(env.map.iter().map(|(new, old)| Change::Map { name: new.as_bytes(), from: old.as_bytes() }));
    for (name, value) in &env.prepend {
        changes.push(Change::Prepend(name.as_bytes(), template(plan, value)?));
    }
    for (name, value) in &env.set {
        changes.push(Change::Set(name.as_bytes(), template(plan, value)?));
    }
    Ok(changes)
}

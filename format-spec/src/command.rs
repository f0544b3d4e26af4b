//! Commands (SPEC 4.8): a program, its arguments, its place and its environment, as templates.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::limits;
use crate::path::is_path;
use crate::wire::{Reader, Writer};

/// Which program a command starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program<'a> {
    /// An executable file of a slot.
    Slot {
        /// The slot's number.
        slot: u16,
        /// The entry's number in that slot's index.
        entry: u32,
        /// The entry's path.
        path: &'a [u8],
    },
    /// A program of the host, sought on PATH by this bare name.
    Host {
        /// The bare name.
        name: &'a [u8],
    },
    /// A file that the package's setup has made.
    Prepared {
        /// Relative to the prepared entry.
        path: &'a [u8],
    },
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Bytes as they are.
    Literal(&'a [u8]),
    /// The path of the slot of this number.
    Slot(u16),
    /// The path of the package's state directory.
    State,
    /// The path of the directory that the setup has filled.
    Prepared,
}

/// A value to be put together at the start: the concatenation of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template<'a> {
    /// In order; never two literals in a row.
    pub parts: Vec<Part<'a>>,
}

/// One change to the environment, in the order in which they are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Keep only what matches this glob (or another pass's).
    Pass(&'a [u8]),
    /// Remove what matches this glob.
    Unset(&'a [u8]),
    /// Rename a variable.
    Map {
        /// The new name.
        name: &'a [u8],
        /// The name it had.
        from: &'a [u8],
    },
    /// Put a value and `:` before what is there.
    Prepend(&'a [u8], Template<'a>),
    /// Set a value.
    Set(&'a [u8], Template<'a>),
}

/// A command to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// What is started.
    pub program: Program<'a>,
    /// Whether `argv[0]` is the program's full path instead of what the caller gave.
    pub argv0_is_program: bool,
    /// Bit i: slot i must be there before the start.
    pub slots: u64,
    /// Arguments that precede the caller's.
    pub arguments: Vec<Template<'a>>,
    /// The working directory, if it is not the caller's.
    pub cwd: Option<Template<'a>>,
    /// Changes to the caller's environment.
    pub environment: Vec<Change<'a>>,
}

impl<'a> Command<'a> {
    /// All templates of the command.
    pub fn templates(&self) -> impl Iterator<Item = &Template<'a>> {
        let environment = self.environment.iter().filter_map(|change| match change {
            Change::Prepend(_, value) | Change::Set(_, value) => Some(value),
            Change::Pass(_) | Change::Unset(_) | Change::Map { .. } => None,
        });
        self.arguments.iter().chain(&self.cwd).chain(environment)
    }

    /// The slots that the command names, as a mask.
    pub fn named_slots(&self) -> u64 {
        let program = match self.program {
            Program::Slot { slot, .. } => bit(slot),
            Program::Host { .. } | Program::Prepared { .. } => 0,
        };
        let parts = self.templates().flat_map(|template| &template.parts);
        parts.fold(program, |mask, part| match part {
            Part::Slot(slot) => mask | bit(*slot),
            _ => mask,
        })
    }

    /// Whether the command needs the state directory.
    pub fn uses_state(&self) -> bool {
        self.templates().any(|template| template.parts.contains(&Part::State))
    }

    /// Whether the command needs what the setup has made.
    pub fn uses_prepared(&self) -> bool {
        matches!(self.program, Program::Prepared { .. })
            || self.templates().any(|template| template.parts.contains(&Part::Prepared))
    }

    pub(crate) fn read(reader: &mut Reader<'a>, slot_count: u16) -> Result<Command<'a>, Error> {
        let program = read_program(reader, slot_count)?;
        let at = reader.error(ErrorKind::Reserved);
        let flags = reader.u16()?;
        if flags > 1 {
            return Err(at);
        }
        let at_slots = reader.error(ErrorKind::CommandSlots);
        let slots = reader.u64()?;
        let mut command = Command {
            program,
            argv0_is_program: flags == 1,
            slots,
            arguments: Vec::new(),
            cwd: None,
            environment: Vec::new(),
        };
        for _ in 0..reader.count16(limits::ARGUMENTS)? {
            command.arguments.push(Template::read(reader, slot_count)?);
        }
        command.cwd = read_cwd(reader, slot_count)?;
        command.environment = read_environment(reader, slot_count)?;
        // SPEC 4.8: what is named is asked for, and nothing that is not there.
        let absent = if slot_count >= 64 { 0 } else { u64::MAX << slot_count };
        if slots & absent != 0 || command.named_slots() & !slots != 0 {
            return Err(at_slots);
        }
        Ok(command)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self.program {
            Program::Slot { slot, entry, path } => {
                writer.u8(0);
                writer.u16(slot);
                writer.u32(entry);
                writer.bytes16(path);
            }
            Program::Host { name } => write_bare_program(writer, 1, name),
            Program::Prepared { path } => write_bare_program(writer, 2, path),
        }
        writer.u16(u16::from(self.argv0_is_program));
        writer.u64(self.slots);
        writer.count16(self.arguments.len());
        self.arguments.iter().for_each(|template| template.write(writer));
        writer.u8(u8::from(self.cwd.is_some()));
        self.cwd.iter().for_each(|template| template.write(writer));
        writer.count16(self.environment.len());
        self.environment.iter().for_each(|change| change.write(writer));
    }
}

fn bit(slot: u16) -> u64 {
    1u64.checked_shl(u32::from(slot)).unwrap_or(0)
}

fn write_bare_program(writer: &mut Writer, origin: u8, path: &[u8]) {
    writer.u8(origin);
    writer.u16(0);
    writer.u32(0);
    writer.bytes16(path);
}

fn read_program<'a>(reader: &mut Reader<'a>, slot_count: u16) -> Result<Program<'a>, Error> {
    let at = reader.error(ErrorKind::Value);
    let origin = reader.u8()?;
    let at_slot = reader.error(ErrorKind::SlotUnknown);
    let (slot, entry) = (reader.u16()?, reader.u32()?);
    let at_path = reader.error(ErrorKind::Path);
    let path = reader.bytes16(limits::PATH_BYTES)?;
    let bare = !path.contains(&b'/');
    if !is_path(path) || (origin == 1 && !bare) {
        return Err(at_path);
    }
    if origin != 0 && (slot, entry) != (0, 0) {
        return Err(Error { kind: ErrorKind::Reserved, ..at_slot });
    }
    match origin {
        0 if slot >= slot_count => Err(at_slot),
        0 => Ok(Program::Slot { slot, entry, path }),
        1 => Ok(Program::Host { name: path }),
        2 => Ok(Program::Prepared { path }),
        _ => Err(at),
    }
}

fn read_cwd<'a>(reader: &mut Reader<'a>, slot_count: u16) -> Result<Option<Template<'a>>, Error> {
    let at = reader.error(ErrorKind::Value);
    match reader.u8()? {
        0 => return Ok(None),
        1 => {}
        _ => return Err(at),
    }
    let at = reader.error(ErrorKind::Cwd);
    let template = Template::read(reader, slot_count)?;
    // SPEC 4.8: a working directory cannot climb out of what it begins with.
    match template.parts[..] {
        [Part::Literal(_), ..] => Err(at),
        [_] => Ok(Some(template)),
        [_, Part::Literal([b'/', rest @ ..])] if is_path(rest) => Ok(Some(template)),
        _ => Err(at),
    }
}

fn read_environment<'a>(reader: &mut Reader<'a>, slot_count: u16) -> Result<Vec<Change<'a>>, Error> {
    let mut changes = Vec::new();
    let mut last_kind = 0;
    for _ in 0..reader.count16(limits::ENVIRONMENT_CHANGES)? {
        let at = reader.error(ErrorKind::EnvOrder);
        let kind = reader.u8()?;
        if kind < last_kind {
            return Err(at);
        }
        last_kind = kind;
        let name = read_variable(reader)?;
        changes.push(match kind {
            0 => Change::Pass(name),
            1 => Change::Unset(name),
            2 => Change::Map { name, from: read_variable(reader)? },
            3 => Change::Prepend(name, Template::read(reader, slot_count)?),
            4 => Change::Set(name, Template::read(reader, slot_count)?),
            _ => return Err(Error { kind: ErrorKind::Value, ..at }),
        });
    }
    Ok(changes)
}

fn read_variable<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Error> {
    let at = reader.error(ErrorKind::EnvName);
    let name = reader.bytes16(usize::from(limits::ENVIRONMENT_NAME_BYTES))?;
    if name.is_empty() || name.contains(&b'=') || name.contains(&0) { Err(at) } else { Ok(name) }
}

impl Change<'_> {
    fn write(&self, writer: &mut Writer) {
        match self {
            Change::Pass(name) => write_change(writer, 0, name),
            Change::Unset(name) => write_change(writer, 1, name),
            Change::Map { name, from } => {
                write_change(writer, 2, name);
                writer.bytes16(from);
            }
            Change::Prepend(name, value) => {
                write_change(writer, 3, name);
                value.write(writer);
            }
            Change::Set(name, value) => {
                write_change(writer, 4, name);
                value.write(writer);
            }
        }
    }
}

fn write_change(writer: &mut Writer, kind: u8, name: &[u8]) {
    writer.u8(kind);
    writer.bytes16(name);
}

impl<'a> Template<'a> {
    fn read(reader: &mut Reader<'a>, slot_count: u16) -> Result<Template<'a>, Error> {
        let mut parts: Vec<Part<'a>> = Vec::new();
        for _ in 0..reader.count16(limits::TEMPLATE_PARTS)? {
            let at = reader.error(ErrorKind::Template);
            let part = match reader.u8()? {
                0 => Part::Literal(reader.bytes32(limits::LITERAL_BYTES)?),
                1 => Part::Slot(read_slot_number(reader, slot_count)?),
                2 => Part::State,
                3 => Part::Prepared,
                _ => return Err(Error { kind: ErrorKind::Value, ..at }),
            };
            // SPEC 4.8: literals are not empty, hold no NUL, and never follow each other.
            if let Part::Literal(bytes) = part {
                let after_literal = matches!(parts.last(), Some(Part::Literal(_)));
                if bytes.is_empty() || bytes.contains(&0) || after_literal {
                    return Err(at);
                }
            }
            parts.push(part);
        }
        Ok(Template { parts })
    }

    fn write(&self, writer: &mut Writer) {
        writer.count16(self.parts.len());
        for part in &self.parts {
            match part {
                Part::Literal(bytes) => {
                    writer.u8(0);
                    writer.bytes32(bytes);
                }
                Part::Slot(number) => {
                    writer.u8(1);
                    writer.u16(*number);
                }
                Part::State => writer.u8(2),
                Part::Prepared => writer.u8(3),
            }
        }
    }
}

fn read_slot_number(reader: &mut Reader<'_>, slot_count: u16) -> Result<u16, Error> {
    let at = reader.error(ErrorKind::SlotUnknown);
    reader.u16().and_then(|number| if number < slot_count { Ok(number) } else { Err(at) })
}

//! What a package will hold: a manifest with its sources scanned and its commands resolved against them.
//!
//! Planning reads names, never content, and writes nothing; [`crate::pack`] carries the plan out. Everything that a
//! person can get wrong is found here or before.

mod application;
mod command;
mod error;
mod portability;
mod resolve;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use application::Staging;
pub use error::{PlanError, PlanErrors};

use crate::codec::Coding;
use crate::manifest::{Codec, Command, DEFAULT_LEVEL, Lifecycle, Manifest, PackageInfo, SlotSource, Span};
use crate::native::GlibcVersion;
use crate::source::{Node, Rules, Tree, scan};
use crate::target::Target;
use crate::terraform::provider::{PROTOCOLS_KEY, SOURCE_KEY};

/// A package to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name, version and words.
    pub package: PackageInfo,
    /// What it is for.
    pub target: Target,
    /// The slots, in order.
    pub slots: Vec<SlotPlan>,
    /// What starts by default.
    pub run: Command,
    /// More entry points, ascending by name.
    pub entries: Vec<(String, Command)>,
    /// The setup commands, in order.
    pub setup: Vec<Command>,
    /// Words for people and registries.
    pub information: BTreeMap<String, String>,
    /// Things to tell whoever builds it.
    pub notices: Vec<String>,
}

/// A slot to be made.
#[derive(Debug, Clone)]
pub struct SlotPlan {
    /// Its id.
    pub id: String,
    /// When it is extracted and how long it stays.
    pub lifecycle: Lifecycle,
    /// What it holds.
    pub tree: Tree,
    /// How its frames are stored.
    pub coding: Coding,
    /// The directory or file that was scanned, by which the build cache knows its files; `None` for what was staged.
    pub source: Option<PathBuf>,
}

/// What the command line adds to the manifest.
#[derive(Debug, Clone)]
pub struct Options {
    /// Relative sources start here: the manifest's directory.
    pub base_dir: PathBuf,
    /// What the package is for.
    pub target: Target,
    /// The compression level of slots that set none.
    pub level: Option<i32>,
    /// Where the package will be written: it must not be in a source.
    pub output: PathBuf,
    /// The oldest glibc that the package is meant to run with.
    pub glibc_floor: Option<GlibcVersion>,
    /// What becomes of native files that will not run on the target.
    pub nonportable: Nonportable,
}

/// What becomes of native files that will not run on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonportable {
    /// They are an error.
    Refused,
    /// They are mentioned.
    Allowed,
}

/// Stages, scans and resolves everything that a manifest asks for.
pub fn make(manifest: &Manifest, options: &Options, staging: &Staging<'_>) -> Result<Plan, PlanErrors> {
    let mut plan = make_without_survey(manifest, options, staging)?;
    let one = |error| PlanErrors(vec![error]);
    if let Some(report) = portability::survey(&plan.slots, options, staging.cache).map_err(one)? {
        let errors = portability::errors(&report, options);
        if options.nonportable == Nonportable::Refused && !errors.is_empty() {
            return Err(PlanErrors(errors));
        }
        plan.notices.extend(errors.iter().map(ToString::to_string));
        plan.notices.extend(portability::notices(&report, &plan.slots));
        plan.information.extend(portability::information(&report));
    }
    Ok(plan)
}

fn make_without_survey(
    manifest: &Manifest,
    options: &Options,
    staging: &Staging<'_>,
) -> Result<Plan, PlanErrors> {
    let own_slots = slots(manifest, options)?;
    let Some(table) = &manifest.python else {
        return Plan::new(manifest, options, own_slots, manifest.run.clone());
    };
    let application = application::stage(table, &manifest.package, options, staging)
        .map_err(|error| PlanErrors(vec![error]))?;
    let (completed, run) = application.complete(manifest);
    let mut slots = application.slots;
    slots.extend(own_slots);
    let mut plan = Plan::new(&completed, options, slots, run)?;
    plan.notices.extend(application.details.notices.iter().map(application::notice));
    Ok(plan)
}

/// Scans the slots of a manifest that its target has.
fn slots(manifest: &Manifest, options: &Options) -> Result<Vec<SlotPlan>, PlanErrors> {
    let (mut plans, mut errors) = (Vec::new(), Vec::new());
    let wanted =
        |slot: &&SlotSource| slot.target.as_ref().is_none_or(|target| target.includes(&options.target));
    for slot in manifest.slots.iter().filter(wanted) {
        match plan_slot(slot, options) {
            Ok(plan) => plans.push(plan),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(plans) } else { Err(PlanErrors(errors)) }
}

fn plan_slot(slot: &SlotSource, options: &Options) -> Result<SlotPlan, Vec<PlanError>> {
    let span = || slot.source.span.clone();
    // Messages shall not say `./x` where the manifest says `x`.
    let base_dir = options.base_dir.strip_prefix(".").unwrap_or(&options.base_dir);
    let source = base_dir.join(&slot.source.value);
    let rules =
        Rules::of(slot, &options.target).map_err(|source| vec![PlanError::Glob { span: span(), source }])?;
    let tree = scan(&source, &rules).map_err(|error| PlanError::of_source(&slot.id.value, span(), error))?;
    if slot.lifecycle == Lifecycle::Memory {
        check_memory(slot, &tree).map_err(|error| vec![error])?;
    }
    if !tree.single_file && holds(&source, &rules, &options.output) {
        let id = slot.id.value.clone();
        return Err(vec![PlanError::OutputInside { span: span(), id, output: options.output.clone() }]);
    }
    let level = slot.level.or(options.level).unwrap_or(DEFAULT_LEVEL);
    let coding = match slot.codec {
        Codec::Store => Coding::Store,
        Codec::Zstd => Coding::Zstd { level },
    };
    Ok(SlotPlan { id: slot.id.value.clone(), lifecycle: slot.lifecycle, tree, coding, source: Some(source) })
}

/// What is run from memory is one executable.
fn check_memory(slot: &SlotSource, tree: &Tree) -> Result<(), PlanError> {
    let executable =
        matches!(tree.entries.first().map(|entry| &entry.node), Some(Node::File { executable: true, .. }));
    if tree.single_file && executable {
        return Ok(());
    }
    Err(PlanError::NotForMemory { span: slot.source.span.clone(), id: slot.id.value.clone() })
}

/// Whether a scan of the source would find the output, now or the next time.
fn holds(source: &Path, rules: &Rules, output: &Path) -> bool {
    let directory = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(source), Ok(directory)) = (source.canonicalize(), directory.canonicalize()) else { return false };
    match (directory.strip_prefix(&source), output.file_name()) {
        (Ok(inner), Some(name)) => rules.takes(&inner.join(name)),
        _ => false,
    }
}

impl Plan {
    /// Puts the plan together and checks every command against the slots.
    fn new(
        manifest: &Manifest,
        options: &Options,
        slots: Vec<SlotPlan>,
        run: Option<Command>,
    ) -> Result<Self, PlanErrors> {
        let Some(run) = run else { return Err(PlanErrors(vec![PlanError::NothingToRun])) };
        let plan = Self {
            package: manifest.package.clone(),
            target: options.target.clone(),
            slots,
            run,
            entries: manifest.entries.clone(),
            setup: manifest.setup.clone(),
            information: information(manifest),
            notices: Vec::new(),
        };
        let commands = std::iter::once(&plan.run).chain(plan.entries.iter().map(|(_, command)| command));
        let errors: Vec<_> =
            commands.chain(&plan.setup).filter_map(|command| command::check(&plan, command).err()).collect();
        if errors.is_empty() { Ok(plan) } else { Err(PlanErrors(errors)) }
    }

    /// The number and plan of a slot.
    pub fn slot(&self, id: &str) -> Option<(u16, &SlotPlan)> {
        (0..).zip(&self.slots).find(|(_, slot)| slot.id == id)
    }

    /// A command as the format states it.
    pub(crate) fn command<'p>(
        &'p self,
        command: &'p Command,
    ) -> Result<psp_format::command::Command<'p>, PlanError> {
        command::resolve(self, command)
    }

    fn slot_at(&self, id: &str, span: &Span) -> Result<(u16, &SlotPlan), PlanError> {
        let missing = || PlanError::SlotNotForTarget {
            span: span.clone(),
            id: id.to_owned(),
            target: self.target.as_str().to_owned(),
        };
        self.slot(id).ok_or_else(missing)
    }
}

fn information(manifest: &Manifest) -> BTreeMap<String, String> {
    let package = &manifest.package;
    let words = [
        ("description", &package.description),
        ("homepage", &package.homepage),
        ("license", &package.license),
        ("source_revision", &package.source_revision),
    ];
    let written = words.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.clone()?)));
    let builder = [("builder".to_owned(), concat!("psp ", env!("CARGO_PKG_VERSION")).to_owned())];
    let provider = manifest.terraform.iter().flat_map(|table| {
        let protocols: Vec<String> = table.protocols.iter().map(ToString::to_string).collect();
        [(SOURCE_KEY.to_owned(), table.source.to_string()), (PROTOCOLS_KEY.to_owned(), protocols.join(","))]
    });
    written.chain(builder).chain(provider).collect()
}

#[cfg(test)]
mod tests;

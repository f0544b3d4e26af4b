//! `psp build`: a manifest in, a signed package out.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use psp_builder::buildcache::{BuildCache, DEFAULT_LIMIT_BYTES};
use psp_builder::diagnostic::Diagnostic;
use psp_builder::interrupt::Interrupt;
use psp_builder::manifest::{MAX_LEVEL, Manifest};
use psp_builder::output::{OutputError, check_place};
use psp_builder::pack::{self, Package, Workshop};
use psp_builder::plan::{self, Nonportable, Options, Plan, Staging};
use psp_builder::progress::{Progress, files, megabytes};
use psp_builder::stub;
use psp_builder::target::Target;
use psp_builder::terraform::build::{self as provider, ProviderBuildError};
use psp_builder::terraform::provider::file_name;

use super::environment::Environment;
use super::exit::Exit;
use super::keys::SigningKeys;
use super::report::{Report, Source, tell};
use super::signals;
use super::ticker::Ticker;

/// Build a package from a manifest
#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// The manifest
    #[arg(default_value = "manifest.toml")]
    manifest: PathBuf,
    /// Where the package goes [default: ./NAME.psp; a Terraform provider: ./terraform-provider-TYPE_vVERSION]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Sign with this secret key, or with the one on standard input for `-`; the first is the primary one
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
    /// Compression level, 1 to 22, of slots that set none [default: 9]
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=i64::from(MAX_LEVEL)))]
    level: Option<i32>,
    /// What the package is for [default: x86_64-linux]
    #[arg(long, value_parser = parse_target)]
    target: Option<Target>,
    /// Go on where native files will not run on the target
    #[arg(long)]
    allow_nonportable: bool,
    /// Begin the package with this stub instead of psp's own
    #[arg(long, value_name = "FILE")]
    stub: Option<PathBuf>,
    /// Workers at once [default: all cores]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Neither use nor keep what other builds have worked out
    #[arg(long)]
    no_cache: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

fn parse_target(text: &str) -> Result<Target, String> {
    Target::parse(text).map_err(|error| match &error.suggestion {
        Some(suggestion) => format!("{error}; did you mean `{suggestion}`?"),
        None => format!("{error}; write ARCH-OS or ARCH-OS-LIBC, for example x86_64-linux"),
    })
}

impl Build {
    pub(crate) fn run(self) -> Result<Exit, Report> {
        let began = Instant::now();
        let interrupt = signals::catch().unwrap_or_default();
        let environment = Environment::read();
        let text = self.read_manifest()?;
        let source = Source { path: self.manifest.display().to_string(), text };
        let manifest =
            Manifest::parse(&self.manifest, &source.text).map_err(|errors| Report::manifest(&errors))?;
        let fail = |error: &dyn Diagnostic| Report::failure(error, Some(&source));
        let output = self.output.clone().unwrap_or_else(|| default_output(&manifest));
        // Before anything takes long.
        check_place(&output).map_err(|error| fail(&error))?;
        let target = self.target.clone().unwrap_or_else(Target::native);
        let stub = stub::load(self.stub.as_deref(), &target).map_err(|error| fail(&error))?;
        let options = Options {
            base_dir: self.base_dir(),
            target,
            level: self.level,
            output: output.clone(),
            glibc_floor: manifest.package.glibc,
            nonportable: if self.allow_nonportable { Nonportable::Allowed } else { Nonportable::Refused },
        };
        let progress = Arc::new(Progress::default());
        let ticker = Ticker::start(&progress, self.quiet);
        let cache = self.open_cache(&environment);
        let work_dir = tempfile::tempdir().map_err(|source| fail(&OutputError::temporary(source)))?;
        let staging = Staging {
            work_dir: work_dir.path(),
            cache_dir: environment.build_cache.as_deref().filter(|_| cache.is_some()),
            cache: cache.as_ref(),
            jobs: self.jobs(),
            environment: &environment.variables,
            interrupt: &interrupt,
            progress: &progress,
        };
        let plan = plan::make(&manifest, &options, &staging);
        let plan = plan.map_err(|errors| match interrupt.signal() {
            Some(signal) => Report::silent(Exit::Signal(signal)),
            None => Report::failures(errors.0.iter().map(|error| error as &dyn Diagnostic), &source),
        })?;
        let keys = SigningKeys::find(&self.keys, &environment).map_err(|error| fail(&error))?;
        let workshop = Workshop {
            stub: &stub,
            keys: &keys.keys,
            jobs: self.jobs(),
            cache: cache.as_ref(),
            interrupt: &interrupt,
            progress: &progress,
        };
        let built = match &manifest.terraform {
            None => pack::build(&plan, &workshop, &output).map_err(Into::into),
            Some(table) => provider::build(&plan, table, &workshop, &output),
        };
        drop(ticker);
        self.warn(&keys.notices);
        self.warn(&plan.notices);
        self.warn(&provider::notices(&manifest, &plan.target));
        let built = built.map_err(|error| failed(&error, &interrupt, &source))?;
        self.warn_idle_patterns(&built);
        if !self.quiet {
            println!("{}", summary(&plan, &built, keys.is_development, began));
        }
        Ok(Exit::Done)
    }

    fn read_manifest(&self) -> Result<String, Report> {
        let read = std::fs::read(&self.manifest).and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error()))
        });
        read.map_err(|source| {
            let path = self.manifest.clone();
            Report::failure(&psp_builder::manifest::ManifestUnreadable { path, source }, None)
        })
    }

    fn base_dir(&self) -> PathBuf {
        let parent = self.manifest.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).to_owned()
    }

    fn jobs(&self) -> usize {
        self.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }

    fn open_cache(&self, environment: &Environment) -> Option<BuildCache> {
        let directory = environment.build_cache.as_deref().filter(|_| !self.no_cache)?;
        match BuildCache::open(directory, DEFAULT_LIMIT_BYTES) {
            Ok(cache) => Some(cache),
            Err(error) => {
                self.warn(&[format!("{error}; building without it")]);
                None
            }
        }
    }

    fn warn(&self, notices: &[String]) {
        if !self.quiet {
            notices.iter().for_each(|notice| tell("warning", notice));
        }
    }

    fn warn_idle_patterns(&self, built: &Package) {
        for slot in &built.slots {
            let warning = |pattern: &String| format!("{pattern} of slot `{}` matched nothing", slot.id);
            self.warn(&slot.idle_patterns.iter().map(warning).collect::<Vec<_>>());
        }
    }
}

/// What the package is called that nobody has named.
fn default_output(manifest: &Manifest) -> PathBuf {
    let package = &manifest.package;
    PathBuf::from(match &manifest.terraform {
        None => format!("{}.psp", package.name),
        Some(table) => file_name(&table.source, &package.version),
    })
}

/// A build that a signal ended has nothing to report: it ends as the signal says.
fn failed(error: &ProviderBuildError, interrupt: &Interrupt, source: &Source) -> Report {
    match (error.is_interrupted(), interrupt.signal()) {
        (true, Some(signal)) => Report::silent(Exit::Signal(signal)),
        _ => Report::failure(error, Some(source)),
    }
}

/// The one line that says what was built.
fn summary(plan: &Plan, built: &Package, is_development: bool, began: Instant) -> String {
    let count: usize = built.slots.iter().map(|slot| slot.files).sum();
    let content: u64 = built.slots.iter().map(|slot| slot.content.data_size).sum();
    let signer = if is_development { "your development key" } else { "key" };
    format!(
        "{}: {} {} for {}, {} in {} stored in {}, signed by {signer} {}, in {:.1} s",
        built.path.display(),
        plan.package.name,
        plan.package.version,
        plan.target,
        megabytes(content),
        files(count),
        megabytes(built.size),
        &built.primary.hex().as_str()[..16],
        began.elapsed().as_secs_f64(),
    )
}

//! `local_directory`: a directory and its permissions.

mod permissions;

use std::fs::{self, Permissions as FilePermissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path as FilePath, PathBuf};

use permissions::Permissions;
use tf_sdk::prelude::*;
use tf_sdk::types::CustomType;
use tf_sdk::{blocking, plan_modifier, validator};

use crate::component::linted_components;
use crate::rules::WORLD_WRITABLE_DIRECTORY;

/// What a directory's permissions are if nobody says otherwise.
const MODE: u32 = 0o755;
/// The bit that lets everybody write.
const OTHERS_WRITE: u32 = 0o002;

/// A directory with given permissions.
///
/// The directories above it are made too. With the resource the directory is removed if it is empty; one that holds anything stays,
/// with a warning. Another `path` is another directory.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Directory {
    /// The path of the directory, absolute or relative to Terraform's working directory.
    #[attr(required, plan = plan_modifier::requires_replace(), validate = validator::string::length_at_least(1))]
    path: String,
    /// The permissions in octal digits after `0o`, such as `0o755`, which they are if nothing is set.
    #[attr(optional, computed, default = Permissions::of_mode(MODE))]
    permissions: Permissions,
    /// The absolute path of the directory.
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    id: Tf<String>,
    /// How many files are directly in the directory; directories in it do not count.
    #[attr(computed)]
    file_count: Tf<i64>,
}

linted_components! {
    /// `local_directory`.
    LocalDirectory
}

impl Directory {
    /// The directory as it is; None if there is none. `state` is what Terraform has of it.
    fn read(state: Self) -> Result<Option<Self>> {
        let path = FilePath::new(&state.path);
        let metadata = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => metadata,
            Ok(_) => return Ok(None),
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed("Cannot Read Directory", &state.path, &error)),
        };
        let file_count =
            count_files(path).map_err(|error| failed("Cannot Read Directory", &state.path, &error))?;
        let mode = metadata.permissions().mode();
        let permissions = Permissions::of_mode(mode);
        let id = absolute(path).map_err(|error| failed("Cannot Read Directory", &state.path, &error))?;
        Ok(Some(Self { permissions, id: id.into(), file_count: file_count.into(), ..state }))
    }

    /// Makes the directory with its permissions, and returns it as it then is.
    fn make(self) -> Result<Self> {
        let path = FilePath::new(&self.path);
        if path.exists() && !path.is_dir() {
            let detail = format!("{} is a file. Remove it, or choose another path.", self.path);
            return Err(about_path(Diagnostic::error("Not a Directory", detail)));
        }
        fs::create_dir_all(path).map_err(|error| failed("Cannot Make Directory", &self.path, &error))?;
        // Before the permissions: they may be such that nobody can look into it.
        let file_count =
            count_files(path).map_err(|error| failed("Cannot Read Directory", &self.path, &error))?;
        let id = match self.id.known() {
            Some(id) => id.clone(),
            None => absolute(path).map_err(|error| failed("Cannot Read Directory", &self.path, &error))?,
        };
        fs::set_permissions(path, FilePermissions::from_mode(self.permissions.mode()))
            .map_err(|error| failed("Cannot Set Permissions", &self.path, &error))?;
        Ok(Self { id: id.into(), file_count: file_count.into(), ..self })
    }
}

impl<P: Provider> Resource for LocalDirectory<P> {
    type Provider = P;
    type Model = Directory;

    const NAME: &'static str = "local_directory";

    async fn validate(&self, cx: &mut Validate<Directory>) -> Result<()> {
        let permissions: Tf<Option<Permissions>> = cx.config.get("permissions")?;
        if let Some(permissions) = permissions.into_known().flatten()
            && permissions.mode() & OTHERS_WRITE != 0
        {
            self.lint.warn(
                &WORLD_WRITABLE_DIRECTORY,
                Path::new().attr("permissions"),
                "Every user of this machine can add and remove files in the directory. Leave the last digit's write bit out, as in \
                 0o755.",
                &mut cx.diagnostics,
            );
        }
        Ok(())
    }

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        let path = match cx.change {
            Change::Create => cx.planned.get::<Tf<String>>("path")?.into_known(),
            _ => None,
        };
        let wanted: Option<Permissions> = match cx.change {
            Change::Create => cx.planned.get::<Tf<Permissions>>("permissions")?.into_known(),
            _ => None,
        };
        if let Some((path, wanted)) = path.zip(wanted) {
            let warning = blocking::run(move || Ok(adopted(&path, &wanted))).await?;
            warning.into_iter().for_each(|warning| cx.tell(warning));
        }
        Ok(())
    }

    async fn create(&self, _: &mut Create<Self>, planned: Directory) -> Result<Directory> {
        blocking::run(move || planned.make()).await
    }

    async fn read(&self, _: &mut Read<Self>, state: Directory) -> Result<Option<Directory>> {
        blocking::run(move || Directory::read(state)).await
    }

    async fn update(&self, _: &mut Update<Self>, _: Directory, planned: Directory) -> Result<Directory> {
        blocking::run(move || planned.make()).await
    }

    async fn delete(&self, cx: &mut Delete<Self>, state: Directory) -> Result<()> {
        let path = state.path.clone();
        match blocking::run(move || Ok(fs::remove_dir(&path))).await? {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                let detail =
                    format!("{} is not empty, so it stays. Terraform knows no more of it.", state.path);
                cx.warn("Directory Not Removed", detail);
                Ok(())
            }
            Err(error)
                if matches!(error.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput) =>
            {
                let detail = format!("{} is no directory of its own by this path, so it stays.", state.path);
                cx.warn("Directory Not Removed", detail);
                Ok(())
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("Cannot Remove Directory", &state.path, &error))
            }
            _ => Ok(()),
        }
    }

    async fn import(&self, _: &mut Import<Self>, id: &str) -> Result<Option<Directory>> {
        let state = Directory {
            path: id.to_owned(),
            permissions: Permissions::of_mode(0),
            id: Tf::unknown(),
            file_count: Tf::unknown(),
        };
        blocking::run(move || Directory::read(state)).await
    }

    async fn move_from(&self, cx: &mut MoveFrom<Self>) -> Result<Option<Directory>> {
        if super::is_seeds(cx) { cx.source().map(Some) } else { Ok(None) }
    }
}

/// A warning, if a directory that Terraform does not know yet would get other permissions.
fn adopted(path: &str, wanted: &Permissions) -> Option<Diagnostic> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
    let found = Permissions::of_mode(metadata.permissions().mode());
    let detail =
        format!("{path} exists with permissions {}, which will be {}.", found.to_wire(), wanted.to_wire());
    let warning = Diagnostic::warning("Existing Directory Will Be Changed", detail);
    (found.mode() != wanted.mode()).then(|| warning.at(Path::new().attr("path")))
}

/// How many files are directly in a directory. A link to a file is one.
fn count_files(path: &FilePath) -> io::Result<i64> {
    let mut count = 0;
    for entry in fs::read_dir(path)? {
        count += i64::from(entry?.path().is_file());
    }
    Ok(count)
}

/// The absolute path, links resolved as far as what it leads through is there.
fn absolute(path: &FilePath) -> io::Result<String> {
    let whole = std::path::absolute(path)?;
    let resolved = whole.ancestors().find_map(|above| Some((fs::canonicalize(above).ok()?, above)));
    let path: PathBuf = match resolved {
        Some((resolved, above)) => match whole.strip_prefix(above) {
            Ok(rest) if rest.as_os_str().is_empty() => resolved,
            Ok(rest) => resolved.join(rest),
            Err(_) => whole,
        },
        None => whole,
    };
    Ok(path.to_string_lossy().into_owned())
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn failed(summary: &str, path: &str, error: &io::Error) -> Diagnostics {
    about_path(Diagnostic::error(summary, format!("{path}: {error}.")))
}

fn about_path(diagnostic: Diagnostic) -> Diagnostics {
    diagnostic.at(Path::new().attr("path")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_resolve_what_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().canonicalize().unwrap();
        fs::create_dir(real.join("real")).unwrap();
        std::os::unix::fs::symlink("real", real.join("link")).unwrap();
        for (path, expected) in [
            ("real", "real"),
            ("link", "real"),
            ("link/a/b", "real/a/b"),
            ("none/x", "none/x"),
            ("./real/.", "real"),
        ] {
            let found = absolute(&real.join(path)).unwrap();
            assert_eq!(found, real.join(expected).to_str().unwrap(), "{path}");
        }
    }

    #[test]
    fn only_files_count() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("inner")).unwrap();
        for name in ["a", "b"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        assert_eq!(count_files(directory.path()).unwrap(), 2);
    }
}

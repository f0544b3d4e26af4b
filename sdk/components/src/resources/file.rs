//! `file_content`: a text file.

use std::fs;
use std::io;
use std::path::Path as FilePath;

use foundation::files::AtomicWrite;
use tf_sdk::prelude::*;
use tf_sdk::{blocking, plan_modifier, validator};

use crate::component::components;
use crate::digest::sha256;

/// The largest content: what state and plan have to carry several times.
const CONTENT_BYTES_MAX: u64 = 16 << 20;

/// A text file with a given content.
///
/// The file is written as a whole, with the directories above it, and removed with the resource. What was changed behind Terraform's
/// back is planned to be written again. Another `filename` is another file: the old one is removed.
#[derive(Clone, Debug, PartialEq, Model)]
#[model(version = 1)]
pub struct File {
    /// The path of the file, absolute or relative to Terraform's working directory.
    #[attr(required, plan = plan_modifier::requires_replace(), validate = validator::string::length_at_least(1))]
    filename: String,
    /// The content, as UTF-8.
    #[attr(required)]
    content: String,
    /// Whether the file exists: true as long as Terraform keeps it.
    #[attr(computed)]
    exists: Tf<bool>,
    /// SHA-256 of the content, in hexadecimal digits. Known in the plan if the content is.
    #[attr(computed)]
    content_hash: Tf<String>,
}

components! {
    /// `file_content`.
    FileContent
}

impl File {
    /// The file as it is; None if there is none. Bytes that are no UTF-8 are replaced, so that they differ from any configuration.
    fn read(filename: &str) -> Result<Option<Self>> {
        let metadata = match fs::metadata(filename) {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return Ok(None),
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed("Cannot Read File", filename, &error)),
        };
        if metadata.len() > CONTENT_BYTES_MAX {
            return Err(too_large(filename, metadata.len()));
        }
        let bytes = match fs::read(filename) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed("Cannot Read File", filename, &error)),
        };
        let content_hash = sha256(&bytes).into();
        let content = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some(Self { filename: filename.to_owned(), content, exists: true.into(), content_hash }))
    }

    /// Writes the file, and returns it as it then is.
    fn write(self) -> Result<Self> {
        if self.content.len() as u64 > CONTENT_BYTES_MAX {
            return Err(too_large(&self.filename, self.content.len() as u64));
        }
        if fs::metadata(&self.filename).is_ok_and(|metadata| !metadata.is_file()) {
            let detail = format!("{} is there already, and is no regular file.", self.filename);
            return Err(about_filename(Diagnostic::error("Not a File", detail)));
        }
        if let Some(above) = FilePath::new(&self.filename).parent() {
            fs::create_dir_all(above)
                .map_err(|error| failed("Cannot Make Directory", &self.filename, &error))?;
        }
        AtomicWrite::new(&self.filename)
            .write(self.content.as_bytes())
            .map_err(|error| failed("Cannot Write File", &self.filename, &error))?;
        let content_hash = sha256(self.content.as_bytes()).into();
        Ok(Self { exists: true.into(), content_hash, ..self })
    }
}

impl<P: Provider> Resource for FileContent<P> {
    type Provider = P;
    type Model = File;

    const NAME: &'static str = "file_content";

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        if cx.change == Change::Destroy {
            return Ok(());
        }
        cx.set("exists", true)?;
        let content: Tf<String> = cx.planned.get("content")?;
        match &content {
            Tf::Known(content) => cx.set("content_hash", sha256(content.as_bytes()))?,
            Tf::Unknown(_) => cx.set_unknown("content_hash")?,
        }
        let filename: Tf<String> = cx.planned.get("filename")?;
        if cx.change == Change::Create
            && let Some(filename) = filename.into_known()
        {
            let warning = blocking::run(move || Ok(replaced(&filename, content.known()))).await?;
            warning.into_iter().for_each(|warning| cx.tell(warning));
        }
        Ok(())
    }

    async fn create(&self, _: &mut Create<Self>, planned: File) -> Result<File> {
        blocking::run(move || planned.write()).await
    }

    async fn read(&self, _: &mut Read<Self>, state: File) -> Result<Option<File>> {
        blocking::run(move || File::read(&state.filename)).await
    }

    async fn update(&self, _: &mut Update<Self>, _: File, planned: File) -> Result<File> {
        blocking::run(move || planned.write()).await
    }

    async fn delete(&self, _: &mut Delete<Self>, state: File) -> Result<()> {
        blocking::run(move || remove(&state.filename)).await
    }

    async fn import(&self, _: &mut Import<Self>, id: &str) -> Result<Option<File>> {
        let filename = id.to_owned();
        blocking::run(move || File::read(&filename)).await
    }

    async fn move_from(&self, cx: &mut MoveFrom<Self>) -> Result<Option<File>> {
        let is_local_file =
            cx.source_provider.ends_with("/hashicorp/local") && cx.source_type == "local_file";
        if !super::is_seeds(cx) && !is_local_file {
            return Ok(None);
        }
        let text = |name: &str| cx.source_state[name].as_str().map(str::to_owned);
        let (Some(filename), Some(content)) = (text("filename"), text("content")) else {
            let detail = "The object has no content that is text, so it cannot be a file_content.";
            return Err(Diagnostic::error("Unable to Move Resource State", detail).into());
        };
        let content_hash = sha256(content.as_bytes()).into();
        Ok(Some(File { filename, content, exists: true.into(), content_hash }))
    }
}

/// Removes the file; whatever else has taken its name stays.
fn remove(filename: &str) -> Result<()> {
    match fs::metadata(filename) {
        Ok(metadata) if !metadata.is_file() => return Ok(()),
        Err(error) if is_absent(&error) => return Ok(()),
        _ => {}
    }
    match fs::remove_file(filename) {
        Err(error) if !is_absent(&error) => Err(failed("Cannot Remove File", filename, &error)),
        _ => Ok(()),
    }
}

/// A warning, if a file that Terraform does not know yet would lose its content.
fn replaced(filename: &str, content: Option<&String>) -> Option<Diagnostic> {
    let metadata = fs::metadata(filename).ok().filter(fs::Metadata::is_file)?;
    let same_length = content.is_none_or(|content| content.len() as u64 == metadata.len());
    if same_length
        && content.is_some_and(|content| fs::read(filename).is_ok_and(|old| old == content.as_bytes()))
    {
        return None;
    }
    let detail = format!(
        "{filename} exists, and its content will be replaced. Import it to see the difference in a plan."
    );
    Some(Diagnostic::warning("Existing File Will Be Replaced", detail).at(Path::new().attr("filename")))
}

/// True if there is nothing of this name.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn too_large(filename: &str, length: u64) -> Diagnostics {
    let detail =
        format!("{filename} has {length} bytes. A file_content has {CONTENT_BYTES_MAX} bytes at most.");
    about_filename(Diagnostic::error("File Too Large", detail))
}

fn failed(summary: &str, filename: &str, error: &dyn std::error::Error) -> Diagnostics {
    let mut reason = error.to_string();
    if let Some(source) = error.source() {
        reason = format!("{reason}: {source}");
    }
    about_filename(Diagnostic::error(summary, format!("{filename}: {reason}.")))
}

fn about_filename(diagnostic: Diagnostic) -> Diagnostics {
    diagnostic.at(Path::new().attr("filename")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_differs_from_all_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("binary");
        fs::write(&path, b"a\xff").unwrap();
        let file = File::read(path.to_str().unwrap()).unwrap().unwrap();
        assert_eq!(file.content, "a\u{fffd}");
        assert_eq!(file.content_hash, sha256(b"a\xff").into(), "of the bytes as they are");
    }

    #[test]
    fn directories_are_no_files() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap();
        assert_eq!(File::read(path).unwrap(), None);
        remove(path).unwrap();
        assert!(directory.path().is_dir());
        assert_eq!(File::read(&format!("{path}/none")).unwrap(), None);
    }
}

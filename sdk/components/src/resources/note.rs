//! `secret_note`, for tests: a write-only secret of which only a digest is kept.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path as FilePath, PathBuf};

use foundation::files::{AtomicWrite, Lock};
use tf_sdk::prelude::*;
use tf_sdk::{blocking, plan_modifier};

use crate::component::components;
use crate::digest::sha256;

/// How many hexadecimal digits of SHA-256 a digest has.
const DIGEST_DIGITS: usize = 16;
/// The environment variable that names the index of all notes.
const INDEX: &str = "FOUNDRY_SECRET_NOTE_INDEX";

/// A note whose secret Terraform never stores. Only for tests.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Note {
    /// What the note is called.
    #[attr(required, plan = plan_modifier::requires_replace())]
    name: String,
    /// The secret. It is in no plan and no state; only its digest is.
    #[attr(required, write_only)]
    secret_value: Option<String>,
    /// To be changed together with `secret_value`, which Terraform cannot compare with what it does not store.
    #[attr(optional)]
    secret_version: Option<String>,
    /// The first 16 hexadecimal digits of SHA-256 of the secret.
    #[attr(computed)]
    digest: Tf<String>,
}

components! {
    /// `secret_note`.
    SecretNote
}

/// The digests of all notes, by name, in one file that outlives this process.
struct Index(PathBuf);

impl Index {
    fn find() -> Self {
        let path = std::env::var_os(INDEX).filter(|path| !path.is_empty());
        Self(path.map_or_else(|| std::env::temp_dir().join("foundry-secret-notes.json"), PathBuf::from))
    }

    fn read(&self) -> Result<BTreeMap<String, String>> {
        match fs::read(&self.0) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).diagnose("Damaged Index of Notes").map_err(Into::into)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error).diagnose("Cannot Read Index of Notes").map_err(Into::into),
        }
    }

    /// Changes the index, alone.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<()> {
        if let Some(above) = self.0.parent().filter(|above| *above != FilePath::new("")) {
            fs::create_dir_all(above)?;
        }
        let mut lock = self.0.clone().into_os_string();
        lock.push(".lock");
        let _lock = Lock::exclusive(lock).diagnose("Cannot Lock Index of Notes")?;
        let mut notes = self.read()?;
        change(&mut notes);
        let text = serde_json::to_vec(&notes)?;
        AtomicWrite::new(&self.0).mode(0o600).write(&text).diagnose("Cannot Write Index of Notes")?;
        Ok(())
    }
}

/// Puts a note into the index, and returns its digest.
async fn record(name: &str, secret: Option<String>) -> Result<String> {
    let Some(secret) = secret else {
        return Err(Diagnostic::error("Secret Not Known", "secret_value is not known.").into());
    };
    let digest = sha256(secret.as_bytes())[..DIGEST_DIGITS].to_owned();
    let entry = (name.to_owned(), digest.clone());
    blocking::run(move || Index::find().change(|notes| notes.extend([entry]))).await?;
    Ok(digest)
}

impl<P: Provider> Resource for SecretNote<P> {
    type Provider = P;
    type Model = Note;

    const NAME: &'static str = "secret_note";

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        let version = |data: &Data<Note>| data.get::<Tf<Option<String>>>("secret_version");
        if cx.change == Change::Update && version(&cx.planned)? == version(&cx.state)? {
            cx.set("digest", cx.state.get::<Tf<String>>("digest")?)?;
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Create<Self>, planned: Note) -> Result<Note> {
        let digest = record(&planned.name, cx.config.get("secret_value")?).await?;
        Ok(Note { digest: digest.into(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: Note) -> Result<Option<Note>> {
        let name = state.name.clone();
        let digest = blocking::run(move || Ok(Index::find().read()?.remove(&name))).await?;
        Ok(digest.map(|digest| Note { digest: digest.into(), ..state }))
    }

    async fn update(&self, cx: &mut Update<Self>, prior: Note, planned: Note) -> Result<Note> {
        if planned.digest == prior.digest {
            return Ok(planned);
        }
        let digest = record(&planned.name, cx.config.get("secret_value")?).await?;
        Ok(Note { digest: digest.into(), ..planned })
    }

    async fn delete(&self, _: &mut Delete<Self>, state: Note) -> Result<()> {
        blocking::run(move || Index::find().change(|notes| drop(notes.remove(&state.name)))).await
    }

    async fn import(&self, _: &mut Import<Self>, id: &str) -> Result<Option<Note>> {
        let name = id.to_owned();
        blocking::run(move || {
            let digest = Index::find().read()?.remove(&name);
            Ok(digest.map(|digest| Note {
                name,
                secret_value: None,
                secret_version: None,
                digest: digest.into(),
            }))
        })
        .await
    }
}

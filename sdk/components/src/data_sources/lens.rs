//! `lens_jq`: jq on a JSON text.

use tf_sdk::prelude::*;

use crate::component::components;
use crate::{Toolbox, jq};

/// The first result of a jq program on a JSON text.
///
/// Refused where the provider's `lens_enabled` is false. Put brackets around the program to get all of several results.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Lens {
    /// A JSON text.
    #[attr(required)]
    json_input: String,
    /// A jq program.
    #[attr(required)]
    query: String,
    /// The result, of whatever type it is.
    #[attr(computed)]
    result: Value,
}

components! {
    /// `lens_jq`.
    LensJq
}

impl<P> DataSource for LensJq<P>
where
    P: Provider,
    P::Client: AsRef<Toolbox>,
{
    type Provider = P;
    type Model = Lens;

    const NAME: &'static str = "lens_jq";

    async fn validate(&self, cx: &mut Validate<Lens>) -> Result<()> {
        let query: Tf<String> = cx.config.get("query")?;
        match query.into_known() {
            Some(query) => Ok(jq::check(&query).await.map_err(|error| about(&error))?),
            None => Ok(()),
        }
    }

    async fn read(&self, cx: &mut ReadData<Self>, config: Lens) -> Result<Lens> {
        let toolbox: &Toolbox = cx.client().as_ref().as_ref();
        if !toolbox.has_lens()? {
            let detail = "The provider's lens_enabled is false.";
            return Err(Diagnostic::error("Lens Is Disabled", detail).into());
        }
        let stopping = cx.stopping();
        let result = tokio::select! {
            result = jq::first(&config.query, jq::Input::Json(config.json_input.clone())) => {
                result.map_err(|error| about(&error))?
            }
            () = stopping => return Err(Diagnostic::error("Interrupted", "The jq program was given up.").into()),
        };
        Ok(Lens { result, ..config })
    }
}

/// What went wrong, at the attribute that it is about.
fn about(error: &jq::JqError) -> Diagnostic {
    let attribute = if error.is_about_input() { "json_input" } else { "query" };
    Diagnostic::error(error.summary(), error.to_string()).at(Path::new().attr(attribute))
}

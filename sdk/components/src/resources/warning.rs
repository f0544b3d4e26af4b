//! `warning_example`: how a provider warns of what it would rather not have.

use tf_sdk::prelude::*;
use tf_sdk::validator::{ConfigValidator, config_at_least_one_of, config_conflicting};

use crate::component::components;

/// An example of warnings and of rules between attributes: a name, given in one of three ways.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Named {
    /// The name. What is not set is derived: from `source_file`, else from `old_name`.
    #[attr(optional, computed)]
    name: Tf<Option<String>>,
    /// The name, as it used to be set.
    #[attr(optional, deprecated = "Use name instead.")]
    old_name: Option<String>,
    /// A file to name it after. Not together with `name`.
    #[attr(optional)]
    source_file: Option<String>,
}

components! {
    /// `warning_example`.
    WarningExample
}

impl<P: Provider> Resource for WarningExample<P> {
    type Provider = P;
    type Model = Named;

    const NAME: &'static str = "warning_example";

    fn config_validators(&self) -> Vec<Box<dyn ConfigValidator>> {
        vec![
            Box::new(config_conflicting(["name", "source_file"])),
            Box::new(config_at_least_one_of(["name", "old_name", "source_file"])),
        ]
    }

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        let text = |name: &str| cx.config.get::<Tf<Option<String>>>(name);
        if cx.change == Change::Destroy || !matches!(text("name")?, Tf::Known(None)) {
            return Ok(());
        }
        match (text("source_file")?, text("old_name")?) {
            (Tf::Known(Some(file)), _) => cx.set("name", format!("from_file:{file}")),
            (Tf::Known(None), Tf::Known(Some(old))) => cx.set("name", old),
            _ => cx.set_unknown("name"),
        }
    }

    async fn create(&self, _: &mut Create<Self>, planned: Named) -> Result<Named> {
        Ok(planned.named())
    }

    async fn read(&self, _: &mut Read<Self>, state: Named) -> Result<Option<Named>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Named, planned: Named) -> Result<Named> {
        Ok(planned.named())
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Named) -> Result<()> {
        Ok(())
    }

    async fn move_from(&self, cx: &mut MoveFrom<Self>) -> Result<Option<Named>> {
        if super::is_seeds(cx) { cx.source().map(Some) } else { Ok(None) }
    }
}

impl Named {
    /// With the name that the plan could not know yet.
    fn named(self) -> Self {
        let Tf::Unknown(_) = self.name else { return self };
        let name = match &self.source_file {
            Some(file) => Some(format!("from_file:{file}")),
            None => self.old_name.clone(),
        };
        Self { name: name.into(), ..self }
    }
}

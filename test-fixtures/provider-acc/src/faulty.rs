//! `acc_faulty`: does wrong what its mode says.

use tf_sdk::prelude::*;

use crate::Acc;

#[derive(Clone, Debug, Model)]
pub(crate) struct Faulty {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    mode: String,
    #[attr(optional)]
    list: Option<Vec<Option<String>>>,
}

impl Faulty {
    fn computed(self) -> Self {
        Self { id: "faulty-1".to_owned().into(), ..self }
    }
}

pub(crate) struct FaultyResource;

impl Resource for FaultyResource {
    type Provider = Acc;
    type Model = Faulty;

    const NAME: &'static str = "faulty";

    async fn validate(&self, cx: &mut Validate<Faulty>) -> Result<()> {
        let mode: Tf<Option<String>> = cx.config.get("mode")?;
        match mode.into_known().flatten().as_deref() {
            Some("validate_error") => {
                let error = Diagnostic::error("Bad list element", "The second element of list is bad.");
                Err(error.at(Path::new().attr("list").index(1)).into())
            }
            Some("warn") => {
                let warning = Diagnostic::warning("Careful", "mode warn emits a warning");
                cx.diagnostics.push(warning.at(Path::new().attr("mode")));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn create(&self, cx: &mut Create<Self>, planned: Faulty) -> Result<Faulty> {
        let mode = planned.mode.clone();
        let made = planned.clone().computed();
        match mode.as_str() {
            "create_error" => {
                Err(Diagnostic::error("API says no", "the remote refused to create the object").into())
            }
            "tainted" => {
                cx.save(&made)?;
                Err(Diagnostic::error("Half created", "the object exists, but is not complete").into())
            }
            "inconsistent" => Ok(Faulty { mode: "something-else".into(), ..made }),
            "unknown" => Ok(planned),
            "panic" => panic!("mode is panic"),
            "create_warn" => {
                cx.warn("Created with caveats", "the object was created, but not as it should be");
                Ok(made)
            }
            _ => Ok(made),
        }
    }

    async fn read(&self, _: &mut Read<Self>, state: Faulty) -> Result<Option<Faulty>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Faulty, planned: Faulty) -> Result<Faulty> {
        if planned.mode == "update_error" {
            return Err(Diagnostic::error("API says no", "update refused").into());
        }
        Ok(planned.computed())
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Faulty) -> Result<()> {
        if std::env::var_os("ACC_DELETE_FAIL").is_some() {
            return Err(Diagnostic::error("Cannot delete", "object is protected").into());
        }
        Ok(())
    }
}

//! `acc_dynamic`: a value of any type.

use tf_sdk::prelude::*;

use crate::Acc;

#[derive(Clone, Debug, Model)]
pub(crate) struct Dynamic {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(optional)]
    input: Value,
    #[attr(computed)]
    output: Value,
}

impl Dynamic {
    fn computed(self) -> Self {
        Self { id: "dynamic-1".to_owned().into(), output: self.input.clone(), ..self }
    }
}

pub(crate) struct DynamicResource;

impl Resource for DynamicResource {
    type Provider = Acc;
    type Model = Dynamic;

    const NAME: &'static str = "dynamic";

    async fn create(&self, _: &mut Create<Self>, planned: Dynamic) -> Result<Dynamic> {
        Ok(planned.computed())
    }

    async fn read(&self, _: &mut Read<Self>, state: Dynamic) -> Result<Option<Dynamic>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Dynamic, planned: Dynamic) -> Result<Dynamic> {
        Ok(planned.computed())
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Dynamic) -> Result<()> {
        Ok(())
    }
}

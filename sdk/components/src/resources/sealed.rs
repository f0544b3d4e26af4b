//! `private_state_verifier`, for tests: what goes into private state comes out of it.

use tf_sdk::plan_modifier;
use tf_sdk::prelude::*;

use crate::component::components;

/// Where private state keeps the secret.
const KEY: &str = "secret_token";

/// Shows that private state survives from a plan to its apply. Only for tests.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Verified {
    /// What the secret is made of.
    #[attr(required, plan = plan_modifier::requires_replace())]
    input_value: String,
    /// The secret as it came out of private state.
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    decrypted_token: Tf<String>,
}

components! {
    /// `private_state_verifier`.
    PrivateStateVerifier
}

fn secret(input: &str) -> String {
    format!("SECRET_FOR_{}", input.to_uppercase())
}

impl<P: Provider> Resource for PrivateStateVerifier<P> {
    type Provider = P;
    type Model = Verified;

    const NAME: &'static str = "private_state_verifier";

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        if cx.change == Change::Create
            && let Tf::Known(input) = cx.planned.get::<Tf<String>>("input_value")?
        {
            cx.private.set(KEY, secret(&input))?;
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Create<Self>, planned: Verified) -> Result<Verified> {
        let token = cx.private.get::<String>(KEY).unwrap_or_else(|| secret(&planned.input_value));
        Ok(Verified { decrypted_token: token.into(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: Verified) -> Result<Option<Verified>> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Verified) -> Result<()> {
        Ok(())
    }
}

//! `acc_slow`: takes its time, within limits.

use std::time::Duration;

use tf_sdk::prelude::*;
use tf_sdk::timeouts;

use crate::Acc;

/// How long a creation may take when the configuration does not say.
const CREATE: Duration = Duration::from_secs(20 * 60);

#[derive(Clone, Debug, Model)]
pub(crate) struct Timeouts {
    #[attr(optional)]
    create: Option<String>,
}

#[derive(Clone, Debug, Model)]
pub(crate) struct Slow {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    seconds: i64,
    #[block]
    timeouts: Option<Timeouts>,
}

impl Slow {
    fn computed(self) -> Self {
        Self { id: "slow-1".to_owned().into(), ..self }
    }
}

pub(crate) struct SlowResource;

impl Resource for SlowResource {
    type Provider = Acc;
    type Model = Slow;

    const NAME: &'static str = "slow";

    async fn create(&self, cx: &mut Create<Self>, planned: Slow) -> Result<Slow> {
        let given = planned.timeouts.as_ref().and_then(|timeouts| timeouts.create.as_deref());
        tracing::debug!(seconds = planned.seconds, "creating acc_slow");
        let limit = timeouts::duration(given, "create", CREATE)?;
        let sleep = tokio::time::sleep(Duration::from_secs(planned.seconds.unsigned_abs()));
        let stopping = cx.stopping();
        let work = async {
            tokio::select! {
                () = sleep => Ok(planned.computed()),
                () = stopping => {
                    cx.client().event("interrupted")?;
                    Err(Diagnostic::error("Interrupted", "The creation was interrupted.").into())
                }
            }
        };
        timeouts::within(limit, "creating acc_slow", work).await
    }

    async fn read(&self, _: &mut Read<Self>, state: Slow) -> Result<Option<Slow>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Slow, planned: Slow) -> Result<Slow> {
        Ok(planned.computed())
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Slow) -> Result<()> {
        Ok(())
    }
}

//! Ephemeral resources.

use std::time::SystemTime;

use tf_cty::{Cty, Value};

use super::{Boxed, Call, ErasedEphemeral, Reply};
use crate::engine::gaps;
use crate::ephemeral::{Close, EphemeralResource, Open, Renew};
use crate::{Data, Private};

super::described!(TypedEphemeral for EphemeralResource, Model);

impl<E: EphemeralResource> ErasedEphemeral for TypedEphemeral<E> {
    fn open(&self, call: Call, config: Value) -> Boxed<'_, (Reply<Value>, Option<SystemTime>)> {
        Box::pin(async move {
            let made = call.context().and_then(|cx| Ok((cx, gaps::filled::<E::Model>(&config)?)));
            let (context, model) = match made {
                Ok(made) => made,
                Err(error) => return (Reply::refused(error, Private::default()), None),
            };
            let config = Data::new(config);
            let mut cx = Open::<E> { context, config, private: Private::default(), renew_at: None };
            let result = self.0.open(&mut cx, model).await.and_then(|model| Ok(model.to_cty()?));
            let told = cx.context.take_diagnostics();
            (Reply { result, told, private: cx.private, saved: None }, cx.renew_at)
        })
    }

    fn renew(&self, call: Call, private: Private) -> Boxed<'_, (Reply<()>, Option<SystemTime>)> {
        Box::pin(async move {
            let context = match call.context() {
                Ok(context) => context,
                Err(error) => return (Reply::refused(error, private), None),
            };
            let mut cx = Renew::<E> { context, private, renew_at: None };
            let result = self.0.renew(&mut cx).await;
            let told = cx.context.take_diagnostics();
            (Reply { result, told, private: cx.private, saved: None }, cx.renew_at)
        })
    }

    fn close(&self, call: Call, private: Private) -> Boxed<'_, Reply<()>> {
        Box::pin(async move {
            let context = match call.context() {
                Ok(context) => context,
                Err(error) => return Reply::refused(error, private),
            };
            let mut cx = Close::<E> { context, private };
            let result = self.0.close(&mut cx).await;
            Reply { result, told: cx.context.take_diagnostics(), private: cx.private, saved: None }
        })
    }
}

//! Managed resources.

use std::marker::PhantomData;

use tf_cty::{Cty, Path, Value};

use super::{Boxed, Call, ErasedResource, Foreign, PlanCall, Reply, WriteCall};
use crate::engine::gaps;
use crate::resource::{Create, Delete, Import, MoveFrom, Plan, Read, Resource, Update, Upgrade};
use crate::{Context, Data, Diagnostics, Private, Result};

super::described!(TypedResource for Resource, Model);

fn value_of<M: Cty>(model: &M) -> Result<Value> {
    Ok(model.to_cty()?)
}

fn value_of_found<M: Cty>(found: Option<M>) -> Result<Option<Value>> {
    found.as_ref().map(value_of).transpose()
}

fn reply<T, P: crate::Provider>(
    result: Result<T>,
    mut context: Context<P>,
    private: Private,
    saved: Option<Value>,
) -> Reply<T> {
    Reply { result, told: context.take_diagnostics(), private, saved }
}

impl<R: Resource> ErasedResource for TypedResource<R> {
    fn plan(&self, call: Call, plan: PlanCall) -> Boxed<'_, Reply<(Value, Vec<Path>)>> {
        Box::pin(async move {
            let context = match call.context() {
                Ok(context) => context,
                Err(error) => return Reply::refused(error, plan.private),
            };
            let mut cx = Plan::<R> {
                context,
                change: plan.change,
                config: Data::new(plan.config),
                state: Data::new(plan.state),
                planned: Data::new(plan.planned),
                private: plan.private,
                requires_replace: Vec::new(),
            };
            let result = self.0.plan(&mut cx).await;
            let planned = (cx.planned.into_value(), cx.requires_replace);
            reply(result.map(|()| planned), cx.context, cx.private, None)
        })
    }

    fn create(&self, call: Call, write: WriteCall) -> Boxed<'_, Reply<Value>> {
        Box::pin(async move {
            let made = call.context().and_then(|cx| Ok((cx, gaps::forgiven::<R::Model>(write.planned)?)));
            let (context, planned) = match made {
                Ok(made) => made,
                Err(error) => return Reply::refused(error, write.private),
            };
            let config = Data::new(write.config);
            let mut cx = Create::<R> { context, config, private: write.private, saved: None };
            let result = super::super::caught(self.0.create(&mut cx, planned)).await;
            reply(result.and_then(|model| value_of(&model)), cx.context, cx.private, cx.saved)
        })
    }

    fn update(&self, call: Call, write: WriteCall) -> Boxed<'_, Reply<Value>> {
        Box::pin(async move {
            let made = call.context().and_then(|cx| {
                let prior = gaps::forgiven::<R::Model>(write.prior)?;
                Ok((cx, prior, gaps::forgiven::<R::Model>(write.planned)?))
            });
            let (context, prior, planned) = match made {
                Ok(made) => made,
                Err(error) => return Reply::refused(error, write.private),
            };
            let config = Data::new(write.config);
            let mut cx = Update::<R> { context, config, private: write.private, saved: None };
            let result = super::super::caught(self.0.update(&mut cx, prior, planned)).await;
            reply(result.and_then(|model| value_of(&model)), cx.context, cx.private, cx.saved)
        })
    }

    fn delete(&self, call: Call, state: Value, private: Private) -> Boxed<'_, Reply<()>> {
        Box::pin(async move {
            let made = call.context().and_then(|cx| Ok((cx, gaps::forgiven::<R::Model>(state)?)));
            let (context, state) = match made {
                Ok(made) => made,
                Err(error) => return Reply::refused(error, private),
            };
            let mut cx = Delete::<R> { context, private };
            let result = super::super::caught(self.0.delete(&mut cx, state)).await;
            reply(result, cx.context, cx.private, None)
        })
    }

    fn read(&self, call: Call, state: Value, private: Private) -> Boxed<'_, Reply<Option<Value>>> {
        Box::pin(async move {
            let made = call.context().and_then(|cx| Ok((cx, gaps::forgiven::<R::Model>(state)?)));
            let (context, state) = match made {
                Ok(made) => made,
                Err(error) => return Reply::refused(error, private),
            };
            let mut cx = Read::<R> { context, private };
            let result = super::super::caught(self.0.read(&mut cx, state)).await;
            reply(result.and_then(value_of_found), cx.context, cx.private, None)
        })
    }

    fn import(&self, call: Call, id: String) -> Boxed<'_, Reply<Option<Value>>> {
        Box::pin(async move {
            let context = match call.context() {
                Ok(context) => context,
                Err(error) => return Reply::refused(error, Private::default()),
            };
            let mut cx = Import::<R> { context, private: Private::default() };
            let result = self.0.import(&mut cx, &id).await.and_then(value_of_found);
            reply(result, cx.context, cx.private, None)
        })
    }

    fn upgrade(&self, state: Foreign) -> Boxed<'_, Reply<Value>> {
        Box::pin(async move {
            let private = state.private;
            let json = match serde_json::from_slice(&state.json) {
                Ok(json) => json,
                Err(error) => return Reply::refused(Diagnostics::from(error), private),
            };
            let (version, raw) = (state.version, state.json);
            let mut cx = Upgrade::<R> { version, state: json, raw, resource: PhantomData };
            let result = self.0.upgrade(&mut cx).await.and_then(|model| value_of(&model));
            Reply { result, told: Diagnostics::new(), private, saved: None }
        })
    }

    fn move_from(&self, source: Foreign) -> Boxed<'_, Reply<Option<Value>>> {
        Box::pin(async move {
            let json = match serde_json::from_slice(&source.json) {
                Ok(json) => json,
                Err(error) => return Reply::refused(Diagnostics::from(error), source.private),
            };
            let mut cx = MoveFrom::<R> {
                source_provider: source.provider,
                source_type: source.type_name,
                source_version: source.version,
                source_state: json,
                raw: source.json,
                private: source.private,
                diagnostics: Diagnostics::new(),
                resource: PhantomData,
            };
            let result = self.0.move_from(&mut cx).await;
            let result = result.and_then(value_of_found);
            Reply { result, told: cx.diagnostics, private: cx.private, saved: None }
        })
    }
}

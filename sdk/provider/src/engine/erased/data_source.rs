//! Data sources.

use tf_cty::{Cty, Value};

use super::{Boxed, Call, ErasedDataSource, Reply};
use crate::data_source::{DataSource, ReadData};
use crate::engine::gaps;
use crate::{Data, Private};

super::described!(TypedDataSource for DataSource, Model);

impl<D: DataSource> ErasedDataSource for TypedDataSource<D> {
    fn read(&self, call: Call, config: Value) -> Boxed<'_, Reply<Value>> {
        Box::pin(async move {
            let made = call.context().and_then(|cx| Ok((cx, gaps::filled::<D::Model>(&config)?)));
            let (context, model) = match made {
                Ok(made) => made,
                Err(error) => return Reply::refused(error, Private::default()),
            };
            let mut cx = ReadData::<D> { context, config: Data::new(config) };
            let result = self.0.read(&mut cx, model).await.and_then(|model| Ok(model.to_cty()?));
            Reply { result, told: cx.context.take_diagnostics(), private: Private::default(), saved: None }
        })
    }
}

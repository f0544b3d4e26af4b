//! `acc_nested`: every kind of attribute, nested attribute and block.

use std::collections::{BTreeMap, BTreeSet};

use tf_sdk::prelude::*;
use tf_sdk::validator;

use crate::Acc;

#[derive(Clone, Debug, Model)]
pub(crate) struct Network {
    #[attr(required)]
    cidr: String,
    #[attr(computed)]
    gateway: Tf<String>,
}

/// A disk, a label or a host.
#[derive(Clone, Debug, Model)]
#[model(description = "")]
pub(crate) struct Entry {
    #[attr(required)]
    name: String,
    #[attr(optional, computed, default = 1)]
    size: Tf<i64>,
}

#[derive(Clone, Debug, Object)]
pub(crate) struct Shape {
    w: Option<Number>,
    h: Option<Number>,
}

#[derive(Clone, Debug, Model)]
pub(crate) struct Range {
    #[attr(required)]
    range: String,
}

#[derive(Clone, Debug, Model)]
pub(crate) struct Rule {
    #[attr(required)]
    port: i64,
    #[attr(optional, computed, default = "tcp", validate = validator::string::one_of(["tcp", "udp"]))]
    protocol: Tf<String>,
    #[block]
    cidr: Set<Range>,
}

#[derive(Clone, Debug, Model)]
pub(crate) struct Owner {
    #[attr(optional)]
    owner: Option<String>,
}

#[derive(Clone, Debug, Model)]
pub(crate) struct Nested {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(optional, nested)]
    network: Option<Network>,
    #[attr(optional, nested)]
    disks: Option<Vec<Entry>>,
    #[attr(optional, nested)]
    labels: Option<Set<Entry>>,
    #[attr(optional, nested)]
    hosts: Option<BTreeMap<String, Entry>>,
    #[attr(optional)]
    num: Option<Number>,
    #[attr(optional)]
    i64: Option<i64>,
    #[attr(optional)]
    f64: Option<f64>,
    #[attr(optional)]
    text: Option<String>,
    #[attr(optional)]
    ports: Option<BTreeSet<Option<i64>>>,
    #[attr(optional)]
    matrix: Option<Vec<Option<Vec<Option<Number>>>>>,
    #[attr(optional)]
    shape: Option<Shape>,
    #[block]
    rule: Vec<Rule>,
    #[block]
    meta: Option<Owner>,
}

impl Nested {
    /// The object with all that the provider computes.
    fn computed(self) -> Self {
        let gateway =
            |network: Network| Network { gateway: format!("gw:{}", network.cidr).into(), ..network };
        Self { id: "nested-1".to_owned().into(), network: self.network.map(gateway), ..self }
    }
}

pub(crate) struct NestedResource;

impl Resource for NestedResource {
    type Provider = Acc;
    type Model = Nested;

    const NAME: &'static str = "nested";

    async fn create(&self, _: &mut Create<Self>, planned: Nested) -> Result<Nested> {
        Ok(planned.computed())
    }

    async fn read(&self, _: &mut Read<Self>, state: Nested) -> Result<Option<Nested>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Nested, planned: Nested) -> Result<Nested> {
        Ok(planned.computed())
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Nested) -> Result<()> {
        Ok(())
    }
}

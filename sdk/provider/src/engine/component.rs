//! What a provider has, by name.

use std::sync::{Arc, OnceLock};

use tf_cty::Type;

use super::erased::{Described, ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedResource};
use crate::Helper;
use crate::schema::Block;

/// The schema of a component, worked out when it is first asked for: most runs use a few of many.
pub(crate) struct Shape {
    pub(crate) version: i64,
    pub(crate) block: Arc<Block>,
    /// The type of the block's objects.
    pub(crate) ty: Type,
}

/// A provider, resource, data source or ephemeral resource.
pub(crate) struct Component<C: ?Sized> {
    /// With the provider's name before it.
    pub(crate) name: String,
    pub(crate) calls: Box<C>,
    shape: OnceLock<Shape>,
}

impl<C: Described + ?Sized> Component<C> {
    pub(crate) fn new(name: String, calls: Box<C>) -> Self {
        Self { name, calls, shape: OnceLock::new() }
    }

    pub(crate) fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| {
            let block = self.calls.block();
            Shape { version: self.calls.version(), ty: block.object_type(), block }
        })
    }
}

/// All components of a provider. Each list is in the order of names.
#[derive(Default)]
pub(crate) struct Catalog {
    pub(crate) resources: Vec<Component<dyn ErasedResource>>,
    pub(crate) data_sources: Vec<Component<dyn ErasedDataSource>>,
    pub(crate) ephemerals: Vec<Component<dyn ErasedEphemeral>>,
    pub(crate) functions: Vec<Box<dyn ErasedFunction>>,
    /// In the order in which they were added, each once.
    pub(crate) helpers: Vec<Helper>,
}

impl Catalog {
    /// Adds a helper that is not there yet.
    pub(crate) fn add_helper(&mut self, helper: Helper) {
        if !self.helpers.iter().any(|known| known.name == helper.name) {
            self.helpers.push(helper);
        }
    }

    /// Brings the lists into order. Of components with one name all stay, for the check of the schema to find them.
    pub(crate) fn sort(&mut self) {
        self.resources.sort_by(|a, b| a.name.cmp(&b.name));
        self.data_sources.sort_by(|a, b| a.name.cmp(&b.name));
        self.ephemerals.sort_by(|a, b| a.name.cmp(&b.name));
        self.functions.sort_by_key(|f| f.name());
    }
}

/// The component of a name in a list that is in order.
pub(crate) fn find<'a, C: ?Sized>(list: &'a [Component<C>], name: &str) -> Option<&'a Component<C>> {
    list.binary_search_by(|c| c.name.as_str().cmp(name)).ok().map(|i| &list[i])
}

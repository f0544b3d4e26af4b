//! Plan modifiers: what a planned value becomes, and whether its change replaces the object.

mod replace;
mod state;

pub use replace::{RequiresReplace, requires_replace, requires_replace_if, requires_replace_if_configured};
pub use state::{UseState, use_non_null_state_for_unknown, use_state_for_unknown};

use tf_cty::{Path, Value};

use crate::{Diagnostics, Private};

/// Changes what is planned for one attribute or block.
pub trait PlanModifier: Send + Sync + 'static {
    /// What it does, in words, for documentation.
    fn description(&self) -> String;

    /// Changes `plan.value`, or asks for replacement.
    fn modify(&self, request: &ModifyValue<'_>, plan: &mut PlannedValue<'_>);
}

/// A plan modifier that fits attributes of a kind, one of [`crate::model::kind`].
#[diagnostic::on_unimplemented(
    message = "this plan modifier does not fit an attribute of kind `{Kind}`",
    label = "no plan modifier for this kind of attribute"
)]
pub trait PlanModifierOf<Kind>: PlanModifier {}

/// What a plan modifier is asked. Never asked for an object that is being destroyed.
#[derive(Clone, Copy, Debug)]
pub struct ModifyValue<'a> {
    /// Where the value is.
    pub path: &'a Path,
    /// Its configuration; null if there is none.
    pub config: &'a Value,
    /// What it was; null if the object, or the element it is in, is new.
    pub state: &'a Value,
    /// The object or element that the value is directly in, as it was; null if that is new. An element of a set is found by what the
    /// plan knows of it.
    pub enclosing_state: &'a Value,
    /// The configuration of the whole object.
    pub object_config: &'a Value,
    /// The object as it was; null if it is being created.
    pub object_state: &'a Value,
    /// The plan of the whole object as it was before this attribute's modifiers.
    pub object_plan: &'a Value,
    /// The private state as it was.
    pub private: &'a Private,
}

impl ModifyValue<'_> {
    /// True if the object is being created.
    pub fn is_create(&self) -> bool {
        self.object_state.is_null()
    }

    /// True if the state has no place for the value, for the element or object that it is in is new.
    pub fn is_new_element(&self) -> bool {
        self.enclosing_state.is_null()
    }
}

/// What is planned for one value.
#[derive(Debug)]
pub struct PlannedValue<'a> {
    /// The value.
    pub value: Value,
    /// Set to true to have the object replaced if the value changes.
    pub requires_replace: bool,
    /// Errors and warnings.
    pub diagnostics: &'a mut Diagnostics,
}

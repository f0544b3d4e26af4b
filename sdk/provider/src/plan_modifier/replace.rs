//! Changes that replace the object.

use super::{ModifyValue, PlanModifier, PlanModifierOf, PlannedValue};

type Condition = Box<dyn Fn(&ModifyValue<'_>, &PlannedValue<'_>) -> bool + Send + Sync>;

/// Has the object replaced when the value changes, perhaps only under a condition.
pub struct RequiresReplace {
    description: String,
    condition: Condition,
}

/// A change of the value replaces the object.
pub fn requires_replace() -> RequiresReplace {
    requires_replace_if(
        "If the value of this attribute changes, Terraform will destroy and recreate the resource.",
        |_, _| true,
    )
}

/// A change of the value replaces the object if the configuration sets it.
pub fn requires_replace_if_configured() -> RequiresReplace {
    requires_replace_if(
        "If the value of this attribute is configured and changes, Terraform will destroy and recreate the resource.",
        |request, _| !request.config.is_null(),
    )
}

/// A change of the value replaces the object if the function says so. It is asked only when there is a change: of an object that
/// stays, from a state to a plan that differ. The description is for documentation.
///
/// ```
/// use tf_sdk::plan_modifier::requires_replace_if;
/// let only_when_smaller = requires_replace_if("Shrinking replaces the disk.", |request, plan| {
///     match (request.state.as_number(), plan.value.as_number()) {
///         (Some(old), Some(new)) => new.compare(old).is_lt(),
///         _ => false,
///     }
/// });
/// ```
pub fn requires_replace_if(
    description: &str,
    condition: impl Fn(&ModifyValue<'_>, &PlannedValue<'_>) -> bool + Send + Sync + 'static,
) -> RequiresReplace {
    RequiresReplace { description: description.into(), condition: Box::new(condition) }
}

impl PlanModifier for RequiresReplace {
    fn description(&self) -> String {
        self.description.clone()
    }

    fn modify(&self, request: &ModifyValue<'_>, plan: &mut PlannedValue<'_>) {
        if !request.is_create() && plan.value != *request.state && (self.condition)(request, plan) {
            plan.requires_replace = true;
        }
    }
}

impl<K> PlanModifierOf<K> for RequiresReplace {}

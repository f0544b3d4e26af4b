//! Computed values that stay as they are.

use super::{ModifyValue, PlanModifier, PlanModifierOf, PlannedValue};

/// Plans what the state has in place of unknown.
pub struct UseState {
    null_too: Null,
}

#[derive(PartialEq)]
enum Null {
    Kept,
    Unknown,
}

/// A computed value that never changes once it is there, such as an id. Inside lists and sets it works too: for an element that is
/// new, the value stays unknown.
pub fn use_state_for_unknown() -> UseState {
    UseState { null_too: Null::Kept }
}

/// The same, but a null in the state does not count: the provider may come to know a value later on.
pub fn use_non_null_state_for_unknown() -> UseState {
    UseState { null_too: Null::Unknown }
}

impl PlanModifier for UseState {
    fn description(&self) -> String {
        match self.null_too {
            Null::Kept => "Once set, the value of this attribute in state will not change.".into(),
            Null::Unknown => {
                "Once set to a non-null value, the value of this attribute in state will not change.".into()
            }
        }
    }

    fn modify(&self, request: &ModifyValue<'_>, plan: &mut PlannedValue<'_>) {
        // An unknown configuration stays unknown: Terraform demands it.
        if request.is_create() || plan.value.is_known() || !request.config.is_known() {
            return;
        }
        if request.state.is_null() && (self.null_too == Null::Unknown || request.is_new_element()) {
            return;
        }
        plan.value = request.state.clone();
    }
}

impl<K> PlanModifierOf<K> for UseState {}

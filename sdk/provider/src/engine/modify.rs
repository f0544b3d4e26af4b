//! Plan modifiers, asked of every attribute and block at any depth.

use std::sync::Arc;

use tf_cty::{Path, PathStep, Value};

use super::defaults::below;
use super::member::{Member, child, comes_from, counterparts, may_be, members, rewrite, rewrite_objects};
use crate::plan_modifier::{ModifyValue, PlanModifier, PlannedValue};
use crate::schema::{AttributeKind, Block};
use crate::{Diagnostics, Private};

/// What a value was, and what it was in.
#[derive(Clone, Copy)]
struct Was<'a> {
    enclosing: &'a Value,
    value: &'a Value,
}

/// What all modifiers of one plan are given.
pub(crate) struct Modification<'a> {
    pub(crate) config: &'a Value,
    pub(crate) state: &'a Value,
    pub(crate) plan: &'a Value,
    pub(crate) private: &'a Private,
    pub(crate) requires_replace: Vec<Path>,
    pub(crate) diagnostics: Diagnostics,
}

impl Modification<'_> {
    /// The whole plan modified; None if nothing changed.
    pub(crate) fn run(&mut self, block: &Block) -> Option<Value> {
        has_modifiers(block).then(|| self.object(block, &Path::new(), self.config, self.state, self.plan))?
    }

    fn object(
        &mut self,
        block: &Block,
        path: &Path,
        config: &Value,
        state: &Value,
        plan: &Value,
    ) -> Option<Value> {
        rewrite(block, plan, &mut |member, value| {
            let at = path.clone().attr(member.name());
            let config = child(config, member.name(), value);
            let was = Was { enclosing: state, value: &child(state, member.name(), value) };
            self.member(member, &at, &config, was, value)
        })
    }

    fn member(
        &mut self,
        member: Member<'_>,
        path: &Path,
        config: &Value,
        was: Was<'_>,
        plan: &Value,
    ) -> Option<Value> {
        let (modifiers, nested) = match member {
            Member::Attribute(a) => match &a.kind {
                AttributeKind::Nested { object, .. } => (&a.plan_modifiers, Some(object)),
                AttributeKind::Plain { .. } => (&a.plan_modifiers, None),
            },
            Member::Block(b) => (&b.plan_modifiers, Some(&b.block)),
        };
        let modified = self.ask(modifiers, path, config, was, plan);
        let value = modified.as_ref().unwrap_or(plan);
        let inside = nested.and_then(|block| self.objects(block, path, config, was.value, value));
        inside.or(modified)
    }

    fn objects(
        &mut self,
        block: &Block,
        path: &Path,
        config: &Value,
        state: &Value,
        plan: &Value,
    ) -> Option<Value> {
        if !has_modifiers(block) {
            return None;
        }
        let configs = counterparts(plan, config, &|planned, config| comes_from(block, planned, config));
        let states = counterparts(plan, state, &|planned, state| may_be(block, planned, state));
        rewrite_objects(plan, &mut |number, step: Option<PathStep>, object| {
            self.object(block, &below(path, step), &configs[number], &states[number], object)
        })
    }

    fn ask(
        &mut self,
        modifiers: &[Arc<dyn PlanModifier>],
        path: &Path,
        config: &Value,
        was: Was<'_>,
        plan: &Value,
    ) -> Option<Value> {
        if modifiers.is_empty() {
            return None;
        }
        let request = ModifyValue {
            path,
            config,
            state: was.value,
            enclosing_state: was.enclosing,
            object_config: self.config,
            object_state: self.state,
            object_plan: self.plan,
            private: self.private,
        };
        let mut planned =
            PlannedValue { value: plan.clone(), requires_replace: false, diagnostics: &mut self.diagnostics };
        for modifier in modifiers {
            modifier.modify(&request, &mut planned);
            if planned.diagnostics.has_errors() {
                break;
            }
        }
        let (value, requires_replace) = (planned.value, planned.requires_replace);
        if requires_replace {
            self.requires_replace.push(path.clone());
        }
        (!value.raw_equals(plan)).then_some(value)
    }
}

/// True if something in the block, at any depth, has modifiers.
fn has_modifiers(block: &Block) -> bool {
    members(block).any(|member| {
        let own = match member {
            Member::Attribute(a) => &a.plan_modifiers,
            Member::Block(b) => &b.plan_modifiers,
        };
        !own.is_empty() || member.nested().is_some_and(has_modifiers)
    })
}

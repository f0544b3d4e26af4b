//! Terraform's law of plans: what the configuration sets is planned as it is set, or stays as it was; the provider decides on the rest.

use tf_cty::{Path, Value};

use super::defaults::below;
use super::member::{Member, child, comes_from, counterparts, is_sensitive, may_be, objects};
use super::{in_words, shown};
use crate::schema::{Attribute, AttributeKind, Block, Presence};
use crate::{Diagnostic, Diagnostics};

/// Reports every planned value that the configuration forbids, at its attribute.
pub(crate) fn check(
    block: &Block,
    config: &Value,
    prior: &Value,
    planned: &Value,
    diagnostics: &mut Diagnostics,
) {
    Check { root: block, diagnostics }.object(block, &Path::new(), config, prior, planned);
}

struct Check<'a> {
    /// The block of the whole plan.
    root: &'a Block,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn object(&mut self, block: &Block, path: &Path, config: &Value, prior: &Value, planned: &Value) {
        for member in super::member::members(block) {
            let Some(planned) = planned.get(member.name()) else { continue };
            let path = path.clone().attr(member.name());
            let config = child(config, member.name(), planned);
            let prior = child(prior, member.name(), planned);
            match member {
                Member::Attribute(attribute) => self.attribute(attribute, &path, &config, &prior, planned),
                Member::Block(nested) => self.blocks(&nested.block, &path, &config, &prior, planned),
            }
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &Value,
    ) {
        let allowed = attribute.write_only
            || planned.raw_equals(config)
            || attribute.presence == Presence::Computed
            || attribute.presence.is_computed() && config.is_null()
            || planned.raw_equals(prior) && !prior.is_null() && !config.is_null();
        if allowed {
            return;
        }
        let comparable = config.is_known() && !config.is_null() && planned.is_known() && !planned.is_null();
        match &attribute.kind {
            AttributeKind::Nested { object, .. } if comparable && config.len() == planned.len() => {
                self.objects(object, path, config, prior, planned);
            }
            _ => self.differs(path, config, planned),
        }
    }

    /// The objects of a nested attribute or block, as many in the plan as in the configuration.
    fn objects(&mut self, block: &Block, path: &Path, config: &Value, prior: &Value, planned: &Value) {
        let configs = counterparts(planned, config, &|planned, config| comes_from(block, planned, config));
        let priors = counterparts(planned, prior, &|planned, prior| may_be(block, planned, prior));
        for (number, (step, planned)) in objects(planned).into_iter().enumerate() {
            let at = below(path, step);
            if configs[number].is_null() {
                let detail = format!("{} has an element that is not in the configuration", shown(path));
                self.report(path, &detail);
            } else {
                self.object(block, &at, &configs[number], &priors[number], planned);
            }
        }
    }

    fn blocks(&mut self, block: &Block, path: &Path, config: &Value, prior: &Value, planned: &Value) {
        if !planned.is_known() || !config.is_known() {
            if config.is_known() {
                self.report(path, &format!("{} is planned as unknown, but is configured", shown(path)));
            }
            return;
        }
        let count = |value: &Value| objects(value).len();
        if count(config) != count(planned) {
            let (was, is) = (count(config), count(planned));
            self.report(
                path,
                &format!("{} has {was} in the configuration and {is} in the plan", shown(path)),
            );
            return;
        }
        self.objects(block, path, config, prior, planned);
    }

    fn differs(&mut self, path: &Path, config: &Value, planned: &Value) {
        let text = if is_sensitive(self.root, path) {
            format!("the sensitive value planned for {} is not that of the configuration", shown(path))
        } else {
            let (planned, config) = (in_words(planned), in_words(config));
            format!("{} is planned as {planned}, but configured as {config}", shown(path))
        };
        self.report(path, &text);
    }

    fn report(&mut self, path: &Path, what: &str) {
        let detail = format!("The plan breaks Terraform's rules: {what}.\n\nThis is a bug of the provider.");
        self.diagnostics.push(Diagnostic::error("Provider produced invalid plan", detail).at(path.clone()));
    }
}

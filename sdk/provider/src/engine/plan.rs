//! Plans.
//!
//! In this order: defaults; values that differ from the state in form only keep the state's form; if anything else differs, what is
//! computed and not configured becomes unknown; plan modifiers; the author's function; the check of it all.

use tf_cty::{Path, Value};

use super::component::Component;
use super::erased::{Call, ErasedResource, PlanCall};
use super::modify::Modification;
use super::semantic::Extent;
use super::{blocks, defaults, mark, planned, result, semantic, write_only};
use crate::resource::Change;
use crate::schema::Block;
use crate::{Diagnostic, Diagnostics, Private};

/// What is to be planned.
pub(crate) struct Request {
    pub(crate) config: Value,
    /// Null for a creation.
    pub(crate) prior: Value,
    /// What Terraform proposes; null for a destruction.
    pub(crate) proposed: Value,
    pub(crate) private: Private,
}

/// What is planned.
pub(crate) struct Answer {
    /// None if there is no plan because of errors.
    pub(crate) planned: Option<Value>,
    pub(crate) requires_replace: Vec<Path>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

/// Plans a change of an object.
pub(crate) async fn plan(component: &Component<dyn ErasedResource>, call: Call, request: Request) -> Answer {
    let block = &component.shape().block;
    let mut diagnostics = Diagnostics::new();
    let change = match (request.prior.is_null(), request.proposed.is_null()) {
        (_, true) => Change::Destroy,
        (true, false) => Change::Create,
        (false, false) => Change::Update,
    };
    let mut requires_replace = Vec::new();
    let mut plan = request.proposed.clone();
    if change != Change::Destroy {
        plan = prepared(block, &request, plan, &mut diagnostics);
        let mut modification = Modification {
            config: &request.config,
            state: &request.prior,
            plan: &plan,
            private: &request.private,
            requires_replace: Vec::new(),
            diagnostics: std::mem::take(&mut diagnostics),
        };
        let modified = modification.run(block);
        requires_replace = modification.requires_replace;
        diagnostics = modification.diagnostics;
        plan = modified.unwrap_or(plan);
    }
    if diagnostics.has_errors() {
        return Answer { planned: None, requires_replace, private: request.private, diagnostics };
    }
    let authored = PlanCall {
        change,
        config: request.config.clone(),
        state: request.prior.clone(),
        planned: plan,
        private: request.private,
    };
    let reply = component.calls.plan(call, authored).await;
    diagnostics.extend(reply.told);
    let planned = match reply.result {
        Ok((planned, paths)) => {
            requires_replace.extend(paths);
            finished(component, planned)
        }
        Err(errors) => {
            diagnostics.extend(errors);
            return Answer { planned: None, requires_replace, private: reply.private, diagnostics };
        }
    };
    if change == Change::Destroy {
        if !planned.is_null() {
            diagnostics.push(revived());
        }
        return Answer {
            planned: Some(planned),
            requires_replace: Vec::new(),
            private: reply.private,
            diagnostics,
        };
    }
    result::conforms(component, &planned, "plan", &mut diagnostics);
    if diagnostics.has_errors() {
        return Answer { planned: None, requires_replace: Vec::new(), private: reply.private, diagnostics };
    }
    planned::check(block, &request.config, &request.prior, &planned, &mut diagnostics);
    let requires_replace = changed_only(requires_replace, &request.prior, &planned);
    Answer { planned: Some(planned), requires_replace, private: reply.private, diagnostics }
}

/// What is proposed with defaults, and unknown where the provider will compute.
fn prepared(block: &Block, request: &Request, proposed: Value, diagnostics: &mut Diagnostics) -> Value {
    let mut plan = proposed;
    if let Some(without) = write_only::as_null(block, &plan) {
        plan = without;
    }
    if let Some(defaulted) = defaults::applied(block, &Path::new(), &request.config, &plan, diagnostics) {
        plan = defaulted;
    }
    if let Some(kept) = semantic::kept(block, Extent::Whole, &request.prior, &plan) {
        plan = kept;
    }
    if !plan.raw_equals(&request.prior)
        && let Some(marked) = mark::computed_as_unknown(block, &request.config, &plan)
    {
        plan = marked;
    }
    plan
}

fn finished(component: &Component<dyn ErasedResource>, planned: Value) -> Value {
    let block = &component.shape().block;
    let planned = write_only::as_null(block, &planned).unwrap_or(planned);
    blocks::reified(block, &planned).unwrap_or(planned)
}

/// The paths at which something really changes, each once and cut where it goes into a set, in whose elements Terraform has no paths.
fn changed_only(paths: Vec<Path>, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut kept: Vec<Path> = Vec::new();
    if prior.is_null() {
        return kept;
    }
    for path in paths {
        let path = outside_sets(&path, planned);
        let (was, is) = (path.apply(prior), path.apply(planned));
        let exists = was.is_ok() || is.is_ok();
        let same = matches!((was, is), (Ok(was), Ok(is)) if was.raw_equals(&is));
        if exists && !same && !kept.contains(&path) {
            kept.push(path);
        }
    }
    kept
}

/// The path up to the first set.
fn outside_sets(path: &Path, value: &Value) -> Path {
    let mut at = Path::new();
    for step in path.steps() {
        if at.apply(value).is_ok_and(|value| value.ty().is_set()) {
            break;
        }
        at.push(step.clone());
    }
    at
}

fn revived() -> Diagnostic {
    Diagnostic::error(
        "Provider produced invalid plan",
        "The provider planned a value for an object that is to be destroyed.\n\nThis is a bug of the provider.",
    )
}

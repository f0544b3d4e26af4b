//! A provider by hand, below any SDK: what it answers is the test's to say, right or wrong.

use std::sync::{Arc, Mutex};

use tf_cty::{Type, Value, msgpack};
use tf_plugin_proto::tfplugin6::provider_server::Provider;
use tf_plugin_proto::tfplugin6::{self as proto, DynamicValue, schema};
use tonic::{Request, Response, Status, async_trait};

type Change = Arc<dyn Fn(Value) -> Value + Send + Sync>;

/// `acc_thing`: name required, size optional and computed with the default 10, id computed, password write-only, secret sensitive.
#[derive(Clone)]
pub(crate) struct Scripted {
    /// Done to what would be planned.
    pub(crate) plan: Change,
    /// Done to what applying would give.
    pub(crate) apply: Change,
    /// Done to what reading would give.
    pub(crate) read: Change,
    /// Said by apply besides.
    pub(crate) said: Vec<proto::Diagnostic>,
    /// Attributes that force replacement.
    pub(crate) replace: Vec<&'static str>,
    /// Private state that creating gives.
    pub(crate) private: &'static [u8],
    /// The calls, in order.
    pub(crate) calls: Arc<Mutex<Vec<&'static str>>>,
}

impl Default for Scripted {
    fn default() -> Self {
        let same: Change = Arc::new(|value| value);
        Self {
            plan: same.clone(),
            apply: same.clone(),
            read: same,
            said: Vec::new(),
            replace: vec!["name"],
            private: b"{\"made\":true}",
            calls: Arc::default(),
        }
    }
}

/// The type of `acc_thing`.
pub(crate) fn thing() -> Type {
    let text = ["id", "name", "password", "secret"].map(|name| (name, Type::String));
    Type::object(text.into_iter().chain([("size", Type::Number)]))
}

/// An object with one attribute exchanged.
pub(crate) fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let others = object.entries().filter(|(other, _)| ***other != *name);
    let others = others.map(|(name, value)| (name.to_string(), value.clone()));
    Value::object(others.chain([(name.to_owned(), value.into())]))
}

/// An error about an attribute.
pub(crate) fn error(summary: &str, attribute: &str) -> proto::Diagnostic {
    let selector = proto::attribute_path::step::Selector::AttributeName(attribute.into());
    let steps = vec![proto::attribute_path::Step { selector: Some(selector) }];
    proto::Diagnostic {
        severity: proto::diagnostic::Severity::Error.into(),
        summary: summary.into(),
        detail: String::new(),
        attribute: Some(proto::AttributePath { steps }),
    }
}

fn schema() -> proto::Schema {
    let attribute = |name: &str, ty: &Type| schema::Attribute {
        name: name.into(),
        r#type: ty.to_json().into_bytes().into(),
        ..schema::Attribute::default()
    };
    let attributes = vec![
        schema::Attribute { computed: true, ..attribute("id", &Type::String) },
        schema::Attribute { required: true, ..attribute("name", &Type::String) },
        schema::Attribute { optional: true, write_only: true, ..attribute("password", &Type::String) },
        schema::Attribute { optional: true, sensitive: true, ..attribute("secret", &Type::String) },
        schema::Attribute { optional: true, computed: true, ..attribute("size", &Type::Number) },
    ];
    let block = schema::Block { attributes, ..schema::Block::default() };
    proto::Schema { version: 1, block: Some(block) }
}

fn decode(value: Option<DynamicValue>) -> Value {
    msgpack::decode(&value.expect("a value").msgpack, &thing()).expect("a thing")
}

fn encode(value: &Value) -> Option<DynamicValue> {
    let msgpack = msgpack::encode(value, &thing()).expect("a thing").into();
    Some(DynamicValue { msgpack, ..DynamicValue::default() })
}

impl Scripted {
    fn call(&self, name: &'static str) {
        self.calls.lock().expect("calls").push(name);
    }

    /// The calls so far; they are forgotten.
    pub(crate) fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().expect("calls"))
    }
}

#[async_trait]
impl Provider for Scripted {
    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Result<Response<proto::get_provider_schema::Response>, Status> {
        self.call("schema");
        let empty = proto::Schema { block: Some(schema::Block::default()), ..proto::Schema::default() };
        let things = || [("acc_thing".to_owned(), schema())].into_iter().collect();
        let parameter = |name: &str| proto::function::Parameter {
            name: name.into(),
            r#type: "\"number\"".into(),
            ..proto::function::Parameter::default()
        };
        let sum = proto::Function {
            parameters: vec![parameter("first")],
            variadic_parameter: Some(parameter("rest")),
            r#return: Some(proto::function::Return { r#type: "\"number\"".into() }),
            ..proto::Function::default()
        };
        Ok(Response::new(proto::get_provider_schema::Response {
            provider: Some(empty),
            resource_schemas: things(),
            data_source_schemas: things(),
            ephemeral_resource_schemas: things(),
            functions: [("sum".to_owned(), sum)].into_iter().collect(),
            server_capabilities: Some(proto::ServerCapabilities {
                plan_destroy: true,
                move_resource_state: true,
                ..proto::ServerCapabilities::default()
            }),
            ..proto::get_provider_schema::Response::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        _: Request<proto::validate_provider_config::Request>,
    ) -> Result<Response<proto::validate_provider_config::Response>, Status> {
        self.call("validate provider");
        Ok(Response::new(proto::validate_provider_config::Response::default()))
    }

    async fn configure_provider(
        &self,
        _: Request<proto::configure_provider::Request>,
    ) -> Result<Response<proto::configure_provider::Response>, Status> {
        self.call("configure");
        Ok(Response::new(proto::configure_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Result<Response<proto::validate_resource_config::Response>, Status> {
        self.call("validate");
        let config = decode(request.into_inner().config);
        let is_bad = config.get("name").and_then(Value::as_str) == Some("bad");
        let diagnostics = if is_bad { vec![error("Bad name", "name")] } else { Vec::new() };
        Ok(Response::new(proto::validate_resource_config::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<Response<proto::upgrade_resource_state::Response>, Status> {
        self.call("upgrade");
        let request = request.into_inner();
        let json: serde_json::Value =
            serde_json::from_slice(&request.raw_state.expect("state").json).expect("JSON");
        let json = match request.version {
            0 => {
                serde_json::json!({"id": json["id"], "name": json["title"], "password": null, "secret": null, "size": 1})
            }
            _ => json,
        };
        let state = tf_cty::json::decode(json.to_string().as_bytes(), &thing()).expect("a thing");
        let upgraded_state = encode(&state);
        Ok(Response::new(proto::upgrade_resource_state::Response { upgraded_state, diagnostics: Vec::new() }))
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<Response<proto::read_resource::Response>, Status> {
        self.call("read");
        let request = request.into_inner();
        let state = (self.read)(decode(request.current_state));
        Ok(Response::new(proto::read_resource::Response {
            new_state: encode(&state),
            private: request.private,
            ..proto::read_resource::Response::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<Response<proto::plan_resource_change::Response>, Status> {
        self.call("plan");
        let request = request.into_inner();
        let mut planned = decode(request.proposed_new_state);
        if !planned.is_null() {
            planned = with(&planned, "password", Value::null(Type::String));
            for (name, value) in [("id", Value::unknown(Type::String)), ("size", Value::from(10))] {
                if planned.get(name).is_some_and(Value::is_null) {
                    planned = with(&planned, name, value);
                }
            }
        }
        let path = |name: &&str| error("", name).attribute.expect("a path");
        Ok(Response::new(proto::plan_resource_change::Response {
            planned_state: encode(&(self.plan)(planned)),
            requires_replace: self.replace.iter().map(path).collect(),
            planned_private: request.prior_private,
            ..proto::plan_resource_change::Response::default()
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<Response<proto::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let (prior, mut state) = (decode(request.prior_state), decode(request.planned_state));
        self.call(if state.is_null() {
            "delete"
        } else if prior.is_null() {
            "create"
        } else {
            "update"
        });
        let mut private = request.planned_private;
        if !state.is_null() {
            if !state.get("id").is_some_and(Value::is_known) {
                let name = state.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                state = with(&state, "id", format!("thing-{name}"));
                private = self.private.into();
            }
            state = (self.apply)(state);
        }
        Ok(Response::new(proto::apply_resource_change::Response {
            new_state: encode(&state),
            private,
            diagnostics: self.said.clone(),
            ..proto::apply_resource_change::Response::default()
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<Response<proto::import_resource_state::Response>, Status> {
        self.call("import");
        let id = request.into_inner().id;
        let null = || Value::null(Type::String);
        let name = id.trim_start_matches("thing-").to_owned();
        let state = Value::object([
            ("id", Value::from(id)),
            ("name", name.into()),
            ("password", null()),
            ("secret", null()),
            ("size", Value::from(10)),
        ]);
        let imported = proto::import_resource_state::ImportedResource {
            type_name: "acc_thing".into(),
            state: encode(&state),
            ..proto::import_resource_state::ImportedResource::default()
        };
        Ok(Response::new(proto::import_resource_state::Response {
            imported_resources: vec![imported],
            ..proto::import_resource_state::Response::default()
        }))
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Result<Response<proto::move_resource_state::Response>, Status> {
        self.call("move");
        let request = request.into_inner();
        if request.source_type_name != "acc_old" {
            let diagnostics = vec![error("Unable to Move Resource State", "id")];
            return Ok(Response::new(proto::move_resource_state::Response {
                diagnostics,
                ..Default::default()
            }));
        }
        let json = request.source_state.expect("state").json;
        let state = tf_cty::json::decode(&json, &thing()).expect("a thing");
        Ok(Response::new(proto::move_resource_state::Response {
            target_state: encode(&state),
            ..Default::default()
        }))
    }

    async fn validate_data_resource_config(
        &self,
        _: Request<proto::validate_data_resource_config::Request>,
    ) -> Result<Response<proto::validate_data_resource_config::Response>, Status> {
        self.call("validate data");
        Ok(Response::new(proto::validate_data_resource_config::Response::default()))
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Result<Response<proto::read_data_source::Response>, Status> {
        self.call("read data");
        let state = (self.read)(with(&decode(request.into_inner().config), "id", "found"));
        let state = encode(&with(&state, "size", 3));
        Ok(Response::new(proto::read_data_source::Response { state, ..Default::default() }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        _: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<proto::validate_ephemeral_resource_config::Response>, Status> {
        Ok(Response::new(proto::validate_ephemeral_resource_config::Response::default()))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Result<Response<proto::open_ephemeral_resource::Response>, Status> {
        self.call("open");
        let result =
            encode(&(self.read)(with(&with(&decode(request.into_inner().config), "id", "open"), "size", 1)));
        Ok(Response::new(proto::open_ephemeral_resource::Response {
            result,
            private: Some("0".into()),
            ..Default::default()
        }))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Result<Response<proto::renew_ephemeral_resource::Response>, Status> {
        self.call("renew");
        let private = request.into_inner().private.map(|private| [&private[..], b"1"].concat().into());
        Ok(Response::new(proto::renew_ephemeral_resource::Response { private, ..Default::default() }))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Result<Response<proto::close_ephemeral_resource::Response>, Status> {
        self.call("close");
        let was_renewed = request.into_inner().private.as_deref() == Some(b"011");
        let diagnostics = if was_renewed { Vec::new() } else { vec![error("Not renewed twice", "id")] };
        Ok(Response::new(proto::close_ephemeral_resource::Response { diagnostics }))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<Response<proto::call_function::Response>, Status> {
        self.call("sum");
        let arguments = request.into_inner().arguments;
        let numbers = arguments.iter().map(|a| msgpack::decode(&a.msgpack, &Type::Number).expect("a number"));
        let sum = numbers.fold(Value::from(0), |sum, number| sum.add(&number).expect("a sum"));
        let msgpack = msgpack::encode(&sum, &Type::Number).expect("a number").into();
        let result = Some(DynamicValue { msgpack, ..DynamicValue::default() });
        Ok(Response::new(proto::call_function::Response { result, error: None }))
    }
}

//! The tracing layer: spans rendered when they open, events rendered once, both into one line.

use super::clock::Stamp;
use super::pipe::{Pipe, Urgency};
use super::record::{Fields, Format, Shape};
use super::site::Sites;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Renders what tracing reports and passes the lines on. Made by [`super::Builder`].
pub struct LogLayer {
    pipe: Arc<Pipe>,
    format: Format,
    sites: Sites,
    /// Tells layers apart in the per-thread cache.
    number: u64,
    /// Only events of this target (and below); all if none.
    only: Option<&'static str>,
    urgent: Level,
}

/// A span's own text, for each layer that has seen it.
#[derive(Default)]
struct SpanTexts(Vec<(u64, String)>);

/// Changes whenever a span opens or gets new values, in any thread: what was put together from spans before
/// may be stale.
static EPOCH: AtomicU64 = AtomicU64::new(1);
static LAYERS: AtomicU64 = AtomicU64::new(1);

/// What a thread keeps between events.
#[derive(Default)]
struct Scratch {
    line: String,
    value: String,
    stamp: Stamp,
    /// The spans' part of the last event inside of spans, and what it was made from.
    spans: String,
    spans_of: (u64, u64, u64),
}

thread_local! {
    /// Taken out while in use: a value that logs while it is being formatted gets a new one.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// A line buffer that grew beyond this is not kept.
const KEEP_BYTES: usize = 64 << 10;

impl LogLayer {
    pub(super) fn new(
        pipe: Arc<Pipe>,
        format: Format,
        only: Option<&'static str>,
        urgent: Level,
    ) -> LogLayer {
        let number = LAYERS.fetch_add(1, Ordering::Relaxed);
        LogLayer { pipe, format, sites: Sites::new(), number, only, urgent }
    }

    fn event<S: Subscriber + for<'l> LookupSpan<'l>>(&self, event: &Event<'_>, context: &Context<'_, S>) {
        let mut scratch = SCRATCH.take().unwrap_or_default();
        let Scratch { line, value, stamp, spans, spans_of } = &mut *scratch;
        line.clear();
        line.push_str(self.format.opening());
        stamp.push(line, SystemTime::now());
        let metadata = event.metadata();
        let full = self.sites.with(metadata, &self.format, |site| {
            line.push_str(&site.head);
            let mut fields = Fields { out: line, scratch: value, site, format: &self.format, full: false };
            event.record(&mut fields);
            fields.full
        });
        self.push_spans(event, context, line, spans, spans_of);
        line.push_str(match (self.format.shape, full) {
            (Shape::Text, false) => "\n",
            (Shape::Text, true) => " (cut)\n",
            (_, false) => "}\n",
            (_, true) => ",\"truncated\":true}\n",
        });
        let urgency = if *metadata.level() <= self.urgent { Urgency::Now } else { Urgency::Tick };
        self.pipe.push(line, urgency);
        if line.capacity() <= KEEP_BYTES && value.capacity() <= KEEP_BYTES {
            SCRATCH.set(Some(scratch));
        }
    }

    /// Appends the event's spans, outermost first. Inside of the same spans as the event before, that text is
    /// still there.
    fn push_spans<S: Subscriber + for<'l> LookupSpan<'l>>(
        &self,
        event: &Event<'_>,
        context: &Context<'_, S>,
        line: &mut String,
        spans: &mut String,
        spans_of: &mut (u64, u64, u64),
    ) {
        let leaf = if event.is_contextual() {
            context.current_span().id().cloned()
        } else {
            event.parent().cloned()
        };
        let Some(leaf) = leaf else { return };
        let made_from = (leaf.into_u64(), self.number, EPOCH.load(Ordering::Acquire));
        if *spans_of != made_from {
            *spans_of = made_from;
            spans.clear();
            let Some(span) = context.span(&leaf) else { return };
            let (open, close) =
                if self.format.shape == Shape::Text { (" {", "}") } else { (",\"spans\":[", "]") };
            for span in span.scope().from_root() {
                let extensions = span.extensions();
                let texts = extensions.get::<SpanTexts>();
                let Some((_, text)) =
                    texts.and_then(|texts| texts.0.iter().find(|(number, _)| *number == self.number))
                else {
                    continue;
                };
                spans.push_str(if spans.is_empty() {
                    open
                } else if self.format.shape == Shape::Text {
                    ":"
                } else {
                    ","
                });
                spans.push_str(text);
            }
            if !spans.is_empty() {
                spans.push_str(close);
            }
        }
        if line.len() + spans.len() <= self.format.line_max() + (4 << 10) {
            line.push_str(spans);
        }
    }

    /// Renders fields of a span by `record` onto `text`.
    fn span_fields(
        &self,
        metadata: &'static tracing::Metadata<'static>,
        text: &mut String,
        record: impl FnOnce(&mut Fields<'_>),
    ) {
        let mut value = String::new();
        self.sites.with(metadata, &self.format, |site| {
            record(&mut Fields { out: text, scratch: &mut value, site, format: &self.format, full: false });
        });
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> tracing_subscriber::Layer<S> for LogLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let metadata = attributes.metadata();
        let mut text = String::new();
        if self.format.shape == Shape::Text {
            text.push_str(&crate::failure::escape_controls(metadata.name()));
        } else {
            text.push_str("{\"name\":");
            crate::json::push_string(&mut text, metadata.name());
        }
        self.span_fields(metadata, &mut text, |fields| attributes.record(fields));
        if self.format.shape != Shape::Text {
            text.push('}');
        }
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<SpanTexts>() {
            Some(texts) => texts.0.push((self.number, text)),
            None => extensions.insert(SpanTexts(vec![(self.number, text)])),
        }
        EPOCH.fetch_add(1, Ordering::Release);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        let Some(texts) = extensions.get_mut::<SpanTexts>() else { return };
        let Some((_, text)) = texts.0.iter_mut().find(|(number, _)| *number == self.number) else { return };
        let json = self.format.shape != Shape::Text;
        if json {
            text.pop();
        }
        self.span_fields(span.metadata(), text, |fields| values.record(fields));
        if json {
            text.push('}');
        }
        EPOCH.fetch_add(1, Ordering::Release);
    }

    #[inline]
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let target = event.metadata().target();
        if self.only.is_none_or(|only| {
            target == only || target.strip_prefix(only).is_some_and(|rest| rest.starts_with("::"))
        }) {
            self.event(event, &context);
        }
    }
}

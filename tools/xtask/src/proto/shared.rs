//! Which messages of tfplugin5 are messages of tfplugin6: the same name, and every field with its number, type and label.
//!
//! Version 6 may have fields more: version 5 never sends them, and a peer that meets one ignores it.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase as _;
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};

const OLD: &str = ".tfplugin5.";
const NEW: &str = ".tfplugin6.";

/// Every message and enum of the files by its full name.
#[derive(Default)]
struct Index<'a> {
    messages: BTreeMap<String, &'a DescriptorProto>,
    enums: BTreeMap<String, &'a EnumDescriptorProto>,
}

impl<'a> Index<'a> {
    fn of(files: &'a FileDescriptorSet) -> Self {
        let mut index = Self::default();
        for file in &files.file {
            let package = format!(".{}.", file.package());
            index.enums.extend(file.enum_type.iter().map(|e| (format!("{package}{}", e.name()), e)));
            file.message_type.iter().for_each(|m| index.message(&package, m));
        }
        index
    }

    fn message(&mut self, prefix: &str, message: &'a DescriptorProto) {
        let name = format!("{prefix}{}", message.name());
        let inside = format!("{name}.");
        self.enums.extend(message.enum_type.iter().map(|e| (format!("{inside}{}", e.name()), e)));
        message.nested_type.iter().for_each(|m| self.message(&inside, m));
        self.messages.insert(name, message);
    }

    /// Whether this message or enum of version 5 can be version 6's; `above` are those that are being asked already.
    fn covered(&self, name: &str, above: &mut BTreeSet<String>) -> bool {
        let Some(rest) = name.strip_prefix(OLD) else { return true };
        if above.contains(name) {
            return true;
        }
        let new = format!("{NEW}{rest}");
        if let Some(old) = self.enums.get(name) {
            return self.enums.get(&new).is_some_and(|new| old.value.iter().all(|v| new.value.contains(v)));
        }
        let (Some(old), Some(new)) = (self.messages.get(name), self.messages.get(&new)) else { return false };
        above.insert(name.to_owned());
        let fields = old.field.iter().all(|field| {
            let twin = new.field.iter().find(|other| other.number == field.number);
            twin.is_some_and(|twin| same(field, twin)) && self.covered(field.type_name(), above)
        });
        // The path of a message is the path of all within.
        let covered =
            fields && old.nested_type.iter().all(|m| self.covered(&format!("{name}.{}", m.name()), above));
        above.remove(name);
        covered
    }
}

fn same(old: &FieldDescriptorProto, new: &FieldDescriptorProto) -> bool {
    old.name == new.name
        && old.r#type == new.r#type
        && old.label == new.label
        && old.proto3_optional == new.proto3_optional
        && old.oneof_index == new.oneof_index
        && old.type_name().replacen(OLD, NEW, 1) == new.type_name()
}

/// The full names of version 5's messages and enums that version 6 has, and where they are in Rust.
pub(super) fn paths(files: &FileDescriptorSet) -> Vec<(String, String)> {
    let index = Index::of(files);
    let names = index.messages.keys().chain(index.enums.keys()).filter(|name| name.starts_with(OLD));
    // A map's entries are no messages in Rust.
    let real = |name: &&String| {
        !index.messages.get(*name).is_some_and(|m| m.options.as_ref().is_some_and(|o| o.map_entry()))
    };
    names
        .filter(real)
        .filter(|name| index.covered(name, &mut BTreeSet::new()))
        .map(|name| (name.clone(), rust(name)))
        .collect()
}

/// `.tfplugin5.ReadResource.Request` is `crate::tfplugin6::read_resource::Request`.
fn rust(name: &str) -> String {
    let mut words: Vec<String> = name[OLD.len()..].split('.').map(str::to_owned).collect();
    let last = words.pop().unwrap_or_default();
    let modules = words.iter().map(|word| format!("{}::", word.to_snake_case())).collect::<String>();
    format!("crate::tfplugin6::{modules}{last}")
}

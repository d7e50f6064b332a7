//! Events and traits from a tracking plan as Segment and RudderStack write them.
//!
//! There are several forms of it. All have rules, each with a name and a JSON Schema:
//!
//! - an export: `rules.events[]` with `name`, `description`, `rules`; `rules.identify` is a schema, and
//!   `rules.identify_traits[]` a list of them, one a trait
//! - the public API: `data.rules[]` with `type` (`TRACK`, `IDENTIFY` …), `key`, `jsonSchema`
//! - lists kept by hand: `events[]` with `name` and `properties`, `identify.traits`

use super::json_schema::{Document, fields_of};
use super::shape::{Declared, Event, Field};
use super::{ImportError, Node};

/// Declares what the plan describes.
pub fn import(document: &Document) -> Result<Declared, ImportError> {
    let mut plan = Plan { document, declared: Declared::default() };
    let root = &document.root;
    let inside = |key: &str| root.get("data").and_then(|data| data.get(key));
    let rules = root.get("rules").or_else(|| inside("rules")).unwrap_or(root);
    match rules {
        Node::List(rules) => rules.iter().for_each(|rule| plan.rule(rule)),
        rules => plan.groups(rules),
    }
    if plan.declared.events.is_empty() && plan.declared.traits.is_empty() {
        let message = "there are no events in it; a tracking plan has them in `rules.events` or \
                       in a list of `rules`";
        return Err(ImportError::Other {
            place: document.place.clone(),
            message: message.to_owned(),
        });
    }
    Ok(plan.declared)
}

struct Plan<'d> {
    document: &'d Document,
    declared: Declared,
}

impl<'d> Plan<'d> {
    /// A rule of the public API.
    fn rule(&mut self, rule: &'d Node) {
        let schema = rule.get("jsonSchema").or_else(|| rule.get("rules"));
        match rule.text_of("type").map(str::to_ascii_uppercase).as_deref() {
            Some("TRACK") | None => self.event(rule, schema),
            Some("IDENTIFY") => self.traits(schema),
            // Calls that are neither events nor about a customer.
            Some(other) => self.note(other),
        }
    }

    /// The rules of an export, in groups.
    fn groups(&mut self, rules: &'d Node) {
        let events = rules.get("events").map(Node::items).unwrap_or_default();
        for event in events {
            match event.text_of("eventType").or(event.text_of("type")) {
                Some("identify") => self.traits(event.get("rules")),
                Some(other) if other != "track" && other != "object" => self.note(other),
                _ => self.event(event, event.get("rules")),
            }
        }
        self.traits(rules.get("identify"));
        let single = rules.get("identify_traits").map(Node::items).unwrap_or_default();
        for one in single {
            if let (Some(name), Some(schema)) = (one.text_of("name"), one.get("rules")) {
                let described = one.text_of("description");
                self.one_trait(name, schema, described);
            }
        }
        for ignored in ["group", "group_traits", "page", "screen"] {
            let found = rules.get(ignored);
            if found.is_some_and(|it| !it.entries().is_empty() || !it.items().is_empty()) {
                self.note(ignored);
            }
        }
    }

    fn note(&mut self, kind: &str) {
        let note = format!("what the plan says of {} calls was left out", kind.to_lowercase());
        if !self.declared.notes.contains(&note) {
            self.declared.notes.push(note);
        }
    }

    fn event(&mut self, rule: &'d Node, schema: Option<&'d Node>) {
        let Some(name) = rule.text_of("name").or(rule.text_of("key")) else {
            self.declared.notes.push("a rule without a name was left out".to_owned());
            return;
        };
        let described = rule.text_of("description");
        let described = described.or_else(|| schema.and_then(|it| it.text_of("description")));
        let properties = schema.and_then(|it| inner(it, "properties")).or(rule.get("properties"));
        let event = Event {
            wire: name.to_owned(),
            doc: described.filter(|text| !text.trim().is_empty()).map(str::to_owned),
            deprecated: schema.is_some_and(|schema| schema.is_true("deprecated")),
            fields: properties.map(|found| self.fields(found)).unwrap_or_default(),
        };
        let events = &mut self.declared.events;
        match events.iter_mut().find(|known| known.wire == event.wire) {
            // A later version takes the place of an earlier one.
            Some(known) => {
                let note = format!("{name:?} stands in the plan more than once; the last counts");
                *known = event;
                self.declared.notes.push(note);
            }
            None => events.push(event),
        }
    }

    fn traits(&mut self, schema: Option<&'d Node>) {
        let Some(schema) = schema else { return };
        let Some(traits) = inner(schema, "traits").or(schema.get("traits")) else { return };
        for field in self.fields(traits) {
            self.add_trait(field);
        }
    }

    fn one_trait(&mut self, name: &str, schema: &'d Node, described: Option<&str>) {
        let holder = Node::Object(vec![
            ("type".to_owned(), Node::Text("object".to_owned())),
            ("properties".to_owned(), Node::Object(vec![(name.to_owned(), schema.clone())])),
        ]);
        for mut field in self.fields(&holder) {
            field.doc = field.doc.or(described.map(str::to_owned));
            self.add_trait(field);
        }
    }

    fn add_trait(&mut self, field: Field) {
        if !self.declared.traits.iter().any(|known| known.wire == field.wire) {
            self.declared.traits.push(field);
        }
    }

    /// Fields from a schema of an object, from an object of schemas, or from a list of names.
    fn fields(&self, described: &Node) -> Vec<Field> {
        let schema = match described {
            Node::List(items) => listed(items),
            object if object.get("properties").is_some() => object.clone(),
            object => Node::Object(vec![("properties".to_owned(), object.clone())]),
        };
        fields_of(self.document, &schema).unwrap_or_default()
    }
}

/// The schema of a part of a message: `properties.traits`, `properties.properties`.
fn inner<'n>(schema: &'n Node, part: &str) -> Option<&'n Node> {
    schema.get("properties")?.get(part)
}

/// A list of `{ name, type, required, description }` as a schema.
fn listed(items: &[Node]) -> Node {
    let named = || items.iter().filter_map(|item| Some((item.text_of("name")?, item)));
    let required = named().filter(|(_, item)| item.is_true("required"));
    let required = required.map(|(name, _)| Node::Text(name.to_owned())).collect();
    let properties = named().map(|(name, item)| {
        let entries = item.entries().iter().filter(|(key, _)| key != "name" && key != "required");
        (name.to_owned(), Node::Object(entries.cloned().collect()))
    });
    Node::Object(vec![
        ("properties".to_owned(), Node::Object(properties.collect())),
        ("required".to_owned(), Node::List(required)),
    ])
}

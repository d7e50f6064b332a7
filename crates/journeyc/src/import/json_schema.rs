//! Events and traits from JSON Schema, drafts 7 to 2020-12.
//!
//! What a schema says about structure becomes types; what it says about single values (lengths,
//! patterns, bounds) has no counterpart and is left out.

use std::cell::Cell;

use super::shape::{Declared, Event, Field, Shape, unique};
use super::{ImportError, Node};

/// How deep references and types may nest in one another.
const MAX_DEPTH: usize = 64;

/// So many schemas are read for one event, each as often as it is referred to.
const MAX_PARTS: usize = 50_000;

/// A schema and where it is from.
#[derive(Debug)]
pub struct Document {
    /// The path, to show.
    pub place: String,
    /// The name of the file without folders and endings.
    pub stem: String,
    /// The schema.
    pub root: Node,
}

/// What the objects of the schemas are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// The properties of an event.
    Event,
    /// The traits of a customer.
    Customer,
}

/// Declares what the schemas describe, each one event or some traits. `name` is that of the event.
pub fn import(
    documents: &[Document],
    role: Role,
    name: Option<&str>,
) -> Result<Declared, ImportError> {
    let mut declared = Declared::default();
    for document in documents {
        let parts = Cell::new(0);
        let found = Reader::new(documents, document, &parts).enter(&document.root);
        if parts.get() > MAX_PARTS {
            let message = format!(
                "with all it refers to in its place, this schema has more than {MAX_PARTS} parts"
            );
            return Err(ImportError::Other { place: document.place.clone(), message });
        }
        let Shape::Record(fields) = found.shape else {
            let message = "there is no object with properties in this schema".to_owned();
            return Err(ImportError::Other { place: document.place.clone(), message });
        };
        match role {
            Role::Customer => declared.traits.extend(fields),
            Role::Event => declared.events.push(Event {
                wire: name.map_or_else(|| event_name(document), str::to_owned),
                doc: document.root.text_of("description").map(str::to_owned),
                deprecated: document.root.is_true("deprecated"),
                fields,
            }),
        }
    }
    Ok(declared)
}

/// The fields of an object schema that is part of something else.
pub(super) fn fields_of(document: &Document, schema: &Node) -> Option<Vec<Field>> {
    let documents = std::slice::from_ref(document);
    match Reader::new(documents, document, &Cell::new(0)).enter(schema).shape {
        Shape::Record(fields) => Some(fields),
        _ => None,
    }
}

/// The title, the last part of the id, or the name of the file.
fn event_name(document: &Document) -> String {
    let filled = |text: &&str| !text.trim().is_empty();
    if let Some(title) = document.root.text_of("title").filter(filled) {
        return title.trim().to_owned();
    }
    let id = document.root.text_of("$id").map(|id| {
        let id = id.split('#').next().unwrap_or(id).trim_end_matches('/');
        let last = id.rsplit(['/', ':']).next().unwrap_or(id);
        last.trim_end_matches(".json").trim_end_matches(".schema")
    });
    id.filter(filled).unwrap_or(&document.stem).to_owned()
}

/// A type, and whether a value of it may be missing.
#[derive(Debug)]
struct Found {
    shape: Shape,
    nullable: bool,
}

impl From<Shape> for Found {
    fn from(shape: Shape) -> Found {
        Found { shape, nullable: false }
    }
}

fn anything(why: impl Into<String>) -> Found {
    Shape::Json(why.into()).into()
}

#[derive(Clone, Copy)]
struct Reader<'d, 'o> {
    /// All that references may lead to.
    documents: &'d [Document],
    /// The one this schema is in.
    document: &'d Document,
    depth: usize,
    /// How many schemas were read.
    parts: &'o Cell<usize>,
    /// The schema that is being read, among those that a reference has led to.
    inside: Option<&'o Inside<'o>>,
}

/// A schema that a reference has led to and that is being read, and the one around it.
struct Inside<'o> {
    schema: &'o Node,
    outer: Option<&'o Inside<'o>>,
}

impl<'d, 'o> Reader<'d, 'o> {
    fn new(
        documents: &'d [Document],
        document: &'d Document,
        parts: &'o Cell<usize>,
    ) -> Reader<'d, 'o> {
        Reader { documents, document, depth: 0, parts, inside: None }
    }

    /// The shape of a schema that is a whole, or that a reference has led to. A type has an end, so
    /// where it comes to itself again it is anything.
    fn enter(self, schema: &'d Node) -> Found
    where
        'd: 'o,
    {
        let mut around = self.inside;
        while let Some(inside) = around {
            if std::ptr::eq(inside.schema, schema) {
                return anything("it contains itself");
            }
            around = inside.outer;
        }
        let inside = Inside { schema, outer: self.inside };
        let Reader { documents, document, depth, parts, .. } = self;
        Reader { documents, document, depth, parts, inside: Some(&inside) }.shape(schema)
    }

    fn shape(mut self, schema: &'d Node) -> Found {
        self.depth += 1;
        self.parts.set(self.parts.get() + 1);
        if self.depth > MAX_DEPTH || self.parts.get() > MAX_PARTS {
            return anything("it is too large");
        }
        let mut found = self.shape_itself(schema);
        found.nullable |= schema.is_true("nullable");
        found
    }

    fn shape_itself(self, schema: &'d Node) -> Found {
        if let Some(reference) = schema.text_of("$ref") {
            return match self.resolve(reference) {
                Some((document, target)) => Reader { document, ..self }.enter(target),
                None => anything(format!("{reference} is not in the files given")),
            };
        }
        if let Some(constant) = schema.get("const") {
            return of_values(std::slice::from_ref(constant));
        }
        if let Some(values) = schema.get("enum") {
            return of_values(values.items());
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(choices) = schema.get(key) {
                return self.one_of(schema, choices.items());
            }
        }
        if let Some(parts) = schema.get("allOf") {
            return self.all_of(schema, parts.items());
        }
        match schema.get("type") {
            Some(Node::Text(name)) => self.typed(schema, name),
            Some(Node::List(names)) => self.typed_several(schema, names),
            _ if schema.get("properties").is_some() => self.typed(schema, "object"),
            _ if schema.get("items").is_some() => self.typed(schema, "array"),
            _ => anything("the schema does not say what it is"),
        }
    }

    fn typed_several(self, schema: &'d Node, names: &'d [Node]) -> Found {
        let names = names.iter().filter_map(Node::text);
        let (nulls, names): (Vec<&str>, Vec<&str>) = names.partition(|name| *name == "null");
        let shapes = names.into_iter().map(|name| self.typed(schema, name).shape);
        let shape = shapes.reduce(Shape::join);
        let shape = shape.unwrap_or_else(|| Shape::Json("it is always null".to_owned()));
        Found { shape, nullable: !nulls.is_empty() }
    }

    fn typed(self, schema: &'d Node, name: &str) -> Found {
        match name {
            "boolean" => Shape::Bool.into(),
            "integer" => Shape::Int.into(),
            "number" => Shape::Number.into(),
            "string" => match schema.text_of("format") {
                Some("date-time") => Shape::Time.into(),
                Some("date") => Shape::Date.into(),
                _ => Shape::Text.into(),
            },
            "null" => Found { shape: Shape::Json("it is always null".to_owned()), nullable: true },
            "array" => self.array(schema),
            "object" => self.object(schema),
            other => anything(format!("{other:?} is no type of JSON Schema")),
        }
    }

    fn array(self, schema: &'d Node) -> Found {
        let tuple = schema.get("prefixItems").is_some()
            || matches!(schema.get("items"), Some(Node::List(_)));
        if tuple {
            return anything("each place of the list has a type of its own");
        }
        let Some(items) = schema.get("items") else {
            return anything("the schema does not say what the list is of");
        };
        let item = self.shape(items);
        if item.nullable {
            return anything("null may stand in the list");
        }
        match item.shape {
            Shape::Json(why) => anything(format!("of what the list is of: {why}")),
            shape => Shape::List(Box::new(shape)).into(),
        }
    }

    fn object(self, schema: &'d Node) -> Found {
        let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
        if properties.is_empty() {
            return anything("its properties are not told");
        }
        let required: Vec<&str> = schema
            .get("required")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .collect();
        let fields = properties.iter().filter(|(_, schema)| *schema != Node::Bool(false));
        let fields = fields.map(|(wire, schema)| self.field(wire, schema, &required));
        Shape::Record(fields.collect()).into()
    }

    fn field(self, wire: &str, schema: &'d Node, required: &[&str]) -> Field {
        let found = self.shape(schema);
        let text = |key| self.said(schema, key).and_then(Node::text).map(str::to_owned);
        let default = self.said(schema, "default").filter(|value| **value != Node::Null).cloned();
        let missing = !required.contains(&wire) && default.is_none();
        Field {
            doc: text("description").or_else(|| text("title")),
            remark: None,
            deprecated: self.said(schema, "deprecated") == Some(&Node::Bool(true)),
            optional: found.nullable || missing,
            default,
            ..Field::new(wire, found.shape)
        }
    }

    /// What a schema says under a key, or what the one it refers to says.
    fn said(self, schema: &'d Node, key: &str) -> Option<&'d Node> {
        let (mut reader, mut schema) = (self, schema);
        for _ in 0..MAX_DEPTH {
            if let Some(value) = schema.get(key) {
                return Some(value);
            }
            (reader.document, schema) = reader.resolve(schema.text_of("$ref")?)?;
        }
        None
    }

    fn one_of(self, schema: &'d Node, choices: &'d [Node]) -> Found {
        let null = |choice: &&Node| {
            choice.text_of("type") == Some("null") || choice.get("const") == Some(&Node::Null)
        };
        let (nulls, choices): (Vec<&Node>, Vec<&Node>) = choices.iter().partition(null);
        // `required` alone only says which properties go together.
        if choices.iter().all(|choice| choice.get("type").is_none() && is_condition(choice)) {
            let base = without(schema, &["oneOf", "anyOf"]);
            return self.owned(&base);
        }
        let mut nullable = !nulls.is_empty();
        let shapes: Vec<Shape> = choices
            .into_iter()
            .map(|choice| {
                let found = self.shape(choice);
                nullable |= found.nullable;
                found.shape
            })
            .collect();
        let shape = shapes.into_iter().reduce(Shape::join);
        let shape = shape.unwrap_or_else(|| Shape::Json("it is always null".to_owned()));
        Found { shape, nullable }
    }

    fn all_of(self, schema: &'d Node, parts: &'d [Node]) -> Found {
        let base = without(schema, &["allOf"]);
        let mut all: Vec<Found> = Vec::new();
        if base.get("type").is_some() || base.get("properties").is_some() {
            all.push(self.owned(&base));
        }
        // Conditions (`if`, `not`, `required`) narrow values, not types.
        all.extend(parts.iter().filter(|part| !is_condition(part)).map(|part| self.shape(part)));
        let nullable = !all.is_empty() && all.iter().all(|found| found.nullable);
        // What says nothing takes nothing away.
        all.retain(|found| !matches!(found.shape, Shape::Json(_)));
        let shape = all.into_iter().map(|found| found.shape).reduce(|a, b| match (a, b) {
            (Shape::Record(mut fields), Shape::Record(more)) => {
                for field in more {
                    match fields.iter_mut().find(|known| known.wire == field.wire) {
                        Some(known) => known.optional &= field.optional,
                        None => fields.push(field),
                    }
                }
                Shape::Record(fields)
            }
            (Shape::Text, b @ (Shape::Enum(_) | Shape::Time | Shape::Date)) => b,
            (Shape::Number, Shape::Int) => Shape::Int,
            (a, _) => a,
        });
        let unknown = || Shape::Json("the schema does not say what it is".to_owned());
        Found { shape: shape.unwrap_or_else(unknown), nullable }
    }

    /// The shape of a schema that was made up here, of parts of this document.
    fn owned(self, schema: &Node) -> Found {
        let Reader { documents, document, depth, parts, inside } = self;
        Reader { documents, document, depth, parts, inside }.shape(schema)
    }

    /// What a reference leads to: a place in this document, or in another of those given.
    fn resolve(self, reference: &str) -> Option<(&'d Document, &'d Node)> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if file.is_empty() {
            self.document
        } else {
            let is_it = |document: &&'d Document| {
                let id = document.root.text_of("$id").or(document.root.text_of("id"));
                let id = id.map(|id| id.trim_end_matches('#'));
                let same_id = id.is_some_and(|id| id == file || ends_with_part(id, file));
                same_id || ends_with_part(&document.place, file.trim_start_matches("./"))
            };
            match self.documents.iter().find(is_it) {
                Some(document) => document,
                // `$defs` may have ids of their own.
                None => return Some((self.document, with_id(&self.document.root, file)?)),
            }
        };
        if fragment.is_empty() {
            return Some((document, &document.root));
        }
        let Some(pointer) = fragment.strip_prefix('/') else {
            return Some((document, with_anchor(&document.root, fragment)?));
        };
        let mut target = &document.root;
        for step in pointer.split('/') {
            let step = unescaped(step);
            target = match target {
                Node::List(items) => items.get(step.parse::<usize>().ok()?)?,
                other => other.get(&step)?,
            };
        }
        Some((document, target))
    }
}

/// A step of a JSON pointer in a URI fragment.
fn unescaped(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.bytes();
    while let Some(byte) = rest.next() {
        let ahead: Vec<u8> = rest.clone().take(2).collect();
        let hex = std::str::from_utf8(&ahead).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex.filter(|_| byte == b'%' && ahead.len() == 2) {
            Some(decoded) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

fn ends_with_part(path: &str, end: &str) -> bool {
    let before = path.strip_suffix(end);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn definitions(root: &Node) -> impl Iterator<Item = &Node> {
    let groups = ["$defs", "definitions"].into_iter().filter_map(|key| root.get(key));
    groups.flat_map(|group| group.entries().iter().map(|(_, schema)| schema))
}

fn with_id<'n>(root: &'n Node, id: &str) -> Option<&'n Node> {
    let own = |schema: &&Node| schema.text_of("$id").is_some_and(|own| ends_with_part(own, id));
    definitions(root).find(own)
}

fn with_anchor<'n>(root: &'n Node, anchor: &str) -> Option<&'n Node> {
    let hash = format!("#{anchor}");
    let named = |schema: &&Node| {
        schema.text_of("$anchor") == Some(anchor) || schema.text_of("$id") == Some(&hash)
    };
    definitions(root).find(named)
}

/// Whether a schema only restricts values.
fn is_condition(schema: &Node) -> bool {
    const STRUCTURE: &[&str] =
        &["type", "properties", "$ref", "items", "enum", "const", "oneOf", "anyOf", "allOf"];
    matches!(schema, Node::Bool(_))
        || schema.entries().iter().all(|(key, _)| !STRUCTURE.contains(&key.as_str()))
}

fn without(schema: &Node, keys: &[&str]) -> Node {
    let kept = schema.entries().iter().filter(|(key, _)| !keys.contains(&key.as_str()));
    Node::Object(kept.cloned().collect())
}

/// The type of what is one of some values.
fn of_values(values: &[Node]) -> Found {
    let nullable = values.contains(&Node::Null);
    let shapes = values.iter().filter(|value| **value != Node::Null).map(|value| match value {
        Node::Bool(_) => Shape::Bool,
        Node::Number(number) if number.is_i64() => Shape::Int,
        Node::Number(_) => Shape::Number,
        Node::Text(text) => Shape::Enum(unique(vec![text.clone()])),
        _ => Shape::Json("it is one of some lists or objects".to_owned()),
    });
    let shape = shapes.reduce(Shape::join);
    Found { shape: shape.unwrap_or_else(|| Shape::Json("it is always null".to_owned())), nullable }
}

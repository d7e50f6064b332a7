//! From what is declared to the text of a file.

use std::fmt::Write as _;

use journey_fmt::{DEFAULT_WIDTH, format};

use super::names::Names;
use super::shape::{Declared, Event, Field, Shape};
use super::{ImportError, Node};

/// Names that `customer.` and an event's name are followed by with a meaning of their own.
const TRAITS: &[&str] = &["id"];
const PROPERTIES: &[&str] = &["at"];

/// A file of declarations.
#[derive(Debug)]
pub struct Written {
    /// Its text, in the canonical form.
    pub text: String,
    /// What the person who imports should know.
    pub notes: Vec<String>,
}

/// Writes all that was declared; `about` is the first line, a comment.
pub fn write(declared: &Declared, about: &str) -> Result<Written, ImportError> {
    let mut writer = Writer { out: format!("// {about}\n"), notes: declared.notes.clone() };
    if !declared.traits.is_empty() {
        writer.out.push_str("\ncustomer {\n");
        writer.fields(&declared.traits, "customer", TRAITS, true);
        writer.out.push_str("}\n");
    }
    let mut names = Names::of_events();
    for event in &declared.events {
        writer.event(event, &mut names);
    }
    Ok(Written { text: format(&writer.out, DEFAULT_WIDTH)?, notes: writer.notes })
}

struct Writer {
    out: String,
    notes: Vec<String>,
}

impl Writer {
    fn event(&mut self, event: &Event, names: &mut Names) {
        let name = self.name(names, &event.wire, "event", "");
        self.out.push('\n');
        self.doc(event.doc.as_deref());
        let _ = write!(self.out, "event {name}{}", external(&name, &event.wire));
        if event.deprecated {
            self.out.push_str(" @deprecated(\"marked as deprecated where it was imported from\")");
        }
        self.out.push_str(" {\n");
        self.fields(&event.fields, &event.wire, PROPERTIES, false);
        self.out.push_str("}\n");
    }

    /// `of`: whose fields they are. `loose`: each must be able to be missing.
    fn fields(
        &mut self,
        fields: &[Field],
        of: &str,
        avoided: &'static [&'static str],
        loose: bool,
    ) {
        let mut names = Names::of_fields(avoided);
        for field in fields {
            let name = self.name(&mut names, &field.wire, "field", of);
            self.doc(field.doc.as_deref());
            let reason = field.remark.as_deref().or(field.shape.reason());
            if let Some(reason) = reason {
                let _ = writeln!(self.out, "// {}", one_line(reason));
            }
            let _ = write!(self.out, "{name}{}: ", external(&name, &field.wire));
            let inner = format!("{of}.{}", field.wire);
            self.shape(&field.shape, &inner);
            let default = field.default.as_ref().and_then(|value| literal(value, &field.shape));
            if field.optional || (loose && default.is_none()) {
                self.out.push('?');
            }
            if let Some(default) = default {
                let _ = write!(self.out, " = {default}");
            }
            if field.deprecated {
                self.out
                    .push_str(" @deprecated(\"marked as deprecated where it was imported from\")");
            }
            self.out.push('\n');
        }
    }

    fn shape(&mut self, shape: &Shape, of: &str) {
        match shape {
            Shape::Bool => self.out.push_str("bool"),
            Shape::Int => self.out.push_str("int"),
            Shape::Number => self.out.push_str("number"),
            Shape::Text => self.out.push_str("text"),
            Shape::Time => self.out.push_str("time"),
            Shape::Date => self.out.push_str("date"),
            Shape::Json(_) => self.out.push_str("json"),
            Shape::Enum(members) => {
                let members: Vec<String> = members.iter().map(|member| quoted(member)).collect();
                self.out.push_str(&members.join(" | "));
            }
            Shape::List(item) => {
                self.out.push_str("list<");
                self.shape(item, of);
                self.out.push('>');
            }
            Shape::Record(fields) => {
                self.out.push_str("{\n");
                self.fields(fields, of, &[], false);
                self.out.push('}');
            }
        }
    }

    fn name(&mut self, names: &mut Names, wire: &str, noun: &str, of: &str) -> String {
        let (name, wanted) = names.take(wire, noun);
        if let Some(wanted) = wanted {
            let place = if of.is_empty() { String::new() } else { format!(" of {of}") };
            let note = format!("{wire:?}{place} is `{name}`: `{wanted}` is taken");
            self.notes.push(note);
        }
        name
    }

    fn doc(&mut self, doc: Option<&str>) {
        for line in doc.unwrap_or_default().trim().lines() {
            let line: String = line.chars().filter(|c| !c.is_control()).collect();
            let _ = writeln!(self.out, "/// {}", line.trim_end());
        }
    }
}

/// The name on the wire, where it is not the identifier.
fn external(name: &str, wire: &str) -> String {
    if name == wire { String::new() } else { format!(" {}", quoted(wire)) }
}

/// A text literal.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '{' | '}' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// The literal of a default, if it is one of that type.
fn literal(value: &Node, shape: &Shape) -> Option<String> {
    match (value, shape) {
        (Node::Bool(value), Shape::Bool) => Some(value.to_string()),
        (Node::Number(number), Shape::Int) => Some(number.as_i64()?.to_string()),
        (Node::Number(number), Shape::Number) => {
            let number = number.as_f64().filter(|number| number.is_finite())?;
            Some(number.to_string())
        }
        (Node::Text(text), Shape::Text) => Some(quoted(text)),
        (Node::Text(text), Shape::Enum(members)) => members.contains(text).then(|| quoted(text)),
        (Node::List(items), Shape::List(item)) => {
            let items: Option<Vec<String>> =
                items.iter().map(|value| literal(value, item)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        _ => None,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

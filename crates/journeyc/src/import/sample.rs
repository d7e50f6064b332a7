//! Events and traits from a sample of messages: what was seen of each, joined over all of them.
//!
//! Lines are what `journeyc simulate` reads, `{"event", "properties"}` and `{"traits"}`, or what
//! Segment sends: `track` and `identify` calls. The order of events and fields is that in which
//! they were first seen; what is kept grows with what there is to declare, not with the sample.

use std::collections::HashMap;
use std::io::{self, BufRead};

use journey_time::Tz;

use super::Node;
use super::shape::{Declared, Event, Field, Shape};
use journey_intake::iso;

/// A text that takes more values than this is no choice among a few.
const FEW: usize = 12;

/// In a sample this small, that few values were seen says nothing.
const ENOUGH: u64 = 50;

/// An object with more keys than this has no fields: its keys are data.
const MAX_FIELDS: usize = 500;

/// More events than this are names made up by a program.
const MAX_EVENTS: usize = 5_000;

/// How many lines that could not be read are shown.
const SHOWN: usize = 5;

/// What to infer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether texts with few values become enums.
    pub enums: bool,
}

/// What was left out, and why.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Lines that are no messages: how many, and the first of them with what is wrong.
    pub broken: u64,
    /// Number and reason of the first broken lines.
    pub shown: Vec<(u64, String)>,
    /// Messages of other kinds: pages, groups.
    pub others: u64,
    /// Messages of events beyond the limit.
    pub too_many: u64,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Sample {
    /// Lines that are not empty.
    pub lines: u64,
    /// What was left out.
    pub skipped: Skipped,
    events: Vec<(String, Object)>,
    places: HashMap<String, usize>,
    traits: Object,
}

impl Sample {
    /// Reads all lines of `text`.
    pub fn read(&mut self, mut text: impl BufRead) -> io::Result<()> {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            if text.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            number += 1;
            let bytes = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.lines += 1;
            let taken = serde_json::from_slice(bytes)
                .map_err(|error| error.to_string())
                .and_then(|message: Node| self.take(&message));
            if let Err(why) = taken {
                self.skipped.broken += 1;
                if self.skipped.shown.len() < SHOWN {
                    self.skipped.shown.push((number, why));
                }
            }
        }
    }

    /// Takes one message, or says why it is none.
    fn take(&mut self, message: &Node) -> Result<(), String> {
        if !matches!(message, Node::Object(_)) {
            return Err("it is no object".to_owned());
        }
        match message.text_of("type") {
            Some("identify") => {
                self.traits.take(message.get("traits").unwrap_or(&Node::Null));
                return Ok(());
            }
            Some("page" | "screen" | "group" | "alias") => {
                self.skipped.others += 1;
                return Ok(());
            }
            _ => {}
        }
        match (message.get("event"), message.get("traits")) {
            (Some(Node::Text(name)), _) => {
                self.event(name, message.get("properties").unwrap_or(&Node::Null));
                Ok(())
            }
            (Some(_), _) => Err("`event` is not a text".to_owned()),
            (None, Some(traits)) => {
                self.traits.take(traits);
                Ok(())
            }
            (None, None) => Err("there is neither `event` nor `traits` in it".to_owned()),
        }
    }

    fn event(&mut self, name: &str, properties: &Node) {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None if self.events.len() >= MAX_EVENTS => {
                self.skipped.too_many += 1;
                return;
            }
            None => {
                self.places.insert(name.to_owned(), self.events.len());
                self.events.push((name.to_owned(), Object::default()));
                self.events.len() - 1
            }
        };
        if let Some((_, object)) = self.events.get_mut(place) {
            object.take(properties);
        }
    }

    /// How many messages there were of each event, and of traits.
    pub fn counts(&self) -> (Vec<(&str, u64)>, u64) {
        let events = self.events.iter().map(|(name, object)| (name.as_str(), object.count));
        (events.collect(), self.traits.count)
    }

    /// What it all amounts to.
    pub fn declared(&self, options: Options) -> Declared {
        let mut notes = Vec::new();
        let mut events = Vec::new();
        for (wire, object) in &self.events {
            if object.is_map() {
                notes.push(format!(
                    "the properties of {wire:?} have no fixed names; none are declared"
                ));
            }
            let fields = object.fields(options);
            events.push(Event { wire: wire.clone(), fields, ..Event::default() });
        }
        Declared { traits: self.traits.fields(options), events, notes }
    }
}

/// What was seen of objects in one place.
#[derive(Debug, Default)]
struct Object {
    count: u64,
    fields: Vec<(String, Values)>,
    places: HashMap<String, usize>,
    /// How many fields of them are not kept, for there are too many.
    dropped: u64,
}

impl Object {
    fn take(&mut self, object: &Node) {
        self.count += 1;
        for (key, value) in object.entries() {
            let place = match self.places.get(key) {
                Some(place) => *place,
                None if self.fields.len() >= MAX_FIELDS => {
                    self.dropped += 1;
                    continue;
                }
                None => {
                    self.places.insert(key.clone(), self.fields.len());
                    self.fields.push((key.clone(), Values::default()));
                    self.fields.len() - 1
                }
            };
            if let Some((_, values)) = self.fields.get_mut(place) {
                values.take(value);
            }
        }
    }

    fn is_map(&self) -> bool {
        self.dropped > 0
    }

    fn fields(&self, options: Options) -> Vec<Field> {
        if self.is_map() {
            return Vec::new();
        }
        let fields = self.fields.iter().map(|(wire, values)| Field {
            optional: values.count - values.nulls < self.count,
            ..Field::new(wire, values.shape(options))
        });
        fields.collect()
    }
}

/// What was seen of values in one place.
#[derive(Debug, Default)]
struct Values {
    count: u64,
    nulls: u64,
    bools: u64,
    ints: u64,
    numbers: u64,
    texts: Texts,
    lists: u64,
    /// What was in the lists.
    items: Option<Box<Values>>,
    objects: Option<Box<Object>>,
}

#[derive(Debug, Default)]
struct Texts {
    count: u64,
    dates: u64,
    times: u64,
    /// The values, while they are few, in the order in which they came.
    few: Vec<String>,
    many: bool,
}

impl Values {
    fn take(&mut self, value: &Node) {
        self.count += 1;
        match value {
            Node::Null => self.nulls += 1,
            Node::Bool(_) => self.bools += 1,
            Node::Number(number) if number.is_i64() => self.ints += 1,
            Node::Number(_) => self.numbers += 1,
            Node::Text(text) => self.texts.take(text),
            Node::List(items) => {
                self.lists += 1;
                let inside = self.items.get_or_insert_default();
                items.iter().for_each(|item| inside.take(item));
            }
            Node::Object(_) => self.objects.get_or_insert_default().take(value),
        }
    }

    fn shape(&self, options: Options) -> Shape {
        let objects = self.objects.as_ref().map_or(0, |objects| objects.count);
        let kinds = [
            (self.bools, "true or false"),
            (self.ints + self.numbers, "a number"),
            (self.texts.count, "a text"),
            (self.lists, "a list"),
            (objects, "an object"),
        ];
        let seen: Vec<String> = kinds
            .iter()
            .filter(|(times, _)| *times > 0)
            .map(|(times, what)| format!("{what} {times} times"))
            .collect();
        match seen.as_slice() {
            [] => return Shape::Json("no value was seen".to_owned()),
            [_] => {}
            several => return Shape::Json(format!("it was {}", several.join(", "))),
        }
        if self.bools > 0 {
            Shape::Bool
        } else if self.ints + self.numbers > 0 {
            if self.numbers == 0 { Shape::Int } else { Shape::Number }
        } else if self.texts.count > 0 {
            self.texts.shape(options)
        } else if self.lists > 0 {
            self.items.as_ref().map_or_else(empty_lists, |items| items.list(options))
        } else {
            self.objects.as_ref().map_or_else(empty_objects, |objects| objects.shape(options))
        }
    }

    /// The type of a list of these.
    fn list(&self, options: Options) -> Shape {
        if self.count == 0 {
            return empty_lists();
        }
        if self.nulls > 0 {
            return Shape::Json(format!("null stood {} times in the list", self.nulls));
        }
        match self.shape(options) {
            Shape::Json(why) => Shape::Json(format!("of what is in the list: {why}")),
            shape => Shape::List(Box::new(shape)),
        }
    }
}

fn empty_lists() -> Shape {
    Shape::Json("only empty lists were seen".to_owned())
}

fn empty_objects() -> Shape {
    Shape::Json("only empty objects were seen".to_owned())
}

impl Object {
    fn shape(&self, options: Options) -> Shape {
        if self.is_map() {
            return Shape::Json(format!("its keys are data: more than {MAX_FIELDS} were seen"));
        }
        if self.fields.is_empty() { empty_objects() } else { Shape::Record(self.fields(options)) }
    }
}

impl Texts {
    fn take(&mut self, text: &str) {
        self.count += 1;
        // Most texts are neither, and their first letter says so.
        if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            self.dates += u64::from(iso::date(text).is_some());
            self.times += u64::from(iso::time(text, Tz::UTC).is_some());
        }
        if !self.many && !self.few.iter().any(|known| known == text) {
            self.few.push(text.to_owned());
            self.many = self.few.len() > FEW;
        }
    }

    fn shape(&self, options: Options) -> Shape {
        if self.dates == self.count {
            Shape::Date
        } else if self.times == self.count {
            Shape::Time
        } else if options.enums && !self.many && self.count >= ENOUGH {
            let mut members = self.few.clone();
            members.sort();
            Shape::Enum(members)
        } else {
            Shape::Text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, Sample};
    use crate::import::write;

    fn inferred(lines: &str, options: Options) -> String {
        let mut sample = Sample::default();
        sample.read(lines.as_bytes()).unwrap();
        let written = write(&sample.declared(options), "inferred").unwrap();
        written.text.strip_prefix("// inferred\n").unwrap().trim_start().to_owned()
    }

    fn of_values(values: &[&str]) -> String {
        let line = |value: &&str| format!("{{\"event\":\"e\",\"properties\":{{\"a\":{value}}}}}\n");
        let lines: String = values.iter().map(line).collect();
        let text = inferred(&lines, Options::default());
        let inside = text.strip_prefix("event e {\n").and_then(|text| text.strip_suffix("}\n"));
        inside.unwrap().lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_type_of_a_property_is_what_fits_all_its_values() {
        assert_eq!(of_values(&["1", "2"]), "a: int");
        assert_eq!(of_values(&["1", "2.5"]), "a: number");
        assert_eq!(of_values(&["18446744073709551615"]), "a: number");
        assert_eq!(of_values(&["true"]), "a: bool");
        assert_eq!(of_values(&["\"x\"", "null"]), "a: text?");
        assert_eq!(of_values(&["\"2026-01-01\"", "\"2026-01-02\""]), "a: date");
        assert_eq!(of_values(&["\"2026-01-01\"", "\"soon\""]), "a: text");
        assert_eq!(of_values(&["\"2026-01-01T00:00:00Z\""]), "a: time");
        assert_eq!(of_values(&["\"2026-01-01T00:00:00Z\"", "\"2026-01-01\""]), "a: text");
        assert_eq!(of_values(&["[1]", "[2.5]", "[]"]), "a: list<number>");
        assert_eq!(of_values(&["{\"b\":1}", "{\"b\":2,\"c\":\"x\"}"]), "a: { b: int c: text? }");
        assert_eq!(of_values(&["[{\"b\":1}]"]), "a: list<{ b: int }>");
    }

    #[test]
    fn what_has_no_type_is_json_and_says_why() {
        assert_eq!(
            of_values(&["1", "\"x\""]),
            "// it was a number 1 times, a text 1 times a: json"
        );
        assert_eq!(of_values(&["[]"]), "// only empty lists were seen a: json");
        assert_eq!(of_values(&["{}"]), "// only empty objects were seen a: json");
        assert_eq!(of_values(&["null"]), "// no value was seen a: json?");
        assert_eq!(of_values(&["[1,null]"]), "// null stood 1 times in the list a: json");
        let keys: Vec<String> = (0..600).map(|n| format!("{{\"k{n}\":1}}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(of_values(&keys), "// its keys are data: more than 500 were seen a: json");
    }

    #[test]
    fn few_values_of_many_are_an_enum_where_that_is_asked_for() {
        let line =
            |n: usize| format!("{{\"event\":\"e\",\"properties\":{{\"a\":\"{}\"}}}}\n", n % 3);
        let lines: String = (0..60).map(line).collect();
        let enums = Options { enums: true };
        assert!(inferred(&lines, enums).contains("a: \"0\" | \"1\" | \"2\"\n"));
        assert!(inferred(&lines, Options::default()).contains("a: text\n"));
        let few: String = (0..40).map(line).collect();
        assert!(inferred(&few, enums).contains("a: text\n"));
    }

    #[test]
    fn messages_of_both_kinds_are_read_and_the_rest_is_counted() {
        let mut sample = Sample::default();
        let lines = concat!(
            "\u{FEFF}{\"type\":\"track\",\"event\":\"Order Completed\",\"properties\":{\"total\":5}}\n",
            "\n",
            "{\"type\":\"identify\",\"userId\":\"1\",\"traits\":{\"firstName\":\"Ada\",\"id\":1}}\n",
            "{\"customer_id\":\"1\",\"traits\":{\"plan\":\"pro\"}}\n",
            "{\"type\":\"page\",\"name\":\"Home\"}\n",
            "{\"event\":5}\n[]\n{}\n{\"event\":\n",
        );
        sample.read(lines.as_bytes()).unwrap();
        assert_eq!(sample.lines, 8);
        assert_eq!((sample.skipped.broken, sample.skipped.others), (4, 1));
        assert_eq!(sample.skipped.shown[0], (6, "`event` is not a text".to_owned()));
        assert_eq!(sample.counts(), (vec![("Order Completed", 1)], 2));
        let written = write(&sample.declared(Options::default()), "x").unwrap();
        assert_eq!(
            written.text,
            "// x\n\ncustomer {\n  first_name \"firstName\": text?\n  id_field \"id\": int?\n  \
             plan: text?\n}\n\nevent order_completed \"Order Completed\" {\n  total: int\n}\n"
        );
        assert_eq!(written.notes, ["\"id\" of customer is `id_field`: `id` is taken"]);
    }
}

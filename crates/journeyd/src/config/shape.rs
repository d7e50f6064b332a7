//! Which keys there are, and of which kind their values: read off the defaults.

use std::collections::BTreeMap;

use toml::Value;

/// The name that stands for any name, where people choose the names.
pub(super) const ANY: &str = "*";

/// What may stand at a key.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Further keys.
    Section(BTreeMap<String, Shape>),
    /// A value.
    Leaf(Kind),
}

/// Kinds of values, as far as it takes to read one from a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Truth,
    Texts,
    /// Whatever the destination declares.
    Any,
}

impl Shape {
    /// The shape of a value.
    pub(super) fn of(value: &Value) -> Shape {
        match value {
            Value::Table(table) => Shape::Section(
                table.iter().map(|(name, value)| (name.clone(), Shape::of(value))).collect(),
            ),
            Value::Integer(_) => Shape::Leaf(Kind::Whole),
            Value::Boolean(_) => Shape::Leaf(Kind::Truth),
            Value::Array(_) => Shape::Leaf(Kind::Texts),
            Value::String(_) => Shape::Leaf(Kind::Text),
            Value::Float(_) | Value::Datetime(_) => Shape::Leaf(Kind::Any),
        }
    }

    /// What stands below `name`, if that is a key.
    pub(super) fn child(&self, name: &str) -> Option<&Shape> {
        match self {
            Shape::Section(children) => children.get(name).or_else(|| children.get(ANY)),
            Shape::Leaf(_) => None,
        }
    }

    /// What stands at a path, to be changed.
    pub(super) fn at_mut(&mut self, path: &[&str]) -> Option<&mut Shape> {
        path.iter().try_fold(self, |shape, name| match shape {
            Shape::Section(children) => children.get_mut(*name),
            Shape::Leaf(_) => None,
        })
    }

    /// All keys with a value, dotted, and the kinds of their values.
    pub(super) fn leaves(&self) -> Vec<(String, Kind)> {
        let mut found = Vec::new();
        self.collect(String::new(), &mut found);
        found
    }

    fn collect(&self, path: String, found: &mut Vec<(String, Kind)>) {
        match self {
            Shape::Leaf(kind) => found.push((path, *kind)),
            Shape::Section(children) => {
                for (name, child) in children {
                    let dot = if path.is_empty() { "" } else { "." };
                    child.collect(format!("{path}{dot}{name}"), found);
                }
            }
        }
    }
}

impl Kind {
    /// Reads a value from a text of a variable or a flag.
    pub(super) fn read(self, text: &str) -> Result<Value, &'static str> {
        match self {
            Kind::Text | Kind::Any => Ok(Value::String(text.to_owned())),
            Kind::Whole => text.parse().map(Value::Integer).map_err(|_| "a whole number"),
            Kind::Truth => text.parse().map(Value::Boolean).map_err(|_| "true or false"),
            Kind::Texts => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Ok(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
            }
        }
    }
}

/// The known name that is nearest to one that is not known, if any is near.
pub(super) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let far = wrong.len().div_ceil(3).max(2);
    known
        .map(|key| {
            let misplaced = last(key) == last(wrong);
            let distance = strsim::damerau_levenshtein(wrong, key);
            (if misplaced { distance.min(1) } else { distance }, key)
        })
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, key)| key.to_owned())
}

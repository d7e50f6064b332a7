//! Laying defaults, file, environment and flags over one another.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::shape::{ANY, Kind, Shape, nearest};
use super::{Config, DestinationConfig};

/// What every variable begins with.
const PREFIX: &str = "JOURNEYD_";

/// Variables that are no keys: the file to read, and what destinations are given.
const OTHERS: &[&str] = &["JOURNEYD_CONFIG", "JOURNEYD_SECRET_", "JOURNEYD_DESTINATION_"];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the file.
    File(PathBuf, u32),
    /// A variable of the environment.
    Variable(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Variable(name) => f.write_str(name),
            Origin::Flag(name) => f.write_str(name),
        }
    }
}

/// Something that is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{}:{line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u32,
        /// What is wrong there.
        message: String,
    },
    /// There is no such key.
    #[error("{origin}: there is no `{key}`{}", hint(nearest))]
    Unknown {
        /// Where it is set.
        origin: Origin,
        /// What is set, as it is written there.
        key: String,
        /// What may be meant.
        nearest: Option<String>,
    },
    /// The value is not of the kind the key needs.
    #[error("{origin}: `{key}`: {message}")]
    Value {
        /// Where it is set.
        origin: Origin,
        /// The key.
        key: String,
        /// What is wrong with it.
        message: String,
    },
    /// The settings contradict each other or ask for what is not safe.
    #[error("{0}")]
    Unfit(String),
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// What is laid over one another, the lowest first.
#[derive(Debug, Default)]
pub struct Sources {
    /// The defaults; those of `dev` differ.
    pub defaults: Config,
    /// The file, and what it holds.
    pub file: Option<(PathBuf, String)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// Keys set by flags: the key, the value, the flag.
    pub flags: Vec<(String, String, String)>,
}

/// The configuration, and where each value came from.
#[derive(Debug)]
pub struct Loaded {
    /// What is set.
    pub config: Config,
    tree: Table,
    origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Each key with its value, as TOML writes it, and its origin.
    pub fn entries(&self) -> Vec<(String, String, Origin)> {
        let mut found = Vec::new();
        flatten(&Value::Table(self.tree.clone()), String::new(), &mut found);
        found
            .into_iter()
            .map(|(key, value)| {
                let origin = self.origins.get(&key).cloned().unwrap_or(Origin::Default);
                (key, value, origin)
            })
            .collect()
    }
}

fn flatten(value: &Value, path: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(value, format!("{path}{dot}{}", in_toml(name)), found);
            }
        }
        value => found.push((path, value.to_string())),
    }
}

/// A name as TOML writes it among others: a host has points of its own.
pub(super) fn in_toml(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !name.is_empty() && name.chars().all(plain) {
        true => name.to_owned(),
        false => Value::String(name.to_owned()).to_string(),
    }
}

/// Lays the sources over one another.
///
/// # Errors
/// All that is wrong with them, in the order of the sources.
pub fn load(sources: &Sources) -> Result<Loaded, Vec<ConfigError>> {
    let fail = |error: toml::ser::Error| vec![ConfigError::Unfit(error.to_string())];
    let mut layers = Layers {
        shape: shape(&sources.defaults).map_err(fail)?,
        tree: Table::try_from(&sources.defaults).map_err(fail)?,
        origins: BTreeMap::new(),
        errors: Vec::new(),
    };
    if let Some((path, text)) = &sources.file {
        layers.file(path, text);
    }
    layers.environment(&sources.environment);
    for (key, text, flag) in &sources.flags {
        layers.flag(key, text, flag);
    }
    layers.finish()
}

/// The shape of the whole configuration, with what people name themselves.
fn shape(defaults: &Config) -> Result<Shape, toml::ser::Error> {
    let mut example = defaults.clone();
    example.destinations = BTreeMap::from([(ANY.to_owned(), DestinationConfig::example())]);
    let mut shape = Shape::of(&Value::try_from(&example)?);
    if let Some(settings) = shape.at_mut(&["destinations", ANY, "settings"]) {
        *settings = Shape::Section(BTreeMap::from([(ANY.to_owned(), Shape::Leaf(Kind::Any))]));
    }
    Ok(shape)
}

struct Layers {
    shape: Shape,
    tree: Table,
    origins: BTreeMap<String, Origin>,
    errors: Vec<ConfigError>,
}

impl Layers {
    fn file(&mut self, path: &Path, text: &str) {
        let line = |at: usize| {
            let before = text.get(..at).unwrap_or(text);
            u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1)
        };
        match DeTable::parse(text) {
            Ok(table) => {
                let at = |offset| Origin::File(path.to_owned(), line(offset));
                let shape = self.shape.clone();
                self.section(table.get_ref(), &shape, &mut Vec::new(), &at);
            }
            Err(error) => self.errors.push(ConfigError::Syntax {
                path: path.to_owned(),
                line: line(error.span().map_or(0, |span| span.start)),
                message: error.message().to_owned(),
            }),
        }
    }

    fn section(
        &mut self,
        table: &DeTable<'_>,
        shape: &Shape,
        path: &mut Vec<String>,
        at: &impl Fn(usize) -> Origin,
    ) {
        for (name, value) in table {
            path.push(name.get_ref().to_string());
            let origin = at(name.span().start);
            match (shape.child(name.get_ref()), value.get_ref()) {
                (None, _) => self.unknown(path.join("."), origin),
                (Some(below @ Shape::Section(_)), DeValue::Table(inner)) => {
                    self.section(inner, below, path, at);
                }
                (Some(Shape::Section(_)), _) => self.no_section(path, origin),
                (Some(Shape::Leaf(_)), _) => self.leaf(path, value, origin),
            }
            path.pop();
        }
    }

    fn leaf(&mut self, path: &[String], value: &Spanned<DeValue<'_>>, origin: Origin) {
        match Value::deserialize(toml::de::ValueDeserializer::from(value.clone())) {
            Ok(value) => self.set(path, value, origin),
            Err(error) => self.errors.push(ConfigError::Value {
                origin,
                key: path.join("."),
                message: error.message().to_owned(),
            }),
        }
    }

    /// The value is not named: a secret may stand there by mistake.
    fn no_section(&mut self, path: &[String], origin: Origin) {
        let secret = matches!(path, [first, _, third, _] if first == "destinations" && ["secrets", "signing"].contains(&third.as_str()));
        let message = if secret {
            "a secret does not stand in the configuration: name the file or the variable it is in, as in { file = \"/run/secrets/token\" }"
        } else {
            "this is a section: set its keys"
        };
        let key = path.join(".");
        self.errors.push(ConfigError::Value { origin, key, message: message.to_owned() });
    }

    fn environment(&mut self, variables: &[(String, String)]) {
        let known: BTreeMap<String, (String, Kind)> = self
            .shape
            .leaves()
            .into_iter()
            .filter(|(key, _)| !key.contains(ANY))
            .map(|(key, kind)| (variable(&key), (key, kind)))
            .collect();
        let ours = variables.iter().filter(|(name, _)| {
            name.starts_with(PREFIX) && !OTHERS.iter().any(|other| name.starts_with(other))
        });
        for (name, text) in ours {
            let origin = Origin::Variable(name.clone());
            match known.get(name) {
                Some((key, kind)) => self.text(key, *kind, text, origin),
                None => self.errors.push(ConfigError::Unknown {
                    origin: Origin::Variable("environment".to_owned()),
                    key: name.clone(),
                    nearest: nearest(name, known.keys().map(String::as_str)),
                }),
            }
        }
    }

    fn flag(&mut self, key: &str, text: &str, flag: &str) {
        let origin = Origin::Flag(flag.to_owned());
        let found = key.split('.').try_fold(&self.shape, |shape, name| shape.child(name));
        match found {
            Some(Shape::Leaf(kind)) => self.text(key, *kind, text, origin),
            Some(Shape::Section(_)) => {
                let path: Vec<String> = key.split('.').map(str::to_owned).collect();
                self.no_section(&path, origin);
            }
            None => self.unknown(key.to_owned(), origin),
        }
    }

    fn text(&mut self, key: &str, kind: Kind, text: &str, origin: Origin) {
        let path: Vec<String> = key.split('.').map(str::to_owned).collect();
        match kind.read(text) {
            Ok(value) => self.set(&path, value, origin),
            Err(expected) => self.errors.push(ConfigError::Value {
                origin,
                key: key.to_owned(),
                message: format!("`{text}` is not {expected}"),
            }),
        }
    }

    fn unknown(&mut self, key: String, origin: Origin) {
        let leaves = self.shape.leaves();
        let keys = leaves.iter().map(|(key, _)| key.as_str());
        // A section may be what is misspelt.
        let sections = keys.clone().filter_map(|key| Some(key.rsplit_once('.')?.0));
        let nearest = nearest(&key, keys.chain(sections));
        self.errors.push(ConfigError::Unknown { origin, key, nearest });
    }

    fn set(&mut self, path: &[String], value: Value, origin: Origin) {
        let Some((last, sections)) = path.split_last() else { return };
        let mut table = &mut self.tree;
        for name in sections {
            let below = table.entry(name.clone()).or_insert_with(|| Value::Table(Table::new()));
            match below {
                Value::Table(inner) => table = inner,
                _ => return,
            }
        }
        table.insert(last.clone(), value);
        let key: Vec<String> = path.iter().map(|name| in_toml(name)).collect();
        self.origins.insert(key.join("."), origin);
    }

    fn finish(mut self) -> Result<Loaded, Vec<ConfigError>> {
        match serde_path_to_error::deserialize::<_, Config>(Value::Table(self.tree.clone())) {
            Ok(config) => {
                for (key, message) in super::breaker::faults(&config) {
                    let origin = self.origins.get(&key).cloned().unwrap_or(Origin::Default);
                    self.errors.push(ConfigError::Value { origin, key, message });
                }
                match self.errors.is_empty() {
                    true => Ok(Loaded { config, tree: self.tree, origins: self.origins }),
                    false => Err(self.errors),
                }
            }
            Err(error) => {
                let key = error.path().to_string();
                let origin = self.origins.get(&key).cloned().unwrap_or(Origin::Default);
                let message = error.into_inner().message().to_owned();
                self.errors.push(ConfigError::Value { origin, key, message });
                Err(self.errors)
            }
        }
    }
}

/// The variable that sets a key.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

#[cfg(test)]
#[path = "layers_tests.rs"]
mod tests;

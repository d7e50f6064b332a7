//! `journey.toml`: what a workspace says about itself.

use std::collections::BTreeMap;
use std::ops::Range;

use journey_base::{Code, Severity, TextRange};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::suggest::{self, Candidate};

/// The configuration of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Config {
    /// The name of the workspace, part of every idempotency key; empty where none was given.
    pub name: String,
    /// IANA time zone in which dates and times of day are read. Always one that exists.
    pub timezone: String,
    /// Levels of lints that differ from the lint's own.
    pub lints: BTreeMap<String, LintLevel>,
    /// Line width the formatter aims at.
    pub width: u32,
}

/// What becomes of a lint's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LintLevel {
    /// They are dropped.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

/// What is wrong with a `journey.toml`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// One line: what is wrong, naming the thing.
    pub message: String,
    /// Where in the text.
    pub range: TextRange,
    /// What to do about it.
    pub help: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            name: String::new(),
            timezone: "UTC".to_owned(),
            lints: BTreeMap::new(),
            width: 100,
        }
    }
}

/// Every key there is, by section.
const KEYS: &[(&str, &[&str])] =
    &[("workspace", &["name", "language", "timezone"]), ("lints", &[]), ("format", &["width"])];

/// The language versions this checker knows.
const LANGUAGE: &str = "1";

impl Config {
    /// Reads the text of a `journey.toml`. All that is wrong is told at once.
    pub fn parse(text: &str) -> Result<Config, Vec<ConfigError>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let not_toml = errors.iter().map(|error| ConfigError {
                message: format!("this is not TOML: {}", error.message()),
                range: range(error.span().unwrap_or(0..0)),
                help: None,
            });
            return Err(not_toml.collect());
        }
        let (mut config, mut errors) = (Config::default(), Vec::new());
        for (section, value) in table.get_ref().iter() {
            let name: &str = section.get_ref();
            let Some((_, keys)) = KEYS.iter().find(|(known, _)| *known == name) else {
                let known = KEYS.iter().map(|(known, _)| *known);
                errors.push(unknown("section", name, section.span(), known));
                continue;
            };
            let DeValue::Table(entries) = value.get_ref() else {
                errors.push(wrong(name, "a section", value));
                continue;
            };
            for (key, value) in entries.iter() {
                errors.extend(config.entry(name, keys, key, value).err());
            }
        }
        errors.sort_by_key(|error| error.range);
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// The severity of a code in this workspace; `None` where its findings are dropped.
    pub fn severity(&self, code: Code) -> Option<Severity> {
        match self.lints.get(code.lint()) {
            Some(LintLevel::Allow) => None,
            Some(LintLevel::Warn) => Some(Severity::Warning),
            Some(LintLevel::Deny) => Some(Severity::Error),
            None if code.is_quiet() => None,
            None => Some(code.severity()),
        }
    }

    fn entry(
        &mut self,
        section: &str,
        keys: &[&'static str],
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ConfigError> {
        let name: &str = key.get_ref();
        match (section, name) {
            ("lints", _) => self.lint(name, key.span(), value),
            ("workspace", "name") => {
                let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
                let text = text.ok_or_else(|| wrong(name, "a text that is not empty", value))?;
                self.name = text.to_owned();
                Ok(())
            }
            ("workspace", "timezone") => {
                let text = value.get_ref().as_str().ok_or_else(|| wrong(name, "a text", value))?;
                if journey_time::find(text).is_none() {
                    return Err(unknown_zone(text, value.span()));
                }
                self.timezone = text.to_owned();
                Ok(())
            }
            ("workspace", "language") => {
                let version = value.get_ref().as_integer().map(|integer| integer.as_str());
                if version == Some(LANGUAGE) {
                    return Ok(());
                }
                Err(wrong(name, "1, the only version of the language so far", value))
            }
            ("format", "width") => {
                let width = value.get_ref().as_integer();
                let width = width.and_then(|width| width.as_str().parse().ok());
                let width = width.filter(|width| (40..=400).contains(width));
                self.width = width.ok_or_else(|| wrong(name, "a number from 40 to 400", value))?;
                Ok(())
            }
            _ => Err(unknown("key", name, key.span(), keys.iter().copied())),
        }
    }

    fn lint(
        &mut self,
        name: &str,
        span: Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ConfigError> {
        if !Code::lints().any(|lint| lint == name) {
            return Err(unknown("lint", name, span, Code::lints()));
        }
        let level = match value.get_ref().as_str() {
            Some("allow") => LintLevel::Allow,
            Some("warn") => LintLevel::Warn,
            Some("deny") => LintLevel::Deny,
            _ => return Err(wrong(name, "\"allow\", \"warn\" or \"deny\"", value)),
        };
        self.lints.insert(name.to_owned(), level);
        Ok(())
    }
}

fn range(span: Range<usize>) -> TextRange {
    TextRange::new(span.start as u32, span.end as u32)
}

fn wrong(key: &str, wanted: &str, value: &Spanned<DeValue<'_>>) -> ConfigError {
    ConfigError {
        message: format!("`{key}` must be {wanted}"),
        range: range(value.span()),
        help: None,
    }
}

fn unknown(
    what: &str,
    name: &str,
    span: Range<usize>,
    known: impl Iterator<Item = &'static str>,
) -> ConfigError {
    let known: Vec<Candidate> = known.map(Candidate::new).collect();
    let close = suggest::closest(name, &known);
    let help = if close.is_empty() {
        format!("there is {}", suggest::list_all(known.iter().map(|known| &known.name)))
    } else {
        format!("did you mean {}?", suggest::list(close.iter().map(|known| &known.name)))
    };
    ConfigError {
        message: format!("there is no {what} `{name}`"),
        range: range(span),
        help: Some(help),
    }
}

fn unknown_zone(name: &str, span: Range<usize>) -> ConfigError {
    let zones: Vec<Candidate> = journey_time::names().map(Candidate::new).collect();
    let close = suggest::closest(name, &zones);
    let help = if close.is_empty() {
        "write an IANA name such as \"Europe/Berlin\" or \"UTC\"".to_owned()
    } else {
        format!("did you mean {}?", suggest::list(close.iter().map(|zone| &zone.name)))
    };
    ConfigError {
        message: format!("there is no time zone `{name}`"),
        range: range(span),
        help: Some(help),
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, LintLevel};
    use journey_base::{Code, Severity};

    fn problem(text: &str) -> String {
        let errors = Config::parse(text).unwrap_err();
        let shown = errors.iter().map(|error| {
            let help = error.help.as_deref().unwrap_or_default();
            format!("{} @ {:?}: {help}", error.message, error.range.of(text))
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_full_configuration_is_read() {
        let config = Config::parse(
            "[workspace]\nname = \"shop\"\nlanguage = 1\ntimezone = \"Europe/Berlin\"\n\
             [lints]\nunused = \"deny\"\nname_style = \"allow\"\n[format]\nwidth = 80\n",
        )
        .unwrap();
        assert_eq!(
            (config.name.as_str(), config.timezone.as_str(), config.width),
            ("shop", "Europe/Berlin", 80)
        );
        assert_eq!(config.lints.get("unused"), Some(&LintLevel::Deny));
        assert_eq!(config.severity(Code::UNUSED), Some(Severity::Error));
        assert_eq!(config.severity(Code::NAME_STYLE), None);
        assert_eq!(config.severity(Code::ENDLESS_WAIT), Some(Severity::Warning));
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn mistakes_are_shown_where_they_are_with_what_was_meant() {
        assert_eq!(
            problem("[workspace]\ntimezoen = \"UTC\"\n"),
            "there is no key `timezoen` @ \"timezoen\": did you mean `timezone`?"
        );
        assert_eq!(
            problem("[lint]\nunused = \"warn\"\n"),
            "there is no section `lint` @ \"lint\": did you mean `lints`?"
        );
        assert_eq!(
            problem("[lints]\nunsued = \"warn\"\n"),
            "there is no lint `unsued` @ \"unsued\": did you mean `unused`?"
        );
        assert_eq!(
            problem("[lints]\nunused = \"off\"\n"),
            "`unused` must be \"allow\", \"warn\" or \"deny\" @ \"\\\"off\\\"\": "
        );
        assert_eq!(
            problem("[workspace]\ntimezone = \"Europe/Berln\"\n"),
            "there is no time zone `Europe/Berln` @ \"\\\"Europe/Berln\\\"\": \
             did you mean `Europe/Berlin`?"
        );
        assert_eq!(
            problem("[workspace]\nlanguage = 2\n"),
            "`language` must be 1, the only version of the language so far @ \"2\": "
        );
        assert!(problem("[workspace\n").starts_with("this is not TOML: "));
        assert_eq!(problem("[workspace]\nname = 3\ncolour = 1\n").lines().count(), 2);
    }
}

//! What destinations of kind `log` write: lines on the standard output.
//!
//! Programs get one JSON object a line, with the idempotency key, since a line is written again when the
//! process ends before it is known to be written. People at a terminal get less, and in columns.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat};
use journey_delivery::{LogLine, Sink};
use serde_json::Value;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// For programs.
    Json,
    /// For people, with colours or without.
    Terminal {
        /// Whether there are colours.
        colour: bool,
    },
}

impl Look {
    /// What suits the standard output, where somebody may sit and try things out.
    pub fn of_stdout() -> Look {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match io::stdout().is_terminal() {
            true => Look::Terminal { colour: !plain },
            false => Look::Json,
        }
    }
}

/// Writes lines.
#[derive(Debug)]
pub struct Lines<W> {
    look: Look,
    to: Mutex<W>,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to `to`.
    pub fn new(look: Look, to: W) -> Lines<W> {
        Lines { look, to: Mutex::new(to) }
    }
}

impl<W: Write + Send> Sink for Lines<W> {
    fn write(&self, line: LogLine<'_>) -> io::Result<()> {
        let text = match self.look {
            Look::Json => json(&line),
            Look::Terminal { colour } => columns(&line, colour),
        };
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece, so that nothing comes between a line and its end.
        to.write_all(text.as_bytes())?;
        to.flush()
    }
}

/// The object of the action, with when it was asked for and its key in front.
fn json(line: &LogLine<'_>) -> String {
    let at = DateTime::from_timestamp_millis(line.at).unwrap_or_default();
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let rest = line.json.strip_prefix('{').unwrap_or("}");
    format!("{{\"ts\":\"{at}\",\"key\":\"{}\",{rest}\n", line.key)
}

/// Time, action, and each argument by its name.
fn columns(line: &LogLine<'_>, colour: bool) -> String {
    let at = DateTime::from_timestamp_millis(line.at).unwrap_or_default().format("%H:%M:%S");
    let value: Value = serde_json::from_str(line.json).unwrap_or_default();
    let action = value.get("action").and_then(Value::as_str).unwrap_or(line.queue);
    let paint = |code: &str, text: &str| match colour {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    };
    let mut text = format!("{}  {}", paint("2", &at.to_string()), paint("36", action));
    let arguments = value.get("args").and_then(Value::as_object);
    for (name, value) in arguments.into_iter().flatten() {
        // As JSON, so that no text can speak to the terminal.
        text.push_str(&format!("  {} {value}", paint("2", &format!("{name}:"))));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::{Lines, Look};
    use journey_delivery::{LogLine, Sink};

    fn written(look: Look) -> String {
        let json = r#"{"action":"crm.note","destination":"crm","args":{"text":"a\u001bb","n":1}}"#;
        let lines = Lines::new(look, Vec::new());
        lines.write(LogLine { queue: "crm", key: "0a", at: 1_500, json }).unwrap();
        String::from_utf8(lines.to.into_inner().unwrap()).unwrap()
    }

    #[test]
    fn programs_read_json_with_the_key() {
        let text = written(Look::Json);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&value["ts"], &value["key"]),
            (&"1970-01-01T00:00:01.500Z".into(), &"0a".into())
        );
        assert_eq!((&value["action"], &value["args"]["n"]), (&"crm.note".into(), &1.into()));
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn people_read_columns_in_which_nothing_speaks_to_their_terminal() {
        let text = written(Look::Terminal { colour: false });
        assert_eq!(text, "00:00:01  crm.note  n: 1  text: \"a\\u001bb\"\n");
    }
}

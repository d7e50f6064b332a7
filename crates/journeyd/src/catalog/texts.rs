//! Files taken apart: the journeys of a workspace, each by itself, and the rest.

use journey_base::TextRange;
use journey_syntax::{AstNode, ast};

/// What a file declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// Journeys by name, with their comments.
    pub journeys: Vec<(String, String)>,
    /// The file without its journeys and tests.
    pub rest: String,
    /// Whether there is anything but comments in that.
    pub declares: bool,
}

/// Takes a file apart. Tests are left out: they are for `journeyc`.
pub fn take_apart(text: &str) -> Parts {
    let parse = journey_syntax::parse(text);
    let mut parts = Parts::default();
    let Some(file) = ast::File::cast(parse.tree.root()) else { return parts };
    let mut from = 0;
    for item in file.items() {
        let range = item.range();
        match item {
            ast::Item::JourneyDecl(journey) => {
                let name = journey.name().map(|name| name.text().to_owned());
                let source = range.of(text).to_owned();
                parts.journeys.push((name.unwrap_or_default(), source));
            }
            ast::Item::TestDecl(_) => {}
            _ => {
                parts.declares = true;
                continue;
            }
        }
        parts.rest.push_str(TextRange::new(from, range.start).of(text));
        from = range.end;
    }
    parts.rest.push_str(TextRange::new(from, text.len() as u32).of(text));
    parts
}

/// What is wrong with a source that is to be one journey.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOne {
    /// There is none.
    #[error("there is no journey in it; a source is one `journey name {{ … }}`")]
    None,
    /// There are several.
    #[error("there are {0} journeys in it; each is created by itself")]
    Several(usize),
    /// It has no name that could be read.
    #[error("the journey has no name")]
    Nameless,
    /// There is something else.
    #[error("there is a declaration in it that belongs to the schema; set it with `PUT /schema`")]
    Declares,
}

/// The name of the one journey that a source is.
pub fn name_of(source: &str) -> Result<String, NotOne> {
    let parts = take_apart(source);
    match &parts.journeys[..] {
        [] => Err(NotOne::None),
        _ if parts.declares => Err(NotOne::Declares),
        [(name, _)] if name.is_empty() => Err(NotOne::Nameless),
        [(name, _)] => Ok(name.clone()),
        several => Err(NotOne::Several(several.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "// shop\nevent bought {}\n\n/// Says hello.\njourney a { entry manual exit x }\n\
                        journey b { entry manual exit x }\nevent left {}\n";

    #[test]
    fn journeys_come_out_with_their_comments_and_the_rest_stays() {
        let parts = take_apart(FILE);
        let names: Vec<&str> = parts.journeys.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(parts.journeys[0].1.starts_with("/// Says hello.\njourney a"), "{parts:?}");
        assert!(parts.rest.contains("event bought") && parts.rest.contains("event left"));
        assert!(!parts.rest.contains("journey"), "{}", parts.rest);
        assert!(parts.declares);
    }

    #[test]
    fn a_source_is_one_journey_and_nothing_else() {
        assert_eq!(name_of("journey a { exit x }"), Ok("a".to_owned()));
        assert_eq!(name_of("journey a { exit "), Ok("a".to_owned()), "broken, but named");
        assert_eq!(name_of(""), Err(NotOne::None));
        assert_eq!(name_of("journey a {} journey b {}"), Err(NotOne::Several(2)));
        assert_eq!(name_of("event e {}\njourney a {}"), Err(NotOne::Declares));
    }
}

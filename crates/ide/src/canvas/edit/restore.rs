//! Journeys are put back as they were.
//!
//! What makes two journeys of one cannot be undone tile by tile. So here the text of before comes
//! along, and takes the place of the journeys that stand there now.

use journey_syntax::{AstNode, ast};

use super::op::{Op, Refusal};
use super::surgery::Splice;
use super::tiles::draft;
use super::{Desk, Draft, Track};
use crate::canvas::sheet::{Sheet, journeys};

impl<'a> Desk<'a> {
    pub(super) fn restore(
        &self,
        names: &[String],
        text: &str,
        select: Option<&str>,
    ) -> Result<Draft<'a>, Refusal> {
        let gone = || Refusal::NoJourneys { journeys: names.to_vec() };
        let here = journeys(self.parse);
        let first = here.iter().position(|it| it.range() == self.sheet.decl.range());
        let first = first.ok_or_else(gone)?;
        let old = here.get(first..first + names.len()).ok_or_else(gone)?;
        let same = old.iter().map(|it| name(*it)).eq(names.iter().map(String::as_str));
        let range = match (old.first(), old.last()) {
            (Some(first), Some(last)) if same => first.range().cover(last.range()),
            _ => return Err(gone()),
        };
        let file = ast::File::cast(self.parse.tree.root());
        let between = file.into_iter().flat_map(|file| file.items());
        let between = between
            .filter(|it| range.start <= it.range().start && it.range().end <= range.end)
            .count();
        if between != old.len() {
            return Err(gone());
        }
        let text = text.replace("\r\n", "\n").trim().to_owned();
        let parse = journey_syntax::parse(&text);
        if let Some(error) = parse.errors.first() {
            return Err(Refusal::NotSource { why: error.message.clone() });
        }
        let new = journeys(&parse);
        let items = ast::File::cast(parse.tree.root()).map_or(0, |file| file.items().count());
        let begins =
            new.first().is_some_and(|it| it.range().start == 0 && name(*it) == self.journey);
        if !begins || items != new.len() {
            let why = format!("it is not the journey `{}`", self.journey);
            return Err(Refusal::NotSource { why });
        }
        let select = select.and_then(|key| Sheet::of(&parse, self.journey)?.find(key));
        let back = Op::Restore {
            journeys: new.iter().map(|it| name(*it).to_owned()).collect(),
            text: range.of(self.parse.tree.text()).to_owned(),
            select: None,
        };
        let more = new.len() as isize - old.len() as isize;
        let select = select.map_or(Track::Nothing, Track::Same);
        let draft = draft(vec![Splice::new(range, text)], select, |_| vec![back]);
        Ok(Draft { more_items: more, verbatim: true, ..draft })
    }
}

fn name<'t>(journey: ast::JourneyDecl<'t>) -> &'t str {
    journey.name().map_or("", |name| name.source())
}

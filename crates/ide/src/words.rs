//! What the words of the language mean, in a line each: for completion and for hovering.

use journey_base::plural;
use journey_syntax::{SyntaxKind, SyntaxToken, literal};

/// What a keyword does.
pub(crate) fn keyword(word: &str) -> &'static str {
    find(KEYWORDS, word)
}

/// What a word does in the innermost of these nodes, if that is something particular. They come with
/// the innermost first.
pub(crate) fn keyword_in(word: &str, around: &[SyntaxKind]) -> Option<&'static str> {
    around.iter().find_map(|kind| {
        let mut all = PARTICULAR.iter();
        all.find(|(node, known, _)| node == kind && *known == word).map(|(.., about)| *about)
    })
}

/// What a function, a type or another built-in name is: its signature and what it does.
pub(crate) fn built_in(name: &str) -> Option<(&'static str, &'static str)> {
    BUILT_IN.iter().find(|(known, ..)| *known == name).map(|(_, form, about)| (*form, *about))
}

/// The functions, with their signatures and what they do.
pub(crate) fn functions() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    BUILT_IN.iter().filter(|(_, form, _)| form.contains('(')).copied()
}

/// The types that have a name.
pub(crate) fn types() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILT_IN
        .iter()
        .filter_map(|(name, _, about)| name.strip_prefix("type.").map(|name| (name, *about)))
}

/// What stands behind the `.` of a value, with its type.
pub(crate) const VALUE_PROPERTIES: &[(&str, &[&str], &str)] = &[
    ("date", &["time"], "date"),
    ("time", &["time"], "timeofday"),
    ("weekday", &["time"], "weekday"),
    ("hour", &["time"], "int"),
    ("day", &["time"], "int"),
    ("month", &["time"], "int"),
    ("year", &["time"], "int"),
    ("length", &["text", "list"], "int"),
];

/// A length of time that is written out, in words: `1 day 12 hours`.
pub(crate) fn duration(text: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits =
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').len();
        let (number, behind) = rest.split_at_checked(digits)?;
        let count = literal::int(number).ok()?;
        let length = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(length)?;
        let unit = UNITS.iter().find(|(known, _)| *known == unit)?.1;
        parts.push(plural(usize::try_from(count).ok()?, unit));
        rest = behind;
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

const UNITS: &[(&str, &str)] = &[
    ("ms", "millisecond"),
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
];

/// What a literal does not say by itself: a length of time in words, the weekday of a day.
pub(crate) fn literal(token: SyntaxToken<'_>) -> Option<String> {
    const DAY: i64 = 86_400_000;
    let text = token.text();
    let days = match token.kind() {
        SyntaxKind::DURATION_LIT => return Some(format!("`{text}`: {}", duration(text)?)),
        SyntaxKind::DATE_LIT => i64::from(literal::date_days(text).ok()?),
        SyntaxKind::TIME_LIT => literal::time(text).ok()?.local_ms.div_euclid(DAY),
        _ => return None,
    };
    // The first of January 1970 was a Thursday.
    let weekday = usize::try_from((days + 3).rem_euclid(7)).ok()?;
    Some(format!("`{text}`: a {}", WEEKDAYS.get(weekday)?))
}

const WEEKDAYS: &[&str] =
    &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn find(table: &[(&str, &'static str)], word: &str) -> &'static str {
    table.iter().find(|(known, _)| *known == word).map_or("", |(_, about)| about)
}

const BUILT_IN: &[(&str, &str, &str)] = &[
    (
        "count",
        "count(EVENT where …, within: 30d) -> int",
        "How often the event came, ever or in the time given.",
    ),
    (
        "happened",
        "happened(EVENT where …, within: 30d) -> bool",
        "Whether the event came, ever or in the time given.",
    ),
    (
        "sum",
        "sum(EVENT.property, within: 30d) -> number",
        "What a property of the event adds up to; or what the elements of a list do.",
    ),
    (
        "last",
        "last(EVENT) -> { …, at: time }?",
        "The latest event of the name, with its properties and its time.",
    ),
    ("any", "any(list, x => …) -> bool", "Whether the condition holds for some element of a list."),
    (
        "all",
        "all(list, x => …) -> bool",
        "Whether the condition holds for every element of a list.",
    ),
    ("abs", "abs(number) -> number", "The number without its sign."),
    ("ceil", "ceil(number) -> int", "The next whole number that is not less."),
    ("floor", "floor(number) -> int", "The next whole number that is not greater."),
    ("round", "round(number) -> int", "The nearest whole number; halves go away from zero."),
    ("min", "min(a, b) -> number", "The lesser of two numbers."),
    ("max", "max(a, b) -> number", "The greater of two numbers."),
    ("length", "length(text) -> int", "How many characters a text has, or elements a list."),
    ("lower", "lower(text) -> text", "The text in small letters."),
    ("upper", "upper(text) -> text", "The text in capitals."),
    ("trim", "trim(text) -> text", "The text without blanks at its ends."),
    ("text", "text(value) -> text", "The value as a text."),
    (
        "number",
        "number(text) -> number?",
        "The number that a text spells; unset if it spells none.",
    ),
    (
        "add_months",
        "add_months(date, int) -> date",
        "The same day some months later; the last of the month where there is no such day.",
    ),
    ("now", "now: time", "The instant at which this is asked."),
    ("entered", "entered: time", "The instant at which the member entered the journey."),
    ("customer.id", "customer.id: text", "Who the customer is. It never changes."),
    ("event.at", "at: time", "When the event happened."),
    ("message.id", "id: text", "The idempotency key of the message."),
    ("value.date", "date: date", "The calendar day of a time, in the journey's time zone."),
    ("value.time", "time: timeofday", "The time of day of a time, in the journey's time zone."),
    ("value.weekday", "weekday: weekday", "The day of the week of a time."),
    ("value.hour", "hour: int", "The hour of a time, from 0 to 23."),
    ("value.day", "day: int", "The day of the month of a time, from 1."),
    ("value.month", "month: int", "The month of a time, from 1."),
    ("value.year", "year: int", "The year of a time."),
    ("value.length", "length: int", "How many characters a text has, or elements a list."),
    ("type.bool", "bool", "`true` or `false`."),
    ("type.int", "int", "A whole number."),
    ("type.number", "number", "A number, with a fraction or without."),
    ("type.text", "text", "A text: letters of any script, also none."),
    ("type.time", "time", "An instant: a day and a time of day, the same everywhere."),
    ("type.date", "date", "A day of the calendar, in no time zone."),
    ("type.timeofday", "timeofday", "A time of day, in no time zone."),
    ("type.weekday", "weekday", "A day of the week, `mon` to `sun`."),
    ("type.duration", "duration", "A length of time: `90m`, `3d`, `2w`."),
    ("type.json", "json", "Any JSON. It can be sent on, and not be looked into."),
    ("type.list", "list<T>", "Any number of values of one type."),
];

/// Words that do something particular in some places.
const PARTICULAR: &[(SyntaxKind, &str, &str)] = {
    use SyntaxKind::*;
    &[
        (CUSTOMER_DECL, "customer", "what is known of every customer: the traits"),
        (CUSTOMER_STEP, "customer", "what is known of the customer when the test begins"),
        (ENTRY_EVENT, "each", "a membership for each element of this list"),
        (ENTRY_EVENT, "for", "a membership for each element of this list"),
        (FOR_EACH, "each", "a membership for each element of this list"),
        (FOR_EACH, "for", "a membership for each element of this list"),
        (KEYED_BY, "by", "what tells the memberships of a customer apart"),
        (EXIT_CLAUSE, "exit", "leaves the journey with this outcome, wherever the customer stands"),
        (EXIT_AFTER, "after", "so long after entering"),
        (EXIT_WHEN, "when", "as soon as this holds"),
        (EXIT_ON, "on", "as soon as this event comes"),
        (GOAL_WITHIN, "within", "if the event comes in this time after entering"),
        (ARG_NAME, "within", "only what came in this time, counted back from now"),
        (ARG_NAME, "since", "only what came after entering, or after arriving at this tile"),
        (REENTER_AFTER, "after", "whoever left may enter again after so long"),
        (WAIT_ARMS, "by", "at this instant at the latest"),
        (BY_TIME, "by", "at this instant at the latest"),
        (ON_ARM, "on", "goes on here if this event comes first"),
        (TIMEOUT_ARM, "timeout", "goes on here if nothing else came in time"),
        (UP_TO, "up", "no longer than this"),
        (REPEAT, "up", "no more often than this"),
        (REPEAT, "times", "how often at most"),
        (REPEAT_UNTIL, "until", "stops once this holds"),
        (PER_ENTRY, "per", "deals anew each time a customer enters"),
        (PER_ENTRY, "entry", "deals anew each time a customer enters"),
        (CAP_RULE, "per", "in any stretch of time so long"),
        (AT_CHAIN, "at", "the day before it, at the time of day behind it"),
        (ASSIGNMENT, "unset", "takes the value away"),
        (JOURNEY_STEP, "journey", "the journey that is tested"),
        (AT_STEP, "at", "sets the clock of the test to this instant"),
        (AFTER_STEP, "after", "lets so much time pass in the test"),
        (EVENT_STEP, "event", "sends an event in the test"),
        (UPDATE_STEP, "update", "changes traits of the customer, as if somebody else did"),
        (ENTER_STEP, "enter", "enters by hand, with these values"),
        (EXPECT_AT, "at", "the customer must be at this tile"),
        (EXPECT_AT, "until", "and must stay there until this instant"),
        (EXPECT_EXIT, "exit", "the customer must have left with this outcome"),
        (EXPECT_SEND, "send", "this message must have been sent"),
        (EXPECT_SEND, "times", "exactly so often"),
        (EXPECT_GOAL, "goal", "this goal must have been reached"),
        (EXPECT_NOT_ENTERED, "not", "the customer must not have entered"),
        (EXPECT_NOT_ENTERED, "entered", "the customer must not have entered"),
    ]
};

const KEYWORDS: &[(&str, &str)] = &[
    ("action", "something that a destination can send"),
    ("add", "puts the customer into an audience"),
    ("after", "when some time has passed"),
    ("always", "whoever left may enter again at once"),
    ("and", "both hold"),
    ("any", "also an event that belongs to another key"),
    ("as", "gives it a name"),
    ("at", "at an instant; behind a date, a time of day"),
    ("audience", "a group of customers"),
    ("body", "what the request carries"),
    ("branch", "goes one way or another, at once"),
    ("by", "at this instant at the latest; behind `keyed`, the key"),
    ("cap", "at most so many messages in some time"),
    ("choose", "decides a split in a test"),
    ("contains", "a text has this in it, a list this element"),
    ("customer", "the customer and its traits"),
    ("delivered", "when the message has arrived"),
    ("destination", "where messages go"),
    ("each", "a membership for each element of this list"),
    ("else", "if nothing before it holds"),
    ("ends_with", "a text ends so"),
    ("enter", "starts another journey and goes on"),
    ("entered", "when the member entered"),
    ("entry", "who enters, and when"),
    ("event", "something that happens to a customer"),
    ("every", "the pause between two rounds"),
    ("existing", "those who are members already"),
    ("exit", "leaves the journey, with an outcome"),
    ("exited", "when the journey ended so"),
    ("expect", "what must be so at this point of a test"),
    ("fail", "lets a webhook or a message fail in a test"),
    ("failed", "when it was given up"),
    ("for", "what is waited for"),
    ("goal", "what counts as a success"),
    ("header", "a header of the request"),
    ("hold", "keeps the message until it may leave"),
    ("if", "one value or another"),
    ("ignore", "another entry while inside changes nothing"),
    ("in", "is one of these, lies in this range, is a member of this audience"),
    ("including", "with those who are members already"),
    ("inside", "while the customer is in the journey"),
    ("is", "asks whether there is a value"),
    ("join", "the customer joins an audience"),
    ("journey", "a way that customers take"),
    ("keyed", "a customer can be inside several times, once for each value of this"),
    ("late", "when the time has passed already"),
    ("later", "whoever left may enter again with a later event"),
    ("leave", "the customer leaves an audience"),
    ("let", "a name for a value"),
    ("limit", "at most so many messages in some time"),
    ("manual", "enters by hand, or by another journey"),
    ("matches", "a text fits a pattern"),
    ("never", "once inside, never again"),
    ("no", "that this did not happen"),
    ("not", "holds if what follows does not"),
    ("not_entered", "when the customer could not enter"),
    ("ok", "when the answer has come"),
    ("on", "when this event comes"),
    ("or", "at least one holds"),
    ("pause", "pauses the journey in a test"),
    ("per", "for each of these"),
    ("policy", "what must hold before a message leaves"),
    ("quiet", "hours in which nothing is sent"),
    ("reenter", "who may enter again"),
    ("refresh", "another entry while inside brings the member up to date"),
    ("remove", "takes the customer out of an audience"),
    ("repeat", "does the same several times"),
    ("require", "what must hold for the message to leave"),
    ("respond", "how a webhook answers in a test"),
    ("restart", "another entry while inside begins anew"),
    ("resume", "lets a paused journey go on in a test"),
    ("retry", "how often, and with which pauses, it is tried again"),
    ("run", "starts another journey and waits until it exits"),
    ("secret", "a text that is known outside only"),
    ("send", "sends a message"),
    ("set", "there is a value"),
    ("setting", "what can be set from outside"),
    ("since", "takes an event that came earlier, too"),
    ("skip", "the message is not sent"),
    ("skipped", "when a policy did not let it leave"),
    ("split", "divides customers by chance, in fixed shares"),
    ("spread", "messages held leave over some time"),
    ("starts_with", "a text begins so"),
    ("test", "what a journey must do, on a virtual clock"),
    ("timeout", "when nothing else came in time"),
    ("times", "how often"),
    ("timezone", "where local times are read"),
    ("under", "the policy that messages are under"),
    ("unset", "there is no value"),
    ("until", "goes on at this time, or once this holds"),
    ("up", "no longer, or no more often, than this"),
    ("update", "changes traits of the customer"),
    ("wait", "stays for a time, until a time, or for an event"),
    ("webhook", "asks a server and reads its answer"),
    ("when", "if this holds"),
    ("where", "only if this holds of the event"),
    ("while", "what another entry does while inside"),
    ("with", "the status of the answer"),
    ("within", "in this time"),
];

#[cfg(test)]
mod tests {
    use super::{KEYWORDS, PARTICULAR, built_in};

    #[test]
    fn no_word_is_explained_twice_and_each_is_one_of_the_language() {
        let all = journey_syntax::RESERVED.iter().chain(journey_syntax::CONTEXTUAL);
        let all: Vec<&str> = all.map(|(word, _)| *word).collect();
        assert!(KEYWORDS.is_sorted_by(|a, b| a.0 < b.0));
        for (word, _) in KEYWORDS {
            assert!(all.contains(word), "{word}");
        }
        for (kind, word, _) in PARTICULAR {
            assert!(KEYWORDS.iter().any(|(known, _)| known == word), "{word}");
            let same = PARTICULAR.iter().filter(|(node, other, _)| node == kind && other == word);
            assert_eq!(same.count(), 1, "{kind:?} {word}");
        }
    }

    #[test]
    fn every_function_and_type_of_the_checker_is_explained() {
        for function in journey_sema::index::FUNCTIONS {
            assert!(built_in(function).is_some(), "{function}");
        }
        for name in journey_sema::index::type_names() {
            assert!(built_in(&format!("type.{name}")).is_some(), "{name}");
        }
    }
}

//! What the check of one item carries along: findings, uses of names, what is in scope, and what
//! is known to be set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use journey_time::Tz;
use rustc_hash::FxHashMap;

use crate::db::{Db, workspace_zone};
use crate::declarations::EventInfo;
use crate::facts::{Facts, Paths};
use crate::findings::{Finding, Place, Unknown};
use crate::items::{Item, ItemKind};
use crate::lost::may_be_lost;
use crate::names::NameKind;
use crate::privacy::Personal;
use crate::record::Record;
use crate::requests::RequestNames;
use crate::suggest::{self, Candidate};
use crate::table::Name;
use crate::thir::{BindingId, BindingKind, Expr};
use crate::view::View;

/// Names used in an item, by which unused ones are found.
pub(crate) type Uses = BTreeSet<(NameKind, Arc<str>)>;

/// What came of checking an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome<T> {
    /// The typed tree, where there was no error.
    pub(crate) value: Option<Arc<T>>,
    /// What was found, warnings included.
    pub(crate) findings: Arc<[Finding]>,
    /// The names it uses.
    pub(crate) uses: Arc<Uses>,
}

/// Values of constants by name, as far as they are known; `None` for one with an error in it.
pub(crate) type ConstantValues = FxHashMap<Arc<str>, Option<Arc<Expr>>>;

/// The check of one item.
pub(crate) struct Cx<'a> {
    pub(crate) db: &'a dyn Db,
    /// What is checked.
    pub(crate) item: Item<'a>,
    /// Its text.
    pub(crate) text: &'a str,
    /// Where local times are read; none where that is known only for each member.
    pub(crate) zone: Option<Tz>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) uses: Uses,
    /// What an expression here may speak of.
    pub(crate) stage: Stage,
    /// The event that is being matched or counted.
    pub(crate) at_hand: Option<AtHand>,
    /// Whether that other name was used.
    pub(crate) alias_used: bool,
    /// All bindings of the journey.
    pub(crate) bindings: Vec<Bound>,
    /// What the values among them are taken from.
    pub(crate) taken_from: FxHashMap<BindingId, Expr>,
    /// Those that can be named here, the innermost last.
    pub(crate) scope: Vec<BindingId>,
    /// The elements that lambdas around speak of, the innermost last.
    pub(crate) elements: Vec<Element>,
    /// How many of them cannot be spoken of here: they stand outside of what is asked of an event.
    pub(crate) beyond: usize,
    pub(crate) paths: Paths,
    /// What is known to be set here.
    pub(crate) facts: Facts,
    /// What was known before a wait, and is not any more.
    pub(crate) forgotten: Facts,
    /// Where the parser found mistakes. If it did, what is missing may be in what it could not read.
    pub(crate) mistakes: &'a [TextRange],
    /// Whether some condition could not be understood: then more may be known to be set.
    pub(crate) unsure: bool,
    /// The labels of the journey, and where they stand.
    pub(crate) labels: BTreeMap<Arc<str>, TextRange>,
    /// Where an exit criterion can be inserted in the journey's header.
    pub(crate) header_end: Option<u32>,
    /// Constants while they are being computed; otherwise the database knows them.
    pub(crate) constants: Option<&'a ConstantValues>,
    /// The comparison around, where a guard (`x is set and`) can be put.
    pub(crate) guard: Option<Guard>,
    /// Whether a guard can be put before the next expression without parentheses around both.
    pub(crate) loose: bool,
    /// The names of the action whose request is checked.
    pub(crate) request: Option<RequestNames>,
    /// Whether fields of a record may be unset: in what is sent they are left out.
    pub(crate) optional_fields: bool,
    /// Whether this is a test, which may use what is deprecated.
    pub(crate) is_test: bool,
    /// Nodes of the expression so far.
    pub(crate) nodes: u32,
    /// Where to note what an editor wants to know.
    pub(crate) record: Option<&'a Record>,
    /// Whether only what is known before anything runs will do, for that record.
    pub(crate) only_known: bool,
    /// What the next expression should be, for that record.
    pub(crate) wishes: Vec<crate::Type>,
}

/// What an expression may speak of, by the moment at which it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before anything runs.
    Constant,
    /// At any time, for any customer.
    Audience,
    /// When a message is about to leave, whichever journey it comes from.
    Policy,
    /// While it is decided whether to enter.
    Entry,
    /// On entering, for the time after which to leave.
    ExitAfter,
    /// On entering, for the value that tells one instance from another.
    Key,
    /// For an event that reaches a goal, inside the journey or after it.
    Goal,
    /// Whenever a local time of a journey is read.
    Zone,
    /// In a journey.
    Journey,
    /// When an event comes, for all history to come; inside or outside a journey.
    History {
        /// Whether there is an instance.
        in_journey: bool,
    },
    /// When a message is made of an action and its arguments.
    Request,
    /// In a test, from outside.
    Test,
}

/// What not every stage can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// Traits, memberships, the customer's id.
    Customer,
    /// The present instant.
    Now,
    /// When the member entered, and what happened since some point of its way.
    Instance,
    /// Past events.
    History,
}

impl Stage {
    /// Why something cannot be known here.
    pub(crate) fn refuses(self, what: Knowledge) -> Option<&'static str> {
        use Knowledge::{Customer, History, Instance, Now};
        Some(match (self, what) {
            (Stage::Constant, _) => "what stands here must be known before anything runs",
            (Stage::Audience, Instance) => {
                "an audience is about customers, whether they are in a journey or not"
            }
            (Stage::Policy, Instance) => {
                "a policy is about customers, whichever journey a message comes from"
            }
            (Stage::Entry, Instance) => "nobody has entered yet while the entry is decided",
            (Stage::ExitAfter, _) => {
                "the time of leaving is settled on entering, from constants and the entry's event"
            }
            (Stage::Key, _) => {
                "a key never changes, so it is taken from the event that enters and from constants"
            }
            (Stage::Zone, Now | Instance | History) => {
                "a journey's time zone follows from the customer and the entry's event"
            }
            (Stage::History { .. }, Customer | Now | History)
            | (Stage::History { in_journey: false }, Instance) => {
                "an event is counted when it comes and not looked at again, so only what never \
                 changes can stand here: the event, constants, bindings and `entered`"
            }
            (Stage::Request, _) => {
                "a message is made of its action's parameters, and of the settings and secrets of \
                 the destination; hand the value over as an argument"
            }
            (Stage::Test, Instance | History) => {
                "a test sees the customer from outside: its traits, its audiences and `now`"
            }
            _ => return None,
        })
    }
}

/// The event that is being matched or counted.
#[derive(Debug, Clone)]
pub(crate) struct AtHand {
    pub(crate) info: Arc<EventInfo>,
    /// The other name it goes by.
    pub(crate) alias: Option<Arc<str>>,
    /// Where it is given that one.
    pub(crate) named: TextRange,
}

/// A binding and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) name: Arc<str>,
    pub(crate) kind: BindingKind,
    /// Where it is named.
    pub(crate) range: TextRange,
    /// What to remove if nobody uses it.
    pub(crate) clause: TextRange,
    /// The event it holds; nothing for a message.
    pub(crate) info: Option<Arc<EventInfo>>,
    /// Properties that its `where` has shown to be set.
    pub(crate) known: Vec<Arc<str>>,
    /// The personal data in it, if it is a value that holds some.
    pub(crate) personal: Option<Personal>,
    pub(crate) used: bool,
}

/// The element that a lambda speaks of.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) name: Arc<str>,
    pub(crate) ty: crate::Type,
    /// Where it is named.
    pub(crate) range: TextRange,
    pub(crate) used: bool,
}

/// A comparison that can be guarded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    pub(crate) range: TextRange,
    /// Whether `x is set and …` needs parentheses there.
    pub(crate) parenthesised: bool,
}

/// In so many findings of an item what was meant is looked for.
const MAX_MEANT: usize = 100;

/// Most nodes of an expression.
const MAX_NODES: u32 = 4096;

impl<'a> Cx<'a> {
    pub(crate) fn new(view: View<'a>, stage: Stage) -> Cx<'a> {
        let View { db, item, tree, mistakes, record } = view;
        Cx {
            db,
            item,
            text: tree.text(),
            zone: Some(workspace_zone(db)),
            findings: Vec::new(),
            uses: Uses::new(),
            stage,
            at_hand: None,
            alias_used: false,
            bindings: Vec::new(),
            taken_from: FxHashMap::default(),
            scope: Vec::new(),
            elements: Vec::new(),
            beyond: 0,
            paths: Paths::default(),
            facts: Facts::default(),
            forgotten: Facts::default(),
            mistakes,
            unsure: !mistakes.is_empty(),
            labels: BTreeMap::new(),
            header_end: None,
            constants: None,
            guard: None,
            loose: false,
            request: None,
            optional_fields: false,
            is_test: item.kind(db) == ItemKind::Test,
            nodes: 0,
            record,
            only_known: false,
            wishes: Vec::new(),
        }
    }

    /// The outcome: findings, uses, and the value unless there was an error.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Outcome<T> {
        // Half of a declaration is none.
        let failed = !self.mistakes.is_empty() || self.findings.iter().any(Finding::is_error);
        Outcome {
            value: value.filter(|_| !failed).map(Arc::new),
            findings: self.findings.into(),
            uses: Arc::new(self.uses),
        }
    }

    pub(crate) fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Whether the workspace wants the findings of a code: those of some lints take a while.
    pub(crate) fn wants(&self, code: Code) -> bool {
        crate::db::wants(self.db, code)
    }

    /// Reports what is missing or superfluous, unless the parser may have lost it.
    pub(crate) fn structural(&mut self, finding: Finding) {
        if self.mistakes.is_empty() {
            self.report(finding);
        }
    }

    /// Whether the parser found a mistake in a range or behind it on its last line.
    pub(crate) fn mistaken(&self, range: TextRange) -> bool {
        let behind = self.text.get(range.end as usize..).unwrap_or_default();
        let line = behind.find('\n').unwrap_or(behind.len()) as u32;
        let end = range.end + line;
        self.mistakes.iter().any(|mistake| mistake.start <= end && range.start <= mistake.end)
    }

    /// Notes that the name at `range` is one of the workspace.
    pub(crate) fn uses(&mut self, kind: NameKind, name: &Arc<str>, range: TextRange) {
        self.refer_name(range, kind, name);
        self.uses.insert((kind, name.clone()));
    }

    /// The source of a part of the item.
    pub(crate) fn source(&self, range: TextRange) -> &'a str {
        range.of(self.text)
    }

    /// Counts a node of an expression; `false` once there are too many.
    pub(crate) fn count(&mut self, range: TextRange) -> bool {
        self.nodes += 1;
        if self.nodes == MAX_NODES + 1 {
            let message = format!("an expression has at most {MAX_NODES} parts");
            let finding = Finding::new(Code::TOO_LARGE, range, message);
            self.report(finding.note("name parts of it with `let` or `audience`"));
        }
        self.nodes <= MAX_NODES
    }

    /// Says that a name is not declared, and what was probably meant. Says nothing where the
    /// declaration may be among what the parser could not read.
    pub(crate) fn unknown(&mut self, kind: NameKind, name: &str, range: TextRange) {
        if may_be_lost(self.db, Name::new(self.db, kind, Arc::from(name))) {
            return;
        }
        let mut finding =
            Finding::new(Code::UNKNOWN_NAME, range, format!("there is no {kind} `{name}`"));
        let plural = format!("{kind}s");
        let unknown = Unknown { kind, name: name.into(), nearby: Vec::new(), plural };
        finding.unknown = Some(Box::new(unknown));
        self.report(finding);
    }

    /// Reports an unknown name with what was probably meant. Looking for that takes a while, and
    /// after many findings nobody reads it.
    pub(crate) fn report_meant(
        &mut self,
        finding: Finding,
        name: &str,
        known: impl FnOnce() -> Vec<Candidate>,
        plural: &str,
    ) {
        let finding = match self.findings.len() {
            0..MAX_MEANT => did_you_mean(finding, name, &known(), plural),
            _ => finding,
        };
        self.report(finding);
    }

    /// Runs `inner` with `stage`.
    pub(crate) fn at_stage<T>(&mut self, stage: Stage, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.stage, stage);
        let value = inner(self);
        self.stage = before;
        value
    }

    /// Runs `inner` with more facts.
    pub(crate) fn knowing<T>(&mut self, more: &Facts, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.facts.clone();
        self.facts.add(more);
        let value = inner(self);
        self.facts = before;
        value
    }

    /// Reports a name that is already taken, with both places.
    pub(crate) fn twice(&mut self, what: &str, name: &str, range: TextRange, first: TextRange) {
        let message = format!("{what} `{name}` stands here twice");
        let finding = Finding::new(Code::DUPLICATE, range, message).label("again");
        self.report(finding.here(first, "first here"));
    }

    /// Warns about a name that is not in `snake_case`.
    pub(crate) fn style(&mut self, name: &str, range: TextRange) {
        self.findings.extend(name_style(name, range));
    }

    /// Warns about the name of something declared.
    pub(crate) fn style_of(&mut self, name: Option<ast::Name<'_>>) {
        if let Some(name) = name {
            self.style(name.source(), name.range());
        }
    }
}

/// Puts what was probably meant to a finding about an unknown name. With one candidate the repair
/// is safe; `plural` names the kind for the case that there is none.
pub(crate) fn did_you_mean(
    finding: Finding,
    name: &str,
    known: &[Candidate],
    plural: &str,
) -> Finding {
    let range = finding.range;
    let close = suggest::closest(name, known);
    match close.as_slice() {
        [only] => finding.label(format!("did you mean `{}`?", only.name)).safe(
            format!("replace with `{}`", only.name),
            range,
            &*only.name,
        ),
        [] if known.is_empty() => finding.note(format!("no {plural} are declared")),
        // A long list helps nobody.
        [] if known.len() > 12 => finding,
        [] => finding.note(format!(
            "the {plural} are {}",
            suggest::list_all(known.iter().map(|candidate| &candidate.name))
        )),
        several => {
            let names = suggest::list(several.iter().map(|candidate| &candidate.name));
            let finding = finding.label(format!("did you mean {names}?"));
            several.iter().fold(finding, |finding, candidate| {
                finding.guess(format!("replace with `{}`", candidate.name), range, &*candidate.name)
            })
        }
    }
}

/// The finding about a name that is not in `snake_case`.
pub(crate) fn name_style(name: &str, range: TextRange) -> Option<Finding> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let message = format!("`{name}` is not in snake_case");
    let finding = Finding::new(Code::NAME_STYLE, range, message);
    Some(finding.note(format!("the usual form is `{}`", snake_case(name))))
}

/// `OrderPlaced` and `orderPlaced` as `order_placed`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !before.is_ascii_uppercase() && before != '_' {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
        before = letter;
    }
    out
}

/// The place of a declared name.
pub(crate) fn declaration_of(kind: NameKind, name: &str) -> Place {
    Place::Name(kind, Arc::from(name))
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn camel_case_becomes_snake_case() {
        assert_eq!(snake_case("OrderPlaced"), "order_placed");
        assert_eq!(snake_case("orderID"), "order_id");
        assert_eq!(snake_case("URL"), "url");
    }
}

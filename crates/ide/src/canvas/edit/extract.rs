//! Tiles become a journey of their own, which the one they were in runs.
//!
//! What the tiles did stays the same:
//!
//! - What they read and did not find themselves (properties of the entry's event, captured values,
//!   parameters) is given to the new journey as parameters.
//! - An `exit` inside ends the new journey, and the old one leaves by the same name. Where the tiles
//!   led on, the new journey exits `done`, and the old one goes on behind the `run`.
//! - Whoever leaves the old journey by one of its criteria would not leave the new one with it. So that has the
//!   same criteria.
//!
//! Where that cannot be had it is refused: in a journey that a customer can be in several times at once, as the
//! new one would take only the first; where a criterion or a tile counts from the entry; where splits would
//! deal their arms anew; where something else speaks of a label inside.

use std::collections::{BTreeMap, BTreeSet};

use journey_base::TextRange;
use journey_sema::index::{Definition, Index, InnerKind, Reference};
use journey_sema::{NameKind, Type};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::op::{Op, Refusal};
use super::surgery::{Splice, indent_at, reindented};
use super::tiles::draft;
use super::{Desk, Draft, Run, Track, finish, fresh};
use crate::canvas::picture::Checked;
use crate::canvas::sheet::{Statement, journeys};
use crate::naming;

/// A value that the new journey is given.
struct Param {
    /// What the old one calls it.
    value: String,
    ty: Type,
    pii: bool,
}

fn tied<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Tied { why: why.into() })
}

impl<'a> Desk<'a> {
    pub(super) fn extract(
        &self,
        tile: &str,
        last: Option<&str>,
        name: Option<&str>,
    ) -> Result<Draft<'a>, Refusal> {
        let run = self.run(tile, last)?;
        if fresh::keyed(self) {
            return tied(
                "a customer can be in this journey several times at once, and would be in the new \
                 one only once",
            );
        }
        let Some(checked) = self.workspace.journey(self.journey) else {
            return tied(
                "the journey has errors; mend them first, so that it is known what these tiles read",
            );
        };
        self.same_alone(&run)?;
        let clauses = self.clauses()?;
        let name = self.new_name(name, &run)?;
        let mut params = BTreeMap::new();
        let body = self.with_params(run.whole(), &[run.whole()], &mut params)?;
        let mut header = Vec::new();
        for clause in &clauses {
            header.push(self.with_params(*clause, &[*clause], &mut params)?);
        }
        let checked = Checked::of(&checked, self.sheet).unwrap_or_default();
        let mut outcomes = self.outcomes(&run);
        let on = self.leads_on(&run, &checked);
        let done = fresh::unused("done", &outcomes);
        let indent = indent_at(self.parse.tree.text(), run.whole().start);
        let mut lines = vec!["entry manual".to_owned(), "reenter always".to_owned()];
        lines.extend(header);
        lines.push(String::new());
        lines.push(reindented(&reindented(&body, &indent, ""), "", "  "));
        lines.extend(on.then(|| format!("exit {done}")));
        let lines: Vec<_> =
            lines.iter().map(|line| format!("  {line}").trim_end().to_owned()).collect();
        let journey = format!("journey {name}{} {{\n{}\n}}", declared(&params), lines.join("\n"));
        let end = self.sheet.decl.range().end;
        let journey = finish::formatted(self, &journey).unwrap_or(journey);
        self.asked_before(&run, &journey)?;
        outcomes.remove(&done);
        let call = started(&name, &params, &outcomes, on);
        let splices = vec![
            Splice::new(run.whole(), reindented(&call, "", &indent)),
            Splice::new(TextRange::empty(end), format!("\n\n{journey}")),
        ];
        let back = Op::Restore {
            journeys: vec![self.journey.to_owned(), name.clone()],
            text: self.sheet.decl.source().to_owned(),
            select: Some(tile.to_owned()),
        };
        let draft = draft(splices, Track::Put(0), |_| vec![back]);
        Ok(Draft { more_items: 1, name: Some(name), ..draft })
    }

    /// Whether the tiles would do the same in another journey.
    fn same_alone(&self, run: &Run) -> Result<(), Refusal> {
        if let Some(name) = self.read_behind(run) {
            return tied(format!(
                "`{name}` is read behind these tiles, and would not be known there any more"
            ));
        }
        for statement in self.statements_in(run) {
            if let Some(ast::TileKind::Split(split)) = statement.tile.tile_kind() {
                let name = split.name().map_or("", |name| name.source());
                return tied(format!(
                    "the split `{name}` would deal its arms anew: who takes which depends on the journey"
                ));
            }
        }
        let range = self.in_file(run.whole());
        let inside = |it: TextRange| range.start <= it.start && it.end <= range.end;
        let labels: BTreeSet<&str> =
            self.statements_in(run).filter_map(|it| crate::canvas::sheet::label(it.tile)).collect();
        for reference in self.index().references.iter().filter(|it| inside(it.range)) {
            match &reference.definition {
                Definition::BuiltIn(name) if &**name == "entered" => {
                    return tied(
                        "`entered` is the entry of this journey, and would be that of the new one",
                    );
                }
                Definition::Inner { kind: InnerKind::Label, name, .. } => {
                    if !labels.contains(&**name) {
                        return tied(format!(
                            "`{name}` is a tile outside, which the new journey does not know"
                        ));
                    }
                    let all = self.workspace.references(&reference.definition, self.file);
                    if all.iter().any(|spot| spot.file != self.file || !inside(spot.range)) {
                        return tied(format!(
                            "the label `{name}` is spoken of elsewhere, in a `since` or a test"
                        ));
                    }
                }
                _ => {}
            }
        }
        let mut nodes = crate::tree::nodes(self.sheet.decl.syntax()).filter(|node| {
            let at = node.range();
            run.whole().start <= at.start && at.end <= run.whole().end
        });
        if nodes.any(|node| node.kind() == SyntaxKind::SINCE && node.text().ends_with("entered")) {
            return tied(
                "`since entered` counts from the entry of this journey, and would count from that of the new one",
            );
        }
        Ok(())
    }

    /// What is known of traits only because of what was asked before the tiles is not known in the
    /// new journey.
    fn asked_before(&self, run: &Run, journey: &str) -> Result<(), Refusal> {
        let (text, decl) = (self.parse.tree.text(), self.sheet.decl.range());
        // Checked in place of the old one.
        let rest = TextRange::new(decl.end, text.len() as u32);
        let probe = [TextRange::new(0, decl.start).of(text), journey, rest.of(text)].concat();
        let parse = journey_syntax::parse(&probe);
        let found = journeys(&parse).into_iter().find(|it| it.range().start == decl.start);
        let index = self.workspace.scope(self.file, &parse, decl.start).map(|(_, index)| index);
        let (Some(new), Some(index)) = (found, index) else { return Ok(()) };
        let tiles = new.tiles().map(|tile| tile.syntax());
        let found = by_place(&index);
        let new = tiles.flat_map(asked).map(|range| found.get(&range).copied());
        let set = |ty: Option<&Type>| ty.is_some_and(|ty| !ty.is_optional());
        let (types, whole) = (by_place(self.index()), run.whole());
        let old = asked(self.sheet.decl.syntax());
        let old = old.into_iter().filter(|it| whole.start <= it.start && it.end <= whole.end);
        for (range, new) in old.zip(new) {
            if set(types.get(&self.in_file(range)).copied()) && !set(new) {
                let source = range.of(text);
                return tied(format!(
                    "that `{source}` is set is asked before these tiles, and would not be known in \
                     the new journey; take the question with them"
                ));
            }
        }
        Ok(())
    }

    /// The clauses of the header that the new journey needs, too.
    fn clauses(&self) -> Result<Vec<TextRange>, Refusal> {
        let mut found = Vec::new();
        for clause in self.sheet.decl.header_clauses() {
            match clause {
                ast::HeaderClause::ExitClause(exit) => {
                    if matches!(exit.exit_criterion(), Some(ast::ExitCriterion::ExitAfter(_))) {
                        let name = exit.name().map_or("", |name| name.source());
                        return tied(format!(
                            "`exit {name} after …` counts from the entry of this journey, and would \
                             not end the new one in time"
                        ));
                    }
                    found.push(clause.range());
                }
                ast::HeaderClause::WhileClause(inside) => {
                    if inside.kw_refresh_token().is_some() {
                        return tied(
                            "`while inside refresh` changes values that the new journey would keep",
                        );
                    }
                    found.push(clause.range());
                }
                ast::HeaderClause::TimezoneClause(_) => {
                    if !self.outer(clause.range(), &[clause.range()]).is_empty() {
                        return tied("the time zone of this journey depends on how it was entered");
                    }
                    found.push(clause.range());
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn new_name(&self, name: Option<&str>, run: &Run) -> Result<String, Refusal> {
        let taken = self.workspace.names(NameKind::Journey);
        let taken: BTreeSet<String> = taken.iter().map(|name| name.to_string()).collect();
        match name {
            Some(name) if taken.contains(name) => {
                tied(format!("there is a journey `{name}` already"))
            }
            Some(name) => Ok(name.to_owned()),
            None => {
                let (from, to) = run.statements;
                let members = self.sheet.members(run.owner).iter();
                let members = members.filter(|it| (from..=to).contains(*it));
                let tiles: Vec<_> =
                    members.filter_map(|it| self.sheet.get(*it)).map(|it| it.tile).collect();
                let part = naming::tiles(&tiles).unwrap_or_else(|| "part".to_owned());
                Ok(fresh::unused(&format!("{}_{part}", self.journey), &taken))
            }
        }
    }

    pub(super) fn statements_in<'s>(
        &'s self,
        run: &Run,
    ) -> impl Iterator<Item = &'s Statement<'a>> {
        let range = run.whole();
        let within = move |it: &&Statement<'_>| {
            let tile = it.tile.range();
            range.start <= tile.start && tile.end <= range.end
        };
        self.sheet.statements.iter().filter(within)
    }

    /// Names in a stretch that are given outside of all of these, by the journey.
    fn outer(&self, range: TextRange, known: &[TextRange]) -> Vec<Reference> {
        let (range, decl) = (self.in_file(range), self.in_file(self.sheet.decl.range()));
        let known: Vec<_> = known.iter().map(|it| self.in_file(*it)).collect();
        let inside =
            |outer: TextRange, it: TextRange| outer.start <= it.start && it.end <= outer.end;
        let outside = |it: &Reference| match &it.definition {
            Definition::Local { at, .. } => {
                inside(decl, *at) && !known.iter().any(|known| inside(*known, *at))
            }
            Definition::Parameter { kind: NameKind::Journey, of, .. } => {
                // Of another journey it is the name of an argument.
                &**of == self.journey && !it.declares
            }
            _ => false,
        };
        let found = self.index().references.iter();
        found.filter(|it| inside(range, it.range) && outside(it)).cloned().collect()
    }

    /// The text of a stretch in which parameters stand for what is not known there.
    fn with_params(
        &self,
        range: TextRange,
        known: &[TextRange],
        params: &mut BTreeMap<String, Param>,
    ) -> Result<String, Refusal> {
        let text = self.parse.tree.text();
        let words: BTreeSet<&str> = self.sheet.decl.syntax().leaves().map(|it| it.text()).collect();
        let types = by_place(self.index());
        let mut out = String::new();
        let mut from = range.start;
        for reference in self.outer(range, known) {
            let at = self.ends.in_single(reference.range);
            let value = chain(self, at);
            if value.start < from {
                continue;
            }
            let source = value.of(text);
            // An event as a whole is no value, and so has no type of its own.
            let ty = types.get(&self.in_file(value)).copied();
            let Some(ty) = ty.filter(|ty| can_be_given(ty)) else {
                return tied(format!(
                    "`{source}` is known in this journey alone, and cannot be given to another one"
                ));
            };
            let name = match source.contains('.') {
                false => source.to_owned(),
                true => {
                    let taken = |it: &str| {
                        params.get(it).map_or(words.contains(it), |param| param.value != source)
                    };
                    naming::first_free(&source.replace('.', "_"), |it| !taken(it))
                }
            };
            let pii = self.is_personal(&reference, value);
            let param = params.entry(name.clone());
            let param =
                param.or_insert_with(|| Param { value: source.to_owned(), ty: ty.clone(), pii });
            if ty.is_optional() {
                param.ty = ty.clone();
            }
            out.push_str(TextRange::new(from, value.start).of(text));
            out.push_str(&name);
            from = value.end;
        }
        out.push_str(TextRange::new(from, range.end).of(text));
        Ok(out)
    }

    /// Whether what a name and the fields behind it lead to is marked as personal.
    fn is_personal(&self, reference: &Reference, value: TextRange) -> bool {
        let value = self.in_file(value);
        let references = &self.index().references;
        let first = references.partition_point(|it| it.range.start < value.start);
        let fields = references.iter().skip(first).take_while(|it| it.range.end <= value.end);
        let marked = |it: &Reference| match &it.definition {
            Definition::Property { event, name } => {
                let event = self.workspace.event_type(event);
                let mut fields = event.into_iter().flat_map(|event| event.properties);
                fields.any(|field| field.name == *name && field.holds_pii())
            }
            Definition::Parameter { kind: NameKind::Journey, of, name } => {
                let outline = self.workspace.journey_outline(of);
                let mut fields = outline.into_iter().flat_map(|outline| outline.params);
                fields.any(|field| field.name == *name && field.holds_pii())
            }
            _ => false,
        };
        fields.chain([reference]).any(marked)
    }

    /// By which names members can leave the new journey.
    fn outcomes(&self, run: &Run) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for clause in self.sheet.decl.header_clauses() {
            if let ast::HeaderClause::ExitClause(exit) = clause {
                found.extend(exit.name().map(|name| name.source().to_owned()));
            }
        }
        for statement in self.statements_in(run) {
            if let Some(ast::TileKind::Exit(exit)) = statement.tile.tile_kind() {
                found.extend(exit.name().map(|name| name.source().to_owned()));
            }
        }
        found
    }

    /// Whether members can come out behind the tiles.
    pub(super) fn leads_on(&self, run: &Run, checked: &Checked) -> bool {
        let (from, to) = run.statements;
        let members = self.sheet.members(run.owner).iter();
        let run: Vec<usize> = members.filter(|it| (from..=to).contains(*it)).copied().collect();
        self.sequence_leads_on(&run, checked)
    }

    fn sequence_leads_on(&self, members: &[usize], checked: &Checked) -> bool {
        let on = |statement: &Statement<'_>| {
            let Some(kind) = statement.kind else { return true };
            let arms = statement.arms.iter().take(checked.ways_of(statement));
            kind != journey_ir::ways::Kind::Exit
                && arms.into_iter().any(|arm| match arm.block {
                    Some(_) => self.sequence_leads_on(&arm.body, checked),
                    None => true,
                })
        };
        members.iter().filter_map(|number| self.sheet.get(*number)).all(on)
    }
}

/// Where traits and history are read.
fn asked(node: SyntaxNode<'_>) -> Vec<TextRange> {
    let reads = |node: &SyntaxNode<'_>| match node.kind() {
        SyntaxKind::FIELD_CHAIN => node.text().starts_with("customer"),
        kind => kind == SyntaxKind::CALL_EXPR,
    };
    crate::tree::nodes(node).filter(reads).map(|node| node.range()).collect()
}

/// The types of expressions by their places.
fn by_place(index: &Index) -> BTreeMap<TextRange, &Type> {
    // Of what was checked twice the first counts.
    index.types.iter().rev().map(|(range, ty)| (*range, ty)).collect()
}

/// A name with the fields behind it.
fn chain(desk: &Desk<'_>, name: TextRange) -> TextRange {
    let way = crate::place::covering(&desk.parse.tree, name);
    let chain = way
        .iter()
        .rfind(|node| node.kind() == SyntaxKind::FIELD_CHAIN && node.range().start == name.start);
    chain.map_or(name, |node| node.range())
}

/// Whether a parameter can have this type.
fn can_be_given(ty: &Type) -> bool {
    match ty {
        Type::Error | Type::Unset => false,
        Type::Optional(inner) | Type::List(inner) => can_be_given(inner),
        Type::Record(fields) => fields.iter().all(|field| can_be_given(&field.ty)),
        _ => true,
    }
}

/// The parameters as the new journey declares them.
fn declared(params: &BTreeMap<String, Param>) -> String {
    if params.is_empty() {
        return String::new();
    }
    let param = |(name, param): (&String, &Param)| {
        format!("{name}: {}{}", param.ty, if param.pii { " @pii" } else { "" })
    };
    format!("({})", params.iter().map(param).collect::<Vec<_>>().join(", "))
}

/// The tile that runs the new journey.
fn started(
    name: &str,
    params: &BTreeMap<String, Param>,
    outcomes: &BTreeSet<String>,
    on: bool,
) -> String {
    let args = params.iter().map(|(name, param)| format!("{name}: {}", param.value));
    let args = args.collect::<Vec<_>>().join(", ");
    let mut arms: Vec<String> =
        outcomes.iter().map(|name| format!("  exited {name} {{ exit {name} }}\n")).collect();
    // Where every way led out, it still does.
    let rest = outcomes.last().filter(|_| !on);
    arms.extend(rest.map(|name| format!("  else {{ exit {name} }}\n")));
    match arms.is_empty() {
        true => format!("run {name}({args})"),
        false => format!("run {name}({args}) {{\n{}}}", arms.concat()),
    }
}

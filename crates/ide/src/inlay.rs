//! What an editor shows between the words though nobody wrote it: types of what is given a name,
//! the clock on which local times are read, and what is left of a split.

use std::collections::BTreeMap;

use journey_base::{FileId, TextRange};
use journey_sema::{Type, Workspace};
use journey_syntax::ast::{self, AstNode};
use journey_syntax::literal;
use journey_syntax::{SyntaxKind, SyntaxNode};

use crate::place::parsed;
use crate::tree::nodes;

/// What a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InlayKind {
    /// The type of what stands before it.
    Type,
    /// The clock on which the time before it is read, or the instant that it is.
    Clock,
    /// What is left of a whole.
    Share,
}

/// Something to be shown at a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inlay {
    /// Bytes before it.
    pub offset: u32,
    /// What is shown, with the sign that parts it from what stands before it.
    pub text: String,
    /// What it says.
    pub kind: InlayKind,
    /// What else there is to say; may be empty.
    pub tooltip: String,
}

/// The hints of a file that stand in `within`, by place.
pub fn inlay_hints(workspace: &Workspace, file: FileId, within: TextRange) -> Vec<Inlay> {
    let Some(parse) = parsed(workspace, file) else { return Vec::new() };
    let Some(root) = ast::File::cast(parse.tree.root()) else { return Vec::new() };
    let mut hints = Vec::new();
    for item in root.items() {
        let range = item.range();
        if range.end < within.start || within.end < range.start {
            continue;
        }
        let zone = zone(item);
        let mut known: Option<Types> = None;
        for node in nodes(item.syntax()) {
            match node.kind() {
                SyntaxKind::LET_DECL | SyntaxKind::LET_TILE => {
                    let types = known.get_or_insert_with(|| types(workspace, file, item));
                    hints.extend(type_of(node, types));
                }
                SyntaxKind::CALL_EXPR => {
                    let types = known.get_or_insert_with(|| types(workspace, file, item));
                    hints.extend(element(node, types));
                }
                SyntaxKind::LITERAL | SyntaxKind::WINDOW_HOURS => {
                    hints.extend(zone.and_then(|zone| clock(node, zone)));
                }
                SyntaxKind::SPLIT => hints.extend(ast::Split::cast(node).and_then(left)),
                _ => {}
            }
        }
    }
    hints.retain(|hint| within.start <= hint.offset && hint.offset <= within.end);
    hints.sort_by_key(|hint| hint.offset);
    hints
}

/// The types of the expressions of a declaration.
type Types = BTreeMap<TextRange, Type>;

fn types(workspace: &Workspace, file: FileId, item: ast::Item<'_>) -> Types {
    workspace.index_at(file, item.range().start + 1).types.into_iter().collect()
}

/// Longer types are cut; the whole is in the tooltip.
const MAX_TYPE: usize = 30;

fn typed(offset: u32, ty: &Type) -> Option<Inlay> {
    if *ty == Type::Error {
        return None;
    }
    let whole = ty.to_string();
    let short = match whole.char_indices().nth(MAX_TYPE) {
        Some((cut, _)) => format!("{}…", whole.get(..cut).unwrap_or_default()),
        None => whole.clone(),
    };
    let tooltip = if short == whole { String::new() } else { whole };
    Some(Inlay { offset, text: format!(": {short}"), kind: InlayKind::Type, tooltip })
}

/// The type of a constant or captured value. What is written out says by itself what it is.
fn type_of(node: SyntaxNode<'_>, types: &Types) -> Option<Inlay> {
    let name = node.child::<ast::Name<'_>>()?;
    let value = node.child::<ast::Expr<'_>>()?;
    if matches!(value, ast::Expr::Literal(_) | ast::Expr::Text(_)) {
        return None;
    }
    typed(name.range().end, types.get(&value.range())?)
}

/// The type of the element that `any(list, item => …)` and the like speak of.
fn element(call: SyntaxNode<'_>, types: &Types) -> Option<Inlay> {
    let mut args = ast::CallExpr::cast(call)?.arg_list()?.args();
    let list = args.next()?.expr()?;
    let lambda = args.find_map(|arg| arg.lambda())?;
    match types.get(&list.range())? {
        Type::List(item) => typed(lambda.name()?.range().end, item),
        _ => None,
    }
}

/// The time zone that a journey names.
fn zone(item: ast::Item<'_>) -> Option<ast::Expr<'_>> {
    let ast::Item::JourneyDecl(journey) = item else { return None };
    journey.header_clauses().find_map(|clause| match clause {
        ast::HeaderClause::TimezoneClause(zone) => zone.expr(),
        _ => None,
    })
}

/// The clock on which a time without an offset is read. Where the zone is written out, an instant
/// is shown as it is.
fn clock(node: SyntaxNode<'_>, zone: ast::Expr<'_>) -> Option<Inlay> {
    let literal = node.first_token()?;
    let offset = node.range().end;
    let named = match zone {
        ast::Expr::Text(text) => text.plain().ok().flatten(),
        _ => None,
    };
    let shown = named.clone().unwrap_or_else(|| zone.source().to_owned());
    let hint = |text: String, tooltip: String| {
        Some(Inlay { offset, text: format!(" {text}"), kind: InlayKind::Clock, tooltip })
    };
    let read = format!("read on the clock of {shown}, the time zone of this journey");
    match literal.kind() {
        SyntaxKind::TIMEOFDAY_LIT => hint(shown, read),
        SyntaxKind::TIME_LIT => {
            let time = literal::time(literal.text()).ok()?;
            if time.offset_minutes.is_some() {
                return None;
            }
            match named.as_deref().and_then(|zone| instant(zone, time.local_ms)) {
                Some(instant) => hint(format!("= {instant}"), read),
                None => hint(shown, read),
            }
        }
        _ => None,
    }
}

/// An instant of a local clock, in UTC.
fn instant(zone: &str, local_ms: i64) -> Option<String> {
    const DAY: i64 = 86_400_000;
    let zone = journey_time::find(zone)?;
    let date = i32::try_from(local_ms.div_euclid(DAY)).ok()?;
    let time = i32::try_from(local_ms.rem_euclid(DAY)).ok()?;
    let instant = journey_time::instant(zone, date, time)?;
    let mut shown = String::new();
    journey_sema::written::print(
        &journey_sema::thir::Const::Time(instant),
        &Type::Time,
        &mut shown,
    );
    Some(shown)
}

/// What the arms of a split leave of a hundred, or take too much.
fn left(split: ast::Split<'_>) -> Option<Inlay> {
    const WHOLE: i64 = 100_000;
    let shares: Option<Vec<i64>> =
        split.split_arms().map(|arm| Some(i64::from(arm.percent()?.thousandths().ok()?))).collect();
    let sum: i64 = shares?.iter().sum();
    let offset = split.l_brace_token()?.range().end;
    let text = match WHOLE - sum {
        0 => return None,
        left if left > 0 => format!(" {} left", percent(left)),
        over => format!(" {} too much", percent(-over)),
    };
    Some(Inlay { offset, text, kind: InlayKind::Share, tooltip: String::new() })
}

/// Thousandths of a percent as they are written.
fn percent(thousandths: i64) -> String {
    let shown = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    format!("{}%", shown.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::inlay_hints;
    use crate::fixture::fixture;
    use crate::{FileId, TextRange};

    /// The text with its hints in brackets.
    fn hinted(text: &str) -> String {
        let fixture = fixture(text);
        let whole = TextRange::new(0, text.len() as u32);
        let mut shown = text.to_owned();
        for hint in inlay_hints(&fixture.workspace, FileId(0), whole).iter().rev() {
            shown.insert_str(hint.offset as usize, &format!("⟨{}⟩", hint.text));
        }
        shown
    }

    #[test]
    fn what_is_given_a_name_has_its_type_unless_it_is_written_out() {
        let text = "\
let least⟨: int⟩ = 10 + 15
let hello = \"Hi\"
event order { total: number note: text? items: list<{ sku: text qty: int }> }
journey j {
  entry event order as o
  let total⟨: number⟩ = o.total
  let note⟨: text?⟩ = o.note
  let many⟨: bool⟩ = any(o.items, item⟨: { sku: text qty: int }⟩ => item.qty > 1)
  let nothing = o.missing
  exit done
}
";
        let bare: String =
            text.split('⟨').map(|it| it.split_once('⟩').map_or(it, |it| it.1)).collect();
        assert_eq!(hinted(&bare), text);
    }

    #[test]
    fn local_times_say_whose_clock_they_are_on_where_a_journey_names_one() {
        let text = "\
journey rome {
  entry manual
  timezone \"Europe/Rome\"
  wait until 2026-07-01T09:00⟨ = 2026-07-01T07:00Z⟩
  wait until mon..fri 09:00..17:00⟨ Europe/Rome⟩
  wait until 2026-07-01 at 09:00⟨ Europe/Rome⟩
  wait until 2026-07-01T09:00Z
  exit done
}
customer { zone: text = \"UTC\" }
journey own { entry manual timezone customer.zone wait until 09:00⟨ customer.zone⟩ exit done }
journey plain { entry manual wait until 09:00 exit done }
";
        let bare: String =
            text.split('⟨').map(|it| it.split_once('⟩').map_or(it, |it| it.1)).collect();
        assert_eq!(hinted(&bare), text);
    }

    #[test]
    fn a_split_says_what_is_left_of_it() {
        let split = |arms: &str| hinted(&format!("journey j {{ split s {{{arms}}} }}"));
        assert!(split(" 20.5% a {} 70% b {} ").contains("split s {⟨ 9.5% left⟩"));
        assert!(split(" 60% a {} 70% b {} ").contains("split s {⟨ 30% too much⟩"));
        assert!(!split(" 30% a {} 70% b {} ").contains('⟨'));
    }

    #[test]
    fn only_what_is_looked_at_has_hints() {
        let text = "let a = 1 + 2\nlet b = 3 + 4\n";
        let fixture = fixture(text);
        let range = TextRange::new(14, 27);
        let hints = inlay_hints(&fixture.workspace, FileId(0), range);
        assert_eq!(hints.iter().map(|hint| hint.offset).collect::<Vec<_>>(), [19]);
    }
}

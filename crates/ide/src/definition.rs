//! Where something is declared, and where its type is.

use journey_sema::index::Definition;
use journey_sema::{NameKind, Type, Workspace};

use crate::names::name_at;
use crate::place::{FilePosition, FileRange};

/// Where the name at a place is declared. An outcome is declared by each `exit` of that name.
pub fn definition(workspace: &Workspace, at: FilePosition) -> Vec<FileRange> {
    let Some(name) = name_at(workspace, at) else { return Vec::new() };
    declared(workspace, &name.definition, at)
}

/// Where the type of the name at a place is declared: of an event that is bound, that event; of a
/// message, its action; of a property or parameter, what it is one of.
pub fn type_definition(workspace: &Workspace, at: FilePosition) -> Vec<FileRange> {
    let Some(name) = name_at(workspace, at) else { return Vec::new() };
    let event = |event: &std::sync::Arc<str>| Definition::Name(NameKind::Event, event.clone());
    let of = match &name.definition {
        Definition::Property { event: name, .. } => event(name),
        Definition::Parameter { kind, of, .. } => Definition::Name(*kind, of.clone()),
        Definition::Setting { destination, .. } => {
            Definition::Name(NameKind::Destination, destination.clone())
        }
        Definition::Local { .. } => match bound_event(workspace, at, &name.definition) {
            Some(name) => event(&name),
            None => return Vec::new(),
        },
        other => other.clone(),
    };
    declared(workspace, &of, at)
}

fn declared(workspace: &Workspace, what: &Definition, at: FilePosition) -> Vec<FileRange> {
    let found = workspace.declared_at(what, at.file).into_iter();
    found.map(|(file, range)| FileRange { file, range }).collect()
}

/// The event that a local name is bound to: the one whose name stands nearest before it, in the
/// clause that binds it.
pub(crate) fn bound_event(
    workspace: &Workspace,
    at: FilePosition,
    local: &Definition,
) -> Option<std::sync::Arc<str>> {
    let Definition::Local { at: declared, .. } = local else { return None };
    let index = workspace.index_at(at.file, declared.start);
    // The value of a `let` has a type of its own.
    if index.type_of(*declared).is_some_and(|ty| *ty != Type::Error) {
        return None;
    }
    let before = index.references.iter().filter(|it| it.range.end <= declared.start);
    let nearest = before.max_by_key(|it| it.range.end)?;
    let text = workspace.text(at.file)?;
    let between = text.get(nearest.range.end as usize..declared.start as usize)?;
    match &nearest.definition {
        Definition::Name(NameKind::Event, event) if between.trim() == "as" => Some(event.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{definition, type_definition};
    use crate::fixture::fixture;

    fn check(marked: &str) {
        let fixture = fixture(marked);
        let mut wanted = fixture.marked("here");
        wanted.sort();
        let mut found = definition(&fixture.workspace, fixture.at);
        found.sort();
        assert_eq!(
            found,
            wanted,
            "{:?}",
            found.iter().map(|it| fixture.show(*it)).collect::<Vec<_>>()
        );
    }

    const SCHEMA: &str = "\
//- schema.journey
customer {
  email: text?
  plan: \"free\" | \"pro\"
}
event cart_updated { id: text, total: number }
event order_placed { id: text }
audience buyers
destination shop log { action remind(to: text) }
let limit = 25
";

    #[test]
    fn a_trait_is_declared_in_another_file() {
        check(
            "\
//- schema.journey
customer {
  plan: \"free\" | \"pro\"
//^^^^ here
}
//- a.journey
audience payers = customer.pl$0an == \"pro\"
",
        );
    }

    #[test]
    fn names_in_a_journey_lead_to_where_they_are_given() {
        let text = format!(
            "{SCHEMA}//- j.journey\njourney j {{\n  entry event cart_updated as cart\n//                            ^^^^ here\n  branch {{\n    when ca$0rt.total > limit {{ exit much }}\n    else {{ exit little }}\n  }}\n}}\n"
        );
        check(&text);
    }

    #[test]
    fn an_outcome_is_declared_by_every_exit_of_its_name() {
        let text = format!(
            "{SCHEMA}//- j.journey\njourney j {{\n  entry manual\n  branch {{\n    when customer.plan == \"pro\" {{ exit done }}\n//                                     ^^^^ here\n    else {{ exit done }}\n//              ^^^^ here\n  }}\n}}\ntest \"x\" {{ journey j  at 2026-01-05T09:00Z  enter  expect exit do$0ne }}\n"
        );
        check(&text);
    }

    #[test]
    fn the_type_of_a_bound_event_is_the_event() {
        let text = format!(
            "{SCHEMA}//- j.journey\njourney j {{\n  entry event cart_updated as cart\n  branch {{\n    when ca$0rt.total > limit {{ exit much }}\n    else {{ exit little }}\n  }}\n}}\n"
        );
        let fixture = fixture(&text);
        let found = type_definition(&fixture.workspace, fixture.at);
        let shown: Vec<String> = found.into_iter().map(|it| fixture.show(it)).collect();
        assert_eq!(shown, ["schema.journey:5 \"cart_updated\""]);
    }

    #[test]
    fn what_is_no_name_leads_nowhere() {
        let fixture = fixture("event a { id: text }\n$0\n");
        assert_eq!(definition(&fixture.workspace, fixture.at), []);
    }
}

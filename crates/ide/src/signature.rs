//! What a call takes, while its arguments are written.

use std::sync::Arc;

use journey_sema::{NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind as K, SyntaxNode, ast};

use crate::completion::{Context, parameters};
use crate::docs;
use crate::hover::field;
use crate::place::FilePosition;
use crate::words;

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The whole of it in a line: `mail.welcome(to: text, level: int = 1)`.
    pub label: String,
    /// What its author says of it, in Markdown.
    pub documentation: String,
    /// Where each parameter stands in the label, in bytes.
    pub parameters: Vec<(u32, u32)>,
    /// The parameter that is written at the cursor.
    pub active: Option<u32>,
}

/// The innermost call whose arguments the cursor is in.
pub fn signature_help(workspace: &Workspace, at: FilePosition) -> Option<Signature> {
    let text = workspace.text(at.file)?;
    let context = Context::at(workspace, at, &text)?;
    let around = context.around();
    let list = around.iter().rposition(|node| node.kind() == K::ARG_LIST)?;
    let (outer, rest) = around.split_at_checked(list)?;
    let (list, arg) = (*rest.first()?, rest.get(1).copied());
    let owner = *outer.last()?;
    match owner.kind() {
        K::CALL_EXPR => of_function(owner, list, arg),
        _ => of_call(workspace, owner, outer, list, arg),
    }
}

/// An action or a journey: its parameters have names.
fn of_call(
    workspace: &Workspace,
    owner: SyntaxNode<'_>,
    outer: &[SyntaxNode<'_>],
    list: SyntaxNode<'_>,
    arg: Option<SyntaxNode<'_>>,
) -> Option<Signature> {
    let params = parameters(workspace, owner, outer);
    let (kind, name) = called(owner)?;
    let written = |arg: SyntaxNode<'_>| -> Option<Arc<str>> {
        let name = arg.child::<ast::ArgName<'_>>()?.any_name()?;
        Some(name.source().into())
    };
    let given: Vec<Arc<str>> =
        list.children::<ast::Arg<'_>>().filter_map(|arg| written(arg.syntax())).collect();
    let at_cursor = arg.and_then(written);
    let active = match &at_cursor {
        Some(name) => params.iter().position(|param| param.name == *name),
        // What comes next is the first that is not there yet.
        None => params.iter().position(|param| !given.contains(&param.name)),
    };
    let shown: Vec<String> = params.iter().map(field).collect();
    let documentation = docs::of_name(workspace, kind, &name);
    Some(built(&name, &shown, active, documentation))
}

fn called(owner: SyntaxNode<'_>) -> Option<(NameKind, String)> {
    let action = |it: Option<ast::ActionRef<'_>>| {
        it.map(|it| (NameKind::Action, it.source().replace(char::is_whitespace, "")))
    };
    let journey =
        |it: Option<ast::Name<'_>>| it.map(|it| (NameKind::Journey, it.source().to_owned()));
    match owner.kind() {
        K::SEND => action(ast::Send::cast(owner)?.action_ref()),
        K::EXPECT_SEND => action(ast::ExpectSend::cast(owner)?.action_ref()),
        K::NO_SEND => action(ast::NoSend::cast(owner)?.action_ref()),
        K::RUN => journey(ast::Run::cast(owner)?.name()),
        K::ENTER => journey(ast::Enter::cast(owner)?.name()),
        K::ENTER_STEP => Some((NameKind::Journey, "enter".to_owned())),
        _ => None,
    }
}

/// A function of the language: its parameters have places.
fn of_function(
    owner: SyntaxNode<'_>,
    list: SyntaxNode<'_>,
    arg: Option<SyntaxNode<'_>>,
) -> Option<Signature> {
    let name = ast::CallExpr::cast(owner)?.name()?;
    let (_, form, about) = words::functions().find(|(known, ..)| *known == name.source())?;
    let (call, gives) = form.split_once(" -> ").unwrap_or((form, ""));
    let inside = call.split_once('(')?.1.strip_suffix(')')?;
    let shown: Vec<String> = inside.split(", ").map(str::to_owned).collect();
    let before = |arg: SyntaxNode<'_>| {
        let all = list.children::<ast::Arg<'_>>();
        all.take_while(|it| it.range().start < arg.range().start).count()
    };
    let active = arg.map(before).filter(|at| *at < shown.len());
    let mut signature = built(name.source(), &shown, active, about.to_owned());
    if !gives.is_empty() {
        signature.label.push_str(" -> ");
        signature.label.push_str(gives);
    }
    Some(signature)
}

fn built(name: &str, shown: &[String], active: Option<usize>, documentation: String) -> Signature {
    let mut label = format!("{name}(");
    let mut parameters = Vec::new();
    for (at, param) in shown.iter().enumerate() {
        if at > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        label.push_str(param);
        parameters.push((start, label.len() as u32));
    }
    label.push(')');
    Signature { label, documentation, parameters, active: active.map(|at| at as u32) }
}

#[cfg(test)]
mod tests {
    use super::signature_help;
    use crate::fixture::fixture;

    const SHOP: &str = "\
event order { id: text total: number }
destination mail log {
  /// Greets.
  action welcome(to: text, level: int = 1, name: text?)
}
journey lesson(level: int) { entry event order  exit a }
";

    /// The label with the active parameter in brackets.
    fn shown(rest: &str) -> String {
        let fixture = fixture(&format!("{SHOP}{rest}"));
        let Some(found) = signature_help(&fixture.workspace, fixture.at) else {
            return String::new();
        };
        let Some(active) = found.active.and_then(|at| found.parameters.get(at as usize)) else {
            return found.label;
        };
        let (start, end) = (active.0 as usize, active.1 as usize);
        let label = &found.label;
        format!("{}[{}]{}", &label[..start], &label[start..end], &label[end..])
    }

    #[test]
    fn an_action_shows_the_parameter_that_is_written() {
        let send = |args: &str| {
            shown(&format!("journey j {{ entry manual send mail.welcome({args}) exit a }}"))
        };
        assert_eq!(send("$0"), "mail.welcome([to: text], level: int = 1, name: text?)");
        assert_eq!(send("level: $0"), "mail.welcome(to: text, [level: int = 1], name: text?)");
        assert_eq!(send("to: \"x\", $0"), "mail.welcome(to: text, [level: int = 1], name: text?)");
    }

    #[test]
    fn an_unfinished_call_shows_it_too() {
        let found = shown("journey j { entry manual send mail.welcome(to: \"x\", name: $0");
        assert_eq!(found, "mail.welcome(to: text, level: int = 1, [name: text?])");
    }

    #[test]
    fn a_journey_takes_parameters_and_the_properties_of_its_event() {
        let found = shown("journey j { entry manual enter lesson($0) exit a }");
        assert_eq!(found, "lesson([level: int], id: text, total: number)");
    }

    #[test]
    fn a_function_shows_what_it_gives() {
        assert_eq!(shown("let x = max(1, $0)"), "max(a, [b]) -> number");
    }

    #[test]
    fn outside_of_a_call_there_is_nothing() {
        assert_eq!(shown("let x = max(1, 2) + $0"), "");
    }
}

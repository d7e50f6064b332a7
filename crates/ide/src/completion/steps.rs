//! What can stand in the steps of a test: names of the journey it is about, and events with what
//! they must have.

use std::sync::Arc;

use journey_sema::{Field, JourneyOutline, NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind as K, SyntaxNode, ast};

use super::context::Context;
use super::{CompletionKind, Found, literals, names, snippets, values};
use crate::docs;

/// The name of the journey that the test around is about.
pub(super) fn journey_of<'t>(around: &[SyntaxNode<'t>]) -> Option<ast::Name<'t>> {
    let test = around.iter().rev().find_map(|node| ast::TestDecl::cast(*node))?;
    test.steps().find_map(|step| match step {
        ast::Step::JourneyStep(step) => step.name(),
        _ => None,
    })
}

/// The outline of that journey.
pub(super) fn tested(workspace: &Workspace, around: &[SyntaxNode<'_>]) -> Option<JourneyOutline> {
    workspace.journey_outline(journey_of(around)?.source())
}

/// Completes in a step; says whether `node` is one that decides it.
pub(super) fn complete(
    workspace: &Workspace,
    context: &Context,
    node: SyntaxNode<'_>,
    outer: &[SyntaxNode<'_>],
    found: &mut Found,
) -> bool {
    // Behind its name the other words of the step stand.
    let named = node.child::<ast::Name<'_>>();
    let behind = named.is_some_and(|name| name.range().end <= context.probe.start);
    if behind && !matches!(node.kind(), K::CHOOSE_STEP | K::MEMBERSHIPS) {
        return false;
    }
    let mut inner = |kind: CompletionKind, of: fn(&JourneyOutline) -> &Vec<Arc<str>>| {
        let Some(outline) = tested(workspace, outer) else { return };
        for name in of(&outline) {
            found.plain(kind, name, "", 0);
        }
    };
    match node.kind() {
        K::EXPECT_EXIT => inner(CompletionKind::Outcome, |it| &it.outcomes),
        K::EXPECT_AT => inner(CompletionKind::Label, |it| &it.labels),
        K::EXPECT_GOAL | K::NO_GOAL => inner(CompletionKind::Outcome, |it| &it.goals),
        K::RESPOND_STEP | K::FAIL_STEP | K::EXPECT_WEBHOOK | K::NO_WEBHOOK => {
            inner(CompletionKind::Label, |it| &it.asking);
        }
        K::CHOOSE_STEP => splits(workspace, context, node, outer, found),
        K::EVENT_STEP => events(workspace, context, found),
        K::JOURNEY_STEP => {
            for name in found.names(workspace, NameKind::Journey, "") {
                found.plain(CompletionKind::Journey, &name, "journey", 0);
                found.documented(docs::of_name(workspace, NameKind::Journey, &name), false);
            }
        }
        K::JOIN_STEP | K::LEAVE_STEP | K::MEMBERSHIPS => {
            values::settable_audiences(workspace, found);
        }
        _ => return false,
    }
    found.closed = true;
    true
}

/// What the journey is entered with by hand, behind `enter`.
pub(super) fn entered_with(workspace: &Workspace, context: &Context, found: &mut Found) {
    let steps = context.declaration().into_iter().flat_map(crate::tree::nodes);
    let before = steps.filter(|node| node.range().end <= context.probe.start);
    let Some(step) = before.filter(|node| node.kind() == K::ENTER_STEP).last() else { return };
    let params = names::parameters(workspace, step, &context.around());
    let insert = snippets::call("", &params);
    found.snippet(CompletionKind::Value, "( … )", insert, "", 0);
    found.closed = true;
}

/// Events with the properties that they must have.
fn events(workspace: &Workspace, context: &Context, found: &mut Found) {
    names::named(workspace, NameKind::Event, CompletionKind::Event, found);
    if context.braced {
        return;
    }
    for item in &mut found.items {
        let event = workspace.event_type(&item.label);
        let needed = event.into_iter().flat_map(|event| event.properties).filter(is_needed);
        let given: Vec<String> = needed
            .enumerate()
            .map(|(at, it)| format!("{}: {}", it.name, literals::slot(&it.ty, at + 1)))
            .collect();
        if !given.is_empty() {
            item.insert = format!("{} {{ {} }}$0", item.label, given.join(", "));
            item.snippet = true;
        }
    }
}

fn is_needed(field: &Field) -> bool {
    field.default.is_none() && !field.ty.is_optional()
}

/// A split of the journey with an arm of it; behind a split its arms.
fn splits(
    workspace: &Workspace,
    context: &Context,
    node: SyntaxNode<'_>,
    outer: &[SyntaxNode<'_>],
    found: &mut Found,
) {
    let Some(outline) = tested(workspace, outer) else { return };
    let names: Vec<ast::Name<'_>> =
        ast::ChooseStep::cast(node).into_iter().flat_map(|step| step.names()).collect();
    match names.as_slice() {
        [split, arm] if arm.range() == context.probe => {
            let arms = outline.splits.iter().find(|(name, _)| **name == *split.source());
            for arm in arms.into_iter().flat_map(|(_, arms)| arms) {
                found.plain(CompletionKind::Arm, arm, "arm", 0);
            }
        }
        [_, arm] => {
            // The arm is there already; its split is to be named.
            for (split, _) in outline
                .splits
                .iter()
                .filter(|(_, arms)| arms.iter().any(|it| **it == *arm.source()))
            {
                found.plain(CompletionKind::Label, split, "split", 0);
            }
        }
        _ => {
            for (split, arms) in &outline.splits {
                let insert = format!("{split} ${{1:{}}}", arms.first().map_or("", |it| it));
                found.snippet(CompletionKind::Label, split, insert, "split", 0);
            }
        }
    }
}

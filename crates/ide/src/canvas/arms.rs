//! The ways out of a tile, as its syntax tells them. They have the order and the numbers of
//! [`journey_ir::ways`], so that an edge of the picture is the same edge in a compiled tile.

use journey_syntax::{AstNode, SyntaxNode, ast};

use super::sheet::Arm;
use super::titles::head_line;

/// The ways out of a tile. Without types nobody knows whether the values of a branch or the outcomes
/// of a `run` leave anything over; it is said that they do.
pub(super) fn arms(kind: ast::TileKind<'_>) -> Vec<Arm<'_>> {
    use ast::TileKind as K;
    match kind {
        K::WaitFor(_)
        | K::WaitWindow(_)
        | K::Update(_)
        | K::AddCustomer(_)
        | K::RemoveCustomer(_)
        | K::Enter(_) => vec![implied("next", None)],
        K::WaitUntil(it) => {
            let mut arms = vec![implied("next", None)];
            arms.extend(it.up_to().map(|_| implied("timeout", None)));
            let late = it.late_block().and_then(|block| block.late_arm());
            arms.extend(late.map(|arm| written("late", arm.syntax(), arm.block())));
            arms
        }
        K::WaitEvent(it) => {
            let mut arms = vec![implied("event", None)];
            arms.extend(it.up_to().map(|_| implied("timeout", None)));
            arms
        }
        K::WaitArms(it) => wait_arms(it),
        K::BranchWhen(it) => {
            let arm = |arm: ast::WhenArm<'_>| head_line(arm.syntax());
            let mut arms: Vec<_> =
                it.when_arms().map(|it| written(arm(it), it.syntax(), it.block())).collect();
            arms.push(rest(it.else_arm(), Some("else")));
            arms
        }
        K::BranchValue(it) => {
            let arm = |arm: ast::ValueArm<'_>| head_line(arm.syntax());
            let mut arms: Vec<_> =
                it.value_arms().map(|it| written(arm(it), it.syntax(), it.block())).collect();
            arms.push(rest(it.else_arm(), Some("else")));
            arms
        }
        K::Split(it) => it
            .split_arms()
            .map(|arm| written(head_line(arm.syntax()), arm.syntax(), arm.block()))
            .collect(),
        K::Send(it) => match it.send_arms() {
            Some(arms) => outcomes(
                arms.send_arms().map(|arm| match arm {
                    ast::SendArm::DeliveredArm(arm) => ("delivered", arm.syntax(), arm.block()),
                    ast::SendArm::FailedArm(arm) => ("failed", arm.syntax(), arm.block()),
                    ast::SendArm::SkippedArm(arm) => ("skipped", arm.syntax(), arm.block()),
                }),
                &["delivered", "failed", "skipped"],
            ),
            None => vec![implied("next", None)],
        },
        K::Webhook(it) => {
            let parts = it.webhook_parts().filter_map(|part| match part {
                ast::WebhookPart::OkArm(arm) => Some(("ok", arm.syntax(), arm.block())),
                ast::WebhookPart::FailedArm(arm) => Some(("failed", arm.syntax(), arm.block())),
                _ => None,
            });
            let arms = outcomes(parts, &["ok", "failed"]);
            match arms.iter().any(|arm| arm.node.is_some()) {
                true => arms,
                false => vec![implied("next", None)],
            }
        }
        K::Run(it) => {
            let written_arms = it.run_arms().into_iter().flat_map(|arms| arms.run_arms());
            let mut arms: Vec<_> = written_arms
                .map(|arm| match arm {
                    ast::RunArm::ExitedArm(arm) => {
                        written(head_line(arm.syntax()), arm.syntax(), arm.block())
                    }
                    ast::RunArm::NotEnteredArm(arm) => {
                        written("not_entered", arm.syntax(), arm.block())
                    }
                })
                .collect();
            let head = (!arms.is_empty()).then_some("else");
            arms.push(rest(it.run_arms().and_then(|arms| arms.else_arm()), head));
            arms
        }
        K::Repeat(it) => {
            vec![written("again", it.syntax(), it.block()), implied("done", None)]
        }
        K::Exit(_) | K::LetTile(_) => Vec::new(),
    }
}

fn wait_arms(wait: ast::WaitArms<'_>) -> Vec<Arm<'_>> {
    let mut arms = Vec::new();
    let mut timeout = None;
    for arm in wait.wait_arms() {
        match arm {
            ast::WaitArm::OnArm(it) => {
                arms.push(written(head_line(it.syntax()), it.syntax(), it.block()));
            }
            ast::WaitArm::WhenArm(it) => {
                arms.push(written(head_line(it.syntax()), it.syntax(), it.block()));
            }
            ast::WaitArm::TimeoutArm(it) => {
                timeout = timeout.or(Some(written("timeout", it.syntax(), it.block())));
            }
        }
    }
    let limited = wait.wait_limit().map(|_| implied("timeout", Some("timeout")));
    arms.extend(timeout.or(limited));
    arms
}

/// Arms for outcomes: those that are written, then one for each of `all` that is not.
fn outcomes<'t>(
    found: impl Iterator<Item = (&'static str, SyntaxNode<'t>, Option<ast::Block<'t>>)>,
    all: &[&'static str],
) -> Vec<Arm<'t>> {
    let mut arms: Vec<_> = found.map(|(label, node, block)| written(label, node, block)).collect();
    let missing = all.iter().filter(|it| !arms.iter().any(|arm| arm.label == **it));
    let missing: Vec<_> = missing.map(|label| implied(*label, Some(*label))).collect();
    arms.extend(missing);
    arms
}

fn rest<'t>(otherwise: Option<ast::ElseArm<'t>>, head: Option<&'static str>) -> Arm<'t> {
    match otherwise {
        Some(arm) => written("else", arm.syntax(), arm.block()),
        None => implied("next", head),
    }
}

fn written<'t>(
    label: impl Into<String>,
    node: SyntaxNode<'t>,
    block: Option<ast::Block<'t>>,
) -> Arm<'t> {
    Arm { label: label.into(), node: Some(node), block, head: None, body: Vec::new() }
}

fn implied<'t>(label: impl Into<String>, head: Option<&'static str>) -> Arm<'t> {
    Arm { label: label.into(), node: None, block: None, head, body: Vec::new() }
}

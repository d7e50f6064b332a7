//! What can stand in a text: the members of an enum, the names of time zones.

use journey_sema::{Type, Workspace, written};
use journey_syntax::SyntaxKind;

use super::context::Context;
use super::{CompletionKind, Found};

pub(super) fn complete(_workspace: &Workspace, context: &Context, found: &mut Found) {
    let around = context.around();
    if around.iter().any(|node| node.kind() == SyntaxKind::TIMEZONE_CLAUSE) {
        for zone in journey_time::names() {
            found.plain(CompletionKind::Value, zone, "time zone", 0);
        }
        return;
    }
    let wanted = context.scope.as_ref().and_then(|scope| scope.wanted.as_ref());
    for ty in wanted.into_iter().chain(context.fits()) {
        if let Type::Enum(members) = ty.required() {
            for member in members.iter() {
                let mut text = String::new();
                written::escape(member, &mut text);
                found.plain(CompletionKind::EnumMember, &text, "", 0);
            }
        }
    }
}

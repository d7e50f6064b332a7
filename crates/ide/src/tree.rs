//! Walks over a syntax tree that more than one feature takes. Trees have no links upwards, so
//! whoever needs what is around a place walks down to it and remembers the way.

use journey_base::TextRange;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{Parse, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, Tree};

use crate::place::tokens_at;

/// All nodes in `root`, itself first, each before those inside it.
pub(crate) fn nodes(root: SyntaxNode<'_>) -> impl Iterator<Item = SyntaxNode<'_>> {
    let mut open = vec![root];
    std::iter::from_fn(move || {
        let node = open.pop()?;
        open.extend(node.elements_rev().filter_map(SyntaxElement::node));
        Some(node)
    })
}

/// The journeys of a file, in source order.
pub(crate) fn journeys(parse: &Parse) -> Vec<ast::JourneyDecl<'_>> {
    let file = ast::File::cast(parse.tree.root());
    let items = file.into_iter().flat_map(|file| file.items());
    let journeys = items.filter_map(|item| match item {
        ast::Item::JourneyDecl(decl) => Some(decl),
        _ => None,
    });
    journeys.collect()
}

/// The token that someone at `offset` means: a word or value at the cursor, before or behind it,
/// rather than a sign, and a sign rather than blanks.
pub(crate) fn meant_at(tree: &Tree, offset: u32) -> Option<SyntaxToken<'_>> {
    let weight = |token: &SyntaxToken<'_>| match token.kind() {
        SyntaxKind::WHITESPACE => 0,
        kind if is_word(kind) => 2,
        _ => 1,
    };
    let (before, after) = tokens_at(tree, offset);
    match (before, after) {
        (Some(before), Some(after)) if weight(&before) > weight(&after) => Some(before),
        (before, after) => after.or(before),
    }
}

fn is_word(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    kind.is_keyword()
        || matches!(
            kind,
            IDENT
                | TIME_LIT
                | DATE_LIT
                | TIMEOFDAY_LIT
                | DURATION_LIT
                | NUMBER_LIT
                | INT_LIT
                | TEXT_CHUNK
                | LONG_CHUNK
        )
}

/// Whether it may be another value where another time zone holds: it reads local times.
pub(crate) fn reads_zone(expr: SyntaxNode<'_>) -> bool {
    nodes(expr).any(|node| match node.kind() {
        // A time that is put into a text is shown on a local clock.
        SyntaxKind::AT_CHAIN | SyntaxKind::INTERPOLATION => true,
        SyntaxKind::CALL_EXPR => {
            node.child::<ast::Name<'_>>().is_some_and(|name| name.source() == "text")
        }
        SyntaxKind::FIELD_ACCESS => node.child::<ast::AnyName<'_>>().is_some_and(|name| {
            let parts = ["date", "time", "weekday", "hour", "day", "month", "year"];
            parts.contains(&name.source())
        }),
        SyntaxKind::LITERAL => node.token(SyntaxKind::TIME_LIT).is_some_and(|time| {
            let clock = time.text().split('T').nth(1).unwrap_or_default();
            !clock.contains(['Z', '+', '-'])
        }),
        _ => false,
    })
}

/// Where a token stands, without what the line of a doc comment ends with.
pub(crate) fn seen(token: SyntaxToken<'_>) -> TextRange {
    let start = token.range().start;
    match token.kind() {
        SyntaxKind::DOC => TextRange::new(start, start + token.text().trim_end().len() as u32),
        _ => token.range(),
    }
}

/// A statement that stands on lines of its own: a declaration, a clause, a tile, a step.
pub(crate) fn is_statement(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    is_declaration(kind)
        || is_arm(kind)
        || matches!(
            kind,
            FIELD
                | SETTING_DECL
                | SECRET_DECL
                | ACTION_DECL
                | REQUIRE_RULE
                | QUIET_RULE
                | CAP_RULE
                | REQUEST_LINE
                | HEADER_PART
                | BODY_PART
                | TIMEOUT_PART
                | RETRY_PART
                | LIMIT_PART
                | MAIL_PART
                | ENTRY_CLAUSE
                | REENTER_CLAUSE
                | WHILE_CLAUSE
                | EXIT_CLAUSE
                | GOAL_CLAUSE
                | TIMEZONE_CLAUSE
                | TILE
                | JOURNEY_STEP
                | CUSTOMER_STEP
                | AT_STEP
                | AFTER_STEP
                | EVENT_STEP
                | UPDATE_STEP
                | CHOOSE_STEP
                | JOIN_STEP
                | LEAVE_STEP
                | ENTER_STEP
                | RESPOND_STEP
                | FAIL_STEP
                | PAUSE_STEP
                | RESUME_STEP
                | EXPECT_EXIT
                | EXPECT_AT
                | EXPECT_SEND
                | EXPECT_WEBHOOK
                | EXPECT_GOAL
                | EXPECT_NO
                | EXPECT_NOT_ENTERED
                | EXPECT_CONDITION
        )
}

/// What a file is made of.
pub(crate) fn is_declaration(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        CUSTOMER_DECL
            | EVENT_DECL
            | AUDIENCE_DECL
            | LET_DECL
            | POLICY_DECL
            | DESTINATION_DECL
            | JOURNEY_DECL
            | TEST_DECL
    )
}

/// An arm of a tile.
pub(crate) fn is_arm(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        LATE_ARM
            | ON_ARM
            | WHEN_ARM
            | TIMEOUT_ARM
            | VALUE_ARM
            | ELSE_ARM
            | SPLIT_ARM
            | DELIVERED_ARM
            | FAILED_ARM
            | SKIPPED_ARM
            | OK_ARM
            | EXITED_ARM
            | NOT_ENTERED_ARM
    )
}

/// A node's source on one line, without comments: at most `most` characters, the last of which
/// says that there was more.
pub(crate) fn one_line<'t>(tokens: impl Iterator<Item = SyntaxToken<'t>>, most: usize) -> String {
    let mut line = String::new();
    let mut gap = false;
    for token in tokens {
        if token.kind().is_trivia() || token.kind() == SyntaxKind::DOC {
            gap = true;
            continue;
        }
        if gap && !line.is_empty() {
            line.push(' ');
        }
        gap = false;
        let mut pieces = token.text().split_whitespace().peekable();
        // Blanks in texts are part of them, but for line ends.
        if !token.text().contains('\n') {
            line.push_str(token.text());
            continue;
        }
        while let Some(piece) = pieces.next() {
            line.push_str(piece);
            line.push_str(if pieces.peek().is_some() { " " } else { "" });
        }
    }
    match line.char_indices().nth(most) {
        Some(_) => {
            let end = line.char_indices().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
            format!("{}…", line.get(..end).unwrap_or_default().trim_end())
        }
        None => line,
    }
}

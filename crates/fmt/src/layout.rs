//! How each kind of node is laid out: the table that the formatter follows.

use journey_syntax::SyntaxKind::{self, *};

/// A way to lay out a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Its parts one behind the other, with spaces between.
    Spaced,
    /// The same without spaces.
    Tight,
    /// A text, as it stands.
    Text,
    /// Declarations, each on lines of its own.
    File,
    /// `head {`, its parts on lines of their own, `}`.
    Body,
    /// `{ … }` on one line if a single part is in it and fits; else as a body.
    Block,
    /// Parts with commas between them, on one line or each on its own.
    List,
    /// The same with blanks at the brackets: `{ a: 1 }`.
    Record,
    /// The same without commas.
    Fields,
    /// Operands; a line may end before an operator, and then ends before each.
    Chain,
    /// A head, and clauses that move to lines of their own if not all fit. A block may follow.
    Clauses,
    /// `name = value`; a long value begins on the next line.
    Assign,
    /// `if … then … else …`, three lines if it does not fit on one.
    If,
    /// `( … )` around one thing.
    Paren,
}

/// The layout of a node; none for tokens, and for what has no place in a sound tree.
pub(crate) fn layout(kind: SyntaxKind) -> Option<Layout> {
    Some(match kind {
        FILE => Layout::File,

        CUSTOMER_DECL | EVENT_DECL | POLICY_DECL | DESTINATION_DECL | JOURNEY_DECL | TEST_DECL
        | ACTION_BODY | LATE_BLOCK | WAIT_ARMS | BRANCH_WHEN | BRANCH_VALUE | SPLIT | SEND_ARMS
        | RUN_ARMS | WEBHOOK => Layout::Body,

        BLOCK => Layout::Block,

        PARAM_LIST | ARG_LIST | LIST_EXPR => Layout::List,
        RECORD_EXPR | ASSIGNMENTS => Layout::Record,
        RECORD_TYPE => Layout::Fields,

        OR_CHAIN | AND_CHAIN | COMPARE_CHAIN | COALESCE_CHAIN | ADD_CHAIN | MUL_CHAIN
        | ENUM_TYPE => Layout::Chain,

        ENTRY_EVENT | ENTRY_AUDIENCE | EXIT_ON | GOAL_CLAUSE | WAIT_UNTIL | WAIT_EVENT | ON_ARM
        | WHEN_ARM | VALUE_ARM | EXITED_ARM | OK_ARM | REPEAT | ARG | WINDOW_DAYS | MEMBERSHIPS => {
            Layout::Clauses
        }

        DEFINITION | LET_DECL | LET_TILE => Layout::Assign,
        IF_EXPR => Layout::If,
        PAREN_EXPR => Layout::Paren,
        TEXT => Layout::Text,

        ATTRIBUTE | SIGNED_LITERAL | OPTIONAL_MARK | TYPE_REF | GENERIC_TYPE | LABEL | DAY_SPAN
        | WINDOW_HOURS | PERCENT | ACTION_REF | RANGE_CHAIN | NEG_CHAIN | FIELD_CHAIN
        | FIELD_ACCESS | CALL_EXPR | ARG_NAME | INTERPOLATION => Layout::Tight,

        AUDIENCE_DECL | REQUIRE_RULE | QUIET_RULE | CAP_RULE | SETTING_DECL | SECRET_DECL
        | ACTION_DECL | REQUEST_LINE | HEADER_PART | BODY_PART | TIMEOUT_PART | RETRY_PART
        | LIMIT_PART | MAIL_PART | FIELD | PARAM | EXTERNAL_NAME | DEFAULT | SPREAD | UNDER
        | DESTINATION_KIND | HTTP_METHOD | HEADER_NAME | MAIL_FIELD | NAMED_TYPE => Layout::Spaced,

        ENTRY_CLAUSE | FOR_EACH | KEYED_BY | INCLUDING | ENTRY_MANUAL | ALIAS | WHERE_CLAUSE
        | REENTER_CLAUSE | REENTER_NEVER | REENTER_ALWAYS | REENTER_LATER | REENTER_AFTER
        | WHILE_CLAUSE | EXIT_CLAUSE | EXIT_WHEN | EXIT_AFTER | GOAL_WITHIN | TIMEZONE_CLAUSE => {
            Layout::Spaced
        }

        TILE | WAIT_FOR | WAIT_WINDOW | WEEKDAY | LATE_ARM | SINCE | UP_TO | BY_TIME
        | TIMEOUT_ARM | ELSE_ARM | PER_ENTRY | SPLIT_ARM | SEND | DELIVERED_ARM | FAILED_ARM
        | SKIPPED_ARM | RESPONSE | UPDATE | ADD_CUSTOMER | REMOVE_CUSTOMER | RUN
        | NOT_ENTERED_ARM | ENTER | EVERY | REPEAT_UNTIL | EXIT => Layout::Spaced,

        NOT_CHAIN | COMPARE_OP | MEMBER_OP | PRESENCE_OP | ADD_OP | MUL_OP | AT_CHAIN
        | CUSTOMER_EXPR | NAME_EXPR | LAMBDA | ASSIGNMENT | LITERAL | NAME | ANY_NAME => {
            Layout::Spaced
        }

        JOURNEY_STEP | CUSTOMER_STEP | AT_STEP | AFTER_STEP | EVENT_STEP | UPDATE_STEP
        | CHOOSE_STEP | JOIN_STEP | LEAVE_STEP | ENTER_STEP | RESPOND_STEP | FAIL_STEP
        | WITH_STATUS | PAUSE_STEP | RESUME_STEP | EXPECT_EXIT | EXPECT_AT | EXPECT_SEND
        | TIMES | EXPECT_WEBHOOK | EXPECT_GOAL | EXPECT_NO | NO_SEND | NO_WEBHOOK | NO_GOAL
        | EXPECT_NOT_ENTERED | EXPECT_CONDITION => Layout::Spaced,

        _ => return None,
    })
}

/// Whether it is a clause, which can move to a line of its own.
pub(crate) fn is_clause(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        WHERE_CLAUSE
            | FOR_EACH
            | KEYED_BY
            | INCLUDING
            | GOAL_WITHIN
            | SINCE
            | UP_TO
            | RESPONSE
            | EVERY
            | REPEAT_UNTIL
    )
}

/// Whether it is the block of an arm or tile, which stays on the last line of its head.
pub(crate) fn is_block(kind: SyntaxKind) -> bool {
    matches!(kind, BLOCK | LATE_BLOCK)
}

/// Whether it has brackets or quotes of its own, and so stays on the line it is assigned on.
pub(crate) fn is_bracketed(kind: SyntaxKind) -> bool {
    matches!(kind, LIST_EXPR | RECORD_EXPR | CALL_EXPR | PAREN_EXPR | TEXT)
}

/// Whether nothing can be inside it: many such values share a line.
pub(crate) fn is_plain(kind: SyntaxKind) -> bool {
    matches!(kind, LITERAL | TEXT | SIGNED_LITERAL | COMMA)
}

#[cfg(test)]
mod tests {
    use super::layout;
    use journey_syntax::SyntaxKind;

    #[test]
    fn every_rule_of_the_grammar_has_a_layout() {
        for kind in SyntaxKind::NODES {
            assert!(layout(*kind).is_some(), "{kind:?} is laid out nowhere in layout.rs");
        }
        assert!(SyntaxKind::NODES.contains(&SyntaxKind::POLICY_DECL));
        assert_eq!(layout(SyntaxKind::ERROR), None);
        assert_eq!(layout(SyntaxKind::COMMA), None);
    }
}

/**
 * The grammar of the Journey language for tree-sitter.
 *
 * It follows grammar/journey.pest rule by rule, and its nodes have that grammar's names: whoever knows one tree knows
 * the other, and a test compares them. Where a rule of the two differs, the comment above it says why.
 *
 * The specification takes the first alternative that fits. Here one token of lookahead decides, and where that does not
 * do, `conflicts` has the parser try both ways; `prec` stands where both ways lead on and the specification takes one.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const { reserved, contextual } = require("./keywords");

/** Keywords where names may stand, as the names that they are then. */
const words = ($, keywords) => keywords.map((keyword) => alias(keyword, $.word));

const commaSeparated = (rule) => seq(rule, repeat(seq(",", rule)));

/** Perhaps none, perhaps with a comma behind the last. */
const list = (rule) => optional(seq(commaSeparated(rule), optional(",")));

/** What closes braces and the like. Where it is missing, the scanner says so at the next declaration or at the end. */
const closing = ($, mark) => choice(mark, $._close);

const braced = ($, ...rules) => seq("{", ...rules, closing($, "}"));

/**
 * The braces of a declaration, in a node of their own that the specification does not have: what is documented begins
 * with its documentation, and editors fold and indent from the braces on.
 */
const braces = ($, rule) => alias($[rule], $.braces);

/** Braces that have to be there: the scanner says, too, that both are missing. */
const body = ($, ...rules) => choice(braced($, ...rules), $._close);

/** A keyword that may begin a declaration. At the margin it is another token, one that can be no name. */
const declaring = ($, keyword) => choice(keyword, alias($[`_margin_${keyword}`], keyword));

/** What may be documented. */
const documented = ($, ...rules) => seq(optional($._docs), ...rules);

/** A level of the expression ladder: without an operator it leaves no node, so its own name is hidden. */
const chain = (operand, operator) => seq(operand, repeat1(seq(operator, operand)));

module.exports = grammar({
  name: "journey",

  // Any keyword is cut out of a whole word: `waiting` is not `wait` and more.
  word: ($) => $._any_word,

  // Read by src/scanner.c, which knows what a pattern cannot say: that reserved words are no names, wherever they
  // stand; where a declaration begins, whatever is missing in the one above; and where a text ends that nobody closed.
  externals: ($) => [
    $._plain_word,
    $.long_chunk,
    $._text_end,
    $._close,
    $._margin_audience,
    $._margin_customer,
    $._margin_destination,
    $._margin_event,
    $._margin_journey,
    $._margin_let,
    $._margin_policy,
    $._margin_test,
  ],

  extras: ($) => [/[ \t\r\n\uFEFF]/, $.comment],

  conflicts: ($) => [
    // `expect x at 2026-12-01T09:00Z`: the next step, not `date at timeofday`.
    [$._at_level, $.at_chain],
    // `wait up to 2d {`, or a wait for what is called `up` in front of a tile with the label `to`.
    [$.up_to, $.name],
    [$.entry_event],
    [$.entry_audience],
    [$.wait_event],
    [$.wait_until],
    [$.name, $.any_name],
    [$.block, $.record_expr],
  ],

  rules: {
    file: ($) => repeat($._item),

    _item: ($) =>
      choice(
        $.customer_decl,
        $.event_decl,
        $.audience_decl,
        $.let_decl,
        $.policy_decl,
        $.destination_decl,
        $.journey_decl,
        $.test_decl,
      ),

    _docs: ($) => repeat1($.doc),

    // -------------------------------------------------------------------------------------------
    // Declarations

    customer_decl: ($) => documented($, declaring($, "customer"), braces($, "_fields")),

    event_decl: ($) =>
      documented(
        $,
        declaring($, "event"),
        field("name", $.name),
        optional($.external_name),
        repeat($.attribute),
        braces($, "_fields"),
      ),

    _fields: ($) => body($, repeat($.field)),

    field: ($) =>
      documented(
        $,
        field("name", $.any_name),
        optional($.external_name),
        ":",
        $.type_ref,
        optional($.default),
        repeat($.attribute),
      ),

    external_name: ($) => $.text,

    default: ($) => seq("=", $._default_value),

    _default_value: ($) =>
      choice($.signed_literal, $.literal, $.text, $.list_expr, $.record_expr, $.name_expr),

    attribute: ($) => seq("@", $.any_name, optional(seq("(", $.text, ")"))),

    signed_literal: ($) => seq("-", $.literal),

    audience_decl: ($) =>
      documented(
        $,
        declaring($, "audience"),
        field("name", $.name),
        optional($.external_name),
        repeat($.attribute),
        optional($.definition),
      ),

    definition: ($) => seq("=", $._expr),

    let_decl: ($) => documented($, declaring($, "let"), field("name", $.name), "=", $._expr),

    policy_decl: ($) => documented($, declaring($, "policy"), field("name", $.name), braces($, "_policy_rules")),

    _policy_rules: ($) => body($, repeat($._policy_rule)),

    _policy_rule: ($) => choice($.require_rule, $.quiet_rule, $.cap_rule),

    require_rule: ($) => documented($, "require", $._expr),

    quiet_rule: ($) =>
      documented(
        $,
        "quiet",
        $.timeofday_lit,
        "..",
        $.timeofday_lit,
        choice("skip", seq("hold", optional($.spread))),
      ),

    spread: ($) => seq("spread", $.duration_lit),

    cap_rule: ($) =>
      documented(
        $,
        "cap",
        $.int_lit,
        "per",
        $.duration_lit,
        choice("skip", seq("hold", optional($.up_to))),
      ),

    destination_decl: ($) =>
      documented(
        $,
        declaring($, "destination"),
        field("name", $.name),
        optional($.destination_kind),
        braces($, "_destination_items"),
      ),

    destination_kind: ($) => $.name,

    _destination_items: ($) => body($, repeat($._destination_item)),

    _destination_item: ($) => choice($.setting_decl, $.secret_decl, $.action_decl),

    setting_decl: ($) =>
      documented(
        $,
        "setting",
        field("name", $.any_name),
        ":",
        $.type_ref,
        optional($.default),
        repeat($.attribute),
      ),

    secret_decl: ($) => documented($, "secret", field("name", $.name)),

    action_decl: ($) =>
      documented(
        $,
        "action",
        field("name", $.name),
        $.param_list,
        optional($.under),
        repeat($.attribute),
        optional($.action_body),
      ),

    under: ($) => seq("under", $.name),

    action_body: ($) => braced($, repeat($._request_part)),

    _request_part: ($) =>
      choice(
        $.request_line,
        $.header_part,
        $.body_part,
        $.timeout_part,
        $.retry_part,
        $.limit_part,
        $.mail_part,
      ),

    request_line: ($) => seq($.http_method, $._expr),

    http_method: () => choice("get", "post", "put", "patch", "delete"),

    header_part: ($) => seq("header", $.header_name, ":", $._expr),

    header_name: ($) => $.text,

    body_part: ($) => seq("body", $._expr),

    timeout_part: ($) => seq("timeout", $.duration_lit),

    retry_part: ($) =>
      seq("retry", $.int_lit, "times", "from", $.duration_lit, "to", $.duration_lit),

    limit_part: ($) => seq("limit", $.int_lit, "per", $.duration_lit),

    mail_part: ($) => seq($.mail_field, $._expr),

    mail_field: () => choice("from", "to", "reply_to", "subject", "text", "html"),

    param_list: ($) => seq("(", list($.param), closing($, ")")),

    param: ($) =>
      documented(
        $,
        field("name", $.any_name),
        ":",
        $.type_ref,
        optional($.default),
        repeat($.attribute),
      ),

    // -------------------------------------------------------------------------------------------
    // Types

    type_ref: ($) => seq($._type_atom, optional($.optional_mark)),

    // A rule of a single token would become that token; with `prec` it keeps it as a child.
    optional_mark: () => prec(0, "?"),

    _type_atom: ($) => choice($.generic_type, $.named_type, $.enum_type, $.record_type),

    named_type: ($) => $.name,

    generic_type: ($) => seq($.name, "<", $.type_ref, ">"),

    enum_type: ($) => seq($.text, repeat(seq("|", $.text))),

    record_type: ($) => braced($, repeat($.field)),

    // -------------------------------------------------------------------------------------------
    // Journeys: the header

    journey_decl: ($) =>
      documented(
        $,
        declaring($, "journey"),
        field("name", $.name),
        optional($.external_name),
        optional($.param_list),
        repeat($.attribute),
        braces($, "_journey_body"),
      ),

    // Clauses behind the first tile are a mistake, but one that leaves the rest readable.
    _journey_body: ($) => body($, repeat(choice($._header_clause, $.tile))),

    _header_clause: ($) =>
      choice(
        $.entry_clause,
        $.reenter_clause,
        $.while_clause,
        $.exit_clause,
        $.goal_clause,
        $.timezone_clause,
      ),

    entry_clause: ($) => seq("entry", choice($.entry_event, $.entry_audience, $.entry_manual)),

    entry_event: ($) =>
      seq(
        declaring($, "event"),
        field("event", $.name),
        optional($.alias),
        optional($.where_clause),
        optional($.for_each),
        optional($.keyed_by),
      ),

    for_each: ($) => seq("for", "each", $._expr, $.alias),

    keyed_by: ($) => seq("keyed", "by", $._expr),

    entry_audience: ($) => seq(declaring($, "audience"), $.name, optional($.including)),

    including: () => seq("including", "existing"),

    entry_manual: () => "manual",

    alias: ($) => seq("as", field("name", $.name)),

    where_clause: ($) => seq("where", $._expr),

    reenter_clause: ($) =>
      seq(
        "reenter",
        choice($.reenter_never, $.reenter_always, $.reenter_later, $.reenter_after),
      ),

    reenter_never: () => "never",

    reenter_always: () => "always",

    reenter_later: () => "later",

    reenter_after: ($) => seq("after", $._expr),

    while_clause: () => seq("while", "inside", choice("ignore", "restart", "refresh")),

    exit_clause: ($) => seq("exit", field("name", $.name), choice($.exit_on, $.exit_when, $.exit_after)),

    exit_on: ($) => seq("on", $._event_match),

    // What an event has to be, wherever one is waited for.
    _event_match: ($) =>
      seq(
        optional("any"),
        declaring($, "event"), field("event", $.name), optional($.alias), optional($.where_clause)),

    exit_when: ($) => seq("when", $._expr),

    exit_after: ($) => seq("after", $._expr),

    goal_clause: ($) => seq("goal", field("name", $.name), "on", $._event_match, $.goal_within),

    goal_within: ($) => seq("within", $._expr),

    timezone_clause: ($) => seq("timezone", $._expr),

    // -------------------------------------------------------------------------------------------
    // Journeys: the tiles

    tile: ($) => documented($, optional($.label), $._tile_kind),

    label: ($) => seq(field("name", $.name), ":"),

    _tile_kind: ($) =>
      choice(
        $.wait_window,
        $.wait_until,
        $.wait_event,
        $.wait_arms,
        $.wait_for,
        $.branch_when,
        $.branch_value,
        $.split,
        $.send,
        $.webhook,
        $.update,
        $.add_customer,
        $.remove_customer,
        $.run,
        $.enter,
        $.let_tile,
        $.repeat,
        $.exit,
      ),

    block: ($) => body($, repeat($.tile)),

    wait_for: ($) => seq("wait", $._expr),

    wait_window: ($) =>
      seq("wait", "until", choice(seq($.window_days, optional($.window_hours)), $.window_hours)),

    window_days: ($) => commaSeparated($.day_span),

    day_span: ($) => seq($.weekday, optional(seq("..", $.weekday))),

    // A weekday or a time of day behind `until` always begins a window.
    weekday: () => prec(1, choice("mon", "tue", "wed", "thu", "fri", "sat", "sun")),

    window_hours: ($) => prec(1, seq($.timeofday_lit, optional(seq("..", $.timeofday_lit)))),

    wait_until: ($) =>
      seq("wait", "until", $._expr, optional($.up_to), optional($.late_block)),

    late_block: ($) => braced($, $.late_arm),

    late_arm: ($) => seq("late", $.block),

    wait_event: ($) =>
      seq("wait", "for", $._event_match, optional($.since), optional($.up_to)),

    since: ($) => seq("since", $.name),

    // `wait {}` has no arms; it does not wait for an empty record.
    wait_arms: ($) =>
      prec(1, seq("wait", optional(choice($.up_to, $.by_time)), braced($, repeat($._wait_arm)))),

    up_to: ($) => seq("up", "to", $._expr),

    by_time: ($) => seq("by", $._expr),

    _wait_arm: ($) => choice($.on_arm, $.when_arm, $.timeout_arm),

    on_arm: ($) => seq("on", $._event_match, optional($.since), $.block),

    when_arm: ($) => seq("when", $._expr, $.block),

    timeout_arm: ($) => seq("timeout", $.block),

    branch_when: ($) => prec(1, seq("branch", braced($, repeat($.when_arm), optional($.else_arm)))),

    branch_value: ($) =>
      seq("branch", $._expr, body($, repeat($.value_arm), optional($.else_arm))),

    value_arm: ($) => seq(commaSeparated($._expr), optional(","), $.block),

    else_arm: ($) => seq("else", $.block),

    split: ($) => seq("split", $.name, optional($.per_entry), body($, repeat($.split_arm))),

    per_entry: () => seq("per", "entry"),

    split_arm: ($) => seq($.percent, $.name, $.block),

    percent: ($) => seq(choice($.number_lit, $.int_lit), "%"),

    send: ($) =>
      seq("send", $.action_ref, $.arg_list, optional($.alias), optional($.send_arms)),

    action_ref: ($) => seq(field("destination", $.name), ".", field("action", $.any_name)),

    send_arms: ($) => braced($, repeat(choice($.delivered_arm, $.failed_arm, $.skipped_arm))),

    delivered_arm: ($) => seq("delivered", $.block),

    failed_arm: ($) => seq("failed", $.block),

    skipped_arm: ($) => seq("skipped", $.block),

    webhook: ($) =>
      seq(
        "webhook",
        $.http_method,
        $._expr,
        repeat($.attribute),
        body($, repeat($._webhook_part)),
      ),

    _webhook_part: ($) =>
      choice($.header_part, $.body_part, $.timeout_part, $.retry_part, $.ok_arm, $.failed_arm),

    ok_arm: ($) => seq("ok", optional($.response), $.block),

    response: ($) => seq("as", field("name", $.name), ":", $.type_ref),

    update: ($) => seq("update", declaring($, "customer"), $.assignments),

    add_customer: ($) => seq("add", "customer", "to", $.name),

    remove_customer: ($) => seq("remove", "customer", "from", $.name),

    run: ($) => seq("run", field("journey", $.name), $.arg_list, optional($.run_arms)),

    run_arms: ($) =>
      braced($, repeat(choice($.exited_arm, $.not_entered_arm)), optional($.else_arm)),

    exited_arm: ($) => seq("exited", commaSeparated($.name), $.block),

    not_entered_arm: ($) => seq("not_entered", $.block),

    enter: ($) => seq("enter", field("journey", $.name), $.arg_list),

    let_tile: ($) => seq(declaring($, "let"), field("name", $.name), "=", $._expr),

    repeat: ($) =>
      seq(
        "repeat",
        "up",
        "to",
        $._expr,
        "times",
        optional($.every),
        optional($.repeat_until),
        $.block,
      ),

    every: ($) => seq("every", $._expr),

    repeat_until: ($) => seq("until", $._expr),

    exit: ($) => seq("exit", $.name),

    // -------------------------------------------------------------------------------------------
    // Expressions, loosest first

    _expr: ($) => choice($.if_expr, $._or_level),

    if_expr: ($) => seq("if", $._expr, "then", $._expr, "else", $._expr),

    _or_level: ($) => choice($.or_chain, $._and_level),

    or_chain: ($) => chain($._and_level, "or"),

    _and_level: ($) => choice($.and_chain, $._not_level),

    and_chain: ($) => chain($._not_level, "and"),

    _not_level: ($) => choice($.not_chain, $._compare_level),

    not_chain: ($) => seq(repeat1("not"), $._compare_level),

    _compare_level: ($) => choice($.compare_chain, $._coalesce_level),

    compare_chain: ($) =>
      seq(
        $._coalesce_level,
        choice(
          seq($.compare_op, $._coalesce_level),
          seq($.member_op, $._range_level),
          $.presence_op,
        ),
      ),

    compare_op: () =>
      choice(
        "==",
        "!=",
        "<=",
        "<",
        ">=",
        ">",
        "contains",
        "starts_with",
        "ends_with",
        "matches",
      ),

    member_op: () => seq(optional("not"), "in"),

    presence_op: () => seq("is", choice("set", "unset")),

    _range_level: ($) => choice($.range_chain, $._coalesce_level),

    range_chain: ($) => seq($._coalesce_level, "..", $._coalesce_level),

    _coalesce_level: ($) => choice($.coalesce_chain, $._add_level),

    coalesce_chain: ($) => chain($._add_level, "??"),

    _add_level: ($) => choice($.add_chain, $._mul_level),

    add_chain: ($) => chain($._mul_level, $.add_op),

    add_op: () => choice("+", "-"),

    _mul_level: ($) => choice($.mul_chain, $._neg_level),

    mul_chain: ($) => chain($._neg_level, $.mul_op),

    mul_op: () => choice("*", "/", "%"),

    _neg_level: ($) => choice($.neg_chain, $._at_level),

    neg_chain: ($) => seq(repeat1("-"), $._at_level),

    _at_level: ($) => choice($.at_chain, $._field_level),

    at_chain: ($) =>
      seq(
        $._field_level,
        "at",
        choice(alias($._field_chain_but_time, $.field_chain), $._primary_but_time),
      ),

    _field_level: ($) => choice($.field_chain, $._primary),

    field_chain: ($) => seq($._primary, repeat1($.field_access)),

    _field_chain_but_time: ($) => seq($._primary_but_time, repeat1($.field_access)),

    field_access: ($) => seq(".", $.any_name),

    _primary: ($) => choice($.literal, $._other_primary),

    // What may stand behind `at`: with an instant, in a test, that is the next step.
    _primary_but_time: ($) =>
      choice(alias($._literal_but_time, $.literal), $._other_primary),

    _other_primary: ($) =>
      choice(
        $.text,
        $.list_expr,
        $.record_expr,
        $.paren_expr,
        $.call_expr,
        $.customer_expr,
        $.name_expr,
      ),

    customer_expr: ($) => declaring($, "customer"),

    name_expr: ($) => $.name,

    paren_expr: ($) => seq("(", $._expr, closing($, ")")),

    list_expr: ($) => seq("[", list($._expr), closing($, "]")),

    record_expr: ($) => braced($, list($.assignment)),

    call_expr: ($) => seq(field("function", $.name), $.arg_list),

    arg_list: ($) => seq("(", list($.arg), closing($, ")")),

    arg: ($) =>
      seq(optional($.arg_name), choice($.lambda, $._expr), optional($.where_clause)),

    lambda: ($) => seq(field("name", $.name), "=>", $._expr),

    arg_name: ($) => seq($.any_name, ":"),

    assignments: ($) => braced($, list($.assignment)),

    assignment: ($) => seq($.any_name, ":", $._expr),

    // `malformed` is a mistake, but one that is a single literal: `5min`, half an instant.
    literal: ($) => choice($.time_lit, $._literal_but_time, $.malformed),

    _literal_but_time: ($) =>
      choice(
        $.date_lit,
        $.timeofday_lit,
        $.duration_lit,
        $.number_lit,
        $.int_lit,
        "true",
        "false",
        "unset",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
      ),

    // -------------------------------------------------------------------------------------------
    // Tests

    test_decl: ($) => documented($, declaring($, "test"), $.text, braces($, "_steps")),

    _steps: ($) => body($, repeat($._step)),

    _step: ($) =>
      choice(
        $.journey_step,
        $.customer_step,
        $.at_step,
        $.after_step,
        $.event_step,
        $.update_step,
        $.choose_step,
        $.join_step,
        $.leave_step,
        $.enter_step,
        $.respond_step,
        $.fail_step,
        $.pause_step,
        $.resume_step,
        $.expect_exit,
        $.expect_at,
        $.expect_no,
        $.expect_send,
        $.expect_webhook,
        $.expect_goal,
        $.expect_not_entered,
        $.expect_condition,
      ),

    journey_step: ($) => seq("journey", $.name),

    customer_step: ($) => seq(declaring($, "customer"), $.assignments, optional($.memberships)),

    memberships: ($) => seq("in", commaSeparated($.name)),

    at_step: ($) => seq("at", $.time_lit),

    after_step: ($) => seq("after", $.duration_lit),

    event_step: ($) => seq(declaring($, "event"), $.name, optional($.assignments)),

    update_step: ($) => seq("update", declaring($, "customer"), $.assignments),

    choose_step: ($) => seq("choose", field("split", $.name), field("arm", $.name)),

    join_step: ($) => seq("join", $.name),

    leave_step: ($) => seq("leave", $.name),

    enter_step: ($) => seq("enter", $.arg_list),

    respond_step: ($) => seq("respond", $.name, $._expr),

    fail_step: ($) => seq("fail", $.name, optional($.with_status), optional($.times)),

    with_status: ($) => seq("with", $.int_lit),

    pause_step: () => "pause",

    resume_step: () => "resume",

    expect_exit: ($) => seq("expect", "exit", $.name),

    expect_at: ($) => seq("expect", "at", $.name, optional(seq("until", $.time_lit))),

    expect_send: ($) =>
      seq("expect", "send", $.action_ref, optional($.arg_list), optional($.times)),

    times: ($) => seq($.int_lit, "times"),

    // What can be a name behind `webhook` and `goal` is one, not the next step.
    expect_webhook: ($) =>
      prec(1, seq("expect", "webhook", $.name, optional($.assignments), optional($.times))),

    expect_goal: ($) => prec(1, seq("expect", "goal", $.name)),

    expect_no: ($) => seq("expect", "no", choice($.no_send, $.no_webhook, $.no_goal)),

    no_send: ($) => seq("send", $.action_ref, optional($.arg_list)),

    no_webhook: ($) => seq("webhook", $.name),

    no_goal: ($) => seq("goal", $.name),

    expect_not_entered: () => prec(1, seq("expect", "not", "entered")),

    expect_condition: ($) => seq("expect", $._expr),

    // -------------------------------------------------------------------------------------------
    // Names

    name: ($) => choice(alias($._plain_word, $.word), ...words($, contextual)),

    any_name: ($) =>
      choice(alias($._plain_word, $.word), ...words($, contextual), ...words($, reserved)),

    _any_word: () => /[A-Za-z_][0-9A-Za-z_]*/,

    // -------------------------------------------------------------------------------------------
    // Literals

    time_lit: () =>
      /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?/,

    date_lit: () => /[0-9]{4}-[0-9]{2}-[0-9]{2}/,

    timeofday_lit: () => /[0-9]{2}:[0-9]{2}(:[0-9]{2})?/,

    duration_lit: () => /([0-9]+(ms|[smhdw]))+/,

    number_lit: () => /[0-9][0-9_]*(\.[0-9][0-9_]*([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)/,

    int_lit: () => /[0-9][0-9_]*/,

    // Behind the others: where it is no longer than one of them, it is that.
    malformed: () =>
      token(
        choice(
          /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+\.[0-9]{4}[0-9A-Za-z_:.+]*/,
          /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9A-Za-z_:.+]*/,
          /[0-9][0-9]?:[0-9]{2}(:[0-9]{2})?[0-9A-Za-z_]*/,
          /[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9]+)?[A-Za-z][0-9A-Za-z_]*/,
        ),
      ),

    text: ($) =>
      choice(
        seq(
          '"',
          repeat(choice($.text_chunk, $.escape, $.bad_escape, $.interpolation)),
          choice(token.immediate('"'), $._text_end),
        ),
        seq(
          '"""',
          repeat(choice($.long_chunk, $.escape, $.bad_escape, $.interpolation)),
          choice(token.immediate('"""'), $._text_end),
        ),
      ),

    // Before comments: two slashes in a text begin none.
    text_chunk: () => token.immediate(prec(1, /[^"\\{\r\n]+/)),

    // In the specification these are part of their chunk. Here they stand apart, to be shown.
    escape: () =>
      token.immediate(prec(1, /\\([nt\\"{}]|u\{[0-9a-fA-F]{1,6}\})/)),

    // A mistake, but one that leaves the text whole.
    bad_escape: () => token.immediate(/\\(u\{[0-9A-Za-z]*\}?|[^\r\n])?/),

    interpolation: ($) =>
      seq(
        alias(token.immediate("{"), $.interp_open),
        $._expr,
        choice(alias("}", $.interp_close), $._close),
      ),

    // -------------------------------------------------------------------------------------------
    // Comments

    doc: () => /\/\/\/([^\/\n][^\n]*)?/,

    comment: () => token(choice(/\/\/([^\/\n][^\n]*)?/, /\/\/\/\/[^\n]*/)),
  },
});

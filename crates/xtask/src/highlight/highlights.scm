; No node is matched by two of these patterns, for editors do not agree on which would win.

; Declarations

(event_decl name: (name (word) @type))
(audience_decl name: (name (word) @type))
(policy_decl name: (name (word) @type))
(destination_decl name: (name (word) @module))
(destination_kind (name (word) @type))
(journey_decl name: (name (word) @function))
(action_decl name: (name (word) @function))
(let_decl name: (name (word) @constant))
(let_tile name: (name (word) @variable))
(secret_decl name: (name (word) @property))
(setting_decl name: (any_name (word) @property))
(field name: (any_name (word) @property))
(param name: (any_name (word) @variable.parameter))
(attribute (any_name (word) @attribute))

; What is referred to

(entry_event event: (name (word) @type))
(exit_on event: (name (word) @type))
(goal_clause event: (name (word) @type))
(wait_event event: (name (word) @type))
(on_arm event: (name (word) @type))
(event_step (name (word) @type))
(entry_audience (name (word) @type))
(add_customer (name (word) @type))
(remove_customer (name (word) @type))
(memberships (name (word) @type))
(join_step (name (word) @type))
(leave_step (name (word) @type))
(under (name (word) @type))
(run journey: (name (word) @function.call))
(enter journey: (name (word) @function.call))
(journey_step (name (word) @function.call))
(action_ref destination: (name (word) @module) action: (any_name (word) @function.call))

; Labels, outcomes, goals, splits and their arms

(label name: (name (word) @label))
(since (name (word) @label))
(exit_clause name: (name (word) @label))
(exit (name (word) @label))
(exited_arm (name (word) @label))
(goal_clause name: (name (word) @label))
(split (name (word) @label))
(split_arm (name (word) @label))
(choose_step (name (word) @label))
(respond_step (name (word) @label))
(fail_step (name (word) @label))
(expect_exit (name (word) @label))
(expect_at (name (word) @label))
(expect_webhook (name (word) @label))
(expect_goal (name (word) @label))
(no_webhook (name (word) @label))
(no_goal (name (word) @label))

; Expressions

(name_expr (name (word) @variable))
(alias name: (name (word) @variable))
(response name: (name (word) @variable))
(lambda name: (name (word) @variable.parameter))
(call_expr function: (name (word) @function.call))
(field_access (any_name (word) @property))
(assignment (any_name (word) @property))
(arg_name (any_name (word) @variable.parameter))

; Words in what is not understood

(ERROR (word) @variable)

; Literals

[
  (time_lit)
  (date_lit)
  (timeofday_lit)
  (duration_lit)
  (number_lit)
  (int_lit)
] @number

(malformed) @error

; Texts

[
  "\""
  "\"\"\""
  (text_chunk)
  (long_chunk)
] @string

(escape) @string.escape
(bad_escape) @error

[
  (interp_open)
  (interp_close)
] @punctuation.special

; Comments

(comment) @comment
(doc) @comment.documentation

; Copied by `cargo xtask highlight` from `editors/tree-sitter-journey/queries`. Edits here are lost.

; Two names for each thing: Helix knows the first, Neovim the second.

[
  (braces)
  (action_body)
  (param_list)
  (record_type)
  (block)
  (late_block)
  (wait_arms)
  (branch_when)
  (branch_value)
  (split)
  (send_arms)
  (webhook)
  (run_arms)
  (assignments)
  (record_expr)
  (list_expr)
  (arg_list)
  (paren_expr)
  (definition)
  (entry_clause)
  (exit_clause)
  (goal_clause)
  (wait_event)
  (if_expr)
] @indent @indent.begin

[
  "}"
  "]"
  ")"
] @outdent @indent.branch @indent.end

; What is written between quotes is indented as its author likes.
(text) @indent.ignore

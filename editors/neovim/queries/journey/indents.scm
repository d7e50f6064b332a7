; Copied by `cargo xtask highlight` from `editors/tree-sitter-journey/queries`. Edits here are lost.

; Two names for each thing: Helix knows the first, Neovim the second.

[
  (customer_decl)
  (event_decl)
  (policy_decl)
  (destination_decl)
  (action_body)
  (param_list)
  (record_type)
  (journey_decl)
  (test_decl)
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
] @indent @indent.begin

[
  "}"
  "]"
  ")"
] @outdent @indent.branch @indent.end

; What is written between quotes is indented as its author likes.
(text) @indent.ignore

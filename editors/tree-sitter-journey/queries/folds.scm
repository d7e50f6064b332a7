; Whatever stands in braces or brackets over several lines, and rows of comments.

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
  (text)
] @fold

(comment)+ @fold
(doc)+ @fold

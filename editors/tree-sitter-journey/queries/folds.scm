; Whatever stands in braces or brackets over several lines, and rows of comments.

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
  (text)
] @fold

(comment)+ @fold
(doc)+ @fold

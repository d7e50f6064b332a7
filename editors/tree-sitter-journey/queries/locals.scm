; Names that mean something in a part of the file only.

[
  (journey_decl)
  (action_decl)
  (block)
  (on_arm)
  (ok_arm)
  (lambda)
] @local.scope

(param name: (any_name (word) @local.definition))
(alias name: (name (word) @local.definition))
(response name: (name (word) @local.definition))
(let_tile name: (name (word) @local.definition))
(lambda name: (name (word) @local.definition))

(name_expr (name (word) @local.reference))

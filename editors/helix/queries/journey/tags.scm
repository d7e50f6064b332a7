; Copied by `cargo xtask highlight` from `editors/tree-sitter-journey/queries`. Edits here are lost.

; What a file declares, and what it uses of others.

(event_decl name: (name) @name) @definition.class
(audience_decl name: (name) @name) @definition.class
(policy_decl name: (name) @name) @definition.interface
(destination_decl name: (name) @name) @definition.module
(action_decl name: (name) @name) @definition.method
(journey_decl name: (name) @name) @definition.function
(let_decl name: (name) @name) @definition.constant

(run journey: (name) @name) @reference.call
(enter journey: (name) @name) @reference.call
(journey_step (name) @name) @reference.call
(action_ref action: (any_name) @name) @reference.call
(entry_event event: (name) @name) @reference.class
(exit_on event: (name) @name) @reference.class
(goal_clause event: (name) @name) @reference.class
(wait_event event: (name) @name) @reference.class
(on_arm event: (name) @name) @reference.class
(event_step (name) @name) @reference.class

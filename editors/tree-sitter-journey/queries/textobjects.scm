; What Helix selects by `mi` and `ma`, and jumps between by `]` and `[`: journeys and actions as functions, other
; declarations as classes.

(journey_decl (braces) @function.inside) @function.around
(action_decl (action_body)? @function.inside) @function.around

(customer_decl (braces) @class.inside) @class.around
(event_decl (braces) @class.inside) @class.around
(audience_decl (definition)? @class.inside) @class.around
(policy_decl (braces) @class.inside) @class.around
(destination_decl (braces) @class.inside) @class.around

(test_decl (braces) @test.inside) @test.around

(param) @parameter.around
(arg) @parameter.around

(tile) @entry.around
(assignment) @entry.around

(comment) @comment.inside
(comment)+ @comment.around
(doc) @comment.inside
(doc)+ @comment.around

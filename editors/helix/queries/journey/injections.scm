; Copied by `cargo xtask highlight` from `editors/tree-sitter-journey/queries`. Edits here are lost.

; What texts are written in, where the place says so.

((compare_chain
  (compare_op "matches")
  (text (text_chunk) @injection.content))
  (#set! injection.language "regex"))

((mail_part
  (mail_field "html")
  (text [(text_chunk) (long_chunk)] @injection.content))
  (#set! injection.language "html")
  (#set! injection.combined))

((comment) @injection.content
  (#set! injection.language "comment"))

// The tokens that no pattern of grammar.js can describe.
//
// A word that may be a name: every word but the keywords, which the generated lexer then takes for what they are where
// they are allowed. Without this, a keyword where an expression is missing would be read as the name of something, and
// `let a =` while it is typed would take the declaration below it apart.
//
// A keyword that begins a declaration at the margin. Fields can be called `event`, too, so an event without its closing
// brace would read the next one as its field. Here it is a token that is no name, and what is broken ends in front of it.
//
// Two tokens that take no room: what stands for closing brackets that are missing in front of such a keyword or of the
// end of the file, and for closing quotes that are missing at the end of a line.
//
// A piece of a text between three quotes: quotes may stand in it, one or two at a time. If no three quotes follow in the
// file, the text ends in front of the first line that closes a block or begins a declaration.

#include "keywords.h"
#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// In the order of `externals`. The declarations stand in the order of the table below.
enum Token { PLAIN_WORD, LONG_CHUNK, TEXT_END, CLOSE, FIRST_MARGIN };

// What is known of the text between three quotes that is read: looked for once a text, however often it is doubted.
enum Ending { UNKNOWN, CLOSED, UNCLOSED };

// So many lines of documentation are looked through for what they describe.
enum { MAX_DOCS = 64 };

static const char *const DECLARATIONS[] = {"audience", "customer", "destination", "event",
                                           "journey",  "let",      "policy",      "test"};
enum { DECLARATION_COUNT = sizeof DECLARATIONS / sizeof *DECLARATIONS };

static bool is_blank(int32_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xFEFF;
}

// Names are of ASCII only. Other letters are let pass: a name with one of them is one mistake, and not the end of a line.
static bool is_letter(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 0xC0 && c < 0x2000);
}

static bool is_word(int32_t c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// A word, or as much of it as tells it from all keywords.
typedef struct {
  char text[KEYWORD_MAX + 1];
  size_t length;
} Word;

static Word read_word(TSLexer *lexer) {
  Word word = {.length = 0};
  while (is_word(lexer->lookahead)) {
    if (word.length < sizeof word.text) {
      word.text[word.length++] = lexer->lookahead < 0x80 ? (char)lexer->lookahead : '?';
    }
    lexer->advance(lexer, false);
  }
  return word;
}

static bool is(const Word *word, const char *text) {
  return strlen(text) == word->length && memcmp(text, word->text, word->length) == 0;
}

static bool is_keyword(const Word *word) {
  for (size_t i = 0; i < sizeof KEYWORDS / sizeof *KEYWORDS; i++) {
    if (is(word, KEYWORDS[i])) {
      return true;
    }
  }
  return false;
}

// Which declaration the word can begin; none if it is DECLARATION_COUNT.
static size_t declaration(const Word *word) {
  size_t found = 0;
  while (found < DECLARATION_COUNT && !is(word, DECLARATIONS[found])) {
    found++;
  }
  return found;
}

static int32_t next_in_line(TSLexer *lexer) {
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
    lexer->advance(lexer, false);
  }
  return lexer->lookahead;
}

// Whether what follows `word` says that it begins a declaration, or what is written like one.
static bool declares(const Word *word, TSLexer *lexer) {
  int32_t next = next_in_line(lexer);
  if (is(word, "customer")) {
    return next == '{';
  }
  if (is(word, "test")) {
    // A field with its name on the wire goes on with a colon.
    if (next != '"') {
      return false;
    }
    do {
      lexer->advance(lexer, false);
    } while (lexer->lookahead != '"' && lexer->lookahead != '\n' && !lexer->eof(lexer));
    if (lexer->lookahead == '"') {
      lexer->advance(lexer, false);
    }
    return next_in_line(lexer) == '{';
  }
  if (!is_letter(next)) {
    return false;
  }
  Word name = read_word(lexer);
  if (is_keyword(&name)) {
    return false;
  }
  next = next_in_line(lexer);
  if (is(word, "journey")) {
    // In a test, `journey a` alone is a step.
    return next == '{' || next == '"' || next == '(' || next == '@';
  }
  return !is(word, "policy") || next == '{';
}

// Reads lines of documentation at the margin; whether all that begin with a slash are such.
static bool docs(TSLexer *lexer) {
  for (unsigned lines = 0; lexer->lookahead == '/' && lines < MAX_DOCS; lines++) {
    for (unsigned slashes = 0; slashes < 3; slashes++) {
      if (lexer->lookahead != '/') {
        return false;
      }
      lexer->advance(lexer, false);
    }
    while (lexer->lookahead != '\n' && !lexer->eof(lexer)) {
      lexer->advance(lexer, false);
    }
    if (!lexer->eof(lexer)) {
      lexer->advance(lexer, false);
    }
  }
  return true;
}

static bool word(TSLexer *lexer, char *ending, const bool *valid) {
  // In case that it is `CLOSE`, which takes no room.
  lexer->mark_end(lexer);
  bool at_margin = true;
  while (is_blank(lexer->lookahead)) {
    at_margin = lexer->lookahead == '\n';
    lexer->advance(lexer, true);
  }
  if (lexer->eof(lexer)) {
    lexer->result_symbol = CLOSE;
    return valid[CLOSE] && !valid[TEXT_END];
  }
  at_margin = at_margin && lexer->get_column(lexer) == 0;
  // Where any declaration can begin, no block is open.
  bool open = !valid[FIRST_MARGIN + DECLARATION_COUNT - 1];
  bool documented = at_margin && open && lexer->lookahead == '/';
  // What is described decides whether a block ends in front of the description.
  if (documented && !docs(lexer)) {
    return false;
  }
  if (!is_letter(lexer->lookahead)) {
    return false;
  }
  Word found = read_word(lexer);
  size_t which = declaration(&found);
  if (documented) {
    lexer->result_symbol = CLOSE;
    return which < DECLARATION_COUNT && !valid[FIRST_MARGIN + which] && declares(&found, lexer);
  }
  if (!is_keyword(&found)) {
    lexer->mark_end(lexer);
    lexer->result_symbol = PLAIN_WORD;
    return valid[PLAIN_WORD];
  }
  if (!at_margin || which == DECLARATION_COUNT) {
    return false;
  }
  if (valid[FIRST_MARGIN + which]) {
    lexer->mark_end(lexer);
    lexer->result_symbol = (TSSymbol)(FIRST_MARGIN + which);
  } else {
    // Also where no brace is expected: the parser then finds the way to the one that is missing.
    lexer->result_symbol = CLOSE;
  }
  *ending = UNKNOWN;
  return declares(&found, lexer);
}

// Whether the line that begins here closes a block or begins a declaration, which the line of a text hardly does.
static bool closes_block_or_declares(TSLexer *lexer) {
  if (is_letter(lexer->lookahead)) {
    Word word = read_word(lexer);
    return declaration(&word) < DECLARATION_COUNT;
  }
  return next_in_line(lexer) == '}';
}

// Reads quotes, three at most, and says how many.
static unsigned quotes(TSLexer *lexer) {
  unsigned found = 0;
  while (found < 3 && lexer->lookahead == '"') {
    lexer->advance(lexer, false);
    found++;
  }
  return found;
}

static bool three_quotes_follow(TSLexer *lexer) {
  while (!lexer->eof(lexer)) {
    unsigned found = quotes(lexer);
    if (found == 3) {
      return true;
    }
    if (found == 0) {
      lexer->advance(lexer, false);
    }
  }
  return false;
}

// The token ends where `mark_end` was called last, however far is read to see whether the text is ever closed. Whether it
// is, is remembered for the next token.
static bool long_chunk(TSLexer *lexer, char *ending) {
  bool any = false;
  lexer->mark_end(lexer);
  if (*ending == UNCLOSED || lexer->eof(lexer)) {
    *ending = UNKNOWN;
    lexer->result_symbol = TEXT_END;
    return true;
  }
  lexer->result_symbol = LONG_CHUNK;
  while (!lexer->eof(lexer) && lexer->lookahead != '\\' && lexer->lookahead != '{') {
    if (lexer->lookahead == '"') {
      lexer->mark_end(lexer);
      if (quotes(lexer) == 3) {
        return any;
      }
    } else if (lexer->lookahead == '\n') {
      // The end of the line belongs to what comes next, unless there is nothing else.
      if (any) {
        lexer->mark_end(lexer);
      }
      lexer->advance(lexer, false);
      if (!any) {
        lexer->mark_end(lexer);
      }
      if (*ending == UNKNOWN && closes_block_or_declares(lexer)) {
        *ending = three_quotes_follow(lexer) ? CLOSED : UNCLOSED;
        return true;
      }
    } else {
      lexer->advance(lexer, false);
    }
    any = true;
  }
  lexer->mark_end(lexer);
  return any;
}

// A text between single quotes ends with its line.
static bool line_end(TSLexer *lexer) {
  lexer->result_symbol = TEXT_END;
  return lexer->eof(lexer) || lexer->lookahead == '\n' || lexer->lookahead == '\r';
}

// What is remembered between tokens is the `Ending` of the last text between three quotes.
void *tree_sitter_journey_external_scanner_create(void) { return ts_calloc(1, 1); }

void tree_sitter_journey_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_journey_external_scanner_serialize(void *payload, char *buffer) {
  buffer[0] = *(char *)payload;
  return 1;
}

void tree_sitter_journey_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  *(char *)payload = length > 0 ? buffer[0] : UNKNOWN;
}

bool tree_sitter_journey_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  // Where the parser looks for a way out of a mistake, all are valid: no text is gone on with there.
  if (valid[TEXT_END] && !valid[PLAIN_WORD]) {
    return valid[LONG_CHUNK] ? long_chunk(lexer, payload) : line_end(lexer);
  }
  bool any_word = valid[PLAIN_WORD] || valid[CLOSE];
  for (size_t i = 0; i < DECLARATION_COUNT; i++) {
    any_word |= valid[FIRST_MARGIN + i];
  }
  return any_word && word(lexer, payload, valid);
}

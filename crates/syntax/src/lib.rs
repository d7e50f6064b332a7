//! Lexer, parser, lossless tree and typed views of the Journey language.

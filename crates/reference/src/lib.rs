//! The slow, obvious twins that tests compare the product with.
//!
//! [`oracle`] parses with the grammar itself, [`generator`] makes sentences of it and
//! [`mutation`] breaks them; together they bind the production parser to
//! `grammar/journey.pest`. Only [`production`] knows that parser: it puts its tree into the
//! oracle's terms.
//!
//! [`eval`] evaluates typed expressions over a plain list of all that ever happened, and makes such
//! expressions up; the interpreter is compared with it in `tests/expressions`.
//!
//! Start at [`oracle::parse`] and, for how the twins are compared, at `tests/agreement`.

pub mod eval;
pub mod generator;
pub mod mutation;
pub mod oracle;
pub mod production;
pub mod random;

/// The text of the grammar.
pub const GRAMMAR: &str = include_str!("../../../grammar/journey.pest");

/// The rules of the grammar in the order of the file, as `pest_meta` reads them.
pub fn rules() -> Result<Vec<pest_meta::ast::Rule>, String> {
    use pest_meta::parser;
    let pairs = parser::parse(parser::Rule::grammar_rules, GRAMMAR).map_err(|e| e.to_string())?;
    parser::consume_rules(pairs).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

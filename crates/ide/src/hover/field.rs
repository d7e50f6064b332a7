//! Fields of records: where they are declared, asked for and given.

use journey_sema::Type;
use journey_sema::index::Index;
use journey_syntax::texts::doc_text;
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use super::source;
use super::tile::line;

/// The field that a word names, with its type; nothing where it names none.
pub(super) fn of_field(
    token: SyntaxToken<'_>,
    around: &[SyntaxNode<'_>],
    index: &Index,
) -> Option<String> {
    let [.., outer, holder, name] = around else { return None };
    if name.kind() != SyntaxKind::ANY_NAME {
        return None;
    }
    match holder.kind() {
        SyntaxKind::FIELD => {
            let doc = doc_text(*holder).unwrap_or_default();
            Some(format!("{}\n\n{doc}", source(&line(*holder))).trim_end().to_owned())
        }
        SyntaxKind::FIELD_ACCESS => {
            // All of the chain that ends here is an expression.
            let (start, end) = (outer.range().start, token.range().end);
            let ends_here =
                |range: journey_base::TextRange| start <= range.start && range.end == end;
            let mut types = index.types.iter();
            typed(token, &types.find(|(range, _)| ends_here(*range))?.1)
        }
        SyntaxKind::ASSIGNMENT => {
            let type_of = |node: SyntaxNode<'_>| {
                let mut types = index.types.iter().rev();
                types.find(|(range, _)| *range == node.range()).map(|(_, ty)| ty)
            };
            // The record knows what it takes, whatever it is given.
            if let Some(Type::Record(fields)) = type_of(*outer).map(Type::required) {
                let field = fields.iter().find(|field| *field.name == *token.text());
                return typed(token, &field?.ty);
            }
            let value = holder.child::<ast::Expr<'_>>()?;
            typed(token, type_of(value.syntax())?)
        }
        _ => None,
    }
}

fn typed(token: SyntaxToken<'_>, ty: &Type) -> Option<String> {
    Some(source(&format!("{}: {ty}", token.text())))
}

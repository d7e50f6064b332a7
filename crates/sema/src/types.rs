//! Types as they are written, and the fields that have them.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use crate::attributes::Bearer;
use crate::cx::{Cx, did_you_mean};
use crate::findings::Finding;
use crate::suggest::Candidate;
use crate::table::wire;
use crate::thir::Const;
use crate::{Field, Type};

/// The types that are written with one word.
pub(crate) const NAMED: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("number", Type::Number),
    ("text", Type::Text),
    ("time", Type::Time),
    ("date", Type::Date),
    ("timeofday", Type::TimeOfDay),
    ("weekday", Type::Weekday),
    ("duration", Type::Duration),
    ("json", Type::Json),
];

/// What other languages call them.
const FOREIGN: &[(&str, &str)] = &[
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("uuid", "text"),
    ("integer", "int"),
    ("long", "int"),
    ("i64", "int"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("money", "number"),
    ("f64", "number"),
    ("boolean", "bool"),
    ("datetime", "time"),
    ("timestamp", "time"),
    ("instant", "time"),
    ("day", "date"),
    ("interval", "duration"),
];

/// What a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldRole {
    /// The customer.
    Trait,
    /// An event.
    Property,
    /// An action.
    Parameter,
    /// A destination, to be set from outside.
    Setting,
    /// A record type.
    Record,
}

impl FieldRole {
    fn noun(self) -> &'static str {
        match self {
            FieldRole::Trait => "the trait",
            FieldRole::Property => "the property",
            FieldRole::Parameter => "the parameter",
            FieldRole::Setting => "the setting",
            FieldRole::Record => "the field",
        }
    }

    /// What its attributes can be.
    fn bearer(self) -> Bearer {
        Bearer::value(match self {
            FieldRole::Trait => "a trait",
            FieldRole::Property => "a property",
            FieldRole::Parameter => "a parameter",
            FieldRole::Setting => "a setting",
            FieldRole::Record => "a field",
        })
    }
}

/// A field or parameter as it is written: the two differ by an external name only.
pub(crate) struct FieldSyntax<'t> {
    name: Option<ast::AnyName<'t>>,
    external: Option<ast::ExternalName<'t>>,
    ty: Option<ast::TypeRef<'t>>,
    default: Option<ast::Default<'t>>,
    attributes: Vec<ast::Attribute<'t>>,
}

impl<'t> From<ast::Field<'t>> for FieldSyntax<'t> {
    fn from(field: ast::Field<'t>) -> Self {
        FieldSyntax {
            name: field.any_name(),
            external: field.external_name(),
            ty: field.type_ref(),
            default: field.default(),
            attributes: field.attributes().collect(),
        }
    }
}

impl<'t> From<ast::Param<'t>> for FieldSyntax<'t> {
    fn from(param: ast::Param<'t>) -> Self {
        FieldSyntax {
            name: param.any_name(),
            external: None,
            ty: param.type_ref(),
            default: param.default(),
            attributes: param.attributes().collect(),
        }
    }
}

impl<'t> From<ast::SettingDecl<'t>> for FieldSyntax<'t> {
    fn from(setting: ast::SettingDecl<'t>) -> Self {
        FieldSyntax {
            name: setting.any_name(),
            external: None,
            ty: setting.type_ref(),
            default: setting.default(),
            attributes: setting.attributes().collect(),
        }
    }
}

impl Cx<'_> {
    /// Fields of a block. Names are unique in it; of traits that is seen to for the whole workspace.
    pub(crate) fn fields(&mut self, syntax: Vec<FieldSyntax<'_>>, role: FieldRole) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::with_capacity(syntax.len());
        let mut names: FxHashMap<Arc<str>, TextRange> = FxHashMap::default();
        let mut wires: FxHashMap<Arc<str>, TextRange> = FxHashMap::default();
        for field in syntax {
            let Some(name) = field.name else { continue };
            let range = name.range();
            let name: Arc<str> = name.source().into();
            if role != FieldRole::Trait
                && let Some(first) = names.insert(name.clone(), range)
            {
                self.twice(role.noun(), &name, range, first);
                continue;
            }
            self.style(&name, range);
            self.built_in(&name, range, role);
            self.external_name(field.external);
            let wire = wire(field.external, &name);
            if role != FieldRole::Trait
                && let Some(first) = wires.insert(wire.clone(), range)
            {
                let message = format!("`{wire}` is the name on the wire of two fields");
                let finding = Finding::new(Code::DUPLICATE, range, message).label("again");
                self.report(finding.here(first, "first here"));
            }
            let ty = field.ty.map_or(Type::Error, |ty| self.type_ref(ty));
            // Half of a type is not the type.
            let ty = if self.mistaken(range) { Type::Error } else { ty };
            let default = field.default.and_then(|default| self.default(default, &ty, role, &name));
            if role == FieldRole::Trait && field.default.is_none() {
                self.must_have_default(&name, field.ty, &ty);
            }
            let marks = self.marks(field.attributes.into_iter(), role.bearer());
            fields.push(Field { name, wire, ty, default, marks });
        }
        fields
    }

    /// Names that every customer and every event has.
    fn built_in(&mut self, name: &str, range: TextRange, role: FieldRole) {
        let (what, instead) = match (role, name) {
            (FieldRole::Trait, "id") => ("`customer.id` is there always", "customer_number \"id\""),
            (FieldRole::Property, "at") => {
                ("`.at` is the time of every event", "happened_at \"at\"")
            }
            _ => return,
        };
        let message = format!("{} `{name}` hides a built-in one: {what}", role.noun());
        let finding = Finding::new(Code::SHADOWED, range, message);
        self.report(finding.note(format!(
            "call it something else here and keep its name on the wire: `{instead}: …`"
        )));
    }

    fn must_have_default(&mut self, name: &str, syntax: Option<ast::TypeRef<'_>>, ty: &Type) {
        let Some(syntax) = syntax else { return };
        if ty.is_optional() || *ty == Type::Error {
            return;
        }
        let end = TextRange::empty(syntax.range().end);
        let message = format!("the trait `{name}` has neither a default nor a `?`");
        let mut finding = Finding::new(Code::NO_DEFAULT, syntax.range(), message)
            .note("a customer of whom nothing is known yet must have some value for it")
            .guess("say that it may be unset", end, "?");
        if let Some(default) = placeholder(ty) {
            finding = finding.guess(
                format!("give it the default {default}"),
                end,
                format!(" = {default}"),
            );
        }
        self.report(finding);
    }

    /// The default of a field: a constant of its type.
    fn default(
        &mut self,
        syntax: ast::Default<'_>,
        ty: &Type,
        role: FieldRole,
        name: &str,
    ) -> Option<Const> {
        let value =
            self.default_value(syntax.default_value()?, ty, &format!("{} `{name}`", role.noun()))?;
        if value == Const::Unset && !ty.is_optional() {
            return None;
        }
        Some(value)
    }

    /// A type.
    pub(crate) fn type_ref(&mut self, syntax: ast::TypeRef<'_>) -> Type {
        let ty = match syntax.type_atom() {
            Some(ast::TypeAtom::NamedType(named)) => self.named_type(named),
            Some(ast::TypeAtom::GenericType(generic)) => self.generic_type(generic),
            Some(ast::TypeAtom::EnumType(members)) => self.enum_type(members),
            Some(ast::TypeAtom::RecordType(record)) => {
                let fields = record.fields().map(FieldSyntax::from).collect();
                Type::Record(self.fields(fields, FieldRole::Record).into())
            }
            None => Type::Error,
        };
        if syntax.optional_mark().is_some() { ty.optional() } else { ty }
    }

    fn named_type(&mut self, syntax: ast::NamedType<'_>) -> Type {
        let Some(name) = syntax.name() else { return Type::Error };
        let (text, range) = (name.source(), name.range());
        if let Some((_, ty)) = NAMED.iter().find(|(known, _)| *known == text) {
            self.refer_built_in(range, "type", text);
            return ty.clone();
        }
        let finding = Finding::new(Code::UNKNOWN_NAME, range, format!("there is no type `{text}`"));
        let folded = text.to_ascii_lowercase().replace('_', "");
        let foreign = FOREIGN.iter().find(|(known, _)| *known == folded);
        let finding = match foreign {
            Some((_, ours)) => finding.label(format!("it is called `{ours}` here")).safe(
                format!("replace with `{ours}`"),
                range,
                *ours,
            ),
            None if folded == "list" || folded == "array" => {
                finding.note("a list says of what: `list<text>`")
            }
            None => {
                let known: Vec<Candidate> =
                    NAMED.iter().map(|(name, _)| Candidate::new(*name)).collect();
                did_you_mean(finding, text, &known, "types")
            }
        };
        self.report(finding);
        Type::Error
    }

    fn generic_type(&mut self, syntax: ast::GenericType<'_>) -> Type {
        let item = syntax.type_ref().map(|item| (item.range(), self.type_ref(item)));
        let (Some(name), Some((range, item))) = (syntax.name(), item) else { return Type::Error };
        if name.source() == "list" {
            self.refer_built_in(name.range(), "type", "list");
        } else {
            let message = format!("there is no type `{}<…>`", name.source());
            let finding = Finding::new(Code::UNKNOWN_NAME, name.range(), message);
            self.report(did_you_mean(
                finding,
                name.source(),
                &[Candidate::new("list")],
                "such types",
            ));
            return Type::Error;
        }
        if item.is_optional() {
            let finding =
                Finding::new(Code::TYPE_MISMATCH, range, "the items of a list are always set");
            self.report(finding.safe(
                "remove the `?`",
                TextRange::new(range.end - 1, range.end),
                "",
            ));
        }
        match item.required() {
            Type::Error => Type::Error,
            item => Type::List(item.into()),
        }
    }

    fn enum_type(&mut self, syntax: ast::EnumType<'_>) -> Type {
        let mut members: Vec<Arc<str>> = Vec::new();
        let mut seen: FxHashMap<Arc<str>, TextRange> = FxHashMap::default();
        let mut broken = false;
        for text in syntax.texts() {
            let Some(member) = self.plain_text(text, "a member of an enum") else {
                broken = true;
                continue;
            };
            let member: Arc<str> = member.into();
            match seen.insert(member.clone(), text.range()) {
                Some(first) => self.twice("the member", &member, text.range(), first),
                None => members.push(member),
            }
        }
        if broken || members.is_empty() { Type::Error } else { Type::Enum(members.into()) }
    }
}

/// A value that anything of the type could stand in for, as it is written.
pub(crate) fn placeholder(ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Bool => "false".to_owned(),
        Type::Int | Type::Number => "0".to_owned(),
        Type::Text => "\"\"".to_owned(),
        Type::Enum(members) => format!("\"{}\"", members.first()?.escape_default()),
        Type::Duration => "0s".to_owned(),
        Type::TimeOfDay => "00:00".to_owned(),
        Type::Weekday => "mon".to_owned(),
        Type::List(_) => "[]".to_owned(),
        _ => return None,
    })
}

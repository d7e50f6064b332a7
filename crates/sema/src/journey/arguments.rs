//! Arguments by name: of actions, and of journeys that are entered by hand.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use crate::cx::Cx;
use crate::expr::Role;
use crate::findings::{Finding, Place};
use crate::index::Definition;
use crate::lost::may_be_lost;
use crate::names::NameKind;
use crate::suggest::{self, Candidate};
use crate::table::Name;
use crate::{ActionType, Field};

/// What takes arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Takes<'p> {
    /// An action or a journey.
    pub(crate) kind: NameKind,
    pub(crate) name: &'p Arc<str>,
    pub(crate) params: &'p [Field],
    /// Whether parameters may have been lost in a mistake; of an action that is asked for.
    pub(crate) broken: bool,
    /// Whether any may be left out.
    pub(crate) partial: bool,
    /// The event whose properties are given as well, and which parameter is the first of them.
    pub(crate) event: Option<(usize, &'p Arc<str>)>,
}

impl Takes<'_> {
    /// What the name of an argument stands for, by its place.
    fn definition(self, at: usize, name: &str) -> Definition {
        match self.event {
            Some((first, event)) if at >= first => Definition::of_event(event, name),
            _ => {
                Definition::Parameter { kind: self.kind, of: self.name.clone(), name: name.into() }
            }
        }
    }
}

impl Cx<'_> {
    /// The arguments of an action, each with its parameter's name, in the order of the parameters.
    /// Where they are not to be `complete`, any may be left out.
    pub(crate) fn arguments<T>(
        &mut self,
        args: &[ast::Arg<'_>],
        action: &ActionType,
        range: TextRange,
        complete: bool,
        value: impl FnMut(&mut Self, Option<ast::Expr<'_>>, &crate::Type, Role<'_>) -> T,
    ) -> Vec<(Arc<str>, T)> {
        let (kind, name, params) = (NameKind::Action, &action.name, &*action.params);
        let takes = Takes { kind, name, params, broken: false, partial: !complete, event: None };
        self.named_arguments(args, takes, range, value)
    }

    /// Arguments, each with its parameter's name, in the order of the parameters.
    pub(crate) fn named_arguments<T>(
        &mut self,
        args: &[ast::Arg<'_>],
        takes: Takes<'_>,
        range: TextRange,
        mut value: impl FnMut(&mut Self, Option<ast::Expr<'_>>, &crate::Type, Role<'_>) -> T,
    ) -> Vec<(Arc<str>, T)> {
        let Takes { kind, name: whose, params, partial, .. } = takes;
        let mut given: Vec<Option<(T, TextRange)>> = params.iter().map(|_| None).collect();
        let places: FxHashMap<&str, usize> =
            params.iter().enumerate().map(|(at, param)| (&*param.name, at)).collect();
        let mut mistaken = false;
        for arg in args {
            let Some(name) = arg.arg_name().and_then(|name| name.any_name()) else {
                mistaken = true;
                self.unnamed_argument(arg, takes);
                continue;
            };
            if arg.lambda().is_some() {
                self.misplaced_lambda(arg);
                mistaken = true;
                continue;
            }
            if let Some(filter) = arg.where_clause() {
                let message = format!("an argument of {} has no `where`", article(kind));
                self.report(Finding::new(Code::BAD_ARGUMENT, filter.range(), message));
            }
            let found = places.get(name.source());
            if let Some(at) = found {
                self.refer(name.range(), || takes.definition(*at, name.source()));
            }
            let Some((param, slot)) =
                found.and_then(|at| Some((params.get(*at)?, given.get_mut(*at)?)))
            else {
                mistaken = true;
                if !self.lost_some(takes) {
                    self.unknown_parameter(name, takes);
                }
                continue;
            };
            if let Some((_, first)) = slot {
                let first = *first;
                self.twice("the argument", name.source(), name.range(), first);
                continue;
            }
            if kind == NameKind::Action {
                let place = Place::Parameter(whose.clone(), param.name.clone());
                let called = format!("the parameter `{}` of `{whose}`", param.name);
                self.discourage(&called, param.marks.deprecated.as_ref(), name.range(), place);
            }
            let what = format!("`{}` of `{whose}`", param.name);
            let role = match kind {
                NameKind::Action => Role::parameter(&what, whose, &param.name),
                _ => Role::new(&what),
            };
            *slot = Some((value(self, arg.expr(), &param.ty, role), name.range()));
        }
        let missing: Vec<&str> = params
            .iter()
            .zip(&given)
            .filter(|(param, given)| {
                given.is_none() && param.default.is_none() && !param.ty.is_optional()
            })
            .map(|(param, _)| &*param.name)
            .collect();
        // An argument whose name is wrong is probably the one that is missing.
        if !partial && !mistaken && !missing.is_empty() && !self.lost_some(takes) {
            let message = format!("`{whose}` lacks {}", suggest::list_all(&missing));
            let finding = Finding::new(Code::BAD_ARGUMENT, range, message);
            self.structural(declared(finding, takes));
        }
        let names = params.iter().map(|param| param.name.clone());
        let given = names.zip(given).filter_map(|(name, given)| Some((name, given?.0)));
        let mut given: Vec<(Arc<str>, T)> = given.collect();
        given.shrink_to_fit();
        given
    }

    /// Whether parameters may have been lost in a mistake. Asked only where one seems to be: the
    /// answer depends on what is typed anywhere.
    fn lost_some(&self, takes: Takes<'_>) -> bool {
        let action = || Name::new(self.db, NameKind::Action, takes.name.clone());
        takes.broken || takes.kind == NameKind::Action && may_be_lost(self.db, action())
    }

    fn unnamed_argument(&mut self, arg: &ast::Arg<'_>, takes: Takes<'_>) {
        self.untyped(arg.expr());
        let message = format!("the arguments of {} have names", article(takes.kind));
        let finding = Finding::new(Code::BAD_ARGUMENT, arg.range(), message);
        let finding = match takes.params {
            [] => finding.note(format!("`{}` takes none", takes.name)),
            [only] => {
                let at = TextRange::empty(arg.range().start);
                finding.safe(format!("write `{}: …`", only.name), at, format!("{}: ", only.name))
            }
            several => finding.note(format!(
                "`{}` takes {}",
                takes.name,
                suggest::list_all(several.iter().map(|param| &param.name))
            )),
        };
        self.report(finding);
    }

    fn unknown_parameter(&mut self, name: ast::AnyName<'_>, takes: Takes<'_>) {
        let message = format!("`{}` has no parameter `{}`", takes.name, name.source());
        let finding = Finding::new(Code::BAD_ARGUMENT, name.range(), message);
        let finding = declared(finding, takes);
        let params = takes.params.iter();
        let known = || params.map(|param| Candidate::new(param.name.clone())).collect();
        self.report_meant(finding, name.source(), known, "parameters");
    }
}

fn article(kind: NameKind) -> String {
    match kind {
        NameKind::Action => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// Shows where it is declared what is taken.
fn declared(finding: Finding, takes: Takes<'_>) -> Finding {
    let place = Place::Name(takes.kind, takes.name.clone());
    finding.at(place, format!("the {} is declared here", takes.kind))
}

//! A journey as its syntax tells it: statements, their keys, and how they are nested.

use std::collections::{BTreeMap, HashMap};

use journey_base::TextRange;
use journey_ir::ways::{self, Kind};
use journey_syntax::{AstNode, Parse, SyntaxKind, SyntaxNode, ast};

use super::arms::arms;
use super::strip::{self, Strip};
pub(super) use crate::tree::journeys;

/// The statement and the arm that open a sequence, by number; none for the body.
pub(super) type Owner = Option<(usize, usize)>;

/// A journey.
pub(super) struct Sheet<'t> {
    pub(super) decl: ast::JourneyDecl<'t>,
    /// All statements; those in a block come right after the one that opens it.
    pub(super) statements: Vec<Statement<'t>>,
    /// The numbers of those of the body.
    pub(super) body: Vec<usize>,
    /// The comments in it, by place.
    pub(super) comments: Vec<TextRange>,
    /// The numbers of the statements by their keys.
    numbers: HashMap<String, usize>,
    /// Whether the parser found mistakes in it.
    pub(super) broken: bool,
}

/// A tile, or a `let`.
pub(super) struct Statement<'t> {
    pub(super) tile: ast::Tile<'t>,
    /// The id of the compiled tile.
    pub(super) key: String,
    /// Its kind; none for a `let`.
    pub(super) kind: Option<Kind>,
    /// The number of the statement and of the arm it stands in; none in the body.
    pub(super) owner: Owner,
    pub(super) arms: Vec<Arm<'t>>,
}

/// A way out of a tile. They are in the order of [`ways::ways`].
pub(super) struct Arm<'t> {
    pub(super) label: String,
    /// Where it stands, the block included; none where it is only implied.
    pub(super) node: Option<SyntaxNode<'t>>,
    pub(super) block: Option<ast::Block<'t>>,
    /// What to write before a block for a way that is only implied, if that can be.
    pub(super) head: Option<&'static str>,
    /// The numbers of the statements in it.
    pub(super) body: Vec<usize>,
}

impl<'t> Sheet<'t> {
    /// The journey of this name; the first one, if there are several.
    pub(super) fn of(parse: &'t Parse, journey: &str) -> Option<Sheet<'t>> {
        let found =
            |decl: &ast::JourneyDecl<'t>| decl.name().is_some_and(|name| name.source() == journey);
        Some(Sheet::new(parse, journeys(parse).into_iter().find(found)?))
    }

    pub(super) fn new(parse: &'t Parse, decl: ast::JourneyDecl<'t>) -> Sheet<'t> {
        let mut sheet = Sheet {
            decl,
            statements: Vec::new(),
            body: Vec::new(),
            comments: strip::comments(decl.syntax()),
            numbers: HashMap::new(),
            broken: broken(parse, decl),
        };
        sheet.body = sheet.sequence(decl.tiles(), None);
        let kinds: Vec<_> = sheet.statements.iter().map(|it| (label(it.tile), it.kind)).collect();
        // Two tiles of one label are a mistake, but can be told apart all the same.
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let keys: Vec<String> = ways::ids_of(&kinds)
            .into_iter()
            .zip(&sheet.statements)
            .map(|(id, statement)| match statement.tile.tile_kind() {
                Some(ast::TileKind::LetTile(it)) => {
                    format!("let {}", it.name().map_or("", |name| name.source()))
                }
                _ => id,
            })
            .map(|key| {
                let count = seen.entry(key.clone()).or_default();
                *count += 1;
                if *count == 1 { key } else { format!("{key} ({count})") }
            })
            .collect();
        for (number, (statement, key)) in sheet.statements.iter_mut().zip(keys).enumerate() {
            sheet.numbers.insert(key.clone(), number);
            statement.key = key;
        }
        sheet
    }

    /// Takes in the tiles of a block and what is in them. The parser bounds how deep they nest.
    fn sequence(&mut self, tiles: impl Iterator<Item = ast::Tile<'t>>, owner: Owner) -> Vec<usize> {
        let mut numbers = Vec::new();
        for tile in tiles {
            let Some(kind) = tile.tile_kind() else { continue };
            let number = self.statements.len();
            numbers.push(number);
            let key = String::new();
            let (kind, arms) = (kind_of(kind), arms(kind));
            let blocks: Vec<_> = arms.iter().map(|arm| arm.block).collect();
            self.statements.push(Statement { tile, key, kind, owner, arms });
            for (arm, block) in blocks.into_iter().enumerate() {
                let Some(block) = block else { continue };
                let body = self.sequence(block.tiles(), Some((number, arm)));
                let statement = self.statements.get_mut(number);
                if let Some(arm) = statement.and_then(|it| it.arms.get_mut(arm)) {
                    arm.body = body;
                }
            }
        }
        numbers
    }

    /// The number of the statement of this key.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    pub(super) fn get(&self, number: usize) -> Option<&Statement<'t>> {
        self.statements.get(number)
    }

    pub(super) fn arm(&self, (number, arm): (usize, usize)) -> Option<&Arm<'t>> {
        self.get(number)?.arms.get(arm)
    }

    /// The statements of a sequence.
    pub(super) fn members(&self, owner: Owner) -> &[usize] {
        match owner {
            None => &self.body,
            Some(owner) => self.arm(owner).map_or(&[], |arm| &arm.body),
        }
    }

    /// What stands in a sequence, with comments that belong to nothing. None for one that has no
    /// block in the text.
    pub(super) fn strip(&self, owner: Owner) -> Option<Strip> {
        let ranges = self.members(owner).iter().filter_map(|it| self.get(*it));
        let ranges: Vec<TextRange> = ranges.map(|statement| statement.tile.range()).collect();
        let divided = |open: u32, close: u32| {
            let text = self.decl.syntax().tree().text();
            strip::strip(text, &self.comments, (open, close), &ranges)
        };
        match owner {
            None => {
                let opens = self.decl.header_clauses().last().map(|clause| clause.range());
                let opens = opens.or(self.decl.l_brace_token().map(|brace| brace.range()))?;
                let closes = self.decl.r_brace_token()?.range().start;
                Some(divided(opens.end, closes))
            }
            Some(owner) => {
                let block = self.arm(owner)?.block?;
                let (open, close) = (block.l_brace_token()?, block.r_brace_token()?);
                Some(divided(open.range().end, close.range().start))
            }
        }
    }

    /// The innermost statement at a place.
    pub(super) fn at(&self, offset: u32) -> Option<usize> {
        let covers = |statement: &Statement<'_>| {
            let range = statement.tile.range();
            range.start <= offset && offset <= range.end
        };
        // Of two that touch there the one that begins is meant.
        self.statements.iter().rposition(covers)
    }
}

/// Whether there are mistakes in a declaration, or right behind it, where its end may be missing.
fn broken(parse: &Parse, decl: ast::JourneyDecl<'_>) -> bool {
    let range = decl.range();
    let mut elements = parse.tree.root().elements();
    let next = elements.find(|it| it.range().start >= range.end && !it.kind().is_trivia());
    let end = next.map_or(u32::MAX, |next| next.range().start);
    decl.r_brace_token().is_none()
        || parse.errors.iter().any(|it| range.start <= it.range.start && it.range.start < end)
        || decl
            .syntax()
            .leaves()
            .any(|leaf| matches!(leaf.kind(), SyntaxKind::ERROR_TOKEN | SyntaxKind::ERROR))
}

pub(super) fn label(tile: ast::Tile<'_>) -> Option<&str> {
    tile.label()?.name().map(|name| name.source())
}

fn kind_of(kind: ast::TileKind<'_>) -> Option<Kind> {
    use ast::TileKind as K;
    Some(match kind {
        K::WaitWindow(_) | K::WaitUntil(_) | K::WaitEvent(_) | K::WaitArms(_) | K::WaitFor(_) => {
            Kind::Wait
        }
        K::BranchWhen(_) | K::BranchValue(_) => Kind::Branch,
        K::Split(_) => Kind::Split,
        K::Send(_) => Kind::Send,
        K::Webhook(_) => Kind::Webhook,
        K::Update(_) | K::AddCustomer(_) | K::RemoveCustomer(_) => Kind::Update,
        K::Run(_) => Kind::Run,
        K::Enter(_) => Kind::Enter,
        K::Repeat(_) => Kind::Repeat,
        K::Exit(_) => Kind::Exit,
        K::LetTile(_) => return None,
    })
}

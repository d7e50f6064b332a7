//! Numbers of a version of a journey, as answers have them.

use journey_base::statistics::wilson;
use journey_bytecode::{Journey, Tile, TileKind};
use journey_engine::counters::{Counts, SPENT, TileCounts};
use journey_engine::experiments::{ArmCounts, Arms};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::time;
use super::canvas::kind;
use crate::analytics::Span;

/// What happened in a version of a journey.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionFigures {
    /// Which.
    version: u32,
    #[serde(flatten)]
    flow: Flow,
    /// Members inside.
    inside: u64,
    /// Those among them that cannot go on.
    inside_faulted: u64,
    /// Tiles, in the order of the text.
    tiles: Vec<TileFigures>,
    /// Splits, each with its arms side by side.
    splits: Vec<SplitFigures>,
    /// The same by time, where that was asked for; empty ones are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    buckets: Vec<BucketFigures>,
}

/// What came and went.
#[derive(Debug, Serialize, ToSchema)]
struct Flow {
    /// Memberships that began.
    entered: u64,
    /// Entries that were refused.
    refused: u64,
    /// Members that came from another version.
    moved_in: u64,
    /// Members that went to another version.
    moved_out: u64,
    /// Members that were taken out by hand, or left with all others.
    removed: u64,
    /// Times that a member could not go on.
    faulted: u64,
    /// Exits by outcome; the rate is of memberships that began or came.
    exits: Vec<Rate>,
    /// Goals that were reached; the rate, of memberships that began or came, is the conversion.
    goals: Vec<Rate>,
}

/// A count, and what share of the whole it is. There is no share where there is no whole, and where more came
/// to it than began in the range.
#[derive(Debug, Serialize, ToSchema)]
struct Rate {
    /// The outcome or the goal.
    name: String,
    /// How many.
    count: u64,
    /// Their share.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    share: Option<f64>,
    /// The lower end of where the true share lies with 95 % (Wilson score interval).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    low: Option<f64>,
    /// The upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    high: Option<f64>,
}

/// What happened at a tile.
#[derive(Debug, Serialize, ToSchema)]
struct TileFigures {
    /// Its label, or an id made of its kind and place.
    id: String,
    /// What kind of tile it is.
    kind: &'static str,
    /// One line of what it does.
    title: String,
    /// Members there.
    inside: u64,
    #[serde(flatten)]
    counts: TileFlow,
    /// Leavings by edge.
    edges: Vec<EdgeFigures>,
    /// How long those stayed that left, in classes.
    time_spent: Vec<SpentFigures>,
}

/// What came and went at a tile.
#[derive(Debug, Serialize, ToSchema)]
struct TileFlow {
    /// Arrivals.
    entered: u64,
    /// Members that left by one of its edges, or whose exit it is.
    passed: u64,
    /// Members that left the journey from here.
    exited: u64,
    /// Members that came here from another version.
    moved_in: u64,
    /// Members that went from here to another version.
    moved_out: u64,
    /// Times that a member could not go on.
    faulted: u64,
    /// Messages and calls.
    sent: u64,
    /// Messages that a policy held.
    held: u64,
    /// Messages that a policy did not let go.
    skipped: u64,
}

/// Leavings by an edge.
#[derive(Debug, Serialize, ToSchema)]
struct EdgeFigures {
    /// What stands at it.
    label: String,
    /// How many.
    count: u64,
}

/// How many stayed so long.
#[derive(Debug, Serialize, ToSchema)]
struct SpentFigures {
    /// At most so long, in seconds, and longer than the class before; absent for any longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    up_to_seconds: Option<i64>,
    /// How many.
    count: u64,
}

/// The arms of a split.
#[derive(Debug, Serialize, ToSchema)]
struct SplitFigures {
    /// The tile.
    tile: String,
    /// Its arms, in the order of the text.
    arms: Vec<ArmFigures>,
}

/// What became of those who took an arm.
#[derive(Debug, Serialize, ToSchema)]
struct ArmFigures {
    /// Its name.
    arm: String,
    /// Memberships that took it.
    members: u64,
    /// Those among them that went to another version. What became of them is not known: rates are of
    /// the others.
    moved: u64,
    /// Goals that they reached.
    goals: Vec<Rate>,
    /// How they left.
    exits: Vec<Rate>,
}

/// What happened in a bucket of time.
#[derive(Debug, Serialize, ToSchema)]
struct BucketFigures {
    /// When it begins.
    #[schema(format = "date-time")]
    at: String,
    #[serde(flatten)]
    flow: Flow,
    /// Tiles, in the order of the text.
    tiles: Vec<BucketTile>,
}

/// What happened at a tile in a bucket of time.
#[derive(Debug, Serialize, ToSchema)]
struct BucketTile {
    /// The tile.
    id: String,
    #[serde(flatten)]
    counts: TileFlow,
}

impl VersionFigures {
    pub(super) fn of(version: u32, journey: &Journey, span: &Span) -> VersionFigures {
        // A version in which nothing has happened has no rows, and its tiles all the same.
        let (mut within, mut until) = (Counts::of(journey), Counts::of(journey));
        within.add(&span.within);
        until.add(&span.until);
        let tiles = journey.tiles.iter().zip(within.tiles.iter().zip(&until.tiles));
        let tiles = tiles.map(|(tile, (within, until))| TileFigures::of(tile, within, until));
        let buckets = span.buckets.iter();
        VersionFigures {
            version,
            flow: Flow::of(journey, &within),
            inside: until.inside(),
            inside_faulted: until.faulted.saturating_sub(until.unfaulted),
            tiles: tiles.collect(),
            splits: splits(journey, &span.arms),
            buckets: buckets.map(|(at, counts)| BucketFigures::of(journey, *at, counts)).collect(),
        }
    }

    /// How many buckets there are.
    pub(super) fn buckets(&self) -> usize {
        self.buckets.len()
    }
}

impl Flow {
    fn of(journey: &Journey, counts: &Counts) -> Flow {
        let whole = counts.entered + counts.moved_in;
        let goals = journey.goals.iter().map(|goal| goal.name.as_str());
        Flow {
            entered: counts.entered,
            refused: counts.refused,
            moved_in: counts.moved_in,
            moved_out: counts.moved_out,
            removed: counts.removed,
            faulted: counts.faulted,
            exits: rates(journey.outcomes.iter().map(String::as_str), &counts.exits, whole),
            goals: rates(goals, &counts.goals, whole),
        }
    }
}

fn rates<'n>(names: impl Iterator<Item = &'n str>, counts: &[u64], whole: u64) -> Vec<Rate> {
    let rate = |(place, name): (usize, &str)| {
        Rate::of(name, counts.get(place).copied().unwrap_or_default(), whole)
    };
    names.enumerate().map(rate).collect()
}

impl Rate {
    fn of(name: &str, count: u64, whole: u64) -> Rate {
        let known = whole > 0 && count <= whole;
        // As many digits as anyone needs.
        let rounded = |share: f64| known.then(|| (share * 1e6).round() / 1e6);
        let (low, high) = wilson(count, whole);
        let share = rounded(count as f64 / whole as f64);
        Rate { name: name.to_owned(), count, share, low: rounded(low), high: rounded(high) }
    }
}

impl TileFigures {
    fn of(tile: &Tile, within: &TileCounts, until: &TileCounts) -> TileFigures {
        let edges = tile.edges.iter().zip(&within.edges);
        let edges = edges.map(|(label, count)| EdgeFigures { label: label.clone(), count: *count });
        let ends = SPENT.iter().map(|end| Some(*end / 1_000)).chain([None]);
        let spent = ends.zip(within.spent);
        TileFigures {
            id: tile.id.clone(),
            kind: kind(tile.kind),
            title: tile.title.clone(),
            inside: until.inside(),
            counts: TileFlow::of(within),
            edges: edges.collect(),
            time_spent: spent
                .map(|(up_to_seconds, count)| SpentFigures { up_to_seconds, count })
                .collect(),
        }
    }
}

impl TileFlow {
    fn of(counts: &TileCounts) -> TileFlow {
        TileFlow {
            entered: counts.entered,
            passed: counts.passed,
            exited: counts.exited,
            moved_in: counts.moved_in,
            moved_out: counts.moved_out,
            faulted: counts.faulted,
            sent: counts.sent,
            held: counts.held,
            skipped: counts.skipped,
        }
    }
}

fn splits(journey: &Journey, arms: &Arms) -> Vec<SplitFigures> {
    let splits = (0u16..).zip(&journey.tiles).filter(|(_, tile)| tile.kind == TileKind::Split);
    let split = |(number, tile): (u16, &Tile)| {
        let nobody = ArmCounts::default();
        let arm = |(edge, name): (u16, &String)| {
            ArmFigures::of(journey, name, arms.get(&(number, edge)).unwrap_or(&nobody))
        };
        let arms = (0u16..).zip(&tile.edges).map(arm).collect();
        SplitFigures { tile: tile.id.clone(), arms }
    };
    splits.map(split).collect()
}

impl ArmFigures {
    fn of(journey: &Journey, name: &str, counts: &ArmCounts) -> ArmFigures {
        let whole = counts.members.saturating_sub(counts.moved);
        let goals = journey.goals.iter().map(|goal| goal.name.as_str());
        let exits = journey.outcomes.iter().map(String::as_str);
        ArmFigures {
            arm: name.to_owned(),
            members: counts.members,
            moved: counts.moved,
            goals: rates(goals, &counts.goals, whole),
            exits: rates(exits, &counts.exits, whole),
        }
    }
}

impl BucketFigures {
    fn of(journey: &Journey, at: i64, counts: &Counts) -> BucketFigures {
        let tiles = journey.tiles.iter().zip(&counts.tiles);
        let tile = |(tile, counts): (&Tile, &TileCounts)| BucketTile {
            id: tile.id.clone(),
            counts: TileFlow::of(counts),
        };
        BucketFigures {
            at: time(at),
            flow: Flow::of(journey, counts),
            tiles: tiles.map(tile).collect(),
        }
    }
}

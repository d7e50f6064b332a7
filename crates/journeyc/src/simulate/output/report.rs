//! The table for people.
//!
//! ```text
//!   tile                         entered  inside  passed   share
//!   first_month: wait up to 30d   23,570       0  23,570  100.0%  ████████████
//!     ├ on event purchase                          4,273   18.1%
//!     └ timeout                                   19,297   81.9%
//!   send out.thanks()              4,273       0   4,273   18.1%  ██▏
//! ```

use std::fmt::Write as _;
use std::io::{self, Write};

use journey_base::plural;
use journey_bytecode::{Journey, Op, Tile, TileKind};
use journey_ir::graph::thousands;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::splits::{cell, splits};
use super::summary::{Summary, actions, kind, tile_edges};
use super::text::{share, time_text};
use crate::render::Style;
use crate::simulate::ledger::Account;
use crate::simulate::log::{JourneyTally, TileTally};

/// Columns that a name may take at least, however narrow the terminal.
const NAME: usize = 24;

/// Columns of the bar that shows a share.
const BAR: u64 = 12;

/// How many rows of a list are named one by one.
const LISTED: usize = 20;

/// Writes the table of a simulation: each journey, then what was read.
pub fn report(summary: &Summary<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    let ink = Ink { colour: style.colour, width: style.width };
    for (journey, tally) in summary.program.journeys.iter().zip(&summary.journeys) {
        journey_table(summary, journey, tally, ink, &mut text);
        text.push('\n');
    }
    input_lines(summary, ink, &mut text);
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// How to write for the terminal at hand.
#[derive(Clone, Copy)]
struct Ink {
    colour: bool,
    width: usize,
}

impl Ink {
    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn warn(self, text: &str) -> String {
        self.paint("33", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// One line of a table.
#[derive(Default)]
struct Line {
    name: String,
    /// Right-aligned cells: counts, then a share.
    cells: Vec<String>,
    bar: String,
    /// Whether it is about a part of the line before it.
    part: bool,
}

impl Line {
    fn part(name: String, cells: Vec<String>) -> Line {
        Line { name, cells, part: true, ..Line::default() }
    }
}

fn journey_table(
    summary: &Summary<'_>,
    journey: &Journey,
    tally: &JourneyTally,
    ink: Ink,
    out: &mut String,
) {
    let title = if journey.title == journey.name { "" } else { &journey.title };
    let inside = tally.inside();
    let facts = [
        format!("{} by {}", memberships(tally.memberships), customers(tally.customers)),
        format!("{} inside", thousands(inside)),
        format!("{} out", thousands(tally.memberships - inside)),
    ];
    // Writing to a string does not fail, here and below.
    let _ = writeln!(out, "{}  {}", ink.bold(&journey.name), title);
    let _ = writeln!(out, "{}\n", facts.join(" · "));

    let extra: Vec<&Column> =
        EXTRA.iter().filter(|column| tally.tiles.iter().any(|tile| (column.1)(tile) > 0)).collect();
    let head = ["entered", "inside", "passed"].into_iter();
    let columns: Vec<&str> =
        head.chain(extra.iter().map(|column| column.0)).chain(["share"]).collect();
    let tiles = journey.tiles.iter().zip(&tally.tiles);
    let lines: Vec<Line> =
        tiles.flat_map(|(tile, counts)| tile_lines(tile, counts, tally, &extra)).collect();
    table("tile", &columns, &lines, ink, out);

    let exits = journey.outcomes.iter().zip(&tally.exits);
    let exits = exits.map(|(name, n)| counted(name, *n, tally.memberships)).collect::<Vec<_>>();
    out.push('\n');
    table("exit", &["members", "share"], &exits, ink, out);

    let goals = journey.goals.iter().zip(&tally.goals);
    let goals: Vec<Line> =
        goals.map(|(goal, n)| counted(&goal.name, *n, tally.memberships)).collect();
    if !goals.is_empty() {
        out.push('\n');
        table("goal", &["members", "share"], &goals, ink, out);
    }

    for split in splits(journey, tally) {
        let columns: Vec<&str> = split.arms.iter().map(String::as_str).collect();
        let members = split.members.iter().map(|n| thousands(*n)).collect();
        let head = Line { name: "members".to_owned(), cells: members, ..Line::default() };
        let rows = split.rows.iter().map(|row| {
            let cells = row.counts.iter().zip(&split.members).map(|(n, all)| cell(*n, *all));
            Line { name: row.title(), cells: cells.collect(), ..Line::default() }
        });
        let lines: Vec<Line> = std::iter::once(head).chain(rows).collect();
        out.push('\n');
        table(split.title, &columns, &lines, ink, out);
    }

    let sends: Vec<Line> = actions(summary.program, journey, tally)
        .chain((!journey.updates.is_empty()).then(|| ("update customer".to_owned(), tally.updates)))
        .chain(
            has_member_tiles(journey).then(|| ("add or remove customer".to_owned(), tally.members)),
        )
        .map(|(name, n)| Line { name, cells: vec![thousands(n)], ..Line::default() })
        .collect();
    if !sends.is_empty() {
        out.push('\n');
        table("action", &["times"], &sends, ink, out);
    }
    refusals(tally, ink, out);
}

fn has_member_tiles(journey: &Journey) -> bool {
    journey.code.iter().any(|op| matches!(op, Op::Member { .. }))
}

fn memberships(n: u64) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} membership{s}", thousands(n))
}

fn customers(n: u64) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} customer{s}", thousands(n))
}

/// A column of the table of tiles: its head and the counter it shows.
type Column = (&'static str, fn(&TileTally) -> u64);

/// Columns that are there only if some tile has something to show.
const EXTRA: [Column; 4] = [
    ("exited", |tile| tile.exited),
    ("faulted", |tile| tile.faulted),
    ("held", |tile| tile.held),
    ("skipped", |tile| tile.skipped),
];

fn tile_lines(
    tile: &Tile,
    counts: &TileTally,
    tally: &JourneyTally,
    extra: &[&Column],
) -> Vec<Line> {
    let mut cells =
        vec![thousands(counts.entered), thousands(counts.inside()), thousands(counts.passed)];
    cells.extend(extra.iter().map(|column| thousands((column.1)(counts))));
    cells.push(share(counts.entered, tally.memberships));
    let bar = bar(counts.entered, tally.memberships);
    let mut lines = vec![Line { name: name(tile), cells, bar, part: false }];
    if tile.edges.len() > 1 && tile.kind != TileKind::Exit {
        let last = tile.edges.len() - 1;
        lines.extend(tile_edges(tile, counts).enumerate().map(|(index, (label, n))| {
            let branch = if index == last { "└" } else { "├" };
            let blank = String::new;
            let mut cells = vec![blank(), blank(), thousands(n)];
            cells.extend(extra.iter().map(|_| blank()));
            cells.push(share(n, counts.passed));
            Line::part(format!("  {branch} {label}"), cells)
        }));
    }
    lines
}

/// A tile as it stands in source: its label, if it has one, and what it does.
fn name(tile: &Tile) -> String {
    let number = tile.id.strip_prefix(kind(tile.kind)).and_then(|rest| rest.strip_prefix('_'));
    let made_up = number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    match (made_up, tile.title.is_empty()) {
        (_, true) => tile.id.clone(),
        (true, false) => tile.title.clone(),
        (false, false) => format!("{}: {}", tile.id, tile.title),
    }
}

fn counted(name: &str, n: u64, whole: u64) -> Line {
    let cells = vec![thousands(n), share(n, whole)];
    Line { name: name.to_owned(), cells, bar: bar(n, whole), part: false }
}

/// A bar in eighths of a column.
fn bar(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let eighths = u128::from(part) * u128::from(BAR) * 8 / u128::from(whole);
    let eighths = usize::try_from(eighths).unwrap_or(usize::MAX).min(BAR as usize * 8);
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8).copied();
    format!("{}{}", "█".repeat(eighths / 8), rest.unwrap_or_default())
}

/// Writes a table: names to the left, numbers to the right, a thin line under the head.
fn table(title: &str, columns: &[&str], lines: &[Line], ink: Ink, out: &mut String) {
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = lines.iter().filter_map(|line| line.cells.get(index));
            cells.map(|cell| cell.width()).chain([column.width()]).max().unwrap_or(0)
        })
        .collect();
    let numbers = widths.iter().map(|width| width + 2).sum::<usize>();
    let room = ink.width.saturating_sub(numbers + BAR as usize + 4).max(NAME);
    let names: Vec<String> = lines.iter().map(|line| shortened(&line.name, room)).collect();
    let width = names.iter().map(|name| name.width()).chain([title.width()]).max().unwrap_or(0);

    let mut head = pad(title, width);
    for (column, width) in columns.iter().zip(&widths) {
        let _ = write!(head, "  {column:>width$}");
    }
    let _ = writeln!(out, "  {}", ink.dim(&head));
    let _ = writeln!(out, "  {}", ink.dim(&"─".repeat(width + numbers)));
    for (line, name) in lines.iter().zip(&names) {
        let mut text = pad(name, width);
        for (cell, width) in line.cells.iter().zip(&widths) {
            let _ = write!(text, "  {cell:>width$}");
        }
        let text = if line.part { ink.dim(&text) } else { text };
        let bar = ink.paint("36", &line.bar);
        let _ = writeln!(out, "  {}", format!("{text}  {bar}").trim_end());
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// As much of a name as there is room for.
fn shortened(name: &str, room: usize) -> String {
    if name.width() <= room {
        return name.to_owned();
    }
    let mut kept = String::new();
    let mut width = 1;
    for c in name.chars() {
        width += c.width().unwrap_or(0);
        if width > room {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// Who did not enter, and who faulted.
fn refusals(tally: &JourneyTally, ink: Ink, out: &mut String) {
    let mut notes = Vec::new();
    for (n, why) in [
        (tally.refused_inside, "would have entered but were inside"),
        (tally.refused_reentry, "would have entered but for the re-entry rule"),
        (tally.refused_condition, "did not meet the condition of the entry, by hand"),
        (tally.refused_fault, "could not enter: the entry's condition faulted"),
        (tally.refused_no_event, "could not enter: there was no event to take the key from"),
        (tally.refreshed, "went on with a new entry while they were inside"),
        (tally.goal_faults, "times it could not be decided whether a goal was reached"),
        (tally.unknown_zones, "times a member's time zone was unknown: the workspace's was used"),
    ] {
        notes.extend((n > 0).then(|| format!("{} {why}", thousands(n))));
    }
    let mut faults: Vec<String> = tally
        .faults
        .iter()
        .map(|(fault, n)| format!("{} faulted: {fault}", thousands(*n)))
        .collect();
    faults.sort();
    if !notes.is_empty() || !faults.is_empty() {
        out.push('\n');
    }
    for note in &notes {
        let _ = writeln!(out, "  {}", ink.dim(note));
    }
    for fault in &faults {
        let _ = writeln!(out, "  {}", ink.warn(fault));
    }
}

/// What was read, what of it was not taken, and how long it took.
fn input_lines(summary: &Summary<'_>, ink: Ink, out: &mut String) {
    if let Some(profiles) = &summary.profiles {
        account_lines("profile", profiles, ink, out);
        note(summary.replaced, "replaced an earlier profile of its customer", ink, out);
    }
    enter_lines(summary, ink, out);
    let account = &summary.events;
    account_lines("event", account, ink, out);
    undeclared_line(account, ink, out);
    note(summary.late, "came after a later event and were applied at its time", ink, out);
    note(summary.duplicates, "repeated the id of an earlier event and changed nothing", ink, out);
    note(account.after_horizon, "lie after the horizon and were not applied", ink, out);
    note(summary.audience_faults, "audience conditions faulted", ink, out);
    let unanswered = "calls failed: nothing says what is answered; `--responses` can";
    note(summary.unanswered, unanswered, ink, out);
    note(summary.endless, "times too many outcomes followed on one input", ink, out);
    match summary.horizon {
        Some(horizon) => {
            let _ = writeln!(out, "clock ran to {}", time_text(horizon));
        }
        None => out.push_str("there is no event and no `--until`: no time has passed\n"),
    }
    let seconds = summary.applying.as_secs_f64();
    let speed = if seconds > 0.0 { account.read as f64 / seconds } else { 0.0 };
    let _ = writeln!(
        out,
        "events took {seconds:.2} s, {} a second; {:.2} s in all",
        thousands(speed as u64),
        summary.elapsed.as_secs_f64()
    );
}

fn account_lines(noun: &str, account: &Account, ink: Ink, out: &mut String) {
    let s = if account.read == 1 { "" } else { "s" };
    let _ = writeln!(out, "{} {noun}{s} read", thousands(account.read));
    if account.rejected > 0 {
        let _ =
            writeln!(out, "  {}", ink.warn(&format!("{} rejected:", thousands(account.rejected))));
        for (line, reason) in &account.shown {
            let _ = writeln!(out, "    line {line}: {reason}");
        }
        let more = account.rejected - account.shown.len() as u64;
        if more > 0 {
            let _ =
                writeln!(out, "    and {} more; `--rejected FILE` lists them all", thousands(more));
        }
    }
    let what = if noun == "event" { "properties" } else { "traits and audiences" };
    note(
        Summary::unknown_total(account),
        &format!("{what} that are not declared, ignored"),
        ink,
        out,
    );
}

fn undeclared_line(account: &Account, ink: Ink, out: &mut String) {
    let total = account.unknown.events.total();
    if total == 0 {
        return;
    }
    let mut names: Vec<(&str, u64)> = account.unknown.events.iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let more = names.len().saturating_sub(5);
    let shown = names.iter().take(5).map(|(name, n)| format!("{name:?} {}", thousands(*n)));
    let mut shown = shown.collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(shown, ", … {more} more");
    }
    note(total, &format!("not declared, skipped: {shown}"), ink, out);
}

fn note(n: u64, text: &str, ink: Ink, out: &mut String) {
    if n > 0 {
        let _ = writeln!(out, "  {}", ink.dim(&format!("{} {text}", thousands(n))));
    }
}

/// What came of the list of customers, row by row where it was not what was wanted.
fn enter_lines(summary: &Summary<'_>, ink: Ink, out: &mut String) {
    let Some(enter) = &summary.enter else { return };
    let _ = writeln!(
        out,
        "{} read, {} begun at {}",
        plural(usize::try_from(enter.rows).unwrap_or(usize::MAX), "row"),
        memberships(enter.memberships()),
        time_text(enter.at)
    );
    if !enter.ignored.is_empty() {
        let columns = enter.ignored.join(", ");
        let _ = writeln!(out, "  {}", ink.dim(&format!("columns that were ignored: {columns}")));
    }
    let mut rows: Vec<(u64, String)> = enter.rejected.clone();
    rows.extend(enter.refusals(summary.program));
    rows.sort();
    for (line, why) in rows.iter().take(LISTED) {
        let _ = writeln!(out, "  {}", ink.warn(&format!("line {line}: {why}")));
    }
    if rows.len() > LISTED {
        let more = rows.len() - LISTED;
        let _ = writeln!(out, "  and {more} more; `--rejected FILE` lists them all");
    }
}

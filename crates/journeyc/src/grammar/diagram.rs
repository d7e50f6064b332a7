//! A rule as a railroad diagram.

use pest_meta::ast::Expr;
use railroad::{
    Choice, Comment, Diagram, Link, Node, NonTerminal, Optional, Repeat, Sequence, SimpleEnd,
    SimpleStart, Stack, Terminal,
};

type Track = Box<dyn Node>;

/// Wider than this, what stands in a row is broken into several.
const MAX_WIDTH: i64 = 820;

/// The diagram of an expression, as an SVG without colours: those are up to the page.
pub(super) fn svg(expr: &Expr) -> String {
    let track = track(expr).unwrap_or_else(|| Box::new(railroad::Empty));
    let ends: Vec<Track> = vec![Box::new(SimpleStart), track, Box::new(SimpleEnd)];
    let diagram = Diagram::new(Sequence::new(ends));
    // Drawn in its own size; narrower pages shrink it.
    let (width, height) = (diagram.width(), diagram.height());
    let size = format!("<svg width=\"{width}\" height=\"{height}\" ");
    diagram.to_string().replacen("<svg ", &size, 1)
}

/// The track of an expression; none where nothing is to be seen, as at the end of a file.
fn track(expr: &Expr) -> Option<Track> {
    Some(match expr {
        Expr::Str(text) | Expr::Insens(text) => Box::new(Terminal::new(shown(text))),
        Expr::Range(from, to) => Box::new(Terminal::new(format!("{from} … {to}"))),
        Expr::Ident(name) => return reference(name),
        Expr::Seq(..) => return row(&parts(expr)),
        Expr::Choice(..) => {
            let mut found = Vec::new();
            alternatives(expr, &mut found);
            Box::new(Choice::new(found.into_iter().filter_map(track).collect()))
        }
        Expr::Opt(inner) => Box::new(Optional::new(track(inner)?)),
        Expr::Rep(inner) => Box::new(Optional::new(repeated(track(inner)?, None))),
        Expr::RepOnce(inner) => repeated(track(inner)?, None),
        Expr::NegPred(inner) => Box::new(Comment::new(format!("but not {}", words(inner)))),
        Expr::PosPred(inner) => Box::new(Comment::new(format!("before {}", words(inner)))),
        _ => return None,
    })
}

/// A keyword is drawn as the word, another rule as a box that leads to its diagram.
fn reference(name: &str) -> Option<Track> {
    Some(match name {
        "SOI" | "EOI" => return None,
        "ANY" => Box::new(NonTerminal::new("any character".to_owned())),
        _ => match name.strip_prefix("kw_") {
            Some(word) => Box::new(Terminal::new(word.to_owned())),
            None => Box::new(Link::new(NonTerminal::new(name.to_owned()), format!("#{name}"))),
        },
    })
}

fn repeated(inner: Track, between: Option<Track>) -> Track {
    match between {
        Some(between) => Box::new(Repeat::new(inner, between)),
        None => Box::new(Repeat::new(inner, Box::new(railroad::Empty) as Track)),
    }
}

/// Parts one behind the other, in several rows if they are too wide.
fn row(parts: &[&Expr]) -> Option<Track> {
    let mut rows: Vec<Vec<Track>> = vec![Vec::new()];
    let mut width = 0;
    for track in tracks(parts) {
        if width > 0 && width + track.width() > MAX_WIDTH {
            rows.push(Vec::new());
            width = 0;
        }
        width += track.width();
        if let Some(row) = rows.last_mut() {
            row.push(track);
        }
    }
    let mut rows: Vec<Track> =
        rows.into_iter().map(|row| Box::new(Sequence::new(row)) as Track).collect();
    if width == 0 {
        None
    } else if rows.len() == 1 {
        rows.pop()
    } else {
        Some(Box::new(Stack::new(rows)))
    }
}

/// The tracks of the parts of a sequence. `a ~ ("," ~ a)*` is one that leads back over the comma.
fn tracks(parts: &[&Expr]) -> Vec<Track> {
    let mut found = Vec::new();
    let mut rest = parts;
    while let Some((first, behind)) = rest.split_first() {
        match list(rest) {
            Some((between, taken)) => {
                let element = rest.get(..taken).and_then(row);
                found.extend(element.map(|element| repeated(element, track(between))));
                rest = rest.get(taken + 1..).unwrap_or_default();
            }
            None => {
                // At the end there is nothing left that it could be about but what follows.
                found.extend(match first {
                    Expr::NegPred(inner) if behind.is_empty() => {
                        let text = format!("not before {}", words(inner));
                        Some(Box::new(Comment::new(text)) as Track)
                    }
                    _ => track(first),
                });
                rest = behind;
            }
        }
    }
    found
}

/// Whether the parts begin with an element and more of the same: what stands between two of them,
/// and how many parts an element has.
fn list<'e>(rest: &[&'e Expr]) -> Option<(&'e Expr, usize)> {
    let (taken, repetition) = rest.iter().enumerate().find_map(|(at, part)| match part {
        Expr::Rep(inner) => Some((at, parts(inner))),
        _ => None,
    })?;
    let (between, again) = repetition.split_first()?;
    let same = taken > 0 && again == rest.get(..taken)?;
    same.then_some((*between, taken))
}

fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Seq(left, right) => [parts(left), parts(right)].concat(),
        other => vec![other],
    }
}

pub(super) fn alternatives<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Choice(left, right) => {
            alternatives(left, found);
            alternatives(right, found);
        }
        other => found.push(other),
    }
}

/// An expression in words, for what must not stand somewhere.
fn words(expr: &Expr) -> String {
    match expr {
        Expr::Str(text) | Expr::Insens(text) => shown(text),
        Expr::Ident(name) => name.strip_prefix("kw_").unwrap_or(name).to_owned(),
        Expr::Choice(left, right) => format!("{} or {}", words(left), words(right)),
        Expr::Seq(left, right) => format!("{} {}", words(left), words(right)),
        other => other.to_string(),
    }
}

/// Characters that would not be seen have names.
fn shown(text: &str) -> String {
    match text {
        " " => "blank".to_owned(),
        "\t" => "tab".to_owned(),
        "\r" => "carriage return".to_owned(),
        "\n" => "line end".to_owned(),
        "\u{FEFF}" => "byte order mark".to_owned(),
        text => text.to_owned(),
    }
}

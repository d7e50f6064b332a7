//! Half-typed text: whatever stands before the cursor, every question about it has an answer, and
//! what is answered lies in the text.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

use std::path::Path;

use journey_ide::{
    Config, Counts, FileId, FilePosition, FileRange, Symbol, TextRange, Workspace, code_actions,
    code_lenses, document_links, document_symbols, folding_ranges, format_on_type, format_range,
    inlay_hints, matching_brace, resolve_lens, selection_ranges, semantic_tokens,
};

/// About so many characters are typed between two looks.
const STRIDE: usize = 61;

#[test]
fn every_question_has_an_answer_at_any_moment_of_typing_a_recipe() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let recipes = ["06_trips.journey", "10_funnel.journey", "14_loyalty.journey"];
    let mut looks = 0;
    for recipe in recipes {
        let whole = read(recipe);
        let files = vec![
            ("shared.journey".to_owned(), read("shared.journey")),
            (recipe.into(), String::new()),
        ];
        let mut workspace = Workspace::new(Config::default(), files);
        for cut in (0..whole.len()).step_by(STRIDE).filter(|cut| whole.is_char_boundary(*cut)) {
            // With what follows, as in the middle of a file, and without, as at its end; there
            // with a text that has just been opened.
            let (before, after) = whole.split_at(cut);
            let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
            for text in [before.to_owned(), format!("{before}\n{rest}"), format!("{before} \"é{{")]
            {
                workspace.set_text(FileId(1), text.clone());
                look(&workspace, &text, cut as u32);
                looks += 1;
            }
        }
    }
    assert!(looks > 150, "{looks}");
}

fn look(workspace: &Workspace, text: &str, cursor: u32) {
    let file = FileId(1);
    let whole = TextRange::new(0, text.len() as u32);
    let within = |range: TextRange| {
        assert!(text.get(range.start as usize..range.end as usize).is_some(), "{range:?}");
    };
    let at = FilePosition { file, offset: cursor };
    selection_ranges(workspace, at).into_iter().for_each(within);
    symbols(&document_symbols(workspace, file), &within);
    folding_ranges(workspace, file).iter().for_each(|it| within(it.range));
    document_links(workspace, file).iter().for_each(|it| within(it.range));
    for token in semantic_tokens(workspace, file, None) {
        within(token.range);
    }
    for hint in inlay_hints(workspace, file, whole) {
        within(TextRange::empty(hint.offset));
    }
    // Somebody has counted in every journey of which there is a name.
    let names = text.lines().filter_map(|line| line.strip_prefix("journey ")?.split(' ').next());
    let journeys = names.map(|name| (name.to_owned(), Default::default())).collect();
    let counts = Counts { journeys };
    for lens in code_lenses(workspace, file, &counts) {
        within(lens.range);
        assert!(!resolve_lens(workspace, file, lens, &counts).title.is_empty());
    }
    if let Some((open, close)) = matching_brace(workspace, at) {
        within(open.cover(close));
    }
    let edits = format_range(workspace, FileRange { file, range: whole }).into_iter();
    let typed = ['\n', '}'].into_iter().flat_map(|it| format_on_type(workspace, at, it));
    edits.chain(typed).for_each(|edit| within(edit.range));
    for range in [TextRange::empty(cursor), whole] {
        for action in code_actions(workspace, FileRange { file, range }) {
            for edit in action.edits.iter().filter(|edit| edit.file == file) {
                within(edit.range);
            }
        }
    }
}

fn symbols(found: &[Symbol], within: &impl Fn(TextRange)) {
    for symbol in found {
        within(symbol.range);
        assert!(!symbol.name.is_empty());
        let (range, name) = (symbol.range, symbol.selection);
        assert!(range.start <= name.start && name.end <= range.end, "{symbol:?}");
        symbols(&symbol.children, within);
    }
}

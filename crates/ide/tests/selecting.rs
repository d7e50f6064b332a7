//! Wherever the cursor is, what "select more" takes holds it.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod common;

use common::recipes;
use journey_ide::{Config, FileId, FilePosition, TextRange, Workspace, selection_ranges};

#[test]
fn each_step_holds_the_cursor_and_the_step_before_it() {
    // Blanks at the ends of lines, comments and long texts are where tokens are shortened.
    let odd = "/// Said of it.  \r\n/// Twice.\t\r\nlet a = \"\"\"\r\n    One.  \r\n\r\n  Two {b}.\r\n  \"\"\"  \r\n";
    let files = [(String::from("odd.journey"), odd.to_owned())];
    let files: Vec<_> = recipes().into_iter().take(2).chain(files).collect();
    let all = Workspace::new(Config::default(), files.clone());
    for (file, (path, text)) in (0..).map(FileId).zip(&files) {
        for offset in (0..=text.len() as u32).filter(|it| text.is_char_boundary(*it as usize)) {
            let steps = selection_ranges(&all, FilePosition { file, offset });
            let holds = |step: &TextRange| step.start <= offset && offset <= step.end;
            assert!(steps.iter().all(holds), "{path} at {offset}: {steps:?}");
            let grows = |two: &[TextRange]| two[1].cover(two[0]) == two[1] && two[0] != two[1];
            assert!(steps.windows(2).all(grows), "{path} at {offset}: {steps:?}");
            assert_eq!(steps.last(), Some(&TextRange::new(0, text.len() as u32)));
        }
    }
}

//! Neovim, set up as its README says, parses and highlights by the grammar.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

#[allow(dead_code, unreachable_pub)]
#[path = "../../delivery/tests/common/tools.rs"]
mod tools;

use std::path::Path;
use std::process::{Command, Stdio};

/// What Neovim is asked, once the file is open: it writes the answers down.
const ASK: &str = r#"
local highlighter = vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()]
local tree = vim.treesitter.get_parser(0, "journey"):parse()[1]
local get = vim.treesitter.query.get or vim.treesitter.get_query
local words = {}
for id, node in get("journey", "highlights"):iter_captures(tree:root(), 0, 0, -1) do
  local row, column, _, last = node:range()
  if row == 0 then
    local text = vim.api.nvim_buf_get_lines(0, 0, 1, true)[1]:sub(column + 1, last)
    table.insert(words, get("journey", "highlights").captures[id] .. " " .. text)
  end
end
local said = { highlighter and "highlights" or "does nothing", tree:root():has_error() and "broken" or "whole" }
for _, name in ipairs({ "folds", "indents", "injections", "locals" }) do get("journey", name) end
vim.fn.writefile(vim.list_extend(said, words), vim.env.JOURNEY_ANSWERS)
vim.cmd("qall!")
"#;

#[test]
fn with_the_parser_in_its_folder_neovim_highlights_by_it() {
    let editors = common::root().join("editors").canonicalize().unwrap();
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("neovim");
    std::fs::create_dir_all(site.join("parser")).unwrap();
    let (script, file, answers) =
        (site.join("ask.lua"), site.join("a.journey"), site.join("answers"));
    std::fs::write(&script, ASK).unwrap();
    std::fs::write(&file, "journey run { entry manual run: run run() wait 1d }\n").unwrap();
    let _ = std::fs::remove_file(&answers);

    let grammar = editors.join("tree-sitter-journey");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-I", "src", "src/parser.c", "src/scanner.c", "-o"])
        .arg(site.join("parser/journey.so"))
        .current_dir(&grammar)
        .status()
        .unwrap();
    assert!(compiled.success());

    let path = |path: &Path| path.display().to_string();
    let runtime =
        format!("set runtimepath^={} runtimepath+={}", path(&editors.join("neovim")), path(&site));
    let mut neovim = Command::new("nvim");
    neovim.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "--cmd", &runtime]);
    neovim.args(["--cmd", "filetype plugin on", "-c", &format!("luafile {}", path(&script))]);
    neovim.arg(&file).env("JOURNEY_ANSWERS", &answers).stdin(Stdio::null());
    let Ok(output) = neovim.output() else {
        return tools::missing("nvim").unwrap_or_default();
    };
    let said = std::fs::read_to_string(&answers)
        .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&output.stderr)));
    let expected = [
        "highlights",
        "whole",
        "keyword.type journey",
        "function run",
        "punctuation.bracket {",
        "keyword entry",
        "keyword manual",
        "label run",
        "punctuation.delimiter :",
        "keyword run",
        "function.call run",
        "punctuation.bracket (",
        "punctuation.bracket )",
        "keyword wait",
        "number 1d",
        "punctuation.bracket }",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

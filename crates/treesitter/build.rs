//! Compiles the parser that tree-sitter made of the grammar, and its scanner.

fn main() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../editors/tree-sitter-journey/src");
    let files = ["parser.c", "scanner.c"].map(|name| format!("{source}/{name}"));
    println!("cargo:rerun-if-changed={source}");
    cc::Build::new().include(source).files(files).flag_if_supported("-std=c11").compile("journey");
}

//! Writes the workspace of the benchmark `check` to a folder, to check it by the program itself:
//! `cargo run --release -p journey-sema --example generated_workspace -- DIR 10000`.

#[path = "../benches/generated/mod.rs"]
mod generated;

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let (Some(folder), Some(Ok(count))) =
        (arguments.next().map(PathBuf::from), arguments.next().map(|count| count.parse()))
    else {
        return Err(io::Error::other("usage: generated_workspace DIR NUMBER_OF_JOURNEYS"));
    };
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("journey.toml"), "[workspace]\nname = \"generated\"\nlanguage = 1\n")?;
    for (path, text) in generated::files(count) {
        fs::write(folder.join(path), text)?;
    }
    Ok(())
}

//! A folder as a post: each mail becomes a file, which mail programs open.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use shared::store::mail::Sending;

use crate::letter::Letter;

/// Writes a letter to the file `<id>.eml` of a folder, which it creates if there is none. Whoever reads the folder sees whole files
/// only; and only the user can read it, because a letter has a link that makes whoever has it the person.
#[must_use]
pub fn post(folder: &Path, letter: &Letter<'_>) -> Sending {
    match write(folder, letter) {
        Ok(()) => Sending::Sent,
        Err(error) => Sending::PutOff(format!("the folder can't be written: {}", error.kind())),
    }
}

fn write(folder: &Path, letter: &Letter<'_>) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = letter.id.as_str();
    let unfinished = folder.join(format!(".{name}.unfinished"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(&letter.bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, folder.join(format!("{name}.eml")))
}

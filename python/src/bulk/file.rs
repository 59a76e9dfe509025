//! Files as they are read: what gzip has made smaller is made as it was.

use std::fs::File;
use std::io::{Cursor, Read, Result};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// Opens a file, or a pipe.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read + Send>> {
    let (mut file, mut start) = (File::open(path)?, Vec::new());
    file.by_ref().take(2).read_to_end(&mut start)?;
    let is_gzip = start == [0x1f, 0x8b];
    let whole = Cursor::new(start).chain(file);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

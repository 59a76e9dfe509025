//! Files with objects of Contrail: JSON, gzip, tar, and folders of them.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::Import;
use super::error::ImportError;

/// How many times its length a packed file may have, unpacked. The dump of a fabric of 300 leaves has 5 times; DEFLATE
/// (RFC 1951) makes 1,032 bytes of one at most.
const MOST_TIMES: u64 = 200;

/// What any packed file may have, unpacked, in bytes.
const ALWAYS: u64 = 1 << 20;

/// The first bytes of a gzip file (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Import {
    /// Reads a file of JSON in any form, as it is or packed by gzip; a tar archive of such files, packed or not; or a folder
    /// with all that is in it, in the order of the names. In folders files that do not end in `.json`,
    /// `.json.gz`, `.tar`, `.tar.gz` or `.tgz` are passed over, and in archives those that do not end in `.json` or
    /// `.json.gz`.
    ///
    /// A file that is packed, with all that is packed in it, may unpack to 200 times its bytes, or 1 MiB: more is an error.
    pub fn read_path(&mut self, path: impl AsRef<Path>) -> Result<(), ImportError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        if !path.is_dir() {
            let mut file = File::open(path).map_err(|error| ImportError::of_file(&name, &error))?;
            return self.read_file(&name, &mut file);
        }
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(|error| ImportError::of_file(&name, &error))?;
        let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        // A link that leads back up would never end.
        let is_wanted = |path: &PathBuf| (path.is_dir() && !path.is_symlink()) || is_wanted(path);
        paths.iter().filter(|path| is_wanted(path)).try_for_each(|path| self.read_path(path))
    }

    fn read_file(&mut self, name: &str, file: &mut dyn Read) -> Result<(), ImportError> {
        let sizes = Sizes::default();
        let mut file = Counted { from: file, count: |read| sizes.packed(read) };
        let mut file = sizes.unpacked(&mut file).map_err(|error| ImportError::of_file(name, &error))?;
        if is_tar(name) { self.read_tar(name, &mut file, &sizes) } else { self.read_text(name, &mut file) }
    }

    fn read_text(&mut self, name: &str, from: &mut dyn Read) -> Result<(), ImportError> {
        let failed = |error| ImportError::of_file(name, &error);
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            ImportError::of_file(name, &format!("byte {at}: not UTF-8"))
        })?;
        self.read_json(name, &text)
    }

    fn read_tar(&mut self, name: &str, from: &mut dyn Read, sizes: &Sizes) -> Result<(), ImportError> {
        let failed = |error| ImportError::of_file(name, &error);
        let mut archive = tar::Archive::new(from);
        for entry in archive.entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            let path = entry.path().map_err(failed)?.display().to_string();
            if entry.header().entry_type().is_file() && is_wanted(Path::new(&path)) && !is_tar(&path) {
                let mut file = sizes.unpacked(&mut entry).map_err(failed)?;
                self.read_text(&format!("{name}:{path}"), &mut file)?;
            }
        }
        Ok(())
    }
}

/// How many bytes of a file were read, and how many came of those that are packed, in it or in an archive that it is.
#[derive(Default)]
struct Sizes {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
}

impl Sizes {
    fn packed(&self, read: u64) -> io::Result<()> {
        self.packed.set(self.packed.get().saturating_add(read));
        Ok(())
    }

    /// What is in a file, which may be packed by gzip; an error where that is far more than the file.
    fn unpacked<'f>(&'f self, file: &'f mut dyn Read) -> io::Result<Box<dyn Read + 'f>> {
        let mut start = Vec::new();
        file.take(2).read_to_end(&mut start)?;
        let is_packed = start == GZIP;
        let whole = BufReader::new(io::Cursor::new(start).chain(file));
        if !is_packed {
            return Ok(Box::new(whole));
        }
        let count = |read| {
            let unpacked = self.unpacked.get().saturating_add(read);
            self.unpacked.set(unpacked);
            let packed = self.packed.get();
            if unpacked <= packed.saturating_mul(MOST_TIMES).max(ALWAYS) {
                return Ok(());
            }
            Err(io::Error::other(format!(
                "{packed} bytes unpack to {unpacked} or more, expected at most {MOST_TIMES} times as many, or {ALWAYS}"
            )))
        };
        Ok(Box::new(Counted { from: MultiGzDecoder::new(whole), count }))
    }
}

/// What is read, with the number of bytes told each time.
struct Counted<R, C> {
    from: R,
    count: C,
}

impl<R: Read, C: Fn(u64) -> io::Result<()>> Read for Counted<R, C> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        (self.count)(u64::try_from(read).unwrap_or(u64::MAX))?;
        Ok(read)
    }
}

fn is_tar(name: &str) -> bool {
    [".tar", ".tar.gz", ".tgz"].iter().any(|end| name.ends_with(end))
}

/// Whether a file in a folder or archive is read.
fn is_wanted(path: &Path) -> bool {
    let name = path.to_string_lossy();
    is_tar(&name) || name.ends_with(".json") || name.ends_with(".json.gz")
}

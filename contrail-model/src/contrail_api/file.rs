//! Files with objects of Contrail: JSON, gzip, tar, and folders of them.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::Import;
use super::error::ImportError;

/// As many bytes as are read of a file, unpacked. The largest dumps of real clusters have some hundred million.
const LARGEST: u64 = 4 << 30;

/// The first bytes of a gzip file (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Import {
    /// Reads a file of JSON in any form, as it is or packed by gzip; a tar archive of such files, packed or not; or a folder
    /// with all that is in it, in the order of the names. In folders files that do not end in `.json`,
    /// `.json.gz`, `.tar`, `.tar.gz` or `.tgz` are passed over, and in archives those that do not end in `.json` or
    /// `.json.gz`.
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
        let mut file = unpacked(file).map_err(|error| ImportError::of_file(name, &error))?;
        if is_tar(name) { self.read_tar(name, &mut file) } else { self.read_text(name, &mut file) }
    }

    fn read_text(&mut self, name: &str, from: &mut dyn Read) -> Result<(), ImportError> {
        let failed = |error| ImportError::of_file(name, &error);
        let mut bytes = Vec::new();
        let read = from.read_to_end(&mut bytes).map_err(failed)?;
        if u64::try_from(read).is_ok_and(|read| read >= LARGEST) {
            return Err(ImportError::of_file(name, &format!("more than {LARGEST} bytes, unpacked")));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            ImportError::of_file(name, &format!("byte {at}: not UTF-8"))
        })?;
        self.read_json(name, &text)
    }

    fn read_tar(&mut self, name: &str, from: &mut dyn Read) -> Result<(), ImportError> {
        let failed = |error| ImportError::of_file(name, &error);
        let mut archive = tar::Archive::new(from);
        for entry in archive.entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            let path = entry.path().map_err(failed)?.display().to_string();
            if entry.header().entry_type().is_file() && is_wanted(Path::new(&path)) && !is_tar(&path) {
                let mut file = unpacked(&mut entry).map_err(failed)?;
                self.read_text(&format!("{name}:{path}"), &mut file)?;
            }
        }
        Ok(())
    }
}

/// What is in a file, which may be packed by gzip, up to [`LARGEST`].
fn unpacked<'f>(file: &'f mut dyn Read) -> io::Result<Box<dyn Read + 'f>> {
    let mut start = Vec::new();
    file.take(2).read_to_end(&mut start)?;
    let is_packed = start == GZIP;
    let whole = BufReader::new(io::Cursor::new(start).chain(file));
    Ok(if is_packed {
        Box::new(MultiGzDecoder::new(whole).take(LARGEST))
    } else {
        Box::new(whole.take(LARGEST))
    })
}

fn is_tar(name: &str) -> bool {
    [".tar", ".tar.gz", ".tgz"].iter().any(|end| name.ends_with(end))
}

/// Whether a file in a folder or archive is read.
fn is_wanted(path: &Path) -> bool {
    let name = path.to_string_lossy();
    is_tar(&name) || name.ends_with(".json") || name.ends_with(".json.gz")
}

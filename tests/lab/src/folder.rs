//! The folder a world lives in: settings, secrets, database, logs and what the fakes remember.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Only the owner may look.
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_FOLDER: u32 = 0o700;

/// A folder, and whether it goes when the lab goes.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Folder {
    /// The named folder, made if it is not there; a temporary one if none is named.
    pub fn open(named: Option<&Path>) -> io::Result<Self> {
        let (path, temporary) = if let Some(path) = named {
            DirBuilder::new().recursive(true).mode(PRIVATE_FOLDER).create(path)?;
            // The gateway is another process: it must find the folder from anywhere.
            (path.canonicalize()?, None)
        } else {
            let folder = tempfile::Builder::new().prefix("doorward-lab-").tempdir()?;
            (folder.path().to_owned(), Some(folder))
        };
        for inner in ["secrets", "state"] {
            DirBuilder::new()
                .recursive(true)
                .mode(PRIVATE_FOLDER)
                .create(path.join(inner))?;
        }
        Ok(Self { path, temporary })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its world shall outlive the lab.
    pub fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What a file in it says; nothing if it is not there.
    pub fn read(&self, name: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.file(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file whole or not at all, readable by the owner only.
    pub fn write(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        write(&self.path, name, content)
    }
}

/// Writes a file in a folder whole or not at all, readable by the owner only.
pub(crate) fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<PathBuf> {
    let (target, beside) = (folder.join(name), folder.join(format!("{name}.new")));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(PRIVATE_FILE);
    let mut file = options.open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, &target)?;
    Ok(target)
}

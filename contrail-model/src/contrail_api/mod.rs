//! Objects of Contrail's config API to a [`Document`], and back.
//!
//! Nobody writes a fabric of 200 leaves by hand. What the config API answers, or a dump of its database, is read in any mix
//! of forms; what Contrail does not know (the services, their hosts' routes, the required flows) comes from a small
//! document that is laid over it.
//!
//! ```
//! use contrail_model::contrail_api::Import;
//! # let objects = r#"{"virtual-networks": [{"virtual-network": {"fq_name": ["default-domain", "admin", "octavia"],
//! #     "virtual_network_network_id": 5}}]}"#;
//!
//! let mut import = Import::new();
//! import.read_json("virtual-networks", objects)?; // or `read_path` a file, a folder, an archive
//! let mut imported = import.finish();
//! imported.lay_over("fabric: dc1\nnetworks: [{name: octavia, vni: 5001}]")?; // what Contrail does not know
//! for finding in &imported.findings {
//!     println!("{finding}"); // what leads nowhere, with both ends; what is missing, by name
//! }
//! println!("{}", imported.tally); // how many of each type, and what was passed over
//! let fabric = contrail_model::Fabric::from_document(&imported.document)?;
//! # assert_eq!(imported.document.networks[0].vni, Some(5001));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Types, fields and their quirks are those of tf-api-client's schema and of what its servers answer.

mod dump;
mod error;
mod export;
mod file;
mod import;
pub(crate) mod naming;
mod object;
mod overlay;
mod read;
mod tally;

use std::fmt;

pub use self::error::ImportError;
pub use self::export::Export;
use self::object::Objects;
use self::read::Reader;
pub use self::tally::Tally;
use crate::document::{Document, Server, Workload};

/// Objects of Contrail that are being read.
#[derive(Debug, Default)]
pub struct Import {
    objects: Objects,
    tally: Tally,
}

/// What was imported.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The fabric as far as it is known, without what is incomplete.
    pub document: Document,
    /// What leads nowhere or is missing. None of it keeps the rest from being read.
    pub findings: Vec<ImportFinding>,
    /// What was read and what was passed over.
    pub tally: Tally,
    /// Servers of which nothing says where they are attached, and workloads on them.
    incomplete: (Vec<Server>, Vec<Workload>),
}

/// Something among the objects that leads nowhere, or is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportFinding {
    /// The object, `logical-router default-domain:admin:octavia`.
    pub object: String,
    /// What is wrong with it, with the field that says so.
    pub message: String,
}

impl fmt::Display for ImportFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.message)
    }
}

impl Import {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads objects from JSON in any form: one object with or without its envelope, a list of names or of objects, a list
    /// of any of these, several values one behind the other, or a dump of the database.
    ///
    /// Errors name `name`, what the text is called. What was read before an error stays read.
    pub fn read_json(&mut self, name: &str, text: &str) -> Result<(), ImportError> {
        Reader::new(&mut self.objects, &mut self.tally, name, text).read()
    }

    /// What all that was read makes together.
    pub fn finish(mut self) -> Imported {
        self.tally.repeated += self.objects.drop_repeated();
        self.objects.sort();
        import::import(&self.objects, self.tally)
    }
}

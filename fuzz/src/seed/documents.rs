//! The example documents, and what they are in other forms.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, io};

use contrail_model::contrail_api::Export;
use contrail_model::document::Document;
use contrail_model::{Fabric, Trace};

use super::{Seeds, recordings};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &str) -> io::Result<Seeds> {
    let mut files = Vec::new();
    for file in fs::read_dir(project().join(folder))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push((name, fs::read(path)?));
    }
    files.sort();
    Ok(files)
}

/// The example documents as they are written.
pub fn yaml_documents() -> Seeds {
    files("examples/fabrics").expect("the examples are beside this crate")
}

fn documents() -> Vec<(String, Document)> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let text = String::from_utf8(bytes).expect("an example is text");
        (name, Document::from_yaml(&text).expect("an example can be read"))
    };
    yaml_documents().into_iter().map(read).collect()
}

/// The same in JSON.
pub fn json_documents() -> Seeds {
    let json = |(name, document)| (name, serde_json::to_vec(&document).expect("a document is JSON"));
    documents().into_iter().map(json).collect()
}

/// Each with what its best plan changes.
pub fn overlays() -> Seeds {
    let with_patch = |((name, text), (_, document)): ((String, Vec<u8>), (String, Document))| {
        let fabric = Fabric::from_document(&document).expect("an example is a fabric");
        let patch = fabric.plan().best().map(|best| best.procedure(&fabric).patch).unwrap_or_default();
        (name, [&text[..], &[0], patch.as_bytes()].concat())
    };
    yaml_documents().into_iter().zip(documents()).map(with_patch).collect()
}

/// Each as what Contrail tells of it: lists of objects, and a dump of the database.
pub fn imports() -> Seeds {
    let told = |(name, document): (String, Document)| {
        let export = Export::new(&document);
        let lists = export.lists().into_iter();
        let lists = lists.map(|(of, list)| (format!("{name}-{of}"), list.to_string().into_bytes()));
        let dump = (format!("{name}-dump"), export.database_dump().to_string().into_bytes());
        lists.chain([dump]).collect::<Seeds>()
    };
    documents().into_iter().flat_map(told).collect()
}

/// What route reflectors print of the routes of an example, and recordings.
pub fn observations() -> Seeds {
    let printed = files("contrail-model/tests/it/observed").expect("the tests are beside this crate");
    let junos = include_bytes!("junos.json").to_vec();
    printed.into_iter().chain([("junos.json".to_owned(), junos)]).chain(recordings()).collect()
}

static OCTAVIA: LazyLock<Document> = LazyLock::new(|| {
    let octavia = documents().into_iter().find(|(name, _)| name == "octavia.yaml");
    octavia.map(|(_, document)| document).expect("it is an example")
});

static FABRIC: LazyLock<Fabric> = LazyLock::new(|| {
    let fabric = Fabric::from_document(&OCTAVIA).expect("it is a fabric");
    fabric.plan().best().expect("it has a plan").apply(&fabric)
});

static TRACES: LazyLock<Vec<Trace>> = LazyLock::new(|| FABRIC.trace_required());

/// A fabric of which all required flows work.
pub fn fabric() -> &'static Fabric {
    &FABRIC
}

/// Their traces.
pub fn traces() -> &'static [Trace] {
    &TRACES
}

/// What its flows can begin and end at.
pub fn ends() -> Vec<String> {
    let servers = OCTAVIA.servers.iter().map(|server| server.name.clone());
    let workloads = OCTAVIA.workloads.iter().map(|workload| workload.name.clone());
    servers.chain(workloads).chain(["octavia-worker".to_owned(), "nobody".to_owned()]).collect()
}

//! Draws a fabric.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use contrail_examples::program::{self, Stop};
use contrail_model::Fabric;
use contrail_model::diagram::{Diagram, Layers};
use lexopt::{Arg, Parser, ValueExt};

const USAGE: &str = "\
usage: diagram [OPTIONS] FABRIC

Draws the fabric of a YAML or JSON document.

  --as FORM            svg (default), mermaid, dot for Graphviz, or drawio
  --show LAYERS        of underlay,port-groups,logical-routers,networks,subnets,
                       packets
                       those that are to be seen (default: all)
  --plan               where a logical router may be, and where not and why
  --planned            with the changes of the plan's best way made
  --trace N            the Nth required flow traced on it
  --help               print this

Exit status: 0 if the picture is written, 2 if not.
";

const LAYERS: [(&str, Layers); 6] = [
    ("underlay", Layers::UNDERLAY),
    ("port-groups", Layers::PORT_GROUPS),
    ("logical-routers", Layers::LOGICAL_ROUTERS),
    ("networks", Layers::NETWORKS),
    ("subnets", Layers::SUBNETS),
    ("packets", Layers::PACKETS),
];

fn main() -> ExitCode {
    program::ended("diagram", USAGE, run())
}

/// What is drawn.
enum Subject {
    Fabric,
    Plan,
    /// The required flow of this number.
    Trace(usize),
}

fn run() -> Result<(), Stop> {
    let (mut file, mut layers) = (None, Layers::all());
    let (mut subject, mut is_planned) = (Subject::Fabric, false);
    let [(_, mut form), ..] = Diagram::FORMS;
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("as") => form = arguments.value()?.parse_with(|name| named(&Diagram::FORMS, name))?,
            Arg::Long("show") => {
                let names = arguments.value()?;
                layers =
                    names.parse_with(|names| names.split(',').map(|name| named(&LAYERS, name)).collect())?;
            }
            Arg::Long("plan") => subject = Subject::Plan,
            Arg::Long("trace") => subject = Subject::Trace(arguments.value()?.parse()?),
            Arg::Long("planned") => is_planned = true,
            Arg::Long("help") | Arg::Short('h') => return Err(Stop::Help),
            Arg::Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Stop::Usage("no FABRIC is given".to_owned()))?;
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
    let mut fabric = Fabric::from_yaml(&text).map_err(|error| failed(&error))?;
    if is_planned {
        let plan = fabric.plan();
        let best = plan.best().ok_or_else(|| failed(&"no way works"))?;
        fabric = best.apply(&fabric);
    }
    let draw = |picture: Diagram<'_>| form(&picture.show(layers));
    let picture = match subject {
        Subject::Fabric => draw(fabric.diagram()),
        Subject::Plan => draw(fabric.plan().diagram(&fabric)),
        Subject::Trace(number) => {
            let traces = fabric.trace_required();
            let trace = number.checked_sub(1).and_then(|index| traces.get(index));
            let missing = format!("no required flow {number}, it has {}", traces.len());
            draw(trace.ok_or_else(|| failed(&missing))?.diagram())
        }
    };
    io::stdout().write_all(picture.as_bytes()).map_err(Stop::Output)
}

/// What is called so in a table.
fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Result<T, String> {
    let found = table.iter().find(|(known, _)| *known == name).map(|(_, what)| *what);
    found.ok_or_else(|| {
        let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        format!("`{name}` is none of {}", names.join(", "))
    })
}

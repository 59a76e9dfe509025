//! Captures on every link, in both directions.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use contrail_wire::EtherType;
use contrail_wire::capture::Reader;

use super::blueprint::Blueprint;
use super::namespaces::{Ground, Process, failed, inside};
use crate::program::Stop;

/// A frame that was seen on a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The link, named by a port that it is in or as a trace calls it.
    pub link: String,
    /// Who sent it there.
    pub from: String,
    /// Who received it.
    pub to: String,
    /// When, since 1970.
    pub at: Duration,
    /// With the tag of the VLAN that its veth stands for.
    pub bytes: Vec<u8>,
}

/// The captures that are going on.
pub(super) struct Captures(Vec<Running>);

/// What one end of a link sends.
struct Running {
    process: Process,
    file: PathBuf,
    link: String,
    vlan: Option<u16>,
    from: String,
    to: String,
}

impl Captures {
    pub(super) fn start(ground: &Ground, blueprint: &Blueprint) -> Result<Self, Stop> {
        let mut all = Vec::new();
        for wire in &blueprint.wires {
            let [one, other] = &wire.ends;
            for (end, peer) in [(one, other), (other, one)] {
                let file = ground.folder().join(format!("{}.pcap", all.len()));
                let mut command = inside(&end.namespace, "tcpdump");
                command.args([
                    "-i",
                    &end.interface,
                    "-Q",
                    "out",
                    "-U",
                    "--immediate-mode",
                    "-Z",
                    "root",
                    "-w",
                ]);
                let process = Process::start(command.arg(&file), &file.with_extension("log"))?;
                let (from, to) = (end.node.clone(), peer.node.clone());
                all.push(Running { process, file, link: wire.link.clone(), vlan: wire.vlan, from, to });
            }
        }
        let has_begun = |it: &Running| it.file.metadata().is_ok_and(|file| file.len() > 0);
        ground.wait("all captures", super::PATIENCE, || all.iter().all(has_begun))?;
        Ok(Self(all))
    }

    /// Ends them; all frames, in the order in which they were sent.
    pub(super) fn stop(self) -> Result<Vec<Captured>, Stop> {
        let mut captured = Vec::new();
        for Running { process, file, link, vlan, from, to } in self.0 {
            drop(process);
            let fail = |error: &dyn std::fmt::Display| failed(file.display(), error);
            let input = File::open(&file).map_err(|error| fail(&error))?;
            let mut reader = Reader::new(input).map_err(|error| fail(&error))?;
            // A last frame that is not written whole is none.
            while let Ok(Some(frame)) = reader.next_frame() {
                captured.push(Captured {
                    link: link.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    at: frame.timestamp.unwrap_or_default(),
                    bytes: tagged(frame.bytes, vlan),
                });
            }
        }
        captured.sort_by_key(|frame| frame.at);
        Ok(captured)
    }
}

/// A frame with the tag that it would have where VLANs share a cable.
fn tagged(frame: &[u8], vlan: Option<u16>) -> Vec<u8> {
    /// Both addresses.
    const IN_FRONT: usize = 12;
    match (vlan, frame.split_at_checked(IN_FRONT)) {
        (Some(vlan), Some((addresses, behind))) => {
            [addresses, &EtherType::VLAN.get().to_be_bytes(), &vlan.to_be_bytes(), behind].concat()
        }
        _ => frame.to_vec(),
    }
}

//! A trace as frames: the bytes on each link.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::time::Duration;

use contrail_wire::LinkType;
use contrail_wire::capture::{CaptureError, Writer};

use super::{PacketHeaders, Trace};
use crate::fabric::Name;

/// A packet of a trace as it is on a link.
#[derive(Clone, Debug)]
pub struct TraceFrame<'t> {
    /// The link, by its two ends.
    pub link: Name,
    /// Who sends it there.
    pub from: &'t Name,
    /// Who receives it.
    pub to: &'t Name,
    /// Which flow, which way and which hop.
    pub comment: String,
    /// The headers that the trace predicts.
    pub packet: PacketHeaders<'t>,
    /// The same as bytes.
    pub bytes: Vec<u8>,
}

impl Trace {
    /// The frames of all paths, out and back, in the order in which they are sent; what is the same on the same link
    /// is there once.
    pub fn frames(&self) -> Vec<TraceFrame<'_>> {
        let mut frames = Vec::new();
        let service = self.service();
        for (way, direction, from, to) in
            [(self.out(), "out", self.from(), self.to()), (self.back(), "back", self.to(), self.from())]
        {
            let mut seen = HashSet::new();
            for path in way.paths() {
                for (number, hop) in path.hops().enumerate() {
                    let Some(sent) = hop.sent() else { continue };
                    let (link, packet) = (sent.link(), sent.packet());
                    let bytes = packet.bytes();
                    if !seen.insert((link.clone(), sent.to(), bytes.clone())) {
                        continue;
                    }
                    let comment = format!("{from} to {to}, {service}, {direction}, hop {}", number + 1);
                    frames.push(TraceFrame { link, from: hop.node(), to: sent.to(), comment, packet, bytes });
                }
            }
        }
        frames
    }
}

/// Writes frames as pcapng: an interface for each link, a microsecond between frames, from 2021-01-25 on.
pub fn write_pcapng(frames: &[TraceFrame<'_>], output: impl Write) -> Result<(), CaptureError> {
    let mut writer = Writer::new(output)?;
    let mut interfaces = HashMap::new();
    for frame in frames {
        if !interfaces.contains_key(&frame.link) {
            interfaces.insert(&frame.link, writer.interface(&frame.link, LinkType::Ethernet)?);
        }
    }
    let mut time = Duration::from_secs(1_611_532_800);
    for frame in frames {
        if let Some(interface) = interfaces.get(&frame.link) {
            writer.frame(*interface, time, &frame.bytes, &frame.comment)?;
        }
        time += Duration::from_micros(1);
    }
    Ok(())
}

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
pub struct TraceFrame {
    /// The link, by its two ends.
    pub link: Name,
    /// Who sends it there.
    pub from: Name,
    /// Who receives it.
    pub to: Name,
    /// Which flow, which way and which hop.
    pub comment: String,
    /// The headers that the trace predicts.
    pub packet: PacketHeaders,
    /// The same as bytes.
    pub bytes: Vec<u8>,
}

impl Trace {
    /// The frames of all paths, out and back, in the order in which they are sent; what is the same on the same link
    /// is there once.
    pub fn frames(&self) -> Vec<TraceFrame> {
        let mut frames = Vec::new();
        for (way, direction, from, to) in
            [(&self.out, "out", &self.from, &self.to), (&self.back, "back", &self.to, &self.from)]
        {
            let mut seen = HashSet::new();
            for path in &way.paths {
                for (number, hop) in path.hops.iter().enumerate() {
                    let Some(sent) = &hop.sent else { continue };
                    let bytes = sent.packet.bytes();
                    if !seen.insert((&sent.link, &sent.to, bytes.clone())) {
                        continue;
                    }
                    let service = &self.service;
                    frames.push(TraceFrame {
                        link: sent.link.clone(),
                        from: hop.node.clone(),
                        to: sent.to.clone(),
                        comment: format!("{from} to {to}, {service}, {direction}, hop {}", number + 1),
                        packet: sent.packet.clone(),
                        bytes,
                    });
                }
            }
        }
        frames
    }
}

/// Writes frames as pcapng: an interface for each link, a microsecond between frames, from 2021-01-25 on.
pub fn write_pcapng(frames: &[TraceFrame], output: impl Write) -> Result<(), CaptureError> {
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

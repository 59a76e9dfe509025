//! A capture held against a trace: at which hop a frame was taken, and which of its fields are not as predicted.

use std::collections::{HashMap, HashSet};
use std::fmt;

use contrail_wire::{DecodeError, Decoded, Decoder, Header, Layer, LinkType, MacAddr, MplsPayload};

use super::Trace;
use super::comparison::{Difference, ExpectedHeader, Known, differences};
use crate::fabric::{Fabric, Name, VIRTUAL_GATEWAY, VROUTER_GATEWAY};

/// All packets of a trace, as a capture can show them.
#[derive(Clone, Debug)]
pub struct Expectation {
    frames: Vec<ExpectedFrame>,
}

#[derive(Clone, Debug)]
struct ExpectedFrame {
    headers: Vec<ExpectedHeader>,
    spot: Spot,
}

/// A place on a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spot {
    /// Whether it is on the way of the answer.
    pub is_answer: bool,
    /// On which of the way's paths, numbered from 1: equal-cost paths have hops in common.
    pub paths: Vec<usize>,
    /// Which hop of these sends it, numbered from 1.
    pub hop: usize,
    /// That hop.
    pub from: Name,
    /// Who receives it.
    pub to: Name,
    /// The link, by its two ends.
    pub link: Name,
}

/// Where a frame belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting {
    /// The places where such a frame is predicted or, if there are differences, those that come nearest to it: all
    /// that cannot be told apart. Never empty.
    pub spots: Vec<Spot>,
    /// What is not as predicted there.
    pub differences: Vec<Difference>,
    /// Why the frame could not be read to its end.
    pub error: Option<DecodeError>,
}

impl Sighting {
    /// Whether the frame is as predicted.
    pub const fn is_as_predicted(&self) -> bool {
        self.differences.is_empty() && self.error.is_none()
    }
}

impl Trace {
    /// What a capture can show of the flow.
    ///
    /// Which field is held against the trace how, [`Comparison`](super::Comparison) says. MAC addresses that the document does not give are
    /// left out, as those of a trace are made up then.
    ///
    /// ```
    /// use contrail_model::{Fabric, Flow};
    /// use contrail_model::trace::write_pcapng;
    /// use contrail_wire::capture::Reader;
    ///
    /// # let text = include_str!("../../../examples/fabrics/octavia.yaml");
    /// # let fabric = Fabric::from_yaml(text)?;
    /// # let fabric = fabric.plan().best().expect("there is a way").apply(&fabric);
    /// let trace = fabric.trace(&Flow::tcp("octavia-worker", "amphora-1", 9443))?;
    /// # let mut file = Vec::new();
    /// # write_pcapng(&trace.frames(), &mut file)?;
    /// let expectation = trace.expectation();
    /// let mut reader = Reader::new(&file[..])?; // a capture of anywhere in the fabric
    /// while let Some(frame) = reader.next_frame()? {
    ///     let Some(link) = frame.link() else { continue };
    ///     let sighting = expectation.locate(link, frame.bytes).expect("the trace has packets");
    ///     println!("{}: {sighting}", frame.number); // the hop, or the nearest and which fields differ
    ///     assert!(sighting.is_as_predicted());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expectation(&self) -> Expectation {
        self.expected(&Known::Document(self.fabric.known_macs()))
    }

    /// The same in a fabric that was made as the trace predicts, as a lab is: the MAC addresses that the document does not
    /// give are held against it too, and senders start to count routers down at 64.
    pub fn exact_expectation(&self) -> Expectation {
        self.expected(&Known::Everything)
    }

    fn expected(&self, known_of_fabric: &Known) -> Expectation {
        let mut frames: Vec<ExpectedFrame> = Vec::new();
        let mut known: HashMap<(bool, usize, Name, Name, Vec<u8>), usize> = HashMap::new();
        for (way, is_answer) in [(self.out(), false), (self.back(), true)] {
            for (path_number, path) in (1..).zip(way.paths()) {
                for (hop_number, hop) in (1..).zip(path.hops()) {
                    let Some(sent) = hop.sent() else { continue };
                    let (link, to, packet) = (sent.link(), sent.to().clone(), sent.packet());
                    let key = (is_answer, hop_number, link.clone(), to.clone(), packet.bytes());
                    if let Some(frame) = known.get(&key).and_then(|index| frames.get_mut(*index)) {
                        frame.spot.paths.push(path_number);
                        continue;
                    }
                    known.insert(key, frames.len());
                    let (from, paths) = (hop.node().clone(), vec![path_number]);
                    let spot = Spot { is_answer, paths, hop: hop_number, from, to, link };
                    frames
                        .push(ExpectedFrame { headers: ExpectedHeader::all(packet, known_of_fabric), spot });
                }
            }
        }
        Expectation { frames }
    }
}

impl Fabric {
    /// The MAC addresses that do not depend on what the model makes up.
    fn known_macs(&self) -> HashSet<MacAddr> {
        let servers = self.servers.iter().flat_map(|(_, server)| server.interfaces());
        let interfaces = servers.chain(self.workloads.iter().map(|(_, workload)| &workload.interface));
        let given = interfaces.filter(|interface| interface.mac_is_given).map(|interface| interface.mac);
        given.chain([VIRTUAL_GATEWAY, VROUTER_GATEWAY, MacAddr::BROADCAST]).collect()
    }
}

impl Expectation {
    /// The same for a capture on one link, named by a port that it is in, `leaf1:et-0/0/48`, or as in the trace; `None` if
    /// the flow should not be seen there.
    pub fn on(&self, link: &str) -> Option<Self> {
        let is_there = |frame: &&ExpectedFrame| {
            *frame.spot.link == *link || frame.spot.link.split(" - ").any(|end| end == link)
        };
        let frames: Vec<ExpectedFrame> = self.frames.iter().filter(is_there).cloned().collect();
        (!frames.is_empty()).then_some(Self { frames })
    }

    /// The places where something is predicted, in the order in which it is sent.
    pub fn spots(&self) -> impl Iterator<Item = &Spot> {
        self.frames.iter().map(|frame| &frame.spot)
    }

    /// Where a captured frame belongs; `None` if nothing is predicted anywhere.
    ///
    /// Of a frame that cannot be read to its end, or that the capture has cut, the headers that are there are used.
    pub fn locate(&self, link: LinkType, bytes: &[u8]) -> Option<Sighting> {
        let is_ethernet = link == LinkType::Ethernet;
        let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::Ip);
        let (found, error) = headers(&decoder, link, bytes);
        let is_left_out = |layer: Layer| !is_ethernet && is_link(layer);
        let found: Vec<Header<'_>> =
            found.into_iter().skip_while(|header| is_left_out(header.layer())).collect();
        let compared = self.frames.iter().map(|frame| {
            let expected = frame.headers.iter();
            let expected: Vec<&ExpectedHeader> =
                expected.skip_while(|header| is_left_out(header.layer)).collect();
            (&frame.spot, differences(&expected, &found))
        });
        let compared: Vec<_> = compared.collect();
        let (_, (differences, _)) = compared.iter().min_by_key(|(_, (_, distance))| *distance)?;
        let least = compared.iter().map(|(_, (_, distance))| *distance).min()?;
        let is_nearest =
            |other: &&(&Spot, (Vec<Difference>, _))| other.1.1 == least && other.1.0 == *differences;
        let spots = compared.iter().filter(is_nearest).map(|(spot, _)| (*spot).clone()).collect();
        Some(Sighting { spots, differences: differences.clone(), error })
    }
}

const fn is_link(layer: Layer) -> bool {
    matches!(layer, Layer::Ethernet | Layer::Vlan | Layer::LinuxSll)
}

/// The headers of a frame, from the outside in, as far as they can be read.
fn headers<'f>(
    decoder: &'f Decoder<'_>,
    link: LinkType,
    bytes: &'f [u8],
) -> (Vec<Header<'f>>, Option<DecodeError>) {
    // Whatever the capture has cut off: the headers are what counts.
    let original_length = bytes.len() + usize::from(u16::MAX);
    let mut headers = Vec::new();
    let mut level = Some(decoder.captured(link, bytes, original_length));
    while let Some(Decoded { packet, error }) = level {
        headers.extend(packet.headers().map(|(_, header)| header));
        if error.is_some() {
            return (headers, error);
        }
        level = packet.inner_decoded();
    }
    (headers, None)
}

impl fmt::Display for Spot {
    /// `out, path 1, hop 3, leaf1 to spine1 on leaf1:et-0/0/48 - spine1:et-0/0/0`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_answer, paths, hop, from, to, link } = self;
        f.write_str(if *is_answer { "back" } else { "out" })?;
        match paths.as_slice() {
            [path] => write!(f, ", path {path}")?,
            [first, .., last] => write!(f, ", {} paths from {first} to {last}", paths.len())?,
            [] => {}
        }
        write!(f, ", hop {hop}, {from} to {to} on {link}")
    }
}

impl fmt::Display for Sighting {
    /// The places, and what is not as predicted there, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, spot) in self.spots.iter().enumerate() {
            f.write_str(if index > 0 { ", or " } else { "" })?;
            fmt::Display::fmt(spot, f)?;
        }
        self.differences.iter().try_for_each(|difference| write!(f, "\n  {difference}"))?;
        self.error.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

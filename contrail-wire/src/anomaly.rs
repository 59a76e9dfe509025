//! What is odd about a packet that can be read all the same.

use core::fmt;

use crate::net::udp::UdpHeader;
use crate::tunnel::mpls::MplsEntry;
use crate::{Checksum, EtherType, FieldValue, Header, Label, Layer, Network, Packet, PayloadKind, Tunnel};

/// A field with a value that no sender should write, and that a receiver reads over.
///
/// Such a value is no error, and nothing looks for one unless it is asked to: [`Packet::anomalies`] looks at a level,
/// [`Header::anomalies`] at a header alone.
///
/// ```
/// use contrail_wire::Decoder;
/// # let mut frame = contrail_wire::doc::VXLAN_FRAME.to_vec();
/// frame[22] = 0x00; // the time to live of the outer IPv4 header
/// frame[49] = 0x07; // the last byte of the VXLAN header
///
/// let decoder = Decoder::new();
/// let mut found = Vec::new();
/// decoder.ethernet(&frame)?.anomalies(&mut |anomaly| found.push(anomaly.to_string()));
/// assert_eq!(found, [
///     "ipv4 at byte 14: time_to_live is 0, expected 1 to 255 (RFC 1122 3.2.1.7)",
///     "ipv4 at byte 14: header_checksum is 0x6374, expected 0xa374 (RFC 791 3.1)",
///     "vxlan at byte 42: reserved2 is 0x07, expected 0 (RFC 7348 5)",
/// ]);
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Anomaly {
    /// The header it is in.
    pub layer: Layer,
    /// Where that header starts, in bytes from the start of the outermost frame; for a trailer, its first byte that
    /// is not zero.
    pub offset: usize,
    /// The field: name as in the RFC's figure, in snake case.
    pub field: &'static str,
    /// What is there.
    pub found: FieldValue<'static>,
    /// What should be there.
    pub expected: FieldValue<'static>,
    /// Who says so.
    pub source: &'static str,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, offset, field, found, expected, source } = self;
        write!(f, "{layer} at byte {offset}: {field} is {found}, expected {expected} ({source})")
    }
}

/// Where a header puts its anomalies; see [`FixedHeader::anomalies`](crate::FixedHeader::anomalies).
pub struct AnomalyReport<'r> {
    pub(crate) layer: Layer,
    pub(crate) offset: usize,
    pub(crate) each: &'r mut dyn FnMut(Anomaly),
}

impl AnomalyReport<'_> {
    /// `field` is `found`, but `source` has a sender write `expected`.
    pub fn add(
        &mut self,
        field: &'static str,
        found: impl Into<FieldValue<'static>>,
        expected: impl Into<FieldValue<'static>>,
        source: &'static str,
    ) {
        let (layer, offset) = (self.layer, self.offset);
        (self.each)(Anomaly { layer, offset, field, found: found.into(), expected: expected.into(), source });
    }

    /// A number between the largest length and the smallest type is neither.
    pub(crate) fn ethertype(&mut self, ethertype: EtherType) {
        let number = ethertype.get();
        if (1501..0x0600).contains(&number) {
            let found = FieldValue::Hex(number.into(), 4);
            self.add("ethertype", found, "a length up to 1500 or a type from 0x0600", "IEEE 802.3 3.2.6");
        }
    }

    /// The checksum in `field` should be what the bytes add up to.
    pub(crate) fn checksum(&mut self, field: &'static str, verified: Checksum, source: &'static str) {
        if let Checksum::Wrong { found, expected } = verified {
            let [found, expected] = [found, expected].map(|sum| FieldValue::Hex(sum.into(), 4));
            self.add(field, found, expected, source);
        }
    }

    /// The `bits` of `field` should all be 0; shown with so many hex `digits`.
    pub fn reserved(
        &mut self,
        field: &'static str,
        bits: impl Into<u64>,
        digits: usize,
        source: &'static str,
    ) {
        let bits = bits.into();
        if bits != 0 {
            self.add(field, FieldValue::Hex(bits, digits), "0", source);
        }
    }
}

impl fmt::Debug for AnomalyReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnomalyReport").field("layer", &self.layer).finish_non_exhaustive()
    }
}

impl Packet<'_> {
    /// Reports what is odd about this level: fields that should be otherwise, headers that contradict each other, wrong
    /// checksums, bytes behind the packet that are no padding. For the checksums, the payload is read.
    ///
    /// A UDP checksum of 0 is odd over IPv6, except for VXLAN (RFC 7348 5).
    pub fn anomalies(&self, each: &mut dyn FnMut(Anomaly)) {
        let mut link = (Layer::Ethernet, self.offset());
        let mut label = None;
        let says_length = self.ipv6().is_some_and(|ip| ip.header.payload_length.get() != 0);
        for (offset, header) in self.headers() {
            header.anomalies(offset, each);
            let report = &mut AnomalyReport { layer: header.layer(), offset, each };
            match header {
                Header::Ethernet(_) | Header::Vlan(_) => link = (header.layer(), offset),
                Header::Ipv6Extension(extension) => {
                    if let Some(length) = extension.jumbo_payload().filter(|_| says_length) {
                        let expected = "no such option, as the payload length is not 0";
                        report.add("jumbo_payload_length", length, expected, "RFC 2675 3");
                    }
                }
                Header::Udp(udp) => self.odd_udp(&udp, report),
                Header::Tcp(..) => report.checksum("checksum", self.transport_checksum(), "RFC 9293 3.1"),
                Header::Icmp(_) => report.checksum("checksum", self.transport_checksum(), "RFC 792"),
                Header::Icmpv6(_) => report.checksum("checksum", self.transport_checksum(), "RFC 4443 2.3"),
                Header::Gre(..) => report.checksum("checksum", self.tunnel_checksum(), "RFC 2784 2.5"),
                Header::Mpls(entry) => {
                    self.odd_entry(&entry, label, report);
                    label = Some(entry.label());
                }
                _ => {}
            }
        }
        self.odd_trailer(link, each);
    }

    fn odd_udp(&self, udp: &UdpHeader, report: &mut AnomalyReport<'_>) {
        report.checksum("checksum", self.transport_checksum(), "RFC 768");
        let (network_length, is_fragment) = match self.network() {
            Network::Ipv4(ip) => {
                let payload =
                    usize::from(ip.header.total_length.get()).checked_sub(ip.header.header_length());
                (payload, ip.is_fragment())
            }
            Network::Ipv6(ip) => {
                if udp.checksum.get() == 0
                    && !matches!(self.tunnel(), Some(Tunnel::Vxlan(_) | Tunnel::VxlanGpe(_)))
                {
                    report.add("checksum", FieldValue::Hex(0, 4), "one, as IPv6 has none", "RFC 8200 8.1");
                }
                let payload = usize::from(ip.header.payload_length.get()).checked_sub(ip.extensions.len());
                (payload, ip.is_fragment)
            }
            _ => (None, false),
        };
        if let Some(length) =
            network_length.filter(|length| !is_fragment && usize::from(udp.length.get()) < *length)
            && let Ok(length) = u16::try_from(length)
        {
            report.add("length", udp.length.get(), length, "RFC 768");
        }
    }

    /// `above` is the label on top of the entry.
    fn odd_entry(&self, entry: &MplsEntry, above: Option<Label>, report: &mut AnomalyReport<'_>) {
        match (entry.ttl, above == Some(Label::ENTROPY_INDICATOR)) {
            (0, false) => report.add("ttl", 0u8, "1 to 255", "RFC 3032 2.4"),
            (1.., true) => report.add("ttl", entry.ttl, "0 with an entropy label", "RFC 6790 4.2"),
            _ => {}
        }
        let carried = match entry.label() {
            Label::IPV4_EXPLICIT_NULL => 4,
            Label::IPV6_EXPLICIT_NULL => 6,
            _ => return,
        };
        let version = match self.control_word() {
            Some(_) => Some(0),
            None => self.payload().first().map(|first| first >> 4),
        };
        if entry.is_bottom() && version.is_some_and(|version| version != carried) {
            let expected = if carried == 4 { "IPv4 behind it" } else { "IPv6 behind it" };
            report.add("label", entry.label().get(), expected, "RFC 3032 2.1");
        }
    }

    /// `link` is the header in which the length of an IEEE 802.3 frame stands.
    fn odd_trailer(&self, (layer, offset): (Layer, usize), each: &mut dyn FnMut(Anomaly)) {
        /// The shortest frame without its check sequence; up to here there is padding.
        const SHORTEST: usize = 60;
        let trailer = self.trailer();
        let trailer_at = self.payload_offset() + self.payload().len();
        let is_padded = trailer_at + trailer.len() - self.offset() <= SHORTEST;
        if self.payload_kind() == PayloadKind::Llc && !trailer.is_empty() && !is_padded {
            let report = &mut AnomalyReport { layer, offset, each };
            let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
            let (said, there) = (self.payload().len(), self.payload().len() + trailer.len());
            report.add("ethertype", length(said), length(there), "IEEE 802.3 3.2.6");
        }
        if let Some((at, byte)) = trailer.iter().enumerate().find(|(_, byte)| **byte != 0) {
            let layer = self.headers().next().map_or(layer, |(_, header)| header.layer());
            let report = &mut AnomalyReport { layer, offset: trailer_at + at, each };
            report.add("trailer", FieldValue::Hex((*byte).into(), 2), "0", "RFC 1042");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Decoder, doc};

    #[test]
    fn nothing_is_odd_about_the_frame_in_the_examples() {
        let decoder = Decoder::new();
        for level in decoder.ethernet(doc::VXLAN_FRAME).unwrap().levels() {
            level.unwrap().anomalies(&mut |anomaly| panic!("{anomaly}"));
        }
    }
}

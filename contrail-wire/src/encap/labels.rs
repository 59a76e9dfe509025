use zerocopy::FromBytes;

use super::Carried;
use super::policy::TrafficClass;
use crate::tunnel::mpls::{ControlWord, MplsEntry};
use crate::{EncodeError, FixedHeader, Label, MplsPayload, ValueError};

/// The label stack of a tunnel, and what stands behind it.
///
/// ```
/// use contrail_wire::{Encapsulation, Label, Labels, MplsPayload};
/// let (transport, service) = (Label::new(16).unwrap(), Label::new(299_776).unwrap());
/// let pseudowire = Labels::new(&[transport, service])?.payload(MplsPayload::EthernetWithControlWord);
/// let tunnel = Encapsulation::mpls_over_udp(pseudowire).ipv4([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
/// assert_eq!(tunnel.overhead(), 20 + 8 + 2 * 4 + 4);
/// // One label in front of an IP packet needs no more than the label.
/// let vpn = Encapsulation::mpls_over_gre(service);
/// # let _ = vpn;
/// # Ok::<(), contrail_wire::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// TTL and traffic class are 0: they are the policy's.
    entries: [MplsEntry; Self::MAX_DEPTH],
    depth: usize,
    payload: MplsPayload,
}

impl Labels {
    /// The most entries of a stack.
    pub const MAX_DEPTH: usize = 8;

    /// These labels, the outermost first, in front of an IP packet. Refused if there is none, or more than
    /// [`MAX_DEPTH`](Self::MAX_DEPTH).
    pub fn new(labels: &[Label]) -> Result<Self, ValueError> {
        let mut entries = [MplsEntry::default(); Self::MAX_DEPTH];
        let (Some((bottom, above)), true) = (labels.split_last(), labels.len() <= entries.len()) else {
            let found = u32::try_from(labels.len()).unwrap_or(u32::MAX);
            return Err(ValueError::OutOfRange { what: "depth of a label stack", found, min: 1, max: 8 });
        };
        let stack = above.iter().map(|label| MplsEntry::inner(*label)).chain([MplsEntry::bottom(*bottom)]);
        for (entry, label) in entries.iter_mut().zip(stack) {
            *entry = MplsEntry { ttl: 0, ..label };
        }
        Ok(Self { entries, depth: labels.len(), payload: MplsPayload::Ip })
    }

    /// What stands behind the stack, which whoever assigned the bottom label knows: it is looked into for the flow, and
    /// [`MplsPayload::EthernetWithControlWord`] has a control word of zeros written in front of it (RFC 4448
    /// section 4.6: the frames are not numbered). A vRouter has none unless it is configured to.
    #[must_use]
    pub const fn payload(self, payload: MplsPayload) -> Self {
        Self { payload, ..self }
    }

    pub(super) const fn carried(&self) -> Carried {
        match self.payload {
            MplsPayload::Ethernet | MplsPayload::EthernetWithControlWord => Carried::Ethernet,
            MplsPayload::Opaque => Carried::Opaque,
            _ => Carried::Ip,
        }
    }

    pub(super) fn encode<'b>(
        &self,
        class: TrafficClass,
        ttl: u8,
        mut rest: &'b mut [u8],
    ) -> Result<&'b mut [u8], EncodeError> {
        for entry in self.entries.iter().take(self.depth) {
            rest = marked(*entry, class, ttl).encode(rest)?;
        }
        if self.payload == MplsPayload::EthernetWithControlWord {
            rest = ControlWord::default().encode(rest)?;
        }
        Ok(rest)
    }

    /// Changes traffic class and TTL of the stack at the start of `written`.
    pub(super) fn mark(&self, class: TrafficClass, ttl: u8, written: &mut [u8]) {
        let stack = <[MplsEntry]>::mut_from_prefix_with_elems(written, self.depth);
        for entry in stack.map_or(&mut [][..], |(stack, _)| stack) {
            *entry = marked(*entry, class, ttl);
        }
    }
}

const fn marked(entry: MplsEntry, class: TrafficClass, ttl: u8) -> MplsEntry {
    let [a, b, last] = entry.label_class_bottom;
    MplsEntry { label_class_bottom: [a, b, last & 0xf1 | class.get() << 1], ttl }
}

impl From<Label> for Labels {
    /// A single label in front of an IP packet.
    fn from(label: Label) -> Self {
        let mut entries = [MplsEntry::default(); Self::MAX_DEPTH];
        let [first, ..] = &mut entries;
        *first = MplsEntry { ttl: 0, ..MplsEntry::bottom(label) };
        Self { entries, depth: 1, payload: MplsPayload::Ip }
    }
}

//! VXLAN ([RFC 7348](https://www.rfc-editor.org/rfc/rfc7348)), and the other readings of its 8 bytes: with a group
//! policy ([draft-smith-vxlan-group-policy](https://datatracker.ietf.org/doc/html/draft-smith-vxlan-group-policy-05))
//! and with a next protocol
//! ([draft-ietf-nvo3-vxlan-gpe](https://datatracker.ietf.org/doc/html/draft-ietf-nvo3-vxlan-gpe-13)).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |R|R|R|R|I|R|R|R|            Reserved                           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                VXLAN Network Identifier (VNI) |   Reserved    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Refused: a header without the I flag, whose VNI is not valid; with a next protocol also a version other than 0.
//! Tolerated: all reserved bits, which a receiver ignores (section 5), and VNI 0; they are kept and shown. A source
//! port of 4789 makes no VXLAN.
//!
//! A group policy is announced by the G flag: [`VxlanHeader::gbp`]. A next protocol comes by a port of its own, 4790:
//! [`VxlanGpeHeader`], which [`Decoder::vxlan_ports`](crate::Decoder::vxlan_ports) has to name. The two extensions use the same bytes for different things, so that a header with both G and P
//! is an [anomaly](crate::Anomaly); which reading holds is up to the port.
//!
//! ```
//! use contrail_wire::tunnel::vxlan::VxlanHeader;
//! use contrail_wire::{FixedHeader, Vni};
//!
//! let mut bytes = [0x88, 0x08, 0x00, 0x2a, 0, 0x13, 0x89, 0];
//! let (header, _) = VxlanHeader::decode_mut(&mut bytes)?;
//! assert_eq!(header.vni.get(), 5001);
//! let policy = header.gbp().unwrap();
//! assert_eq!((policy.group_policy_id.get(), policy.is_applied(), policy.dont_learn()), (42, true, false));
//!
//! header.vni = Vni::new(5002).unwrap();
//! let mut buffer = [0xa5; 8];
//! header.encode(&mut buffer).unwrap();
//! assert_eq!(buffer, [0x88, 0x08, 0x00, 0x2a, 0, 0x13, 0x8a, 0]);
//! # Ok::<(), contrail_wire::DecodeError>(())
//! ```

use core::fmt;

use zerocopy::network_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned, transmute, transmute_ref};

use crate::{AnomalyReport, DecodeError, FieldValue, FixedHeader, Layer, Vni};

/// The first octet of the header.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct VxlanFlags(u8);

bitflags::bitflags! {
    impl VxlanFlags: u8 {
        /// I: the VNI is valid. Must be set.
        const VNI_VALID = 0x08;
        /// G: a group policy stands where RFC 7348 has reserved bits.
        const GROUP_POLICY = 0x80;
        /// P, on port 4790: a next protocol stands there.
        const NEXT_PROTOCOL = 0x04;
        /// B, on port 4790: the sender replicated a broadcast, an unknown unicast or a multicast.
        const REPLICATED = 0x02;
        /// O, on port 4790: a packet of operations and maintenance.
        const OPERATIONS = 0x01;
        /// Reserved where there is no extension; a receiver ignores them.
        const RESERVED = 0xf7;
    }
}

impl VxlanFlags {
    #[inline(always)]
    fn validate(self, offset: usize) -> Result<(), DecodeError> {
        if self.contains(Self::VNI_VALID) {
            return Ok(());
        }
        let found = self.bits().into();
        Err(DecodeError::field(Layer::Vxlan, offset, "flags", found, "the I flag, 0x08 (RFC 7348 5)"))
    }
}

/// The VXLAN header; see the [module](self).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct VxlanHeader {
    /// The I flag and seven reserved bits.
    pub flags: VxlanFlags,
    /// Sent as zero, ignored on receipt.
    pub reserved1: [u8; 3],
    /// Which network the inner frame belongs to.
    pub vni: Vni,
    /// Sent as zero, ignored on receipt.
    pub reserved2: u8,
}

impl VxlanHeader {
    /// The header for this network.
    pub const fn new(vni: Vni) -> Self {
        Self { flags: VxlanFlags::VNI_VALID, reserved1: [0; 3], vni, reserved2: 0 }
    }

    /// The same bytes with their group policy, if the G flag announces one.
    pub fn gbp(&self) -> Option<&VxlanGbpHeader> {
        self.flags.contains(VxlanFlags::GROUP_POLICY).then(|| transmute_ref!(self))
    }

    /// The same bytes as they are read on port 4790.
    pub fn gpe(&self) -> &VxlanGpeHeader {
        transmute_ref!(self)
    }
}

impl FixedHeader for VxlanHeader {
    const LAYER: Layer = Layer::Vxlan;

    #[inline(always)]
    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        self.flags.validate(offset)
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("flags", FieldValue::Hex(self.flags.bits().into(), 2));
        visit("reserved1", FieldValue::Bytes(&self.reserved1));
        visit("vni", self.vni.get().into());
        visit("reserved2", self.reserved2.into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        const SOURCE: &str = "RFC 7348 5";
        if let Some(policy) = self.gbp() {
            return policy.anomalies(report);
        }
        let [a, b, c] = self.reserved1;
        report.reserved("flags", (self.flags & VxlanFlags::RESERVED).bits(), 2, SOURCE);
        report.reserved("reserved1", u32::from_be_bytes([0, a, b, c]), 6, SOURCE);
        report.reserved("reserved2", self.reserved2, 2, SOURCE);
    }
}

/// The VXLAN header with a group policy, from [`VxlanHeader::gbp`].
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |G|R|R|R|I|R|R|R|R|D|R|R|A|R|R|R|        Group Policy ID        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                VXLAN Network Identifier (VNI) |   Reserved    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Refused where it is decoded by itself: a header without the G flag or without the I flag. Tolerated: reserved bits.
///
/// ```
/// use contrail_wire::tunnel::vxlan::{VxlanGbpHeader, VxlanHeader};
/// use contrail_wire::{FixedHeader, Vni};
///
/// let header = VxlanHeader::from(VxlanGbpHeader::new(Vni::new(5001).unwrap(), 42));
/// let mut buffer = [0xa5; 8];
/// header.encode(&mut buffer).unwrap();
/// assert_eq!(buffer, [0x88, 0, 0, 42, 0, 0x13, 0x89, 0]);
/// assert_eq!(VxlanGbpHeader::decode(&buffer)?.0.group_policy_id.get(), 42);
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct VxlanGbpHeader {
    /// The flags G and I, and six reserved bits.
    pub flags: VxlanFlags,
    /// The flags D and A, and six reserved bits.
    pub policy_flags: u8,
    /// The group of the sender.
    pub group_policy_id: U16,
    /// Which network the inner frame belongs to.
    pub vni: Vni,
    /// Sent as zero, ignored on receipt.
    pub reserved: u8,
}

impl VxlanGbpHeader {
    /// D: the receiver learns no address from the inner frame.
    pub const DONT_LEARN: u8 = 0x40;
    /// A: the policy has been applied, and is not applied again.
    pub const APPLIED: u8 = 0x08;

    /// The header for this network and group.
    pub const fn new(vni: Vni, group_policy_id: u16) -> Self {
        let flags = VxlanFlags::VNI_VALID.union(VxlanFlags::GROUP_POLICY);
        Self { flags, policy_flags: 0, group_policy_id: U16::new(group_policy_id), vni, reserved: 0 }
    }

    /// Whether the D flag is set.
    pub const fn dont_learn(&self) -> bool {
        self.policy_flags & Self::DONT_LEARN != 0
    }

    /// Whether the A flag is set.
    pub const fn is_applied(&self) -> bool {
        self.policy_flags & Self::APPLIED != 0
    }
}

impl From<VxlanGbpHeader> for VxlanHeader {
    /// The same bytes.
    fn from(header: VxlanGbpHeader) -> Self {
        transmute!(header)
    }
}

impl FixedHeader for VxlanGbpHeader {
    const LAYER: Layer = Layer::Vxlan;

    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        self.flags.validate(offset)?;
        if !self.flags.contains(VxlanFlags::GROUP_POLICY) {
            let (found, expected) = (self.flags.bits().into(), "the G flag, 0x80 (VXLAN group policy 2.1)");
            return Err(DecodeError::field(Layer::Vxlan, offset, "flags", found, expected));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("flags", FieldValue::Hex(self.flags.bits().into(), 2));
        visit("policy_flags", FieldValue::Hex(self.policy_flags.into(), 2));
        visit("group_policy_id", self.group_policy_id.get().into());
        visit("vni", self.vni.get().into());
        visit("reserved", self.reserved.into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        const SOURCE: &str = "VXLAN group policy 2.1";
        let mut reserved = self.flags & (VxlanFlags::RESERVED - VxlanFlags::GROUP_POLICY);
        if reserved.contains(VxlanFlags::NEXT_PROTOCOL) {
            let found = FieldValue::Hex(self.flags.bits().into(), 2);
            report.add("flags", found, "G or P, not both", SOURCE);
            reserved -= VxlanFlags::NEXT_PROTOCOL;
        }
        report.reserved("flags", reserved.bits(), 2, SOURCE);
        report.reserved("policy_flags", self.policy_flags & !(Self::DONT_LEARN | Self::APPLIED), 2, SOURCE);
        report.reserved("reserved", self.reserved, 2, SOURCE);
    }
}

/// What follows a [`VxlanGpeHeader`]; numbers of the draft's section 3.2.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct NextProtocol(pub u8);

impl NextProtocol {
    /// IPv4.
    pub const IPV4: Self = Self(1);
    /// IPv6.
    pub const IPV6: Self = Self(2);
    /// Ethernet.
    pub const ETHERNET: Self = Self(3);
    /// Network service header (RFC 8300).
    pub const NSH: Self = Self(4);
    /// MPLS, as the drafts up to version 4 number it.
    pub const MPLS: Self = Self(5);
}

impl fmt::Debug for NextProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::IPV4 => f.write_str("ipv4"),
            Self::IPV6 => f.write_str("ipv6"),
            Self::ETHERNET => f.write_str("ethernet"),
            Self::NSH => f.write_str("nsh"),
            Self::MPLS => f.write_str("mpls"),
            Self(number) => fmt::Display::fmt(&number, f),
        }
    }
}

/// The VXLAN header with a next protocol, as it stands behind UDP port 4790.
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |R|R|Ver|I|P|B|O|       Reserved                |Next Protocol  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                VXLAN Network Identifier (VNI) |   Reserved    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Refused: a header without the I flag, a version other than 0. Tolerated: all else, and any next protocol: behind
/// another than IPv4, IPv6 and Ethernet stands payload.
///
/// ```
/// use contrail_wire::tunnel::vxlan::{NextProtocol, VxlanGpeHeader};
/// use contrail_wire::{FixedHeader, Vni};
///
/// let header = VxlanGpeHeader::new(Vni::new(5001).unwrap(), NextProtocol::IPV4);
/// let mut buffer = [0xa5; 8];
/// header.encode(&mut buffer).unwrap();
/// assert_eq!(buffer, [0x0c, 0, 0, 1, 0, 0x13, 0x89, 0]);
/// assert_eq!(VxlanGpeHeader::decode(&buffer)?.0.payload(), NextProtocol::IPV4);
/// # Ok::<(), contrail_wire::DecodeError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct VxlanGpeHeader {
    /// Two reserved bits, two of version, the flags I, P, B and O.
    pub flags: VxlanFlags,
    /// Sent as zero, ignored on receipt.
    pub reserved1: U16,
    /// What follows, if the P flag is set.
    pub next_protocol: NextProtocol,
    /// Which network the payload belongs to.
    pub vni: Vni,
    /// Sent as zero, ignored on receipt.
    pub reserved2: u8,
}

impl VxlanGpeHeader {
    const RESERVED: u8 = 0xc0;
    pub(crate) const VERSION: VxlanFlags = VxlanFlags::from_bits_retain(0x30);

    /// The header for this network and payload.
    pub const fn new(vni: Vni, next_protocol: NextProtocol) -> Self {
        let flags = VxlanFlags::VNI_VALID.union(VxlanFlags::NEXT_PROTOCOL);
        Self { flags, reserved1: U16::ZERO, next_protocol, vni, reserved2: 0 }
    }

    /// 0 in a header that was decoded.
    pub const fn version(&self) -> u8 {
        self.flags.intersection(Self::VERSION).bits() >> 4
    }

    /// What follows: Ethernet where the P flag is not set, as in plain VXLAN.
    pub const fn payload(&self) -> NextProtocol {
        if self.flags.contains(VxlanFlags::NEXT_PROTOCOL) {
            self.next_protocol
        } else {
            NextProtocol::ETHERNET
        }
    }
}

impl From<VxlanGpeHeader> for VxlanHeader {
    /// The same bytes.
    fn from(header: VxlanGpeHeader) -> Self {
        transmute!(header)
    }
}

impl FixedHeader for VxlanGpeHeader {
    const LAYER: Layer = Layer::VxlanGpe;

    fn validate(&self, offset: usize) -> Result<(), DecodeError> {
        self.flags.validate(offset).map_err(|error| DecodeError { layer: Self::LAYER, ..error })?;
        if self.version() != 0 {
            let found = self.version().into();
            return Err(DecodeError::field(Self::LAYER, offset, "version", found, "0 (VXLAN-GPE 3.1)"));
        }
        Ok(())
    }

    fn fields(&self, visit: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        visit("flags", FieldValue::Hex(self.flags.bits().into(), 2));
        visit("reserved1", FieldValue::Hex(self.reserved1.get().into(), 4));
        visit("next_protocol", self.next_protocol.0.into());
        visit("vni", self.vni.get().into());
        visit("reserved2", self.reserved2.into());
    }

    fn anomalies(&self, report: &mut AnomalyReport<'_>) {
        const SOURCE: &str = "VXLAN-GPE 3.1";
        let has_next_protocol = self.flags.contains(VxlanFlags::NEXT_PROTOCOL);
        if self.flags.contains(VxlanFlags::GROUP_POLICY) && has_next_protocol {
            let found = FieldValue::Hex(self.flags.bits().into(), 2);
            report.add("flags", found, "G or P, not both", SOURCE);
        } else {
            report.reserved("flags", self.flags.bits() & Self::RESERVED, 2, SOURCE);
        }
        report.reserved("reserved1", self.reserved1.get(), 4, SOURCE);
        if !has_next_protocol {
            report.reserved("next_protocol", self.next_protocol.0, 2, "VXLAN-GPE 3.2");
        }
        report.reserved("reserved2", self.reserved2, 2, SOURCE);
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;
    use crate::Header;

    fn anomalies(header: Header<'_>) -> Vec<String> {
        let mut found = Vec::new();
        header.anomalies(42, &mut |anomaly| found.push(anomaly.to_string()));
        found
    }

    #[test]
    fn a_policy_is_read_where_the_g_flag_announces_it() {
        let vni = Vni::new(5001).unwrap();
        let header = VxlanHeader::from(VxlanGbpHeader { policy_flags: 0x48, ..VxlanGbpHeader::new(vni, 7) });
        assert_eq!(header.as_bytes(), [0x88, 0x48, 0, 7, 0, 0x13, 0x89, 0]);
        let policy = header.gbp().unwrap();
        assert!(policy.dont_learn() && policy.is_applied());
        assert_eq!((policy.group_policy_id.get(), policy.vni), (7, vni));
        assert_eq!(anomalies(Header::Vxlan(header)), [""; 0], "what the draft defines is not odd");
        assert_eq!(VxlanHeader::new(vni).gbp(), None);
        let error = VxlanGbpHeader::decode(VxlanHeader::new(vni).as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "vxlan at byte 0: flags is 8, expected the G flag, 0x80 (VXLAN group policy 2.1)"
        );
    }

    #[test]
    fn without_the_p_flag_ethernet_follows() {
        let gpe = VxlanGpeHeader::new(Vni::new(5).unwrap(), NextProtocol::IPV6);
        let plain = VxlanHeader::from(gpe);
        assert_eq!(plain.as_bytes(), [0x0c, 0, 0, 2, 0, 0, 5, 0]);
        assert_eq!((plain.gpe(), gpe.payload()), (&gpe, NextProtocol::IPV6));
        let flags = VxlanFlags::VNI_VALID;
        assert_eq!(VxlanGpeHeader { flags, ..gpe }.payload(), NextProtocol::ETHERNET);
        let odd = ["vxlan_gpe at byte 42: next_protocol is 0x02, expected 0 (VXLAN-GPE 3.2)"];
        assert_eq!(anomalies(Header::VxlanGpe(VxlanGpeHeader { flags, ..gpe })), odd);
    }

    #[test]
    fn g_and_p_together_are_reported_once() {
        let both: [u8; 8] = [0x8c, 0, 0, 3, 0, 0, 5, 0];
        let header: VxlanHeader = transmute!(both);
        let odd = "at byte 42: flags is 0x8c, expected G or P, not both";
        assert_eq!(anomalies(Header::Vxlan(header)), [std::format!("vxlan {odd} (VXLAN group policy 2.1)")]);
        assert_eq!(
            anomalies(Header::VxlanGpe(*header.gpe())),
            [std::format!("vxlan_gpe {odd} (VXLAN-GPE 3.1)")]
        );
    }

    #[test]
    fn reserved_bits_are_reported_one_field_at_a_time() {
        let header: VxlanHeader = transmute!([0x7f_u8, 0, 0, 1, 0, 0, 5, 6]);
        assert_eq!(
            anomalies(Header::Vxlan(header)),
            [
                "vxlan at byte 42: flags is 0x77, expected 0 (RFC 7348 5)",
                "vxlan at byte 42: reserved1 is 0x000001, expected 0 (RFC 7348 5)",
                "vxlan at byte 42: reserved2 is 0x06, expected 0 (RFC 7348 5)",
            ]
        );
    }
}

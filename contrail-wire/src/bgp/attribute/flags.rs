use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The flags of a path attribute (RFC 4271 section 4.3).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct AttributeFlags(u8);

bitflags::bitflags! {
    impl AttributeFlags: u8 {
        /// Not everybody has to know it.
        const OPTIONAL = 0x80;
        /// Who does not know it passes it on.
        const TRANSITIVE = 0x40;
        /// Somebody who did not know it has passed it on.
        const PARTIAL = 0x20;
        /// The length has two octets.
        const EXTENDED_LENGTH = 0x10;
        /// Sent as zero, ignored on receipt.
        const UNUSED = 0x0f;
    }
}

impl AttributeFlags {
    /// What must be as the type says (RFC 7606 section 3 c).
    pub(crate) const KIND: Self = Self::OPTIONAL.union(Self::TRANSITIVE);
}

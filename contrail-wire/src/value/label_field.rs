use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::{Label, ValueError, Vni};

/// The three octets in which BGP carries a label (RFC 8277 section 2.2, RFC 7432 section 7, RFC 8365 section 5.1.3).
///
/// ```text
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Label                 |Rsrv |S|    an MPLS label
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          VXLAN Network Identifier (VNI)       |    a VNI
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// The octets do not say which of the two they are: the encapsulation that the route goes with does, see
/// [`Update::encapsulation`](crate::bgp::Update::encapsulation).
///
/// ```
/// use contrail_wire::{Label, LabelField, Vni};
/// let field = LabelField::from(Vni::new(10_001).unwrap());
/// assert_eq!((field.vni().get(), field.mpls_label().get()), (10_001, 625));
/// let field = LabelField::from(Label::new(299_776).unwrap());
/// assert_eq!((field.get(), field.mpls_label().get()), (0x493001, 299_776));
/// ```
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(transparent)]
pub struct LabelField([u8; 3]);

impl LabelField {
    /// No label.
    pub const ZERO: Self = Self([0; 3]);
    /// What stands in a withdrawn route in place of its labels (RFC 8277 section 2.4).
    pub const WITHDRAWN: Self = Self([0x80, 0, 0]);

    /// The field with this number as all of its 24 bits, refused above 16777215.
    pub const fn new(number: u32) -> Result<Self, ValueError> {
        let [0, a, b, c] = number.to_be_bytes() else {
            return Err(ValueError::OutOfRange {
                what: "label field",
                found: number,
                min: 0,
                max: 0xff_ffff,
            });
        };
        Ok(Self([a, b, c]))
    }

    pub(crate) const fn from_octets(octets: [u8; 3]) -> Self {
        Self(octets)
    }

    /// All 24 bits as a number.
    pub const fn get(self) -> u32 {
        let [a, b, c] = self.0;
        u32::from_be_bytes([0, a, b, c])
    }

    /// The field read as a VNI: all 24 bits.
    pub const fn vni(self) -> Vni {
        Vni::from_octets(self.0)
    }

    /// The field read as an MPLS label: the upper 20 bits.
    pub const fn mpls_label(self) -> Label {
        let [a, b, c] = self.0;
        Label::from_top_20_bits(u32::from_be_bytes([a, b, c, 0]))
    }

    /// Whether the lowest bit is set, which ends a stack of MPLS labels.
    pub const fn is_bottom(self) -> bool {
        let [_, _, c] = self.0;
        c & 0x01 != 0
    }
}

impl From<Vni> for LabelField {
    fn from(vni: Vni) -> Self {
        Self(vni.octets())
    }
}

/// At the bottom of the stack, as Contrail writes it.
impl From<Label> for LabelField {
    fn from(label: Label) -> Self {
        let [_, a, b, c] = (label.get() << 4).to_be_bytes();
        Self([a, b, c | 0x01])
    }
}

/// The 24 bits as a number.
impl fmt::Display for LabelField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl fmt::Debug for LabelField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#08x}", self.get())
    }
}

/// All its readings, as `{"raw": 80016, "vni": 80016, "mpls": 5001}`.
#[cfg(feature = "serde")]
impl serde::Serialize for LabelField {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Readings { raw: Some(self.get()), vni: Some(self.vni()), mpls: Some(self.mpls_label()) }
            .serialize(serializer)
    }
}

/// One reading is enough; others must not contradict it.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for LabelField {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let Readings { raw, vni, mpls } = Readings::deserialize(deserializer)?;
        let field = match (raw, vni, mpls) {
            (Some(raw), ..) => Self::new(raw).map_err(Error::custom)?,
            (None, Some(vni), _) => vni.into(),
            (None, None, Some(label)) => label.into(),
            (None, None, None) => return Err(Error::custom("a label is one of vni, mpls and raw")),
        };
        if vni.is_some_and(|vni| vni != field.vni()) || mpls.is_some_and(|it| it != field.mpls_label()) {
            return Err(Error::custom("the readings of the label contradict each other"));
        }
        Ok(field)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Readings {
    raw: Option<u32>,
    vni: Option<Vni>,
    mpls: Option<Label>,
}

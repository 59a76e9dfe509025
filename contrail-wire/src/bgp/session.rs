use crate::bgp::capability::Capability;
use crate::bgp::family::{Families, Family};
use crate::bgp::open::Open;

/// Which kind of neighbour a session is with; some attributes are for one kind only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// In the same autonomous system.
    #[default]
    Internal,
    /// In another one.
    External,
}

/// What both ends of a session agreed on, as far as it changes how messages read.
///
/// The default is what is agreed on in a fabric: within one autonomous system, AS numbers of four octets, all known
/// families, no path identifiers, and messages of 4096 octets at most.
///
/// ```
/// use contrail_wire::bgp::{Families, Family, Session, SessionKind};
/// let session = Session {
///     kind: SessionKind::External,
///     add_path_receive: Families::NONE.with(Family::EVPN),
///     ..Session::default()
/// };
/// assert_eq!(session.longest_message(), 4096);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// Internal or external.
    pub kind: SessionKind,
    /// AS numbers have four octets, and not two (RFC 6793).
    pub four_octet_as: bool,
    /// Messages may have up to 65535 octets (RFC 8654).
    pub extended_message: bool,
    /// Families that both speak.
    pub families: Families,
    /// Families of which received routes have path identifiers (RFC 7911).
    pub add_path_receive: Families,
    /// Families of which sent routes have path identifiers (RFC 7911).
    pub add_path_send: Families,
    /// After how many seconds of silence the session ends; 0 is never.
    pub hold_time: u16,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            kind: SessionKind::Internal,
            four_octet_as: true,
            extended_message: false,
            families: Families::ALL,
            add_path_receive: Families::NONE,
            add_path_send: Families::NONE,
            hold_time: 90,
        }
    }
}

impl Session {
    /// What two OPENs agree on, seen from who sent `ours`.
    ///
    /// Whether `theirs` comes from the expected autonomous system is up to the caller.
    ///
    /// ```
    /// use contrail_wire::bgp::{AddPath, AddPathMode, Capabilities, Capability, Families, Family, Open, Session};
    /// let (mut buffer, family) = ([0; 64], Family::EVPN);
    /// let (send, receive) = ([AddPath { family, mode: AddPathMode::SEND }], AddPathMode::BOTH);
    /// let capabilities = [Capability::Multiprotocol(family), Capability::AddPath(&send)];
    /// let ours = Open::new(64512, [10, 0, 0, 1].into(), Capabilities::encode(&capabilities, &mut buffer)?);
    /// assert_eq!(Session::negotiate(&ours, &ours).add_path_send, Families::NONE);
    ///
    /// let (mut buffer, receive) = ([0; 64], [AddPath { family, mode: receive }]);
    /// let capabilities = [Capability::Multiprotocol(family), Capability::AddPath(&receive)];
    /// let theirs = Open::new(64512, [10, 0, 0, 2].into(), Capabilities::encode(&capabilities, &mut buffer)?);
    /// let session = Session::negotiate(&ours, &theirs);
    /// assert!(session.families.contains(family) && !session.four_octet_as);
    /// assert!(session.add_path_send.contains(family) && !session.add_path_receive.contains(family));
    /// # Ok::<(), contrail_wire::EncodeError>(())
    /// ```
    pub fn negotiate(ours: &Open<'_>, theirs: &Open<'_>) -> Self {
        let (one, other) = (Wishes::of(ours), Wishes::of(theirs));
        let internal = ours.asn() == theirs.asn();
        Self {
            kind: if internal { SessionKind::Internal } else { SessionKind::External },
            four_octet_as: one.four_octet_as && other.four_octet_as,
            extended_message: one.extended_message && other.extended_message,
            families: one.families.and(other.families),
            add_path_receive: one.receives.and(other.sends),
            add_path_send: one.sends.and(other.receives),
            hold_time: ours.hold_time.min(theirs.hold_time),
        }
    }

    /// How long a message may be, in octets.
    pub const fn longest_message(&self) -> u16 {
        if self.extended_message { 65535 } else { 4096 }
    }
}

/// What one side is ready for.
struct Wishes {
    four_octet_as: bool,
    extended_message: bool,
    families: Families,
    sends: Families,
    receives: Families,
}

impl Wishes {
    fn of(open: &Open<'_>) -> Self {
        let (none, mut multiprotocol) = (Families::NONE, false);
        let mut wishes = Self {
            four_octet_as: false,
            extended_message: false,
            families: none,
            sends: none,
            receives: none,
        };
        for capability in open.capabilities.iter() {
            match capability {
                Capability::Multiprotocol(family) => {
                    multiprotocol = true;
                    wishes.families = wishes.families.with(family);
                }
                Capability::FourOctetAs(_) => wishes.four_octet_as = true,
                Capability::ExtendedMessage => wishes.extended_message = true,
                Capability::AddPath(entries) => {
                    for entry in entries {
                        if entry.mode.receives() {
                            wishes.receives = wishes.receives.with(entry.family);
                        }
                        if entry.mode.sends() {
                            wishes.sends = wishes.sends.with(entry.family);
                        }
                    }
                }
                _ => {}
            }
        }
        if !multiprotocol {
            wishes.families = none.with(Family::IPV4_UNICAST);
        }
        wishes
    }
}

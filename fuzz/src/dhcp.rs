//! What holds for the options of DHCP messages.

use contrail_wire::MacAddr;
use contrail_wire::net::dhcp::{Dhcp, DhcpHeader, DhcpOption};

/// Any bytes as options: each is read once, what is broken ends the list, and what was read is written so that it is
/// read again. Any bytes as a message: its options end.
pub(crate) fn dhcp(bytes: &[u8]) {
    let header = DhcpHeader::request(MacAddr::default(), 1);
    let read: Vec<_> = Dhcp { header: &header, options: bytes }.options().collect();
    let broken = read.iter().position(Result::is_err);
    assert!(broken.is_none_or(|at| at + 1 == read.len()), "nothing follows a broken option");
    assert!(read.len() <= bytes.len() / 2 + 1, "each option takes two octets");
    let options: Vec<DhcpOption<'_>> = read.into_iter().flatten().collect();
    let mut buffer = vec![0xa5; bytes.len() + 512];
    let message = Dhcp::encode(&header, &options, &mut buffer).expect("there is room");
    let again = Dhcp::decode(message).expect("it was just written");
    if let Some(DhcpOption::MessageType(kind)) = options.first() {
        assert_eq!(again.message_type(), Some(*kind), "the first option that says so counts");
    }
    assert!(again.options().eq(options.into_iter().map(Ok)), "what is written is read");
    if let Ok(message) = Dhcp::decode(bytes) {
        assert!(message.options().count() <= bytes.len(), "file and sname are entered once");
    }
}

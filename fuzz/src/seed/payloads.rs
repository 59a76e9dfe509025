//! What stands behind the headers of frames, alone.

use contrail_wire::net::dhcp::{Dhcp, DhcpHeader, DhcpMessageType, DhcpOption};
use contrail_wire::net::neighbor::NeighborMessage;
use contrail_wire::{FixedHeader, Ipv4Octets, MacAddr};

const MAC: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 1]);

/// The payloads with their names.
pub(super) fn payloads() -> Vec<(&'static str, Vec<u8>)> {
    let header = DhcpHeader::request(MAC, 7);
    let servers = [[10, 99, 0, 1].into(), [10, 99, 0, 2].into()];
    let whole = dhcp(&header, &options(&servers));
    let options_alone = whole[size_of::<DhcpHeader>()..].to_vec();
    let mut long_address = whole.clone();
    long_address[2] = 17;
    // Options go on in the file and in the name of the server (RFC 2132 section 9.3).
    let mut overloaded = header;
    overloaded.file[..4].copy_from_slice(&[12, 1, b'a', 255]);
    overloaded.sname[..4].copy_from_slice(&[15, 1, b'b', 255]);
    let overloaded = [1, 2, 3].map(|areas| dhcp(&overloaded, &[DhcpOption::Overload(areas)]));
    let overloaded = ["dhcp_file", "dhcp_sname", "dhcp_file_and_sname"].into_iter().zip(overloaded);
    let target = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2].into();
    let others = [
        ("dhcp", whole),
        ("dhcp_options", options_alone),
        ("dhcp_long_address", long_address),
        ("neighbor_solicitation", neighbor(NeighborMessage::solicitation(MAC, target))),
        ("neighbor", neighbor(NeighborMessage::advertisement(MAC, target))),
    ];
    others.into_iter().chain(overloaded).collect()
}

/// One of each.
fn options(servers: &[Ipv4Octets]) -> [DhcpOption<'_>; 20] {
    [
        DhcpOption::MessageType(DhcpMessageType::DISCOVER),
        DhcpOption::SubnetMask([255, 255, 255, 0].into()),
        DhcpOption::Routers(servers),
        DhcpOption::DomainNameServers(servers),
        DhcpOption::HostName(b"compute-1"),
        DhcpOption::DomainName(b"example.net"),
        DhcpOption::InterfaceMtu(9000),
        DhcpOption::BroadcastAddress([10, 99, 0, 255].into()),
        DhcpOption::RequestedAddress([10, 99, 0, 11].into()),
        DhcpOption::LeaseTime(3600),
        DhcpOption::ServerIdentifier([10, 99, 0, 2].into()),
        DhcpOption::ParameterRequestList(&[1, 3, 66]),
        DhcpOption::RenewalTime(1800),
        DhcpOption::RebindingTime(3150),
        DhcpOption::ClientIdentifier(&[1, 2, 0, 0, 0, 0, 1]),
        DhcpOption::TftpServerName(b"10.99.0.2"),
        DhcpOption::BootfileName(b"ipxe.efi"),
        DhcpOption::TftpServerAddresses(servers),
        DhcpOption::Overload(0),
        DhcpOption::Other { code: 60, data: b"PXEClient" },
    ]
}

fn dhcp(header: &DhcpHeader, options: &[DhcpOption<'_>]) -> Vec<u8> {
    let mut buffer = [0; 500];
    Dhcp::encode(header, options, &mut buffer).expect("there is room").to_vec()
}

fn neighbor(message: NeighborMessage) -> Vec<u8> {
    let mut buffer = [0; NeighborMessage::LEN];
    message.encode(&mut buffer).expect("there is room");
    buffer.into()
}

//! The DHCP conversation of a bare-metal server: what its packets carry, on every link and for a reader of others.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;

use contrail_model::trace::{TraceFrame, write_pcapng};
use contrail_model::{Fabric, Flow, Trace};
use contrail_wire::net::dhcp::{Dhcp, DhcpHeader, DhcpMessageType, DhcpOption};
use contrail_wire::{Checksum, Decoder, Packet};

use crate::fabrics::examples;
use crate::{fabric, with};

/// Ironic with boot options on the subnet, one of which a server has differently.
fn ironic() -> Fabric {
    fabric(&with(
        examples().get("ironic").unwrap(),
        &[
            (
                "service_address: 10.98.0.2}",
                "service_address: 10.98.0.2, dhcp_options: {tftp-server-name: 10.1.10.11, bootfile-name: \
                 pxelinux.0, interface-mtu: \"1450\", tftp-server-address: \"10.1.10.11 10.1.10.13\"}}",
            ),
            (
                "mac: \"02:bb:00:00:00:11\"}]",
                "mac: \"02:bb:00:00:00:11\"}]\n    dhcp_options: {bootfile-name: snponly.efi}",
            ),
        ],
    ))
}

fn conversation(fabric: &Fabric, from: &str) -> Trace {
    let trace = fabric.trace(&Flow::dhcp(from, "csn1")).unwrap();
    assert!(trace.is_delivered(), "{trace}");
    trace
}

/// The innermost level, which carries DHCP.
fn innermost<'d>(decoder: &'d Decoder<'_>, frame: &'d TraceFrame<'_>) -> Packet<'d> {
    decoder.ethernet(&frame.bytes).unwrap().levels().last().unwrap().unwrap()
}

#[test]
fn every_frame_carries_the_message_and_says_so_in_its_lengths() {
    let fabric = ironic();
    let decoder = Decoder::new();
    let (mut discovers, mut offers) = (0, 0);
    for frame in conversation(&fabric, "bms1").frames() {
        let packet = innermost(&decoder, &frame);
        assert_eq!(packet.payload(), frame.packet.payload(), "{}", frame.comment);
        assert!(packet.payload().len() >= 300);
        assert_eq!(packet.transport_checksum(), Checksum::Right, "{}", frame.comment);
        let message = Dhcp::decode(packet.payload()).unwrap();
        assert_eq!(message.header.client_hardware_address(), [0x02, 0xbb, 0, 0, 0, 0x11]);
        match message.message_type() {
            Some(DhcpMessageType::DISCOVER) => {
                assert_eq!(message.header.op, DhcpHeader::REQUEST);
                assert_eq!(packet.destination_ip(), Some(Ipv4Addr::BROADCAST.into()));
                discovers += 1;
            }
            Some(DhcpMessageType::OFFER) => {
                assert_eq!(message.header.op, DhcpHeader::REPLY);
                assert_eq!(packet.destination_ip(), Some(IpAddr::from(message.header.yiaddr.get())));
                offers += 1;
            }
            other => panic!("{}: {other:?}", frame.comment),
        }
    }
    assert!(discovers > 3 && offers > 3, "{discovers} {offers}");
}

#[test]
fn the_offer_says_what_the_document_says() {
    let fabric = ironic();
    let decoder = Decoder::new();
    for (from, file) in [("bms1", "snponly.efi"), ("bms2", "pxelinux.0")] {
        let trace = conversation(&fabric, from);
        let frames = trace.frames();
        let packet = innermost(&decoder, frames.last().unwrap());
        let offer = Dhcp::decode(packet.payload()).unwrap();
        let address = |text: &str| -> Ipv4Addr { text.parse().unwrap() };
        let (gateway, service) = ([address("10.98.0.1").into()], [address("10.98.0.2").into()]);
        let boot = [address("10.1.10.11").into(), address("10.1.10.13").into()];
        let expected = [
            DhcpOption::MessageType(DhcpMessageType::OFFER),
            DhcpOption::ServerIdentifier(address("10.98.0.2")),
            DhcpOption::LeaseTime(0xffff_ffff),
            DhcpOption::SubnetMask(address("255.255.255.0")),
            DhcpOption::BroadcastAddress(address("10.98.0.255")),
            DhcpOption::InterfaceMtu(1450),
            DhcpOption::TftpServerName(b"10.1.10.11"),
            DhcpOption::BootfileName(file.as_bytes()),
            DhcpOption::TftpServerAddresses(&boot),
            DhcpOption::Routers(&gateway),
            DhcpOption::HostName(from.as_bytes()),
            DhcpOption::DomainNameServers(&service),
        ];
        let found: Vec<_> = offer.options().map(Result::unwrap).collect();
        assert_eq!(found, expected);
        assert_eq!(offer.header.siaddr.get(), address("10.1.10.11"), "option 66 is the next server");
        assert_eq!(packet.source_ip(), Some(address("10.98.0.2").into()));
    }
}

#[test]
fn without_options_the_service_node_is_the_next_server() {
    let fabric = fabric(&examples()["ironic"]);
    let decoder = Decoder::new();
    let trace = conversation(&fabric, "bms1");
    let frames = trace.frames();
    let packet = innermost(&decoder, frames.last().unwrap());
    let offer = Dhcp::decode(packet.payload()).unwrap();
    assert_eq!(offer.header.siaddr.get(), Ipv4Addr::new(10, 98, 0, 2));
    assert!(offer.options().all(|option| !matches!(option, Ok(DhcpOption::TftpServerName(_)))));
}

#[test]
fn tshark_reads_the_same_messages() {
    if Command::new("tshark").arg("--version").output().is_err() {
        let _ = std::io::stderr().write_all(b"SKIPPED: tshark is not installed; DHCP was not shown to it\n");
        return;
    }
    let trace = conversation(&ironic(), "bms1");
    let frames = trace.frames();
    let mut file = Vec::new();
    write_pcapng(&frames, &mut file).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dhcp.pcapng");
    std::fs::write(&path, file).unwrap();
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(&path).args(["-n", "-T", "fields", "-o", "udp.check_checksum:TRUE"]);
    let fields = [
        "dhcp.option.dhcp",
        "dhcp.ip.your",
        "dhcp.ip.server",
        "dhcp.option.dhcp_server_id",
        "dhcp.option.router",
        "dhcp.option.tftp_server_name",
        "dhcp.option.bootfile_name",
        "dhcp.option.interface_mtu",
        "dhcp.option.ip_address_lease_time",
        "_ws.malformed",
        "_ws.expert.message",
    ];
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), frames.len());
    let discover = "1\t0.0.0.0\t0.0.0.0\t\t\t\t\t\t\t\t";
    let offer =
        "2\t10.98.0.11\t10.1.10.11\t10.98.0.2\t10.98.0.1\t10.1.10.11\tsnponly.efi\t1450\t4294967295\t\t";
    for (line, frame) in lines.iter().zip(&frames) {
        let expected = if frame.comment.contains("out, ") { discover } else { offer };
        // All that it remarks is the comment of the capture file.
        assert_eq!(*line, format!("{expected}{}", frame.comment));
    }
}

//! What DHCP packets carry: the client's DHCPDISCOVER, and the service node's DHCPOFFER as the agent writes it
//! (tf-controller, agent services/dhcp_handler.cc).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use contrail_wire::Ipv4Octets;
use contrail_wire::net::dhcp::{Dhcp as Message, DhcpHeader, DhcpMessageType, DhcpOption};

use super::dhcp::Dhcp;
use crate::fabric::Fabric;

/// Stands for the number that a client makes up.
const TRANSACTION: u32 = 0x3903_f326;
/// A lease without an end, which is what the agent gives.
const FOREVER: u32 = u32::MAX;
/// What a card that boots asks for: subnet mask, gateway, DNS, host name, MTU, boot server and file.
const WANTED: [u8; 8] = [1, 3, 6, 12, 26, 66, 67, 150];
/// More than a message with its options takes.
const LARGEST: usize = 2048;

impl Dhcp<'_> {
    /// DHCPDISCOVER.
    pub(super) fn discover_message(&self) -> Vec<u8> {
        let options =
            [DhcpOption::MessageType(DhcpMessageType::DISCOVER), DhcpOption::ParameterRequestList(&WANTED)];
        written(&self.request(), &options)
    }

    /// DHCPOFFER: of the options in the document those that the client asks for and a text or addresses can say; a
    /// server's own win over those of its subnet. Nothing, if the network has no IPv4 address for the client.
    pub(super) fn offer_message(&self, fabric: &Fabric) -> Vec<u8> {
        let network = &fabric.networks[self.interface.network];
        let subnet = network.subnet_of(self.interface.address);
        let (Some(subnet), IpAddr::V4(address)) = (subnet, self.interface.address) else { return Vec::new() };
        let Some(IpAddr::V4(service)) = fabric.dhcp_server_address(self.interface) else {
            return Vec::new();
        };
        let client = &fabric.servers[self.client];
        let given: BTreeMap<&str, &str> = subnet
            .dhcp_options
            .iter()
            .chain(&client.dhcp_options)
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let addresses = |name: &str, otherwise: Option<Ipv4Addr>| -> Vec<Ipv4Octets> {
            let texts = given.get(name).copied().unwrap_or_default().split_whitespace();
            let listed: Vec<Ipv4Addr> = texts.filter_map(|text| text.parse().ok()).collect();
            let addresses = if listed.is_empty() { otherwise.into_iter().collect() } else { listed };
            addresses.into_iter().map(Ipv4Octets::from).collect()
        };
        let gateway = match subnet.gateway {
            Some(IpAddr::V4(gateway)) => Some(gateway),
            _ => None,
        };
        let (routers, name_servers) =
            (addresses("routers", gateway), addresses("domain-name-servers", Some(service)));
        let boot_servers = addresses("tftp-server-address", None);

        let mut options = vec![
            DhcpOption::MessageType(DhcpMessageType::OFFER),
            DhcpOption::ServerIdentifier(service),
            DhcpOption::LeaseTime(FOREVER),
        ];
        if let (IpAddr::V4(mask), IpAddr::V4(broadcast)) =
            (subnet.prefix.netmask(), subnet.prefix.broadcast())
        {
            options.extend([DhcpOption::SubnetMask(mask), DhcpOption::BroadcastAddress(broadcast)]);
        }
        let mtu = given.get("interface-mtu").and_then(|text| text.parse().ok());
        options.extend(mtu.map(DhcpOption::InterfaceMtu));
        let boot_server = given.get("tftp-server-name");
        options.extend(boot_server.map(|name| DhcpOption::TftpServerName(name.as_bytes())));
        let file = given.get("bootfile-name");
        options.extend(file.map(|name| DhcpOption::BootfileName(name.as_bytes())));
        options.extend((!boot_servers.is_empty()).then_some(DhcpOption::TftpServerAddresses(&boot_servers)));
        options.extend((!routers.is_empty()).then_some(DhcpOption::Routers(&routers)));
        options.push(DhcpOption::HostName(client.name.as_bytes()));
        options.push(DhcpOption::DomainNameServers(&name_servers));

        let mut header = self.request().reply(address.into());
        let next_server = boot_server.and_then(|text| text.parse().ok()).unwrap_or(service);
        header.siaddr = next_server.into();
        written(&header, &options)
    }

    fn request(&self) -> DhcpHeader {
        DhcpHeader::request(self.interface.mac, TRANSACTION)
    }
}

/// The message's bytes; none, if an option is longer than options can be.
fn written(header: &DhcpHeader, options: &[DhcpOption<'_>]) -> Vec<u8> {
    let mut buffer = [0; LARGEST];
    Message::encode(header, options, &mut buffer).map(<[u8]>::to_vec).unwrap_or_default()
}

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use contrail_wire::bgp::{Families, Family};
use lexopt::{Parser, ValueExt};

/// Who we are, and what we want of the neighbor.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Our AS number; 64512 if it is not told.
    pub asn: Option<u32>,
    /// Who we are; our IPv4 address if it is not told.
    pub router_id: Option<Ipv4Addr>,
    /// Which routes we are ready for; all if it is not told.
    pub families: Option<Families>,
    /// Whether routes may have path identifiers.
    pub add_path: bool,
    /// Whether the neighbor is waited for.
    pub listen: bool,
    /// After which time the program stops.
    pub timeout: Option<Duration>,
}

impl Options {
    /// What `--help` prints of them.
    pub const USAGE: &'static str = "  --as N               our AS number (default: 64512)
  --router-id ADDRESS  our identifier (default: our IPv4 address)
  --family NAME        ipv4-unicast, ipv6-unicast, ipv4-vpn, ipv6-vpn,
                       ipv4-route-target or l2vpn-evpn, may be repeated
                       (default: all of them)
  --add-path           ask for path identifiers (RFC 7911)
  --listen             wait for the neighbor: ADDRESS is our own
  --timeout S          stop after S seconds
";

    /// Follows the argument `--name`.
    pub fn follow(&mut self, name: &str, arguments: &mut Parser) -> Result<(), lexopt::Error> {
        match name {
            "as" => self.asn = Some(arguments.value()?.parse()?),
            "router-id" => self.router_id = Some(arguments.value()?.parse()?),
            "family" => {
                let chosen = self.families.unwrap_or(Families::NONE);
                self.families = Some(chosen.with(arguments.value()?.parse_with(family)?));
            }
            "add-path" => self.add_path = true,
            "listen" | "passive" => self.listen = true,
            "timeout" => self.timeout = Some(seconds(arguments)?),
            _ => return Err(lexopt::Error::UnexpectedOption(format!("--{name}"))),
        }
        Ok(())
    }

    /// When the program stops.
    pub fn until(&self) -> Instant {
        const FOR_EVER: Duration = Duration::from_secs(1 << 32);
        Instant::now() + self.timeout.unwrap_or(FOR_EVER)
    }
}

/// The value of an argument, in seconds.
pub fn seconds(arguments: &mut Parser) -> Result<Duration, lexopt::Error> {
    Ok(Duration::from_secs(arguments.value()?.parse::<u32>()?.into()))
}

fn family(text: &str) -> Result<Family, &'static str> {
    let named = |family: &Family| family.name().is_some_and(|name| name.replace(' ', "-") == text);
    Family::KNOWN.into_iter().find(named).ok_or("not the name of a family")
}

/// The address in `ADDRESS[:PORT]`, with BGP's port if none is told.
pub fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    const BGP: u16 = 179;
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(|address| (address, BGP).into()))
        .map_err(|_| "expected an address such as 10.0.0.1, 10.0.0.1:1179 or [2001:db8::1]:1179")
}

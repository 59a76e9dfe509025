//! Port groups as the devices have them: aggregated interfaces, Ethernet segments, LACP.

use std::collections::{BTreeMap, BTreeSet};

use contrail_wire::{EthernetSegmentId, MacAddr};

use super::city_hash::city_hash_64;
use super::{DeviceId, Fabric, Name, PortGroup};

/// The aggregated interface of a port group with several ports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aggregate {
    /// The port group.
    pub port_group: Name,
    /// Its number on each device, `ae<number>`; none where the device has no more.
    pub numbers: Vec<(Name, Option<u8>)>,
    /// What its devices tell each other and the server by, if there are several devices and the document gives the
    /// UUID.
    pub segment: Option<Segment>,
}

/// How the devices of a port group are one to the server and to the overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// The Ethernet segment identifier, of type 0.
    pub esi: EthernetSegmentId,
    /// The LACP system identifier that all of its devices use.
    pub lacp_system: MacAddr,
}

/// How the Python that device manager runs on gives a text to a hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeviceManagerPython {
    /// Its bytes.
    #[default]
    Two,
    /// UTF-16, the lower byte first.
    Three,
}

impl Segment {
    /// As device manager makes it of the port group's UUID (tf-controller, `device_manager/db.py` and the templates of
    /// `overlay_multi_homing`).
    fn of(uuid: &str, python: DeviceManagerPython) -> Option<Self> {
        let text: Vec<u8> = match python {
            DeviceManagerPython::Two => uuid.bytes().collect(),
            DeviceManagerPython::Three => uuid.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        };
        let [a, b, c, d, e, f, g, h] = city_hash_64(&text)?.to_be_bytes();
        let esi = EthernetSegmentId::new([0, a, b, c, d, e, f, g, h, 0]);
        // The last 17 characters of the text backwards: within an octet the digits change places too.
        let lacp_system = MacAddr::new([0, h, g, f, e, d].map(|octet: u8| octet.rotate_left(4)));
        Some(Self { esi, lacp_system })
    }
}

impl Fabric {
    /// The aggregated interfaces that Contrail makes, in the order of the document's port groups.
    ///
    /// A number that the document does not give is the lowest that is free on the device, as Contrail gives them when
    /// the port groups are created in this order.
    pub fn aggregates(&self) -> Vec<Aggregate> {
        let groups = || self.port_groups.iter().map(|(_, group)| group).filter(|group| group.is_aggregate());
        let mut taken: BTreeMap<DeviceId, BTreeSet<u8>> = BTreeMap::new();
        for (device, number) in groups().flat_map(|group| &group.ae_numbers) {
            taken.entry(*device).or_default().insert(*number);
        }
        let mut number = |group: &PortGroup, device: DeviceId| {
            let chosen = group.ae_numbers.iter().find(|(on, _)| *on == device).map(|(_, number)| *number);
            chosen.or_else(|| {
                let taken = taken.entry(device).or_default();
                (0..PortGroup::AE_NUMBERS).find(|number| taken.insert(*number))
            })
        };
        let aggregate = |group: &PortGroup| {
            let devices = group.devices();
            let numbers =
                devices.iter().map(|device| (self.devices[*device].name.clone(), number(group, *device)));
            Aggregate {
                port_group: group.name.clone(),
                numbers: numbers.collect(),
                segment: self.segment(group),
            }
        };
        groups().map(aggregate).collect()
    }

    /// The segment of a port group on several devices, if its UUID is known.
    pub(crate) fn segment(&self, group: &PortGroup) -> Option<Segment> {
        let uuid = group.uuid.as_ref().filter(|_| group.devices().len() > 1)?;
        Segment::of(uuid, self.device_manager_python)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with CityHash 1.0 as pyhash 0.6.2 has it.
    const VECTORS: [(&str, &str, &str); 2] = [
        (
            "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "00:46:34:a9:b9:2b:34:f3:c7:00",
            "00:11:8a:76:da:03:cf:8c:ee:00",
        ),
        (
            "00000000-0000-0000-0000-000000000001",
            "00:c6:d5:8d:04:43:71:4f:a9:00",
            "00:5b:cf:81:62:73:04:85:5d:00",
        ),
    ];

    #[test]
    fn a_segment_is_that_of_device_manager() {
        for (uuid, two, three) in VECTORS {
            let esi = |python| Segment::of(uuid, python).unwrap().esi.to_string();
            assert_eq!(esi(DeviceManagerPython::Two), two);
            assert_eq!(esi(DeviceManagerPython::Three), three);
        }
    }

    #[test]
    fn the_lacp_system_is_the_end_of_the_segment_backwards() {
        for (uuid, ..) in VECTORS {
            let Segment { esi, lacp_system } = Segment::of(uuid, DeviceManagerPython::Two).unwrap();
            let backwards: String = esi.to_string().chars().rev().take(17).collect();
            assert_eq!(lacp_system.to_string(), backwards);
        }
        let segment = Segment::of(VECTORS[0].0, DeviceManagerPython::Two).unwrap();
        assert_eq!(segment.lacp_system.to_string(), "00:7c:3f:43:b2:9b");
    }
}

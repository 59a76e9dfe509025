//! The frames of captures as rows.

use std::path::PathBuf;
use std::vec;

use arrow_schema::ArrowError;
use contrail_wire::capture::{CaptureError, Frame, Reader};
use contrail_wire::{DecodeError, Packet};

use super::column::{Column, Source, Value, failed};
use super::file;
use super::text::{show, write, write_ip, write_pairs};
use crate::wire::{Decoder, ports, protocol, tunnel_name};

/// The frames of some files that pass a filter.
pub(super) struct Packets {
    paths: vec::IntoIter<PathBuf>,
    open: Option<(String, Reader<'static>)>,
    decoder: Decoder,
    protocol: Option<u8>,
    vni: Option<Vec<u32>>,
}

/// A frame. Where there is a tunnel, `outer` is the innermost level that has one, and `packet` what is inside.
pub(super) struct Row<'a> {
    path: &'a str,
    frame: Frame<'a>,
    outer: Option<Packet<'a>>,
    packet: Option<Packet<'a>>,
    error: Option<DecodeError>,
}

impl Packets {
    pub(super) fn new(
        paths: Vec<PathBuf>,
        decoder: Decoder,
        protocol: Option<u8>,
        vni: Option<Vec<u32>>,
    ) -> Self {
        Self { paths: paths.into_iter(), open: None, decoder, protocol, vni }
    }
}

impl Source for Packets {
    type Row<'a> = Row<'a>;

    fn rows(&mut self, each: &mut dyn FnMut(&Row<'_>) -> bool) -> Result<(), ArrowError> {
        let Self { paths, open, decoder, protocol, vni } = self;
        decoder.with(|decoder| {
            loop {
                let Some((path, reader)) = open else {
                    let Some(path) = paths.next() else { return Ok(()) };
                    let name = path.display().to_string();
                    let file = file::open(&path).map_err(CaptureError::from).and_then(Reader::new);
                    let reader = file.map_err(|error| failed(&name, error))?;
                    *open = Some((name, reader));
                    continue;
                };
                let Some(frame) = reader.next_frame().map_err(|error| failed(path, error))? else {
                    *open = None;
                    continue;
                };
                let row = Row::of(path, frame, decoder);
                if row.passes(*protocol, vni.as_deref()) && !each(&row) {
                    return Ok(());
                }
            }
        })
    }

    const COLUMNS: &'static [Column<Self>] = &[
        usual("path", Value::Text(|row, text| write(row.path, text))),
        usual("number", Value::Int64(|row| i64::try_from(row.frame.number).ok())),
        usual("timestamp", Value::Time(|row| i64::try_from(row.frame.timestamp?.as_micros()).ok())),
        usual("interface", Value::Int64(|row| i64::try_from(row.frame.interface).ok())),
        usual("length", Value::Int64(|row| i64::try_from(row.frame.original_length).ok())),
        usual(
            "outer_source_mac",
            Value::Text(|row, text| {
                write_pairs(row.outer.as_ref()?.ethernet()?.source_address.octets(), text)
            }),
        ),
        usual(
            "outer_destination_mac",
            Value::Text(|row, text| {
                write_pairs(row.outer.as_ref()?.ethernet()?.destination_address.octets(), text)
            }),
        ),
        usual("outer_vlan", Value::Int32(|row| vlan(row.outer.as_ref()?))),
        usual("outer_source", Value::Text(|row, text| write_ip(row.outer.as_ref()?.source_ip(), text))),
        usual(
            "outer_destination",
            Value::Text(|row, text| write_ip(row.outer.as_ref()?.destination_ip(), text)),
        ),
        usual("outer_source_port", Value::Int32(|row| Some(source_port(row.outer.as_ref()?)?.into()))),
        usual(
            "outer_destination_port",
            Value::Int32(|row| Some(destination_port(row.outer.as_ref()?)?.into())),
        ),
        usual("tunnel", Value::Text(|row, text| write(tunnel_name(&row.outer.as_ref()?.tunnel()?), text))),
        usual("vni", Value::Int64(|row| Some(row.outer.as_ref()?.vni()?.get().into()))),
        usual(
            "label",
            Value::Int64(|row| Some(row.outer.as_ref()?.tunnel()?.labels()?.bottom().label().get().into())),
        ),
        usual(
            "source_mac",
            Value::Text(|row, text| {
                write_pairs(row.packet.as_ref()?.ethernet()?.source_address.octets(), text)
            }),
        ),
        usual(
            "destination_mac",
            Value::Text(|row, text| {
                write_pairs(row.packet.as_ref()?.ethernet()?.destination_address.octets(), text)
            }),
        ),
        usual("vlan", Value::Int32(|row| vlan(row.packet.as_ref()?))),
        usual("source", Value::Text(|row, text| write_ip(row.packet.as_ref()?.source_ip(), text))),
        usual("destination", Value::Text(|row, text| write_ip(row.packet.as_ref()?.destination_ip(), text))),
        usual("protocol", Value::Int32(|row| Some(protocol(row.packet.as_ref()?)?.into()))),
        usual("source_port", Value::Int32(|row| Some(source_port(row.packet.as_ref()?)?.into()))),
        usual("destination_port", Value::Int32(|row| Some(destination_port(row.packet.as_ref()?)?.into()))),
        usual("payload_length", Value::Int64(|row| i64::try_from(row.last()?.payload().len()).ok())),
        usual("error", Value::Text(|row, text| show(row.error?, text))),
        large("payload", Value::Bytes(|row| Some(row.last()?.payload()))),
        large("frame", Value::Bytes(|row| Some(row.frame.bytes))),
    ];
}

const fn usual(name: &'static str, value: Value<Packets>) -> Column<Packets> {
    Column { name, is_large: false, value }
}

const fn large(name: &'static str, value: Value<Packets>) -> Column<Packets> {
    Column { name, is_large: true, value }
}

impl<'a> Row<'a> {
    fn of(path: &'a str, frame: Frame<'a>, decoder: &'a contrail_wire::Decoder<'a>) -> Self {
        let mut row = Self { path, frame, outer: None, packet: None, error: None };
        let mut next = frame.link().map(|link| decoder.captured(link, frame.bytes, frame.original_length));
        while let Some(level) = next {
            if row.packet.is_some() {
                row.outer = row.packet;
            }
            (row.packet, row.error) = (Some(level.packet), level.error);
            next = if level.error.is_some() { None } else { level.packet.inner_decoded() };
        }
        // A tunnel whose inside is not known is all that there is.
        if row.packet.is_some_and(|packet| packet.tunnel().is_some()) {
            row.outer = row.packet.take();
        }
        row
    }

    fn last(&self) -> Option<&Packet<'a>> {
        self.packet.as_ref().or(self.outer.as_ref())
    }

    fn passes(&self, wanted: Option<u8>, vni: Option<&[u32]>) -> bool {
        let has_vni = |vni: &[u32]| {
            self.outer.as_ref().and_then(Packet::vni).is_some_and(|found| vni.contains(&found.get()))
        };
        wanted.is_none_or(|wanted| self.packet.as_ref().and_then(protocol) == Some(wanted))
            && vni.is_none_or(has_vni)
    }
}

fn vlan(packet: &Packet<'_>) -> Option<i32> {
    packet.vlans().first().map(|tag| tag.vlan_id().into())
}

fn source_port(packet: &Packet<'_>) -> Option<u16> {
    ports(packet).map(|[source, _]| source)
}

fn destination_port(packet: &Packet<'_>) -> Option<u16> {
    ports(packet).map(|[_, destination]| destination)
}

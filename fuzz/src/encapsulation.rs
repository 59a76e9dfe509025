//! What a tunnel is stamped around comes out of it again, whatever the policy.

use arbitrary::{Arbitrary, Result, Unstructured};
use contrail_wire::flow::{FlowHash, FlowHasher};
use contrail_wire::generate::Frame;
use contrail_wire::policy::{
    Dscp, Ecn, FlowLabel, Fragmentation, Identification, Model, PerPacket, Policy, SourcePort, TrafficClass,
    UdpChecksum,
};
use contrail_wire::tunnel::mpls::LabelStack;
use contrail_wire::tunnel::vxlan::{VxlanGpeHeader, VxlanHeader};
use contrail_wire::{
    Checksum, Decoder, Encapsulation, EncodeError, EtherType, Label, Labels, LinkType, MacAddr, MplsPayload,
    Template,
};

use crate::UNWRITTEN;

/// What stands behind labels in these frames; the control word is written and read.
const PAYLOADS: [MplsPayload; 4] =
    [MplsPayload::Ip, MplsPayload::Ethernet, MplsPayload::EthernetWithControlWord, MplsPayload::Opaque];

/// Any bytes, made into a template, what is known of a packet, and an inner that is a good frame or just bytes.
pub fn encapsulation(bytes: &[u8]) {
    // Too few bytes make no case.
    let _ = stamped(&mut Unstructured::new(bytes));
}

fn stamped(input: &mut Unstructured<'_>) -> Result<()> {
    let payload = *input.choose(&PAYLOADS)?;
    let (link, template) = template(input, payload)?;
    let packet = PerPacket {
        flow: Option::<u32>::arbitrary(input)?.map(FlowHash::new),
        source_port: input.arbitrary()?,
        identification: input.arbitrary()?,
    };
    let spare = input.int_in_range(0..=3)?;
    let inner = if input.arbitrary()? {
        Frame::arbitrary(input)?.encode()
    } else {
        input.bytes(input.len())?.to_vec()
    };

    let start = spare + template.headroom();
    let mut buffer = vec![UNWRITTEN; start];
    buffer.extend_from_slice(&inner);
    let mut by_itself = buffer.clone();
    if let Err(error) = template.stamp_with(&mut buffer, start, packet) {
        let fits = inner.len() <= template.max_inner(usize::MAX);
        assert!(matches!(error, EncodeError::TooLong { .. }) && !fits, "{error}");
        return Ok(());
    }
    let (before, frame) = buffer.split_at_mut(spare);
    assert!(before.iter().all(|byte| *byte == UNWRITTEN), "nothing is written in front of the headers");
    can_be_read(link, frame, payload, &inner);

    template.stamp(&mut by_itself, start).expect("what fits once fits again");
    can_be_read(link, &by_itself[spare..], payload, &inner);
    if packet == PerPacket::default() {
        assert_eq!(frame, &by_itself[spare..], "nothing given is nothing known");
    }

    let choose = move |_: &LabelStack<'_>| payload;
    let decoder = Decoder::new().vxlan_ports(&[4789, 4790, 8472]).mpls_payload(&choose);
    let edited = decoder.edit(link, frame, 0, |outer| {
        outer.ipv4.into_iter().for_each(|ip| ip.time_to_live ^= 0x5a);
        outer.ipv6.into_iter().for_each(|ip| ip.hop_limit ^= 0x5a);
        outer.udp.into_iter().for_each(|udp| udp.source_port.set(49152));
        outer.labels.iter_mut().for_each(|entry| entry.ttl ^= 0x5a);
    });
    assert_eq!(edited, Ok(Some(())), "what was stamped can be changed");
    can_be_read(link, frame, payload, &inner);
    Ok(())
}

fn can_be_read(link: LinkType, frame: &[u8], payload: MplsPayload, inner: &[u8]) {
    let choose = move |_: &LabelStack<'_>| payload;
    let decoder = Decoder::new().vxlan_ports(&[4789, 4790, 8472]).mpls_payload(&choose);
    let decoded = decoder.captured(link, frame, frame.len());
    assert_eq!(decoded.error, None, "a stamped frame can be read");
    let outer = decoded.packet;
    assert_eq!(outer.payload(), inner, "and carries what it was given");
    assert!(outer.tunnel().is_some() && outer.trailer().is_empty());
    for checksum in [outer.network_checksum(), outer.transport_checksum()] {
        assert!(matches!(checksum, Checksum::Right | Checksum::Absent), "{checksum:?}");
    }
}

fn template(input: &mut Unstructured<'_>, payload: MplsPayload) -> Result<(LinkType, Template)> {
    let encapsulation = match input.int_in_range(0..=3)? {
        0 => Encapsulation::vxlan(VxlanHeader::arbitrary(input)?)
            .destination_port(*input.choose(&[4789, 8472])?),
        1 => Encapsulation::vxlan_gpe(VxlanGpeHeader::arbitrary(input)?),
        kind => {
            let mut stack = vec![Label::arbitrary(input)?];
            for _ in 0..input.int_in_range(0..=Labels::MAX_DEPTH - 1)? {
                stack.push(input.arbitrary()?);
            }
            let labels = Labels::new(&stack).expect("one to as many as there may be").payload(payload);
            if kind == 2 {
                Encapsulation::mpls_over_udp(labels)
            } else {
                Encapsulation::mpls_over_gre(labels)
            }
        }
    };
    let template = if input.arbitrary()? {
        encapsulation.ipv6(input.arbitrary::<u128>()?.into(), input.arbitrary::<u128>()?.into())
    } else {
        encapsulation.ipv4(input.arbitrary::<u32>()?.into(), input.arbitrary::<u32>()?.into())
    };
    let template = template.policy(policy(input)?);
    if input.arbitrary()? {
        return Ok((LinkType::RawIp, template));
    }
    let mut template = template.ethernet(MacAddr::arbitrary(input)?, MacAddr::arbitrary(input)?);
    for _ in 0..input.int_in_range(0..=Template::MAX_TAGS)? {
        let ethertype = *input.choose(&[EtherType::VLAN, EtherType::SERVICE_VLAN])?;
        template = template.tag(ethertype, input.arbitrary()?).expect("as many as there may be");
    }
    Ok((LinkType::Ethernet, template))
}

fn policy(input: &mut Unstructured<'_>) -> Result<Policy> {
    let source = *input.choose(&[Identification::Given, Identification::Inner])?;
    let hasher = FlowHasher::new().seed(input.arbitrary()?);
    Ok(Policy {
        fragmentation: *input.choose(&[
            Fragmentation::Refused,
            Fragmentation::Allowed(source),
            Fragmentation::Inner(source),
        ])?,
        ttl: model(input, |input| input.arbitrary())?,
        dscp: model(input, |input| Ok(Dscp::new(input.int_in_range(0..=63)?).expect("in range")))?,
        ecn: *input.choose(&[Ecn::Normal, Ecn::Compatibility])?,
        mpls_ttl: model(input, |input| input.arbitrary())?,
        mpls_traffic_class: model(input, |input| {
            Ok(TrafficClass::new(input.int_in_range(0..=7)?).expect("in range"))
        })?,
        source_port: if input.arbitrary()? {
            SourcePort::Flow
        } else {
            SourcePort::Fixed(input.arbitrary()?)
        },
        udp_checksum: *input.choose(&[UdpChecksum::Required, UdpChecksum::Zero, UdpChecksum::Computed])?,
        flow_label: *input.choose(&[FlowLabel::Flow, FlowLabel::Zero])?,
        hasher: if input.arbitrary()? { hasher.symmetric() } else { hasher },
    })
}

fn model<T>(
    input: &mut Unstructured<'_>,
    pipe: impl FnOnce(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Model<T>> {
    Ok(if input.arbitrary()? { Model::Uniform } else { Model::Pipe(pipe(input)?) })
}

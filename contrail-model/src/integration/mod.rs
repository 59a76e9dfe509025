//! What services of known kinds consist of and which flows they need, as data: each kind is a table of the form in
//! which a document describes its own (`integration_kinds`).

mod ironic;
mod kubernetes;
mod kubernetes_keystone;
mod octavia;
mod openstack;
mod vcenter;

use crate::document::{FlowTemplate, IntegrationKind};

/// A kind of integration.
struct Table {
    name: &'static str,
    services: &'static [&'static str],
    optional_services: &'static [&'static str],
    flows: &'static [Row],
}

/// Who opens the flow, who answers, protocol, port and what it is for.
type Row = (&'static str, &'static str, &'static str, Option<u16>, &'static str);

const TABLES: [&Table; 6] = [
    &octavia::OCTAVIA,
    &ironic::IRONIC,
    &kubernetes_keystone::KUBERNETES_KEYSTONE,
    &openstack::OPENSTACK,
    &kubernetes::KUBERNETES,
    &vcenter::VCENTER,
];

/// All kinds that are known.
pub(crate) fn known() -> Vec<IntegrationKind> {
    TABLES.map(Table::kind).to_vec()
}

impl Table {
    fn kind(&self) -> IntegrationKind {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let flow = |(from, to, protocol, port, why): &Row| FlowTemplate {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            protocol: (*protocol).to_owned(),
            port: *port,
            why: (*why).to_owned(),
        };
        IntegrationKind {
            name: self.name.to_owned(),
            services: owned(self.services),
            optional_services: owned(self.optional_services),
            flows: self.flows.iter().map(flow).collect(),
        }
    }
}

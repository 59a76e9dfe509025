//! Who can be an end of a flow, and which flows are required.

use std::collections::HashMap;

use super::{Names, Resolver};
use crate::document;
use crate::fabric::{Endpoint, Fabric, Name, Network, NetworkId, RequiredFlow, Server, ServerId};
use crate::integration::{KINDS, Kind, Party};

impl Resolver<'_> {
    pub(super) fn flows(
        &mut self,
        fabric: &Fabric,
        servers: &Names<'_, Server>,
        networks: &Names<'_, Network>,
    ) -> (HashMap<Name, Vec<Endpoint>>, Vec<RequiredFlow>) {
        let mut endpoints: HashMap<Name, Vec<Endpoint>> = HashMap::new();
        for (id, workload) in fabric.workloads.iter() {
            endpoints.entry(workload.name.clone()).or_insert_with(|| vec![Endpoint::Workload(id)]);
        }
        for (id, server) in fabric.servers.iter() {
            if !server.addresses.is_empty() {
                endpoints.entry(server.name.clone()).or_insert_with(|| vec![Endpoint::Server(id, 0)]);
            }
        }
        let mut required = Vec::new();
        for (i, integration) in self.document.integrations.iter().enumerate() {
            let path = format!("integrations[{i}]");
            let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.name, kind)).collect();
            let kind = self.word(&format!("{path}.kind"), "a kind of integration", &integration.kind, &kinds);
            if let Some(kind) = kind {
                let mut scope = Scope { fabric, servers, networks, endpoints: &mut endpoints };
                self.integration(&mut scope, &path, integration, kind, &mut required);
            }
        }
        for (i, flow) in self.document.flows.iter().enumerate() {
            self.own_flow(&format!("flows[{i}]"), flow, &endpoints, &mut required);
        }
        for flow in &required {
            let [from, to] = [&flow.from, &flow.to].map(|(_, end)| fabric.address_of(*end));
            if from.is_ipv4() != to.is_ipv4() {
                let message = format!("{from} and {to} are of different address families");
                self.problem(&*flow.path, message);
            }
        }
        (endpoints, required)
    }

    fn integration(
        &mut self,
        scope: &mut Scope<'_>,
        path: &str,
        integration: &document::Integration,
        kind: &Kind,
        required: &mut Vec<RequiredFlow>,
    ) {
        let management = self.find(
            scope.networks,
            &format!("{path}.management_network"),
            "network",
            &integration.management_network,
        );
        let service_network = integration
            .service_network
            .as_ref()
            .and_then(|name| self.find(scope.networks, &format!("{path}.service_network"), "network", name));
        let mut parties: HashMap<&str, Vec<(Name, Endpoint)>> = HashMap::new();
        for (service, hosts) in &integration.services {
            let path = format!("{path}.services.{service}");
            if !kind.services.contains(&service.as_str()) {
                let known = kind.services.join(", ");
                self.problem(&path, format!("{} has no service `{service}`: expected {known}", kind.name));
                continue;
            }
            for host in &hosts.0 {
                let Some(server) = self.find(scope.servers, &path, "server", host) else { continue };
                let Some(index) = self.service_address(scope, &path, server, service_network) else {
                    continue;
                };
                let endpoint = Endpoint::Server(server, index);
                let called: Name = format!("{}-{service}", kind.name).into();
                let on_host: Name = format!("{called}@{host}").into();
                scope.endpoints.entry(called).or_default().push(endpoint);
                scope.endpoints.entry(on_host.clone()).or_insert_with(|| vec![endpoint]);
                parties.entry(service).or_default().push((on_host, endpoint));
            }
        }
        for service in kind.services {
            if !integration.services.contains_key(*service) {
                let message = format!("{} needs to know where its service `{service}` runs", kind.name);
                self.problem(format!("{path}.services"), message);
            }
        }
        let Some(management) = management else { return };
        let workloads: Vec<(Name, Endpoint)> = scope
            .fabric
            .workloads_of(management)
            .iter()
            .map(|id| (scope.fabric.workloads[*id].name.clone(), Endpoint::Workload(*id)))
            .collect();
        let ends = |party: Party| match party {
            Party::Workloads => workloads.clone(),
            Party::Service(service) => parties.get(service).cloned().unwrap_or_default(),
        };
        for template in kind.flows {
            for from in ends(template.from) {
                for to in ends(template.to) {
                    required.push(RequiredFlow {
                        from: from.clone(),
                        to,
                        protocol: template.protocol,
                        port: template.port,
                        why: template.why.into(),
                        path: path.into(),
                    });
                }
            }
        }
    }

    /// The address that a service listens on: the one in the service network, or the server's only one.
    fn service_address(
        &mut self,
        scope: &Scope<'_>,
        path: &str,
        server: ServerId,
        network: Option<NetworkId>,
    ) -> Option<usize> {
        let server = &scope.fabric.servers[server];
        let found = match network {
            Some(network) => server.addresses.iter().position(|address| address.network == network),
            None if server.addresses.len() == 1 => Some(0),
            None => None,
        };
        if found.is_none() {
            let name = &server.name;
            let message = match network {
                Some(network) => {
                    format!("{name} has no address in {}", scope.fabric.networks[network].name)
                }
                None => format!(
                    "{name} has {} addresses: service_network must say which one the service uses",
                    server.addresses.len()
                ),
            };
            self.problem(path, message);
        }
        found
    }

    fn own_flow(
        &mut self,
        path: &str,
        flow: &document::Flow,
        endpoints: &HashMap<Name, Vec<Endpoint>>,
        required: &mut Vec<RequiredFlow>,
    ) {
        let protocol = self.protocol(&format!("{path}.protocol"), &flow.protocol);
        let [from, to] = [("from", &flow.from), ("to", &flow.to)].map(|(field, name)| {
            let found = endpoints.get(name.as_str()).cloned().unwrap_or_default();
            if found.is_empty() {
                let known = self.suggestion(name, endpoints.keys().map(|name| &**name));
                let message =
                    format!("no workload, service or server with an address is called `{name}`{known}");
                self.problem(format!("{path}.{field}"), message);
            }
            found
        });
        let Some(protocol) = protocol else { return };
        for from in &from {
            for to in &to {
                required.push(RequiredFlow {
                    from: (flow.from.as_str().into(), *from),
                    to: (flow.to.as_str().into(), *to),
                    protocol,
                    port: flow.port,
                    why: flow.why.as_str().into(),
                    path: path.into(),
                });
            }
        }
    }
}

/// What an integration's names are looked up in.
struct Scope<'s> {
    fabric: &'s Fabric,
    servers: &'s Names<'s, Server>,
    networks: &'s Names<'s, Network>,
    endpoints: &'s mut HashMap<Name, Vec<Endpoint>>,
}

//! Longest prefix match.

use std::collections::BTreeSet;
use std::net::IpAddr;

use foldhash::HashMap;
use ipnet::IpNet;

/// A routing table: values by prefix.
#[derive(Clone, Debug)]
pub(crate) struct PrefixTable<T> {
    entries: HashMap<IpNet, T>,
    /// The lengths that occur, separately for IPv4 and IPv6.
    lengths: [BTreeSet<u8>; 2],
}

impl<T> Default for PrefixTable<T> {
    fn default() -> Self {
        Self { entries: HashMap::default(), lengths: [BTreeSet::new(), BTreeSet::new()] }
    }
}

impl<T: Default> PrefixTable<T> {
    pub(crate) fn entry(&mut self, prefix: IpNet) -> &mut T {
        let [v4, v6] = &mut self.lengths;
        let lengths = if prefix.addr().is_ipv4() { v4 } else { v6 };
        lengths.insert(prefix.prefix_len());
        self.entries.entry(prefix.trunc()).or_default()
    }
}

impl<T> PrefixTable<T> {
    /// The entry with the longest prefix that contains the address.
    pub(crate) fn longest(&self, address: IpAddr) -> Option<(IpNet, &T)> {
        let [v4, v6] = &self.lengths;
        let lengths = if address.is_ipv4() { v4 } else { v6 };
        lengths.iter().rev().find_map(|length| {
            let prefix = IpNet::new(address, *length).ok()?.trunc();
            Some((prefix, self.entries.get(&prefix)?))
        })
    }
}

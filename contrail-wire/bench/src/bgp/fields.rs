//! What every contender reads of a message, so that none can skip work.

/// The fields of a MAC/IP route with one label.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    pub rd: [u8; 8],
    pub esi: [u8; 10],
    pub ethernet_tag: u32,
    pub mac: [u8; 6],
    pub ip: [u8; 4],
    /// All 24 bits.
    pub label: u32,
}

impl Fields {
    /// All of them in one number, for the optimiser's sake.
    #[inline(always)]
    pub fn digest(&self) -> u64 {
        let [mut mac, mut esi] = [[0; 8]; 2];
        mac[2..].copy_from_slice(&self.mac);
        esi.copy_from_slice(&self.esi[..8]);
        u64::from_ne_bytes(self.rd)
            ^ u64::from_ne_bytes(esi) << 3
            ^ u64::from(u16::from_ne_bytes([self.esi[8], self.esi[9]])) << 7
            ^ u64::from(self.ethernet_tag) << 11
            ^ u64::from_ne_bytes(mac) << 13
            ^ u64::from(u32::from_ne_bytes(self.ip)) << 17
            ^ u64::from(self.label) << 23
    }
}

/// What stands once in a message, and the digests of its routes.
#[inline(always)]
pub fn digest(next_hop: [u8; 4], local_pref: u32, routes: u64) -> u64 {
    routes ^ u64::from(u32::from_be_bytes(next_hop)) << 5 ^ u64::from(local_pref) << 19
}

/// The digest of one more route.
#[inline(always)]
pub fn and(routes: u64, route: u64) -> u64 {
    routes.rotate_left(1) ^ route
}

//! What every contender reads of a frame, so that none can skip work.

/// The fields, as plain numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub outer_source: u32,
    pub outer_destination: u32,
    /// 0 over GRE.
    pub entropy: u16,
    /// VNI or label.
    pub tunnel: u32,
    /// 0 behind MPLS.
    pub inner_mac: [u8; 6],
    pub source: u32,
    pub destination: u32,
    pub source_port: u16,
    pub destination_port: u16,
    /// Length of the TCP payload.
    pub payload: usize,
}

impl Fields {
    /// All of them in one number, for the optimiser's sake.
    #[inline(always)]
    pub fn digest(&self) -> u64 {
        let [a, b, c, d, e, f] = self.inner_mac;
        u64::from(self.outer_source)
            ^ u64::from(self.outer_destination) << 7
            ^ u64::from(self.entropy) << 13
            ^ u64::from(self.tunnel) << 17
            ^ u64::from_be_bytes([0, 0, a, b, c, d, e, f])
            ^ u64::from(self.source) << 23
            ^ u64::from(self.destination) << 29
            ^ u64::from(self.source_port) << 31
            ^ u64::from(self.destination_port) << 37
            ^ (self.payload as u64) << 41
    }
}

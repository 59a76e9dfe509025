use core::fmt;
use core::net::Ipv4Addr;
use core::str::FromStr;

use crate::ValueError;

/// A number together with who assigned it: what a route distinguisher (RFC 4364 section 4.2), a route target and
/// some other extended communities (RFC 4360 section 3, RFC 5668) are made of.
///
/// Text is `64512:100`, `10.0.0.1:100` or `64512L:100`. The `L` says that the AS number has four octets; it is printed
/// where the number alone would read as one of two, and read anywhere.
///
/// ```
/// use contrail_wire::AssignedNumber;
/// let number: AssignedNumber = "64512:100".parse().unwrap();
/// assert_eq!(number, AssignedNumber::TwoOctetAs { asn: 64512, number: 100 });
/// let number = AssignedNumber::FourOctetAs { asn: 64512, number: 100 };
/// assert_eq!(number.to_string(), "64512L:100");
/// assert_eq!("4200000000:7".parse(), Ok(AssignedNumber::FourOctetAs { asn: 4_200_000_000, number: 7 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssignedNumber {
    /// Type 0: by an autonomous system whose number fits into two octets.
    TwoOctetAs {
        /// The autonomous system.
        asn: u16,
        /// What it assigned.
        number: u32,
    },
    /// Type 1: by whom an IPv4 address belongs to.
    Ipv4 {
        /// The address.
        address: Ipv4Addr,
        /// What its owner assigned.
        number: u16,
    },
    /// Type 2: by an autonomous system.
    FourOctetAs {
        /// The autonomous system.
        asn: u32,
        /// What it assigned.
        number: u16,
    },
}

impl AssignedNumber {
    /// The type, 0 to 2, and the six octets behind it.
    pub(crate) const fn to_wire(self) -> (u8, [u8; 6]) {
        match self {
            Self::TwoOctetAs { asn, number } => {
                let ([a, b], [c, d, e, f]) = (asn.to_be_bytes(), number.to_be_bytes());
                (0, [a, b, c, d, e, f])
            }
            Self::Ipv4 { address, number } => {
                let ([a, b, c, d], [e, f]) = (address.octets(), number.to_be_bytes());
                (1, [a, b, c, d, e, f])
            }
            Self::FourOctetAs { asn, number } => {
                let ([a, b, c, d], [e, f]) = (asn.to_be_bytes(), number.to_be_bytes());
                (2, [a, b, c, d, e, f])
            }
        }
    }

    pub(crate) const fn from_wire(kind: u8, [a, b, c, d, e, f]: [u8; 6]) -> Option<Self> {
        Some(match kind {
            0 => {
                let (asn, number) = (u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f]));
                Self::TwoOctetAs { asn, number }
            }
            1 => Self::Ipv4 { address: Ipv4Addr::new(a, b, c, d), number: u16::from_be_bytes([e, f]) },
            2 => {
                let (asn, number) = (u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, f]));
                Self::FourOctetAs { asn, number }
            }
            _ => return None,
        })
    }
}

impl fmt::Display for AssignedNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TwoOctetAs { asn, number } => write!(f, "{asn}:{number}"),
            Self::Ipv4 { address, number } => write!(f, "{address}:{number}"),
            Self::FourOctetAs { asn, number } if asn > u16::MAX.into() => write!(f, "{asn}:{number}"),
            Self::FourOctetAs { asn, number } => write!(f, "{asn}L:{number}"),
        }
    }
}

impl FromStr for AssignedNumber {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const SYNTAX: ValueError = ValueError::Syntax {
            what: "an assigned number",
            expected: "64512:100, 10.0.0.1:100 or 64512L:100",
        };
        let (assigner, number) = text.rsplit_once(':').ok_or(SYNTAX)?;
        if assigner.contains('.') {
            let address = assigner.parse().map_err(|_| SYNTAX)?;
            return Ok(Self::Ipv4 { address, number: decimal(number).ok_or(SYNTAX)? });
        }
        if let Some(asn) = assigner.strip_suffix(['L', 'l']) {
            let (asn, number) = (decimal(asn).ok_or(SYNTAX)?, decimal(number).ok_or(SYNTAX)?);
            return Ok(Self::FourOctetAs { asn, number });
        }
        if let Some(asn) = decimal(assigner) {
            return Ok(Self::TwoOctetAs { asn, number: decimal(number).ok_or(SYNTAX)? });
        }
        let (asn, number) = (decimal(assigner).ok_or(SYNTAX)?, decimal(number).ok_or(SYNTAX)?);
        Ok(Self::FourOctetAs { asn, number })
    }
}

/// A number of digits only: the standard library also takes a sign in front.
fn decimal<N: FromStr>(text: &str) -> Option<N> {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_as_number_says_how_many_octets_it_has() {
        for (text, kind) in [
            ("65535:4294967295", 0),
            ("10.0.0.1:65535", 1),
            ("65535L:65535", 2),
            ("65536:65535", 2),
            ("0:0", 0),
            ("0L:0", 2),
        ] {
            let number: AssignedNumber = text.parse().unwrap();
            let (found, octets) = number.to_wire();
            assert_eq!((found, number.to_string().as_str()), (kind, text));
            assert_eq!(AssignedNumber::from_wire(found, octets), Some(number));
        }
        assert_eq!("65536L:1".parse::<AssignedNumber>().unwrap().to_string(), "65536:1");
    }

    #[test]
    fn what_does_not_fit_is_not_read() {
        for text in [
            "",
            ":",
            "1",
            "1:",
            ":1",
            "65536:65536",
            "64512L:65536",
            "10.0.0.1:65536",
            "+1:1",
            "1:+1",
            "1.2.3:1",
            "1:2:3",
        ] {
            assert!(text.parse::<AssignedNumber>().is_err(), "{text}");
        }
    }
}

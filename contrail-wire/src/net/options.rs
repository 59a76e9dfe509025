//! The list of options that IPv4 and TCP share.

/// The options one by one: first octet and data. Padding is left out.
#[derive(Clone, Debug)]
pub(super) struct Options<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Options<'a> {
    /// An option, or the octets from one whose length is below 2 or past the end; nothing follows them.
    type Item = Result<(u8, &'a [u8]), &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        const END: u8 = 0;
        const NO_OPERATION: u8 = 1;
        while let [NO_OPERATION, behind @ ..] = self.0 {
            self.0 = behind;
        }
        let options = self.0;
        match *options {
            [] | [END, ..] => None,
            [kind, length, ..] if length >= 2 && usize::from(length) <= options.len() => {
                let (option, behind) = options.split_at(length.into());
                self.0 = behind;
                Some(Ok((kind, option.get(2..).unwrap_or_default())))
            }
            _ => {
                self.0 = &[];
                Some(Err(options))
            }
        }
    }
}

//! CBOR (RFC 8949), as far as authenticators send it: definite lengths, no tags, no floating-point numbers (CTAP 2,
//! *canonical CBOR encoding form*).

/// Containers within each other that are read; CTAP 2 allows four.
const DEPTH_MAX: usize = 8;

/// A value, which borrows its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Self>),
    Map(Vec<(Self, Self)>),
    /// True, false, null and the like.
    Simple(u8),
}

impl<'a> Value<'a> {
    /// The value at the beginning of `bytes`, and what follows it. Memory stays in proportion to `bytes`, whatever
    /// lengths they claim.
    pub(super) fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut reader = Reader { rest: bytes };
        let value = reader.value(DEPTH_MAX)?;
        Some((value, reader.rest))
    }

    /// The value of `key`, which a map has once.
    pub(super) fn get(&self, key: &Self) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        let mut found = entries.iter().filter(|(known, _)| known == key);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value)
    }

    pub(super) fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        let (major, argument) = self.head()?;
        Some(match major {
            0 => Value::Number(i64::try_from(argument).ok()?),
            1 => Value::Number(-1 - i64::try_from(argument).ok()?),
            2 => Value::Bytes(self.take(argument)?),
            3 => Value::Text(std::str::from_utf8(self.take(argument)?).ok()?),
            4 => {
                let mut items = Vec::new();
                for _ in 0..argument {
                    items.push(self.value(depth.checked_sub(1)?)?);
                }
                Value::Array(items)
            }
            5 => {
                let mut entries = Vec::new();
                for _ in 0..argument {
                    let depth = depth.checked_sub(1)?;
                    entries.push((self.value(depth)?, self.value(depth)?));
                }
                Value::Map(entries)
            }
            // Floating-point numbers have a longer head.
            7 => Value::Simple(u8::try_from(argument).ok().filter(|simple| *simple < 24)?),
            _ => return None,
        })
    }

    /// The major type and its argument.
    fn head(&mut self) -> Option<(u8, u64)> {
        let first = *self.take(1)?.first()?;
        let argument = match first & 31 {
            small @ 0..24 => u64::from(small),
            size @ 24..28 if first >> 5 != 7 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
            }
            _ => return None,
        };
        Some((first >> 5, argument))
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Option<Value<'_>> {
        Value::first(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
    }

    /// Examples of RFC 8949, appendix A.
    #[test]
    fn values_are_those_of_the_specification() {
        assert_eq!(whole(&[0x17]), Some(Value::Number(23)));
        assert_eq!(whole(&[0x18, 0x64]), Some(Value::Number(100)));
        assert_eq!(whole(&[0x1a, 0, 0x0f, 0x42, 0x40]), Some(Value::Number(1_000_000)));
        assert_eq!(whole(&[0x39, 0x03, 0xe7]), Some(Value::Number(-1000)));
        assert_eq!(whole(&[0x44, 1, 2, 3, 4]), Some(Value::Bytes(&[1, 2, 3, 4])));
        assert_eq!(whole(&[0x64, b'I', b'E', b'T', b'F']), Some(Value::Text("IETF")));
        assert_eq!(whole(&[0xf5]), Some(Value::Simple(21)));
        let map = whole(&[0xa2, 0x61, b'a', 1, 0x61, b'b', 0x82, 2, 3]).unwrap();
        assert_eq!(map.get(&Value::Text("a")), Some(&Value::Number(1)));
        assert_eq!(map.get(&Value::Text("b")), Some(&Value::Array(vec![Value::Number(2), Value::Number(3)])));
    }

    #[test]
    fn what_authenticators_do_not_send_is_refused() {
        let refused: [&[u8]; 8] = [
            &[],
            &[0x44, 1, 2, 3],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            &[0x5f, 0x41, 1, 0xff],
            &[0xc1, 0x01],
            &[0xf9, 0x3c, 0],
            &[0x62, 0xff, 0xfe],
        ];
        for bytes in refused {
            assert_eq!(Value::first(bytes), None, "{bytes:x?}");
        }
        assert_eq!(Value::first(&[0x81; 64]), None, "too deep");
    }

    #[test]
    fn a_key_that_comes_twice_is_none() {
        assert_eq!(whole(&[0xa2, 1, 2, 1, 3]).unwrap().get(&Value::Number(1)), None);
    }
}

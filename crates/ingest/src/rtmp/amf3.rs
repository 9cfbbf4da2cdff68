//! AMF 3, as far as the command arguments of Flash-like clients need it.

use super::amf0::{Amf0Error, MAX_DEPTH, MAX_VALUES, Value};

/// Reads the value at the front of `bytes` and consumes it. Each such value has its own reference tables; depth and the
/// number of values, names and traits count for the whole message.
pub(super) fn take_value(bytes: &mut &[u8], depth: usize, count: &mut usize) -> Result<Value, Amf0Error> {
    let mut decoder = Decoder { bytes, strings: Vec::new(), traits: Vec::new(), count: *count };
    let value = decoder.value(depth)?;
    (*bytes, *count) = (decoder.bytes, decoder.count);
    Ok(value)
}

struct Decoder<'a> {
    bytes: &'a [u8],
    strings: Vec<String>,
    traits: Vec<Traits>,
    count: usize,
}

#[derive(Clone)]
struct Traits {
    names: Vec<String>,
    is_dynamic: bool,
}

impl Decoder<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        self.counted()?;
        if depth > MAX_DEPTH {
            return Err(Amf0Error::TooLarge);
        }
        match self.byte()? {
            0 | 1 => Ok(Value::Null),
            2 => Ok(Value::Boolean(false)),
            3 => Ok(Value::Boolean(true)),
            4 => self.number().map(|number| {
                // 29 bits, signed.
                let signed = (number << 3).cast_signed() >> 3;
                Value::Number(f64::from(signed))
            }),
            5 => self.double().map(Value::Number),
            6 => self.string().map(Value::String),
            8 => {
                if self.number()? & 1 == 1 {
                    self.double()?;
                }
                Ok(Value::Null)
            }
            9 => self.array(depth),
            10 => self.object(depth),
            // XML and byte arrays: no command needs their contents.
            7 | 11 | 12 => {
                let header = self.number()?;
                if header & 1 == 1 {
                    self.take(header >> 1)?;
                }
                Ok(Value::Null)
            }
            other => Err(Amf0Error::UnknownType(other)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        let header = self.number()?;
        if header & 1 == 0 {
            return Ok(Value::Null);
        }
        let named = self.named(depth)?;
        let mut values = Vec::new();
        for _ in 0..header >> 1 {
            values.push(self.value(depth + 1)?);
        }
        Ok(if named.is_empty() { Value::Array(values) } else { Value::Object(named) })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        let header = self.number()?;
        if header & 1 == 0 {
            return Ok(Value::Null);
        }
        let traits = self.traits(header)?;
        let mut properties = Vec::new();
        for name in traits.names {
            properties.push((name, self.value(depth + 1)?));
        }
        if traits.is_dynamic {
            properties.extend(self.named(depth)?);
        }
        Ok(Value::Object(properties))
    }

    fn traits(&mut self, header: u32) -> Result<Traits, Amf0Error> {
        if header & 2 == 0 {
            let known = usize::try_from(header >> 2).ok().and_then(|index| self.traits.get(index));
            return known.cloned().ok_or(Amf0Error::Truncated);
        }
        if header & 4 != 0 {
            // Only its class knows what an externalizable object looks like.
            return Err(Amf0Error::UnknownType(10));
        }
        let _class = self.string()?;
        let mut names = Vec::new();
        for _ in 0..header >> 4 {
            names.push(self.string()?);
        }
        let traits = Traits { names, is_dynamic: header & 8 != 0 };
        self.traits.push(traits.clone());
        Ok(traits)
    }

    /// Names and values up to an empty name.
    fn named(&mut self, depth: usize) -> Result<Vec<(String, Value)>, Amf0Error> {
        let mut named = Vec::new();
        loop {
            let name = self.string()?;
            if name.is_empty() {
                return Ok(named);
            }
            named.push((name, self.value(depth + 1)?));
        }
    }

    fn string(&mut self) -> Result<String, Amf0Error> {
        self.counted()?;
        let header = self.number()?;
        if header & 1 == 0 {
            let known = usize::try_from(header >> 1).ok().and_then(|index| self.strings.get(index));
            return known.cloned().ok_or(Amf0Error::Truncated);
        }
        let text = String::from_utf8_lossy(self.take(header >> 1)?).into_owned();
        if !text.is_empty() {
            self.strings.push(text.clone());
        }
        Ok(text)
    }

    /// An integer of up to 29 bits, seven in each byte and eight in the fourth.
    fn number(&mut self) -> Result<u32, Amf0Error> {
        let mut number = 0_u32;
        for _ in 0..3 {
            let byte = self.byte()?;
            number = number << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Ok(number << 8 | u32::from(self.byte()?))
    }

    fn double(&mut self) -> Result<f64, Amf0Error> {
        let bytes = *self.take(8)?.first_chunk().ok_or(Amf0Error::Truncated)?;
        Ok(f64::from_be_bytes(bytes))
    }

    fn byte(&mut self) -> Result<u8, Amf0Error> {
        self.take(1)?.first().copied().ok_or(Amf0Error::Truncated)
    }

    fn take(&mut self, count: u32) -> Result<&[u8], Amf0Error> {
        let count = usize::try_from(count).map_err(|_| Amf0Error::Truncated)?;
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Amf0Error::Truncated)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn counted(&mut self) -> Result<(), Amf0Error> {
        self.count += 1;
        if self.count > MAX_VALUES { Err(Amf0Error::TooLarge) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtmp::amf0::read_all;

    fn take(bytes: &mut &[u8]) -> Result<Value, Amf0Error> {
        take_value(bytes, 0, &mut 0)
    }

    #[test]
    fn limits_are_those_of_the_whole_message() {
        let hundred = [&[17, 0x09, 0x81, 0x49, 0x01][..], &[0x01; 100]].concat();
        assert!(read_all(&hundred.repeat(4)).is_ok());
        assert_eq!(read_all(&hundred.repeat(6)), Err(Amf0Error::TooLarge));
        // Six levels of AMF 0, and four of AMF 3 inside.
        let deep = [&[10, 0, 0, 0, 1].repeat(6)[..], &[17], &[0x09, 0x03, 0x01].repeat(4), &[0x01]].concat();
        assert_eq!(read_all(&deep), Err(Amf0Error::TooLarge));
    }

    #[test]
    fn the_arguments_of_a_flash_like_connect() {
        // An object without a class and with any names: app "ingest", objectEncoding 3, tcUrl by reference, -1, a double.
        let mut bytes: &[u8] = b"\x0a\x0b\x01\x07app\x06\x0dingest\x03n\x04\x03\x0btcUrl\x06\x02\x03m\x04\xff\xff\xff\xff\x03d\x05\x3f\xf0\0\0\0\0\0\0\x01\x42";
        let value = take(&mut bytes).unwrap();
        assert_eq!(value.property("app").and_then(Value::as_str), Some("ingest"));
        assert_eq!(value.property("tcUrl").and_then(Value::as_str), Some("ingest"));
        let number = |name| value.property(name).and_then(Value::as_number);
        assert_eq!((number("n"), number("m"), number("d")), (Some(3.0), Some(-1.0), Some(1.0)));
        assert_eq!(bytes, [0x42], "what follows is left");
    }

    #[test]
    fn what_is_cut_or_endless_is_refused() {
        let whole: &[u8] = b"\x0a\x0b\x01\x07app\x06\x0dingest\x01";
        for length in 0..whole.len() {
            assert_eq!(take(&mut &whole[..length]), Err(Amf0Error::Truncated));
        }
        assert_eq!(take(&mut &[0x09, 0x03, 0x01].repeat(20)[..]), Err(Amf0Error::TooLarge));
        let wide = [&[0x09, 0x8f, 0xff, 0x7f, 0x01][..], &[0x01; 2000]].concat();
        assert_eq!(take(&mut &wide[..]), Err(Amf0Error::TooLarge));
    }
}

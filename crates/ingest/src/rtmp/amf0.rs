//! AMF 0, the encoding of RTMP commands: the subset that publishers use, with bounds.

/// Maximum nesting depth of objects, in AMF 3 too.
pub(super) const MAX_DEPTH: usize = 8;
/// Maximum number of values in one message, including AMF 3 and the names in it, excluding keys of AMF 0.
pub(super) const MAX_VALUES: usize = 512;

/// A value.
///
/// `Debug` shows the length of a string and never its text, since one of the strings is a stream key.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// A number; AMF 0 has no integers.
    Number(f64),
    /// A truth value.
    Boolean(bool),
    /// A string, short or long; invalid UTF-8 is replaced.
    String(String),
    /// An object or an associative array; the order is kept.
    Object(Vec<(String, Self)>),
    /// An array.
    Array(Vec<Self>),
    /// Null, undefined, or a type that has no use here.
    Null,
}

/// The bytes are not AMF 0, or exceed the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Amf0Error {
    /// They end inside a value.
    #[error("AMF 0 ends inside a value")]
    Truncated,
    /// An unknown type marker.
    #[error("AMF 0 type {0} is not known")]
    UnknownType(u8),
    /// Too deep, or too many values.
    #[error("AMF 0 of more than 8 levels or 512 values")]
    TooLarge,
}

impl Value {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The number.
    pub(super) const fn as_number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The property `name` of an object.
    pub(super) fn property(&self, name: &str) -> Option<&Self> {
        let Self::Object(properties) = self else { return None };
        properties.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A string value.
    pub fn string(text: &str) -> Self {
        Self::String(text.to_owned())
    }

    /// An object with these properties.
    pub fn object<const N: usize>(properties: [(&str, Self); N]) -> Self {
        Self::Object(properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Appends the value to `out`. Strings over 65,535 bytes become long strings; keys are cut at that length.
    pub fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Number(number) => {
                out.push(0);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Boolean(value) => out.extend_from_slice(&[1, u8::from(*value)]),
            Self::String(text) => put_string(text, out),
            Self::Object(properties) => {
                out.push(3);
                for (key, value) in properties {
                    put_key(key, out);
                    value.put(out);
                }
                out.extend_from_slice(&[0, 0, 9]);
            }
            Self::Array(values) => {
                out.push(10);
                out.extend_from_slice(
                    &u32::try_from(values.len()).expect("a message has few values").to_be_bytes(),
                );
                for value in values {
                    value.put(out);
                }
            }
            Self::Null => out.push(5),
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::String(text) => write!(f, "string of {} bytes", text.len()),
            Self::Object(properties) => {
                f.debug_map().entries(properties.iter().map(|(key, value)| (key, value))).finish()
            }
            Self::Array(values) => f.debug_list().entries(values).finish(),
            Self::Null => f.write_str("null"),
        }
    }
}

fn put_string(text: &str, out: &mut Vec<u8>) {
    if let Ok(length) = u16::try_from(text.len()) {
        out.push(2);
        out.extend_from_slice(&length.to_be_bytes());
    } else {
        out.push(12);
        out.extend_from_slice(&u32::try_from(text.len()).expect("a message is shorter").to_be_bytes());
    }
    out.extend_from_slice(text.as_bytes());
}

fn put_key(key: &str, out: &mut Vec<u8>) {
    let key = key.get(..key.floor_char_boundary(usize::from(u16::MAX))).unwrap_or_default();
    out.extend_from_slice(&u16::try_from(key.len()).expect("it was cut").to_be_bytes());
    out.extend_from_slice(key.as_bytes());
}

/// Reads all values in `bytes`, one after the other.
///
/// # Errors
/// [`Amf0Error`].
pub fn read_all(bytes: &[u8]) -> Result<Vec<Value>, Amf0Error> {
    let mut decoder = Decoder { bytes, values: 0 };
    let mut values = Vec::new();
    while !decoder.bytes.is_empty() {
        values.push(decoder.value(0)?);
    }
    Ok(values)
}

struct Decoder<'a> {
    bytes: &'a [u8],
    values: usize,
}

impl Decoder<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        self.values += 1;
        if depth > MAX_DEPTH || self.values > MAX_VALUES {
            return Err(Amf0Error::TooLarge);
        }
        let [marker] = self.take()?;
        match marker {
            0 => Ok(Value::Number(f64::from_be_bytes(self.take()?))),
            1 => Ok(Value::Boolean(self.take::<1>()? != [0])),
            2 => Ok(Value::String(self.short_string()?)),
            3 => self.object(depth),
            5 | 6 | 13 => Ok(Value::Null),
            // A reference to an earlier object: no publisher needs its contents.
            7 => self.take::<2>().map(|_| Value::Null),
            8 => {
                // The count of an associative array is a hint; its end is marked like an object's.
                self.take::<4>()?;
                self.object(depth)
            }
            10 => self.array(depth),
            11 => self.take::<10>().map(|_| Value::Null),
            12 | 15 => Ok(Value::String(self.long_string()?)),
            // From here on in AMF 3, for one value.
            17 => super::amf3::take_value(&mut self.bytes, depth, &mut self.values),
            16 => {
                self.short_string()?;
                self.object(depth)
            }
            other => Err(Amf0Error::UnknownType(other)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        let mut properties = Vec::new();
        loop {
            if let Some(rest) = self.bytes.strip_prefix(&[0, 0, 9]) {
                self.bytes = rest;
                return Ok(Value::Object(properties));
            }
            // Some encoders leave out the end marker at the very end of a message.
            if self.bytes.is_empty() {
                return Ok(Value::Object(properties));
            }
            let key = self.short_string()?;
            properties.push((key, self.value(depth + 1)?));
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        let count = u32::from_be_bytes(self.take()?);
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(values))
    }

    fn short_string(&mut self) -> Result<String, Amf0Error> {
        let length = u16::from_be_bytes(self.take()?);
        self.text(usize::from(length))
    }

    fn long_string(&mut self) -> Result<String, Amf0Error> {
        let length = u32::from_be_bytes(self.take()?);
        self.text(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn text(&mut self, length: usize) -> Result<String, Amf0Error> {
        let (text, rest) = self.bytes.split_at_checked(length).ok_or(Amf0Error::Truncated)?;
        self.bytes = rest;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Amf0Error> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(Amf0Error::Truncated)?;
        self.bytes = rest;
        Ok(*taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<f64>().prop_filter("NaN is not equal to itself", |n| !n.is_nan()).prop_map(Value::Number),
            any::<bool>().prop_map(Value::Boolean),
            ".{0,20}".prop_map(Value::String),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(("[a-z]{1,8}", inner.clone()), 0..5).prop_map(Value::Object),
                prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_put_is_read(values in prop::collection::vec(any_value(), 0..5)) {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| value.put(&mut bytes));
            prop_assert_eq!(read_all(&bytes), Ok(values));
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_all(&bytes);
        }
    }

    #[test]
    fn a_nest_of_objects_is_refused_and_not_recursed_into() {
        let nest: Vec<u8> = std::iter::repeat_n([3, 0, 1, b'a'], 10_000).flatten().collect();
        assert_eq!(read_all(&nest), Err(Amf0Error::TooLarge));
    }

    #[test]
    fn an_array_that_claims_four_billion_values_reserves_nothing() {
        assert_eq!(read_all(&[10, 0xFF, 0xFF, 0xFF, 0xFF, 5]), Err(Amf0Error::Truncated));
        let nulls: Vec<u8> = [10, 0xFF, 0xFF, 0xFF, 0xFF].into_iter().chain([5; 1000]).collect();
        assert_eq!(read_all(&nulls), Err(Amf0Error::TooLarge));
    }

    #[test]
    fn a_long_string_is_a_string() {
        let value = Value::String("x".repeat(70_000));
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        assert_eq!((bytes.first(), read_all(&bytes)), (Some(&12), Ok(vec![value])));
    }

    #[test]
    fn debug_shows_no_text() {
        let value = Value::object([("name", Value::string("s3cret"))]);
        assert!(!format!("{value:?}").contains("s3cret"));
    }
}

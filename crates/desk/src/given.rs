//! What a request brings, read into types: what cannot be read is refused in words, as everything else is.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::refusal::Refusal;

/// The body, as JSON. The guard has limited it.
pub(crate) struct Given<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let unread = |_| Refusal::malformed("The body did not come to its end.");
        let body = Bytes::from_request(request, state).await.map_err(unread)?;
        let wrong = |error| Refusal::malformed(format!("The body is not what is expected here: {error}."));
        serde_json::from_slice(&body)
            .or_else(|error| with_whole_numbers(&body).ok_or(error))
            .map(Self)
            .map_err(wrong)
    }
}

/// The same, where whole numbers stand as `12.0`: to JSON Schema, and to those who write by it, that is 12.
fn with_whole_numbers<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    read_value(serde_json::from_slice(body).ok()?).ok()
}

/// A part of a body, read likewise.
pub(crate) fn read_value<T: DeserializeOwned>(mut value: Value) -> Result<T, serde_json::Error> {
    make_whole(&mut value);
    serde_json::from_value(value)
}

/// Beyond this not every whole number is one of floating point.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

fn make_whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let whole = number
                .as_f64()
                .filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < WHOLE_MAX);
            if let Some(whole) = whole {
                // Within what both hold, so nothing is lost.
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
                let integer = whole as i64;
                *value = Value::from(integer);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(fields) => fields.values_mut().for_each(make_whole),
        _ => {}
    }
}

/// What stands in the path.
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let nowhere = |_| Refusal::absent("There is nothing at this address.");
        Path::from_request_parts(parts, state).await.map(|Path(at)| Self(at)).map_err(nowhere)
    }
}

/// What the query asks for.
pub(crate) struct Wanted<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Wanted<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let wrong = |_| Refusal::malformed("The query has a name or a value that is not known here.");
        Query::from_request_parts(parts, state).await.map(|Query(wanted)| Self(wanted)).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        let read = with_whole_numbers::<Vec<u16>>;
        assert_eq!(read(b"[12.0, 7, 1e3]"), Some(vec![12, 7, 1000]));
        for wrong in ["[12.5]", "[70000.0]", "[-1.0]", "[1e300]", "[", "[\"12.0\"]"] {
            assert_eq!(read(wrong.as_bytes()), None, "{wrong}");
        }
        let mut figures = json!({ "up": 4.25, "lines": [2.0, { "loss": 0.0 }] });
        make_whole(&mut figures);
        assert_eq!(figures.to_string(), r#"{"lines":[2,{"loss":0}],"up":4.25}"#);
    }
}

//! What publishers ask for, and the responses.

use super::StreamKey;
use super::amf0::{self, Amf0Error, Value};
use super::chunk::{kind, put_message};

/// Chunk stream of our protocol control messages, as the specification requires.
const CONTROL_CHUNKS: u32 = 2;
/// Chunk stream of our commands.
const COMMAND_CHUNKS: u32 = 3;
/// The one message stream that a connection gets.
pub(super) const STREAM: u32 = 1;

/// A command of a publisher.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    Connect {
        transaction: f64,
        application: String,
        /// What follows the application in the address, if it may be a key.
        key: Option<StreamKey>,
        is_enhanced: bool,
    },
    CreateStream {
        transaction: f64,
    },
    /// `None`: a name that cannot be a key.
    Publish {
        key: Option<StreamKey>,
    },
    /// The publisher ends its stream, by the command of this name.
    Goodbye(&'static str),
    /// Commands whose senders only need some response.
    Courtesy {
        transaction: f64,
    },
    /// Sent by a client that wants to watch.
    Play,
    /// Anything else; no response is expected.
    Other,
}

impl Command {
    /// Reads the payload of a command message in AMF 0.
    pub(super) fn read(payload: &[u8]) -> Result<Self, Amf0Error> {
        let values = amf0::read_all(payload)?;
        let name = values.first().and_then(Value::as_str).unwrap_or_default();
        let transaction = values.get(1).and_then(Value::as_number).unwrap_or_default();
        Ok(match name {
            "connect" => connect(transaction, values.get(2).unwrap_or(&Value::Null)),
            "createStream" => Self::CreateStream { transaction },
            "publish" => {
                let name = values.get(3).and_then(Value::as_str).unwrap_or_default();
                Self::Publish { key: StreamKey::from_publishing_name(name) }
            }
            "FCUnpublish" => Self::Goodbye("FCUnpublish"),
            "deleteStream" => Self::Goodbye("deleteStream"),
            "closeStream" => Self::Goodbye("closeStream"),
            "releaseStream" | "FCPublish" | "getStreamLength" | "_checkbw" => Self::Courtesy { transaction },
            "play" | "play2" | "FCSubscribe" => Self::Play,
            _ => Self::Other,
        })
    }
}

fn connect(transaction: f64, properties: &Value) -> Command {
    let text = |name| properties.property(name).and_then(Value::as_str).unwrap_or_default();
    let path = |text: &str| text.split('?').next().unwrap_or_default().trim_matches('/').to_owned();
    let (app, address) = (path(text("app")), path(text("tcUrl")));
    let in_address = address.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let (application, rest) = app.split_once('/').unwrap_or((&app, ""));
    // If only the server field of an encoder was filled in, the key is part of the application or of the address.
    let rest = if rest.is_empty() {
        let own = in_address.and_then(|(_, path)| path.strip_prefix(application)?.strip_prefix('/'));
        own.unwrap_or_default()
    } else {
        rest
    };
    let key = StreamKey::from_publishing_name(rest);
    let application = application.to_owned();
    let is_enhanced =
        ["fourCcList", "videoFourCcInfoMap"].iter().any(|name| properties.property(name).is_some());
    Command::Connect { transaction, application, key, is_enhanced }
}

/// Payload bytes in the chunks that we send; larger than any response.
const OUR_CHUNK_SIZE: u32 = 4096;
/// Number of bytes after which we want an acknowledgement: more than we ever send.
const OUR_WINDOW: u32 = 2_500_000;

/// The response to `connect`. After it, our chunks have [`OUR_CHUNK_SIZE`].
pub(super) fn put_connected(transaction: f64, is_enhanced: bool, out: &mut Vec<u8>) {
    put_control(kind::WINDOW_SIZE, &OUR_WINDOW.to_be_bytes(), out);
    let [a, b, c, d] = OUR_WINDOW.to_be_bytes();
    // Limit type 2, dynamic.
    put_control(kind::PEER_BANDWIDTH, &[a, b, c, d, 2], out);
    put_chunk_size(out);
    let mut properties = vec![
        // What Flash's own server reports; some encoders look for it.
        ("fmsVer".to_owned(), Value::string("FMS/3,5,7,7009")),
        ("capabilities".to_owned(), Value::Number(31.0)),
    ];
    if is_enhanced {
        properties.extend(enhanced_capabilities());
    }
    let info = status("status", "NetConnection.Connect.Success", "welcome", [("objectEncoding", 0.0)]);
    put_command(0, &["_result".into(), Value::Number(transaction), Value::Object(properties), info], out);
}

/// Enhanced RTMP: we accept avc1, hvc1 and mp4a, to forward them (4), and no multitrack. Of the extended capabilities
/// only modifiers (4) are understood.
fn enhanced_capabilities() -> [(String, Value); 4] {
    let forward = || Value::Number(4.0);
    [
        ("fourCcList".to_owned(), Value::Array(vec!["avc1".into(), "hvc1".into(), "mp4a".into()])),
        ("videoFourCcInfoMap".to_owned(), Value::object([("avc1", forward()), ("hvc1", forward())])),
        ("audioFourCcInfoMap".to_owned(), Value::object([("mp4a", forward())])),
        ("capsEx".to_owned(), Value::Number(4.0)),
    ]
}

/// The response to a `connect` to another application.
pub(super) fn put_wrong_application(transaction: f64, out: &mut Vec<u8>) {
    put_chunk_size(out);
    let text = format!("publish to rtmp://HOST/{}/STREAM_KEY", super::APPLICATION);
    let info = status("error", "NetConnection.Connect.Rejected", &text, []);
    put_command(0, &["_error".into(), Value::Number(transaction), Value::Null, info], out);
}

/// The response to `createStream`.
pub(super) fn put_stream_created(transaction: f64, out: &mut Vec<u8>) {
    let stream = Value::Number(f64::from(STREAM));
    put_command(0, &["_result".into(), Value::Number(transaction), Value::Null, stream], out);
}

/// The response to commands that need any. Without a transaction the sender expects none.
pub(super) fn put_courtesy(transaction: f64, out: &mut Vec<u8>) {
    if transaction != 0.0 {
        put_command(0, &["_result".into(), Value::Number(transaction), Value::Null, Value::Null], out);
    }
}

/// The publisher may send.
pub(super) fn put_publish_started(out: &mut Vec<u8>) {
    const STREAM_BEGIN: u16 = 0;
    let [a, b] = STREAM_BEGIN.to_be_bytes();
    let [c, d, e, f] = STREAM.to_be_bytes();
    put_control(kind::USER_CONTROL, &[a, b, c, d, e, f], out);
    put_status("status", "NetStream.Publish.Start", "on air", out);
}

/// The publisher may not send, and gets the reason.
pub(super) fn put_publish_refused(reason: &str, out: &mut Vec<u8>) {
    put_status("error", "NetStream.Publish.BadName", reason, out);
}

/// The response to the end of a stream.
pub(super) fn put_unpublished(out: &mut Vec<u8>) {
    put_status("status", "NetStream.Unpublish.Success", "the stream has ended", out);
}

/// Playing is refused here.
pub(super) fn put_play_refused(out: &mut Vec<u8>) {
    put_status("error", "NetStream.Play.Failed", "this port takes cameras in, it plays nothing", out);
}

pub(super) fn put_acknowledgement(received: u32, out: &mut Vec<u8>) {
    put_control(kind::ACKNOWLEDGEMENT, &received.to_be_bytes(), out);
}

/// The response to a ping request, with its timestamp.
pub(super) fn put_pong(timestamp: [u8; 4], out: &mut Vec<u8>) {
    const PING_RESPONSE: u16 = 7;
    let [a, b] = PING_RESPONSE.to_be_bytes();
    let [c, d, e, f] = timestamp;
    put_control(kind::USER_CONTROL, &[a, b, c, d, e, f], out);
}

/// Without it, every response of more than 128 bytes would have to be split.
fn put_chunk_size(out: &mut Vec<u8>) {
    put_control(kind::SET_CHUNK_SIZE, &OUR_CHUNK_SIZE.to_be_bytes(), out);
}

fn put_status(level: &str, code: &str, description: &str, out: &mut Vec<u8>) {
    let info = status(level, code, description, []);
    put_command(STREAM, &["onStatus".into(), Value::Number(0.0), Value::Null, info], out);
}

fn status<const N: usize>(level: &str, code: &str, description: &str, numbers: [(&str, f64); N]) -> Value {
    let texts = [("level", level), ("code", code), ("description", description)];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.into()));
    let numbers = numbers.map(|(name, number)| (name.to_owned(), Value::Number(number)));
    Value::Object(texts.into_iter().chain(numbers).collect())
}

fn put_command(stream: u32, values: &[Value], out: &mut Vec<u8>) {
    put_message(COMMAND_CHUNKS, kind::COMMAND, stream, &encode(values), out);
}

fn put_control(kind: u8, payload: &[u8], out: &mut Vec<u8>) {
    put_message(CONTROL_CHUNKS, kind, 0, payload, out);
}

/// The payload of a command message.
pub(super) fn encode(values: &[Value]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(256);
    values.iter().for_each(|value| value.put(&mut payload));
    payload
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_loses_what_encoders_add() {
        for app in ["ingest", "ingest/", "/ingest", "ingest?x=y"] {
            let properties = Value::object([("app", app.into()), ("fourCcList", Value::Array(vec![]))]);
            let payload = encode(&["connect".into(), Value::Number(1.0), properties]);
            let expected = Command::Connect {
                transaction: 1.0,
                application: "ingest".to_owned(),
                key: None,
                is_enhanced: true,
            };
            assert_eq!(Command::read(&payload), Ok(expected));
        }
    }

    #[test]
    fn a_key_in_the_address_is_found() {
        let key_of = |app: &str, address: &str| {
            let properties = Value::object([("app", app.into()), ("tcUrl", address.into())]);
            match Command::read(&encode(&["connect".into(), Value::Number(1.0), properties])) {
                Ok(Command::Connect { application, key, .. }) => {
                    assert_eq!(application, "ingest");
                    key.map(|key| key.expose().to_owned())
                }
                other => panic!("{other:?}"),
            }
        };
        let key = Some("7-12-1.s3cret".to_owned());
        assert_eq!(key_of("ingest/7-12-1.s3cret", "rtmp://centre/ingest/7-12-1.s3cret"), key);
        assert_eq!(key_of("ingest/7-12-1.s3cret/", ""), key);
        assert_eq!(key_of("ingest", "rtmp://centre:1935/ingest/7-12-1.s3cret?x=y"), key);
        assert_eq!(key_of("ingest", "rtmp://centre/ingest"), None);
        assert_eq!(key_of("ingest", "rtmp://centre/other/7-12-1.s3cret"), None);
    }

    #[test]
    fn a_command_without_arguments_is_no_fault() {
        for name in ["connect", "publish", "createStream", "deleteStream", "whatever"] {
            assert!(Command::read(&encode(&[name.into()])).is_ok());
        }
        assert_eq!(Command::read(&[]), Ok(Command::Other));
    }

    #[test]
    fn no_answer_is_longer_than_our_chunks() {
        let mut out = Vec::new();
        put_connected(1.0, true, &mut out);
        assert!(out.len() < OUR_CHUNK_SIZE as usize);
    }
}

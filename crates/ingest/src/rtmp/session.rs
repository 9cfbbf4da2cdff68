//! One publisher's connection, without its socket: bytes in; responses and [`Event`]s out.

use ashkar_media::MediaEvent;
use ashkar_terms::Moment;

use super::amf0::Amf0Error;
use super::budget::{Budget, MESSAGES_PER_SECOND};
use super::chunk::{ChunkError, ChunkReader, Limits, Message, kind};
use super::command::{self, Command};
use super::flv::TagMedia;
use super::handshake::{Handshake, HandshakeError};
use super::{APPLICATION, StreamKey};
use crate::Refusal;

/// Commands that a connection may send in total. Encoders send fewer than ten.
const MAX_COMMANDS: u32 = 64;
/// How often we acknowledge until the publisher sets a window, bytes.
const DEFAULT_WINDOW: u64 = 2_500_000;

/// What a publisher did.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It asks to send, with this key; `None` if it gave no name, or one that is too long to be a key. Nothing more
    /// comes until [`Session::accept`] or [`Session::refuse`].
    Publish(Option<StreamKey>),
    /// Media, and refused items.
    Media(MediaEvent),
    /// The publisher ended its stream. Nothing more comes.
    Ended(&'static str),
}

/// The connection cannot go on. Texts never contain a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The peer does not speak RTMP.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// The framing is broken.
    #[error("byte {offset}: {source}")]
    Chunk {
        /// Bytes received before the input in which it was noticed.
        offset: u64,
        /// What is wrong.
        source: ChunkError,
    },
    /// A command that cannot be read.
    #[error("byte {offset}: a command that cannot be read: {source}")]
    Command {
        /// Bytes received before the input in which it was noticed.
        offset: u64,
        /// What is wrong.
        source: Amf0Error,
    },
    /// More commands than a publisher needs.
    #[error("more than 64 commands")]
    TooManyCommands,
    /// More messages than pictures and sound need.
    #[error("more than {MESSAGES_PER_SECOND} messages a second")]
    TooManyMessages,
    /// A command in the wrong place.
    #[error("{0} in the wrong place")]
    OutOfOrder(&'static str),
    /// The application is not ours. Its name is not repeated: someone may have put a key there.
    #[error("the application is not \"ingest\"")]
    WrongApplication,
    /// The client wants to play.
    #[error("a player came to the port for publishers")]
    Player,
}

/// A publisher's connection.
///
/// The order is: handshake, `connect`, `createStream`, `publish`, the gate's decision, media, end. Media before the
/// gate's decision are discarded.
#[derive(Debug)]
pub struct Session {
    stage: Stage,
    handshake: Handshake,
    reader: ChunkReader,
    received: u64,
    acknowledged: u64,
    window: u64,
    commands: u32,
    budget: Budget,
    /// The key in the address, for an encoder that gives no name.
    key_in_address: Option<StreamKey>,
    media: TagMedia,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Handshake,
    Connect,
    Connected,
    Asking,
    Publishing,
    Closed,
}

impl Session {
    /// A connection that was just accepted. `seed` fills a field of the handshake that protects nothing.
    pub fn new(seed: u64) -> Self {
        Self {
            stage: Stage::Handshake,
            handshake: Handshake::new(seed),
            reader: ChunkReader::new(Limits::UNAUTHENTICATED),
            received: 0,
            acknowledged: 0,
            window: DEFAULT_WINDOW,
            commands: 0,
            budget: Budget::UNAUTHENTICATED,
            key_in_address: None,
            media: TagMedia::default(),
        }
    }

    /// Consumes bytes from the front of `input` up to the next event, or all of them. Responses are appended to `out`.
    ///
    /// # Errors
    /// [`SessionError`]: responses in `out` may still be sent, then the connection is to be closed.
    pub fn next(
        &mut self,
        input: &mut &[u8],
        now: Moment,
        out: &mut Vec<u8>,
    ) -> Result<Option<Event>, SessionError> {
        let offset = self.received;
        let before = input.len();
        self.budget.fill(now);
        self.reader.set_allowance(self.budget.chunks.left);
        let event = self.advance(input, now, out);
        self.budget.chunks.left = self.reader.allowance();
        self.received = offset.saturating_add((before - input.len()) as u64);
        if input.is_empty() {
            self.acknowledge(out);
        }
        event.map_err(|fault| fault.at(offset))
    }

    /// The gate let the publisher in; `wants_audio` according to the policy.
    pub fn accept(&mut self, wants_audio: bool, out: &mut Vec<u8>) {
        if self.stage == Stage::Asking {
            self.stage = Stage::Publishing;
            self.reader.set_limits(Limits::PUBLISHER);
            self.budget = Budget::PUBLISHER;
            self.set_wants_audio(wants_audio);
            command::put_publish_started(out);
        }
    }

    /// Remaining budget.
    pub(super) const fn budget(&self) -> Budget {
        self.budget
    }

    /// Sets the remaining budget of a publisher that was there before.
    pub(super) const fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }

    /// The gate refused the publisher. The connection is to be closed once `out` is sent.
    pub fn refuse(&mut self, refusal: Refusal, out: &mut Vec<u8>) {
        self.stage = Stage::Closed;
        command::put_publish_refused(&refusal.to_string(), out);
    }

    /// Whether sound is assembled and handed out, from the next message on.
    pub fn set_wants_audio(&mut self, wants: bool) {
        self.media.set_wants_audio(wants);
        self.reader.set_drops_audio(!wants);
    }

    /// Whether the gate has let the publisher in and its stream has not ended.
    pub const fn is_publishing(&self) -> bool {
        matches!(self.stage, Stage::Publishing)
    }

    fn advance(&mut self, input: &mut &[u8], now: Moment, out: &mut Vec<u8>) -> Result<Option<Event>, Fault> {
        if self.stage == Stage::Handshake {
            if !self.handshake.feed(input, out)? {
                return Ok(None);
            }
            self.stage = Stage::Connect;
        }
        while !matches!(self.stage, Stage::Asking | Stage::Closed) {
            let Some(message) = self.reader.next(input)? else { return Ok(None) };
            if !self.budget.messages.take() {
                return Err(SessionError::TooManyMessages.into());
            }
            if let Some(event) = self.take(message, now, out)? {
                return Ok(Some(event));
            }
        }
        if self.stage == Stage::Closed {
            *input = &[];
        }
        Ok(None)
    }

    fn take(&mut self, message: Message, now: Moment, out: &mut Vec<u8>) -> Result<Option<Event>, Fault> {
        match message.kind {
            kind::VIDEO if self.is_publishing() => {
                let event = self.media.take_video(message.timestamp, message.payload, now);
                Ok(event.map(Event::Media))
            }
            kind::AUDIO if self.is_publishing() => {
                let event = self.media.take_audio(message.timestamp, message.payload, now);
                Ok(event.map(Event::Media))
            }
            kind::COMMAND => self.take_command(&message.payload, out),
            // AMF 3 commands are AMF 0 after a zero byte; some leave it out. Arguments switch to AMF 3 by a type.
            kind::COMMAND_AMF3 => {
                let payload: &[u8] = &message.payload;
                self.take_command(payload.strip_prefix(&[0]).unwrap_or(payload), out)
            }
            kind::USER_CONTROL => {
                answer_ping(&message.payload, out);
                Ok(None)
            }
            kind::WINDOW_SIZE => {
                self.set_window(&message.payload);
                Ok(None)
            }
            kind::AGGREGATE if self.is_publishing() => Ok(Some(Event::Media(MediaEvent::Refused {
                reason: "an aggregate message is not taken in".to_owned(),
                camera_dts: Some(self.media.ticks(message.timestamp)),
            }))),
            _ => Ok(None),
        }
    }

    fn take_command(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<Option<Event>, Fault> {
        self.commands += 1;
        if self.commands > MAX_COMMANDS {
            return Err(SessionError::TooManyCommands.into());
        }
        match (self.stage, Command::read(payload)?) {
            (Stage::Connect, Command::Connect { transaction, application, key, is_enhanced }) => {
                self.key_in_address = key;
                self.connect(transaction, &application, is_enhanced, out)
            }
            (_, Command::Connect { .. }) => Err(SessionError::OutOfOrder("connect").into()),
            (Stage::Connect, Command::Publish { .. } | Command::CreateStream { .. }) => {
                Err(SessionError::OutOfOrder("a stream before connect").into())
            }
            (_, Command::CreateStream { transaction }) => {
                command::put_stream_created(transaction, out);
                Ok(None)
            }
            (Stage::Connected, Command::Publish { key }) => {
                self.stage = Stage::Asking;
                let in_address = self.key_in_address.take();
                let named = key.as_ref().is_some_and(StreamKey::is_formed);
                Ok(Some(Event::Publish(if named { key } else { in_address.or(key) })))
            }
            (_, Command::Publish { .. }) => Err(SessionError::OutOfOrder("a second publish").into()),
            (_, Command::Goodbye(name)) => Ok(self.end(name, out)),
            (_, Command::Courtesy { transaction }) => {
                command::put_courtesy(transaction, out);
                Ok(None)
            }
            (Stage::Connect, Command::Play) => Err(SessionError::Player.into()),
            (_, Command::Play) => {
                command::put_play_refused(out);
                Err(SessionError::Player.into())
            }
            (_, Command::Other) => Ok(None),
        }
    }

    fn connect(
        &mut self,
        transaction: f64,
        application: &str,
        is_enhanced: bool,
        out: &mut Vec<u8>,
    ) -> Result<Option<Event>, Fault> {
        if application != APPLICATION {
            command::put_wrong_application(transaction, out);
            return Err(SessionError::WrongApplication.into());
        }
        command::put_connected(transaction, is_enhanced, out);
        self.stage = Stage::Connected;
        Ok(None)
    }

    /// Encoders delete old streams before they publish; only after a publish does the command end the stream.
    fn end(&mut self, name: &'static str, out: &mut Vec<u8>) -> Option<Event> {
        if self.stage != Stage::Publishing {
            return None;
        }
        self.stage = Stage::Closed;
        command::put_unpublished(out);
        Some(Event::Ended(name))
    }

    /// Zero means that no acknowledgements are wanted.
    fn set_window(&mut self, payload: &[u8]) {
        if let Some(window) = payload.first_chunk() {
            self.window = u64::from(u32::from_be_bytes(*window));
        }
    }

    /// At most one acknowledgement per piece of input, however small the window.
    fn acknowledge(&mut self, out: &mut Vec<u8>) {
        let due = self.window > 0 && self.received - self.acknowledged >= self.window;
        if due && self.stage != Stage::Handshake {
            self.acknowledged = self.received;
            // The field counts modulo 2^32.
            command::put_acknowledgement(self.received as u32, out);
        }
    }
}

fn answer_ping(payload: &[u8], out: &mut Vec<u8>) {
    if let [0, 6, a, b, c, d, ..] = *payload {
        command::put_pong([a, b, c, d], out);
    }
}

/// An error without its offset.
enum Fault {
    Session(SessionError),
    Chunk(ChunkError),
    Command(Amf0Error),
}

impl Fault {
    fn at(self, offset: u64) -> SessionError {
        match self {
            Self::Session(error) => error,
            Self::Chunk(source) => SessionError::Chunk { offset, source },
            Self::Command(source) => SessionError::Command { offset, source },
        }
    }
}

impl From<SessionError> for Fault {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<HandshakeError> for Fault {
    fn from(error: HandshakeError) -> Self {
        Self::Session(error.into())
    }
}

impl From<ChunkError> for Fault {
    fn from(error: ChunkError) -> Self {
        Self::Chunk(error)
    }
}

impl From<Amf0Error> for Fault {
    fn from(error: Amf0Error) -> Self {
        Self::Command(error)
    }
}

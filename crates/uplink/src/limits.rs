//! The limits of the protocol, each with its unit. Both sides keep to them.

/// Longest part, bytes: the archive's own limit.
pub const PART_BYTES_MAX: usize = 8 << 20;
/// Longest init segment, bytes.
pub const INIT_BYTES_MAX: usize = 64 << 10;
/// Longest text in a fact, bytes.
pub const TEXT_BYTES_MAX: usize = 1024;
/// Longest codecs parameter of an init segment, bytes.
pub const CODECS_BYTES_MAX: usize = 256;
/// Longest body of a record without its payload, bytes.
pub const HEAD_BYTES_MAX: usize = 4 << 10;
/// Longest body of a record, bytes.
pub const BODY_BYTES_MAX: usize = PART_BYTES_MAX + HEAD_BYTES_MAX;
/// Largest absolute media time, ticks: exact in JavaScript.
pub const TICKS_MAX: i64 = 1 << 53;
/// An agent's media sequence numbers are below this one; from here on lie the centre's numbers of late media.
pub const SEGMENT_END: u64 = 1 << 52;
/// Indices of parts are below this one, so that their number fits 16 bits.
pub const PART_INDEX_END: u16 = u16::MAX;
/// Longest span of one question for what the centre has, ticks: ten minutes.
pub const HAVE_TICKS_MAX: i64 = 600 * ashkar_terms::TICKS_PER_SECOND;
/// Most parts in one answer to it: ten minutes of parts of a tenth of a second.
pub const HAVE_PARTS_MAX: usize = 6000;
/// Most spans of what waits at the station.
pub const BACKLOG_SPANS_MAX: usize = 64;
/// Longest body in JSON, bytes: the longest answer to that question.
pub const JSON_BYTES_MAX: usize = 512 << 10;
/// Most cameras of one agent.
pub const CAMERAS_MAX: usize = 16;
/// Longest name of a program or a device, bytes.
pub const PROGRAM_BYTES_MAX: usize = 64;
/// Longest token of a session, bytes.
pub const TOKEN_BYTES_MAX: usize = 128;
/// Bytes that one measurement of the line sends or asks for, at most.
pub const PROBE_BYTES_MAX: usize = 256 << 10;
/// Longest report of a station's conditions, bytes.
pub const CONDITIONS_BYTES_MAX: usize = 64 << 10;
/// Most findings of one report: those of a station, and seven of each camera.
pub const FINDINGS_MAX: usize = 128;
/// Longest reference still, bytes.
pub const STILL_BYTES_MAX: usize = 256 << 10;
/// Longest remark of a technician, characters.
pub const REMARK_CHARS_MAX: usize = 500;

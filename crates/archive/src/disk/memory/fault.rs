//! The faults that a test can inject: at a call, or into data that were not durable at a power cut.

/// A fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This one call fails for lack of room.
    NoSpace,
    /// This one call fails with an input/output error. After such a failure of a sync, its data are not durable, and no
    /// later sync makes them durable, as on Linux: this process and the next can read them as if nothing had happened,
    /// until they are written again or the power is cut.
    Io,
    /// Like [`Fault::Io`]; if the call is a write, this many bytes of it reach the page cache.
    Short(usize),
    /// This one call reports success but does nothing. After such a sync, its data are not durable, nor does a later
    /// sync make them durable, until they are written again.
    Lie,
    /// The process is dead from this call on: it and every later call fail, and a write may have reached the disk.
    Crash,
}

/// What a power cut leaves of the data that were written but not yet durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    Lost,
    /// Each sector and each name survives or not, depending on the seed.
    Torn(u64),
    /// All of them, and they are still not durable: the process died, the machine did not. The same as
    /// [`super::MemoryDisk::kill`].
    Kept,
}

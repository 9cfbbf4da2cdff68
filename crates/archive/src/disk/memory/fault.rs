//! What a test can let go wrong: at a call, or of what was not durable when power is cut.

/// What goes wrong at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This one call fails for lack of room.
    NoSpace,
    /// This one call fails with an input/output error. A sync that fails so leaves what it should have made
    /// durable neither durable nor to be made so by a later sync, as Linux does: it can be read as if nothing had
    /// happened, by this process and by the next, until it is written once more or the power is cut.
    Io,
    /// As [`Fault::Io`]; if it is a write, so many bytes of it reach the page cache.
    Short(usize),
    /// This one call says that it succeeded, and did nothing. A sync that lies so makes nothing durable, nor does a later
    /// one, until it is written once more.
    Lie,
    /// The process is dead from this call on: it and every later call fail, and a write may have reached the disk.
    Crash,
}

/// What is left after a power cut of that which was written and not yet durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    Lost,
    /// Each sector, and each name, or not: as the seed says.
    Torn(u64),
    /// All of it, and what was not durable still is not: the process died, the machine did not. The same as
    /// [`super::MemoryDisk::kill`].
    Kept,
}

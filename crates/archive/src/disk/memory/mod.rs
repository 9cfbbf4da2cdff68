//! A disk in memory, with the two things of which one is what a process sees and the other is what outlives the
//! machine: the page cache and the medium. A process that dies leaves both ([`MemoryDisk::kill`]); a power cut leaves
//! the medium alone ([`MemoryDisk::power_cut`]). Each gives another disk, so that they follow one another in any order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, IoSlice};
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Disk, DiskFile, Space};

/// What a device writes all of or nothing of.
const SECTOR: usize = 512;
const CAPACITY_DEFAULT: u64 = 1 << 30;

/// What goes wrong at a call that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This one call fails for lack of room.
    NoSpace,
    /// This one call fails with an input/output error. A sync that fails so leaves what it should have made
    /// durable neither durable nor to be made so by a later sync, as Linux does: it can be read as if nothing had
    /// happened, by this process and by the next, until it is written once more or the power is cut.
    Io,
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
    /// [`MemoryDisk::kill`].
    Kept,
}

/// A disk in memory. Clones are the same disk.
#[derive(Clone)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

struct State {
    names: Names,
    durable_names: Names,
    directories: BTreeSet<String>,
    durable_directories: BTreeSet<String>,
    capacity: u64,
    calls: u64,
    faults: BTreeMap<u64, Fault>,
    crashed: bool,
    locked: bool,
}

type Names = BTreeMap<String, Arc<Mutex<Content>>>;

#[derive(Default, Clone)]
struct Content {
    current: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors that the next sync makes durable.
    dirty: BTreeSet<usize>,
    /// Bytes that cannot be read.
    bad: Vec<Range<usize>>,
}

impl Default for MemoryDisk {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryDisk {
    /// An empty disk of 1 GiB without faults.
    pub fn new() -> Self {
        Self::with(Names::new(), Names::new(), (BTreeSet::new(), BTreeSet::new()), CAPACITY_DEFAULT)
    }

    fn with(
        names: Names,
        durable_names: Names,
        (directories, durable_directories): (BTreeSet<String>, BTreeSet<String>),
        capacity: u64,
    ) -> Self {
        let state = State {
            names,
            durable_names,
            directories,
            durable_directories,
            capacity,
            calls: 0,
            faults: BTreeMap::new(),
            crashed: false,
            locked: false,
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Lets the `call`-th call that changes something, counted from 1 over the disk's life, go wrong.
    pub fn fail_at(&self, call: u64, fault: Fault) {
        self.state.lock().faults.insert(call, fault);
    }

    /// Calls so far that change something.
    pub fn calls(&self) -> u64 {
        self.state.lock().calls
    }

    /// Sets the size of the disk, bytes.
    pub fn set_capacity(&self, bytes: u64) {
        self.state.lock().capacity = bytes;
    }

    /// The disk as the next process finds it when this one is killed at this instant: all that was written can be
    /// read, durable or not. This disk goes on unharmed.
    pub fn kill(&self) -> Self {
        let state = self.state.lock();
        let mut copies = HashMap::new();
        let (names, durable_names) =
            (copy_of(&state.names, &mut copies), copy_of(&state.durable_names, &mut copies));
        let directories = (state.directories.clone(), state.durable_directories.clone());
        Self::with(names, durable_names, directories, state.capacity)
    }

    /// The disk as the next process finds it after this instant's power cut. This disk goes on unharmed.
    pub fn power_cut(&self, tail: Tail) -> Self {
        let mut dice = match tail {
            Tail::Kept => return self.kill(),
            Tail::Lost => None,
            Tail::Torn(seed) => Some(Dice(seed)),
        };
        let state = self.state.lock();
        let (mut names, mut directories) = (state.durable_names.clone(), state.durable_directories.clone());
        if let Some(dice) = &mut dice {
            directories.extend(state.directories.iter().filter(|_| dice.coin()).cloned());
            keep_some_names(&state.names, &mut names, dice);
        }
        // What lies in a directory whose own name is lost is lost with it.
        names.retain(|name, _| directory_of(name).is_empty() || directories.contains(directory_of(name)));
        let after: Names = names
            .into_iter()
            .map(|(name, content)| (name, Arc::new(Mutex::new(content.lock().after(dice.as_mut())))))
            .collect();
        Self::with(after.clone(), after, (directories.clone(), directories), state.capacity)
    }

    /// Changes a file as decay does: each bit of `flip` that is set turns over at `offset`.
    ///
    /// # Panics
    /// If there is no such file or byte.
    #[allow(clippy::panic, clippy::expect_used, reason = "a test names a file that it has made")]
    pub fn rot(&self, path: &str, offset: usize, flip: u8) {
        let state = self.state.lock();
        let mut content = state.names.get(path).expect("the file is there").lock();
        content.current[offset] ^= flip;
        content.durable[offset] ^= flip;
    }

    /// Lets every reading of a byte of `range` fail with an input/output error, as a bad sector does. An empty range
    /// heals the file.
    ///
    /// # Panics
    /// If there is no such file.
    #[allow(clippy::panic, clippy::expect_used, reason = "a test names a file that it has made")]
    pub fn spoil(&self, path: &str, range: Range<usize>) {
        let state = self.state.lock();
        let mut content = state.names.get(path).expect("the file is there").lock();
        if range.is_empty() {
            content.bad.clear();
        } else {
            content.bad.push(range);
        }
    }

    /// Removes a file and its name for good, as a careless administrator does.
    pub fn lose(&self, path: &str) {
        let mut state = self.state.lock();
        state.names.remove(path);
        state.durable_names.remove(path);
    }

    /// Path and length of every file.
    pub fn files(&self) -> Vec<(String, usize)> {
        let state = self.state.lock();
        state.names.iter().map(|(path, content)| (path.clone(), content.lock().current.len())).collect()
    }

    /// The content of a file.
    pub fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.state.lock().names.get(path).map(|content| content.lock().current.clone())
    }

    /// Counts a call that changes something; says what goes wrong at it.
    fn count(&self) -> io::Result<Option<Fault>> {
        let mut state = self.state.lock();
        if state.crashed {
            return Err(io::Error::other("the process is dead"));
        }
        state.calls += 1;
        let calls = state.calls;
        let fault = state.faults.get(&calls).copied();
        state.crashed = fault == Some(Fault::Crash);
        Ok(fault)
    }

    fn fail_if_told(&self) -> io::Result<()> {
        self.count()?.map_or(Ok(()), |fault| Err(error_of(fault)))
    }

    fn fail_if_dead(&self) -> io::Result<()> {
        if self.state.lock().crashed { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }

    fn file(&self, content: Arc<Mutex<Content>>) -> Arc<dyn DiskFile> {
        Arc::new(MemoryFile { disk: self.clone(), content })
    }

    fn grow(&self, content: &Mutex<Content>, length: usize) -> io::Result<()> {
        let state = self.state.lock();
        let own = content.lock().current.len();
        let used: usize = state.names.values().map(|other| other.lock().current.len()).sum();
        let more = length.saturating_sub(own);
        if (used.saturating_add(more)) as u64 > state.capacity {
            return Err(error_of(Fault::NoSpace));
        }
        if more > 0 {
            content.lock().current.resize(length, 0);
        }
        Ok(())
    }
}

/// The same files of another disk; a file that has two names has them there too.
fn copy_of(names: &Names, copies: &mut HashMap<*const Mutex<Content>, Arc<Mutex<Content>>>) -> Names {
    let copy = |(name, content): (&String, &Arc<Mutex<Content>>)| {
        let copied = copies.entry(Arc::as_ptr(content));
        let copied = copied.or_insert_with(|| Arc::new(Mutex::new(content.lock().clone())));
        (name.clone(), copied.clone())
    };
    names.iter().map(copy).collect()
}

fn directory_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn keep_some_names(current: &Names, names: &mut Names, dice: &mut Dice) {
    for (name, content) in current {
        if !names.contains_key(name) && dice.coin() {
            names.insert(name.clone(), content.clone());
        }
    }
}

fn error_of(fault: Fault) -> io::Error {
    match fault {
        Fault::NoSpace => io::Error::from_raw_os_error(28),
        Fault::Io => io::Error::from_raw_os_error(5),
        Fault::Crash => io::Error::other("the process is dead"),
    }
}

impl Content {
    fn after(&self, dice: Option<&mut Dice>) -> Self {
        let mut left = dice.map_or_else(|| self.durable.clone(), |dice| self.torn(dice));
        left.shrink_to_fit();
        Self { current: left.clone(), durable: left, dirty: BTreeSet::new(), bad: self.bad.clone() }
    }

    fn torn(&self, dice: &mut Dice) -> Vec<u8> {
        let mut left = self.durable.clone();
        if self.current.len() != left.len() && dice.coin() {
            left.resize(self.current.len(), 0);
        }
        for (new, old) in self.current.chunks(SECTOR).zip(left.chunks_mut(SECTOR)) {
            let both = new.len().min(old.len());
            if new[..both] != old[..both] && dice.coin() {
                old[..both].copy_from_slice(&new[..both]);
            }
        }
        left
    }

    fn sync(&mut self) {
        self.durable.resize(self.current.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let from = sector * SECTOR;
            let to = (from + SECTOR).min(self.current.len());
            if from < to {
                self.durable[from..to].copy_from_slice(&self.current[from..to]);
            }
        }
    }
}

impl Disk for MemoryDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.fail_if_dead()?;
        let mut state = self.state.lock();
        if state.locked {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.locked = true;
        Ok(Box::new(Unlock(self.clone())))
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.fail_if_told()?;
        self.state.lock().directories.insert(path.to_owned());
        Ok(())
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.fail_if_told()?;
        let mut state = self.state.lock();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Arc::new(Mutex::new(Content::default()));
        state.names.insert(path.to_owned(), content.clone());
        Ok(self.file(content))
    }

    fn open(&self, path: &str, _write: bool) -> io::Result<Arc<dyn DiskFile>> {
        self.fail_if_dead()?;
        let content = self.state.lock().names.get(path).cloned();
        content.map(|content| self.file(content)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.fail_if_told()?;
        let mut state = self.state.lock();
        let content = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.fail_if_told()?;
        let removed = self.state.lock().names.remove(path);
        removed.map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.fail_if_told()?;
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let within = |name: &str| directory_of(name) == path;
        if path.is_empty() {
            state.durable_directories.clone_from(&state.directories);
        }
        state.durable_names.retain(|name, _| !within(name) || state.names.contains_key(name));
        for (name, content) in state.names.iter().filter(|(name, _)| within(name)) {
            state.durable_names.insert(name.clone(), content.clone());
        }
        Ok(())
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.fail_if_dead()?;
        let state = self.state.lock();
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside = |name: &String| {
            let rest = name.strip_prefix(&prefix)?;
            Some(rest.split('/').next().unwrap_or(rest).to_owned())
        };
        let names: BTreeSet<String> =
            state.names.keys().chain(&state.directories).filter_map(inside).collect();
        Ok(names.into_iter().collect())
    }

    fn space(&self) -> io::Result<Space> {
        self.fail_if_dead()?;
        let state = self.state.lock();
        let used: usize = state.names.values().map(|content| content.lock().current.len()).sum();
        Ok(Space { free: state.capacity.saturating_sub(used as u64), total: state.capacity })
    }
}

struct Unlock(MemoryDisk);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.state.lock().locked = false;
    }
}

struct MemoryFile {
    disk: MemoryDisk,
    content: Arc<Mutex<Content>>,
}

impl MemoryFile {
    fn put(&self, offset: u64, pieces: &[IoSlice<'_>]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let total: usize = pieces.iter().map(|piece| piece.len()).sum();
        self.disk.grow(&self.content, offset.saturating_add(total))?;
        let mut content = self.content.lock();
        let mut at = offset;
        for piece in pieces {
            content.current[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
        }
        if total > 0 {
            content.dirty.extend(offset / SECTOR..=(at - 1) / SECTOR);
        }
        Ok(())
    }
}

impl DiskFile for MemoryFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.disk.fail_if_told()?;
        self.disk.grow(&self.content, usize::try_from(length).map_err(io::Error::other)?)
    }

    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        match self.disk.count()? {
            None => self.put(offset, pieces),
            Some(Fault::NoSpace) => Err(error_of(Fault::NoSpace)),
            Some(fault) => {
                // What a failing write got done is anybody's guess; here all of it, and then a cut may tear it.
                let _ = self.put(offset, pieces);
                Err(error_of(fault))
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self.disk.count()? {
            None => {
                self.content.lock().sync();
                Ok(())
            }
            Some(Fault::Crash) => Err(error_of(Fault::Crash)),
            Some(fault) => {
                self.content.lock().dirty.clear();
                Err(error_of(fault))
            }
        }
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.disk.fail_if_dead()?;
        let content = self.content.lock();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let rest = content.current.get(offset..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if content.bad.iter().any(|bad| bad.start < offset + count && offset < bad.end) {
            return Err(error_of(Fault::Io));
        }
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn length(&self) -> io::Result<u64> {
        self.disk.fail_if_dead()?;
        Ok(self.content.lock().current.len() as u64)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.disk.fail_if_told()?;
        let mut content = self.content.lock();
        content.current.truncate(usize::try_from(length).map_err(io::Error::other)?);
        Ok(())
    }
}

/// SplitMix64: the same throws for the same seed.
struct Dice(u64);

impl Dice {
    fn coin(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) & 1 == 1
    }
}

//! A disk in memory, with both the page cache, which processes see, and the medium, which survives a power cut. A
//! process that dies leaves both ([`MemoryDisk::kill`]); a power cut leaves only the medium
//! ([`MemoryDisk::power_cut`]). Each of them returns another disk, so that they can follow one another in any order.

mod content;
mod dice;
mod fault;
mod file;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Disk, DiskFile, Space};
use content::Content;
pub(crate) use dice::Dice;
pub use fault::{Fault, Tail};
use file::MemoryFile;

const CAPACITY_DEFAULT: u64 = 1 << 30;

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
    /// The same for calls that change nothing.
    questions: u64,
    question_faults: BTreeMap<u64, Fault>,
    /// Total bytes of all files, valid as long as no length changes.
    used: Option<u64>,
    crashed: bool,
    locked: bool,
}

type Names = BTreeMap<String, Arc<Mutex<Content>>>;

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
            questions: 0,
            question_faults: BTreeMap::new(),
            used: None,
            crashed: false,
            locked: false,
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Makes the `call`-th call that changes something fail, counted from 1 over the disk's life.
    pub fn fail_at(&self, call: u64, fault: Fault) {
        self.state.lock().faults.insert(call, fault);
    }

    /// Makes the `call`-th call that changes nothing (opening, listing, reading, length, room) fail, counted from 1
    /// over the disk's life.
    pub fn fail_question_at(&self, call: u64, fault: Fault) {
        self.state.lock().question_faults.insert(call, fault);
    }

    /// Cancels all faults that are still to come.
    pub fn mend(&self) {
        let mut state = self.state.lock();
        state.faults.clear();
        state.question_faults.clear();
    }

    /// Number of calls so far that change nothing.
    pub fn questions(&self) -> u64 {
        self.state.lock().questions
    }

    /// Whether the process that uses this disk is dead.
    pub fn is_dead(&self) -> bool {
        self.state.lock().crashed
    }

    /// Bytes of all files.
    pub fn used(&self) -> u64 {
        self.state.lock().used()
    }

    /// Number of calls so far that change something.
    pub fn calls(&self) -> u64 {
        self.state.lock().calls
    }

    /// Sets the size of the disk, bytes.
    pub fn set_capacity(&self, bytes: u64) {
        self.state.lock().capacity = bytes;
    }

    /// The disk as the next process finds it if this one is killed now: everything written can be read, durable or not.
    /// This disk is not affected.
    pub fn kill(&self) -> Self {
        let state = self.state.lock();
        let mut copies = HashMap::new();
        let (names, durable_names) =
            (copy_of(&state.names, &mut copies), copy_of(&state.durable_names, &mut copies));
        let directories = (state.directories.clone(), state.durable_directories.clone());
        Self::with(names, durable_names, directories, state.capacity)
    }

    /// The disk as the next process finds it after a power cut now. This disk is not affected.
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
        // The contents of a directory whose own name is lost are lost with it.
        names.retain(|name, _| directory_of(name).is_empty() || directories.contains(directory_of(name)));
        let after: Names = names
            .into_iter()
            .map(|(name, content)| (name, Arc::new(Mutex::new(content.lock().after(dice.as_mut())))))
            .collect();
        Self::with(after.clone(), after, (directories.clone(), directories), state.capacity)
    }

    /// Changes a file like bit rot: each bit that is set in `flip` is inverted at `offset`.
    ///
    /// # Panics
    /// If there is no such file or byte.
    #[allow(clippy::panic, clippy::expect_used, reason = "a test names a file that it has made")]
    pub fn rot(&self, path: &str, offset: usize, flip: u8) {
        let state = self.state.lock();
        state.names.get(path).expect("the file is there").lock().flip(offset, flip);
    }

    /// Makes every read of a byte of `range` fail with an input/output error, like a bad sector. An empty range heals
    /// the file.
    ///
    /// # Panics
    /// If there is no such file.
    #[allow(clippy::panic, clippy::expect_used, reason = "a test names a file that it has made")]
    pub fn spoil(&self, path: &str, range: Range<usize>) {
        let state = self.state.lock();
        state.names.get(path).expect("the file is there").lock().spoil(range);
    }

    /// Removes a file and its name for good, like a careless administrator.
    pub fn lose(&self, path: &str) {
        let mut state = self.state.lock();
        state.names.remove(path);
        state.durable_names.remove(path);
        state.used = None;
    }

    /// Path and length of every file.
    pub fn files(&self) -> Vec<(String, usize)> {
        let state = self.state.lock();
        state.names.iter().map(|(path, content)| (path.clone(), content.lock().length())).collect()
    }

    /// The content of a file.
    pub fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.state.lock().names.get(path).map(|content| content.lock().bytes().to_vec())
    }

    /// Counts a call that changes something, and returns its fault.
    fn count(&self) -> io::Result<Option<Fault>> {
        let mut state = self.state.lock();
        if state.crashed {
            return Err(error_of(Fault::Crash));
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

    /// Counts a call that changes nothing, and fails if it is to.
    fn fail_question_if_told(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        if state.crashed {
            return Err(error_of(Fault::Crash));
        }
        state.questions += 1;
        let questions = state.questions;
        let fault = state.question_faults.get(&questions).copied();
        state.crashed = fault == Some(Fault::Crash);
        fault.map_or(Ok(()), |fault| Err(error_of(fault)))
    }

    fn lengths_changed(&self) {
        self.state.lock().used = None;
    }

    fn file(&self, content: Arc<Mutex<Content>>) -> Arc<dyn DiskFile> {
        Arc::new(MemoryFile { disk: self.clone(), content })
    }

    /// Extends a file, if there is room.
    fn grow(&self, content: &Mutex<Content>, length: usize) -> io::Result<()> {
        let mut state = self.state.lock();
        let more = length.saturating_sub(content.lock().length());
        if more == 0 {
            return Ok(());
        }
        if state.used().saturating_add(more as u64) > state.capacity {
            return Err(error_of(Fault::NoSpace));
        }
        content.lock().set_length(length);
        state.used = None;
        Ok(())
    }
}

impl State {
    fn used(&mut self) -> u64 {
        let names = &self.names;
        let sum = || names.values().map(|content| content.lock().length() as u64).sum();
        *self.used.get_or_insert_with(sum)
    }
}

/// The same files on another disk; a file that has two names has them there too.
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

/// A name that was created, reassigned or removed since its directory was synced is either in the old or in the new
/// state.
fn keep_some_names(current: &Names, names: &mut Names, dice: &mut Dice) {
    for (name, content) in current {
        let is_same = names.get(name).is_some_and(|durable| Arc::ptr_eq(durable, content));
        if !is_same && dice.coin() {
            names.insert(name.clone(), content.clone());
        }
    }
    names.retain(|name, _| current.contains_key(name) || dice.coin());
}

fn error_of(fault: Fault) -> io::Error {
    match fault {
        Fault::NoSpace => io::Error::from_raw_os_error(28),
        Fault::Io | Fault::Short(_) | Fault::Lie => io::Error::from_raw_os_error(5),
        Fault::Crash => io::Error::other("the process is dead"),
    }
}

impl Disk for MemoryDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let mut state = self.state.lock();
        if state.crashed {
            return Err(error_of(Fault::Crash));
        }
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
        self.fail_question_if_told()?;
        let content = self.state.lock().names.get(path).cloned();
        content.map(|content| self.file(content)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.fail_if_told()?;
        let mut state = self.state.lock();
        let content = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), content);
        state.used = None;
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.fail_if_told()?;
        let mut state = self.state.lock();
        state.used = None;
        let removed = state.names.remove(path);
        removed.map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        match self.count()? {
            None => {}
            Some(Fault::Lie) => return Ok(()),
            Some(fault) => return Err(error_of(fault)),
        }
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
        self.fail_question_if_told()?;
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
        self.fail_question_if_told()?;
        let mut state = self.state.lock();
        Ok(Space { free: state.capacity.saturating_sub(state.used()), total: state.capacity })
    }
}

struct Unlock(MemoryDisk);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.state.lock().locked = false;
    }
}

//! The process of which every worker is a copy: started once, it waits with everything loaded, and receives for each
//! still the socket over which it is to be made. It reads nothing of a camera; what a copy reads dies with that copy.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, set_parent_process_death_signal, waitpid};

use crate::pool::TIMEOUT;
use crate::{sandbox, worker};

/// Who asked gives a worker up before it is killed: so it is told that it was late, and not that it ended.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// How often it checks on its copies, while there are any.
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// Makes a copy of this process for each still requested on standard input, a Unix socket, until that ends. To be
/// called by a single-threaded process, before it has read anything.
///
/// # Errors
/// If standard input is not such a socket, or this process cannot give up its rights.
pub fn run() -> io::Result<()> {
    run_with(worker::serve)
}

/// [`run`] with copies that do something else on their standard input and output; for tests.
#[doc(hidden)]
pub fn run_with(serve: fn() -> io::Result<()>) -> io::Result<()> {
    sandbox::stand_back()?;
    let mut copies: Vec<(Pid, Instant)> = Vec::new();
    loop {
        let wait = (!copies.is_empty())
            .then(|| Timespec::try_from(LOOKS_EVERY))
            .transpose()
            .map_err(io::Error::other)?;
        let stdin = io::stdin();
        let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
        let is_asked = retry_on_intr(|| poll(&mut asked, wait.as_ref()))? > 0;
        let now = Instant::now();
        copies.retain(|(copy, since)| is_at_work(*copy, now.duration_since(*since)));
        if !is_asked {
            continue;
        }
        match receive(stdin.as_fd())? {
            // If no copy can be made, the socket is closed, and that is the response.
            Some(line) => copies.extend(ashkar_fork::fork(|| work(line, serve)).ok().map(|copy| (copy, now))),
            None => return Ok(()),
        }
    }
}

/// The work of a copy, with the socket as standard input and output. It ends with its original, which checks on it.
fn work(line: OwnedFd, serve: fn() -> io::Result<()>) -> u8 {
    if set_parent_process_death_signal(Some(Signal::KILL)).is_err() {
        return 1;
    }
    let replaced = rustix::stdio::dup2_stdin(&line).and_then(|()| rustix::stdio::dup2_stdout(&line));
    drop(line);
    u8::from(replaced.is_err() || serve().is_err())
}

/// Whether a copy is still running; one that takes longer than any client waits is killed.
fn is_at_work(copy: Pid, age: Duration) -> bool {
    if age > TIMEOUT + TOLD_WITHIN {
        let _ = kill_process(copy, Signal::KILL);
    }
    matches!(waitpid(Some(copy), WaitOptions::NOHANG), Ok(None))
}

/// Hands `line` over to the process at the other end of `to`.
#[doc(hidden)]
pub fn send(to: impl AsFd, line: impl AsFd) -> io::Result<()> {
    let lines = [line.as_fd()];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut along = SendAncillaryBuffer::new(&mut space);
    along.push(SendAncillaryMessage::ScmRights(&lines));
    sendmsg(to, &[io::IoSlice::new(&[0])], &mut along, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)?;
    Ok(())
}

/// The next socket sent by [`send`]; `None` if none will be sent any more.
fn receive(from: impl AsFd) -> io::Result<Option<OwnedFd>> {
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut along = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let received = loop {
        match recvmsg(&from, &mut [io::IoSliceMut::new(&mut byte)], &mut along, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    let line = along.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut lines) => lines.next(),
        _ => None,
    });
    if received.bytes > 0 && line.is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a still was asked for without a socket"));
    }
    Ok(line)
}

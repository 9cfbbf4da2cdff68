//! The child process: reads requests from standard input, writes stills to standard output.

use std::io::{self, BufReader, BufWriter};

use rustix::process::{Resource, Rlimit, nice, setrlimit};

use crate::{still, wire};

/// Memory that a worker may write to beside what it has when it starts, bytes: a 4096 × 4096 picture and its decoder
/// fit. An allocator may have set aside a gigabyte by then that it never uses.
const MEMORY_BYTES: u64 = 768 << 20;
/// CPU seconds after which the kernel ends a worker; its parent starts another one.
const CPU_SECONDS: u64 = 3600;

/// How far a worker stands back: recording and live go before stills.
const NICENESS: i32 = 15;

/// Serves requests until standard input ends.
///
/// # Errors
/// Where the pipes break or the limits cannot be set.
pub fn run() -> io::Result<()> {
    confine()?;
    let mut requests = BufReader::new(io::stdin().lock());
    let mut answers = BufWriter::new(io::stdout().lock());
    while let Some(init) = wire::read(&mut requests)? {
        let Some(part) = wire::read(&mut requests)? else { break };
        match still(&init, &part) {
            Ok(jpeg) => wire::write(&mut answers, wire::OK, &jpeg)?,
            Err(error) => wire::write(&mut answers, wire::FAILED, error.to_string().as_bytes())?,
        }
    }
    Ok(())
}

fn confine() -> io::Result<()> {
    nice(NICENESS)?;
    let exactly = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
    setrlimit(Resource::Data, exactly(data_bytes()?.saturating_add(MEMORY_BYTES)))?;
    setrlimit(Resource::Cpu, exactly(CPU_SECONDS))?;
    setrlimit(Resource::Core, exactly(0))?;
    setrlimit(Resource::Fsize, exactly(0))?;
    // The pipes are open already; nothing else may be opened.
    setrlimit(Resource::Nofile, exactly(3))?;
    Ok(())
}

/// What this process may write to now: the sixth field of `/proc/self/statm`, in pages.
fn data_bytes() -> io::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split_ascii_whitespace().nth(5).and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| io::Error::other("/proc/self/statm has no sixth field"))?;
    Ok(pages.saturating_mul(rustix::param::page_size() as u64))
}

//! The child process: reads requests from standard input, writes stills to standard output.

use std::io::{self, BufReader, BufWriter};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::{still, wire};

/// Memory that a worker may write to, bytes: a 4096 × 4096 picture and its decoder fit. Address space is not limited,
/// since an allocator may reserve more of it than it ever uses.
const MEMORY_BYTES: u64 = 768 << 20;
/// CPU seconds after which the kernel ends a worker; its parent starts another one.
const CPU_SECONDS: u64 = 3600;

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
    let exactly = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
    setrlimit(Resource::Data, exactly(MEMORY_BYTES))?;
    setrlimit(Resource::Cpu, exactly(CPU_SECONDS))?;
    setrlimit(Resource::Core, exactly(0))?;
    setrlimit(Resource::Fsize, exactly(0))?;
    // The pipes are open already; nothing else may be opened.
    setrlimit(Resource::Nofile, exactly(3))?;
    Ok(())
}

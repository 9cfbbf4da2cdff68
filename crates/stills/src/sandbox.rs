//! What a process gives up before it reads a camera's bytes: everything except its memory and its two pipes.
//!
//! The filter of system calls is decisive: it is a list of permitted calls, so files, sockets, other processes and
//! whatever a later kernel offers are out of reach, also for a process of the centre's own user and inside a container.
//! Limits, user and capabilities are a second line of defence, in case the filter has a hole.
//!
//! A service manager's own filter must permit the calls made here: `seccomp`, which systemd's `@system-service` lacks,
//! and `prctl`, `prlimit64`, `setpriority`, `setgroups`, `setresgid`, `setresuid`, `capset`, which it has.

use std::collections::BTreeMap;
use std::io;

use rustix::process::{DumpableBehavior, Gid, Resource, Rlimit, Uid, nice, set_dumpable_behavior, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid,
    set_thread_res_uid,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

/// Memory that a worker may write to in addition to what it has at its start, bytes: enough for a 4096 × 4096 picture
/// and its decoder. An allocator may have reserved a gigabyte by then that it never uses.
const MEMORY_BYTES: u64 = 768 << 20;
/// CPU seconds after which the kernel ends a worker, which has five seconds of wall time.
const CPU_SECONDS: u64 = 6;
/// Niceness of a worker: recording and live take precedence over stills.
const NICENESS: i32 = 15;
/// The user of a worker if the centre runs as root: nobody.
const NOBODY: u32 = 65_534;

/// Gives up user and privileges, for good: for the process of which workers are copies. It reads no camera's bytes, so
/// it keeps files and system calls.
///
/// # Errors
/// If any step is refused.
pub(crate) fn stand_back() -> io::Result<()> {
    give_up_user()?;
    set_no_new_privs(true)?;
    // Nobody but root may inspect it; set after the change of user, which resets this.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Gives up everything except memory, standard input and standard output, for good. To be called by a single-threaded
/// process.
///
/// # Errors
/// If any step is refused: then no camera's bytes may be read.
pub fn enter() -> io::Result<()> {
    // Looked up while files can still be opened.
    let writable = data_bytes()?.saturating_add(MEMORY_BYTES);
    let filter = filter()?;
    nice(NICENESS)?;
    limit(writable)?;
    stand_back()?;
    seccompiler::apply_filter(&filter).map_err(io::Error::other)
}

fn limit(writable: u64) -> io::Result<()> {
    let limits = [
        (Resource::Data, writable),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // The pipes are open already. With a limit of 3, a closed pipe would make room for a file.
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn give_up_user() -> io::Result<()> {
    if rustix::process::geteuid().is_root() {
        let (uid, gid) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        // The root of a container may have no other user, and then stays root, without capabilities.
        let _ = set_thread_groups(&[]);
        let _ = set_thread_res_gid(gid, gid, gid);
        let _ = set_thread_res_uid(uid, uid, uid);
    }
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?;
    Ok(())
}

/// The memory that this process may write to now: the sixth field of `/proc/self/statm`, in pages.
fn data_bytes() -> io::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split_ascii_whitespace().nth(5).and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| io::Error::other("/proc/self/statm has no sixth field"))?;
    Ok(pages.saturating_mul(rustix::param::page_size() as u64))
}

/// Permits reading from standard input, writing to standard output, memory that is not executable, and exiting. All
/// other calls fail as if forbidden.
fn filter() -> io::Result<BpfProgram> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let filter = SeccompFilter::new(
        rules().map_err(io::Error::other)?,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        SeccompAction::Allow,
        architecture,
    );
    filter.and_then(BpfProgram::try_from).map_err(io::Error::other)
}

fn rules() -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    const ANYHOW: [i64; 13] = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];
    let only = |argument: u8, operator: SeccompCmpOp, value: u64| {
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value)?;
        SeccompRule::new(vec![condition]).map(|rule| vec![rule])
    };
    let executable = libc::PROT_EXEC as u64;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ANYHOW.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_read, only(0, SeccompCmpOp::Eq, libc::STDIN_FILENO as u64)?);
    rules.insert(libc::SYS_write, only(0, SeccompCmpOp::Eq, libc::STDOUT_FILENO as u64)?);
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, only(2, SeccompCmpOp::MaskedEq(executable), 0)?);
    }
    Ok(rules)
}

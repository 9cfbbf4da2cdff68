//! A compromised decoder reaches no file, no socket and no other process, and shows no camera's picture as another's.
//! The test has its own `main`, since it is its own worker too: a single-threaded process that gives everything up.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use ashkar_stills::{MAX_WIDTH, Pool, PoolError, sandbox, zygote};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::sys::{ptrace, signal};
use nix::unistd::Pid;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use support::half_and_half;

const EPERM: i32 = 1;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("still-worker") => zygote::run().unwrap(),
        Some("hanging-worker") => zygote::run_with(hang_or_answer).unwrap(),
        Some("probe") => probe(),
        Some("greedy-worker") => zygote::run_with(answer_for_ever).unwrap(),
        // Test runners ask for the list of tests, and for those that are ignored.
        Some("--list") => {
            if !std::env::args().any(|argument| argument == "--ignored") {
                println!("a_worker_reaches_nothing: test");
            }
        }
        _ => {
            everything_else_fails();
            a_copy_is_shut_in_before_it_is_asked();
            stills_are_made();
            no_worker_is_asked_twice();
            who_hangs_is_ended_alone();
            a_zygote_is_replaced();
            println!("a worker reaches nothing: ok");
        }
    }
}

fn everything_else_fails() {
    let mut child = start("probe");
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let report: Vec<String> = said.by_ref().take_while(|line| line != "end").collect();
    assert!(report.len() > 15, "{report:?}");
    let failed = format!("failed {EPERM}");
    for line in &report {
        assert!(line.ends_with(&failed), "{line}");
    }
    is_shut_in(child.id());
    // It still waits for the input that it may read, and ends when that ends.
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// The kernel's view of a process that has given everything up.
fn is_shut_in(process: u32) {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap();
    let status = read("status");
    let told = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
    assert_eq!((told("NoNewPrivs:"), told("Seccomp:"), told("Threads:")), ("1", "2", "1"));
    assert_eq!(u64::from_str_radix(told("CapPrm:"), 16), Ok(0));
    assert_eq!(u64::from_str_radix(told("CapAmb:"), 16), Ok(0));
    if rustix::process::geteuid().is_root() {
        assert_eq!(told("Uid:").split_ascii_whitespace().collect::<Vec<_>>(), ["65534"; 4]);
        assert_eq!(told("Gid:").split_ascii_whitespace().collect::<Vec<_>>(), ["65534"; 4]);
        assert_eq!(told("Groups:"), "");
    }
}

/// The real zygote and its real copy, which is sandboxed before a byte of a camera has arrived.
fn a_copy_is_shut_in_before_it_is_asked() {
    let (asks, theirs) = UnixStream::pair().unwrap();
    let mut zygote = Command::new(std::env::current_exe().unwrap())
        .arg("still-worker")
        .stdin(std::os::fd::OwnedFd::from(theirs))
        .spawn()
        .unwrap();
    let (mut ours, line) = UnixStream::pair().unwrap();
    zygote::send(&asks, &line).unwrap();
    drop(line);
    let mut said = [0; 5];
    ours.read_exact(&mut said).unwrap();
    assert_eq!(said, [0, 0, 0, 1, 3]);
    let copies = children(zygote.id());
    assert_eq!(copies.len(), 1);
    is_shut_in(copies[0]);
    // It ends when there are no requests, and its parent when there will be none.
    drop(ours);
    drop(asks);
    assert!(zygote.wait().unwrap().success());
}

fn start(part: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(part).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Gives everything up like a worker, tries everything, and reports.
fn probe() {
    let parent = nix::unistd::getppid();
    let own = [0_u8; 4];
    let address = own.as_ptr() as usize;
    sandbox::enter().unwrap();
    tell("close", nix::unistd::close(0));
    tell("dup", io::stdin().as_fd().try_clone_to_owned());
    tell("open", File::open("/etc/passwd"));
    tell("open of itself", File::open("/proc/self/mem"));
    tell("create", File::create("/tmp/a-still-worker-was-here"));
    tell("stat", std::fs::metadata("/etc/passwd"));
    tell("readdir", std::fs::read_dir("/"));
    tell("unlink", std::fs::remove_file("/tmp/a-still-worker-was-here"));
    tell("socket", UdpSocket::bind("127.0.0.1:0"));
    tell("connect", TcpStream::connect("127.0.0.1:9"));
    tell("socketpair", UnixStream::pair());
    tell("pipe", io::pipe());
    tell("kill", signal::kill(parent, None));
    tell("kill all", signal::kill(Pid::from_raw(-1), None));
    tell("ptrace", ptrace::attach(parent));
    tell("read of memory", read_memory(parent, address));
    tell("fork", Command::new("/bin/true").spawn());
    tell("thread", std::thread::Builder::new().spawn(|| {}));
    tell("limits", raise_limit());
    tell("dumpable", rustix::process::set_dumpable_behavior(DumpableBehavior::Dumpable));
    tell("privileges", rustix::thread::set_no_new_privs(true));
    println!("end");
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn tell<T>(what: &str, result: Result<T, impl Into<io::Error>>) {
    match result {
        Ok(_) => println!("{what} succeeded"),
        Err(error) => println!("{what} failed {}", error.into().raw_os_error().unwrap_or_default()),
    }
}

fn read_memory(of: Pid, address: usize) -> nix::Result<usize> {
    let mut bytes = [0; 4];
    process_vm_readv(of, &mut [io::IoSliceMut::new(&mut bytes)], &[RemoteIoVec { base: address, len: 4 }])
}

fn raise_limit() -> Result<(), rustix::io::Errno> {
    rustix::process::setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum: Some(64) })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn pool(argument: &str) -> Pool {
    Pool::new(std::env::current_exe().unwrap(), argument, 1)
}

/// The real worker: its rights are sufficient, for small pictures and for large ones.
fn stills_are_made() {
    let pool = pool("still-worker");
    runtime().block_on(async {
        for (width, height) in [(64, 48), (1920, 1080), (320, 180), (3840, 2160)] {
            let (init, part) = half_and_half(width, height);
            let still = pool.still(&init, &part).await;
            assert!(still.unwrap().starts_with(&[0xff, 0xd8, 0xff]), "{width}x{height}");
            let refused = pool.still(&part, &init).await;
            assert!(matches!(refused, Err(PoolError::Picture(_))), "{refused:?}");
        }
    });
}

/// A worker that was compromised by one camera's bytes, and would respond for the others.
fn answer_for_ever() -> io::Result<()> {
    say_shut_in();
    let (mut requests, mut answers) = (io::stdin().lock(), io::stdout().lock());
    let mut seen = Vec::new();
    loop {
        for _ in 0..3 {
            let mut length = [0; 4];
            requests.read_exact(&mut length)?;
            let mut frame = vec![0; u32::from_be_bytes(length) as usize];
            requests.read_exact(&mut frame).unwrap();
            seen.extend(frame);
        }
        let answer = [&[0, 0xff, 0xd8], seen.as_slice()].concat();
        // Once for this camera, and once more for the next request.
        for _ in 0..2 {
            let _ = answers.write_all(&(answer.len() as u32).to_be_bytes());
            let _ = answers.write_all(&answer);
            let _ = answers.flush();
        }
    }
}

/// The first message of a worker.
fn say_shut_in() {
    io::stdout().write_all(&[0, 0, 0, 1, 3]).unwrap();
    io::stdout().flush().unwrap();
}

/// Hangs over the first camera, and responds for the others.
fn hang_or_answer() -> io::Result<()> {
    say_shut_in();
    // The width in two bytes, an init segment of one, a part of one, each behind its length.
    let mut request = [0; 16];
    io::stdin().read_exact(&mut request)?;
    if request[10] == HANGS {
        loop {
            std::thread::park();
        }
    }
    io::stdout().write_all(&[0, 0, 0, 3, 0, 0xff, 0xd8])?;
    io::stdout().flush()
}

const HANGS: u8 = 1;

/// The child processes of `of`.
fn children(of: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap();
    list.split_ascii_whitespace().map(|child| child.parse().unwrap()).collect()
}

/// A worker that hangs is given up and killed, and in the meantime the others are served.
fn who_hangs_is_ended_alone() {
    let pool = Pool::new(std::env::current_exe().unwrap(), "hanging-worker", 2);
    let zygote = || children(std::process::id())[0];
    runtime().block_on(async {
        pool.still(&[0], &[0]).await.unwrap();
        let before = zygote();
        let (hung, ()) = tokio::join!(pool.still(&[HANGS], &[0]), async {
            for _ in 0..20 {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                pool.still(&[0], &[0]).await.unwrap();
            }
        });
        let is_late =
            matches!(&hung, Err(PoolError::Worker(error)) if error.kind() == io::ErrorKind::TimedOut);
        assert!(is_late, "{hung:?}");
        let begun = std::time::Instant::now();
        while !children(before).is_empty() {
            assert!(begun.elapsed().as_secs() < 10, "{:?} still hang", children(before));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        pool.still(&[0], &[0]).await.unwrap();
        assert_eq!(zygote(), before);
    });
}

/// The zygote is killed, or stopped: the workers end with it, and the next request gets another one.
fn a_zygote_is_replaced() {
    let pool = Pool::new(std::env::current_exe().unwrap(), "hanging-worker", 2);
    let zygote = || children(std::process::id())[0];
    runtime().block_on(async {
        pool.still(&[0], &[0]).await.unwrap();
        let first = zygote();
        let (hung, ()) = tokio::join!(pool.still(&[HANGS], &[0]), async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            let worker = children(first)[0];
            signal::kill(Pid::from_raw(first as i32), signal::SIGKILL).unwrap();
            let begun = std::time::Instant::now();
            while std::path::Path::new(&format!("/proc/{worker}")).exists() {
                assert!(begun.elapsed().as_secs() < 3, "a worker outlives who made it");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        assert!(matches!(hung, Err(PoolError::Worker(error)) if error.to_string().contains("ended")));
        pool.still(&[0], &[0]).await.unwrap();

        let second = zygote();
        assert_ne!(second, first);
        signal::kill(Pid::from_raw(second as i32), signal::SIGSTOP).unwrap();
        let refused = pool.still(&[0], &[0]).await;
        assert!(matches!(refused, Err(PoolError::Worker(error)) if error.kind() == io::ErrorKind::TimedOut));
        pool.still(&[0], &[0]).await.unwrap();
    });
}

fn no_worker_is_asked_twice() {
    let pool = pool("greedy-worker");
    runtime().block_on(async {
        for camera in 0..20_u8 {
            let [high, low] = (MAX_WIDTH as u16).to_be_bytes();
            let still = pool.still(&[camera], &[camera]).await.unwrap();
            assert_eq!(still[..], [0xff, 0xd8, high, low, camera, camera], "another camera's bytes");
        }
    });
}

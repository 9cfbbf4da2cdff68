//! Hosts that the centre pulls from and that are not cameras.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::dice::Dice;
use crate::common::ashkar;

const SDP: &str = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n\
    a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAH6zZQFAFuwEQ,aOvjyw==\r\na=control:track1\r\n";

/// How a camera behaves towards whoever connects.
type Manner = fn(&mut TcpStream, &mut Dice) -> std::io::Result<()>;

const MANNERS: [(&str, Manner); 10] = [
    ("random bytes", |stream, dice| endless(stream, || dice.bytes(4096))),
    ("a header without end", |stream, _| {
        stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nX: ")?;
        endless(stream, || vec![b'a'; 4096])
    }),
    ("headers without end", |stream, _| {
        stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n")?;
        endless(stream, || b"X: a\r\n".repeat(500))
    }),
    ("an endless body", |stream, _| {
        stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\n")?;
        endless(stream, || vec![b'a'; 4096])
    }),
    ("a body of negative length", |stream, _| {
        stream.write_all(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n")?;
        silence(stream)
    }),
    ("frames that nobody asked for", |stream, _| {
        let frame = [&[b'$', 0, 0xFF, 0xFF][..], &[0x41; 0xFFFF]].concat();
        endless(stream, || frame.clone())
    }),
    ("a frame that is announced and does not come", |stream, _| {
        stream.write_all(&[b'$', 0, 0xFF, 0xFF, 0x80])?;
        silence(stream)
    }),
    ("silence", |stream, _| silence(stream)),
    ("closing at once", |_, _| Ok(())),
    ("pictures of nonsense, after a proper beginning", |stream, dice| plays_nonsense(stream, dice)),
];

/// Hostile cameras, one of each manner, until this is dropped.
pub struct HostileCameras {
    over: Arc<AtomicBool>,
    visits: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
    data: std::path::PathBuf,
}

impl HostileCameras {
    /// Opens their ports, and configures the centre to pull from them.
    pub fn install(data: &Path, dice: &mut Dice) -> Self {
        let (over, visits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut threads = Vec::new();
        for (number, (_, manner)) in MANNERS.into_iter().enumerate() {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let address = format!("rtsp://{}/camera", listener.local_addr().expect("its address"));
            ashkar(&[
                "camera",
                "add",
                &id(number),
                "--pull",
                &address,
                "--data",
                &data.display().to_string(),
            ]);
            let (over, visits, dice) = (Arc::clone(&over), Arc::clone(&visits), Dice::from(dice.next()));
            threads.push(thread::spawn(move || receive(&listener, manner, dice, &over, &visits)));
        }
        Self { over, visits, threads, data: data.to_owned() }
    }

    /// How often the centre connected.
    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }

    pub const fn count() -> usize {
        MANNERS.len()
    }
}

impl Drop for HostileCameras {
    fn drop(&mut self) {
        for number in 0..MANNERS.len() {
            ashkar(&["camera", "remove", &id(number), "--data", &self.data.display().to_string()]);
        }
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("a hostile camera does not fail");
        }
    }
}

fn id(number: usize) -> String {
    format!("120/91/{}", number + 1)
}

fn receive(listener: &TcpListener, manner: Manner, mut dice: Dice, over: &AtomicBool, visits: &AtomicUsize) {
    listener.set_nonblocking(true).expect("a socket option");
    while !over.load(Ordering::Relaxed) {
        let Ok((mut stream, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(10));
            continue;
        };
        visits.fetch_add(1, Ordering::Relaxed);
        stream.set_nonblocking(false).expect("a socket option");
        let timeout = Some(Duration::from_millis(200));
        stream.set_write_timeout(timeout).expect("a socket option");
        stream.set_read_timeout(timeout).expect("a socket option");
        let _ = manner(&mut stream, &mut dice);
    }
}

/// Sends as much as is accepted.
fn endless(stream: &mut TcpStream, mut more: impl FnMut() -> Vec<u8>) -> std::io::Result<()> {
    for _ in 0..10_000 {
        stream.write_all(&more())?;
    }
    Ok(())
}

/// Says nothing until the other side leaves, for at most two seconds.
fn silence(stream: &mut TcpStream) -> std::io::Result<()> {
    for _ in 0..10 {
        if matches!(stream.read(&mut [0; 4096]), Ok(0)) {
            break;
        }
    }
    Ok(())
}

fn plays_nonsense(stream: &mut TcpStream, dice: &mut Dice) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    for _ in 0..3 {
        let count = stream.read(&mut buffer)?;
        let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
        let number = request.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap_or("1").to_owned();
        let rest = if request.starts_with("DESCRIBE") {
            format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}", SDP.len())
        } else {
            "Session: 7\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n".to_owned()
        };
        write!(stream, "RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{rest}")?;
    }
    let mut sequence = 0_u16;
    endless(stream, || {
        sequence = sequence.wrapping_add(1);
        let payload = dice.bytes(1000);
        let mut frame = vec![b'$', 0, 3, 244, 0x80, 96];
        frame.extend(sequence.to_be_bytes());
        frame.extend([0; 8]);
        frame.extend(payload);
        frame
    })
}

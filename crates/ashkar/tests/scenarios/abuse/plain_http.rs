//! One request at a time on a connection of its own: like a viewer, or the reader of the metrics.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub struct Line {
    stream: BufReader<TcpStream>,
}

impl Line {
    pub fn open(to: SocketAddr, timeout: Duration) -> std::io::Result<Self> {
        let stream = TcpStream::connect_timeout(&to, timeout)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Body of a response that must be 200 and have a length.
    pub fn get(&mut self, path: &str) -> std::io::Result<Vec<u8>> {
        let wrong = |what: String| std::io::Error::other(format!("GET {path}: {what}"));
        write!(self.stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: centre\r\n\r\n")?;
        let status = self.read_line()?;
        let mut length = None;
        loop {
            let line = self.read_line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().ok();
            }
        }
        let mut body = vec![0; length.ok_or_else(|| wrong("no length".to_owned()))?];
        self.stream.read_exact(&mut body)?;
        if status.contains(" 200 ") { Ok(body) } else { Err(wrong(status)) }
    }

    pub fn text(&mut self, path: &str) -> std::io::Result<String> {
        String::from_utf8(self.get(path)?).map_err(std::io::Error::other)
    }

    fn read_line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

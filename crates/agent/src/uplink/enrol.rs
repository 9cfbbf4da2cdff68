//! `ashkar agent enrol`: a one-time code brings the device's public key to the centre.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ashkar_terms::Blame;
use ashkar_uplink::{
    ENROLMENTS_PATH, EnrolmentCode, EnrolmentRequest, EnrolmentResponse, PROGRAM_BYTES_MAX, ParseCodeError,
    Refusal,
};
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use url::Url;

use super::client::{Target, ask};
use super::device_key::{self, KeyFileError};
use super::enrolled::Enrolled;
use super::fault::Fault;

/// What is enrolled, and where.
#[derive(Clone)]
pub struct Enrolment {
    /// The one-time code, as it was typed.
    pub code: String,
    /// The centre; checked by [`centre_address`](crate::config::centre_address).
    pub centre: Url,
    /// PEM file of the certificates to trust, instead of this machine's.
    pub ca: Option<PathBuf>,
    /// The agent's data directory.
    pub data: PathBuf,
    /// What the device is called; the computer's name if there is none.
    pub name: Option<String>,
    /// Where the connection goes, instead of to the centre's own address.
    pub via: Option<SocketAddr>,
}

/// Why a device is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Nothing was sent.
    #[error("the code is mistyped: {0}. Nothing was sent, and the code is still good ({blame})", blame = Blame::Operator.name())]
    Code(ParseCodeError),
    /// The device has no key.
    #[error("{0} ({blame})", blame = Blame::Station.name())]
    Key(KeyFileError),
    /// The centre was not reached, or it refused.
    #[error("{reason} ({blame})", reason = .0.reason, blame = .0.blame.name())]
    Fault(Fault),
    /// It is enrolled, and that could not be noted.
    #[error("the centre has enrolled the device, but that cannot be noted: {path}: {error}. The same command with a new code repairs it ({blame})", path = path.display(), blame = Blame::Station.name())]
    Note {
        /// The data directory.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
}

// Each text says all of it: no error is another one's source.
impl From<Fault> for EnrolError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Shows the code to the centre, and notes what it answers.
///
/// # Errors
/// See [`EnrolError`]. A code that was mistyped is told before anything is sent.
pub async fn enrol(enrolment: &Enrolment) -> Result<EnrolmentResponse, EnrolError> {
    let Enrolment { code, centre, ca, data, name, via } = enrolment;
    let code = code.parse::<EnrolmentCode>().map_err(EnrolError::Code)?;
    let key = device_key::read_or_make(data).map_err(EnrolError::Key)?;
    let target = Target::new(centre, ca.as_deref())?.via(*via);
    let body = EnrolmentRequest {
        code: code.reveal().to_string(),
        public_key: key.public().to_string(),
        device: name.as_deref().map_or_else(host_name, shortened),
    };
    let mut request = target.request(Method::POST, ENROLMENTS_PATH, body.to_json())?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let (status, body) = ask(&target, request).await?;
    if !status.is_success() {
        let refusal = Refusal::from_json(&body).map_err(|_| Fault::not_understood(&status))?;
        return Err(Fault::from(&refusal).into());
    }
    let enrolled = EnrolmentResponse::from_json(&body).map_err(|error| Fault::not_understood(&error))?;
    note(data, &target.origin, &enrolled).map_err(|error| EnrolError::Note { path: data.clone(), error })?;
    Ok(enrolled)
}

fn note(data: &Path, origin: &str, answer: &EnrolmentResponse) -> io::Result<()> {
    let mut enrolled = Enrolled::read(data)?;
    enrolled.insert(origin, answer.device_id.clone(), &answer.cameras);
    enrolled.write(data)
}

/// The computer's name; `agent` if it has none.
fn host_name() -> String {
    let system = rustix::system::uname();
    let name = system.nodename().to_string_lossy();
    if name.is_empty() { "agent".to_owned() } else { shortened(&name) }
}

/// As long as the protocol allows, in whole characters.
fn shortened(name: &str) -> String {
    let mut name: String = name.chars().filter(|c| !c.is_control()).collect();
    name.truncate(name.floor_char_boundary(PROGRAM_BYTES_MAX));
    name
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::config::centre_address;

    fn enrolment(code: &str, centre: &str, data: &Path) -> Enrolment {
        Enrolment {
            code: code.to_owned(),
            centre: centre_address(centre).unwrap(),
            ca: None,
            data: data.to_owned(),
            name: None,
            via: None,
        }
    }

    #[tokio::test]
    async fn each_failure_says_whose_fault_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let code = EnrolmentCode::generate().unwrap().reveal().to_string();
        let mut mistyped = code.clone();
        let last = if mistyped.pop() == Some('0') { '1' } else { '0' };
        mistyped.push(last);
        let told =
            enrol(&enrolment(&mistyped, "http://127.0.0.1:1", dir.path())).await.unwrap_err().to_string();
        assert!(told.contains("mistyped") && told.ends_with("(operator)"), "{told}");
        assert!(!dir.path().join("device.key").exists(), "nothing was begun");

        let told = enrol(&enrolment(&code, "http://127.0.0.1:1", dir.path())).await.unwrap_err().to_string();
        assert!(told.contains("cannot be reached") && told.ends_with("(line)"), "{told}");

        // Something else listens there.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            use std::io::{Read, Write};
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno");
        });
        let told =
            enrol(&enrolment(&code, &format!("http://{address}"), dir.path())).await.unwrap_err().to_string();
        assert!(told.contains("is the address the one for agents?") && told.ends_with("(centre)"), "{told}");
        assert!(!told.contains(&code));
    }

    #[test]
    fn a_name_fits_the_protocol() {
        assert!(!host_name().is_empty());
        let long = shortened(&"ə\n".repeat(100));
        assert_eq!(long.len(), PROGRAM_BYTES_MAX);
    }
}

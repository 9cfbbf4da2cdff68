//! How `ashkar agent doctor` asks a running agent: a socket in its own directory, which its user alone can reach.

use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ashkar_uplink::{CONDITIONS_BYTES_MAX, Occasion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use super::Examiner;
use super::doctor::Examined;

/// Pause between two exchanges with the centre, when somebody waits for it.
pub(crate) const ASKED_PAUSE: Duration = Duration::from_millis(100);
/// How long an agent may take, with a line that hardly carries anything.
const ANSWER_WITHIN: Duration = Duration::from_secs(300);
/// How long a question may take, and writing the answer.
const WITHIN: Duration = Duration::from_secs(5);
/// Longest answer, bytes: a report, and what became of it.
const ANSWER_BYTES_MAX: u64 = CONDITIONS_BYTES_MAX as u64 + 4096;

/// Where it is.
fn path(data: &Path) -> PathBuf {
    data.join("run").join("doctor.sock")
}

/// Answers one after the other, for as long as the agent runs.
pub(super) async fn serve(examiner: Arc<Examiner>) {
    let path = path(&examiner.config.data);
    let listener = match bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(path = %path.display(), cause = %error, blame = "station", "the doctor cannot ask this agent");
            return;
        }
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = answer(stream, &examiner).await {
                    tracing::debug!(%error, "the doctor has gone");
                }
            }
            // Out of files for a moment.
            Err(_) => tokio::time::sleep(WITHIN).await,
        }
    }
}

/// The archive's lock says that no other agent works here: a socket that is there is of one that was killed.
fn bind(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn answer(mut stream: UnixStream, examiner: &Examiner) -> io::Result<()> {
    let late = |_| io::Error::from(ErrorKind::TimedOut);
    let send = timeout(WITHIN, stream.read_u8()).await.map_err(late)?? == 1;
    let (report, sent) = examiner.examine(Occasion::Asked, ASKED_PAUSE, send).await;
    let answer = serde_json::to_vec(&Examined::new(report, send.then_some(sent), true))?;
    timeout(WITHIN, stream.write_all(&answer)).await.map_err(late)??;
    stream.shutdown().await
}

/// Asks the agent of `data`; nothing if none runs.
///
/// # Errors
/// If it does not answer as it must, or may not be asked.
pub(super) async fn ask(data: &Path, send: bool) -> io::Result<Option<Examined>> {
    let mut stream = match UnixStream::connect(path(data)).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let asked = async {
        stream.write_u8(u8::from(send)).await?;
        let mut answer = Vec::new();
        (&mut stream).take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
        if answer.is_empty() {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "it ended before it had an answer"));
        }
        Ok(Some(serde_json::from_slice(&answer)?))
    };
    timeout(ANSWER_WITHIN, asked).await.map_err(|_| io::Error::from(ErrorKind::TimedOut))?
}

//! The technician's page: the station on a phone, served by the agent itself, without internet.
//!
//! In: requests from this computer, or from its network if the settings say so. Out: the page, the streams as recorded,
//! findings; a signature on its way to the centre. What must never happen: another site that acts through the browser
//! here; a recording that waits for a viewer of this page.

mod card;
mod guard;
mod http;
mod legibility;
mod reference;
mod routes;
mod state;
mod work;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ashkar_stills::Pool;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::conditions::Examiner;
use crate::uplink::write_atomically;
pub(crate) use guard::Guard;
use work::Work;

/// The page, at work; it ends when this is dropped.
pub(crate) struct Technician {
    /// Where it is, and the code if it can be reached from the network.
    pub(crate) shown: Option<(SocketAddr, Option<String>)>,
    task: Option<JoinHandle<()>>,
}

impl Drop for Technician {
    fn drop(&mut self) {
        self.task.iter().for_each(JoinHandle::abort);
    }
}

/// What the page's requests work on.
pub(crate) struct Page {
    guard: Guard,
    examiner: Arc<Examiner>,
    work: Mutex<Work>,
    /// Makes stills, each in a process of its own.
    stills: Option<Pool>,
}

impl Technician {
    /// Opens it. What fails here is logged, and ends no recording.
    pub(crate) async fn open(examiner: &Arc<Examiner>, still_worker: Option<&(PathBuf, String)>) -> Self {
        let none = Self { shown: None, task: None };
        let Some(listen) = examiner.config.technician else { return none };
        let stills = still_worker.map(|(program, argument)| Pool::new(program.clone(), argument, 1));
        match Self::begin(listen, examiner, stills).await {
            Ok(open) => open,
            Err(error) => {
                tracing::warn!(%listen, cause = %error, blame = "station", "there is no technician's page; recording goes on");
                none
            }
        }
    }

    async fn begin(listen: SocketAddr, examiner: &Arc<Examiner>, stills: Option<Pool>) -> io::Result<Self> {
        let guard = Guard::draw().map_err(|error| io::Error::other(error.to_string()))?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let code = (!address.ip().to_canonical().is_loopback()).then(|| guard.code().to_owned());
        let (data, kept) = (examiner.config.data.clone(), code.clone());
        tokio::task::spawn_blocking(move || keep_code(&data, kept.as_deref())).await??;
        let page = Arc::new(Page { guard, examiner: Arc::clone(examiner), work: Mutex::default(), stills });
        let task = tokio::spawn(http::serve(listener, page));
        Ok(Self { shown: Some((address, code)), task: Some(task) })
    }
}

/// Where no terminal shows the code, the computer's administrator reads it from this file.
fn keep_code(data: &Path, code: Option<&str>) -> io::Result<()> {
    let path = data.join("run").join("technician-code");
    match code {
        Some(code) => write_atomically(&path, format!("{code}\n").as_bytes()),
        None => match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

//! One line to the centre: keeps a connection, and sends requests over it in the order in which they come.

use std::sync::Arc;
use std::time::Duration;

use ashkar_terms::{Clock, Moment};
use ashkar_uplink::Line;
use ashkar_uplink::sender::{RETRY_MAX_US, RETRY_MIN_US};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::client::{Connection, Target};
use super::event::{Event, Report, Tag};
use super::fault::Fault;

/// Requests that wait to be handed to a connection: the sender has at most some of each camera in flight.
pub(super) const COMMANDS_MAX: usize = 256;
/// A connection that stood for so long does not count as a failure when it breaks.
const STANDS_AFTER: Duration = Duration::from_secs(10);

/// A request for a line.
pub(super) struct Command {
    pub(super) tag: Tag,
    pub(super) request: Request<Full<Bytes>>,
}

/// How long the requests of a connection that is gone may take to say why.
const CAUSE_WITHIN: Duration = Duration::from_secs(1);

/// What a line needs.
pub(super) struct LineTask {
    pub(super) line: Line,
    /// Which choice of a centre this is: answers of another are ignored.
    pub(super) generation: u64,
    pub(super) target: Arc<Target>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) events: mpsc::Sender<Event>,
}

impl LineTask {
    /// Until it is aborted, or nobody listens.
    pub(super) async fn run(mut self) {
        let mut pause_us = 0;
        loop {
            let began = self.clock.now().mono_us;
            let fault = match Connection::open(&self.target).await {
                Ok(connection) => {
                    if !self.report(Report::Up(self.line)).await {
                        return;
                    }
                    let Some(fault) = self.serve(connection).await else { return };
                    fault
                }
                Err(fault) => fault,
            };
            let stood_us = self.clock.now().mono_us.saturating_sub(began);
            if Duration::from_micros(stood_us) >= STANDS_AFTER && pause_us < RETRY_MAX_US {
                pause_us = 0;
            }
            if !self.report(Report::Down(self.line, fault)).await {
                return;
            }
            // What came for the connection that is gone is sent again by its owner.
            while self.commands.try_recv().is_ok() {}
            pause_us = (pause_us * 2).clamp(RETRY_MIN_US, RETRY_MAX_US);
            sleep(Duration::from_micros(pause_us)).await;
        }
    }

    /// Until the connection breaks; `None` if nobody listens any more.
    async fn serve(&mut self, mut connection: Connection) -> Option<Fault> {
        // Ends with this function: nothing of a connection outlives it.
        let mut answers: JoinSet<Option<Fault>> = JoinSet::new();
        loop {
            let command = tokio::select! {
                ended = &mut connection.driver => {
                    let ended = ended.unwrap_or_else(|_| Fault::line("the connection failed"));
                    return Some(first_cause(&mut answers, ended).await);
                }
                Some(answered) = answers.join_next() => {
                    if let Ok(Some(fault)) = answered && !connection.is_shared() {
                        // Over HTTP/1.1 everything waits behind an answer that does not come.
                        return Some(fault);
                    }
                    continue;
                }
                command = self.commands.recv() => command?,
            };
            let answer = match connection.send(command.request).await {
                Ok(answer) => answer,
                Err(fault) => return Some(first_cause(&mut answers, fault).await),
            };
            let (events, generation, clock) = (self.events.clone(), self.generation, Arc::clone(&self.clock));
            let sent = clock.now();
            answers.spawn(async move {
                let result = answer.await;
                let fault = result.as_ref().err().cloned();
                let answered = Answered { sent, received: clock.now(), result };
                let _ =
                    events.send(Event { generation, report: Report::Answered(command.tag, answered) }).await;
                fault
            });
        }
    }

    async fn report(&self, report: Report) -> bool {
        self.events.send(Event { generation: self.generation, report }).await.is_ok()
    }
}

/// Why a connection is gone: a request that is given up takes it along, over HTTP/1.1, and that was the cause.
async fn first_cause(answers: &mut JoinSet<Option<Fault>>, fault: Fault) -> Fault {
    while let Ok(Some(joined)) = timeout(CAUSE_WITHIN, answers.join_next()).await {
        if let Ok(Some(cause)) = joined {
            return cause;
        }
    }
    fault
}

/// An answer, or why there is none, and when that was.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) sent: Moment,
    pub(super) received: Moment,
    pub(super) result: Result<(StatusCode, Bytes), Fault>,
}

#[cfg(test)]
mod tests {
    use ashkar_terms::SystemClock;
    use hyper::Method;

    use super::*;

    /// Two requests, of which the first is never answered: its end, and not that of the connection that goes with it, is told.
    #[tokio::test]
    async fn a_centre_that_does_not_answer_is_not_said_to_have_closed_the_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: url::Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let target = Arc::new(Target::new(&url, None).unwrap());
        let (sender, commands) = mpsc::channel(COMMANDS_MAX);
        let (events, mut told) = mpsc::channel(8);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let (line, generation) = (Line::Live, 1);
        let task = LineTask { line, generation, target: Arc::clone(&target), clock, commands, events };
        let _running = tokio::spawn(task.run());
        let (_deaf, _) = listener.accept().await.unwrap();
        for line in Line::ALL {
            let request = target.request(Method::GET, "/", Vec::new()).unwrap();
            sender.send(Command { tag: Tag::Silence(line), request }).await.unwrap();
        }
        let fault = loop {
            if let Report::Down(_, fault) = told.recv().await.unwrap().report {
                break fault;
            }
        };
        assert_eq!(fault, Fault::line("no answer within 10 s"));
    }
}

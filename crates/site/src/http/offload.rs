//! Offloading: responses that take much CPU are generated away from the runtime's threads, a few at a time.
//!
//! Lists, pages of the API and DVR playlists are of this kind. Players are served by the runtime's threads; a client
//! that asks for many generated responses waits for them, and delays no picture.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::http::client::Client;
use crate::http::fair_semaphore::FairSemaphore;
use crate::http::problem::Problem;

/// How long a request waits for its permit.
pub(crate) const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// Half of the processors remain for everything else.
static PERMITS: LazyLock<Arc<FairSemaphore>> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    FairSemaphore::new(processors / 2, QUEUE_TIMEOUT)
});

/// For `/metrics`.
pub(crate) fn semaphore() -> &'static FairSemaphore {
    &PERMITS
}

/// Generates the response to `request` on an offload thread; 503 if no permit comes in time.
pub(crate) async fn response(request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions());
    response_in(&PERMITS, client, next.run(request)).await
}

/// Runs `work` for `client` on an offload thread.
///
/// # Errors
/// 503 if no permit comes in time, 500 if `work` panics.
pub(crate) async fn run<T: Send + 'static>(
    client: Client,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    run_in(&PERMITS, client, work).await
}

async fn response_in(
    permits: &Arc<FairSemaphore>,
    client: Client,
    answer: impl Future<Output = Response> + Send + 'static,
) -> Response {
    let made = run_in(permits, client, move || Handle::current().block_on(answer)).await;
    made.unwrap_or_else(IntoResponse::into_response)
}

async fn run_in<T: Send + 'static>(
    permits: &Arc<FairSemaphore>,
    client: Client,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let permit = permits.acquire(client).await?;
    let done = spawn_blocking(move || {
        let _turn = permit;
        work()
    });
    done.await.map_err(|panic| Problem::internal(&panic))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn long_work() -> Response {
        std::thread::sleep(Duration::from_millis(400));
        "made".into_response()
    }

    #[tokio::test]
    async fn what_takes_long_is_made_one_by_one_and_keeps_nobody_waiting() {
        let permits = FairSemaphore::new(1, QUEUE_TIMEOUT);
        let begun = Instant::now();
        let asked: Vec<_> = (0..3)
            .map(|_| {
                let permits = Arc::clone(&permits);
                tokio::spawn(async move { response_in(&permits, Client::EVERYBODY, long_work()).await })
            })
            .collect();
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(begun.elapsed() < Duration::from_millis(350), "this thread, the only one, is free");
        for answer in asked {
            assert_eq!(answer.await.unwrap().status(), 200);
        }
        assert!(begun.elapsed() >= Duration::from_millis(1200), "one by one");
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_and_gives_its_turn_back() {
        let permits = FairSemaphore::new(1, QUEUE_TIMEOUT);
        let failed = response_in(&permits, Client::EVERYBODY, async { panic!("on purpose") }).await;
        assert_eq!(failed.status(), 500);
        assert!(permits.acquire(Client::EVERYBODY).await.is_ok(), "the only permit is free");
    }
}

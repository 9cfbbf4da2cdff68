//! Where answers are made that take the processor for long: lists, pages of the API, playlists of the past.
//!
//! Players are served by the runtime's threads, and these answers are made elsewhere, a few at a time: whoever asks for
//! many of them waits for them, and keeps no picture waiting.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::problem::Problem;
use crate::shares::{Client, Turns};

/// How long a request waits for its turn.
pub(crate) const TURN_WITHIN: Duration = Duration::from_secs(10);

/// Answers made at once: half of the processors go on with other things. Each client has its share of the time.
static TURNS: LazyLock<Arc<Turns>> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Turns::new(processors / 2, TURN_WITHIN)
});

/// For `/metrics`.
pub(crate) fn turns() -> &'static Turns {
    &TURNS
}

/// Lets the answer to `request` be made when its turn comes; 503 where that takes too long.
pub(crate) async fn make(request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions());
    make_in(&TURNS, client, next.run(request)).await
}

/// Does `work` for `client` when its turn comes.
///
/// # Errors
/// 503 where that takes too long, 500 where it panics.
pub(crate) async fn work<T: Send + 'static>(
    client: Client,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    work_in(&TURNS, client, work).await
}

async fn make_in(
    turns: &Arc<Turns>,
    client: Client,
    answer: impl Future<Output = Response> + Send + 'static,
) -> Response {
    let made = work_in(turns, client, move || Handle::current().block_on(answer)).await;
    made.unwrap_or_else(IntoResponse::into_response)
}

async fn work_in<T: Send + 'static>(
    turns: &Arc<Turns>,
    client: Client,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let turn = turns.take(client).await?;
    let done = spawn_blocking(move || {
        let _turn = turn;
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
        let turns = Turns::new(1, TURN_WITHIN);
        let begun = Instant::now();
        let asked: Vec<_> = (0..3)
            .map(|_| {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move { make_in(&turns, Client::EVERYBODY, long_work()).await })
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
        let turns = Turns::new(1, TURN_WITHIN);
        let failed = make_in(&turns, Client::EVERYBODY, async { panic!("on purpose") }).await;
        assert_eq!(failed.status(), 500);
        assert!(turns.take(Client::EVERYBODY).await.is_ok(), "the only turn is free");
    }
}

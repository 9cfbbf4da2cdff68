//! Where answers are made that take the processor for long: lists, pages of the API, playlists of the past.
//!
//! Players are served by the runtime's threads, and these answers are made elsewhere, a few at a time: whoever asks for
//! many of them waits for them, and keeps no picture waiting.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::problem::Problem;

/// How long a request waits for its turn.
pub(crate) const TURN_WITHIN: Duration = Duration::from_secs(10);

/// Answers made at once: half of the processors go on with other things.
fn turns() -> &'static Semaphore {
    static TURNS: OnceLock<Semaphore> = OnceLock::new();
    TURNS.get_or_init(|| {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Semaphore::new((processors / 2).max(1))
    })
}

/// Lets the answer to `request` be made when its turn comes; 503 where that takes too long.
pub(crate) async fn make(request: Request, next: Next) -> Response {
    make_in(turns(), next.run(request)).await
}

/// Does `work` when its turn comes.
///
/// # Errors
/// 503 where that takes too long, 500 where it panics.
pub(crate) async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    work_in(turns(), work).await
}

async fn make_in(
    turns: &'static Semaphore,
    answer: impl Future<Output = Response> + Send + 'static,
) -> Response {
    let made = work_in(turns, move || Handle::current().block_on(answer)).await;
    made.unwrap_or_else(IntoResponse::into_response)
}

async fn work_in<T: Send + 'static>(
    turns: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let Ok(Ok(turn)) = timeout(TURN_WITHIN, turns.acquire()).await else {
        return Err(Problem::unavailable("Too much is asked for; try again in a moment."));
    };
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
        static TURNS: Semaphore = Semaphore::const_new(1);
        let begun = Instant::now();
        let asked: Vec<_> = (0..3).map(|_| tokio::spawn(make_in(&TURNS, long_work()))).collect();
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
        static TURNS: Semaphore = Semaphore::const_new(1);
        let failed = make_in(&TURNS, async { panic!("on purpose") }).await;
        assert_eq!((failed.status().as_u16(), TURNS.available_permits()), (500, 1));
    }
}

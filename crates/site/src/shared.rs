//! Answers that look at every camera, and that everybody may ask for: made once in five seconds for all who ask.
//!
//! In: what is asked for. Out: the same bytes for all, compressed once. Who comes while an answer is being made gets the
//! last one, or waits where that is too old; nothing is made twice at once, and nothing on the runtime's threads.

use std::convert::Infallible;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::time::{Instant, timeout};

use crate::problem::Problem;
use crate::respond::Cached;
use crate::shares::Client;
use crate::{COMPRESS_ABOVE_BYTES, gzip, workshop};

/// An answer is not made again within this.
const FRESH_FOR: Duration = Duration::from_secs(5);
/// While a newer one is being made, an answer may be this old.
const GIVEN_FOR: Duration = Duration::from_secs(10);
/// Answers kept: three for each of a country's constituencies, and room to spare.
const KEPT: usize = 512;

/// The newest answers.
#[derive(Debug)]
pub(crate) struct Shared<K>(Cache<K, Arc<Slot>>);

/// One answer's place.
#[derive(Debug, Default)]
struct Slot {
    last: Mutex<Option<(Instant, Arc<Answer>)>>,
    /// Held while the next one is made.
    making: Arc<tokio::sync::Mutex<()>>,
}

/// An answer in the two forms in which it is sent.
#[derive(Debug)]
pub(crate) struct Answer {
    plain: Cached,
    /// Compressed, where that is worth it.
    dense: Option<Cached>,
}

impl<K> Default for Shared<K>
where
    K: Eq + Hash + Clone,
{
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl<K> Shared<K>
where
    K: Eq + Hash + Clone,
{
    /// The answer to `key`, by `make` where there is none that is fresh.
    ///
    /// # Errors
    /// Those of `make`; 503 where its turn does not come.
    pub(crate) async fn get(
        &self,
        key: &K,
        make: impl FnOnce() -> Result<Cached, Problem> + Send + 'static,
    ) -> Result<Arc<Answer>, Problem> {
        let slot = self.slot(key);
        if let Some(answer) = slot.younger_than(FRESH_FOR) {
            return Ok(answer);
        }
        let making = match Arc::clone(&slot.making).try_lock_owned() {
            Ok(making) => making,
            Err(_) => {
                if let Some(answer) = slot.younger_than(GIVEN_FOR) {
                    return Ok(answer);
                }
                let turn = timeout(workshop::TURN_WITHIN, Arc::clone(&slot.making).lock_owned()).await;
                turn.map_err(|_| Problem::unavailable("It takes too long; try again in a moment."))?
            }
        };
        if let Some(answer) = slot.younger_than(FRESH_FOR) {
            return Ok(answer);
        }
        // Whoever asked may leave; what it began is made, and kept, all the same.
        let made = workshop::work(Client::EVERYBODY, move || {
            let _making = making;
            let answer = Arc::new(Answer::new(make()?)?);
            *slot.last.lock() = Some((Instant::now(), Arc::clone(&answer)));
            Ok(answer)
        });
        made.await?
    }

    fn slot(&self, key: &K) -> Arc<Slot> {
        let made = self.0.get_or_insert_with(key, || Ok::<_, Infallible>(Arc::default()));
        made.unwrap_or_else(|never| match never {})
    }
}

impl Slot {
    fn younger_than(&self, age: Duration) -> Option<Arc<Answer>> {
        let last = self.last.lock();
        last.as_ref().filter(|(made, _)| made.elapsed() < age).map(|(_, answer)| Arc::clone(answer))
    }
}

impl Answer {
    fn new(plain: Cached) -> Result<Self, Problem> {
        let is_worth_it = plain.body.len() as u64 >= COMPRESS_ABOVE_BYTES;
        let dense = is_worth_it.then(|| {
            let body = gzip::compress(&plain.body).map_err(|error| Problem::internal(&error))?;
            let etag = plain.etag.replacen('"', "\"gz-", 1);
            Ok(Cached { body, etag, ..plain.clone() })
        });
        Ok(Self { plain, dense: dense.transpose()? })
    }

    /// The response to who sent `request`.
    pub(crate) fn respond(&self, request: &HeaderMap) -> Response {
        let dense = self.dense.as_ref().filter(|_| gzip::is_accepted(request));
        let mut response = dense.unwrap_or(&self.plain).clone().respond(request);
        let is_whole = response.status() == StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if dense.is_some() && is_whole {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use tokio::time::advance;

    use super::*;
    use crate::respond::BRIEF;

    fn answer(text: String) -> Result<Cached, Problem> {
        Ok(Cached::new(text, "text/plain", BRIEF))
    }

    /// What a number of makings gives.
    async fn ask(shared: &Shared<u8>, made: &Arc<AtomicUsize>) -> String {
        let made = Arc::clone(made);
        let make = move || answer(made.fetch_add(1, Ordering::Relaxed).to_string());
        let answer = shared.get(&7, make).await.unwrap();
        String::from_utf8(answer.plain.body.to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_made_once_in_five_seconds_for_all_who_ask() {
        let (shared, made) = (Arc::new(Shared::default()), Arc::new(AtomicUsize::new(0)));
        let asked: Vec<_> = (0..20)
            .map(|_| {
                let (shared, made) = (Arc::clone(&shared), Arc::clone(&made));
                tokio::spawn(async move { ask(&shared, &made).await })
            })
            .collect();
        for answer in asked {
            assert_eq!(answer.await.unwrap(), "0");
        }
        advance(FRESH_FOR - Duration::from_millis(100)).await;
        assert_eq!(ask(&shared, &made).await, "0");
        advance(Duration::from_millis(200)).await;
        assert_eq!(ask(&shared, &made).await, "1");

        advance(FRESH_FOR).await;
        let ((begun, has_begun), (go_on, goes_on)) = (tokio::sync::oneshot::channel(), mpsc::channel());
        let slow = Arc::clone(&shared);
        let asker = tokio::spawn(async move {
            let make = move || {
                let _ = begun.send(());
                let _ = goes_on.recv();
                answer("slow".to_owned())
            };
            let _ = slow.get(&7, make).await;
        });
        has_begun.await.unwrap();
        assert_eq!(ask(&shared, &made).await, "1", "the last one, while the next one is made");
        asker.abort();
        advance(GIVEN_FOR).await;
        let (waits, counts) = (Arc::clone(&shared), Arc::clone(&made));
        let waiter = tokio::spawn(async move { ask(&waits, &counts).await });
        tokio::task::yield_now().await;
        go_on.send(()).unwrap();
        assert_eq!(waiter.await.unwrap(), "slow", "who made it has left, and who waits has it");
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn who_takes_gzip_gets_what_was_compressed_once() {
        let answer = Answer::new(answer("LLLLMMLL".repeat(1000)).unwrap()).unwrap();
        let mut request = HeaderMap::new();
        let plain = answer.respond(&request);
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let dense = answer.respond(&request);
        assert_eq!(dense.headers()[header::CONTENT_ENCODING], "gzip");
        assert_ne!(dense.headers()[header::ETAG], plain.headers()[header::ETAG]);
        request.insert(header::IF_NONE_MATCH, dense.headers()[header::ETAG].clone());
        let again = answer.respond(&request);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(!again.headers().contains_key(header::CONTENT_ENCODING));
    }
}

//! Where passwords are hashed: on blocking threads, so many at once, so many waiting, and everything else is refused.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::hash::{NoMemoryError, SALT_BYTES};
use super::{NewPassword, Password, PasswordHash};
use crate::random;

/// Hashes and verifies passwords. Each takes 19 MiB and some fifty milliseconds, so whoever may ask for it without a
/// limit could take the whole machine.
#[derive(Debug, Clone)]
pub struct PasswordPool {
    /// Those that are being hashed.
    working: Arc<Semaphore>,
    /// Those and the ones that wait.
    admitted: Arc<Semaphore>,
}

/// What a password proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not that person's, or nobody has that name.
    Wrong,
    /// It is that person's.
    Right {
        /// The stored hash costs too little by now: hash the password anew.
        needs_rehash: bool,
    },
}

/// Why the pool did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// As many as may wait are waiting.
    #[error("too many passwords are being checked; try again in a moment")]
    Busy,
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// There is no memory for it, or the runtime is ending.
    #[error("a password could not be hashed")]
    Failed,
}

impl PasswordPool {
    /// A pool that hashes `at_once` passwords at once (at least one), while at most `waiting` more wait.
    pub fn new(at_once: usize, waiting: usize) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS / 2);
        let admitted = at_once.saturating_add(waiting).min(Semaphore::MAX_PERMITS);
        Self { working: Arc::new(Semaphore::new(at_once)), admitted: Arc::new(Semaphore::new(admitted)) }
    }

    /// The hash of `password`, with a new salt.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn hash(&self, password: NewPassword) -> Result<PasswordHash, PoolError> {
        let salt = *random::<SALT_BYTES>().map_err(|_| PoolError::Random)?;
        self.run(move || PasswordHash::new(&password, salt)).await
    }

    /// Whether `password` is the one whose hash is `stored`. `None` is for a name that nobody has: it takes as long,
    /// and is [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`PoolError`]; nothing is known of the password then.
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<Verdict, PoolError> {
        self.run(move || {
            let hash = stored.as_ref().unwrap_or(&PasswordHash::OF_NOBODY);
            let is_right = hash.verify(&password)? && stored.is_some();
            let needs_rehash = hash.needs_rehash();
            Ok(if is_right { Verdict::Right { needs_rehash } } else { Verdict::Wrong })
        })
        .await
    }

    /// Does `work` when it is its turn. The permits end with the work, not with the one who waits for it: a request
    /// that is cancelled makes no room for another while its password is still being hashed.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, NoMemoryError> + Send + 'static,
    ) -> Result<T, PoolError> {
        let place = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PoolError::Busy)?;
        let turn = Arc::clone(&self.working).acquire_owned().await.map_err(|_| PoolError::Failed)?;
        let permits: [OwnedSemaphorePermit; 2] = [place, turn];
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permits);
            done
        });
        done.await.map_err(|_| PoolError::Failed)?.map_err(|_| PoolError::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_finds_no_place_is_refused_at_once() {
        let pool = PasswordPool::new(1, 1);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || ended.recv().map_err(|_| NoMemoryError)).await }
        });
        while pool.working.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| Ok(2)).await }
        });
        while pool.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| Ok(3)).await, Err(PoolError::Busy));

        // Whoever waited for the first gives up; its work holds its place until it ends.
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(pool.run(|| Ok(4)).await, Err(PoolError::Busy));
        end.send(()).unwrap();
        assert_eq!(second.await.unwrap(), Ok(2));
        assert_eq!(pool.run(|| Ok(5)).await, Ok(5));
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_place_back() {
        let pool = PasswordPool::new(1, 0);
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let ended: Result<(), PoolError> = pool.run(|| panic!("on purpose")).await;
        std::panic::set_hook(hook);
        assert_eq!(ended, Err(PoolError::Failed));
        assert_eq!(pool.run(|| Ok(1)).await, Ok(1));
    }
}

//! Ten thousand viewers wake once.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use crate::support::{ARCHIVE, CAMERA, HALF, Packager};
use ashkar_live::{LiveCamera, Playlist, PlaylistError, Query, WindowOptions};
use tokio::task::JoinSet;

const VIEWERS: usize = 10_000;

/// Counts how often a future is polled.
struct Counted<F> {
    inner: Pin<Box<F>>,
    polls: Arc<AtomicUsize>,
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // Counted afterwards: a counted viewer waits, and is not only about to.
        let polled = self.inner.as_mut().poll(context);
        self.polls.fetch_add(1, Ordering::Release);
        polled
    }
}

fn watch(
    camera: &Arc<LiveCamera>,
    viewers: &mut JoinSet<Result<Playlist, PlaylistError>>,
    count: usize,
    query: Query,
) -> Arc<AtomicUsize> {
    let polls = Arc::new(AtomicUsize::new(0));
    for _ in 0..count {
        let camera = Arc::clone(camera);
        let request = async move { camera.playlist(query).await };
        viewers.spawn(Counted { inner: Box::pin(request), polls: Arc::clone(&polls) });
    }
    polls
}

async fn settle(polls: &AtomicUsize, expected: usize) {
    for _ in 0..1_000_000 {
        if polls.load(Ordering::Acquire) >= expected {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn all_are_woken_once() {
    let camera = Arc::new(LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default()));
    let mut packager = Packager::new(0);
    camera.push_all(&packager.segments(3)).unwrap();
    let mut viewers = JoinSet::new();
    let next = Query { msn: Some(3), part: Some(0), skip: false };
    let later = Query { msn: Some(3), part: Some(1), skip: false };
    let polls = watch(&camera, &mut viewers, VIEWERS, next);
    settle(&polls, VIEWERS).await;
    let mut others = JoinSet::new();
    let patient = watch(&camera, &mut others, 100, later);
    settle(&patient, 100).await;
    // Some go away while they wait: no other may miss its wake-up because of that.
    let mut leaving = JoinSet::new();
    let left = watch(&camera, &mut leaving, 100, next);
    settle(&left, 100).await;
    leaving.abort_all();

    camera.push(&packager.part(HALF, true)).unwrap();
    let mut bodies = Vec::new();
    while let Some(answer) = viewers.join_next().await {
        bodies.push(answer.unwrap().unwrap().body);
    }
    assert_eq!(bodies.len(), VIEWERS);
    assert!(bodies.windows(2).all(|pair| pair[0].as_ptr() == pair[1].as_ptr()), "one text for all");
    assert_eq!(polls.load(Ordering::Relaxed), 2 * VIEWERS, "once to wait, once to be answered");
    assert_eq!(patient.load(Ordering::Relaxed), 100, "who waits for another part sleeps on");

    camera.push_all(&[packager.part(HALF, false), packager.end()]).unwrap();
    while let Some(answer) = others.join_next().await {
        answer.unwrap().unwrap();
    }
    assert_eq!(patient.load(Ordering::Relaxed), 200);
}

#[tokio::test]
async fn on_one_thread() {
    all_are_woken_once().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_four_threads() {
    for _ in 0..5 {
        all_are_woken_once().await;
    }
}

#[tokio::test]
async fn a_waiting_request_is_small() {
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    let size = size_of_val(&camera.playlist(Query::default()));
    assert!(size < 600, "{size} bytes");
    assert!(size_of_val(&camera.part(0, 0)) < 600);
}

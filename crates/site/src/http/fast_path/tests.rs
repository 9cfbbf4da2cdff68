use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::http::budget::CloseHandle;
use crate::http::client::Client;

const SIZE: usize = 16 << 20;

async fn respond(path: String, dropped: Arc<AtomicUsize>) -> Response {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let _counted = Counted(dropped);
    match path.as_str() {
        "/live/waits" => pending().await,
        "/live/large" => vec![b'x'; SIZE].into_response(),
        "/live/fresh" => StatusCode::NOT_MODIFIED.into_response(),
        _ => path.into_response(),
    }
}

struct Server {
    client: TcpStream,
    task: tokio::task::JoinHandle<Ended>,
    stop: watch::Sender<bool>,
    answered: Arc<AtomicUsize>,
}

async fn server() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let answered = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&answered);
    let understand = move |head: &Head<'_>| {
        let holder = Holder::new(Client::EVERYBODY, CloseHandle::default());
        let answer = || (respond(head.path.to_owned(), Arc::clone(&counted)), holder);
        head.path.starts_with("/live/").then(answer)
    };
    let task = tokio::spawn(serve(stream, understand, stopped));
    Server { client, task, stop, answered }
}

async fn until_closed(client: &mut TcpStream) -> String {
    let mut text = Vec::new();
    client.read_to_end(&mut text).await.unwrap();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_order() {
    let mut server = server().await;
    let asked = b"GET /live/a HTTP/1.1\r\n\r\nHEAD /live/b HTTP/1.1\r\n\r\nGET /live/fresh HTTP/1.1\r\n\r\nGET /live/c HTTP/1.1\r\nConnection: close\r\n\r\n";
    server.client.write_all(asked).await.unwrap();
    let text = until_closed(&mut server.client).await;
    let answers: Vec<&str> = text.split("HTTP/1.1 ").skip(1).collect();
    assert_eq!(answers.len(), 4, "{text}");
    assert!(answers[0].starts_with("200 OK\r\n") && answers[0].ends_with("\r\n\r\n/live/a"), "{text}");
    assert!(answers[1].contains("content-length: 7\r\n") && answers[1].ends_with("\r\n\r\n"), "{text}");
    assert!(answers[2].starts_with("304 ") && !answers[2].contains("content-length"), "{text}");
    assert!(
        answers[3].contains("connection: close\r\n") && answers[3].ends_with("\r\n\r\n/live/c"),
        "{text}"
    );
    assert!(answers.iter().all(|answer| answer.contains("\r\ndate: ")), "{text}");
    assert!(matches!(server.task.await.unwrap(), Ended::Closed));
}

#[tokio::test]
async fn what_is_no_players_is_handed_over_with_every_byte() {
    let mut server = server().await;
    server.client.write_all(b"GET /live/a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Le").await.unwrap();
    let Ended::Other(mut rest) = server.task.await.unwrap() else { panic!("it is another's") };
    server.client.write_all(b"ngth: 0\r\n\r\n").await.unwrap();
    server.client.shutdown().await.unwrap();
    let mut text = String::new();
    rest.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "POST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    rest.write_all(b"bye").await.unwrap();
    drop(rest);
    assert!(until_closed(&mut server.client).await.ends_with("/live/abye"));
}

#[tokio::test]
async fn who_leaves_while_waiting_is_waited_for_no_longer() {
    let mut server = server().await;
    server.client.write_all(b"GET /live/waits HTTP/1.1\r\n\r\n").await.unwrap();
    drop(server.client);
    assert!(matches!(server.task.await.unwrap(), Ended::Closed));
    assert_eq!(server.answered.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_large_answer_arrives_whole_at_a_slow_reader() {
    let mut server = server().await;
    server.client.write_all(b"GET /live/large HTTP/1.1\r\nConnection: close\r\n\r\n").await.unwrap();
    let (mut bytes, mut piece) = (0, vec![0; 100_000]);
    loop {
        let count = server.client.read(&mut piece).await.unwrap();
        if count == 0 {
            break;
        }
        bytes += count;
        tokio::task::yield_now().await;
    }
    assert!(bytes > SIZE && bytes < SIZE + 1000);
}

#[tokio::test(start_paused = true)]
async fn who_never_reads_or_never_asks_is_let_go() {
    let mut stuck = server().await;
    stuck.client.write_all(b"GET /live/large HTTP/1.1\r\n\r\n").await.unwrap();
    let silent = server().await;
    assert!(matches!(stuck.task.await.unwrap(), Ended::Closed));
    assert!(matches!(silent.task.await.unwrap(), Ended::Closed));
}

#[tokio::test]
async fn at_a_stop_an_idle_connection_ends_and_one_under_way_is_answered_first() {
    let mut idle = server().await;
    idle.client.write_all(b"GET /live/a HTTP/1.1\r\n\r\n").await.unwrap();
    idle.client.readable().await.unwrap();
    idle.stop.send(true).unwrap();
    assert!(until_closed(&mut idle.client).await.ends_with("/live/a"));
    assert!(matches!(idle.task.await.unwrap(), Ended::Closed));
}

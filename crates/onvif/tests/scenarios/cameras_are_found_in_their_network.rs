//! Answers to a search over real sockets: the camera's own counts, all others do not.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use ashkar_onvif::{Network, Search};

const OWN: Network = Network { here: Ipv4Addr::LOCALHOST, prefix: 8 };

/// Answers each question with `answers`, in which `ID` stands for the question's.
fn responder(answers: Vec<String>) -> std::net::SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut asked = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut asked) {
            let text = String::from_utf8_lossy(&asked[..length]).into_owned();
            let id = text.split_once("MessageID>").unwrap().1.split('<').next().unwrap().to_owned();
            for answer in &answers {
                let _ = socket.send_to(answer.replace("ID", &id).as_bytes(), from);
            }
        }
    });
    address
}

fn answer(id: &str, address: &str) -> String {
    format!(
        "<e:Envelope><e:Header><w:RelatesTo>{id}</w:RelatesTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>\
         <d:Scopes>onvif://www.onvif.org/name/Zal onvif://www.onvif.org/hardware/S1</d:Scopes>\
         <d:XAddrs>{address}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    )
}

#[tokio::test]
async fn an_answer_counts_if_it_names_its_sender() {
    let own = answer("ID", "http://127.0.0.1:8000/onvif/device_service");
    let whom = responder(vec![
        "no XML".to_owned(),
        "x".repeat(20_000),
        answer("uuid:another", "http://127.0.0.1:8001/"),
        answer("ID", "http://169.254.169.254/latest/meta-data"),
        answer("ID", "http://127.0.0.2/onvif/device_service"),
        own.clone(),
        own,
    ]);
    let search = Search { networks: vec![OWN], whom, wait: Duration::from_millis(1200) };
    let found = search.run().await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].address.to_string(), "http://127.0.0.1:8000/onvif/device_service");
    assert_eq!((found[0].name.as_str(), found[0].model.as_str()), ("Zal", "S1"));
    // Whoever is not of the network that was asked is not there.
    let elsewhere = Network { here: Ipv4Addr::LOCALHOST, prefix: 32 };
    let search = Search { networks: vec![elsewhere], wait: Duration::from_millis(300), ..search };
    assert_eq!(search.run().await.unwrap().len(), 1);
    let none = Search { networks: Vec::new(), ..search };
    assert!(none.run().await.unwrap().is_empty());
}

#[tokio::test]
async fn there_is_an_end_to_answers() {
    let many = (0..300).map(|port| answer("ID", &format!("http://127.0.0.1:{}/", 1000 + port))).collect();
    let search = Search { networks: vec![OWN], whom: responder(many), wait: Duration::from_millis(1500) };
    assert!(search.run().await.unwrap().len() <= 64);
}

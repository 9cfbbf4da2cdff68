//! A simulated camera: an HTTP server that answers ONVIF's calls as its specifications say. No real camera is behind it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

pub(crate) const USER: &str = "operator";
pub(crate) const PASSWORD: &str = "p<ss & \"w0rd\"";
/// Seconds by which the time of a signature may differ from the camera's.
const FRESH_S: i64 = 5;

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// As specified.
    Good,
    /// As specified, with HTTP Digest before all.
    HttpDigest,
    /// It wants the password in the clear.
    Basic,
    /// It refuses every signature.
    Refuses,
    /// It knows its time, streams and nothing to set.
    Bare,
    /// It is older than `GetServices`, and has no second media service.
    Old,
    /// It says that it does what it does not.
    Lies,
    /// It answers noise.
    Rubbish,
    /// Its answer never ends.
    Endless,
    /// It gives a byte each tenth of a second.
    Slow,
    /// It says nothing.
    Silent,
    /// It sends whoever asks elsewhere.
    Elsewhere,
}

/// What it has.
pub(crate) struct State {
    pub(crate) behaviour: Behaviour,
    /// Seconds by which its clock is ahead.
    pub(crate) ahead_s: i64,
    pub(crate) is_ntp: bool,
    pub(crate) zone: String,
    pub(crate) texts: Vec<String>,
    pub(crate) texts_most: usize,
    pub(crate) rectangles_alone: bool,
    /// Points of masks, as they came.
    pub(crate) masks: Vec<String>,
    /// Calls that it answered, in order.
    pub(crate) calls: Vec<String>,
    /// All bytes that came.
    pub(crate) heard: String,
}

pub(crate) struct Simulated {
    pub(crate) address: SocketAddr,
    pub(crate) state: Arc<Mutex<State>>,
}

impl Simulated {
    /// Its clock is years ahead unless it is told otherwise.
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            behaviour,
            ahead_s: 7 * 365 * 86_400,
            is_ntp: false,
            zone: "CST-8:00:00".to_owned(),
            texts: vec!["Camera 01".to_owned()],
            texts_most: 2,
            rectangles_alone: false,
            masks: Vec::new(),
            calls: Vec::new(),
            heard: String::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state, address));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/onvif/device_service", self.address)
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, address: SocketAddr) {
    let Some((head, body)) = request(&mut stream) else { return };
    let behaviour = {
        let mut state = state.lock().unwrap();
        state.heard += &head;
        state.heard += &body;
        state.behaviour
    };
    match behaviour {
        Behaviour::Rubbish => drop(stream.write_all(&[0x16, 3, 1, 0, 200, 1, 0, 13, 10, 13, 10])),
        Behaviour::Silent => std::thread::sleep(Duration::from_secs(30)),
        Behaviour::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while stream.write_all(b"1000\r\n").is_ok() && stream.write_all(&[b' '; 4096]).is_ok() {
                let _ = stream.write_all(b"\r\n");
            }
        }
        Behaviour::Slow => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        Behaviour::Basic => reply(&mut stream, "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"c\"", ""),
        Behaviour::HttpDigest if !head.to_lowercase().contains("authorization: digest") => {
            let challenge = "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"c\", qop=\"auth\", nonce=\"n1\", algorithm=MD5";
            reply(&mut stream, challenge, "");
        }
        Behaviour::Elsewhere => {
            let to = "302 Found\r\nLocation: http://127.0.0.1:9/onvif";
            reply(&mut stream, to, "");
        }
        _ => {
            let answer = answer(&mut state.lock().unwrap(), &body, address);
            let status = if answer.contains(":Fault>") { "500 Internal Server Error" } else { "200 OK" };
            reply(&mut stream, status, &answer);
        }
    }
}

fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut piece) {
            Ok(length @ 1..) => bytes.extend_from_slice(&piece[..length]),
            _ => return None,
        }
    }
}

fn reply(stream: &mut TcpStream, status: &str, body: &str) {
    let text =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(text.as_bytes());
}

/// What stands between the first `<…name>` (with whatever attributes) and its end.
fn inner<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let start = text.match_indices(name).find(|(at, _)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        matches!(before, Some(':' | '<')) && matches!(after, Some('>' | ' '))
    })?;
    let from = start.0 + text[start.0..].find('>')? + 1;
    let to = text[from..].find(&format!("{name}>"))?;
    let end = text[from..from + to].rfind("</")?;
    Some(&text[from..from + end])
}

fn number(text: &str, name: &str) -> i64 {
    inner(text, name).unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Whether the signature is by the password and fresh by the camera's own clock.
fn is_signed(state: &State, body: &str) -> bool {
    let part = |name| inner(body, name).unwrap_or_default();
    let (nonce, created) = (STANDARD.decode(part("Nonce")).unwrap_or_default(), part("Created"));
    let mut digest = Sha1::new();
    digest.update(&nonce);
    digest.update(created.as_bytes());
    digest.update(PASSWORD.as_bytes());
    let at = created.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_second);
    let is_fresh = (at - now_s() - state.ahead_s).abs() <= FRESH_S;
    part("Username") == USER && STANDARD.encode(digest.finalize()) == part("Password") && is_fresh
}

fn fault(code: &str, reason: &str) -> String {
    envelope(&format!(
        "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode>\
         <SOAP-ENV:Value>ter:{code}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>\
         <SOAP-ENV:Text xml:lang=\"en\">{reason}</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>"
    ))
}

fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:tt=\"http://www.onvif.org/ver10/schema\" xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" \
         xmlns:trt=\"http://www.onvif.org/ver10/media/wsdl\" xmlns:tr2=\"http://www.onvif.org/ver20/media/wsdl\">\
         <SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
}

fn answer(state: &mut State, body: &str, address: SocketAddr) -> String {
    let called = body.split_once("<s:Body><").unwrap().1;
    let called = called.split(['>', ' ', '/']).next().unwrap().split_once(':').unwrap().1.to_owned();
    let is_for_all = called == "GetSystemDateAndTime";
    if !is_for_all && (state.behaviour == Behaviour::Refuses || !is_signed(state, body)) {
        return fault("NotAuthorized", "Sender not Authorized");
    }
    state.calls.push(called.clone());
    let content = match of_device(state, &called, body, address).or_else(|| of_media(state, &called, body)) {
        Some(Ok(content)) => content,
        Some(Err(refused)) => return refused,
        None => return fault("ActionNotSupported", "Optional Action Not Implemented"),
    };
    let prefix = match called.as_str() {
        "GetMasks" | "GetMaskOptions" | "CreateMask" => "tr2",
        _ if called.contains("OSD") || called.contains("Profiles") || called.contains("Stream") => "trt",
        _ => "tds",
    };
    envelope(&format!("<{prefix}:{called}Response>{content}</{prefix}:{called}Response>"))
}

type Content = Option<Result<String, String>>;

fn of_device(state: &mut State, called: &str, body: &str, address: SocketAddr) -> Content {
    Some(Ok(match called {
        "GetSystemDateAndTime" => {
            let at = jiff::Timestamp::from_second(now_s() + state.ahead_s).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
            let kind = if state.is_ntp { "NTP" } else { "Manual" };
            format!(
                "<tds:SystemDateAndTime><tt:DateTimeType>{kind}</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>\
                 <tt:TimeZone><tt:TZ>{}</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>{}</tt:Hour><tt:Minute>{}</tt:Minute>\
                 <tt:Second>{}</tt:Second></tt:Time><tt:Date><tt:Year>{}</tt:Year><tt:Month>{}</tt:Month><tt:Day>{}</tt:Day></tt:Date>\
                 </tt:UTCDateTime></tds:SystemDateAndTime>",
                state.zone, at.hour(), at.minute(), at.second(), at.year(), at.month(), at.day()
            )
        }
        "SetSystemDateAndTime" => {
            if state.behaviour == Behaviour::Lies {
                return Some(Ok(String::new()));
            }
            state.zone = inner(body, "TZ").unwrap().to_owned();
            state.is_ntp = body.contains(">NTP<");
            if let Some(utc) = inner(body, "UTCDateTime") {
                let date = jiff::civil::datetime(
                    number(utc, "Year") as i16,
                    number(utc, "Month") as i8,
                    number(utc, "Day") as i8,
                    number(utc, "Hour") as i8,
                    number(utc, "Minute") as i8,
                    number(utc, "Second") as i8,
                    0,
                );
                let at = date.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second();
                state.ahead_s = at - now_s();
            }
            String::new()
        }
        "GetDeviceInformation" => {
            "<tds:Manufacturer>Simulated\u{1f}</tds:Manufacturer><tds:Model>S1</tds:Model><tds:FirmwareVersion>1.2</tds:FirmwareVersion>"
                .replace('\u{1f}', "&#27;")
        }
        "GetCapabilities" => format!(
            "<tds:Capabilities><tt:Media><tt:XAddr>http://203.0.113.7:{}/onvif/media</tt:XAddr></tt:Media></tds:Capabilities>",
            address.port()
        ),
        "GetServices" if state.behaviour != Behaviour::Old => {
            // It names another host, as cameras behind a translation do; nobody is to ask that one.
            let port = address.port();
            let second = "<tds:Service><tds:Namespace>http://www.onvif.org/ver20/media/wsdl</tds:Namespace><tds:XAddr>http://203.0.113.7:PORT/onvif/media2</tds:XAddr></tds:Service>";
            let second = if state.behaviour == Behaviour::Bare { "" } else { second };
            format!(
                "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>\
                 <tds:XAddr>http://203.0.113.7:PORT/onvif/media</tds:XAddr></tds:Service>{second}"
            )
            .replace("PORT", &port.to_string())
        }
        _ => return None,
    }))
}

fn of_media(state: &mut State, called: &str, body: &str) -> Content {
    let is_bare = state.behaviour == Behaviour::Bare;
    Some(Ok(match called {
        "GetProfiles" => {
            "<trt:Profiles token=\"p1\" fixed=\"true\"><tt:Name>main</tt:Name><tt:VideoSourceConfiguration token=\"v1\"><tt:Name>v</tt:Name></tt:VideoSourceConfiguration>\
             <tt:VideoEncoderConfiguration token=\"e1\"><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>\
             <tt:H264><tt:GovLength>50</tt:GovLength><tt:H264Profile>High</tt:H264Profile></tt:H264></tt:VideoEncoderConfiguration></trt:Profiles>"
                .to_owned()
        }
        "GetStreamUri" => {
            let password = escaped(PASSWORD).replace('"', "&quot;");
            format!("<trt:MediaUri><tt:Uri>rtsp://{USER}:x@127.0.0.1:554/s?user={USER}&amp;password={password}</tt:Uri></trt:MediaUri>")
        }
        "GetOSDOptions" if !is_bare => {
            let most = state.texts_most;
            format!("<trt:OSDOptions><tt:MaximumNumberOfOSDs Total=\"8\" PlainText=\"{most}\"/></trt:OSDOptions>")
        }
        "GetOSDs" if !is_bare => {
            let text = |(number, text): (usize, &String)| {
                format!(
                    "<trt:OSDs token=\"o{number}\"><tt:VideoSourceConfigurationToken>v1</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type>\
                     <tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>{}</tt:PlainText></tt:TextString></trt:OSDs>",
                    escaped(text)
                )
            };
            let clock = "<trt:OSDs token=\"t\"><tt:VideoSourceConfigurationToken>v1</tt:VideoSourceConfigurationToken><tt:TextString><tt:Type>DateAndTime</tt:Type></tt:TextString></trt:OSDs>";
            format!("{clock}{}", state.texts.iter().enumerate().map(text).collect::<String>())
        }
        "CreateOSD" | "SetOSD" if !is_bare => return Some(put_text(state, called, body)),
        "GetMaskOptions" if !is_bare => {
            let alone = state.rectangles_alone;
            format!("<tr2:Options RectangleOnly=\"{alone}\"><tr2:MaxMasks>4</tr2:MaxMasks><tr2:MaxPoints>8</tr2:MaxPoints><tr2:Types>Color</tr2:Types></tr2:Options>")
        }
        "GetMasks" if !is_bare => {
            let mask = |points: &String| {
                format!(
                    "<tr2:Masks token=\"m\"><tr2:ConfigurationToken>v1</tr2:ConfigurationToken><tr2:Polygon>{points}</tr2:Polygon>\
                     <tr2:Type>Color</tr2:Type><tr2:Enabled>{}</tr2:Enabled></tr2:Masks>",
                    state.behaviour != Behaviour::Lies
                )
            };
            state.masks.iter().map(mask).collect()
        }
        "CreateMask" if !is_bare => {
            if state.masks.len() >= 4 {
                return Some(Err(fault("MaxMasks", "no more masks")));
            }
            let points = inner(body, "Polygon").unwrap().to_owned();
            state.masks.push(points);
            "<tr2:Token>m</tr2:Token>".to_owned()
        }
        _ => return None,
    }))
}

fn put_text(state: &mut State, called: &str, body: &str) -> Result<String, String> {
    let text = unescaped(inner(body, "PlainText").unwrap());
    // Many cameras know no letters but those of ASCII.
    let text =
        if state.behaviour == Behaviour::Lies { text.replace(|c: char| !c.is_ascii(), "?") } else { text };
    if called == "CreateOSD" {
        if state.texts.len() >= state.texts_most {
            return Err(fault("MaxOSDs", "no more texts"));
        }
        state.texts.push(text);
        return Ok("<trt:OSDToken>o</trt:OSDToken>".to_owned());
    }
    let token = body.split_once("OSD token=\"o").and_then(|(_, rest)| rest.split('"').next()).unwrap();
    let place: usize = token.parse().unwrap();
    state.texts[place] = text;
    Ok(String::new())
}

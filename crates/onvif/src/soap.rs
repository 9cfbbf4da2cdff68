//! SOAP 1.2 envelopes, and the signature of a user name (WS-Security UsernameToken Profile 1.0, ONVIF Core 5.9).

use ashkar_terms::UtcMicros;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha1::{Digest, Sha1};

use crate::call::Credentials;
use crate::error::CallError;
use crate::text::{escaped, line};
use crate::xml::Node;

/// Namespaces of all that is sent.
const NAMESPACES: &str = "xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
    xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" xmlns:trt=\"http://www.onvif.org/ver10/media/wsdl\" \
    xmlns:tr2=\"http://www.onvif.org/ver20/media/wsdl\" xmlns:tt=\"http://www.onvif.org/ver10/schema\"";
const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const DIGEST: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
const BASE64: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// An envelope around `body`, with the header `security` or none.
pub(crate) fn envelope(body: &str, security: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope {NAMESPACES}><s:Header>{security}</s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// The header that signs a request: the digest of nonce, the camera's own time, and the password.
pub(crate) fn security(credentials: &Credentials, nonce: &[u8; 16], created: UtcMicros) -> String {
    let created = Timestamp::from_microsecond(created.0).unwrap_or_default();
    let created = created.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    let mut digest = Sha1::new();
    digest.update(nonce);
    digest.update(created.as_bytes());
    digest.update(credentials.password.as_bytes());
    let (digest, nonce) = (STANDARD.encode(digest.finalize()), STANDARD.encode(nonce));
    let user = escaped(&credentials.user);
    format!(
        "<w:Security s:mustUnderstand=\"1\" xmlns:w=\"{SECURITY}\" xmlns:u=\"{UTILITY}\"><w:UsernameToken>\
         <w:Username>{user}</w:Username><w:Password Type=\"{DIGEST}\">{digest}</w:Password>\
         <w:Nonce EncodingType=\"{BASE64}\">{nonce}</w:Nonce><u:Created>{created}</u:Created>\
         </w:UsernameToken></w:Security>"
    )
}

/// The element `name` of an answer's body, or the fault that it holds.
pub(crate) fn response(bytes: &[u8], name: &str) -> Result<Node, CallError> {
    let mut envelope = Node::parse(bytes).map_err(|error| CallError::NotUnderstood(error.0))?;
    let place = envelope.children.iter().position(|child| child.name == "Body");
    let place = place.ok_or(CallError::NotUnderstood("it has no body"))?;
    let mut body = envelope.children.swap_remove(place);
    if let Some(fault) = body.child("Fault") {
        return Err(of_fault(fault));
    }
    let place = body.children.iter().position(|child| child.name == name);
    let place = place.ok_or(CallError::NotUnderstood("it is the answer to something else"))?;
    Ok(body.children.swap_remove(place))
}

/// SOAP 1.2, and 1.1 of some cameras.
fn of_fault(fault: &Node) -> CallError {
    let mut codes = vec![fault.text_at(&["Code", "Value"]), fault.text_at(&["faultcode"])];
    let mut code = fault.child("Code");
    while let Some(inner) = code.and_then(|code| code.child("Subcode")) {
        codes.push(inner.text_at(&["Value"]));
        code = Some(inner);
    }
    let local = |code: &&str| code.rsplit(':').next().unwrap_or_default().to_owned();
    let codes: Vec<String> = codes.iter().map(local).filter(|code| !code.is_empty()).collect();
    let is_about_names = |code: &String| {
        matches!(
            code.as_str(),
            "NotAuthorized" | "FailedAuthentication" | "FailedCheck" | "OperationProhibited"
        )
    };
    if codes.iter().any(is_about_names) {
        return CallError::NotAuthorised;
    }
    let reason = [fault.text_at(&["Reason", "Text"]), fault.text_at(&["faultstring"])].concat();
    CallError::Fault(line(&format!("{} {reason}", codes.last().map_or("", String::as_str))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_specification() {
        // ONVIF Programmer's Guide 1.0, 6.1.1.3.
        let nonce = STANDARD.decode("LKqI6G/AikKCQrN0zqZFlg==").unwrap().try_into().unwrap();
        let mut digest = Sha1::new();
        digest.update(nonce);
        digest.update(b"2010-09-16T07:50:45Z");
        digest.update(b"userpassword");
        assert_eq!(STANDARD.encode(digest.finalize()), "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
        let created: Timestamp = "2010-09-16T07:50:45Z".parse().unwrap();
        let credentials = Credentials { user: "<user>".to_owned(), password: "userpassword".to_owned() };
        let header = security(&credentials, &nonce, UtcMicros(created.as_microsecond()));
        assert!(header.contains("<w:Username>&lt;user&gt;</w:Username>"), "{header}");
        assert!(header.contains(">2010-09-16T07:50:45.000Z</u:Created>") && !header.contains("userpassword"));
        Node::parse(envelope("<tds:X/>", &header).as_bytes()).unwrap();
    }

    #[test]
    fn a_fault_is_told_from_a_refused_password() {
        let fault = |inner: &str| {
            let text = format!("<e:Envelope><e:Body><e:Fault>{inner}</e:Fault></e:Body></e:Envelope>");
            response(text.as_bytes(), "X").unwrap_err()
        };
        let coded = |code: &str| {
            fault(&format!(
                "<e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>ter:{code}</e:Value></e:Subcode></e:Code>\
                 <e:Reason><e:Text>no\u{1b}[2J\nway</e:Text></e:Reason>"
            ))
        };
        assert!(matches!(coded("NotAuthorized"), CallError::NotAuthorised));
        assert_eq!(coded("InvalidArgVal").to_string(), "the camera says: InvalidArgVal no [2J way");
        assert!(coded("ActionNotSupported").is_not_offered());
        let old = fault("<faultcode>SOAP-ENV:Server</faultcode><faultstring>busy</faultstring>");
        assert_eq!(old.to_string(), "the camera says: Server busy");
        assert!(matches!(fault(""), CallError::Fault(_)));
        for text in ["<a/>", "<a><Body/></a>", "<a><Body><Y/></Body></a>"] {
            assert!(matches!(response(text.as_bytes(), "X"), Err(CallError::NotUnderstood(_))), "{text}");
        }
    }
}

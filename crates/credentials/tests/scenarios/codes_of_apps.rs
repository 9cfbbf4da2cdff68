//! Codes of authenticator apps: accepted near their time, once.

use ashkar_credentials::qr::svg_path;
use ashkar_credentials::totp::{ParseSecretError, TotpRefusal, TotpSecret};
use ashkar_terms::UtcMicros;
use proptest::prelude::*;

/// The secret of RFC 6238 in base 32.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn secret() -> TotpSecret {
    SECRET.parse().expect("a secret")
}

fn at(seconds: i64) -> UtcMicros {
    UtcMicros(seconds * 1_000_000)
}

#[test]
fn codes_are_those_of_the_rfc() {
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(secret().verify(code, at(seconds), None), Ok(seconds / 30), "{seconds}");
    }
}

#[test]
fn a_code_is_accepted_one_step_aside_and_no_further() {
    // The code of step 1, from 30 to 59 s.
    let verify = |seconds| secret().verify("287082", at(seconds), None);
    assert_eq!([0, 29, 30, 89].map(verify), [Ok(1); 4]);
    assert_eq!([-1, 90].map(verify), [Err(TotpRefusal::Wrong); 2]);
}

#[test]
fn a_code_is_accepted_once_and_none_before_it_is_later() {
    let verify = |last| secret().verify("287082", at(59), last);
    assert_eq!(verify(Some(0)), Ok(1));
    assert_eq!([1, 2, i64::MAX].map(|last| verify(Some(last))), [Err(TotpRefusal::Used); 3]);
}

#[test]
fn groups_are_read_and_what_is_no_code_is_refused() {
    let verify = |code: &str| secret().verify(code, at(59), None);
    assert_eq!([verify("287 082"), verify(" 287082 ")], [Ok(1); 2]);
    let long = format!("{}287082", " ".repeat(30));
    for wrong in ["", "28708", "2870820", "28708x", "٢٨٧٠٨٢", "287-082", &long] {
        assert_eq!(verify(wrong), Err(TotpRefusal::Form), "{wrong}");
    }
}

#[test]
fn the_address_names_issuer_and_account_whatever_is_in_them() {
    let uri = secret().uri("Seçki: mərkəz & co", "leyla?x=1#y/%");
    assert_eq!(
        *uri,
        format!(
            "otpauth://totp/Se%C3%A7ki%20%20m%C9%99rk%C9%99z%20%26%20co:leyla%3Fx%3D1%23y%2F%25?secret={SECRET}\
             &issuer=Se%C3%A7ki%20%20m%C9%99rk%C9%99z%20%26%20co&algorithm=SHA1&digits=6&period=30"
        )
    );
    let read = url::Url::parse(&uri).unwrap();
    assert!(read.query_pairs().any(|(key, value)| key == "secret" && value == SECRET));
}

#[test]
fn secrets_are_read_back_and_shown_by_nothing_else() {
    let (one, other) = (TotpSecret::generate().unwrap(), TotpSecret::generate().unwrap());
    assert_ne!(*one.reveal(), *other.reveal());
    assert_eq!(*one.reveal().parse::<TotpSecret>().unwrap().reveal(), *one.reveal());
    for wrong in ["", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"] {
        assert_eq!(wrong.parse::<TotpSecret>().unwrap_err(), ParseSecretError, "{wrong}");
    }
    assert_eq!(format!("{one:?}"), "TotpSecret(***)");
    assert!(!format!("{:?}", one.qr("Aşkar", "leyla").unwrap()).contains('M'));
}

/// The dark modules of a path, drawn again; `None` if it is not one of rectangles.
fn drawn(path: &str, width: usize) -> Option<Vec<Vec<bool>>> {
    let mut modules = vec![vec![false; width]; width];
    for run in path.split('z').filter(|run| !run.is_empty()) {
        let (start, end) = run.strip_prefix('M')?.split_once('h')?;
        let (x, y) = start.split_once(' ')?;
        let (length, _) = end.split_once("v1h-").filter(|(there, back)| there == back)?;
        let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().ok());
        modules.get_mut(y?)?.get_mut(x?..x? + length?)?.fill(true);
    }
    Some(modules)
}

#[test]
fn the_path_draws_the_code_with_its_margin() {
    let text = secret().uri("Aşkar", "leyla");
    let qr = svg_path(&text).unwrap();
    let known = qrcode::QrCode::with_error_correction_level(&*text, qrcode::EcLevel::M).unwrap();
    assert_eq!(qr.width, known.width() + 8);
    for (y, row) in drawn(&qr.path, qr.width).unwrap().iter().enumerate() {
        for (x, &dark) in row.iter().enumerate() {
            let inside = (4..qr.width - 4).contains(&x) && (4..qr.width - 4).contains(&y);
            let expected = inside && known[(x - 4, y - 4)] == qrcode::Color::Dark;
            assert_eq!(dark, expected, "{x} {y}");
        }
    }
    assert!(svg_path(&"x".repeat(3000)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_code_at_any_time_is_accepted_or_refused(code in "\\PC{0,12}|[0-9]{6}", now: i64, last: Option<i64>) {
        if let Ok(step) = secret().verify(&code, UtcMicros(now), last) {
            prop_assert!((step - now.div_euclid(30_000_000)).abs() <= 1);
            prop_assert!(last.is_none_or(|last| step > last));
        }
    }
}

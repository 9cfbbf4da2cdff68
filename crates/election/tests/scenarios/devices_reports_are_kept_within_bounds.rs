//! Reports of devices: the newest are kept, each device has so many, and only a sign-off is audited.

use ashkar_election::{Actor, NewReport, NewStill, ReportOccasion, Store, StoreError};
use ashkar_terms::{CameraId, UtcMicros};

use crate::common::{by, store_with_list};

const ONE: CameraId = CameraId::new(7, 12, 1);
const TWO: CameraId = CameraId::new(7, 13, 1);
const DEVICE: &str = "b16c2d1bead12626";

fn new<'a>(
    device: &'a str,
    cameras: &'a [CameraId],
    occasion: ReportOccasion,
    report: &'a str,
) -> NewReport<'a> {
    NewReport { device, cameras, occasion, report }
}

#[tokio::test]
async fn devices_reports_are_kept_within_bounds() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with_list(directory.path()).await;
    let (token, audited) = (store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap().len());
    let at = |second: i64| Actor::new("device:x", UtcMicros(second * 1_000_000));
    let both = [ONE, TWO];
    for hour in 0..80 {
        let text = format!("{{\"hour\":{hour}}}");
        store.keep_report(&new(DEVICE, &both, ReportOccasion::Hour, &text), &at(hour)).await.unwrap();
    }
    store.keep_report(&new("0000000000000001", &[TWO], ReportOccasion::Asked, "{}"), &at(99)).await.unwrap();
    let kept = store.reports(Some(ONE), 1000).await.unwrap();
    assert_eq!(kept.len() as u32, ReportOccasion::Hour.kept());
    assert_eq!((kept[0].report.as_str(), kept[71].report.as_str()), ("{\"hour\":79}", "{\"hour\":8}"));
    assert_eq!((&kept[0].cameras[..], kept[0].received_at), (&both[..], UtcMicros(79_000_000)));
    assert_eq!(store.reports(Some(TWO), 2).await.unwrap()[0].device, "0000000000000001");
    let newest = store.reports(None, 1000).await.unwrap();
    let occasions: Vec<_> = newest.iter().map(|report| report.occasion).collect();
    assert_eq!(occasions, [ReportOccasion::Asked, ReportOccasion::Hour], "one of each device and occasion");
    assert_eq!(
        store.change_token().await.unwrap(),
        token,
        "measurements make no centre read its registry anew"
    );
    assert_eq!(store.audit(0, 1000).await.unwrap().len(), audited);

    store.keep_report(&new(DEVICE, &[ONE], ReportOccasion::SignOff, "{}"), &by("device:b1")).await.unwrap();
    let entries = store.audit(0, 1000).await.unwrap();
    let entry = entries.last().unwrap();
    assert_eq!((entry.what.as_str(), entry.subject.as_str()), ("station.sign-off", "7/12/1"));
    let long = "x".repeat((64 << 10) + 1);
    let refused = store.keep_report(&new(DEVICE, &[ONE], ReportOccasion::Hour, &long), &at(1)).await;
    assert!(matches!(refused, Err(StoreError::LongReport(_))));
}

#[tokio::test]
async fn reference_stills_are_kept_within_bounds() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with_list(directory.path()).await;
    let token = store.change_token().await.unwrap();
    let names: Vec<String> = (0..25).map(|number| format!("{number:064}")).collect();
    for (number, sha256) in (0_u8..).zip(&names) {
        let still = NewStill { device: DEVICE, camera: ONE, sha256, jpeg: &[0xff, 0xd8, number] };
        store.keep_still(&still, &by("device:b1")).await.unwrap();
    }
    let other = NewStill { device: DEVICE, camera: TWO, sha256: &names[0], jpeg: b"two" };
    store.keep_still(&other, &by("device:b1")).await.unwrap();
    let again = NewStill { jpeg: b"another", ..other };
    store.keep_still(&again, &by("device:b1")).await.unwrap();
    let kept = async |camera, sha256: &str| store.still(DEVICE, camera, sha256).await.unwrap();
    assert_eq!(kept(ONE, &names[4]).await, None, "the oldest have gone");
    assert_eq!(kept(ONE, &names[5]).await, Some(vec![0xff, 0xd8, 5]));
    assert_eq!(kept(TWO, &names[0]).await, Some(b"two".to_vec()), "what is kept stays");
    assert_eq!(store.still("0000000000000001", TWO, &names[0]).await.unwrap(), None, "of another device");
    assert_eq!(store.change_token().await.unwrap(), token);
    let long = NewStill { jpeg: &vec![0; (256 << 10) + 1], ..other };
    assert!(matches!(store.keep_still(&long, &by("x")).await, Err(StoreError::LongStill(_))));
}

//! Access: what the public may see of a camera, how long caches may keep it, and the response if it may not.
//!
//! The decision itself is `Case::decide` in `election`; here it becomes HTTP (I6).

use std::sync::Arc;

use ashkar_centre::{Allowed, Camera, Centre};
use ashkar_election::{Asked, Denial};
use ashkar_terms::CameraId;

use crate::http::problem::Problem;

/// How long a cache may keep what shows a camera, seconds: then it asks again, which costs a 304. So withdrawn media
/// disappear within this time, wherever they were kept (I6).
const KEPT_S: usize = 10;
/// `Cache-Control` by the number of seconds for which access remains allowed.
const KEPT: [&str; KEPT_S + 1] = [
    "no-store",
    "public, max-age=1, must-revalidate",
    "public, max-age=2, must-revalidate",
    "public, max-age=3, must-revalidate",
    "public, max-age=4, must-revalidate",
    "public, max-age=5, must-revalidate",
    "public, max-age=6, must-revalidate",
    "public, max-age=7, must-revalidate",
    "public, max-age=8, must-revalidate",
    "public, max-age=9, must-revalidate",
    "public, max-age=10, must-revalidate",
];

/// How long a cache may keep a piece that is `allowed` at this moment. No cache may show it after that without asking,
/// even if the centre cannot be reached.
pub(crate) fn kept(allowed: Allowed) -> &'static str {
    let seconds = allowed.for_us.map_or(KEPT_S, |us| usize::try_from(us / 1_000_000).unwrap_or(0));
    KEPT.get(seconds).or_else(|| KEPT.last()).copied().unwrap_or("no-store")
}

/// The camera `id`, if the centre knows it and it exists for the public.
pub(crate) fn known(centre: &Centre, id: CameraId) -> Result<Arc<Camera>, Problem> {
    let found = centre.camera(id).filter(|_| !centre.registry().is_draft(id));
    found.ok_or_else(|| Problem::not_found(format!("There is no camera {id} on the list.")))
}

/// Whether access to what `asked` names of the camera `id` is allowed now, and for how long at most.
pub(crate) fn public(centre: &Centre, id: CameraId, asked: Asked) -> Result<Allowed, Problem> {
    centre.access(id, asked).map_err(|denial| denied(id, denial))
}

/// The response if the public may not see something of a camera.
pub(crate) fn denied(id: CameraId, denial: Denial) -> Problem {
    match denial {
        Denial::Unknown => Problem::not_found(format!("There is no camera {id} on the list.")),
        Denial::Off => {
            Problem::gone(format!("Camera {id} is not on the list any more, or was switched off."))
        }
        Denial::Unapproved => Problem::not_allowed(format!(
            "Camera {id} is not yet approved for the public: first two people check what it shows."
        )),
        Denial::Past => {
            Problem::not_allowed("The commission has not opened the archive to the public at this time.")
        }
        Denial::Hidden => Problem::not_allowed("The commission has hidden this time of the camera."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_shows_a_camera_is_kept_longer_than_it_is_given() {
        let after = |for_us| kept(Allowed { for_us });
        assert_eq!(after(None), "public, max-age=10, must-revalidate");
        assert_eq!(after(Some(3_600_000_000)), "public, max-age=10, must-revalidate");
        assert_eq!(after(Some(3_999_999)), "public, max-age=3, must-revalidate");
        for us in [999_999, 0, -1] {
            assert_eq!(after(Some(us)), "no-store", "{us}");
        }
        assert!(KEPT.iter().enumerate().skip(1).all(|(s, text)| text.contains(&format!("max-age={s},"))));
    }
}

//! `ashkar camera approve`, `hide` and `views`: the secrecy gate.

use ashkar_election::HidingReason;
use ashkar_terms::CameraId;
use clap::Args;

use super::Output;

#[derive(Debug, Args)]
pub(crate) struct Approve {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Such as 7/12/1; or `all` that are on the list or were added.
    pub(crate) camera: WhichCameras,
    /// Confirms that nobody else has to look: everything that the cameras show, and have shown, is public.
    #[arg(long, required = true)]
    pub(crate) as_owner: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Hide {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Such as 7/12/1.
    pub(crate) camera: CameraId,
    /// `secrecy` of the vote, a `person` who must not be shown, or `other`. It is public.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub(crate) reason: HidingReason,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// From then on, such as 2024-02-07T12:00:00+04:00; from now on by default.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<jiff::Timestamp>,
}

/// Which cameras a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhichCameras {
    All,
    One(CameraId),
}

impl std::str::FromStr for WhichCameras {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            text => {
                text.parse().map(Self::One).map_err(|_| "write a camera such as 7/12/1, or all".to_owned())
            }
        }
    }
}

fn reason(text: &str) -> Result<HidingReason, String> {
    HidingReason::named(text).ok_or_else(|| "it is secrecy, person or other".to_owned())
}

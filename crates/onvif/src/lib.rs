//! IP cameras in the station's network: found by WS-Discovery, asked and set by ONVIF.
//!
//! In: addresses, a name and a password, what a camera is to show. Out: what cameras say of themselves, and for each
//! thing that was set what they say afterwards. What must never happen: a password in a log, an address or an error; a
//! request to another host than a camera's; an answer that is believed without limits of time and size.

mod address;
mod call;
mod camera;
mod discovery;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod http;
mod mask;
mod overlay;
mod set;
mod soap;
mod text;
mod time;
mod xml;

pub use address::{Address, AddressError};
pub use call::Credentials;
pub use camera::{Camera, CameraClock, Can, Information, Profile};
pub use discovery::{Found, Network, Search, networks};
pub use error::CallError;
pub use set::{Item, Outcome, Wanted};
pub use time::{Zone, ZoneError};

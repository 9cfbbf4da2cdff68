//! Who gets how much of what is scarce: each client has a share, and nobody takes another's.
//!
//! In: a client and what it asks for. Out: a guard that gives it back when it is dropped, or 503. A share bites only when
//! there is too little for all: a lone network of a carrier, behind one address of which thousands look, has everything that
//! is free. When something is short, the client that has most of it gives way, and of a client the connection that has most.
//!
//! | what | how it is shared |
//! |---|---|
//! | turns: lists, the API, playlists of the past, reads, decoders | [`Turns`]: the next turn is the client's that has had least |
//! | bytes of answers under way; connections | [`Room`] |
//!
//! How a client is known behind a cache: [`Proxies`].

mod client;
mod room;
mod turns;

pub use client::{Client, NotANetwork, Peer, Proxies, Proxy, THIS_MACHINE};
pub(crate) use room::{Claim, End, Room, Visit, claim_bytes, held, hold};
pub(crate) use turns::Turns;

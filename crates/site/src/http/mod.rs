//! The HTTP side of the site, which knows nothing of polling stations: connections, limits, compression, caching.
//!
//! In: connections, and a service that answers requests. Out: responses, within the limits. What must never happen:
//! that the server waits for a client without limit, that one client takes what others need, or that generating a
//! response holds up a runtime thread.
//!
//! Scarce resources are shared fairly: each client has a share, which matters only when there is too little for all. A
//! carrier's network, with thousands of viewers behind one address, gets everything that is free; when something runs
//! short, the client that has most of it gives way, and within a client the connection that has most.
//!
//! | what | how it is shared |
//! |---|---|
//! | generated responses, reads of the archive, decoders | [`fair_semaphore`]: the next permit goes to the client that has used least |
//! | bytes of responses under way; connections | [`budget`] |
//!
//! How a client behind a cache is identified: [`client::Proxies`].

pub(crate) mod admission;
pub(crate) mod budget;
pub(crate) mod caching;
pub mod client;
pub(crate) mod compression;
pub(crate) mod cors;
pub(crate) mod fair_semaphore;
pub(crate) mod flow_control;
pub(crate) mod gzip;
pub(crate) mod headers;
pub(crate) mod offload;
pub(crate) mod opening;
pub mod origin;
pub(crate) mod problem;
pub mod server;
pub(crate) mod single_flight;
pub(crate) mod stall_timer;
pub mod tls;
pub(crate) mod write_timeout;

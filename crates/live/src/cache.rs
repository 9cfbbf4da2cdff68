//! How long playlists and refusals may stay in caches.

/// How long a response may be cached, as the exact value of `Cache-Control` (I6). None depends on a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheFor {
    /// The response to a blocking request: one target duration, the time in which the viewers of a camera request the
    /// same part. A later viewer still finds what it requested in it.
    Target,
    /// A playlist as it stands: all requests within a second share it.
    Second,
    /// Not cacheable: the same request may succeed in the next instant.
    Never,
}

impl CacheFor {
    /// The header's value.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Target => "public, max-age=4",
            Self::Second => "public, max-age=1",
            Self::Never => "no-store",
        }
    }
}

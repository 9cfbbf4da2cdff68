//! How long playlists and refusals may stay in caches.

/// How long an answer may be kept, as the exact value of `Cache-Control` (I6). None depends on a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheFor {
    /// The answer to a blocking request: one target duration, the time in which the viewers of a camera ask for the
    /// same part. What a later viewer finds there still contains what it asked for.
    Target,
    /// A playlist as it stands: all who ask within a second share it.
    Second,
    /// Nothing is to be kept: the same request may succeed in the next instant.
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

//! What ffmpeg and its encoders say of what `media` makes, as tests. They need those tools, so `media` itself is tested without
//! any. The library is empty.

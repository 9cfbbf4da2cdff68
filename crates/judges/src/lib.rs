//! How ffmpeg and its encoders judge the output of `media`, as tests. They need those tools, so `media` itself is
//! tested without any. The library is empty.

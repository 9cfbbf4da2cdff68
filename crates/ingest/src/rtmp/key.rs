//! The secret in a publishing name. It goes to the gate and nowhere else.

use std::fmt;

/// A stream key as a publisher sent it. It prints as nothing, so it cannot reach a log, an error or a panic message.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamKey(String);

impl StreamKey {
    /// Longest key that is considered, bytes.
    const MAX_LENGTH: usize = 256;

    /// The key in a publishing name: the part before a `?`, without surrounding slashes. Encoders append parameters of
    /// their own there, and people paste addresses that end with a slash.
    ///
    /// `None` if nothing remains, or more than 256 bytes.
    pub fn from_publishing_name(name: &str) -> Option<Self> {
        let key = name.split('?').next().unwrap_or_default().trim().trim_matches('/');
        (!key.is_empty() && key.len() <= Self::MAX_LENGTH).then(|| Self(key.to_owned()))
    }

    /// Whether it has a key's form, `7-12-1.<secret>`, and so is not a name that an encoder made up.
    pub(super) fn is_formed(&self) -> bool {
        self.0.contains('.')
    }

    /// The secret itself. For the gate only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_dress_keys_up() {
        let key = |name| StreamKey::from_publishing_name(name).map(|key| key.expose().to_owned());
        assert_eq!(key("7-12-1.s3cret").as_deref(), Some("7-12-1.s3cret"));
        assert_eq!(key("/7-12-1.s3cret/?token=1?2").as_deref(), Some("7-12-1.s3cret"));
        assert_eq!(key(""), None);
        assert_eq!(key("?a=b"), None);
        assert_eq!(key(&"k".repeat(257)), None);
    }

    #[test]
    fn a_key_never_prints() {
        let key = StreamKey::from_publishing_name("s3cret").unwrap();
        assert!(!format!("{key:?}{:?}", Some(&key)).contains("s3cret"));
    }
}

//! The three languages of the site, and names given in all of them.

use serde::{Deserialize, Serialize};

/// A language of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Azerbaijani, the language of the law.
    Az,
    /// English.
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// All of them, in the order in which the site offers them.
    pub const ALL: [Self; 3] = [Self::Az, Self::En, Self::Ru];

    /// BCP 47 tag: `az`, `en`, `ru`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Az => "az",
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
}

/// A name in all three languages, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Azerbaijani.
    pub az: String,
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Names {
    /// The same thing named in three languages.
    pub fn new(az: impl Into<String>, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { az: az.into(), en: en.into(), ru: ru.into() }
    }

    /// The name in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Az => &self.az,
            Language::En => &self.en,
            Language::Ru => &self.ru,
        }
    }
}

//! Full names of constituencies and stations.
//!
//! A constituency without a name is called by its number alone; a name from an older scheme is never filled in. If the
//! name is missing in one language only, the Azerbaijani name, which is the official one, stands beside the number.

use super::{Constituency, Language, Names, StationId};

impl Constituency {
    /// A constituency without a name.
    pub fn unnamed(number: u16) -> Self {
        Self { number, name_az: None, name_en: None, name_ru: None, name_status: super::NameStatus::Unknown }
    }

    /// The bare name in `language`, if it is known in that language.
    pub fn name(&self, language: Language) -> Option<&str> {
        match language {
            Language::Az => self.name_az.as_deref(),
            Language::En => self.name_en.as_deref(),
            Language::Ru => self.name_ru.as_deref(),
        }
    }

    /// The constituency by number and name, for headings and lists.
    ///
    /// | | named | unknown |
    /// |---|---|---|
    /// | az | `16 saylı Yasamal ikinci seçki dairəsi` | `16 saylı seçki dairəsi` |
    /// | en | `Constituency no. 16, Yasamal Second` | `Constituency no. 16` |
    /// | ru | `Избирательный округ № 16, Второй Ясамальский` | `Избирательный округ № 16` |
    pub fn title(&self, language: Language) -> String {
        let n = self.number;
        match language {
            Language::Az => format!("{n} saylı {}seçki dairəsi", self.before_noun()),
            Language::En => format!("Constituency no. {n}{}", self.after_number(language)),
            Language::Ru => format!("Избирательный округ № {n}{}", self.after_number(language)),
        }
    }

    /// [`Constituency::title`] in all languages.
    pub fn titles(&self) -> Names {
        self.in_all(|language| self.title(language))
    }

    /// The full name of station `station` of this constituency.
    ///
    /// az: `16 saylı Yasamal ikinci seçki dairəsinin 34 saylı seçki məntəqəsi`;
    /// en: `Polling station no. 34 of constituency no. 16, Yasamal Second`;
    /// ru: `Избирательный участок № 34 избирательного округа № 16, Второй Ясамальский`.
    pub fn station_title(&self, station: u16, language: Language) -> String {
        let n = self.number;
        match language {
            Language::Az => {
                format!("{n} saylı {}seçki dairəsinin {station} saylı seçki məntəqəsi", self.before_noun())
            }
            Language::En => {
                format!(
                    "Polling station no. {station} of constituency no. {n}{}",
                    self.after_number(language)
                )
            }
            Language::Ru => {
                format!(
                    "Избирательный участок № {station} избирательного округа № {n}{}",
                    self.after_number(language)
                )
            }
        }
    }

    /// [`Constituency::station_title`] in all languages.
    pub fn station_titles(&self, station: u16) -> Names {
        self.in_all(|language| self.station_title(station, language))
    }

    /// The short form of a station of this constituency, the same in all languages: `16/34`.
    pub fn short(&self, station: u16) -> String {
        StationId::new(self.number, station).to_string()
    }

    fn in_all(&self, name: impl Fn(Language) -> String) -> Names {
        Names { az: name(Language::Az), en: name(Language::En), ru: name(Language::Ru) }
    }

    fn before_noun(&self) -> String {
        self.name_az.as_ref().map_or_else(String::new, |name| format!("{name} "))
    }

    fn after_number(&self, language: Language) -> String {
        match (self.name(language), &self.name_az) {
            (Some(name), _) => format!(", {name}"),
            (None, Some(official)) => format!(" ({official})"),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::NameStatus;
    use super::*;

    fn yasamal() -> Constituency {
        Constituency {
            number: 16,
            name_az: Some("Yasamal ikinci".into()),
            name_en: Some("Yasamal Second".into()),
            name_ru: None,
            name_status: NameStatus::Confirmed,
        }
    }

    #[test]
    fn a_named_constituency() {
        let titles = yasamal().titles();
        assert_eq!(titles.az, "16 saylı Yasamal ikinci seçki dairəsi");
        assert_eq!(titles.en, "Constituency no. 16, Yasamal Second");
        assert_eq!(titles.ru, "Избирательный округ № 16 (Yasamal ikinci)");
        let russian =
            Constituency { name_ru: Some("Второй Ясамальский".into()), ..yasamal() };
        assert_eq!(russian.title(Language::Ru), "Избирательный округ № 16, Второй Ясамальский");
    }

    #[test]
    fn an_unknown_name_is_a_number() {
        let titles = Constituency::unnamed(29).titles();
        assert_eq!(titles.az, "29 saylı seçki dairəsi");
        assert_eq!(titles.en, "Constituency no. 29");
        assert_eq!(titles.ru, "Избирательный округ № 29");
    }

    #[test]
    fn the_full_name_of_a_station() {
        let titles = yasamal().station_titles(34);
        assert_eq!(titles.az, "16 saylı Yasamal ikinci seçki dairəsinin 34 saylı seçki məntəqəsi");
        assert_eq!(titles.en, "Polling station no. 34 of constituency no. 16, Yasamal Second");
        assert_eq!(titles.ru, "Избирательный участок № 34 избирательного округа № 16 (Yasamal ikinci)");
        assert_eq!(yasamal().short(34), "16/34");
        assert_eq!(
            Constituency::unnamed(29).station_title(5, Language::Az),
            "29 saylı seçki dairəsinin 5 saylı seçki məntəqəsi"
        );
    }
}

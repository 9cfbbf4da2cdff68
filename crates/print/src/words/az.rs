//! Azerbaijani.

use super::{AcceptanceWords, ChangesWords, ListWords, SheetWords, Step, Words};

pub(super) static WORDS: Words = Words {
    months: [
        "yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avqust", "sentyabr", "oktyabr",
        "noyabr", "dekabr",
    ],
    page_of: |page, pages| format!("səhifə {page} / {pages}"),
    sample: "NÜMUNƏ. Məntəqələr, rəqəmlər uydurmadır.",
    rehearsal: "MƏŞQ. Bu, səsvermə deyil, sınaq günüdür.",
    continued: |title| format!("{title} (davamı)"),
    version: |n| format!("{} nəşr", ordinal(n)),
    decision: |number, date| format!("{date} tarixli {number} nömrəli qərar"),
    list: ListWords {
        title: "Veb-kamera quraşdırılmış seçki məntəqələrinin siyahısı",
        election_day: "Səsvermə günü",
        decision: "Qərar",
        approved_by: "Təsdiq edib",
        version: "Nəşr",
        published: "Dərc olunub",
        contents: "Tərkibi",
        counts: |constituencies, stations, cameras| {
            format!("{constituencies} dairə, {stations} məntəqə, {cameras} kamera")
        },
        digest: "SHA-256",
        digest_note: "Nəzarət cəmi siyahının özündən hesablanır: eyni siyahının cəmi eynidir.",
        summary: "Dairələr üzrə yekun",
        stations: "Məntəqələr",
        without: "Kamera quraşdırılmayan məntəqələr",
        no_reason: "Göstərilməyib",
        col_number: "Məntəqə",
        col_venue: "Yer",
        col_address: "Ünvan",
        col_cameras: "Kamera",
        col_reason: "Səbəb",
        col_constituency: "Seçki dairəsi",
        col_stations: "Məntəqə",
        col_page: "Səhifə",
        total: "Cəmi",
    },
    changes: ChangesWords {
        title: |from, to| format!("Siyahının {} və {} nəşrlərinin fərqləri", ordinal(from), ordinal(to)),
        earlier: "Əvvəlki nəşr",
        later: "Sonrakı nəşr",
        none: "Nəşrlər arasında fərq yoxdur.",
        summary: "Yekun",
        col_kind: "Dəyişiklik",
        col_count: "Sayı",
        added: "Əlavə edilmiş məntəqələr",
        removed: "Çıxarılmış məntəqələr",
        renumbered: "Nömrəsi dəyişmiş məntəqələr",
        moved: "Yeri dəyişmiş məntəqələr",
        changed: "Digər dəyişikliklər",
        constituencies: "Seçki dairələri",
        col_number: "Məntəqə",
        col_place: "Yer və ünvan",
        col_cameras: "Kamera",
        col_old_number: "Əvvəlki nömrə",
        col_new_number: "Yeni nömrə",
        col_old_place: "Əvvəlki yer",
        col_new_place: "Yeni yer",
        col_what: "Nə dəyişib",
        col_before: "Əvvəl",
        col_after: "Sonra",
        constituency_added: "Siyahıya əlavə edilib",
        constituency_removed: "Siyahıdan çıxarılıb",
        fields: [
            "Seçicilərin sayı",
            "Kameraların sayı",
            "Koordinatlar",
            "Yer",
            "Ünvan",
            "Adı (az)",
            "Adı (en)",
            "Adı (ru)",
            "Adın statusu",
        ],
        statuses: ["təsdiqlənib", "təsdiqlənməyib", "məlum deyil"],
    },
    acceptance: AcceptanceWords {
        title: "Seçki məntəqəsində veb-kamera avadanlığının qəbulu haqqında akt",
        number: "Aktın nömrəsi",
        date: "Tarix",
        station: "Məntəqə",
        venue: "Yer",
        address: "Ünvan",
        installed: "Quraşdırılmış avadanlıq",
        nothing_installed: "Avadanlıq quraşdırılmayıb.",
        col_what: "Avadanlıq",
        col_serial: "Seriya nömrəsi",
        col_place: "Quraşdırıldığı yer",
        checks: "Yoxlama",
        nothing_checked: "Heç nə yoxlanılmayıb.",
        col_check: "Nə yoxlanılıb",
        col_result: "Nəticə",
        col_remark: "Qeyd",
        results: ["uyğundur", "uyğun deyil", "yoxlanılmayıb"],
        remarks: "Qeydlər",
        conclusion: "Yekun rəy",
        conclusions: [
            "Avadanlıq qəbul edilir.",
            "Avadanlıq qeydlərlə qəbul edilir.",
            "Avadanlıq qəbul edilmir.",
        ],
        signatures: "İmzalar",
        signature: "imza",
        name: "ad, soyad",
        items: [
            "Kameranın yerində elektrik",
            "Ehtiyat elektrik",
            "İnternet xətti",
            "Gündüz işığı",
            "Sayım vaxtı işıq",
            "Kameranın bərkidilməsi",
            "Görüntü: qutu və masalar görünür, kabinə görünmür",
            "Sayım masasındakılar oxunur",
            "Binanın öz kameraları söndürülüb və ya örtülüb",
            "Qapıda elan asılıb",
        ],
        chair: "Məntəqə seçki komissiyasının sədri",
        technician: "Texnik",
    },
    sheet: SheetWords {
        title: "Məntəqənin veb-kamera vərəqi",
        enrolment: "Cihazın qeydiyyatı",
        self_test: "Avadanlığın yoxlanması",
        good_until: |until| format!("{until} vaxtına qədər, bir cihaz üçün etibarlıdır."),
        good_for_now: "Yeni vərəq çap olunana qədər etibarlıdır.",
        telephones: "Telefonlar",
        when: "Nə baş verəndə nə etməli",
        steps: [
            Step {
                when: "Kameranın işığı sönüb",
                what: "Kabelin kameraya və rozetkaya axıra qədər taxıldığını yoxlayın. İki dəqiqə gözləyin. İşıq yanmasa, zəng edin.",
            },
            Step {
                when: "Elektrik kəsilib",
                what: "Heç nəyi rozetkadan çıxarmayın: elektrik gələndə avadanlıq özü işə düşür. Zəng edin, kəsilmə vaxtını deyin.",
            },
            Step {
                when: "İnternet yoxdur",
                what: "Heç nəyi söndürməyin: görüntü məntəqədə yazılır, xətt bərpa olunanda özü göndərilir. On dəqiqədən çox çəksə, zəng edin.",
            },
            Step {
                when: "Kamera tərpənib və ya qarşısı örtülüb",
                what: "Qarşısını açın, kameranı əvvəlki istiqamətinə qaytarın. Səsvermə kabinəsi heç vaxt görünməməlidir. Sonra zəng edin.",
            },
            Step {
                when: "Kimsə kameranı söndürməyi və ya çevirməyi xahiş edir",
                what: "Söndürməyin, çevirməyin. Kimin və nə vaxt xahiş etdiyini yazın və zəng edin.",
            },
            Step {
                when: "Tüstü, yanıq iyi və ya su var",
                what: "İnsanları uzaqlaşdırın. Təhlükəsizdirsə, avadanlığı rozetkadan ayırın. 112 nömrəsinə, sonra aşağıdakı nömrəyə zəng edin.",
            },
        ],
        never: "Avadanlığı yalnız texnik söndürür, köçürür və açır.",
    },
};

/// The last vowel of the last spoken number decides: `1-ci`, `3-cü`, `6-cı`, `9-cu`.
fn ordinal(n: u32) -> String {
    const UNITS: [&str; 10] = ["cı", "ci", "ci", "cü", "cü", "ci", "cı", "ci", "ci", "cu"];
    const TENS: [&str; 10] = ["", "cu", "ci", "cu", "cı", "ci", "cı", "ci", "ci", "cı"];
    let digit = |value: u32| usize::try_from(value % 10).unwrap_or_default();
    let ending = match n {
        // a hundred is yüz, a thousand min
        n if n > 0 && n.is_multiple_of(1000) => "ci",
        n if n > 0 && n.is_multiple_of(100) => "cü",
        n if n > 0 && n.is_multiple_of(10) => TENS[digit(n / 10)],
        n => UNITS[digit(n)],
    };
    format!("{n}-{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_ending_that_is_spoken() {
        let said = [1, 2, 3, 4, 6, 9, 10, 20, 30, 40, 100, 119, 1000].map(ordinal);
        let expected = [
            "1-ci", "2-ci", "3-cü", "4-cü", "6-cı", "9-cu", "10-cu", "20-ci", "30-cu", "40-cı", "100-cü",
            "119-cu", "1000-ci",
        ];
        assert_eq!(said, expected);
    }
}

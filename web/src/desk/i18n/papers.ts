/** What the papers of a station and the forms of the programme say. */

import type { Lang } from '../../lib/route';

const az = {
  title: 'Sənədlər', act: 'Qəbul aktı (PDF)', noAct: 'Məntəqə qəbul edilmədiyi üçün qəbul aktı yoxdur.',
  sheet: 'Məntəqənin vərəqi', sheetText: 'Vərəqdə nə baş verəndə nə etməli olduğu, telefonlar və QR kodlar var. Kodlar gizlidir: vərəqi yalnız məntəqəyə verin.',
  voids: 'Yeni vərəq bunları ləğv edir:', voidsLink: 'sədrin əvvəlki keçidini', voidsCodes: (cameras: string) => `bu kameraların istifadə edilməmiş əvvəlki qeydiyyat kodlarını: ${cameras}`,
  noCodes: 'Bu vərəqdə qeydiyyat kodu olmayacaq: kameraların cihazı artıq var və ya cihazlar üçün mərkəzin ünvanı verilməyib (--agent-url).', noPhones: 'Telefon nömrələri verilməyib (--desk-phones): vərəqdə nömrə olmayacaq.',
  days: 'Qeydiyyat kodlarının müddəti, gün', daysWrong: '1-dən 30-a qədər rəqəm yazın.', makeSheet: 'Əvvəlkiləri ləğv et, vərəqi çap üçün saxla', lost: 'Vərəq hazırlandı, amma cavab gəlmədi; kodları heç kim görmədi. Yenisini hazırlayın.', saved: 'Vərəq fayl kimi saxlanıldı.',
  sheets: 'Dairənin bütün vərəqləri', sheetsText: 'Dairənin hər məntəqəsi üçün yeni vərəq, bir PDF faylında. Bütün bu məntəqələrin əvvəlki vərəqləri, sədr keçidləri və istifadə edilməmiş qeydiyyat kodları ləğv olunur.', constituency: 'Dairə', choose: 'Dairəni seçin.',
  close: 'Məntəqənin gününü bağla', closeText: 'Yekun protokol tərtib ediləndən sonra kameralar daha heç nə göndərməli deyil. Siz təklif edirsiniz, başqa şəxs qərar verir.', date: 'Gün', time: 'Saat', timeWrong: 'Günü və saatı yazın.', future: 'Bu an hələ gəlməyib.', propose: 'Təklif et', proposed: 'Təklif edildi.', toProposal: 'Təklifi aç',
  rehearsal: 'Məşqin nəticəsi', rehearsalText: 'Məşqdə nə göründüyünü yazın.', result: 'Nəticə', well: 'Uğurlu', failed: 'Uğursuz', resultMissing: 'Nəticəni seçin.', words: 'Nə göründü', wordsMissing: 'Nəyin alınmadığını yazın.', record: 'Nəticəni yaz', recorded: 'Yazıldı.',
  numbers: 'Neçə məntəqədə kamera olacaq', numbersText: 'Komissiyanın qərarı. Yeni qərar əvvəlkini bütövlükdə əvəz edir.', stations: 'Məntəqələrin sayı', constituencies: 'Dairələrin sayı', numberWrong: 'Sıfırdan böyük tam ədəd yazın.', ofEach: 'Dairələr üzrə', ofEachHelp: 'Hər sətirdə bir dairə, məsələn 7: 12. Qərar yoxdursa, boş saxlayın.', ofEachWrong: 'Hər sətri 7: 12 kimi yazın.', save: 'Qərarı yaz',
  without: 'Kamerasız məntəqələr', withoutText: 'Kamera qoyulmayan məntəqə və səbəbi.', station: 'Məntəqə', stationHelp: 'Məsələn 7/12.', stationWrong: 'Məntəqəni 7/12 kimi yazın.', reason: 'Səbəb', reasons: { hospital: 'Xəstəxana', prison: 'Həbs yeri', ship: 'Gəmi və ya platforma', abroad: 'Xaricdə', small: 'Seçicisi azdır', other: 'Başqa səbəb' }, more: 'Əlavə izah', moreMissing: 'Səbəbi sözlə yazın.', add: 'Siyahıya yaz', takeOut: (station: string) => `${station} məntəqəsini siyahıdan çıxar`, takeOutShort: 'Çıxar', none: 'Belə məntəqə yazılmayıb.',
};
export type PaperTexts = typeof az;

const en: PaperTexts = {
  title: 'Papers', act: 'Act of acceptance (PDF)', noAct: 'The station is not accepted, so there is no act of it.',
  sheet: 'The station’s sheet', sheetText: 'The sheet says what to do when something happens, whom to call, and carries QR codes. The codes are secret: give the sheet to the station alone.',
  voids: 'A new sheet makes these void:', voidsLink: 'the chair’s former link', voidsCodes: (cameras) => `former codes of enrolment that no device used, of these cameras: ${cameras}`,
  noCodes: 'This sheet will have no code of enrolment: the cameras have their devices, or the centre’s address for devices is not set (--agent-url).', noPhones: 'No telephone numbers are set (--desk-phones): the sheet will have none.',
  days: 'How long the codes of enrolment are good, days', daysWrong: 'Write a number from 1 to 30.', makeSheet: 'Void the former ones and save a sheet to print', lost: 'The sheet was made, but the answer did not come; nobody saw its codes. Make another one.', saved: 'The sheet is saved as a file.',
  sheets: 'All sheets of a constituency', sheetsText: 'A new sheet for each station of the constituency, in one PDF. The former sheets of all these stations, their chairs’ links and the codes of enrolment that no device used become void.', constituency: 'Constituency', choose: 'Choose a constituency.',
  close: 'Close the station’s day', closeText: 'Once the final protocol is completed, the cameras owe nothing more. You propose it; somebody else decides.', date: 'Day', time: 'Time', timeWrong: 'Write the day and the time.', future: 'This moment has not come yet.', propose: 'Propose', proposed: 'It is proposed.', toProposal: 'Open the proposal',
  rehearsal: 'Result of the rehearsal', rehearsalText: 'Write what was seen at the rehearsal.', result: 'Result', well: 'Well', failed: 'Failed', resultMissing: 'Choose the result.', words: 'What was seen', wordsMissing: 'Write what failed.', record: 'Record the result', recorded: 'Recorded.',
  numbers: 'How many stations have cameras', numbersText: 'The commission’s decision. A new one takes the place of the whole former one.', stations: 'Number of stations', constituencies: 'Number of constituencies', numberWrong: 'Write a whole number above zero.', ofEach: 'By constituency', ofEachHelp: 'One constituency in a line, such as 7: 12. Leave it empty if that was not decided.', ofEachWrong: 'Write each line like 7: 12.', save: 'Record the decision',
  without: 'Stations without a camera', withoutText: 'A station that gets no camera, and why.', station: 'Station', stationHelp: 'Such as 7/12.', stationWrong: 'Write the station like 7/12.', reason: 'Reason', reasons: { hospital: 'Hospital', prison: 'Place of detention', ship: 'Ship or platform', abroad: 'Abroad', small: 'Few voters', other: 'Another reason' }, more: 'More words', moreMissing: 'Write the reason in words.', add: 'Add to the list', takeOut: (station) => `Take station ${station} out of the list`, takeOutShort: 'Take out', none: 'No such station is recorded.',
};

const ru: PaperTexts = {
  title: 'Документы', act: 'Акт приёмки (PDF)', noAct: 'Участок не принят, поэтому акта нет.',
  sheet: 'Памятка участка', sheetText: 'В памятке сказано, что делать, если что-то случилось, и куда звонить; на ней QR-коды. Коды секретны: передайте памятку только на участок.',
  voids: 'Новая памятка отменяет:', voidsLink: 'прежнюю ссылку председателя', voidsCodes: (cameras) => `прежние неиспользованные коды регистрации этих камер: ${cameras}`,
  noCodes: 'На этой памятке не будет кода регистрации: у камер уже есть устройства, или не задан адрес центра для устройств (--agent-url).', noPhones: 'Телефоны не заданы (--desk-phones): на памятке их не будет.',
  days: 'Срок кодов регистрации, дней', daysWrong: 'Напишите число от 1 до 30.', makeSheet: 'Отменить прежние и сохранить памятку для печати', lost: 'Памятка сделана, но ответ не пришёл; её коды никто не видел. Сделайте другую.', saved: 'Памятка сохранена файлом.',
  sheets: 'Все памятки округа', sheetsText: 'Новая памятка для каждого участка округа, в одном PDF. Прежние памятки всех этих участков, ссылки их председателей и неиспользованные коды регистрации отменяются.', constituency: 'Округ', choose: 'Выберите округ.',
  close: 'Закрыть день участка', closeText: 'Когда итоговый протокол составлен, камеры больше ничего не должны передавать. Вы предлагаете, решает другой человек.', date: 'День', time: 'Время', timeWrong: 'Напишите день и время.', future: 'Этот момент ещё не наступил.', propose: 'Предложить', proposed: 'Предложено.', toProposal: 'Открыть предложение',
  rehearsal: 'Результат репетиции', rehearsalText: 'Напишите, что было видно на репетиции.', result: 'Результат', well: 'Успешно', failed: 'Неудачно', resultMissing: 'Выберите результат.', words: 'Что было видно', wordsMissing: 'Напишите, что не получилось.', record: 'Записать результат', recorded: 'Записано.',
  numbers: 'На скольких участках будут камеры', numbersText: 'Решение комиссии. Новое заменяет прежнее целиком.', stations: 'Число участков', constituencies: 'Число округов', numberWrong: 'Напишите целое число больше нуля.', ofEach: 'По округам', ofEachHelp: 'Один округ в строке, например 7: 12. Если такого решения нет, оставьте пустым.', ofEachWrong: 'Пишите каждую строку так: 7: 12.', save: 'Записать решение',
  without: 'Участки без камеры', withoutText: 'Участок, где камеры не будет, и почему.', station: 'Участок', stationHelp: 'Например 7/12.', stationWrong: 'Напишите участок так: 7/12.', reason: 'Причина', reasons: { hospital: 'Больница', prison: 'Место заключения', ship: 'Судно или платформа', abroad: 'За границей', small: 'Мало избирателей', other: 'Другая причина' }, more: 'Пояснение', moreMissing: 'Напишите причину словами.', add: 'Внести в список', takeOut: (station) => `Убрать участок ${station} из списка`, takeOutShort: 'Убрать', none: 'Таких участков не записано.',
};

export const paperTexts: Record<Lang, PaperTexts> = { az, en, ru };

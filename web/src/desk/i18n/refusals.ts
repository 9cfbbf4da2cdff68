/** The server says in English what it does not do, and why; these are the same sentences in the other languages. One that is not here is shown as it came. */

import type { Lang } from '../../lib/route';

type Said = readonly [sentence: RegExp, words: Record<Exclude<Lang, 'en'>, string>];

export const REFUSALS: readonly Said[] = [
  [/^There is somebody named (\S+) already/, { az: '“$1” adı artıq var və adlar təkrar işlədilmir. Başqa ad seçin.', ru: 'Имя «$1» уже есть, а имена не используются повторно. Выберите другое.' }],
  [/^(\S+) is the last administrator who can sign in/, { az: '$1 daxil ola bilən sonuncu inzibatçıdır. Əvvəlcə başqa inzibatçı təyin edin.', ru: '$1 — последний администратор, который может войти. Сначала назначьте другого.' }],
  [/^(\S+) has signed in before/, { az: '$1 artıq daxil olub. Yeni dəvət əvəzinə girişin bərpasını təklif edin.', ru: '$1 уже входил(а). Вместо нового приглашения предложите восстановление.' }],
  [/^The account (\S+) is disabled/, { az: '$1 üçün giriş dayandırılıb.', ru: 'Вход для $1 отключён.' }],
  [/^This link is not good any more/, { az: 'Bu keçid daha işləmir. Yenisini istəyin.', ru: 'Эта ссылка больше не действует. Попросите новую.' }],
  [/^This is the only second factor/, { az: 'Bu, hesabın yeganə ikinci doğrulamasıdır. Əvvəlcə başqasını əlavə edin.', ru: 'Это единственный второй фактор. Сначала добавьте другой.' }],
  [/^The same is proposed already, by (\S+);/, { az: 'Eyni təklifi artıq $1 edib; o, ikinci şəxsi gözləyir.', ru: 'То же самое уже предложено ($1) и ждёт второго человека.' }],
  [/^Proposal \d+ was decided already/, { az: 'Bu təklif barədə artıq qərar verilib. Səhifəni yeniləyin.', ru: 'По этому предложению уже решено. Обновите страницу.' }],
  [/^Whoever proposed it cannot approve it/, { az: 'Təklif edən özü təsdiq edə bilməz: ikinci şəxs lazımdır.', ru: 'Предложивший не может утвердить сам: нужен второй человек.' }],
  [/^Version (\d+) of the list is the newest/, { az: 'Son nəşr $1 nömrəlidir: onu təklif edin.', ru: 'Последняя редакция — $1: предложите её.' }],
  [/^Version (\d+) of the list is published/, { az: '$1 nömrəli nəşr artıq hamıya açıqdır. Səhifəni yeniləyin.', ru: 'Редакция $1 уже опубликована. Обновите страницу.' }],
  [/^The list was changed by somebody else/, { az: 'Siyahını bu arada başqası dəyişib. Fərqlərə yenidən baxın.', ru: 'Список тем временем изменили. Посмотрите отличия ещё раз.' }],
  [/^The file is wrong; look at it again/, { az: 'Faylda səhv var. Ona yenidən baxın.', ru: 'В файле ошибка. Посмотрите его ещё раз.' }],
  [/^This lies in the future/, { az: 'Bu vaxt hələ gəlməyib.', ru: 'Это время ещё не наступило.' }],
  [/^A view that shows a voting booth/, { az: 'Səsvermə kabinəsi görünən görüntü heç vaxt hamıya açılmır.', ru: 'Изображение, на котором видна кабина, никогда не открывают.' }],
  [/^A password has at least (\d+) characters/, { az: 'Parolda ən azı $1 işarə olmalıdır.', ru: 'В пароле должно быть не меньше $1 знаков.' }],
  [/^A password has at most (\d+) characters/, { az: 'Parolda ən çoxu $1 işarə ola bilər.', ru: 'В пароле должно быть не больше $1 знаков.' }],
  [/^A password has no tabs/, { az: 'Parolda tabulyasiya və sətir sonu ola bilməz.', ru: 'В пароле не может быть табуляции и переводов строки.' }],
  [/^A password is not made of one/, { az: 'Parol öz adınızdan düzəldilməməlidir. Başqasını seçin.', ru: 'Пароль не должен состоять из вашего имени. Выберите другой.' }],
  [/^The password is too simple/, { az: 'Parol çox sadədir. Bir neçə sözdən ibarət uzun parol seçin.', ru: 'Пароль слишком прост. Выберите длинный, из нескольких слов.' }],
  [/^The password is one of the most common/, { az: 'Bu, ən çox işlənən parollardandır. Başqasını seçin.', ru: 'Это один из самых распространённых паролей. Выберите другой.' }],
  [/^The present password is not right/, { az: 'İndiki parol düz deyil. Yenidən yazın.', ru: 'Нынешний пароль неверен. Введите его ещё раз.' }],
  [/^The secret was shown too long ago/, { az: 'Bu açar çoxdan göstərilib. Səhifəni yeniləyin: yeni açar göstəriləcək.', ru: 'Этот ключ показан слишком давно. Обновите страницу: будет показан новый.' }],
  [/^Passkeys need a desk with a host name/, { az: 'Giriş açarı bu ünvanda işləmir. Telefondakı tətbiqi seçin.', ru: 'По этому адресу ключи доступа не работают. Выберите приложение на телефоне.' }],
  [/^Passwords are taken over TLS alone/, { az: 'Parol yalnız qorunan ünvanda qəbul edilir: https:// ilə açın.', ru: 'Пароли принимаются только по защищённому адресу: откройте его с https://.' }],
  [/sends no picture at the moment/, { az: 'Kamera indi görüntü göndərmir.', ru: 'Сейчас камера не передаёт изображение.' }],
  [/sends H\.265, of which no still is made/, { az: 'Kamera H.265 göndərir, ondan kadr alınmır. Texnik onu H.264-ə keçirməlidir.', ru: 'Камера передаёт H.265, из которого кадр не получить. Техник должен переключить её на H.264.' }],
  [/^Too many stills are being made/, { az: 'Hazırda çox kadr götürülür. Bir azdan yenidən cəhd edin.', ru: 'Сейчас делается слишком много кадров. Попробуйте чуть позже.' }],
  [/^The still could not be made/, { az: 'Kadr alınmadı. Bir azdan yenidən cəhd edin.', ru: 'Кадр не получился. Попробуйте чуть позже.' }],
  [/^Too many people sign in at once/, { az: 'Hazırda çox adam daxil olur. Bir azdan yenidən cəhd edin.', ru: 'Сейчас входит слишком много людей. Попробуйте чуть позже.' }],
  [/^This link is not valid, or a newer one was made/, { az: 'Bu keçid etibarsızdır və ya yenisi yaradılıb. Komissiyadan ən yenisini istəyin.', ru: 'Эта ссылка недействительна, или создана новая. Попросите у комиссии самую новую.' }],
  [/^Record \S+ exists and says something else/, { az: 'Bu adla başqa yazı artıq var. Fayl kimi saxlayın və komissiyaya verin.', ru: 'Под этим именем уже есть другая запись. Сохраните файл и передайте его комиссии.' }],
  [/ has at most (\d+) bytes; make it shorter/, { az: 'Mətn uzundur (ən çoxu $1 bayt). Qısaldın.', ru: 'Текст слишком длинный (не больше $1 байт). Сократите его.' }],
  [/ has invisible characters/, { az: 'Mətndə gözlə görülməyən işarələr var. Yenidən yazın.', ru: 'В тексте есть невидимые знаки. Напишите его заново.' }],
  [/^This needs words: say why/, { az: 'Səbəbi sözlə yazın.', ru: 'Напишите причину словами.' }],
  [/^Both names are the same/, { az: 'Adlar eynidir: iki şəxs lazımdır.', ru: 'Имена совпадают: нужны два человека.' }],
  [/^The measured figures are too long/, { az: 'Ölçülər çox uzundur.', ru: 'Измерения слишком длинные.' }],
  [/^A finding names at most ten photos/, { az: 'Bir yoxlamaya ən çoxu on foto.', ru: 'В одном осмотре не больше десяти фотографий.' }],
  [/^Station has (\d+) records of this kind/, { az: 'Bu məntəqənin belə yazıları $1 olub, daha çoxu saxlanılmır.', ru: 'У участка уже $1 таких записей, больше не хранится.' }],
  [/^The station is not accepted, so nothing/, { az: 'Məntəqə qəbul edilməyib, geri götürüləsi bir şey yoxdur.', ru: 'Участок не принят, отзывать нечего.' }],
  [/^A photo of \d+ bytes is too long/, { az: 'Foto çox böyükdür: ən çoxu 2 MiB.', ru: 'Фото слишком большое: не больше 2 МиБ.' }],
  [/^This is no JPEG photo/, { az: 'Bu, JPEG faylı deyil.', ru: 'Это не фотография JPEG.' }],
  [/^The station has (\d+) photos, and no more/, { az: 'Məntəqənin $1 fotosu var, daha çoxu saxlanılmır.', ru: 'У участка уже $1 фото, больше не хранится.' }],
  [/^A serial number has 1 to 64/, { az: 'Seriya nömrəsi 1–64 latın işarəsidir, boşluqsuz.', ru: 'Серийный номер — от 1 до 64 латинских букв, цифр и знаков, слитно.' }],
  [/^Device (\S+) is in the book already/, { az: '$1 cihazı artıq yazılıb.', ru: 'Устройство $1 уже записано.' }],
  [/^Device (\S+) is not in the book/, { az: '$1 cihazı yazılmayıb. Əvvəlcə əlavə edin.', ru: 'Устройство $1 не записано. Сначала добавьте его.' }],
  [/^Device (\S+) is not with /, { az: '$1 cihazı artıq başqasındadır. Səhifəni yeniləyin.', ru: 'Устройство $1 уже у кого-то другого. Обновите страницу.' }],
  [/ has device (\S+) already/, { az: '$1 cihazı onsuz da oradadır.', ru: 'Устройство $1 и так уже там.' }],
  [/^Device (\S+) is at station /, { az: '$1 cihazı məntəqədədir, ona görə ehtiyat ola bilməz. Əvvəlcə qaytarın.', ru: 'Устройство $1 на участке и не может быть запасным. Сначала верните его.' }],
];

/** A sentence of the server in a language; null where it is known in English only. */
export function refusalIn(lang: Lang, detail: string): string | null {
  if (lang === 'en') return detail || null;
  for (const [sentence, words] of REFUSALS) {
    const found = sentence.exec(detail);
    if (found) return words[lang].replace('$1', found[1] ?? '');
  }
  return null;
}
